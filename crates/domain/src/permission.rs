//! The two kinds of permission that an API publishes: scopes (delegated) and app roles.

use mandate_base::{AppRoleId, ScopeId};
use serde::{Deserialize, Serialize};

/// `oauth2PermissionScopes[]`: what an app may do in a signed-in user's name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scope {
    pub id: ScopeId,
    pub value: String,
    #[serde(rename = "type", default)]
    pub consent: ScopeConsent,
    #[serde(default = "enabled")]
    pub is_enabled: bool,
    #[serde(default)]
    pub admin_consent_display_name: Option<String>,
    #[serde(default)]
    pub admin_consent_description: Option<String>,
    #[serde(default)]
    pub user_consent_display_name: Option<String>,
    #[serde(default)]
    pub user_consent_description: Option<String>,
}

/// Who may consent, as the API's owner says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScopeConsent {
    /// A user may, where the tenant's policy lets them.
    #[default]
    User,
    /// Only an administrator.
    Admin,
}

/// `appRoles[]`: a role of users and groups, an application permission, or both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRole {
    pub id: AppRoleId,
    #[serde(default)]
    pub value: Option<String>,
    #[serde(default)]
    pub display_name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub allowed_member_types: Vec<MemberType>,
    #[serde(default = "enabled")]
    pub is_enabled: bool,
}

impl Scope {
    /// As the tables of built-in APIs have it: its texts are made where somebody reads them.
    pub fn bare(id: ScopeId, value: &str, consent: ScopeConsent) -> Scope {
        Scope {
            id,
            value: value.to_owned(),
            consent,
            is_enabled: true,
            admin_consent_display_name: None,
            admin_consent_description: None,
            user_consent_display_name: None,
            user_consent_description: None,
        }
    }
}

impl AppRole {
    /// The same, for applications.
    pub fn bare(id: AppRoleId, value: &str) -> AppRole {
        AppRole {
            id,
            value: Some(value.to_owned()),
            display_name: value.to_owned(),
            description: None,
            allowed_member_types: vec![MemberType::Application],
            is_enabled: true,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberType {
    User,
    Application,
}

/// The role id of an assignment that names no role (consent-and-governance.md 10.6).
pub const DEFAULT_ACCESS: AppRoleId = AppRoleId::from_u128(0);

const fn enabled() -> bool {
    true
}
