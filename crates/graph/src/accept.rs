//! The `Accept` header → how much control information an answer carries (OData JSON 4.01 §3.1).
//!
//! Never: a refusal. JSON is all there is, so a header that asks for something else is answered with it.

use http::header;
use mandate_web::Incoming;
use serde_json::{Map, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Metadata {
    /// The default; what was answered stands in `Content-Type`.
    Minimal,
    /// With each object's type and address.
    Full,
    None,
}

impl Metadata {
    /// The JSON range of the greatest weight decides; of equals, the first.
    pub fn asked(request: &Incoming) -> Metadata {
        let sent = request.headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges = sent.flat_map(|list| list.split(',')).filter_map(json_range);
        let best = ranges.reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map_or(Metadata::Minimal, |(_, metadata)| metadata)
    }

    /// Adds control information. `none` leaves out all but `nextLink` and `count` (§3.1.3), which are not for here.
    pub fn say(self, body: &mut Map<String, Value>, name: &str, value: String) {
        if self != Metadata::None {
            body.insert(name.to_owned(), Value::from(value));
        }
    }
}

/// Its weight, and what it asks for. `None`: it is not of JSON, or refuses it (RFC 9110 §12.4.2).
fn json_range(text: &str) -> Option<(f32, Metadata)> {
    let mut parts = text.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case("application/json") {
        return None;
    }
    let mut weight: f32 = 1.0;
    let mut metadata = Metadata::Minimal;
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        let (name, value) = (name.trim(), value.trim().trim_matches('"'));
        if name.eq_ignore_ascii_case("q") {
            weight = value.parse().unwrap_or(0.0);
        } else if name.eq_ignore_ascii_case("odata.metadata") {
            metadata = match value.to_ascii_lowercase().as_str() {
                "none" => Metadata::None,
                "full" => Metadata::Full,
                _ => Metadata::Minimal,
            };
        }
    }
    (weight > 0.0).then_some((weight, metadata))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::tests::asking;
    use http::HeaderValue;
    use serde_json::json;

    fn asked(values: &[&'static str]) -> Metadata {
        let mut request = asking("/v1.0/me");
        for value in values {
            request.headers.append(header::ACCEPT, HeaderValue::from_static(value));
        }
        Metadata::asked(&request)
    }

    #[test]
    fn each_asks_for_what_it_names() {
        let minimal: [&[&'static str]; 9] = [
            &[],
            &[""],
            &["*/*"],
            &["application/json"],
            &["application/json;odata.metadata=minimal;odata.streaming=False;IEEE754Compatible=false"],
            &["application/json;odata.metadata"],
            &["application/xml;odata.metadata=none"],
            &["application/json;odata.metadata=none;q=0"],
            &["application/json;odata.metadata=none;q=x, application/json"],
        ];
        for values in minimal {
            assert_eq!(asked(values), Metadata::Minimal, "{values:?}");
        }
        let none: [&[&'static str]; 5] = [
            &["application/json;odata.metadata=none"],
            &["Application/JSON ; OData.Metadata=\"None\" ; charset=utf-8"],
            &["application/json;odata.metadata=none, text/plain, */*"],
            &["text/html", "application/json;odata.streaming=true;odata.metadata=none"],
            &["application/json;q=0.5, application/json;odata.metadata=none;q=0.8"],
        ];
        for values in none {
            assert_eq!(asked(values), Metadata::None, "{values:?}");
        }
    }

    #[test]
    fn of_equal_ranges_the_first_decides() {
        let none = "application/json;odata.metadata=none";
        let full = "application/json;odata.metadata=full";
        assert_eq!(asked(&[none, full]), Metadata::None);
        assert_eq!(asked(&[full, none]), Metadata::Full);
        assert_eq!(asked(&[full]), Metadata::Full);
    }

    #[test]
    fn control_information_is_said_unless_none_is_wanted() {
        let said = |metadata: Metadata| {
            let mut body = Map::new();
            metadata.say(&mut body, "@odata.context", "x".to_owned());
            Value::Object(body)
        };
        assert_eq!(said(Metadata::Minimal), json!({ "@odata.context": "x" }));
        assert_eq!(said(Metadata::Full), json!({ "@odata.context": "x" }));
        assert_eq!(said(Metadata::None), json!({}));
    }
}
