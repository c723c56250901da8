//! Feeds a path, a content type, an origin and a body, one a line, to `Incoming`.
//!
//! Must hold: segments are compared without regard to case; one slash at the end changes none of them; a body is a form
//! by its content type only, and then the form that `Params` reads; our own origin is no other site.
#![no_main]

use http::{HeaderMap, HeaderValue, Method, header};
use libfuzzer_sys::fuzz_target;
use mandate_base::{CorrelationId, Moment};
use mandate_web::{Incoming, Params};
use std::net::Ipv4Addr;

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(4, '\n');
    let mut next = || lines.next().unwrap_or("");
    let (path, kind, origin, body) = (next(), next(), next(), next());
    let (Ok(kind), Ok(sent)) = (HeaderValue::from_str(kind), HeaderValue::from_str(origin)) else { return };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::ORIGIN, sent);
    let request = Incoming {
        method: Method::POST,
        path: path.to_owned(),
        query: String::new(),
        headers,
        body: body.to_owned().into(),
        peer: Ipv4Addr::LOCALHOST.into(),
        correlation: CorrelationId::from_u128(1),
        trace: CorrelationId::from_u128(2),
        now: Moment::EPOCH,
    };
    let segments: Vec<String> = request.segments().into_iter().map(str::to_ascii_lowercase).collect();
    assert_eq!(request.folded_segments(), segments);
    if !path.ends_with('/') {
        let slashed = Incoming { path: format!("{path}/"), ..request.clone() };
        assert_eq!(slashed.folded_segments(), segments);
    }
    if let Some(form) = request.form() {
        assert_eq!(form, Params::parse(body));
    }
    assert!(!request.is_cross_site_post(origin));
});
