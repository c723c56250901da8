//! `/servicePrincipals/{id}/delegatedPermissionClassifications`: the tenant's own judgement of an API's scopes.

use super::key::{Meant, by_key};
use super::service_principal_write::edit;
use super::{collection, made_of};
use crate::body;
use crate::call::Call;
use crate::dispatch::Key;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, column, shown};
use crate::respond;
use http::Method;
use mandate_base::ObjectId;
use mandate_domain::query::{Condition, Noun};
use mandate_domain::service_principal::{Class, Classification};
use mandate_usecases::directory::{self, InstanceEdit};
use mandate_web::Answer;
use serde::Deserialize;
use serde_json::Value;

const COST: u8 = 1;
const SET: &str = "delegatedPermissionClassifications";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    permission_id: ObjectId,
    classification: Class,
    #[serde(default, rename = "permissionName")]
    _name: Value,
    #[serde(default, rename = "id")]
    _id: Value,
}

pub(super) async fn answer_all(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::ServicePrincipal, key).await?;
    if call.method == Method::POST { create(call, &meant).await } else { list(call, &meant).await }
}

async fn list(call: &Call<'_>, meant: &Meant) -> Result<Answer, Stop> {
    let permit = call.permit_on(Op::ServicePrincipalsClassifications, meant.id).await?;
    call.refuse_queries()?;
    let selection = call.selection(&[&CLASSIFICATION])?;
    let condition = Condition::Id(vec![meant.known()?]);
    let found = directory::service_principal(call.house, &call.caller, &permit, condition).await?;
    let sp = found.ok_or_else(|| meant.missing())?;
    let classes = sp.more.delegated_permission_classifications.iter();
    let value = classes.map(|class| shown(class, &selection, permit.view())).collect();
    Ok(collection(call, call.context(&set(meant), &selection, false), None, value, None, COST))
}

async fn create(call: &Call<'_>, meant: &Meant) -> Result<Answer, Stop> {
    let permit = call.permit_on(Op::ServicePrincipalsClassify, meant.id).await?;
    let wanted: Wanted = body::read(call)?;
    let class = Classification {
        permission_id: wanted.permission_id,
        permission_name: String::new(),
        classification: wanted.classification,
    };
    let written = edit(call, &permit, meant.known()?, &meant.name, InstanceEdit::Classify(class)).await?;
    let classes = &written.instance.more.delegated_permission_classifications;
    let made = classes.iter().find(|class| class.permission_id == wanted.permission_id);
    let made = made.ok_or_else(|| meant.missing())?;
    let location = format!("{}/servicePrincipals/{}/{SET}/{}", call.root(), meant.known()?, id_of(made));
    Ok(respond::created(made_of(call, &set(meant), made), &location, call.metadata, COST))
}

pub(super) async fn remove(call: &Call<'_>, key: &Key, id: &str) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::ServicePrincipal, key).await?;
    let permit = call.permit_on(Op::ServicePrincipalsClassify, meant.id).await?;
    let permission = ObjectId::parse(id).map_err(|_| Refusal::NoSuchObject(id.to_owned()))?;
    edit(call, &permit, meant.known()?, &meant.name, InstanceEdit::Declassify(permission)).await?;
    Ok(respond::nothing())
}

fn set(meant: &Meant) -> String {
    format!("servicePrincipals('{}')/{SET}", meant.own())
}

/// There is one of each permission, so the permission's id is its own.
fn id_of(class: &Classification) -> String {
    class.permission_id.to_string()
}

impl Entity for Classification {
    const KIND: &'static Kind = &CLASSIFICATION;

    fn id(&self) -> ObjectId {
        self.permission_id
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(id_of(self)),
            "permissionId" => Value::from(self.permission_id.to_string()),
            "permissionName" => Value::from(self.permission_name.as_str()),
            "classification" => serde_json::to_value(self.classification).unwrap_or(Value::Null),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

static CLASSIFICATION: Kind =
    Kind { name: "microsoft.graph.delegatedPermissionClassification", set: SET, properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    column("classification").default(),
    column("permissionId").default(),
    column("permissionName").default(),
];
