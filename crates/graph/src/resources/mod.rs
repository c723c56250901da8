//! What is answered: a file for each kind of object.
//!
//! Each takes the same road: target → gate → selection → read → render. Permission comes before existence, so that a
//! stranger learns nothing of what there is.

mod application;
mod assignment;
mod grant;
mod group;
mod list;
mod member;
mod organization;
mod service_principal;
mod user;
mod userinfo;

use crate::call::Call;
use crate::dispatch::Route;
use crate::errors::Stop;
use crate::property::{Entity, Selection, shown};
use crate::respond;
use application::Application;
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
        Route::List(Noun::User) => list::list::<User>(call).await,
        Route::List(Noun::Group) => list::list::<Group>(call).await,
        Route::List(Noun::Application) => list::list::<Application>(call).await,
        Route::List(Noun::ServicePrincipal) => list::list::<Instance>(call).await,
        Route::Count(Noun::User) => list::count::<User>(call).await,
        Route::Count(Noun::Group) => list::count::<Group>(call).await,
        Route::Count(Noun::Application) => list::count::<Application>(call).await,
        Route::Count(Noun::ServicePrincipal) => list::count::<Instance>(call).await,
        Route::Application(key) => application::show(call, key).await,
        Route::ServicePrincipal(key) => service_principal::show(call, key).await,
        Route::User(subject) => user::show(call, subject).await,
        Route::MemberOf(subject, cast) => member::groups_of(call, subject, *cast).await,
        Route::Group(id) => group::show(call, id).await,
        Route::Members(id, cast) => member::members_of(call, id, *cast).await,
        Route::Assignments(of) => assignment::answer_all(call, of).await,
        Route::Assignment(of, id) => assignment::answer_one(call, of, id).await,
        Route::Grants(of) => grant::answer_all(call, of).await,
        Route::Grant(id) => grant::answer_one(call, id).await,
        Route::Organizations => organization::list(call).await,
        Route::Organization(id) => organization::show(call, id).await,
    }
}

/// One object, its properties beside its context. `cost` is that of the plain call.
fn entity(call: &Call<'_>, context: String, mut properties: Map<String, Value>, cost: u8) -> Answer {
    call.metadata.say(&mut properties, "@odata.context", context);
    respond::found(properties, call.metadata, call.cost(cost))
}

/// One object that was just made, whole, and where it is.
fn made<E: Entity>(call: &Call<'_>, set: &str, object: &E, location: &str, cost: u8) -> Answer {
    let mut properties = shown(object, &Selection::Default, View::Full);
    call.metadata.say(&mut properties, "@odata.context", call.context(set, &Selection::Default, true));
    respond::created(properties, location, call.metadata, cost)
}

fn collection(
    call: &Call<'_>,
    context: String,
    count: Option<i64>,
    value: Vec<Map<String, Value>>,
    next: Option<String>,
    cost: u8,
) -> Answer {
    let mut body = Map::new();
    call.metadata.say(&mut body, "@odata.context", context);
    if let Some(count) = count {
        body.insert("@odata.count".to_owned(), Value::from(count));
    }
    if let Some(next) = next {
        body.insert("@odata.nextLink".to_owned(), Value::from(next));
    }
    body.insert("value".to_owned(), value.into_iter().map(Value::Object).collect());
    respond::found(body, call.metadata, call.cost(cost))
}
