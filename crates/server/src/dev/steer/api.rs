//! The routes under `/_dev/`, as JSON. What changes something has a JSON body or none, and comes from no other site.

use super::faults::Fault;
use super::forge::{Order, forge};
use super::snapshots::Unkept;
use super::time::read_span;
use super::{Steer, changes, is_foreign, is_json, page, query};
use http::{Method, StatusCode, header};
use mandate_domain::time as moment_text;
use mandate_usecases::keys::{self, RotateRefusal};
use mandate_web::answer::{self, Answer};
use mandate_web::{Incoming, percent};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

type Outcome = Result<Answer, (StatusCode, String)>;

pub async fn answer(steer: &Steer, request: &Incoming) -> Answer {
    if changes(request) && is_foreign(request, &steer.house.origins.login) {
        return told(StatusCode::FORBIDDEN, "Requests of other sites do not steer this emulator.");
    }
    if changes(request) && !request.body.is_empty() && !is_json(request) {
        return told(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body must be application/json.");
    }
    route(steer, request).await.unwrap_or_else(|(status, why)| told(status, &why))
}

fn told(status: StatusCode, text: &str) -> Answer {
    finish(answer::json(status, &json!({ "error": text })))
}

fn finish(mut answer: Answer) -> Answer {
    answer::no_store(&mut answer);
    answer
}

fn fine(body: &Value) -> Outcome {
    Ok(finish(answer::json(StatusCode::OK, body)))
}

fn done() -> Outcome {
    Ok(finish(answer::bytes(StatusCode::NO_CONTENT, "text/plain", "")))
}

fn bad<T>(why: impl Into<String>) -> Result<T, (StatusCode, String)> {
    Err((StatusCode::BAD_REQUEST, why.into()))
}

fn missing<T>(what: &str) -> Result<T, (StatusCode, String)> {
    Err((StatusCode::NOT_FOUND, format!("There is no such {what}.")))
}

fn broken(why: impl ToString) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, why.to_string())
}

/// An absent body is an empty object.
fn body<T: DeserializeOwned>(request: &Incoming) -> Result<T, (StatusCode, String)> {
    let bytes = if request.body.is_empty() { b"{}".as_slice() } else { &request.body };
    serde_json::from_slice(bytes).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
}

async fn route(steer: &Steer, request: &Incoming) -> Outcome {
    let segments = request.segments();
    match (&request.method, &segments[1..]) {
        (&Method::GET | &Method::HEAD, [] | [""]) => page::show(steer, request).await.map_err(broken),
        (&Method::GET, ["clock"]) => fine(&clock(steer)),
        (&Method::POST, ["clock"]) => set_clock(steer, &body(request)?),
        (&Method::POST, ["reset"]) => reset(steer).await,
        (&Method::GET, ["snapshots"]) => {
            let list = steer.snapshots.list();
            let list: Vec<Value> = list.into_iter().map(|(name, rows)| json!({ "name": name, "rows": rows })).collect();
            fine(&json!({ "snapshots": list }))
        }
        (method, ["snapshots", name, rest @ ..]) => snapshot(steer, method, name, rest).await,
        (&Method::GET, ["faults"]) => fine(&json!({ "faults": steer.faults.list() })),
        (&Method::POST, ["faults"]) => add_fault(steer, body(request)?),
        (&Method::DELETE, ["faults"]) => {
            steer.faults.clear();
            done()
        }
        (&Method::DELETE, ["faults", id]) => {
            let removed = id.parse().is_ok_and(|id| steer.faults.remove(id));
            if removed { done() } else { missing("fault") }
        }
        (&Method::POST, ["tokens"]) => {
            let token = forge(&steer.house, &body::<Order>(request)?).or_else(bad)?;
            fine(&json!({ "token": token }))
        }
        (&Method::GET, ["dns"]) => fine(&json!({ "names": steer.zone.list() })),
        (&Method::PUT, ["dns", name]) => put_name(steer, name, body(request)?),
        (&Method::DELETE, ["dns", name]) => {
            if steer.zone.remove(name) {
                done()
            } else {
                missing("name")
            }
        }
        (&Method::GET, ["keys"]) => fine(&key_list(steer).await?),
        (&Method::POST, ["keys", "rotate"]) => rotate(steer).await,
        (&Method::GET, ["exchanges"]) => {
            let params = query(request);
            let most = params.any("limit").and_then(|text| text.parse().ok()).unwrap_or(100);
            let refusals = params.any("refusals").is_some_and(|text| text != "false");
            fine(&json!({ "exchanges": steer.exchanges.list(most, refusals) }))
        }
        (&Method::DELETE, ["exchanges"]) => {
            steer.exchanges.clear();
            done()
        }
        _ => unknown(&segments[1..]),
    }
}

/// The address may be right and the method wrong.
fn unknown(rest: &[&str]) -> Outcome {
    let methods = match rest {
        [] => "GET",
        ["clock"] => "GET, POST",
        ["reset"] | ["tokens"] | ["keys", "rotate"] => "POST",
        ["snapshots" | "keys" | "dns"] => "GET",
        ["dns", _] => "PUT, DELETE",
        ["faults"] => "GET, POST, DELETE",
        ["faults", _] => "DELETE",
        ["exchanges"] => "GET, DELETE",
        _ => return missing("address here"),
    };
    let mut answer = told(StatusCode::METHOD_NOT_ALLOWED, "The address does not take this method.");
    answer::put_text(&mut answer, header::ALLOW, methods);
    Ok(answer)
}

pub fn clock(steer: &Steer) -> Value {
    json!({
        "now": moment_text::iso(steer.clock.now()),
        "offsetSeconds": steer.clock.offset() / 1000,
        "frozen": steer.clock.is_still(),
    })
}

/// One of its members; several are done in this order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockOrder {
    #[serde(default)]
    reset: bool,
    #[serde(default)]
    set: Option<String>,
    #[serde(default)]
    advance: Option<Value>,
    #[serde(default)]
    freeze: Option<bool>,
}

fn set_clock(steer: &Steer, order: &ClockOrder) -> Outcome {
    let set = match &order.set {
        Some(text) => match moment_text::parse(text) {
            Some(moment) => Some(moment),
            None => return bad("set is a moment such as 2027-01-31T12:00:00Z"),
        },
        None => None,
    };
    let advance = match &order.advance {
        Some(Value::String(text)) => read_span(text),
        Some(Value::Number(seconds)) => seconds.as_i64().and_then(|seconds| seconds.checked_mul(1000)),
        Some(_) => None,
        None => Some(0),
    };
    let Some(advance) = advance else { return bad("advance is a number of seconds, or a span such as 2h, 90m, -1d") };
    if order.reset {
        steer.clock.reset();
    }
    let target = set.unwrap_or_else(|| steer.clock.now()) + advance;
    let moved = set.is_some() || order.advance.is_some();
    if moved && !steer.clock.set(target) {
        return bad("that is further away than any date");
    }
    if let Some(still) = order.freeze {
        steer.clock.freeze(still);
    }
    fine(&clock(steer))
}

/// Everything as it was at the start: data, time, faults, and what was seen.
async fn reset(steer: &Steer) -> Outcome {
    steer.clock.reset();
    steer.faults.clear();
    steer.zone.clear();
    steer.snapshots.reset(&steer.house).await.map_err(broken)?;
    steer.house.forget();
    steer.exchanges.clear();
    done()
}

async fn snapshot(steer: &Steer, method: &Method, name: &str, rest: &[&str]) -> Outcome {
    let Some(name) = percent::decode_path(name) else { return bad("the name is not percent-encoded UTF-8") };
    match (method, rest) {
        (&Method::PUT, []) => match steer.snapshots.keep(&steer.house, &name).await {
            Ok(rows) => fine(&json!({ "name": name, "rows": rows })),
            Err(Unkept::BadName) => bad("a name has 1 to 64 letters, digits, dots, hyphens and underscores"),
            Err(Unkept::TooMany) => bad("there are too many snapshots; remove one first"),
            Err(Unkept::Fault(fault)) => Err(broken(fault)),
        },
        (&Method::POST, ["restore"]) => match steer.snapshots.restore(&steer.house, &name).await.map_err(broken)? {
            Some(()) => {
                steer.house.forget();
                done()
            }
            None => missing("snapshot"),
        },
        (&Method::DELETE, []) => {
            if steer.snapshots.forget(&name) {
                done()
            } else {
                missing("snapshot")
            }
        }
        _ => missing("address here"),
    }
}

/// What the DNS is made to say of a name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NameOrder {
    texts: Vec<String>,
}

fn put_name(steer: &Steer, name: &str, order: NameOrder) -> Outcome {
    let texts = order.texts.clone();
    steer.zone.put(name, order.texts).or_else(bad)?;
    fine(&json!({ "name": name, "texts": texts }))
}

fn add_fault(steer: &Steer, fault: Fault) -> Outcome {
    if let Err(why) = fault.check() {
        return bad(why);
    }
    match steer.faults.add(fault) {
        Some(fault) => fine(&json!(fault)),
        None => bad("there are too many faults; remove one first"),
    }
}

pub async fn key_list(steer: &Steer) -> Result<Value, (StatusCode, String)> {
    let list = keys::list(&steer.house.store, steer.house.now()).await.map_err(broken)?;
    let shown: Vec<Value> = list
        .iter()
        .map(|key| {
            json!({
                "kid": key.kid,
                "state": format!("{:?}", key.state),
                "created": moment_text::iso(key.created),
                "activeFrom": key.active_from.map(moment_text::iso),
            })
        })
        .collect();
    Ok(json!({ "keys": shown }))
}

/// On demand, whether or not the next key was published for long enough: that is what one wants to test.
async fn rotate(steer: &Steer) -> Outcome {
    let kek = steer.folder.kek().map_err(broken)?;
    let rotated = keys::rotate(&steer.house.store, &kek, steer.house.now(), true).await.map_err(broken)?;
    match rotated {
        Ok(rows) => {
            keys::reload(&steer.house).await.map_err(broken)?;
            steer.folder.keep_keys(&rows).map_err(broken)?;
            fine(&key_list(steer).await?)
        }
        Err(RotateRefusal::Raced | RotateRefusal::TooSoon { .. }) => {
            Err((StatusCode::CONFLICT, "Somebody else rotates the keys at this moment.".to_owned()))
        }
    }
}
