//! Feeds a protected header (first line; `{kid}` is our key's name) and a payload to the ring, signs the input, and
//! changes one character of what was signed.
//!
//! Must hold: nothing is verified but what the key signed, and that comes back byte for byte; a reader of foreign
//! assertions gives the same verdict on it; no change anywhere survives.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_fuzz::key;
use mandate_jose::{Assertion, Certificate, ForeignKey, Header, KeyRing, b64url_encode};
use std::sync::LazyLock;

const ROOMY: usize = 1 << 20;

static RING: LazyLock<KeyRing> = LazyLock::new(|| KeyRing::new([key().0.verifier()]));
static PUBLIC: LazyLock<ForeignKey> =
    LazyLock::new(|| ForeignKey::Der(Certificate::from_der(&key().1.cert_der).expect("our own").rsa_public));

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).replace("{kid}", key().0.kid());
    assert!(RING.verify(&text, ROOMY).is_err());
    let (header, payload) = text.split_once('\n').unwrap_or((text.as_str(), "{}"));
    let unsigned = format!("{}.{}", b64url_encode(header.as_bytes()), b64url_encode(payload.as_bytes()));
    assert!(RING.verify(&format!("{unsigned}.{}", b64url_encode(&[1; 256])), ROOMY).is_err());
    if data.is_empty() {
        return;
    }

    let token = key().0.sign_jwt(Header::Plain, data);
    let verified = RING.verify(&token, token.len()).expect("just signed");
    assert_eq!((verified.kid, verified.payload.as_slice()), (key().0.kid(), data));
    assert!(RING.verify(&token, token.len() - 1).is_err());
    let foreign = Assertion::read(&token, ROOMY).expect("just signed");
    assert!(foreign.payload == data && foreign.is_signed_by(&PUBLIC));

    let mut changed = token.into_bytes();
    let at = data.iter().fold(0, |sum, byte| sum * 31 % 8191 + usize::from(*byte)) % changed.len();
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("ASCII for ASCII");
    assert!(RING.verify(&changed, ROOMY).is_err());
});
