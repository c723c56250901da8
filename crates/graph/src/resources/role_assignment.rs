//! `/roleManagement/directory/roleAssignments`: who holds which role, and where (graph-api.md §2.10).

use super::relation::Listed;
use super::role_definition::{self, told};
use super::{collection, entity};
use crate::body;
use crate::call::Call;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::paging::Pages;
use crate::property::{Entity, Kind, Property, Selection, column, shown};
use crate::respond;
use http::Method;
use mandate_base::{AssignmentId, ObjectId, RoleTemplateId};
use mandate_decide::View;
use mandate_domain::grant::swapped;
use mandate_domain::role::{RoleAssignment, RoleQuery};
use mandate_odata::{Compare, Filter, Literal};
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, GiveRole, RoleRefusal, RoleScope, TakeRole};
use mandate_usecases::settle;
use mandate_web::{Answer, base64};
use serde_json::{Map, Value};

const COST: u8 = 1;
const SET: &str = "roleManagement/directory/roleAssignments";
const READ_ONLY: &[&str] = &["id", "principalOrganizationId"];

pub(super) async fn answer_all(call: &Call<'_>) -> Result<Answer, Stop> {
    if call.method == Method::POST { create(call).await } else { list(call).await }
}

pub(super) async fn answer_one(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let missing = || Refusal::NoSuchObject(name.to_owned());
    if call.method == Method::DELETE {
        let permit = call.permit(Op::RoleAssignmentsDelete, None)?;
        let assignment = named(name).ok_or_else(missing)?;
        let deed = TakeRole { permit: &permit, assignment, correlation: call.correlation };
        settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, name))?;
        return Ok(respond::nothing());
    }
    let permit = call.permit(Op::RoleAssignmentsGet, None)?;
    let selection = call.selection(&[&ASSIGNMENT])?;
    let expansion = Expansion::asked(call)?;
    let id = named(name).ok_or_else(missing)?;
    let found = directory::role_assignment(call.house, &call.caller, &permit, id).await?.ok_or_else(missing)?;
    let mut properties = properties(call, &permit, &found, &selection).await?;
    expansion.add(call, &permit, &found, &mut properties).await?;
    Ok(entity(call, call.context(SET, &selection, true), properties, COST))
}

async fn list(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::RoleAssignmentsList, None)?;
    call.refuse_sorting()?;
    let selection = call.selection(&[&ASSIGNMENT])?;
    let expansion = Expansion::asked(call)?;
    let query = call.options.filter.as_ref().map_or(Ok(RoleQuery::default()), asked)?;
    let pages = Pages::of(call, Op::RoleAssignmentsList, &format!("/{SET}"));
    let after = pages.after()?.map(AssignmentId::from);
    let (found, more) =
        directory::role_assignments(call.house, &call.caller, &permit, query, after, pages.most()).await?;
    let next = found.last().filter(|_| more).map(|last| pages.next(last.id.into()));
    let mut value = Vec::with_capacity(found.len());
    for assignment in &found {
        let mut properties = properties(call, &permit, assignment, &selection).await?;
        expansion.add(call, &permit, assignment, &mut properties).await?;
        value.push(properties);
    }
    Ok(collection(call, call.context(SET, &selection, false), None, value, next, COST))
}

async fn create(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::RoleAssignmentsCreate, None)?;
    let written = body::read_object(call, "unifiedRoleAssignment", READ_ONLY)?.properties;
    let text = |name: &str| written.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let needed = |name: &str| text(name).ok_or_else(|| Refusal::Missing(name.to_owned()));
    let (principal, role) = (needed("principalId")?, needed("roleDefinitionId")?);
    let scope = match (text("directoryScopeId"), text("appScopeId")) {
        (Some(scope), None) => scope,
        (None, Some("/")) => "/",
        (None, Some(_)) => return Err(Refusal::NotOffered("A role within an app's own scope").into()),
        _ => return Err(Refusal::Missing("directoryScopeId".to_owned()).into()),
    };
    let scope = scope_of(scope)?;
    let unknown = |name: &str| Refusal::NoSuchReference(name.chars().take(64).collect());
    let deed = GiveRole {
        permit: &permit,
        principal: ObjectId::parse(principal).map_err(|_| unknown(principal))?,
        role: RoleTemplateId::parse(role).map_err(|_| unknown(role))?,
        scope,
        correlation: call.correlation,
    };
    let made = settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| match refusal {
        RoleRefusal::NoSuchRole => unknown(role),
        RoleRefusal::NoSuchPrincipal => unknown(principal),
        refusal => told(refusal, ""),
    })?;
    let location = format!("{}/{SET}/{}", call.root(), id_of(&made));
    let mut properties = properties(call, &permit, &made, &Selection::Default).await?;
    call.metadata.say(&mut properties, "@odata.context", call.context(SET, &Selection::Default, true));
    Ok(respond::created(properties, &location, call.metadata, COST))
}

/// `/`, `/{object}`, `/administrativeUnits/{id}`
fn scope_of(scope: &str) -> Result<RoleScope, Refusal> {
    let refused = || Refusal::Invalid("The directoryScopeId is not valid.".to_owned());
    let below = scope.strip_prefix('/').ok_or_else(refused)?;
    if below.is_empty() {
        return Ok(RoleScope::Tenant);
    }
    match below.strip_prefix(UNITS) {
        Some(id) => ObjectId::parse(id).map(|id| RoleScope::Unit(id.into())),
        None => ObjectId::parse(below).map(RoleScope::Object),
    }
    .map_err(|_| refused())
}

const UNITS: &str = "administrativeUnits/";

/// `principalId eq '…'`, `roleDefinitionId eq '…'` and `directoryScopeId eq '…'`
fn asked(filter: &Filter) -> Result<RoleQuery, Refusal> {
    let refused = || Refusal::Unfilterable { property: String::new(), kind: ASSIGNMENT.name };
    match filter {
        Filter::All(terms) => terms.iter().try_fold(RoleQuery::default(), |query, term| {
            let more = asked(term)?;
            Ok(RoleQuery {
                principal: query.principal.or(more.principal),
                role: query.role.or(more.role),
                within: query.within.or(more.within),
            })
        }),
        Filter::Compare { member, op: Compare::Equal, value: Literal::Text(text) | Literal::Bare(text) } => {
            // An id that is none is nobody's: it finds nothing.
            let id = ObjectId::parse(text).unwrap_or(ObjectId::from_u128(0));
            let all = RoleQuery::default();
            match member.path.join("/").to_ascii_lowercase().as_str() {
                "principalid" => Ok(RoleQuery { principal: Some(id), ..all }),
                "roledefinitionid" => Ok(RoleQuery { role: Some(id.into()), ..all }),
                "directoryscopeid" => Ok(RoleQuery { within: Some(scope_of(text)?.within()), ..all }),
                _ => Err(refused()),
            }
        }
        _ => Err(refused()),
    }
}

/// Which of its two ends comes along.
enum Expansion {
    Nothing,
    Principal(Listed),
    Definition(Selection),
}

impl Expansion {
    fn asked(call: &Call<'_>) -> Result<Expansion, Refusal> {
        match &call.options.expand[..] {
            [] => Ok(Expansion::Nothing),
            [only] if only.relation.eq_ignore_ascii_case("principal") => {
                Ok(Expansion::Principal(Listed::selecting(only.select.as_ref(), &call.extensions)?))
            }
            [only] if only.relation.eq_ignore_ascii_case("roleDefinition") => {
                let selection = call.selection_of(only.select.as_ref(), &[&role_definition::DEFINITION])?;
                Ok(Expansion::Definition(selection))
            }
            [first, ..] => Err(Refusal::NoExpansion(first.relation.clone())),
        }
    }

    async fn add(
        &self,
        call: &Call<'_>,
        permit: &Permit,
        assignment: &RoleAssignment,
        properties: &mut Map<String, Value>,
    ) -> Result<(), Stop> {
        match self {
            Expansion::Nothing => {}
            Expansion::Principal(listed) => {
                let found = directory::by_ids(call.house, &call.caller, permit, &[assignment.principal]).await?;
                let shown = found.first().and_then(|object| listed.show(call, object));
                properties.insert("principal".to_owned(), shown.map_or(Value::Null, Value::Object));
            }
            Expansion::Definition(selection) => {
                let found = role_definition::one(call, permit, assignment.role).await?;
                let shown = found.map(|definition| Value::Object(shown(&definition, selection, View::Full)));
                properties.insert("roleDefinition".to_owned(), shown.unwrap_or(Value::Null));
            }
        }
        Ok(())
    }
}

/// The organisation is the caller's, which no assignment says of itself; nor what its scope is.
async fn properties(
    call: &Call<'_>,
    permit: &Permit,
    found: &RoleAssignment,
    selection: &Selection,
) -> Result<Map<String, Value>, Stop> {
    let mut properties = shown(found, selection, permit.view());
    if let (Some(scope), Some(id)) = (properties.get_mut("directoryScopeId"), found.within)
        && directory::unit(call.house, &call.caller, permit, id.into()).await?.is_some()
    {
        *scope = Value::from(format!("/{UNITS}{id}"));
    }
    if let Some(organization) = properties.get_mut("principalOrganizationId") {
        *organization = Value::from(call.caller.tenant.to_string());
    }
    Ok(properties)
}

/// The role's id in Graph's byte order, then the assignment's own.
pub(super) fn id_of(assignment: &RoleAssignment) -> String {
    let bytes = [swapped(ObjectId::from(assignment.role).bytes()), *assignment.id.bytes()].concat();
    format!("{}-1", base64::url(&bytes))
}

pub(super) fn named(text: &str) -> Option<AssignmentId> {
    let bytes = base64::from_url(text.strip_suffix("-1")?).filter(|bytes| bytes.len() == 32)?;
    Some(AssignmentId::from_bytes(bytes[16..].try_into().ok()?))
}

impl Entity for RoleAssignment {
    const KIND: &'static Kind = &ASSIGNMENT;

    fn id(&self) -> ObjectId {
        self.id.into()
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(id_of(self)),
            "principalId" => Value::from(self.principal.to_string()),
            "roleDefinitionId" => Value::from(self.role.to_string()),
            "directoryScopeId" => Value::from(self.within.map_or_else(|| "/".to_owned(), |id| format!("/{id}"))),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

static ASSIGNMENT: Kind = Kind { name: "microsoft.graph.unifiedRoleAssignment", set: SET, properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    column("appScopeId"),
    column("condition"),
    column("directoryScopeId").default(),
    column("principalId").default(),
    column("principalOrganizationId"),
    column("roleDefinitionId").default(),
];
