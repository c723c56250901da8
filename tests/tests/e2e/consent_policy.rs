//! The tenant's setting: which consents people may give themselves (consent-and-governance.md §2).

use mandate_tests::app::{CONTACTS, INTRANET};
use mandate_tests::people::{JORIS, SANNE, WATERKANT};
use mandate_tests::{App, SAMPLE, World};

const OFF: &[&str] = &[];
const LOW: &[&str] = &["microsoft-user-default-low"];
const RECOMMENDED: &[&str] = &["microsoft-user-default-recommended"];
const LEGACY: &[&str] = &["microsoft-user-default-legacy"];

/// The page that a person meets, with what may be granted and what stands in the way.
async fn met(world: &World, app: App, upn: &str, scope: &str) -> (String, Vec<String>, Vec<String>) {
    let mut browser = world.browser();
    browser.authorize(WATERKANT, &app.ask(scope)).await.page("signin");
    browser.sign_in(upn).await;
    let page = browser.page();
    (page.kind.clone(), page.permissions(), page.blocked())
}

fn page(kind: &str, permissions: &[&str], blocked: &[&str]) -> (String, Vec<String>, Vec<String>) {
    let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
    (kind.to_owned(), owned(permissions), owned(blocked))
}

#[tokio::test]
async fn off_leaves_everything_to_administrators() {
    let world = World::new().await;
    world.let_people_consent_by(OFF).await;
    let expected = page("needs-admin", &[], &["User.Read", "openid"]);
    assert_eq!(met(&world, INTRANET, JORIS, "openid User.Read").await, expected);
    let expected = page("consent", &["User.Read", "openid"], &[]);
    assert_eq!(met(&world, INTRANET, SANNE, "openid User.Read").await, expected);
}

#[tokio::test]
async fn low_lets_people_grant_what_was_classified_low_and_no_more() {
    let classified = "    servicePrincipals:\n      - { appId: 00000003-0000-0000-c000-000000000000, \
         delegatedPermissionClassifications: [{ permissionName: openid, classification: low }, \
         { permissionName: User.Read, classification: low }, { permissionName: Mail.Read, classification: high }] }\n";
    let organisation = SAMPLE.replacen("    servicePrincipals:\n", classified, 1);
    let world = World::of(&organisation).await;
    world.let_people_consent_by(LOW).await;
    let low = page("consent", &["User.Read", "openid"], &[]);
    // Of one's own organisation, and of a verified publisher.
    assert_eq!(met(&world, INTRANET, JORIS, "openid User.Read").await, low);
    assert_eq!(met(&world, CONTACTS, JORIS, "openid User.Read").await, low);
    let mixed = page("needs-admin", &["User.Read", "openid"], &["Mail.Read", "offline_access"]);
    assert_eq!(met(&world, INTRANET, JORIS, "openid User.Read Mail.Read offline_access").await, mixed);
}

#[tokio::test]
async fn low_does_not_trust_a_foreign_publisher_whom_nobody_verified() {
    let classified = "    servicePrincipals:\n      - { appId: 00000003-0000-0000-c000-000000000000, \
         delegatedPermissionClassifications: [{ permissionName: openid, classification: low }] }\n";
    let organisation = SAMPLE.replacen("    servicePrincipals:\n", classified, 1);
    let world = World::of(&organisation).await;
    world.let_people_consent_by(LOW).await;
    world.change_app(CONTACTS.id, |app| app.verified_publisher = None).await;
    assert_eq!(met(&world, CONTACTS, JORIS, "openid").await, page("needs-admin", &[], &["openid"]));
}

#[tokio::test]
async fn recommended_keeps_mail_and_files_for_administrators() {
    let world = World::new().await;
    world.let_people_consent_by(RECOMMENDED).await;
    let harmless = page("consent", &["User.Read", "offline_access", "openid"], &[]);
    assert_eq!(met(&world, INTRANET, JORIS, "openid offline_access User.Read").await, harmless);
    let mixed = page("needs-admin", &["User.Read"], &["Calendars.Read", "Mail.Read"]);
    assert_eq!(met(&world, INTRANET, JORIS, "User.Read Mail.Read Calendars.Read").await, mixed);
}

#[tokio::test]
async fn legacy_lets_people_grant_all_that_its_owner_left_to_them() {
    let world = World::new().await;
    world.let_people_consent_by(LEGACY).await;
    let theirs = page("consent", &["Mail.Read", "User.Read"], &[]);
    assert_eq!(met(&world, INTRANET, JORIS, "User.Read Mail.Read").await, theirs);
    // Whatever the tenant says, the API's owner decides first.
    let owners = page("needs-admin", &["Orders.Read"], &["Orders.Approve"]);
    let scope = "api://waterkant-orders/Orders.Read api://waterkant-orders/Orders.Approve";
    assert_eq!(met(&world, INTRANET, JORIS, scope).await, owners);
}

#[tokio::test]
async fn a_stricter_setting_takes_back_nothing_that_was_granted() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "openid offline_access User.Read").await;
    world.let_people_consent_by(OFF).await;
    world.client(INTRANET).refresh(tokens.refresh()).await.granted();
    world.graph(tokens.access()).get("/v1.0/me").await.found();
    world.tokens(INTRANET, JORIS, "openid offline_access User.Read").await;
}
