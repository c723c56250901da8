//! `…/scopedRoleMembers`, `…/scopedRoleMemberOf`: roles within administrative units, in their older form
//! (graph-api.md §2.14). They are the role assignments whose scope is a unit.

use super::key::{by_key, meant};
use super::role_assignment::{id_of, named};
use super::role_definition::told;
use super::{collection, directory_role, entity, respond, unit};
use crate::body;
use crate::call::Call;
use crate::dispatch::{Key, Object, ScopedRoles, Subject};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::paging::Pages;
use crate::property::{Entity, Kind, Property, Selection, column, shown};
use http::Method;
use mandate_base::{AssignmentId, ObjectId, RoleTemplateId};
use mandate_decide::View;
use mandate_domain::query::Noun;
use mandate_domain::role::{RoleAssignment, RoleQuery, roles};
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, DirectoryRole, GiveRole, MemberObject, RoleRefusal, RoleScope, TakeRole};
use mandate_usecases::settle;
use mandate_web::Answer;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};

const COST: u8 = 1;

pub(super) async fn answer_all(call: &Call<'_>, of: &ScopedRoles) -> Result<Answer, Stop> {
    match of {
        ScopedRoles::In(key) if call.method == Method::POST => create(call, key).await,
        ScopedRoles::In(key) => {
            let meant = by_key(call, Noun::AdministrativeUnit, key).await?;
            let permit = call.permit(Op::ScopedRoleMembersList, meant.id)?;
            let unit = unit::find(call, &permit, &meant).await?;
            let query = RoleQuery { within: Some(Some(unit.id.into())), ..RoleQuery::default() };
            let path = format!("/{}/{}/scopedRoleMembers", unit::UNIT.set, unit.id);
            list(call, &permit, Op::ScopedRoleMembersList, query, &path).await
        }
        ScopedRoles::Of(subject) => {
            let mine = *subject == Subject::Me;
            let op = if mine { Op::MeScopedRoles } else { Op::UsersScopedRoles };
            let meant = meant(call, &Object::User(subject.clone())).await?;
            let permit = call.permit_on(op, meant.id).await?;
            let id = meant.known()?;
            super::key::exists(call, Noun::User, id).await?;
            let query = RoleQuery { principal: Some(id), ..RoleQuery::default() };
            let path = if mine { "/me".to_owned() } else { format!("/users/{id}") };
            list(call, &permit, op, query, &format!("{path}/scopedRoleMemberOf")).await
        }
        ScopedRoles::With(key) => {
            let permit = call.permit(Op::DirectoryRolesScopedMembers, None)?;
            let role = directory_role::found(call, &permit, key).await?;
            let query = RoleQuery { role: Some(role.template.id), ..RoleQuery::default() };
            let path = format!("/directoryRoles/{}/scopedMembers", role.id());
            list(call, &permit, Op::DirectoryRolesScopedMembers, query, &path).await
        }
    }
}

async fn list(call: &Call<'_>, permit: &Permit, op: Op, query: RoleQuery, path: &str) -> Result<Answer, Stop> {
    call.refuse_queries()?;
    let selection = call.selection(&[&MEMBERSHIP])?;
    let pages = Pages::of(call, op, path);
    let after = pages.after()?.map(AssignmentId::from);
    let (found, more) =
        directory::role_assignments(call.house, &call.caller, permit, query, after, pages.most()).await?;
    let next = found.last().filter(|_| more).map(|last| pages.next(last.id.into()));
    let scoped = scoped(call, permit, &found).await?;
    let value = scoped.iter().map(|scoped| shown(scoped, &selection, permit.view())).collect();
    Ok(collection(call, call.context(MEMBERSHIP.set, &selection, false), None, value, next, COST))
}

/// Without those whose scope is no administrative unit, and those of the organisation's own roles, which have no older
/// form.
async fn scoped(call: &Call<'_>, permit: &Permit, all: &[RoleAssignment]) -> Result<Vec<Scoped>, Stop> {
    let ids = all.iter().flat_map(|assignment| assignment.within.into_iter().chain([assignment.principal]));
    let ids: Vec<ObjectId> = ids.collect::<BTreeSet<_>>().into_iter().collect();
    let found = directory::by_ids(call.house, &call.caller, permit, &ids).await?;
    let found: HashMap<ObjectId, MemberObject> = found.into_iter().map(|object| (object.id(), object)).collect();
    let older = |assignment: &RoleAssignment| {
        let unit =
            assignment.within.filter(|unit| matches!(found.get(unit), Some(MemberObject::AdministrativeUnit(_))))?;
        let role = DirectoryRole::of(call.caller.tenant, assignment.role)?.id();
        let name = match found.get(&assignment.principal) {
            Some(MemberObject::User(user)) => Some(user.display_name.as_str()),
            Some(MemberObject::Group(group)) => Some(group.display_name.as_str()),
            Some(MemberObject::ServicePrincipal(sp, _)) => Some(sp.display_name.as_str()),
            _ => None,
        };
        let info = json!({ "id": assignment.principal.to_string(), "displayName": name });
        Some(Scoped { assignment: *assignment, unit, role, info })
    };
    Ok(all.iter().filter_map(older).collect())
}

pub(super) async fn answer_one(call: &Call<'_>, key: &Key, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let meant = by_key(call, Noun::AdministrativeUnit, key).await?;
    let removes = call.method == Method::DELETE;
    let op = if removes { Op::ScopedRoleMembersDelete } else { Op::ScopedRoleMembersList };
    let permit = call.permit(op, meant.id)?;
    let missing = || Refusal::NoSuchObject(name.to_owned());
    let id = named(name).ok_or_else(missing)?;
    let found = directory::role_assignment(call.house, &call.caller, &permit, id).await?;
    let found = found.filter(|assignment| assignment.within.is_some() && assignment.within == meant.id);
    let assignment = found.ok_or_else(missing)?;
    if removes {
        let deed = TakeRole { permit: &permit, assignment: assignment.id, correlation: call.correlation };
        settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, name))?;
        return Ok(respond::nothing());
    }
    let selection = call.selection(&[&MEMBERSHIP])?;
    let scoped = scoped(call, &permit, &[assignment]).await?.pop().ok_or_else(missing)?;
    let context = call.context(MEMBERSHIP.set, &selection, true);
    Ok(entity(call, context, shown(&scoped, &selection, permit.view()), COST))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    role_id: String,
    role_member_info: Map<String, Value>,
    /// The one of the path, which clients may repeat.
    #[serde(default)]
    administrative_unit_id: Option<String>,
}

async fn create(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let meant = by_key(call, Noun::AdministrativeUnit, key).await?;
    let permit = call.permit(Op::ScopedRoleMembersCreate, meant.id)?;
    let asked: Asked = body::read(call)?;
    let unit = unit::find(call, &permit, &meant).await?;
    if asked.administrative_unit_id.is_some_and(|id| ObjectId::parse(&id) != Ok(unit.id.into())) {
        return Err(Refusal::Invalid("The administrativeUnitId is not the one of the address.".to_owned()).into());
    }
    let missing = || Refusal::Missing("roleMemberInfo/id".to_owned());
    let principal = asked.role_member_info.get("id").and_then(Value::as_str).ok_or_else(missing)?;
    let unknown = |name: &str| Refusal::NoSuchReference(name.chars().take(64).collect());
    let deed = GiveRole {
        permit: &permit,
        principal: ObjectId::parse(principal).map_err(|_| unknown(principal))?,
        role: role_named(call, &asked.role_id).ok_or_else(|| unknown(&asked.role_id))?,
        scope: RoleScope::Unit(unit.id),
        correlation: call.correlation,
    };
    let given = settle(call.house, call.caller.tenant, &deed).await?;
    let given = given.map_err(|refusal| match refusal {
        RoleRefusal::NoSuchPrincipal => unknown(principal),
        refusal => told(refusal, ""),
    })?;
    let scoped = scoped(call, &permit, &[given]).await?.pop().ok_or_else(|| meant.missing())?;
    let mut properties = shown(&scoped, &Selection::Default, View::Full);
    let context = call.context(MEMBERSHIP.set, &Selection::Default, true);
    call.metadata.say(&mut properties, "@odata.context", context);
    let location = format!("{}/{}/{}/scopedRoleMembers/{}", call.root(), unit::UNIT.set, unit.id, id_of(&given));
    Ok(respond::created(properties, &location, call.metadata, COST))
}

/// A built-in role by its id here, or by its template's.
fn role_named(call: &Call<'_>, name: &str) -> Option<RoleTemplateId> {
    let id = ObjectId::parse(name).ok()?;
    let here = |role: RoleTemplateId| DirectoryRole::of(call.caller.tenant, role).map(|role| role.id());
    let mut all = roles().templates().iter().map(|template| template.id);
    all.find(|role| ObjectId::from(*role) == id || here(*role) == Some(id))
}

/// An assignment with what its older form tells besides.
struct Scoped {
    assignment: RoleAssignment,
    unit: ObjectId,
    role: ObjectId,
    info: Value,
}

impl Entity for Scoped {
    const KIND: &'static Kind = &MEMBERSHIP;

    fn id(&self) -> ObjectId {
        self.assignment.id.into()
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(id_of(&self.assignment)),
            "administrativeUnitId" => Value::from(self.unit.to_string()),
            "roleId" => Value::from(self.role.to_string()),
            "roleMemberInfo" => self.info.clone(),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

static MEMBERSHIP: Kind =
    Kind { name: "microsoft.graph.scopedRoleMembership", set: "scopedRoleMemberships", properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    column("administrativeUnitId").default(),
    column("roleId").default(),
    column("roleMemberInfo").default(),
];
