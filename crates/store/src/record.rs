//! A record as statements: each change its rows, each change its audit, in one transaction.

mod audit;
mod changed;
mod directory;
mod known;
mod schema_extension;
mod subscription;
mod traces;

pub use audit::{audit_writes, sign_in_writes};
pub use known::{Known, KnownObjects, of_new as new_objects, read as known_objects};

use crate::Fault;
use crate::driver::{Driver, Expect, Write};
use crate::sql::{GlobalSql, TenantSql};
use crate::value::Value;
use mandate_base::{Moment, ObjectId, ServicePrincipalId, TenantId};
use mandate_domain::application::AppCard;
use mandate_domain::query::{Facet, Noun};
use mandate_domain::record::{Change, Record};
use mandate_domain::service_principal::ServicePrincipal;

/// Whose rows are written, and the key that they bear.
#[derive(Clone)]
pub struct Whose {
    tenant: TenantId,
    key: Value,
}

impl Whose {
    pub async fn to_write(driver: &Driver, tenant: TenantId) -> Result<Whose, Fault> {
        Ok(Whose { tenant, key: driver.key_to_write(tenant).await? })
    }
}

pub fn writes(whose: Whose, record: &Record, now: Moment, known: KnownObjects) -> Result<Vec<Write>, Fault> {
    let mut writes = Writes { now, known, ..Writes::of(whose) };
    writes.begin_marks(record);
    writes.whole(record)?;
    writes.end_marks(record);
    Ok(writes.list)
}

/// The same of what is new, without a word to those who ask what changed, and without facets.
pub fn bare_writes(whose: Whose, record: &Record, now: Moment, known: KnownObjects) -> Result<Vec<Write>, Fault> {
    let mut writes = Writes { now, known, faceting: false, ..Writes::of(whose) };
    writes.whole(record)?;
    Ok(writes.list)
}

/// What an object can be found by, where nothing of it is written yet.
pub fn facet_writes(whose: Whose, noun: Noun, (object, number): (ObjectId, i64), facets: Vec<Facet>) -> Vec<Write> {
    let mut writes = Writes::of(whose);
    writes.known.insert(object, Known { number, ..Known::default() });
    writes.facets(noun, object, &facets);
    writes.list
}

/// What an app is looked up by, where nothing of it is written yet.
pub fn address_writes(whose: Whose, card: &AppCard) -> Vec<Write> {
    let mut writes = Writes::of(whose);
    writes.addresses(card);
    writes.list
}

/// The same, of facets whose numbers are known.
pub fn numbered_facet_writes(whose: Whose, facets: impl IntoIterator<Item = (i64, Vec<u8>, i64)>) -> Vec<Write> {
    let mut writes = Writes::of(whose);
    for (facet, value, object) in facets {
        writes.facet(facet, value, object);
    }
    writes.list
}

/// An instance of an app that every tenant knows, as a seed would make it.
pub fn instance_writes(whose: Whose, card: &AppCard, now: Moment, number: i64) -> Result<Vec<Write>, Fault> {
    let id = ServicePrincipalId::named(whose.tenant.bytes(), &format!("sp:{}", card.app_id));
    let mut writes = Writes::of(whose);
    writes.known.insert(id.into(), Known { number, ..Known::default() });
    writes.change(&Change::ServicePrincipalAdded(Box::new(ServicePrincipal::begin(card, id, now))))?;
    Ok(writes.list)
}

/// The statements so far, all of one tenant.
struct Writes {
    whose: Whose,
    now: Moment,
    /// Changes leave their marks for those who ask since when.
    marking: bool,
    /// Objects can be found at once.
    faceting: bool,
    known: KnownObjects,
    list: Vec<Write>,
}

impl Writes {
    /// Of what nobody asks about afterwards.
    fn of(whose: Whose) -> Writes {
        Writes {
            whose,
            now: Moment::from_millis(0),
            marking: false,
            faceting: true,
            known: KnownObjects::new(),
            list: Vec::new(),
        }
    }

    fn whole(&mut self, record: &Record) -> Result<(), Fault> {
        for change in record.changes() {
            self.change(change)?;
        }
        for trace in record.traces() {
            self.trace(trace)?;
        }
        for (place, entry) in record.audits().enumerate() {
            self.audit(entry, self.now, place)?;
        }
        for sign_in in record.sign_ins() {
            self.sign_in(sign_in);
        }
        Ok(())
    }

    fn push(&mut self, sql: &'static TenantSql, values: impl IntoIterator<Item = Value>, expect: Expect) {
        let values = std::iter::once(self.whose.key.clone()).chain(values).collect();
        self.list.push(Write { sql: sql.text().into(), values, expect });
    }

    /// Must touch a row; none means that somebody else was faster.
    fn one(&mut self, sql: &'static TenantSql, values: impl IntoIterator<Item = Value>) {
        self.push(sql, values, Expect::One);
    }

    fn any(&mut self, sql: &'static TenantSql, values: impl IntoIterator<Item = Value>) {
        self.push(sql, values, Expect::Any);
    }

    fn global_any(&mut self, sql: &'static GlobalSql, values: impl IntoIterator<Item = Value>) {
        self.list.push(Write { sql: sql.text().into(), values: values.into_iter().collect(), expect: Expect::Any });
    }

    fn global(&mut self, sql: &'static GlobalSql, values: impl IntoIterator<Item = Value>) {
        self.list.push(Write { sql: sql.text().into(), values: values.into_iter().collect(), expect: Expect::One });
    }
}
