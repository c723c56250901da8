//! What a registration may hold, property by property.

use super::*;
use crate::tenant::{Settings, TenantProfile, VerifiedDomain};
use mandate_base::{AppId, ApplicationId, Moment, TenantId};
use serde_json::json;

fn tenant() -> Tenant {
    let domain = VerifiedDomain { name: "Waterkant.example".to_owned(), is_default: true, ..VerifiedDomain::default() };
    let profile = TenantProfile { verified_domains: vec![domain], ..TenantProfile::default() };
    Tenant { id: TenantId::from_u128(1), created: Moment::EPOCH, profile, settings: Settings::default(), version: 1 }
}

fn card(properties: Value) -> Result<AppCard, Broken> {
    let Value::Object(mut properties) = properties else { unreachable!("an object") };
    properties.entry("displayName").or_insert_with(|| json!("Planner"));
    Ok(AppCard {
        app_id: AppId::from_u128(7),
        application: ApplicationId::from_u128(8),
        home: TenantId::from_u128(1),
        created: Moment::EPOCH,
        registration: Registration::default().merged(&properties)?,
        secrets: Vec::new(),
        certificates: Vec::new(),
        federated: Vec::new(),
        version: 1,
    })
}

fn broken(properties: Value) -> String {
    let checked = card(properties).and_then(|card| check(&card, None, &tenant()));
    checked.expect_err("a broken rule").property
}

fn role(id: u128, value: &str) -> Value {
    json!({ "id": ObjectId::from_u128(id), "value": value, "displayName": value, "allowedMemberTypes": ["User"] })
}

#[test]
fn a_value_that_a_property_cannot_hold_is_named() {
    for (name, value) in [
        ("signInAudience", json!("Everybody")),
        ("web", json!({ "redirectUris": [7] })),
        ("appRoles", json!([{ "id": "x" }])),
    ] {
        let refused = card(json!({ name: value, "notes": "fine" })).expect_err("mistyped");
        assert_eq!(refused, Broken::new(name, Rule::Mistyped));
    }
}

#[test]
fn what_is_known_and_means_nothing_here_is_kept() {
    let held = card(json!({ "serviceManagementReference": "x", "web": { "homePageUrl": null } })).expect("reads");
    assert_eq!(held.registration.other.get("serviceManagementReference"), Some(&json!("x")));
    let cleared =
        held.registration.merged(&Properties::from_iter([("serviceManagementReference".to_owned(), Value::Null)]));
    assert!(cleared.expect("reads").other.is_empty());
}

#[test]
fn each_rule_names_its_property() {
    let own = ObjectId::from(AppId::from_u128(7));
    for (property, properties) in [
        ("displayName", json!({ "displayName": " " })),
        ("displayName", json!({ "displayName": "x".repeat(121) })),
        ("web/redirectUris", json!({ "web": { "redirectUris": ["http://thief.example"] } })),
        ("spa/redirectUris", json!({ "spa": { "redirectUris": ["https://a.example/#x"] } })),
        ("info/supportUrl", json!({ "info": { "supportUrl": "javascript:x" } })),
        ("identifierUris", json!({ "identifierUris": ["https://thief.example/orders"] })),
        ("identifierUris", json!({ "identifierUris": ["api://00000003-0000-0000-c000-000000000000"] })),
        ("identifierUris", json!({ "identifierUris": ["https://graph.microsoft.com/"] })),
        ("identifierUris", json!({ "identifierUris": [format!("api://{own}"), format!("API://{own}")] })),
        ("appRoles", json!({ "appRoles": [role(1, "a"), role(1, "b")] })),
        ("appRoles", json!({ "appRoles": [role(1, "a"), role(2, "A")] })),
        ("appRoles/value", json!({ "appRoles": [role(1, "a b")] })),
        ("tags", json!({ "tags": ["a", "a"] })),
        ("api/requestedAccessTokenVersion", json!({ "api": { "requestedAccessTokenVersion": 3 } })),
    ] {
        assert_eq!(broken(properties.clone()), property, "{properties}");
    }
}

#[test]
fn an_identifier_uri_is_of_the_app_or_of_the_tenant() {
    let (app, home) = (ObjectId::from(AppId::from_u128(7)), ObjectId::from(TenantId::from_u128(1)));
    for uri in [
        format!("api://{app}"),
        format!("api://{app}/orders"),
        format!("api://{home}/orders"),
        "api://orders".to_owned(),
        "https://waterkant.example/orders".to_owned(),
        "https://api.waterkant.example".to_owned(),
        "urn:waterkant:orders".to_owned(),
    ] {
        let card = card(json!({ "identifierUris": [uri] })).expect("reads");
        assert_eq!(check(&card, None, &tenant()), Ok(()), "{uri}");
    }
}

#[test]
fn a_permission_is_turned_off_before_it_goes() {
    let before = card(json!({ "appRoles": [role(1, "Orders.Read")] })).expect("reads");
    let gone = card(json!({ "appRoles": [] })).expect("reads");
    assert_eq!(check(&gone, Some(&before), &tenant()), Err(Broken::new("appRoles", Rule::StillEnabled)));
    let mut off = role(1, "Orders.Read");
    off["isEnabled"] = json!(false);
    let off = card(json!({ "appRoles": [off] })).expect("reads");
    assert_eq!(check(&off, Some(&before), &tenant()), Ok(()));
    assert_eq!(check(&gone, Some(&off), &tenant()), Ok(()));
}
