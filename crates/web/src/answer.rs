//! Answers, each with the headers that its kind must have.

use bytes::Bytes;
use http::header::{self, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;
use std::borrow::Cow;

pub type Answer = Response<Full<Bytes>>;

pub const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

pub fn bytes(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    put(&mut answer, header::CONTENT_TYPE, HeaderValue::from_static(kind));
    put(&mut answer, header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

pub fn text(status: StatusCode, body: impl Into<String>) -> Answer {
    bytes(status, "text/plain; charset=utf-8", body.into())
}

pub fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    // Our own types have text keys only; a failure is a bug that must not take the connection down.
    let body = serde_json::to_vec(body).unwrap_or_else(|_| b"{}".to_vec());
    bytes(status, JSON, body)
}

/// Where a page's forms may send to, and whether it may stand in a frame.
pub struct PagePolicy<'a> {
    /// Beside ourselves; browsers enforce it on the redirect that follows a form, too.
    pub form_targets: &'a [String],
    pub script_nonce: Option<&'a str>,
    /// A silent answer is made for a frame; a page that asks for something never is.
    pub frames: bool,
}

pub fn html(status: StatusCode, body: String, policy: &PagePolicy<'_>) -> Answer {
    let mut answer = bytes(status, HTML, body);
    let targets: String = policy.form_targets.iter().map(|target| format!(" {target}")).collect();
    let script = policy.script_nonce.map(|nonce| format!("; script-src 'nonce-{nonce}'")).unwrap_or_default();
    let frames = if policy.frames { "" } else { "; frame-ancestors 'none'" };
    let csp = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'{targets}; base-uri 'none'{frames}{script}"
    );
    put_text(&mut answer, header::CONTENT_SECURITY_POLICY, &csp);
    if !policy.frames {
        put(&mut answer, header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    // Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    put(&mut answer, header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    no_store(&mut answer);
    answer
}

/// For the one page whose script calls its own house.
pub fn allow_calls_home(answer: &mut Answer) {
    let with = answer.headers().get(header::CONTENT_SECURITY_POLICY).and_then(|value| value.to_str().ok());
    let with = format!("{}; connect-src 'self'", with.unwrap_or("default-src 'none'"));
    put_text(answer, header::CONTENT_SECURITY_POLICY, &with);
}

/// For the page that tells apps of a sign-out.
pub fn allow_frames_of(answer: &mut Answer, origins: &[String]) {
    let with = answer.headers().get(header::CONTENT_SECURITY_POLICY).and_then(|value| value.to_str().ok());
    let with = format!("{}; frame-src {}", with.unwrap_or("default-src 'none'"), origins.join(" "));
    put_text(answer, header::CONTENT_SECURITY_POLICY, &with);
}

pub fn redirect(to: &str) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::FOUND;
    put_text(&mut answer, header::LOCATION, &in_ascii(to));
    put(&mut answer, header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    no_store(&mut answer);
    answer
}

/// A registered address may hold any letter; a header holds ASCII, and browsers read the rest as UTF-8 in percent form.
fn in_ascii(uri: &str) -> Cow<'_, str> {
    if uri.is_ascii() {
        return Cow::Borrowed(uri);
    }
    let each =
        uri.bytes().map(|byte| if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02X}") });
    Cow::Owned(each.collect())
}

pub fn no_store(answer: &mut Answer) {
    put(answer, header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
    put(answer, header::PRAGMA, HeaderValue::from_static("no-cache"));
    put(answer, header::EXPIRES, HeaderValue::from_static("-1"));
}

/// Why an answer is a refusal, for whoever may look behind it. It never leaves the process by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: String,
    pub text: String,
    /// What only the house knows.
    pub cause: String,
}

pub fn tell(answer: &mut Answer, reason: Reason) {
    answer.extensions_mut().insert(reason);
}

pub fn put(answer: &mut Answer, name: HeaderName, value: HeaderValue) {
    answer.headers_mut().insert(name, value);
}

/// Text that may hold something from outside: what is not a legal header value is left out, never split.
pub fn put_text(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        put(answer, name, value);
    }
}

pub fn add_cookie(answer: &mut Answer, cookie: HeaderValue) {
    answer.headers_mut().append(header::SET_COOKIE, cookie);
}

/// Readable by scripts of any origin: public documents, which hold nothing of anybody.
pub fn public(answer: &mut Answer) {
    put(answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    put(answer, header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, OPTIONS"));
}
