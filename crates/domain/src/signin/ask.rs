//! An authorization request, typed. Whoever holds one knows its client and its redirect URI are right.

use super::pkce::Challenge;
use super::redirect::Platform;
use super::scopes::ScopeAsk;
use crate::token::claims_ask::ClaimsAsk;
use mandate_base::{AppId, CorrelationId, SessionId, TenantId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub version: Version,
    pub authority: Authority,
    pub client: AppId,
    pub redirect: Redirect,
    pub response: ResponseType,
    pub scopes: ScopeAsk,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub prompt: Prompt,
    pub login_hint: Option<String>,
    /// The session that the client means; stronger than the name.
    pub hint: Option<Hint>,
    /// The organisation that `domain_hint` names.
    pub realm: Option<TenantId>,
    /// Seconds since the last sign-in that the client accepts.
    pub max_age: Option<i64>,
    pub challenge: Option<Challenge>,
    pub claims: ClaimsAsk,
    pub client_info: bool,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    pub uri: String,
    pub platform: Platform,
    pub mode: ResponseMode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    Session(SessionId),
    /// A `sid` that is none.
    Unknown,
    /// An ID token of somebody who is not here.
    Nobody,
}

/// Which of the two generations of endpoints speaks (protocol.md §1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Version {
    /// `resource`, and what the registration lists.
    V1,
    /// `scope`.
    #[default]
    V2,
}

/// The tenant segment of the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Authority {
    Tenant(TenantId),
    Common,
    Organizations,
    Consumers,
}

/// The tenant of personal accounts.
pub const CONSUMERS: TenantId = TenantId::from_u128(0x9188040d_6c67_4c5b_b112_36a304b66dad);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResponseType {
    pub code: bool,
    pub id_token: bool,
    pub token: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prompt {
    #[default]
    Unset,
    None,
    Login,
    SelectAccount,
    Consent,
    /// v1.0 only: an administrator grants the static list for everybody.
    AdminConsent,
}

impl ResponseType {
    /// Words in any order (OAuth 2.0 Multiple Response Types §3); anything else is `None`.
    pub fn parse(text: &str) -> Option<ResponseType> {
        let mut found = ResponseType::default();
        for word in text.split_ascii_whitespace() {
            let part = match word {
                "code" => &mut found.code,
                "id_token" => &mut found.id_token,
                "token" => &mut found.token,
                _ => return None,
            };
            if std::mem::replace(part, true) {
                return None;
            }
        }
        (found != ResponseType::default()).then_some(found)
    }

    pub const fn default_mode(self) -> ResponseMode {
        if self.id_token || self.token { ResponseMode::Fragment } else { ResponseMode::Query }
    }
}

impl ResponseMode {
    pub fn parse(text: &str) -> Option<ResponseMode> {
        match text {
            "query" => Some(ResponseMode::Query),
            "fragment" => Some(ResponseMode::Fragment),
            "form_post" => Some(ResponseMode::FormPost),
            _ => None,
        }
    }
}

impl Prompt {
    /// Values that clients are known to send beside the standard ones are treated as absent (protocol.md §2.2).
    pub fn parse(text: &str, version: Version) -> Option<Prompt> {
        match text {
            "admin_consent" if version == Version::V1 => Some(Prompt::AdminConsent),
            "none" => Some(Prompt::None),
            "login" | "create" => Some(Prompt::Login),
            "select_account" => Some(Prompt::SelectAccount),
            "consent" => Some(Prompt::Consent),
            "" | "no_session" | "refresh_session" | "attempt_none" => Some(Prompt::Unset),
            _ => None,
        }
    }
}

impl Authority {
    pub const fn tenant(self) -> Option<TenantId> {
        match self {
            Authority::Tenant(id) => Some(id),
            Authority::Consumers => Some(CONSUMERS),
            Authority::Common | Authority::Organizations => None,
        }
    }

    pub const fn alias(self) -> Option<&'static str> {
        match self {
            Authority::Tenant(_) => None,
            Authority::Common => Some("common"),
            Authority::Organizations => Some("organizations"),
            Authority::Consumers => Some("consumers"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_types_are_sets() {
        let hybrid = ResponseType { code: true, id_token: true, token: false };
        assert_eq!(ResponseType::parse("code id_token"), Some(hybrid));
        assert_eq!(ResponseType::parse("id_token code"), Some(hybrid));
        for bad in ["", "none", "code code", "Code", "code,id_token"] {
            assert_eq!(ResponseType::parse(bad), None, "{bad}");
        }
    }
}
