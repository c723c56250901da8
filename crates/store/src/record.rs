//! A record as statements: each change its rows, each change its audit, in one transaction.

mod audit;
mod changed;
mod directory;
mod traces;

pub use audit::{audit_writes, sign_in_writes};

use crate::Fault;
use crate::driver::{Expect, Write};
use crate::sql::{GlobalSql, TenantSql};
use crate::value::{Value, id};
use mandate_base::{Moment, ObjectId, ServicePrincipalId, TenantId};
use mandate_domain::application::AppCard;
use mandate_domain::query::{Facet, Noun};
use mandate_domain::record::{Change, Record};
use mandate_domain::service_principal::ServicePrincipal;

pub fn writes(tenant: TenantId, record: &Record, now: Moment) -> Result<Vec<Write>, Fault> {
    let mut writes = Writes { now, ..Writes::of(tenant) };
    writes.begin_marks(record);
    for change in record.changes() {
        writes.change(change)?;
    }
    writes.end_marks(record);
    for trace in record.traces() {
        writes.trace(trace)?;
    }
    for (place, entry) in record.audits().enumerate() {
        writes.audit(entry, now, place)?;
    }
    for sign_in in record.sign_ins() {
        writes.sign_in(sign_in);
    }
    Ok(writes.list)
}

/// What an object can be found by, where nothing of it is written yet.
pub fn facet_writes(tenant: TenantId, noun: Noun, object: ObjectId, facets: Vec<Facet>) -> Vec<Write> {
    let mut writes = Writes::of(tenant);
    writes.facets(noun, object, facets);
    writes.list
}

/// An instance of an app that every tenant knows, as a seed would make it.
pub fn instance_writes(tenant: TenantId, card: &AppCard, now: Moment) -> Result<Vec<Write>, Fault> {
    let mut writes = Writes::of(tenant);
    let id = ServicePrincipalId::named(tenant.bytes(), &format!("sp:{}", card.app_id));
    writes.change(&Change::ServicePrincipalAdded(Box::new(ServicePrincipal::begin(card, id, now))))?;
    Ok(writes.list)
}

/// The statements so far, all of one tenant.
struct Writes {
    tenant: TenantId,
    now: Moment,
    /// Changes leave their marks for those who ask since when.
    marking: bool,
    list: Vec<Write>,
}

impl Writes {
    /// Of what nobody asks about afterwards.
    fn of(tenant: TenantId) -> Writes {
        Writes { tenant, now: Moment::from_millis(0), marking: false, list: Vec::new() }
    }

    fn push(&mut self, sql: &'static TenantSql, values: impl IntoIterator<Item = Value>, expect: Expect) {
        let values = std::iter::once(id(self.tenant)).chain(values).collect();
        self.list.push(Write { sql: sql.text().into(), values, expect });
    }

    /// Must touch a row; none means that somebody else was faster.
    fn one(&mut self, sql: &'static TenantSql, values: impl IntoIterator<Item = Value>) {
        self.push(sql, values, Expect::One);
    }

    fn any(&mut self, sql: &'static TenantSql, values: impl IntoIterator<Item = Value>) {
        self.push(sql, values, Expect::Any);
    }

    fn global(&mut self, sql: &'static GlobalSql, values: impl IntoIterator<Item = Value>) {
        self.list.push(Write { sql: sql.text().into(), values: values.into_iter().collect(), expect: Expect::One });
    }
}
