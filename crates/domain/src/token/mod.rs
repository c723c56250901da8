//! Tokens: what they claim, how long they live, and how refresh tokens follow each other.
//!
//! Never: signing or hashing; `mandate-jose` does, and hands results in. Next: `claims` for who is told what.

pub mod claims;
pub mod claims_ask;
pub mod lifetime;
pub mod proof_rules;
pub mod refresh;

use mandate_base::{Draw, MINUTE};

/// A random life between 60 and 90 minutes, so that an organisation's tokens do not all expire together
/// (protocol.md §4.6).
pub fn access_life(draw: &mut dyn Draw) -> i64 {
    let spread = u32::from_be_bytes(draw.bytes::<4>());
    60 * MINUTE + i64::from(spread % (30 * 60)) * 1000
}

/// An ID token tells what was true at sign-in; one hour is enough to read it.
pub const ID_LIFE: i64 = 60 * MINUTE;

#[cfg(test)]
mod claims_tests;
