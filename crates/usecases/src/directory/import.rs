//! Brings a whole tenant in, in one transaction: a seed, or the first tenant of a deployment.

use super::links::added;
use crate::Fault;
use crate::access::Permit;
use crate::settle::{Facing, UseCase};
use mandate_base::{CorrelationId, Draw, Moment, ObjectId};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::application::AppCard;
use mandate_domain::audit::{Activity, Doer};
use mandate_domain::grant::{AppRoleAssignment, Grant};
use mandate_domain::group::{Group, Link, MemberKind};
use mandate_domain::query::Noun;
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::role::{RoleAssignment, roles};
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::tenant::Tenant;
use mandate_domain::user::User;
use std::collections::HashMap;

/// Everything a tenant begins with. Passwords and secrets are already hashed.
pub struct NewTenant<'p> {
    pub permit: &'p Permit,
    pub correlation: CorrelationId,
    pub tenant: Tenant,
    pub users: Vec<User>,
    pub groups: Vec<Group>,
    pub units: Vec<AdministrativeUnit>,
    pub links: Vec<Link>,
    pub applications: Vec<AppCard>,
    pub service_principals: Vec<ServicePrincipal>,
    pub grants: Vec<Grant>,
    pub app_role_assignments: Vec<AppRoleAssignment>,
    pub role_assignments: Vec<RoleAssignment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportRefusal {
    TenantExists,
}

impl UseCase for NewTenant<'_> {
    type Facts = Option<Tenant>;
    type Reply = ();
    type Refusal = ImportRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<Tenant>, Fault> {
        facing.global.tenant_by_id(self.tenant.id).await
    }

    fn plan(&self, there: Option<Tenant>, _: Moment, _: &mut dyn Draw) -> Plan<(), ImportRefusal> {
        if there.is_some() {
            return Plan::refuse(ImportRefusal::TenantExists);
        }
        let doer = self.permit.doer(self.correlation);
        let mut record = Record::default();
        let entry = doer.entry(Activity::CreateCompany);
        let entry = entry.target(self.tenant.id, "Company", &self.tenant.profile.display_name);
        record.change(Change::TenantAdded(Box::new(self.tenant.clone())), entry);
        self.people(&doer, &mut record);
        self.apps(&doer, &mut record);
        self.access(&doer, &mut record);
        Plan::answer((), record)
    }
}

impl NewTenant<'_> {
    fn people(&self, doer: &Doer, record: &mut Record) {
        for user in &self.users {
            let entry = doer.entry(Activity::AddUser).target(user.id, "User", user.upn.as_str());
            record.change(Change::UserAdded(Box::new(user.clone())), entry);
        }
        for group in &self.groups {
            let entry = doer.entry(Activity::AddGroup).target(group.id, "Group", &group.display_name);
            record.change(Change::GroupAdded(Box::new(group.clone())), entry);
        }
        for unit in &self.units {
            let entry = doer.entry(Activity::AddAdministrativeUnit);
            let entry = entry.target(unit.id, Noun::AdministrativeUnit.word(), &unit.display_name);
            record.change(Change::AdministrativeUnitAdded(Box::new(unit.clone())), entry);
        }
        let nouns = self.nouns();
        for link in &self.links {
            let noun = nouns.get(&link.of).copied().unwrap_or(Noun::Group);
            let entry = doer.entry(added(noun, link.role)).target(link.member, link.kind.word(), "");
            let entry = entry.target(link.of, noun.word(), "");
            record.change(Change::LinkAdded(*link), entry);
        }
    }

    /// What a link may be to, but for groups.
    fn nouns(&self) -> HashMap<ObjectId, Noun> {
        let users = self.users.iter().map(|user| (user.id.into(), Noun::User));
        let apps = self.applications.iter().map(|card| (card.application.into(), Noun::Application));
        let instances = self.service_principals.iter().map(|sp| (sp.id.into(), Noun::ServicePrincipal));
        let units = self.units.iter().map(|unit| (unit.id.into(), Noun::AdministrativeUnit));
        users.chain(apps).chain(instances).chain(units).collect()
    }

    fn apps(&self, doer: &Doer, record: &mut Record) {
        for card in &self.applications {
            let name = &card.registration.display_name;
            let entry = doer.entry(Activity::AddApplication).target(card.application, "Application", name);
            record.change(Change::ApplicationAdded(Box::new(card.clone())), entry);
        }
        for sp in &self.service_principals {
            let entry = doer.entry(Activity::AddServicePrincipal).target(sp.id, "ServicePrincipal", &sp.display_name);
            record.change(Change::ServicePrincipalAdded(Box::new(sp.clone())), entry);
        }
    }

    fn access(&self, doer: &Doer, record: &mut Record) {
        for grant in &self.grants {
            let entry = doer
                .entry(Activity::AddDelegatedPermissionGrant)
                .target(grant.client, "ServicePrincipal", "client")
                .target(grant.resource, "ServicePrincipal", "resource")
                .changed("DelegatedPermissionGrant.Scope", None, Some(grant.scope_text()));
            record.change(Change::GrantAdded(grant.clone()), entry);
        }
        for assignment in &self.app_role_assignments {
            let activity = match assignment.kind {
                MemberKind::User => Activity::AddAppRoleAssignmentToUser,
                MemberKind::Group => Activity::AddAppRoleAssignmentToGroup,
                MemberKind::ServicePrincipal => Activity::AddAppRoleAssignmentToServicePrincipal,
            };
            let entry = doer.entry(activity).target(assignment.principal, assignment.kind.word(), "");
            let entry = entry.changed("AppRole.Id", None, Some(assignment.role.to_string()));
            record.change(Change::AppRoleAssigned(*assignment), entry);
        }
        for assignment in &self.role_assignments {
            let name = roles().template(assignment.role).map_or("", |role| role.name);
            let entry = doer.entry(Activity::AddMemberToRole).target(assignment.principal, "User", "");
            let entry = entry.changed("Role.DisplayName", None, Some(name.to_owned()));
            record.change(Change::RoleAssigned(*assignment), entry);
        }
    }
}
