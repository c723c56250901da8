//! Users.

use super::TenantView;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::{Row, id};
use mandate_base::{Folded, Secret, UserId};
use mandate_domain::user::{Upn, User, UserKind};

const USER_BY_ID: TenantSql = TenantSql::new(
    "SELECT id, upn, display_name, mail, enabled, kind, created, sessions_from, password, more, version
       FROM users WHERE tenant_id = $1 AND id = $2",
);
const USER_BY_UPN: TenantSql = TenantSql::new(
    "SELECT id, upn, display_name, mail, enabled, kind, created, sessions_from, password, more, version
       FROM users WHERE tenant_id = $1 AND upn_key = $2",
);
/// By id, so that a page neither repeats nor loses a row that stays.
const USERS_AFTER: TenantSql = TenantSql::new(
    "SELECT id, upn, display_name, mail, enabled, kind, created, sessions_from, password, more, version
       FROM users WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
);

impl TenantView<'_> {
    pub async fn user_by_id(&self, user: UserId) -> Result<Option<User>, Fault> {
        self.one(&USER_BY_ID, [id(user)], user_of).await
    }

    pub async fn user_by_upn(&self, upn: &Folded) -> Result<Option<User>, Fault> {
        self.one(&USER_BY_UPN, [upn.as_str().into()], user_of).await
    }

    pub async fn users_after(&self, after: Option<UserId>, most: i64) -> Result<Vec<User>, Fault> {
        self.all(&USERS_AFTER, [crate::value::id_or_none(after), most.into()], user_of).await
    }
}

pub(super) fn user_of(row: &Row) -> Result<User, Fault> {
    let upn = row.text(1)?;
    Ok(User {
        id: row.id(0)?,
        upn: Upn::parse(&upn).map_err(|_| Fault::new("reading a user", "stored upn is malformed"))?,
        display_name: row.text(2)?,
        mail: row.text_or_none(3)?,
        account_enabled: row.truth(4)?,
        kind: if row.text(5)? == "Guest" { UserKind::Guest } else { UserKind::Member },
        created: row.moment(6)?,
        sessions_valid_from: row.moment(7)?,
        password: row.text_or_none(8)?.map(Secret::new),
        more: row.json(9)?,
        version: row.int(10)?,
    })
}
