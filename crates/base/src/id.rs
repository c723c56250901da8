//! One id type per thing, so that a client id cannot stand where an application's object id belongs.

use core::fmt;
use uuid::Uuid;

/// The text was not a GUID in its hyphenated form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            pub const fn from_u128(value: u128) -> Self {
                Self(Uuid::from_u128(value))
            }

            pub const fn bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Only the 36-character hyphenated form, in any case: what Entra's clients send.
            pub fn parse(text: &str) -> Result<Self, NotAnId> {
                if text.len() != 36 { return Err(NotAnId) }
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId)
            }

            /// The same id for the same name, everywhere (RFC 9562 §5.5): for seeds and built-in objects.
            pub fn named(space: &[u8; 16], name: &str) -> Self {
                Self(Uuid::new_v5(&Uuid::from_bytes(*space), name.as_bytes()))
            }

            pub const fn is_nil(&self) -> bool {
                self.0.is_nil()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }
    };
}

/// Ids of a kind, and the way to the id of any object and back.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        id!($(#[$doc])* $name);

        impl From<$name> for ObjectId {
            fn from(id: $name) -> ObjectId {
                ObjectId(id.0)
            }
        }

        impl From<ObjectId> for $name {
            fn from(id: ObjectId) -> $name {
                $name(id.0)
            }
        }
    )+};
}

id! {
    /// Any directory object, when its kind is not known or does not matter.
    ObjectId
}

ids! {
    /// A tenant: an organisation's directory.
    TenantId,
    /// A user, in one tenant.
    UserId,
    /// A group, in one tenant.
    GroupId,
    /// An administrative unit, in one tenant.
    AdministrativeUnitId,
    /// An application *object* in its home tenant. Not what protocols call the client: that is [`AppId`].
    ApplicationId,
    /// `appId`, the protocol's `client_id`: the same in every tenant.
    AppId,
    /// A service principal: the instance of an application in one tenant.
    ServicePrincipalId,
    /// A delegated permission (`oauth2PermissionScopes[].id`).
    ScopeId,
    /// An app role (`appRoles[].id`).
    AppRoleId,
    /// An `oauth2PermissionGrant`.
    GrantId,
    /// An `appRoleAssignment`.
    AssignmentId,
    /// A directory role, by its template id.
    RoleTemplateId,
    /// What a person asks the administrators to allow (`userConsentRequest`).
    ConsentRequestId,
    /// A subscription to changes.
    SubscriptionId,
    /// A browser session (`sid`).
    SessionId,
    /// A chain of refresh tokens that began with one sign-in to one client.
    FamilyId,
    /// Ties a request, its log lines and its answer together.
    CorrelationId,
}
impl ObjectId {
    /// An id whose order is the order of time (version 7, RFC 9562 §5.7); all but the time is taken from `rest`.
    pub fn timed(at: crate::Moment, rest: [u8; 16]) -> ObjectId {
        let mut bytes = rest;
        bytes[..6].copy_from_slice(&ObjectId::time(at));
        bytes[6] = (bytes[6] & 0x0f) | 0x70;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        ObjectId::from_bytes(bytes)
    }

    /// Nothing that was timed at that moment or later is below it, and nothing earlier above.
    pub fn first_at(at: crate::Moment) -> ObjectId {
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&ObjectId::time(at));
        ObjectId::from_bytes(bytes)
    }

    /// The one that stands right before it, in the order of ids.
    pub fn before(self) -> Option<ObjectId> {
        u128::from_be_bytes(*self.bytes()).checked_sub(1).map(ObjectId::from_u128)
    }

    fn time(at: crate::Moment) -> [u8; 6] {
        let millis = u64::try_from(at.millis()).unwrap_or(0).to_be_bytes();
        [millis[2], millis[3], millis[4], millis[5], millis[6], millis[7]]
    }
}
