//! Audit entries and sign-ins.

use super::{Whose, Writes};
use crate::Fault;
use crate::driver::Write;
use crate::sql::TenantSql;
use crate::value::{Value, id, id_or_none, json};
use mandate_base::{CorrelationId, Moment, ObjectId};
use mandate_domain::audit::{Actor, AuditEntry, SignIn};
use mandate_domain::query;
use std::sync::atomic::{AtomicU64, Ordering};

const AUDIT_ADD: TenantSql = TenantSql::new(
    "INSERT INTO audits (tenant_id, id, at, place, activity, category, actor, targets, changed, correlation, actor_user, actor_app, actor_key)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
);
const TARGET_ADD: TenantSql = TenantSql::new(
    "INSERT INTO audit_targets (tenant_id, target, entry) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, target, entry) DO NOTHING",
);
const SIGN_IN_ADD: TenantSql = TenantSql::new(
    "INSERT INTO sign_ins (tenant_id, id, at, kind, client, user_id, name, code, reason, resource, correlation, name_key)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
);

pub fn sign_in_writes(whose: Whose, sign_in: &SignIn) -> Vec<Write> {
    let mut writes = Writes::of(whose);
    writes.sign_in(sign_in);
    writes.list
}

/// An entry of another time.
pub fn audit_writes(whose: Whose, entry: &AuditEntry, at: Moment, place: usize) -> Result<Vec<Write>, Fault> {
    let mut writes = Writes::of(whose);
    writes.audit(entry, at, place)?;
    Ok(writes.list)
}

impl Writes {
    pub fn audit(&mut self, entry: &AuditEntry, now: Moment, place: usize) -> Result<(), Fault> {
        let entry_id = audit_id(entry.correlation, now);
        let [user, app, name] = actor_columns(&entry.actor);
        let values = [
            id(entry_id),
            now.into(),
            (place as i64).into(),
            entry.activity.name().into(),
            entry.activity.category().into(),
            json(&entry.actor)?,
            json(&entry.targets)?,
            json(&entry.changed)?,
            id(entry.correlation),
            user,
            app,
            name,
        ];
        self.any(&AUDIT_ADD, values);
        for target in &entry.targets {
            self.any(&TARGET_ADD, [id(target.id), id(entry_id)]);
        }
        Ok(())
    }

    pub fn sign_in(&mut self, sign_in: &SignIn) {
        let values = [
            id(sign_in.id),
            sign_in.at.into(),
            sign_in.kind.word().into(),
            id_or_none(sign_in.client),
            id_or_none(sign_in.user),
            sign_in.name.as_str().into(),
            i64::from(sign_in.code).into(),
            sign_in.reason.as_str().into(),
            id_or_none(sign_in.resource),
            id(sign_in.correlation),
            text_key(&sign_in.name),
        ];
        self.any(&SIGN_IN_ADD, values);
    }
}

/// In the order of time, and within one moment in the order in which this process wrote them: a clock that stands still
/// must not shuffle them.
fn audit_id(correlation: CorrelationId, at: Moment) -> ObjectId {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let count = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let mut rest = *ObjectId::named(correlation.bytes(), "audit").bytes();
    // The twelve bits behind the version, and twenty-two behind the variant.
    rest[6..8].copy_from_slice(&(count >> 22).to_be_bytes()[6..]);
    rest[8..11].copy_from_slice(&(count & 0x3f_ffff).to_be_bytes()[5..]);
    ObjectId::timed(at, rest)
}

/// Whoever did it: a person's id, an app's, a person's name.
fn actor_columns(actor: &Actor) -> [Value; 3] {
    match actor {
        Actor::User { id: user, upn } => [id(*user), Value::Null, text_key(upn)],
        Actor::App { id: app } => [Value::Null, id(*app), Value::Null],
        Actor::System { .. } => [Value::Null, Value::Null, Value::Null],
    }
}

/// As bytes, so that both backends have one order.
fn text_key(text: &str) -> Value {
    Value::Bytes(query::compared(text).into_bytes())
}
