//! What the documents say of Graph is what the server does: they are made from its own rows.
//!
//! MANDATE_GOLDEN=write writes them anew, and fails.

use mandate_graph::reference;
use mandate_tests::golden;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn the_page_is_made_from_the_rows() {
    golden::compare_document("graph.md", &reference::page());
}

#[test]
fn the_description_is_made_from_the_rows() {
    let text = reference::openapi_text();
    let read: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(read, reference::openapi());
    golden::compare_document("openapi.json", &text);
}

/// Every reference leads somewhere, and no two operations have one name.
#[test]
fn the_description_is_whole() {
    let document = reference::openapi();
    let mut referred = BTreeSet::new();
    references(&document, &mut referred);
    assert!(referred.len() > 40, "{} references", referred.len());
    for reference in referred {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let (mut names, mut count) = (BTreeSet::new(), 0);
    let paths = document["paths"].as_object().expect("paths");
    for (path, entry) in paths {
        let entry = entry.as_object().expect("methods");
        let told = entry["parameters"].as_array().expect("a list").len();
        assert_eq!(path.matches('{').count(), told, "{path}");
        for operation in entry.iter().filter(|(name, _)| *name != "parameters").map(|(_, operation)| operation) {
            count += 1;
            names.insert(operation["operationId"].as_str().expect("a name").to_owned());
            let opens = operation["security"].as_array().is_some_and(|ways| !ways.is_empty());
            assert!(opens, "{path}: nothing opens it");
        }
    }
    assert_eq!(names.len(), count);
    assert!(count > 200, "{count} operations");
}

fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            into.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| references(value, into));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, into)),
        _ => {}
    }
}
