//! Device codes: a device asks, a person finds the request by the code they read there, and answers it.

use super::encounter::{Asking, Encounter, EncounterRefusal, encounter};
use super::guesses::Network;
use super::issue_code::{IssueRefusal, judge, used};
use crate::directory::sp_of;
use crate::known::NO_TENANT;
use crate::settle::{Facing, UseCase, settle};
use crate::tickets::Ticket;
use crate::{Fault, House, Origins};
use mandate_base::{AppId, CorrelationId, Draw, Folded, Moment, SessionId, UserId};
use mandate_domain::audit::{Actor, Doer, SignIn, SignInKind};
use mandate_domain::record::{Plan, Record, Trace};
use mandate_domain::signin::ask::Authority;
use mandate_domain::signin::device::{
    DEVICE_LIFE, DeviceAnswer, DeviceAsked, DeviceCode, draw_user_code, read_user_code,
};
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::signin::session::Session;
use mandate_domain::token::claims_ask::ClaimsAsk;
use mandate_jose::hash;
use std::convert::Infallible;
use std::net::IpAddr;

/// What a device asks for; its client and scopes were checked.
pub struct AskForDevice {
    pub client: AppId,
    pub authority: Authority,
    /// As it is kept with a code.
    pub scope: String,
    pub claims: ClaimsAsk,
    pub peer: IpAddr,
}

/// Both halves: one for the device, one for the person.
pub struct DeviceAskedFor {
    pub ticket: Ticket,
    pub user_code: String,
}

pub async fn ask_for_device(house: &House, ask: AskForDevice) -> Result<DeviceAskedFor, Fault> {
    match settle(house, NO_TENANT, &ask).await? {
        Ok(asked) => Ok(asked),
        Err(never) => match never {},
    }
}

impl UseCase for AskForDevice {
    type Facts = ();
    type Reply = DeviceAskedFor;
    type Refusal = Infallible;

    async fn load(&self, _: Facing<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn plan(&self, (): (), now: Moment, draw: &mut dyn Draw) -> Plan<DeviceAskedFor, Infallible> {
        let ticket = Ticket::draw(NO_TENANT, draw);
        let user_code = draw_user_code(draw);
        let mut record = Record::default();
        record.trace(Trace::DeviceAsked(Box::new(DeviceCode {
            hash: ticket.hash,
            user_hash: user_hash(&user_code),
            expires: now + DEVICE_LIFE,
            asked: DeviceAsked {
                client: self.client,
                authority: self.authority,
                scope: self.scope.clone(),
                claims: self.claims,
                at: now,
                from: self.peer.to_canonical().to_string(),
            },
            answer: None,
            used: None,
        })));
        Plan::answer(DeviceAskedFor { ticket, user_code }, record)
    }
}

fn user_hash(code: &str) -> [u8; 32] {
    hash::sha256(code.as_bytes())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeNotFound {
    /// No such code waits; a used one is told no differently.
    Wrong,
    /// Too many wrong ones from this network.
    Locked,
}

/// The request that a person's code is of, while it waits for an answer. Wrong codes are counted as wrong passwords are.
pub async fn find_device(house: &House, typed: &str, peer: IpAddr) -> Result<Result<DeviceCode, CodeNotFound>, Fault> {
    let (network, now) = (Network::of(peer), house.now());
    // No account has this name: it holds a character that names may not.
    let place = Folded::of("\u{1}device codes");
    let Ok(_under_way) = house.guesses.begin(&place, network, now) else {
        return Ok(Err(CodeNotFound::Locked));
    };
    let found = match read_user_code(typed) {
        Some(code) => house.store.global().device_by_user_hash(&user_hash(&code)).await?,
        None => None,
    };
    match found.filter(|code| code.waits(now)) {
        Some(code) => Ok(Ok(code)),
        None => {
            house.guesses.wrong(&place, network, now);
            Ok(Err(CodeNotFound::Wrong))
        }
    }
}

/// The request that a page is about, whatever became of it meanwhile.
pub async fn device_of(house: &House, hash: &[u8; 32]) -> Result<Option<DeviceCode>, Fault> {
    house.store.global().device_by_hash(hash).await
}

pub struct DeclineDevice {
    pub hash: [u8; 32],
}

impl UseCase for DeclineDevice {
    type Facts = Option<DeviceCode>;
    type Reply = ();
    type Refusal = NoLongerWaits;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        facing.global.device_by_hash(&self.hash).await
    }

    fn plan(&self, code: Self::Facts, now: Moment, _: &mut dyn Draw) -> Plan<(), NoLongerWaits> {
        if !code.is_some_and(|code| code.waits(now)) {
            return Plan::refuse(NoLongerWaits);
        }
        let mut record = Record::default();
        record.trace(Trace::DeviceAnswered { hash: self.hash, answer: DeviceAnswer::Declined });
        Plan::answer((), record)
    }
}

/// It was answered, or its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoLongerWaits;

/// Nothing that a tenant owns is touched, so it is settled under none.
pub async fn decline_device(house: &House, hash: [u8; 32]) -> Result<Result<(), NoLongerWaits>, Fault> {
    settle(house, NO_TENANT, &DeclineDevice { hash }).await
}

/// A person lets the device in, when every step before it still holds at this moment.
pub struct ApproveDevice<'a> {
    pub origins: &'a Origins,
    pub hash: [u8; 32],
    pub client: AppId,
    pub user: UserId,
    pub session: SessionId,
    pub scopes: &'a ScopeAsk,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApproveRefusal {
    NoLongerWaits,
    Issue(IssueRefusal),
}

impl UseCase for ApproveDevice<'_> {
    type Facts = (Option<DeviceCode>, Result<Encounter, EncounterRefusal>, Option<Session>);
    type Reply = ();
    type Refusal = ApproveRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let asking = Asking {
            origins: self.origins,
            client: self.client,
            user: self.user,
            scopes: self.scopes,
            whole_list: false,
        };
        let code = facing.global.device_by_hash(&self.hash).await?;
        Ok((code, encounter(facing, &asking).await?, facing.view.session_by_id(self.session).await?))
    }

    fn plan(&self, (code, met, session): Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<(), ApproveRefusal> {
        let waits = code.is_some_and(|code| code.waits(now) && code.asked.client == self.client);
        if !waits {
            return Plan::refuse(ApproveRefusal::NoLongerWaits);
        }
        let met = match met {
            Ok(met) => met,
            Err(refusal) => return Plan::refuse(ApproveRefusal::Issue(IssueRefusal::Encounter(refusal))),
        };
        match judge(&met, session, now) {
            Ok(session) => Plan::answer((), self.record(&met, &session, now, draw)),
            Err(refusal) => Plan::refuse(ApproveRefusal::Issue(refusal)),
        }
    }
}

impl ApproveDevice<'_> {
    fn record(&self, met: &Encounter, session: &Session, now: Moment, draw: &mut dyn Draw) -> Record {
        let actor = Actor::User { id: met.user.id, upn: met.user.upn.as_str().to_owned() };
        let doer = Doer { actor, correlation: self.correlation };
        let mut record = Record::default();
        sp_of(&met.client, met.client_sp.as_deref(), &doer, now, &mut record, draw);
        used(session, self.client, now, &mut record);
        let (tenant, user, signed_in) = (met.tenant.id, self.user, session.signed_in);
        let answer = DeviceAnswer::Approved { tenant, user, session: session.id, signed_in };
        record.trace(Trace::DeviceAnswered { hash: self.hash, answer });
        record.sign_in(SignIn {
            id: draw.timed_id(now),
            at: now,
            kind: SignInKind::Interactive,
            client: Some(self.client),
            user: Some(self.user),
            name: met.user.upn.as_str().to_owned(),
            code: 0,
            reason: "device code approved".to_owned(),
            resource: met.asked.first().map(|ask| ask.resource),
            correlation: self.correlation,
        });
        record
    }
}
