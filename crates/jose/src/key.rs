//! The signing key: RSA-2048 with its self-signed certificate, parsed once and then only used.
//!
//! Never: the clock (the certificate's dates are arguments), the disk (the caller seals and stores [`KeyMaterial`]),
//! or a way to print the private half. Next: `jwt` signs with it, `ring` checks what it signed.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use zeroize::Zeroizing;

use crate::base64url::b64url_encode;
use crate::fault::CryptoFault;
use crate::jwk::PublicJwk;
use crate::jwt::Header;
use crate::random::random_bytes;
use crate::ring::VerifyingKey;

/// RSA-2048: a signature is as long as the modulus.
pub(crate) const SIGNATURE_LEN: usize = 256;

/// What must be kept to have the key again. Whoever stores it seals `pkcs8` first; `cert_der` is public.
pub struct KeyMaterial {
    pub pkcs8: Zeroizing<Vec<u8>>,
    pub cert_der: Vec<u8>,
}

impl fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyMaterial").finish_non_exhaustive()
    }
}

/// Shared freely between threads; signing needs no lock.
pub struct SigningKey {
    pair: RsaKeyPair,
    public: PublicJwk,
    // The only protected headers this key ever writes, already in base64url.
    plain: String,
    with_x5t: String,
    logout: String,
}

impl SigningKey {
    /// A new key with a certificate for `subject` (its common name), valid between the two times in Unix seconds.
    /// Draws randomness and takes about a tenth of a second of one core: not on a request's path.
    pub fn generate(
        subject: &str,
        not_before_unix: i64,
        not_after_unix: i64,
    ) -> Result<(SigningKey, KeyMaterial), CryptoFault> {
        let validity = Validity::new(not_before_unix, not_after_unix)?;
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| CryptoFault("generating an RSA key failed"))?;
        let pkcs8: Pkcs8V1Der<'static> =
            pair.as_der().map_err(|_| CryptoFault("writing the RSA key as PKCS#8 failed"))?;
        let material = KeyMaterial {
            pkcs8: Zeroizing::new(pkcs8.as_ref().to_vec()),
            cert_der: self_signed(&pair, subject, validity)?,
        };
        Ok((SigningKey::new(pair, &material.cert_der)?, material))
    }

    /// Parses stored material. Costs a consistency check of the key, so once for each start, never for each token.
    pub fn from_material(material: &KeyMaterial) -> Result<SigningKey, CryptoFault> {
        let pair = RsaKeyPair::from_pkcs8(&material.pkcs8)
            .map_err(|_| CryptoFault("the stored key is not an RSA private key in PKCS#8"))?;
        SigningKey::new(pair, &material.cert_der)
    }

    /// Names the key in token headers and key sets: the SHA-1 thumbprint of its certificate.
    pub fn kid(&self) -> &str {
        &self.public.kid
    }

    pub fn public(&self) -> &PublicJwk {
        &self.public
    }

    pub fn verifier(&self) -> VerifyingKey {
        VerifyingKey::new(self.kid(), self.pair.public_key().as_ref())
            .expect("the public half of a key pair the same library accepted")
    }

    fn new(pair: RsaKeyPair, cert_der: &[u8]) -> Result<SigningKey, CryptoFault> {
        if pair.public_modulus_len() != SIGNATURE_LEN {
            return Err(CryptoFault("the signing key is not RSA-2048"));
        }
        if !names_key(cert_der, &pair) {
            return Err(CryptoFault("the certificate belongs to another key"));
        }
        let public = PublicJwk::new(
            pair.public_key().modulus().big_endian_without_leading_zero(),
            pair.public_key().exponent().big_endian_without_leading_zero(),
            cert_der,
        );
        // A thumbprint is base64url text, so nothing in it needs escaping.
        let kid = &public.kid;
        let plain = format!(r#"{{"typ":"JWT","alg":"RS256","kid":"{kid}"}}"#);
        let with_x5t = format!(r#"{{"typ":"JWT","alg":"RS256","x5t":"{kid}","kid":"{kid}"}}"#);
        let logout = format!(r#"{{"typ":"logout+jwt","alg":"RS256","kid":"{kid}"}}"#);
        Ok(SigningKey {
            plain: b64url_encode(plain.as_bytes()),
            with_x5t: b64url_encode(with_x5t.as_bytes()),
            logout: b64url_encode(logout.as_bytes()),
            pair,
            public,
        })
    }

    pub(crate) fn protected(&self, header: Header) -> &str {
        match header {
            Header::Plain => &self.plain,
            Header::WithX5t => &self.with_x5t,
            Header::Logout => &self.logout,
        }
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    pub(crate) fn signature(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        let mut signature = [0; SIGNATURE_LEN];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .expect("`new` checked the key, and its modulus is as long as the buffer");
        signature
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid()).finish_non_exhaustive()
    }
}

/// A guard against mixed-up rows, not a validation: the public key stands in its certificate byte for byte
/// (RFC 3279 §2.3.1), so a certificate without those bytes cannot be its own.
fn names_key(cert_der: &[u8], pair: &RsaKeyPair) -> bool {
    let public: &[u8] = pair.public_key().as_ref();
    cert_der.windows(public.len()).any(|window| window == public)
}

#[derive(Clone, Copy)]
struct Validity {
    not_before: Duration,
    not_after: Duration,
}

impl Validity {
    /// 9999-12-31T23:59:59Z, the last moment a certificate can name (RFC 5280 §4.1.2.5).
    const LAST: u64 = 253_402_300_799;

    fn new(not_before_unix: i64, not_after_unix: i64) -> Result<Validity, CryptoFault> {
        let (Ok(not_before), Ok(not_after)) = (u64::try_from(not_before_unix), u64::try_from(not_after_unix)) else {
            return Err(CryptoFault("a certificate cannot be valid before 1970"));
        };
        if not_after <= not_before {
            return Err(CryptoFault("the certificate would end before it begins"));
        }
        if not_after > Validity::LAST {
            return Err(CryptoFault("a certificate cannot be valid after the year 9999"));
        }
        Ok(Validity { not_before: Duration::from_secs(not_before), not_after: Duration::from_secs(not_after) })
    }
}

fn self_signed(pair: &RsaKeyPair, subject: &str, validity: Validity) -> Result<Vec<u8>, CryptoFault> {
    // RFC 5280 §4.1.2.2: positive, at most 20 bytes. The two top bits keep it so, and always 16 bytes long.
    let mut serial = random_bytes::<16>();
    serial[0] = (serial[0] & 0x7f) | 0x40;

    let mut name = rcgen::DistinguishedName::new();
    name.push(rcgen::DnType::CommonName, subject);

    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = name;
    params.serial_number = Some(rcgen::SerialNumber::from_slice(&serial));
    params.not_before = epoch + validity.not_before;
    params.not_after = epoch + validity.not_after;
    params.is_ca = rcgen::IsCa::ExplicitNoCa;
    params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];

    let certificate = params
        .self_signed(&CertificateSigner(pair))
        .map_err(|_| CryptoFault("signing the key's certificate failed"))?;
    Ok(certificate.der().to_vec())
}

/// Lends the parsed key to the certificate writer, which would otherwise keep a copy of the private half that nothing
/// wipes.
struct CertificateSigner<'k>(&'k RsaKeyPair);

impl rcgen::PublicKeyData for CertificateSigner<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

impl rcgen::SigningKey for CertificateSigner<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| rcgen::Error::RemoteKeyError)?;
        Ok(signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url::b64url_decode;
    use crate::hash::sha1_thumbprint;
    use crate::testing::{NOT_AFTER, NOT_BEFORE, first, second};

    #[test]
    fn kid_and_x5t_are_the_thumbprint_of_the_published_certificate() {
        use base64::Engine as _;
        let (key, material) = first();
        let public = key.public();
        let cert = base64::engine::general_purpose::STANDARD.decode(&public.x5c[0]).unwrap();
        assert_eq!(cert, material.cert_der);
        assert_eq!(public.kid, sha1_thumbprint(&cert));
        assert_eq!(public.x5t, public.kid);
        assert_eq!(key.kid(), public.kid);
        assert_eq!(public.kid.len(), 27);
    }

    #[test]
    fn the_published_numbers_are_an_rsa_2048_key() {
        let public = first().0.public();
        assert_eq!((public.kty, public.usage, public.alg), ("RSA", "sig", None));
        assert_eq!(public.e, "AQAB");
        let modulus = b64url_decode(&public.n).unwrap();
        assert_eq!(modulus.len(), 256);
        assert!(modulus[0] >= 0x80);
    }

    #[test]
    fn stored_material_gives_the_same_key_again() {
        let (key, material) = first();
        let again = SigningKey::from_material(material).unwrap();
        assert_eq!(again.public(), key.public());
        assert_eq!(again.signature(b"message"), key.signature(b"message"));
    }

    #[test]
    fn two_keys_differ() {
        let ((one, _), (two, _)) = (first(), second());
        assert_ne!(one.kid(), two.kid());
        assert_ne!(one.public().n, two.public().n);
    }

    #[test]
    fn the_certificate_is_signed_by_the_key_it_names() {
        let (key, material) = first();
        let cert = &material.cert_der;
        // A certificate is a sequence of what is signed, the algorithm, and the signature, which ends the file
        // (RFC 5280 §4.1). Both sequences are longer than 255 bytes: four bytes of tag and length each.
        assert!(cert.starts_with(b"\x30\x82") && cert[4..].starts_with(b"\x30\x82"));
        let signed_len = 4 + usize::from(u16::from_be_bytes([cert[6], cert[7]]));
        let signature = &cert[cert.len() - SIGNATURE_LEN..];
        assert!(key.verifier().accepts(&cert[4..4 + signed_len], signature));
    }

    #[test]
    fn the_certificate_carries_its_subject_and_dates() {
        let cert = &first().1.cert_der;
        let holds = |text: &[u8]| cert.windows(text.len()).any(|window| window == text);
        assert!(holds(b"signing.test"));
        // UTCTime, as RFC 5280 §4.1.2.5 wants for years before 2050.
        assert!(holds(b"\x17\x0d261126063000Z"), "{NOT_BEFORE}");
        assert!(holds(b"\x17\x0d311126063000Z"), "{NOT_AFTER}");
    }

    #[test]
    fn a_certificate_of_another_key_is_refused() {
        let mixed = KeyMaterial { pkcs8: first().1.pkcs8.clone(), cert_der: second().1.cert_der.clone() };
        assert_eq!(
            SigningKey::from_material(&mixed).unwrap_err(),
            CryptoFault("the certificate belongs to another key")
        );
    }

    #[test]
    fn damaged_material_is_refused() {
        let (_, whole) = first();
        for pkcs8 in [&b""[..], b"not DER at all", &whole.pkcs8[..whole.pkcs8.len() - 1]] {
            let damaged = KeyMaterial { pkcs8: Zeroizing::new(pkcs8.to_vec()), cert_der: whole.cert_der.clone() };
            assert!(SigningKey::from_material(&damaged).is_err());
        }
        let no_certificate = KeyMaterial { pkcs8: whole.pkcs8.clone(), cert_der: Vec::new() };
        assert!(SigningKey::from_material(&no_certificate).is_err());
    }

    #[test]
    fn impossible_dates_are_refused_before_any_key_is_made() {
        for (from, to) in [(-1, 10), (10, -1), (10, 10), (10, 9), (0, 253_402_300_800), (i64::MIN, i64::MAX)] {
            assert!(SigningKey::generate("signing.test", from, to).is_err(), "{from} to {to}");
        }
    }

    #[test]
    fn nothing_private_is_printed() {
        let (key, material) = first();
        assert_eq!(format!("{material:?}"), "KeyMaterial { .. }");
        assert_eq!(format!("{key:?}"), format!("SigningKey {{ kid: {:?}, .. }}", key.kid()));
    }
}
