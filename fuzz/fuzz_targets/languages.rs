//! Feeds an `Accept-Language` header to the choice of a language, and any text to the filler of `{places}`.
//!
//! Must hold: a language that nobody here speaks changes nothing; what is not the default was named; a text without
//! values stays as it is, and a value that looks like a place is never filled again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_web::words::{Lang, fill};

fuzz_target!(|text: &str| {
    let chosen = Lang::from_accept_language(text);
    assert_eq!(Lang::parse(chosen.tag()), Some(chosen));
    assert_eq!(Lang::from_accept_language(&format!("{text},tlh")), chosen);
    assert_eq!(Lang::from_accept_language(&format!("tlh,{text}")), chosen);
    assert!(chosen == Lang::En || text.to_ascii_lowercase().contains(chosen.tag()));

    assert_eq!(fill(text, &[]), text);
    assert_eq!(fill(text, &[("app", "{app}")]), text);
});
