//! `/directoryRoles` and `/directoryRoleTemplates`: the older form of roles in the whole tenant (graph-api.md §2.10).

use super::relation::{self, Listed};
use super::role_definition::told;
use super::{collection, entity, made_of};
use crate::body;
use crate::call::Call;
use crate::dispatch::{Cast, RoleKey};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, column, shown};
use crate::respond;
use http::Method;
use mandate_base::{ObjectId, RoleTemplateId};
use mandate_domain::role::{RoleAssignment, RoleQuery, RoleTemplate, roles};
use mandate_odata::{Compare, Filter, Literal, Select};
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, DirectoryRole, EditRoles, GiveRole, RoleEdit, RoleScope, TakeRole};
use mandate_usecases::settle;
use mandate_web::Answer;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

const COST: u8 = 1;
/// More holders of one role than any organisation has.
const MOST: usize = 5000;

pub(super) async fn templates(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::DirectoryRoleTemplatesList, None)?;
    call.refuse_queries()?;
    let selection = call.selection(&[&TEMPLATE])?;
    let all = roles().templates().iter();
    let value = all.map(|role| shown(&Template(role), &selection, permit.view())).collect();
    Ok(collection(call, call.context(TEMPLATE.set, &selection, false), None, value, None, COST))
}

pub(super) fn template(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let permit = call.permit(Op::DirectoryRoleTemplatesGet, None)?;
    let selection = call.selection(&[&TEMPLATE])?;
    let found = RoleTemplateId::parse(name).ok().and_then(|id| roles().template(id));
    let role = found.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
    let context = call.context(TEMPLATE.set, &selection, true);
    Ok(entity(call, context, shown(&Template(role), &selection, permit.view()), COST))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Activated {
    role_template_id: String,
}

pub(super) async fn answer_all(call: &Call<'_>) -> Result<Answer, Stop> {
    if call.method == Method::POST { activate(call).await } else { list(call).await }
}

async fn list(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::DirectoryRolesList, None)?;
    call.refuse_sorting()?;
    let selection = call.selection(&[&ROLE])?;
    let mut all = active(call, &permit).await?;
    if let Some(filter) = &call.options.filter {
        let (property, wanted) = equality(filter)?;
        all.retain(|role| role.column(property).as_str().is_some_and(|held| held.eq_ignore_ascii_case(&wanted)));
    }
    let expansion = with_members(call)?;
    let mut value = Vec::with_capacity(all.len());
    for role in &all {
        let mut properties = shown(role, &selection, permit.view());
        if let Some(listed) = &expansion {
            add_members(call, listed, role.template.id, &mut properties).await?;
        }
        value.push(properties);
    }
    Ok(collection(call, call.context(ROLE.set, &selection, false), None, value, None, COST))
}

/// `displayName eq '…'`, `roleTemplateId eq '…'`
fn equality(filter: &Filter) -> Result<(&'static str, String), Refusal> {
    let refused = || Refusal::Unfilterable { property: String::new(), kind: ROLE.name };
    let Filter::Compare { member, op: Compare::Equal, value: Literal::Text(value) | Literal::Bare(value) } = filter
    else {
        return Err(refused());
    };
    let path = member.path.join("/");
    let known = ["id", "displayName", "roleTemplateId"].into_iter().find(|known| known.eq_ignore_ascii_case(&path));
    Ok((known.ok_or_else(refused)?, value.clone()))
}

async fn activate(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::DirectoryRolesActivate, None)?;
    let Activated { role_template_id: name } = body::read(call)?;
    let id = RoleTemplateId::parse(&name).map_err(|_| Refusal::NoSuchReference(name.clone()))?;
    let here = active(call, &permit).await?;
    if here.iter().any(|role| role.template.id == id) {
        return Err(told(directory::RoleRefusal::AlreadyThere, &name).into());
    }
    let deed = EditRoles { permit: &permit, edit: RoleEdit::Activate(id), correlation: call.correlation };
    settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, &name))?;
    let template = roles().template(id).ok_or(Refusal::NoSuchReference(name))?;
    let role = DirectoryRole { tenant: call.caller.tenant, template };
    let location = format!("{}/directoryRoles/{}", call.root(), role.id());
    Ok(respond::created(made_of(call, ROLE.set, &role), &location, call.metadata, COST))
}

pub(super) async fn show(call: &Call<'_>, key: &RoleKey) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let permit = call.permit(Op::DirectoryRolesGet, None)?;
    let selection = call.selection(&[&ROLE])?;
    let expansion = with_members(call)?;
    let role = found(call, &permit, key).await?;
    let mut properties = shown(&role, &selection, permit.view());
    if let Some(listed) = &expansion {
        add_members(call, listed, role.template.id, &mut properties).await?;
    }
    Ok(entity(call, call.context(ROLE.set, &selection, true), properties, COST))
}

/// Whether those who hold it come along.
fn with_members(call: &Call<'_>) -> Result<Option<Listed>, Refusal> {
    match &call.options.expand[..] {
        [] => Ok(None),
        [only] if only.relation.eq_ignore_ascii_case("members") && !only.all_levels => {
            let select = only.select.as_ref().filter(|select| **select != Select::All);
            Listed::selecting(select, &call.extensions).map(Some)
        }
        [first, ..] => Err(Refusal::NoExpansion(first.relation.clone())),
    }
}

async fn add_members(
    call: &Call<'_>,
    listed: &Listed,
    role: RoleTemplateId,
    properties: &mut Map<String, Value>,
) -> Result<(), Stop> {
    let permit = call.permit(Op::DirectoryRolesMembers, None)?;
    let held = held(call, &permit, role).await?;
    let ids: Vec<ObjectId> = held.iter().map(|assignment| assignment.principal).take(MOST_ALONG).collect();
    let found = directory::by_ids(call.house, &call.caller, &permit, &ids).await?;
    let shown = found.iter().filter_map(|object| listed.show(call, object)).map(Value::Object);
    properties.insert("members".to_owned(), shown.collect());
    Ok(())
}

/// As many as come along with any object.
const MOST_ALONG: usize = 20;

/// The address of one who holds it.
pub(super) async fn reference(call: &Call<'_>, key: &RoleKey, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let permit = call.permit(Op::DirectoryRolesMembers, None)?;
    let role = found(call, &permit, key).await?.template.id;
    let missing = || Refusal::NoSuchObject(name.to_owned());
    let principal = ObjectId::parse(name).map_err(|_| missing())?;
    let held = held(call, &permit, role).await?;
    held.iter().find(|held| held.principal == principal).ok_or_else(missing)?;
    Ok(relation::one_address(call, principal))
}

pub(super) async fn members(call: &Call<'_>, key: &RoleKey, cast: Option<Cast>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::DirectoryRolesMembers, None)?;
    let only = relation::only(call)?;
    if only.is_none() {
        call.refuse_queries_but_count()?;
    }
    let listed = Listed::of(call, cast)?;
    let role = found(call, &permit, key).await?;
    let held = held(call, &permit, role.template.id).await?;
    let ids = held.iter().map(|assignment| assignment.principal);
    let ids: Vec<ObjectId> = ids.filter(|id| only.is_none_or(|only| *id == only)).collect();
    let objects = directory::by_ids(call.house, &call.caller, &permit, &ids).await?;
    let value = objects.iter().filter_map(|object| listed.show(call, object)).collect();
    Ok(collection(call, listed.context(call), None, value, None, COST))
}

pub(super) async fn add(call: &Call<'_>, key: &RoleKey) -> Result<Answer, Stop> {
    let permit = call.permit(Op::DirectoryRolesMembersUpdate, None)?;
    let principal = body::read_reference(call).await?;
    let role = found(call, &permit, key).await?.template.id;
    let deed = GiveRole { permit: &permit, principal, role, scope: RoleScope::Tenant, correlation: call.correlation };
    let given = settle(call.house, call.caller.tenant, &deed).await?;
    given.map_err(|refusal| match refusal {
        directory::RoleRefusal::AlreadyThere => Refusal::Invalid(
            "One or more added object references already exist for the following modified properties: 'members'."
                .to_owned(),
        ),
        refusal => told(refusal, &principal.to_string()),
    })?;
    Ok(respond::nothing())
}

pub(super) async fn remove(call: &Call<'_>, key: &RoleKey, name: &str) -> Result<Answer, Stop> {
    let permit = call.permit(Op::DirectoryRolesMembersUpdate, None)?;
    let role = found(call, &permit, key).await?.template.id;
    let missing = || Refusal::NoSuchObject(name.to_owned());
    let principal = ObjectId::parse(name).map_err(|_| missing())?;
    let held = held(call, &permit, role).await?;
    let assignment = held.iter().find(|held| held.principal == principal).ok_or_else(missing)?.id;
    let deed = TakeRole { permit: &permit, assignment, correlation: call.correlation };
    settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, name))?;
    Ok(respond::nothing())
}

/// Given in the whole tenant.
async fn held(call: &Call<'_>, permit: &Permit, role: RoleTemplateId) -> Result<Vec<RoleAssignment>, Stop> {
    let query = RoleQuery { role: Some(role), within: Some(None), ..RoleQuery::default() };
    let (held, _) = directory::role_assignments(call.house, &call.caller, permit, query, None, MOST).await?;
    Ok(held)
}

pub(super) async fn found(call: &Call<'_>, permit: &Permit, key: &RoleKey) -> Result<DirectoryRole, Stop> {
    let (RoleKey::Id(name) | RoleKey::Template(name)) = key;
    let by_template = matches!(key, RoleKey::Template(_));
    let id = ObjectId::parse(name).map_err(|_| Refusal::NoSuchObject(name.clone()))?;
    let fits =
        |role: &DirectoryRole| if by_template { ObjectId::from(role.template.id) == id } else { role.id() == id };
    let found = active(call, permit).await?.into_iter().find(fits);
    Ok(found.ok_or_else(|| Refusal::NoSuchObject(name.clone()))?)
}

/// Those that somebody holds, and those that were activated.
async fn active(call: &Call<'_>, permit: &Permit) -> Result<Vec<DirectoryRole>, Stop> {
    let tenant = directory::organization(call.house, &call.caller, permit).await?;
    let (held, _) =
        directory::role_assignments(call.house, &call.caller, permit, RoleQuery::default(), None, MOST).await?;
    let mut ids: BTreeSet<RoleTemplateId> = held.iter().map(|assignment| assignment.role).collect();
    ids.extend(tenant.iter().flat_map(|tenant| &tenant.settings.activated_roles));
    let known = ids.into_iter().filter_map(|id| roles().template(id));
    Ok(known.map(|template| DirectoryRole { tenant: call.caller.tenant, template }).collect())
}

struct Template(&'static RoleTemplate);

impl Entity for DirectoryRole {
    const KIND: &'static Kind = &ROLE;

    fn id(&self) -> ObjectId {
        DirectoryRole::id(self)
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.id().to_string()),
            "displayName" => Value::from(self.template.name),
            "description" => Value::from(self.template.description),
            "roleTemplateId" => Value::from(self.template.id.to_string()),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

impl Entity for Template {
    const KIND: &'static Kind = &TEMPLATE;

    fn id(&self) -> ObjectId {
        self.0.id.into()
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.0.id.to_string()),
            "displayName" => Value::from(self.0.name),
            "description" => Value::from(self.0.description),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

pub(super) static ROLE: Kind =
    Kind { name: "microsoft.graph.directoryRole", set: "directoryRoles", properties: ROLE_PROPERTIES };

const ROLE_PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    column("deletedDateTime").default(),
    column("description").default(),
    column("displayName").default(),
    column("roleTemplateId").default(),
];

static TEMPLATE: Kind = Kind {
    name: "microsoft.graph.directoryRoleTemplate",
    set: "directoryRoleTemplates",
    properties: TEMPLATE_PROPERTIES,
};

const TEMPLATE_PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    column("deletedDateTime").default(),
    column("description").default(),
    column("displayName").default(),
];
