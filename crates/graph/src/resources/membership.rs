//! `getMemberGroups`, `checkMemberGroups` and their kin: which groups an object is in, however deep (graph-api.md §2.2).

use super::key::meant;
use crate::body;
use crate::call::{Call, gate};
use crate::dispatch::{Action, Object, Subject};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::respond;
use mandate_base::ObjectId;
use mandate_domain::query::Condition;
use mandate_usecases::directory;
use mandate_web::Answer;
use serde::Deserialize;
use serde_json::{Map, Value};

const COST: u8 = 4;
/// Of one question, and of one answer.
const MOST_ASKED: usize = 20;
const MOST_ANSWERED: usize = 11_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Which {
    #[serde(default)]
    security_enabled_only: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    #[serde(default, alias = "ids")]
    group_ids: Vec<String>,
}

pub(super) async fn act(call: &Call<'_>, object: &Object, action: Action) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let meant = meant(call, object).await?;
    let permit = call.permit_on(needed(object, action), meant.id).await?;
    let (asked, security_only) = match action {
        Action::CheckMemberGroups | Action::CheckMemberObjects => (Some(asked(call)?), false),
        _ => {
            let which: Which = body::read(call)?;
            (None, which.security_enabled_only == Some(true))
        }
    };
    let id = meant.known()?;
    let there = match object.noun() {
        Some(noun) => directory::id_by(call.house, &call.caller, noun, Condition::Id(vec![id])).await?.is_some(),
        None => directory::noun_of(call.house, &call.caller, id).await?.is_some(),
    };
    if !there {
        return Err(meant.missing().into());
    }
    let around = if asks_objects(action) && !security_only {
        directory::holders_around(call.house, &call.caller, &permit, id).await?
    } else {
        let groups = directory::groups_around(call.house, &call.caller, &permit, id, security_only).await?;
        groups.into_iter().map(ObjectId::from).collect()
    };
    let told = tellable(call, id, around, &permit).await?;
    let ids: Vec<ObjectId> = match asked {
        Some(asked) => asked.into_iter().filter(|id| told.contains(id)).collect(),
        None => told,
    };
    if ids.len() > MOST_ANSWERED {
        return Err(Refusal::TooLarge.into());
    }
    let mut body = Map::new();
    call.metadata.say(&mut body, "@odata.context", format!("{}/$metadata#Collection(Edm.String)", call.root()));
    body.insert("value".to_owned(), ids.iter().map(|id| Value::from(id.to_string())).collect());
    Ok(respond::found(body, call.metadata, COST))
}

fn asked(call: &Call<'_>) -> Result<Vec<ObjectId>, Refusal> {
    let Asked { group_ids } = body::read(call)?;
    if group_ids.is_empty() {
        return Err(Refusal::Missing("groupIds".to_owned()));
    }
    if group_ids.len() > MOST_ASKED {
        return Err(Refusal::Invalid(format!("The number of ids to check is limited to {MOST_ASKED}.")));
    }
    let parsed = group_ids.iter().map(|id| {
        ObjectId::parse(id)
            .map_err(|_| Refusal::Invalid(format!("Invalid GUID: '{}'.", id.chars().take(64).collect::<String>())))
    });
    parsed.collect()
}

/// Groups and units of hidden membership are told to who may know.
async fn tellable(
    call: &Call<'_>,
    of: ObjectId,
    around: Vec<ObjectId>,
    permit: &mandate_usecases::access::Permit,
) -> Result<Vec<ObjectId>, Stop> {
    let may = |op, of| gate(&call.caller, op, of).is_ok();
    if may(Op::GroupsHiddenMembers, None) && may(Op::AdministrativeUnitsHiddenMembers, None) {
        return Ok(around);
    }
    let objects = directory::by_ids(call.house, &call.caller, permit, &around).await?;
    let told = objects.iter().filter(|object| super::relation::is_told(&call.caller, object, Some(of)));
    Ok(told.map(directory::MemberObject::id).collect())
}

const fn asks_objects(action: Action) -> bool {
    matches!(action, Action::CheckMemberObjects | Action::GetMemberObjects)
}

fn needed(object: &Object, action: Action) -> Op {
    match (object, asks_objects(action)) {
        (Object::User(Subject::Me), false) => Op::MeMemberGroups,
        (Object::User(Subject::Me), true) => Op::MeMemberObjects,
        (Object::User(_), false) => Op::UsersMemberGroups,
        (Object::User(_), true) => Op::UsersMemberObjects,
        (Object::Group(_), false) => Op::GroupsMemberGroups,
        (Object::Group(_), true) => Op::GroupsMemberObjects,
        (Object::ServicePrincipal(_), false) => Op::ServicePrincipalsMemberGroups,
        (Object::ServicePrincipal(_), true) => Op::ServicePrincipalsMemberObjects,
        (Object::Any(_) | Object::Application(_) | Object::Unit(_), false) => Op::DirectoryObjectsMemberGroups,
        (Object::Any(_) | Object::Application(_) | Object::Unit(_), true) => Op::DirectoryObjectsMemberObjects,
    }
}

/// Of whatever kind: `/directoryObjects/{id}`.
pub(super) const fn is_membership(action: Action) -> bool {
    matches!(
        action,
        Action::CheckMemberGroups | Action::CheckMemberObjects | Action::GetMemberGroups | Action::GetMemberObjects
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_object_has_an_operation_of_its_own() {
        let me = Object::User(Subject::Me);
        assert_eq!(needed(&me, Action::CheckMemberGroups), Op::MeMemberGroups);
        assert_eq!(needed(&Object::Any(String::new()), Action::GetMemberObjects), Op::DirectoryObjectsMemberObjects);
        assert!(is_membership(Action::GetMemberGroups) && !is_membership(Action::AddKey));
    }
}
