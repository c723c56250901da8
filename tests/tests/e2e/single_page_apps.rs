//! Single page applications: PKCE and a registered origin instead of a secret, and one day of refresh tokens
//! (protocol.md §2.4, §3.11).

use mandate_tests::app::{INTRANET, MOBILE, PLANNER};
use mandate_tests::people::{JORIS, WATERKANT};
use mandate_tests::{App, Ask, Reply, World, hours, seconds};
use serde_json::json;

const SCOPE: &str = "openid offline_access User.Read";
/// The page's tokens, asked for from somewhere else, or from nowhere.
const FROM_NOWHERE: App = App { origin: None, ..PLANNER };
const FROM_ELSEWHERE: App = App { origin: Some("https://evil.example"), ..PLANNER };

#[tokio::test]
async fn a_request_without_a_challenge_is_sent_back_to_the_page() {
    let world = World::new().await;
    let asked = App { pkce: false, ..PLANNER }.ask(SCOPE);
    let answer = world.browser().authorize(WATERKANT, &asked).await.answer();
    assert_eq!(answer.refusal(), ("invalid_request", 9002325));
    assert_eq!(answer.uri, "http://localhost:5173/");
}

#[tokio::test]
async fn the_page_redeems_its_code_and_may_read_the_answer() {
    let world = World::new().await;
    let (_, code) = world.let_in(PLANNER, JORIS, SCOPE).await;
    let tokens = world.client(PLANNER).redeem(&code).await.granted();
    assert_eq!(tokens.header("access-control-allow-origin"), Some("http://localhost:5173"));
    assert_eq!(tokens.header("vary"), Some("Origin"));
    assert_eq!(tokens.json["refresh_token_expires_in"], json!(86_400));
}

#[tokio::test]
async fn its_code_is_not_redeemed_without_an_origin_or_by_another_one() {
    let world = World::new().await;
    let (_, code) = world.let_in(PLANNER, JORIS, SCOPE).await;
    let refused = world.client(FROM_NOWHERE).redeem(&code).await;
    assert_eq!(refused.refusal(), (400, "invalid_request", 9002327));
    for origin in ["https://evil.example", "http://localhost.evil.example", "null", "https://localhost:5173"] {
        let refused = world.client(App { origin: Some(origin), ..PLANNER }).redeem(&code).await;
        assert_eq!(refused.refusal(), (400, "invalid_request", 9002326), "{origin}");
        assert_eq!(refused.header("access-control-allow-origin"), None, "{origin}");
    }
    // None of that spent it.
    world.client(PLANNER).redeem(&code).await.granted();
}

#[tokio::test]
async fn only_a_pages_code_is_redeemed_by_a_script() {
    let world = World::new().await;
    for app in [INTRANET, MOBILE] {
        let (_, code) = world.let_in(app, JORIS, SCOPE).await;
        let scripted = App { origin: Some("http://localhost:5173"), ..app };
        let refused = world.client(scripted).redeem(&code).await;
        assert_eq!(refused.refusal(), (400, "invalid_request", 9002326), "{}", app.id);
    }
}

#[tokio::test]
async fn a_script_may_read_a_refusal_too() {
    let world = World::new().await;
    let refused = world.client(PLANNER).redeem("x").await;
    assert_eq!(refused.refusal(), (400, "invalid_grant", 70000));
    assert_eq!(refused.header("access-control-allow-origin"), Some("http://localhost:5173"));
}

#[tokio::test]
async fn a_page_has_no_secret() {
    let world = World::new().await;
    let (_, code) = world.let_in(PLANNER, JORIS, SCOPE).await;
    let client = world.client(PLANNER);
    let refused = client.send(&client.redeeming(&code).and("client_secret", "x")).await;
    assert_eq!(refused.refusal(), (401, "invalid_client", 700025));
}

#[tokio::test]
async fn its_refresh_tokens_end_with_the_first_day_however_often_they_are_used() {
    let world = World::new().await;
    let client = world.client(PLANNER);
    let first = world.tokens(PLANNER, JORIS, SCOPE).await;
    world.later(hours(12));
    let second = client.refresh(first.refresh()).await.granted();
    assert_eq!(second.json["refresh_token_expires_in"], json!(43_200));
    world.later(hours(11));
    let third = client.refresh(second.refresh()).await.granted();
    assert_eq!(third.json["refresh_token_expires_in"], json!(3_600));
    world.later(hours(1));
    assert_eq!(client.refresh(third.refresh()).await.refusal(), (400, "invalid_grant", 700084));
}

#[tokio::test]
async fn its_refresh_tokens_rotate_and_want_its_origin() {
    let world = World::new().await;
    let client = world.client(PLANNER);
    let first = world.tokens(PLANNER, JORIS, SCOPE).await;
    assert_eq!(world.client(FROM_NOWHERE).refresh(first.refresh()).await.refusal(), (400, "invalid_request", 9002327));
    assert_eq!(
        world.client(FROM_ELSEWHERE).refresh(first.refresh()).await.refusal(),
        (400, "invalid_request", 9002326)
    );
    let second = client.refresh(first.refresh()).await.granted();
    world.later(seconds(31));
    assert_eq!(client.refresh(first.refresh()).await.refusal(), (400, "invalid_grant", 50173));
    assert_eq!(client.refresh(second.refresh()).await.refusal(), (400, "invalid_grant", 50173));
}

#[tokio::test]
async fn an_api_that_pre_authorised_the_page_needs_no_consent() {
    let world = World::new().await;
    let mut joris = world.browser();
    let asked = PLANNER.ask("openid profile api://waterkant-orders/Orders.Read");
    joris.authorize(WATERKANT, &asked).await.page("signin");
    let code = joris.sign_in(JORIS).await.answer().code();
    let tokens = world.client(PLANNER).redeem(&code).await.granted();
    assert_eq!(tokens.scopes(), ["api://waterkant-orders/Orders.Read", "openid", "profile"]);
    assert_eq!(world.grants_to(PLANNER).await.len(), 0);
}

#[tokio::test]
async fn a_preflight_opens_the_door_to_registered_origins_only() {
    let world = World::new().await;
    let preflight = async |origin: &str| -> Reply {
        let ask = Ask::get(format!("/{WATERKANT}/oauth2/v2.0/token")).by(http::Method::OPTIONS);
        let ask = ask.header("origin", origin).header("access-control-request-method", "POST");
        world.send(ask.header("access-control-request-headers", "content-type, client-request-id")).await
    };
    let known = preflight("http://localhost:5173").await;
    assert_eq!(known.status, 204);
    assert_eq!(known.header("access-control-allow-origin"), Some("http://localhost:5173"));
    assert_eq!(known.header("access-control-allow-headers"), Some("content-type, client-request-id"));
    for foreign in
        ["https://evil.example", "null", "http://localhost.evil.example", "https://intranet.waterkant.example"]
    {
        assert_eq!(preflight(foreign).await.header("access-control-allow-origin"), None, "{foreign}");
    }
}

/// protocol.md §2.4: a web app's server signs somebody in, and hands its own page a code (`return_spa_code`).
#[tokio::test]
async fn a_server_hands_its_page_a_code_and_nobody_else_redeems_it() {
    const PAGE: App =
        App { secret: None, redirect: "http://localhost:5173", origin: Some("http://localhost:5173"), ..INTRANET };
    let world = World::new().await;
    let asked = |client: &mandate_tests::Client<'_>, code: &str| client.redeeming(code).and("return_spa_code", "1");
    let (_, code) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let server = world.client(INTRANET);
    // An app without a page gets no code for one.
    let tokens = server.send(&asked(&server, &code)).await.granted();
    assert!(tokens.json.get("spa_code").is_none());
    world.change_app(INTRANET.id, |app| app.spa.redirect_uris = vec![PAGE.redirect.to_owned()]).await;
    let (_, code) = world.let_in(INTRANET, JORIS, SCOPE).await;
    assert!(server.redeem(&code).await.granted().json.get("spa_code").is_none(), "it did not ask");

    let (_, code) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let tokens = server.send(&asked(&server, &code)).await.granted();
    let handed = tokens.json["spa_code"].as_str().expect("a second code").to_owned();
    assert_ne!(handed, code);
    // Not the server's, not another origin's, not under an address of the server's, and not another client's.
    assert_eq!(server.redeem(&handed).await.refusal(), (401, "invalid_client", 700025));
    assert_eq!(world.client(App { origin: None, ..PAGE }).redeem(&handed).await.refusal().2, 9002327);
    let elsewhere = world.client(App { redirect: INTRANET.redirect, ..PAGE }).redeem(&handed).await;
    assert_eq!(elsewhere.refusal(), (400, "invalid_grant", 500112));
    let another = world.client(App { pkce: false, ..PLANNER }).redeem(&handed).await;
    assert_eq!(another.refusal(), (400, "invalid_grant", 70000));
    let page = world.client(PAGE).redeem(&handed).await.granted();
    assert_eq!(page.json["refresh_token_expires_in"], json!(86_400));
    world.graph(page.access()).get("/v1.0/me").await.found();
    assert_eq!(world.client(PAGE).redeem(&handed).await.refusal(), (400, "invalid_grant", 54005));
    // What the page got is the page's: its server's tokens are another family.
    world.later(seconds(30));
    world.client(PAGE).redeem(&handed).await;
    assert_eq!(world.client(PAGE).refresh(page.refresh()).await.refusal().1, "invalid_grant", "replayed late");
    server.refresh(tokens.refresh()).await.granted();
}
