//! What is remembered of changes (directory audit) and of sign-ins.

use crate::properties::Properties;
use crate::query::MAKER;
use mandate_base::{AppId, CorrelationId, Moment, ObjectId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// One row of the directory audit, written in the same transaction as the change it tells of.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    pub activity: Activity,
    pub actor: Actor,
    pub targets: Vec<AuditTarget>,
    pub changed: Vec<Modified>,
    pub correlation: CorrelationId,
}

macro_rules! activities {
    ($($activity:ident = $name:literal in $category:literal),+ $(,)?) => {
        /// Named as Graph's `directoryAudit.activityDisplayName` names them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Activity { $($activity),+ }

        impl Activity {
            pub const ALL: &'static [Activity] = &[$(Activity::$activity),+];
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            pub const fn name(self) -> &'static str {
                match self { $(Activity::$activity => $name),+ }
            }

            pub const fn category(self) -> &'static str {
                match self { $(Activity::$activity => $category),+ }
            }
        }
    };
}

activities! {
    CreateCompany = "Create company" in "DirectoryManagement",
    SetCompanyInformation = "Set Company Information" in "DirectoryManagement",
    AddUnverifiedDomain = "Add unverified domain" in "DirectoryManagement",
    AddVerifiedDomain = "Add verified domain" in "DirectoryManagement",
    VerifyDomain = "Verify domain" in "DirectoryManagement",
    UpdateDomain = "Update domain" in "DirectoryManagement",
    RemoveUnverifiedDomain = "Remove unverified domain" in "DirectoryManagement",
    RemoveVerifiedDomain = "Remove verified domain" in "DirectoryManagement",
    AddSchemaExtension = "Add schema extension" in "DirectoryManagement",
    UpdateSchemaExtension = "Update schema extension" in "DirectoryManagement",
    DeleteSchemaExtension = "Delete schema extension" in "DirectoryManagement",
    AddUser = "Add user" in "UserManagement",
    UpdateUser = "Update user" in "UserManagement",
    DisableAccount = "Disable account" in "UserManagement",
    EnableAccount = "Enable account" in "UserManagement",
    DeleteUser = "Delete user" in "UserManagement",
    RestoreUser = "Restore user" in "UserManagement",
    HardDeleteUser = "Hard Delete user" in "UserManagement",
    SetUserManager = "Set user manager" in "UserManagement",
    RemoveUserManager = "Remove user manager" in "UserManagement",
    AddGroup = "Add group" in "GroupManagement",
    UpdateGroup = "Update group" in "GroupManagement",
    DeleteGroup = "Delete group" in "GroupManagement",
    RestoreGroup = "Restore group" in "GroupManagement",
    HardDeleteGroup = "Hard Delete group" in "GroupManagement",
    AddMemberToGroup = "Add member to group" in "GroupManagement",
    RemoveMemberFromGroup = "Remove member from group" in "GroupManagement",
    AddOwnerToGroup = "Add owner to group" in "GroupManagement",
    RemoveOwnerFromGroup = "Remove owner from group" in "GroupManagement",
    AddAdministrativeUnit = "Add administrative unit" in "AdministrativeUnit",
    UpdateAdministrativeUnit = "Update administrative unit" in "AdministrativeUnit",
    DeleteAdministrativeUnit = "Delete administrative unit" in "AdministrativeUnit",
    HardDeleteAdministrativeUnit = "Hard Delete administrative unit" in "AdministrativeUnit",
    RestoreAdministrativeUnit = "Restore administrative unit" in "AdministrativeUnit",
    AddMemberToAdministrativeUnit = "Add member to administrative unit" in "AdministrativeUnit",
    RemoveMemberFromAdministrativeUnit = "Remove member from administrative unit" in "AdministrativeUnit",
    AddApplication = "Add application" in "ApplicationManagement",
    UpdateApplication = "Update application" in "ApplicationManagement",
    UpdateApplicationCredentials = "Update application – Certificates and secrets management" in "ApplicationManagement",
    DeleteApplication = "Delete application" in "ApplicationManagement",
    HardDeleteApplication = "Hard Delete application" in "ApplicationManagement",
    RestoreApplication = "Restore application" in "ApplicationManagement",
    AddOwnerToApplication = "Add owner to application" in "ApplicationManagement",
    RemoveOwnerFromApplication = "Remove owner from application" in "ApplicationManagement",
    AddServicePrincipal = "Add service principal" in "ApplicationManagement",
    UpdateServicePrincipal = "Update service principal" in "ApplicationManagement",
    RemoveServicePrincipal = "Remove service principal" in "ApplicationManagement",
    HardDeleteServicePrincipal = "Hard delete service principal" in "ApplicationManagement",
    RestoreServicePrincipal = "Restore service principal" in "ApplicationManagement",
    AddServicePrincipalCredentials = "Add service principal credentials" in "ApplicationManagement",
    RemoveServicePrincipalCredentials = "Remove service principal credentials" in "ApplicationManagement",
    AddOwnerToServicePrincipal = "Add owner to service principal" in "ApplicationManagement",
    RemoveOwnerFromServicePrincipal = "Remove owner from service principal" in "ApplicationManagement",
    ConsentToApplication = "Consent to application" in "ApplicationManagement",
    AddDelegatedPermissionGrant = "Add delegated permission grant" in "ApplicationManagement",
    RemoveDelegatedPermissionGrant = "Remove delegated permission grant" in "ApplicationManagement",
    AddAppRoleAssignmentToServicePrincipal = "Add app role assignment to service principal" in "ApplicationManagement",
    AddAppRoleAssignmentToUser = "Add app role assignment grant to user" in "ApplicationManagement",
    AddAppRoleAssignmentToGroup = "Add app role assignment to group" in "ApplicationManagement",
    RemoveAppRoleAssignment = "Remove app role assignment from service principal" in "ApplicationManagement",
    AddMemberToRole = "Add member to role" in "RoleManagement",
    ActivateRole = "Activate role" in "RoleManagement",
    AddRoleDefinition = "Add role definition" in "RoleManagement",
    UpdateRoleDefinition = "Update role definition" in "RoleManagement",
    DeleteRoleDefinition = "Delete role definition" in "RoleManagement",
    RemoveMemberFromRole = "Remove member from role" in "RoleManagement",
    UpdateAuthorizationPolicy = "Update authorization policy" in "AuthorizationPolicy",
    UpdateAdminConsentRequestPolicy = "Update admin consent request policy" in "Policy",
    AddPermissionGrantPolicy = "Add permission grant policy" in "PermissionGrantPolicy",
    UpdatePermissionGrantPolicy = "Update permission grant policy" in "PermissionGrantPolicy",
    DeletePermissionGrantPolicy = "Delete permission grant policy" in "PermissionGrantPolicy",
    AddPolicy = "Add policy" in "Policy",
    UpdatePolicy = "Update policy" in "Policy",
    DeletePolicy = "Delete policy" in "Policy",
    RevokeSession = "Revoke session" in "UserManagement",
    RevokeSignInSessions = "Revoke sign-in sessions" in "UserManagement",
    ChangeUserPassword = "Change user password" in "UserManagement",
    ResetUserPassword = "Reset user password" in "UserManagement",
    CreateConsentRequest = "Create request" in "UserManagement",
    RequestApproved = "Request approved" in "UserManagement",
    RequestDenied = "Request denied" in "UserManagement",
}

impl Activity {
    /// Each once.
    pub const CATEGORIES: [&'static str; 9] = [
        "AdministrativeUnit",
        "ApplicationManagement",
        "AuthorizationPolicy",
        "DirectoryManagement",
        "GroupManagement",
        "PermissionGrantPolicy",
        "Policy",
        "RoleManagement",
        "UserManagement",
    ];

    /// As Graph's `operationType` has it: by how the name begins.
    pub fn operation(self) -> &'static str {
        const KINDS: [(&str, &str); 14] = [
            ("Add member", "Assign"),
            ("Add owner", "Assign"),
            ("Add app role", "Assign"),
            ("Add delegated", "Assign"),
            ("Remove member", "Unassign"),
            ("Remove owner", "Unassign"),
            ("Remove app role", "Unassign"),
            ("Remove delegated", "Unassign"),
            ("Consent", "Assign"),
            ("Add", "Add"),
            ("Create", "Add"),
            ("Remove", "Delete"),
            ("Delete", "Delete"),
            ("Hard", "Delete"),
        ];
        KINDS.iter().find(|(begins, _)| self.name().starts_with(begins)).map_or("Update", |(_, kind)| kind)
    }

    pub fn named(name: &str) -> Option<Activity> {
        Activity::ALL.iter().find(|activity| activity.name() == name).copied()
    }
}

/// `directoryAudit.loggedByService` of all that is told here.
pub const LOGGED_BY: &str = "Core Directory";

/// An entry of the log, as it is read again.
#[derive(Clone, Debug, PartialEq)]
pub struct Audited {
    /// Time-ordered: the log is kept in its order.
    pub id: ObjectId,
    pub at: Moment,
    pub entry: AuditEntry,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Actor {
    User {
        id: UserId,
        upn: String,
    },
    App {
        id: AppId,
    },
    /// Work of the house itself, with its reason.
    System {
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditTarget {
    pub id: ObjectId,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(rename = "displayName")]
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Modified {
    #[serde(rename = "displayName")]
    pub name: String,
    pub old_value: Option<String>,
    pub new_value: Option<String>,
}

/// One sign-in: a person's, or an app's own, succeeded or refused.
#[derive(Clone, Debug, PartialEq)]
pub struct SignIn {
    /// Time-ordered: the log is kept in its order.
    pub id: ObjectId,
    pub at: Moment,
    pub kind: SignInKind,
    pub client: Option<AppId>,
    pub user: Option<UserId>,
    /// As typed, when no user was found.
    pub name: String,
    /// The AADSTS number; 0 for success.
    pub code: u32,
    /// What happened, for administrators: facts, no secrets.
    pub reason: String,
    pub resource: Option<AppId>,
    pub correlation: CorrelationId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInKind {
    Interactive,
    NonInteractive,
    ServicePrincipal,
}

impl SignInKind {
    pub const ALL: [SignInKind; 3] =
        [SignInKind::Interactive, SignInKind::NonInteractive, SignInKind::ServicePrincipal];
    pub const WORDS: &'static [&'static str] =
        &[SignInKind::Interactive.word(), SignInKind::NonInteractive.word(), SignInKind::ServicePrincipal.word()];

    /// As Graph's `signInEventTypes` has it.
    pub const fn word(self) -> &'static str {
        match self {
            SignInKind::Interactive => "interactiveUser",
            SignInKind::NonInteractive => "nonInteractiveUser",
            SignInKind::ServicePrincipal => "servicePrincipal",
        }
    }

    pub fn parse(word: &str) -> Option<SignInKind> {
        SignInKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

const LONGEST_VALUE: usize = 2000;

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl AuditEntry {
    pub fn target(mut self, id: impl Into<ObjectId>, kind: &str, name: &str) -> AuditEntry {
        self.targets.push(AuditTarget { id: id.into(), kind: kind.to_owned(), name: name.to_owned() });
        self
    }

    /// Each property that is not what it was. Values as JSON, and long ones by their beginning.
    pub fn differences(mut self, before: &Properties, after: &Properties) -> AuditEntry {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let (old, new) = (before.get(name), after.get(name));
            if old != new && name != MAKER {
                self = self.changed(name, old.map(shown), new.map(shown));
            }
        }
        self
    }

    pub fn changed(mut self, name: &str, old: Option<String>, new: Option<String>) -> AuditEntry {
        self.changed.push(Modified { name: name.to_owned(), old_value: old, new_value: new });
        self
    }
}

/// Who does a deed, and under which request: what turns an activity into an audit entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Doer {
    pub actor: Actor,
    pub correlation: CorrelationId,
}

impl Doer {
    pub fn entry(&self, activity: Activity) -> AuditEntry {
        AuditEntry {
            activity,
            actor: self.actor.clone(),
            targets: Vec::new(),
            changed: Vec::new(),
            correlation: self.correlation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_activity_is_found_by_its_name_and_its_category_is_known() {
        for activity in Activity::ALL {
            assert_eq!(Activity::named(activity.name()), Some(*activity));
            assert!(Activity::CATEGORIES.contains(&activity.category()), "{}", activity.category());
        }
        let used = |category: &str| Activity::ALL.iter().any(|activity| activity.category() == category);
        assert!(Activity::CATEGORIES.iter().all(|category| used(category)));
    }

    #[test]
    fn kinds_of_sign_ins_are_read_as_they_are_written() {
        for (kind, word) in SignInKind::ALL.into_iter().zip(SignInKind::WORDS) {
            assert_eq!((kind.word(), SignInKind::parse(word)), (*word, Some(kind)));
        }
    }
}
