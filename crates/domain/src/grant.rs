//! What an app was given in a tenant: delegated grants and app-role assignments.

use crate::group::MemberKind;
use mandate_base::{AppRoleId, AssignmentId, GrantId, Moment, ObjectId, ServicePrincipalId, UserId};
use serde::{Deserialize, Serialize};

/// `oauth2PermissionGrant`: scopes of one resource that a client may use, for one user or for everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub id: GrantId,
    pub client: ServicePrincipalId,
    pub resource: ServicePrincipalId,
    /// `None`: consented for all principals of the tenant.
    pub principal: Option<UserId>,
    pub scopes: Vec<String>,
    pub created: Moment,
    /// Raised at each change; a write that read an older one is raced.
    pub version: i64,
}

/// What a grant is between. There is one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantParties {
    pub client: ServicePrincipalId,
    pub resource: ServicePrincipalId,
    /// `None`: everybody.
    pub principal: Option<UserId>,
}

/// Which grants are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GrantQuery {
    pub client: Option<ServicePrincipalId>,
    pub resource: Option<ServicePrincipalId>,
    pub whose: Whose,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    #[default]
    Anybodys,
    /// Consented for all principals.
    Everybodys,
    /// Of one person each.
    Peoples,
    Of(UserId),
    Nobodys,
}

/// Which app-role assignments are meant. `None`: whichever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AssignmentQuery {
    pub principal: Option<ObjectId>,
    pub resource: Option<ServicePrincipalId>,
}

impl Whose {
    /// What both mean.
    pub fn and(self, other: Whose) -> Whose {
        match (self, other) {
            (Whose::Anybodys, whose) | (whose, Whose::Anybodys) => whose,
            (Whose::Peoples, Whose::Of(user)) | (Whose::Of(user), Whose::Peoples) => Whose::Of(user),
            (one, other) if one == other => one,
            _ => Whose::Nobodys,
        }
    }
}

/// `appRoleAssignment`: an app role given to a user, a group, or (as application permission) a service principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRoleAssignment {
    pub id: AssignmentId,
    pub principal: ObjectId,
    pub kind: MemberKind,
    pub resource: ServicePrincipalId,
    pub role: AppRoleId,
    pub created: Moment,
}

impl Grant {
    pub fn parties(&self) -> GrantParties {
        GrantParties { client: self.client, resource: self.resource, principal: self.principal }
    }

    pub fn holds(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held.eq_ignore_ascii_case(scope))
    }

    /// Scopes as Graph writes them: one string, blanks between.
    pub fn scope_text(&self) -> String {
        self.scopes.join(" ")
    }

    pub fn scopes_of(text: &str) -> Vec<String> {
        text.split_ascii_whitespace().map(str::to_owned).collect()
    }
}
