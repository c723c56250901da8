//! What a client's certificate says: its thumbprints, its dates and its public key (RFC 5280).
//!
//! Never: a chain or a trust anchor. A registered certificate is trusted since it is registered, as a key would be.

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::base64url::b64url_encode;
use crate::hash::{sha1_thumbprint, sha256};

/// Why a text is no certificate that a client could use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateRefusal(pub &'static str);

/// A certificate as it was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub der: Vec<u8>,
    /// base64url without padding.
    pub sha1: String,
    pub sha256: String,
    /// Unix seconds.
    pub not_before: i64,
    pub not_after: i64,
    /// The common name, or the whole subject where there is none.
    pub subject: String,
    /// The public key (RFC 8017 §A.1.1).
    pub rsa_public: Vec<u8>,
}

const LONGEST: usize = 64 * 1024;

impl Certificate {
    /// DER in base64, as Graph shows it.
    pub fn base64(&self) -> String {
        STANDARD.encode(&self.der)
    }

    /// PEM, or DER in base64, as people and Graph write it.
    pub fn read(text: &str) -> Result<Certificate, CertificateRefusal> {
        let refused = CertificateRefusal("not a certificate in PEM or base64");
        if text.len() > LONGEST {
            return Err(CertificateRefusal("the certificate is too long"));
        }
        if text.contains("-----BEGIN") {
            let (pem, _) = Pem::read(std::io::Cursor::new(text)).map_err(|_| refused)?;
            return Certificate::from_der(&pem.contents);
        }
        let packed: String = text.split_ascii_whitespace().collect();
        let der = STANDARD.decode(&packed).map_err(|_| refused)?;
        // Graph takes a whole PEM file in base64, too.
        match std::str::from_utf8(&der) {
            Ok(inner) if inner.contains("-----BEGIN") => Certificate::read(inner),
            _ => Certificate::from_der(&der),
        }
    }

    pub fn from_der(der: &[u8]) -> Result<Certificate, CertificateRefusal> {
        let (rest, parsed) =
            X509Certificate::from_der(der).map_err(|_| CertificateRefusal("not an X.509 certificate"))?;
        if !rest.is_empty() {
            return Err(CertificateRefusal("something follows the certificate"));
        }
        let key = parsed.public_key();
        let Ok(PublicKey::RSA(rsa)) = key.parsed() else {
            return Err(CertificateRefusal("the certificate's key is not RSA"));
        };
        if rsa.key_size() < 2048 {
            return Err(CertificateRefusal("the certificate's key is shorter than 2048 bits"));
        }
        let rsa_public = key.subject_public_key.data.to_vec();
        if ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &rsa_public).is_err() {
            return Err(CertificateRefusal("the certificate's key cannot be used"));
        }
        let subject = parsed.subject();
        let name = subject.iter_common_name().next().and_then(|name| name.as_str().ok()).map(str::to_owned);
        Ok(Certificate {
            der: der.to_vec(),
            sha1: sha1_thumbprint(der),
            sha256: b64url_encode(&sha256(der)),
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
            subject: name.unwrap_or_else(|| subject.to_string()),
            rsa_public,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOT_AFTER, NOT_BEFORE, first};

    #[test]
    fn a_certificate_is_read_from_each_form_that_people_have_it_in() {
        let (key, material) = first();
        let base64 = STANDARD.encode(&material.cert_der);
        let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
        let lines = base64.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>();
        for text in [base64.clone(), pem.clone(), lines.join("\r\n"), STANDARD.encode(&pem)] {
            let read = Certificate::read(&text).expect("a certificate");
            assert_eq!(read.sha1, key.kid());
            assert_eq!((read.not_before, read.not_after), (NOT_BEFORE, NOT_AFTER));
            assert_eq!(read.subject, "signing.test");
        }
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let (_, material) = first();
        let longer = [material.cert_der.as_slice(), b"x"].concat();
        let cut = &material.cert_der[..material.cert_der.len() - 1];
        for der in [&longer[..], cut, b"", b"0\x03\x02\x01\x00"] {
            assert!(Certificate::from_der(der).is_err());
        }
        for text in [
            "",
            "no base64!",
            "-----BEGIN CERTIFICATE-----",
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
        ] {
            assert!(Certificate::read(text).is_err(), "{text}");
        }
        assert!(Certificate::read(&"A".repeat(LONGEST + 1)).is_err());
    }
}
