//! Several accounts in one browser: the picker, hints, switching, signing one of them out.

use mandate_tests::app::{CONTACTS_AT_HOME, INTRANET};
use mandate_tests::people::{JORIS, KATRIN, LUKAS, SANNE, WATERKANT, ZONNEBEL};
use mandate_tests::tokens::claims;
use mandate_tests::{Ask, Browser, World};

const SCOPE: &str = "openid profile";

/// Joris and Lukas are signed in, and have consented.
async fn two(world: &World) -> Browser<'_> {
    world.tokens(INTRANET, LUKAS, SCOPE).await;
    let (mut browser, _) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let asked = INTRANET.ask(SCOPE).and("prompt", "select_account");
    browser.authorize(WATERKANT, &asked).await.page("accounts");
    browser.use_another_account().await.page("signin");
    browser.sign_in(LUKAS).await.answer().code();
    browser
}

async fn whose(world: &World, code: &str) -> String {
    let tokens = world.client(INTRANET).redeem(code).await.granted();
    let id = claims(world, WATERKANT, tokens.id_token()).await;
    id["preferred_username"].as_str().expect("profile was asked").to_owned()
}

#[tokio::test]
async fn several_accounts_are_shown_and_the_chosen_one_answers() {
    let world = World::new().await;
    let mut browser = two(&world).await;
    for upn in [JORIS, LUKAS] {
        let page = browser.authorize(WATERKANT, &INTRANET.ask(SCOPE)).await.page("accounts");
        let mut known = page.accounts();
        known.sort_unstable();
        assert_eq!(known, [JORIS, LUKAS]);
        let code = browser.pick(upn).await.answer().code();
        assert_eq!(whose(&world, &code).await, upn);
    }
}

#[tokio::test]
async fn a_hint_chooses_without_a_picker_and_without_a_page() {
    let world = World::new().await;
    let mut browser = two(&world).await;
    for upn in [JORIS, LUKAS] {
        let hinted = INTRANET.ask(SCOPE).and("login_hint", upn);
        let code = browser.authorize(WATERKANT, &hinted).await.answer().code();
        assert_eq!(whose(&world, &code).await, upn);
        let code = browser.silently(WATERKANT, hinted).await.code();
        assert_eq!(whose(&world, &code).await, upn);
    }
    let stranger = INTRANET.ask(SCOPE).and("login_hint", SANNE);
    let page = browser.authorize(WATERKANT, &stranger).await.page("signin");
    assert_eq!(page.value_of("i0116"), SANNE);
}

#[tokio::test]
async fn a_domain_hint_chooses_among_the_accounts_of_several_organisations() {
    let world = World::new().await;
    let mut browser = world.browser();
    browser.authorize("common", &CONTACTS_AT_HOME.ask(SCOPE)).await.page("signin");
    browser.sign_in(KATRIN).await.page("consent");
    browser.accept().await.answer().code();
    let another = CONTACTS_AT_HOME.ask(SCOPE).and("prompt", "select_account");
    browser.authorize("common", &another).await.page("accounts");
    browser.use_another_account().await.page("signin");
    browser.sign_in(JORIS).await.page("consent");
    browser.accept().await.answer().code();
    browser.authorize("common", &CONTACTS_AT_HOME.ask(SCOPE)).await.page("accounts");
    for (domain, tenant) in [("zonnebel.example", ZONNEBEL), ("WATERKANT.example", WATERKANT)] {
        let hinted = CONTACTS_AT_HOME.ask(SCOPE).and("domain_hint", domain);
        browser.authorize("common", &hinted).await.answer().code();
        let code = browser.silently("common", hinted).await.code();
        let client = world.client(CONTACTS_AT_HOME);
        let tokens = client.send_to(tenant, &client.redeeming(&code)).await.granted();
        assert_eq!(claims(&world, tenant, tokens.id_token()).await["tid"], tenant);
    }
    // A word that names no organisation here says nothing.
    let hinted = CONTACTS_AT_HOME.ask(SCOPE).and("domain_hint", "nobody.example");
    browser.authorize("common", &hinted).await.page("accounts");
}

#[tokio::test]
async fn a_client_that_wants_the_picker_gets_it_for_one_account_too() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let asked = INTRANET.ask(SCOPE).and("prompt", "select_account").and("login_hint", JORIS);
    let page = joris.authorize(WATERKANT, &asked).await.page("accounts");
    assert_eq!(page.accounts(), [JORIS]);
    joris.pick(JORIS).await.answer().code();
}

#[tokio::test]
async fn a_picker_can_be_cancelled() {
    let world = World::new().await;
    let mut browser = two(&world).await;
    browser.authorize(WATERKANT, &INTRANET.ask(SCOPE)).await.page("accounts");
    let answer = browser.submit("accounts", &[("cancel", "1")]).await.answer();
    assert_eq!((answer.refusal(), answer.get("error_subcode")), (("access_denied", 65004), Some("cancel")));
}

#[tokio::test]
async fn one_of_several_is_signed_out_and_the_other_stays() {
    let world = World::new().await;
    let mut browser = two(&world).await;
    let page = browser.go(Ask::get(format!("/{WATERKANT}/oauth2/v2.0/logout"))).await.page("signing-out");
    let buttons = page.form("signout").buttons;
    let joris = buttons.iter().find(|button| button.upn.as_deref() == Some(JORIS)).expect("he is signed in");
    browser.submit("signout", &[("account", &joris.value)]).await.page("signed-out");
    let code = browser.silently(WATERKANT, INTRANET.ask(SCOPE)).await.code();
    assert_eq!(whose(&world, &code).await, LUKAS);
}

#[tokio::test]
async fn all_of_them_are_signed_out_at_once() {
    let world = World::new().await;
    let mut browser = two(&world).await;
    browser.go(Ask::get(format!("/{WATERKANT}/oauth2/v2.0/logout"))).await.page("signing-out");
    browser.submit("signout", &[("account", "all")]).await.page("signed-out");
    let answer = browser.silently(WATERKANT, INTRANET.ask(SCOPE)).await;
    assert_eq!(answer.refusal(), ("login_required", 50058));
}

/// A picture on a foreign page must not sign anybody out of several accounts.
#[tokio::test]
async fn nobody_is_signed_out_by_a_form_from_elsewhere() {
    let world = World::new().await;
    let mut browser = two(&world).await;
    browser.go(Ask::get(format!("/{WATERKANT}/oauth2/v2.0/logout"))).await.page("signing-out");
    let (action, pairs) = browser.filled("signout", &[("account", "all")]);
    let foreign = Ask::form(action, &pairs).header("origin", "https://evil.example");
    assert_eq!(browser.go(foreign).await.stopped(), (400, 50089));
    browser.authorize(WATERKANT, &INTRANET.ask(SCOPE)).await.page("accounts");
}
