//! Redeems a refresh token: for any resource that was consented to, as long as everything it came from still stands.

use super::delegation::{Delegation, DelegationRefusal, SessionPart};
use super::redeem_code::Redeemed;
use super::sought::{Seeking, Sought};
use crate::settle::{Facing, UseCase};
use crate::tickets::Ticket;
use crate::{Fault, Origins};
use futures_util::future::try_join;
use mandate_base::{AppId, CorrelationId, Draw, Moment, TenantId};
use mandate_domain::audit::{SignIn, SignInKind};
use mandate_domain::record::{Plan, Record, Trace};
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::signin::session::Session;
use mandate_domain::token::claims::Proof;
use mandate_domain::token::claims_ask::ClaimsAsk;
use mandate_domain::token::proof_rules::{ProofOwed, check_proof};
use mandate_domain::token::refresh::{Family, RefreshRefusal, RefreshToken};
use std::sync::Arc;

pub struct Refresh<'a> {
    pub origins: &'a Origins,
    pub tenant: TenantId,
    pub client: AppId,
    pub proof: Proof,
    pub token: &'a Ticket,
    pub scopes: Option<&'a ScopeAsk>,
    pub cross_origin: bool,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshRefused {
    Token(RefreshRefusal),
    Proof(ProofOwed),
    SessionRevoked,
    Delegation(DelegationRefusal),
}

pub struct RefreshFacts {
    token: RefreshToken,
    family: Family,
    session: Option<Session>,
    sought: Arc<Sought>,
}

impl UseCase for Refresh<'_> {
    type Facts = Option<Box<RefreshFacts>>;
    type Reply = Redeemed;
    type Refusal = RefreshRefused;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let view = facing.view;
        let Some((token, family)) = view.refresh_by_hash(&self.token.hash).await? else { return Ok(None) };
        let flow = ScopeAsk::restore(&family.scope);
        let seeking = Seeking { origins: self.origins, client: self.client, user: family.user, scopes: self.scopes };
        let session = view.session_by_id(family.session);
        let (session, sought) = try_join(session, Sought::load(facing, seeking, flow)).await?;
        Ok(Some(Box::new(RefreshFacts { token, family, session, sought })))
    }

    fn plan(&self, facts: Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<Redeemed, RefreshRefused> {
        let Some(facts) = facts else { return Plan::refuse(RefreshRefused::Token(RefreshRefusal::Unknown)) };
        let mut record = Record::default();
        let judged = self.judge(&facts, now);
        record.sign_in(self.entry(&facts, judged.as_ref().err(), now, draw));
        let verdict = match judged {
            Ok(()) => self.renew(*facts, now, &mut record, draw),
            Err(refusal) => {
                if refusal == RefreshRefused::Token(RefreshRefusal::Reused) {
                    record.trace(Trace::FamilyRevoked { family: facts.family.id, at: now });
                }
                Err(refusal)
            }
        };
        Plan { verdict, record }
    }
}

impl Refresh<'_> {
    fn judge(&self, facts: &RefreshFacts, now: Moment) -> Result<(), RefreshRefused> {
        facts.family.check(&facts.token, self.client, now).map_err(RefreshRefused::Token)?;
        check_proof(facts.family.platform, self.proof, self.cross_origin).map_err(RefreshRefused::Proof)?;
        if facts.session.as_ref().is_none_or(Session::is_revoked) {
            return Err(RefreshRefused::SessionRevoked);
        }
        // Here several resources are no error: the first is meant.
        facts.sought.judge(facts.family.signed_in).map_err(RefreshRefused::Delegation)
    }

    /// Every use gives a new token. A confidential client's old one stays usable; another's is replaced.
    fn renew(
        &self,
        facts: RefreshFacts,
        now: Moment,
        record: &mut Record,
        draw: &mut dyn Draw,
    ) -> Result<Redeemed, RefreshRefused> {
        let RefreshFacts { token, family, session, sought } = facts;
        let ticket = Ticket::draw(self.tenant, draw);
        if family.rotates() {
            record.trace(Trace::RefreshReplaced { hash: token.hash, at: now });
        }
        let next = RefreshToken { hash: ticket.hash, family: family.id, issued: now, replaced: None };
        record.trace(Trace::RefreshIssued(next));
        let persistent = session.is_some_and(|session| session.persistent);
        let session = SessionPart { id: family.session, signed_in: family.signed_in, persistent };
        let delegation: Delegation =
            sought.assemble(session, self.proof).ok_or(RefreshRefused::Token(RefreshRefusal::Unknown))?;
        let refresh_ends_in = family.ends.map(|ends| (ends - now) / 1000);
        Ok(Redeemed { refresh_ends_in, ..Redeemed::of(delegation, Some(ticket), ClaimsAsk::default()) })
    }

    fn entry(
        &self,
        facts: &RefreshFacts,
        refusal: Option<&RefreshRefused>,
        now: Moment,
        draw: &mut dyn Draw,
    ) -> SignIn {
        let (name, resource) = facts.sought.named();
        SignIn {
            id: draw.timed_id(now),
            at: now,
            kind: SignInKind::NonInteractive,
            client: Some(self.client),
            user: Some(facts.family.user),
            name,
            code: refusal.map_or(0, RefreshRefused::code),
            reason: refusal.map_or_else(|| "refreshed".to_owned(), |refusal| format!("refresh refused: {refusal:?}")),
            resource,
            correlation: self.correlation,
        }
    }
}

impl RefreshRefused {
    /// The AADSTS number, for the sign-in log; the wire's catalogue has the same.
    pub const fn code(&self) -> u32 {
        match self {
            RefreshRefused::Token(RefreshRefusal::Unknown | RefreshRefusal::OtherClient) => 70000,
            RefreshRefused::Token(RefreshRefusal::FamilyRevoked | RefreshRefusal::Reused) => 50173,
            RefreshRefused::Token(RefreshRefusal::Inactive) => 700082,
            RefreshRefused::Token(RefreshRefusal::SpaDayOver) => 700084,
            RefreshRefused::Proof(owed) => owed.code(),
            RefreshRefused::SessionRevoked => 50173,
            RefreshRefused::Delegation(refusal) => refusal.code(),
        }
    }
}
