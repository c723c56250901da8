//! App-role assignments: who holds which role of which API, asked from either side (graph-api.md §2.9).

use super::key::{exists, meant_instance};
use super::{collection, entity, made};
use crate::body;
use crate::call::Call;
use crate::dispatch::{Assignments, Side, Subject};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::paging::Pages;
use crate::property::{Entity, Kind, Property, Selection, column, shown};
use crate::resources::user;
use crate::respond;
use http::Method;
use mandate_base::{AppRoleId, AssignmentId, ObjectId, ServicePrincipalId};
use mandate_domain::grant::{AppRoleAssignment, AssignmentQuery, swapped};
use mandate_domain::query::Noun;
use mandate_domain::time;
use mandate_odata::{Compare, Filter, Literal, Select};
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, AssignRefusal, AssignRole, NamedAssignment, Revocation, Revoke};
use mandate_usecases::settle;
use mandate_web::{Answer, base64};
use serde::Deserialize;
use serde_json::{Map, Value};

const COST: u8 = 1;

/// What the path says: whose assignments, from which side, and what each deed needs there.
struct Place {
    id: ObjectId,
    noun: Noun,
    side: Side,
    path: String,
    list: Op,
    write: Op,
}

pub(super) async fn answer_all(call: &Call<'_>, of: &Assignments) -> Result<Answer, Stop> {
    let place = place(call, of).await?;
    if call.method == Method::POST { create(call, &place).await } else { list(call, &place).await }
}

pub(super) async fn answer_one(call: &Call<'_>, of: &Assignments, name: &str) -> Result<Answer, Stop> {
    let place = place(call, of).await?;
    let id = named(name).ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
    let op = if call.method == Method::DELETE { place.write } else { place.list };
    let permit = call.permit_on(op, Some(place.id)).await?;
    let missing = || Refusal::NoSuchObject(name.to_owned());
    let found = directory::assignment(call.house, &call.caller, &permit, id).await?;
    let found = found.filter(|found| place.holds(&found.assignment)).ok_or_else(missing)?;
    if call.method == Method::DELETE {
        let what = Revocation::AppRole(id);
        let deed = Revoke { permit: &permit, what, correlation: call.correlation };
        settle(call.house, call.caller.tenant, &deed).await?.map_err(|_| missing())?;
        return Ok(respond::nothing());
    }
    call.refuse_paging()?;
    let selection = call.selection(&[&ASSIGNMENT])?;
    Ok(entity(call, call.context(&place.set(), &selection, true), shown(&found, &selection, permit.view()), COST))
}

async fn place(call: &Call<'_>, of: &Assignments) -> Result<Place, Stop> {
    let missing = |name: &String| Refusal::NoSuchObject(name.clone());
    let parsed = |name: &String| ObjectId::parse(name).map_err(|_| missing(name));
    Ok(match of {
        Assignments::App(key, Side::Given) => {
            let id = meant_instance(call, key).await?;
            let path = format!("/servicePrincipals/{id}/appRoleAssignedTo");
            Place {
                id,
                noun: Noun::ServicePrincipal,
                side: Side::Given,
                path,
                list: Op::AssignedToList,
                write: Op::AssignedToWrite,
            }
        }
        Assignments::App(key, Side::Held) => {
            let id = meant_instance(call, key).await?;
            let path = format!("/servicePrincipals/{id}/appRoleAssignments");
            let (list, write) = (Op::ServicePrincipalsAssignments, Op::ServicePrincipalsAssign);
            Place { id, noun: Noun::ServicePrincipal, side: Side::Held, path, list, write }
        }
        Assignments::Group(name) => {
            let id = parsed(name)?;
            let path = format!("/groups/{id}/appRoleAssignments");
            let (list, write) = (Op::GroupsAssignments, Op::GroupsAssign);
            Place { id, noun: Noun::Group, side: Side::Held, path, list, write }
        }
        Assignments::Person(subject) => {
            let target = user::target(call, subject).await?;
            let id = target.id.ok_or(Refusal::NoSuchObject(target.name))?;
            let mine = *subject == Subject::Me;
            let whose = if mine { "/me".to_owned() } else { format!("/users/{id}") };
            let (list, write) = (if mine { Op::MeAssignments } else { Op::UsersAssignments }, Op::UsersAssign);
            let path = format!("{whose}/appRoleAssignments");
            Place { id: id.into(), noun: Noun::User, side: Side::Held, path, list, write }
        }
    })
}

impl Place {
    fn holds(&self, assignment: &AppRoleAssignment) -> bool {
        match self.side {
            Side::Given => ObjectId::from(assignment.resource) == self.id,
            Side::Held => assignment.principal == self.id,
        }
    }

    /// As `@odata.context` names it: `servicePrincipals('id')/appRoleAssignedTo`.
    fn set(&self) -> String {
        let path = self.path.trim_start_matches('/');
        match path.split('/').collect::<Vec<_>>()[..] {
            [set, id, relation] => format!("{set}('{id}')/{relation}"),
            _ => format!("users('{}')/appRoleAssignments", self.id),
        }
    }
}

async fn list(call: &Call<'_>, place: &Place) -> Result<Answer, Stop> {
    let permit = call.permit(place.list, Some(place.id))?;
    let selection = call.selection(&[&ASSIGNMENT])?;
    call.refuse_order()?;
    exists(call, place.noun, place.id).await?;
    let query = asked(call, place)?;
    let count = match call.counts() {
        true => Some(directory::assignments_count(call.house, &call.caller, &permit, query).await?),
        false => None,
    };
    let pages = Pages::of(call, place.list, &place.path);
    let after = pages.after()?.map(AssignmentId::from);
    let (found, more) = directory::assignments(call.house, &call.caller, &permit, query, after, pages.most()).await?;
    let next = found.last().filter(|_| more).map(|last| pages.next(last.assignment.id.into()));
    let value = found.iter().map(|one| shown(one, &selection, permit.view())).collect();
    Ok(collection(call, call.context(&place.set(), &selection, false), count, value, next, COST))
}

/// `…/$count`: a number and nothing else.
pub(super) async fn count(call: &Call<'_>, of: &Assignments) -> Result<Answer, Stop> {
    let place = place(call, of).await?;
    let permit = call.permit(place.list, Some(place.id))?;
    call.refuse_page_of_count()?;
    call.refuse_order()?;
    exists(call, place.noun, place.id).await?;
    let query = asked(call, &place)?;
    let count = directory::assignments_count(call.house, &call.caller, &permit, query).await?;
    Ok(respond::number(count, call.cost(COST)))
}

fn asked(call: &Call<'_>, place: &Place) -> Result<AssignmentQuery, Refusal> {
    let mut query = of_side(place.side, place.noun, place.id);
    if let Some(filter) = &call.options.filter {
        let resource = resource_of(filter)?;
        query.resource = match query.resource {
            Some(held) if held != resource => Some(ServicePrincipalId::from_u128(0)),
            _ => Some(resource),
        };
    }
    Ok(query)
}

/// A person has those of the groups that they are directly in as well (graph-api.md §2.9).
fn of_side(side: Side, noun: Noun, id: ObjectId) -> AssignmentQuery {
    match side {
        Side::Given => AssignmentQuery { resource: Some(id.into()), ..AssignmentQuery::default() },
        Side::Held => {
            AssignmentQuery { principal: Some(id), with_groups: noun == Noun::User, ..AssignmentQuery::default() }
        }
    }
}

/// Those of one side, as they come along with the person, group or service principal.
pub(super) struct Along {
    side: Side,
    selection: Selection,
}

impl Along {
    /// `None`: the relation is another one.
    pub fn of(noun: Noun, relation: &str, select: Option<&Select>) -> Result<Option<Along>, Refusal> {
        let side = match noun {
            Noun::ServicePrincipal => side_of(relation),
            Noun::User | Noun::Group => side_of(relation).filter(|side| *side == Side::Held),
            Noun::Application | Noun::AdministrativeUnit => None,
        };
        let Some(side) = side else { return Ok(None) };
        Ok(Some(Along { side, selection: Selection::of(select, &[&ASSIGNMENT], &[])? }))
    }

    pub async fn add(
        &self,
        call: &Call<'_>,
        noun: Noun,
        id: ObjectId,
        properties: &mut Map<String, Value>,
    ) -> Result<(), Stop> {
        let op = match (noun, self.side) {
            (_, Side::Given) => Op::AssignedToList,
            (Noun::User, Side::Held) => Op::UsersAssignments,
            (Noun::Group, Side::Held) => Op::GroupsAssignments,
            (_, Side::Held) => Op::ServicePrincipalsAssignments,
        };
        let query = of_side(self.side, noun, id);
        let permit = call.permit(op, Some(id))?;
        let (found, _) = directory::assignments(call.house, &call.caller, &permit, query, None, MOST_ALONG).await?;
        let told = found.iter().map(|one| Value::Object(shown(one, &self.selection, permit.view()))).collect();
        properties.insert(self.side.word().to_owned(), told);
        Ok(())
    }
}

const MOST_ALONG: usize = 20;

fn side_of(relation: &str) -> Option<Side> {
    [Side::Held, Side::Given].into_iter().find(|side| relation.eq_ignore_ascii_case(side.word()))
}

/// `resourceId eq '…'` is all that is asked of assignments.
fn resource_of(filter: &Filter) -> Result<ServicePrincipalId, Refusal> {
    let refused =
        |property: &str| Refusal::Unfilterable { property: property.chars().take(64).collect(), kind: ASSIGNMENT.name };
    let Filter::Compare { member, op: Compare::Equal, value } = filter else { return Err(refused("")) };
    let property = member.path.join("/");
    match value {
        Literal::Text(text) | Literal::Bare(text) if property.eq_ignore_ascii_case("resourceId") => {
            Ok(ServicePrincipalId::parse(text).unwrap_or(ServicePrincipalId::from_u128(0)))
        }
        _ => Err(refused(&property)),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    principal_id: ObjectId,
    resource_id: ServicePrincipalId,
    app_role_id: AppRoleId,
    // The rest is the service's to fill in; clients send back what they read.
    #[serde(default, rename = "id")]
    _id: Value,
    #[serde(default, rename = "principalType")]
    _kind: Value,
    #[serde(default, rename = "principalDisplayName")]
    _principal: Value,
    #[serde(default, rename = "resourceDisplayName")]
    _resource: Value,
    #[serde(default, rename = "createdDateTime")]
    _created: Value,
    #[serde(default, rename = "deletedDateTime")]
    _deleted: Value,
}

async fn create(call: &Call<'_>, place: &Place) -> Result<Answer, Stop> {
    let permit = call.permit_on(place.write, Some(place.id)).await?;
    also_reads_apps(call, place)?;
    let wanted: Wanted = body::read(call)?;
    let side = match place.side {
        Side::Given => ObjectId::from(wanted.resource_id),
        Side::Held => wanted.principal_id,
    };
    if side != place.id {
        return Err(Refusal::Invalid("Not a valid reference update.".to_owned()).into());
    }
    let deed = AssignRole {
        permit: &permit,
        caller: &call.caller,
        principal: wanted.principal_id,
        resource: wanted.resource_id,
        role: wanted.app_role_id,
        correlation: call.correlation,
    };
    let made = settle(call.house, call.caller.tenant, &deed).await?.map_err(told)?;
    shown_new(call, place, &permit, made.id).await
}

async fn shown_new(call: &Call<'_>, place: &Place, permit: &Permit, id: AssignmentId) -> Result<Answer, Stop> {
    let found = directory::assignment(call.house, &call.caller, permit, id).await?;
    let found = found.ok_or_else(|| Refusal::NoSuchObject(id.to_string()))?;
    let location = format!("{}{}/{}", call.root(), place.path, id_of(&found.assignment));
    Ok(made(call, &place.set(), &found, &location, COST))
}

/// To give an application permission the app must be let read apps, too (graph-api.md §1.2, AlsoRequires).
fn also_reads_apps(call: &Call<'_>, place: &Place) -> Result<(), Refusal> {
    match place.write {
        Op::AssignedToWrite | Op::ServicePrincipalsAssign => call.permit(Op::ServicePrincipalsGet, None).map(drop),
        _ => Ok(()),
    }
}

/// Clients look for the words (graph-api.md §2.9).
fn told(refusal: AssignRefusal) -> Refusal {
    match refusal {
        AssignRefusal::NoSuchPrincipal | AssignRefusal::NoSuchResource => {
            Refusal::Invalid("Not a valid reference update.".to_owned())
        }
        AssignRefusal::NoSuchRole => {
            Refusal::Invalid("Permission being assigned was not found on application.".to_owned())
        }
        AssignRefusal::AlreadyThere => {
            Refusal::Invalid("Permission being assigned already exists on the object.".to_owned())
        }
        AssignRefusal::BeyondPolicy => Refusal::BeyondPolicy,
    }
}

/// The principal's id in Graph's byte order, then the assignment's own.
fn id_of(assignment: &AppRoleAssignment) -> String {
    base64::url(&[swapped(assignment.principal.bytes()), *assignment.id.bytes()].concat())
}

fn named(text: &str) -> Option<AssignmentId> {
    let bytes = base64::from_url(text).filter(|bytes| bytes.len() == 32)?;
    Some(AssignmentId::from_bytes(bytes[16..].try_into().ok()?))
}

impl Entity for NamedAssignment {
    const KIND: &'static Kind = &ASSIGNMENT;

    fn id(&self) -> ObjectId {
        self.assignment.id.into()
    }

    fn column(&self, name: &str) -> Value {
        let AppRoleAssignment { principal, kind, resource, role, created, .. } = &self.assignment;
        match name {
            "id" => Value::from(id_of(&self.assignment)),
            "appRoleId" => Value::from(role.to_string()),
            "createdDateTime" => Value::from(time::iso(*created)),
            "principalDisplayName" => Value::from(self.principal_name.as_deref()),
            "principalId" => Value::from(principal.to_string()),
            "principalType" => Value::from(kind.word()),
            "resourceDisplayName" => Value::from(self.resource_name.as_deref()),
            "resourceId" => Value::from(resource.to_string()),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

static ASSIGNMENT: Kind =
    Kind { name: "microsoft.graph.appRoleAssignment", set: "appRoleAssignments", properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    column("deletedDateTime").default(),
    column("appRoleId").default(),
    column("createdDateTime").default(),
    column("principalDisplayName").default(),
    column("principalId").default(),
    column("principalType").default(),
    column("resourceDisplayName").default(),
    column("resourceId").default(),
];
