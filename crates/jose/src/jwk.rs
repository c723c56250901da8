//! The public face of a signing key, and the document that lists them (RFC 7517).
//!
//! Never: a private member. The types here have no place for one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::base64url::b64url_encode;
use crate::hash::sha1_thumbprint;

/// One RSA signing key as clients see it. `kid` and `x5t` are both the SHA-1 thumbprint of the one certificate in
/// `x5c`: strict clients refuse a key whose certificate is not its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicJwk {
    pub kty: &'static str,
    #[serde(rename = "use")]
    pub usage: &'static str,
    pub kid: String,
    pub x5t: String,
    /// Modulus, base64url without padding.
    pub n: String,
    /// Exponent, base64url without padding.
    pub e: String,
    /// DER in standard base64 with padding, unlike its neighbours (RFC 7517 §4.7).
    pub x5c: [String; 1],
    /// Left out of what we publish, as clients of this protocol expect; RFC 7517 §4.4 makes it optional.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<&'static str>,
}

impl PublicJwk {
    pub(crate) fn new(modulus: &[u8], exponent: &[u8], cert_der: &[u8]) -> PublicJwk {
        let thumbprint = sha1_thumbprint(cert_der);
        PublicJwk {
            kty: "RSA",
            usage: "sig",
            kid: thumbprint.clone(),
            x5t: thumbprint,
            n: b64url_encode(modulus),
            e: b64url_encode(exponent),
            x5c: [STANDARD.encode(cert_der)],
            alg: None,
        }
    }
}

/// The key set document. `issuer` stands in every key: concrete for keys that may sign for one tenant only, with the
/// literal `{tenantid}` for shared keys, absent on the v1.0 endpoint.
pub fn jwks_json(keys: &[&PublicJwk], issuer: Option<&str>) -> String {
    let keys = keys.iter().map(|&key| Published { key, issuer }).collect();
    serde_json::to_string(&KeySet { keys }).expect("strings and lists always have a JSON form")
}

#[derive(Serialize)]
struct KeySet<'a> {
    keys: Vec<Published<'a>>,
}

#[derive(Serialize)]
struct Published<'a> {
    #[serde(flatten)]
    key: &'a PublicJwk,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> PublicJwk {
        // SHA-1 of "abc" is a9993e36 4706816a ba3e2571 7850c26c 9cd0d89d.
        PublicJwk::new(&[0xfb, 0xff], &[1, 0, 1], b"abc")
    }

    #[test]
    fn a_set_with_an_issuer_names_it_in_every_key() {
        let one = r#"{"kty":"RSA","use":"sig","kid":"qZk-NkcGgWq6PiVxeFDCbJzQ2J0","x5t":"qZk-NkcGgWq6PiVxeFDCbJzQ2J0","n":"-_8","e":"AQAB","x5c":["YWJj"],"issuer":"https://localhost:8443/{tenantid}/v2.0"}"#;
        assert_eq!(
            jwks_json(&[&key(), &key()], Some("https://localhost:8443/{tenantid}/v2.0")),
            format!(r#"{{"keys":[{one},{one}]}}"#)
        );
    }

    #[test]
    fn a_set_without_an_issuer_has_no_such_member() {
        assert_eq!(
            jwks_json(&[&key()], None),
            r#"{"keys":[{"kty":"RSA","use":"sig","kid":"qZk-NkcGgWq6PiVxeFDCbJzQ2J0","x5t":"qZk-NkcGgWq6PiVxeFDCbJzQ2J0","n":"-_8","e":"AQAB","x5c":["YWJj"]}]}"#
        );
        assert_eq!(jwks_json(&[], None), r#"{"keys":[]}"#);
    }
}
