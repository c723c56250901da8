//! Sealing: state that travels through a stranger's hands (a form field, a cookie, a code) and comes back as it went,
//! unread and unchanged. AES-256-GCM under keys derived from one master key.
//!
//! Never: freshness. A sealed value opens as often as it is shown; expiry and single use belong inside it or in the
//! store.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use zeroize::Zeroizing;

use crate::base64url::{b64url_decode, b64url_encode};

const TAG_LEN: usize = 16;

/// Sealed bytes are the nonce, the ciphertext and the tag, in this order: 28 bytes longer than what they hide.
///
/// The nonce is 96 random bits, so one key may seal 2³² values before a repeat becomes thinkable
/// (NIST SP 800-38D §8.3): give each use its own key with [`derive`].
#[derive(Debug)]
pub struct Sealer {
    key: RandomizedNonceKey,
}

impl Sealer {
    pub fn new(key: [u8; 32]) -> Sealer {
        let key = Zeroizing::new(key);
        Sealer { key: RandomizedNonceKey::new(&AES_256_GCM, key.as_slice()).expect("any 32 bytes are an AES-256 key") }
    }

    /// `purpose` is bound to the value, not hidden in it: it opens for the same purpose only, so that what was sealed
    /// as a sign-in cannot be handed in as a consent.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let end = NONCE_LEN + plain.len();
        let mut sealed = vec![0; end + TAG_LEN];
        sealed[NONCE_LEN..end].copy_from_slice(plain);
        let (nonce, tag) = self
            .key
            .seal_in_place_separate_tag(Aad::from(purpose.as_bytes()), &mut sealed[NONCE_LEN..end])
            .expect("only input of 64 GiB and more is refused");
        let nonce: &[u8; NONCE_LEN] = nonce.as_ref();
        sealed[..NONCE_LEN].copy_from_slice(nonce);
        sealed[end..].copy_from_slice(tag.as_ref());
        sealed
    }

    /// None for anything this key did not seal for this purpose. Which byte was wrong is not told.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut plain = rest.to_vec();
        let len = self.key.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut plain).ok()?.len();
        plain.truncate(len);
        Some(plain)
    }

    /// [`Sealer::seal`] as base64url, fit for a form field, a cookie or a query.
    pub fn seal_text(&self, purpose: &str, plain: &[u8]) -> String {
        b64url_encode(&self.seal(purpose, plain))
    }

    pub fn open_text(&self, purpose: &str, text: &str) -> Option<Vec<u8>> {
        self.open(purpose, &b64url_decode(text)?)
    }
}

/// A key of its own for each use of one master key: HKDF with SHA-256, no salt, the label as info (RFC 5869).
/// Labels are part of the stored format: changing one loses everything sealed under it.
pub fn derive(master: &[u8; 32], label: &str) -> [u8; 32] {
    let extracted = Salt::new(HKDF_SHA256, &[]).extract(master);
    let info = [label.as_bytes()];
    let mut key = [0; 32];
    extracted
        .expand(&info, HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut key))
        .expect("32 bytes are one block of output, and the buffer is as long");
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer() -> Sealer {
        Sealer::new([7; 32])
    }

    #[test]
    fn what_was_sealed_opens_again() {
        for plain in [&b""[..], b"x", b"state of a sign-in", &[0; 5000]] {
            let sealed = sealer().seal("flow", plain);
            assert_eq!(sealed.len(), plain.len() + 28);
            assert_eq!(sealer().open("flow", &sealed).as_deref(), Some(plain));
            let text = sealer().seal_text("flow", plain);
            assert_eq!(sealer().open_text("flow", &text).as_deref(), Some(plain));
        }
    }

    #[test]
    fn the_plain_text_does_not_show() {
        let sealed = sealer().seal("flow", b"state of a sign-in");
        assert!(!sealed.windows(5).any(|window| window == b"state"));
    }

    #[test]
    fn sealing_twice_gives_two_values() {
        assert_ne!(sealer().seal("flow", b"same"), sealer().seal("flow", b"same"));
    }

    #[test]
    fn another_purpose_or_another_key_opens_nothing() {
        let sealed = sealer().seal("flow", b"state");
        for purpose in ["consent", "", "flow ", "Flow"] {
            assert_eq!(sealer().open(purpose, &sealed), None, "{purpose:?}");
        }
        assert_eq!(Sealer::new([8; 32]).open("flow", &sealed), None);
    }

    #[test]
    fn a_change_in_any_byte_opens_nothing() {
        let sealed = sealer().seal("flow", b"state");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(sealer().open("flow", &changed), None, "byte {at}");
        }
    }

    #[test]
    fn a_shorter_or_longer_value_opens_nothing() {
        let sealed = sealer().seal("flow", b"state");
        for len in 0..sealed.len() {
            assert_eq!(sealer().open("flow", &sealed[..len]), None, "{len} bytes");
        }
        assert_eq!(sealer().open("flow", &[&sealed[..], b"\0"].concat()), None);
    }

    #[test]
    fn text_that_is_not_base64url_opens_nothing() {
        let text = sealer().seal_text("flow", b"state");
        for changed in [format!("{text}="), format!(" {text}"), "é".to_owned(), String::new()] {
            assert_eq!(sealer().open_text("flow", &changed), None, "{changed:?}");
        }
    }

    #[test]
    fn derived_keys_stay_what_they_are() {
        // Computed apart from this code: HMAC-SHA-256 twice, as RFC 5869 §2.2 and §2.3 say. What is sealed on disk
        // depends on these values.
        let master: [u8; 32] = std::array::from_fn(|i| i as u8);
        let hex = |key: [u8; 32]| key.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(hex(derive(&master, "flow")), "252af495fac43ba9625da7130a3710f1fab583319ad2afda5afa5c9b5a6c5e8b");
        assert_eq!(hex(derive(&master, "")), "37ad29109f43265287804b674e2653d0a513718907f97fca97c95bded8104bbf");
    }

    #[test]
    fn another_label_or_another_master_gives_another_key() {
        let key = derive(&[1; 32], "flow");
        assert_ne!(derive(&[1; 32], "consent"), key);
        assert_ne!(derive(&[2; 32], "flow"), key);
    }

    #[test]
    fn a_label_may_be_long() {
        let (long, longer) = ("l".repeat(500), "l".repeat(501));
        assert_ne!(derive(&[1; 32], &long), derive(&[1; 32], &longer));
    }
}
