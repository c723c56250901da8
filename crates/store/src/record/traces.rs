//! Sessions, codes and refresh tokens.

use super::Writes;
use crate::Fault;
use crate::nouns::signin::platform_word;
use crate::sql::{GlobalSql, TenantSql};
use crate::value::{id, json};
use mandate_domain::record::Trace;
use mandate_domain::signin::code::Code;
use mandate_domain::signin::device::DeviceCode;
use mandate_domain::signin::session::Session;
use mandate_domain::token::refresh::{Family, RefreshToken};

const SESSION_ADD: TenantSql = TenantSql::new(
    "INSERT INTO sessions (tenant_id, id, hash, user_id, signed_in, expires, persistent)
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
pub(super) const SESSION_END: TenantSql = TenantSql::new(
    "UPDATE sessions SET ended = $3, ended_by = $4 WHERE tenant_id = $1 AND id = $2 AND (ended IS NULL OR ended_by = 'signOut')",
);
/// A session that ended meanwhile stays ended.
const SESSION_EXTEND: TenantSql =
    TenantSql::new("UPDATE sessions SET expires = $3 WHERE tenant_id = $1 AND id = $2 AND ended IS NULL");
const SESSION_APP_ADD: TenantSql = TenantSql::new(
    "INSERT INTO session_apps (tenant_id, session_id, client) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id, session_id, client) DO NOTHING",
);
const CODE_ADD: TenantSql =
    TenantSql::new("INSERT INTO codes (tenant_id, hash, expires, family, bound) VALUES ($1, $2, $3, $4, $5)");
/// A code is spent once: of two requests that both read it unspent, one hits no row.
const CODE_USE: TenantSql =
    TenantSql::new("UPDATE codes SET used = $3 WHERE tenant_id = $1 AND hash = $2 AND used IS NULL");
const DEVICE_ADD: GlobalSql =
    GlobalSql::new("INSERT INTO device_codes (hash, user_hash, expires, asked) VALUES ($1, $2, $3, $4)");
/// One answer: whoever comes second hits no row.
const DEVICE_ANSWER: GlobalSql =
    GlobalSql::new("UPDATE device_codes SET answer = $2 WHERE hash = $1 AND answer IS NULL AND used IS NULL");
/// As for codes: spent once.
const DEVICE_USE: GlobalSql = GlobalSql::new("UPDATE device_codes SET used = $2 WHERE hash = $1 AND used IS NULL");
const FAMILY_ADD: TenantSql = TenantSql::new(
    "INSERT INTO families (tenant_id, id, user_id, client, session_id, platform, signed_in, scope, ends)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
const FAMILY_REVOKE: TenantSql =
    TenantSql::new("UPDATE families SET revoked = $3 WHERE tenant_id = $1 AND id = $2 AND revoked IS NULL");
/// A family that was revoked meanwhile gets no new member.
const REFRESH_ADD: TenantSql = TenantSql::new(
    "INSERT INTO refresh_tokens (tenant_id, hash, family, issued)
     SELECT $1, $2, $3, $4 WHERE EXISTS (
            SELECT 1 FROM families WHERE tenant_id = $1 AND id = $3 AND revoked IS NULL)",
);
/// The first replacement counts: parallel requests within the grace must not move its end.
const REFRESH_REPLACE: TenantSql =
    TenantSql::new("UPDATE refresh_tokens SET replaced = $3 WHERE tenant_id = $1 AND hash = $2 AND replaced IS NULL");

impl Writes {
    pub fn trace(&mut self, trace: &Trace) -> Result<(), Fault> {
        match trace {
            Trace::SessionBegun(session) => self.session(session),
            Trace::SessionEnded { session, ended } => {
                self.any(&SESSION_END, [id(*session), ended.at.into(), ended.how.word().into()]);
            }
            Trace::SessionExtended { session, expires } => {
                self.any(&SESSION_EXTEND, [id(*session), (*expires).into()]);
            }
            Trace::SessionUsed { session, client } => self.any(&SESSION_APP_ADD, [id(*session), id(*client)]),
            Trace::CodeIssued(code) => self.code(code)?,
            Trace::DeviceAsked(code) => self.device(code)?,
            Trace::DeviceAnswered { hash, answer } => self.global(&DEVICE_ANSWER, [hash.into(), json(answer)?]),
            Trace::DeviceUsed { hash, at } => self.global(&DEVICE_USE, [hash.into(), (*at).into()]),
            Trace::CodeUsed { hash, at } => self.one(&CODE_USE, [hash.into(), (*at).into()]),
            Trace::FamilyBegun(family) => self.family(family),
            Trace::FamilyRevoked { family, at } => self.any(&FAMILY_REVOKE, [id(*family), (*at).into()]),
            Trace::RefreshIssued(token) => self.refresh(token),
            Trace::RefreshReplaced { hash, at } => self.any(&REFRESH_REPLACE, [hash.into(), (*at).into()]),
            Trace::SubscriptionMade(subscription) => self.subscription_add(subscription)?,
            Trace::SubscriptionRenewed(subscription) => self.subscription_renew(subscription)?,
            Trace::SubscriptionHeld { subscription, until, was } => self.subscription_hold(*subscription, *until, *was),
            Trace::SubscriptionTold { subscription, progress, held } => {
                self.subscription_told(*subscription, progress, *held);
            }
            Trace::SubscriptionEnded(subscription) => self.subscription_end(*subscription),
        }
        Ok(())
    }

    fn session(&mut self, session: &Session) {
        let values = [
            id(session.id),
            (&session.hash).into(),
            id(session.user),
            session.signed_in.into(),
            session.expires.into(),
            session.persistent.into(),
        ];
        self.one(&SESSION_ADD, values);
    }

    fn code(&mut self, code: &Code) -> Result<(), Fault> {
        let values = [(&code.hash).into(), code.expires.into(), id(code.family), json(&code.bound)?];
        self.one(&CODE_ADD, values);
        Ok(())
    }

    fn device(&mut self, code: &DeviceCode) -> Result<(), Fault> {
        let values = [(&code.hash).into(), (&code.user_hash).into(), code.expires.into(), json(&code.asked)?];
        self.global(&DEVICE_ADD, values);
        Ok(())
    }

    fn family(&mut self, family: &Family) {
        let values = [
            id(family.id),
            id(family.user),
            id(family.client),
            id(family.session),
            platform_word(family.platform).into(),
            family.signed_in.into(),
            family.scope.as_str().into(),
            family.ends.into(),
        ];
        self.one(&FAMILY_ADD, values);
    }

    fn refresh(&mut self, token: &RefreshToken) {
        self.one(&REFRESH_ADD, [(&token.hash).into(), id(token.family), token.issued.into()]);
    }
}
