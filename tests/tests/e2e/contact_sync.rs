//! Features S0-09 to S0-17: the publisher's contact sync, its six permissions, and who may grant which.

use mandate_domain::catalogue::{GRAPH, catalogue};
use mandate_domain::permission::ScopeConsent;
use mandate_tests::app::CONTACTS;
use mandate_tests::people::{
    EVERYBODY, JORIS, JORIS_ID, LUKAS_ID, OPERATIONS, PASSWORD, SANNE, WATERKANT, WATERKANT_ID,
};
use mandate_tests::tokens::{claims, lacks, scp};
use mandate_tests::{World, minutes};
use mandate_usecases::directory::Revocation;
use serde_json::Value;

/// What the app asks when it starts, all at once.
const SIX: &str = "GroupMember.Read.All offline_access openid profile User.Read User.Read.All";

fn names(body: &Value) -> Vec<&str> {
    let value = body["value"].as_array().expect("a collection");
    let mut names: Vec<&str> = value.iter().filter_map(|object| object["displayName"].as_str()).collect();
    names.sort_unstable();
    names
}

#[test]
fn s0_09_group_member_read_all_is_an_administrators_and_has_its_real_id() {
    let scope = catalogue().card.registration.scope_named("GroupMember.Read.All").expect("in the catalogue");
    assert_eq!(scope.id.to_string(), "bc024368-1153-4739-b217-4326f2e966d0");
    assert_eq!(scope.consent, ScopeConsent::Admin);
}

#[tokio::test]
async fn s0_09_a_plain_user_who_is_asked_for_it_meets_the_needs_admin_page_and_no_consent_button() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &CONTACTS.ask("GroupMember.Read.All")).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("needs-admin");
    assert_eq!((page.blocked(), page.permissions()), (vec!["GroupMember.Read.All".to_owned()], vec![]));
    assert!(!page.has("idSIButton9"));
    let answers: Vec<_> = page.form("consent").buttons.into_iter().map(|button| button.value).collect();
    assert_eq!(answers, ["No"]);
}

#[tokio::test]
async fn s0_10_with_the_scope_groups_and_members_can_be_read() {
    let world = World::new().await;
    world.allow_for_everybody(CONTACTS, SANNE, "GroupMember.Read.All User.Read").await;
    let tokens = world.tokens(CONTACTS, JORIS, "GroupMember.Read.All").await;
    let graph = world.graph(tokens.access());
    let groups = graph.get(&format!("/v1.0/users/{LUKAS_ID}/memberOf")).await.found();
    assert_eq!(names(&groups), ["Finance"]);
    let members = graph.get(&format!("/v1.0/groups/{OPERATIONS}/members")).await.found();
    let ids: Vec<_> = members["value"].as_array().expect("a collection").iter().map(|it| it["id"].clone()).collect();
    let expected = [2, 6, 8].map(|number| Value::from(format!("aaaaaaaa-0000-4000-8000-{number:012}")));
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn s0_10_without_the_scope_they_cannot_and_the_reason_names_it() {
    let world = World::new().await;
    let tokens = world.tokens(CONTACTS, JORIS, "User.Read").await;
    let graph = world.graph(tokens.access());
    for path in [format!("/v1.0/users/{LUKAS_ID}/memberOf"), format!("/v1.0/groups/{EVERYBODY}/members")] {
        let refused = graph.get(&path).await;
        assert_eq!(refused.refusal(), (403, "Authorization_RequestDenied"), "{path}");
        assert_eq!(refused.reason(), Some("client_scope_missing"), "{path}");
        assert_eq!(refused.explanation()["leastPermission"], "GroupMember.Read.All", "{path}");
    }
}

#[tokio::test]
async fn s0_11_a_user_alone_grants_offline_access_and_only_then_comes_a_refresh_token() {
    let world = World::new().await;
    let (mut joris, code) = world.let_in(CONTACTS, JORIS, "openid User.Read").await;
    let without = world.client(CONTACTS).redeem(&code).await.granted();
    assert!(!without.has("refresh_token"));
    let page = joris.authorize(WATERKANT, &CONTACTS.ask("openid offline_access User.Read")).await.page("consent");
    assert_eq!(page.permissions(), ["offline_access"]);
    let code = joris.accept().await.answer().code();
    let with = world.client(CONTACTS).redeem(&code).await.granted();
    assert!(with.has("refresh_token"));
    assert!(!with.scopes().contains(&"offline_access"), "it is a promise, not a permission of the token");
}

#[tokio::test]
async fn s0_12_a_refresh_token_works_without_a_browser_when_the_access_token_has_expired() {
    let world = World::new().await;
    let (joris, code) = world.let_in(CONTACTS, JORIS, "openid offline_access User.Read").await;
    let client = world.client(CONTACTS);
    let first = client.redeem(&code).await.granted();
    drop(joris);
    world.later(minutes(91));
    let expired = world.graph(first.access()).get("/v1.0/me").await;
    assert_eq!(expired.refusal(), (401, "InvalidAuthenticationToken"));
    let second = client.refresh(first.refresh()).await.granted();
    let me = world.graph(second.access()).get("/v1.0/me").await.found();
    assert_eq!(me["userPrincipalName"], JORIS);
}

#[tokio::test]
async fn s0_12_it_fails_once_the_user_is_disabled() {
    let world = World::new().await;
    let tokens = world.tokens(CONTACTS, JORIS, "openid offline_access User.Read").await;
    world.revoke(Revocation::UserDisabled(JORIS_ID)).await;
    let refused = world.client(CONTACTS).refresh(tokens.refresh()).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant", 50057));
}

#[tokio::test]
async fn s0_13_openid_brings_an_id_token_and_its_absence_none() {
    let world = World::new().await;
    assert!(world.tokens(CONTACTS, JORIS, "openid User.Read").await.has("id_token"));
    assert!(!world.tokens(CONTACTS, JORIS, "User.Read").await.has("id_token"));
}

#[tokio::test]
async fn s0_14_the_id_token_names_the_person_when_profile_was_asked_and_not_otherwise() {
    let world = World::new().await;
    let with = world.tokens(CONTACTS, JORIS, "openid profile").await;
    let with = claims(&world, WATERKANT, with.id_token()).await;
    let told = ["name", "preferred_username", "oid", "tid"].map(|name| with[name].as_str().unwrap_or("").to_owned());
    assert_eq!(told, ["Joris Bakker", JORIS, &JORIS_ID.to_string(), WATERKANT]);
    let without = world.tokens(CONTACTS, JORIS, "openid").await;
    let without = claims(&world, WATERKANT, without.id_token()).await;
    assert!(lacks(&without, &["name", "preferred_username", "oid", "email"]), "{without}");
}

#[tokio::test]
async fn s0_15_user_read_shows_oneself_and_nobody_else() {
    let world = World::new().await;
    let tokens = world.tokens(CONTACTS, JORIS, "User.Read").await;
    let graph = world.graph(tokens.access());
    let me = graph.get("/v1.0/me").await.found();
    assert_eq!(me["id"], JORIS_ID.to_string());
    assert_eq!(graph.get(&format!("/v1.0/users/{JORIS_ID}")).await.found()["id"], JORIS_ID.to_string());
    let other = graph.get(&format!("/v1.0/users/{LUKAS_ID}")).await;
    assert_eq!(other.refusal(), (403, "Authorization_RequestDenied"));
    assert_eq!(other.reason(), Some("client_scope_missing"));
}

#[tokio::test]
async fn s0_16_an_administrators_consent_opens_the_address_book() {
    const PHONES: &str = "/v1.0/users?$select=displayName,businessPhones,mobilePhone";
    let world = World::new().await;
    let before = world.tokens(CONTACTS, JORIS, "User.Read").await;
    assert_eq!(world.graph(before.access()).get(PHONES).await.refusal(), (403, "Authorization_RequestDenied"));
    world.allow_for_everybody(CONTACTS, SANNE, "User.Read.All").await;
    let after = world.tokens(CONTACTS, JORIS, "User.Read.All").await;
    let found = world.graph(after.access()).get(PHONES).await.found();
    let people = found["value"].as_array().expect("a collection");
    assert_eq!(people.len(), 11);
    let joris = people.iter().find(|person| person["displayName"] == "Joris Bakker").expect("a colleague");
    assert_eq!(joris["mobilePhone"], "+31 6 5555 0102");
    assert_eq!(joris["businessPhones"], serde_json::json!(["+31 10 555 0102"]));
    assert!(joris.get("jobTitle").is_none(), "it was not selected");
}

#[tokio::test]
async fn s0_17_a_mixed_request_names_what_blocks_it_and_grants_none_of_the_rest() {
    let world = World::new().await;
    let before = world.size_of_logs().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &CONTACTS.ask(SIX)).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("needs-admin");
    assert_eq!(page.blocked(), ["GroupMember.Read.All", "User.Read.All"]);
    assert_eq!(page.permissions(), ["User.Read", "offline_access", "openid", "profile"]);
    // A button that the page does not have is pressed all the same.
    let page = joris.accept().await.page("needs-admin");
    assert_eq!(page.blocked(), ["GroupMember.Read.All", "User.Read.All"]);
    let answer = joris.decline().await.answer();
    assert_eq!(answer.refusal(), ("access_denied", 65004));
    assert_eq!(world.size_of_logs().await.audits, before.audits);
    assert!(world.instance(WATERKANT_ID, CONTACTS.app_id()).await.is_none());
    // Nothing was granted in silence: the harmless part is still asked for.
    let page = joris.authorize(WATERKANT, &CONTACTS.ask("openid profile")).await.page("consent");
    assert_eq!(page.permissions(), ["openid", "profile"]);
}

#[tokio::test]
async fn s0_17_the_static_list_is_judged_the_same_way() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &CONTACTS.ask("https://graph.microsoft.com/.default")).await.page("signin");
    let page = joris.sign_in_with(JORIS, PASSWORD).await.page("needs-admin");
    assert_eq!(page.blocked(), ["GroupMember.Read.All", "User.Read.All"]);
    assert_eq!(page.permissions(), ["User.Read", "offline_access", "openid", "profile"]);
}

#[tokio::test]
async fn s0_17_an_administrator_grants_all_six_and_the_token_holds_them() {
    let world = World::new().await;
    let mut sanne = world.browser();
    sanne.authorize(WATERKANT, &CONTACTS.ask(SIX)).await.page("signin");
    let page = sanne.sign_in(SANNE).await.page("consent");
    assert_eq!(page.permissions().len(), 6);
    let code = sanne.accept_for_organisation().await.answer().code();
    let tokens = world.client(CONTACTS).redeem(&code).await.granted();
    let token = claims(&world, WATERKANT, tokens.access()).await;
    assert_eq!(scp(&token), ["GroupMember.Read.All", "User.Read", "User.Read.All", "openid", "profile"]);
    assert_eq!(token["aud"], "https://graph.microsoft.com");
    assert!(world.instance(WATERKANT_ID, GRAPH).await.is_some());
}
