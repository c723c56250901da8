//! `prompt=none`: an answer, never a page (protocol.md §2.2).

use mandate_tests::app::{CONTACTS, INTRANET, PAYROLL};
use mandate_tests::people::{JORIS, LUKAS, WATERKANT};
use mandate_tests::{Mode, World, hours};

#[tokio::test]
async fn nobody_here_is_login_required() {
    let world = World::new().await;
    let answer = world.browser().silently(WATERKANT, INTRANET.ask("openid")).await;
    assert_eq!(answer.refusal(), ("login_required", 50058));
}

#[tokio::test]
async fn somebody_else_than_the_hint_is_login_required() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    let answer = joris.silently(WATERKANT, INTRANET.ask("openid").and("login_hint", LUKAS)).await;
    assert_eq!(answer.refusal(), ("login_required", 50058));
}

#[tokio::test]
async fn several_without_a_hint_is_interaction_required() {
    let world = World::new().await;
    let (mut browser, _) = world.let_in(INTRANET, JORIS, "openid").await;
    browser.authorize(WATERKANT, &INTRANET.ask("openid").and("prompt", "login")).await.page("signin");
    browser.sign_in(LUKAS).await.page("consent");
    let answer = browser.silently(WATERKANT, INTRANET.ask("openid")).await;
    assert_eq!(answer.refusal(), ("interaction_required", 16000));
}

#[tokio::test]
async fn s2_33_what_is_not_consented_is_consent_required() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    let missing = joris.silently(WATERKANT, INTRANET.ask("openid User.Read")).await;
    assert_eq!(missing.refusal(), ("consent_required", 65001));
    let needs_admin = joris.silently(WATERKANT, CONTACTS.ask("User.Read.All")).await;
    assert_eq!(needs_admin.refusal(), ("consent_required", 65001));
}

#[tokio::test]
async fn who_is_not_assigned_is_access_denied() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    let answer = joris.silently(WATERKANT, PAYROLL.ask("openid User.Read")).await;
    assert_eq!(answer.refusal(), ("access_denied", 50105));
    // With a page allowed, it is said on ours: the app cannot help.
    let outcome = joris.authorize(WATERKANT, &PAYROLL.ask("openid User.Read")).await;
    assert_eq!(outcome.stopped(), (400, 50105));
}

#[tokio::test]
async fn a_session_too_old_for_the_client_is_login_required() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    world.later(hours(1) + 1);
    let answer = joris.silently(WATERKANT, INTRANET.ask("openid").and("max_age", "3600")).await;
    assert_eq!(answer.refusal(), ("login_required", 50058));
    joris.silently(WATERKANT, INTRANET.ask("openid").and("max_age", "3601")).await.code();
}

#[tokio::test]
async fn the_answer_comes_in_the_mode_that_was_asked_for() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    for (name, mode) in [("query", Mode::Query), ("fragment", Mode::Fragment), ("form_post", Mode::FormPost)] {
        let answer = joris.silently(WATERKANT, INTRANET.ask("openid").and("response_mode", name)).await;
        assert_eq!((answer.mode, answer.code().starts_with("1c.")), (mode, true));
        assert!(!answer.headers.contains_key("x-frame-options"));
    }
}

#[tokio::test]
async fn an_unregistered_redirect_is_not_told_even_then() {
    let world = World::new().await;
    let asked = INTRANET.ask("openid").with("redirect_uri", "https://evil.example/").and("prompt", "none");
    assert_eq!(world.browser().authorize(WATERKANT, &asked).await.stopped(), (400, 50011));
}
