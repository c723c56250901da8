//! A device polls with its code: what a person answered, and once they approved it, tokens (RFC 8628 §3.4).

use super::delegation::{DelegationRefusal, SessionPart};
use super::family::{self, Beginning};
use super::redeem_code::Redeemed;
use super::sought::{Seeking, Sought};
use crate::settle::{Facing, UseCase};
use crate::tickets::Ticket;
use crate::{Fault, House, Origins};
use futures_util::future::try_join;
use mandate_base::{AppId, CorrelationId, Draw, FamilyId, Moment, TenantId};
use mandate_domain::audit::{SignIn, SignInKind};
use mandate_domain::record::{Plan, Record, Trace};
use mandate_domain::signin::device::{DeviceAnswer, DeviceCode, DeviceRefusal};
use mandate_domain::signin::redirect::Platform;
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::signin::session::Session;
use mandate_domain::token::claims::Proof;
use std::sync::Arc;

/// Where an approved code is to be redeemed: the tenant of whoever approved it.
pub async fn poll_device(
    house: &House,
    code: &Ticket,
    client: AppId,
) -> Result<Result<TenantId, DeviceRefusal>, Fault> {
    let Some(found) = house.store.global().device_by_hash(&code.hash).await? else {
        return Ok(Err(DeviceRefusal::Unknown));
    };
    match (found.check(client, house.now()), found.answer) {
        // A replay is settled where the code was redeemed, so that it ends what that began.
        (Err(DeviceRefusal::Replayed { .. }), Some(DeviceAnswer::Approved { tenant, .. })) => Ok(Ok(tenant)),
        (checked, _) => Ok(checked.map(|(tenant, ..)| tenant)),
    }
}

pub struct RedeemDevice<'a> {
    pub origins: &'a Origins,
    pub tenant: TenantId,
    pub client: AppId,
    pub proof: Proof,
    pub code: &'a Ticket,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedeemDeviceRefusal {
    Device(DeviceRefusal),
    SessionRevoked,
    Delegation(DelegationRefusal),
}

pub struct DeviceFacts {
    code: DeviceCode,
    session: Option<Session>,
    sought: Arc<Sought>,
}

impl UseCase for RedeemDevice<'_> {
    type Facts = Option<Box<DeviceFacts>>;
    type Reply = Redeemed;
    type Refusal = RedeemDeviceRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let Some(code) = facing.global.device_by_hash(&self.code.hash).await? else { return Ok(None) };
        let Some(DeviceAnswer::Approved { user, session, .. }) = code.answer else { return Ok(None) };
        let flow = ScopeAsk::restore(&code.asked.scope);
        let seeking = Seeking { origins: self.origins, client: self.client, user, scopes: None };
        let session = facing.view.session_by_id(session);
        let (session, sought) = try_join(session, Sought::load(facing, seeking, flow)).await?;
        Ok(Some(Box::new(DeviceFacts { code, session, sought })))
    }

    fn plan(&self, facts: Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<Redeemed, RedeemDeviceRefusal> {
        let unknown = || RedeemDeviceRefusal::Device(DeviceRefusal::Unknown);
        let Some(facts) = facts else { return Plan::refuse(unknown()) };
        let mut record = Record::default();
        let judged = self.judge(&facts, now);
        record.sign_in(self.entry(&facts, judged.as_ref().err(), now, draw));
        let verdict = match judged {
            Ok(session) => self.redeem(*facts, &session, now, &mut record, draw).ok_or_else(unknown),
            Err(refusal) => {
                if refusal == RedeemDeviceRefusal::Device(DeviceRefusal::Replayed { late: true }) {
                    record.trace(Trace::FamilyRevoked { family: family_of(&facts.code), at: now });
                }
                Err(refusal)
            }
        };
        Plan { verdict, record }
    }
}

/// The code names the family that it begins, so that a replay can end it.
fn family_of(code: &DeviceCode) -> FamilyId {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&code.hash[..16]);
    FamilyId::from_bytes(bytes)
}

impl RedeemDevice<'_> {
    fn judge(&self, facts: &DeviceFacts, now: Moment) -> Result<Session, RedeemDeviceRefusal> {
        let (.., signed_in) = facts.code.check(self.client, now).map_err(RedeemDeviceRefusal::Device)?;
        let session = facts.session.as_ref().filter(|session| !session.is_revoked());
        let session = session.ok_or(RedeemDeviceRefusal::SessionRevoked)?;
        facts.sought.judge(signed_in).map_err(RedeemDeviceRefusal::Delegation)?;
        Ok(session.clone())
    }

    fn redeem(
        &self,
        facts: DeviceFacts,
        session: &Session,
        now: Moment,
        record: &mut Record,
        draw: &mut dyn Draw,
    ) -> Option<Redeemed> {
        let family = family_of(&facts.code);
        let DeviceFacts { code, sought, .. } = facts;
        let met = sought.met.as_ref().ok()?;
        record.trace(Trace::DeviceUsed { hash: code.hash, at: now });
        let refresh = sought.flow.offline_access.then(|| {
            let beginning = Beginning {
                tenant: self.tenant,
                family,
                client: self.client,
                user: met.user.id,
                session: session.id,
                platform: if self.proof == Proof::None { Platform::Public } else { Platform::Web },
                signed_in: session.signed_in,
                scope: &code.asked.scope,
                ends: None,
            };
            family::begin(beginning, now, record, draw)
        });
        let part = SessionPart { id: session.id, signed_in: session.signed_in, persistent: session.persistent };
        let delegation = sought.assemble(part, self.proof)?;
        let claims = code.asked.claims;
        Some(Redeemed::of(delegation, refresh, claims))
    }

    fn entry(
        &self,
        facts: &DeviceFacts,
        refusal: Option<&RedeemDeviceRefusal>,
        now: Moment,
        draw: &mut dyn Draw,
    ) -> SignIn {
        let (name, resource) = facts.sought.named();
        SignIn {
            id: draw.timed_id(now),
            at: now,
            kind: SignInKind::NonInteractive,
            client: Some(self.client),
            user: facts.sought.met.as_ref().ok().map(|met| met.user.id),
            name,
            code: refusal.map_or(0, RedeemDeviceRefusal::code),
            reason: refusal.map_or_else(
                || "device code redeemed".to_owned(),
                |refusal| format!("device code refused: {refusal:?}"),
            ),
            resource,
            correlation: self.correlation,
        }
    }
}

impl RedeemDeviceRefusal {
    /// The AADSTS number, for the sign-in log; the wire's catalogue has the same.
    pub const fn code(&self) -> u32 {
        match self {
            RedeemDeviceRefusal::Device(refusal) => refusal.code(),
            RedeemDeviceRefusal::SessionRevoked => 50_173,
            RedeemDeviceRefusal::Delegation(refusal) => refusal.code(),
        }
    }
}
