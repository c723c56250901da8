//! Feeds what a page carries through the browser: where its form is posted (first line), its fields (second), and the
//! request inside the seal as JSON. It is sealed here, by the house's own key, for a browser of somebody signed in.
//!
//! Must hold: whatever an older or a newer version of ours may have sealed, there is no fault of ours, no stranger's
//! markup in a page, and no redirect to where nobody registered one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_fuzz::{Stage, judge, on_stage};
use serde_json::{Value, json};

/// What the flow cookie holds: 22 characters.
const BROWSER: &str = "a-browser-of-22-letter";

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(3, '\n');
    let (Some(path), Some(fields), Some(flow)) = (lines.next(), lines.next(), lines.next()) else { return };
    on_stage(|stage| {
        let keys = stage.world.house().keys();
        let (flow, canary) = (keys.seal("flow", &carried(stage, flow)), keys.seal("canary", BROWSER.as_bytes()));
        let request = stage.request(&format!(
            "POST {path}\ncontent-type: application/x-www-form-urlencoded\n\
             cookie: __Host-mandate-flow={BROWSER}; __Host-mandate-session={{session}}\n\n\
             flow={flow}&canary={canary}&{fields}"
        ));
        if let Some(request) = request {
            judge(&stage.send(request));
        }
    });
});

/// Of this browser and of this moment, where it is an object at all: else every form ends at the same check.
fn carried(stage: &Stage, flow: &str) -> Vec<u8> {
    let flow = stage.worded(flow);
    match serde_json::from_str(&flow) {
        Ok(Value::Object(mut members)) => {
            members.insert("browser".to_owned(), json!(BROWSER));
            members.insert("begun".to_owned(), json!(stage.world.now().millis()));
            Value::Object(members).to_string().into_bytes()
        }
        _ => flow.into_bytes(),
    }
}
