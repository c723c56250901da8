//! Feeds a path below `/v1.0/` with its query (first line) and an `Accept` header (second) to Graph, once with a
//! person's token and once with an app's.
//!
//! Must hold: no fault of ours; every answer is JSON, a refusal with its code; the link to the next page is of our own
//! origin and opens for whoever was given it, and not for the other.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_fuzz::{Stage, judge, on_stage};
use mandate_tests::{LOGIN, Reply};

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let (target, accept) = (lines.next().unwrap_or(""), lines.next().unwrap_or("*/*"));
    on_stage(|stage| {
        for (bearer, other) in [("{person}", "{app}"), ("{app}", "{person}")] {
            let Some(reply) = get(stage, &format!("/v1.0/{target}"), accept, bearer) else { return };
            judge(&reply);
            // The address was too long for anybody to look at it.
            if reply.status == 414 {
                continue;
            }
            let body = reply.json();
            assert_eq!(reply.status >= 400, body["error"]["code"].is_string(), "{body}");
            let Some(next) = body["@odata.nextLink"].as_str() else { continue };
            let path = next.strip_prefix(LOGIN).expect("of our own origin");
            assert_eq!(get(stage, path, accept, bearer).expect("a link of ours is an address").status, 200, "{next}");
            assert_ne!(get(stage, path, accept, other).expect("a link of ours is an address").status, 200, "{next}");
        }
    });
});

/// `None`: no request that HTTP could carry.
fn get(stage: &Stage, path: &str, accept: &str, bearer: &str) -> Option<Reply> {
    let request = stage.request(&format!("GET {path}\nauthorization: Bearer {bearer}\naccept: {accept}"))?;
    Some(stage.send(request))
}
