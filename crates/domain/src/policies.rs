//! Changes of an organisation's policies, and the rules that they keep (graph-api.md §2.11).

use crate::consent::policy::{ConditionSet, GrantPolicy, PermissionType, built_in};
use crate::consent::request::ReviewerRule;
use crate::properties::{Broken, Properties, Rule, check_text, merge};
use crate::tenant::{AdminConsentRequestPolicy, AuthorizationPolicy, Settings};
use mandate_base::{AppId, ObjectId, TenantId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a user may allow for himself names one of the tenant's policies behind this word.
pub const FOR_SELF: &str = "ManagePermissionGrantsForSelf";
/// The same for what somebody owns: teams and chats, which live elsewhere; nobody asks them here.
pub const FOR_OWNED_RESOURCE: &str = "ManagePermissionGrantsForOwnedResource";

/// What guests are: as members, as guests, or the least.
pub const GUEST_ROLES: [&str; 3] = [
    "a0b1b346-4d3e-4e8b-98f8-753987be4970",
    "10dae51f-b6af-4016-8d66-8c2a99b929b3",
    "2af84b1e-32c8-42b7-82bc-daa82404023b",
];
const LONGEST_NAME: usize = 256;
const LONGEST_ID: usize = 64;
const MOST_POLICIES: usize = 100;
const MOST_SETS: usize = 100;
const MOST_LISTED: usize = 100;
const ASSIGNED: &str = "defaultUserRolePermissions/permissionGrantPoliciesAssigned";

impl Settings {
    /// The authorization policy with these properties changed; its policies must be there.
    pub fn authorization_merged(&self, change: &Properties) -> Result<AuthorizationPolicy, Broken> {
        let mut change = change.clone();
        if let Some(Value::Object(defaults)) = change.get_mut("defaultUserRolePermissions")
            && let Some(assigned @ Value::Null) = defaults.get_mut("permissionGrantPoliciesAssigned")
        {
            // Cleared means that nobody may allow anything, never what a new tenant begins with.
            *assigned = Value::Array(Vec::new());
        }
        let policy: AuthorizationPolicy = merged(&self.authorization_policy, &change)?;
        let role = policy.guest_user_role_id.as_deref();
        if role.is_some_and(|role| !GUEST_ROLES.iter().any(|known| known.eq_ignore_ascii_case(role))) {
            return Err(Broken::new("guestUserRoleId", Rule::Bad("it is none of the roles that guests can have")));
        }
        for entry in &policy.default_user_role_permissions.permission_grant_policies_assigned {
            self.check_assigned(entry)?;
        }
        Ok(policy)
    }

    fn check_assigned(&self, entry: &str) -> Result<(), Broken> {
        let (word, id) = entry.split_once('.').unwrap_or((entry, ""));
        let known = built_in(id).is_some() || self.grant_policy(id).is_some();
        if (word.eq_ignore_ascii_case(FOR_SELF) && known)
            || (word.eq_ignore_ascii_case(FOR_OWNED_RESOURCE) && !id.is_empty())
        {
            return Ok(());
        }
        Err(Broken::new(ASSIGNED, Rule::Bad("an entry names no permission grant policy of the tenant")))
    }

    /// One of the tenant's own.
    pub fn grant_policy(&self, id: &str) -> Option<&GrantPolicy> {
        self.permission_grant_policies.iter().find(|policy| policy.id.eq_ignore_ascii_case(id))
    }

    /// Whether users may allow what this policy lets them.
    pub fn assigns(&self, id: &str) -> bool {
        let assigned = &self.authorization_policy.default_user_role_permissions.permission_grant_policies_assigned;
        assigned.iter().any(|entry| entry.split_once('.').is_some_and(|(_, named)| named.eq_ignore_ascii_case(id)))
    }

    pub fn grant_policy_made(&self, properties: &Properties) -> Result<GrantPolicy, Broken> {
        let policy: GrantPolicy = merged(&GrantPolicy::default(), properties)?;
        let id = policy.id.as_str();
        check_text("id", id, LONGEST_ID)?;
        if !id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
            return Err(Broken::new("id", Rule::Bad("letters, digits, '-' and '_' make an id")));
        }
        if id.to_ascii_lowercase().starts_with("microsoft-") {
            return Err(Broken::new("id", Rule::Bad("'microsoft-' begins the ids of built-in policies")));
        }
        if self.grant_policy(id).is_some() {
            return Err(Broken::new("id", Rule::Taken));
        }
        if self.permission_grant_policies.len() >= MOST_POLICIES {
            return Err(Broken::new("id", Rule::TooMany(MOST_POLICIES)));
        }
        policy.checked()
    }
}

impl GrantPolicy {
    pub fn merged(&self, change: &Properties) -> Result<GrantPolicy, Broken> {
        if change.contains_key("id") {
            return Err(Broken::new("id", Rule::Immutable));
        }
        merged::<GrantPolicy>(self, change)?.checked()
    }

    fn checked(self) -> Result<GrantPolicy, Broken> {
        check_text("displayName", self.display_name.as_deref().unwrap_or(""), LONGEST_NAME)?;
        if let Some(text) = &self.description {
            check_text("description", text, 1024)?;
        }
        Ok(self)
    }
}

impl ConditionSet {
    pub fn is(&self, id: &str) -> bool {
        self.id.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(id))
    }

    /// One more of a policy that has so many.
    pub fn made(id: ObjectId, held: usize, properties: &Properties) -> Result<ConditionSet, Broken> {
        if held >= MOST_SETS {
            return Err(Broken::new("id", Rule::TooMany(MOST_SETS)));
        }
        let mut set: ConditionSet = merged(&ConditionSet::default(), properties)?;
        set.id = Some(id.to_string());
        if !properties.contains_key("permissionType") {
            return Err(Broken::new("permissionType", Rule::Required));
        }
        if set.permission_type == PermissionType::DelegatedUserConsentable {
            return Err(Broken::new("permissionType", Rule::Bad("it is for built-in policies")));
        }
        if set.resource_application != "any" && AppId::parse(&set.resource_application).is_err() {
            return Err(Broken::new("resourceApplication", Rule::Bad("expected 'any' or an appId")));
        }
        let guid = |text: &str| ObjectId::parse(text).is_ok();
        check_list("permissions", &set.permissions, guid)?;
        check_list("clientApplicationIds", &set.client_application_ids, guid)?;
        check_list("clientApplicationTenantIds", &set.client_application_tenant_ids, |id| TenantId::parse(id).is_ok())?;
        check_list("clientApplicationPublisherIds", &set.client_application_publisher_ids, |id| !id.is_empty())?;
        Ok(set)
    }
}

/// `all` alone, or ids.
fn check_list(name: &str, list: &[String], fits: impl Fn(&str) -> bool) -> Result<(), Broken> {
    if list.len() > MOST_LISTED {
        return Err(Broken::new(name, Rule::TooMany(MOST_LISTED)));
    }
    let all = list.iter().any(|entry| entry.eq_ignore_ascii_case("all"));
    let good = if all { list.len() == 1 } else { !list.is_empty() && list.iter().all(|entry| fits(entry)) };
    if good { Ok(()) } else { Err(Broken::new(name, Rule::Bad("expected 'all' alone, or ids"))) }
}

impl AdminConsentRequestPolicy {
    /// In place of this one: what is left out is as it is at first.
    pub fn replaced(&self, properties: &Properties) -> Result<AdminConsentRequestPolicy, Broken> {
        if !properties.contains_key("isEnabled") {
            return Err(Broken::new("isEnabled", Rule::Required));
        }
        let mut policy: AdminConsentRequestPolicy = merged(&AdminConsentRequestPolicy::default(), properties)?;
        if !(1..=60).contains(&policy.request_duration_in_days) {
            return Err(Broken::new("requestDurationInDays", Rule::Bad("expected 1 to 60 days")));
        }
        if policy.is_enabled && policy.reviewers.is_empty() {
            return Err(Broken::new("reviewers", Rule::Required));
        }
        if policy.reviewers.len() > MOST_LISTED {
            return Err(Broken::new("reviewers", Rule::TooMany(MOST_LISTED)));
        }
        if policy.reviewers.iter().any(|reviewer| ReviewerRule::parse(&reviewer.query).is_none()) {
            return Err(Broken::new("reviewers/query", Rule::Bad("it names no user, group or directory role")));
        }
        policy.version = self.version + 1;
        Ok(policy)
    }
}

/// Through the names that Graph has for them.
fn merged<T: Serialize + DeserializeOwned>(held: &T, change: &Properties) -> Result<T, Broken> {
    let unfit = |_| Broken::new(change.keys().next().cloned().unwrap_or_default(), Rule::Mistyped);
    let Value::Object(mut properties) = serde_json::to_value(held).map_err(unfit)? else {
        return Err(Broken::new("", Rule::Mistyped));
    };
    merge(&mut properties, change);
    serde_json::from_value(Value::Object(properties)).map_err(unfit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Properties {
        let Value::Object(properties) = value else { panic!("an object") };
        properties
    }

    fn own(id: &str) -> Settings {
        let policy = GrantPolicy { id: id.to_owned(), ..GrantPolicy::default() };
        Settings { permission_grant_policies: vec![policy], ..Settings::default() }
    }

    #[test]
    fn users_allow_by_policies_that_are_there() {
        let assigned = |entries: Value| {
            let change = read(json!({ "defaultUserRolePermissions": { "permissionGrantPoliciesAssigned": entries } }));
            let policy = own("ours").authorization_merged(&change);
            policy.map(|policy| policy.default_user_role_permissions.permission_grant_policies_assigned.len())
        };
        assert_eq!(assigned(json!([])), Ok(0));
        assert_eq!(assigned(Value::Null), Ok(0));
        assert_eq!(assigned(json!(["ManagePermissionGrantsForSelf.OURS"])), Ok(1));
        assert_eq!(assigned(json!(["ManagePermissionGrantsForSelf.microsoft-user-default-low"])), Ok(1));
        for bad in ["", "ours", "ManagePermissionGrantsForSelf.", "ManagePermissionGrantsForSelf.theirs", "X.ours"] {
            assert_eq!(assigned(json!([bad])).map_err(|broken| broken.property), Err(ASSIGNED.to_owned()), "{bad}");
        }
    }

    #[test]
    fn a_change_leaves_the_rest_as_it_was() {
        let change = read(json!({ "defaultUserRolePermissions": { "allowedToCreateApps": false } }));
        let policy = Settings::default().authorization_merged(&change).expect("a good change");
        let defaults = AuthorizationPolicy::default().default_user_role_permissions;
        assert!(!policy.default_user_role_permissions.allowed_to_create_apps);
        assert_eq!(
            policy.default_user_role_permissions.permission_grant_policies_assigned,
            defaults.permission_grant_policies_assigned
        );
        let guests = Settings::default().authorization_merged(&read(json!({ "guestUserRoleId": ROLE })));
        assert_eq!(guests.map_err(|broken| broken.property), Err("guestUserRoleId".to_owned()));
    }

    const ROLE: &str = "62e90394-69f5-4237-9190-012177145e10";

    #[test]
    fn a_policy_has_an_id_of_its_own() {
        let made = |id: &str| {
            let made = own("ours").grant_policy_made(&read(json!({ "id": id, "displayName": "Ours" })));
            made.map(|policy| policy.id).map_err(|broken| broken.property)
        };
        assert_eq!(made("mine_too-2"), Ok("mine_too-2".to_owned()));
        for bad in ["", "Ours", "a b", "microsoft-x", "ü", &"x".repeat(65)] {
            assert_eq!(made(bad), Err("id".to_owned()), "{bad}");
        }
    }

    #[test]
    fn a_condition_set_names_ids_or_all() {
        let made = |properties: Value| {
            ConditionSet::made(ObjectId::from_u128(7), 0, &read(properties)).map_err(|broken| broken.property)
        };
        let set = made(json!({ "permissionType": "delegated", "permissionClassification": "low" })).expect("a set");
        assert_eq!((set.resource_application.as_str(), &set.permissions[..]), ("any", &["all".to_owned()][..]));
        for (properties, name) in [
            (json!({}), "permissionType"),
            (json!({ "permissionType": "delegatedUserConsentable" }), "permissionType"),
            (json!({ "permissionType": "delegated", "resourceApplication": "x" }), "resourceApplication"),
            (json!({ "permissionType": "delegated", "permissions": ["User.Read"] }), "permissions"),
            (json!({ "permissionType": "delegated", "permissions": ["all", ROLE] }), "permissions"),
            (json!({ "permissionType": "delegated", "clientApplicationIds": [] }), "clientApplicationIds"),
        ] {
            assert_eq!(made(properties).map(|_| ()), Err(name.to_owned()), "{name}");
        }
    }

    #[test]
    fn requests_have_reviewers_and_an_end() {
        let policy = |properties: Value| {
            AdminConsentRequestPolicy { version: 4, ..AdminConsentRequestPolicy::default() }
                .replaced(&read(properties))
                .map_err(|broken| broken.property)
        };
        let reviewers = json!([{ "query": format!("/users/{ROLE}"), "queryType": "MicrosoftGraph" }]);
        let good = policy(json!({ "isEnabled": true, "requestDurationInDays": 5, "reviewers": reviewers }));
        assert_eq!(good.map(|policy| (policy.version, policy.request_duration_in_days)), Ok((5, 5)));
        for (properties, name) in [
            (json!({}), "isEnabled"),
            (json!({ "isEnabled": true }), "reviewers"),
            (json!({ "isEnabled": false, "requestDurationInDays": 61 }), "requestDurationInDays"),
            (json!({ "isEnabled": true, "reviewers": [{ "query": "/planets/1" }] }), "reviewers/query"),
        ] {
            assert_eq!(policy(properties).map(|_| ()), Err(name.to_owned()), "{name}");
        }
    }
}
