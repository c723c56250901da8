//! A person accepts the consent page: the instance of the app if it is new here, and the grants.
//!
//! Everything is judged again at this moment: the page may be old, and its form may be forged.

use super::encounter::{Asking, Encounter, EncounterRefusal, Loaded, encounter};
use crate::settle::{Facing, UseCase};
use crate::{Fault, Origins};
use mandate_base::{AppId, CorrelationId, Draw, Moment, ServicePrincipalId, SessionId, UserId};
use mandate_domain::application::{AccessKind, AppCard};
use mandate_domain::audit::{Activity, Actor, Doer};
use mandate_domain::consent::{Item, ScopeRefusal, Standing, Survey};
use mandate_domain::grant::{AppRoleAssignment, Grant};
use mandate_domain::group::MemberKind;
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::service_principal::{ServicePrincipal, SpMore};
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
    type Facts = (Result<Encounter, EncounterRefusal>, Option<Session>);
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
        Ok((encounter(facing, &asking).await?, facing.view.session_by_id(self.session).await?))
    }

    fn plan(&self, (met, session): Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<(), ConsentRefusal> {
        let met = match met {
            Ok(met) => met,
            Err(refusal) => return Plan::refuse(ConsentRefusal::Encounter(refusal)),
        };
        match self.judge(&met, session.as_ref(), now) {
            Ok(survey) => Plan::answer((), self.record(&met, &survey, now, draw)),
            Err(refusal) => Plan::refuse(refusal),
        }
    }
}

impl GrantConsent<'_> {
    fn judge(&self, met: &Encounter, session: Option<&Session>, now: Moment) -> Result<Survey, ConsentRefusal> {
        if !session.is_some_and(|session| session.stands(&met.user, now)) {
            return Err(ConsentRefusal::SessionOver);
        }
        met.let_in().map_err(ConsentRefusal::NotLetIn)?;
        let survey = met.survey().map_err(ConsentRefusal::Scope)?;
        if shown(&survey, self.whole_list) != self.shown {
            return Err(ConsentRefusal::Changed);
        }
        if survey.blocked().next().is_some() || (self.for_organisation && !survey.may_grant_for_all) {
            return Err(ConsentRefusal::NeedsAdmin);
        }
        let roles_missing = survey.missing().any(|item| item.permission.kind == AccessKind::Role);
        if roles_missing && !self.for_organisation {
            return Err(ConsentRefusal::OrganisationOnly);
        }
        Ok(survey)
    }

    fn record(&self, met: &Encounter, survey: &Survey, now: Moment, draw: &mut dyn Draw) -> Record {
        let actor = Actor::User { id: met.user.id, upn: met.user.upn.as_str().to_owned() };
        let doer = Doer { actor, correlation: self.correlation };
        let mut record = Record::default();
        let client = sp_of(&met.client, met.client_sp.as_ref(), &doer, now, &mut record, draw);
        for loaded in &met.resources {
            // What was on the page and nothing else: what this person granted before is everybody's only when it was
            // shown again. What needs no grant, since the API's owner lets the client in, gets none.
            let wanted = |item: &&Item| {
                item.resource == loaded.card.app_id
                    && match item.standing {
                        Standing::Missing => true,
                        Standing::Granted => self.for_organisation && self.whole_list,
                        Standing::PreAuthorized | Standing::Itself | Standing::Blocked(_) => false,
                    }
            };
            let items: Vec<&Item> = survey.items.iter().filter(wanted).collect();
            if items.is_empty() {
                continue;
            }
            let api = sp_of(&loaded.card, loaded.sp.as_ref(), &doer, now, &mut record, draw);
            self.grant_scopes(loaded, (client, api), &items, &doer, now, &mut record, draw);
            grant_roles(loaded, met, (client, api), &items, &doer, now, &mut record, draw);
        }
        let given = survey.items.iter().filter(|item| match item.standing {
            Standing::Missing => true,
            Standing::Granted => self.for_organisation && self.whole_list,
            _ => false,
        });
        let consented: Vec<&str> = given.map(|item| item.permission.value.as_str()).collect();
        let entry = doer.entry(Activity::ConsentToApplication);
        record.note(
            entry
                .target(client, "ServicePrincipal", &met.client.registration.display_name)
                .changed("ConsentContext.IsAdminConsent", None, Some(self.for_organisation.to_string()))
                .changed("ConsentAction.Permissions", None, Some(consented.join(" "))),
        );
        record
    }

    #[expect(clippy::too_many_arguments, reason = "one place, and each is a different thing")]
    fn grant_scopes(
        &self,
        loaded: &Loaded,
        (client, api): (ServicePrincipalId, ServicePrincipalId),
        items: &[&Item],
        doer: &Doer,
        now: Moment,
        record: &mut Record,
        draw: &mut dyn Draw,
    ) {
        let principal = (!self.for_organisation).then_some(self.user);
        let held = loaded.grants.iter().find(|grant| grant.principal == principal);
        let before: Vec<String> = held.map(|grant| grant.scopes.clone()).unwrap_or_default();
        let mut after = before.clone();
        for item in items.iter().filter(|item| item.permission.kind == AccessKind::Scope) {
            if !after.iter().any(|scope| scope.eq_ignore_ascii_case(&item.permission.value)) {
                after.push(item.permission.value.clone());
            }
        }
        if after.len() == before.len() {
            return;
        }
        let entry = doer
            .entry(Activity::AddDelegatedPermissionGrant)
            .target(client, "ServicePrincipal", "client")
            .target(api, "ServicePrincipal", &loaded.card.registration.display_name)
            .changed("DelegatedPermissionGrant.Scope", Some(before.join(" ")), Some(after.join(" ")));
        let change = match held {
            Some(grant) => Change::GrantScopes { grant: grant.id, scopes: after, version: grant.version },
            None => Change::GrantAdded(Grant {
                id: draw.id().into(),
                client,
                resource: api,
                principal,
                scopes: after,
                created: now,
                version: 1,
            }),
        };
        record.change(change, entry);
    }
}

#[expect(clippy::too_many_arguments, reason = "one place, and each is a different thing")]
fn grant_roles(
    loaded: &Loaded,
    met: &Encounter,
    (client, api): (ServicePrincipalId, ServicePrincipalId),
    items: &[&Item],
    doer: &Doer,
    now: Moment,
    record: &mut Record,
    draw: &mut dyn Draw,
) {
    let missing = |item: &&&Item| {
        item.permission.kind == AccessKind::Role && !loaded.roles_held.contains(&item.permission.id.into())
    };
    for item in items.iter().filter(missing) {
        let entry = doer
            .entry(Activity::AddAppRoleAssignmentToServicePrincipal)
            .target(client, "ServicePrincipal", &met.client.registration.display_name)
            .changed("AppRole.Value", None, Some(item.permission.value.clone()));
        let assignment = AppRoleAssignment {
            id: draw.id().into(),
            principal: client.into(),
            kind: MemberKind::ServicePrincipal,
            resource: api,
            role: item.permission.id.into(),
            created: now,
        };
        record.change(Change::AppRoleAssigned(assignment), entry);
    }
}

/// The app's instance here; the first who consents makes it (features S4-31, S4-32).
pub(super) fn sp_of(
    card: &AppCard,
    held: Option<&ServicePrincipal>,
    doer: &Doer,
    now: Moment,
    record: &mut Record,
    draw: &mut dyn Draw,
) -> ServicePrincipalId {
    if let Some(sp) = held {
        return sp.id;
    }
    let sp = new_sp(card, draw.id().into(), now);
    let id = sp.id;
    let entry =
        doer.entry(Activity::AddServicePrincipal).target(id, "ServicePrincipal", &card.registration.display_name);
    record.change(Change::ServicePrincipalAdded(Box::new(sp)), entry);
    id
}

fn new_sp(card: &AppCard, id: ServicePrincipalId, now: Moment) -> ServicePrincipal {
    let registration = &card.registration;
    let names = std::iter::once(card.app_id.to_string()).chain(registration.identifier_uris.iter().cloned());
    ServicePrincipal {
        id,
        app_id: card.app_id,
        home: card.home,
        display_name: registration.display_name.clone(),
        account_enabled: true,
        app_role_assignment_required: false,
        created: now,
        more: SpMore { service_principal_names: names.collect(), ..SpMore::default() },
    }
}

/// What a page shows, as one text to compare: every permission that is asked, in order.
pub fn shown(survey: &Survey, whole_list: bool) -> String {
    let on_page = |item: &&Item| whole_list || matches!(item.standing, Standing::Missing | Standing::Blocked(_));
    let on_page = survey.items.iter().filter(on_page);
    let mut list: Vec<String> = on_page.map(|item| format!("{}/{}", item.resource, item.permission.id)).collect();
    list.sort_unstable();
    list.join(" ")
}
