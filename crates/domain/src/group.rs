//! A group; what it holds is a relation of its own.

use mandate_base::{GroupId, Moment, ObjectId};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub id: GroupId,
    pub display_name: String,
    pub security_enabled: bool,
    pub mail_enabled: bool,
    pub created: Moment,
    /// Every other Graph property, as it was set.
    pub more: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    User,
    Group,
    ServicePrincipal,
}

/// `member` is in `group`, or owns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub group: GroupId,
    pub member: ObjectId,
    pub kind: MemberKind,
    pub role: LinkRole,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRole {
    Member,
    Owner,
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
    pub const fn word(self) -> &'static str {
        match self {
            LinkRole::Member => "member",
            LinkRole::Owner => "owner",
        }
    }
}
