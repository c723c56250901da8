//! A service principal: the instance of an application in one tenant. Grants, assignments and policies hang on it.

use crate::application::{AppCard, ClientCertificate, ClientSecret};
use mandate_base::{AppId, Moment, ObjectId, ServicePrincipalId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// Raised at each change; a write that read an older one is raced.
    pub version: i64,
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
    pub claims_mapping_policies: Vec<ObjectId>,
    pub app_management_policies: Vec<ObjectId>,
    /// Secrets and certificates of this instance only, beside those of its app.
    pub secrets: Vec<ClientSecret>,
    pub certificates: Vec<ClientCertificate>,
    /// Every other Graph property, as it was set.
    #[serde(flatten)]
    pub other: Map<String, Value>,
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

const KIND: &str = "servicePrincipalType";

impl ServicePrincipal {
    /// How an app enters a tenant when nothing else is said.
    pub fn begin(card: &AppCard, id: ServicePrincipalId, now: Moment) -> ServicePrincipal {
        let uris = card.registration.identifier_uris.iter().cloned();
        ServicePrincipal {
            id,
            app_id: card.app_id,
            home: card.home,
            display_name: card.registration.display_name.clone(),
            account_enabled: true,
            app_role_assignment_required: false,
            created: now,
            more: SpMore {
                service_principal_names: std::iter::once(card.app_id.to_string()).chain(uris).collect(),
                ..SpMore::default()
            },
            version: 1,
        }
    }

    /// Graph's `servicePrincipalType`.
    pub fn kind(&self) -> &str {
        self.more.other.get(KIND).and_then(Value::as_str).unwrap_or("Application")
    }

    pub fn class_of(&self, permission: ObjectId) -> Option<Class> {
        let classes = &self.more.delegated_permission_classifications;
        classes.iter().find(|entry| entry.permission_id == permission).map(|entry| entry.classification)
    }
}
