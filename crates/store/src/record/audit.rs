//! Audit entries and sign-ins.

use super::Writes;
use crate::Fault;
use crate::driver::Write;
use crate::sql::TenantSql;
use crate::value::{id, id_or_none, json};
use mandate_base::{Moment, TenantId};
use mandate_domain::audit::{AuditEntry, SignIn, SignInKind};

const AUDIT_ADD: TenantSql = TenantSql::new(
    "INSERT INTO audits (tenant_id, at, place, activity, category, actor, targets, changed, correlation)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
const SIGN_IN_ADD: TenantSql = TenantSql::new(
    "INSERT INTO sign_ins (tenant_id, id, at, kind, client, user_id, name, code, reason, resource, correlation)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);

/// Sign-ins of many tenants in one transaction; each row still says whose it is.
pub fn sign_in_writes(noted: &[(TenantId, SignIn)]) -> Vec<Write> {
    let mut writes = Writes { tenant: TenantId::from_u128(0), list: Vec::new() };
    for (tenant, sign_in) in noted {
        writes.tenant = *tenant;
        writes.sign_in(sign_in);
    }
    writes.list
}

impl Writes {
    pub fn audit(&mut self, entry: &AuditEntry, now: Moment, place: usize) -> Result<(), Fault> {
        let values = [
            now.into(),
            (place as i64).into(),
            entry.activity.name().into(),
            entry.activity.category().into(),
            json(&entry.actor)?,
            json(&entry.targets)?,
            json(&entry.changed)?,
            id(entry.correlation),
        ];
        self.any(&AUDIT_ADD, values);
        Ok(())
    }

    pub fn sign_in(&mut self, sign_in: &SignIn) {
        let values = [
            id(sign_in.id),
            sign_in.at.into(),
            kind_word(sign_in.kind).into(),
            id_or_none(sign_in.client),
            id_or_none(sign_in.user),
            sign_in.name.as_str().into(),
            i64::from(sign_in.code).into(),
            sign_in.reason.as_str().into(),
            id_or_none(sign_in.resource),
            id(sign_in.correlation),
        ];
        self.any(&SIGN_IN_ADD, values);
    }
}

const fn kind_word(kind: SignInKind) -> &'static str {
    match kind {
        SignInKind::Interactive => "interactiveUser",
        SignInKind::NonInteractive => "nonInteractiveUser",
        SignInKind::ServicePrincipal => "servicePrincipal",
    }
}
