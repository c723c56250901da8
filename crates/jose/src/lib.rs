//! Keys, signatures, tokens and seals: the one room that touches the crypto library for them.
//!
//! What leaves this room is already decided: a signed text, a verified payload, a sealed blob, yes or no.
//! Never: I/O, a clock, a claim's meaning. Times are arguments; whether a token is expired, for whom it is and who
//! sent it are questions for the rooms that call. Randomness is drawn here and nowhere else, in three places:
//! key generation, the nonce of a seal, and [`random_bytes`].
//!
//! Next: `key` holds the signing key, `jwt` writes tokens, `ring` reads them, `assertion` reads
//! other people's, `certificate` their certificates; `jwk` is the public face of a key; `hash` has digests and comparisons, `seal` hides state in plain sight, `secret` keeps client secrets.

#![forbid(unsafe_code)]

mod assertion;
mod base64url;
mod certificate;
mod fault;
pub mod hash;
mod jwk;
mod jwt;
mod key;
mod random;
mod ring;
mod seal;
mod secret;
#[cfg(test)]
mod testing;

pub use assertion::{Assertion, ForeignKey};
pub use base64url::{b64url_decode, b64url_encode};
pub use certificate::{Certificate, CertificateRefusal};
pub use fault::CryptoFault;
pub use jwk::{PublicJwk, jwks_json};
pub use jwt::Header;
pub use key::{KeyMaterial, SigningKey};
pub use random::random_bytes;
pub use ring::{KeyRing, TokenRefusal, Verified, VerifyingKey};
pub use seal::{Sealer, derive};
pub use secret::SecretDigest;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_sealers_are_shared_between_threads() {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<SigningKey>();
        shared::<KeyRing>();
        shared::<Sealer>();
    }
}
