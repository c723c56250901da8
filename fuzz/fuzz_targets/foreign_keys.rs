//! Feeds the modulus and the exponent of a JWK, one a line, to the reader of other people's keys.
//!
//! Must hold: a key has 2048 to 8192 bits without zeros in front, and an exponent of one to eight bytes; it verifies
//! nothing that it did not sign, with either algorithm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_jose::{Assertion, ForeignKey, b64url_encode};

fuzz_target!(|text: &str| {
    let (n, e) = text.split_once('\n').unwrap_or((text, "AQAB"));
    let Some(key) = ForeignKey::of_jwk(n, e) else { return };
    let ForeignKey::Components { n, e } = &key else { panic!("a JWK has components") };
    assert!((256..=1024).contains(&n.len()) && n[0] != 0);
    assert!((1..=8).contains(&e.len()));
    for header in [r#"{"alg":"RS256"}"#, r#"{"alg":"PS256"}"#] {
        // As long as the modulus: a shorter one would be refused before it is looked at.
        let signature = b64url_encode(&vec![1; n.len()]);
        let text = format!("{}.e30.{signature}", b64url_encode(header.as_bytes()));
        let unsigned = Assertion::read(&text, text.len()).expect("well-formed");
        assert!(!unsigned.is_signed_by(&key));
    }
});
