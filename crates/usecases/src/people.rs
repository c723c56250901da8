//! What tokens and decisions need to know of a person: roles, groups, app roles.

use crate::Fault;
use mandate_base::{GroupId, ObjectId, RoleTemplateId, UserId};
use mandate_domain::application::{AppCard, Registration};
use mandate_domain::group::MemberKind;
use mandate_domain::permission::MemberType;
use mandate_domain::role::RoleAssignment;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_store::{HoldingUnit, TenantView};

/// Tenant-wide role templates of these assignments.
pub fn tenant_wide(assignments: &[RoleAssignment]) -> Vec<RoleTemplateId> {
    let wide = assignments.iter().filter(|assignment| assignment.within.is_none());
    let mut roles: Vec<RoleTemplateId> = wide.map(|assignment| assignment.role).collect();
    // Held oneself and in a group, a role is one all the same; the assignments come in the order of their roles.
    roles.dedup();
    roles
}

/// The roles that reach one person: those in the whole tenant, in a unit that holds them, and for them alone.
pub fn reaching(assignments: &[RoleAssignment], user: UserId, units: &[HoldingUnit]) -> Vec<RoleTemplateId> {
    let reaches = |within: ObjectId| within == user.into() || units.iter().any(|unit| within == unit.id.into());
    let held = assignments.iter().filter(|assignment| assignment.within.is_none_or(reaches));
    held.map(|assignment| assignment.role).collect()
}

/// The groups that a token for this app names, if it names any (protocol.md §4.5).
pub async fn groups(
    view: TenantView<'_>,
    user: UserId,
    app: &Registration,
    sp: Option<&ServicePrincipal>,
) -> Result<Vec<GroupId>, Fault> {
    let wanted = app.group_membership_claims.as_deref().unwrap_or("");
    let wants = |word: &str| wanted.split(',').any(|entry| entry.trim().eq_ignore_ascii_case(word));
    if wants("ApplicationGroup") {
        return assigned_groups(view, user, sp).await;
    }
    if wants("All") || wants("SecurityGroup") { view.groups_above(user, wants("All")).await } else { Ok(Vec::new()) }
}

/// Only groups that are assigned to the app and hold the user directly: few enough for any token.
async fn assigned_groups(
    view: TenantView<'_>,
    user: UserId,
    sp: Option<&ServicePrincipal>,
) -> Result<Vec<GroupId>, Fault> {
    let Some(sp) = sp else { return Ok(Vec::new()) };
    let held = view.assignments_of_user(user, sp.id).await?;
    let of_groups = held.iter().filter(|assignment| assignment.kind == MemberKind::Group);
    let mut groups: Vec<GroupId> = of_groups.map(|assignment| assignment.principal.into()).collect();
    groups.sort_unstable();
    groups.dedup();
    Ok(groups)
}

/// The values of the app roles that a user holds at an app.
pub async fn app_roles(
    view: TenantView<'_>,
    user: UserId,
    app: &AppCard,
    sp: Option<&ServicePrincipal>,
) -> Result<Vec<String>, Fault> {
    let Some(sp) = sp.filter(|_| !app.registration.app_roles.is_empty()) else { return Ok(Vec::new()) };
    let held = view.assignments_of_user(user, sp.id).await?;
    let mut values: Vec<String> = held
        .iter()
        .filter_map(|assignment| app.registration.role_by_id(assignment.role.into()))
        .filter(|role| role.allowed_member_types.contains(&MemberType::User))
        .filter_map(|role| role.value.clone())
        .collect();
    values.sort_unstable();
    values.dedup();
    Ok(values)
}
