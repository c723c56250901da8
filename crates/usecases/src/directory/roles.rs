//! Directory roles: given, taken away, and a tenant's own ones defined (graph-api.md §2.10).

use super::principals::{Named, is_there, one_named};
use crate::Fault;
use crate::access::Permit;
use crate::settle::{Facing, UseCase};
use mandate_base::{AdministrativeUnitId, AssignmentId, CorrelationId, Draw, Moment, ObjectId, RoleTemplateId};
use mandate_domain::audit::Activity;
use mandate_domain::group::MemberKind;
use mandate_domain::properties::{Broken, Properties};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::role::{CustomRole, GLOBAL_ADMINISTRATOR, RoleAssignment, RoleQuery, roles};
use mandate_domain::tenant::Tenant;

pub struct GiveRole<'a> {
    pub permit: &'a Permit,
    pub principal: ObjectId,
    pub role: RoleTemplateId,
    pub scope: RoleScope,
    pub correlation: CorrelationId,
}

/// Where a role is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleScope {
    Tenant,
    /// To what it holds.
    Unit(AdministrativeUnitId),
    /// To one object alone: an app, a group.
    Object(ObjectId),
}

impl RoleScope {
    pub fn within(self) -> Option<ObjectId> {
        match self {
            RoleScope::Tenant => None,
            RoleScope::Unit(unit) => Some(unit.into()),
            RoleScope::Object(id) => Some(id),
        }
    }
}

pub struct TakeRole<'a> {
    pub permit: &'a Permit,
    pub assignment: AssignmentId,
    pub correlation: CorrelationId,
}

/// A change of which roles there are.
pub struct EditRoles<'a> {
    pub permit: &'a Permit,
    pub edit: RoleEdit,
    pub correlation: CorrelationId,
}

pub enum RoleEdit {
    /// A built-in one is shown among the tenant's roles.
    Activate(RoleTemplateId),
    Define(Properties),
    Redefine(RoleTemplateId, Properties),
    Undefine(RoleTemplateId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleRefusal {
    NoSuchPrincipal,
    /// A group to which no role may be given, or what is no principal at all.
    NotAssignable,
    NoSuchRole,
    NoSuchScope,
    NoSuchAssignment,
    AlreadyThere,
    /// Somebody must be left who can do everything.
    LastGlobalAdministrator,
    /// Nobody changes what is built in.
    BuiltIn,
    /// It is still given to somebody.
    InUse,
    Broken(Broken),
}

impl From<Broken> for RoleRefusal {
    fn from(broken: Broken) -> RoleRefusal {
        RoleRefusal::Broken(broken)
    }
}

pub struct GiveFacts {
    principal: Option<Named>,
    assignable: bool,
    role: Option<String>,
    scope: bool,
    held: bool,
}

impl UseCase for GiveRole<'_> {
    type Facts = GiveFacts;
    type Reply = RoleAssignment;
    type Refusal = RoleRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<GiveFacts, Fault> {
        let principal = one_named(facing, self.principal).await?;
        let group = match &principal {
            Some(Named { kind: MemberKind::Group, .. }) => facing.view.group_by_id(self.principal.into()).await?,
            _ => None,
        };
        let tenant = facing.tenant().await?;
        let within = Some(self.scope.within());
        let query = RoleQuery { principal: Some(self.principal), role: Some(self.role), within };
        let held = facing.view.role_assignments_where(query, None, 1).await?;
        let scope = match self.scope {
            RoleScope::Tenant => true,
            RoleScope::Unit(unit) => facing.view.unit_by_id(unit).await?.is_some(),
            RoleScope::Object(id) => is_there(facing, id).await?,
        };
        Ok(GiveFacts {
            principal,
            assignable: group.is_none_or(|group| group.is_assignable_to_role()),
            role: tenant.and_then(|tenant| roles().name_of(self.role, &tenant.settings).map(str::to_owned)),
            scope,
            held: !held.is_empty(),
        })
    }

    fn plan(&self, facts: GiveFacts, now: Moment, draw: &mut dyn Draw) -> Plan<RoleAssignment, RoleRefusal> {
        let Some(principal) = facts.principal else { return Plan::refuse(RoleRefusal::NoSuchPrincipal) };
        let Some(role) = facts.role else { return Plan::refuse(RoleRefusal::NoSuchRole) };
        if !facts.assignable {
            return Plan::refuse(RoleRefusal::NotAssignable);
        }
        if !facts.scope {
            return Plan::refuse(RoleRefusal::NoSuchScope);
        }
        if facts.held {
            return Plan::refuse(RoleRefusal::AlreadyThere);
        }
        let assignment = RoleAssignment {
            id: draw.timed_id(now).into(),
            principal: self.principal,
            role: self.role,
            within: self.scope.within(),
            created: now,
        };
        let entry = self.permit.doer(self.correlation).entry(Activity::AddMemberToRole);
        let entry = entry.target(self.principal, principal.kind.word(), &principal.name);
        let mut record = Record::default();
        record.change(Change::RoleAssigned(assignment), entry.changed("Role.DisplayName", None, Some(role)));
        Plan::answer(assignment, record)
    }
}

pub struct TakeFacts {
    assignment: Option<RoleAssignment>,
    principal: Option<Named>,
    /// Others that hold the role in the whole tenant.
    others: usize,
}

impl UseCase for TakeRole<'_> {
    type Facts = TakeFacts;
    type Reply = ();
    type Refusal = RoleRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<TakeFacts, Fault> {
        let Some(assignment) = facing.view.role_assignment_by_id(self.assignment).await? else {
            return Ok(TakeFacts { assignment: None, principal: None, others: 0 });
        };
        let holders = facing.view.role_holders(assignment.role, 100).await?;
        let others = holders.iter().filter(|held| held.within.is_none() && held.id != assignment.id).count();
        let principal = one_named(facing, assignment.principal).await?;
        Ok(TakeFacts { assignment: Some(assignment), principal, others })
    }

    fn plan(&self, facts: TakeFacts, _: Moment, _: &mut dyn Draw) -> Plan<(), RoleRefusal> {
        let Some(assignment) = facts.assignment else { return Plan::refuse(RoleRefusal::NoSuchAssignment) };
        let wide = assignment.within.is_none() && assignment.role == GLOBAL_ADMINISTRATOR;
        if wide && facts.others == 0 {
            return Plan::refuse(RoleRefusal::LastGlobalAdministrator);
        }
        let (kind, name) = facts.principal.map_or(("User", String::new()), |found| (found.kind.word(), found.name));
        let entry = self.permit.doer(self.correlation).entry(Activity::RemoveMemberFromRole);
        let entry = entry.target(assignment.principal, kind, &name);
        let role = roles().template(assignment.role).map(|role| role.name.to_owned());
        let mut record = Record::default();
        record.change(Change::RoleUnassigned(assignment.id), entry.changed("Role.DisplayName", role, None));
        Plan::answer((), record)
    }
}

pub struct EditFacts {
    tenant: Option<Tenant>,
    in_use: bool,
}

impl UseCase for EditRoles<'_> {
    type Facts = EditFacts;
    /// The role that was made or changed, by its id.
    type Reply = RoleTemplateId;
    type Refusal = RoleRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<EditFacts, Fault> {
        let in_use = match &self.edit {
            RoleEdit::Undefine(id) => !facing.view.role_holders(*id, 1).await?.is_empty(),
            _ => false,
        };
        Ok(EditFacts { tenant: facing.global.tenant_by_id(facing.view.tenant_id()).await?, in_use })
    }

    fn plan(&self, facts: EditFacts, _: Moment, draw: &mut dyn Draw) -> Plan<RoleTemplateId, RoleRefusal> {
        let Some(mut tenant) = facts.tenant else { return Plan::refuse(RoleRefusal::NoSuchRole) };
        if facts.in_use {
            return Plan::refuse(RoleRefusal::InUse);
        }
        let (id, name) = match self.apply(&mut tenant, draw) {
            Ok(edited) => edited,
            Err(refusal) => return Plan::refuse(refusal),
        };
        let activity = match &self.edit {
            RoleEdit::Activate(_) => Activity::ActivateRole,
            RoleEdit::Define(_) => Activity::AddRoleDefinition,
            RoleEdit::Redefine(..) => Activity::UpdateRoleDefinition,
            RoleEdit::Undefine(_) => Activity::DeleteRoleDefinition,
        };
        let entry = self.permit.doer(self.correlation).entry(activity);
        let mut record = Record::default();
        record.change(Change::TenantSettings(Box::new(tenant)), entry.target(id, "Role", &name));
        Plan::answer(id, record)
    }
}

impl EditRoles<'_> {
    fn apply(&self, tenant: &mut Tenant, draw: &mut dyn Draw) -> Result<(RoleTemplateId, String), RoleRefusal> {
        let settings = &mut tenant.settings;
        match &self.edit {
            RoleEdit::Activate(id) => {
                let role = roles().template(*id).ok_or(RoleRefusal::NoSuchRole)?;
                if settings.activated_roles.contains(id) {
                    return Err(RoleRefusal::AlreadyThere);
                }
                settings.activated_roles.push(*id);
                Ok((*id, role.name.to_owned()))
            }
            RoleEdit::Define(properties) => {
                let role = CustomRole::made(draw.id().into(), properties)?;
                check_name(&role, &settings.custom_roles)?;
                let named = (role.id, role.display_name.clone());
                settings.custom_roles.push(role);
                Ok(named)
            }
            RoleEdit::Redefine(id, properties) => {
                let at = place_of(*id, &settings.custom_roles)?;
                let role = settings.custom_roles[at].merged(properties)?;
                check_name(&role, &settings.custom_roles)?;
                let named = (role.id, role.display_name.clone());
                settings.custom_roles[at] = role;
                Ok(named)
            }
            RoleEdit::Undefine(id) => {
                let at = place_of(*id, &settings.custom_roles)?;
                let role = settings.custom_roles.remove(at);
                Ok((role.id, role.display_name))
            }
        }
    }
}

fn place_of(id: RoleTemplateId, held: &[CustomRole]) -> Result<usize, RoleRefusal> {
    if roles().template(id).is_some() {
        return Err(RoleRefusal::BuiltIn);
    }
    held.iter().position(|role| role.id == id).ok_or(RoleRefusal::NoSuchRole)
}

/// No two of one name, built-in ones among them.
fn check_name(role: &CustomRole, held: &[CustomRole]) -> Result<(), RoleRefusal> {
    let same = |other: &&CustomRole| other.id != role.id && other.display_name.eq_ignore_ascii_case(&role.display_name);
    let taken = held.iter().any(|other| same(&other)) || roles().named(&role.display_name).is_some();
    if taken { Err(RoleRefusal::AlreadyThere) } else { Ok(()) }
}
