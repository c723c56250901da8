//! Features S4-31, S4-32, S4-61 and S4-67: the first consent makes the service principal; owners say who may consent.

use mandate_tests::app::{COMMAND_LINE, CONTACTS};
use mandate_tests::deeds::granted;
use mandate_tests::people::{JORIS, JORIS_ID, KATRIN, LUKAS, LUKAS_ID, WATERKANT, WATERKANT_ID, ZONNEBEL};
use mandate_tests::{App, World, minutes};
use serde_json::json;

#[tokio::test]
async fn s4_31_the_first_sign_in_with_consent_brings_the_app_into_the_tenant() {
    let world = World::new().await;
    assert!(world.instance(WATERKANT_ID, CONTACTS.app_id()).await.is_none());
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &CONTACTS.ask("openid User.Read")).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    // Looking at the page changes nothing.
    assert!(world.instance(WATERKANT_ID, CONTACTS.app_id()).await.is_none());
    joris.accept().await.answer().code();
    let sp = world.instance(WATERKANT_ID, CONTACTS.app_id()).await.expect("made by the consent");
    assert_eq!(sp.display_name, "Zonnebel Contacts");
    assert!(sp.account_enabled && !sp.app_role_assignment_required);
}

#[tokio::test]
async fn s4_32_s4_61_the_audit_names_the_first_and_the_second_adds_only_a_grant() {
    let world = World::new().await;
    world.later(minutes(1));
    let first_moment = world.now();
    world.tokens(CONTACTS, JORIS, "openid User.Read").await;
    let made = world.audited(first_moment, "Add service principal").await;
    let [made] = made.as_slice() else { panic!("one was made: {made:?}") };
    assert_eq!(made.actor, json!({ "user": { "id": JORIS_ID.to_string(), "upn": JORIS } }));
    let sp = world.instance_of(CONTACTS).await;
    let target = json!([{ "id": sp.to_string(), "type": "ServicePrincipal", "displayName": "Zonnebel Contacts" }]);
    assert_eq!(made.targets, target);

    world.later(minutes(1));
    let second_moment = world.now();
    world.tokens(CONTACTS, LUKAS, "openid User.Read").await;
    assert_eq!(world.audited(second_moment, "Add service principal").await.len(), 0);
    let added = world.audited(second_moment, "Add delegated permission grant").await;
    let [added] = added.as_slice() else { panic!("one was added: {added:?}") };
    assert_eq!(added.actor["user"]["upn"], LUKAS);
    assert_eq!(world.instance_of(CONTACTS).await, sp);
    let whose: Vec<_> = world.grants_to(CONTACTS).await.iter().map(|grant| grant.principal).collect();
    assert_eq!(whose.len(), 2);
    assert!(whose.contains(&Some(JORIS_ID)) && whose.contains(&Some(LUKAS_ID)), "{whose:?}");
    assert_eq!(granted(&world.grant_to(CONTACTS, Some(LUKAS_ID)).await), ["User.Read", "openid"]);
}

#[tokio::test]
async fn s4_32_the_consent_itself_is_audited_with_what_was_allowed_and_by_whom() {
    let world = World::new().await;
    world.tokens(CONTACTS, JORIS, "openid User.Read").await;
    let consents = world.audited(mandate_tests::NOON, "Consent to application").await;
    let [consent] = consents.as_slice() else { panic!("one consent: {consents:?}") };
    assert_eq!(consent.actor["user"]["upn"], JORIS);
    let changed = consent.changed.as_array().expect("a list");
    let value = |name: &str| {
        let entry = changed.iter().find(|entry| entry["displayName"] == name);
        entry.unwrap_or_else(|| panic!("{name}: {changed:?}"))["newValue"].as_str().unwrap_or("").to_owned()
    };
    assert_eq!(value("ConsentContext.IsAdminConsent"), "false");
    let permissions = value("ConsentAction.Permissions");
    let (_, scope) = permissions.trim_end_matches(']').split_once("Scope: ").expect("what was allowed");
    let mut allowed: Vec<&str> = scope.split(' ').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["User.Read", "openid"]);
}

#[tokio::test]
async fn s4_61_a_consent_that_was_declined_leaves_no_service_principal() {
    let world = World::new().await;
    let before = world.size_of_logs().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &CONTACTS.ask("openid User.Read")).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    assert_eq!(joris.decline().await.answer().refusal(), ("access_denied", 65004));
    assert!(world.instance(WATERKANT_ID, CONTACTS.app_id()).await.is_none());
    assert_eq!(world.size_of_logs().await.audits, before.audits);
}

/// A publisher with an API and an app that uses it; a customer with three people.
const TWO_ORGANISATIONS: &str = r#"
tenants:
  - id: 11111111-1111-4111-8111-111111111111
    displayName: Waterkant
    verifiedDomains: [{ name: waterkant.example, isDefault: true }]
    users:
      - { userPrincipalName: joris.bakker@waterkant.example, displayName: Joris Bakker, password: Polder-Fiets-42 }
      - { userPrincipalName: lukas.schneider@waterkant.example, displayName: Lukas, password: Polder-Fiets-42 }
      - { userPrincipalName: daan.visser@waterkant.example, displayName: Daan Visser, password: Polder-Fiets-42 }
  - id: 22222222-2222-4222-8222-222222222222
    displayName: Zonnebel Software
    verifiedDomains: [{ name: zonnebel.example, isDefault: true }]
    users:
      - { userPrincipalName: katrin.weber@zonnebel.example, displayName: Katrin Weber, password: Polder-Fiets-42 }
    applications:
      - appId: c2000000-0000-4000-8000-000000000001
        displayName: Zonnebel Contacts
        signInAudience: AzureADMultipleOrgs
        web: { redirectUris: [http://localhost:5002/callback] }
        passwordCredentials: [{ secretText: contacts-secret-for-development-only }]
      - appId: c2000000-0000-4000-8000-000000000002
        displayName: Zonnebel Routes API
        owners: [katrin.weber@zonnebel.example]
        signInAudience: AzureADMultipleOrgs
        identifierUris: [api://c2000000-0000-4000-8000-000000000002]
        api:
          oauth2PermissionScopes:
            - { value: Routes.Read, type: User, adminConsentDisplayName: Read routes }
"#;
const ROUTES_API: &str = "c2000000-0000-4000-8000-000000000002";
const ROUTES: &str = "api://c2000000-0000-4000-8000-000000000002/Routes.Read";

async fn prompt_for(world: &World, app: App, upn: &str) -> String {
    let mut browser = world.browser();
    browser.authorize(WATERKANT, &app.ask(ROUTES)).await.page("signin");
    match browser.sign_in(upn).await {
        mandate_tests::Outcome::Page(page) => format!("{} {:?} {:?}", page.kind, page.permissions(), page.blocked()),
        other => format!("answered {}", other.answer().get("code").is_some()),
    }
}

#[tokio::test]
async fn s4_67_the_apis_owner_changes_a_scopes_type_and_the_customers_prompt_follows() {
    let world = World::of(TWO_ORGANISATIONS).await;
    let consentable = r#"consent ["Routes.Read"] []"#;
    assert_eq!(prompt_for(&world, CONTACTS, LUKAS).await, consentable);
    world.tokens(CONTACTS, JORIS, ROUTES).await;
    // She owns the API, and holds no role.
    let home = App { tenant: ZONNEBEL, ..COMMAND_LINE };
    let katrin = world.tokens(home, KATRIN, "https://graph.microsoft.com/.default").await;
    let katrin = world.graph(katrin.access());
    let at = format!("/v1.0/applications(appId='{ROUTES_API}')");
    let set = async |kind: &str| {
        let mut scopes = katrin.get(&at).await.found()["api"]["oauth2PermissionScopes"].clone();
        scopes[0]["type"] = json!(kind);
        katrin.patch(&at, &json!({ "api": { "oauth2PermissionScopes": scopes } })).await.done();
    };
    set("Admin").await;
    assert_eq!(prompt_for(&world, CONTACTS, LUKAS).await, r#"needs-admin [] ["Routes.Read"]"#);
    // What was granted before stands.
    assert_eq!(prompt_for(&world, CONTACTS, JORIS).await, "answered true");
    set("User").await;
    assert_eq!(prompt_for(&world, CONTACTS, LUKAS).await, consentable);
}
