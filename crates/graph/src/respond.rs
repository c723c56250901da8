//! Answers: bodies as Graph shapes them, and the headers that each carries (graph-api.md §3.2, §4.1).

use crate::accept::Metadata;
use crate::bearer;
use crate::cors;
use crate::dispatch::Version;
use crate::errors::{Entry, FAILURE, Refusal};
use crate::trail::Trail;
use http::header::{self, HeaderName};
use http::{HeaderValue, Method, StatusCode};
use mandate_domain::time;
use mandate_usecases::explain::Explanation;
use mandate_web::answer::Reason;
use mandate_web::{Answer, answer};
use serde::Serialize;
use serde_json::{Map, Value};

const MINIMAL: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
const FULL: &str = "application/json;odata.metadata=full;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
const NONE: &str = "application/json;odata.metadata=none;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

static REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
static CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
static ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");
static RESOURCE_UNIT: HeaderName = HeaderName::from_static("x-ms-resource-unit");

#[derive(Serialize)]
struct Body<'a> {
    error: Told<'a>,
}

#[derive(Serialize)]
struct Told<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<[Detail<'a>; 1]>,
    #[serde(rename = "innerError")]
    inner: Inner<'a>,
}

#[derive(Serialize)]
struct Detail<'a> {
    code: &'a str,
    target: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Inner<'a> {
    date: &'a str,
    request_id: &'a str,
    client_request_id: &'a str,
    /// Beyond Graph's own members: which half of a decision failed, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a Explanation>,
}

/// `cost` in resource units (graph-api.md §4.5).
pub(crate) fn found(body: Map<String, Value>, metadata: Metadata, cost: u8) -> Answer {
    let mut answer = json(StatusCode::OK, metadata, &body);
    answer::put(&mut answer, RESOURCE_UNIT.clone(), HeaderValue::from(u16::from(cost)));
    answer
}

/// What was made, and where it is.
pub(crate) fn created(body: Map<String, Value>, location: &str, metadata: Metadata, cost: u8) -> Answer {
    let mut answer = found(body, metadata, cost);
    *answer.status_mut() = StatusCode::CREATED;
    answer::put_text(&mut answer, header::LOCATION, location);
    answer
}

pub(crate) fn nothing() -> Answer {
    let mut answer = Answer::new(Default::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

/// `$count` is text.
pub(crate) fn number(number: i64, cost: u8) -> Answer {
    let mut answer = answer::text(StatusCode::OK, number.to_string());
    answer::put(&mut answer, RESOURCE_UNIT.clone(), HeaderValue::from(u16::from(cost)));
    answer
}

/// OpenID Connect knows nothing of OData.
pub(crate) fn claims(body: &Map<String, Value>) -> Answer {
    answer::json(StatusCode::OK, body)
}

pub(crate) fn failure(trail: &Trail) -> Answer {
    error(&FAILURE, None, None, trail)
}

pub(crate) fn refusal(refusal: &Refusal, version: Version, login: &str, trail: &Trail) -> Answer {
    let entry = refusal.entry();
    let mut answer = error(&entry, refusal.explanation(), refusal.detail(), trail);
    let cause = format!("{refusal:?}").chars().take(1000).collect();
    answer::tell(&mut answer, Reason { code: entry.code.to_owned(), text: entry.text.to_string(), cause });
    match refusal {
        Refusal::Unproven(unproven) => {
            let challenge = bearer::challenge(unproven, version, login);
            answer::put_text(&mut answer, header::WWW_AUTHENTICATE, &challenge);
        }
        // RFC 6750 §3.1.
        Refusal::NoOpenId { .. } => {
            let challenge = HeaderValue::from_static(r#"Bearer error="insufficient_scope", scope="openid""#);
            answer::put(&mut answer, header::WWW_AUTHENTICATE, challenge);
        }
        Refusal::ReadAnew(address) => answer::put_text(&mut answer, header::LOCATION, address),
        Refusal::MethodNotAllowed(methods) => {
            let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
            answer::put_text(&mut answer, header::ALLOW, &methods.join(", "));
        }
        _ => {}
    }
    answer
}

fn error(entry: &Entry, explanation: Option<&Explanation>, detail: Option<(&str, &str)>, trail: &Trail) -> Answer {
    let date = time::iso(trail.now);
    let inner = Inner {
        date: date.trim_end_matches('Z'),
        request_id: &trail.request,
        client_request_id: &trail.client,
        reason: explanation.map(|explanation| explanation.reason),
        explanation,
    };
    // An error has no control information to leave out.
    let details = detail.map(|(code, target)| [Detail { code, target, message: &entry.text }]);
    let error = Told { code: entry.code, message: &entry.text, details, inner };
    json(entry.status, Metadata::Minimal, &Body { error })
}

fn json(status: StatusCode, metadata: Metadata, body: &impl Serialize) -> Answer {
    let mut answer = answer::json(status, body);
    let kind = match metadata {
        Metadata::Minimal => MINIMAL,
        Metadata::Full => FULL,
        Metadata::None => NONE,
    };
    answer::put(&mut answer, header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// What every answer carries, a preflight too.
pub(crate) fn finished(mut answer: Answer, trail: &Trail) -> Answer {
    answer::put_text(&mut answer, REQUEST_ID.clone(), &trail.request);
    answer::put_text(&mut answer, CLIENT_REQUEST_ID.clone(), &trail.client);
    answer::put(&mut answer, ODATA_VERSION.clone(), HeaderValue::from_static("4.0"));
    answer::put(&mut answer, header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if !answer.headers().contains_key(&RESOURCE_UNIT) {
        answer::put(&mut answer, RESOURCE_UNIT.clone(), HeaderValue::from_static("1"));
    }
    cors::open(&mut answer);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::Unproven;
    use mandate_base::Moment;

    fn trail() -> Trail {
        let now = Moment::from_secs(1_795_414_492);
        Trail { request: "r".to_owned(), client: "c".to_owned(), now }
    }

    fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
        answer.headers().get(name).and_then(|value| value.to_str().ok())
    }

    #[test]
    fn a_refusal_is_told_with_its_ids_and_its_date() {
        let inner = Inner {
            date: "2026-11-23T06:14:52",
            request_id: "r",
            client_request_id: "c",
            reason: None,
            explanation: None,
        };
        let body = Body { error: Told { code: "BadRequest", message: "m", details: None, inner } };
        assert_eq!(
            serde_json::to_string(&body).expect("plain"),
            r#"{"error":{"code":"BadRequest","message":"m","innerError":{"date":"2026-11-23T06:14:52","request-id":"r","client-request-id":"c"}}}"#
        );
    }

    #[test]
    fn each_kind_of_refusal_has_its_headers() {
        let told = |told: Refusal| refusal(&told, Version::V1, "https://login.example", &trail());
        static READ: [Method; 2] = [Method::GET, Method::POST];
        let answer = told(Refusal::MethodNotAllowed(&READ));
        assert_eq!((answer.status().as_u16(), header(&answer, "allow")), (405, Some("GET, POST")));
        let answer = told(Refusal::Unproven(Unproven::NoToken));
        assert_eq!(answer.status().as_u16(), 401);
        assert!(header(&answer, "www-authenticate").is_some_and(|text| text.starts_with("Bearer realm=\"\"")));
    }

    #[test]
    fn an_answer_says_how_much_it_tells_of_itself() {
        let told = |metadata: Metadata| found(Map::new(), metadata, 1);
        assert_eq!(header(&told(Metadata::Minimal), "content-type"), Some(MINIMAL));
        assert_eq!(header(&told(Metadata::None), "content-type"), Some(NONE));
        assert_eq!(header(&failure(&trail()), "content-type"), Some(MINIMAL));
    }

    #[test]
    fn userinfo_refuses_the_token_of_an_app_as_invalid() {
        let refused = Refusal::Unproven(Unproven::AppOnly);
        let answer = refusal(&refused, Version::Oidc, "https://login.example", &trail());
        assert_eq!(answer.status().as_u16(), 401);
        assert!(header(&answer, "www-authenticate").is_some_and(|text| text.ends_with(r#", error="invalid_token""#)));
    }

    #[test]
    fn every_answer_can_be_found_again_and_read_by_scripts() {
        for answer in [failure(&trail()), cors::preflight(), found(Map::new(), Metadata::Minimal, 2)] {
            let answer = finished(answer, &trail());
            let expected = [
                ("request-id", "r"),
                ("client-request-id", "c"),
                ("odata-version", "4.0"),
                ("cache-control", "no-cache"),
                ("access-control-allow-origin", "*"),
            ];
            for (name, value) in expected {
                assert_eq!(header(&answer, name), Some(value), "{name}");
            }
            assert!(header(&answer, "x-ms-resource-unit").is_some());
        }
    }
}
