//! The Graph wire: `/v1.0`, `/beta` and `/oidc/userinfo`.
//!
//! A request's way: ids → preflight → bearer → route → options → gate → read → render. Never: a permission decided
//! here, SQL, the cause of a fault in an answer. Next: `dispatch` for what paths there are, `operations` for what each
//! needs, `resources` for what they answer, `errors` for every refusal's code and text.
#![forbid(unsafe_code)]

mod accept;
mod batch;
mod bearer;
mod body;
mod call;
mod changes;
mod cors;
mod dispatch;
mod errors;
mod extensions;
mod metadata;
pub mod notify;
mod operations;
mod paging;
mod property;
mod queries;
pub mod reference;
mod resources;
mod respond;
mod schema;
mod trail;

use accept::Metadata;
use call::Call;
use dispatch::{Route, Version};
use errors::{Refusal, Stop};
use http::Method;
use mandate_odata::Options;
use mandate_usecases::House;
use mandate_web::{Answer, Incoming, Params};
use trail::Trail;

/// The tables are whole and understood. The server asks before it listens.
pub fn check() -> Result<(), String> {
    operations::check()?;
    queries::check()
}

/// `None`: the path is not Graph's.
pub async fn answer(house: &House, request: &Incoming) -> Option<Answer> {
    let version = Version::of(request)?;
    if version == Version::Oidc || !batch::is_batch(request) || request.method == Method::OPTIONS {
        return single(house, request).await;
    }
    let trail = Trail::of(request);
    let answer = match batched(house, request, version).await {
        Ok(answer) => answer,
        Err(stop) => stopped(house, &stop, version, &trail),
    };
    Some(respond::finished(answer, &trail))
}

/// Who is not let in gets nothing of a batch, not even its order.
async fn batched(house: &House, request: &Incoming, version: Version) -> Result<Answer, Stop> {
    bearer::caller(house, request, version).await?;
    batch::answer(house, request, version).await
}

pub(crate) async fn single(house: &House, request: &Incoming) -> Option<Answer> {
    let version = Version::of(request)?;
    let trail = Trail::of(request);
    if request.method == Method::OPTIONS {
        return Some(respond::finished(cors::preflight(), &trail));
    }
    let answer = match serve(house, request, version).await {
        Ok(answer) => answer,
        Err(stop) => stopped(house, &stop, version, &trail),
    };
    Some(respond::finished(answer, &trail))
}

fn stopped(house: &House, stop: &Stop, version: Version, trail: &Trail) -> Answer {
    match stop {
        Stop::Refused(refusal) => {
            refusal.log(trail);
            respond::refusal(refusal, version, &house.origins.login, trail)
        }
        Stop::Fault(fault) => {
            tracing::error!(request_id = %trail.request, client_request_id = %trail.client, %fault, "call failed");
            respond::failure(trail)
        }
    }
}

fn referred_in(params: &Params) -> Option<&str> {
    let mut all = params.pairs();
    all.find(|(name, _)| ["@id", "@odata.id", "$id"].contains(name)).map(|(_, value)| value)
}

const UPSERT: &str = "create-if-missing";

/// The token comes before the path: who is not let in does not learn what there is (graph-api.md §1.1).
async fn serve(house: &House, request: &Incoming, version: Version) -> Result<Answer, Stop> {
    let route = dispatch::route(version, request.segments().into_iter().skip(1));
    // Graph shows its schema to everybody (graph-api.md §3.1): a 401 would send for a token that does not help.
    match &route {
        Ok(Route::Schema) if request.method == Method::GET => return Ok(metadata::schema()),
        Ok(Route::Service) if request.method == Method::GET => return Ok(metadata::service(house, version)),
        _ => {}
    }
    let caller = bearer::caller(house, request, version).await?;
    let route = route?;
    if !route.methods().contains(&request.method) {
        return Err(Refusal::MethodNotAllowed(route.methods()).into());
    }
    let params = request.query_params().map_err(|_| Refusal::MalformedQuery)?;
    let options = Options::parse(params.pairs()).map_err(Refusal::Option)?;
    // What takes no expansion refuses it; a list that leaves it out would look whole.
    let is_taken = |relation: &str| route.expands() || (relation == "*" && route.has_nothing_to_expand());
    let refused = |relation: &str| request.method != Method::GET || !is_taken(relation);
    if let Some(expand) = options.expand.first().filter(|expand| refused(&expand.relation)) {
        return Err(Refusal::NoExpansion(expand.relation.clone()).into());
    }
    if options.delta_token.is_some() && !matches!(route, Route::Delta(_)) {
        return Err(Refusal::NoQuery("$deltatoken").into());
    }
    let eventual = request.header("consistencylevel").is_some_and(|level| level.eq_ignore_ascii_case("eventual"));
    let metadata = Metadata::asked(request);
    let extensions = extensions::named(house, caller.tenant, &options, &request.body).await?;
    resources::answer(
        &Call {
            house,
            caller,
            version,
            method: request.method.clone(),
            body: &request.body,
            encoded: call::is_encoded(request),
            correlation: request.correlation,
            peer: request.peer,
            options,
            extensions,
            eventual,
            metadata,
            referred: referred_in(&params),
            upsert: request.header("prefer").is_some_and(|prefer| prefer.to_ascii_lowercase().contains(UPSERT)),
        },
        &route,
    )
    .await
}
