//! Service principals brought in, changed and deleted (graph-api.md §2.6).

use super::credential::certificates_of;
use super::key::by_key;
use super::service_principal::{Instance, SERVICE_PRINCIPAL};
use super::{made_of, sent_back};
use crate::body::{self, Written};
use crate::call::Call;
use crate::changes;
use crate::dispatch::Key;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::respond;
use http::Method;
use mandate_base::{AppId, ObjectId, ServicePrincipalId};
use mandate_domain::properties::Properties;
use mandate_domain::query::Noun;
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, ChangeInstance, InstanceEdit, InstanceRefusal, NewInstance, WrittenInstance};
use mandate_usecases::settle;
use mandate_web::Answer;

const COST: u8 = 1;
const READ_ONLY: &[&str] = &[
    "id",
    "appDescription",
    "appDisplayName",
    "applicationTemplateId",
    "appOwnerOrganizationId",
    "appRoles",
    "createdByAppId",
    "createdDateTime",
    "deletedDateTime",
    "disabledByMicrosoftStatus",
    "oauth2PermissionScopes",
    "passwordCredentials",
    "resourceSpecificApplicationPermissions",
    "signInAudience",
    "verifiedPublisher",
];

pub(super) async fn create(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::ServicePrincipalsCreate, None)?;
    let Written { mut properties, owners, members, .. } = body::read_object(call, "servicePrincipal", READ_ONLY)?;
    if !members.is_empty() {
        return Err(Refusal::UnknownMember("members@odata.bind".to_owned()).into());
    }
    let named = properties.remove("appId");
    let app = named.as_ref().and_then(serde_json::Value::as_str).ok_or_else(|| Refusal::Missing("appId".to_owned()))?;
    make(call, &permit, app, properties, owners).await
}

async fn make(
    call: &Call<'_>,
    permit: &Permit,
    name: &str,
    mut properties: Properties,
    owners: Vec<ObjectId>,
) -> Result<Answer, Stop> {
    check_kind(&mut properties)?;
    let app = AppId::parse(name).map_err(|_| no_app(name))?;
    let deed = NewInstance { permit, caller: &call.caller, app, properties, owners, correlation: call.correlation };
    let made = settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, name))?;
    let card = directory::card(call.house, permit, made.app_id).await?;
    let location = format!("{}/servicePrincipals/{}", call.root(), made.id);
    let shown = made_of(call, SERVICE_PRINCIPAL.set, &Instance::of(&made, card.as_deref()));
    Ok(respond::created(shown, &location, call.metadata, COST))
}

/// The kind is the service's to say; clients send back what they read.
fn check_kind(properties: &mut Properties) -> Result<(), Refusal> {
    match properties.remove("servicePrincipalType") {
        None | Some(serde_json::Value::Null) => Ok(()),
        Some(kind) if kind == "Application" => Ok(()),
        Some(_) => Err(Refusal::ReadOnly("servicePrincipalType".to_owned())),
    }
}

pub(super) async fn answer(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    match call.method {
        Method::PATCH => change(call, key).await,
        Method::DELETE => {
            let meant = by_key(call, Noun::ServicePrincipal, key).await?;
            super::deleted::remove(call, Op::ServicePrincipalsDelete, Noun::ServicePrincipal, &meant).await
        }
        _ => super::service_principal::show(call, key).await,
    }
}

async fn change(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::ServicePrincipal, key).await?;
    if call.upsert
        && meant.id.is_none()
        && let Key::AppId(name) = key
    {
        let permit = call.permit(Op::ServicePrincipalsCreate, None)?;
        let Written { mut properties, owners, .. } = body::read_object(call, "servicePrincipal", READ_ONLY)?;
        properties.remove("appId");
        return make(call, &permit, name, properties, owners).await;
    }
    let Written { mut properties, mut fixed, .. } =
        body::read_whole(call, "servicePrincipal", READ_ONLY, &meant.own())?;
    check_kind(&mut properties)?;
    fixed.extend(properties.remove("appId").map(|app| ("appId".to_owned(), app)));
    let mut permit = None;
    for op in changes::operations(Noun::ServicePrincipal, &properties) {
        permit = Some(call.permit_on(op, meant.id).await?);
    }
    let permit = permit.ok_or_else(|| meant.missing())?;
    sent_back(call, &permit, meant.known()?, &fixed).await?;
    let certificates = certificates_of(properties.remove("keyCredentials"))?;
    edit(call, &permit, meant.known()?, &meant.name, InstanceEdit::Merge { properties, certificates }).await?;
    Ok(respond::nothing())
}

/// What every change of a service principal comes to.
pub(super) async fn edit(
    call: &Call<'_>,
    permit: &Permit,
    id: ObjectId,
    name: &str,
    edit: InstanceEdit,
) -> Result<WrittenInstance, Stop> {
    let instance = ServicePrincipalId::from(id);
    let deed = ChangeInstance { permit, instance, edit, correlation: call.correlation };
    Ok(settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, name))?)
}

/// Clients look for the words (graph-api.md §2.6).
fn told(refusal: InstanceRefusal, name: &str) -> Refusal {
    match refusal {
        InstanceRefusal::NoSuchObject => Refusal::NoSuchObject(name.to_owned()),
        InstanceRefusal::NoSuchPart(id) => Refusal::NoSuchObject(id.to_string()),
        InstanceRefusal::NoSuchOwner(id) => Refusal::NoSuchReference(id.to_string()),
        InstanceRefusal::NoSuchApp => no_app(name),
        InstanceRefusal::AlreadyThere => Refusal::AlreadyThere(
            "The service principal cannot be created, updated, or restored because the service principal name is \
             already in use: there is a service principal of this appId in the tenant.",
        ),
        InstanceRefusal::NotTheirs => Refusal::NotTheirs,
        InstanceRefusal::Locked => Refusal::Locked,
        InstanceRefusal::Broken(broken) => Refusal::Broken(broken),
    }
}

fn no_app(name: &str) -> Refusal {
    let name: String = name.chars().take(128).collect();
    Refusal::Invalid(format!(
        "The appId '{name}' of the service principal does not reference a valid application object."
    ))
}
