//! The consent page: what it lists, who may tick for everybody, what is written, and that a forged form writes nothing.

use mandate_domain::application::{AccessKind, RequiredAccess};
use mandate_domain::catalogue::catalogue;
use mandate_tests::app::{CONTACTS, INTRANET, NONCE, STATE};
use mandate_tests::deeds::granted;
use mandate_tests::people::{ANNEKE, JORIS, JORIS_ID, LUKAS, SANNE, SANNE_ID, WATERKANT, WATERKANT_ID};
use mandate_tests::tokens::{claims, scp};
use mandate_tests::{Browser, NOON, World, minutes};

const DEFAULT: &str = "https://graph.microsoft.com/.default";

/// A person who is signed in at the intranet's consent page for this scope.
async fn at_consent<'w>(world: &'w World, upn: &str, scope: &str) -> Browser<'w> {
    let mut browser = world.browser();
    browser.authorize(WATERKANT, &INTRANET.ask(scope)).await.page("signin");
    browser.sign_in(upn).await.page("consent");
    browser
}

#[tokio::test]
async fn s1_13_a_user_consents_for_themselves_and_only_for_themselves() {
    let world = World::new().await;
    let mut joris = at_consent(&world, JORIS, "openid profile User.Read").await;
    assert!(!joris.page().has("onBehalf"), "no box for who may not tick it");
    assert_eq!(joris.page().permissions(), ["User.Read", "openid", "profile"]);
    joris.accept().await.answer().code();
    let grant = world.grant_to(INTRANET, Some(JORIS_ID)).await;
    assert_eq!(granted(&grant), ["User.Read", "openid", "profile"]);
    assert_eq!(world.grants_to(INTRANET).await.len(), 1);
    // He is not asked again; Lukas is.
    joris.authorize(WATERKANT, &INTRANET.ask("openid profile User.Read")).await.answer().code();
    at_consent(&world, LUKAS, "openid profile User.Read").await;
}

#[tokio::test]
async fn accept_is_the_first_button_and_decline_leaves_nothing() {
    let world = World::new().await;
    let mut joris = at_consent(&world, JORIS, "openid User.Read").await;
    let answers: Vec<_> = joris.page().form("consent").buttons.into_iter().map(|button| button.value).collect();
    assert_eq!(answers, ["Yes", "No"]);
    let answer = joris.decline().await.answer();
    assert_eq!((answer.refusal(), answer.get("state")), (("access_denied", 65004), Some(STATE)));
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
    // A form without an answer is not a yes.
    let mut joris = at_consent(&world, JORIS, "openid User.Read").await;
    assert_eq!(joris.submit("consent", &[]).await.answer().refusal(), ("access_denied", 65004));
    let mut joris = at_consent(&world, JORIS, "openid User.Read").await;
    assert_eq!(joris.submit("consent", &[("ucaccept", "yes")]).await.answer().refusal(), ("access_denied", 65004));
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
}

#[tokio::test]
async fn s1_13_an_administrator_ticks_the_box_and_nobody_is_asked_again() {
    let world = World::new().await;
    world.later(minutes(1));
    let moment = world.now();
    let mut sanne = at_consent(&world, SANNE, "openid profile User.Read").await;
    sanne.accept_for_organisation().await.answer().code();
    assert_eq!(granted(&world.grant_to(INTRANET, None).await), ["User.Read", "openid", "profile"]);
    assert_eq!(world.grants_to(INTRANET).await.len(), 1);
    let told = world.audited(moment, "Consent to application").await;
    let [told] = told.as_slice() else { panic!("one consent: {told:?}") };
    assert_eq!(told.actor["user"]["id"], SANNE_ID.to_string());
    let changed = told.changed.as_array().expect("a list");
    let is_admin = changed.iter().find(|entry| entry["displayName"] == "ConsentContext.IsAdminConsent");
    assert_eq!(is_admin.expect("said")["newValue"], "true");
    world.tokens(INTRANET, JORIS, "openid profile User.Read").await;
    assert_eq!(world.audited(moment, "Consent to application").await.len(), 1);
}

#[tokio::test]
async fn an_administrator_who_leaves_the_box_alone_consents_for_themselves() {
    let world = World::new().await;
    let mut sanne = at_consent(&world, SANNE, "openid User.Read").await;
    sanne.accept().await.answer().code();
    assert_eq!(granted(&world.grant_to(INTRANET, Some(SANNE_ID)).await), ["User.Read", "openid"]);
    at_consent(&world, JORIS, "openid User.Read").await;
}

#[tokio::test]
async fn a_person_with_both_grants_has_the_union_of_them() {
    let world = World::new().await;
    world.tokens(INTRANET, JORIS, "openid Mail.Read").await;
    world.allow_for_everybody(INTRANET, SANNE, "openid User.Read").await;
    let tokens = world.tokens(INTRANET, JORIS, "openid").await;
    assert_eq!(scp(&claims(&world, WATERKANT, tokens.access()).await), ["Mail.Read", "User.Read", "openid"]);
}

#[tokio::test]
async fn a_forged_box_gives_a_user_nothing() {
    let world = World::new().await;
    let mut joris = at_consent(&world, JORIS, "openid User.Read").await;
    let outcome = joris.submit("consent", &[("consentForOrg", "1"), ("ucaccept", "Yes")]).await;
    let page = outcome.page("consent");
    assert_eq!(page.permissions(), ["User.Read", "openid"]);
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
    assert_eq!(world.audited(NOON, "Consent to application").await.len(), 0);
}

#[tokio::test]
async fn a_list_that_changed_behind_the_page_is_shown_again_before_anything_is_granted() {
    let world = World::new().await;
    let mut joris = at_consent(&world, JORIS, DEFAULT).await;
    assert_eq!(joris.page().permissions(), ["User.Read", "email", "offline_access", "openid", "profile"]);
    let mail = catalogue().card.registration.scope_named("Mail.Read").expect("in the catalogue").id;
    world
        .change_app(INTRANET.id, |app| {
            let list = &mut app.required_resource_access[0].resource_access;
            list.push(RequiredAccess { id: mail.into(), kind: AccessKind::Scope });
        })
        .await;
    let page = joris.accept().await.page("consent");
    assert_eq!(page.permissions(), ["Mail.Read", "User.Read", "email", "offline_access", "openid", "profile"]);
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
    joris.accept().await.answer().code();
    assert_eq!(granted(&world.grant_to(INTRANET, Some(JORIS_ID)).await).len(), 6);
}

#[tokio::test]
async fn a_user_who_loses_the_right_between_page_and_click_grants_nothing() {
    let world = World::new().await;
    let mut joris = at_consent(&world, JORIS, "openid User.Read").await;
    world.let_people_consent_by(&[]).await;
    let page = joris.accept().await.page("needs-admin");
    assert_eq!(page.blocked(), ["User.Read", "openid"]);
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
}

#[tokio::test]
async fn s2_38_consent_is_incremental_and_only_what_is_missing_is_asked() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid User.Read").await;
    let page = joris.authorize(WATERKANT, &INTRANET.ask("openid User.Read Mail.Read")).await.page("consent");
    assert_eq!(page.permissions(), ["Mail.Read"]);
    let code = joris.accept().await.answer().code();
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    assert_eq!(scp(&claims(&world, WATERKANT, tokens.access()).await), ["Mail.Read", "User.Read", "openid"]);
    assert_eq!(world.grants_to(INTRANET).await.len(), 1, "one grant grew");
}

#[tokio::test]
async fn consent_for_two_apis_at_once_is_one_page_and_two_grants() {
    let world = World::new().await;
    let scope = "openid User.Read api://waterkant-orders/Orders.Read api://waterkant-orders/Orders.Write";
    let mut joris = at_consent(&world, JORIS, scope).await;
    assert_eq!(joris.page().permissions(), ["Orders.Read", "Orders.Write", "User.Read", "openid"]);
    joris.accept().await.answer().code();
    let mut scopes: Vec<_> = world.grants_to(INTRANET).await.iter().map(granted).collect();
    scopes.sort_unstable();
    assert_eq!(scopes, [vec!["Orders.Read", "Orders.Write"], vec!["User.Read", "openid"]]);
}

/// protocol.md §5.6: shown though granted; adds, never removes.
#[tokio::test]
async fn a_client_that_wants_the_page_gets_it_and_a_yes_takes_nothing_away() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid profile User.Read").await;
    let asked = INTRANET.ask("openid User.Read").and("prompt", "consent");
    let page = joris.authorize(WATERKANT, &asked).await.page("consent");
    assert_eq!(page.permissions(), ["User.Read", "openid"]);
    joris.accept().await.answer().code();
    assert_eq!(granted(&world.grant_to(INTRANET, Some(JORIS_ID)).await), ["User.Read", "openid", "profile"]);
    joris.authorize(WATERKANT, &asked).await.page("consent");
    assert_eq!(joris.decline().await.answer().refusal(), ("access_denied", 65004));
    assert_eq!(granted(&world.grant_to(INTRANET, Some(JORIS_ID)).await).len(), 3, "a no takes nothing away either");
}

/// protocol.md §5.6: for `.default`, the whole static list.
#[tokio::test]
async fn s2_34_a_client_that_wants_the_page_for_its_static_list_sees_all_of_it() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid User.Read").await;
    // Something stands, so nothing is asked…
    joris.authorize(WATERKANT, &INTRANET.ask(DEFAULT)).await.answer().code();
    // …until the client says so.
    let page = joris.authorize(WATERKANT, &INTRANET.ask(DEFAULT).and("prompt", "consent")).await.page("consent");
    assert_eq!(page.permissions(), ["User.Read", "email", "offline_access", "openid", "profile"]);
    joris.accept().await.answer().code();
    assert_eq!(granted(&world.grant_to(INTRANET, Some(JORIS_ID)).await).len(), 5);
}

#[tokio::test]
async fn an_application_permission_is_never_a_users_to_grant() {
    let world = World::new().await;
    let roles = &catalogue().card.registration.app_roles;
    let role = roles.iter().find(|role| role.value.as_deref() == Some("User.Read.All")).expect("in the catalogue").id;
    world
        .change_app(INTRANET.id, |app| {
            let list = &mut app.required_resource_access[0].resource_access;
            list.push(RequiredAccess { id: role.into(), kind: AccessKind::Role });
        })
        .await;
    for (upn, others) in [(JORIS, 5), (ANNEKE, 5)] {
        let mut somebody = world.browser();
        somebody.authorize(WATERKANT, &INTRANET.ask(DEFAULT)).await.page("signin");
        let page = somebody.sign_in(upn).await.page("needs-admin");
        assert_eq!((page.blocked(), page.permissions().len()), (vec!["User.Read.All".to_owned()], others), "{upn}");
    }
    let mut sanne = at_consent(&world, SANNE, DEFAULT).await;
    // Without the tick it is nobody's: the page comes again.
    sanne.accept().await.page("consent");
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
    sanne.accept_for_organisation().await.answer().code();
    let (app, graph) = (world.instance_of(INTRANET).await, world.graph_instance().await);
    let held = world.house().store.tenant(WATERKANT_ID).assignments_of(app, graph).await.expect("the store answers");
    assert_eq!(held.iter().map(|held| held.role).collect::<Vec<_>>(), [role]);
    let token = world.client(INTRANET).client_credentials(DEFAULT).await.granted();
    let token = claims(&world, WATERKANT, token.access()).await;
    assert_eq!(token["roles"], serde_json::json!(["User.Read.All"]));
}

#[tokio::test]
async fn an_application_administrator_grants_delegated_permissions_for_everybody() {
    let world = World::new().await;
    world.allow_for_everybody(CONTACTS, ANNEKE, "User.Read.All").await;
    assert_eq!(granted(&world.grant_to(CONTACTS, None).await), ["User.Read.All"]);
}

#[tokio::test]
async fn the_needs_admin_page_leads_to_another_account_which_may() {
    let world = World::new().await;
    let mut shared = world.browser();
    shared.authorize(WATERKANT, &INTRANET.ask("openid User.Read.All").and("nonce", NONCE)).await.page("signin");
    shared.sign_in(JORIS).await.page("needs-admin");
    shared.use_another_account().await.page("signin");
    shared.sign_in(SANNE).await.page("consent");
    shared.accept_for_organisation().await.answer().code();
    let tokens = world.tokens(INTRANET, LUKAS, "openid User.Read.All").await;
    let seen = world.graph(tokens.access()).get(&format!("/v1.0/users/{JORIS_ID}")).await.found();
    assert_eq!(seen["userPrincipalName"], JORIS);
}

#[tokio::test]
async fn the_needs_admin_page_says_who_can_help() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask("User.Read.All")).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("needs-admin");
    for helper in ["Anneke Jansen", "Sanne de Vries"] {
        assert!(page.html.contains(helper), "{helper}");
    }
    assert!(!page.html.contains("Mareike Hoffmann"), "a helpdesk role grants nothing");
}
