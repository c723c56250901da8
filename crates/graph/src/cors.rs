//! Scripts of any origin may call: what a call may do depends on its bearer token alone, never on a cookie.

use http::{HeaderValue, StatusCode, header};
use mandate_web::{Answer, answer};

/// `*` does not cover `authorization` (Fetch §4.9), so the headers that clients send are named (clients.md §2.6).
const REQUEST_HEADERS: &str = "authorization, client-request-id, x-ms-client-request-id, return-client-request-id, \
     sdkversion, consistencylevel, content-type, prefer, accept, accept-language, odata-version, odata-maxversion, \
     if-match, if-none-match, cache-control, x-requested-with, *";
const RESPONSE_HEADERS: &str = "request-id, client-request-id, retry-after, www-authenticate, odata-version, \
     preference-applied, location, x-ms-resource-unit";
const METHODS: &str = "GET, POST, PATCH, PUT, DELETE, OPTIONS";
/// Seconds; browsers keep it no longer than two hours.
const KEPT: &str = "7200";

pub(crate) fn preflight() -> Answer {
    let mut answer = Answer::new(Default::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer::put(&mut answer, header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    answer::put(&mut answer, header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(REQUEST_HEADERS));
    answer::put(&mut answer, header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(KEPT));
    answer
}

pub(crate) fn open(answer: &mut Answer) {
    answer::put(answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer::put(answer, header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADERS));
}
