//! Sign-out and who hears of it: the apps of the session in the browser (front channel), and behind it (protocol.md §1.9;
//! OpenID Connect Front-Channel and Back-Channel Logout 1.0).

use mandate_tests::app::INTRANET;
use mandate_tests::people::{JORIS, WATERKANT};
use mandate_tests::tokens::{claims, header};
use mandate_tests::{Ask, Browser, LOGIN, NOON, Outcome, Pairs, World};
use serde_json::{Value, json};

const SCOPE: &str = "openid User.Read";
const INTRANET_OUT: &str = "https://intranet.waterkant.example/signout";

async fn world(choices: Value) -> World {
    World::with(|tenant| {
        let intranet = &mut tenant["applications"][0];
        intranet["web"]["logoutUrl"] = json!(INTRANET_OUT);
        intranet["mandate"] = choices;
    })
    .await
}

async fn sign_out(browser: &mut Browser<'_>, pairs: &Pairs) -> Outcome {
    browser.go(Ask::get(format!("/{WATERKANT}/oauth2/v2.0/logout?{}", pairs.text()))).await
}

/// The session's id, as the app knows it.
async fn sid(world: &World, code: &str) -> String {
    let tokens = world.client(INTRANET).redeem(code).await.granted();
    let id = claims(world, WATERKANT, tokens.id_token()).await;
    id["sid"].as_str().expect("an app with a logout URL is told its session").to_owned()
}

#[tokio::test]
async fn each_app_of_the_session_is_told_in_a_frame_before_the_browser_goes_on() {
    let world = world(json!({})).await;
    let (mut joris, code) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let sid = sid(&world, &code).await;
    let after = INTRANET.redirect;
    let asked = Pairs::of(&[("post_logout_redirect_uri", after), ("state", "s")]);
    let page = sign_out(&mut joris, &asked).await.page("signed-out");
    assert!(page.html.contains(&format!("<iframe class=\"unseen\" src=\"{INTRANET_OUT}?sid={sid}\"")), "{}", page.html);
    let policy = page.headers["content-security-policy"].to_str().expect("text");
    assert!(
        policy.contains("frame-src https://intranet.waterkant.example") && policy.contains("script-src 'nonce-"),
        "{policy}"
    );
    assert!(page.html.contains(&format!("href=\"{after}?state=s\"")), "where it goes on to");
    joris.authorize(WATERKANT, &INTRANET.ask(SCOPE)).await.page("signin");
}

#[tokio::test]
async fn an_app_without_a_logout_url_hears_nothing_and_the_browser_goes_straight_on() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let asked = Pairs::of(&[("post_logout_redirect_uri", INTRANET.redirect)]);
    let answer = sign_out(&mut joris, &asked).await.answer();
    assert_eq!(answer.uri, INTRANET.redirect);
}

#[tokio::test]
async fn only_apps_of_this_session_hear_of_it() {
    let world = world(json!({})).await;
    world.let_in(INTRANET, JORIS, SCOPE).await;
    let mut other = world.browser();
    other.authorize(WATERKANT, &INTRANET.ask(SCOPE)).await.page("signin");
    // He signs in at another browser, and stops before the app learns who he is.
    other.submit("signin", &[("cancel", "1")]).await.answer();
    let page = sign_out(&mut other, &Pairs::of(&[])).await.page("signed-out");
    assert!(!page.html.contains("iframe"));
}

#[tokio::test]
async fn an_app_may_ask_for_the_issuer_and_for_a_token_behind_the_browser() {
    let address = "https://intranet.waterkant.example/backchannel";
    let world = world(json!({ "issuerAtLogout": true, "backChannelLogoutUri": address })).await;
    let (mut joris, code) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    let id = claims(&world, WATERKANT, tokens.id_token()).await;
    let page = sign_out(&mut joris, &Pairs::of(&[])).await.page("signed-out");
    assert!(page.html.contains(&format!("iss={LOGIN}/{WATERKANT}/v2.0")), "{}", page.html);
    // It is posted beside the answer.
    tokio::task::yield_now().await;
    let posted = world.elsewhere.posted();
    assert_eq!(posted.len(), 1);
    assert_eq!(posted[0].0, address);
    let token = posted[0].1.strip_prefix("logout_token=").expect("a form with one field");
    assert_eq!(header(token)["typ"], "logout+jwt");
    let told = claims(&world, WATERKANT, token).await;
    assert_eq!(
        (&told["sub"], &told["sid"], &told["aud"], &told["iss"]),
        (&id["sub"], &id["sid"], &id["aud"], &id["iss"])
    );
    assert_eq!(told["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
    assert!(told.get("nonce").is_none() && told["jti"].is_string() && told["iat"] == NOON.secs());
    // It is no token for anything else.
    assert_eq!(world.graph(token).get("/v1.0/me").await.status, 401);
}

#[tokio::test]
async fn a_logout_url_that_is_no_web_address_is_never_framed() {
    for bad in ["http://intranet.waterkant.example/", "https://x.example/;script-src"] {
        let world = World::with(|tenant| tenant["applications"][0]["web"]["logoutUrl"] = json!(bad)).await;
        let (mut joris, _) = world.let_in(INTRANET, JORIS, SCOPE).await;
        let page = sign_out(&mut joris, &Pairs::of(&[])).await.page("signed-out");
        assert!(!page.html.contains("iframe"), "{bad}");
    }
}

/// `mandate.idTokenHintAtLogout`, as OpenID Connect's own suite judges it: without a token of the app, or with one that
/// was changed, the person is signed out and stays here.
#[tokio::test]
async fn an_app_may_take_people_back_only_on_a_token_of_its_own() {
    let world = World::with(|tenant| {
        tenant["applications"][0]["mandate"] = json!({ "idTokenHintAtLogout": true });
    })
    .await;
    let (mut joris, code) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    let after = ("post_logout_redirect_uri", INTRANET.redirect);
    let changed = format!("{}x", tokens.id_token());
    for more in [("state", "s"), ("client_id", INTRANET.id), ("id_token_hint", &changed)] {
        let page = sign_out(&mut joris, &Pairs::of(&[after, more])).await;
        assert!(page.is_page("signed-out"), "{more:?}");
    }
    let (mut joris, _) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let back = sign_out(&mut joris, &Pairs::of(&[after, ("id_token_hint", tokens.id_token())])).await;
    assert!(!back.is_page("signed-out"));
}
