//! Properties in Graph's own names, as they are written: merged into an object, and the rules that they may break.

use crate::app_policies::Forbidden;
use serde_json::{Map, Value};

pub type Properties = Map<String, Value>;

/// A property, and what is wrong with the value that it was to get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// `api/oauth2PermissionScopes`
    pub property: String,
    pub rule: Rule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    Required,
    /// A value that the property cannot hold at all.
    Mistyped,
    /// Set once, and never again.
    Immutable,
    TooLong(usize),
    TooMany(usize),
    Repeated(String),
    /// Another object has it.
    Taken,
    /// Its host, or its domain, is no verified domain of the tenant.
    NotVerified(String),
    /// A permission is turned off before it is changed or removed.
    StillEnabled,
    /// A policy of the organisation's.
    ByPolicy(Forbidden),
    /// A sentence.
    Bad(&'static str),
}

impl Broken {
    pub fn new(property: impl Into<String>, rule: Rule) -> Broken {
        Broken { property: property.into(), rule }
    }
}

/// As Graph merges: what is absent is untouched, null clears, an object is merged member by member, and a collection is
/// replaced whole (graph-api.md §3.6).
pub fn merge(into: &mut Properties, change: &Properties) {
    for (name, value) in change {
        match (into.get_mut(name), value) {
            (_, Value::Null) => drop(into.remove(name)),
            (Some(Value::Object(held)), Value::Object(members)) => merge(held, members),
            (_, Value::Object(members)) => {
                let mut fresh = Properties::new();
                merge(&mut fresh, members);
                into.insert(name.clone(), Value::Object(fresh));
            }
            (_, value) => drop(into.insert(name.clone(), value.clone())),
        }
    }
}

/// At least one character that is not blank, and no more than `most`.
pub fn check_text(property: &str, text: &str, most: usize) -> Result<(), Broken> {
    if text.trim().is_empty() {
        return Err(Broken::new(property, Rule::Required));
    }
    if text.chars().nth(most).is_some() {
        return Err(Broken::new(property, Rule::TooLong(most)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn null_clears_and_objects_are_merged() {
        let Value::Object(mut held) = json!({ "a": 1, "web": { "x": 1, "y": [1, 2] }, "gone": "x" }) else { return };
        let Value::Object(change) =
            json!({ "gone": null, "web": { "y": [3], "x": null, "z": 4 }, "new": { "in": null, "on": true } })
        else {
            return;
        };
        merge(&mut held, &change);
        assert_eq!(Value::Object(held), json!({ "a": 1, "web": { "y": [3], "z": 4 }, "new": { "on": true } }));
    }
}
