//! A request, read whole and within limits.

use crate::cookies;
use crate::params::{ParamRefusal, Params};
use bytes::Bytes;
use http::{HeaderMap, Method, header};
use mandate_base::{CorrelationId, Moment};
use std::net::IpAddr;

#[derive(Clone, Debug)]
pub struct Incoming {
    pub method: Method,
    /// As sent, without the query.
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Who is at the other end of the connection.
    pub peer: IpAddr,
    /// Ties the client's log to ours: its `client-request-id` when that is a GUID, else new.
    pub correlation: CorrelationId,
    /// This request's own id (`x-ms-request-id`, Graph's `request-id`).
    pub trace: CorrelationId,
    pub now: Moment,
}

impl Incoming {
    /// Segments as they are compared: without regard to case, one trailing slash ignored.
    pub fn folded_segments(&self) -> Vec<String> {
        self.segments().into_iter().map(|segment| segment.to_ascii_lowercase()).collect()
    }

    pub fn segments(&self) -> Vec<&str> {
        let path = self.path.strip_suffix('/').unwrap_or(&self.path);
        path.split('/').skip(1).collect()
    }

    /// As sent. Most requests are told apart by it alone.
    pub fn first_segment(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or("")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn query_params(&self) -> Result<Params, ParamRefusal> {
        Params::parse(&self.query)
    }

    /// `None`: the body is not a form by its content type.
    pub fn form(&self) -> Option<Result<Params, ParamRefusal>> {
        let kind = self.header(header::CONTENT_TYPE.as_str())?;
        let bare = kind.split(';').next().unwrap_or("").trim();
        if !bare.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return None;
        }
        Some(std::str::from_utf8(&self.body).map_err(|_| ParamRefusal::Malformed).and_then(Params::parse))
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        let sent = self.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies::find(sent, name)
    }

    /// The page's origin, where a browser says so. `null` is nobody's.
    pub fn origin(&self) -> Option<&str> {
        self.header(header::ORIGIN.as_str())
    }

    /// Does a browser say that this came from another site? Old browsers say nothing; the form's seal covers them.
    pub fn is_cross_site_post(&self, own: &str) -> bool {
        let foreign_origin = self.origin().is_some_and(|origin| origin != own && origin != "null");
        let foreign_fetch = self.header("sec-fetch-site").is_some_and(|site| site == "cross-site");
        foreign_origin || foreign_fetch
    }

    /// The languages that the browser asks for.
    pub fn accept_language(&self) -> &str {
        self.header(header::ACCEPT_LANGUAGE.as_str()).unwrap_or("")
    }
}
