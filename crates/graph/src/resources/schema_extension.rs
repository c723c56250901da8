//! `/schemaExtensions`: properties of several members that an application's owner adds to the schema (graph-api.md §2.15).

use super::{collection, entity, made};
use crate::body;
use crate::call::Call;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::paging::Pages;
use crate::property::{Entity, Kind, Property, column, shown};
use crate::respond;
use http::Method;
use mandate_base::{AppId, Folded, ObjectId};
use mandate_domain::properties::{Broken, Rule};
use mandate_domain::query::{Condition, Noun, Place, Test, compared};
use mandate_domain::schema_extension::{SchemaExtension, SchemaQuery, Status};
use mandate_odata::{Compare, Filter, Literal};
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, ChangeSchemaExtension, NewSchemaExtension, SchemaRefusal};
use mandate_usecases::settle;
use mandate_web::Answer;
use serde_json::Value;

const COST: u8 = 1;

pub(super) async fn answer_all(call: &Call<'_>) -> Result<Answer, Stop> {
    if call.method == Method::POST { define(call).await } else { list(call).await }
}

pub(super) async fn answer_one(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let found = directory::schema_extension(call.house, &call.caller, name).await?;
    let missing = || Refusal::NoSuchObject(name.to_owned());
    if call.method == Method::GET {
        let permit = call.permit(Op::SchemaExtensionsGet, None)?;
        let selection = call.selection(&[&SCHEMA])?;
        let found = found.ok_or_else(missing)?;
        let context = call.context(SCHEMA.set, &selection, true);
        return Ok(entity(call, context, shown(&found, &selection, permit.view()), COST));
    }
    let removes = call.method == Method::DELETE;
    let op = if removes { Op::SchemaExtensionsDelete } else { Op::SchemaExtensionsUpdate };
    let owner = match &found {
        Some(found) if found.home == call.caller.tenant => application(call, found.owner).await?,
        _ => None,
    };
    let permit = call.permit_on(op, owner).await?;
    let properties = match removes {
        true => None,
        false => Some(body::read_change(call, "schemaExtension", &["id", "owner"], name)?.properties),
    };
    let deed =
        ChangeSchemaExtension { permit: &permit, name: name.to_owned(), properties, correlation: call.correlation };
    settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, name))?;
    Ok(respond::nothing())
}

/// Its owner is an application of this tenant: the one that is named, or the one that calls.
async fn define(call: &Call<'_>) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let mut properties = body::read_object(call, "schemaExtension", &[])?.properties;
    let named = properties.remove("owner");
    let owner = match &named {
        None | Some(Value::Null) => Some(call.caller.client),
        Some(named) => named.as_str().and_then(|named| AppId::parse(named).ok()),
    };
    let object = match owner {
        Some(owner) => application(call, owner).await?,
        None => None,
    };
    let permit = call.permit_on(Op::SchemaExtensionsCreate, object).await?;
    let (Some(owner), Some(_)) = (owner, object) else {
        let sentence = "is the appId of an application of this organisation; without it, the calling one is meant";
        return Err(Refusal::Broken(Broken::new("owner", Rule::Bad(sentence))).into());
    };
    let deed = NewSchemaExtension { permit: &permit, owner, properties, correlation: call.correlation };
    let defined = settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, ""))?;
    let location = format!("{}/schemaExtensions/{}", call.root(), defined.id);
    Ok(made(call, SCHEMA.set, &defined, &location, COST))
}

async fn application(call: &Call<'_>, app: AppId) -> Result<Option<ObjectId>, Stop> {
    let condition = Condition::is("appId", Test::Equal(compared(&app.to_string())));
    Ok(directory::id_by(call.house, &call.caller, Noun::Application, condition).await?)
}

async fn list(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::SchemaExtensionsList, None)?;
    let selection = call.selection(&[&SCHEMA])?;
    call.refuse_sorting()?;
    let mut query = SchemaQuery::default();
    if let Some(filter) = &call.options.filter {
        narrow(&mut query, filter)?;
    }
    let pages = Pages::of(call, Op::SchemaExtensionsList, "/schemaExtensions");
    let after = pages.place()?.map(|place| place.name).unwrap_or_default();
    let (found, more) = page(call, &permit, &query, &after, pages.most()).await?;
    let place = |last: &SchemaExtension| Place { id: last.id(), name: last.key().into_string() };
    let next = found.last().filter(|_| more).map(|last| pages.next_place(&place(last)));
    let value = found.iter().map(|found| shown(found, &selection, permit.view())).collect();
    Ok(collection(call, call.context(SCHEMA.set, &selection, false), None, value, next, COST))
}

async fn page(
    call: &Call<'_>,
    permit: &Permit,
    query: &SchemaQuery,
    after: &str,
    most: usize,
) -> Result<(Vec<SchemaExtension>, bool), Stop> {
    Ok(directory::schema_extensions(call.house, &call.caller, permit, query, after, most).await?)
}

/// `id eq '…'`, `owner eq '…'`, `status eq '…'`, and several of them.
fn narrow(query: &mut SchemaQuery, filter: &Filter) -> Result<(), Refusal> {
    let refused = |property: &str| Refusal::Unfilterable { property: property.to_owned(), kind: SCHEMA.name };
    match filter {
        Filter::All(terms) => terms.iter().try_for_each(|term| narrow(query, term)),
        Filter::Compare { member, op: Compare::Equal, value: Literal::Text(value) } => {
            let path = member.path.join("/");
            let mistyped = || Refusal::Mistyped { property: path.clone(), kind: SCHEMA.name };
            match path.to_ascii_lowercase().as_str() {
                "id" => query.id = Some(Folded::of(value)),
                "owner" => query.owner = Some(AppId::parse(value).map_err(|_| mistyped())?),
                "status" => query.status = Some(Status::of(value).ok_or_else(mistyped)?),
                _ => return Err(refused(&path)),
            }
            Ok(())
        }
        _ => Err(refused("")),
    }
}

fn told(refusal: SchemaRefusal, name: &str) -> Refusal {
    match refusal {
        SchemaRefusal::NoSuchObject => Refusal::NoSuchObject(name.to_owned()),
        SchemaRefusal::Broken(broken) => Refusal::Broken(broken),
    }
}

impl Entity for SchemaExtension {
    const KIND: &'static Kind = &SCHEMA;

    /// It goes by its name.
    fn id(&self) -> ObjectId {
        ObjectId::from_u128(0)
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.id.as_str()),
            "description" => Value::from(self.description.as_deref()),
            "targetTypes" => Value::from(self.target_types.clone()),
            "status" => Value::from(self.status.word()),
            "owner" => Value::from(self.owner.to_string()),
            "properties" => serde_json::to_value(&self.properties).unwrap_or_default(),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

pub(crate) static SCHEMA: Kind =
    Kind { name: "microsoft.graph.schemaExtension", set: "schemaExtensions", properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    column("description").default(),
    column("targetTypes").default(),
    column("status").default(),
    column("owner").default(),
    column("properties").default(),
];
