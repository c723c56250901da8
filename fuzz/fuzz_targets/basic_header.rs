//! Feeds an `Authorization` header to the reader of Basic, and any `user:password` through both ways of writing it.
//!
//! Must hold: one or two readings; a raw pair is the last of them, a percent-encoded one the first.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_web::base64::{basic, standard};
use mandate_web::percent::encode;

fuzz_target!(|text: &str| {
    if let Some(readings) = basic(text) {
        assert!((1..=2).contains(&readings.len()));
    }
    let Some((user, password)) = text.split_once(':') else { return };
    let meant = (user.to_owned(), password.to_owned());
    assert_eq!(readings(user, password).last(), Some(&meant));
    assert_eq!(readings(&encode(user), &encode(password)).first(), Some(&meant));
});

fn readings(user: &str, password: &str) -> Vec<(String, String)> {
    let header = format!("Basic {}", standard(format!("{user}:{password}").as_bytes()));
    basic(&header).expect("a pair in base64")
}
