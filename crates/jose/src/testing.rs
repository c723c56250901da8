//! Two signing keys for the tests of this room, made once: making one takes a tenth of a second.

use std::sync::OnceLock;

use crate::key::{KeyMaterial, SigningKey};

/// 2026-11-26T06:30:00Z.
pub(crate) const NOT_BEFORE: i64 = 1_795_674_600;
/// 2031-11-26T06:30:00Z.
pub(crate) const NOT_AFTER: i64 = 1_953_441_000;

pub(crate) fn first() -> &'static (SigningKey, KeyMaterial) {
    static KEY: OnceLock<(SigningKey, KeyMaterial)> = OnceLock::new();
    KEY.get_or_init(make)
}

pub(crate) fn second() -> &'static (SigningKey, KeyMaterial) {
    static KEY: OnceLock<(SigningKey, KeyMaterial)> = OnceLock::new();
    KEY.get_or_init(make)
}

fn make() -> (SigningKey, KeyMaterial) {
    SigningKey::generate("signing.test", NOT_BEFORE, NOT_AFTER).expect("the dates are in order")
}
