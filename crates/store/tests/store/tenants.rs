//! The global nouns: tenants, their domains, and the keys of the house. App cards have a file of their own.

use crate::sample::{LATER, NOON, WATERKANT, ZONNEBEL, changes, commit, done, folded, tenant};
use mandate_base::{ObjectId, RoleTemplateId};
use mandate_domain::app_policies::{AppManagementPolicy, DefaultAppManagementPolicy, StsPolicy};
use mandate_domain::consent::policy::{Classified, ConditionSet, GrantPolicy, PermissionType};
use mandate_domain::record::Change;
use mandate_domain::role::CustomRole;
use mandate_domain::tenant::{
    AdminConsentRequestPolicy, AuthorizationPolicy, Branding, DefaultUserRolePermissions, ReviewerScope, Settings,
    Tenant,
};
use mandate_store::{Committed, KeyChange, KeyRow, KeyUse, Store};

on_each_backend!(
    a_tenant_comes_back_whole,
    settings_replace_what_was,
    tenants_are_listed_oldest_first,
    a_domain_is_found_in_any_case,
    a_domain_belongs_to_one_tenant,
    a_tenant_is_added_once,
    keys_come_back_whole_and_oldest_first,
    a_key_is_added_once,
);

fn waterkant() -> Tenant {
    tenant(WATERKANT, "Waterkant", &["waterkant.example", "waterkant.onmandate.example"])
}

fn zonnebel() -> Tenant {
    Tenant { created: LATER, ..tenant(ZONNEBEL, "Zonnebel Software", &["zonnebel.example"]) }
}

fn added(tenant: Tenant) -> Change {
    Change::TenantAdded(Box::new(tenant))
}

fn strict() -> Settings {
    Settings {
        authorization_policy: AuthorizationPolicy {
            default_user_role_permissions: DefaultUserRolePermissions {
                allowed_to_create_apps: false,
                allowed_to_read_other_users: false,
                permission_grant_policies_assigned: vec!["ManagePermissionGrantsForSelf.ours".into()],
                ..DefaultUserRolePermissions::default()
            },
            guest_user_role_id: Some("2af84b1e-32c8-42b7-82bc-daa82404023b".into()),
            display_name: Some("Regels".into()),
            description: Some("Wat iedereen mag".into()),
            allow_invites_from: "none".into(),
            allowed_to_sign_up_email_based_subscriptions: false,
            allowed_to_use_sspr: false,
            allow_email_verified_users_to_join_organization: true,
            allow_user_consent_for_risky_apps: true,
            block_msol_power_shell: true,
        },
        permission_grant_policies: vec![GrantPolicy {
            id: "ours".into(),
            display_name: Some("Onze regels".into()),
            description: None,
            includes: vec![ConditionSet {
                permission_type: PermissionType::DelegatedUserConsentable,
                permission_classification: Classified::Low,
                ..ConditionSet::default()
            }],
            excludes: vec![ConditionSet { id: Some("1".into()), ..ConditionSet::default() }],
        }],
        admin_consent_request_policy: AdminConsentRequestPolicy {
            is_enabled: true,
            notify_reviewers: true,
            reminders_enabled: true,
            version: 3,
            request_duration_in_days: 7,
            reviewers: vec![ReviewerScope { query: "/users/x".into(), ..ReviewerScope::default() }],
        },
        token_lifetime_policies: vec![StsPolicy {
            id: Some(ObjectId::from_u128(4)),
            display_name: "Kort".into(),
            description: Some("Twintig minuten".into()),
            definition: vec!["{}".into()],
            is_organization_default: true,
        }],
        claims_mapping_policies: vec![StsPolicy { id: Some(ObjectId::from_u128(6)), ..StsPolicy::default() }],
        app_management_policies: vec![AppManagementPolicy {
            id: Some(ObjectId::from_u128(7)),
            is_enabled: true,
            ..AppManagementPolicy::default()
        }],
        default_app_management_policy: DefaultAppManagementPolicy {
            is_enabled: true,
            ..DefaultAppManagementPolicy::default()
        },
        custom_roles: vec![CustomRole {
            id: RoleTemplateId::from_u128(5),
            display_name: "Sleutelbeheer".into(),
            description: None,
            is_enabled: true,
            actions: vec!["microsoft.directory/applications/credentials/update".into()],
            version: Some("1".into()),
        }],
        activated_roles: vec![RoleTemplateId::from_u128(6)],
    }
}

async fn a_tenant_comes_back_whole(store: Store) {
    let mut tenant = waterkant();
    tenant.profile.country_letter_code = Some("NL".into());
    tenant.profile.preferred_language = Some("nl".into());
    tenant.profile.branding = Branding {
        background_color: Some("#0b5d66".into()),
        sign_in_page_text: Some("Waterkant · werken aan \"het\" water".into()),
        square_logo: None,
    };
    tenant.settings = strict();
    done(&store, changes([added(tenant.clone())])).await;
    assert_eq!(store.global().tenant_by_id(WATERKANT).await.expect("reads"), Some(tenant));
    assert_eq!(store.global().tenant_by_id(ZONNEBEL).await.expect("reads"), None);
}

async fn settings_replace_what_was(store: Store) {
    let mut tenant = waterkant();
    done(&store, changes([added(tenant.clone())])).await;
    tenant.settings = strict();
    tenant.profile.branding.background_color = Some("#ffffff".into());
    let change = changes([Change::TenantSettings(Box::new(tenant.clone()))]);
    done(&store, change.clone()).await;
    let after = Tenant { version: 2, ..tenant };
    assert_eq!(store.global().tenant_by_id(WATERKANT).await.expect("reads"), Some(after.clone()));
    // Who read what was before is too late, and undoes nothing.
    assert_eq!(commit(&store, change).await, Committed::Raced);
    assert_eq!(store.global().tenant_by_id(WATERKANT).await.expect("reads"), Some(after));
}

async fn tenants_are_listed_oldest_first(store: Store) {
    assert_eq!(store.global().tenants(10).await.expect("reads"), []);
    // The younger one first, so that the order of arrival is not what is measured.
    let record = changes([added(zonnebel())]);
    assert_eq!(store.commit(ZONNEBEL, &record, LATER).await.expect("commits"), Committed::Done);
    done(&store, changes([added(waterkant())])).await;
    assert_eq!(store.global().tenants(10).await.expect("reads"), [waterkant(), zonnebel()]);
    assert_eq!(store.global().tenants(1).await.expect("reads"), [waterkant()]);
}

async fn a_domain_is_found_in_any_case(store: Store) {
    done(&store, changes([added(tenant(WATERKANT, "Waterkant", &["Waterkant.Example", "KÜSTE.example"]))])).await;
    for (asked, owner) in [
        ("waterkant.example", Some(WATERKANT)),
        (" WATERKANT.EXAMPLE ", Some(WATERKANT)),
        ("küste.EXAMPLE", Some(WATERKANT)),
        ("kant.example", None),
        ("", None),
    ] {
        assert_eq!(store.global().tenant_of_domain(&folded(asked)).await.expect("reads"), owner, "{asked:?}");
    }
}

async fn a_domain_belongs_to_one_tenant(store: Store) {
    done(&store, changes([added(waterkant())])).await;
    let thief = tenant(ZONNEBEL, "Zonnebel Software", &["zonnebel.example", "WATERKANT.example"]);
    let committed = store.commit(ZONNEBEL, &changes([added(thief)]), NOON).await.expect("commits");
    assert_eq!(committed, Committed::Raced);
    assert_eq!(store.global().tenants(10).await.expect("reads"), [waterkant()]);
    assert_eq!(store.global().tenant_of_domain(&folded("zonnebel.example")).await.expect("reads"), None);
    assert_eq!(store.global().tenant_of_domain(&folded("waterkant.example")).await.expect("reads"), Some(WATERKANT));
}

async fn a_tenant_is_added_once(store: Store) {
    done(&store, changes([added(waterkant())])).await;
    let again = tenant(WATERKANT, "Another name", &["another.example"]);
    assert_eq!(commit(&store, changes([added(again)])).await, Committed::Raced);
    assert_eq!(store.global().tenants(10).await.expect("reads"), [waterkant()]);
}

fn key(name: &str, purpose: KeyUse) -> KeyRow {
    KeyRow { name: name.into(), purpose, material: vec![0, 255, 39, 0], created: NOON, active_from: NOON }
}

async fn keys_come_back_whole_and_oldest_first(store: Store) {
    let second = key("b", KeyUse::House);
    let third = KeyRow { created: LATER, material: Vec::new(), ..key("a", KeyUse::Signing) };
    let first = key("a-signing", KeyUse::Signing);
    for key in [&third, &second, &first] {
        assert_eq!(store.global().keys_change(&[KeyChange::Add(key.clone())]).await.expect("writes"), Committed::Done);
    }
    assert_eq!(store.global().keys().await.expect("reads"), [first, second, third]);
}

async fn a_key_is_added_once(store: Store) {
    let first = key("signing", KeyUse::Signing);
    let other = KeyRow { material: vec![1], ..first.clone() };
    assert_eq!(store.global().keys_change(&[KeyChange::Add(first.clone())]).await.expect("writes"), Committed::Done);
    assert_eq!(store.global().keys_change(&[KeyChange::Add(other.clone())]).await.expect("writes"), Committed::Raced);
    assert_eq!(store.global().keys().await.expect("reads"), [first]);
}
