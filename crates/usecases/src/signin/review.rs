//! The reviewers' side of consent requests: who sees which, and what a no does. A yes is a consent for everybody, and is
//! given on its page by whoever may (consent-and-governance.md 7.1.2); here it only closes what waited for it.

use crate::access::Permit;
use crate::directory::sp_of;
use crate::settle::{Facing, UseCase};
use crate::{Fault, House, people};
use mandate_base::{AppId, ConsentRequestId, CorrelationId, Draw, GroupId, Moment, RoleTemplateId, TenantId, UserId};
use mandate_domain::application::AppCard;
use mandate_domain::audit::{Activity, Doer};
use mandate_domain::consent::request::{ConsentRequest, Decision, Pending, RequestState, Reviewer, Verdict, reason_of};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::tenant::Tenant;
use mandate_domain::user::User;
use mandate_store::TenantView;
use std::sync::Arc;

/// Requests for one app that ask the same: one decision for all.
pub struct Waiting {
    pub client: AppId,
    pub app: String,
    /// Scopes by name, or the whole registered list.
    pub scope: Option<String>,
    pub permissions: Vec<Pending>,
    pub requests: Vec<Asked>,
}

pub struct Asked {
    pub id: ConsentRequestId,
    pub by: String,
    pub reason: String,
    pub at: Moment,
}

/// A request of one's own, and what became of it.
pub struct OwnRequest {
    pub request: ConsentRequest,
    pub app: String,
    pub state: RequestState,
}

const MOST_WAITING: i64 = 200;
const MOST_OWN: i64 = 20;

/// Everything that decides whether somebody is a reviewer.
struct Standing {
    groups: Vec<GroupId>,
    groups_above: Vec<GroupId>,
    roles: Vec<RoleTemplateId>,
}

impl Standing {
    async fn of(view: TenantView<'_>, user: UserId) -> Result<Standing, Fault> {
        Ok(Standing {
            groups: view.groups_of(user).await?,
            groups_above: view.groups_above(user, true).await?,
            roles: people::tenant_wide(&view.roles_of(user).await?),
        })
    }

    fn reviewer(&self, user: UserId) -> Reviewer<'_> {
        Reviewer { user, groups: &self.groups, groups_above: &self.groups_above, roles: &self.roles }
    }
}

/// What waits for this person's word; `None`: they are no reviewer.
pub async fn queue(house: &House, tenant: TenantId, user: UserId) -> Result<Option<Vec<Waiting>>, Fault> {
    let (view, global) = (house.store.tenant(tenant), house.store.global());
    let Some(known) = global.tenant_by_id(tenant).await? else { return Ok(None) };
    let policy = &known.settings.admin_consent_request_policy;
    if !policy.is_enabled || !policy.reviews(&Standing::of(view, user).await?.reviewer(user)) {
        return Ok(None);
    }
    let mut waiting: Vec<Waiting> = Vec::new();
    for request in view.consent_requests_waiting(house.now(), MOST_WAITING).await? {
        let by = view.user_by_id(request.user).await?.map(|user| user.display_name).unwrap_or_default();
        let asked = Asked { id: request.id, by, reason: request.reason, at: request.created };
        let same = |one: &&mut Waiting| {
            one.client == request.client
                && one.scope == request.asked.scope
                && one.permissions == request.asked.permissions
        };
        if let Some(known) = waiting.iter_mut().find(same) {
            known.requests.push(asked);
            continue;
        }
        // An app that is gone cannot be allowed any more.
        let Some(card) = global.card_by_app_id(request.client).await? else { continue };
        waiting.push(Waiting {
            client: request.client,
            app: card.registration.display_name.clone(),
            scope: request.asked.scope,
            permissions: request.asked.permissions,
            requests: vec![asked],
        });
    }
    Ok(Some(waiting))
}

/// Theirs, the latest first.
pub async fn own_requests(house: &House, tenant: TenantId, user: UserId) -> Result<Vec<OwnRequest>, Fault> {
    let (view, global) = (house.store.tenant(tenant), house.store.global());
    let mut own = Vec::new();
    for request in view.consent_requests_of(user, MOST_OWN).await? {
        let card = global.card_by_app_id(request.client).await?;
        let app = card.map_or_else(|| request.client.to_string(), |card| card.registration.display_name.clone());
        own.push(OwnRequest { app, state: request.state(house.now()), request });
    }
    Ok(own)
}

/// The names of the APIs that a list of permissions is of, in its order.
pub async fn resource_names(house: &House, permissions: &[Pending]) -> Result<Vec<(AppId, String)>, Fault> {
    let mut names: Vec<(AppId, String)> = Vec::new();
    for pending in permissions {
        if names.iter().all(|(known, _)| *known != pending.resource) {
            let card = house.store.global().card_by_app_id(pending.resource).await?;
            let name = card.map_or_else(|| pending.resource.to_string(), |card| card.registration.display_name.clone());
            names.push((pending.resource, name));
        }
    }
    Ok(names)
}

/// No, or never.
pub struct Decide<'a> {
    pub reviewer: UserId,
    /// Those that the page showed, all of one app.
    pub requests: &'a [ConsentRequestId],
    pub block: bool,
    pub justification: &'a str,
    pub correlation: CorrelationId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecideRefusal {
    NotAReviewer,
    /// Decided meanwhile, or too old.
    NothingWaits,
    NoJustification,
    /// It turns off an app that is in use here, which takes more than being a reviewer.
    MayNotBlock,
}

pub struct DecideFacts {
    tenant: Option<Tenant>,
    user: Option<User>,
    standing: Standing,
    requests: Vec<ConsentRequest>,
    client: Option<Arc<AppCard>>,
    client_sp: Option<ServicePrincipal>,
}

impl UseCase for Decide<'_> {
    type Facts = DecideFacts;
    type Reply = ();
    type Refusal = DecideRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<DecideFacts, Fault> {
        let Facing { view, global, .. } = facing;
        let mut requests = Vec::new();
        for id in self.requests {
            requests.extend(view.consent_request_by_id(*id).await?);
        }
        let client = requests.first().map(|request| request.client);
        let (client, client_sp) = match client {
            Some(app) => (global.card_by_app_id(app).await?, view.sp_by_app(app).await?),
            None => (None, None),
        };
        Ok(DecideFacts {
            tenant: global.tenant_by_id(view.tenant_id()).await?,
            user: view.user_by_id(self.reviewer).await?,
            standing: Standing::of(view, self.reviewer).await?,
            requests,
            client,
            client_sp,
        })
    }

    fn plan(&self, facts: DecideFacts, now: Moment, draw: &mut dyn Draw) -> Plan<(), DecideRefusal> {
        match self.judge(&facts, now) {
            Ok((user, card, justification)) => {
                let doer = Permit::of_self(user).doer(self.correlation);
                Plan::answer((), self.record(&facts, card, justification, &doer, now, draw))
            }
            Err(refusal) => Plan::refuse(refusal),
        }
    }
}

impl<'a> Decide<'a> {
    fn judge<'f>(
        &self,
        facts: &'f DecideFacts,
        now: Moment,
    ) -> Result<(&'f User, &'f AppCard, &'a str), DecideRefusal> {
        let reviewer = facts.standing.reviewer(self.reviewer);
        let policy = facts.tenant.as_ref().map(|tenant| &tenant.settings.admin_consent_request_policy);
        let user = facts.user.as_ref().filter(|user| user.account_enabled);
        let (Some(user), true) = (user, policy.is_some_and(|policy| policy.reviews(&reviewer))) else {
            return Err(DecideRefusal::NotAReviewer);
        };
        let card = facts.client.as_deref().ok_or(DecideRefusal::NothingWaits)?;
        let waits =
            |request: &ConsentRequest| request.state(now) == RequestState::InProgress && request.client == card.app_id;
        if facts.requests.len() != self.requests.len() || !facts.requests.iter().all(waits) {
            return Err(DecideRefusal::NothingWaits);
        }
        if self.block && facts.client_sp.is_some() && !reviewer.may_grant_for_all() {
            return Err(DecideRefusal::MayNotBlock);
        }
        let justification = reason_of(self.justification).ok_or(DecideRefusal::NoJustification)?;
        Ok((user, card, justification))
    }

    fn record(
        &self,
        facts: &DecideFacts,
        card: &AppCard,
        justification: &str,
        doer: &Doer,
        now: Moment,
        draw: &mut dyn Draw,
    ) -> Record {
        let mut record = Record::default();
        let decision = Decision {
            verdict: if self.block { Verdict::Blocked } else { Verdict::Denied },
            by: Some(self.reviewer),
            at: now,
            justification: Some(justification.to_owned()),
        };
        for request in &facts.requests {
            close(request, &decision, &card.registration.display_name, doer, &mut record);
        }
        if self.block {
            // A service principal that is turned off: the app is known here, and nobody is let in.
            let sp = sp_of(card, facts.client_sp.as_ref(), doer, now, &mut record, draw);
            let entry = doer
                .entry(Activity::UpdateServicePrincipal)
                .target(sp, "ServicePrincipal", &card.registration.display_name)
                .changed("AccountEnabled", Some("true".to_owned()), Some("false".to_owned()));
            record.change(Change::ServicePrincipalEnabled { sp, enabled: false }, entry);
        }
        record
    }
}

/// Consent was given for everybody: what waited for just that is answered.
pub fn approve(
    waiting: &[ConsentRequest],
    given: impl Fn(&Pending) -> bool + Copy,
    by: Option<UserId>,
    app: &str,
    doer: &Doer,
    now: Moment,
    record: &mut Record,
) {
    let waits = |request: &&ConsentRequest| request.state(now) == RequestState::InProgress && request.is_met_by(given);
    for request in waiting.iter().filter(waits) {
        let decision = Decision { verdict: Verdict::Approved, by, at: now, justification: None };
        close(request, &decision, app, doer, record);
    }
}

fn close(request: &ConsentRequest, decision: &Decision, app: &str, doer: &Doer, record: &mut Record) {
    let activity = match decision.verdict {
        Verdict::Approved => Activity::RequestApproved,
        Verdict::Denied | Verdict::Blocked => Activity::RequestDenied,
    };
    let entry = doer
        .entry(activity)
        .target(request.id, "ConsentRequest", app)
        .changed("ConsentRequest.Decision", None, Some(format!("{:?}", decision.verdict)))
        .changed("ConsentRequest.Justification", None, decision.justification.clone());
    record.change(Change::ConsentRequestDecided { request: request.id, decision: decision.clone() }, entry);
}
