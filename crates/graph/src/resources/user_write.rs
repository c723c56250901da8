//! People added, changed and deleted, and what they do with their own account (graph-api.md §2.2).

use super::key::{Meant, meant};
use super::{made_in, sent_back};
use crate::body::{self, Written};
use crate::call::Call;
use crate::changes;
use crate::dispatch::{Action, Object, Subject};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::respond;
use http::Method;
use mandate_base::{AdministrativeUnitId, Secret, UserId};
use mandate_domain::properties::{Broken, Properties, Rule};
use mandate_domain::query::Noun;
use mandate_domain::user_properties::LONGEST_PASSWORD;
use mandate_usecases::directory::{self, ChangeUser, NewUser, Revocation, Revoke, UserRefusal, WrittenPassword};
use mandate_usecases::{passwords, settle};
use mandate_web::Answer;
use serde_json::Value;

const COST: u8 = 1;
const READ_ONLY: &[&str] = &[
    "id",
    "assignedLicenses",
    "assignedPlans",
    "createdDateTime",
    "creationType",
    "deletedDateTime",
    "externalUserState",
    "externalUserStateChangeDateTime",
    "isManagementRestricted",
    "lastPasswordChangeDateTime",
    "licenseAssignmentStates",
    "mailboxSettings",
    "onPremisesDistinguishedName",
    "onPremisesDomainName",
    "onPremisesLastSyncDateTime",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled",
    "onPremisesUserPrincipalName",
    "provisionedPlans",
    "securityIdentifier",
    "serviceProvisioningErrors",
    "signInActivity",
    "signInSessionsValidFromDateTime",
];

pub(super) async fn create(call: &Call<'_>) -> Result<Answer, Stop> {
    create_in(call, None).await
}

/// In a unit, or in none.
pub(super) async fn create_in(call: &Call<'_>, unit: Option<AdministrativeUnitId>) -> Result<Answer, Stop> {
    let permit = call.permit_new(Op::UsersCreate, unit)?;
    let properties = body::read_object(call, "user", READ_ONLY)?.properties;
    let password = password_in(&properties)?;
    let password = password.ok_or_else(|| Broken::new("passwordProfile", Rule::Required));
    let password = hashed(call, password.map_err(Refusal::Broken)?).await?;
    let deed = NewUser { permit: &permit, properties, password, unit, correlation: call.correlation };
    let user = settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, ""))?;
    let location = format!("{}/users/{}", call.root(), user.id);
    Ok(respond::created(made_in(call, unit, &user), &location, call.metadata, COST))
}

pub(super) async fn answer(call: &Call<'_>, subject: &Subject) -> Result<Answer, Stop> {
    match call.method {
        Method::PATCH => change(call, &named(call, subject).await?).await,
        Method::DELETE => {
            let meant = named(call, subject).await?;
            let permit = call.permit_on(Op::UsersDelete, meant.id).await?;
            check_above(call, &meant).await?;
            super::deleted::remove_permitted(call, &permit, Noun::User, &meant).await
        }
        _ => super::user::show(call, subject).await,
    }
}

async fn named(call: &Call<'_>, subject: &Subject) -> Result<Meant, Stop> {
    meant(call, &Object::User(subject.clone())).await
}

async fn check_above(call: &Call<'_>, meant: &Meant) -> Result<(), Stop> {
    let Some(id) = meant.id else { return Ok(()) };
    let above = directory::stands_above(call.house, &call.caller, id.into()).await?;
    if above { Ok(()) } else { Err(Refusal::AboveTheCaller.into()) }
}

async fn change(call: &Call<'_>, meant: &Meant) -> Result<Answer, Stop> {
    let Written { properties, fixed, .. } = body::read_whole(call, "user", READ_ONLY, &meant.own())?;
    let mut permit = None;
    for op in changes::operations(Noun::User, &properties) {
        permit = Some(call.permit_on(op, meant.id).await?);
    }
    let permit = permit.ok_or_else(|| meant.missing())?;
    let user = UserId::from(meant.known()?);
    sent_back(call, &permit, user.into(), &fixed).await?;
    let password = match password_in(&properties)? {
        Some(password) => Some(hashed(call, password).await?),
        None => None,
    };
    let deed =
        ChangeUser { permit: &permit, caller: &call.caller, user, properties, password, correlation: call.correlation };
    settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, &meant.name))?;
    Ok(respond::nothing())
}

fn password_in(properties: &Properties) -> Result<Option<Secret<String>>, Refusal> {
    let profile = properties.get("passwordProfile");
    let text = profile.and_then(|profile| profile.get("password")).and_then(Value::as_str);
    match text {
        Some(text) if text.len() > LONGEST_PASSWORD => {
            Err(Refusal::Broken(Broken::new("passwordProfile/password", Rule::TooLong(LONGEST_PASSWORD))))
        }
        text => Ok(text.map(|text| Secret::new(text.to_owned()))),
    }
}

async fn hashed(call: &Call<'_>, text: Secret<String>) -> Result<WrittenPassword, Stop> {
    let hash = passwords::hash(call.house, text.clone()).await.map_err(|_| Refusal::Busy)?;
    Ok(WrittenPassword { text, hash })
}

fn told(refusal: UserRefusal, name: &str) -> Refusal {
    match refusal {
        UserRefusal::NoSuchObject => Refusal::NoSuchObject(name.to_owned()),
        UserRefusal::NoSuchUnit => Refusal::NoSuchObject("administrativeUnit".to_owned()),
        UserRefusal::AboveTheCaller => Refusal::AboveTheCaller,
        UserRefusal::Broken(broken) => Refusal::Broken(broken),
    }
}

/// `revokeSignInSessions`: what was issued until now is dead at the next request.
pub(super) async fn revoke_sessions(call: &Call<'_>, subject: &Subject) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let op = if *subject == Subject::Me { Op::MeRevokeSessions } else { Op::UsersRevokeSessions };
    let meant = named(call, subject).await?;
    let permit = call.permit_on(op, meant.id).await?;
    check_above(call, &meant).await?;
    let what = Revocation::UserSessions(meant.known()?.into());
    let deed = Revoke { permit: &permit, what, correlation: call.correlation };
    settle(call.house, call.caller.tenant, &deed).await?.map_err(|_| meant.missing())?;
    // The service has always answered a truth here, whatever its documentation says (graph-api.md §2.2).
    let mut body = serde_json::Map::new();
    call.metadata.say(&mut body, "@odata.context", format!("{}/$metadata#Edm.Boolean", call.root()));
    body.insert("value".to_owned(), Value::Bool(true));
    Ok(respond::found(body, call.metadata, COST))
}

pub(super) async fn act(call: &Call<'_>, subject: &Subject, action: Action) -> Result<Answer, Stop> {
    match action {
        Action::RevokeSignInSessions => revoke_sessions(call, subject).await,
        _ => super::own_password::change(call, subject).await,
    }
}
