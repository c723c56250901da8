//! Feeds bytes and text to the opener of seals, and text to the stored form of client secrets.
//!
//! Must hold: nothing opens but what was sealed, for its purpose, unchanged to the last bit; a secret fits the digest
//! that was made of it and no text that somebody wrote.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_jose::{Sealer, SecretDigest};
use std::sync::LazyLock;

static SEALER: LazyLock<Sealer> = LazyLock::new(|| Sealer::new([7; 32]));

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    assert_eq!(SEALER.open("flow", data), None);
    assert_eq!(SEALER.open_text("flow", &text), None);

    let mut sealed = SEALER.seal("flow", data);
    assert_eq!(SEALER.open("flow", &sealed).as_deref(), Some(data));
    assert_eq!(SEALER.open("canary", &sealed), None);
    let bit = data.iter().map(|byte| usize::from(*byte)).sum::<usize>() % (sealed.len() * 8);
    sealed[bit / 8] ^= 1 << (bit % 8);
    assert_eq!(SEALER.open("flow", &sealed), None);

    assert!(!SecretDigest::matches(&text, "a secret of nobody's"));
    let digest = SecretDigest::make(&text, [9; 16]);
    assert!(SecretDigest::matches(&digest, &text));
    assert!(!SecretDigest::matches(&digest, &format!("{text}x")));
});
