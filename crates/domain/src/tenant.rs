//! A tenant: an organisation's directory, its names and its settings.

use crate::app_policies::{AppManagementPolicy, DefaultAppManagementPolicy, StsPolicy};
use crate::consent::policy::GrantPolicy;
use crate::extension::check_count;
use crate::properties::{Broken, Properties, Rule, check_text, merge};
use crate::role::CustomRole;
use mandate_base::{Moment, RoleTemplateId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tenant {
    pub id: TenantId,
    pub created: Moment,
    pub profile: TenantProfile,
    pub settings: Settings,
    /// One more with each write; a change is of the version that it read.
    #[serde(default = "first")]
    pub version: i64,
}

const fn first() -> i64 {
    1
}

/// What Graph's `organization` shows, and what the sign-in pages wear.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TenantProfile {
    pub display_name: String,
    pub country_letter_code: Option<String>,
    pub preferred_language: Option<String>,
    pub verified_domains: Vec<VerifiedDomain>,
    /// Added, and not yet shown to be theirs: they count for nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unverified_domains: Vec<UnverifiedDomain>,
    pub branding: Branding,
    /// Every other Graph property that somebody set.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub more: Map<String, Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VerifiedDomain {
    pub name: String,
    pub is_default: bool,
    /// What else Graph keeps of it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub more: Properties,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UnverifiedDomain {
    pub name: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub more: Properties,
}

/// Graph's `organizationalBranding`, as far as the pages wear it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Branding {
    /// `#rrggbb`.
    pub background_color: Option<String>,
    pub sign_in_page_text: Option<String>,
    /// An image as a `data:` URI of PNG or SVG-free type, at most 100 kB.
    pub square_logo: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    pub authorization_policy: AuthorizationPolicy,
    /// Policies of the tenant's own, beside the built-in ones.
    pub permission_grant_policies: Vec<GrantPolicy>,
    pub admin_consent_request_policy: AdminConsentRequestPolicy,
    pub token_lifetime_policies: Vec<StsPolicy>,
    pub claims_mapping_policies: Vec<StsPolicy>,
    pub app_management_policies: Vec<AppManagementPolicy>,
    pub default_app_management_policy: DefaultAppManagementPolicy,
    /// Directory roles of the tenant's own, beside the built-in ones.
    pub custom_roles: Vec<CustomRole>,
    /// Built-in roles that are shown though nobody holds them (Graph's `directoryRoles`).
    pub activated_roles: Vec<RoleTemplateId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuthorizationPolicy {
    pub display_name: Option<String>,
    pub description: Option<String>,
    pub default_user_role_permissions: DefaultUserRolePermissions,
    pub guest_user_role_id: Option<String>,
    /// The rest is kept and shown: nobody is invited, signs up or resets a password here.
    pub allow_invites_from: String,
    pub allowed_to_sign_up_email_based_subscriptions: bool,
    #[serde(rename = "allowedToUseSSPR")]
    pub allowed_to_use_sspr: bool,
    pub allow_email_verified_users_to_join_organization: bool,
    pub allow_user_consent_for_risky_apps: bool,
    pub block_msol_power_shell: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DefaultUserRolePermissions {
    pub allowed_to_create_apps: bool,
    pub allowed_to_create_security_groups: bool,
    pub allowed_to_create_tenants: bool,
    pub allowed_to_read_bitlocker_keys_for_owned_device: bool,
    pub allowed_to_read_other_users: bool,
    pub permission_grant_policies_assigned: Vec<String>,
}

/// People may send requests, and reviewers decide them. Nobody is written to: mail is not ours to send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AdminConsentRequestPolicy {
    pub is_enabled: bool,
    pub notify_reviewers: bool,
    pub reminders_enabled: bool,
    pub request_duration_in_days: i64,
    pub reviewers: Vec<ReviewerScope>,
    /// One more with each change.
    pub version: i64,
}

/// Graph's `accessReviewReviewerScope`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReviewerScope {
    pub query: String,
    pub query_type: String,
    pub query_root: Option<String>,
}

impl Default for AdminConsentRequestPolicy {
    fn default() -> Self {
        AdminConsentRequestPolicy {
            is_enabled: false,
            notify_reviewers: false,
            reminders_enabled: false,
            request_duration_in_days: 30,
            reviewers: Vec::new(),
            version: 0,
        }
    }
}

impl Default for AuthorizationPolicy {
    fn default() -> Self {
        AuthorizationPolicy {
            display_name: None,
            description: None,
            default_user_role_permissions: DefaultUserRolePermissions::default(),
            guest_user_role_id: None,
            allow_invites_from: "everyone".to_owned(),
            allowed_to_sign_up_email_based_subscriptions: true,
            allowed_to_use_sspr: true,
            allow_email_verified_users_to_join_organization: false,
            allow_user_consent_for_risky_apps: false,
            block_msol_power_shell: false,
        }
    }
}

impl Default for DefaultUserRolePermissions {
    fn default() -> Self {
        DefaultUserRolePermissions {
            allowed_to_create_apps: true,
            allowed_to_create_security_groups: true,
            allowed_to_create_tenants: true,
            allowed_to_read_bitlocker_keys_for_owned_device: true,
            allowed_to_read_other_users: true,
            // Users decide for themselves unless their organisation says otherwise (features S4-60).
            permission_grant_policies_assigned: vec![
                "ManagePermissionGrantsForSelf.microsoft-user-default-legacy".to_owned(),
            ],
        }
    }
}

const LONGEST_NAME: usize = 256;
const LONGEST_TEXT: usize = 256;
const MOST_LISTED: usize = 50;
/// Lists of these are of addresses of mail.
const MAILS: [&str; 3] =
    ["marketingNotificationEmails", "securityComplianceNotificationMails", "technicalNotificationMails"];

impl TenantProfile {
    pub fn merged(&self, change: &Properties) -> Result<TenantProfile, Broken> {
        let mut profile = self.clone();
        for (name, value) in change {
            match name.as_str() {
                "displayName" => {
                    let text = value.as_str().unwrap_or("");
                    check_text(name, text, LONGEST_NAME)?;
                    profile.display_name = text.to_owned();
                }
                "preferredLanguage" => profile.preferred_language = value.as_str().map(str::to_owned),
                _ => merge(&mut profile.more, &Properties::from_iter([(name.clone(), value.clone())])),
            }
        }
        check_count(Some(&self.more), &profile.more)?;
        for (name, value) in &profile.more {
            let broken = |rule| Err(Broken::new(name.as_str(), rule));
            let texts = match value {
                Value::Array(list) if list.len() > MOST_LISTED => return broken(Rule::TooMany(MOST_LISTED)),
                Value::Array(list) => list.iter().collect(),
                value => vec![value],
            };
            for text in texts.into_iter().filter_map(Value::as_str) {
                if text.chars().nth(LONGEST_TEXT).is_some() {
                    return broken(Rule::TooLong(LONGEST_TEXT));
                }
                if MAILS.contains(&name.as_str()) && !text.contains('@') {
                    return broken(Rule::Bad("an entry is no address of mail"));
                }
            }
        }
        Ok(profile)
    }

    pub fn properties(&self) -> Properties {
        let mut properties = self.more.clone();
        properties.insert("displayName".to_owned(), self.display_name.clone().into());
        properties.insert("preferredLanguage".to_owned(), self.preferred_language.clone().into());
        properties
    }
}

impl Tenant {
    pub fn default_domain(&self) -> Option<&str> {
        let domains = &self.profile.verified_domains;
        domains.iter().find(|domain| domain.is_default).or(domains.first()).map(|domain| domain.name.as_str())
    }
}
