//! What changed, told to those who ask since when: the marks that each change of an object, a link or a grant leaves.
//!
//! The tenant's count is raised first and stays locked until the commit: whoever sees a count sees all that is below it.

use super::Writes;
use crate::sql::TenantSql;
use crate::value::{id, id_or_none};
use mandate_base::{GrantId, ObjectId};
use mandate_domain::deleted::Deleted;
use mandate_domain::grant::{Grant, GrantParties};
use mandate_domain::group::Link;
use mandate_domain::query::Noun;
use mandate_domain::record::{Change, Record};

const COUNT: TenantSql = TenantSql::new(
    "INSERT INTO change_counts (tenant_id, count) VALUES ($1, 1)
     ON CONFLICT (tenant_id) DO UPDATE SET count = change_counts.count + 1",
);

/// Into a table, by its key: what stands before the tenant's count, and behind it. A member's kind goes with its id.
macro_rules! marks {
    ($into:literal, $key:literal, $before:expr, $after:expr) => {
        TenantSql::new(concat!(
            $into,
            ", seq, at, gone) ",
            $before,
            "(SELECT count FROM change_counts WHERE tenant_id = $1)",
            $after,
            " ON CONFLICT ",
            $key,
            " DO UPDATE SET seq = excluded.seq, at = excluded.at, gone = excluded.gone"
        ))
    };
}
macro_rules! objects {
    ($before:expr, $after:expr) => {
        marks!("INSERT INTO changed_objects (tenant_id, noun, object", "(tenant_id, noun, object)", $before, $after)
    };
}
macro_rules! links {
    ($before:literal, $after:literal) => {
        marks!(
            "INSERT INTO changed_links (tenant_id, group_id, role, member, kind",
            "(tenant_id, group_id, role, member)",
            $before,
            $after
        )
    };
}
macro_rules! grants {
    ($before:literal, $after:literal) => {
        marks!(
            "INSERT INTO changed_grants (tenant_id, client, resource, principal",
            "(tenant_id, client, resource, principal)",
            $before,
            $after
        )
    };
}
/// What the object is in, or is an owner or the manager of, of one kind.
macro_rules! holders {
    ($noun:literal, $table:literal) => {
        objects!(
            concat!("SELECT DISTINCT l.tenant_id, ", $noun, ", l.group_id, "),
            concat!(
                ", CAST($3 AS BIGINT), 0 FROM links l JOIN ",
                $table,
                " h ON h.tenant_id = l.tenant_id AND h.id = l.group_id WHERE l.tenant_id = $1 AND l.member = $2"
            )
        )
    };
}

const OBJECT: TenantSql = objects!("VALUES ($1, $2, $3, ", ", $4, $5)");
/// Of whatever kind it is.
const HOLDER: TenantSql = objects!(
    "SELECT $1, h.noun, $2, ",
    ", CAST($3 AS BIGINT), 0
       FROM (SELECT 1 AS noun FROM users WHERE tenant_id = $1 AND id = $2
             UNION ALL SELECT 2 FROM user_groups WHERE tenant_id = $1 AND id = $2
             UNION ALL SELECT 3 FROM applications WHERE tenant_id = $1 AND id = $2
             UNION ALL SELECT 4 FROM service_principals WHERE tenant_id = $1 AND id = $2
             UNION ALL SELECT 5 FROM administrative_units WHERE tenant_id = $1 AND id = $2) h WHERE 1 = 1"
);
const HOLDERS: [TenantSql; 5] = [
    holders!("1", "users"),
    holders!("2", "user_groups"),
    holders!("3", "applications"),
    holders!("4", "service_principals"),
    holders!("5", "administrative_units"),
];
const FORGOTTEN: TenantSql = objects!(
    "SELECT tenant_id, noun, id, ",
    ", CAST($3 AS BIGINT), 2 FROM deleted_items WHERE tenant_id = $1 AND id = $2"
);
const LINK: TenantSql = links!("VALUES ($1, $2, $3, $4, $5, ", ", $6, $7)");
const LINKS_TO: TenantSql = links!(
    "SELECT tenant_id, group_id, role, member, kind, ",
    ", CAST($3 AS BIGINT), 2 FROM links WHERE tenant_id = $1 AND member = $2"
);
const GRANT: TenantSql = grants!("VALUES ($1, $2, $3, $4, ", ", $5, $6)");
const GRANT_BY_ID: TenantSql = grants!(
    "SELECT tenant_id, client, resource, principal, ",
    ", CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM grants WHERE tenant_id = $1 AND id = $2"
);
const GRANTS_OF_SP: TenantSql = grants!(
    "SELECT tenant_id, client, resource, principal, ",
    ", CAST($3 AS BIGINT), 2 FROM grants WHERE tenant_id = $1 AND (client = $2 OR resource = $2)"
);
const GRANTS_OF_USER: TenantSql = grants!(
    "SELECT tenant_id, client, resource, principal, ",
    ", CAST($3 AS BIGINT), 2 FROM grants WHERE tenant_id = $1 AND principal = $2"
);

const HERE: i64 = 0;
const KEPT: i64 = 1;
const GONE: i64 = 2;

impl Writes {
    /// Before all else: what can be brought back is not in its table any more when the changes are written. A tenant
    /// that begins has nobody who knew it before.
    pub fn begin_marks(&mut self, record: &Record) {
        self.marking = !record.changes().any(|change| matches!(change, Change::TenantAdded(_)));
        if !self.marking || record.changes().next().is_none() {
            return;
        }
        self.any(&COUNT, []);
        for change in record.changes() {
            if let Change::KeptNoLonger(object) = change {
                self.any(&FORGOTTEN, [id(*object), self.now.into()]);
            }
        }
    }

    /// After all else: what was removed, and can be brought back; and whoever waits for changes is told that there is one.
    pub fn end_marks(&mut self, record: &Record) {
        for change in record.changes() {
            if let Change::Kept(deleted) = change {
                let Deleted { object, .. } = deleted.as_ref();
                self.mark(object.noun(), deleted.id(), KEPT);
            }
        }
        if self.marking && record.changes().any(is_watched) {
            self.wake_subscriptions();
        }
    }

    pub fn mark_here(&mut self, noun: Noun, object: impl Into<ObjectId>) {
        self.mark(noun, object.into(), HERE);
    }

    pub fn mark_gone(&mut self, noun: Noun, object: impl Into<ObjectId>) {
        self.mark(noun, object.into(), GONE);
    }

    fn mark(&mut self, noun: Noun, object: ObjectId, gone: i64) {
        if self.marking {
            self.any(&OBJECT, [noun.number().into(), id(object), self.now.into(), gone.into()]);
        }
    }

    pub fn mark_link(&mut self, link: &Link, is_there: bool) {
        if !self.marking {
            return;
        }
        let gone = if is_there { HERE } else { GONE };
        let (role, kind) = (link.role.word().into(), link.kind.word().into());
        self.any(&LINK, [id(link.of), role, id(link.member), kind, self.now.into(), gone.into()]);
        self.any(&HOLDER, [id(link.of), self.now.into()]);
    }

    /// Before its links are removed.
    pub fn mark_links_to(&mut self, object: ObjectId) {
        if self.marking {
            self.any(&LINKS_TO, [id(object), self.now.into()]);
            for sql in &HOLDERS {
                self.any(sql, [id(object), self.now.into()]);
            }
        }
    }

    pub fn mark_grant(&mut self, grant: &Grant) {
        if self.marking {
            let GrantParties { client, resource, principal } = grant.parties();
            let values = [id(client), id(resource), id_or_none(principal), self.now.into(), HERE.into()];
            self.any(&GRANT, values);
        }
    }

    /// While it is there.
    pub fn mark_grant_by_id(&mut self, grant: GrantId, stays: bool) {
        if self.marking {
            let gone = if stays { HERE } else { GONE };
            self.any(&GRANT_BY_ID, [id(grant), self.now.into(), gone.into()]);
        }
    }

    /// Before they are removed.
    pub fn mark_grants_of_sp(&mut self, sp: impl Into<ObjectId>) {
        if self.marking {
            self.any(&GRANTS_OF_SP, [id(sp), self.now.into()]);
        }
    }

    /// Before they are removed.
    pub fn mark_grants_of_user(&mut self, user: impl Into<ObjectId>) {
        if self.marking {
            self.any(&GRANTS_OF_USER, [id(user), self.now.into()]);
        }
    }
}

/// Subscriptions are to people and groups (graph-api.md §2.16).
fn is_watched(change: &Change) -> bool {
    matches!(
        change,
        Change::UserAdded(_)
            | Change::UserUpdated(_)
            | Change::UserEnabled { .. }
            | Change::UserRemoved(_)
            | Change::UserSessionsRevoked { .. }
            | Change::UserPassword { .. }
            | Change::GroupAdded(_)
            | Change::GroupUpdated(_)
            | Change::GroupRemoved(_)
            | Change::LinkAdded(_)
            | Change::LinkRemoved(_)
            | Change::ServicePrincipalRemoved(_)
            | Change::AttachedAgain(_)
            | Change::KeptNoLonger(_)
    )
}
