//! A person's own page: sessions, what they allowed, and their password (features S0-34).

use mandate_tests::app::{CONTACTS, INTRANET, MOBILE};
use mandate_tests::people::{FATIMA, JORIS, LUKAS, PASSWORD, SANNE, WATERKANT};
use mandate_tests::{Ask, Browser, NOON, Page, World, days, hours, seconds};
use serde_json::json;

const SCOPE: &str = "openid offline_access User.Read";
const NEW: &str = "een lange zin over boten";

async fn end(browser: &mut Browser<'_>, name: &str, value: &str) -> Page {
    let (_, pairs) = browser.filled("language", &[(name, value)]);
    let ended = browser.post("/my/end", &pairs).await;
    browser.back_at_my(ended).await
}

#[tokio::test]
async fn s0_34_a_person_sees_what_they_allowed_and_takes_it_back() {
    let world = World::new().await;
    let (mut joris, code) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    world.graph(tokens.access()).get("/v1.0/me").await.found();
    let page = joris.my(JORIS).await;
    let text = mandate_tests::tags::plain(&page.html);
    for told in ["Waterkant Intranet", "Microsoft Graph", "User.Read", "Joris Bakker"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let grants = page.items("data-grant");
    assert_eq!(grants.len(), 1);
    let page = end(&mut joris, "grant", &grants[0]).await;
    assert!(page.has("said") && page.items("data-grant").is_empty());
    assert!(world.grants_to(INTRANET).await.is_empty());
    assert_ne!(world.graph(tokens.access()).get("/v1.0/me").await.status, 200, "at the next call");
    assert_eq!(world.client(INTRANET).refresh(tokens.refresh()).await.refusal(), (400, "invalid_grant", 65_001));
    assert_eq!(world.audited(NOON, "Remove delegated permission grant").await.len(), 1);
}

#[tokio::test]
async fn a_session_at_another_browser_ends_from_here() {
    let world = World::new().await;
    let (_, code) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let elsewhere = world.client(INTRANET).redeem(&code).await.granted();
    world.later(seconds(5));
    let mut here = world.browser();
    let page = here.my(JORIS).await;
    let sessions = page.items("data-session");
    assert_eq!(sessions.len(), 2);
    let page = end(&mut here, "session", &sessions[1]).await;
    assert_eq!(page.items("data-session"), [sessions[0].clone()]);
    assert_eq!(world.graph(elsewhere.access()).get("/v1.0/me").await.status, 401);
    assert_eq!(world.client(INTRANET).refresh(elsewhere.refresh()).await.refusal(), (400, "invalid_grant", 50_173));
}

#[tokio::test]
async fn nobody_ends_what_is_not_theirs() {
    let world = World::new().await;
    let (mut lukas, _) = world.let_in(INTRANET, LUKAS, SCOPE).await;
    let page = lukas.my(LUKAS).await;
    let (session, grant) = (page.items("data-session").remove(0), page.items("data-grant").remove(0));
    let mut joris = world.browser();
    joris.my(JORIS).await;
    end(&mut joris, "session", &session).await;
    end(&mut joris, "grant", &grant).await;
    let page = lukas.my(LUKAS).await;
    assert_eq!((page.items("data-session"), page.items("data-grant")), (vec![session.clone()], vec![grant]));
    // And a form of another browser is none.
    let (_, pairs) = lukas.filled("language", &[("session", &session)]);
    assert_eq!(joris.post("/my/end", &pairs).await.stopped(), (400, 50_089));
    let plain = mandate_tests::Pairs::of(&[("session", &session)]);
    assert_eq!(lukas.post("/my/end", &plain).await.stopped(), (400, 50_089));
}

#[tokio::test]
async fn with_several_people_one_is_chosen() {
    let world = World::new().await;
    let mut browser = world.browser();
    for upn in [JORIS, LUKAS] {
        browser.authorize(WATERKANT, &INTRANET.ask(SCOPE).and("prompt", "login")).await.page("signin");
        browser.sign_in(upn).await.page("consent");
    }
    browser.go(Ask::get("/my")).await.page("accounts");
    let to = browser.pick(JORIS).await.answer();
    assert!(to.uri.ends_with("/my"));
}

async fn change(browser: &mut Browser<'_>, old: &str, new: &str, again: &str) -> Page {
    let filled = [("oldpasswd", old), ("newpasswd", new), ("newpasswd2", again)];
    browser.submit("newpassword", &filled).await.page("my")
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_the_old_one() {
    let world = World::new().await;
    world.allow_for_everybody(MOBILE, SANNE, SCOPE).await;
    let public = world.tokens(MOBILE, JORIS, SCOPE).await;
    let (mut elsewhere, code) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let confidential = world.client(INTRANET).redeem(&code).await.granted();
    let mut here = world.browser();
    here.my(JORIS).await;
    for (old, new, again) in [
        ("wrong", NEW, NEW),
        (PASSWORD, NEW, "other"),
        (PASSWORD, "kort", "kort"),
        (PASSWORD, PASSWORD, PASSWORD),
        (PASSWORD, "joris.bakker99", "joris.bakker99"),
    ] {
        let page = change(&mut here, old, new, again).await;
        assert!(page.html.contains("notice bad"), "{old} {new} {again}");
    }
    let page = change(&mut here, PASSWORD, NEW, NEW).await;
    assert!(page.html.contains("notice good"));
    // protocol.md §1.11: other browsers and public clients are out, confidential clients go on.
    elsewhere.authorize(WATERKANT, &INTRANET.ask(SCOPE)).await.page("signin");
    here.authorize(WATERKANT, &INTRANET.ask(SCOPE)).await.answer().code();
    assert_eq!(world.client(MOBILE).refresh(public.refresh()).await.refusal(), (400, "invalid_grant", 50_173));
    world.client(INTRANET).refresh(confidential.refresh()).await.granted();
    assert!(elsewhere.sign_in_with(JORIS, PASSWORD).await.page("signin").has("error"));
    elsewhere.sign_in_with(JORIS, NEW).await.answer().code();
    assert_eq!(world.audited(NOON, "Change user password").await.len(), 1);
}

#[tokio::test]
async fn guessing_the_old_password_here_is_locked_as_at_the_sign_in() {
    let world = World::new().await;
    let mut here = world.browser();
    here.my(JORIS).await;
    for _ in 0..10 {
        change(&mut here, "a guess", NEW, NEW).await;
    }
    let page = change(&mut here, PASSWORD, NEW, NEW).await;
    assert!(page.html.contains("notice bad"), "locked, though it is right");
}

#[tokio::test]
async fn a_password_from_an_administrator_is_replaced_before_anything_else() {
    let world = World::with(|tenant| {
        let users = tenant["users"].as_array_mut().expect("a list");
        let fatima = users.iter_mut().find(|user| user["userPrincipalName"] == FATIMA).expect("she is there");
        fatima["passwordProfile"] = json!({ "forceChangePasswordNextSignIn": true });
    })
    .await;
    world.allow_for_everybody(MOBILE, SANNE, SCOPE).await;
    let mobile = world.client(MOBILE);
    let refused = mobile.send(&mobile.with_password(FATIMA, PASSWORD, SCOPE)).await;
    assert_eq!(
        (refused.refusal(), refused.suberror()),
        ((400, "invalid_grant", 50_055), Some("user_password_expired"))
    );
    let mut fatima = world.browser();
    fatima.authorize(WATERKANT, &INTRANET.ask(SCOPE)).await.page("signin");
    assert!(fatima.sign_in_with(FATIMA, "wrong").await.page("signin").has("error"), "told only to whoever knows it");
    let page = fatima.sign_in(FATIMA).await.page("new-password");
    assert_eq!(page.value_of("i0116"), FATIMA);
    // Nobody is signed in yet.
    let silent = world.browser().silently(WATERKANT, INTRANET.ask(SCOPE)).await;
    assert_eq!(silent.refusal().0, "login_required");
    let submit = async |browser: &mut Browser<'_>, old: &str, new: &str, again: &str| {
        let filled = [("loginfmt", FATIMA), ("oldpasswd", old), ("newpasswd", new), ("newpasswd2", again)];
        browser.submit("newpassword", &filled).await
    };
    for (old, new, again) in [("wrong", NEW, NEW), (PASSWORD, NEW, "x"), (PASSWORD, PASSWORD, PASSWORD)] {
        assert!(submit(&mut fatima, old, new, again).await.page("new-password").has("error"), "{old} {new} {again}");
    }
    submit(&mut fatima, PASSWORD, NEW, NEW).await.page("consent");
    fatima.accept().await.answer().code();
    mobile.send(&mobile.with_password(FATIMA, NEW, SCOPE)).await.granted();
}

#[tokio::test]
async fn a_session_lives_a_day_after_its_last_use_and_ninety_at_most() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, SCOPE).await;
    for _ in 0..5 {
        world.later(hours(20));
        joris.silently(WATERKANT, INTRANET.ask(SCOPE)).await.code();
    }
    let mut idle = world.let_in(INTRANET, LUKAS, SCOPE).await.0;
    world.later(hours(24));
    assert_eq!(idle.silently(WATERKANT, INTRANET.ask(SCOPE)).await.refusal().0, "login_required");
    assert_eq!(joris.silently(WATERKANT, INTRANET.ask(SCOPE)).await.refusal().0, "login_required");
    let mut used = world.let_in(CONTACTS, SANNE, "openid User.Read").await.0;
    for _ in 0..95 {
        world.later(hours(23));
        if used.silently(WATERKANT, CONTACTS.ask("openid User.Read")).await.get("error").is_some() {
            let age = world.now() - NOON;
            assert!(age > days(89), "too soon: {age}");
            return;
        }
    }
    panic!("a session that is used every day has no end");
}
