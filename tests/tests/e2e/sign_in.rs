//! The sign-in page: names, passwords, what it tells and what it does not, and the log behind it.

use mandate_tests::app::{CONTACTS_AT_HOME, INTRANET};
use mandate_tests::people::{EMMA, GIJS, JORIS, KATRIN, PASSWORD, WATERKANT, WATERKANT_ID, ZONNEBEL};
use mandate_tests::{Browser, Pairs, World};

const SESSION: &str = "__Host-mandate-session";

async fn at_the_page(world: &World) -> Browser<'_> {
    let mut browser = world.browser();
    browser.authorize(WATERKANT, &INTRANET.ask("openid")).await.page("signin");
    browser
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_alike() {
    let world = World::new().await;
    let mut told = Vec::new();
    for (name, password) in [
        (JORIS, "wrong"),
        ("nobody@waterkant.example", PASSWORD),
        ("nobody@nowhere.example", PASSWORD),
        ("no name at all", PASSWORD),
        (EMMA, "wrong"),
    ] {
        let mut somebody = at_the_page(&world).await;
        let page = somebody.sign_in_with(name, password).await.page("signin");
        assert_eq!((page.status, page.value_of("i0116")), (200, name.to_owned()));
        assert_eq!(page.value_of("i0118"), "", "a password is never shown again");
        assert_eq!(somebody.cookie(SESSION), None);
        told.push(page.text_of("error"));
    }
    assert_eq!(told, vec!["That name and password do not match. Check both and try again."; 5]);
    assert_eq!(world.signed_in_with(50126).await, 5);
}

#[tokio::test]
async fn what_was_typed_into_the_wrong_field_is_not_kept() {
    let world = World::new().await;
    let mut joris = at_the_page(&world).await;
    joris.sign_in_with(PASSWORD, "x").await.page("signin");
    let rows = world.sign_ins(WATERKANT_ID).await;
    assert!(rows.iter().all(|row| !row.name.contains(PASSWORD) && !row.reason.contains(PASSWORD)), "{rows:?}");
}

#[tokio::test]
async fn that_an_account_is_disabled_is_said_to_whoever_knows_its_password() {
    let world = World::new().await;
    let mut emma = at_the_page(&world).await;
    let page = emma.sign_in(EMMA).await.page("signin");
    assert!(page.text_of("error").starts_with("This account has been turned off."));
    assert_eq!(emma.cookie(SESSION), None);
    assert_eq!(world.signed_in_with(50057).await, 1);
}

#[tokio::test]
async fn a_name_without_a_password_is_asked_for_the_password_and_blamed_for_nothing() {
    let world = World::new().await;
    let mut joris = at_the_page(&world).await;
    assert_eq!(joris.page().focused(), Some("i0116"));
    let page = joris.sign_in_with(JORIS, "").await.page("signin");
    assert_eq!((page.value_of("i0116").as_str(), page.focused(), page.has("error")), (JORIS, Some("i0118"), false));
    let page = joris.sign_in_with("", "").await.page("signin");
    assert_eq!(page.text_of("error"), "Enter your username and your password.");
    assert_eq!(world.sign_ins(WATERKANT_ID).await.len(), 0);
}

#[tokio::test]
async fn a_hint_fills_the_name_and_its_case_does_not_matter() {
    let world = World::new().await;
    let mut joris = world.browser();
    let asked = INTRANET.ask("openid").and("login_hint", JORIS);
    let page = joris.authorize(WATERKANT, &asked).await.page("signin");
    assert_eq!((page.value_of("i0116").as_str(), page.focused()), (JORIS, Some("i0118")));
    joris.sign_in(&format!(" {} ", JORIS.to_uppercase())).await.page("consent");
}

#[tokio::test]
async fn a_cancelled_sign_in_is_told_to_the_client() {
    let world = World::new().await;
    let mut joris = at_the_page(&world).await;
    let answer = joris.submit("signin", &[("loginfmt", ""), ("passwd", ""), ("cancel", "1")]).await.answer();
    assert_eq!((answer.refusal(), answer.get("error_subcode")), (("access_denied", 65004), Some("cancel")));
    assert_eq!(answer.get("state"), Some(mandate_tests::app::STATE));
}

#[tokio::test]
async fn a_guest_signs_in_with_the_name_they_have_here() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, GIJS, "openid profile User.Read").await;
    let me = world.graph(tokens.access()).get("/v1.0/me").await.found();
    assert_eq!(me["displayName"], "Gijs de Gast");
}

#[tokio::test]
async fn at_common_the_name_leads_to_the_tenant() {
    let world = World::new().await;
    let mut katrin = world.browser();
    katrin.authorize("organizations", &CONTACTS_AT_HOME.ask("openid profile")).await.page("signin");
    katrin.sign_in(KATRIN).await.page("consent");
    let code = katrin.accept().await.answer().code();
    let client = world.client(CONTACTS_AT_HOME);
    let tokens = client.send_to("organizations", &client.redeeming(&code)).await.granted();
    let id = mandate_tests::tokens::claims(&world, ZONNEBEL, tokens.id_token()).await;
    assert_eq!(id["iss"], format!("https://mandate.test/{}/v2.0", ZONNEBEL));
}

#[tokio::test]
async fn a_new_sign_in_rotates_the_cookie_and_the_old_one_is_dead() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    let old = joris.cookie(SESSION).expect("signed in").to_owned();
    joris.authorize(WATERKANT, &INTRANET.ask("openid").and("prompt", "login")).await.page("signin");
    joris.sign_in(JORIS).await.answer().code();
    let new = joris.cookie(SESSION).expect("signed in").to_owned();
    assert_ne!(old, new);
    let mut thief = world.browser();
    thief.set_cookie(SESSION, &old);
    let answer = thief.silently(WATERKANT, INTRANET.ask("openid")).await;
    assert_eq!(answer.refusal(), ("login_required", 50058));
}

#[tokio::test]
async fn every_step_of_a_sign_in_is_in_the_log() {
    let world = World::new().await;
    world.tokens(INTRANET, JORIS, "openid").await;
    let rows = world.sign_ins(WATERKANT_ID).await;
    let mut told: Vec<(&str, u32, String)> =
        rows.iter().map(|row| (row.kind.word(), row.code, row.reason.clone())).collect();
    told.sort();
    let expected = [
        ("interactiveUser", "authorization answered"),
        ("interactiveUser", "signed in with a password"),
        ("nonInteractiveUser", "code redeemed"),
    ];
    assert_eq!(told, expected.map(|(kind, reason)| (kind, 0, reason.to_owned())));
    assert!(rows.iter().all(|row| row.name == JORIS));
}

#[tokio::test]
async fn the_pages_speak_the_language_that_was_asked_for() {
    let world = World::new().await;
    let speaks = async |pairs: Pairs, browser_says: &str| {
        let target = format!("/{WATERKANT}/oauth2/v2.0/authorize?{}", pairs.text());
        let ask = mandate_tests::Ask::get(target).header("accept-language", browser_says);
        world.browser().go(ask).await.page("signin").html.contains("<html lang=\"nl\">")
    };
    assert!(speaks(INTRANET.ask("openid"), "nl-NL,nl;q=0.9,en;q=0.8").await);
    assert!(!speaks(INTRANET.ask("openid"), "en, nl;q=0.5").await);
    assert!(speaks(INTRANET.ask("openid").and("ui_locales", "fr nl-BE"), "de").await);
    let mut joris = at_the_page(&world).await;
    let page = joris.submit("language", &[("lang", "nl")]).await.page("signin");
    assert!(page.html.contains("<html lang=\"nl\">"));
    let page = joris.sign_in(JORIS).await.page("consent");
    assert!(page.html.contains("<html lang=\"nl\">"), "the choice is carried along");
}
