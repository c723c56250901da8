//! `/directoryObjects`: objects of whatever kind, by their ids.

use super::relation::Listed;
use super::{collection, entity};
use crate::body;
use crate::call::Call;
use crate::dispatch::{Key, Object, Subject};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use mandate_base::ObjectId;
use mandate_usecases::directory::{self, MemberObject};
use mandate_web::Answer;
use serde::Deserialize;

const COST: u8 = 3;
const MOST_ASKED: usize = 1000;

pub(super) async fn show(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let id = ObjectId::parse(name).ok();
    let permit = call.permit(Op::DirectoryObjectsGet, id)?;
    let listed = Listed::of(call, None)?;
    let ids: Vec<ObjectId> = id.into_iter().collect();
    let found = directory::by_ids(call.house, &call.caller, &permit, &ids).await?;
    let shown = found.first().and_then(|object| listed.show(call, object));
    let shown = shown.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
    Ok(entity(call, listed.context_of_one(call), shown, COST))
}

/// The object under its own kind, whose rules are those of removing it.
pub(super) async fn typed(call: &Call<'_>, name: &str) -> Result<Object, Stop> {
    let id = ObjectId::parse(name).ok();
    let permit = call.permit(Op::DirectoryObjectsGet, id)?;
    let ids: Vec<ObjectId> = id.into_iter().collect();
    let found = directory::by_ids(call.house, &call.caller, &permit, &ids).await?;
    let key = || Key::Id(name.to_owned());
    Ok(match found.first() {
        Some(MemberObject::User(_)) => Object::User(Subject::Named(name.to_owned())),
        Some(MemberObject::Group(_)) => Object::Group(key()),
        Some(MemberObject::Application(_)) => Object::Application(key()),
        Some(MemberObject::ServicePrincipal(..)) => Object::ServicePrincipal(key()),
        Some(MemberObject::AdministrativeUnit(_)) => Object::Unit(key()),
        Some(MemberObject::DirectoryRole(_)) => {
            return Err(Refusal::Invalid("A directory role cannot be deleted.".to_owned()).into());
        }
        None => return Err(Refusal::NoSuchObject(name.to_owned()).into()),
    })
}

#[derive(Deserialize)]
struct Asked {
    ids: Vec<String>,
    #[serde(default)]
    types: Option<Vec<String>>,
}

/// Ids of nothing are left out, and so are objects of other types than the asked.
pub(super) async fn by_ids(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::DirectoryObjectsGetByIds, None)?;
    call.refuse_queries()?;
    let asked: Asked = body::read(call)?;
    if asked.ids.is_empty() {
        return Err(Refusal::Missing("ids".to_owned()).into());
    }
    if asked.ids.len() > MOST_ASKED {
        return Err(Refusal::Invalid(format!("The number of ids is limited to {MOST_ASKED}.")).into());
    }
    let mut ids = Vec::with_capacity(asked.ids.len());
    for text in &asked.ids {
        let id = ObjectId::parse(text);
        let id = id
            .map_err(|_| Refusal::Invalid(format!("Invalid GUID: '{}'.", text.chars().take(64).collect::<String>())))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let listed = Listed::of(call, None)?;
    let found = directory::by_ids(call.house, &call.caller, &permit, &ids).await?;
    let wanted = found.iter().filter(|object| is_wanted(object, asked.types.as_deref()));
    let value = wanted.filter_map(|object| listed.show(call, object)).collect();
    Ok(collection(call, listed.context(call), None, value, None, COST))
}

/// `directoryObject` means all of them.
fn is_wanted(object: &MemberObject, types: Option<&[String]>) -> bool {
    let Some(types) = types.filter(|types| !types.is_empty()) else { return true };
    let own = match object {
        MemberObject::User(_) => "user",
        MemberObject::Group(_) => "group",
        MemberObject::Application(_) => "application",
        MemberObject::ServicePrincipal(..) => "servicePrincipal",
        MemberObject::AdministrativeUnit(_) => "administrativeUnit",
        MemberObject::DirectoryRole(_) => "directoryRole",
    };
    types.iter().any(|name| name.eq_ignore_ascii_case(own) || name.eq_ignore_ascii_case("directoryObject"))
}
