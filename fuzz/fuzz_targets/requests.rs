//! Feeds whole requests to the whole house, as text: authorize and its pages, token, device code, discovery, sign-out,
//! a person's own page, Graph. Words such as `{session}` and `{flow}` stand for what cannot be guessed (`src/lib.rs`).
//!
//! Must hold: no fault of ours, no stranger's markup in a page, no redirect to where nobody registered one; JSON is
//! JSON; a HEAD is answered as its GET, without the body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_fuzz::{judge, on_stage};

fuzz_target!(|text: &str| {
    on_stage(|stage| {
        let Some(request) = stage.request(text) else { return };
        judge(&stage.send(request));
        // Where a GET does nothing but answer.
        let is_document = |target: &&str| {
            let path = target.split(['?', '\n']).next().unwrap_or("");
            path.ends_with("/.well-known/openid-configuration")
        };
        let Some(target) = text.strip_prefix("GET ").filter(is_document) else { return };
        let ask = |method: &str| stage.request(&format!("{method} {target}")).map(|request| stage.send(request));
        if let (Some(get), Some(head)) = (ask("GET"), ask("HEAD")) {
            assert_eq!(head.status, get.status);
            assert!(head.body.is_empty());
        }
    });
});
