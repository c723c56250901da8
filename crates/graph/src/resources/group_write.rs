//! Groups made, changed and deleted (graph-api.md §2.3).

use super::key::{Meant, by_key};
use super::{made_in, relation, sent_back};
use crate::body::{self, Written};
use crate::call::Call;
use crate::dispatch::Key;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::respond;
use http::Method;
use mandate_base::AdministrativeUnitId;
use mandate_domain::group::LinkRole;
use mandate_domain::properties::Properties;
use mandate_domain::query::Noun;
use mandate_usecases::directory::{self, ChangeGroup, GroupRefusal, GroupShape, NewGroup};
use mandate_usecases::settle;
use mandate_web::Answer;
use serde_json::Value;

const COST: u8 = 1;
const READ_ONLY: &[&str] = &[
    "id",
    "assignedLicenses",
    "createdDateTime",
    "deletedDateTime",
    "expirationDateTime",
    "hasMembersWithLicenseErrors",
    "isArchived",
    "isManagementRestricted",
    "licenseProcessingState",
    "mail",
    "onPremisesDomainName",
    "onPremisesLastSyncDateTime",
    "onPremisesNetBiosName",
    "onPremisesProvisioningErrors",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled",
    "proxyAddresses",
    "renewedDateTime",
    "securityIdentifier",
    "serviceProvisioningErrors",
];

pub(super) async fn create(call: &Call<'_>) -> Result<Answer, Stop> {
    create_in(call, None).await
}

/// In a unit, or in none.
pub(super) async fn create_in(call: &Call<'_>, unit: Option<AdministrativeUnitId>) -> Result<Answer, Stop> {
    // Whoever may make no group at all is told so before the body is read.
    let any = [Op::GroupsCreate, Op::GroupsCreateUnified, Op::GroupsCreateAssignable];
    if any.iter().all(|op| call.permit_new(*op, unit).is_err()) {
        call.permit_new(Op::GroupsCreate, unit)?;
    }
    make(call, body::read_object(call, "group", READ_ONLY)?, unit).await
}

async fn make(call: &Call<'_>, written: Written, unit: Option<AdministrativeUnitId>) -> Result<Answer, Stop> {
    let permit = call.permit_new(creating(&written.properties), unit)?;
    let deed = NewGroup {
        permit: &permit,
        caller: &call.caller,
        properties: written.properties,
        owners: written.owners,
        members: written.members,
        unit,
        correlation: call.correlation,
    };
    let group = settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, ""))?;
    let location = format!("{}/groups/{}", call.root(), group.id);
    Ok(respond::created(made_in(call, unit, &group), &location, call.metadata, COST))
}

fn creating(properties: &Properties) -> Op {
    let types = properties.get("groupTypes").and_then(Value::as_array);
    let unified = types.is_some_and(|types| types.iter().any(|kind| kind == "Unified"));
    match properties.get("isAssignableToRole").and_then(Value::as_bool) {
        Some(true) => Op::GroupsCreateAssignable,
        _ if unified => Op::GroupsCreateUnified,
        _ => Op::GroupsCreate,
    }
}

pub(super) async fn answer(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::Group, key).await?;
    match call.method {
        Method::PATCH => match key {
            Key::UniqueName(name) if call.upsert && meant.id.is_none() => {
                let mut written = body::read_object(call, "group", READ_ONLY)?;
                written.properties.insert("uniqueName".to_owned(), name.as_str().into());
                make(call, written, None).await
            }
            _ => change(call, &meant).await,
        },
        Method::DELETE => {
            let op = match shape(call, &meant).await? {
                GroupShape { assignable_to_role: true, .. } => Op::GroupsAssignableDelete,
                GroupShape { unified: true, .. } => Op::GroupsDeleteUnified,
                GroupShape { .. } => Op::GroupsDeleteSecurity,
            };
            super::deleted::remove(call, op, Noun::Group, &meant).await
        }
        _ => super::group::show(call, &meant).await,
    }
}

async fn change(call: &Call<'_>, meant: &Meant) -> Result<Answer, Stop> {
    let shape = shape(call, meant).await?;
    let Written { properties, members, owners, fixed } = body::read_whole(call, "group", READ_ONLY, &meant.own())?;
    let mut permit = None;
    for (role, ids) in [(LinkRole::Member, &members), (LinkRole::Owner, &owners)] {
        if !ids.is_empty() {
            permit = Some(relation::of_group(call, meant, role).await?);
        }
    }
    if !properties.is_empty() || permit.is_none() {
        permit = Some(call.permit_on(updating(shape), meant.id).await?);
    }
    let permit = permit.ok_or_else(|| meant.missing())?;
    sent_back(call, &permit, meant.known()?, &fixed).await?;
    let group = meant.known()?.into();
    let deed = ChangeGroup { permit: &permit, group, properties, members, owners, correlation: call.correlation };
    settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, &meant.name))?;
    Ok(respond::nothing())
}

pub(super) fn updating(shape: GroupShape) -> Op {
    match shape {
        GroupShape { assignable_to_role: true, .. } => Op::GroupsAssignableUpdate,
        GroupShape { unified: true, .. } => Op::GroupsUpdateUnified,
        GroupShape { .. } => Op::GroupsUpdateSecurity,
    }
}

/// What decides which right a change needs; of a group that is not there, the plain one.
pub(super) async fn shape(call: &Call<'_>, meant: &Meant) -> Result<GroupShape, Stop> {
    let shape = match meant.id {
        Some(id) => directory::shape_of_group(call.house, &call.caller, id.into()).await?,
        None => None,
    };
    Ok(shape.unwrap_or_default())
}

fn told(refusal: GroupRefusal, name: &str) -> Refusal {
    match refusal {
        GroupRefusal::NoSuchObject => Refusal::NoSuchObject(name.to_owned()),
        GroupRefusal::NoSuchMember(id) => Refusal::NoSuchReference(id.to_string()),
        GroupRefusal::NoSuchUnit => Refusal::NoSuchObject("administrativeUnit".to_owned()),
        GroupRefusal::UnfitForUnit => {
            Refusal::Invalid("A restricted administrative unit holds security groups that hold no roles.".to_owned())
        }
        GroupRefusal::AlreadyThere(role) => Refusal::Invalid(format!(
            "One or more added object references already exist for the following modified properties: '{}s'.",
            role.word()
        )),
        GroupRefusal::TooManyOwners => {
            Refusal::Invalid("Property 'owners' holds as many references as it can.".to_owned())
        }
        GroupRefusal::Broken(broken) => Refusal::Broken(broken),
    }
}
