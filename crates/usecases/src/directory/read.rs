//! Reads. What is not in the caller's tenant is not there.

use crate::access::{Caller, Permit};
use crate::{Fault, House, authority};
use mandate_base::{Folded, GroupId, ObjectId, UserId};
use mandate_domain::group::{Group, LinkRole, MemberKind};
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::tenant::Tenant;
use mandate_domain::user::User;
use std::sync::Arc;

/// An object of a collection that mixes kinds.
#[derive(Clone, Debug)]
pub enum MemberObject {
    User(User),
    Group(Group),
    ServicePrincipal(ServicePrincipal),
}

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

/// One page, by id, and whether there is more.
pub async fn users(
    house: &House,
    caller: &Caller,
    _: &Permit,
    after: Option<UserId>,
    most: usize,
) -> Result<(Vec<User>, bool), Fault> {
    let found = house.store.tenant(caller.tenant).users_after(after, most as i64 + 1).await?;
    Ok(page(found, most))
}

pub async fn organization(house: &House, caller: &Caller, _: &Permit) -> Result<Option<Arc<Tenant>>, Fault> {
    authority::tenant(house, caller.tenant).await
}

pub async fn group(house: &House, caller: &Caller, _: &Permit, id: GroupId) -> Result<Option<Group>, Fault> {
    house.store.tenant(caller.tenant).group_by_id(id).await
}

/// The direct members of a group, by id.
pub async fn group_members(
    house: &House,
    caller: &Caller,
    _: &Permit,
    id: GroupId,
    after: Option<ObjectId>,
    most: usize,
) -> Result<(Vec<MemberObject>, bool), Fault> {
    let view = house.store.tenant(caller.tenant);
    let (links, more) = page(view.group_links_after(id, LinkRole::Member, after, most as i64 + 1).await?, most);
    let mut members = Vec::with_capacity(links.len());
    for link in links {
        members.extend(match link.kind {
            MemberKind::User => view.user_by_id(link.id.into()).await?.map(MemberObject::User),
            MemberKind::Group => view.group_by_id(link.id.into()).await?.map(MemberObject::Group),
            MemberKind::ServicePrincipal => view.sp_by_id(link.id.into()).await?.map(MemberObject::ServicePrincipal),
        });
    }
    Ok((members, more))
}

/// The groups that hold a user directly.
pub async fn member_of(house: &House, caller: &Caller, _: &Permit, id: UserId) -> Result<Vec<Group>, Fault> {
    let view = house.store.tenant(caller.tenant);
    let mut groups = Vec::new();
    for group in view.groups_of(id).await? {
        groups.extend(view.group_by_id(group).await?);
    }
    Ok(groups)
}

/// One row more than the page was asked for: it tells whether another page follows.
fn page<T>(mut rows: Vec<T>, most: usize) -> (Vec<T>, bool) {
    let more = rows.len() > most;
    rows.truncate(most);
    (rows, more)
}
