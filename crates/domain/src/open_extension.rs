//! Open extensions: what apps keep with an object under a name of their own, in whatever members they like (graph-api.md
//! §2.2, §2.15). An object keeps them among its other properties, as one list.

use crate::properties::{Broken, Properties, Rule, check_text, merge};
use serde_json::{Map, Value};

/// Graph's name of the relation, and of the property that holds it here.
pub const EXTENSIONS: &str = "extensions";
pub const NAME: &str = "extensionName";
const LONGEST_NAME: usize = 120;
/// Bytes of one, as JSON.
const LARGEST: usize = 2048;
const MOST: usize = 20;
const MOST_MEMBERS: usize = 100;

#[derive(Clone, Debug, PartialEq)]
pub enum OpenEdit {
    Add(Properties),
    /// What is absent stays, and null takes away.
    Change(String, Properties),
    Remove(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenRefusal {
    NoSuchExtension,
    Broken(Broken),
}

impl From<Broken> for OpenRefusal {
    fn from(broken: Broken) -> OpenRefusal {
        OpenRefusal::Broken(broken)
    }
}

/// All that an object has.
pub fn of(more: &Map<String, Value>) -> Vec<&Properties> {
    let held = more.get(EXTENSIONS).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    held.iter().filter_map(Value::as_object).collect()
}

pub fn name_of(extension: &Properties) -> &str {
    extension.get(NAME).and_then(Value::as_str).unwrap_or("")
}

pub fn is_named(extension: &Properties, name: &str) -> bool {
    name_of(extension).eq_ignore_ascii_case(name)
}

/// The object's other properties afterwards, and the extension that was added or changed.
pub fn edited(more: &Map<String, Value>, edit: &OpenEdit) -> Result<(Map<String, Value>, Properties), OpenRefusal> {
    let mut held: Vec<Properties> = of(more).into_iter().cloned().collect();
    let place = |held: &[Properties], name: &str| held.iter().position(|one| is_named(one, name));
    let written = match edit {
        OpenEdit::Add(properties) => {
            let mut made = Properties::new();
            merge(&mut made, properties);
            check(&made)?;
            if place(&held, name_of(&made)).is_some() {
                return Err(Broken::new(NAME, Rule::Taken).into());
            }
            if held.len() >= MOST {
                return Err(Broken::new(EXTENSIONS, Rule::TooMany(MOST)).into());
            }
            held.push(made.clone());
            made
        }
        OpenEdit::Change(name, properties) => {
            let at = place(&held, name).ok_or(OpenRefusal::NoSuchExtension)?;
            let mut changed = held[at].clone();
            let renames = properties.get(NAME).is_some_and(|written| written.as_str() != Some(name_of(&changed)));
            if renames {
                return Err(Broken::new(NAME, Rule::Immutable).into());
            }
            merge(&mut changed, properties);
            check(&changed)?;
            held[at].clone_from(&changed);
            changed
        }
        OpenEdit::Remove(name) => held.remove(place(&held, name).ok_or(OpenRefusal::NoSuchExtension)?),
    };
    let mut after = more.clone();
    match held.is_empty() {
        true => drop(after.remove(EXTENSIONS)),
        false => drop(after.insert(EXTENSIONS.to_owned(), held.into_iter().map(Value::Object).collect())),
    }
    Ok((after, written))
}

/// `com.example.roaming`: it stands in addresses.
fn check(extension: &Properties) -> Result<(), Broken> {
    let name = name_of(extension);
    check_text(NAME, name, LONGEST_NAME)?;
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')) {
        return Err(Broken::new(NAME, Rule::Bad("holds letters, digits and . _ -")));
    }
    if extension.contains_key("id") {
        return Err(Broken::new("id", Rule::Bad("is made from the extensionName")));
    }
    if extension.len() > MOST_MEMBERS {
        return Err(Broken::new(EXTENSIONS, Rule::TooMany(MOST_MEMBERS)));
    }
    let size = serde_json::to_vec(extension).map_or(usize::MAX, |text| text.len());
    if size > LARGEST { Err(Broken::new(EXTENSIONS, Rule::TooLong(LARGEST))) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn properties(value: Value) -> Properties {
        let Value::Object(properties) = value else { panic!("an object") };
        properties
    }

    fn roaming() -> Properties {
        properties(json!({ NAME: "com.example.roaming", "theme": "dark", "colour": null, "deep": { "x": [1] } }))
    }

    #[test]
    fn an_extension_is_added_changed_and_removed() {
        let (more, made) = edited(&Map::new(), &OpenEdit::Add(roaming())).expect("added");
        assert_eq!(Value::Object(made), json!({ NAME: "com.example.roaming", "theme": "dark", "deep": { "x": [1] } }));
        let again = edited(&more, &OpenEdit::Add(roaming()));
        assert_eq!(again, Err(Broken::new(NAME, Rule::Taken).into()));
        let change =
            OpenEdit::Change("COM.example.roaming".to_owned(), properties(json!({ "theme": null, "size": 3 })));
        let (more, changed) = edited(&more, &change).expect("changed");
        assert_eq!(Value::Object(changed), json!({ NAME: "com.example.roaming", "size": 3, "deep": { "x": [1] } }));
        let found = of(&more).into_iter().find(|held| is_named(held, "com.example.ROAMING"));
        assert_eq!(found.map(|held| &held["size"]), Some(&json!(3)));
        let (more, _) = edited(&more, &OpenEdit::Remove("com.example.roaming".to_owned())).expect("removed");
        assert_eq!(more, Map::new());
        let gone = edited(&more, &OpenEdit::Remove("com.example.roaming".to_owned()));
        assert_eq!(gone, Err(OpenRefusal::NoSuchExtension));
    }

    #[test]
    fn an_extension_has_a_name_and_a_size() {
        let refused = |value: Value| match edited(&Map::new(), &OpenEdit::Add(properties(value))) {
            Err(OpenRefusal::Broken(broken)) => broken.property,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(json!({ "theme": "dark" })), NAME);
        assert_eq!(refused(json!({ NAME: "a/b" })), NAME);
        assert_eq!(refused(json!({ NAME: "a", "id": "b" })), "id");
        assert_eq!(refused(json!({ NAME: "a", "x": "y".repeat(LARGEST) })), EXTENSIONS);
        let full = (0..MOST).fold(Map::new(), |more, at| {
            edited(&more, &OpenEdit::Add(properties(json!({ NAME: format!("a{at}") })))).expect("added").0
        });
        let one_more = edited(&full, &OpenEdit::Add(properties(json!({ NAME: "b" }))));
        assert_eq!(one_more, Err(Broken::new(EXTENSIONS, Rule::TooMany(MOST)).into()));
        let (renamed, change) = ("a1".to_owned(), properties(json!({ NAME: "b" })));
        let renamed = edited(&full, &OpenEdit::Change(renamed, change));
        assert_eq!(renamed, Err(Broken::new(NAME, Rule::Immutable).into()));
    }
}
