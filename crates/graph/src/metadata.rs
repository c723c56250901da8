//! `/$metadata`: the types of what is answered, in the words of OData (CSDL 4.0); and the service document, which names
//! where everything is. Both are for everybody, as Graph's are (graph-api.md §3.1).
//!
//! Made from `types.tsv`, as bodies are read by it: a type that is not there is named nowhere.

use crate::dispatch::Version;
use crate::reference;
use crate::schema::{self, Member};
use http::StatusCode;
use mandate_usecases::House;
use mandate_web::{Answer, answer};
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::OnceLock;

const XML: &str = "application/xml; charset=utf-8";

/// Collections at the root.
const SETS: [&str; 12] = [
    "applications",
    "directoryObjects",
    "directoryRoleTemplates",
    "directoryRoles",
    "domains",
    "groups",
    "oauth2PermissionGrants",
    "organization",
    "servicePrincipals",
    "subscribedSkus",
    "subscriptions",
    "users",
];
const SINGLES: [&str; 1] = ["me"];

pub(crate) fn schema() -> Answer {
    static TEXT: OnceLock<String> = OnceLock::new();
    answer::bytes(StatusCode::OK, XML, TEXT.get_or_init(text).as_str().as_bytes())
}

pub(crate) fn service(house: &House, version: Version) -> Answer {
    let root = format!("{}/{}", house.origins.graph, version.word());
    let of = |kind: &'static str| move |name: &&str| json!({ "name": name, "kind": kind, "url": name });
    let all: Vec<Value> = SETS.iter().map(of("EntitySet")).chain(SINGLES.iter().map(of("Singleton"))).collect();
    answer::json(StatusCode::OK, &json!({ "@odata.context": format!("{root}/$metadata"), "value": all }))
}

fn text() -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<edmx:Edmx Version=\"4.0\" \
         xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices>\n<Schema Namespace=\"microsoft.graph\" \
         Alias=\"graph\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">\n",
    );
    for name in schema::names() {
        type_of(&mut text, name);
    }
    text.push_str("<EntityContainer Name=\"GraphService\">\n");
    for (names, element, attribute) in [(&SETS[..], "EntitySet", "EntityType"), (&SINGLES, "Singleton", "Type")] {
        for (name, kind) in names.iter().filter_map(|name| Some((name, reference::type_of(name)?))) {
            let _ = writeln!(text, "<{element} Name=\"{name}\" {attribute}=\"microsoft.graph.{kind}\"/>");
        }
    }
    text.push_str("</EntityContainer>\n</Schema>\n</edmx:DataServices></edmx:Edmx>\n");
    text
}

/// Names are of letters and digits: the table is ours, and nothing of a stranger's gets here.
fn type_of(text: &mut String, name: &'static str) {
    let words = schema::words(name);
    if !words.is_empty() {
        let _ = writeln!(text, "<EnumType Name=\"{name}\">");
        for (value, word) in words.iter().enumerate() {
            let _ = writeln!(text, "<Member Name=\"{word}\" Value=\"{value}\"/>");
        }
        text.push_str("</EnumType>\n");
        return;
    }
    let element = if schema::is_entity(name) { "EntityType" } else { "ComplexType" };
    let base = schema::base(name).map(|base| format!(" BaseType=\"microsoft.graph.{base}\"")).unwrap_or_default();
    let root = if name == "entity" { " Abstract=\"true\"" } else { "" };
    let _ = writeln!(text, "<{element} Name=\"{name}\"{base}{root}>");
    if name == "entity" {
        text.push_str("<Key><PropertyRef Name=\"id\"/></Key>\n");
    }
    for member in schema::own_members(name) {
        member_of(text, name, member);
    }
    let _ = writeln!(text, "</{element}>");
}

fn member_of(text: &mut String, owner: &str, member: &Member) {
    let of = match member.of {
        plain if plain.starts_with("Edm.") => plain.to_owned(),
        known if schema::knows(known) => format!("microsoft.graph.{known}"),
        _ => return,
    };
    let of = if member.many { format!("Collection({of})") } else { of };
    let element = if member.navigation { "NavigationProperty" } else { "Property" };
    // A key is never null.
    let needed = if owner == "entity" && member.name == "id" { " Nullable=\"false\"" } else { "" };
    let _ = writeln!(text, "<{element} Name=\"{}\" Type=\"{of}\"{needed}/>", member.name);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_named_is_there() {
        let text = text();
        let named = |begins: &str| -> Vec<&str> {
            text.split(begins).skip(1).filter_map(|rest| rest.split(['"', ')']).next()).collect()
        };
        let mut there: Vec<&str> = Vec::new();
        for element in ["<EntityType Name=\"", "<ComplexType Name=\"", "<EnumType Name=\""] {
            there.extend(named(element));
        }
        let used = named("microsoft.graph.");
        assert!(used.len() > 200 && there.len() > 100, "{} of {}", used.len(), there.len());
        let missing: Vec<&&str> = used.iter().filter(|name| !there.contains(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let mut once = there.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), there.len());
    }

    #[test]
    fn what_is_served_is_a_path() {
        for name in SETS.iter().chain(&SINGLES) {
            assert!(reference::type_of(name).is_some(), "{name}");
        }
        for name in SETS.iter().chain(&SINGLES).filter(|name| **name != "directoryObjects") {
            assert!(crate::dispatch::route(Version::V1, [*name]).is_ok(), "{name}");
        }
    }
}
