//! Requests and answers, as bytes on a wire that is not there.

use bytes::Bytes;
use http::{HeaderMap, Method};
use mandate_web::percent::{decode_form, encode_pairs};
use serde_json::Value;

/// Names and values, in order; a name may stand twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    pub fn of(pairs: &[(&str, &str)]) -> Pairs {
        Pairs(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// A query or a form body, taken apart.
    pub fn parse(text: &str) -> Pairs {
        let decoded = |part: &str| decode_form(part).unwrap_or_else(|| panic!("`{part}` is not percent-encoded UTF-8"));
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        Pairs(pairs.collect())
    }

    pub fn text(&self) -> String {
        encode_pairs(self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// With this value, and no other of the name.
    pub fn with(self, name: &str, value: &str) -> Pairs {
        self.without(name).and(name, value)
    }

    pub fn without(mut self, name: &str) -> Pairs {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// Once more, whatever stands there already.
    pub fn and(mut self, name: &str, value: &str) -> Pairs {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The parameter twice, with the same value.
    pub fn repeated(self, name: &str) -> Pairs {
        let value = self.get(name).unwrap_or("x").to_owned();
        self.with(name, &value).and(name, &value)
    }
}

#[derive(Clone, Debug)]
pub struct Ask {
    pub method: Method,
    /// Path and query, encoded.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

pub const FORM: &str = "application/x-www-form-urlencoded";

impl Ask {
    pub fn get(target: impl Into<String>) -> Ask {
        Ask { method: Method::GET, target: target.into(), headers: Vec::new(), body: Vec::new() }
    }

    pub fn form(target: impl Into<String>, pairs: &Pairs) -> Ask {
        Ask::post(target, Some(FORM), pairs.text())
    }

    /// `None`: the request does not say what its body is.
    pub fn post(target: impl Into<String>, kind: Option<&str>, body: impl Into<Vec<u8>>) -> Ask {
        let ask = Ask { method: Method::POST, body: body.into(), ..Ask::get(target) };
        match kind {
            Some(kind) => ask.header("content-type", kind),
            None => ask,
        }
    }

    pub fn by(mut self, method: Method) -> Ask {
        self.method = method;
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Ask {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).expect("our answers are UTF-8")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text()))
    }
}

/// The number that a JSON refusal carries, and where it must agree with itself.
pub fn refusal(body: &Value) -> (&str, u64) {
    let error = body["error"].as_str().unwrap_or_else(|| panic!("not a refusal: {body}"));
    let codes = body["error_codes"].as_array().unwrap_or_else(|| panic!("no error_codes: {body}"));
    let [code] = codes.as_slice() else { panic!("not one code: {body}") };
    let code = code.as_u64().expect("a number");
    let description = body["error_description"].as_str().unwrap_or("");
    assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
    assert_eq!(body["error_uri"], format!("{}/error?code={code}", crate::LOGIN));
    (error, code)
}
