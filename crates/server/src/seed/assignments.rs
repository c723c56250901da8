//! App roles given to users, groups and apps, and directory roles given to whoever administers.

use super::apps::Apps;
use super::directory::noun;
use super::node::Node;
use super::problems::{Hint, Once, Problems, Shown};
use super::read::{Draft, Reading};
use super::shape::{Fields, items};
use super::{graph, permissions, principals};
use mandate_base::{AppRoleId, AssignmentId, ObjectId, RoleTemplateId, ServicePrincipalId};
use mandate_domain::grant::AppRoleAssignment;
use mandate_domain::group::MemberKind;
use mandate_domain::permission::{AppRole, DEFAULT_ACCESS, MemberType};
use mandate_domain::role::{RoleAssignment, roles};

pub(super) fn read<'t>(draft: &mut Draft<'t>, apps: &Apps<'t>, reading: &Reading<'t>) {
    let mut standing = Once::default();
    for node in items(draft.node, "appRoleAssignments", &reading.problems) {
        let Some(assignment) = app_role_assignment(node, draft, apps, reading) else { continue };
        let key = (assignment.principal, assignment.resource, assignment.role);
        if standing.claim_same(key, node, &reading.problems) {
            claim(assignment.id, node, draft, &reading.problems);
        }
        draft.out.app_role_assignments.push(assignment);
    }
    let mut standing = Once::default();
    for node in items(draft.node, "roleAssignments", &reading.problems) {
        let Some(assignment) = role_assignment(node, draft, apps, reading) else { continue };
        let key = (assignment.principal, assignment.role, assignment.within);
        if standing.claim_same(key, node, &reading.problems) {
            claim(assignment.id, node, draft, &reading.problems);
        }
        draft.out.role_assignments.push(assignment);
    }
}

fn claim(id: AssignmentId, node: &Node, draft: &mut Draft<'_>, problems: &Problems<'_>) {
    draft.once.ids.claim(id.into(), format_args!("`{id}`"), node.get("id").unwrap_or(node), problems);
}

fn app_role_assignment<'t>(
    node: &'t Node,
    draft: &mut Draft<'t>,
    apps: &Apps<'t>,
    reading: &Reading<'t>,
) -> Option<AppRoleAssignment> {
    let problems = &reading.problems;
    let mut fields = Fields::read(node, graph::APP_ROLE_ASSIGNMENT, problems);
    if draft.names_left_out(node, &["principalId", "resourceId"]) {
        return None;
    }
    let principal = fields.need("principalId", problems).and_then(|at| principals::any(at, draft, apps, reading));
    let resource = fields.need("resourceId", problems).and_then(|at| principals::named(at, draft, apps, reading));
    let key = if node.get("appRoleId").is_some() { "appRoleId" } else { "appRole" };
    let written = fields.need(key, problems);
    let ((principal, kind), resource, at) = (principal?, resource?, written?);
    let role = role_of(at, resource, kind, draft, apps, problems)?;
    let id = fields.id::<AssignmentId>("id").unwrap_or_else(|| {
        AssignmentId::named(draft.id().bytes(), &format!("appRoleAssignment:{principal}:{resource}:{role}"))
    });
    let created = fields.when("createdDateTime").unwrap_or(reading.now);
    Some(AppRoleAssignment { id, principal, kind, resource, role, created })
}

/// By value or id; all zeros is access without a role.
fn role_of(
    at: &Node,
    resource: ServicePrincipalId,
    kind: MemberKind,
    draft: &Draft<'_>,
    apps: &Apps<'_>,
    problems: &Problems<'_>,
) -> Option<AppRoleId> {
    let text = at.text()?;
    if AppRoleId::parse(text) == Ok(DEFAULT_ACCESS) {
        return Some(DEFAULT_ACCESS);
    }
    let api = &apps.card(draft.directory.app_of(resource)?)?.registration;
    let Some(role) = permissions::app_role(api, text) else {
        problems.add(at, permissions::no_app_role(api, text));
        return None;
    };
    if !fits(role, kind) {
        let (shown, kind) = (Shown(text), noun(kind));
        problems.add(at, format_args!("app role {shown} is not for a {kind} (allowedMemberTypes)"));
    }
    Some(role.id)
}

fn fits(role: &AppRole, kind: MemberKind) -> bool {
    let wanted = match kind {
        MemberKind::User | MemberKind::Group => MemberType::User,
        MemberKind::ServicePrincipal => MemberType::Application,
    };
    role.allowed_member_types.contains(&wanted)
}

fn role_assignment<'t>(
    node: &'t Node,
    draft: &mut Draft<'t>,
    apps: &Apps<'t>,
    reading: &Reading<'t>,
) -> Option<RoleAssignment> {
    let problems = &reading.problems;
    let mut fields = Fields::read(node, graph::ROLE_ASSIGNMENT, problems);
    if draft.names_left_out(node, &["principalId", "directoryScopeId"]) {
        return None;
    }
    let principal = fields.need("principalId", problems).and_then(|at| principals::any(at, draft, apps, reading));
    let key = if node.get("roleDefinitionId").is_some() { "roleDefinitionId" } else { "role" };
    let role = fields.need(key, problems).and_then(|at| template(at, problems));
    let within = within(node, draft, problems);
    let ((principal, kind), role) = (principal?, role?);
    if kind == MemberKind::Group && !may_hold_roles(principal, draft) {
        problems.add(node, "a group holds directory roles only with isAssignableToRole: true");
    }
    let place = within.map_or("/".to_owned(), |id| id.to_string());
    let id = fields.id::<AssignmentId>("id").unwrap_or_else(|| {
        AssignmentId::named(draft.id().bytes(), &format!("roleAssignment:{principal}:{role}:{place}"))
    });
    let created = fields.when("createdDateTime").unwrap_or(reading.now);
    Some(RoleAssignment { id, principal, role, within, created })
}

fn may_hold_roles(group: ObjectId, draft: &Draft<'_>) -> bool {
    let found = draft.out.groups.iter().find(|known| ObjectId::from(known.id) == group);
    found.is_some_and(|group| group.more.get("isAssignableToRole") == Some(&serde_json::Value::Bool(true)))
}

fn template(at: &Node, problems: &Problems<'_>) -> Option<RoleTemplateId> {
    let text = at.text()?;
    let found = match RoleTemplateId::parse(text) {
        Ok(id) => roles().template(id),
        Err(_) => roles().named(text),
    };
    if found.is_none() {
        let names = roles().templates().iter().map(|role| role.name);
        problems.add(at, format_args!("no directory role {}{}", Shown(text), Hint { word: text, names }));
    }
    found.map(|role| role.id)
}

/// `/` is the whole tenant, `/administrativeUnits/{id or name}` what a unit holds, `/{id}` one object.
fn within(node: &Node, draft: &Draft<'_>, problems: &Problems<'_>) -> Option<ObjectId> {
    let at = node.get("directoryScopeId")?;
    let scope = at.text()?;
    if scope == "/" {
        return None;
    }
    let below = scope.strip_prefix('/').unwrap_or(scope);
    let (id, of_unit) = match below.strip_prefix("administrativeUnits/") {
        Some(id) => (id, true),
        None => (below, false),
    };
    let known = match of_unit {
        true => draft
            .out
            .units
            .iter()
            .find(|unit| unit.id.to_string() == id || unit.display_name == id)
            .map(|unit| unit.id.into()),
        false => ObjectId::parse(id).ok().filter(|id| scope.starts_with('/') && draft.once.ids.holds(id)),
    };
    if known.is_none() {
        problems.add(at, format_args!("no object of this tenant at {}", Shown(scope)));
    }
    known
}
