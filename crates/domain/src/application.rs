//! An application: the definition of an app, which lives in its home tenant.
//!
//! Its public part, with the digests of its secrets, is the *app card*: every tenant that meets the app reads it.

use crate::extension::ExtensionProperty;
use crate::permission::{AppRole, Scope};
use mandate_base::{AppId, ApplicationId, Moment, ObjectId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What any tenant may know of an app, kept by its home tenant's changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppCard {
    pub app_id: AppId,
    pub application: ApplicationId,
    pub home: TenantId,
    pub created: Moment,
    pub registration: Registration,
    pub secrets: Vec<ClientSecret>,
    pub certificates: Vec<ClientCertificate>,
    pub federated: Vec<FederatedCredential>,
    /// Raised at each change; a write that read an older one is raced.
    pub version: i64,
}

impl AppCard {
    /// As people and the audit see it.
    pub fn name(&self) -> &str {
        &self.registration.display_name
    }
}

/// The registration in Graph's own property names, so that what people export can be read back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Registration {
    pub display_name: String,
    pub sign_in_audience: Audience,
    /// "Allow public client flows": decides for grants without a redirect URI.
    pub is_fallback_public_client: Option<bool>,
    pub is_disabled: Option<bool>,
    pub identifier_uris: Vec<String>,
    pub web: Web,
    pub spa: RedirectUris,
    pub public_client: RedirectUris,
    pub api: Api,
    pub app_roles: Vec<AppRole>,
    pub required_resource_access: Vec<RequiredResource>,
    pub optional_claims: Option<OptionalClaims>,
    pub group_membership_claims: Option<String>,
    pub publisher_domain: Option<String>,
    pub verified_publisher: Option<VerifiedPublisher>,
    pub info: Info,
    pub tags: Vec<String>,
    pub notes: Option<String>,
    pub description: Option<String>,
    /// By id; the first that there is counts.
    pub token_lifetime_policies: Vec<ObjectId>,
    pub app_management_policies: Vec<ObjectId>,
    /// What the app adds to the schema of others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extension_properties: Vec<ExtensionProperty>,
    pub mandate: Choices,
    /// Every other Graph property, as it was set.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What the owner of an app may choose here that Entra has no word for. Everything unset is Entra's way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Choices {
    /// Each client assertion counts once. Some client libraries send theirs again, so this is off.
    pub single_use_assertions: bool,
    /// The front-channel logout names the issuer beside the session, as OpenID Connect has it.
    pub issuer_at_logout: bool,
    /// After a sign-out the browser goes back to the app only with an ID token of that app (OpenID Connect RP-Initiated
    /// Logout 1.0 §2 leaves it open).
    pub id_token_hint_at_logout: bool,
    /// Where a logout token is posted when a session ends (OpenID Connect Back-Channel Logout 1.0).
    pub back_channel_logout_uri: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience {
    #[default]
    #[serde(rename = "AzureADMyOrg")]
    MyOrg,
    #[serde(rename = "AzureADMultipleOrgs")]
    MultipleOrgs,
    #[serde(rename = "AzureADandPersonalMicrosoftAccount")]
    OrgsAndPersonal,
    #[serde(rename = "PersonalMicrosoftAccount")]
    Personal,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Web {
    pub home_page_url: Option<String>,
    pub logout_url: Option<String>,
    pub redirect_uris: Vec<String>,
    pub implicit_grant_settings: ImplicitGrant,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ImplicitGrant {
    pub enable_id_token_issuance: bool,
    pub enable_access_token_issuance: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RedirectUris {
    pub redirect_uris: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Api {
    pub requested_access_token_version: Option<u8>,
    pub accept_mapped_claims: Option<bool>,
    pub oauth2_permission_scopes: Vec<Scope>,
    pub pre_authorized_applications: Vec<PreAuthorized>,
    pub known_client_applications: Vec<AppId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreAuthorized {
    pub app_id: AppId,
    #[serde(default, alias = "permissionIds")]
    pub delegated_permission_ids: Vec<ObjectId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequiredResource {
    pub resource_app_id: AppId,
    #[serde(default)]
    pub resource_access: Vec<RequiredAccess>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequiredAccess {
    pub id: ObjectId,
    #[serde(rename = "type")]
    pub kind: AccessKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessKind {
    /// A delegated permission.
    Scope,
    /// An application permission.
    Role,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OptionalClaims {
    pub id_token: Vec<OptionalClaim>,
    pub access_token: Vec<OptionalClaim>,
    pub saml2_token: Vec<OptionalClaim>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OptionalClaim {
    pub name: String,
    pub source: Option<String>,
    pub essential: bool,
    pub additional_properties: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VerifiedPublisher {
    pub display_name: Option<String>,
    pub verified_publisher_id: Option<String>,
    pub added_date_time: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Info {
    pub logo_url: Option<String>,
    pub marketing_url: Option<String>,
    pub privacy_statement_url: Option<String>,
    pub support_url: Option<String>,
    pub terms_of_service_url: Option<String>,
}

/// A client secret, kept as a digest only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientSecret {
    pub key_id: ObjectId,
    pub display_name: Option<String>,
    /// The first characters, so that people can tell their secrets apart.
    pub hint: String,
    pub digest: String,
    pub start: Moment,
    pub end: Moment,
}

/// A certificate whose private key the client holds (Graph's `keyCredential`): what its assertions are checked with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientCertificate {
    pub key_id: ObjectId,
    pub display_name: Option<String>,
    /// base64url of the digest of the certificate, without padding.
    pub sha1: String,
    pub sha256: String,
    /// DER in base64, as Graph shows it.
    pub certificate: String,
    /// The RSA public key in base64url (RFC 8017 §A.1.1), so that no request reads the certificate again.
    pub public: String,
    pub start: Moment,
    pub end: Moment,
}

/// A foreign issuer's token that proves the client (Graph's `federatedIdentityCredential`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FederatedCredential {
    pub id: ObjectId,
    pub name: String,
    pub issuer: String,
    pub subject: String,
    /// Exactly one.
    pub audiences: Vec<String>,
    pub description: Option<String>,
}

/// What foreign tokens are for when their registration does not say otherwise (protocol.md §3.10).
pub const TOKEN_EXCHANGE: &str = "api://AzureADTokenExchange";

impl Audience {
    /// As Graph has it.
    pub const fn word(self) -> &'static str {
        match self {
            Audience::MyOrg => "AzureADMyOrg",
            Audience::MultipleOrgs => "AzureADMultipleOrgs",
            Audience::OrgsAndPersonal => "AzureADandPersonalMicrosoftAccount",
            Audience::Personal => "PersonalMicrosoftAccount",
        }
    }

    /// May the app be used in a tenant that is not its home?
    pub const fn crosses_tenants(self) -> bool {
        matches!(self, Audience::MultipleOrgs | Audience::OrgsAndPersonal)
    }
}

impl Registration {
    pub fn scope_named(&self, value: &str) -> Option<&Scope> {
        self.api.oauth2_permission_scopes.iter().find(|scope| scope.value.eq_ignore_ascii_case(value))
    }

    pub fn scope_by_id(&self, id: ObjectId) -> Option<&Scope> {
        self.api.oauth2_permission_scopes.iter().find(|scope| ObjectId::from(scope.id) == id)
    }

    pub fn role_by_id(&self, id: ObjectId) -> Option<&AppRole> {
        self.app_roles.iter().find(|role| ObjectId::from(role.id) == id)
    }

    /// By the name that objects bear it under.
    pub fn extension_named(&self, name: &str) -> Option<&ExtensionProperty> {
        self.extension_properties.iter().find(|defined| defined.name.eq_ignore_ascii_case(name))
    }

    pub fn pre_authorizes(&self, client: AppId, scope: &Scope) -> bool {
        let pre = &self.api.pre_authorized_applications;
        pre.iter().any(|app| app.app_id == client && app.delegated_permission_ids.contains(&scope.id.into()))
    }

    /// Access tokens for this API are v2.0 only when it asks for that (protocol.md §4.1).
    pub fn token_version(&self) -> u8 {
        if self.api.requested_access_token_version == Some(2) { 2 } else { 1 }
    }

    pub fn is_enabled(&self) -> bool {
        self.is_disabled != Some(true)
    }

    /// The verified publisher's name, where a publisher was verified.
    pub fn verified_publisher_name(&self) -> Option<&str> {
        let publisher = self.verified_publisher.as_ref()?;
        publisher.verified_publisher_id.as_ref()?;
        publisher.display_name.as_deref()
    }
}
