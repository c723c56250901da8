//! What the token endpoint's answers must hold: a token signed by a published key, in date, and unlike any other.
//! Never: the product's own code for it, so that a mistake there does not vouch for itself.

use std::collections::HashSet;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde_json::Value;

pub struct Keys(Vec<PublicKey>);

struct PublicKey {
    kid: String,
    components: RsaPublicKeyComponents<Vec<u8>>,
}

impl Keys {
    /// A key set as discovery serves it (RFC 7517 §5).
    pub fn of(body: &Bytes) -> Result<Self, String> {
        let set: Value = serde_json::from_slice(body).map_err(|err| format!("reading the keys: {err}"))?;
        let keys: Vec<PublicKey> = set["keys"].as_array().into_iter().flatten().filter_map(public_key).collect();
        match keys.is_empty() {
            true => Err("the server publishes no RSA key".to_owned()),
            false => Ok(Keys(keys)),
        }
    }
}

/// The claim that no two tokens share: ours, and that of JWTs at large (RFC 7519 §4.1.7).
pub const UTI: &str = "uti";
pub const JTI: &str = "jti";

/// Checks every one of the kept answers, and all against each other by the claim that is each token's own.
pub fn check(answers: &[Bytes], keys: &Keys, own: &str) -> Result<(), String> {
    let mut seen = HashSet::new();
    for answer in answers {
        let token = access_token(answer)?;
        let claims = claims(&token, keys).ok_or_else(|| format!("a token does not verify: {token}"))?;
        let id = claims[own].as_str().unwrap_or_default();
        if id.is_empty() || !seen.insert(id.to_owned()) {
            return Err(format!("`{own}` is missing or was seen before: {claims}"));
        }
        if claims["exp"].as_i64() <= claims["iat"].as_i64() {
            return Err(format!("a token expires before it is issued: {claims}"));
        }
    }
    match seen.is_empty() {
        true => Err("no answer was kept to be checked".to_owned()),
        false => Ok(()),
    }
}

/// Answers for a person: an ID token comes along, and is signed as well.
pub fn check_both(answers: &[Bytes], keys: &Keys, own: &str) -> Result<(), String> {
    check(answers, keys, own)?;
    for answer in answers {
        let body = body(answer)?;
        let token = body["id_token"].as_str().ok_or_else(|| format!("an answer without an ID token: {body}"))?;
        claims(token, keys).ok_or_else(|| format!("an ID token does not verify: {token}"))?;
    }
    Ok(())
}

pub fn refresh_token(answer: &Bytes) -> Result<String, String> {
    let body = body(answer)?;
    let token = body["refresh_token"].as_str();
    token.map(str::to_owned).ok_or_else(|| format!("an answer without a refresh token: {body}"))
}

pub fn access_token(answer: &Bytes) -> Result<String, String> {
    let body = body(answer)?;
    let token = body["access_token"].as_str().filter(|_| body["token_type"] == "Bearer");
    token.map(str::to_owned).ok_or_else(|| format!("an answer without a bearer token: {body}"))
}

fn body(answer: &Bytes) -> Result<Value, String> {
    serde_json::from_slice(answer).map_err(|err| format!("reading a token answer: {err}"))
}

fn claims(token: &str, keys: &Keys) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let header = json(header)?;
    let key = keys.0.iter().find(|key| header["kid"] == key.kid.as_str())?;
    if header["alg"] != "RS256" {
        return None;
    }
    key.components.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &decoded(signature)?).ok()?;
    json(payload)
}

fn public_key(jwk: &Value) -> Option<PublicKey> {
    Some(PublicKey {
        kid: jwk["kid"].as_str()?.to_owned(),
        components: RsaPublicKeyComponents { n: decoded(jwk["n"].as_str()?)?, e: decoded(jwk["e"].as_str()?)? },
    })
}

fn json(part: &str) -> Option<Value> {
    serde_json::from_slice(&decoded(part)?).ok()
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
    use serde_json::json;

    use super::*;

    struct Issuer(RsaKeyPair);

    impl Issuer {
        fn new() -> Self {
            Issuer(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key can be made"))
        }

        fn keys(&self) -> Keys {
            let key = self.0.public_key();
            let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            let n = number(key.modulus().big_endian_without_leading_zero());
            let e = number(key.exponent().big_endian_without_leading_zero());
            let set = json!({ "keys": [{ "kid": "first", "n": n, "e": e }] });
            Keys::of(&Bytes::from(set.to_string())).expect("a key set")
        }

        fn answer(&self, uti: &str) -> Bytes {
            let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let header = part(json!({ "alg": "RS256", "kid": "first" }));
            let signed = format!("{header}.{}", part(json!({ "uti": uti, "iat": 1, "exp": 2 })));
            let mut signature = [0_u8; 256];
            self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).expect("signs");
            let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
            Bytes::from(json!({ "token_type": "Bearer", "access_token": token, "id_token": token }).to_string())
        }
    }

    #[test]
    fn tokens_that_differ_and_verify_pass() {
        let issuer = Issuer::new();
        let answers = [issuer.answer("one"), issuer.answer("two")];
        assert_eq!(check(&answers, &issuer.keys(), UTI), Ok(()));
    }

    #[test]
    fn the_same_token_twice_is_noticed() {
        let issuer = Issuer::new();
        let answer = issuer.answer("one");
        assert!(check(&[answer.clone(), answer], &issuer.keys(), UTI).is_err());
    }

    #[test]
    fn a_token_of_another_key_is_noticed() {
        assert!(check(&[Issuer::new().answer("one")], &Issuer::new().keys(), UTI).is_err());
    }

    #[test]
    fn an_id_token_counts_where_there_ought_to_be_one() {
        let issuer = Issuer::new();
        assert_eq!(check_both(&[issuer.answer("one")], &issuer.keys(), UTI), Ok(()));
        let mut answer: Value = serde_json::from_slice(&issuer.answer("two")).expect("made as JSON");
        answer["id_token"] = Value::Null;
        assert!(check_both(&[Bytes::from(answer.to_string())], &issuer.keys(), UTI).is_err());
    }

    #[test]
    fn nothing_kept_is_nothing_checked() {
        assert!(check(&[], &Issuer::new().keys(), UTI).is_err());
    }
}
