//! The password grant (protocol.md §3.7): what it gives, what it cannot, and that it tells nobody who exists.

use mandate_tests::app::{INTRANET, MOBILE, PLANNER};
use mandate_tests::people::{EMMA, JORIS, LUKAS, PASSWORD, SANNE, WATERKANT};
use mandate_tests::{World, seconds};

const SCOPE: &str = "openid profile offline_access User.Read";

#[tokio::test]
async fn a_name_and_a_password_bring_tokens_where_consent_stands() {
    let world = World::new().await;
    world.allow_for_everybody(MOBILE, SANNE, SCOPE).await;
    let mobile = world.client(MOBILE);
    let tokens = mobile.send(&mobile.with_password(JORIS, PASSWORD, SCOPE)).await.granted();
    world.graph(tokens.access()).get("/v1.0/me").await.found();
    assert!(!tokens.id_token().is_empty());
    // It is a public client's: it rotates.
    let next = mobile.refresh(tokens.refresh()).await.granted();
    world.later(seconds(31));
    assert_eq!(mobile.refresh(tokens.refresh()).await.refusal(), (400, "invalid_grant", 50173));
    assert_eq!(mobile.refresh(next.refresh()).await.refusal(), (400, "invalid_grant", 50173));
}

#[tokio::test]
async fn a_confidential_app_proves_itself_and_keeps_its_token() {
    let world = World::new().await;
    world.allow_for_everybody(INTRANET, SANNE, SCOPE).await;
    let intranet = world.client(INTRANET);
    let asked = intranet.with_password(JORIS, PASSWORD, SCOPE);
    let refused = intranet.send_to("organizations", &asked).await;
    assert_eq!(refused.refusal(), (400, "invalid_request", 50194), "a single-tenant app");
    let tokens = intranet.send(&asked).await.granted();
    world.later(seconds(31));
    for _ in 0..2 {
        intranet.refresh(tokens.refresh()).await.granted();
    }
    let unproven = asked.without("client_secret");
    assert_eq!(intranet.send(&unproven).await.refusal(), (401, "invalid_client", 7000218));
}

#[tokio::test]
async fn nobody_can_be_asked_so_missing_consent_is_told() {
    let world = World::new().await;
    let mobile = world.client(MOBILE);
    let refused = mobile.send(&mobile.with_password(JORIS, PASSWORD, SCOPE)).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant", 65001));
    assert_eq!(refused.json["suberror"], "consent_required");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_alike_and_locked_alike() {
    let world = World::new().await;
    let mobile = world.client(MOBILE);
    let told = async |upn: &str, password: &str| {
        let reply = mobile.send(&mobile.with_password(upn, password, SCOPE)).await;
        let text = reply.json["error_description"].as_str().unwrap_or("").lines().next().map(str::to_owned);
        (reply.status, reply.json["error"].clone(), reply.json["error_codes"].clone(), text)
    };
    assert_eq!(told(JORIS, "wrong").await, told("nobody@waterkant.example", "wrong").await);
    assert_eq!(told(JORIS, "wrong").await.2, serde_json::json!([50126]));
    assert_eq!(told(EMMA, PASSWORD).await.2, serde_json::json!([50057]));
    for _ in 0..10 {
        told(LUKAS, "a guess").await;
    }
    assert_eq!(told(LUKAS, PASSWORD).await.2, serde_json::json!([50053]));
}

#[tokio::test]
async fn an_app_without_public_flows_and_an_endpoint_for_everybody_refuse_it() {
    let world = World::new().await;
    let (planner, mobile) = (world.client(PLANNER), world.client(MOBILE));
    let refused = planner.send(&planner.with_password(JORIS, PASSWORD, SCOPE)).await;
    assert_eq!(refused.refusal(), (401, "invalid_client", 7000218));
    for alias in ["common", "consumers"] {
        let refused = mobile.send_to(alias, &mobile.with_password(JORIS, PASSWORD, SCOPE)).await;
        assert_eq!(refused.refusal(), (400, "invalid_request", 9001023), "{alias}");
    }
    for missing in ["username", "password", "scope"] {
        let asked = mobile.with_password(JORIS, PASSWORD, SCOPE).without(missing);
        assert_eq!(mobile.send_to(WATERKANT, &asked).await.refusal(), (400, "invalid_request", 900144), "{missing}");
    }
}
