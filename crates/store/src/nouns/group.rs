//! Groups, who is in them, and who may use an app because of it.

use super::TenantView;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::{Row, id};
use mandate_base::{GroupId, ObjectId};
use mandate_domain::group::{Group, Link, LinkRole, MemberKind};

/// A member or owner, by id and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignee {
    pub id: ObjectId,
    pub kind: MemberKind,
}

const GROUP_BY_ID: TenantSql = TenantSql::new(
    "SELECT id, display_name, security, mail, created, more, version FROM user_groups WHERE tenant_id = $1 AND id = $2",
);
/// Direct ones only, by id.
const LINKS_AFTER: TenantSql = TenantSql::new(
    "SELECT member, kind FROM links
      WHERE tenant_id = $1 AND group_id = $2 AND role = $3 AND member > $4 ORDER BY member LIMIT $5",
);
const LINK: TenantSql = TenantSql::new(
    "SELECT group_id, member, kind, role FROM links
      WHERE tenant_id = $1 AND group_id = $2 AND role = $3 AND member = $4",
);
const LINKED_AFTER: TenantSql = TenantSql::new(
    "SELECT group_id FROM links
      WHERE tenant_id = $1 AND member = $2 AND role = $3 AND group_id > $4 ORDER BY group_id LIMIT $5",
);
const GROUPS_OF: TenantSql =
    TenantSql::new("SELECT group_id FROM links WHERE tenant_id = $1 AND member = $2 AND role = $3 ORDER BY group_id");
/// Up through every nesting; UNION ends a cycle, should one ever be stored. `CROSS JOIN` keeps SQLite to the order that is
/// written: left to itself it goes through all the tenant's links where it thinks that there are few.
const GROUPS_ABOVE: TenantSql = TenantSql::new(
    "WITH RECURSIVE above (group_id) AS (
        SELECT group_id FROM links WHERE tenant_id = $1 AND member = $2 AND role = 'member'
        UNION
        SELECT links.group_id FROM above CROSS JOIN links
         WHERE links.tenant_id = $1 AND links.member = above.group_id AND links.role = 'member'
     )
     SELECT above.group_id FROM above CROSS JOIN user_groups
      WHERE user_groups.tenant_id = $1 AND user_groups.id = above.group_id
        AND (user_groups.security = 1 OR CAST($3 AS BIGINT) = 1)
      ORDER BY above.group_id",
);

/// Down through every nesting; UNION ends a cycle, should one ever be stored.
const MEMBERS_BELOW: TenantSql = TenantSql::new(
    "WITH RECURSIVE below (member, kind) AS (
        SELECT member, kind FROM links WHERE tenant_id = $1 AND group_id = $2 AND role = 'member'
        UNION
        SELECT links.member, links.kind FROM below CROSS JOIN links
         WHERE links.tenant_id = $1 AND links.group_id = below.member AND links.role = 'member' AND below.kind = 'Group'
     )
     SELECT member, kind FROM below WHERE member > $3 ORDER BY member LIMIT $4",
);

impl TenantView<'_> {
    pub async fn group_by_id(&self, group: GroupId) -> Result<Option<Group>, Fault> {
        self.one(&GROUP_BY_ID, [id(group)], group_of).await
    }

    /// Who is what to an object: members of a group, owners of an app, a person's manager.
    pub async fn links_after(
        &self,
        of: impl Into<ObjectId>,
        role: LinkRole,
        after: Option<ObjectId>,
        most: i64,
    ) -> Result<Vec<Assignee>, Fault> {
        let values = [id(of), role.word().into(), crate::value::id_or_none(after), most.into()];
        self.all(&LINKS_AFTER, values, assignee_of).await
    }

    /// The members of a group, however deep, by id.
    pub async fn members_below(
        &self,
        group: GroupId,
        after: Option<ObjectId>,
        most: i64,
    ) -> Result<Vec<Assignee>, Fault> {
        self.all(&MEMBERS_BELOW, [id(group), crate::value::id_or_none(after), most.into()], assignee_of).await
    }

    pub async fn link(
        &self,
        of: impl Into<ObjectId>,
        role: LinkRole,
        member: impl Into<ObjectId>,
    ) -> Result<Option<Link>, Fault> {
        self.one(&LINK, [id(of), role.word().into(), id(member)], link_of).await
    }

    /// What an object is something to: what a person owns, whom they manage. By id.
    pub async fn linked_after(
        &self,
        member: impl Into<ObjectId>,
        role: LinkRole,
        after: Option<ObjectId>,
        most: i64,
    ) -> Result<Vec<ObjectId>, Fault> {
        let values = [id(member), role.word().into(), crate::value::id_or_none(after), most.into()];
        self.all(&LINKED_AFTER, values, |row| row.id(0)).await
    }

    /// The groups that hold this object directly.
    pub async fn groups_of(&self, member: impl Into<ObjectId>) -> Result<Vec<GroupId>, Fault> {
        self.all(&GROUPS_OF, [id(member), LinkRole::Member.word().into()], |row| row.id(0)).await
    }

    /// The groups that an object is in, however deep: security groups only, or all.
    pub async fn groups_above(&self, member: impl Into<ObjectId>, all_kinds: bool) -> Result<Vec<GroupId>, Fault> {
        self.all(&GROUPS_ABOVE, [id(member), all_kinds.into()], |row| row.id(0)).await
    }
}

pub(super) fn group_of(row: &Row) -> Result<Group, Fault> {
    Ok(Group {
        id: row.id(0)?,
        display_name: row.text(1)?,
        security_enabled: row.truth(2)?,
        mail_enabled: row.truth(3)?,
        created: row.moment(4)?,
        more: row.json(5)?,
        version: row.int(6)?,
    })
}

pub(super) fn link_of(row: &Row) -> Result<Link, Fault> {
    let word = row.text(3)?;
    let role = LinkRole::parse(&word).ok_or_else(|| Fault::new("reading a link", format!("unknown role {word}")))?;
    Ok(Link { of: row.id(0)?, member: row.id(1)?, kind: kind_of(&row.text(2)?)?, role })
}

fn assignee_of(row: &Row) -> Result<Assignee, Fault> {
    Ok(Assignee { id: row.id(0)?, kind: kind_of(&row.text(1)?)? })
}

pub(super) fn kind_of(word: &str) -> Result<MemberKind, Fault> {
    MemberKind::parse(word).ok_or_else(|| Fault::new("reading a link", format!("unknown kind {word}")))
}
