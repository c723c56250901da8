//! Digests, keyed digests and the comparison that does not tell how far it came.
//!
//! Never: passwords. People choose those, so they need a slow hash; these are all fast.

use aws_lc_rs::{constant_time, digest, hmac};

use crate::base64url::b64url_encode;

pub fn sha256(data: &[u8]) -> [u8; 32] {
    digest::digest(&digest::SHA256, data).as_ref().try_into().expect("SHA-256 gives 32 bytes")
}

/// The parts are one message, joined without a mark between them: `["ab", "c"]` and `["a", "bc"]` give the same.
/// Where parts vary in length and come from outside, put a length or a separator in.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut context = hmac::Context::with_key(&key);
    for part in parts {
        context.update(part);
    }
    context.sign().as_ref().try_into().expect("HMAC-SHA-256 gives 32 bytes")
}

/// Takes as long for a difference in the first byte as in the last. The lengths are not secret.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// `at_hash` and `c_hash` of an RS256 ID token (OpenID Connect Core §3.1.3.6, §3.3.2.11).
pub fn left_half_sha256_b64(token: &str) -> String {
    b64url_encode(&sha256(token.as_bytes())[..16])
}

/// The S256 code challenge that belongs to a verifier (RFC 7636 §4.2).
pub fn pkce_s256(verifier: &str) -> String {
    b64url_encode(&sha256(verifier.as_bytes()))
}

/// Names a certificate (RFC 7515 §4.1.7); nothing rests on its strength, and nothing else may use it.
pub(crate) fn sha1_thumbprint(cert_der: &[u8]) -> String {
    b64url_encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, cert_der).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn sha256_gives_the_published_digest() {
        assert_eq!(hex(&sha256(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn hmac_gives_the_published_tag_however_the_message_is_cut() {
        // RFC 4231 §4.3.
        let tag = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let cuts: [&[&[u8]]; 3] = [
            &[b"what do ya want for nothing?"],
            &[b"what do ya want ", b"for nothing?"],
            &[b"", b"what do ya want for nothing", b"?"],
        ];
        for parts in cuts {
            assert_eq!(hex(&hmac_sha256(b"Jefe", parts)), tag);
        }
    }

    #[test]
    fn the_verifier_of_the_standard_gives_its_challenge() {
        // RFC 7636 Appendix B.
        assert_eq!(
            pkce_s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn the_token_and_code_of_the_standard_give_its_hashes() {
        // OpenID Connect Core, Appendix A.4 and A.6.
        assert_eq!(left_half_sha256_b64("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(
            left_half_sha256_b64("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }

    #[test]
    fn only_equal_bytes_are_the_same() {
        assert!(same(b"", b""));
        assert!(same(b"secret", b"secret"));
        for other in [&b""[..], b"secre", b"secret2", b"Secret", b"secreT"] {
            assert!(!same(b"secret", other));
        }
    }
}
