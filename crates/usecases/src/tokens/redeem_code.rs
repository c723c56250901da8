//! Redeems an authorization code: once, by the client it was made for, with everything it was bound to.

use super::delegation::{Delegation, DelegationRefusal, SessionPart};
use super::family::{self, Beginning};
use super::sought::{Seeking, Sought};
use crate::settle::{Facing, UseCase};
use crate::signin::Encounter;
use crate::tickets::Ticket;
use crate::{Fault, Origins};
use futures_util::future::try_join;
use mandate_base::{AppId, CorrelationId, Draw, Moment, TenantId};
use mandate_domain::application::Registration;
use mandate_domain::audit::{SignIn, SignInKind};
use mandate_domain::record::{Plan, Record, Trace};
use mandate_domain::signin::code::{Bound, CODE_LIFE, Code, CodeRefusal};
use mandate_domain::signin::pkce::{Challenge, VerifierRefusal};
use mandate_domain::signin::redirect::Platform;
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::signin::session::Session;
use mandate_domain::token::claims::Proof;
use mandate_domain::token::claims_ask::ClaimsAsk;
use mandate_domain::token::proof_rules::{ProofOwed, check_proof};
use mandate_domain::token::refresh::SPA_LIFE;
use mandate_jose::hash;
use std::sync::Arc;

pub struct RedeemCode<'a> {
    pub origins: &'a Origins,
    pub tenant: TenantId,
    pub client: AppId,
    pub proof: Proof,
    pub code: &'a Ticket,
    pub redirect: Option<&'a str>,
    pub verifier: Option<&'a str>,
    /// What the token request names; `None` takes what the code was issued for.
    pub scopes: Option<&'a ScopeAsk>,
    /// The request came from another origin, by a page's script.
    pub cross_origin: bool,
    /// The server wants a second code, for its own page (`return_spa_code`).
    pub code_for_page: bool,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug)]
pub struct Redeemed {
    pub delegation: Delegation,
    pub refresh: Option<Ticket>,
    /// For the page of the web app that redeemed.
    pub page_code: Option<Ticket>,
    /// Seconds until a spa's tokens end.
    pub refresh_ends_in: Option<i64>,
    pub nonce: Option<String>,
    pub with_auth_time: bool,
    /// Asked at sign-in.
    pub claims: ClaimsAsk,
}

impl Redeemed {
    /// Of a grant without a browser behind it: nothing beyond the tokens themselves.
    pub fn of(delegation: Delegation, refresh: Option<Ticket>, claims: ClaimsAsk) -> Redeemed {
        Redeemed {
            delegation,
            refresh,
            page_code: None,
            refresh_ends_in: None,
            nonce: None,
            with_auth_time: false,
            claims,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedeemRefusal {
    Code(CodeRefusal),
    Verifier(VerifierRefusal),
    Proof(ProofOwed),
    SessionRevoked,
    Delegation(DelegationRefusal),
}

pub struct CodeFacts {
    code: Code,
    session: Option<Session>,
    sought: Arc<Sought>,
}

impl UseCase for RedeemCode<'_> {
    type Facts = Option<Box<CodeFacts>>;
    type Reply = Redeemed;
    type Refusal = RedeemRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let Some(code) = facing.view.code_by_hash(&self.code.hash).await? else { return Ok(None) };
        let flow = ScopeAsk::restore(&code.bound.scope);
        let seeking =
            Seeking { origins: self.origins, client: self.client, user: code.bound.user, scopes: self.scopes };
        let session = facing.view.session_by_id(code.bound.session);
        let (session, sought) = try_join(session, Sought::load(facing, seeking, flow)).await?;
        Ok(Some(Box::new(CodeFacts { code, session, sought })))
    }

    fn plan(&self, facts: Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<Redeemed, RedeemRefusal> {
        let Some(facts) = facts else { return Plan::refuse(RedeemRefusal::Code(CodeRefusal::Unknown)) };
        let mut record = Record::default();
        let verdict = match self.judge(&facts, now) {
            Ok(()) => Ok(self.redeem(*facts, now, &mut record, draw)),
            Err(refusal) => {
                self.refuse(&facts.code, &refusal, now, &mut record, draw);
                Err(refusal)
            }
        };
        Plan { verdict: verdict.and_then(|redeemed| redeemed.ok_or(RedeemRefusal::Code(CodeRefusal::Unknown))), record }
    }
}

impl RedeemCode<'_> {
    /// The order is part of the behaviour: what is bound to the code comes before anything about the user, so that a
    /// stranger with a stolen code learns nothing.
    fn judge(&self, facts: &CodeFacts, now: Moment) -> Result<(), RedeemRefusal> {
        let bound = &facts.code.bound;
        facts.code.check_client(self.client).map_err(RedeemRefusal::Code)?;
        // Before what becomes of a used code: whoever cannot prove itself must not end somebody else's tokens.
        check_proof(bound.platform, self.proof, self.cross_origin).map_err(RedeemRefusal::Proof)?;
        let verified = Challenge::check(bound.challenge.as_ref(), self.verifier, &hash::pkce_s256, &hash::same);
        let unknown = Registration::default();
        let registration = facts.sought.met.as_ref().map_or(&unknown, |met| &met.client.registration);
        facts.code.check(self.redirect, registration, verified.is_ok(), now).map_err(RedeemRefusal::Code)?;
        verified.map_err(RedeemRefusal::Verifier)?;
        if facts.session.as_ref().is_none_or(Session::is_revoked) {
            return Err(RedeemRefusal::SessionRevoked);
        }
        if facts.sought.several {
            return Err(RedeemRefusal::Delegation(DelegationRefusal::SeveralResources));
        }
        facts.sought.judge(bound.signed_in).map_err(RedeemRefusal::Delegation)
    }

    fn redeem(&self, facts: CodeFacts, now: Moment, record: &mut Record, draw: &mut dyn Draw) -> Option<Redeemed> {
        let CodeFacts { code, session: facts_session, sought } = facts;
        let named = sought.named();
        let met = sought.met.as_ref().ok()?;
        record.trace(Trace::CodeUsed { hash: code.hash, at: now });
        record.sign_in(self.entry(&code, named, now, draw));
        let offline = sought.flow.offline_access || sought.asked.offline_access;
        let ends = (code.bound.platform == Platform::Spa).then_some(now + SPA_LIFE);
        let refresh = offline.then(|| self.begin_family(&code, ends, now, record, draw));
        let (nonce, with_auth_time, claims) = (code.bound.nonce.clone(), code.bound.max_age, code.bound.claims);
        let page_code = self.page_code(&code, met, now, record, draw);
        let persistent = facts_session.is_some_and(|session| session.persistent);
        let session = SessionPart { id: code.bound.session, signed_in: code.bound.signed_in, persistent };
        let delegation = sought.assemble(session, self.proof)?;
        let refresh_ends_in = ends.filter(|_| offline).map(|ends| (ends - now) / 1000);
        Some(Redeemed { delegation, refresh, page_code, refresh_ends_in, nonce, with_auth_time, claims })
    }

    /// One more code, for whoever the first was for, that the web app's page redeems as its own (protocol.md §2.4).
    fn page_code(
        &self,
        code: &Code,
        met: &Encounter,
        now: Moment,
        record: &mut Record,
        draw: &mut dyn Draw,
    ) -> Option<Ticket> {
        let has_page = !met.client.registration.spa.redirect_uris.is_empty();
        if !self.code_for_page || code.bound.platform != Platform::Web || !has_page {
            return None;
        }
        let ticket = Ticket::draw(self.tenant, draw);
        let bound = Bound {
            redirect: String::new(),
            for_page: true,
            platform: Platform::Spa,
            challenge: None,
            ..code.bound.clone()
        };
        let family = draw.timed_id(now).into();
        let code = Code { hash: ticket.hash, expires: now + CODE_LIFE, used: None, family, bound };
        record.trace(Trace::CodeIssued(Box::new(code)));
        Some(ticket)
    }

    fn begin_family(
        &self,
        code: &Code,
        ends: Option<Moment>,
        now: Moment,
        record: &mut Record,
        draw: &mut dyn Draw,
    ) -> Ticket {
        let beginning = Beginning {
            tenant: self.tenant,
            family: code.family,
            client: code.bound.client,
            user: code.bound.user,
            session: code.bound.session,
            platform: code.bound.platform,
            signed_in: code.bound.signed_in,
            scope: &code.bound.scope,
            ends,
        };
        family::begin(beginning, now, record, draw)
    }

    /// A replay that is not the client's own retry ends what the first use began (RFC 6749 §4.1.2).
    fn refuse(&self, code: &Code, refusal: &RedeemRefusal, now: Moment, record: &mut Record, draw: &mut dyn Draw) {
        if *refusal == RedeemRefusal::Code(CodeRefusal::Replayed { late: true }) {
            record.trace(Trace::FamilyRevoked { family: code.family, at: now });
        }
        record.sign_in(SignIn {
            id: draw.timed_id(now),
            at: now,
            kind: SignInKind::NonInteractive,
            client: Some(self.client),
            user: Some(code.bound.user),
            name: String::new(),
            code: refusal.code(),
            reason: format!("code refused: {refusal:?}"),
            resource: None,
            correlation: self.correlation,
        });
    }

    fn entry(
        &self,
        code: &Code,
        (name, resource): (String, Option<AppId>),
        now: Moment,
        draw: &mut dyn Draw,
    ) -> SignIn {
        SignIn {
            id: draw.timed_id(now),
            at: now,
            kind: SignInKind::NonInteractive,
            client: Some(self.client),
            user: Some(code.bound.user),
            name,
            code: 0,
            reason: "code redeemed".to_owned(),
            resource,
            correlation: self.correlation,
        }
    }
}

impl RedeemRefusal {
    /// The AADSTS number, for the sign-in log; the wire's catalogue has the same.
    pub const fn code(&self) -> u32 {
        match self {
            RedeemRefusal::Code(CodeRefusal::Unknown | CodeRefusal::OtherClient) => 70000,
            RedeemRefusal::Code(CodeRefusal::OtherRedirect) => 500112,
            RedeemRefusal::Code(CodeRefusal::Expired) => 70008,
            RedeemRefusal::Code(CodeRefusal::Replayed { .. }) => 54005,
            RedeemRefusal::Verifier(_) => 501481,
            RedeemRefusal::Proof(owed) => owed.code(),
            RedeemRefusal::SessionRevoked => 50173,
            RedeemRefusal::Delegation(refusal) => refusal.code(),
        }
    }
}
