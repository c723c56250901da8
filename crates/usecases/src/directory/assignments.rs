//! App roles given by an administrator or a pipeline, through Graph: to people and groups, and to apps as application
//! permissions.
//!
//! The gate has judged the call. An application permission is a consent besides: a signed-in person gives it only as far
//! as a policy of their roles goes (consent-and-governance.md §2).

use super::delegated::{Party, party};
use super::grants::GrantWriter;
use crate::access::{Caller, Permit, Who};
use crate::settle::{Facing, UseCase};
use crate::{Fault, people};
use mandate_base::{AppRoleId, CorrelationId, Draw, Moment, ObjectId, ServicePrincipalId};
use mandate_domain::application::AppCard;
use mandate_domain::consent::{ResourceFacts, SurveyFacts, may_assign};
use mandate_domain::grant::AppRoleAssignment;
use mandate_domain::group::MemberKind;
use mandate_domain::permission::{DEFAULT_ACCESS, MemberType};
use mandate_domain::record::Plan;
use mandate_domain::tenant::Tenant;
use std::sync::Arc;

pub struct AssignRole<'a> {
    pub permit: &'a Permit,
    pub caller: &'a Caller,
    pub principal: ObjectId,
    pub resource: ServicePrincipalId,
    pub role: AppRoleId,
    pub correlation: CorrelationId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignRefusal {
    NoSuchPrincipal,
    NoSuchResource,
    /// The API has no such role, has turned it off, or has it for principals of another kind.
    NoSuchRole,
    AlreadyThere,
    /// More than policy lets this person consent to.
    BeyondPolicy,
}

/// Who gets a role.
pub enum Principal {
    User(String),
    Group(String),
    App(Box<Party>),
}

pub struct AssignFacts {
    tenant: Option<Arc<Tenant>>,
    principal: Option<Principal>,
    resource: Option<Party>,
    held: Vec<AppRoleAssignment>,
}

impl UseCase for AssignRole<'_> {
    type Facts = AssignFacts;
    type Reply = AppRoleAssignment;
    type Refusal = AssignRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<AssignFacts, Fault> {
        Ok(AssignFacts {
            tenant: facing.tenant().await?,
            principal: principal(facing, self.principal).await?,
            resource: party(facing, self.resource).await?,
            held: facing.view.assignments_of(self.principal, self.resource).await?,
        })
    }

    fn plan(&self, facts: AssignFacts, now: Moment, draw: &mut dyn Draw) -> Plan<AppRoleAssignment, AssignRefusal> {
        let (principal, Party { sp, card }) = match self.judge(&facts) {
            Ok(judged) => judged,
            Err(refusal) => return Plan::refuse(refusal),
        };
        let doer = self.permit.doer(self.correlation);
        let mut writer = GrantWriter::new(&doer, now, draw);
        let value = card.registration.role_by_id(self.role.into()).and_then(|role| role.value.clone());
        let to = (self.principal, principal.kind(), principal.name());
        let assignment = writer.assign(to, (sp.id, card.name()), self.role, value);
        Plan::answer(assignment, writer.record)
    }
}

impl AssignRole<'_> {
    fn judge<'f>(&self, facts: &'f AssignFacts) -> Result<(&'f Principal, &'f Party), AssignRefusal> {
        let principal = facts.principal.as_ref().ok_or(AssignRefusal::NoSuchPrincipal)?;
        let resource = facts.resource.as_ref().ok_or(AssignRefusal::NoSuchResource)?;
        if !self.is_role_for(principal, &resource.card) {
            return Err(AssignRefusal::NoSuchRole);
        }
        if facts.held.iter().any(|held| held.role == self.role) {
            return Err(AssignRefusal::AlreadyThere);
        }
        if !self.may(facts, principal, resource) {
            return Err(AssignRefusal::BeyondPolicy);
        }
        Ok((principal, resource))
    }

    /// The nil role is access and nothing more, for people and groups (consent-and-governance.md 10.6).
    fn is_role_for(&self, principal: &Principal, card: &AppCard) -> bool {
        let member = match principal {
            Principal::User(_) | Principal::Group(_) => MemberType::User,
            Principal::App(_) => MemberType::Application,
        };
        let role = card.registration.role_by_id(self.role.into());
        let published = role.is_some_and(|role| role.is_enabled && role.allowed_member_types.contains(&member));
        published || (self.role == DEFAULT_ACCESS && member == MemberType::User)
    }

    fn may(&self, facts: &AssignFacts, principal: &Principal, Party { sp, card }: &Party) -> bool {
        let (Who::Person(person), Principal::App(client)) = (&self.caller.who, principal) else { return true };
        let Some(tenant) = &facts.tenant else { return false };
        if self.permit.is_by_owner() {
            // An API's owner says who may call it, where the API is at home; the instance of a stranger's API is anybody's
            // to bring in, and what it guards is the organisation's (consent-and-governance.md 10.8).
            return card.home == tenant.id;
        }
        let roles = people::tenant_wide(&person.roles);
        let api = ResourceFacts { card, sp: Some(sp), grants: &[], roles_held: &[] };
        let survey = SurveyFacts {
            tenant,
            client: &client.card,
            client_sp: Some(&client.sp),
            roles: &roles,
            resources: std::slice::from_ref(&api),
        };
        may_assign(&survey, &api, self.role)
    }
}

async fn principal(facing: Facing<'_>, id: ObjectId) -> Result<Option<Principal>, Fault> {
    if let Some(user) = facing.view.user_by_id(id.into()).await? {
        return Ok(Some(Principal::User(user.display_name)));
    }
    if let Some(group) = facing.view.group_by_id(id.into()).await? {
        return Ok(Some(Principal::Group(group.display_name)));
    }
    Ok(party(facing, id.into()).await?.map(|app| Principal::App(Box::new(app))))
}

impl Principal {
    fn kind(&self) -> MemberKind {
        match self {
            Principal::User(_) => MemberKind::User,
            Principal::Group(_) => MemberKind::Group,
            Principal::App(_) => MemberKind::ServicePrincipal,
        }
    }

    fn name(&self) -> &str {
        match self {
            Principal::User(name) | Principal::Group(name) => name,
            Principal::App(app) => &app.sp.display_name,
        }
    }
}
