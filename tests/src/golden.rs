//! Golden transcripts: answers as files, with what differs from run to run masked.
//!
//! MANDATE_GOLDEN=write writes them anew, and fails, so that nobody takes a run that wrote for one that compared.

use serde_json::{Map, Value};
use std::fs;
use std::path::Path;

/// Compares with the file, or writes it.
pub fn compare(name: &str, found: &str) {
    let file = format!("{name}.txt");
    compare_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/golden").join(file), found);
}

/// The same of a document of the house that is made and not written.
pub fn compare_document(name: &str, found: &str) {
    compare_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name), found);
}

fn compare_file(path: &Path, found: &str) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if writes() {
        fs::write(path, found).expect("its folder can be written");
        panic!("{name} was written; run again without MANDATE_GOLDEN to compare");
    }
    let expected = fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"));
    // The first line that differs, not the whole of both: a document is long.
    let differs = found.lines().zip(expected.lines()).enumerate().find(|(_, (found, expected))| found != expected);
    assert!(found == expected, "{name} differs (found, expected): {differs:#?}; MANDATE_GOLDEN=write makes it anew");
}

/// A JSON value with its members in order of name, what varies masked.
pub fn json(value: &Value) -> String {
    let masked = masked("", value);
    serde_json::to_string_pretty(&masked).expect("plain JSON") + "\n"
}

/// Headers that are part of the contract, one a line, in the order asked for.
pub fn headers(headers: &http::HeaderMap, names: &[&str]) -> String {
    let line = |name: &&str| {
        let value = headers.get(*name).and_then(|value| value.to_str().ok()).unwrap_or("(none)");
        format!("{name}: {value}\n")
    };
    names.iter().map(line).collect()
}

fn masked(name: &str, value: &Value) -> Value {
    if let Some(mask) = mask_of(name) {
        return Value::from(mask);
    }
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            let sorted = names.into_iter().map(|name| (name.clone(), masked(name, &members[name])));
            Value::Object(sorted.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| masked("", item)).collect()),
        Value::String(text) if name == "error_description" => Value::from(without_trailer(text)),
        other => other.clone(),
    }
}

fn mask_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "access_token" | "refresh_token" | "id_token" => "<secret>",
        "iat" | "nbf" | "exp" | "auth_time" | "expires_in" | "ext_expires_in" | "timestamp" | "date" => "<time>",
        "sub" => "<pairwise>",
        "uti" => "<token's id>",
        "sid" | "session_state" => "<session>",
        "trace_id" | "correlation_id" | "request-id" | "client-request-id" => "<id>",
        "kid" | "x5t" | "n" | "x5c" => "<key>",
        _ => return None,
    })
}

/// The ids and the time that end a description, masked; the CR LF between them shown.
fn without_trailer(text: &str) -> String {
    let masked = |line: &str| match line.split_once(": ") {
        Some((name @ ("Trace ID" | "Correlation ID"), _)) => format!("{name}: <id>"),
        Some(("Timestamp", _)) => "Timestamp: <time>".to_owned(),
        _ => line.to_owned(),
    };
    text.split("\r\n").map(masked).collect::<Vec<_>>().join("\r\n")
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says whether goldens are written")]
fn writes() -> bool {
    std::env::var("MANDATE_GOLDEN").is_ok_and(|value| value == "write")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json as value;

    #[test]
    fn what_varies_is_masked_and_the_rest_is_not() {
        let found = json(&value!({
            "token_type": "Bearer", "access_token": "x", "expires_in": 4000,
            "error_description": "AADSTS1: y: z\r\nTrace ID: a\r\nCorrelation ID: b\r\nTimestamp: c",
        }));
        let expected = r#"{
  "access_token": "<secret>",
  "error_description": "AADSTS1: y: z\r\nTrace ID: <id>\r\nCorrelation ID: <id>\r\nTimestamp: <time>",
  "expires_in": "<time>",
  "token_type": "Bearer"
}
"#;
        assert_eq!(found, expected);
    }
}
