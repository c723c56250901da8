//! What is remembered of changes (directory audit) and of sign-ins.

use mandate_base::{AppId, CorrelationId, Moment, ObjectId, UserId};
use serde::{Deserialize, Serialize};

/// One row of the directory audit, written in the same transaction as the change it tells of.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    pub activity: Activity,
    pub actor: Actor,
    pub targets: Vec<AuditTarget>,
    pub changed: Vec<Modified>,
    pub correlation: CorrelationId,
}

/// Named as Graph's `directoryAudit.activityDisplayName` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    CreateCompany,
    AddUser,
    DisableAccount,
    EnableAccount,
    DeleteUser,
    AddGroup,
    AddMemberToGroup,
    AddOwnerToGroup,
    AddApplication,
    UpdateApplication,
    AddServicePrincipal,
    UpdateServicePrincipal,
    RemoveServicePrincipal,
    ConsentToApplication,
    AddDelegatedPermissionGrant,
    RemoveDelegatedPermissionGrant,
    AddAppRoleAssignmentToServicePrincipal,
    AddAppRoleAssignmentToUser,
    AddAppRoleAssignmentToGroup,
    RemoveAppRoleAssignment,
    AddMemberToRole,
    UpdateAuthorizationPolicy,
    RevokeSession,
    RevokeSignInSessions,
    ChangeUserPassword,
    CreateConsentRequest,
    RequestApproved,
    RequestDenied,
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

impl Activity {
    pub const fn name(self) -> &'static str {
        match self {
            Activity::CreateCompany => "Create company",
            Activity::AddUser => "Add user",
            Activity::DisableAccount => "Disable account",
            Activity::EnableAccount => "Enable account",
            Activity::DeleteUser => "Delete user",
            Activity::AddGroup => "Add group",
            Activity::AddMemberToGroup => "Add member to group",
            Activity::AddOwnerToGroup => "Add owner to group",
            Activity::AddApplication => "Add application",
            Activity::UpdateApplication => "Update application",
            Activity::AddServicePrincipal => "Add service principal",
            Activity::UpdateServicePrincipal => "Update service principal",
            Activity::RemoveServicePrincipal => "Remove service principal",
            Activity::ConsentToApplication => "Consent to application",
            Activity::AddDelegatedPermissionGrant => "Add delegated permission grant",
            Activity::RemoveDelegatedPermissionGrant => "Remove delegated permission grant",
            Activity::AddAppRoleAssignmentToServicePrincipal => "Add app role assignment to service principal",
            Activity::AddAppRoleAssignmentToUser => "Add app role assignment grant to user",
            Activity::AddAppRoleAssignmentToGroup => "Add app role assignment to group",
            Activity::RemoveAppRoleAssignment => "Remove app role assignment from service principal",
            Activity::AddMemberToRole => "Add member to role",
            Activity::UpdateAuthorizationPolicy => "Update authorization policy",
            Activity::RevokeSession => "Revoke session",
            Activity::RevokeSignInSessions => "Revoke sign-in sessions",
            Activity::ChangeUserPassword => "Change user password",
            Activity::CreateConsentRequest => "Create request",
            Activity::RequestApproved => "Request approved",
            Activity::RequestDenied => "Request denied",
        }
    }

    pub const fn category(self) -> &'static str {
        match self {
            Activity::CreateCompany => "DirectoryManagement",
            Activity::AddUser
            | Activity::DisableAccount
            | Activity::EnableAccount
            | Activity::DeleteUser
            | Activity::RevokeSession
            | Activity::ChangeUserPassword
            | Activity::RevokeSignInSessions => "UserManagement",
            Activity::AddGroup | Activity::AddMemberToGroup | Activity::AddOwnerToGroup => "GroupManagement",
            Activity::AddMemberToRole => "RoleManagement",
            Activity::UpdateAuthorizationPolicy => "AuthorizationPolicy",
            Activity::CreateConsentRequest | Activity::RequestApproved | Activity::RequestDenied => "UserManagement",
            _ => "ApplicationManagement",
        }
    }
}

impl AuditEntry {
    pub fn target(mut self, id: impl Into<ObjectId>, kind: &str, name: &str) -> AuditEntry {
        self.targets.push(AuditTarget { id: id.into(), kind: kind.to_owned(), name: name.to_owned() });
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
