//! The last exchanges, with the concrete reason of each refusal. Never: a secret, a code, a token or a password; their
//! places say how long they were.

use http::Method;
use mandate_domain::time;
use mandate_web::answer::{Answer, Reason};
use mandate_web::{Incoming, Params};
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub struct Exchanges(Mutex<VecDeque<Exchange>>);

#[derive(Clone, Debug, Serialize)]
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

impl Exchange {
    pub fn of(request: &Incoming, answer: &Answer) -> Exchange {
        let reason = answer.extensions().get::<Reason>();
        let mut parameters = Vec::new();
        // Of what went well at the token endpoint they tell little, and it is busy.
        if reason.is_some() || answer.status().as_u16() >= 400 || request.method == Method::GET {
            for params in [request.query_params().ok(), request.form().and_then(Result::ok)].into_iter().flatten() {
                parameters.extend(shown(&params));
            }
            parameters.truncate(MOST_PARAMETERS);
        }
        let told = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let location = answer.headers().get("location").and_then(|value| value.to_str().ok());
        Exchange {
            at: time::iso(request.now),
            method: request.method.to_string(),
            path: request.path.chars().take(LONGEST_VALUE).collect(),
            parameters,
            status: answer.status().as_u16(),
            location: location.map(|to| to.split(['?', '#']).next().unwrap_or("").to_owned()),
            code: reason.and_then(|reason| told(&reason.code)),
            text: reason.and_then(|reason| told(&reason.text)),
            cause: reason.and_then(|reason| told(&reason.cause)),
            correlation_id: request.correlation.to_string(),
            trace_id: request.trace.to_string(),
        }
    }

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
    pub fn note(&self, exchange: Exchange) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == MOST {
            kept.pop_front();
        }
        kept.push_back(exchange);
    }

    /// The newest first.
    pub fn list(&self, most: usize, refusals_only: bool) -> Vec<Exchange> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = kept.iter().rev().filter(|exchange| !refusals_only || exchange.is_refusal());
        wanted.take(most.min(MOST)).cloned().collect()
    }

    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
