//! The audit and the sign-in log, newest first.

use super::TenantView;
use crate::Fault;
use crate::sql::TenantSql;
use mandate_base::Moment;

const AUDITS: TenantSql = TenantSql::new(
    "SELECT at, activity, actor, targets, changed FROM audits WHERE tenant_id = $1 ORDER BY at DESC, place DESC LIMIT $2",
);
const SIGN_INS: TenantSql =
    TenantSql::new("SELECT at, kind, name, code, reason FROM sign_ins WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2");

/// An audit row as stored: actor, targets and changes are JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    pub at: Moment,
    pub activity: String,
    pub actor: String,
    pub targets: String,
    pub changed: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SignInRow {
    pub at: Moment,
    pub kind: String,
    pub name: String,
    pub code: i64,
    pub reason: String,
}

impl TenantView<'_> {
    pub async fn audits(&self, most: i64) -> Result<Vec<AuditRow>, Fault> {
        self.all(&AUDITS, [most.into()], |row| {
            Ok(AuditRow {
                at: row.moment(0)?,
                activity: row.text(1)?,
                actor: row.text(2)?,
                targets: row.text(3)?,
                changed: row.text(4)?,
            })
        })
        .await
    }

    pub async fn sign_ins(&self, most: i64) -> Result<Vec<SignInRow>, Fault> {
        self.all(&SIGN_INS, [most.into()], |row| {
            Ok(SignInRow {
                at: row.moment(0)?,
                kind: row.text(1)?,
                name: row.text(2)?,
                code: row.int(3)?,
                reason: row.text(4)?,
            })
        })
        .await
    }
}
