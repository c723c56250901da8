//! Reads. What is not in the caller's tenant is not there.

use crate::access::{Caller, Permit};
use crate::{Fault, House, authority};
use mandate_base::{
    AdministrativeUnitId, AppId, ApplicationId, AssignmentId, Folded, GrantId, GroupId, ObjectId, UserId,
};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::application::AppCard;
use mandate_domain::deleted::{Deleted, KEPT_FOR};
use mandate_domain::grant::{AppRoleAssignment, AssignmentQuery, Grant, GrantParties, GrantQuery};
use mandate_domain::group::{Group, MemberKind};
use mandate_domain::logo::Logo;
use mandate_domain::query::{Condition, Noun, Order, Query};
use mandate_domain::query_held::{facets_of, passes};
use mandate_domain::role::{RoleAssignment, RoleQuery};
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::tenant::Tenant;
use mandate_domain::user::User;
use mandate_store::TenantView;
use std::sync::Arc;

/// Which user does this path mean? The id itself is no secret of the directory; what it shows needs a permit.
pub async fn user_by_name(house: &House, caller: &Caller, name: &str) -> Result<Option<UserId>, Fault> {
    if let Ok(id) = UserId::parse(name) {
        return Ok(Some(id));
    }
    Ok(house.store.tenant(caller.tenant).user_by_upn(&Folded::of(name)).await?.map(|user| user.id))
}

pub async fn user(house: &House, caller: &Caller, _: &Permit, id: UserId) -> Result<Option<User>, Fault> {
    house.store.tenant(caller.tenant).user_by_id(id).await
}

/// One page of a query, and whether there is more.
pub async fn users(house: &House, caller: &Caller, _: &Permit, query: Query) -> Result<(Vec<User>, bool), Fault> {
    let (query, most) = with_one_more(query);
    Ok(page(house.store.tenant(caller.tenant).users_where(&query).await?, most))
}

pub async fn groups(house: &House, caller: &Caller, _: &Permit, query: Query) -> Result<(Vec<Group>, bool), Fault> {
    let (query, most) = with_one_more(query);
    Ok(page(house.store.tenant(caller.tenant).groups_where(&query).await?, most))
}

pub async fn units(
    house: &House,
    caller: &Caller,
    _: &Permit,
    query: Query,
) -> Result<(Vec<AdministrativeUnit>, bool), Fault> {
    let (query, most) = with_one_more(query);
    Ok(page(house.store.tenant(caller.tenant).units_where(&query).await?, most))
}

pub async fn applications(
    house: &House,
    caller: &Caller,
    _: &Permit,
    query: Query,
) -> Result<(Vec<AppCard>, bool), Fault> {
    let (query, most) = with_one_more(query);
    Ok(page(house.store.tenant(caller.tenant).applications_where(&query).await?, most))
}

pub async fn service_principals(
    house: &House,
    caller: &Caller,
    _: &Permit,
    query: Query,
) -> Result<(Vec<ServicePrincipal>, bool), Fault> {
    let (query, most) = with_one_more(query);
    Ok(page(house.store.tenant(caller.tenant).sps_where(&query).await?, most))
}

/// How many objects a query finds, whatever its page.
pub async fn count(house: &House, caller: &Caller, _: &Permit, query: &Query) -> Result<i64, Fault> {
    house.store.tenant(caller.tenant).count_where(query.noun, query.condition.as_ref()).await
}

pub async fn grant(house: &House, caller: &Caller, _: &Permit, parties: GrantParties) -> Result<Option<Grant>, Fault> {
    house.store.tenant(caller.tenant).grant_by_parties(parties).await
}

/// One page of grants, by id, and whether there is more.
pub async fn grants(
    house: &House,
    caller: &Caller,
    _: &Permit,
    query: &GrantQuery,
    after: Option<GrantId>,
    most: usize,
) -> Result<(Vec<Grant>, bool), Fault> {
    Ok(page(house.store.tenant(caller.tenant).grants_where(query, after, most as i64 + 1).await?, most))
}

/// How many there are on all pages.
pub async fn grants_count(house: &House, caller: &Caller, _: &Permit, query: &GrantQuery) -> Result<i64, Fault> {
    house.store.tenant(caller.tenant).grants_count(query).await
}

pub async fn assignments_count(
    house: &House,
    caller: &Caller,
    _: &Permit,
    query: AssignmentQuery,
) -> Result<i64, Fault> {
    house.store.tenant(caller.tenant).assignments_count(query).await
}

/// An assignment with the names of its two sides, where both are still there.
#[derive(Clone, Debug)]
pub struct NamedAssignment {
    pub assignment: AppRoleAssignment,
    pub principal_name: Option<String>,
    pub resource_name: Option<String>,
}

pub async fn assignment(
    house: &House,
    caller: &Caller,
    _: &Permit,
    id: AssignmentId,
) -> Result<Option<NamedAssignment>, Fault> {
    let view = house.store.tenant(caller.tenant);
    match view.assignment_by_id(id).await? {
        Some(assignment) => named(view, assignment).await.map(Some),
        None => Ok(None),
    }
}

/// One page of assignments, by id, and whether there is more.
pub async fn assignments(
    house: &House,
    caller: &Caller,
    _: &Permit,
    query: AssignmentQuery,
    after: Option<AssignmentId>,
    most: usize,
) -> Result<(Vec<NamedAssignment>, bool), Fault> {
    let view = house.store.tenant(caller.tenant);
    let (found, more) = page(view.assignments_where(query, after, most as i64 + 1).await?, most);
    let mut all = Vec::with_capacity(found.len());
    for assignment in found {
        all.push(named(view, assignment).await?);
    }
    Ok((all, more))
}

async fn named(view: TenantView<'_>, assignment: AppRoleAssignment) -> Result<NamedAssignment, Fault> {
    let principal = assignment.principal;
    let principal_name = match assignment.kind {
        MemberKind::User => view.user_by_id(principal.into()).await?.map(|user| user.display_name),
        MemberKind::Group => view.group_by_id(principal.into()).await?.map(|group| group.display_name),
        MemberKind::ServicePrincipal => view.sp_by_id(principal.into()).await?.map(|sp| sp.display_name),
    };
    let resource_name = view.sp_by_id(assignment.resource).await?.map(|sp| sp.display_name);
    Ok(NamedAssignment { assignment, principal_name, resource_name })
}

fn with_one_more(query: Query) -> (Query, usize) {
    let most = usize::try_from(query.most).unwrap_or(0);
    (Query { most: query.most + 1, ..query }, most)
}

/// The app as this tenant registered it; another tenant's registration is not here.
pub async fn application(
    house: &House,
    caller: &Caller,
    permit: &Permit,
    condition: Condition,
) -> Result<Option<AppCard>, Fault> {
    let (found, _) = applications(house, caller, permit, one(Noun::Application, condition)).await?;
    Ok(found.into_iter().next())
}

pub async fn service_principal(
    house: &House,
    caller: &Caller,
    permit: &Permit,
    condition: Condition,
) -> Result<Option<ServicePrincipal>, Fault> {
    let (found, _) = service_principals(house, caller, permit, one(Noun::ServicePrincipal, condition)).await?;
    Ok(found.into_iter().next())
}

/// The app behind an instance, wherever it is registered.
pub async fn card(house: &House, _: &Permit, app: AppId) -> Result<Option<Arc<AppCard>>, Fault> {
    crate::clients::card(house, app).await
}

/// The picture of an app that is registered here.
pub async fn logo(house: &House, caller: &Caller, _: &Permit, id: ApplicationId) -> Result<Option<Logo>, Fault> {
    let Some(card) = super::applications::application_by_id(house.facing(caller.tenant), id).await? else {
        return Ok(None);
    };
    logo_of(house, card.app_id).await
}

/// The picture of any app, as pages show it to everybody.
pub async fn logo_of(house: &House, app: AppId) -> Result<Option<Logo>, Fault> {
    let found = house.store.global().logo(app).await?;
    Ok(found.and_then(|image| Logo::of(&image).ok()))
}

fn one(noun: Noun, condition: Condition) -> Query {
    Query { noun, condition: Some(condition), order: Order::Id, after: None, most: 1 }
}

pub async fn organization(house: &House, caller: &Caller, _: &Permit) -> Result<Option<Arc<Tenant>>, Fault> {
    authority::tenant(house, caller.tenant).await
}

pub async fn group(house: &House, caller: &Caller, _: &Permit, id: GroupId) -> Result<Option<Group>, Fault> {
    house.store.tenant(caller.tenant).group_by_id(id).await
}

pub async fn unit(
    house: &House,
    caller: &Caller,
    _: &Permit,
    id: AdministrativeUnitId,
) -> Result<Option<AdministrativeUnit>, Fault> {
    house.store.tenant(caller.tenant).unit_by_id(id).await
}

/// One row more than the page was asked for: it tells whether another page follows.
pub(super) fn page<T>(mut rows: Vec<T>, most: usize) -> (Vec<T>, bool) {
    let more = rows.len() > most;
    rows.truncate(most);
    (rows, more)
}

/// What was deleted and can still be brought back.
pub async fn deleted_item(house: &House, caller: &Caller, id: ObjectId) -> Result<Option<Deleted>, Fault> {
    let found = house.store.tenant(caller.tenant).deleted_by_id(id).await?;
    Ok(found.filter(|deleted| deleted.is_kept_at(house.now())))
}

/// One page of it, by id, and whether there is more.
pub async fn deleted_items(
    house: &House,
    caller: &Caller,
    _: &Permit,
    query: DeletedQuery<'_>,
) -> Result<DeletedPage, Fault> {
    let (view, since) = (house.store.tenant(caller.tenant), house.now() - KEPT_FOR);
    let mut found = DeletedPage { objects: Vec::new(), next: query.after };
    let mut looked_at = 0;
    while looked_at < MOST_LOOKED_AT {
        let some = view.deleted_after(query.noun, since, found.next, AT_ONCE).await?;
        let is_last = (some.len() as i64) < AT_ONCE;
        looked_at += some.len();
        for deleted in some {
            if found.objects.len() == query.most {
                return Ok(found);
            }
            found.next = Some(deleted.id());
            if query.condition.is_none_or(|condition| passes(condition, deleted.id(), &facets_of(&deleted.object))) {
                found.objects.push(deleted);
            }
        }
        if is_last {
            return Ok(DeletedPage { next: None, ..found });
        }
    }
    Ok(found)
}

/// How many there are on all pages.
pub async fn deleted_count(
    house: &House,
    caller: &Caller,
    permit: &Permit,
    query: DeletedQuery<'_>,
) -> Result<i64, Fault> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = DeletedQuery { after, most: MOST_LOOKED_AT, ..query };
        let found = deleted_items(house, caller, permit, page).await?;
        count += found.objects.len() as i64;
        after = found.next;
        if after.is_none() {
            return Ok(count);
        }
    }
}

/// All of them, where they are few enough to be put in another order than that of ids. `None`: they are not.
pub async fn deleted_whole(
    house: &House,
    caller: &Caller,
    permit: &Permit,
    query: DeletedQuery<'_>,
) -> Result<Option<Vec<Deleted>>, Fault> {
    let (mut all, mut after) = (Vec::new(), None);
    while all.len() <= MOST_SORTED {
        let page = DeletedQuery { after, most: MOST_LOOKED_AT, ..query };
        let found = deleted_items(house, caller, permit, page).await?;
        all.extend(found.objects);
        after = found.next;
        if after.is_none() {
            return Ok(Some(all));
        }
    }
    Ok(None)
}

const MOST_SORTED: usize = 20_000;

/// No index finds them: they are looked through, so many at once, and so many for a page, which may then hold less than it
/// could.
const AT_ONCE: i64 = 200;
const MOST_LOOKED_AT: usize = 5_000;

#[derive(Clone, Copy)]
pub struct DeletedQuery<'c> {
    pub noun: Noun,
    pub condition: Option<&'c Condition>,
    pub after: Option<ObjectId>,
    pub most: usize,
}

pub struct DeletedPage {
    pub objects: Vec<Deleted>,
    /// Where the next page begins, if there is one.
    pub next: Option<ObjectId>,
}

/// Directory roles as they were given, by id, and whether there is more.
pub async fn role_assignments(
    house: &House,
    caller: &Caller,
    _: &Permit,
    query: RoleQuery,
    after: Option<AssignmentId>,
    most: usize,
) -> Result<(Vec<RoleAssignment>, bool), Fault> {
    let view = house.store.tenant(caller.tenant);
    Ok(page(view.role_assignments_where(query, after, most as i64 + 1).await?, most))
}

pub async fn role_assignment(
    house: &House,
    caller: &Caller,
    _: &Permit,
    id: AssignmentId,
) -> Result<Option<RoleAssignment>, Fault> {
    house.store.tenant(caller.tenant).role_assignment_by_id(id).await
}
