//! The last exchanges, with the concrete reason of each refusal. Never: a secret, a code, a token or a password; their
//! places say how long they were.

use http::header::LOCATION;
use http::{Method, StatusCode};
use mandate_base::{CorrelationId, Moment};
use mandate_domain::time;
use mandate_web::answer::{Answer, Reason};
use mandate_web::{Incoming, Params};
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub struct Exchanges(Mutex<VecDeque<Noted>>);

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    pub at: String,
    pub method: String,
    pub path: String,
    /// Of query and form, without what is secret; of a GET, or a refusal.
    pub parameters: Vec<(String, String)>,
    pub status: u16,
    /// Where a redirect leads, without what it carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What the house alone knows: which check failed, on what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    pub correlation_id: String,
    pub trace_id: String,
}

const MOST: usize = 500;
const MOST_PARAMETERS: usize = 60;
const LONGEST_VALUE: usize = 300;

/// What may be shown of a request; every other value is a place with its length.
const SHOWN: &[&str] = &[
    "client_id",
    "response_type",
    "response_mode",
    "redirect_uri",
    "scope",
    "resource",
    "prompt",
    "login_hint",
    "domain_hint",
    "grant_type",
    "code_challenge_method",
    "claims",
    "client_info",
    "requested_token_use",
    "client_assertion_type",
    "post_logout_redirect_uri",
    "admin_consent",
    "loginfmt",
    "account",
    "ucaccept",
    "consentForOrg",
    "confirm",
    "cancel",
    "lang",
    "mkt",
    "ui_locales",
    "max_age",
    "username",
    "api-version",
    "authorization_endpoint",
    "client-request-id",
    "x-client-SKU",
    "x-client-VER",
    "$select",
    "$filter",
    "$top",
    "$orderby",
    "$expand",
    "$search",
    "$count",
    "error",
];

/// As it was noted: every request passes here, and hardly any is looked at, so it is written out when one is.
#[derive(Clone)]
struct Noted {
    at: Moment,
    method: Method,
    path: String,
    parameters: Vec<(String, String)>,
    status: StatusCode,
    location: Option<String>,
    reason: Option<Reason>,
    correlation: CorrelationId,
    trace: CorrelationId,
}

impl Noted {
    fn of(request: &Incoming, answer: &Answer) -> Noted {
        let reason = answer.extensions().get::<Reason>();
        let mut parameters = Vec::new();
        // Of what went well at the token endpoint they tell little, and it is busy.
        if reason.is_some() || answer.status().as_u16() >= 400 || request.method == Method::GET {
            for params in [request.query_params().ok(), request.form().and_then(Result::ok)].into_iter().flatten() {
                parameters.extend(shown(&params));
            }
            parameters.truncate(MOST_PARAMETERS);
        }
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        Noted {
            at: request.now,
            method: request.method.clone(),
            path: shortened(&request.path),
            parameters,
            status: answer.status(),
            location: location.map(|to| to.split(['?', '#']).next().unwrap_or("").to_owned()),
            reason: reason.cloned(),
            correlation: request.correlation,
            trace: request.trace,
        }
    }

    fn is_refusal(&self) -> bool {
        self.reason.as_ref().is_some_and(|reason| !reason.code.is_empty()) || self.status.as_u16() >= 400
    }

    fn written(&self) -> Exchange {
        let told = |of: fn(&Reason) -> &String| self.reason.as_ref().map(of).filter(|text| !text.is_empty()).cloned();
        Exchange {
            at: time::iso(self.at),
            method: self.method.to_string(),
            path: self.path.clone(),
            parameters: self.parameters.clone(),
            status: self.status.as_u16(),
            location: self.location.clone(),
            code: told(|reason| &reason.code),
            text: told(|reason| &reason.text),
            cause: told(|reason| &reason.cause),
            correlation_id: self.correlation.to_string(),
            trace_id: self.trace.to_string(),
        }
    }
}

fn shortened(text: &str) -> String {
    if text.len() <= LONGEST_VALUE { text.to_owned() } else { text.chars().take(LONGEST_VALUE).collect() }
}

impl Exchange {
    pub fn is_refusal(&self) -> bool {
        self.code.is_some() || self.status >= 400
    }
}

fn shown(params: &Params) -> impl Iterator<Item = (String, String)> + '_ {
    params.pairs().map(|(name, value)| {
        let open = SHOWN.iter().any(|known| known.eq_ignore_ascii_case(name));
        let value = match open {
            true => value.chars().take(LONGEST_VALUE).collect(),
            false => format!("({} characters)", value.chars().count()),
        };
        (name.chars().take(LONGEST_VALUE).collect(), value)
    })
}

impl Exchanges {
    pub fn note(&self, request: &Incoming, answer: &Answer) {
        let noted = Noted::of(request, answer);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == MOST {
            kept.pop_front();
        }
        kept.push_back(noted);
    }

    /// The newest first.
    pub fn list(&self, most: usize, refusals_only: bool) -> Vec<Exchange> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = kept.iter().rev().filter(|noted| !refusals_only || noted.is_refusal());
        wanted.take(most.min(MOST)).map(Noted::written).collect()
    }

    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
