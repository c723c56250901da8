//! `/applications/{id}/extensionProperties`: what an app adds to the schema of directory objects (graph-api.md §2.5).

use super::application::{card, part_of};
use super::application_write::edit;
use super::key::{Meant, by_key};
use super::{collection, entity};
use crate::body;
use crate::call::Call;
use crate::dispatch::Key;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, Selection, column, shown};
use crate::respond;
use http::Method;
use mandate_base::ObjectId;
use mandate_decide::View;
use mandate_domain::query::Noun;
use mandate_usecases::directory::{self, AppEdit, ExtensionHere, here};
use mandate_web::Answer;
use serde::Deserialize;
use serde_json::Value;

const COST: u8 = 1;
const READ_ONLY: &[&str] = &["id", "appDisplayName", "deletedDateTime", "isSyncedFromOnPremises"];

pub(super) async fn answer_all(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::Application, key).await?;
    if call.method == Method::POST {
        return define(call, &meant).await;
    }
    let permit = call.permit_on(Op::ApplicationsExtensions, meant.id).await?;
    let selection = call.selection(&[&EXTENSION])?;
    call.refuse_queries()?;
    let held = here(&card(call, &permit, &meant).await?);
    let value = held.iter().map(|held| shown(held, &selection, permit.view())).collect();
    Ok(collection(call, call.context(&part_of(&meant, SET), &selection, false), None, value, None, COST))
}

pub(super) async fn answer_one(call: &Call<'_>, key: &Key, id: &str) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::Application, key).await?;
    let missing = || Refusal::NoSuchObject(id.to_owned());
    let wanted = ObjectId::parse(id).ok();
    call.refuse_paging()?;
    if call.method == Method::DELETE {
        let permit = call.permit_on(Op::ApplicationsExtensionsUpdate, meant.id).await?;
        let remove = AppEdit::RemoveExtension(wanted.ok_or_else(missing)?);
        edit(call, &permit, meant.known()?, &meant.name, remove).await?;
        return Ok(respond::nothing());
    }
    let permit = call.permit_on(Op::ApplicationsExtensions, meant.id).await?;
    let selection = call.selection(&[&EXTENSION])?;
    let held = here(&card(call, &permit, &meant).await?);
    let held = held.iter().find(|held| Some(held.defined.id) == wanted).ok_or_else(missing)?;
    let context = call.context(&part_of(&meant, SET), &selection, true);
    Ok(entity(call, context, shown(held, &selection, permit.view()), COST))
}

async fn define(call: &Call<'_>, meant: &Meant) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let permit = call.permit_on(Op::ApplicationsExtensionsUpdate, meant.id).await?;
    let properties = body::read_object(call, "extensionProperty", READ_ONLY)?.properties;
    let written = edit(call, &permit, meant.known()?, &meant.name, AppEdit::DefineExtension(properties)).await?;
    let made = here(&written.card).into_iter().find(|held| Some(held.defined.id) == written.part);
    let made = made.ok_or_else(|| meant.missing())?;
    let mut body = shown(&made, &Selection::Default, View::Full);
    call.metadata.say(&mut body, "@odata.context", call.context(&part_of(meant, SET), &Selection::Default, true));
    let location = format!("{}/applications/{}/{SET}/{}", call.root(), meant.known()?, made.defined.id);
    Ok(respond::created(body, &location, call.metadata, COST))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Asked {
    is_synced_from_on_premises: Option<bool>,
}

/// `getAvailableExtensionProperties`: of every application that is known here. None is synchronised from elsewhere.
pub(super) async fn available(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::DirectoryObjectsExtensions, None)?;
    call.refuse_queries()?;
    let selection = call.selection(&[&EXTENSION])?;
    let asked: Asked = if call.body.is_empty() { Asked::default() } else { body::read(call)? };
    let found = match asked.is_synced_from_on_premises {
        Some(true) => Vec::new(),
        _ => directory::extensions_here(call.house, &call.caller, &permit).await?,
    };
    let value = found.iter().map(|held| shown(held, &selection, permit.view())).collect();
    let context = format!("{}/$metadata#Collection(microsoft.graph.extensionProperty)", call.root());
    Ok(collection(call, context, None, value, None, COST))
}

const SET: &str = "extensionProperties";

impl Entity for ExtensionHere {
    const KIND: &'static Kind = &EXTENSION;

    fn id(&self) -> ObjectId {
        self.defined.id
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.defined.id.to_string()),
            "appDisplayName" => Value::from(self.app_name.as_str()),
            "name" => Value::from(self.defined.name.as_str()),
            "dataType" => Value::from(self.defined.data_type.word()),
            "isMultiValued" => Value::from(self.defined.is_multi_valued),
            "isSyncedFromOnPremises" => Value::from(false),
            "targetObjects" => Value::from(self.defined.target_objects.clone()),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

pub(crate) static EXTENSION: Kind =
    Kind { name: "microsoft.graph.extensionProperty", set: SET, properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    column("deletedDateTime").default(),
    column("appDisplayName").default(),
    column("name").default(),
    column("dataType").default(),
    column("isMultiValued").default(),
    column("isSyncedFromOnPremises").default(),
    column("targetObjects").default(),
];
