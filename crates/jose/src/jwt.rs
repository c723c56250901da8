//! Writes signed tokens: compact JWS with RS256 (RFC 7515 §7.1, RFC 7519).
//!
//! Never: looks into the claims. They come as finished JSON and go out as they came. Next: `ring` reads these tokens.

use crate::base64url::{append, encoded_len};
use crate::key::{SIGNATURE_LEN, SigningKey};

/// The protected headers we write. No other exists, so a key encodes each once and for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// `typ`, `alg`, `kid`.
    Plain,
    /// The same with `x5t`, as readers of the v1.0 token format expect.
    WithX5t,
    /// Of a logout token, which must not pass for another (OpenID Connect Back-Channel Logout 1.0 §2.4).
    Logout,
}

impl SigningKey {
    /// Signs `claims`, which is the UTF-8 text of one JSON object. Costs a private-key operation (about 0.3 ms):
    /// belongs on the signing pool.
    pub fn sign_jwt(&self, header: Header, claims: &[u8]) -> String {
        let header = self.protected(header);
        let mut token =
            String::with_capacity(header.len() + 1 + encoded_len(claims.len()) + 1 + encoded_len(SIGNATURE_LEN));
        token.push_str(header);
        token.push('.');
        append(claims, &mut token);
        let signature = self.signature(token.as_bytes());
        token.push('.');
        append(&signature, &mut token);
        token
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
    use serde_json::{Value, json};

    use super::*;
    use crate::base64url::b64url_decode;
    use crate::testing::{first, second};

    const CLAIMS: &str = r#"{"aud":"https://graph.microsoft.com","exp":1795678200,"name":"Zoë"}"#;

    /// What another implementation says of the token, with everything but the signature left aside.
    fn oracle(token: &str, key: &SigningKey) -> Option<Value> {
        let mut checks = Validation::new(Algorithm::RS256);
        checks.required_spec_claims.clear();
        checks.validate_exp = false;
        checks.validate_aud = false;
        let public = key.public();
        let key = DecodingKey::from_rsa_components(&public.n, &public.e).unwrap();
        decode::<Value>(token, &key, &checks).ok().map(|data| data.claims)
    }

    fn header_of(token: &str) -> Value {
        let header = token.split('.').next().unwrap();
        serde_json::from_slice(&b64url_decode(header).unwrap()).unwrap()
    }

    #[test]
    fn another_implementation_reads_our_tokens() {
        let (key, _) = first();
        for header in [Header::Plain, Header::WithX5t] {
            let token = key.sign_jwt(header, CLAIMS.as_bytes());
            let claims: Value = serde_json::from_str(CLAIMS).unwrap();
            assert_eq!(oracle(&token, key), Some(claims), "{header:?}");
        }
    }

    #[test]
    fn another_implementation_refuses_them_under_another_key_or_after_a_change() {
        let ((key, _), (other, _)) = (first(), second());
        let token = key.sign_jwt(Header::Plain, CLAIMS.as_bytes());
        assert_eq!(oracle(&token, other), None);

        let parts: Vec<&str> = token.split('.').collect();
        let forged = crate::b64url_encode(CLAIMS.replace("Zoë", "Eve").as_bytes());
        assert_eq!(oracle(&[parts[0], &forged, parts[2]].join("."), key), None);
        let stripped = crate::b64url_encode(br#"{"typ":"JWT","alg":"RS256"}"#);
        assert_eq!(oracle(&[stripped.as_str(), parts[1], parts[2]].join("."), key), None);
        assert_eq!(oracle(&[parts[0], parts[1], &forged].join("."), key), None);
    }

    #[test]
    fn the_headers_are_the_two_known_ones() {
        let (key, _) = first();
        let kid = key.kid();
        assert_eq!(header_of(&key.sign_jwt(Header::Plain, b"{}")), json!({"typ": "JWT", "alg": "RS256", "kid": kid}));
        assert_eq!(
            header_of(&key.sign_jwt(Header::WithX5t, b"{}")),
            json!({"typ": "JWT", "alg": "RS256", "kid": kid, "x5t": kid})
        );
    }

    #[test]
    fn a_token_takes_exactly_the_room_it_needs() {
        let (key, _) = first();
        for len in [0, 1, 2, 3, 1000] {
            let token = key.sign_jwt(Header::WithX5t, &vec![b' '; len]);
            assert_eq!(token.capacity(), token.len(), "{len} bytes of claims");
        }
    }

    #[test]
    fn the_same_claims_give_the_same_token() {
        let (key, _) = first();
        let token = key.sign_jwt(Header::Plain, CLAIMS.as_bytes());
        assert_eq!(key.sign_jwt(Header::Plain, CLAIMS.as_bytes()), token);
    }
}
