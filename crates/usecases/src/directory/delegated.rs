//! Delegated grants by an administrator or a pipeline, through Graph: the same grants that consent writes.
//!
//! The gate has judged the call. What it cannot know is judged here: whether the signed-in person may consent to just
//! these permissions (consent-and-governance.md §2). An app that calls for itself holds a permission to grant anything.

use super::grants::{Between, GrantWriter, joined};
use crate::access::{Caller, Permit, Who};
use crate::settle::{Facing, UseCase};
use crate::{Fault, people};
use mandate_base::{CorrelationId, Draw, Moment, ServicePrincipalId};
use mandate_domain::application::AppCard;
use mandate_domain::consent::{ResourceFacts, SurveyFacts, may_give};
use mandate_domain::grant::{Grant, GrantParties};
use mandate_domain::record::Plan;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::tenant::Tenant;
use std::sync::Arc;

/// `POST /oauth2PermissionGrants`
pub struct NewGrant<'a> {
    pub permit: &'a Permit,
    pub caller: &'a Caller,
    pub parties: GrantParties,
    pub scopes: Vec<String>,
    pub correlation: CorrelationId,
}

/// `PATCH /oauth2PermissionGrants/{id}`: its scopes, and nothing else of it.
pub struct ChangeGrant<'a> {
    pub permit: &'a Permit,
    pub caller: &'a Caller,
    pub parties: GrantParties,
    pub scopes: Vec<String>,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantRefusal {
    NoSuchClient,
    NoSuchResource,
    NoSuchPerson,
    /// There is one of each, and this one is there.
    AlreadyThere,
    NoSuchGrant,
    /// More than policy lets this person consent to.
    BeyondPolicy,
}

/// The two sides of a grant, as they are here.
pub struct GrantFacts {
    tenant: Option<Arc<Tenant>>,
    client: Option<Party>,
    resource: Option<Party>,
    person_is_known: bool,
    held: Option<Grant>,
}

/// An instance, and the app behind it.
pub(super) struct Party {
    pub sp: ServicePrincipal,
    pub card: Arc<AppCard>,
}

pub(super) async fn party(facing: Facing<'_>, id: ServicePrincipalId) -> Result<Option<Party>, Fault> {
    let Some(sp) = facing.view.sp_by_id(id).await? else { return Ok(None) };
    Ok(facing.card(sp.app_id).await?.map(|card| Party { sp, card }))
}

async fn facts(facing: Facing<'_>, parties: GrantParties) -> Result<GrantFacts, Fault> {
    let person_is_known = match parties.principal {
        Some(user) => facing.view.user_by_id(user).await?.is_some(),
        None => true,
    };
    Ok(GrantFacts {
        tenant: facing.tenant().await?,
        client: party(facing, parties.client).await?,
        resource: party(facing, parties.resource).await?,
        person_is_known,
        held: facing.view.grant_by_parties(parties).await?,
    })
}

impl UseCase for NewGrant<'_> {
    type Facts = GrantFacts;
    type Reply = Grant;
    type Refusal = GrantRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<GrantFacts, Fault> {
        facts(facing, self.parties).await
    }

    fn plan(&self, facts: GrantFacts, now: Moment, draw: &mut dyn Draw) -> Plan<Grant, GrantRefusal> {
        let (client, resource) = match both(&facts) {
            Ok(both) => both,
            Err(refusal) => return Plan::refuse(refusal),
        };
        if !facts.person_is_known {
            return Plan::refuse(GrantRefusal::NoSuchPerson);
        }
        if facts.held.is_some() {
            return Plan::refuse(GrantRefusal::AlreadyThere);
        }
        let scopes = joined(&[], &self.scopes);
        if !may(self.caller, &facts, self.parties, (client, resource), &scopes) {
            return Plan::refuse(GrantRefusal::BeyondPolicy);
        }
        let doer = self.permit.doer(self.correlation);
        let mut writer = GrantWriter::new(&doer, now, draw);
        let grant = writer.grant(between(client, resource), self.parties.principal, scopes);
        Plan::answer(grant, writer.record)
    }
}

impl UseCase for ChangeGrant<'_> {
    type Facts = GrantFacts;
    type Reply = ();
    type Refusal = GrantRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<GrantFacts, Fault> {
        facts(facing, self.parties).await
    }

    fn plan(&self, facts: GrantFacts, now: Moment, draw: &mut dyn Draw) -> Plan<(), GrantRefusal> {
        let Some(held) = &facts.held else { return Plan::refuse(GrantRefusal::NoSuchGrant) };
        let (client, resource) = match both(&facts) {
            Ok(both) => both,
            Err(refusal) => return Plan::refuse(refusal),
        };
        let scopes = joined(&[], &self.scopes);
        let new: Vec<String> = scopes.iter().filter(|scope| !held.holds(scope)).cloned().collect();
        if !may(self.caller, &facts, self.parties, (client, resource), &new) {
            return Plan::refuse(GrantRefusal::BeyondPolicy);
        }
        let doer = self.permit.doer(self.correlation);
        let mut writer = GrantWriter::new(&doer, now, draw);
        writer.change(between(client, resource), held, scopes);
        Plan::answer((), writer.record)
    }
}

fn both(facts: &GrantFacts) -> Result<(&Party, &Party), GrantRefusal> {
    let client = facts.client.as_ref().ok_or(GrantRefusal::NoSuchClient)?;
    Ok((client, facts.resource.as_ref().ok_or(GrantRefusal::NoSuchResource)?))
}

fn between<'p>(client: &'p Party, resource: &'p Party) -> Between<'p> {
    Between { client: (client.sp.id, client.card.name()), api: (resource.sp.id, resource.card.name()) }
}

fn may(
    caller: &Caller,
    facts: &GrantFacts,
    parties: GrantParties,
    (client, resource): (&Party, &Party),
    scopes: &[String],
) -> bool {
    let Who::Person(person) = &caller.who else { return true };
    let Some(tenant) = &facts.tenant else { return false };
    let roles = people::tenant_wide(&person.roles);
    let api = ResourceFacts { card: &resource.card, sp: Some(&resource.sp), grants: &[], roles_held: &[] };
    let survey = SurveyFacts {
        tenant,
        client: &client.card,
        client_sp: Some(&client.sp),
        roles: &roles,
        resources: std::slice::from_ref(&api),
    };
    scopes.iter().all(|scope| may_give(&survey, &api, scope, parties.principal.is_some()))
}
