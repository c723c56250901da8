//! Who may not allow an app asks those who may, and gets an answer (features S1-16; consent-and-governance.md §7).

use mandate_domain::consent::request::LONGEST_REASON;
use mandate_domain::tenant::ReviewerScope;
use mandate_tests::app::{CONTACTS, INTRANET};
use mandate_tests::deeds::granted;
use mandate_tests::people::{
    ANNEKE, JORIS, JORIS_ID, LUKAS, LUKAS_ID, OPERATIONS, SANNE, WATERKANT, WATERKANT_ID, ZONNEBEL_ID,
};
use mandate_tests::{Browser, NOON, Outcome, Page, World, days};

const REASON: &str = "Voor de <roosters> van volgende week";

/// Requests are taken, and those who may consent for everybody review them.
async fn taking_requests() -> World {
    let world = World::new().await;
    world.change_settings(|settings| settings.admin_consent_request_policy.is_enabled = true).await;
    world
}

async fn reviewed_by(world: &World, queries: &[String]) {
    let scope = |query: &String| ReviewerScope { query: query.clone(), ..ReviewerScope::default() };
    let reviewers = queries.iter().map(scope).collect();
    world.change_settings(|settings| settings.admin_consent_request_policy.reviewers = reviewers).await;
}

async fn at_needs_admin<'w>(world: &'w World, upn: &str, scope: &str) -> Browser<'w> {
    let mut browser = world.browser();
    browser.authorize(WATERKANT, &INTRANET.ask(scope)).await.page("signin");
    browser.sign_in(upn).await.page("needs-admin");
    browser
}

async fn asked<'w>(world: &'w World, upn: &str, scope: &str) -> Browser<'w> {
    let mut browser = at_needs_admin(world, upn, scope).await;
    let page = browser.submit("request", &[("reason", REASON)]).await.page("needs-admin");
    assert!(page.has("requested") && !page.has("request"), "{}", page.html);
    browser
}

fn text(page: &Page) -> String {
    mandate_tests::tags::plain(&page.html)
}

/// What a reviewer's button posts.
async fn decide(browser: &mut Browser<'_>, requests: &str, verdict: &str, reason: &str) -> Outcome {
    let filled = [("requests", requests), ("verdict", verdict), ("reason", reason)];
    let (_, pairs) = browser.filled("language", &filled);
    browser.post("/my/decide", &pairs).await
}

#[tokio::test]
async fn s1_16_a_user_asks_with_their_reason_and_it_is_in_the_reviewers_queue() {
    let world = taking_requests().await;
    let mut joris = asked(&world, JORIS, "openid User.Read.All").await;
    assert!(world.grants_to(INTRANET).await.is_empty(), "a request grants nothing");
    // Back to the app, which hears the same as ever.
    assert_eq!(joris.decline().await.answer().refusal(), ("access_denied", 65_004));
    let page = joris.my(JORIS).await;
    assert!(page.items("data-review").is_empty() && text(&page).contains("Waterkant Intranet"));

    let mut anneke = world.browser();
    let page = anneke.my(ANNEKE).await;
    let queue = page.items("data-review");
    assert_eq!(queue.len(), 1);
    for told in ["Waterkant Intranet", "Microsoft Graph", "User.Read.All", "Joris Bakker", REASON] {
        assert!(text(&page).contains(told), "{told}: {}", text(&page));
    }
    assert!(!page.html.contains("<roosters>"), "a person's words are words");

    // Seen on its page, and allowed for everybody.
    let page = decide(&mut anneke, &queue[0], "review", "").await.page("consent");
    assert_eq!(page.permissions(), ["User.Read.All", "openid"]);
    let accepted = anneke.accept().await;
    let page = anneke.back_at_my(accepted).await;
    assert!(page.has("said") && page.items("data-review").is_empty());
    assert_eq!(granted(&world.grant_to(INTRANET, None).await), ["User.Read.All", "openid"]);
    joris.authorize(WATERKANT, &INTRANET.ask("openid User.Read.All")).await.answer().code();
    assert!(text(&joris.my(JORIS).await).contains("approved"));
    for (activity, times) in [("Create request", 1), ("Request approved", 1), ("Consent to application", 1)] {
        assert_eq!(world.audited(NOON, activity).await.len(), times, "{activity}");
    }
}

#[tokio::test]
async fn without_the_workflow_nobody_can_ask_and_nobody_reviews() {
    let world = World::new().await;
    world.change_settings(|settings| settings.admin_consent_request_policy.is_enabled = false).await;
    let mut joris = at_needs_admin(&world, JORIS, "openid User.Read.All").await;
    assert!(!joris.page().has("request"));
    let (_, pairs) = joris.filled("consent", &[("reason", REASON)]);
    let page = joris.post(&format!("/{WATERKANT}/Consent/Request"), &pairs).await.page("needs-admin");
    assert!(!page.has("requested"));
    let mut sanne = world.browser();
    assert!(!sanne.my(SANNE).await.has("reviews"));
    assert!(world.audited(NOON, "Create request").await.is_empty());
}

#[tokio::test]
async fn a_request_says_something_once_and_for_what_the_page_showed() {
    let world = taking_requests().await;
    let mut joris = at_needs_admin(&world, JORIS, "openid User.Read.All").await;
    for reason in ["", "  \n ", &"x".repeat(LONGEST_REASON + 1)] {
        let page = joris.submit("request", &[("reason", reason)]).await.page("needs-admin");
        assert!(page.has("error") && page.has("request"), "{}", reason.len());
    }
    let stale = joris.filled("request", &[("reason", REASON)]);
    joris.post(&stale.0, &stale.1).await.page("needs-admin");
    // The form of before once more: one request stands.
    let page = joris.post(&stale.0, &stale.1).await.page("needs-admin");
    assert!(page.has("requested"));
    assert_eq!(world.audited(NOON, "Create request").await.len(), 1);
    // Something else of the same app is another request, and a forged list is none.
    joris.authorize(WATERKANT, &INTRANET.ask("openid Group.Read.All")).await.page("needs-admin");
    assert!(joris.page().has("request"));
    joris.post(&stale.0, &stale.1).await.page("needs-admin");
    joris.authorize(WATERKANT, &INTRANET.ask("openid Group.Read.All")).await.page("needs-admin");
    assert!(joris.page().has("request"), "the old form asked for the old list only");
}

#[tokio::test]
async fn what_one_may_allow_oneself_needs_no_request() {
    let world = taking_requests().await;
    let mut joris = at_needs_admin(&world, JORIS, "openid User.Read.All").await;
    let stale = joris.filled("request", &[("reason", REASON)]);
    world.allow_for_everybody(INTRANET, SANNE, "openid User.Read.All").await;
    joris.post(&stale.0, &stale.1).await.answer().code();
    assert!(world.audited(NOON, "Create request").await.is_empty());
}

/// The form is forged: the page that this person saw asked for their own word.
#[tokio::test]
async fn nobody_is_asked_about_what_one_may_allow_oneself() {
    let world = taking_requests().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask("openid User.Read")).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    let (_, pairs) = joris.filled("consent", &[("reason", REASON)]);
    joris.post(&format!("/{WATERKANT}/Consent/Request"), &pairs).await.page("consent");
    assert!(world.audited(NOON, "Create request").await.is_empty());
    joris.accept().await.answer().code();
}

#[tokio::test]
async fn a_no_has_a_reason_which_whoever_asked_gets_to_read() {
    let world = taking_requests().await;
    let mut joris = asked(&world, JORIS, "openid User.Read.All").await;
    let _lukas = asked(&world, LUKAS, "openid User.Read.All").await;
    let mut anneke = world.browser();
    let queue = anneke.my(ANNEKE).await.items("data-review");
    assert_eq!((queue.len(), queue[0].split(' ').count()), (1, 2), "the same wish of two people is one decision");
    let refused = decide(&mut anneke, &queue[0], "deny", " ").await.page("my");
    assert!(refused.has("said") && refused.items("data-review").len() == 1);
    let denied = decide(&mut anneke, &queue[0], "deny", "Gebruik de lijst op het net.").await;
    assert!(anneke.back_at_my(denied).await.items("data-review").is_empty());
    let page = text(&joris.my(JORIS).await);
    assert!(page.contains("denied") && page.contains("Gebruik de lijst op het net."), "{page}");
    assert!(world.grants_to(INTRANET).await.is_empty());
    // Said twice, it was said already; and who was told no may ask again.
    let late = decide(&mut anneke, &queue[0], "deny", "Nee.").await.page("my");
    assert!(late.has("said"));
    assert_eq!(world.audited(NOON, "Request denied").await.len(), 2);
    joris.authorize(WATERKANT, &INTRANET.ask("openid User.Read.All")).await.page("needs-admin");
    assert!(joris.page().has("request"));
}

#[tokio::test]
async fn a_blocked_app_lets_nobody_in_and_is_not_asked_for_again() {
    let world = taking_requests().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &CONTACTS.ask("openid User.Read.All")).await.page("signin");
    joris.sign_in(JORIS).await.page("needs-admin");
    joris.submit("request", &[("reason", REASON)]).await.page("needs-admin");
    reviewed_by(&world, &[format!("/users/{LUKAS_ID}")]).await;
    let mut lukas = world.browser();
    let queue = lukas.my(LUKAS).await.items("data-review");
    let done = decide(&mut lukas, &queue[0], "block", "Wij kennen deze uitgever niet.").await;
    lukas.back_at_my(done).await;
    let sp = world.instance(WATERKANT_ID, CONTACTS.app_id()).await.expect("it is known here now");
    assert!(!sp.account_enabled);
    let page = joris.authorize(WATERKANT, &CONTACTS.ask("openid User.Read.All")).await.page("error");
    assert_eq!(page.text_of("errorCode"), "AADSTS7000112");
}

/// consent-and-governance.md 7.1.2.
#[tokio::test]
async fn a_reviewer_says_no_but_yes_takes_the_right_to_consent() {
    let world = taking_requests().await;
    asked(&world, JORIS, "openid User.Read.All").await;
    reviewed_by(&world, &[format!("/groups/{OPERATIONS}/transitiveMembers"), format!("/users/{LUKAS_ID}")]).await;
    let mut lukas = world.browser();
    let queue = lukas.my(LUKAS).await.items("data-review");
    assert_eq!(queue.len(), 1);
    decide(&mut lukas, &queue[0], "review", "").await.page("needs-admin");
    // The forged yes of that page is none.
    lukas.accept().await.page("needs-admin");
    assert!(world.grants_to(INTRANET).await.is_empty());
    // An app that is in use here is not turned off by somebody without a role.
    lukas.my(LUKAS).await;
    decide(&mut lukas, &queue[0], "block", "Nee.").await.page("my");
    let sp = world.instance(WATERKANT_ID, INTRANET.app_id()).await.expect("the organisation's own app");
    assert!(sp.account_enabled);
    // Joris is in Operations, so he reviews too; Anneke, whom nobody named, does not any more.
    for (upn, reviews) in [(JORIS, true), (ANNEKE, false)] {
        let mut browser = world.browser();
        assert_eq!(browser.my(upn).await.has("reviews"), reviews, "{upn}");
    }
}

#[tokio::test]
async fn who_is_no_reviewer_decides_nothing_and_another_organisation_sees_nothing() {
    let world = taking_requests().await;
    asked(&world, JORIS, "openid User.Read.All").await;
    let mut sanne = world.browser();
    let queue = sanne.my(SANNE).await.items("data-review");
    let mut lukas = world.browser();
    lukas.my(LUKAS).await;
    decide(&mut lukas, &queue[0], "deny", "Nee.").await.page("my");
    decide(&mut lukas, &queue[0], "review", "").await.page("my");
    let (_, pairs) = lukas.filled("language", &[("requests", queue[0].as_str()), ("verdict", "maybe")]);
    lukas.post("/my/decide", &pairs).await.page("error");
    assert!(world.audited(NOON, "Request denied").await.is_empty());
    // Without the page's seal it is not even heard.
    let bare = mandate_tests::Pairs::of(&[("requests", &queue[0]), ("verdict", "deny"), ("reason", "Nee.")]);
    sanne.post("/my/decide", &bare).await.page("error");
    assert_eq!(sanne.my(SANNE).await.items("data-review"), queue);
    let others = world.house().store.tenant(ZONNEBEL_ID);
    assert!(others.consent_requests_waiting(world.now(), 10).await.expect("it reads").is_empty());
}

#[tokio::test]
async fn a_request_that_nobody_answers_ends_and_may_be_sent_again() {
    let world = taking_requests().await;
    world.change_settings(|settings| settings.admin_consent_request_policy.request_duration_in_days = 7).await;
    asked(&world, JORIS, "openid User.Read.All").await;
    world.later(days(8));
    let mut sanne = world.browser();
    assert!(sanne.my(SANNE).await.items("data-review").is_empty());
    let mut joris = at_needs_admin(&world, JORIS, "openid User.Read.All").await;
    assert!(joris.page().has("request"));
    assert!(text(&joris.my(JORIS).await).contains("not answered in time"));
}

/// Every road to a consent for everybody answers what waited for just that, and nothing else.
#[tokio::test]
async fn consent_given_elsewhere_answers_the_requests_that_it_meets() {
    let world = taking_requests().await;
    asked(&world, JORIS, "openid User.Read.All").await;
    asked(&world, LUKAS, "openid User.Read.All Group.Read.All").await;
    world.allow_for_everybody(INTRANET, ANNEKE, "openid User.Read.All").await;
    let mut sanne = world.browser();
    let page = sanne.my(SANNE).await;
    assert_eq!(page.items("data-review").len(), 1);
    assert!(text(&page).contains("Lukas Schneider") && !text(&page).contains("Joris Bakker"));
    let held = world.house().store.tenant(WATERKANT_ID).consent_requests_of(JORIS_ID, 10).await.expect("it reads");
    assert!(held[0].decision.is_some());
}

/// consent-and-governance.md 7.2.5: the whole registered list, as an administrator is asked for it.
#[tokio::test]
async fn the_whole_registered_list_is_asked_and_allowed_as_a_whole() {
    let world = taking_requests().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &CONTACTS.ask("https://graph.microsoft.com/.default")).await.page("signin");
    joris.sign_in(JORIS).await.page("needs-admin");
    joris.submit("request", &[("reason", REASON)]).await.page("needs-admin");
    let mut sanne = world.browser();
    let queue = sanne.my(SANNE).await.items("data-review");
    let page = decide(&mut sanne, &queue[0], "review", "").await.page("consent");
    assert!(page.permissions().contains(&"GroupMember.Read.All".to_owned()));
    // Not now: back where the reviewer came from.
    let declined = sanne.decline().await;
    assert_eq!(sanne.back_at_my(declined).await.items("data-review"), queue);
    decide(&mut sanne, &queue[0], "review", "").await.page("consent");
    let accepted = sanne.accept().await;
    assert!(sanne.back_at_my(accepted).await.items("data-review").is_empty());
    let asked = CONTACTS.ask("https://graph.microsoft.com/.default");
    joris.authorize(WATERKANT, &asked).await.answer().code();
}
