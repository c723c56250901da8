//! Issues an authorization code, when every step before it still holds at this moment.

use super::encounter::{Asking, Encounter, EncounterRefusal, encounter};
use crate::directory::sp_of;
use crate::settle::{Facing, UseCase};
use crate::tickets::Ticket;
use crate::{Fault, Origins};
use mandate_base::{AppId, Draw, Moment, SessionId, TenantId, UserId};
use mandate_domain::audit::{Actor, Doer, SignIn, SignInKind};
use mandate_domain::consent::{ScopeRefusal, Standing, Survey};
use mandate_domain::record::{Plan, Record, Trace};
use mandate_domain::signin::ask::Ask;
use mandate_domain::signin::code::{Bound, CODE_LIFE, Code};
use mandate_domain::signin::session::Session;
use mandate_domain::signin::steps::NotLetIn;

pub struct IssueCode<'a> {
    pub origins: &'a Origins,
    pub tenant: TenantId,
    pub user: UserId,
    pub session: SessionId,
    pub ask: &'a Ask,
    /// The `scope` parameter as it was sent.
    pub scope: &'a str,
    pub redirect_named: bool,
}

pub struct Issued {
    /// `None` when the response type has no code in it.
    pub code: Option<Ticket>,
    pub met: Encounter,
    pub session: Session,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssueRefusal {
    Encounter(EncounterRefusal),
    Scope(ScopeRefusal),
    NotLetIn(NotLetIn),
    SessionOver,
    ConsentMissing,
}

impl UseCase for IssueCode<'_> {
    type Facts = (Result<Encounter, EncounterRefusal>, Option<Session>);
    type Reply = Issued;
    type Refusal = IssueRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let asking = Asking {
            origins: self.origins,
            client: self.ask.client,
            user: self.user,
            scopes: &self.ask.scopes,
            whole_list: false,
        };
        Ok((encounter(facing, &asking).await?, facing.view.session_by_id(self.session).await?))
    }

    fn plan(&self, (met, session): Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<Issued, IssueRefusal> {
        let met = match met {
            Ok(met) => met,
            Err(refusal) => return Plan::refuse(IssueRefusal::Encounter(refusal)),
        };
        match judge(&met, session, now) {
            Ok(session) => {
                let mut record = self.sign_in(&met, now, draw);
                let doer = self.doer(&met);
                sp_of(&met.client, met.client_sp.as_deref(), &doer, now, &mut record, draw);
                used(&session, self.ask.client, now, &mut record);
                let code = self.ask.response.code.then(|| self.code(&session, now, &mut record, draw));
                Plan::answer(Issued { code, met, session }, record)
            }
            Err(refusal) => Plan::refuse(refusal),
        }
    }
}

pub(super) fn judge(met: &Encounter, session: Option<Session>, now: Moment) -> Result<Session, IssueRefusal> {
    let session = session.filter(|session| session.stands(&met.user, now)).ok_or(IssueRefusal::SessionOver)?;
    met.let_in().map_err(IssueRefusal::NotLetIn)?;
    let survey = met.survey().map_err(IssueRefusal::Scope)?;
    if !survey.is_complete() || !may_be_first(met, &survey) {
        return Err(IssueRefusal::ConsentMissing);
    }
    Ok(session)
}

/// An app learns who is here: the session remembers it, and its idle time begins anew.
pub(super) fn used(session: &Session, client: AppId, now: Moment, record: &mut Record) {
    record.trace(Trace::SessionUsed { session: session.id, client });
    if let Some(expires) = session.extended(now) {
        record.trace(Trace::SessionExtended { session: session.id, expires });
    }
}

/// The log tells why no consent was needed (features S1-25).
fn reason(met: &Encounter) -> &'static str {
    let to_itself = met.asked.iter().any(|ask| ask.resource == met.client.app_id);
    if to_itself { "authorization answered: self-token rule" } else { "authorization answered" }
}

/// An app that has no instance here yet gets one without a consent page only at home, or where an API's owner lets it
/// in: otherwise a link would be enough to bring a stranger's app into the tenant.
fn may_be_first(met: &Encounter, survey: &Survey) -> bool {
    let let_in = survey.items.iter().any(|item| item.standing == Standing::PreAuthorized);
    met.client_sp.is_some() || met.client.home == met.tenant.id || let_in
}

impl IssueCode<'_> {
    fn doer(&self, met: &Encounter) -> Doer {
        let actor = Actor::User { id: met.user.id, upn: met.user.upn.as_str().to_owned() };
        Doer { actor, correlation: self.ask.correlation }
    }

    fn code(&self, session: &Session, now: Moment, record: &mut Record, draw: &mut dyn Draw) -> Ticket {
        let ticket = Ticket::draw(self.tenant, draw);
        record.trace(Trace::CodeIssued(Box::new(Code {
            hash: ticket.hash,
            expires: now + CODE_LIFE,
            used: None,
            family: draw.timed_id(now).into(),
            bound: Bound {
                client: self.ask.client,
                redirect: self.ask.redirect.uri.clone(),
                redirect_named: self.redirect_named,
                for_page: false,
                platform: self.ask.redirect.platform,
                user: self.user,
                session: session.id,
                signed_in: session.signed_in,
                scope: self.scope.to_owned(),
                nonce: self.ask.nonce.clone(),
                challenge: self.ask.challenge.clone(),
                max_age: self.ask.max_age.is_some(),
                claims: self.ask.claims,
            },
        })));
        ticket
    }

    fn sign_in(&self, met: &Encounter, now: Moment, draw: &mut dyn Draw) -> Record {
        let mut record = Record::default();
        record.sign_in(SignIn {
            id: draw.timed_id(now),
            at: now,
            kind: SignInKind::Interactive,
            client: Some(self.ask.client),
            user: Some(self.user),
            name: met.user.upn.as_str().to_owned(),
            code: 0,
            reason: reason(met).to_owned(),
            resource: met.asked.first().map(|ask| ask.resource),
            correlation: self.ask.correlation,
        });
        record
    }
}
