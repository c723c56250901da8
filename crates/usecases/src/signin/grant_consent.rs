//! A person accepts the consent page: the instance of the app if it is new here, and the grants.
//!
//! Everything is judged again at this moment: the page may be old, and its form may be forged.

use super::encounter::{Asking, Encounter, EncounterRefusal, encounter};
use super::granting::{Extent, Granting};
use super::review::approve;
use crate::settle::{Facing, UseCase};
use crate::{Fault, Origins};
use mandate_base::{AppId, CorrelationId, Draw, Moment, SessionId, UserId};
use mandate_domain::application::AccessKind;
use mandate_domain::audit::{Actor, Doer};
use mandate_domain::consent::request::{ConsentRequest, Pending};
use mandate_domain::consent::{Item, ScopeRefusal, Standing, Survey};
use mandate_domain::grant::Grant;
use mandate_domain::record::{Plan, Record};
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::signin::session::Session;
use mandate_domain::signin::steps::NotLetIn;

pub struct GrantConsent<'a> {
    pub origins: &'a Origins,
    pub client: AppId,
    pub user: UserId,
    pub session: SessionId,
    pub scopes: &'a ScopeAsk,
    /// The page was asked for (`prompt=consent`).
    pub whole_list: bool,
    /// The tick box: for everybody in the organisation.
    pub for_organisation: bool,
    /// An administrator grants the static list: what was granted for everybody before and is not in it, goes
    /// (consent-and-governance.md 8.5).
    pub authoritative: bool,
    /// The permissions that the page showed; another list means that the page must be shown again.
    pub shown: &'a str,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentRefusal {
    Encounter(EncounterRefusal),
    Scope(ScopeRefusal),
    NotLetIn(NotLetIn),
    SessionOver,
    NeedsAdmin,
    /// Application permissions are granted for the organisation or not at all.
    OrganisationOnly,
    /// What is asked is no longer what the page showed.
    Changed,
}

impl UseCase for GrantConsent<'_> {
    type Facts = ConsentFacts;
    type Reply = ();
    type Refusal = ConsentRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let asking = Asking {
            origins: self.origins,
            client: self.client,
            user: self.user,
            scopes: self.scopes,
            whole_list: self.whole_list,
        };
        let met = encounter(facing, &asking).await?;
        let client_sp = met.as_ref().ok().and_then(|met| met.client_sp.as_ref()).filter(|_| self.authoritative);
        let standing = match client_sp {
            Some(sp) => facing.view.grants_of_client(sp.id).await?,
            None => Vec::new(),
        };
        let waiting = match self.for_organisation {
            true => facing.view.consent_requests_undecided(self.client).await?,
            false => Vec::new(),
        };
        Ok(ConsentFacts { met, standing, waiting, session: facing.view.session_by_id(self.session).await? })
    }

    fn plan(&self, facts: Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<(), ConsentRefusal> {
        let met = match &facts.met {
            Ok(met) => met,
            Err(refusal) => return Plan::refuse(ConsentRefusal::Encounter(refusal.clone())),
        };
        match self.judge(met, facts.session.as_ref(), now) {
            Ok(surveys) => Plan::answer((), self.record(&surveys, &facts, now, draw)),
            Err(refusal) => Plan::refuse(refusal),
        }
    }
}

pub struct ConsentFacts {
    met: Result<Encounter, EncounterRefusal>,
    session: Option<Session>,
    /// The client's grants, where the list replaces them.
    standing: Vec<Grant>,
    /// What people asked for, and a consent for everybody may answer.
    waiting: Vec<ConsentRequest>,
}

impl GrantConsent<'_> {
    fn judge<'m>(
        &self,
        met: &'m Encounter,
        session: Option<&Session>,
        now: Moment,
    ) -> Result<Vec<Surveyed<'m>>, ConsentRefusal> {
        if !session.is_some_and(|session| session.stands(&met.user, now)) {
            return Err(ConsentRefusal::SessionOver);
        }
        met.let_in().map_err(ConsentRefusal::NotLetIn)?;
        let surveys = met.surveys().map_err(ConsentRefusal::Scope)?;
        if shown(&surveys, self.whole_list) != self.shown {
            return Err(ConsentRefusal::Changed);
        }
        let survey = together(&surveys);
        if survey.needs_admin(self.for_organisation) {
            return Err(ConsentRefusal::NeedsAdmin);
        }
        let roles_missing = survey.missing().any(|item| item.permission.kind == AccessKind::Role);
        if roles_missing && !self.for_organisation {
            return Err(ConsentRefusal::OrganisationOnly);
        }
        Ok(surveys)
    }

    fn record(&self, surveys: &[Surveyed<'_>], facts: &ConsentFacts, now: Moment, draw: &mut dyn Draw) -> Record {
        let met = surveys[0].0;
        let actor = Actor::User { id: met.user.id, upn: met.user.upn.as_str().to_owned() };
        let doer = Doer { actor, correlation: self.correlation };
        let extent = Extent {
            user: self.user,
            for_organisation: self.for_organisation,
            whole_list: self.whole_list,
            authoritative: self.authoritative,
        };
        let mut granting = Granting::new(extent, &doer, now, draw);
        for (place, (met, survey)) in surveys.iter().enumerate() {
            // Only the client's own list replaces what it had; what an API behind it had is another's business.
            granting.extent.authoritative = self.authoritative && place == 0;
            granting.client(met, survey, &facts.standing);
        }
        let mut record = granting.record();
        let all = together(surveys);
        let needless = |item: &Item| matches!(item.standing, Standing::PreAuthorized | Standing::Itself);
        let given = |pending: &Pending| {
            all.items.iter().any(|item| pending.is(item) && (extent.covers(item) || needless(item)))
        };
        let app = &met.client.registration.display_name;
        approve(&facts.waiting, given, Some(self.user), app, &doer, now, &mut record);
        record
    }
}

/// A client with what it asks; behind it, APIs that know it, with what they ask.
pub type Surveyed<'m> = (&'m Encounter, Survey);

/// All of them as one question: whoever answers it answers it for all.
pub fn together(surveys: &[Surveyed<'_>]) -> Survey {
    Survey {
        items: surveys.iter().flat_map(|(_, survey)| survey.items.iter().cloned()).collect(),
        may_grant_for_all: surveys.iter().all(|(_, survey)| survey.may_grant_for_all || survey.items.is_empty()),
    }
}

/// What a page shows, as one text to compare: every permission that is asked, in order.
pub fn shown(surveys: &[Surveyed<'_>], whole_list: bool) -> String {
    let on_page = |item: &&Item| whole_list || matches!(item.standing, Standing::Missing | Standing::Blocked(_));
    let mut list = Vec::new();
    for (met, survey) in surveys {
        let client = met.client.app_id;
        let asked = survey.items.iter().filter(on_page);
        list.extend(asked.map(|item| format!("{client}/{}/{}", item.resource, item.permission.id)));
    }
    list.sort_unstable();
    list.join(" ")
}
