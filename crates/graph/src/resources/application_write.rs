//! Applications registered, changed and deleted (graph-api.md §2.5).

use super::application::{APPLICATION, Application};
use super::credential::{certificates_of, passwords_of, with_secrets};
use super::key::{by_key, meant};
use super::{made_of, sent_back};
use crate::body::{self, Written};
use crate::call::Call;
use crate::changes;
use crate::dispatch::{Key, Object};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::respond;
use http::Method;
use mandate_base::{ApplicationId, ObjectId};
use mandate_domain::query::Noun;
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{AppEdit, AppRefusal, ChangeApplication, NewApplication, WrittenApp};
use mandate_usecases::settle;
use mandate_web::Answer;

const COST: u8 = 1;
const READ_ONLY: &[&str] = &[
    "id",
    "appId",
    "applicationTemplateId",
    "certification",
    "createdByAppId",
    "createdDateTime",
    "deletedDateTime",
    "disabledByMicrosoftStatus",
    "logo",
    "publisherDomain",
    "samlMetadataUrl",
    "verifiedPublisher",
];

pub(super) async fn create(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::ApplicationsCreate, None)?;
    let written = body::read_object(call, "application", READ_ONLY)?;
    make(call, &permit, written).await
}

async fn make(call: &Call<'_>, permit: &Permit, mut written: Written) -> Result<Answer, Stop> {
    let secrets = passwords_of(written.properties.remove("passwordCredentials"))?;
    let certificates = certificates_of(written.properties.remove("keyCredentials"))?;
    let deed = NewApplication {
        permit,
        caller: &call.caller,
        properties: written.properties,
        owners: written.owners,
        secrets,
        certificates: certificates.unwrap_or_default(),
        correlation: call.correlation,
    };
    let made = settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, ""))?;
    let WrittenApp { card, secrets, .. } = made;
    let location = format!("{}/applications/{}", call.root(), card.application);
    let mut answer = made_of(call, APPLICATION.set, &Application::of(&card));
    with_secrets(&mut answer, &secrets);
    Ok(respond::created(answer, &location, call.metadata, COST))
}

pub(super) async fn change(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::Application, key).await?;
    if call.upsert
        && meant.id.is_none()
        && let Key::UniqueName(name) = key
    {
        return upsert(call, name).await;
    }
    let mut written = body::read_whole(call, "application", READ_ONLY, &meant.own())?;
    if let Some(secrets) = written.properties.remove("passwordCredentials") {
        // They are made and taken away one by one (graph-api.md §2.5).
        written.fixed.insert("passwordCredentials".to_owned(), secrets);
    }
    let mut permit = None;
    for op in changes::operations(Noun::Application, &written.properties) {
        permit = Some(call.permit_on(op, meant.id).await?);
    }
    let permit = permit.ok_or_else(|| meant.missing())?;
    let Written { mut properties, fixed, .. } = written;
    sent_back(call, &permit, meant.known()?, &fixed).await?;
    let certificates = certificates_of(properties.remove("keyCredentials"))?;
    edit(call, &permit, meant.known()?, &meant.name, AppEdit::Merge { properties, certificates }).await?;
    Ok(respond::nothing())
}

/// `PATCH /applications(uniqueName='…')` of one that is not there yet (graph-api.md §3.6).
async fn upsert(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    let permit = call.permit(Op::ApplicationsCreate, None)?;
    let mut written = body::read_object(call, "application", READ_ONLY)?;
    written.properties.insert("uniqueName".to_owned(), name.into());
    make(call, &permit, written).await
}

/// What every change of an application comes to.
pub(super) async fn edit(
    call: &Call<'_>,
    permit: &Permit,
    id: ObjectId,
    name: &str,
    edit: AppEdit,
) -> Result<WrittenApp, Stop> {
    let application = ApplicationId::from(id);
    let deed = ChangeApplication { permit, application, edit, correlation: call.correlation };
    Ok(settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, name))?)
}

pub(super) fn told(refusal: AppRefusal, name: &str) -> Refusal {
    match refusal {
        AppRefusal::NoSuchObject => Refusal::NoSuchObject(name.to_owned()),
        AppRefusal::NoSuchOwner(id) => Refusal::NoSuchReference(id.to_string()),
        AppRefusal::NoSuchPart(id) => Refusal::NoSuchObject(id.to_string()),
        AppRefusal::Broken(broken) => Refusal::Broken(broken),
    }
}

pub(super) async fn answer(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    match call.method {
        Method::PATCH => change(call, key).await,
        Method::DELETE => {
            let meant = meant(call, &Object::Application(key.clone())).await?;
            super::deleted::remove(call, Op::ApplicationsDelete, Noun::Application, &meant).await
        }
        _ => super::application::show(call, key).await,
    }
}
