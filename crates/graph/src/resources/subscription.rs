//! `/subscriptions`: who is told of which changes (graph-api.md §2.16). Next: `notify`, which tells them.

use super::{collection, entity, made_of};
use crate::body;
use crate::call::Call;
use crate::dispatch::{self, Object, Relation, Route, Subject, Version};
use crate::errors::{Refusal, Stop};
use crate::notify;
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, Selection, column, shown};
use crate::respond;
use http::Method;
use mandate_base::{Moment, ObjectId, SubscriptionId};
use mandate_decide::View;
use mandate_domain::properties::Properties;
use mandate_domain::query::Noun;
use mandate_domain::subscription::{ChangeType, LONGEST, Said, Subscription, Watched};
use mandate_domain::time;
use mandate_usecases::settle;
use mandate_usecases::subscriptions::{self, Renew, Subscribe, SubscriptionRefusal, Unsubscribe};
use mandate_web::Answer;
use serde_json::{Map, Value};

const COST: u8 = 1;
const READ_ONLY: &[&str] = &["id", "applicationId", "creatorId"];
const LONGEST_STATE: usize = 128;
const LONGEST_URL: usize = 2048;

pub(super) async fn answer_all(call: &Call<'_>) -> Result<Answer, Stop> {
    if call.method == Method::POST { create(call).await } else { list(call).await }
}

async fn list(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::SubscriptionsList, None)?;
    call.refuse_queries()?;
    let selection = call.selection(&[&SUBSCRIPTION])?;
    let own = subscriptions::own(call.house, &call.caller).await?;
    let value = own.iter().map(|found| properties(call, found, &selection, permit.view())).collect();
    Ok(collection(call, call.context(SUBSCRIPTION.set, &selection, false), None, value, None, COST))
}

async fn create(call: &Call<'_>) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    call.permit(Op::SubscriptionsCreate, None)?;
    let written = body::read_object(call, "subscription", READ_ONLY)?.properties;
    let (said, expires) = said(call, &written).await?;
    let permit = call.permit_on(op(said.watched), said.watched.object()).await?;
    exists(call, &said).await?;
    for url in [Some(&said.notification_url), said.lifecycle_notification_url.as_ref()].into_iter().flatten() {
        notify::validate(call.house, url).await.map_err(Refusal::Unvalidated)?;
    }
    let deed = Subscribe { permit: &permit, caller: &call.caller, said, expires };
    let made = settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, ""))?;
    let location = format!("{}/{}/{}", call.root(), SUBSCRIPTION.set, made.id);
    let mut told = made_of(call, SUBSCRIPTION.set, &made);
    put_creator(call, &made, &mut told);
    Ok(respond::created(told, &location, call.metadata, COST))
}

pub(super) async fn answer_one(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    match call.method {
        Method::PATCH => renew(call, name).await,
        Method::DELETE => {
            call.permit(Op::SubscriptionsDelete, None)?;
            let deed = Unsubscribe { caller: &call.caller, subscription: parsed(name)? };
            settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, name))?;
            Ok(respond::nothing())
        }
        _ => {
            let permit = call.permit(Op::SubscriptionsGet, None)?;
            let selection = call.selection(&[&SUBSCRIPTION])?;
            let found = found(call, name).await?;
            let context = call.context(SUBSCRIPTION.set, &selection, true);
            Ok(entity(call, context, properties(call, &found, &selection, permit.view()), COST))
        }
    }
}

async fn renew(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.permit(Op::SubscriptionsUpdate, None)?;
    let written = body::read_object(call, "subscription", READ_ONLY)?.properties;
    if let Some(other) = written.keys().find(|name| !["expirationDateTime", "notificationUrl"].contains(&name.as_str()))
    {
        return Err(Refusal::Invalid(format!("Property '{other}' of a subscription cannot be changed.")).into());
    }
    let found = found(call, name).await?;
    let permit = call.permit_on(op(found.said.watched), found.said.watched.object()).await?;
    let url = optional(&written, "notificationUrl", LONGEST_URL)?;
    if let Some(url) = url.as_ref().filter(|url| **url != found.said.notification_url) {
        notify::validate(call.house, url).await.map_err(Refusal::Unvalidated)?;
    }
    let expires = written.get("expirationDateTime").map(|_| expires(&written)).transpose()?;
    let deed = Renew { permit: &permit, caller: &call.caller, subscription: found.id, expires, notification_url: url };
    let renewed = settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, name))?;
    let context = call.context(SUBSCRIPTION.set, &Selection::Default, true);
    Ok(entity(call, context, properties(call, &renewed, &Selection::Default, View::Full), COST))
}

/// The rights are asked at each letter: there is nothing to bring up to date.
pub(super) async fn reauthorize(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    call.permit(Op::SubscriptionsUpdate, None)?;
    let found = found(call, name).await?;
    call.permit_on(op(found.said.watched), found.said.watched.object()).await?;
    Ok(respond::nothing())
}

async fn found(call: &Call<'_>, name: &str) -> Result<Subscription, Stop> {
    let found = subscriptions::one(call.house, &call.caller, parsed(name)?).await?;
    Ok(found.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?)
}

fn parsed(name: &str) -> Result<SubscriptionId, Refusal> {
    SubscriptionId::parse(name).map_err(|_| Refusal::NoSuchObject(name.to_owned()))
}

fn told(refusal: SubscriptionRefusal, name: &str) -> Refusal {
    match refusal {
        SubscriptionRefusal::NoSuchObject => Refusal::NoSuchObject(name.to_owned()),
        SubscriptionRefusal::TooMany => Refusal::TooManySubscriptions,
        SubscriptionRefusal::BadLifetime => Refusal::Invalid(format!(
            "Subscription expiration must lie in the future, and no more than {} minutes ahead.",
            LONGEST / mandate_base::MINUTE
        )),
    }
}

async fn said(call: &Call<'_>, written: &Properties) -> Result<(Said, Moment), Stop> {
    if written.get("includeResourceData").and_then(Value::as_bool) == Some(true) {
        let sentence = "Resource data does not come with notifications of this resource.";
        return Err(Refusal::Invalid(sentence.to_owned()).into());
    }
    let needed = |name: &'static str, most: usize| {
        optional(written, name, most)?.ok_or_else(|| Refusal::Missing(name.to_owned()))
    };
    let changes = needed("changeType", 64)?;
    let resource = needed("resource", LONGEST_URL)?;
    let said = Said {
        watched: watched(call, &resource).await?,
        changes: ChangeType::list(&changes).ok_or_else(|| Refusal::MistypedMember("changeType".to_owned()))?,
        resource,
        notification_url: needed("notificationUrl", LONGEST_URL)?,
        lifecycle_notification_url: optional(written, "lifecycleNotificationUrl", LONGEST_URL)?,
        client_state: optional(written, "clientState", LONGEST_STATE)?,
        latest_supported_tls_version: optional(written, "latestSupportedTlsVersion", 8)?,
    };
    Ok((said, expires(written)?))
}

fn optional(written: &Properties, name: &'static str, most: usize) -> Result<Option<String>, Refusal> {
    let text = written.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    match text {
        Some(text) if text.chars().nth(most).is_some() => {
            Err(Refusal::Invalid(format!("Property '{name}' of the resource holds {most} characters at most.")))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

fn expires(written: &Properties) -> Result<Moment, Refusal> {
    const NAME: &str = "expirationDateTime";
    let text = written.get(NAME).and_then(Value::as_str).ok_or_else(|| Refusal::Missing(NAME.to_owned()))?;
    time::parse(text).ok_or_else(|| Refusal::MistypedMember(NAME.to_owned()))
}

/// A path as a request would have it, without its version.
async fn watched(call: &Call<'_>, resource: &str) -> Result<Watched, Stop> {
    let refused =
        || Refusal::Invalid("The resource is none that changes are told of: users, groups, or one of them.".to_owned());
    let path = resource.strip_prefix('/').unwrap_or(resource);
    let path = path.strip_prefix("v1.0/").or(path.strip_prefix("beta/")).unwrap_or(path);
    if path.contains(['?', '#']) {
        return Err(refused().into());
    }
    let route = dispatch::route(Version::V1, path.split('/')).map_err(|_| refused())?;
    let named = async |object: &Object| super::key::meant(call, object).await?.known().map_err(Stop::from);
    Ok(match &route {
        Route::List(Noun::User) => Watched::Users,
        Route::List(Noun::Group) => Watched::Groups,
        Route::Object(object @ Object::User(Subject::Named(_))) => Watched::User(named(object).await?),
        Route::Object(object @ Object::Group(_)) => Watched::Group(named(object).await?),
        Route::Related(object @ Object::Group(_), Relation::Members, None) => Watched::Members(named(object).await?),
        _ => return Err(refused().into()),
    })
}

/// What reading it needs.
pub(crate) const fn op(watched: Watched) -> Op {
    match watched {
        Watched::Users => Op::UsersList,
        Watched::Groups => Op::GroupsList,
        Watched::User(_) => Op::UsersGet,
        Watched::Group(_) => Op::GroupsGet,
        Watched::Members(_) => Op::GroupsMembers,
    }
}

async fn exists(call: &Call<'_>, said: &Said) -> Result<(), Stop> {
    let Some(id) = said.watched.object() else { return Ok(()) };
    super::key::exists(call, said.watched.noun(), id).await?;
    let hidden = subscriptions::hides_members(call.house, call.caller.tenant, id).await?;
    if hidden && matches!(said.watched, Watched::Members(_)) {
        call.permit_on(Op::GroupsHiddenMembers, Some(id)).await?;
    }
    Ok(())
}

fn properties(call: &Call<'_>, found: &Subscription, selection: &Selection, view: View) -> Map<String, Value> {
    let mut properties = shown(found, selection, view);
    put_creator(call, found, &mut properties);
    properties
}

/// Whoever is told of an app's own subscriptions is the app.
fn put_creator(call: &Call<'_>, found: &Subscription, properties: &mut Map<String, Value>) {
    if let Some(creator) = properties.get_mut("creatorId") {
        let id = found.user.map_or(ObjectId::from(call.caller.client_sp), ObjectId::from);
        *creator = Value::from(id.to_string());
    }
}

impl Entity for Subscription {
    const KIND: &'static Kind = &SUBSCRIPTION;

    fn id(&self) -> ObjectId {
        self.id.into()
    }

    fn column(&self, name: &str) -> Value {
        let said = &self.said;
        match name {
            "id" => Value::from(self.id.to_string()),
            "applicationId" => Value::from(self.client.to_string()),
            "resource" => Value::from(said.resource.as_str()),
            "changeType" => {
                let words: Vec<&str> = said.changes.iter().map(|change| change.word()).collect();
                Value::from(words.join(","))
            }
            "notificationUrl" => Value::from(said.notification_url.as_str()),
            "lifecycleNotificationUrl" => Value::from(said.lifecycle_notification_url.clone()),
            "clientState" => Value::from(said.client_state.clone()),
            "latestSupportedTlsVersion" => Value::from(said.latest_supported_tls_version.clone()),
            "expirationDateTime" => Value::from(time::iso(self.expires)),
            "includeResourceData" => Value::from(false),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

static SUBSCRIPTION: Kind = Kind { name: "microsoft.graph.subscription", set: "subscriptions", properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    column("applicationId").default().basic(),
    column("changeType").default().basic(),
    column("clientState").default().basic(),
    column("creatorId").default().basic(),
    column("encryptionCertificate").default(),
    column("encryptionCertificateId").default(),
    column("expirationDateTime").default().basic(),
    column("includeResourceData").default(),
    column("latestSupportedTlsVersion").default(),
    column("lifecycleNotificationUrl").default(),
    column("notificationQueryOptions").default(),
    column("notificationUrl").default().basic(),
    column("notificationUrlAppId").default(),
    column("resource").default().basic(),
];
