//! What tokens and decisions need to know of a person: roles, groups, app roles.

use crate::Fault;
use mandate_base::{GroupId, RoleTemplateId, UserId};
use mandate_domain::application::{AppCard, Registration};
use mandate_domain::permission::MemberType;
use mandate_domain::role::RoleAssignment;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_store::TenantView;

/// Tenant-wide role templates of these assignments.
pub fn tenant_wide(assignments: &[RoleAssignment]) -> Vec<RoleTemplateId> {
    let wide = assignments.iter().filter(|assignment| assignment.within.is_none());
    wide.map(|assignment| assignment.role).collect()
}

/// The groups that a token for this app names, if it names any.
pub async fn groups(view: TenantView<'_>, user: UserId, app: &Registration) -> Result<Vec<GroupId>, Fault> {
    match app.group_membership_claims.as_deref() {
        None | Some("" | "None" | "DirectoryRole") => Ok(Vec::new()),
        Some(wanted) => view.groups_above(user, wanted.eq_ignore_ascii_case("All")).await,
    }
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
