//! A person asks the administrators to allow an app what they may not allow themselves (features S1-16).
//!
//! As with consent, everything is judged again at this moment. Next: `review` for who answers.

use super::encounter::{Asking, Encounter, EncounterRefusal, encounter};
use super::grant_consent::{Surveyed, shown, together};
use crate::access::Permit;
use crate::settle::{Facing, UseCase};
use crate::{Fault, Origins};
use mandate_base::{AppId, CorrelationId, Draw, Moment, SessionId, UserId};
use mandate_domain::audit::Activity;
use mandate_domain::consent::request::{AskedFor, ConsentRequest, Pending, RequestState, reason_of};
use mandate_domain::consent::{Standing, Survey};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::signin::session::Session;
use mandate_store::TenantView;

pub struct RequestConsent<'a> {
    pub origins: &'a Origins,
    pub client: AppId,
    pub user: UserId,
    pub session: SessionId,
    pub scopes: &'a ScopeAsk,
    pub whole_list: bool,
    /// The app wanted consent for everybody.
    pub for_organisation: bool,
    /// The scopes by name, or `None` for all that the registration lists.
    pub scope: Option<&'a str>,
    /// The permissions that the page showed.
    pub shown: &'a str,
    pub reason: &'a str,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestRefusal {
    Encounter(EncounterRefusal),
    SessionOver,
    /// The organisation takes no requests.
    TurnedOff,
    /// Nothing is said, or a book.
    NoReason,
    /// What is asked is no longer what the page showed, or the person may allow it by now.
    Changed,
    AlreadyAsked,
    /// Their earlier ones come first.
    TooMany,
}

/// That one person may have waiting.
const MOST_WAITING: usize = 20;
const MOST_READ: i64 = 100;

impl UseCase for RequestConsent<'_> {
    type Facts = (Result<Encounter, EncounterRefusal>, Option<Session>, Vec<ConsentRequest>);
    type Reply = ();
    type Refusal = RequestRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let asking = Asking {
            origins: self.origins,
            client: self.client,
            user: self.user,
            scopes: self.scopes,
            whole_list: self.whole_list,
        };
        let met = encounter(facing, &asking).await?;
        let session = facing.view.session_by_id(self.session).await?;
        Ok((met, session, facing.view.consent_requests_of(self.user, MOST_READ).await?))
    }

    fn plan(&self, facts: Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<(), RequestRefusal> {
        let (met, session, earlier) = facts;
        let met = match met {
            Ok(met) => met,
            Err(refusal) => return Plan::refuse(RequestRefusal::Encounter(refusal)),
        };
        if !session.is_some_and(|session| session.stands(&met.user, now)) {
            return Plan::refuse(RequestRefusal::SessionOver);
        }
        let surveys = match met.surveys() {
            Ok(surveys) if met.let_in().is_ok() => surveys,
            _ => return Plan::refuse(RequestRefusal::Changed),
        };
        match self.judge(&met, &surveys, &earlier, now) {
            Ok(reason) => Plan::answer((), self.record(&met, &surveys, reason, now, draw)),
            Err(refusal) => Plan::refuse(refusal),
        }
    }
}

impl<'a> RequestConsent<'a> {
    fn judge(
        &self,
        met: &Encounter,
        surveys: &[Surveyed<'_>],
        earlier: &[ConsentRequest],
        now: Moment,
    ) -> Result<&'a str, RequestRefusal> {
        if !met.tenant.settings.admin_consent_request_policy.is_enabled {
            return Err(RequestRefusal::TurnedOff);
        }
        let all = together(surveys);
        let needless = !all.needs_admin(self.for_organisation) || wanted(&all).is_empty();
        if needless || shown(surveys, self.whole_list) != self.shown {
            return Err(RequestRefusal::Changed);
        }
        if waiting_for(earlier, self.client, &all, now).is_some() {
            return Err(RequestRefusal::AlreadyAsked);
        }
        if earlier.iter().filter(|request| request.state(now) == RequestState::InProgress).count() >= MOST_WAITING {
            return Err(RequestRefusal::TooMany);
        }
        reason_of(self.reason).ok_or(RequestRefusal::NoReason)
    }

    fn record(
        &self,
        met: &Encounter,
        surveys: &[Surveyed<'_>],
        reason: &str,
        now: Moment,
        draw: &mut dyn Draw,
    ) -> Record {
        let request = ConsentRequest {
            id: draw.id().into(),
            client: self.client,
            user: self.user,
            asked: AskedFor { scope: self.scope.map(str::to_owned), permissions: wanted(&together(surveys)) },
            reason: reason.to_owned(),
            created: now,
            expires: now + met.tenant.settings.admin_consent_request_policy.life(),
            decision: None,
        };
        let asked: Vec<&str> =
            request.asked.permissions.iter().map(|pending| pending.permission.value.as_str()).collect();
        let entry = Permit::of_self(&met.user)
            .doer(self.correlation)
            .entry(Activity::CreateConsentRequest)
            .target(request.id, "ConsentRequest", &met.client.registration.display_name)
            .changed("ConsentRequest.Permissions", None, Some(asked.join(" ")));
        let mut record = Record::default();
        record.change(Change::ConsentRequested(Box::new(request)), entry);
        record
    }
}

/// What would be granted if an administrator agreed.
fn wanted(survey: &Survey) -> Vec<Pending> {
    let open = survey.items.iter().filter(|item| matches!(item.standing, Standing::Missing | Standing::Blocked(_)));
    open.map(Pending::of).collect()
}

/// A request of theirs that asks all of this and waits.
fn waiting_for<'r>(
    earlier: &'r [ConsentRequest],
    client: AppId,
    survey: &Survey,
    now: Moment,
) -> Option<&'r ConsentRequest> {
    let wanted = wanted(survey);
    let asks_all = |request: &&ConsentRequest| wanted.iter().all(|one| request.asked.permissions.contains(one));
    let of_client = earlier.iter().filter(|request| request.client == client);
    of_client.filter(|request| request.state(now) == RequestState::InProgress).find(asks_all)
}

/// When the person asked for this; `None`: not yet, or nobody has answered in time.
pub async fn asked_before(
    view: TenantView<'_>,
    user: UserId,
    client: AppId,
    survey: &Survey,
    now: Moment,
) -> Result<Option<Moment>, Fault> {
    let earlier = view.consent_requests_of(user, MOST_READ).await?;
    Ok(waiting_for(&earlier, client, survey, now).map(|request| request.created))
}
