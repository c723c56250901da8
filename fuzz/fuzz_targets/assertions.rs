//! Feeds a client assertion: as compact text, and as header, payload and signature, one a line, put into base64url
//! here.
//!
//! Must hold: it is kept as it came and within its limit; thumbprints have one alphabet; no key of ours signed it; the
//! client that it names is the `iss` of its payload; an audience names the segment that an endpoint of ours has.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_base::AppId;
use mandate_fuzz::key;
use mandate_jose::{Certificate, ForeignKey, TokenRefusal, b64url_encode};
use mandate_usecases::clients::{Assertion, audience, named_by, read_assertion};
use serde_json::Value;
use std::sync::LazyLock;

const ORIGIN: &str = "https://login.example";

static KEY: LazyLock<ForeignKey> =
    LazyLock::new(|| ForeignKey::Der(Certificate::from_der(&key().1.cert_der).expect("our own").rsa_public));

fuzz_target!(|text: &str| {
    let parts: Vec<String> = text.splitn(3, '\n').map(|part| b64url_encode(part.as_bytes())).collect();
    check(text);
    check(&parts.join("."));

    if let Some(segment) = audience(ORIGIN, text) {
        assert!(!segment.is_empty() && !segment.contains('/'));
        let again = format!("{ORIGIN}/{segment}/oauth2/v2.0/token");
        assert_eq!(audience(ORIGIN, &again), Some(segment));
    }
});

fn check(text: &str) {
    let Ok(read) = read_assertion(text) else { return };
    assert_eq!(read.whole(), text);
    assert!(text.len() <= 16 * 1024);
    assert_eq!(Assertion::read(text, text.len()).as_ref(), Ok(&read));
    assert_eq!(Assertion::read(text, text.len() - 1), Err(TokenRefusal::TooLong));
    for thumbprint in [&read.x5t, &read.x5t_s256].into_iter().flatten() {
        assert!(!thumbprint.contains(['+', '/']) && !thumbprint.ends_with('='));
    }
    assert!(!read.is_signed_by(&KEY));
    if let Some(client) = named_by(&read) {
        let claims: Value = serde_json::from_slice(&read.payload).expect("it was read before");
        assert_eq!(claims["iss"].as_str().map(AppId::parse), Some(Ok(client)));
    }
}
