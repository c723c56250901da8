//! The audit and the sign-in log.

use super::TenantView;
use super::query::Built;
use crate::Fault;
use crate::value::Row;
use mandate_domain::audit::{Activity, AuditEntry, Audited, SignIn, SignInKind};
use mandate_domain::query::{LogQuery, Source};

const AUDITS: &str = "SELECT o.id, o.at, o.activity, o.actor, o.targets, o.changed, o.correlation FROM audits o";
const SIGN_INS: &str = "SELECT o.id, o.at, o.kind, o.client, o.user_id, o.name, o.code, o.reason, o.resource, o.correlation FROM sign_ins o";

impl TenantView<'_> {
    pub async fn audits_where(&self, query: &LogQuery) -> Result<Vec<Audited>, Fault> {
        self.logged(AUDITS, Source::Audits, query, audited_of).await
    }

    pub async fn sign_ins_where(&self, query: &LogQuery) -> Result<Vec<SignIn>, Fault> {
        self.logged(SIGN_INS, Source::SignIns, query, sign_in_of).await
    }

    async fn logged<T>(
        &self,
        select: &str,
        source: Source,
        query: &LogQuery,
        read: fn(&Row) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut built = Built::of(self.key().await?, select.to_owned());
        built.only(source, query.condition.as_ref());
        built.log_page(query);
        self.driver.rows_built(&built.sql, &built.values).await?.iter().map(read).collect()
    }
}

fn audited_of(row: &Row) -> Result<Audited, Fault> {
    Ok(Audited { id: row.id(0)?, at: row.moment(1)?, entry: audit_entry_of(row, 2)? })
}

/// Activity, actor, targets, changes and correlation, from that column on.
pub fn audit_entry_of(row: &Row, from: usize) -> Result<AuditEntry, Fault> {
    let activity = row.text(from)?;
    let activity = Activity::named(&activity).ok_or_else(|| Fault::new("reading an audit entry", activity))?;
    Ok(AuditEntry {
        activity,
        actor: row.json(from + 1)?,
        targets: row.json(from + 2)?,
        changed: row.json(from + 3)?,
        correlation: row.id(from + 4)?,
    })
}

fn sign_in_of(row: &Row) -> Result<SignIn, Fault> {
    let kind = row.text(2)?;
    let kind = SignInKind::parse(&kind).ok_or_else(|| Fault::new("reading a sign-in", kind))?;
    Ok(SignIn {
        id: row.id(0)?,
        at: row.moment(1)?,
        kind,
        client: row.id_or_none(3)?,
        user: row.id_or_none(4)?,
        name: row.text(5)?,
        code: u32::try_from(row.int(6)?).unwrap_or_default(),
        reason: row.text(7)?,
        resource: row.id_or_none(8)?,
        correlation: row.id(9)?,
    })
}
