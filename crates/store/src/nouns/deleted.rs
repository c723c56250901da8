//! What was deleted and can be brought back.

use super::TenantView;
use super::access::{assignment_of, grant_of, role_of};
use super::group::link_of;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::{Row, Value, id, id_or_none, json};
use mandate_base::{Moment, ObjectId, Secret, UserId};
use mandate_domain::deleted::{Attached, Deleted, DeletedObject};
use mandate_domain::query::Noun;
use mandate_domain::user::{Upn, User, UserKind};
use serde::{Deserialize, Serialize};
use serde_json::Map;

const DELETED_BY_ID: TenantSql =
    TenantSql::new("SELECT noun, at, object, attached FROM deleted_items WHERE tenant_id = $1 AND id = $2");
/// By id, so that a page neither repeats nor loses a row that stays.
const DELETED_AFTER: TenantSql = TenantSql::new(
    "SELECT noun, at, object, attached FROM deleted_items
      WHERE tenant_id = $1 AND noun = $2 AND at > $3 AND id > $4 ORDER BY id LIMIT $5",
);
const LINKS_OF: TenantSql = TenantSql::new(
    "SELECT group_id, member, kind, role FROM links WHERE tenant_id = $1 AND (group_id = $2 OR member = $2)
      ORDER BY group_id, role, member",
);
const GRANTS_OF: TenantSql = TenantSql::new(
    "SELECT id, client, resource, principal, scope, created, version FROM grants
      WHERE tenant_id = $1 AND (client = $2 OR resource = $2 OR principal = $2) ORDER BY id",
);
const ASSIGNMENTS_OF: TenantSql = TenantSql::new(
    "SELECT id, principal, kind, resource, role, created FROM app_role_assignments
      WHERE tenant_id = $1 AND (principal = $2 OR resource = $2) ORDER BY id",
);
const ROLES_OF: TenantSql = TenantSql::new(
    "SELECT id, principal, role, within, created FROM role_assignments
      WHERE tenant_id = $1 AND (principal = $2 OR within = $2) ORDER BY id",
);

impl TenantView<'_> {
    pub async fn deleted_by_id(&self, object: ObjectId) -> Result<Option<Deleted>, Fault> {
        self.one(&DELETED_BY_ID, [id(object)], deleted_of).await
    }

    /// Those that were deleted after a moment.
    pub async fn deleted_after(
        &self,
        noun: Noun,
        since: Moment,
        after: Option<ObjectId>,
        most: i64,
    ) -> Result<Vec<Deleted>, Fault> {
        let values = [noun.number().into(), since.into(), id_or_none(after), most.into()];
        self.all(&DELETED_AFTER, values, deleted_of).await
    }

    /// All that hangs on an object.
    pub async fn attached_to(&self, object: impl Into<ObjectId>) -> Result<Attached, Fault> {
        let object = object.into();
        Ok(Attached {
            links: self.all(&LINKS_OF, [id(object)], link_of).await?,
            grants: self.all(&GRANTS_OF, [id(object)], grant_of).await?,
            assignments: self.all(&ASSIGNMENTS_OF, [id(object)], assignment_of).await?,
            roles: self.all(&ROLES_OF, [id(object)], role_of).await?,
        })
    }
}

/// A user as the store keeps one. Written nowhere else: it holds the password's hash.
#[derive(Serialize, Deserialize)]
struct StoredUser {
    id: UserId,
    upn: String,
    display_name: String,
    mail: Option<String>,
    account_enabled: bool,
    kind: UserKind,
    created: Moment,
    sessions_valid_from: Moment,
    password: Option<String>,
    more: Map<String, serde_json::Value>,
}

pub(crate) fn object_text(object: &DeletedObject) -> Result<Value, Fault> {
    match object {
        DeletedObject::User(user) => json(&StoredUser {
            id: user.id,
            upn: user.upn.as_str().to_owned(),
            display_name: user.display_name.clone(),
            mail: user.mail.clone(),
            account_enabled: user.account_enabled,
            kind: user.kind,
            created: user.created,
            sessions_valid_from: user.sessions_valid_from,
            password: user.password.as_ref().map(|hash| hash.expose().clone()),
            more: user.more.clone(),
        }),
        DeletedObject::Group(group) => json(group),
        DeletedObject::Application(card) => json(card),
        DeletedObject::ServicePrincipal(sp) => json(sp),
        DeletedObject::AdministrativeUnit(unit) => json(unit),
    }
}

fn deleted_of(row: &Row) -> Result<Deleted, Fault> {
    let object = match row.int(0)? {
        noun if noun == Noun::User.number() => DeletedObject::User(user_of(row.json(2)?)?),
        noun if noun == Noun::Group.number() => DeletedObject::Group(row.json(2)?),
        noun if noun == Noun::AdministrativeUnit.number() => DeletedObject::AdministrativeUnit(row.json(2)?),
        noun if noun == Noun::Application.number() => DeletedObject::Application(row.json(2)?),
        _ => DeletedObject::ServicePrincipal(row.json(2)?),
    };
    Ok(Deleted { at: row.moment(1)?, object, attached: row.json(3)? })
}

fn user_of(stored: StoredUser) -> Result<User, Fault> {
    let bad = |_| Fault::new("reading a deleted user", "stored upn is malformed");
    Ok(User {
        id: stored.id,
        upn: Upn::parse(&stored.upn).map_err(bad)?,
        display_name: stored.display_name,
        mail: stored.mail,
        account_enabled: stored.account_enabled,
        kind: stored.kind,
        created: stored.created,
        sessions_valid_from: stored.sessions_valid_from,
        password: stored.password.map(Secret::new),
        more: stored.more,
        version: 1,
    })
}
