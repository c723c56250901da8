//! Users.

use super::TenantView;
use crate::Fault;
use crate::packed::unpacked;
use crate::sql::TenantSql;
use crate::value::{Row, Value, id};
use mandate_base::{Folded, Secret, UserId};
use mandate_domain::user::{Upn, User, UserKind};

const USER_BY_ID: TenantSql = TenantSql::new(
    "SELECT id, upn_key, upn, display_name, mail, enabled, guest, created, sessions_from, password, more, version
       FROM users WHERE tenant_id = $1 AND id = $2",
);
const USER_BY_UPN: TenantSql = TenantSql::new(
    "SELECT id, upn_key, upn, display_name, mail, enabled, guest, created, sessions_from, password, more, version
       FROM users WHERE tenant_id = $1 AND upn_key = $2",
);
/// By id, so that a page neither repeats nor loses a row that stays.
const USERS_AFTER: TenantSql = TenantSql::new(
    "SELECT id, upn_key, upn, display_name, mail, enabled, guest, created, sessions_from, password, more, version
       FROM users WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
);

/// What stands for an address that is the person's name. One that begins so has one more in front.
pub const SAME_AS_UPN: &str = "=";

impl TenantView<'_> {
    pub async fn user_by_id(&self, user: UserId) -> Result<Option<User>, Fault> {
        self.one(&USER_BY_ID, [id(user)], user_of).await
    }

    pub async fn user_by_upn(&self, upn: &Folded) -> Result<Option<User>, Fault> {
        self.one(&USER_BY_UPN, [Value::Bytes(upn.as_str().as_bytes().to_vec())], user_of).await
    }

    pub async fn users_after(&self, after: Option<UserId>, most: i64) -> Result<Vec<User>, Fault> {
        self.all(&USERS_AFTER, [crate::value::id_or_none(after), most.into()], user_of).await
    }
}

pub(super) fn user_of(row: &Row) -> Result<User, Fault> {
    let malformed = || Fault::new("reading a user", "stored upn is malformed");
    let upn = match row.text_or_none(2)? {
        Some(upn) => upn,
        None => String::from_utf8(row.bytes(1)?.to_vec()).map_err(|_| malformed())?,
    };
    let mail = row.text_or_none(4)?.map(|mail| match mail.strip_prefix(SAME_AS_UPN) {
        Some("") => upn.clone(),
        Some(mail) => mail.to_owned(),
        None => mail,
    });
    let created = row.moment(7)?;
    Ok(User {
        id: row.id(0)?,
        upn: Upn::parse(&upn).map_err(|_| malformed())?,
        display_name: row.text(3)?,
        mail,
        account_enabled: row.truth(5)?,
        kind: if row.truth(6)? { UserKind::Guest } else { UserKind::Member },
        created,
        sessions_valid_from: row.moment_or_none(8)?.unwrap_or(created),
        password: row.text_or_none(9)?.map(Secret::new),
        more: unpacked(row.bytes(10)?)?,
        version: row.int(11)?,
    })
}
