//! `/roleManagement/directory/roleDefinitions`: the built-in roles, and those that the organisation defined (graph-api.md
//! §2.10).

use super::{collection, entity, made_of};
use crate::body::{self, Written};
use crate::call::Call;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, Selection, column, shown};
use crate::respond;
use http::Method;
use mandate_base::{ObjectId, RoleTemplateId};
use mandate_decide::View;
use mandate_domain::role::{CustomRole, RoleTemplate, roles};
use mandate_odata::{Compare, Filter, Literal};
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, EditRoles, RoleEdit, RoleRefusal};
use mandate_usecases::settle;
use mandate_web::Answer;
use serde_json::{Map, Value, json};

const COST: u8 = 1;
const SET: &str = "roleManagement/directory/roleDefinitions";
const READ_ONLY: &[&str] = &["id", "isBuiltIn", "inheritsPermissionsFrom"];

pub(super) async fn answer_all(call: &Call<'_>) -> Result<Answer, Stop> {
    if call.method == Method::POST { create(call).await } else { list(call).await }
}

pub(super) async fn answer_one(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    match call.method {
        Method::PATCH => {
            let permit = call.permit(Op::RoleDefinitionsUpdate, None)?;
            let id = parsed(name)?;
            let Written { mut properties, fixed, .. } =
                body::read_whole(call, "unifiedRoleDefinition", READ_ONLY, name)?;
            if !fixed.is_empty() {
                let held = one(call, &permit, id).await?.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
                body::is_as_it_was(&fixed, &shown(&held, &Selection::All, View::Full))?;
            }
            properties.remove("templateId");
            edit(call, &permit, name, RoleEdit::Redefine(id, properties)).await?;
            Ok(respond::nothing())
        }
        Method::DELETE => {
            let permit = call.permit(Op::RoleDefinitionsDelete, None)?;
            let id = parsed(name)?;
            edit(call, &permit, name, RoleEdit::Undefine(id)).await?;
            Ok(respond::nothing())
        }
        _ => {
            let permit = call.permit(Op::RoleDefinitionsGet, None)?;
            let selection = call.selection(&[&DEFINITION])?;
            let id = parsed(name)?;
            let found = one(call, &permit, id).await?.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
            let context = call.context(SET, &selection, true);
            Ok(entity(call, context, shown(&found, &selection, permit.view()), COST))
        }
    }
}

async fn list(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::RoleDefinitionsList, None)?;
    call.refuse_sorting()?;
    let selection = call.selection(&[&DEFINITION])?;
    let mut all = all(call, &permit).await?;
    if let Some(filter) = &call.options.filter {
        let (property, wanted) = equality(filter)?;
        all.retain(|definition| fits(definition, property, &wanted));
    }
    // One page holds them all, whatever its asked size: there are as many as the product has.
    let value = all.iter().map(|definition| shown(definition, &selection, permit.view())).collect();
    Ok(collection(call, call.context(SET, &selection, false), None, value, None, COST))
}

async fn create(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::RoleDefinitionsCreate, None)?;
    let mut properties = body::read_object(call, "unifiedRoleDefinition", READ_ONLY)?.properties;
    properties.remove("templateId");
    let id = edit(call, &permit, "", RoleEdit::Define(properties)).await?;
    let made = one(call, &permit, id).await?.ok_or_else(|| Refusal::NoSuchObject(id.to_string()))?;
    let location = format!("{}/{SET}/{id}", call.root());
    Ok(respond::created(made_of(call, SET, &made), &location, call.metadata, COST))
}

async fn edit(call: &Call<'_>, permit: &Permit, name: &str, edit: RoleEdit) -> Result<RoleTemplateId, Stop> {
    let deed = EditRoles { permit, edit, correlation: call.correlation };
    Ok(settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, name))?)
}

pub(super) fn told(refusal: RoleRefusal, name: &str) -> Refusal {
    let invalid = |text: &str| Refusal::Invalid(text.to_owned());
    match refusal {
        RoleRefusal::NoSuchRole | RoleRefusal::NoSuchAssignment => Refusal::NoSuchObject(name.to_owned()),
        RoleRefusal::NoSuchPrincipal => Refusal::NoSuchReference(name.to_owned()),
        RoleRefusal::NotAssignable => invalid("A role is given only to a group whose isAssignableToRole is true."),
        RoleRefusal::NoSuchScope => invalid("The directoryScopeId names no object of the tenant."),
        RoleRefusal::AlreadyThere => invalid(
            "A conflicting object with one or more of the specified property values is present in the directory.",
        ),
        RoleRefusal::LastGlobalAdministrator => {
            invalid("The last member of the Global Administrator role cannot be removed.")
        }
        RoleRefusal::BuiltIn => invalid("A built-in role definition cannot be changed or deleted."),
        RoleRefusal::InUse => invalid("A role definition that is assigned cannot be deleted."),
        RoleRefusal::Broken(broken) => Refusal::Broken(broken),
    }
}

fn parsed(name: &str) -> Result<RoleTemplateId, Refusal> {
    RoleTemplateId::parse(name).map_err(|_| Refusal::NoSuchObject(name.to_owned()))
}

/// `displayName eq '…'`, `isBuiltIn eq true`, `templateId eq '…'`
fn equality(filter: &Filter) -> Result<(&'static str, Literal), Refusal> {
    let refused = || Refusal::Unfilterable { property: String::new(), kind: DEFINITION.name };
    let Filter::Compare { member, op: Compare::Equal, value } = filter else { return Err(refused()) };
    let path = member.path.join("/");
    let known = ["id", "templateId", "displayName", "isBuiltIn", "isEnabled"];
    let known = known.into_iter().find(|known| known.eq_ignore_ascii_case(&path)).ok_or_else(refused)?;
    Ok((known, value.clone()))
}

fn fits(definition: &Definition, property: &str, wanted: &Literal) -> bool {
    match (definition.column(property), wanted) {
        (Value::String(held), Literal::Text(wanted) | Literal::Bare(wanted)) => held.eq_ignore_ascii_case(wanted),
        (Value::Bool(held), Literal::Truth(wanted)) => held == *wanted,
        _ => false,
    }
}

/// A role as Graph shows it.
pub(super) struct Definition {
    pub id: RoleTemplateId,
    properties: Map<String, Value>,
}

pub(super) async fn one(call: &Call<'_>, permit: &Permit, id: RoleTemplateId) -> Result<Option<Definition>, Stop> {
    if let Some(role) = roles().template(id) {
        return Ok(Some(Definition::built_in(role)));
    }
    let tenant = directory::organization(call.house, &call.caller, permit).await?;
    let own = tenant.iter().flat_map(|tenant| &tenant.settings.custom_roles).find(|role| role.id == id);
    Ok(own.map(Definition::of_own))
}

async fn all(call: &Call<'_>, permit: &Permit) -> Result<Vec<Definition>, Stop> {
    let tenant = directory::organization(call.house, &call.caller, permit).await?;
    let own = tenant.iter().flat_map(|tenant| &tenant.settings.custom_roles).map(Definition::of_own);
    Ok(roles().templates().iter().map(Definition::built_in).chain(own).collect())
}

impl Definition {
    fn built_in(role: &RoleTemplate) -> Definition {
        let actions: Vec<&str> = role.actions.iter().map(|action| roles().action_name(action)).collect();
        Definition::with(role.id, role.name, Some(role.description), true, (true, Some("1")), &json!(actions))
    }

    fn of_own(role: &CustomRole) -> Definition {
        let description = role.description.as_deref();
        let state = (role.is_enabled, role.version.as_deref());
        Definition::with(role.id, &role.display_name, description, false, state, &json!(role.actions))
    }

    fn with(
        id: RoleTemplateId,
        name: &str,
        description: Option<&str>,
        built_in: bool,
        (enabled, version): (bool, Option<&str>),
        actions: &Value,
    ) -> Definition {
        let value = json!({
            "id": id.to_string(),
            "description": description,
            "displayName": name,
            "isBuiltIn": built_in,
            "isEnabled": enabled,
            "resourceScopes": ["/"],
            "rolePermissions": [{ "allowedResourceActions": actions, "condition": null }],
            "templateId": id.to_string(),
            "version": version,
        });
        let properties = if let Value::Object(properties) = value { properties } else { Map::new() };
        Definition { id, properties }
    }
}

impl Entity for Definition {
    const KIND: &'static Kind = &DEFINITION;

    fn id(&self) -> ObjectId {
        self.id.into()
    }

    fn column(&self, name: &str) -> Value {
        self.properties.get(name).cloned().unwrap_or(Value::Null)
    }

    fn more(&self, name: &str) -> Option<&Value> {
        self.properties.get(name)
    }
}

pub(super) static DEFINITION: Kind =
    Kind { name: "microsoft.graph.unifiedRoleDefinition", set: SET, properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    column("description").default(),
    column("displayName").default(),
    column("isBuiltIn").default(),
    column("isEnabled").default(),
    column("resourceScopes").default(),
    column("rolePermissions").default(),
    column("templateId").default(),
    column("version").default(),
];
