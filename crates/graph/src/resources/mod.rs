//! What is answered: a file for each kind of object, and one beside it for its writes.
//!
//! Each takes the same road: target → gate → selection or body → read or deed → render. Permission comes before
//! existence, so that a stranger learns nothing of what there is.

mod any;
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
mod federated;
mod grant;
mod grant_policy;
mod group;
mod group_write;
mod key;
mod list;
mod log;
mod logo;
mod membership;
mod organization;
mod own_password;
mod policy;
mod relation;
mod role_assignment;
mod role_definition;
mod service_principal;
mod service_principal_write;
mod user;
mod user_write;
mod userinfo;

use crate::call::Call;
use crate::dispatch::{Action, Object, Route};
use crate::errors::Stop;
use crate::property::{Entity, Selection, shown};
use crate::respond;
use application::Application;
use http::Method;
use mandate_decide::View;
use mandate_domain::group::Group;
use mandate_domain::query::Noun;
use mandate_domain::user::User;
use mandate_web::Answer;
use serde_json::{Map, Value};
use service_principal::Instance;

pub(crate) async fn answer(call: &Call<'_>, route: &Route) -> Result<Answer, Stop> {
    match route {
        Route::UserInfo => userinfo::show(call),
        Route::List(noun) if call.method == Method::POST => create(call, *noun).await,
        Route::List(Noun::User) => list::list::<User>(call).await,
        Route::List(Noun::Group) => list::list::<Group>(call).await,
        Route::List(Noun::Application) => list::list::<Application>(call).await,
        Route::List(Noun::ServicePrincipal) => list::list::<Instance>(call).await,
        Route::Count(Noun::User) => list::count::<User>(call).await,
        Route::Count(Noun::Group) => list::count::<Group>(call).await,
        Route::Count(Noun::Application) => list::count::<Application>(call).await,
        Route::Count(Noun::ServicePrincipal) => list::count::<Instance>(call).await,
        Route::Object(object) => of_object(call, object).await,
        Route::Act(object, action) => act(call, object, *action).await,
        Route::Related(object, relation, cast) => relation::list(call, object, *relation, *cast).await,
        Route::RelatedCount(object, relation, cast) => relation::count(call, object, *relation, *cast).await,
        Route::References(object, relation) => relation::references(call, object, *relation).await,
        Route::Reference(object, relation, id) => relation::remove(call, object, *relation, Some(id)).await,
        Route::Logo(key) => logo::answer(call, key).await,
        Route::FederatedCredentials(key) => federated::answer_all(call, key).await,
        Route::FederatedCredential(key, part) => federated::answer_one(call, key, part).await,
        Route::Classifications(key) => classification::answer_all(call, key).await,
        Route::Classification(key, id) => classification::remove(call, key, id).await,
        Route::Assignments(of) => assignment::answer_all(call, of).await,
        Route::Assignment(of, id) => assignment::answer_one(call, of, id).await,
        Route::Grants(of) => grant::answer_all(call, of).await,
        Route::Grant(id) => grant::answer_one(call, id).await,
        Route::ByIds => any::by_ids(call).await,
        Route::Deleted(noun) => deleted::list(call, *noun).await,
        Route::DeletedItem(id) => deleted::answer_one(call, id).await,
        Route::Restore(id) => deleted::restore(call, id).await,
        Route::RoleTemplates => directory_role::templates(call).await,
        Route::RoleTemplate(id) => directory_role::template(call, id),
        Route::Roles => directory_role::answer_all(call).await,
        Route::Role(key) => directory_role::show(call, key).await,
        Route::RoleMembers(key) => directory_role::members(call, key).await,
        Route::RoleMemberReferences(key) => directory_role::add(call, key).await,
        Route::RoleMemberReference(key, id) => directory_role::remove(call, key, id).await,
        Route::RoleDefinitions => role_definition::answer_all(call).await,
        Route::RoleDefinition(id) => role_definition::answer_one(call, id).await,
        Route::RoleAssignments => role_assignment::answer_all(call).await,
        Route::RoleAssignment(id) => role_assignment::answer_one(call, id).await,
        Route::AuthorizationPolicy { by_key } => policy::authorization(call, *by_key).await,
        Route::AdminConsentRequestPolicy => policy::admin_consent_requests(call).await,
        Route::GrantPolicies => grant_policy::answer_all(call).await,
        Route::GrantPolicy(id) => grant_policy::answer_one(call, id).await,
        Route::ConditionSets(id, sets) => grant_policy::answer_sets(call, id, *sets).await,
        Route::ConditionSet(id, sets, name) => grant_policy::answer_set(call, id, *sets, name).await,
        Route::Delta(of) => delta::answer(call, *of).await,
        Route::Audits => log::audits(call).await,
        Route::Audit(id) => log::audit(call, id).await,
        Route::SignIns => log::sign_ins(call).await,
        Route::SignIn(id) => log::sign_in(call, id).await,
        Route::Domains => domain::list(call).await,
        Route::Domain(name) => domain::show(call, name).await,
        Route::SubscribedSkus => domain::no_skus(call),
        Route::Organizations => organization::list(call).await,
        Route::Organization(id) => organization::show(call, id).await,
    }
}

async fn create(call: &Call<'_>, noun: Noun) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    match noun {
        Noun::User => user_write::create(call).await,
        Noun::Group => group_write::create(call).await,
        Noun::Application => application_write::create(call).await,
        Noun::ServicePrincipal => service_principal_write::create(call).await,
    }
}

async fn of_object(call: &Call<'_>, object: &Object) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    match object {
        Object::User(subject) => user_write::answer(call, subject).await,
        Object::Group(key) => group_write::answer(call, key).await,
        Object::Application(key) => application_write::answer(call, key).await,
        Object::ServicePrincipal(key) => service_principal_write::answer(call, key).await,
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

/// One object, its properties beside its context. `cost` is that of the plain call.
fn entity(call: &Call<'_>, context: String, mut properties: Map<String, Value>, cost: u8) -> Answer {
    call.metadata.say(&mut properties, "@odata.context", context);
    respond::found(properties, call.metadata, call.cost(cost))
}

/// One object that was just made, whole.
fn made_of<E: Entity>(call: &Call<'_>, set: &str, object: &E) -> Map<String, Value> {
    let mut properties = shown(object, &Selection::Default, View::Full);
    call.metadata.say(&mut properties, "@odata.context", call.context(set, &Selection::Default, true));
    properties
}

/// The same, and where it is.
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

/// `told` stands between the context and the objects.
fn collection_with(
    call: &Call<'_>,
    context: String,
    told: impl IntoIterator<Item = (&'static str, Value)>,
    value: Vec<Map<String, Value>>,
    cost: u8,
) -> Answer {
    let mut body = Map::new();
    call.metadata.say(&mut body, "@odata.context", context);
    body.extend(told.into_iter().map(|(name, value)| (name.to_owned(), value)));
    body.insert("value".to_owned(), value.into_iter().map(Value::Object).collect());
    respond::found(body, call.metadata, call.cost(cost))
}
