//! Feeds the claims of a client's assertion, which its registered certificate signs here, to the token endpoint.
//!
//! Must hold: no fault of ours; a token is given only when issuer and subject are the client, the one audience is an
//! endpoint of ours, and it lives: five minutes of grace at either end, and no more than a day and an hour.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_base::AppId;
use mandate_fuzz::{asserting, judge, on_stage};
use mandate_tests::LOGIN;
use mandate_tests::app::EXPORT;
use mandate_tests::signer::one;
use mandate_usecases::clients::audience;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let Ok(claims) = serde_json::from_str::<Value>(text) else { return };
    on_stage(|stage| {
        let form = asserting(&one().sign_padded(&claims));
        let reply = stage.post(&format!("/{}/oauth2/v2.0/token", EXPORT.tenant), &form);
        judge(&reply);
        if reply.status == 200 {
            check(&claims, stage.world.now().secs());
        }
    });
});

fn check(claims: &Value, now: i64) {
    const GRACE: f64 = 300.0;
    let client = |name: &str| claims[name].as_str().map(AppId::parse);
    assert_eq!((client("iss"), client("sub")), (Some(Ok(EXPORT.app_id())), Some(Ok(EXPORT.app_id()))));
    let only = match &claims["aud"] {
        Value::Array(list) if list.len() == 1 => list[0].as_str(),
        other => other.as_str(),
    };
    assert!(only.and_then(|only| audience(LOGIN, only)).is_some(), "{claims}");
    let now = now as f64;
    let exp = seconds(&claims["exp"]).expect("it ends");
    assert!(exp + GRACE > now && exp <= now + 25.0 * 3600.0 + 1.0, "{claims}");
    assert!(seconds(&claims["nbf"]).is_none_or(|nbf| nbf < now + GRACE + 1.0), "{claims}");
}

/// A number, or a number in quotes.
fn seconds(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}
