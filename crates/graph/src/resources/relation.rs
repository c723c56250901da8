//! What objects are to one another: owners, members, groups around, managers; and the references that say so.
//!
//! A list is opened by its own permission; each object in it shows what the caller may see of its kind, and is otherwise
//! only its kind and id (graph-api.md §1.2).

use super::application::{APPLICATION, Application};
use super::directory_role::ROLE;
use super::group::{self, GROUP};
use super::group_write;
use super::key::{Meant, meant};
use super::service_principal::{Instance, SERVICE_PRINCIPAL};
use super::unit::{self, UNIT};
use super::user::USER;
use super::{collection, entity, relation_query};
use crate::body;
use crate::call::{Call, gate};
use crate::dispatch::{Cast, Object, Relation, Subject};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::paging::Pages;
use crate::property::{Entity, Kind, Selection, bare, shown};
use crate::respond;
use http::Method;
use mandate_base::{GroupId, ObjectId};
use mandate_decide::View;
use mandate_domain::extension::Extension;
use mandate_domain::group::{Group, LinkRole};
use mandate_domain::query::{Condition, Noun};
use mandate_odata::{Compare, Filter, Literal, Select};
use mandate_usecases::access::{Caller, Permit};
use mandate_usecases::directory::{
    self, AddLink, GroupShape, LinkRefusal, Linked, MemberObject, ObjectKind, Related, RemoveLink,
};
use mandate_usecases::settle;
use mandate_web::Answer;
use serde_json::{Map, Value};

pub(super) const COST: u8 = 3;

pub(super) async fn list(
    call: &Call<'_>,
    object: &Object,
    relation: Relation,
    cast: Option<Cast>,
) -> Result<Answer, Stop> {
    let place = place(call, object, relation).await?;
    let permit = call.permit_on(place.op, place.meant.id).await?;
    if relation == Relation::Manager {
        return manager(call, &place, &permit).await;
    }
    let only = only(call)?;
    if only.is_none() && relation_query::is_asked(call) {
        exists(call, object, &permit, &place.meant).await?;
        return relation_query::list(call, (&place, &permit), relation, cast).await;
    }
    let listed = Listed::of(call, cast)?;
    exists(call, object, &permit, &place.meant).await?;
    let path = format!("{}/{}{}", place.path, relation.word(), listed.path());
    let pages = Pages::of(call, place.op, &path);
    let (house, caller, after) = (call.house, &call.caller, pages.after()?);
    let counted = call.counts();
    let count = match counted {
        true => {
            let kind = cast.map(object_kind);
            Some(directory::count_related(house, caller, &permit, place.which, kind).await?)
        }
        false => None,
    };
    let found = match only {
        Some(id) => directory::one_related(house, caller, &permit, place.which, id).await?,
        None => directory::related(house, caller, &permit, place.which, after, pages.most()).await?,
    };
    let told = found.objects.iter().filter(|object| is_told_by(relation, caller, object, place.meant.id));
    let value = told.filter_map(|object| listed.show(call, object)).collect();
    let next = found.next.map(|last| pages.next(last));
    Ok(collection(call, listed.context(call), count, value, next, COST))
}

/// `$filter=id eq '…'`, the one question besides: is this object among them? Terraform asks so (graph-api.md §5.2).
pub(super) fn only(call: &Call<'_>) -> Result<Option<ObjectId>, Refusal> {
    match &call.options.filter {
        Some(Filter::Compare { member, op: Compare::Equal, value: Literal::Text(text) | Literal::Bare(text) })
            if member.path.join("/").eq_ignore_ascii_case("id") =>
        {
            call.refuse_sorting()?;
            // An id that is none is nobody's: it finds nothing.
            Ok(Some(ObjectId::parse(text).unwrap_or(ObjectId::from_u128(0))))
        }
        _ => Ok(None),
    }
}

pub(super) async fn count(
    call: &Call<'_>,
    object: &Object,
    relation: Relation,
    cast: Option<Cast>,
) -> Result<Answer, Stop> {
    let place = place(call, object, relation).await?;
    let permit = call.permit_on(place.op, place.meant.id).await?;
    call.refuse_page_of_count()?;
    let only = only(call)?;
    exists(call, object, &permit, &place.meant).await?;
    if only.is_none() && relation_query::is_asked(call) {
        return relation_query::count(call, (&place, &permit), relation, cast).await;
    }
    let (house, caller) = (call.house, &call.caller);
    let count = match only {
        Some(id) => {
            let listed = Listed::of(call, cast)?;
            let found = directory::one_related(house, caller, &permit, place.which, id).await?;
            let told = found.objects.iter().filter(|object| is_told_by(relation, caller, object, place.meant.id));
            told.filter(|object| listed.show(call, object).is_some()).count() as i64
        }
        None => directory::count_related(house, caller, &permit, place.which, cast.map(object_kind)).await?,
    };
    Ok(respond::number(count, call.cost(1)))
}

/// What holds an object may hide its own members; what stands in another relation to it hides nothing.
pub(super) fn is_told_by(relation: Relation, caller: &Caller, object: &MemberObject, of: Option<ObjectId>) -> bool {
    !matches!(relation, Relation::MemberOf | Relation::TransitiveMemberOf) || is_told(caller, object, of)
}

/// The address of one of them.
pub(super) async fn reference(
    call: &Call<'_>,
    object: &Object,
    relation: Relation,
    name: &str,
) -> Result<Answer, Stop> {
    let found = one_of(call, object, relation, name).await?;
    Ok(one_address(call, found.id()))
}

/// A reference by itself.
pub(super) fn one_address(call: &Call<'_>, id: ObjectId) -> Answer {
    let address = format!("{}/directoryObjects/{id}", call.root());
    let told = Map::from_iter([("@odata.id".to_owned(), Value::from(address))]);
    entity(call, format!("{}/$metadata#$ref", call.root()), told, COST)
}

/// One of them by its id.
pub(super) async fn one(call: &Call<'_>, object: &Object, relation: Relation, name: &str) -> Result<Answer, Stop> {
    let listed = Listed::of(call, None)?;
    let found = one_of(call, object, relation, name).await?;
    let shown = listed.show(call, &found).ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
    Ok(entity(call, listed.context_of_one(call), shown, COST))
}

async fn one_of(call: &Call<'_>, object: &Object, relation: Relation, name: &str) -> Result<MemberObject, Stop> {
    call.refuse_paging()?;
    let place = place(call, object, relation).await?;
    let permit = call.permit_on(place.op, place.meant.id).await?;
    exists(call, object, &permit, &place.meant).await?;
    let missing = || Refusal::NoSuchObject(name.to_owned());
    let id = ObjectId::parse(name).map_err(|_| missing())?;
    let found = directory::one_related(call.house, &call.caller, &permit, place.which, id).await?;
    let mut told =
        found.objects.into_iter().filter(|object| is_told_by(relation, &call.caller, object, place.meant.id));
    Ok(told.next().ok_or_else(missing)?)
}

async fn manager(call: &Call<'_>, place: &Place, permit: &Permit) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let listed = Listed::of(call, None)?;
    let found = directory::related(call.house, &call.caller, permit, place.which, None, 1).await?;
    let shown = found.objects.first().and_then(|object| listed.show(call, object));
    let shown = shown.ok_or_else(|| Refusal::NoSuchObject("manager".to_owned()))?;
    Ok(entity(call, call.context("directoryObjects", &listed.selection, true), shown, COST))
}

/// A relation of one object, and what reading it needs.
pub(super) struct Place {
    pub meant: Meant,
    pub path: String,
    pub which: Related,
    pub op: Op,
}

async fn place(call: &Call<'_>, object: &Object, relation: Relation) -> Result<Place, Stop> {
    let op = reading(object, relation).ok_or_else(|| Refusal::NoSuchSegment(relation.word().to_owned()))?;
    let meant = meant(call, object).await?;
    let id = meant.id.unwrap_or(ObjectId::from_u128(0));
    let path = match object {
        Object::User(Subject::Me) => "/me".to_owned(),
        Object::User(_) => format!("/users/{id}"),
        Object::Group(_) => format!("/groups/{id}"),
        Object::Application(_) => format!("/applications/{id}"),
        Object::ServicePrincipal(_) => format!("/servicePrincipals/{id}"),
        Object::Unit(_) => format!("/{}/{id}", UNIT.set),
        Object::Any(_) => format!("/directoryObjects/{id}"),
    };
    Ok(Place { meant, path, which: which(object, relation, id), op })
}

pub(super) fn which(object: &Object, relation: Relation, id: ObjectId) -> Related {
    match relation {
        Relation::Owners => Related::To { of: id, role: LinkRole::Owner },
        Relation::Members => Related::To { of: id, role: membership(object) },
        Relation::Manager => Related::To { of: id, role: LinkRole::Manager },
        Relation::TransitiveMembers => Related::Below(id.into()),
        Relation::MemberOf => Related::From { member: id, role: LinkRole::Member },
        Relation::OwnedObjects => Related::From { member: id, role: LinkRole::Owner },
        Relation::CreatedObjects => Related::MadeBy(id),
        Relation::DirectReports => Related::From { member: id, role: LinkRole::Manager },
        Relation::TransitiveMemberOf => Related::Above(id),
    }
}

/// As what a member is kept.
fn membership(object: &Object) -> LinkRole {
    if matches!(object, Object::Unit(_)) { LinkRole::Unit } else { LinkRole::Member }
}

pub(super) fn reading(object: &Object, relation: Relation) -> Option<Op> {
    let mine = matches!(object, Object::User(Subject::Me));
    Some(match (object, relation) {
        (Object::User(_), Relation::MemberOf) => mine_or(mine, Op::MeMemberOf, Op::UsersMemberOf),
        (Object::User(_), Relation::TransitiveMemberOf) => {
            mine_or(mine, Op::MeTransitiveMemberOf, Op::UsersTransitiveMemberOf)
        }
        (Object::User(_), Relation::OwnedObjects) => mine_or(mine, Op::MeOwnedObjects, Op::UsersOwnedObjects),
        (Object::User(_), Relation::CreatedObjects) => mine_or(mine, Op::MeCreatedObjects, Op::UsersCreatedObjects),
        (Object::User(_), Relation::Manager) => mine_or(mine, Op::MeManager, Op::UsersManager),
        (Object::User(_), Relation::DirectReports) => mine_or(mine, Op::MeDirectReports, Op::UsersDirectReports),
        (Object::Group(_), Relation::Owners) => Op::GroupsOwners,
        (Object::Group(_), Relation::Members) => Op::GroupsMembers,
        (Object::Group(_), Relation::TransitiveMembers) => Op::GroupsTransitiveMembers,
        (Object::Group(_), Relation::MemberOf) => Op::GroupsMemberOf,
        (Object::Group(_), Relation::TransitiveMemberOf) => Op::GroupsTransitiveMemberOf,
        (Object::Unit(_), Relation::Members) => Op::AdministrativeUnitsMembers,
        (Object::Application(_), Relation::Owners) => Op::ApplicationsOwners,
        (Object::ServicePrincipal(_), Relation::Owners) => Op::ServicePrincipalsOwners,
        (Object::ServicePrincipal(_), Relation::MemberOf) => Op::ServicePrincipalsMemberOf,
        (Object::ServicePrincipal(_), Relation::TransitiveMemberOf) => Op::ServicePrincipalsTransitiveMemberOf,
        (Object::ServicePrincipal(_), Relation::OwnedObjects) => Op::ServicePrincipalsOwnedObjects,
        (Object::ServicePrincipal(_), Relation::CreatedObjects) => Op::ServicePrincipalsCreatedObjects,
        _ => return None,
    })
}

fn mine_or(mine: bool, me: Op, other: Op) -> Op {
    if mine { me } else { other }
}

/// What the relation is of must be there; and who is in a group of hidden membership is told to few.
async fn exists(call: &Call<'_>, object: &Object, permit: &Permit, meant: &Meant) -> Result<(), Stop> {
    let id = meant.known()?;
    match object {
        Object::Group(_) => {
            let found = group::find(call, permit, Some(GroupId::from(id))).await?;
            let group = found.ok_or_else(|| meant.missing())?;
            if group::hides_members(&group) {
                call.permit_on(Op::GroupsHiddenMembers, Some(id)).await?;
            }
        }
        Object::Unit(_) => {
            if unit::find(call, permit, meant).await?.hides_members() {
                see_hidden(call, id).await?;
            }
        }
        _ => {
            let noun = object.noun().unwrap_or(Noun::User);
            let condition = Condition::Id(vec![id]);
            let found = directory::id_by(call.house, &call.caller, noun, condition).await?;
            found.ok_or_else(|| meant.missing())?;
        }
    }
    Ok(())
}

/// Whoever is in a unit themselves may know who else is, if the app may show it at all.
async fn see_hidden(call: &Call<'_>, unit: ObjectId) -> Result<(), Stop> {
    let op = Op::AdministrativeUnitsHiddenMembers;
    let refused = match call.permit(op, Some(unit)) {
        Ok(_) => return Ok(()),
        Err(refusal) => refusal,
    };
    let own = call.caller.object();
    let is_inside = directory::is_in_unit(call.house, &call.caller, unit.into(), own).await?;
    let permit = if is_inside { call.permit(op, Some(own)) } else { Err(refused) };
    Ok(permit.map(drop)?)
}

/// Who is in a group of hidden membership is no less hidden when it is asked from the member's side.
pub(super) fn is_told(caller: &Caller, object: &MemberObject, of: Option<ObjectId>) -> bool {
    match object {
        MemberObject::Group(group) => may_be_told(caller, group),
        // One's own membership is one's own.
        MemberObject::AdministrativeUnit(unit) => {
            !unit.hides_members() || gate(caller, Op::AdministrativeUnitsHiddenMembers, of).is_ok()
        }
        _ => true,
    }
}

/// Whether the caller may learn who is in a group or a unit, if it is one.
pub(super) fn shows_members(call: &Call<'_>, object: &MemberObject) -> bool {
    match object {
        MemberObject::Group(group) => may_be_told(&call.caller, group),
        MemberObject::AdministrativeUnit(unit) => {
            !unit.hides_members() || call.permit(Op::AdministrativeUnitsHiddenMembers, Some(unit.id.into())).is_ok()
        }
        _ => true,
    }
}

fn may_be_told(caller: &Caller, group: &Group) -> bool {
    !group::hides_members(group) || gate(caller, Op::GroupsHiddenMembers, Some(group.id.into())).is_ok()
}

/// `…/$ref`: the addresses of what is related, or one more of them.
pub(super) async fn references(call: &Call<'_>, object: &Object, relation: Relation) -> Result<Answer, Stop> {
    match call.method {
        Method::GET => addresses(call, object, relation).await,
        Method::DELETE if relation == Relation::Manager => remove(call, object, relation, None).await,
        Method::DELETE => remove(call, object, relation, Some(&referred_in(call)?)).await,
        _ => add(call, object, relation).await,
    }
}

async fn addresses(call: &Call<'_>, object: &Object, relation: Relation) -> Result<Answer, Stop> {
    let place = place(call, object, relation).await?;
    let permit = call.permit_on(place.op, place.meant.id).await?;
    call.refuse_queries()?;
    exists(call, object, &permit, &place.meant).await?;
    if relation == Relation::Manager {
        return address(call, &place, &permit).await;
    }
    let path = format!("{}/{}/$ref", place.path, relation.word());
    let pages = Pages::of(call, place.op, &path);
    let after = pages.after()?;
    let found = directory::related(call.house, &call.caller, &permit, place.which, after, pages.most()).await?;
    let all = found.objects.iter().map(|object| format!("{}/directoryObjects/{}", call.root(), object.id()));
    let next = found.next.map(|last| pages.next(last));
    Ok(super::addresses(call, all, next, COST))
}

/// `…/members/$ref?@id=…`: the one that is taken away, by its address (graph-api.md §3.6).
fn referred_in(call: &Call<'_>) -> Result<String, Refusal> {
    let missing = || Refusal::Missing("@odata.id".to_owned());
    let address = call.referred.ok_or_else(missing)?;
    body::referred(address).map(|id| id.to_string()).ok_or_else(missing)
}

/// Of the one that there is.
async fn address(call: &Call<'_>, place: &Place, permit: &Permit) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let found = directory::related(call.house, &call.caller, permit, place.which, None, 1).await?;
    let found = found.objects.first().ok_or_else(|| Refusal::NoSuchObject("manager".to_owned()))?;
    Ok(one_address(call, found.id()))
}

async fn add(call: &Call<'_>, object: &Object, relation: Relation) -> Result<Answer, Stop> {
    let at = Writing::of(call, object, relation).await?;
    let member = body::read_reference(call).await?;
    let deed = AddLink { permit: &at.permit, to: at.to, role: at.role, member, correlation: call.correlation };
    match settle(call.house, call.caller.tenant, &deed).await? {
        Ok(_) => {}
        // The one is put where it is already.
        Err(LinkRefusal::AlreadyThere) if relation == Relation::Manager => {}
        Err(refusal) => return Err(at.told(refusal, member, relation).into()),
    }
    Ok(respond::nothing())
}

pub(super) async fn remove(
    call: &Call<'_>,
    object: &Object,
    relation: Relation,
    member: Option<&str>,
) -> Result<Answer, Stop> {
    let at = Writing::of(call, object, relation).await?;
    let member = match member {
        Some(name) => Some(ObjectId::parse(name).map_err(|_| Refusal::NoSuchObject(name.to_owned()))?),
        None => None,
    };
    let deed = RemoveLink { permit: &at.permit, to: at.to, role: at.role, member, correlation: call.correlation };
    let removed = settle(call.house, call.caller.tenant, &deed).await?;
    removed.map_err(|refusal| at.told(refusal, member.unwrap_or(at.to.id), relation))?;
    Ok(respond::nothing())
}

/// A change of a relation that the caller may make.
struct Writing {
    permit: Permit,
    to: Linked,
    role: LinkRole,
    name: String,
}

impl Writing {
    async fn of(call: &Call<'_>, object: &Object, relation: Relation) -> Result<Writing, Stop> {
        let meant = meant(call, object).await?;
        let noun = object.noun().ok_or_else(|| meant.missing())?;
        let role = match relation {
            Relation::Owners => LinkRole::Owner,
            Relation::Manager => LinkRole::Manager,
            _ => membership(object),
        };
        let permit = match (noun, role) {
            (Noun::Application, _) => call.permit_on(Op::ApplicationsOwnersUpdate, meant.id).await?,
            (Noun::ServicePrincipal, _) => call.permit_on(Op::ServicePrincipalsOwnersUpdate, meant.id).await?,
            (Noun::User, _) => call.permit_on(Op::UsersManagerUpdate, meant.id).await?,
            (Noun::AdministrativeUnit, _) => call.permit(Op::AdministrativeUnitsMembersUpdate, meant.id)?,
            (Noun::Group, role) => of_group(call, &meant, role).await?,
        };
        if matches!(noun, Noun::Application | Noun::ServicePrincipal) {
            // Whoever names an owner must be let read who there is (graph-api.md §2.5).
            call.permit(Op::DirectoryObjectsGet, None)?;
        }
        Ok(Writing { permit, to: Linked { id: meant.known()?, noun }, role, name: meant.name })
    }

    /// Clients look for the words (graph-api.md §2.3).
    fn told(&self, refusal: LinkRefusal, member: ObjectId, relation: Relation) -> Refusal {
        let word = relation.word();
        let invalid = Refusal::Invalid;
        match refusal {
            LinkRefusal::NoSuchObject => Refusal::NoSuchObject(self.name.clone()),
            LinkRefusal::NoSuchMember => Refusal::NoSuchObject(member.to_string()),
            LinkRefusal::WrongKind => {
                invalid(format!("The referenced object '{member}' is of a kind that property '{word}' does not hold."))
            }
            LinkRefusal::AlreadyThere => invalid(format!(
                "One or more added object references already exist for the following modified properties: '{word}'."
            )),
            LinkRefusal::NotThere => Refusal::NoSuchObject(member.to_string()),
            LinkRefusal::WouldFormCycle => {
                invalid(format!("The reference to '{member}' would make the object a member of itself."))
            }
            LinkRefusal::TooMany => invalid(format!("Property '{word}' holds as many references as it can.")),
            LinkRefusal::LastOwner => {
                invalid("The group must have at least one owner, hence this owner cannot be removed.".to_owned())
            }
        }
    }
}

/// A group that may hold directory roles is changed only by who may change those (graph-api.md §1.2).
pub(super) async fn of_group(call: &Call<'_>, meant: &Meant, role: LinkRole) -> Result<Permit, Stop> {
    let GroupShape { unified, assignable_to_role } = group_write::shape(call, meant).await?;
    let op = match (role, unified) {
        (LinkRole::Owner, false) => Op::GroupsOwnersUpdateSecurity,
        (LinkRole::Owner, true) => Op::GroupsOwnersUpdateUnified,
        (_, false) => Op::GroupsMembersUpdateSecurity,
        (_, true) => Op::GroupsMembersUpdateUnified,
    };
    if assignable_to_role {
        let besides = if role == LinkRole::Owner { Op::GroupsAssignableUpdate } else { Op::GroupsAssignableMembers };
        return call.permit_on(besides, meant.id).await;
    }
    call.permit_on(op, meant.id).await
}

const ALL_KINDS: &[&Kind] = &[&USER, &GROUP, &SERVICE_PRINCIPAL, &APPLICATION, &UNIT, &ROLE];

/// How the objects of a list are shown.
pub(super) struct Listed {
    cast: Option<Cast>,
    selection: Selection,
}

impl Listed {
    pub fn of(call: &Call<'_>, cast: Option<Cast>) -> Result<Listed, Refusal> {
        let selection = match cast {
            Some(cast) => call.selection(&[kind_of(cast)])?,
            None => call.selection(ALL_KINDS)?,
        };
        Ok(Listed { cast, selection })
    }

    /// Of every kind, with these properties.
    pub fn selecting(select: Option<&Select>, extensions: &[Extension]) -> Result<Listed, Refusal> {
        let selection = Selection::of(select, ALL_KINDS, extensions)?;
        Ok(Listed { cast: None, selection })
    }

    /// Of one kind, with these properties.
    pub fn cast(cast: Cast, select: Option<&Select>, extensions: &[Extension]) -> Result<Listed, Refusal> {
        let selection = Selection::of(select, &[kind_of(cast)], extensions)?;
        Ok(Listed { cast: Some(cast), selection })
    }

    pub fn is_of_all_kinds(&self) -> bool {
        self.cast.is_none()
    }

    pub fn path(&self) -> String {
        self.cast.map(|cast| format!("/{}", kind_of(cast).name)).unwrap_or_default()
    }

    pub fn context(&self, call: &Call<'_>) -> String {
        let set = self.cast.map_or("directoryObjects", |cast| kind_of(cast).set);
        call.context(set, &self.selection, false)
    }

    pub fn context_of_one(&self, call: &Call<'_>) -> String {
        call.context("directoryObjects", &self.selection, true)
    }

    /// `None`: the cast leaves it out.
    pub fn show(&self, call: &Call<'_>, member: &MemberObject) -> Option<Map<String, Value>> {
        let (cast, view) = sight(call, member);
        let mut properties = as_far_as_seen(member, &self.selection, view);
        match self.cast {
            // The list's type is the base type, so each item names its own (graph-api.md §3.1).
            None => {
                call.metadata.say(&mut properties, "@odata.type", format!("#{}", kind_of(cast).name));
                Some(properties)
            }
            Some(wanted) => (wanted == cast).then_some(properties),
        }
    }
}

/// An object as its kind has it.
pub(super) fn as_far_as_seen(object: &MemberObject, selection: &Selection, view: Option<View>) -> Map<String, Value> {
    fn of<E: Entity>(entity: &E, selection: &Selection, view: Option<View>) -> Map<String, Value> {
        match view {
            Some(view) => shown(entity, selection, view),
            None => bare(E::KIND, entity.id(), selection),
        }
    }
    match object {
        MemberObject::User(user) => of(user, selection, view),
        MemberObject::Group(group) => of(group, selection, view),
        MemberObject::Application(card) => of(&Application::of(card), selection, view),
        MemberObject::ServicePrincipal(sp, card) => of(&Instance::of(sp, card.as_deref()), selection, view),
        MemberObject::AdministrativeUnit(unit) => of(unit, selection, view),
        MemberObject::DirectoryRole(role) => of(role, selection, view),
    }
}

/// Of what kind it is, and what of it the caller sees: `None` is its kind and its id alone.
pub(super) fn sight(call: &Call<'_>, object: &MemberObject) -> (Cast, Option<View>) {
    let (cast, op) = match object {
        MemberObject::User(_) => (Cast::User, Op::UsersGet),
        MemberObject::Group(_) => (Cast::Group, Op::GroupsGet),
        MemberObject::Application(_) => (Cast::Application, Op::ApplicationsGet),
        MemberObject::ServicePrincipal(..) => (Cast::ServicePrincipal, Op::ServicePrincipalsGet),
        MemberObject::AdministrativeUnit(_) => (Cast::Unit, Op::AdministrativeUnitsGet),
        MemberObject::DirectoryRole(_) => (Cast::DirectoryRole, Op::DirectoryRolesGet),
    };
    (cast, call.view_of(op, object.id()))
}

pub(super) fn kind_of(cast: Cast) -> &'static Kind {
    match cast {
        Cast::User => &USER,
        Cast::Group => &GROUP,
        Cast::Application => &APPLICATION,
        Cast::ServicePrincipal => &SERVICE_PRINCIPAL,
        Cast::Unit => &UNIT,
        Cast::DirectoryRole => &ROLE,
    }
}

fn object_kind(cast: Cast) -> ObjectKind {
    cast.noun().map_or(ObjectKind::DirectoryRole, ObjectKind::Noun)
}

#[cfg(test)]
mod tests {
    use super::super::group::tests::operations;
    use super::super::user::tests::joris;
    use super::*;
    use mandate_base::{AppId, ServicePrincipalId, TenantId};
    use mandate_decide::ActionSet;
    use mandate_domain::catalogue::{PermKind, catalogue};
    use mandate_domain::role::roles;
    use mandate_usecases::access::{Daemon, Person, Who};

    fn caller(who: Who) -> Caller {
        let (tenant, client, client_sp) =
            (TenantId::from_u128(1), AppId::from_u128(2), ServicePrincipalId::from_u128(3));
        Caller { tenant, client, client_sp, who }
    }

    fn app(permissions: &[&str]) -> Caller {
        let granted = catalogue().set(PermKind::Application, permissions.iter().copied());
        caller(Who::App(Box::new(Daemon { granted, everywhere: ActionSet::EMPTY, scoped: Vec::new() })))
    }

    fn person(scopes: &[&str], actions: &[&str]) -> Caller {
        let known = |action: &&str| roles().action(action).expect("an action of the catalogue");
        caller(Who::Person(Box::new(Person {
            user: joris().into(),
            scopes: Vec::new(),
            granted: catalogue().set(PermKind::Delegated, scopes.iter().copied()),
            everywhere: actions.iter().map(known).collect::<ActionSet>(),
            scoped: Vec::new(),
            roles: Vec::new().into(),
            grants: Vec::new().into(),
        })))
    }

    #[test]
    fn a_group_of_hidden_membership_is_told_to_who_may_read_its_members() {
        const ACTION: &str = "microsoft.directory/groups/hiddenMembers/read";
        let cases = [
            (app(&["Directory.Read.All"]), false),
            (app(&["Member.Read.Hidden"]), true),
            (person(&["Directory.Read.All"], &[ACTION]), false),
            (person(&["Member.Read.Hidden"], &[]), false),
            (person(&["Member.Read.Hidden"], &[ACTION]), true),
        ];
        for (caller, told) in cases {
            assert_eq!(may_be_told(&caller, &operations(Some("HiddenMembership"))), told, "{caller:?}");
            assert!(may_be_told(&caller, &operations(Some("Private"))), "{caller:?}");
        }
    }
}
