//! A service principal: the instance of an application in one tenant. Grants, assignments and policies hang on it.

use mandate_base::{AppId, Moment, ObjectId, ServicePrincipalId, TenantId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq)]
pub struct ServicePrincipal {
    pub id: ServicePrincipalId,
    pub app_id: AppId,
    /// The app's home tenant (Graph's `appOwnerOrganizationId`).
    pub home: TenantId,
    pub display_name: String,
    pub account_enabled: bool,
    pub app_role_assignment_required: bool,
    pub created: Moment,
    pub more: SpMore,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SpMore {
    /// What tokens may be asked by: the appId and the identifier URIs.
    pub service_principal_names: Vec<String>,
    pub delegated_permission_classifications: Vec<Classification>,
    pub tags: Vec<String>,
    pub notes: Option<String>,
    /// By id; the first that there is counts.
    pub token_lifetime_policies: Vec<ObjectId>,
}

/// `delegatedPermissionClassification`: the tenant's own judgement of one scope of this API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Classification {
    pub permission_id: ObjectId,
    pub permission_name: String,
    pub classification: Class,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Class {
    Low,
    Medium,
    High,
}

impl ServicePrincipal {
    pub fn class_of(&self, permission: ObjectId) -> Option<Class> {
        let classes = &self.more.delegated_permission_classifications;
        classes.iter().find(|entry| entry.permission_id == permission).map(|entry| entry.classification)
    }
}
