//! Directory roles: built-in templates, the actions they give, and the default rights of members and guests.
//!
//! The tables are facts (`data/directory-roles.tsv`, `role-actions.tsv`, `default-user-permissions.tsv`).

use crate::properties::{Broken, Properties, Rule, check_text};
use crate::tenant::{AuthorizationPolicy, Settings};
use crate::user::UserKind;
use mandate_base::{AssignmentId, Moment, ObjectId, RoleTemplateId};
use mandate_decide::{Action, ActionSet};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::OnceLock;

pub const GLOBAL_ADMINISTRATOR: RoleTemplateId = RoleTemplateId::from_u128(0x62e90394_69f5_4237_9190_012177145e10);
pub const PRIVILEGED_ROLE_ADMINISTRATOR: RoleTemplateId =
    RoleTemplateId::from_u128(0xe8611ab8_c189_46e8_94e1_60213ab1f814);
pub const APPLICATION_DEVELOPER: RoleTemplateId = RoleTemplateId::from_u128(0xcf1c38e5_3621_4004_a7cb_879624dced7c);
/// In every member's `wids` (protocol.md §4.3).
pub const PLAIN_MEMBER_WID: &str = "b79fbf4d-3ef9-4689-8143-76b194e85509";

/// A directory role given to somebody, in the whole tenant or a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleAssignment {
    pub id: AssignmentId,
    pub principal: ObjectId,
    pub role: RoleTemplateId,
    /// `None`: the whole tenant.
    pub within: Option<ObjectId>,
    pub created: Moment,
}

/// Which assignments are meant: those of one principal, of one role, in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoleQuery {
    pub principal: Option<ObjectId>,
    pub role: Option<RoleTemplateId>,
    /// `Some(None)`: those in the whole tenant.
    pub within: Option<Option<ObjectId>>,
}

/// A role that an organisation defined for itself (Graph's `unifiedRoleDefinition`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomRole {
    pub id: RoleTemplateId,
    pub display_name: String,
    #[serde(default)]
    pub description: Option<String>,
    pub is_enabled: bool,
    /// Actions by their names.
    pub actions: Vec<String>,
    #[serde(default)]
    pub version: Option<String>,
}

const LONGEST_NAME: usize = 256;
const LONGEST_DESCRIPTION: usize = 1024;
const MOST_ACTIONS: usize = 500;

impl CustomRole {
    pub fn made(id: RoleTemplateId, properties: &Properties) -> Result<CustomRole, Broken> {
        for name in ["displayName", "rolePermissions", "isEnabled"] {
            if properties.get(name).is_none_or(Value::is_null) {
                return Err(Broken::new(name, Rule::Required));
            }
        }
        let empty = CustomRole {
            id,
            display_name: String::new(),
            description: None,
            is_enabled: true,
            actions: Vec::new(),
            version: None,
        };
        empty.merged(properties)
    }

    pub fn merged(&self, properties: &Properties) -> Result<CustomRole, Broken> {
        let mut role = self.clone();
        for (name, value) in properties {
            let broken = |rule| Broken::new(name.as_str(), rule);
            let text = value.as_str().map(str::to_owned);
            match name.as_str() {
                "displayName" => role.display_name = text.ok_or_else(|| broken(Rule::Required))?,
                "description" => role.description = text,
                "version" => role.version = text,
                "isEnabled" => role.is_enabled = value.as_bool().ok_or_else(|| broken(Rule::Required))?,
                "rolePermissions" => role.actions = actions_in(value)?,
                // The whole tenant is the one scope that a definition has.
                "resourceScopes" => {}
                _ => return Err(broken(Rule::Mistyped)),
            }
        }
        check_text("displayName", &role.display_name, LONGEST_NAME)?;
        match &role.description {
            Some(text) if text.chars().nth(LONGEST_DESCRIPTION).is_some() => {
                Err(Broken::new("description", Rule::TooLong(LONGEST_DESCRIPTION)))
            }
            _ => Ok(role),
        }
    }
}

fn actions_in(value: &Value) -> Result<Vec<String>, Broken> {
    const NAME: &str = "rolePermissions/allowedResourceActions";
    let mut actions: Vec<String> = Vec::new();
    for block in value.as_array().into_iter().flatten() {
        if block.get("condition").is_some_and(|condition| !condition.is_null()) {
            return Err(Broken::new("rolePermissions/condition", Rule::Bad("conditions are not offered")));
        }
        let listed = block.get("allowedResourceActions").and_then(Value::as_array);
        for action in listed.into_iter().flatten() {
            let Some(name) = action.as_str() else { return Err(Broken::new(NAME, Rule::Mistyped)) };
            if roles().action(name).is_none() {
                return Err(Broken::new(NAME, Rule::Bad("an action is known to no role")));
            }
            if !actions.iter().any(|known| known == name) {
                actions.push(name.to_owned());
            }
        }
    }
    match actions.len() {
        0 => Err(Broken::new(NAME, Rule::Required)),
        count if count > MOST_ACTIONS => Err(Broken::new(NAME, Rule::TooMany(MOST_ACTIONS))),
        _ => Ok(actions),
    }
}

#[derive(Debug)]
pub struct RoleTemplate {
    pub id: RoleTemplateId,
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub description: &'static str,
    pub actions: ActionSet,
    /// `managePermissionGrantsForAll.{policy}`: which consents its holder may give for the organisation.
    pub grants_for_all: Vec<&'static str>,
    pub privileged: bool,
}

pub struct Roles {
    templates: Vec<RoleTemplate>,
    actions: Vec<&'static str>,
    places: HashMap<&'static str, usize>,
    defaults: Vec<DefaultRight>,
}

struct DefaultRight {
    class: &'static str,
    action: Action,
    gated_by: &'static str,
}

/// Who may change what is sensitive of whom: a role, and the only roles that its targets may hold (graph-api.md §1.4).
const ABOVE: [(&str, &[&str]); 4] = [
    ("Password Administrator", &["Directory Readers", "Guest Inviter", "Password Administrator"]),
    (
        "Helpdesk Administrator",
        &[
            "Directory Readers",
            "Guest Inviter",
            "Helpdesk Administrator",
            "Message Center Reader",
            "Password Administrator",
            "Reports Reader",
            "Usage Summary Reports Reader",
        ],
    ),
    (
        "Authentication Administrator",
        &[
            "Authentication Administrator",
            "Directory Readers",
            "Guest Inviter",
            "Message Center Reader",
            "Password Administrator",
            "Reports Reader",
            "Usage Summary Reports Reader",
        ],
    ),
    (
        "User Administrator",
        &[
            "Directory Readers",
            "Groups Administrator",
            "Guest Inviter",
            "Helpdesk Administrator",
            "Message Center Reader",
            "Password Administrator",
            "Reports Reader",
            "User Administrator",
            "Usage Summary Reports Reader",
        ],
    ),
];
const ABOVE_ALL: [&str; 2] = ["Global Administrator", "Privileged Authentication Administrator"];

/// The values of `authorizationPolicy.guestUserRoleId` beside the default (consent-and-governance.md 14.5).
const GUESTS_AS_MEMBERS: &str = "a0b1b346-4d3e-4e8b-98f8-753987be4970";
const RESTRICTED_GUESTS: &str = "2af84b1e-32c8-42b7-82bc-daa82404023b";

const FOR_ALL: &str = "microsoft.directory/servicePrincipals/managePermissionGrantsForAll.";

pub fn roles() -> &'static Roles {
    static ROLES: OnceLock<Roles> = OnceLock::new();
    ROLES.get_or_init(Roles::read)
}

fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().skip(1).map(|line| {
        let mut cells = line.split('\t');
        [(); N].map(|()| cells.next().unwrap_or(""))
    })
}

impl Roles {
    fn read() -> Roles {
        let mut roles =
            Roles { templates: Vec::new(), actions: Vec::new(), places: HashMap::new(), defaults: Vec::new() };
        let mut parents = HashMap::new();
        let texts: HashMap<&str, &str> =
            rows::<2>(include_str!("../data/role-texts.tsv")).map(|[name, text]| (name, text)).collect();
        for [id, name, privileged, parent] in rows::<4>(include_str!("../data/directory-roles.tsv")) {
            let Ok(id) = RoleTemplateId::parse(id) else { continue };
            if let Ok(parent) = RoleTemplateId::parse(parent) {
                parents.insert(id, parent);
            }
            roles.templates.push(RoleTemplate {
                id,
                name,
                description: texts.get(name).copied().unwrap_or_default(),
                actions: ActionSet::EMPTY,
                grants_for_all: Vec::new(),
                privileged: privileged == "true",
            });
        }
        roles.read_actions();
        roles.inherit(&parents);
        for [class, _, action, gated_by] in rows::<4>(include_str!("../data/default-user-permissions.tsv")) {
            let action = roles.place(action);
            roles.defaults.push(DefaultRight { class, action, gated_by });
        }
        roles
    }

    fn read_actions(&mut self) {
        for [id, condition, action] in rows::<3>(include_str!("../data/role-actions.tsv")) {
            let (Ok(id), true) = (RoleTemplateId::parse(id), condition.is_empty()) else { continue };
            let place = self.place(action);
            let Some(template) = self.templates.iter_mut().find(|template| template.id == id) else { continue };
            template.actions.add(place);
            template.grants_for_all.extend(action.strip_prefix(FOR_ALL));
        }
    }

    /// One level is all the table has; a parent's own parent would be missed and is checked by a test.
    fn inherit(&mut self, parents: &HashMap<RoleTemplateId, RoleTemplateId>) {
        let own: HashMap<_, _> = self.templates.iter().map(|role| (role.id, role.actions.clone())).collect();
        for template in &mut self.templates {
            if let Some(actions) = parents.get(&template.id).and_then(|parent| own.get(parent)) {
                template.actions.unite(actions);
            }
        }
    }

    fn place(&mut self, action: &'static str) -> Action {
        let next = self.actions.len();
        let place = *self.places.entry(action).or_insert(next);
        if place == next {
            self.actions.push(action);
        }
        Action::at(place).expect("fewer actions than ActionSet holds, as a test shows")
    }

    pub fn action(&self, name: &str) -> Option<Action> {
        self.places.get(name).and_then(|place| Action::at(*place))
    }

    pub fn action_name(&self, action: Action) -> &'static str {
        self.actions.get(action.place()).copied().unwrap_or("")
    }

    pub fn template(&self, id: RoleTemplateId) -> Option<&RoleTemplate> {
        self.templates.iter().find(|role| role.id == id)
    }

    /// What a role gives here: a built-in one, or one of the tenant's own that is turned on.
    pub fn actions_of(&self, id: RoleTemplateId, settings: &Settings) -> Option<ActionSet> {
        if let Some(role) = self.template(id) {
            return Some(role.actions.clone());
        }
        let own = settings.custom_roles.iter().find(|role| role.id == id && role.is_enabled)?;
        Some(own.actions.iter().filter_map(|name| self.action(name)).collect())
    }

    pub fn name_of<'s>(&'s self, id: RoleTemplateId, settings: &'s Settings) -> Option<&'s str> {
        let own = || settings.custom_roles.iter().find(|role| role.id == id).map(|role| role.display_name.as_str());
        self.template(id).map(|role| role.name).or_else(own)
    }

    pub fn named(&self, name: &str) -> Option<&RoleTemplate> {
        self.templates.iter().find(|role| role.name.eq_ignore_ascii_case(name))
    }

    pub fn templates(&self) -> &[RoleTemplate] {
        &self.templates
    }

    /// May holders of `actor` change what is sensitive of a holder of `target`? Who holds nothing is below everybody.
    pub fn stands_above(&self, actor: &[RoleTemplateId], target: &[RoleTemplateId]) -> bool {
        let named = |id: &RoleTemplateId| self.template(*id).map_or("", |role| role.name);
        if target.is_empty() || actor.iter().any(|role| ABOVE_ALL.contains(&named(role))) {
            return true;
        }
        let reach = actor.iter().filter_map(|role| ABOVE.iter().find(|(name, _)| *name == named(role)));
        let mut reach = reach.map(|(_, below)| below);
        reach.any(|below| target.iter().all(|role| below.contains(&named(role))))
    }

    /// What a person may do without any role: the default rights that the tenant's policy leaves on.
    pub fn default_rights(&self, kind: UserKind, policy: &AuthorizationPolicy) -> ActionSet {
        let class = match (kind, policy.guest_user_role_id.as_deref()) {
            (UserKind::Member, _) | (UserKind::Guest, Some(GUESTS_AS_MEMBERS)) => "member-user",
            (UserKind::Guest, Some(RESTRICTED_GUESTS)) => "restricted-guest-user",
            (UserKind::Guest, _) => "guest-user",
        };
        let policy = &policy.default_user_role_permissions;
        let left_on = |right: &&DefaultRight| {
            right.class == class
                && match gate(right.gated_by) {
                    "allowedToReadOtherUsers" => policy.allowed_to_read_other_users,
                    "allowedToCreateApps" => policy.allowed_to_create_apps,
                    "allowedToCreateSecurityGroups" => policy.allowed_to_create_security_groups,
                    "allowedToCreateTenants" => policy.allowed_to_create_tenants,
                    _ => true,
                }
        };
        self.defaults.iter().filter(left_on).map(|right| right.action).collect()
    }
}

/// `authorizationPolicy.defaultUserRolePermissions.allowedToX (remark)` → `allowedToX`.
fn gate(gated_by: &str) -> &str {
    let name = gated_by.split(' ').next().unwrap_or("");
    name.rsplit('.').next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_global_administrator_reads_users_and_grants_everything() {
        let role = roles().template(GLOBAL_ADMINISTRATOR).expect("in the table");
        assert_eq!(role.name, "Global Administrator");
        assert_eq!(role.grants_for_all, ["microsoft-company-admin"]);
        let read = roles().action("microsoft.directory/users/standard/read").expect("in the table");
        assert!(role.actions.holds(read));
    }

    #[test]
    fn who_stands_above_whom_is_as_the_matrix_says() {
        let id = |name: &str| roles().named(name).unwrap_or_else(|| panic!("no role `{name}`")).id;
        for (name, below) in ABOVE {
            for held in below {
                assert!(roles().stands_above(&[id(name)], &[id(held)]), "{name} over {held}");
            }
            assert!(roles().stands_above(&[id(name)], &[]), "{name}");
            assert!(!roles().stands_above(&[id(name)], &[GLOBAL_ADMINISTRATOR]), "{name}");
            assert!(!roles().stands_above(&[id(name)], &[id(below[0]), id("Application Administrator")]), "{name}");
        }
        assert!(roles().stands_above(&[id(ABOVE_ALL[1])], &[GLOBAL_ADMINISTRATOR]));
        assert!(!roles().stands_above(&[], &[GLOBAL_ADMINISTRATOR]));
        assert!(roles().stands_above(&[], &[]));
    }

    #[test]
    fn every_role_says_what_it_is_for() {
        let known: Vec<&str> = roles().templates().iter().map(|role| role.name).collect();
        for role in roles().templates() {
            assert!(role.description.ends_with('.'), "{}", role.name);
        }
        for [name, _] in rows::<2>(include_str!("../data/role-texts.tsv")) {
            assert!(known.contains(&name), "{name}");
        }
    }

    #[test]
    fn inheritance_is_one_level_deep() {
        let parents: HashMap<&str, &str> = rows::<4>(include_str!("../data/directory-roles.tsv"))
            .filter(|[_, _, _, parent]| !parent.is_empty())
            .map(|[id, _, _, parent]| (id, parent))
            .collect();
        assert!(parents.values().all(|parent| !parents.contains_key(parent)));
    }

    #[test]
    fn a_member_reads_others_unless_the_policy_says_no() {
        let read = roles().action("microsoft.directory/users/standard/read").expect("in the table");
        let open = AuthorizationPolicy::default();
        let mut closed = open.clone();
        closed.default_user_role_permissions.allowed_to_read_other_users = false;
        let as_members = AuthorizationPolicy { guest_user_role_id: Some(GUESTS_AS_MEMBERS.to_owned()), ..open.clone() };
        assert!(roles().default_rights(UserKind::Guest, &as_members).holds(read));
        assert!(roles().default_rights(UserKind::Member, &open).holds(read));
        assert!(!roles().default_rights(UserKind::Member, &closed).holds(read));
        assert!(!roles().default_rights(UserKind::Guest, &open).holds(read));
    }
}
