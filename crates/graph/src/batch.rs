//! `$batch`: up to twenty requests in one, each judged by itself (graph-api.md §3.7).

use crate::call;
use crate::dispatch::Version;
use crate::errors::{Refusal, Stop};
use bytes::Bytes;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use mandate_usecases::House;
use mandate_web::{Answer, Incoming, answer, base64};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap, HashSet};

const MOST: usize = 20;

#[derive(Deserialize)]
struct Asked {
    requests: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(deserialize_with = "text_or_number")]
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Option<Value>,
    #[serde(default, deserialize_with = "texts_or_numbers")]
    depends_on: Vec<String>,
}

#[derive(Serialize)]
struct Answered {
    responses: Vec<Outcome>,
}

#[derive(Serialize)]
struct Outcome {
    id: String,
    status: u16,
    headers: BTreeMap<String, String>,
    /// Null where there is none: clients look for it (graph-api.md §3.7).
    body: Option<Value>,
}

/// Some clients count.
fn text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text_of(Value::deserialize(from)?).ok_or_else(|| D::Error::custom("an id is a text"))
}

fn texts_or_numbers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let ids = Vec::<Value>::deserialize(from)?;
    let ids: Option<Vec<String>> = ids.into_iter().map(text_of).collect();
    ids.ok_or_else(|| D::Error::custom("an id is a text"))
}

fn text_of(id: Value) -> Option<String> {
    match id {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(crate) fn is_batch(request: &Incoming) -> bool {
    let segments = request.folded_segments();
    let told: Vec<&str> = segments.iter().map(String::as_str).filter(|segment| !segment.is_empty()).collect();
    matches!(told[..], [_, "$batch" | "%24batch"])
}

/// One after the other: an item sees what those before it wrote.
pub(crate) async fn answer(house: &House, request: &Incoming, version: Version) -> Result<Answer, Stop> {
    if request.method != Method::POST {
        return Err(Refusal::MethodNotAllowed(&ONLY_POST).into());
    }
    // Graph's library for Go sends what it compressed again, plain, when it hears so (graph-api.md §5.5).
    if call::is_encoded(request) {
        return Err(Refusal::Encoded.into());
    }
    let items = read(&request.body)?;
    let mut statuses: HashMap<String, u16> = HashMap::new();
    let mut responses = Vec::with_capacity(items.len());
    for item in &items {
        let failed = item.depends_on.iter().any(|id| statuses.get(&folded(id)).is_none_or(|status| *status >= 400));
        let outcome = if failed { dependency_failed(item) } else { one(house, request, version, item).await };
        statuses.insert(folded(&item.id), outcome.status);
        responses.push(outcome);
    }
    Ok(answer::json(StatusCode::OK, &Answered { responses }))
}

static ONLY_POST: [Method; 1] = [Method::POST];

/// In an order in which each item comes behind those that it depends on.
fn read(body: &[u8]) -> Result<Vec<Item>, Refusal> {
    let Asked { requests } = serde_json::from_slice(body).map_err(|_| Refusal::Unreadable)?;
    if requests.is_empty() || requests.len() > MOST {
        return Err(Refusal::BadBatch(format!("The number of requests in a batch is between 1 and {MOST}.")));
    }
    let mut ids = HashSet::new();
    if let Some(twice) = requests.iter().find(|item| item.id.is_empty() || !ids.insert(folded(&item.id))) {
        return Err(Refusal::BadBatch(format!("The request id '{}' is empty or not unique.", cut(&twice.id))));
    }
    let unknown = requests.iter().flat_map(|item| &item.depends_on).find(|id| !ids.contains(&folded(id)));
    if let Some(unknown) = unknown {
        return Err(Refusal::BadBatch(format!("A request depends on '{}', which is not in the batch.", cut(unknown))));
    }
    ordered(requests)
}

fn ordered(mut waiting: Vec<Item>) -> Result<Vec<Item>, Refusal> {
    let mut done = HashSet::new();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = waiting.iter().position(|item| item.depends_on.iter().all(|id| done.contains(&folded(id))));
        let Some(ready) = ready else {
            return Err(Refusal::BadBatch("The requests of the batch depend on each other in a circle.".to_owned()));
        };
        let item = waiting.remove(ready);
        done.insert(folded(&item.id));
        ordered.push(item);
    }
    Ok(ordered)
}

fn folded(id: &str) -> String {
    id.to_ascii_lowercase()
}

fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}

async fn one(house: &House, outer: &Incoming, version: Version, item: &Item) -> Outcome {
    let Some(inner) = inner(house, outer, version, item) else {
        let text = "The method, the address or the headers of the request are not valid.";
        return refused(item, StatusCode::BAD_REQUEST, "BadRequest", text);
    };
    if is_batch(&inner) {
        return refused(item, StatusCode::BAD_REQUEST, "BadRequest", "A batch holds no other batch.");
    }
    // What is not Graph's is not reached through it.
    match crate::single(house, &inner).await {
        Some(answer) => outcome(item, answer).await,
        None => refused(item, StatusCode::BAD_REQUEST, "BadRequest", "The address is none of this service."),
    }
}

/// The outer request's token, place and time; all else is the item's own.
fn inner(house: &House, outer: &Incoming, version: Version, item: &Item) -> Option<Incoming> {
    let method = Method::from_bytes(item.method.to_ascii_uppercase().as_bytes()).ok()?;
    let (path, query) = target(house, version, &item.url)?;
    let mut headers = HeaderMap::new();
    for (name, value) in &item.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        headers.insert(name, HeaderValue::from_str(value).ok()?);
    }
    headers.remove(header::AUTHORIZATION);
    if let Some(token) = outer.headers.get(header::AUTHORIZATION) {
        headers.insert(header::AUTHORIZATION, token.clone());
    }
    let body = match &item.body {
        None | Some(Value::Null) => Bytes::new(),
        Some(body) => Bytes::from(serde_json::to_vec(body).ok()?),
    };
    let (correlation, trace) = (outer.correlation, house.draw(|draw| draw.id().into()));
    Some(Incoming { method, path, query, headers, body, peer: outer.peer, correlation, trace, now: outer.now })
}

/// Relative to the version, or whole (graph-api.md §3.7; SDKs send both).
fn target(house: &House, version: Version, url: &str) -> Option<(String, String)> {
    let below = match url.strip_prefix(house.origins.graph.as_str()) {
        Some(path) => path.to_owned(),
        None if url.contains("://") => {
            // Written for the cloud that the client was made for.
            let path = url.split_once("://")?.1.split_once('/')?.1;
            format!("/{path}")
        }
        None => format!("/{}/{}", version.word(), url.trim_start_matches('/')),
    };
    // A blank in a filter is what people write; it is encoded before it is read.
    let encoded = below.replace(' ', "%20");
    let clean = encoded.len() <= LONGEST_URL && !encoded.contains(|c: char| c.is_whitespace() || c.is_control());
    clean.then(|| parts(&encoded))
}

const LONGEST_URL: usize = 32 * 1024;

fn parts(target: &str) -> (String, String) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    (path.to_owned(), query.to_owned())
}

async fn outcome(item: &Item, answer: Answer) -> Outcome {
    let (head, body) = answer.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let headers = KEPT.into_iter().filter_map(|name| {
        let value = head.headers.get(name)?.to_str().ok()?;
        Some((name.to_owned(), value.to_owned()))
    });
    let body = (!body.is_empty()).then(|| {
        serde_json::from_slice(&body).unwrap_or_else(|_| match std::str::from_utf8(&body) {
            Ok(text) => Value::from(text),
            Err(_) => Value::from(base64::standard(&body)),
        })
    });
    Outcome { id: item.id.clone(), status: head.status.as_u16(), headers: headers.collect(), body }
}

/// Spelled as clients look them up: some of them mind the case.
const KEPT: [&str; 6] = ["Content-Type", "Location", "Retry-After", "Cache-Control", "OData-Version", "request-id"];

fn dependency_failed(item: &Item) -> Outcome {
    let text = "A request that this one depends on failed.";
    refused(item, StatusCode::FAILED_DEPENDENCY, "FailedDependency", text)
}

fn refused(item: &Item, status: StatusCode, code: &str, message: &str) -> Outcome {
    let error = Map::from_iter([("code".to_owned(), Value::from(code)), ("message".to_owned(), Value::from(message))]);
    let body = Map::from_iter([("error".to_owned(), Value::Object(error))]);
    let headers = BTreeMap::from([("Content-Type".to_owned(), "application/json".to_owned())]);
    Outcome { id: item.id.clone(), status: status.as_u16(), headers, body: Some(Value::Object(body)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(requests: &str) -> Result<Vec<String>, Refusal> {
        let body = format!(r#"{{"requests":[{requests}]}}"#);
        read(body.as_bytes()).map(|items| items.into_iter().map(|item| item.id).collect())
    }

    fn item(id: &str, depends_on: &str) -> String {
        format!(r#"{{"id":"{id}","method":"GET","url":"/me","dependsOn":[{depends_on}]}}"#)
    }

    #[test]
    fn items_come_behind_what_they_depend_on() {
        let found = order(&[item("a", r#""c""#), item("b", ""), item("c", r#""B""#)].join(","));
        assert_eq!(found, Ok(["b", "c", "a"].map(str::to_owned).to_vec()));
        for bad in [
            String::new(),
            item("", ""),
            [item("a", ""), item("A", "")].join(","),
            item("a", r#""x""#),
            item("a", r#""a""#),
            [item("a", r#""b""#), item("b", r#""a""#)].join(","),
            vec![item("a", ""); 21].join(","),
        ] {
            assert!(matches!(order(&bad), Err(Refusal::BadBatch(_))), "{bad}");
        }
        assert_eq!(read(b"[]").map(|items| items.len()), Err(Refusal::Unreadable));
    }
}
