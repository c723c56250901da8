//! Which consents a permission-grant policy lets pass (consent-and-governance.md §2).

use super::policy::*;
use crate::application::{AppCard, Registration, VerifiedPublisher};
use crate::catalogue::{GRAPH, SERVICES_TENANT, catalogue};
use crate::permission::ScopeConsent;
use crate::service_principal::Class;
use mandate_base::{AppId, ApplicationId, Moment, ObjectId, TenantId};
use serde_json::json;

const WATERKANT: TenantId = TenantId::from_u128(0x11111111_1111_4111_8111_111111111111);
const ZONNEBEL: TenantId = TenantId::from_u128(0x22222222_2222_4222_8222_222222222222);
const CONTACTS: AppId = AppId::from_u128(0xc2000000_0000_4000_8000_000000000001);
const ORDERS: AppId = AppId::from_u128(0xc1000000_0000_4000_8000_000000000005);
const ORDERS_READ: ObjectId = ObjectId::from_u128(0xdddddddd_0000_4000_8000_000000000001);
const OLD_DIRECTORY_API: AppId = AppId::from_u128(0x00000002_0000_0000_c000_000000000000);
const EXCHANGE_ONLINE: AppId = AppId::from_u128(0x00000002_0000_0ff1_ce00_000000000000);

const USER_TYPE: EventKind = EventKind::Delegated { user_consentable: true };
const ADMIN_TYPE: EventKind = EventKind::Delegated { user_consentable: false };

/// The app that asks: of which tenant, and with a verified publisher or without.
fn client(home: TenantId, publisher: Option<&str>) -> AppCard {
    let verified_publisher = publisher
        .map(|id| VerifiedPublisher { verified_publisher_id: Some(id.to_owned()), ..VerifiedPublisher::default() });
    AppCard {
        app_id: CONTACTS,
        application: ApplicationId::from_u128(1),
        home,
        created: Moment::EPOCH,
        registration: Registration { verified_publisher, ..Registration::default() },
        secrets: Vec::new(),
        certificates: Vec::new(),
        federated: Vec::new(),
        version: 1,
    }
}

fn contacts() -> AppCard {
    client(ZONNEBEL, Some("900001"))
}

/// Somebody of Waterkant is about to grant `Orders.Read`.
fn event(client: &AppCard) -> Event<'_> {
    Event {
        client,
        tenant: WATERKANT,
        resource: ORDERS,
        permission: ORDERS_READ,
        kind: USER_TYPE,
        class: Some(Class::Low),
    }
}

fn policy(includes: Vec<ConditionSet>, excludes: Vec<ConditionSet>) -> GrantPolicy {
    GrantPolicy { id: "waterkant-own".to_owned(), includes, excludes, ..GrantPolicy::default() }
}

fn built(id: &str) -> &'static GrantPolicy {
    built_in(id).expect("one of the built-in policies")
}

/// The field that a condition is about, the condition, and whether it holds for [`event`] of [`contacts`].
type Condition = (&'static str, fn(&mut ConditionSet), bool);

fn conditions() -> Vec<Condition> {
    fn list(text: &str) -> Vec<String> {
        vec![text.to_owned()]
    }
    let conditions: [Condition; 24] = [
        ("type", |set: &mut ConditionSet| set.permission_type = PermissionType::Delegated, true),
        ("type", |set: &mut ConditionSet| set.permission_type = PermissionType::DelegatedUserConsentable, true),
        ("type", |set: &mut ConditionSet| set.permission_type = PermissionType::Application, false),
        ("class", |set: &mut ConditionSet| set.permission_classification = Classified::All, true),
        ("class", |set: &mut ConditionSet| set.permission_classification = Classified::Low, true),
        ("class", |set: &mut ConditionSet| set.permission_classification = Classified::High, false),
        ("resource", |set: &mut ConditionSet| set.resource_application = "any".to_owned(), true),
        ("resource", |set: &mut ConditionSet| set.resource_application = ORDERS.to_string(), true),
        ("resource", |set: &mut ConditionSet| set.resource_application = GRAPH.to_string(), false),
        ("permissions", |set: &mut ConditionSet| set.permissions = list("all"), true),
        ("permissions", |set: &mut ConditionSet| set.permissions.insert(0, ORDERS.to_string()), true),
        ("permissions", |set: &mut ConditionSet| set.permissions = list(&ORDERS_READ.to_string()), true),
        ("permissions", |set: &mut ConditionSet| set.permissions = list(&ORDERS.to_string()), false),
        ("clients", |set: &mut ConditionSet| set.client_application_ids = list(&CONTACTS.to_string()), true),
        ("clients", |set: &mut ConditionSet| set.client_application_ids = list(&ORDERS.to_string()), false),
        ("tenants", |set: &mut ConditionSet| set.client_application_tenant_ids = list(&ZONNEBEL.to_string()), true),
        ("tenants", |set: &mut ConditionSet| set.client_application_tenant_ids = list(&WATERKANT.to_string()), false),
        ("publishers", |set: &mut ConditionSet| set.client_application_publisher_ids = list("all"), true),
        ("publishers", |set: &mut ConditionSet| set.client_application_publisher_ids = list("900001"), true),
        ("publishers", |set: &mut ConditionSet| set.client_application_publisher_ids = list("900002"), false),
        ("verified", |set: &mut ConditionSet| set.client_applications_from_verified_publisher_only = false, true),
        ("verified", |set: &mut ConditionSet| set.client_applications_from_verified_publisher_only = true, true),
        ("clients", |set: &mut ConditionSet| set.client_application_ids = list("ALL"), true),
        ("clients", |set: &mut ConditionSet| set.client_application_ids = list(&upper(CONTACTS)), true),
    ];
    conditions.to_vec()
}

fn upper(id: AppId) -> String {
    id.to_string().to_uppercase()
}

fn set_of(conditions: &[Condition]) -> ConditionSet {
    let mut set = ConditionSet::default();
    for (_, put, _) in conditions {
        put(&mut set);
    }
    set
}

/// Every two conditions of [`conditions`], also the same one twice.
fn pairs() -> Vec<(Condition, Condition)> {
    let all = conditions();
    all.iter().flat_map(|one| all.iter().map(move |other| (*one, *other))).collect()
}

#[test]
fn a_policy_that_includes_nothing_passes_nothing() {
    let client = contacts();
    assert!(!policy(vec![], vec![]).passes(&event(&client)));
    assert!(policy(vec![ConditionSet::default()], vec![]).passes(&event(&client)));
}

#[test]
fn the_conditions_of_a_set_hold_together_or_not_at_all() {
    let client = contacts();
    for (one, other) in pairs() {
        if one.0 == other.0 {
            continue;
        }
        let passes = policy(vec![set_of(&[one, other])], vec![]).passes(&event(&client));
        assert_eq!(passes, one.2 && other.2, "{:?}", set_of(&[one, other]));
    }
}

#[test]
fn one_include_is_enough_and_one_exclude_is_too_much() {
    let client = contacts();
    for (one, other) in pairs() {
        let (set, other_set) = (set_of(&[one]), set_of(&[other]));
        let both = policy(vec![set.clone(), other_set.clone()], vec![]);
        assert_eq!(both.passes(&event(&client)), one.2 || other.2, "{both:?}");
        let without = policy(vec![set.clone()], vec![other_set.clone()]);
        assert_eq!(without.passes(&event(&client)), one.2 && !other.2, "{without:?}");
        let twice = policy(vec![ConditionSet::default()], vec![set, other_set]);
        assert_eq!(twice.passes(&event(&client)), !one.2 && !other.2, "{twice:?}");
    }
}

#[test]
fn a_set_is_for_one_kind_of_permission() {
    let cases = [
        (PermissionType::Application, [true, false, false]),
        (PermissionType::Delegated, [false, true, true]),
        (PermissionType::DelegatedUserConsentable, [false, true, false]),
    ];
    let client = contacts();
    for (permission_type, expected) in cases {
        let set = ConditionSet { permission_type, ..ConditionSet::default() };
        let passes = [EventKind::Application, USER_TYPE, ADMIN_TYPE]
            .map(|kind| policy(vec![set.clone()], vec![]).passes(&Event { kind, ..event(&client) }));
        assert_eq!(passes, expected, "{permission_type:?}");
    }
}

#[test]
fn a_class_matches_itself_and_all_matches_what_has_none() {
    let classes = [None, Some(Class::Low), Some(Class::Medium), Some(Class::High)];
    let cases = [
        (Classified::All, [true, true, true, true]),
        (Classified::Low, [false, true, false, false]),
        (Classified::Medium, [false, false, true, false]),
        (Classified::High, [false, false, false, true]),
    ];
    let client = contacts();
    for (permission_classification, expected) in cases {
        let set = ConditionSet { permission_classification, ..ConditionSet::default() };
        let passes = classes.map(|class| policy(vec![set.clone()], vec![]).passes(&Event { class, ..event(&client) }));
        assert_eq!(passes, expected, "{permission_classification:?}");
    }
}

#[test]
fn a_publisher_without_an_id_is_not_verified() {
    let named_only = VerifiedPublisher { display_name: Some("Zonnebel Software".to_owned()), ..Default::default() };
    let mut unverified = client(ZONNEBEL, None);
    unverified.registration.verified_publisher = Some(named_only);
    let verified_only =
        ConditionSet { client_applications_from_verified_publisher_only: true, ..ConditionSet::default() };
    let own_partner =
        ConditionSet { client_application_publisher_ids: vec!["900001".to_owned()], ..ConditionSet::default() };
    for set in [verified_only, own_partner] {
        assert!(policy(vec![set.clone()], vec![]).passes(&event(&contacts())), "{set:?}");
        for client in [&unverified, &client(ZONNEBEL, None)] {
            assert!(!policy(vec![set.clone()], vec![]).passes(&event(client)), "{set:?}");
        }
    }
}

#[test]
fn conditions_that_are_left_out_take_their_documented_defaults() {
    let read: ConditionSet = serde_json::from_value(json!({ "permissionType": "application" })).expect("well-formed");
    let expected = json!({
        "id": null,
        "permissionType": "application",
        "permissionClassification": "all",
        "resourceApplication": "any",
        "permissions": ["all"],
        "clientApplicationIds": ["all"],
        "clientApplicationTenantIds": ["all"],
        "clientApplicationPublisherIds": ["all"],
        "clientApplicationsFromVerifiedPublisherOnly": false,
    });
    assert_eq!(serde_json::to_value(&read).expect("plain data"), expected);
    let user_consentable = json!({ "permissionType": "delegatedUserConsentable", "permissionClassification": "low" });
    let read: ConditionSet = serde_json::from_value(user_consentable).expect("well-formed");
    let expected = ConditionSet {
        permission_type: PermissionType::DelegatedUserConsentable,
        permission_classification: Classified::Low,
        ..ConditionSet::default()
    };
    assert_eq!(read, expected);
}

#[test]
fn built_in_policies_are_found_by_their_ids() {
    for id in [LOW, RECOMMENDED, LEGACY, APPLICATION_ADMIN, COMPANY_ADMIN] {
        assert_eq!(built(id).id, id);
    }
    assert_eq!(built_in("waterkant-own"), None);
}

#[test]
fn low_lets_users_grant_low_permissions_to_own_or_verified_apps() {
    let classes = [None, Some(Class::Low), Some(Class::Medium), Some(Class::High)];
    let cases = [
        (client(WATERKANT, None), [false, true, false, false]),
        (client(WATERKANT, Some("900001")), [false, true, false, false]),
        (client(ZONNEBEL, Some("900001")), [false, true, false, false]),
        (client(ZONNEBEL, None), [false, false, false, false]),
    ];
    for (client, expected) in cases {
        let passes = classes.map(|class| built(LOW).passes(&Event { class, ..event(&client) }));
        assert_eq!(passes, expected, "{:?} {:?}", client.home, client.registration.verified_publisher);
        assert!(!built(LOW).passes(&Event { kind: EventKind::Application, ..event(&client) }));
    }
}

#[test]
fn low_means_the_tenant_in_which_the_grant_would_stand() {
    let at_home = client(ZONNEBEL, None);
    assert!(built(LOW).passes(&Event { tenant: ZONNEBEL, ..event(&at_home) }));
    assert!(!built(LOW).passes(&Event { tenant: WATERKANT, ..event(&at_home) }));
}

#[test]
fn legacy_lets_users_grant_whatever_needs_no_administrator() {
    let client = client(ZONNEBEL, None);
    for scope in &catalogue().card.registration.api.oauth2_permission_scopes {
        let kind = EventKind::Delegated { user_consentable: scope.consent == ScopeConsent::User };
        let event = Event { resource: GRAPH, permission: scope.id.into(), kind, class: None, ..event(&client) };
        assert_eq!(built(LEGACY).passes(&event), kind == USER_TYPE, "{}", scope.value);
    }
    assert!(!built(LEGACY).passes(&Event { kind: EventKind::Application, ..event(&client) }));
}

/// consent-and-governance.md §2.5, the lines that speak of Graph.
const WITHHELD_OF_GRAPH: &str = "
    Files.Read.All Files.ReadWrite.All Sites.Read.All Sites.ReadWrite.All
    Mail.Read Mail.ReadWrite Mail.ReadBasic Mail.Read.Shared Mail.ReadBasic.Shared Mail.ReadWrite.Shared
    MailboxItem.Read MailBoxFolder.Read MailBoxFolder.ReadWrite MailBoxSettings.Read MailBoxSettings.ReadWrite
    Calendars.Read Calendars.ReadBasic Calendars.ReadWrite Calendars.Read.Shared Calendars.ReadWrite.Shared
    Chat.Read Chat.ReadWrite OnlineMeetings.Read OnlineMeetings.ReadWrite
    Contacts.ReadWrite Contacts.Read.Shared Contacts.ReadWrite.Shared
    Tasks.Read Tasks.Read.Shared Tasks.ReadWrite Tasks.ReadWrite.Shared People.Read";

/// §2.5, last line: scopes of Exchange Online, with their ids there (other-api-permissions.tsv).
const WITHHELD_OF_EXCHANGE: [(&str, u128); 4] = [
    ("EAS.AccessAsUser.All", 0x266d2589_20b5_4f91_9a03_89247d1be8da),
    ("EWS.AccessAsUser.All", 0x3b5f3d61_589b_4a3c_a359_5dd4b5ee5bd5),
    ("IMAP.AccessAsUser.All", 0x195adc35_e27b_454b_a7ed_1ecdffa1c09f),
    ("POP.AccessAsUser.All", 0xfb698133_92fa_453e_a9ed_688e10f2e5ac),
];

#[test]
fn recommended_withholds_the_listed_permissions_of_graph_and_no_others() {
    let client = contacts();
    let mut withheld: Vec<&str> = WITHHELD_OF_GRAPH.split_ascii_whitespace().collect();
    for scope in &catalogue().card.registration.api.oauth2_permission_scopes {
        // The mail protocols' scopes are listed as Exchange Online's; Graph publishes scopes of the same names.
        if WITHHELD_OF_EXCHANGE.iter().any(|(value, _)| *value == scope.value) {
            continue;
        }
        let listed = withheld.iter().position(|value| value.eq_ignore_ascii_case(&scope.value));
        let kind = EventKind::Delegated { user_consentable: scope.consent == ScopeConsent::User };
        let event = Event { resource: GRAPH, permission: scope.id.into(), kind, class: None, ..event(&client) };
        let expected = kind == USER_TYPE && listed.is_none();
        assert_eq!(built(RECOMMENDED).passes(&event), expected, "{}", scope.value);
        if let Some(place) = listed {
            withheld.swap_remove(place);
        }
    }
    assert_eq!(withheld, Vec::<&str>::new(), "listed as withheld, but not in the catalogue");
}

#[test]
fn recommended_withholds_the_mail_protocols_of_exchange_online() {
    let client = contacts();
    for (value, id) in WITHHELD_OF_EXCHANGE {
        let mail = Event { resource: EXCHANGE_ONLINE, permission: ObjectId::from_u128(id), ..event(&client) };
        assert!(!built(RECOMMENDED).passes(&mail), "{value}");
        assert!(built(LEGACY).passes(&mail), "{value}");
    }
}

#[test]
fn recommended_looks_at_the_api_as_well_as_at_the_permission() {
    let scope = catalogue().card.registration.scope_named("Mail.Read").expect("in the catalogue");
    let client = contacts();
    let elsewhere = Event { permission: scope.id.into(), class: None, ..event(&client) };
    assert!(built(RECOMMENDED).passes(&elsewhere));
    assert!(!built(RECOMMENDED).passes(&Event { resource: GRAPH, ..elsewhere }));
    assert!(!built(RECOMMENDED).passes(&Event { kind: EventKind::Application, ..elsewhere }));
}

#[test]
fn administrators_policies_differ_in_the_app_roles_of_the_directory() {
    let client = client(SERVICES_TENANT, None);
    let kinds = [USER_TYPE, ADMIN_TYPE, EventKind::Application];
    // Columns: COMPANY_ADMIN, APPLICATION_ADMIN; each for the three kinds above.
    let cases = [
        (ORDERS, [true; 3], [true; 3]),
        (EXCHANGE_ONLINE, [true; 3], [true; 3]),
        (GRAPH, [true; 3], [true, true, false]),
        (OLD_DIRECTORY_API, [true; 3], [true, true, false]),
    ];
    for (resource, company, application) in cases {
        for (id, expected) in [(COMPANY_ADMIN, company), (APPLICATION_ADMIN, application)] {
            let passes = kinds.map(|kind| built(id).passes(&Event { resource, kind, class: None, ..event(&client) }));
            assert_eq!(passes, expected, "{id} at {resource}");
        }
    }
}
