//! Permission-grant policies: who may consent to what (consent-and-governance.md §2).
//!
//! A consent passes a policy when at least one include set matches and no exclude set does. Each policy is judged
//! alone; one that passes is enough.

use crate::application::AppCard;
use crate::catalogue::{GRAPH, catalogue};
use crate::service_principal::Class;
use mandate_base::{AppId, ObjectId, TenantId};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GrantPolicy {
    pub id: String,
    pub display_name: Option<String>,
    pub description: Option<String>,
    pub includes: Vec<ConditionSet>,
    pub excludes: Vec<ConditionSet>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConditionSet {
    pub id: Option<String>,
    pub permission_type: PermissionType,
    pub permission_classification: Classified,
    /// An appId, or `any`.
    pub resource_application: String,
    /// Permission ids, or `all`.
    pub permissions: Vec<String>,
    pub client_application_ids: Vec<String>,
    pub client_application_tenant_ids: Vec<String>,
    pub client_application_publisher_ids: Vec<String>,
    pub client_applications_from_verified_publisher_only: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PermissionType {
    Application,
    #[default]
    Delegated,
    /// Delegated, and the API's owner did not ask for an administrator.
    DelegatedUserConsentable,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Classified {
    #[default]
    All,
    Low,
    Medium,
    High,
}

/// One permission that somebody is about to grant.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    pub client: &'a AppCard,
    /// The tenant in which the grant would stand.
    pub tenant: TenantId,
    pub resource: AppId,
    pub permission: ObjectId,
    pub kind: EventKind,
    pub class: Option<Class>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    Application,
    Delegated { user_consentable: bool },
}

impl Default for ConditionSet {
    fn default() -> ConditionSet {
        ConditionSet {
            id: None,
            permission_type: PermissionType::Delegated,
            permission_classification: Classified::All,
            resource_application: "any".to_owned(),
            permissions: all(),
            client_application_ids: all(),
            client_application_tenant_ids: all(),
            client_application_publisher_ids: all(),
            client_applications_from_verified_publisher_only: false,
        }
    }
}

fn all() -> Vec<String> {
    vec!["all".to_owned()]
}

impl GrantPolicy {
    pub fn passes(&self, event: &Event<'_>) -> bool {
        self.includes.iter().any(|set| set.matches(event, &self.id))
            && !self.excludes.iter().any(|set| set.matches(event, &self.id))
    }
}

impl ConditionSet {
    /// All conditions of a set must hold.
    fn matches(&self, event: &Event<'_>, policy: &str) -> bool {
        self.kind_matches(event.kind)
            && self.class_matches(event.class)
            && one_of(&self.resource_application, "any", &event.resource.to_string())
            && listed(&self.permissions, &event.permission.to_string())
            && listed(&self.client_application_ids, &event.client.app_id.to_string())
            && self.home_matches(event, policy)
            && self.publisher_matches(event)
    }

    fn kind_matches(&self, kind: EventKind) -> bool {
        match self.permission_type {
            PermissionType::Application => kind == EventKind::Application,
            PermissionType::Delegated => matches!(kind, EventKind::Delegated { .. }),
            PermissionType::DelegatedUserConsentable => kind == EventKind::Delegated { user_consentable: true },
        }
    }

    fn class_matches(&self, class: Option<Class>) -> bool {
        match self.permission_classification {
            Classified::All => true,
            Classified::Low => class == Some(Class::Low),
            Classified::Medium => class == Some(Class::Medium),
            Classified::High => class == Some(Class::High),
        }
    }

    fn home_matches(&self, event: &Event<'_>, policy: &str) -> bool {
        // The built-in "low" policy speaks of "registered in this tenant", whichever tenant it is.
        if policy == LOW && self.client_application_tenant_ids == [THIS_TENANT] {
            return event.client.home == event.tenant;
        }
        listed(&self.client_application_tenant_ids, &event.client.home.to_string())
    }

    fn publisher_matches(&self, event: &Event<'_>) -> bool {
        let registration = &event.client.registration;
        let publisher = registration.verified_publisher.as_ref().and_then(|who| who.verified_publisher_id.as_deref());
        if self.client_applications_from_verified_publisher_only && publisher.is_none() {
            return false;
        }
        listed(&self.client_application_publisher_ids, publisher.unwrap_or(""))
    }
}

fn one_of(wanted: &str, any: &str, value: &str) -> bool {
    wanted.eq_ignore_ascii_case(any) || wanted.eq_ignore_ascii_case(value)
}

fn listed(list: &[String], value: &str) -> bool {
    list.iter().any(|entry| one_of(entry, "all", value))
}

const THIS_TENANT: &str = "this-tenant";
pub const LOW: &str = "microsoft-user-default-low";
pub const RECOMMENDED: &str = "microsoft-user-default-recommended";
pub const LEGACY: &str = "microsoft-user-default-legacy";
pub const APPLICATION_ADMIN: &str = "microsoft-application-admin";
pub const COMPANY_ADMIN: &str = "microsoft-company-admin";
const AAD_GRAPH: &str = "00000002-0000-0000-c000-000000000000";

/// What the recommended policy keeps from users (consent-and-governance.md §2.5), of Graph.
const WITHHELD: [&str; 32] = [
    "Files.Read.All",
    "Files.ReadWrite.All",
    "Sites.Read.All",
    "Sites.ReadWrite.All",
    "Mail.Read",
    "Mail.ReadWrite",
    "Mail.ReadBasic",
    "Mail.Read.Shared",
    "Mail.ReadBasic.Shared",
    "Mail.ReadWrite.Shared",
    "MailboxItem.Read",
    "MailboxFolder.Read",
    "MailboxFolder.ReadWrite",
    "MailboxSettings.Read",
    "MailboxSettings.ReadWrite",
    "Calendars.Read",
    "Calendars.ReadBasic",
    "Calendars.ReadWrite",
    "Calendars.Read.Shared",
    "Calendars.ReadWrite.Shared",
    "Chat.Read",
    "Chat.ReadWrite",
    "OnlineMeetings.Read",
    "OnlineMeetings.ReadWrite",
    "Contacts.ReadWrite",
    "Contacts.Read.Shared",
    "Contacts.ReadWrite.Shared",
    "Tasks.Read",
    "Tasks.Read.Shared",
    "Tasks.ReadWrite",
    "Tasks.ReadWrite.Shared",
    "People.Read",
];
const EXCHANGE_ONLINE: &str = "00000002-0000-0ff1-ce00-000000000000";
/// The mail protocols (EAS, EWS, IMAP, POP as the user), scopes of the mail service.
const WITHHELD_OF_EXCHANGE: [&str; 4] = [
    "266d2589-20b5-4f91-9a03-89247d1be8da",
    "3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5",
    "195adc35-e27b-454b-a7ed-1ecdffa1c09f",
    "fb698133-92fa-453e-a9ed-688e10f2e5ac",
];

/// The policies that every tenant has.
pub fn all_built_in() -> &'static [GrantPolicy] {
    static POLICIES: OnceLock<Vec<GrantPolicy>> = OnceLock::new();
    POLICIES.get_or_init(|| vec![low(), recommended(), legacy(), application_admin(), company_admin()])
}

pub fn built_in(id: &str) -> Option<&'static GrantPolicy> {
    all_built_in().iter().find(|policy| policy.id.eq_ignore_ascii_case(id))
}

fn policy(id: &str, name: &str, includes: Vec<ConditionSet>, excludes: Vec<ConditionSet>) -> GrantPolicy {
    GrantPolicy { id: id.to_owned(), display_name: Some(name.to_owned()), description: None, includes, excludes }
}

fn low() -> GrantPolicy {
    let low = ConditionSet { permission_classification: Classified::Low, ..ConditionSet::default() };
    let own = ConditionSet { client_application_tenant_ids: vec![THIS_TENANT.to_owned()], ..low.clone() };
    let verified = ConditionSet { client_applications_from_verified_publisher_only: true, ..low };
    policy(
        LOW,
        "Users: permissions classified low, for apps of this tenant or a verified publisher",
        vec![own, verified],
        Vec::new(),
    )
}

fn recommended() -> GrantPolicy {
    let registration = &catalogue().card.registration;
    let withheld = WITHHELD.iter().filter_map(|value| registration.scope_named(value));
    let mut refused = vec![ConditionSet {
        resource_application: GRAPH.to_string(),
        permissions: withheld.map(|scope| scope.id.to_string()).collect(),
        ..ConditionSet::default()
    }];
    refused.push(ConditionSet {
        resource_application: EXCHANGE_ONLINE.to_owned(),
        permissions: WITHHELD_OF_EXCHANGE.iter().map(|id| (*id).to_owned()).collect(),
        ..ConditionSet::default()
    });
    policy(
        RECOMMENDED,
        "Users: what the API leaves to users, without mail, files and the like",
        vec![user_consentable()],
        refused,
    )
}

fn legacy() -> GrantPolicy {
    policy(LEGACY, "Users: what the API leaves to users", vec![user_consentable()], Vec::new())
}

fn user_consentable() -> ConditionSet {
    ConditionSet { permission_type: PermissionType::DelegatedUserConsentable, ..ConditionSet::default() }
}

fn everything() -> Vec<ConditionSet> {
    let application = ConditionSet { permission_type: PermissionType::Application, ..ConditionSet::default() };
    vec![ConditionSet::default(), application]
}

fn application_admin() -> GrantPolicy {
    let app_roles_of = |resource: String| ConditionSet {
        permission_type: PermissionType::Application,
        resource_application: resource,
        ..ConditionSet::default()
    };
    policy(
        APPLICATION_ADMIN,
        "Application administrators: everything but app roles of Graph",
        everything(),
        vec![app_roles_of(GRAPH.to_string()), app_roles_of(AAD_GRAPH.to_owned())],
    )
}

fn company_admin() -> GrantPolicy {
    policy(COMPANY_ADMIN, "Global administrators: everything", everything(), Vec::new())
}
