//! Tokens for somebody who has just proven themselves without a browser's redirect: the password grant.
//!
//! The same rules as at the token endpoint elsewhere; there is nobody to ask for consent.

use super::delegation::{self, DelegationRefusal, PersonAt, SessionPart};
use super::redeem_code::Redeemed;
use crate::settle::{Facing, UseCase};
use crate::signin::{Asking, Encounter, EncounterRefusal, encounter, of_first_resource};
use crate::tickets::Ticket;
use crate::{Fault, Origins};
use mandate_base::{AppId, CorrelationId, Draw, Moment, TenantId, UserId};
use mandate_domain::audit::{SignIn, SignInKind};
use mandate_domain::record::{Plan, Record, Trace};
use mandate_domain::signin::redirect::Platform;
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::signin::session::Session;
use mandate_domain::token::claims::Proof;
use mandate_domain::token::refresh::{Family, RefreshToken};

pub struct GrantDirectly<'a> {
    pub origins: &'a Origins,
    pub tenant: TenantId,
    pub client: AppId,
    pub proof: Proof,
    pub user: UserId,
    pub session: &'a Session,
    pub scopes: &'a ScopeAsk,
    /// The `scope` parameter as it was sent.
    pub scope: &'a str,
    pub correlation: CorrelationId,
}

pub struct DirectFacts {
    asked: ScopeAsk,
    several: bool,
    met: Result<Encounter, EncounterRefusal>,
    people: (PersonAt, PersonAt),
}

impl UseCase for GrantDirectly<'_> {
    type Facts = Box<DirectFacts>;
    type Reply = Redeemed;
    type Refusal = DelegationRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let (first, several) = of_first_resource(facing, self.origins, self.scopes).await?;
        let asked = ScopeAsk { resources: first, ..self.scopes.clone() };
        let asking =
            Asking { origins: self.origins, client: self.client, user: self.user, scopes: &asked, whole_list: false };
        let met = encounter(facing, &asking).await?;
        let people = match &met {
            Ok(met) => delegation::people_at(facing.view, met).await?,
            Err(_) => Default::default(),
        };
        Ok(Box::new(DirectFacts { asked, several, met, people }))
    }

    fn plan(&self, facts: Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<Redeemed, DelegationRefusal> {
        let mut record = Record::default();
        let verdict = judge(&facts, self.session.signed_in);
        let refusal = verdict
            .as_ref()
            .err()
            .map_or((0, "granted".to_owned()), |refusal| (refusal.code(), format!("refused: {refusal:?}")));
        record.sign_in(self.entry(&facts, refusal, now, draw));
        let verdict = verdict.and_then(|()| self.grant(*facts, now, &mut record, draw));
        Plan { verdict, record }
    }
}

fn judge(facts: &DirectFacts, signed_in: Moment) -> Result<(), DelegationRefusal> {
    if facts.several {
        return Err(DelegationRefusal::SeveralResources);
    }
    let met = facts.met.as_ref().map_err(|refusal| DelegationRefusal::Encounter(refusal.clone()))?;
    delegation::judge(met, signed_in)
}

impl GrantDirectly<'_> {
    fn grant(
        &self,
        facts: DirectFacts,
        now: Moment,
        record: &mut Record,
        draw: &mut dyn Draw,
    ) -> Result<Redeemed, DelegationRefusal> {
        let met = facts.met.map_err(DelegationRefusal::Encounter)?;
        let refresh = self.scopes.offline_access.then(|| self.begin_family(now, record, draw));
        let session = SessionPart { id: self.session.id, signed_in: self.session.signed_in, persistent: false };
        let client = self.client;
        let delegation = delegation::assemble(met, &facts.asked, self.scopes, facts.people, session, self.proof)
            .ok_or(DelegationRefusal::ResourceNotHere { app: client })?;
        Ok(Redeemed { delegation, refresh, refresh_ends_in: None, nonce: None, with_auth_time: false })
    }

    /// Whoever proved a secret is confidential; everybody else's tokens rotate.
    fn begin_family(&self, now: Moment, record: &mut Record, draw: &mut dyn Draw) -> Ticket {
        let ticket = Ticket::draw(self.tenant, draw);
        let family = draw.timed_id(now).into();
        let platform = if self.proof == Proof::None { Platform::Public } else { Platform::Web };
        record.trace(Trace::FamilyBegun(Box::new(Family {
            id: family,
            user: self.user,
            client: self.client,
            session: self.session.id,
            platform,
            signed_in: self.session.signed_in,
            scope: self.scope.to_owned(),
            ends: None,
            revoked: None,
        })));
        record.trace(Trace::RefreshIssued(RefreshToken { hash: ticket.hash, family, issued: now, replaced: None }));
        ticket
    }

    fn entry(&self, facts: &DirectFacts, (code, reason): (u32, String), now: Moment, draw: &mut dyn Draw) -> SignIn {
        let met = facts.met.as_ref().ok();
        SignIn {
            id: draw.timed_id(now),
            at: now,
            kind: SignInKind::NonInteractive,
            client: Some(self.client),
            user: Some(self.user),
            name: met.map_or_else(String::new, |met| met.user.upn.as_str().to_owned()),
            code,
            reason: format!("password grant {reason}"),
            resource: met.and_then(|met| met.asked.first()).map(|ask| ask.resource),
            correlation: self.correlation,
        }
    }
}
