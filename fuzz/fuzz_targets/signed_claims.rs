//! Feeds the payload of a token that our own key signs: as a bearer at Graph, as the token that an API hands in on
//! behalf of somebody, and as a hint at sign-out.
//!
//! Must hold: no fault of ours; what is let in is JSON that has not expired, has begun, and is of the tenant's own
//! issuer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_fuzz::{Stage, judge, on_stage};
use mandate_jose::Header;
use mandate_tests::LOGIN;
use mandate_tests::app::ORDERS;
use serde_json::Value;

fuzz_target!(|text: &str| {
    on_stage(|stage| {
        let claims = stage.worded(text);
        let token = stage.world.house().keys().signing.sign_jwt(Header::WithX5t, claims.as_bytes());

        if let Some(call) = stage.request(&format!("GET /v1.0/me\nauthorization: Bearer {token}")) {
            let reply = stage.send(call);
            judge(&reply);
            assert!(reply.status != 200 || counts(stage, &claims), "{claims}");
        }
        let form = stage.world.client(ORDERS).on_behalf(&token, "https://graph.microsoft.com/User.Read").text();
        let reply = stage.post(&format!("/{}/oauth2/v2.0/token", ORDERS.tenant), &form);
        judge(&reply);
        assert!(reply.status != 200 || counts(stage, &claims), "{claims}");

        let back = "post_logout_redirect_uri=http://localhost:5000/auth/callback";
        let target = format!("/common/oauth2/v2.0/logout?id_token_hint={token}&{back}");
        if let Some(leave) = stage.request(&format!("GET {target}")) {
            judge(&stage.send(leave));
        }
    });
});

fn counts(stage: &Stage, claims: &str) -> bool {
    let now = stage.world.now().secs();
    let claims: Value = serde_json::from_str(claims).expect("what is let in is JSON");
    let seconds = |name: &str| claims[name].as_i64().expect("whole seconds");
    let tenant = claims["tid"].as_str().unwrap_or("").to_ascii_lowercase();
    let issuers = [format!("{LOGIN}/{tenant}/"), format!("{LOGIN}/{tenant}/v2.0")];
    seconds("exp") > now && seconds("nbf") <= now && issuers.iter().any(|issuer| claims["iss"] == issuer.as_str())
}
