//! What is answered: a file for each kind of object, and one beside it for its writes.
//!
//! Each takes the same road: target → gate → selection or body → read or deed → render. Permission comes before
//! existence, so that a stranger learns nothing of what there is.

mod any;
mod app_policy;
mod application;
mod application_write;
mod assignment;
mod classification;
mod credential;
mod deleted;
mod delta;
mod directory_role;
mod domain;
mod expand;
mod extension_property;
mod federated;
mod grant;
mod grant_policy;
mod group;
mod group_names;
mod group_write;
mod key;
mod list;
mod log;
mod logo;
mod membership;
mod one_property;
mod open_extension;
mod organization;
mod own_password;
mod photo;
mod policy;
mod relation;
mod relation_query;
mod role_assignment;
mod role_definition;
mod schema_extension;
mod scoped_role;
mod service_principal;
mod service_principal_write;
mod subscription;
mod unit;
mod unit_write;
mod user;
mod user_write;
mod userinfo;

use crate::accept::Metadata;
use crate::body::{self, OLDER_TYPES};
use crate::call::Call;
use crate::dispatch::{Action, Cast, Object, Route, Version};
use crate::errors::Stop;
use crate::metadata;
use crate::property::{Entity, Selection, shown};
use crate::respond;
use application::Application;
use http::Method;
use mandate_base::{AdministrativeUnitId, ObjectId};
use mandate_decide::View;
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::group::Group;
use mandate_domain::properties::Properties;
use mandate_domain::query::Noun;
use mandate_domain::user::User;
use mandate_usecases::access::Permit;
use mandate_usecases::directory;
use mandate_web::Answer;
use serde_json::{Map, Value};
use service_principal::Instance;
use std::future::ready;
use std::pin::Pin;
pub(crate) use subscription::op as watched_op;

/// Boxed, so that what is polled holds one road and not room for all of them.
pub(crate) fn answer<'c>(call: &'c Call<'_>, route: &'c Route) -> Answering<'c> {
    match route {
        Route::UserInfo => Box::pin(ready(userinfo::show(call))),
        // Answered before anybody is asked who they are.
        Route::Schema => Box::pin(ready(Ok(metadata::schema()))),
        Route::Service => Box::pin(ready(Ok(metadata::service(call.house, call.version)))),
        Route::Object(object) => Box::pin(of_object(call, object)),
        Route::Property(object, name, bare) => Box::pin(one_property::show(call, object, name, *bare)),
        Route::Act(object, action) => Box::pin(act(call, object, *action)),
        Route::Logo(key) => Box::pin(logo::answer(call, key)),
        Route::FederatedCredentials(key) => Box::pin(federated::answer_all(call, key)),
        Route::FederatedCredential(key, part) => Box::pin(federated::answer_one(call, key, part)),
        Route::ExtensionProperties(key) => Box::pin(extension_property::answer_all(call, key)),
        Route::ExtensionProperty(key, id) => Box::pin(extension_property::answer_one(call, key, id)),
        Route::AvailableExtensions => Box::pin(extension_property::available(call)),
        Route::SchemaExtensions => Box::pin(schema_extension::answer_all(call)),
        Route::SchemaExtension(name) => Box::pin(schema_extension::answer_one(call, name)),
        Route::OpenExtensions(bears) => Box::pin(open_extension::answer_all(call, bears)),
        Route::OpenExtension(bears, name) => Box::pin(open_extension::answer_one(call, bears, name)),
        Route::ByIds => Box::pin(any::by_ids(call)),
        Route::ValidateProperties(None) => Box::pin(group_names::of_new(call)),
        Route::ValidateProperties(Some(key)) => Box::pin(group_names::of_known(call, key)),
        Route::Deleted(noun) => Box::pin(deleted::list(call, *noun)),
        Route::DeletedItem(id, kind) => Box::pin(deleted::answer_one(call, id, *kind)),
        Route::DeletedCount(noun) => Box::pin(deleted::count(call, *noun)),
        Route::Restore(id) => Box::pin(deleted::restore(call, id)),
        Route::Delta(of) => Box::pin(delta::answer(call, *of)),
        Route::Audits => Box::pin(log::audits(call)),
        Route::Audit(id) => Box::pin(log::audit(call, id)),
        Route::SignIns => Box::pin(log::sign_ins(call)),
        Route::SignIn(id) => Box::pin(log::sign_in(call, id)),
        Route::AppPolicies(kind) => Box::pin(app_policy::answer_all(call, *kind)),
        Route::AppPolicy(kind, id) => Box::pin(app_policy::answer_one(call, *kind, id)),
        Route::AppliesTo(kind, id) => Box::pin(app_policy::applies_to(call, *kind, id)),
        Route::DefaultAppManagement => Box::pin(app_policy::default_management(call)),
        Route::PoliciesOf(object, kind) => Box::pin(app_policy::of_app(call, object, *kind)),
        Route::PolicyReferences(object, kind) => Box::pin(app_policy::references(call, object, *kind)),
        Route::PolicyReference(object, kind, id) => Box::pin(app_policy::remove(call, object, *kind, id)),
        Route::Photo(object, which) => Box::pin(photo::answer(call, object, which)),
        Route::Subscriptions => Box::pin(subscription::answer_all(call)),
        Route::Subscription(id) => Box::pin(subscription::answer_one(call, id)),
        Route::Reauthorize(id) => Box::pin(subscription::reauthorize(call, id)),
        Route::Domains => Box::pin(domain::answer_all(call)),
        Route::Domain(name) => Box::pin(domain::answer_one(call, name)),
        Route::DomainPart(name, part) => Box::pin(domain::part(call, name, *part)),
        Route::SubscribedSkus => Box::pin(ready(domain::no_skus(call))),
        Route::LicenseDetails(subject) => Box::pin(user::no_licenses(call, subject)),
        Route::Organizations => Box::pin(organization::list(call)),
        Route::Organization(id) => Box::pin(organization::show(call, id)),
        Route::List(noun) if call.method == Method::POST => Box::pin(create(call, *noun)),
        Route::List(Noun::User) => Box::pin(list::list::<User>(call)),
        Route::List(Noun::Group) => Box::pin(list::list::<Group>(call)),
        Route::List(Noun::Application) => Box::pin(list::list::<Application>(call)),
        Route::List(Noun::ServicePrincipal) => Box::pin(list::list::<Instance>(call)),
        Route::List(Noun::AdministrativeUnit) => Box::pin(list::list::<AdministrativeUnit>(call)),
        Route::Count(Noun::AdministrativeUnit) => Box::pin(list::count::<AdministrativeUnit>(call)),
        Route::Count(Noun::User) => Box::pin(list::count::<User>(call)),
        Route::Count(Noun::Group) => Box::pin(list::count::<Group>(call)),
        Route::Count(Noun::Application) => Box::pin(list::count::<Application>(call)),
        Route::Count(Noun::ServicePrincipal) => Box::pin(list::count::<Instance>(call)),
        Route::Related(Object::Unit(key), ..) if call.method == Method::POST => {
            Box::pin(unit_write::create_member(call, key))
        }
        Route::RelatedOne(object, relation, id) => Box::pin(relation::one(call, object, *relation, id)),
        Route::Related(object, relation, cast) => Box::pin(relation::list(call, object, *relation, *cast)),
        Route::RelatedCount(object, relation, cast) => Box::pin(relation::count(call, object, *relation, *cast)),
        Route::References(object, relation) => Box::pin(relation::references(call, object, *relation)),
        Route::Reference(object, relation, id) if call.method == Method::GET => {
            Box::pin(relation::reference(call, object, *relation, id))
        }
        Route::Reference(object, relation, id) => Box::pin(relation::remove(call, object, *relation, Some(id))),
        Route::Classifications(key) => Box::pin(classification::answer_all(call, key)),
        Route::Classification(key, id) => Box::pin(classification::remove(call, key, id)),
        Route::AssignmentsCount(of) => Box::pin(assignment::count(call, of)),
        Route::GrantsCount(of) => Box::pin(grant::count(call, of)),
        Route::Assignments(of) => Box::pin(assignment::answer_all(call, of)),
        Route::Assignment(of, id) => Box::pin(assignment::answer_one(call, of, id)),
        Route::Grants(of) => Box::pin(grant::answer_all(call, of)),
        Route::Grant(id) => Box::pin(grant::answer_one(call, id)),
        Route::ScopedRoles(of) => Box::pin(scoped_role::answer_all(call, of)),
        Route::ScopedRole(key, id) => Box::pin(scoped_role::answer_one(call, key, id)),
        Route::RoleTemplates => Box::pin(directory_role::templates(call)),
        Route::RoleTemplate(id) => Box::pin(ready(directory_role::template(call, id))),
        Route::Roles => Box::pin(directory_role::answer_all(call)),
        Route::Role(key) => Box::pin(directory_role::show(call, key)),
        Route::RoleMembers(key) => Box::pin(directory_role::members(call, key, None)),
        Route::RoleMemberReferences(key) => Box::pin(directory_role::add(call, key)),
        Route::RoleMemberReference(key, id) if call.method == Method::GET => {
            Box::pin(directory_role::reference(call, key, id))
        }
        Route::RoleMembersCast(key, cast) => Box::pin(directory_role::members(call, key, Some(*cast))),
        Route::RoleMemberReference(key, id) => Box::pin(directory_role::remove(call, key, id)),
        Route::RoleDefinitions => Box::pin(role_definition::answer_all(call)),
        Route::RoleDefinition(id) => Box::pin(role_definition::answer_one(call, id)),
        Route::RoleAssignments => Box::pin(role_assignment::answer_all(call)),
        Route::RoleAssignment(id) => Box::pin(role_assignment::answer_one(call, id)),
        Route::AuthorizationPolicy { by_key } => Box::pin(policy::authorization(call, *by_key)),
        Route::AdminConsentRequestPolicy => Box::pin(policy::admin_consent_requests(call)),
        Route::GrantPolicies => Box::pin(grant_policy::answer_all(call)),
        Route::GrantPolicy(id) => Box::pin(grant_policy::answer_one(call, id)),
        Route::ConditionSets(id, sets) => Box::pin(grant_policy::answer_sets(call, id, *sets)),
        Route::ConditionSet(id, sets, name) => Box::pin(grant_policy::answer_set(call, id, *sets, name)),
    }
}

type Answering<'c> = Pin<Box<dyn Future<Output = Result<Answer, Stop>> + Send + 'c>>;

async fn create(call: &Call<'_>, noun: Noun) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    match noun {
        Noun::User => user_write::create(call).await,
        Noun::Group => group_write::create(call).await,
        Noun::Application => application_write::create(call).await,
        Noun::ServicePrincipal => service_principal_write::create(call).await,
        Noun::AdministrativeUnit => unit_write::create(call).await,
    }
}

async fn of_object(call: &Call<'_>, object: &Object) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    match object {
        Object::User(subject) => user_write::answer(call, subject).await,
        Object::Group(key) => group_write::answer(call, key).await,
        Object::Application(key) => application_write::answer(call, key).await,
        Object::ServicePrincipal(key) => service_principal_write::answer(call, key).await,
        Object::Unit(key) => unit_write::answer(call, key).await,
        Object::Any(id) if call.method == Method::DELETE => {
            let object = any::typed(call, id).await?;
            Box::pin(of_object(call, &object)).await
        }
        Object::Any(id) => any::show(call, id).await,
    }
}

async fn act(call: &Call<'_>, object: &Object, action: Action) -> Result<Answer, Stop> {
    match object {
        _ if membership::is_membership(action) => membership::act(call, object, action).await,
        Object::User(subject) => user_write::act(call, subject, action).await,
        _ => credential::act(call, object, action).await,
    }
}

/// What clients send back with an object as they read it, and may not change: it must be what it is.
async fn sent_back(call: &Call<'_>, permit: &Permit, id: ObjectId, fixed: &Properties) -> Result<(), Stop> {
    if fixed.is_empty() {
        return Ok(());
    }
    let found = directory::by_ids(call.house, &call.caller, permit, &[id]).await?;
    let whole = |object| relation::as_far_as_seen(object, &Selection::All, Some(View::Full));
    Ok(body::is_as_it_was(fixed, &found.first().map(whole).unwrap_or_default())?)
}

/// Whether a restricted unit holds the object, which it does not know itself. Null where none does, as Graph has it; nobody
/// is asked but for who selects it.
async fn tell_restricted(
    call: &Call<'_>,
    permit: &Permit,
    id: ObjectId,
    properties: &mut Map<String, Value>,
) -> Result<(), Stop> {
    if permit.view() == View::Full
        && let Some(told) = properties.get_mut("isManagementRestricted")
        && directory::is_restricted(call.house, &call.caller, permit, id).await?
    {
        *told = Value::Bool(true);
    }
    Ok(())
}

/// One object, its properties beside its context. `cost` is that of the plain call.
fn entity(call: &Call<'_>, context: String, mut properties: Map<String, Value>, cost: u8) -> Answer {
    identify(call, &context, &mut properties);
    with_older_names(call, &mut properties);
    call.metadata.say(&mut properties, "@odata.context", context);
    respond::found(properties, call.metadata, call.cost(cost))
}

/// As `/beta` names what an API lets apps be given: beside the name that it has since.
fn with_older_names(call: &Call<'_>, properties: &mut Map<String, Value>) {
    if call.version == Version::Beta
        && let Some(scopes) = properties.get("oauth2PermissionScopes").cloned()
    {
        properties.insert("publishedPermissionScopes".to_owned(), scopes);
    }
}

/// With `odata.metadata=full`, which object it is, as the directory itself names it: clients refer to it by that.
fn identify(call: &Call<'_>, context: &str, properties: &mut Map<String, Value>) {
    if call.metadata != Metadata::Full {
        return;
    }
    let set = context.split_once("$metadata#").map_or("", |(_, set)| set);
    let set = set.split(['(', '/']).next().unwrap_or(set);
    let own = Cast::ALL.into_iter().map(relation::kind_of).find(|kind| kind.set.rsplit('/').next() == Some(set));
    let kind = own.map(|kind| format!("#{}", kind.name));
    let said = properties.get("@odata.type").and_then(Value::as_str).map(str::to_owned);
    let (Some(kind), Some(id)) = (said.or(kind), properties.get("id").and_then(Value::as_str)) else { return };
    let Some(name) = kind.strip_prefix("#microsoft.graph.") else { return };
    let Some(first) = name.chars().next() else { return };
    let older = format!("{OLDER_TYPES}{}{}", first.to_ascii_uppercase(), &name[first.len_utf8()..]);
    let address = format!("{}/v2/{}/directoryObjects/{id}/{older}", call.house.origins.graph, call.caller.tenant);
    properties.insert("@odata.type".to_owned(), Value::from(kind));
    properties.insert("@odata.id".to_owned(), Value::from(address));
}

/// One object that was just made, whole.
fn made_of<E: Entity>(call: &Call<'_>, set: &str, object: &E) -> Map<String, Value> {
    let mut properties = shown(object, &Selection::Default, View::Full);
    let context = call.context(set, &Selection::Default, true);
    identify(call, &context, &mut properties);
    with_older_names(call, &mut properties);
    call.metadata.say(&mut properties, "@odata.context", context);
    properties
}

/// The same of what may be made in a unit, whose members are of several kinds.
fn made_in<E: Entity>(call: &Call<'_>, unit: Option<AdministrativeUnitId>, object: &E) -> Map<String, Value> {
    if unit.is_none() {
        return made_of(call, E::KIND.set, object);
    }
    let mut properties = made_of(call, "directoryObjects", object);
    call.metadata.say(&mut properties, "@odata.type", format!("#{}", E::KIND.name));
    properties
}

/// One object that was just made, and where it is.
fn made<E: Entity>(call: &Call<'_>, set: &str, object: &E, location: &str, cost: u8) -> Answer {
    respond::created(made_of(call, set, object), location, call.metadata, cost)
}

fn collection(
    call: &Call<'_>,
    context: String,
    count: Option<i64>,
    value: Vec<Map<String, Value>>,
    next: Option<String>,
    cost: u8,
) -> Answer {
    let next = next.map(|next| ("@odata.nextLink", Value::from(next)));
    let count = count.map(|count| ("@odata.count", Value::from(count)));
    collection_with(call, context, count.into_iter().chain(next), value, cost)
}

/// Objects by nothing but where they are.
/// The object's id as Windows names it: `S-1-12-1-` and its sixteen bytes as four numbers, each from its end.
fn security_identifier(id: ObjectId) -> Value {
    // A GUID's first three fields lie the other way round in memory.
    let [a, b, c, d, e, f, g, h, rest @ ..] = *id.bytes();
    let [i, j, k, l, m, n, o, p] = rest;
    let numbers = [[a, b, c, d], [g, h, e, f], [l, k, j, i], [p, o, n, m]].map(u32::from_be_bytes);
    let numbers = numbers.map(|number| number.to_string()).join("-");
    Value::from(format!("S-1-12-1-{numbers}"))
}

fn addresses(call: &Call<'_>, of: impl Iterator<Item = String>, next: Option<String>, cost: u8) -> Answer {
    let context = format!("{}/$metadata#Collection($ref)", call.root());
    let value = of.map(|address| Map::from_iter([("@odata.id".to_owned(), Value::from(address))])).collect();
    collection(call, context, None, value, next, cost)
}

/// `told` stands between the context and the objects.
fn collection_with(
    call: &Call<'_>,
    context: String,
    told: impl IntoIterator<Item = (&'static str, Value)>,
    value: Vec<Map<String, Value>>,
    cost: u8,
) -> Answer {
    let mut body = Map::new();
    let mut value = value;
    for object in &mut value {
        identify(call, &context, object);
        with_older_names(call, object);
    }
    call.metadata.say(&mut body, "@odata.context", context);
    body.extend(told.into_iter().map(|(name, value)| (name.to_owned(), value)));
    body.insert("value".to_owned(), value.into_iter().map(Value::Object).collect());
    respond::found(body, call.metadata, call.cost(cost))
}
