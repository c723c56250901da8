//! Feeds `response_type`, `response_mode` and `prompt` with the whole input; a code challenge, its method and a
//! verifier with its lines.
//!
//! Must hold: response types are sets; v2.0 knows no `admin_consent`, and v1.0 all that v2.0 knows; a verifier fits
//! only the challenge that is made of it, and without a challenge none is taken.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_domain::signin::ask::{Prompt, ResponseMode, ResponseType, Version};
use mandate_domain::signin::pkce::{Challenge, Method};
use mandate_jose::hash::{pkce_s256, same};

fuzz_target!(|text: &str| {
    if let Some(kind) = ResponseType::parse(text) {
        assert!(kind.code || kind.id_token || kind.token);
        let reversed: Vec<&str> = text.split_ascii_whitespace().rev().collect();
        assert_eq!(ResponseType::parse(&reversed.join(" ")), Some(kind));
        assert!(kind.default_mode() != ResponseMode::Query || !(kind.id_token || kind.token));
    }
    let _ = ResponseMode::parse(text);
    if let Some(prompt) = Prompt::parse(text, Version::V2) {
        assert_ne!(prompt, Prompt::AdminConsent);
        assert_eq!(Prompt::parse(text, Version::V1), Some(prompt));
    }

    let mut lines = text.lines();
    let (value, method, verifier) = (lines.next(), lines.next(), lines.next());
    let check =
        |challenge: &Option<Challenge>, verifier| Challenge::check(challenge.as_ref(), verifier, &pkce_s256, &same);
    if let Ok(challenge) = Challenge::of(value, method) {
        let fits = match (&challenge, verifier) {
            (None, None) => true,
            (Some(Challenge { method: Method::Plain, value }), Some(verifier)) => verifier == value,
            (Some(Challenge { method: Method::S256, value }), Some(verifier)) => {
                (43..=128).contains(&verifier.len()) && pkce_s256(verifier) == *value
            }
            _ => false,
        };
        assert_eq!(check(&challenge, verifier).is_ok(), fits);
    }
    if let Some(verifier) = value.filter(|verifier| (43..=128).contains(&verifier.len())) {
        let challenge = Challenge::of(Some(&pkce_s256(verifier)), Some("S256")).expect("43 unreserved characters");
        assert_eq!(check(&challenge, Some(verifier)), Ok(()));
        assert!(check(&challenge, None).is_err() && check(&None, Some(verifier)).is_err());
    }
});
