//! The forms of our own pages, tampered with: the sealed request, the canary, the cookies, the site they come from.

use mandate_tests::app::{CONTACTS, INTRANET};
use mandate_tests::people::{JORIS, LUKAS, PASSWORD, WATERKANT, ZONNEBEL};
use mandate_tests::tokens::claims;
use mandate_tests::wire::FORM;
use mandate_tests::{Ask, LOGIN, Pairs, World, minutes};

const SESSION: &str = "__Host-mandate-session";
const FLOW: &str = "__Host-mandate-flow";
/// AADSTS50089: the flow is over, or was never ours.
const OVER: (u16, u64) = (400, 50089);

fn signing_in(pairs: Pairs) -> Pairs {
    pairs.and("loginfmt", JORIS).and("passwd", PASSWORD)
}

fn changed(text: &str, place: usize) -> String {
    let other = if text.as_bytes()[place] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &text[..place], &text[place + 1..])
}

#[tokio::test]
async fn a_sealed_request_that_was_touched_is_refused_and_nobody_is_signed_in() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask("openid")).await.page("signin");
    let (action, right) = joris.filled("signin", &[]);
    let before = world.size_of_logs().await;
    let (flow, canary) =
        (right.get("flow").expect("sealed").to_owned(), right.get("canary").expect("sealed").to_owned());
    let cases = [
        ("no flow", right.clone().without("flow")),
        ("an empty flow", right.clone().with("flow", "")),
        ("garbage", right.clone().with("flow", "garbage")),
        ("another first character", right.clone().with("flow", &changed(&flow, 0))),
        ("another character", right.clone().with("flow", &changed(&flow, flow.len() / 2))),
        ("a flow cut short", right.clone().with("flow", &flow[..flow.len() - 4])),
        ("the canary as flow", right.clone().with("flow", &canary)),
        ("no canary", right.clone().without("canary")),
        ("an empty canary", right.clone().with("canary", "")),
        ("another canary", right.clone().with("canary", &changed(&canary, canary.len() / 2))),
        ("the flow as canary", right.clone().with("canary", &flow)),
    ];
    for (name, pairs) in cases {
        assert_eq!(joris.post(&action, &signing_in(pairs)).await.stopped(), OVER, "{name}");
    }
    for (name, pairs) in [("two flows", right.clone().repeated("flow")), ("two canaries", right.repeated("canary"))] {
        assert_eq!(joris.post(&action, &signing_in(pairs)).await.stopped(), (400, 9002313), "{name}");
    }
    assert_eq!(joris.cookie(SESSION), None);
    assert_eq!(world.size_of_logs().await, before);
}

/// A form that an attacker prepared in their own browser must not sign a victim in as the attacker.
#[tokio::test]
async fn a_form_is_for_the_browser_it_was_shown_to() {
    let world = World::new().await;
    let (mut attacker, mut victim) = (world.browser(), world.browser());
    attacker.authorize(WATERKANT, &INTRANET.ask("openid")).await.page("signin");
    let (action, prepared) = attacker.filled("signin", &[]);
    assert_eq!(victim.post(&action, &signing_in(prepared.clone())).await.stopped(), OVER, "no cookie yet");
    let shown = victim.authorize(WATERKANT, &INTRANET.ask("openid")).await.page("signin");
    assert_eq!(victim.post(&action, &signing_in(prepared.clone())).await.stopped(), OVER, "another cookie");
    let of_victim = shown.form("signin").hidden;
    let mixed = prepared.with("canary", of_victim.get("canary").expect("sealed"));
    assert_eq!(victim.post(&action, &signing_in(mixed)).await.stopped(), OVER, "half and half");
    assert_eq!(victim.cookie(SESSION), None);
}

#[tokio::test]
async fn a_form_posted_from_another_site_is_refused() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask("openid User.Read")).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    let (action, accepting) = joris.filled("consent", &[("ucaccept", "Yes")]);
    let from_elsewhere = [
        Ask::form(&action, &accepting).header("origin", "https://evil.example"),
        Ask::form(&action, &accepting).header("origin", "http://mandate.test"),
        Ask::form(&action, &accepting).header("origin", "https://mandate.test.evil.example"),
        Ask::form(&action, &accepting).header("origin", LOGIN).header("sec-fetch-site", "cross-site"),
    ];
    for ask in from_elsewhere {
        assert_eq!(joris.go(ask).await.stopped(), OVER);
    }
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
    joris.post(&action, &accepting).await.answer().code();
}

#[tokio::test]
async fn a_form_is_for_its_tenant_and_for_an_hour() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &CONTACTS.ask("openid")).await.page("signin");
    let (action, right) = joris.filled("signin", &[]);
    let elsewhere = action.replace(WATERKANT, ZONNEBEL);
    assert_eq!(joris.post(&elsewhere, &signing_in(right.clone())).await.stopped(), OVER);
    assert_eq!(joris.post("/common/login", &signing_in(right.clone())).await.stopped(), OVER);
    world.later(minutes(60) + 1);
    assert_eq!(joris.post(&action, &signing_in(right)).await.stopped(), OVER);
}

#[tokio::test]
async fn a_form_is_a_form_and_is_posted() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask("openid")).await.page("signin");
    let (action, right) = joris.filled("signin", &[("loginfmt", JORIS), ("passwd", PASSWORD)]);
    for kind in [Some("application/json"), Some("text/plain"), None] {
        assert_eq!(joris.go(Ask::post(&action, kind, right.text())).await.stopped(), (400, 9002313), "{kind:?}");
    }
    for body in [[right.text().as_bytes(), b"&x=\xff"].concat(), format!("{}&x=%00", right.text()).into_bytes()] {
        assert_eq!(joris.go(Ask::post(&action, Some(FORM), body)).await.stopped(), (400, 9002313));
    }
    // A password never travels in an address.
    let got = world.get(&format!("{action}?{}", right.text())).await;
    assert!(matches!(got.status, 404 | 405), "{}", got.status);
}

#[tokio::test]
async fn a_session_cookie_that_was_touched_signs_nobody_in() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    let cookie = joris.cookie(SESSION).expect("signed in").to_owned();
    let of_code = cookie.replacen("1s.", "1c.", 1);
    for wrong in ["", "x", "1s.", &changed(&cookie, cookie.len() / 2), &cookie[..cookie.len() - 2], &of_code, "~~~"] {
        joris.set_cookie(SESSION, wrong);
        let answer = joris.silently(WATERKANT, INTRANET.ask("openid")).await;
        assert_eq!(answer.refusal(), ("login_required", 50058), "{wrong}");
    }
    // The right one among wrong ones still counts once.
    joris.set_cookie(SESSION, &format!("x~{cookie}~1s."));
    joris.silently(WATERKANT, INTRANET.ask("openid")).await.code();
}

#[tokio::test]
async fn a_flow_cookie_that_is_not_ours_is_replaced() {
    let world = World::new().await;
    let mut joris = world.browser();
    for planted in ["x", "a b", &"a".repeat(300), "<script>alert(1)</script>"] {
        joris.set_cookie(FLOW, planted);
        let page = joris.authorize(WATERKANT, &INTRANET.ask("openid")).await.page("signin");
        assert!(!page.html.contains("alert(1)"));
        let set = joris.cookie(FLOW).expect("set anew");
        assert!(set.len() == 22 && set != planted, "{set}");
    }
    joris.sign_in(JORIS).await.page("consent");
}

/// A page that was left open while the session behind it ended leads back to the sign-in, and grants nothing.
#[tokio::test]
async fn a_consent_page_of_a_session_that_ended_grants_nothing() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask("openid User.Read")).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    joris.forget_cookie(SESSION);
    joris.accept().await.page("signin");
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
}

/// The session in the form is sealed, so that a person cannot consent in the name of another who sits beside them.
#[tokio::test]
async fn an_account_that_is_not_at_this_browser_cannot_be_picked() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    let asked = INTRANET.ask("openid").and("prompt", "select_account");
    let tokens = world.tokens(INTRANET, LUKAS, "openid User.Read").await;
    let sid = claims(&world, WATERKANT, tokens.access()).await["sid"].as_str().expect("his").to_owned();
    joris.authorize(WATERKANT, &asked).await.page("accounts");
    // His session exists, but its ticket is not in this cookie: the picker is shown again.
    let page = joris.submit("accounts", &[("account", &sid)]).await.page("accounts");
    assert_eq!(page.accounts(), [JORIS]);
}

/// The client wants the password of whoever answers: one person's does not stand for another's.
#[tokio::test]
async fn a_password_that_was_given_for_one_account_does_not_serve_another() {
    let world = World::new().await;
    let (mut browser, _) = world.let_in(INTRANET, LUKAS, "openid").await;
    let asked = INTRANET.ask("openid").and("prompt", "select_account");
    let picker = browser.authorize(WATERKANT, &asked).await.page("accounts").form("accounts").buttons;
    let lukas = picker.iter().find(|button| button.upn.as_deref() == Some(LUKAS)).expect("signed in").value.clone();
    world.later(minutes(5));
    browser.authorize(WATERKANT, &INTRANET.ask("openid").and("prompt", "login")).await.page("signin");
    browser.sign_in(JORIS).await.page("consent");
    browser.submit("accounts", &[("account", &lukas)]).await.page("signin");
}
