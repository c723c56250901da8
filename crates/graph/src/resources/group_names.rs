//! `validateProperties`: would a group be called so? Nothing is made (graph-api.md §2.4).
//!
//! There is no naming policy here, so length and form are all that can be wrong.

use super::group;
use super::key::by_key;
use crate::body;
use crate::call::Call;
use crate::dispatch::Key;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::respond;
use mandate_base::{GroupId, ObjectId};
use mandate_domain::group_properties::check_names;
use mandate_domain::query::Noun;
use mandate_web::Answer;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    entity_type: Option<String>,
    display_name: Option<String>,
    mail_nickname: Option<String>,
    on_behalf_of_user_id: Option<String>,
}

pub(super) async fn of_new(call: &Call<'_>) -> Result<Answer, Stop> {
    call.refuse_queries()?;
    call.permit(Op::DirectoryObjectsValidateProperties, None)?;
    let asked: Asked = body::read(call)?;
    match asked.entity_type.as_deref() {
        Some(kind) if kind.eq_ignore_ascii_case("Group") => Ok(judge(&asked)?),
        Some(_) => Err(Refusal::MistypedMember("entityType".to_owned()).into()),
        None => Err(Refusal::Missing("entityType".to_owned()).into()),
    }
}

pub(super) async fn of_known(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    call.refuse_queries()?;
    let meant = by_key(call, Noun::Group, key).await?;
    let permit = call.permit_on(Op::GroupsValidateProperties, meant.id).await?;
    let found = group::find(call, &permit, meant.id.map(GroupId::from)).await?;
    found.ok_or_else(|| meant.missing())?;
    let asked: Asked = body::read(call)?;
    match asked.entity_type {
        Some(_) => Err(Refusal::UnknownMember("entityType".to_owned()).into()),
        None => Ok(judge(&asked)?),
    }
}

fn judge(asked: &Asked) -> Result<Answer, Refusal> {
    if asked.on_behalf_of_user_id.as_deref().is_some_and(|id| ObjectId::parse(id).is_err()) {
        return Err(Refusal::MistypedMember("onBehalfOfUserId".to_owned()));
    }
    check_names(asked.display_name.as_deref(), asked.mail_nickname.as_deref()).map_err(Refusal::Unfit)?;
    Ok(respond::nothing())
}
