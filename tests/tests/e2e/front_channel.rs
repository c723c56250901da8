//! Tokens that come back through the browser: ID tokens, hybrid answers, and what ties them to their code.

use mandate_tests::app::{INTRANET, NONCE};
use mandate_tests::people::{JORIS, WATERKANT};
use mandate_tests::tokens::{claims, lacks};
use mandate_tests::{Browser, Mode, Pairs, World};

async fn joris(world: &World) -> Browser<'_> {
    world.let_in(INTRANET, JORIS, "openid profile email User.Read").await.0
}

fn asking(kind: &str, scope: &str) -> Pairs {
    INTRANET.ask(scope).with("response_type", kind).and("nonce", NONCE)
}

#[tokio::test]
async fn an_id_token_comes_in_the_fragment_with_the_clients_nonce() {
    let world = World::new().await;
    let answer = joris(&world).await.authorize(WATERKANT, &asking("id_token", "openid profile email")).await.answer();
    assert_eq!((answer.mode, answer.get("code")), (Mode::Fragment, None));
    let id = claims(&world, WATERKANT, answer.get("id_token").expect("asked for")).await;
    assert_eq!((id["nonce"].as_str(), id["aud"].as_str()), (Some(NONCE), Some(INTRANET.id)));
    assert_eq!(id["email"], JORIS);
    assert!(lacks(&id, &["c_hash", "at_hash", "scp"]), "{id}");
}

#[tokio::test]
async fn a_hybrid_answer_ties_the_token_to_its_code() {
    let world = World::new().await;
    let answer = joris(&world).await.authorize(WATERKANT, &asking("code id_token", "openid")).await.answer();
    assert_eq!(answer.mode, Mode::Fragment);
    let id = claims(&world, WATERKANT, answer.get("id_token").expect("asked for")).await;
    let half = mandate_jose::hash::left_half_sha256_b64(&answer.code());
    assert_eq!(id["c_hash"], half);
    let tokens = world.client(INTRANET).redeem(&answer.code()).await.granted();
    let later = claims(&world, WATERKANT, tokens.id_token()).await;
    assert_eq!((&later["nonce"], &later["sub"]), (&id["nonce"], &id["sub"]));
    assert!(lacks(&later, &["c_hash"]));
}

#[tokio::test]
async fn the_order_of_the_words_does_not_matter_and_form_post_carries_both() {
    let world = World::new().await;
    let asked = asking("id_token code", "openid").and("response_mode", "form_post");
    let answer = joris(&world).await.authorize(WATERKANT, &asked).await.answer();
    assert_eq!(answer.mode, Mode::FormPost);
    assert!(answer.get("code").is_some() && answer.get("id_token").is_some());
}

#[tokio::test]
async fn an_access_token_comes_along_where_the_app_turned_it_on() {
    let world = World::new().await;
    world.change_app(INTRANET.id, |app| app.web.implicit_grant_settings.enable_access_token_issuance = true).await;
    let answer = joris(&world).await.authorize(WATERKANT, &asking("id_token token", "openid User.Read")).await.answer();
    let token = answer.get("access_token").expect("asked for").to_owned();
    assert_eq!(answer.get("token_type"), Some("Bearer"));
    let life: i64 = answer.get("expires_in").and_then(|text| text.parse().ok()).expect("seconds");
    assert!((3600..5400).contains(&life));
    world.graph(&token).get("/v1.0/me").await.found();
    let id = claims(&world, WATERKANT, answer.get("id_token").expect("asked for")).await;
    assert_eq!(id["at_hash"], mandate_jose::hash::left_half_sha256_b64(&token));
}

/// Features S0-13, at this door: without `openid` there is no ID token, whatever the response type says.
#[tokio::test]
async fn s0_13_without_openid_no_id_token_is_issued_here_either() {
    let world = World::new().await;
    for kind in ["id_token", "code id_token"] {
        let answer = joris(&world).await.authorize(WATERKANT, &asking(kind, "User.Read")).await.answer();
        assert_eq!((answer.get("id_token"), answer.get("error").is_some()), (None, true), "{kind}");
    }
}

#[tokio::test]
async fn client_info_comes_when_it_is_asked_for() {
    let world = World::new().await;
    let mut joris = joris(&world).await;
    let with = joris.authorize(WATERKANT, &INTRANET.ask("openid").and("client_info", "1")).await.answer();
    let info = mandate_jose::b64url_decode(with.get("client_info").expect("asked for")).expect("base64url");
    let info: serde_json::Value = serde_json::from_slice(&info).expect("JSON");
    let expected = serde_json::json!({ "uid": mandate_tests::people::JORIS_ID.to_string(), "utid": WATERKANT });
    assert_eq!(info, expected);
    let without = joris.authorize(WATERKANT, &INTRANET.ask("openid")).await.answer();
    assert_eq!(without.get("client_info"), None);
    assert!(without.get("session_state").is_some());
}

#[tokio::test]
async fn an_id_token_in_an_address_still_names_a_few_groups_nested_ones_too() {
    let world = World::new().await;
    let answer = joris(&world).await.authorize(WATERKANT, &asking("id_token", "openid")).await.answer();
    let id = claims(&world, WATERKANT, answer.get("id_token").expect("asked for")).await;
    let mut groups: Vec<_> = id["groups"].as_array().expect("two").iter().filter_map(|group| group.as_str()).collect();
    groups.sort_unstable();
    let expected = [mandate_tests::people::EVERYBODY, mandate_tests::people::OPERATIONS].map(|group| group.to_string());
    assert_eq!(groups, expected);
}
