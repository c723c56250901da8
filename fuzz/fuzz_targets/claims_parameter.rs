//! Feeds the `claims` parameter.
//!
//! Must hold: it is taken exactly when it is a JSON object; another spelling of the same JSON asks the same; asking
//! twice asks no more; what is kept with a code is read back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_domain::token::claims_ask::ClaimsAsk;
use serde_json::{Map, Value};

fuzz_target!(|text: &str| {
    let json: Option<Map<String, Value>> = serde_json::from_str(text).ok();
    let asked = ClaimsAsk::parse(text);
    assert_eq!(asked.is_some(), json.is_some());
    let (Some(asked), Some(json)) = (asked, json) else { return };
    assert_eq!(ClaimsAsk::parse(&Value::Object(json).to_string()), Some(asked));
    assert_eq!(asked.and(asked), asked);
    assert_eq!(ClaimsAsk::default().and(asked), asked);
    let kept = serde_json::to_string(&asked).expect("four truths");
    assert_eq!(serde_json::from_str::<ClaimsAsk>(&kept).expect("just written"), asked);
});
