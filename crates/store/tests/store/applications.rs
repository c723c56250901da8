//! App cards, applications and service principals.

use crate::sample::{
    LATER, NOON, WATERKANT, ZONNEBEL, app_id, app_role_id, application_id, card, changes, commit, done, folded,
    page_at, sp, sp_id,
};
use mandate_base::{ObjectId, ScopeId};
use mandate_domain::application::{
    AccessKind, Api, AppCard, Audience, Choices, ClientSecret, ImplicitGrant, Info, OptionalClaim, OptionalClaims,
    PreAuthorized, RedirectUris, Registration, RequiredAccess, RequiredResource, VerifiedPublisher, Web,
};
use mandate_domain::catalogue::{GRAPH, catalogue};
use mandate_domain::extension::{DataType, ExtensionProperty};
use mandate_domain::permission::{AppRole, MemberType, Scope, ScopeConsent};
use mandate_domain::record::Change;
use mandate_domain::service_principal::{Class, Classification, ServicePrincipal, SpMore};
use mandate_domain::signin::redirect::{origin_address, uri_address};
use mandate_store::{Committed, Store};
use serde_json::Map;

on_each_backend!(
    a_card_comes_back_whole,
    the_card_of_graph_is_everywhere,
    an_update_replaces_registration_and_secrets,
    an_update_of_no_application_is_raced,
    an_app_id_is_given_once,
    applications_are_listed_by_id,
    cards_are_found_by_their_addresses,
    a_service_principal_comes_back_whole,
    a_service_principal_is_found_by_app_and_by_name_in_any_case,
    a_service_principal_is_disabled_and_enabled,
    an_app_has_one_service_principal_in_a_tenant,
    a_name_has_one_service_principal_in_a_tenant,
);

fn added(card: AppCard) -> Change {
    Change::ApplicationAdded(Box::new(card))
}

fn updated(card: AppCard) -> Change {
    Change::ApplicationUpdated(Box::new(card))
}

fn met(sp: ServicePrincipal) -> Change {
    Change::ServicePrincipalAdded(Box::new(sp))
}

fn orders_read() -> Scope {
    Scope {
        id: ScopeId::from_u128(1),
        value: "Orders.Read".into(),
        consent: ScopeConsent::Admin,
        is_enabled: true,
        admin_consent_display_name: Some("Read orders".into()),
        admin_consent_description: None,
        user_consent_display_name: None,
        user_consent_description: Some("Lets the app read the orders that \"you\" can see.".into()),
    }
}

fn approver() -> AppRole {
    AppRole {
        id: app_role_id(2),
        value: Some("Approver".into()),
        display_name: "Goedkeurder".into(),
        description: None,
        allowed_member_types: vec![MemberType::User, MemberType::Application],
        is_enabled: false,
    }
}

fn claim(name: &str) -> OptionalClaim {
    OptionalClaim { name: name.into(), essential: true, ..OptionalClaim::default() }
}

/// Everything that a registration can hold.
fn full() -> Registration {
    let needs = RequiredAccess { id: ObjectId::from_u128(3), kind: AccessKind::Role };
    Registration {
        display_name: "Waterkant Orders API · Küste".into(),
        sign_in_audience: Audience::OrgsAndPersonal,
        is_fallback_public_client: Some(true),
        is_disabled: Some(false),
        identifier_uris: vec!["api://waterkant-orders".into()],
        token_lifetime_policies: vec![ObjectId::from_u128(4), ObjectId::from_u128(5)],
        app_management_policies: vec![ObjectId::from_u128(6)],
        extension_properties: vec![badge()],
        web: Web {
            home_page_url: Some("https://intranet.waterkant.example".into()),
            logout_url: None,
            redirect_uris: vec!["https://localhost:5001/signin-oidc".into()],
            implicit_grant_settings: ImplicitGrant { enable_id_token_issuance: true, ..ImplicitGrant::default() },
        },
        spa: RedirectUris { redirect_uris: vec!["http://localhost:5173".into()] },
        public_client: RedirectUris { redirect_uris: vec!["http://localhost".into()] },
        api: Api {
            requested_access_token_version: Some(2),
            accept_mapped_claims: None,
            oauth2_permission_scopes: vec![orders_read()],
            pre_authorized_applications: vec![PreAuthorized {
                app_id: app_id(2),
                delegated_permission_ids: vec![ObjectId::from_u128(1)],
            }],
            known_client_applications: vec![app_id(3)],
        },
        app_roles: vec![approver()],
        required_resource_access: vec![RequiredResource { resource_app_id: GRAPH, resource_access: vec![needs] }],
        optional_claims: Some(OptionalClaims { id_token: vec![claim("upn")], ..OptionalClaims::default() }),
        group_membership_claims: Some("SecurityGroup".into()),
        publisher_domain: Some("waterkant.example".into()),
        verified_publisher: Some(VerifiedPublisher {
            display_name: Some("Waterkant".into()),
            verified_publisher_id: Some("900002".into()),
            added_date_time: None,
        }),
        info: Info { support_url: Some("https://waterkant.example/help".into()), ..Info::default() },
        tags: vec!["intern".into()],
        mandate: Choices { single_use_assertions: true, ..Choices::default() },
        notes: Some("line\nline".into()),
        description: Some(String::new()),
        other: Map::from_iter([("serviceManagementReference".to_owned(), "Küste".into())]),
    }
}

async fn a_card_comes_back_whole(store: Store) {
    let mut orders = AppCard { registration: full(), created: LATER, ..card(5, WATERKANT, "") };
    orders.secrets.push(ClientSecret { display_name: None, end: LATER, ..orders.secrets[0].clone() });
    let bare = AppCard { registration: Registration::default(), secrets: Vec::new(), ..card(6, WATERKANT, "") };
    done(&store, changes([added(orders.clone()), added(bare.clone())])).await;
    assert_eq!(store.global().card_by_app_id(app_id(5)).await.expect("reads").as_deref(), Some(&orders));
    assert_eq!(store.global().card_by_app_id(app_id(6)).await.expect("reads").as_deref(), Some(&bare));
    assert_eq!(store.global().card_by_app_id(app_id(7)).await.expect("reads"), None);
}

async fn the_card_of_graph_is_everywhere(store: Store) {
    let found = store.global().card_by_app_id(GRAPH).await.expect("reads");
    assert_eq!(found.as_ref(), Some(&catalogue().card));
}

async fn an_update_replaces_registration_and_secrets(store: Store) {
    let before = card(1, WATERKANT, "Waterkant Intranet");
    let other = card(2, WATERKANT, "Waterkant Planner");
    done(&store, changes([added(before.clone()), added(other.clone())])).await;
    let after = AppCard { registration: full(), secrets: Vec::new(), ..before };
    done(&store, changes([updated(after.clone())])).await;
    // The first of two that read the same version is written.
    assert_eq!(commit(&store, changes([updated(after.clone())])).await, Committed::Raced);
    let after = AppCard { version: 2, ..after };
    assert_eq!(store.global().card_by_app_id(app_id(1)).await.expect("reads").as_deref(), Some(&after));
    assert_eq!(store.tenant(WATERKANT).applications(10).await.expect("reads"), [after, other]);
}

async fn an_update_of_no_application_is_raced(store: Store) {
    let intranet = card(1, WATERKANT, "Waterkant Intranet");
    assert_eq!(commit(&store, changes([updated(intranet.clone())])).await, Committed::Raced);
    done(&store, changes([added(intranet.clone())])).await;
    // Half of it is known: neither half may be written.
    let object_unknown = AppCard { application: application_id(9), ..card(1, WATERKANT, "Renamed") };
    let app_unknown = AppCard { app_id: app_id(9), ..card(1, WATERKANT, "Renamed") };
    for half in [object_unknown, app_unknown] {
        assert_eq!(commit(&store, changes([updated(half)])).await, Committed::Raced);
        assert_eq!(store.tenant(WATERKANT).applications(10).await.expect("reads"), std::slice::from_ref(&intranet));
    }
}

async fn an_app_id_is_given_once(store: Store) {
    let intranet = card(1, WATERKANT, "Waterkant Intranet");
    done(&store, changes([added(intranet.clone())])).await;
    let twin = AppCard { application: application_id(2), ..card(1, WATERKANT, "Waterkant Planner") };
    assert_eq!(commit(&store, changes([added(twin)])).await, Committed::Raced);
    let same_object = AppCard { app_id: app_id(2), ..card(1, WATERKANT, "Waterkant Planner") };
    assert_eq!(commit(&store, changes([added(same_object)])).await, Committed::Raced);
    // Nor in another tenant: an appId is the same everywhere.
    let elsewhere = AppCard { application: application_id(2), ..card(1, ZONNEBEL, "Zonnebel Contacts") };
    let committed = store.commit(ZONNEBEL, &changes([added(elsewhere)]), NOON).await.expect("commits");
    assert_eq!(committed, Committed::Raced);
    assert_eq!(store.tenant(WATERKANT).applications(10).await.expect("reads"), std::slice::from_ref(&intranet));
    assert_eq!(store.tenant(ZONNEBEL).applications(10).await.expect("reads"), []);
    assert_eq!(store.global().card_by_app_id(app_id(1)).await.expect("reads").as_deref(), Some(&intranet));
    assert_eq!(store.global().card_by_app_id(app_id(2)).await.expect("reads"), None);
}

async fn applications_are_listed_by_id(store: Store) {
    let cards = [1, 2, 3].map(|number| card(number, WATERKANT, "Waterkant"));
    done(&store, changes([2_usize, 0, 1].map(|place| added(cards[place].clone())))).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.applications(10).await.expect("reads"), cards);
    assert_eq!(view.applications(2).await.expect("reads"), cards[..2]);
    assert_eq!(view.applications(0).await.expect("reads"), []);
}

async fn cards_are_found_by_their_addresses(store: Store) {
    let planner = page_at(2, "http://localhost:5173/Redirect.html");
    let desk = page_at(3, "https://order_desk.example:444/");
    done(&store, changes([added(desk.clone()), added(planner.clone())])).await;
    let at = async |uri: &str| store.global().cards_at(&uri_address(uri)).await.expect("reads");
    let knows = async |origin: &str| {
        let address = origin_address(origin).expect("an origin");
        store.global().knows_address(&address).await.expect("reads")
    };
    assert_eq!(at("http://localhost:5173/redirect.html").await, std::slice::from_ref(&planner));
    assert_eq!(at("https://order_desk.example:444").await, std::slice::from_ref(&desk));
    for other in ["http://localhost:5173", "https://order%desk.example:444", "%"] {
        assert_eq!(at(other).await, [], "{other}");
    }
    // The port of a loopback origin is free; no other one is.
    for (origin, known) in [
        ("http://localhost:5173", true),
        ("http://LocalHost:9", true),
        ("https://localhost:5173", false),
        ("https://order_desk.example:444", true),
        ("https://order_desk.example", false),
    ] {
        assert_eq!(knows(origin).await, known, "{origin}");
    }
    // What is changed or removed is not found any more.
    let moved = AppCard { registration: page_at(3, "https://other.example").registration, ..desk };
    done(&store, changes([Change::ApplicationUpdated(Box::new(moved))])).await;
    assert_eq!((knows("https://order_desk.example:444").await, knows("https://other.example").await), (false, true));
    let gone = Change::ApplicationRemoved { application: planner.application, app: planner.app_id };
    done(&store, changes([gone])).await;
    assert!(!knows("http://localhost:5173").await);
}

async fn a_service_principal_comes_back_whole(store: Store) {
    let orders = ServicePrincipal {
        home: ZONNEBEL,
        account_enabled: false,
        app_role_assignment_required: true,
        created: LATER,
        more: SpMore {
            service_principal_names: vec![app_id(5).to_string(), "api://waterkant-orders".into()],
            delegated_permission_classifications: vec![Classification {
                permission_id: ObjectId::from_u128(1),
                permission_name: "Orders.Read".into(),
                classification: Class::Medium,
            }],
            tags: vec!["WindowsAzureActiveDirectoryIntegratedApp".into()],
            notes: Some("für die Küste".into()),
            token_lifetime_policies: vec![ObjectId::from_u128(4)],
            claims_mapping_policies: vec![ObjectId::from_u128(5)],
            app_management_policies: vec![ObjectId::from_u128(6)],
            secrets: vec![card(5, WATERKANT, "").secrets[0].clone()],
            certificates: Vec::new(),
            other: Map::from_iter([("loginUrl".to_owned(), "https://waterkant.example".into())]),
        },
        ..sp(1, 5, "Waterkant Orders API")
    };
    let bare = ServicePrincipal { more: SpMore::default(), ..sp(2, 6, "") };
    done(&store, changes([met(orders.clone()), met(bare.clone())])).await;
    assert_eq!(store.tenant(WATERKANT).sp_by_id(sp_id(1)).await.expect("reads"), Some(orders));
    assert_eq!(store.tenant(WATERKANT).sp_by_id(sp_id(2)).await.expect("reads"), Some(bare));
    assert_eq!(store.tenant(WATERKANT).sp_by_id(sp_id(3)).await.expect("reads"), None);
}

fn named(number: u128, names: &[&str]) -> ServicePrincipal {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    ServicePrincipal {
        more: SpMore { service_principal_names: names, ..SpMore::default() },
        ..sp(number, number, "Waterkant Orders API")
    }
}

async fn a_service_principal_is_found_by_app_and_by_name_in_any_case(store: Store) {
    let orders = named(1, &["api://Waterkant-Orders", "https://orders.waterkant.example/KÜSTE"]);
    let archive = named(2, &["https://archive.waterkant.example/"]);
    done(&store, changes([met(orders.clone()), met(archive.clone())])).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.sp_by_app(app_id(1)).await.expect("reads").as_ref(), Some(&orders));
    assert_eq!(view.sp_by_app(app_id(3)).await.expect("reads"), None);
    assert_eq!(view.sp_count(app_id(1)).await.expect("reads"), 1);
    assert_eq!(view.sp_count(app_id(3)).await.expect("reads"), 0);
    for (asked, found) in [
        ("API://waterkant-orders", Some(&orders)),
        ("https://orders.waterkant.example/küste", Some(&orders)),
        ("https://archive.waterkant.example/", Some(&archive)),
        // A slash more or less makes another audience, so it must make another name.
        ("https://archive.waterkant.example", None),
        ("api://waterkant", None),
        ("", None),
    ] {
        assert_eq!(view.sp_by_name(&folded(asked)).await.expect("reads").as_ref(), found, "{asked:?}");
    }
}

async fn a_service_principal_is_disabled_and_enabled(store: Store) {
    done(&store, changes([met(sp(1, 1, "Waterkant Intranet")), met(sp(2, 2, "Waterkant Planner"))])).await;
    let view = store.tenant(WATERKANT);
    for (version, account_enabled) in [(2, false), (3, true)] {
        done(&store, changes([Change::ServicePrincipalEnabled { sp: sp_id(1), enabled: account_enabled }])).await;
        let expected = ServicePrincipal { account_enabled, version, ..sp(1, 1, "Waterkant Intranet") };
        assert_eq!(view.sp_by_id(sp_id(1)).await.expect("reads"), Some(expected));
        assert_eq!(view.sp_by_id(sp_id(2)).await.expect("reads"), Some(sp(2, 2, "Waterkant Planner")));
    }
    let nobody = Change::ServicePrincipalEnabled { sp: sp_id(3), enabled: false };
    assert_eq!(commit(&store, changes([nobody])).await, Committed::Raced);
}

async fn an_app_has_one_service_principal_in_a_tenant(store: Store) {
    done(&store, changes([met(named(1, &[]))])).await;
    let twin = ServicePrincipal { app_id: app_id(1), ..named(2, &["api://waterkant-orders"]) };
    assert_eq!(commit(&store, changes([met(twin.clone())])).await, Committed::Raced);
    let view = store.tenant(WATERKANT);
    assert_eq!(view.sp_by_id(sp_id(2)).await.expect("reads"), None);
    assert_eq!(view.sp_by_name(&folded("api://waterkant-orders")).await.expect("reads"), None);
    assert_eq!(view.sp_count(app_id(1)).await.expect("reads"), 1);
    // Another tenant meets the same app with a service principal of its own.
    let committed = store.commit(ZONNEBEL, &changes([met(twin.clone())]), NOON).await.expect("commits");
    assert_eq!(committed, Committed::Done);
    assert_eq!(store.tenant(ZONNEBEL).sp_by_app(app_id(1)).await.expect("reads"), Some(twin));
}

async fn a_name_has_one_service_principal_in_a_tenant(store: Store) {
    let orders = named(1, &["api://waterkant-orders"]);
    done(&store, changes([met(orders.clone())])).await;
    // Another organisation's app may claim any name; consenting to it takes none from whoever has it.
    let claims_it_too = named(2, &["api://other", "API://Waterkant-Orders"]);
    done(&store, changes([met(claims_it_too.clone())])).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.sp_by_name(&folded("api://waterkant-orders")).await.expect("reads"), Some(orders));
    assert_eq!(view.sp_by_name(&folded("api://other")).await.expect("reads"), Some(claims_it_too));
}

fn badge() -> ExtensionProperty {
    ExtensionProperty {
        id: ObjectId::from_u128(77),
        name: "extension_c1_badge".to_owned(),
        data_type: DataType::LargeInteger,
        is_multi_valued: true,
        target_objects: vec!["User".to_owned()],
    }
}
