//! Reads signed tokens: which of our keys signed this, if any did?
//!
//! Never: the meaning of a claim, nor any trust in what the token says of itself. The header only names a key; the
//! algorithm is the one this room registers for all its keys (RFC 8725 §3.1). Next: the caller reads the payload and
//! judges audience, times and revocation.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::base64url::b64url_decode;
use crate::fault::CryptoFault;

/// The algorithm of every key in a ring.
const ALGORITHM: &str = "RS256";

/// The public half of a signing key, parsed once.
#[derive(Debug)]
pub struct VerifyingKey {
    kid: String,
    key: ParsedPublicKey,
}

impl VerifyingKey {
    /// `public_der` is an `RSAPublicKey` (RFC 8017 §A.1.1).
    pub(crate) fn new(kid: &str, public_der: &[u8]) -> Result<VerifyingKey, CryptoFault> {
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_der)
            .map_err(|_| CryptoFault("the public key is not RSA"))?;
        Ok(VerifyingKey { kid: kid.to_owned(), key })
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }
}

/// The keys whose signatures count, by `kid`. Made anew when keys come or go, and shared behind an `Arc`.
#[derive(Debug, Default)]
pub struct KeyRing {
    keys: HashMap<String, VerifyingKey>,
}

/// A token one of the ring's keys signed. The signature covers `header` and `payload`, and nothing more is known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<'ring> {
    pub kid: &'ring str,
    /// The protected header's JSON, decoded.
    pub header: Vec<u8>,
    /// The payload's bytes, decoded; that they are JSON is for the reader to find out.
    pub payload: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefusal {
    /// Not three non-empty parts of base64url with a JSON object in front, or one that demands extensions.
    Malformed,
    /// Longer than the caller reads.
    TooLong,
    /// The header asks for another algorithm than the key's.
    WrongAlgorithm,
    /// The header names no key, or one that is not in the ring. A reason to look for newer keys, once.
    UnknownKey,
    BadSignature,
}

impl KeyRing {
    pub fn new(keys: impl IntoIterator<Item = VerifyingKey>) -> KeyRing {
        KeyRing { keys: keys.into_iter().map(|key| (key.kid.clone(), key)).collect() }
    }

    pub fn verify(&self, compact: &str, max_len: usize) -> Result<Verified<'_>, TokenRefusal> {
        // First of all: what a refusal costs must not grow with what a stranger sends.
        if compact.len() > max_len {
            return Err(TokenRefusal::TooLong);
        }
        let parts = Parts::of(compact).ok_or(TokenRefusal::Malformed)?;
        let header = b64url_decode(parts.header).ok_or(TokenRefusal::Malformed)?;
        let payload = b64url_decode(parts.payload).ok_or(TokenRefusal::Malformed)?;
        let signature = b64url_decode(parts.signature).ok_or(TokenRefusal::Malformed)?;
        let key = self.key_for(&header)?;
        if !key.accepts(parts.signed.as_bytes(), &signature) {
            return Err(TokenRefusal::BadSignature);
        }
        Ok(Verified { kid: key.kid(), header, payload })
    }

    fn key_for(&self, header: &[u8]) -> Result<&VerifyingKey, TokenRefusal> {
        let header = ProtectedHeader::read(header).ok_or(TokenRefusal::Malformed)?;
        // RFC 7515 §4.1.11: an extension we do not understand must not be ignored, and we understand none.
        if header.crit.is_present() {
            return Err(TokenRefusal::Malformed);
        }
        // RFC 8725 §3.1, §3.2: compared with what the key is for, never used to choose; `none` is just another word.
        if header.alg != ALGORITHM {
            return Err(TokenRefusal::WrongAlgorithm);
        }
        let kid = header.kid.ok_or(TokenRefusal::UnknownKey)?;
        self.keys.get(&*kid).ok_or(TokenRefusal::UnknownKey)
    }
}

struct Parts<'t> {
    header: &'t str,
    payload: &'t str,
    signature: &'t str,
    /// Header and payload with the dot between them, as they were sent.
    signed: &'t str,
}

impl<'t> Parts<'t> {
    fn of(compact: &'t str) -> Option<Parts<'t>> {
        // A fourth part would leave a dot in the payload, which is no base64url.
        let (signed, signature) = compact.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        if header.is_empty() || payload.is_empty() || signature.is_empty() {
            return None;
        }
        Some(Parts { header, payload, signature, signed })
    }
}

/// A member given twice is an error: readers disagree on which one counts (RFC 7515 §4).
#[derive(Deserialize)]
struct ProtectedHeader<'h> {
    #[serde(borrow)]
    alg: Cow<'h, str>,
    #[serde(borrow, default)]
    kid: Option<Cow<'h, str>>,
    #[serde(default)]
    crit: Presence,
}

impl<'h> ProtectedHeader<'h> {
    fn read(json: &'h [u8]) -> Option<ProtectedHeader<'h>> {
        // Without this an array of the members in order would do as well: serde reads structures from both.
        if !json.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        serde_json::from_slice(json).ok()
    }
}

/// Whether a member is there at all. `Option` would take a `null` for absence.
#[derive(Default)]
pub(crate) enum Presence {
    #[default]
    Absent,
    Present,
}

impl Presence {
    pub(crate) fn is_present(&self) -> bool {
        matches!(self, Presence::Present)
    }
}

impl<'de> Deserialize<'de> for Presence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Presence, D::Error> {
        IgnoredAny::deserialize(deserializer)?;
        Ok(Presence::Present)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url::b64url_encode;
    use crate::hash::hmac_sha256;
    use crate::jwt::Header;
    use crate::key::SigningKey;
    use crate::testing::{first, second};

    const CLAIMS: &[u8] = br#"{"aud":"https://graph.microsoft.com","tid":"contract"}"#;
    const ROOMY: usize = 16 * 1024;

    fn ring() -> KeyRing {
        KeyRing::new([first().0.verifier(), second().0.verifier()])
    }

    fn refusal(token: &str) -> TokenRefusal {
        ring().verify(token, ROOMY).expect_err("the token should be refused")
    }

    /// A token with any header, properly signed by the key.
    fn with_header(header: &str, key: &SigningKey) -> String {
        let signed = format!("{}.{}", b64url_encode(header.as_bytes()), b64url_encode(CLAIMS));
        let signature = key.signature(signed.as_bytes());
        format!("{signed}.{}", b64url_encode(&signature))
    }

    #[test]
    fn a_token_of_either_key_is_verified_and_given_back_whole() {
        let ring = ring();
        for (key, _) in [first(), second()] {
            let token = key.sign_jwt(Header::WithX5t, CLAIMS);
            let kid = key.kid();
            assert_eq!(
                ring.verify(&token, ROOMY),
                Ok(Verified {
                    kid,
                    header: format!(r#"{{"typ":"JWT","alg":"RS256","x5t":"{kid}","kid":"{kid}"}}"#).into_bytes(),
                    payload: CLAIMS.to_vec(),
                })
            );
        }
    }

    #[test]
    fn a_token_may_be_as_long_as_the_limit_and_no_longer() {
        let token = first().0.sign_jwt(Header::Plain, CLAIMS);
        let ring = ring();
        assert!(ring.verify(&token, token.len()).is_ok());
        assert_eq!(ring.verify(&token, token.len() - 1), Err(TokenRefusal::TooLong));
        assert_eq!(ring.verify("rubbish", 0), Err(TokenRefusal::TooLong));
    }

    #[test]
    fn malformed_tokens_are_refused() {
        let token = first().0.sign_jwt(Header::Plain, CLAIMS);
        let [header, payload, signature]: [&str; 3] =
            token.split('.').collect::<Vec<_>>().try_into().expect("a token has three parts");
        // 256 bytes leave four stray bits in the last character, all zero: `A`, `Q`, `g` or `w`.
        let (rest, last) = signature.split_at(signature.len() - 1);
        let respelled = match last {
            "A" => "B",
            "Q" => "R",
            "g" => "h",
            "w" => "x",
            other => panic!("`{other}` has stray bits"),
        };
        let cases = [
            ("nothing", String::new()),
            ("dots only", "..".to_owned()),
            ("one part", header.to_owned()),
            ("two parts", format!("{header}.{payload}")),
            ("four parts", format!("{token}.{signature}")),
            ("four parts, last empty", format!("{token}.")),
            ("no header", format!(".{payload}.{signature}")),
            ("no payload", format!("{header}..{signature}")),
            ("no signature", format!("{header}.{payload}.")),
            ("padding", format!("{header}.{payload}.{signature}==")),
            ("another spelling of the signature", format!("{header}.{payload}.{rest}{respelled}")),
            ("standard base64", format!("{header}.{payload}.+{}", &signature[1..])),
            ("space in front", format!(" {token}")),
            ("line break at the end", format!("{token}\n")),
            ("not ASCII", format!("{header}.é.{signature}")),
            ("header not JSON", format!("{}.{payload}.{signature}", b64url_encode(b"typ=JWT"))),
            ("header not UTF-8", format!("{}.{payload}.{signature}", b64url_encode(b"{\"alg\":\"\xff\"}"))),
        ];
        for (what, token) in cases {
            assert_eq!(refusal(&token), TokenRefusal::Malformed, "{what}");
        }
    }

    #[test]
    fn headers_that_are_no_plain_header_are_refused_though_signed() {
        let (key, _) = first();
        let kid = key.kid();
        let cases = [
            format!(r#"["RS256","{kid}"]"#),
            r#""RS256""#.to_owned(),
            "null".to_owned(),
            format!(r#"{{"kid":"{kid}"}}"#),
            format!(r#"{{"alg":null,"kid":"{kid}"}}"#),
            format!(r#"{{"alg":["RS256"],"kid":"{kid}"}}"#),
            r#"{"alg":"RS256","kid":7}"#.to_owned(),
            format!(r#"{{"alg":"none","alg":"RS256","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"RS256","kid":"other","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"RS256","kid":"{kid}"}} "more""#),
            format!(r#"{{"alg":"RS256","kid":"{kid}","crit":["b64"],"b64":false}}"#),
            format!(r#"{{"alg":"RS256","kid":"{kid}","crit":[]}}"#),
            format!(r#"{{"alg":"RS256","kid":"{kid}","crit":null}}"#),
        ];
        for header in cases {
            assert_eq!(refusal(&with_header(&header, key)), TokenRefusal::Malformed, "{header}");
        }
    }

    #[test]
    fn unknown_members_and_spaces_in_a_header_do_no_harm() {
        let (key, _) = first();
        let header = format!(r#" {{ "kid" : "{}", "nonce":{{"a":[1]}}, "alg":"\u0052S256" }}"#, key.kid());
        assert!(ring().verify(&with_header(&header, key), ROOMY).is_ok());
    }

    #[test]
    fn any_other_algorithm_is_refused_whatever_the_signature() {
        let (key, _) = first();
        for alg in ["none", "None", "", "HS256", "rs256", "RS384", "RS512", "PS256", "ES256", "RS256 "] {
            let header = format!(r#"{{"typ":"JWT","alg":"{alg}","kid":"{}"}}"#, key.kid());
            assert_eq!(refusal(&with_header(&header, key)), TokenRefusal::WrongAlgorithm, "{alg:?}");
        }
    }

    #[test]
    fn the_public_key_is_no_shared_secret() {
        let (key, _) = first();
        let header = format!(r#"{{"typ":"JWT","alg":"HS256","kid":"{}"}}"#, key.kid());
        let signed = format!("{}.{}", b64url_encode(header.as_bytes()), b64url_encode(CLAIMS));
        let tag = hmac_sha256(key.public().n.as_bytes(), &[signed.as_bytes()]);
        let token = format!("{signed}.{}", b64url_encode(&tag));
        assert_eq!(refusal(&token), TokenRefusal::WrongAlgorithm);
    }

    #[test]
    fn a_key_outside_the_ring_is_unknown() {
        let ((inside, _), (outside, _)) = (first(), second());
        let ring = KeyRing::new([inside.verifier()]);
        let token = outside.sign_jwt(Header::Plain, CLAIMS);
        assert_eq!(ring.verify(&token, ROOMY), Err(TokenRefusal::UnknownKey));
        assert_eq!(KeyRing::default().verify(&token, ROOMY), Err(TokenRefusal::UnknownKey));
        for header in [r#"{"alg":"RS256"}"#, r#"{"alg":"RS256","kid":null}"#, r#"{"alg":"RS256","kid":""}"#] {
            assert_eq!(refusal(&with_header(header, inside)), TokenRefusal::UnknownKey, "{header}");
        }
    }

    #[test]
    fn a_borrowed_key_name_does_not_help() {
        let ((named, _), (signer, _)) = (first(), second());
        let header = format!(r#"{{"typ":"JWT","alg":"RS256","kid":"{}"}}"#, named.kid());
        assert_eq!(refusal(&with_header(&header, signer)), TokenRefusal::BadSignature);
    }

    #[test]
    fn a_change_in_any_part_spoils_the_signature() {
        let (key, _) = first();
        let token = key.sign_jwt(Header::Plain, CLAIMS);
        let other = key.sign_jwt(Header::WithX5t, br#"{"aud":"other"}"#);
        let (ours, theirs): (Vec<&str>, Vec<&str>) = (token.split('.').collect(), other.split('.').collect());
        for part in 0..3 {
            let mut mixed = ours.clone();
            mixed[part] = theirs[part];
            assert_eq!(refusal(&mixed.join(".")), TokenRefusal::BadSignature, "part {part}");
        }
        let signatures: [&[u8]; 6] = [&[], &[0], &[0; 255], &[0; 256], &[0xff; 256], &[0; 257]];
        for signature in signatures {
            let text = b64url_encode(signature);
            let expected = if text.is_empty() { TokenRefusal::Malformed } else { TokenRefusal::BadSignature };
            assert_eq!(refusal(&[ours[0], ours[1], &text].join(".")), expected, "{} bytes", signature.len());
        }
    }
}
