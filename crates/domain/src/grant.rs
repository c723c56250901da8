//! What an app was given in a tenant: delegated grants and app-role assignments.

use crate::group::MemberKind;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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

impl GrantParties {
    /// A grant's id as Graph writes it: those of the parties, each in the byte order of Graph's GUIDs, one behind the
    /// other.
    pub fn id_text(self) -> String {
        let mut bytes = Vec::with_capacity(48);
        bytes.extend(swapped(self.client.bytes()));
        bytes.extend(swapped(self.resource.bytes()));
        if let Some(principal) = self.principal {
            bytes.extend(swapped(principal.bytes()));
        }
        URL_SAFE_NO_PAD.encode(&bytes)
    }

    /// `None`: no grant can be called so.
    pub fn parse(id: &str) -> Option<GrantParties> {
        let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
        let mut ids = bytes.chunks_exact(16).map(|chunk| {
            let chunk: &[u8; 16] = chunk.try_into().ok()?;
            Some(ObjectId::from_bytes(swapped(chunk)))
        });
        let (client, resource) = (ids.next()??.into(), ids.next()??.into());
        let principal = ids.next().flatten().map(UserId::from);
        let whole = bytes.len() == if principal.is_some() { 48 } else { 32 };
        whole.then_some(GrantParties { client, resource, principal })
    }
}

/// A GUID's first three groups are little-endian in Graph's ids.
pub fn swapped(id: &[u8; 16]) -> [u8; 16] {
    let mut bytes = *id;
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
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
    /// With those of the groups that the principal is a direct member of.
    pub with_groups: bool,
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

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: ServicePrincipalId = ServicePrincipalId::from_u128(0x00112233_4455_6677_8899_aabbccddeeff);
    const API: ServicePrincipalId = ServicePrincipalId::from_u128(1);

    #[test]
    fn an_id_is_made_of_the_parties_in_graphs_byte_order() {
        let all = GrantParties { client: CLIENT, resource: API, principal: None };
        let one = GrantParties { principal: Some(UserId::from_u128(2)), ..all };
        assert_eq!(all.id_text(), "MyIRAFVEd2aImaq7zN3u_wAAAAAAAAAAAAAAAAAAAAE");
        for parties_of in [all, one] {
            assert_eq!(GrantParties::parse(&parties_of.id_text()), Some(parties_of));
        }
        for bad in ["", "x", "MyIRAFVEd2aImaq7zN3u_w", &"A".repeat(86), &format!("{}A", all.id_text()), "ä"] {
            assert_eq!(GrantParties::parse(bad), None, "{bad}");
        }
    }
}
