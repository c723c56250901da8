//! Feeds PEM, base64 or DER to the reader of certificates, and a real certificate with bytes replaced: two for the
//! place, one for the value.
//!
//! Must hold: what is read reads the same again, as DER and as base64; its thumbprints are those of its bytes; its key
//! verifies nothing that it did not sign.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_fuzz::key;
use mandate_jose::hash::sha256;
use mandate_jose::{Assertion, Certificate, ForeignKey, b64url_encode};
use mandate_web::base64::standard;

/// Base64 of more is too long.
const LONGEST: usize = 48 * 1024;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        check(Certificate::read(text).ok());
    }
    check(Certificate::from_der(data).ok());

    let mut der = key().1.cert_der.clone();
    for patch in data.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([patch[0], patch[1]])) % der.len();
        der[at] = patch[2];
    }
    check(Certificate::from_der(&der).ok());
});

fn check(read: Option<Certificate>) {
    let Some(read) = read else { return };
    assert_eq!(Certificate::from_der(&read.der).as_ref(), Ok(&read));
    if read.der.len() <= LONGEST {
        assert_eq!(Certificate::read(&standard(&read.der)).as_ref(), Ok(&read));
    }
    assert_eq!((read.sha1.len(), read.sha256.len()), (27, 43));
    assert_eq!(read.sha256, b64url_encode(&sha256(&read.der)));
    // {"alg":"RS256"} and {}, over 256 bytes that nobody signed.
    let text = format!("eyJhbGciOiJSUzI1NiJ9.e30.{}", b64url_encode(&[1; 256]));
    let unsigned = Assertion::read(&text, text.len()).expect("well-formed");
    assert!(!unsigned.is_signed_by(&ForeignKey::Der(read.rsa_public)));
}
