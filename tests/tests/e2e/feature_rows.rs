//! Rows of the feature list whose check no other test shows whole: S1-09, S1-11, S1-12, S1-15, S2-37, S2-40 to S2-42
//! and S3-31. What is asked, in which words, who may answer, and what is left when a right goes.

use mandate_tests::app::{CONTACTS, INTRANET, STATE};
use mandate_tests::deeds::granted;
use mandate_tests::people::{ANNEKE, JORIS, JORIS_ID, LUKAS, SANNE, WATERKANT};
use mandate_tests::tags::plain;
use mandate_tests::tokens::{claims, scp};
use mandate_tests::{Ask, Pairs, World};
use serde_json::json;

const DEFAULT: &str = "https://graph.microsoft.com/.default";
/// What the intranet's registration lists, all of it.
const LISTED: [&str; 5] = ["User.Read", "email", "offline_access", "openid", "profile"];
/// Helpdesk Administrator: a role, but none that grants anything.
const MAREIKE: &str = "mareike.hoffmann@waterkant.example";

#[tokio::test]
async fn s1_09_s1_12_scopes_are_asked_alone_or_as_a_set_and_the_token_holds_what_was_allowed() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask("Mail.Read")).await.page("signin");
    assert_eq!(joris.sign_in(JORIS).await.page("consent").permissions(), ["Mail.Read"]);
    let page = joris.authorize(WATERKANT, &INTRANET.ask("Mail.Read Chat.Read")).await.page("consent");
    assert_eq!(page.permissions(), ["Chat.Read", "Mail.Read"]);
    assert!(page.line("Mail.Read").starts_with("Read your mail"), "{}", page.line("Mail.Read"));
    assert!(page.line("Chat.Read").starts_with("Read your chats"), "{}", page.line("Chat.Read"));
    let code = joris.accept().await.answer().code();
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    assert_eq!(scp(&claims(&world, WATERKANT, tokens.access()).await), ["Chat.Read", "Mail.Read"]);
}

/// Graph's in our words, another API's in its owner's; where the owner wrote none for people, those for administrators.
#[tokio::test]
async fn s1_11_the_page_says_what_each_scope_gives() {
    let world = World::new().await;
    let mut joris = world.browser();
    let asked = INTRANET.ask("User.Read api://waterkant-orders/Orders.Read");
    joris.authorize(WATERKANT, &asked).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("consent");
    for (permission, told) in [
        ("User.Read", "Sign you in and read your profile"),
        ("User.Read", "The app can sign you in and read your own profile"),
        ("User.Read", "It cannot change your profile"),
        ("Orders.Read", "Read your orders"),
        ("Orders.Read", "Lets the app read the orders that you can see."),
    ] {
        assert!(page.line(permission).contains(told), "{told}: {}", page.line(permission));
    }
    let asked = INTRANET.ask("api://waterkant-orders/Orders.Approve");
    let page = joris.authorize(WATERKANT, &asked).await.page("needs-admin");
    for told in ["Approve orders", "Lets the app approve orders for the signed-in user."] {
        assert!(page.line("Orders.Approve").contains(told), "{told}: {}", page.line("Orders.Approve"));
    }
}

/// The owner writes for two readers: who decides for themselves, and who decides for everybody.
#[tokio::test]
async fn s2_24_an_administrator_reads_what_the_owner_wrote_for_administrators() {
    let world = World::new().await;
    let asked = INTRANET.ask("api://waterkant-orders/Orders.Write");
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &asked).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("consent");
    assert!(page.line("Orders.Write").contains("Place and change your orders"));
    let everybody = Pairs::of(&[
        ("client_id", INTRANET.id),
        ("redirect_uri", INTRANET.redirect),
        ("scope", "api://waterkant-orders/Orders.Write"),
    ]);
    let mut sanne = world.browser();
    sanne.go(Ask::get(format!("/{WATERKANT}/v2.0/adminconsent?{}", everybody.text()))).await.page("signin");
    let page = sanne.sign_in(SANNE).await.page("consent");
    let told = page.line("Orders.Write");
    assert!(told.contains("Change orders") && !told.contains("your orders"), "{told}");
}

/// A role given to a group is its members' role, for consent, for tokens and at Graph.
#[tokio::test]
async fn s3_22_a_role_reaches_people_through_a_group() {
    let operators = "bbbbbbbb-0000-4000-8000-0000000000f1";
    let world = World::with(|tenant| {
        let group = json!({
            "id": operators, "displayName": "Operators", "securityEnabled": true, "mailEnabled": false,
            "mailNickname": "operators", "isAssignableToRole": true, "members": [JORIS],
        });
        tenant["groups"].as_array_mut().expect("a list").push(group);
        let role = json!({ "principalId": operators, "role": "Global Administrator" });
        tenant["roleAssignments"].as_array_mut().expect("a list").push(role);
    })
    .await;
    let asked = INTRANET.ask("openid User.Read.All");
    let mut lukas = world.browser();
    lukas.authorize(WATERKANT, &asked).await.page("signin");
    let page = lukas.sign_in(LUKAS).await.page("needs-admin");
    assert!(plain(&page.html).contains("Joris Bakker"), "he can help");
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &asked).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    let code = joris.accept_for_organisation().await.answer().code();
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    let held = &claims(&world, WATERKANT, tokens.access()).await["wids"];
    assert!(
        held.as_array().is_some_and(|wids| wids.contains(&json!("62e90394-69f5-4237-9190-012177145e10"))),
        "{held}"
    );
}

#[tokio::test]
async fn s1_15_the_same_request_flips_with_the_organisations_setting_and_back() {
    const LEGACY: &[&str] = &["microsoft-user-default-legacy"];
    const OFF: &[&str] = &[];
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    let asked = INTRANET.ask("openid User.Read");
    for (policies, kind) in [(LEGACY, "consent"), (OFF, "needs-admin"), (LEGACY, "consent")] {
        world.let_people_consent_by(policies).await;
        let page = joris.authorize(WATERKANT, &asked).await.page(kind);
        assert_eq!([page.permissions(), page.blocked()].concat(), ["User.Read"], "{kind}");
        assert_eq!(page.has("idSIButton9"), kind == "consent", "{kind}");
    }
}

/// One that is his to give, and one that is not: what the registration lists matters to neither.
#[tokio::test]
async fn s2_37_what_no_registration_lists_is_asked_at_run_time() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask("Mail.Read")).await.page("signin");
    assert_eq!(joris.sign_in(JORIS).await.page("consent").permissions(), ["Mail.Read"]);
    let code = joris.accept().await.answer().code();
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    assert_eq!(scp(&claims(&world, WATERKANT, tokens.access()).await), ["Mail.Read"]);
    let page = joris.authorize(WATERKANT, &INTRANET.ask(DEFAULT).and("prompt", "consent")).await.page("consent");
    assert_eq!(page.permissions(), LISTED, "the registration does not list it");
    let page = joris.authorize(WATERKANT, &INTRANET.ask("User.Read.All")).await.page("needs-admin");
    assert_eq!(page.blocked(), ["User.Read.All"]);
}

#[tokio::test]
async fn s2_40_the_tick_under_default_grants_the_registered_list_and_nothing_that_was_asked_at_run_time() {
    let world = World::new().await;
    world.tokens(INTRANET, JORIS, "Mail.Read").await;
    world.allow_for_everybody(INTRANET, SANNE, DEFAULT).await;
    assert_eq!(granted(&world.grant_to(INTRANET, None).await), LISTED);
    assert_eq!(granted(&world.grant_to(INTRANET, Some(JORIS_ID)).await), ["Mail.Read"]);
    // Whoever comes later is asked for the rest, and for nothing else.
    let mut lukas = world.browser();
    lukas.authorize(WATERKANT, &INTRANET.ask(DEFAULT)).await.page("signin");
    lukas.sign_in(LUKAS).await.answer().code();
    let page = lukas.authorize(WATERKANT, &INTRANET.ask("openid User.Read Mail.Read")).await.page("consent");
    assert_eq!(page.permissions(), ["Mail.Read"]);
}

#[tokio::test]
async fn s2_41_only_a_role_that_may_grant_sees_the_button_and_the_permission_is_marked() {
    let world = World::new().await;
    for (upn, may) in [(JORIS, false), (MAREIKE, false), (ANNEKE, true), (SANNE, true)] {
        let mut browser = world.browser();
        browser.authorize(WATERKANT, &INTRANET.ask("openid User.Read.All")).await.page("signin");
        let page = browser.sign_in(upn).await.page(if may { "consent" } else { "needs-admin" });
        assert_eq!((page.has("idSIButton9"), page.has("onBehalf")), (may, may), "{upn}");
        let mark = if may { "Administrators only" } else { "only an administrator may allow it" };
        assert!(page.line("User.Read.All").contains(mark), "{upn}");
        assert!(!page.line("openid").contains(mark), "{upn}");
    }
}

/// The publisher and the reach. Signs of risk and a count of the people it touches, which the row names too, are not
/// told yet.
#[tokio::test]
async fn s2_42_an_administrator_reads_who_made_the_app_and_whom_it_reaches() {
    let world = World::new().await;
    let asked = Pairs::of(&[("client_id", CONTACTS.id), ("redirect_uri", CONTACTS.redirect), ("state", STATE)]);
    let address = format!("/{WATERKANT}/adminconsent?{}", asked.text());
    let mut sanne = world.browser();
    sanne.go(Ask::get(address.as_str())).await.page("signin");
    let text = plain(&sanne.sign_in(SANNE).await.page("consent").html);
    for told in [
        "Zonnebel Software · zonnebel.example Verified publisher",
        "App comes from Zonnebel Software another organisation",
        "The app gets these permissions for every account in Waterkant",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    world.change_app(CONTACTS.id, |app| app.verified_publisher = None).await;
    let text = plain(&sanne.go(Ask::get(address.as_str())).await.page("consent").html);
    for told in ["Gives Zonnebel Software as its publisher", "Publisher not verified."] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(!text.contains("Verified publisher"), "{text}");
}

/// The account itself: `revocation::s3_31_a_disabled_user_is_refused_and_a_colleague_is_not`.
#[tokio::test]
async fn s3_31_a_right_that_people_lose_is_gone_at_the_next_call_with_the_same_token() {
    let world = World::new().await;
    world.allow_for_everybody(CONTACTS, SANNE, "User.Read.All User.Read").await;
    let tokens = world.tokens(CONTACTS, JORIS, "User.Read.All User.Read").await;
    let graph = world.graph(tokens.access());
    let others_may_be_read = async |may: bool| {
        world
            .change_settings(|settings| {
                let members = &mut settings.authorization_policy.default_user_role_permissions;
                members.allowed_to_read_other_users = may;
            })
            .await;
    };
    graph.get("/v1.0/users").await.found();
    others_may_be_read(false).await;
    let refused = graph.get("/v1.0/users").await;
    assert_eq!(refused.refusal(), (403, "Authorization_RequestDenied"));
    assert_eq!(refused.reason(), Some("user_right_missing"), "the app's half still stands");
    graph.get("/v1.0/me").await.found();
    others_may_be_read(true).await;
    graph.get("/v1.0/users").await.found();
}
