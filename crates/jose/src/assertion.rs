//! Reads the tokens that others sign: a client's assertion, a foreign issuer's token (RFC 7523).
//!
//! Tolerant of how clients spell (protocol.md §3.10), strict about what is proven: the algorithm comes from a list of
//! two, and the key is the caller's, never one that the token brings. Never: the meaning of a claim.

use std::borrow::Cow;

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;

use crate::base64url::b64url_decode;
use crate::ring::{Presence, TokenRefusal};

/// A signed text whose signer is not proven yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    algorithm: SignedWith,
    pub kid: Option<String>,
    /// Thumbprints of the certificate, base64url without padding, however they were spelled.
    pub x5t: Option<String>,
    pub x5t_s256: Option<String>,
    pub payload: Vec<u8>,
    whole: String,
    signed: usize,
    signature: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SignedWith {
    Rs256,
    Ps256,
}

/// An RSA key that somebody else published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForeignKey {
    /// RFC 8017 §A.1.1, as in a certificate.
    Der(Vec<u8>),
    /// As in a JWK.
    Components { n: Vec<u8>, e: Vec<u8> },
}

#[derive(Deserialize)]
struct ProtectedHeader<'h> {
    #[serde(borrow)]
    alg: Cow<'h, str>,
    #[serde(borrow, default)]
    kid: Option<Cow<'h, str>>,
    #[serde(borrow, default)]
    x5t: Option<Cow<'h, str>>,
    #[serde(borrow, default, rename = "x5t#S256")]
    x5t_s256: Option<Cow<'h, str>>,
    #[serde(default)]
    crit: Presence,
}

impl Assertion {
    pub fn read(compact: &str, max_len: usize) -> Result<Assertion, TokenRefusal> {
        if compact.len() > max_len {
            return Err(TokenRefusal::TooLong);
        }
        let malformed = || TokenRefusal::Malformed;
        let (signed, signature) = compact.rsplit_once('.').ok_or_else(malformed)?;
        let (header, payload) = signed.split_once('.').ok_or_else(malformed)?;
        let header = segment(header).ok_or_else(malformed)?;
        if !header.trim_ascii_start().starts_with(b"{") {
            return Err(malformed());
        }
        let parsed: ProtectedHeader<'_> = serde_json::from_slice(&header).map_err(|_| malformed())?;
        // RFC 7515 §4.1.11: an extension we do not understand must not be ignored, and we understand none.
        if parsed.crit.is_present() {
            return Err(malformed());
        }
        // RFC 8725 §3.1: a list of two; `none` and every keyed digest are just other words.
        let algorithm = match &*parsed.alg {
            "RS256" => SignedWith::Rs256,
            "PS256" => SignedWith::Ps256,
            _ => return Err(TokenRefusal::WrongAlgorithm),
        };
        Ok(Assertion {
            algorithm,
            kid: parsed.kid.map(Cow::into_owned),
            x5t: parsed.x5t.as_deref().map(respelled),
            x5t_s256: parsed.x5t_s256.as_deref().map(respelled),
            payload: segment(payload).ok_or_else(malformed)?,
            whole: compact.to_owned(),
            signed: signed.len(),
            signature: segment(signature).filter(|bytes| !bytes.is_empty()).ok_or_else(malformed)?,
        })
    }

    /// As it came.
    pub fn whole(&self) -> &str {
        &self.whole
    }

    /// Does this key's owner stand behind it?
    pub fn is_signed_by(&self, key: &ForeignKey) -> bool {
        let algorithm: &'static RsaParameters = match self.algorithm {
            SignedWith::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            SignedWith::Ps256 => &RSA_PSS_2048_8192_SHA256,
        };
        let message = &self.whole.as_bytes()[..self.signed];
        match key {
            ForeignKey::Der(der) => UnparsedPublicKey::new(algorithm, der).verify(message, &self.signature).is_ok(),
            ForeignKey::Components { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(algorithm, message, &self.signature).is_ok()
            }
        }
    }
}

impl ForeignKey {
    /// A JWK's members; `None` when they are no base64url or absurdly long.
    pub fn of_jwk(n: &str, e: &str) -> Option<ForeignKey> {
        const LONGEST_MODULUS: usize = 1024;
        let (n, e) = (segment(n)?, segment(e)?);
        let leading = n.iter().take_while(|byte| **byte == 0).count();
        let n = n[leading..].to_vec();
        ((256..=LONGEST_MODULUS).contains(&n.len()) && (1..=8).contains(&e.len()))
            .then_some(ForeignKey::Components { n, e })
    }
}

/// base64url; some libraries leave the padding on.
fn segment(text: &str) -> Option<Vec<u8>> {
    let bare = text.trim_end_matches('=');
    if text.len() - bare.len() > 2 {
        return None;
    }
    b64url_decode(bare)
}

/// One library writes thumbprints in standard base64 with padding; the alphabets meet here.
fn respelled(thumbprint: &str) -> String {
    thumbprint
        .trim_end_matches('=')
        .chars()
        .map(|c| match c {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url::b64url_encode;
    use crate::certificate::Certificate;
    use crate::key::SigningKey;
    use crate::testing::{first, second};

    const ROOMY: usize = 16 * 1024;
    const CLAIMS: &[u8] = br#"{"iss":"a"}"#;

    fn key_of(pair: &'static (SigningKey, crate::key::KeyMaterial)) -> ForeignKey {
        ForeignKey::Der(Certificate::from_der(&pair.1.cert_der).expect("ours").rsa_public)
    }

    fn signed(header: &str) -> String {
        let text = format!("{}.{}", b64url_encode(header.as_bytes()), b64url_encode(CLAIMS));
        let signature = first().0.signature(text.as_bytes());
        format!("{text}.{}", b64url_encode(&signature))
    }

    #[test]
    fn the_signer_is_found_and_nobody_else() {
        let token = signed(r#"{"alg":"RS256","x5t":"abc"}"#);
        let read = Assertion::read(&token, ROOMY).expect("well-formed");
        assert!(read.is_signed_by(&key_of(first())));
        assert!(!read.is_signed_by(&key_of(second())));
        let public = first().0.public();
        assert!(read.is_signed_by(&ForeignKey::of_jwk(&public.n, &public.e).expect("a key of ours")));
        let relabelled = token.replacen(
            &b64url_encode(br#"{"alg":"RS256","x5t":"abc"}"#),
            &b64url_encode(br#"{"alg":"PS256","x5t":"abc"}"#),
            1,
        );
        let read = Assertion::read(&relabelled, ROOMY).expect("well-formed");
        assert!(!read.is_signed_by(&key_of(first())));
    }

    #[test]
    fn padding_and_both_alphabets_are_read() {
        let token = signed(r#"{"alg":"RS256","x5t#S256":"+/8=","x5t":"-_8"}"#);
        let padded: Vec<String> =
            token.split('.').map(|part| format!("{part}{}", "=".repeat((4 - part.len() % 4) % 4))).collect();
        for text in [token, padded.join(".")] {
            let read = Assertion::read(&text, ROOMY).expect("well-formed");
            assert_eq!(read.x5t_s256.as_deref(), Some("-_8"));
            assert_eq!(read.x5t.as_deref(), Some("-_8"));
            assert_eq!(read.payload, CLAIMS);
        }
    }

    #[test]
    fn other_algorithms_and_odd_headers_are_refused() {
        for alg in ["none", "None", "HS256", "rs256", "RS384", "ES256", ""] {
            let token = signed(&format!(r#"{{"alg":"{alg}"}}"#));
            assert_eq!(Assertion::read(&token, ROOMY), Err(TokenRefusal::WrongAlgorithm), "{alg}");
        }
        for header in
            [r#"{"alg":"RS256","crit":["b64"]}"#, r#"{"kid":"x"}"#, r#"["RS256"]"#, r#"{"alg":"RS256","alg":"RS256"}"#]
        {
            assert_eq!(Assertion::read(&signed(header), ROOMY), Err(TokenRefusal::Malformed), "{header}");
        }
        for text in ["", "..", "a.b", "a.b.c.d", "e30.e30.", "===.e30.AA"] {
            assert!(Assertion::read(text, ROOMY).is_err(), "{text}");
        }
        assert_eq!(Assertion::read("x", 0), Err(TokenRefusal::TooLong));
    }
}
