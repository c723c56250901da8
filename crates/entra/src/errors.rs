//! The catalogue of sign-in errors: number → OAuth word, status, public text (`errors.tsv`; protocol.md §3.12–3.13).
//!
//! Texts are public: they name what the caller sent, never what only we know. The private cause goes to the log.

use http::StatusCode;
use mandate_domain::time;
use mandate_web::answer::{self, Answer, Reason};
use mandate_web::{Incoming, ParamRefusal};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Ours, not Entra's: a fault of the house itself.
pub const FAULT: u32 = 9_000_001;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub code: u32,
    text: String,
    /// For the log alone.
    pub private: String,
    /// `error_subcode` of an authorization answer.
    pub subcode: Option<&'static str>,
}

struct Entry {
    token: &'static str,
    authorize: &'static str,
    status: StatusCode,
    suberror: Option<&'static str>,
    text: &'static str,
}

fn catalogue() -> &'static HashMap<u32, Entry> {
    static CATALOGUE: OnceLock<HashMap<u32, Entry>> = OnceLock::new();
    CATALOGUE.get_or_init(|| include_str!("../errors.tsv").lines().skip(1).filter_map(entry).collect())
}

fn entry(line: &'static str) -> Option<(u32, Entry)> {
    let mut cells = line.split('\t');
    let mut next = || cells.next();
    let (code, token, authorize, status, suberror, text) = (next()?, next()?, next()?, next()?, next()?, next()?);
    let status = StatusCode::from_bytes(status.as_bytes()).ok()?;
    let suberror = (!suberror.is_empty()).then_some(suberror);
    Some((code.parse().ok()?, Entry { token, authorize, status, suberror, text }))
}

/// A number without a row is a bug that a test finds; until then it is told as a fault.
fn of(code: u32) -> &'static Entry {
    let entries = catalogue();
    entries.get(&code).unwrap_or_else(|| &entries[&FAULT])
}

impl Trouble {
    pub fn new(code: u32, values: &[(&str, &str)]) -> Trouble {
        let mut text = of(code).text.to_owned();
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), &shown(value));
        }
        Trouble { code, text, private: String::new(), subcode: None }
    }

    pub fn because(mut self, private: impl std::fmt::Debug) -> Trouble {
        self.private = format!("{private:?}").chars().take(500).collect();
        self
    }

    /// Tells of a number that may have no row: the page of `error_uri`.
    pub fn numbered(mut self, code: u32) -> Trouble {
        self.code = code;
        self
    }

    pub fn missing(field: &'static str) -> Trouble {
        Trouble::new(900_144, &[("field", field)])
    }

    pub fn malformed(detail: &str) -> Trouble {
        Trouble::new(9_002_313, &[("detail", detail)])
    }

    /// A busy or broken house.
    pub fn is_ours(&self) -> bool {
        of(self.code).status.is_server_error()
    }

    pub fn authorize_error(&self) -> &'static str {
        of(self.code).authorize
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// `AADSTS<number>: text` with the trailer that clients print and people paste.
    pub fn description(&self, request: &Incoming) -> String {
        let (text, code) = (&self.text, self.code);
        let (trace, correlation, at) = (request.trace, request.correlation, time::spaced(request.now));
        format!("AADSTS{code}: {text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {at}")
    }

    pub fn log(&self, request: &Incoming) {
        let (code, correlation) = (self.code, request.correlation);
        if self.is_ours() {
            tracing::error!(code, %correlation, path = request.path, cause = self.private, "request failed");
        } else {
            tracing::info!(code, %correlation, path = request.path, cause = self.private, "request refused");
        }
    }

    /// For whoever may look behind an answer.
    pub fn reason(&self) -> Reason {
        Reason { code: format!("AADSTS{}", self.code), text: self.text.clone(), cause: self.private.clone() }
    }

    /// The body of a token endpoint's refusal.
    pub fn json(&self, request: &Incoming, login: &str) -> Answer {
        self.log(request);
        let entry = of(self.code);
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("error", json!(entry.token));
        put("error_description", json!(self.description(request)));
        put("error_codes", json!([self.code]));
        put("timestamp", json!(time::spaced(request.now)));
        put("trace_id", json!(request.trace.to_string()));
        put("correlation_id", json!(request.correlation.to_string()));
        put("error_uri", json!(format!("{login}/error?code={}", self.code)));
        if let Some(suberror) = entry.suberror {
            put("suberror", json!(suberror));
        }
        let mut answer = answer::json(entry.status, &Value::Object(body));
        answer::no_store(&mut answer);
        if matches!(entry.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            answer::put_text(&mut answer, http::header::RETRY_AFTER, "1");
        }
        if entry.status == StatusCode::METHOD_NOT_ALLOWED {
            answer::put_text(&mut answer, http::header::ALLOW, "POST, OPTIONS");
        }
        answer::tell(&mut answer, self.reason());
        // Numbers only: one client takes a header of another form apart and finds nothing where it expects something.
        let telemetry = format!("1,{},0,,", self.code);
        answer::put_text(&mut answer, http::HeaderName::from_static("x-ms-clitelem"), &telemetry);
        answer
    }
}

/// What the caller sent, short and on one line, so that it can neither flood nor forge.
fn shown(value: &str) -> String {
    value.chars().filter(|c| !c.is_control()).take(200).collect()
}

impl From<mandate_usecases::Fault> for Trouble {
    fn from(fault: mandate_usecases::Fault) -> Trouble {
        let mut trouble = Trouble::new(FAULT, &[]);
        trouble.private = fault.to_string();
        trouble
    }
}

impl From<ParamRefusal> for Trouble {
    fn from(refusal: ParamRefusal) -> Trouble {
        match refusal {
            ParamRefusal::Malformed => Trouble::malformed("a parameter is not percent-encoded UTF-8"),
            ParamRefusal::TooMany => Trouble::malformed("too many parameters"),
            ParamRefusal::Repeated(name) => Trouble::malformed(&format!("the parameter '{name}' is repeated")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MSAL JS looks for these words inside descriptions (protocol.md §3.12).
    const MAGIC: [&str; 6] = [
        "interaction_required",
        "consent_required",
        "login_required",
        "bad_token",
        "ui_not_allowed",
        "interrupted_user",
    ];

    #[test]
    fn every_row_is_whole_and_no_text_holds_a_magic_word() {
        let rows = include_str!("../errors.tsv").lines().count() - 1;
        assert_eq!(catalogue().len(), rows);
        for (code, entry) in catalogue() {
            assert!(!entry.token.is_empty() && !entry.authorize.is_empty(), "{code}");
            assert!(MAGIC.iter().all(|word| !entry.text.contains(word)), "{code}");
        }
    }

    #[test]
    fn a_value_cannot_forge_a_line() {
        let trouble = Trouble::new(90_002, &[("tenant", "x\r\nTrace ID: forged")]);
        assert!(!trouble.text().contains('\n'));
    }
}
