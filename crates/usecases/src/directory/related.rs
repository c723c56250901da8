//! Objects by what they are to another one: members and owners, groups around, what somebody owns or manages.

use super::applications::application_by_id;
use crate::access::{Caller, Permit};
use crate::{Fault, House, clients};
use mandate_base::{AdministrativeUnitId, GroupId, Moment, ObjectId, RoleTemplateId, TenantId};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::application::AppCard;
use mandate_domain::group::{Group, LinkRole};
use mandate_domain::query::{Condition, MAKER, Noun, Order, Query, Test, compared};
use mandate_domain::role::{RoleTemplate, roles};
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::user::User;
use mandate_store::TenantView;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// An object of a collection that mixes kinds.
#[derive(Clone, Debug)]
pub enum MemberObject {
    User(User),
    Group(Group),
    Application(Arc<AppCard>),
    /// With the app behind it, where that is still registered.
    ServicePrincipal(ServicePrincipal, Option<Arc<AppCard>>),
    AdministrativeUnit(AdministrativeUnit),
    DirectoryRole(DirectoryRole),
}

/// A built-in role in one tenant: whoever holds it for the whole tenant is a member of it.
#[derive(Clone, Copy, Debug)]
pub struct DirectoryRole {
    pub tenant: TenantId,
    pub template: &'static RoleTemplate,
}

/// One of the kinds that a collection mixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    Noun(Noun),
    DirectoryRole,
}

impl DirectoryRole {
    pub fn of(tenant: TenantId, role: RoleTemplateId) -> Option<DirectoryRole> {
        roles().template(role).map(|template| DirectoryRole { tenant, template })
    }

    /// Another one in each tenant, and always the same.
    pub fn id(&self) -> ObjectId {
        ObjectId::named(self.tenant.bytes(), &format!("role:{}", self.template.id))
    }

    fn all(tenant: TenantId) -> impl Iterator<Item = DirectoryRole> {
        roles().templates().iter().map(move |template| DirectoryRole { tenant, template })
    }
}

/// Which objects are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Related {
    /// Those that are something to this one: its members, its owners, its manager.
    To { of: ObjectId, role: LinkRole },
    /// Those that this one is something to: what it owns, whom it manages, the groups, units and roles that hold it.
    From { member: ObjectId, role: LinkRole },
    /// What this one made.
    MadeBy(ObjectId),
    /// Members, however deep.
    Below(GroupId),
    /// Groups, however deep this one is in them, and the roles that come with them; and the units that hold it, which are
    /// its own alone.
    Above(ObjectId),
}

impl MemberObject {
    pub fn id(&self) -> ObjectId {
        match self {
            MemberObject::User(user) => user.id.into(),
            MemberObject::Group(group) => group.id.into(),
            MemberObject::Application(card) => card.application.into(),
            MemberObject::ServicePrincipal(sp, _) => sp.id.into(),
            MemberObject::AdministrativeUnit(unit) => unit.id.into(),
            MemberObject::DirectoryRole(role) => role.id(),
        }
    }

    pub fn created(&self) -> Option<Moment> {
        match self {
            MemberObject::User(user) => Some(user.created),
            MemberObject::Group(group) => Some(group.created),
            MemberObject::Application(card) => Some(card.created),
            MemberObject::ServicePrincipal(sp, _) => Some(sp.created),
            MemberObject::AdministrativeUnit(_) | MemberObject::DirectoryRole(_) => None,
        }
    }

    pub fn display_name(&self) -> &str {
        match self {
            MemberObject::User(user) => &user.display_name,
            MemberObject::Group(group) => &group.display_name,
            MemberObject::Application(card) => &card.registration.display_name,
            MemberObject::ServicePrincipal(sp, _) => &sp.display_name,
            MemberObject::AdministrativeUnit(unit) => &unit.display_name,
            MemberObject::DirectoryRole(role) => role.template.name,
        }
    }
}

/// One page: by id, and by age of what somebody made.
pub struct Page {
    pub objects: Vec<MemberObject>,
    /// The last id that was looked at, where another page follows.
    pub next: Option<ObjectId>,
}

pub async fn related(
    house: &House,
    caller: &Caller,
    _: &Permit,
    which: Related,
    after: Option<ObjectId>,
    most: usize,
) -> Result<Page, Fault> {
    let view = house.store.tenant(caller.tenant);
    let (ids, more) = super::read::page(ids(view, which, after, most as i64 + 1).await?, most);
    let next = ids.last().copied().filter(|_| more);
    Ok(Page { objects: objects(house, view, &ids).await?, next })
}

/// Whether this one is among them.
pub async fn one_related(
    house: &House,
    caller: &Caller,
    _: &Permit,
    which: Related,
    id: ObjectId,
) -> Result<Page, Fault> {
    let view = house.store.tenant(caller.tenant);
    if let Related::MadeBy(maker) = which {
        return Ok(Page { objects: made_by(house, view, maker, id).await?, next: None });
    }
    // The first behind the id before it, since all of them are in the order of ids.
    let mut first = ids(view, which, id.before(), 1).await?;
    first.retain(|found| *found == id);
    Ok(Page { objects: objects(house, view, &first).await?, next: None })
}

/// The one object, of whatever kind, if that is who made it.
async fn made_by(
    house: &House,
    view: TenantView<'_>,
    maker: ObjectId,
    id: ObjectId,
) -> Result<Vec<MemberObject>, Fault> {
    let made = Condition::is(MAKER, Test::Equal(compared(&maker.to_string())));
    for noun in Noun::ALL {
        let condition = Some(Condition::All(vec![Condition::Id(vec![id]), made.clone()]));
        let query = Query { noun, condition, order: Order::Id, after: None, most: 1 };
        let found = of_query(house, view, &query).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// How many there are, of all kinds or of one.
pub async fn count_related(
    house: &House,
    caller: &Caller,
    _: &Permit,
    which: Related,
    kind: Option<ObjectKind>,
) -> Result<i64, Fault> {
    let view = house.store.tenant(caller.tenant);
    let noun = match kind {
        Some(ObjectKind::DirectoryRole) => {
            let holders = holders(view, which).await?;
            return Ok(roles_held(view, &holders).await?.len() as i64);
        }
        Some(ObjectKind::Noun(noun)) => Some(noun),
        None => None,
    };
    if let Related::MadeBy(maker) = which {
        let kinds = noun.map_or(Noun::ALL.to_vec(), |noun| vec![noun]);
        return view.made_count(maker, &kinds).await;
    }
    let all = ids(view, which, None, i64::MAX).await?;
    let Some(noun) = noun else { return Ok(all.len() as i64) };
    let mut count = 0;
    for some in all.chunks(CHUNK) {
        let condition = Condition::Id(some.to_vec());
        count += view.count_where(noun, Some(&condition)).await?;
    }
    Ok(count)
}

/// Ids that one question holds.
pub(super) const CHUNK: usize = 1000;

pub(super) async fn ids(
    view: TenantView<'_>,
    which: Related,
    after: Option<ObjectId>,
    most: i64,
) -> Result<Vec<ObjectId>, Fault> {
    if let Related::MadeBy(maker) = which {
        // In the order in which they came.
        return view.made_after(maker, after, most).await;
    }
    let holders = holders(view, which).await?;
    let mut ids = match which {
        Related::To { of, role } => {
            let links = view.links_after(of, role, after, most).await?;
            links.into_iter().map(|link| link.id).collect()
        }
        Related::From { member, role } => view.linked_after(member, role, after, most).await?,
        Related::MadeBy(_) => Vec::new(),
        Related::Below(group) => {
            let below = view.members_below(group, after, most).await?;
            below.into_iter().map(|member| member.id).collect()
        }
        Related::Above(member) => {
            let above = holders.iter().copied().filter(|holder| *holder != member);
            above.filter(|id| after.is_none_or(|after| *id > after)).collect()
        }
    };
    ids.extend(units_around(view, which).await?.into_iter().filter(|id| after.is_none_or(|after| *id > after)));
    let roles = roles_held(view, &holders).await?;
    ids.extend(roles.iter().map(DirectoryRole::id).filter(|id| after.is_none_or(|after| *id > after)));
    ids.sort_unstable();
    ids.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(ids)
}

/// Whose roles the object has: its own, and with the groups around it theirs; nobody's, where the question is another one.
async fn holders(view: TenantView<'_>, which: Related) -> Result<Vec<ObjectId>, Fault> {
    Ok(match which {
        Related::From { member, role: LinkRole::Member } => vec![member],
        Related::Above(member) => {
            let above = view.groups_above(member, true).await?;
            std::iter::once(member).chain(above.into_iter().map(ObjectId::from)).collect()
        }
        _ => Vec::new(),
    })
}

async fn units_around(view: TenantView<'_>, which: Related) -> Result<Vec<ObjectId>, Fault> {
    let (Related::From { member, role: LinkRole::Member } | Related::Above(member)) = which else {
        return Ok(Vec::new());
    };
    Ok(view.units_of(member).await?.into_iter().map(|unit| unit.id.into()).collect())
}

async fn roles_held(view: TenantView<'_>, holders: &[ObjectId]) -> Result<Vec<DirectoryRole>, Fault> {
    let mut held = BTreeSet::new();
    for holder in holders {
        let assignments = view.roles_of(*holder).await?;
        held.extend(assignments.iter().filter(|held| held.within.is_none()).map(|held| held.role));
    }
    Ok(held.into_iter().filter_map(|role| DirectoryRole::of(view.tenant_id(), role)).collect())
}

/// In the order of their ids as they were given; those that are not there are left out.
pub async fn by_ids(house: &House, caller: &Caller, _: &Permit, ids: &[ObjectId]) -> Result<Vec<MemberObject>, Fault> {
    objects(house, house.store.tenant(caller.tenant), ids).await
}

pub(super) async fn objects(house: &House, view: TenantView<'_>, ids: &[ObjectId]) -> Result<Vec<MemberObject>, Fault> {
    let mut found: HashMap<ObjectId, MemberObject> = HashMap::with_capacity(ids.len());
    for noun in [Noun::User, Noun::Group, Noun::ServicePrincipal, Noun::Application, Noun::AdministrativeUnit] {
        let missing: Vec<ObjectId> = ids.iter().filter(|id| !found.contains_key(id)).copied().collect();
        if missing.is_empty() {
            break;
        }
        for some in missing.chunks(CHUNK) {
            let (condition, most) = (Some(Condition::Id(some.to_vec())), some.len() as i64);
            let query = Query { noun, condition, order: Order::Id, after: None, most };
            for object in of_query(house, view, &query).await? {
                found.insert(object.id(), object);
            }
        }
    }
    if found.len() < ids.len() {
        let roles = DirectoryRole::all(view.tenant_id()).map(|role| (role.id(), MemberObject::DirectoryRole(role)));
        found.extend(roles);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Objects of the query's kind, in its order.
pub(super) async fn of_query(house: &House, view: TenantView<'_>, query: &Query) -> Result<Vec<MemberObject>, Fault> {
    Ok(match query.noun {
        Noun::User => view.users_where(query).await?.into_iter().map(MemberObject::User).collect(),
        Noun::Group => view.groups_where(query).await?.into_iter().map(MemberObject::Group).collect(),
        Noun::Application => {
            let cards = view.applications_where(query).await?;
            cards.into_iter().map(|card| MemberObject::Application(Arc::new(card))).collect()
        }
        Noun::ServicePrincipal => {
            let mut all = Vec::new();
            for sp in view.sps_where(query).await? {
                let card = clients::card(house, sp.app_id).await?;
                all.push(MemberObject::ServicePrincipal(sp, card));
            }
            all
        }
        Noun::AdministrativeUnit => {
            view.units_where(query).await?.into_iter().map(MemberObject::AdministrativeUnit).collect()
        }
    })
}

/// What decides which right a group's change needs. That a group is there is no secret of the directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupShape {
    pub unified: bool,
    pub assignable_to_role: bool,
}

pub async fn shape_of_group(house: &House, caller: &Caller, id: GroupId) -> Result<Option<GroupShape>, Fault> {
    let group = house.store.tenant(caller.tenant).group_by_id(id).await?;
    Ok(group.map(|group| GroupShape { unified: group.is_unified(), assignable_to_role: group.is_assignable_to_role() }))
}

/// Which object a key means. Its id is no secret; what it shows needs a permit.
pub async fn id_by(
    house: &House,
    caller: &Caller,
    noun: Noun,
    condition: Condition,
) -> Result<Option<ObjectId>, Fault> {
    let view = house.store.tenant(caller.tenant);
    let query = Query { noun, condition: Some(condition), order: Order::Id, after: None, most: 1 };
    Ok(match noun {
        Noun::User => view.users_where(&query).await?.first().map(|user| user.id.into()),
        Noun::Group => view.groups_where(&query).await?.first().map(|group| group.id.into()),
        Noun::Application => view.applications_where(&query).await?.first().map(|card| card.application.into()),
        Noun::ServicePrincipal => view.sps_where(&query).await?.first().map(|sp| sp.id.into()),
        Noun::AdministrativeUnit => view.units_where(&query).await?.first().map(|unit| unit.id.into()),
    })
}

/// Of whatever kind an object is, if it is there.
pub async fn noun_of(house: &House, caller: &Caller, id: ObjectId) -> Result<Option<Noun>, Fault> {
    let facing = house.facing(caller.tenant);
    let view = facing.view;
    if view.user_by_id(id.into()).await?.is_some() {
        return Ok(Some(Noun::User));
    }
    if view.group_by_id(id.into()).await?.is_some() {
        return Ok(Some(Noun::Group));
    }
    if view.sp_by_id(id.into()).await?.is_some() {
        return Ok(Some(Noun::ServicePrincipal));
    }
    if view.unit_by_id(id.into()).await?.is_some() {
        return Ok(Some(Noun::AdministrativeUnit));
    }
    Ok(application_by_id(facing, id.into()).await?.map(|_| Noun::Application))
}

/// Is it in a unit whose own administrators alone manage it?
pub async fn is_restricted(house: &House, caller: &Caller, _: &Permit, id: ObjectId) -> Result<bool, Fault> {
    Ok(house.store.tenant(caller.tenant).units_of(id).await?.iter().any(|unit| unit.restricted))
}

/// A fact for the gate: is the object in the unit?
pub async fn is_in_unit(
    house: &House,
    caller: &Caller,
    unit: AdministrativeUnitId,
    member: ObjectId,
) -> Result<bool, Fault> {
    Ok(house.store.tenant(caller.tenant).link(unit, LinkRole::Unit, member).await?.is_some())
}

/// All that an object is in, however deep: groups, units, roles.
pub async fn holders_around(
    house: &House,
    caller: &Caller,
    _: &Permit,
    member: ObjectId,
) -> Result<Vec<ObjectId>, Fault> {
    ids(house.store.tenant(caller.tenant), Related::Above(member), None, i64::MAX).await
}

/// The groups that an object is in, however deep: all of them, or security groups.
pub async fn groups_around(
    house: &House,
    caller: &Caller,
    _: &Permit,
    member: ObjectId,
    security_only: bool,
) -> Result<Vec<GroupId>, Fault> {
    house.store.tenant(caller.tenant).groups_above(member, !security_only).await
}
