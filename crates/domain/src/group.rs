//! A group; what it holds is a relation of its own.

use mandate_base::{GroupId, Moment, ObjectId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub id: GroupId,
    pub display_name: String,
    pub security_enabled: bool,
    pub mail_enabled: bool,
    pub created: Moment,
    /// Every other Graph property, as it was set.
    pub more: Map<String, Value>,
    /// Raised at each change; a write that read an older one is raced.
    pub version: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MemberKind {
    User,
    Group,
    ServicePrincipal,
}

/// What one object is to another: `member` is in a group or a unit `of` that id, owns it, or is its manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub of: ObjectId,
    pub member: ObjectId,
    pub kind: MemberKind,
    pub role: LinkRole,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkRole {
    /// Of a group.
    Member,
    /// Of a group, an application or a service principal.
    Owner,
    /// Of a user; each has one at most.
    Manager,
    /// Of an administrative unit: who holds a role there may do to it what the role lets one do.
    Unit,
}

impl MemberKind {
    pub const fn word(self) -> &'static str {
        match self {
            MemberKind::User => "User",
            MemberKind::Group => "Group",
            MemberKind::ServicePrincipal => "ServicePrincipal",
        }
    }

    pub fn parse(word: &str) -> Option<MemberKind> {
        [MemberKind::User, MemberKind::Group, MemberKind::ServicePrincipal].into_iter().find(|kind| kind.word() == word)
    }
}

impl LinkRole {
    pub fn parse(word: &str) -> Option<LinkRole> {
        [LinkRole::Member, LinkRole::Owner, LinkRole::Manager, LinkRole::Unit]
            .into_iter()
            .find(|role| role.word() == word)
    }

    pub const fn word(self) -> &'static str {
        match self {
            LinkRole::Member => "member",
            LinkRole::Owner => "owner",
            LinkRole::Manager => "manager",
            LinkRole::Unit => "unit",
        }
    }
}

impl Group {
    pub fn text(&self, property: &str) -> Option<&str> {
        self.more.get(property).and_then(Value::as_str)
    }

    /// A Microsoft 365 group: one with a mailbox, which can be brought back after its deletion.
    pub fn is_unified(&self) -> bool {
        self.has_type("Unified")
    }

    fn has_type(&self, name: &str) -> bool {
        let types = self.more.get("groupTypes").and_then(Value::as_array);
        types.is_some_and(|types| types.iter().any(|known| known.as_str() == Some(name)))
    }

    /// Directory roles can be given to it, so whoever changes it changes who holds them.
    pub fn is_assignable_to_role(&self) -> bool {
        self.more.get("isAssignableToRole").and_then(Value::as_bool) == Some(true)
    }
}
