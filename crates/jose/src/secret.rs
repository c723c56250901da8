//! Digests of client secrets, so that a stolen database signs nobody in.
//!
//! A client secret is made by a machine and has more entropy than can be searched, so one keyed hash is enough and
//! costs a microsecond on the token path. Never: passwords, or secrets a person chose; those need a slow hash.

use std::hint::black_box;

use crate::base64url::{b64url_decode, b64url_encode};
use crate::hash::{hmac_sha256, same};

/// Makes and matches stored digests: `v1$salt$digest`, the last two in base64url.
pub struct SecretDigest;

impl SecretDigest {
    /// `salt` is fresh random bytes, drawn by the caller. It is the key of an HMAC over the secret.
    pub fn make(secret: &str, salt: [u8; 16]) -> String {
        let digest = hmac_sha256(&salt, &[secret.as_bytes()]);
        format!("v1${}${}", b64url_encode(&salt), b64url_encode(&digest))
    }

    /// False also for a stored text that is none of ours, after the same work.
    pub fn matches(stored: &str, secret: &str) -> bool {
        let stored = Stored::read(stored);
        let fits = stored.as_ref().unwrap_or(&Stored::NOBODYS).fits(secret);
        fits && stored.is_some()
    }

    /// The answer for a client with no secret stored, or for no client at all: always false, and no sooner than
    /// [`SecretDigest::matches`] would say so, or the clock would tell which clients exist.
    pub fn matches_none(secret: &str) -> bool {
        // Kept from the optimiser, which may otherwise drop work whose result is thrown away.
        let _ = black_box(SecretDigest::matches(black_box(NOBODYS_TEXT), secret));
        false
    }
}

/// Well formed, and the digest of no secret anybody knows: [`Stored::NOBODYS`] as a row would hold it.
const NOBODYS_TEXT: &str = "v1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

struct Stored {
    salt: [u8; 16],
    digest: [u8; 32],
}

impl Stored {
    const NOBODYS: Stored = Stored { salt: [0; 16], digest: [0; 32] };

    fn read(text: &str) -> Option<Stored> {
        let (salt, digest) = text.strip_prefix("v1$")?.split_once('$')?;
        Some(Stored { salt: b64url_decode(salt)?.try_into().ok()?, digest: b64url_decode(digest)?.try_into().ok()? })
    }

    fn fits(&self, secret: &str) -> bool {
        same(&hmac_sha256(&self.salt, &[secret.as_bytes()]), &self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    const SECRET: &str = "kX8~correct-horse";
    /// Computed apart from this code; rows on disk look like this.
    const STORED: &str = "v1$AAECAwQFBgcICQoLDA0ODw$-cvzTqBPXKwwbPBmg1rORt6igSVZWCJvCdWyN3sNV9Q";

    #[test]
    fn a_digest_stays_what_it_is() {
        assert_eq!(SecretDigest::make(SECRET, SALT), STORED);
    }

    #[test]
    fn only_the_secret_itself_matches() {
        assert!(SecretDigest::matches(STORED, SECRET));
        for other in ["", "kX8~correct-hors", "kX8~correct-horse ", "KX8~correct-horse", STORED] {
            assert!(!SecretDigest::matches(STORED, other), "{other:?}");
        }
    }

    #[test]
    fn the_salt_sets_equal_secrets_apart() {
        let other = SecretDigest::make(SECRET, [9; 16]);
        assert_ne!(other, STORED);
        assert!(SecretDigest::matches(&other, SECRET));
    }

    #[test]
    fn a_stored_text_that_is_none_of_ours_matches_nothing() {
        let cases = [
            String::new(),
            "v1$$".to_owned(),
            SECRET.to_owned(),
            STORED.replace("v1", "v2"),
            format!("{STORED}$"),
            format!("{STORED}="),
            STORED[..STORED.len() - 1].to_owned(),
            STORED.replacen("AAEC", "", 1),
        ];
        for stored in cases {
            assert!(!SecretDigest::matches(&stored, SECRET), "{stored:?}");
        }
    }

    #[test]
    fn no_stored_secret_matches_nothing_by_the_same_way() {
        assert!(!SecretDigest::matches_none(SECRET));
        assert!(!SecretDigest::matches_none(""));
        // The stand-in takes the whole way, parsing included.
        assert!(Stored::read(NOBODYS_TEXT).is_some());
        assert_eq!(NOBODYS_TEXT.len(), STORED.len());
    }
}
