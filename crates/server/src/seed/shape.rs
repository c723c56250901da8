//! What a value may be: checks a tree against a table of properties, tells every misfit, and keeps what fits.
//!
//! Reading goes on after a misfit with what is left, so that one run finds them all; the seed is then refused anyway.
//! Next: `graph` for the tables.

use super::graph::EXTENSION;
use super::node::{Kind, Node};
use super::problems::{Hint, Problems, Shown};
use mandate_base::{Moment, ObjectId};
use mandate_domain::extension::defined_by;
use mandate_domain::time;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::HashSet;

#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Known and not modelled: kept as it stands.
    Any,
    /// Known, and read by a function of its own.
    Later,
    /// Known, and left out, whatever it holds.
    Dropped,
    Text,
    Flag,
    Whole,
    /// `api.requestedAccessTokenVersion`.
    OneOrTwo,
    Guid,
    When,
    OneOf(&'static [&'static str]),
    List(&'static Shape),
    Object(Properties),
}

/// Names, blanks between, by the shape of their values.
pub(super) type Properties = &'static [(Shape, &'static str)];

impl Shape {
    const fn word(self) -> &'static str {
        match self {
            Shape::Any | Shape::Later | Shape::Dropped => "value",
            Shape::Text | Shape::OneOf(_) => "text",
            Shape::Flag => "boolean",
            Shape::Whole => "whole number",
            Shape::OneOrTwo => "1 or 2",
            Shape::Guid => "GUID",
            Shape::When => "date and time",
            Shape::List(_) => "list",
            Shape::Object(_) => "object",
        }
    }
}

/// What of the node fits its shape; `None` for null, for what is left out or read elsewhere, and for misfits, which are
/// told.
pub(super) fn clean(node: &Node, shape: Shape, problems: &Problems<'_>) -> Option<Value> {
    match (shape, &node.kind) {
        (Shape::Later | Shape::Dropped, _) | (_, Kind::Null) => None,
        (Shape::Any, _) | (Shape::Text, Kind::Text(_)) | (Shape::Flag, Kind::Flag(_)) => Some(node.value()),
        (Shape::Whole, Kind::Number(number)) if number.is_i64() || number.is_u64() => Some(node.value()),
        (Shape::OneOrTwo, Kind::Number(number)) if matches!(number.as_u64(), Some(1 | 2)) => Some(node.value()),
        (Shape::Guid | Shape::When | Shape::OneOf(_), Kind::Text(text)) => {
            let misfit = misfit(text, shape);
            if let Some(misfit) = &misfit {
                problems.add(node, misfit);
            }
            misfit.is_none().then(|| Value::String(text.clone()))
        }
        (Shape::List(inner), Kind::List(items)) => {
            let fits = items.iter().filter_map(|item| match item.kind {
                Kind::Null => refuse(item, *inner, problems),
                _ => clean(item, *inner, problems),
            });
            Some(Value::Array(fits.collect()))
        }
        (Shape::Object(properties), Kind::Object(entries)) => {
            Some(Value::Object(clean_object(entries, properties, problems)))
        }
        _ => refuse(node, shape, problems),
    }
}

fn refuse(node: &Node, shape: Shape, problems: &Problems<'_>) -> Option<Value> {
    problems.add(node, format_args!("expected {}, found {}", shape.word(), node.word()));
    None
}

fn misfit(text: &str, shape: Shape) -> Option<String> {
    let fits = match shape {
        Shape::Guid => ObjectId::parse(text).is_ok(),
        Shape::When => time::parse(text).is_some(),
        Shape::OneOf(words) if words.contains(&text) => true,
        Shape::OneOf(words) => {
            let hint = Hint { word: text, names: words.iter().copied() };
            return Some(format!("expected one of {}, found {}{hint}", words.join(", "), Shown(text)));
        }
        _ => true,
    };
    (!fits).then(|| format!("expected {}, found {}", shape.word(), Shown(text)))
}

fn clean_object(entries: &[(String, Node)], properties: Properties, problems: &Problems<'_>) -> Map<String, Value> {
    let (mut kept, mut seen) = (Map::new(), HashSet::new());
    for (key, node) in entries {
        // Annotations of an export: `@odata.type`, `members@odata.context`.
        if key.contains("@odata") {
            continue;
        }
        if !seen.insert(key.as_str()) {
            problems.add(node, "stands twice in the same object");
            continue;
        }
        let Some(shape) = shape_of(key, properties) else {
            problems.add(node, format_args!("no such property{}", Hint { word: key, names: names(properties) }));
            continue;
        };
        if let Some(value) = clean(node, shape, problems) {
            kept.insert(key.clone(), value);
        }
    }
    kept
}

fn shape_of(key: &str, properties: Properties) -> Option<Shape> {
    let key = if defined_by(key).is_some() { EXTENSION } else { key };
    let named = |(_, names): &&(Shape, &str)| names.split_ascii_whitespace().any(|name| name == key);
    properties.iter().find(named).map(|(shape, _)| *shape)
}

fn names(properties: Properties) -> impl Iterator<Item = &'static str> + Clone {
    properties.iter().flat_map(|(_, names)| names.split_ascii_whitespace())
}

/// A list that is read item by item; nothing when it is absent.
pub(super) fn items<'t>(node: &'t Node, key: &str, problems: &Problems<'_>) -> &'t [Node] {
    match node.get(key) {
        Some(Node { kind: Kind::List(items), .. }) => items,
        Some(other) => {
            problems.add(other, format_args!("expected list, found {}", other.word()));
            &[]
        }
        None => &[],
    }
}

/// Values that fit their table, as a noun of the domain.
pub(super) fn noun<T: DeserializeOwned + Default>(value: Value, node: &Node, problems: &Problems<'_>) -> T {
    serde_json::from_value(value).unwrap_or_else(|err| {
        problems.add(node, format_args!("cannot be read: {err}"));
        T::default()
    })
}

/// One object of the file: what of its properties fits, to be taken out one by one.
pub(super) struct Fields<'t> {
    pub node: &'t Node,
    values: Map<String, Value>,
}

impl<'t> Fields<'t> {
    pub fn read(node: &'t Node, properties: Properties, problems: &Problems<'_>) -> Fields<'t> {
        let shape = Shape::Object(properties);
        let value = match node.kind {
            Kind::Null => refuse(node, shape, problems),
            _ => clean(node, shape, problems),
        };
        let values = match value {
            Some(Value::Object(values)) => values,
            _ => Map::new(),
        };
        Fields { node, values }
    }

    /// Where to tell a problem of a property: there, or at the whole object when it is absent.
    pub fn at(&self, key: &str) -> &'t Node {
        self.node.get(key).unwrap_or(self.node)
    }

    pub fn take(&mut self, key: &str) -> Option<Value> {
        self.values.remove(key)
    }

    pub fn text(&mut self, key: &str) -> Option<String> {
        match self.take(key) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub fn flag(&mut self, key: &str) -> Option<bool> {
        self.take(key).and_then(|value| value.as_bool())
    }

    pub fn id<T: From<ObjectId>>(&mut self, key: &str) -> Option<T> {
        self.text(key).and_then(|text| ObjectId::parse(&text).ok()).map(T::from)
    }

    pub fn when(&mut self, key: &str) -> Option<Moment> {
        self.text(key).and_then(|text| time::parse(&text))
    }

    pub fn texts(&mut self, key: &str) -> Vec<String> {
        let Some(Value::Array(values)) = self.take(key) else { return Vec::new() };
        values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Tells when a property is absent; one of the wrong shape was told already.
    pub fn need(&self, key: &str, problems: &Problems<'_>) -> Option<&'t Node> {
        let found = self.node.get(key);
        if found.is_none() && matches!(self.node.kind, Kind::Object(_)) {
            problems.add(self.node, format_args!("{key} is missing"));
        }
        found
    }

    /// Text that must be there and not be blank.
    pub fn need_text(&mut self, key: &str, problems: &Problems<'_>) -> Option<String> {
        let at = self.need(key, problems)?;
        let text = self.text(key)?;
        if text.trim().is_empty() {
            problems.add(at, "is empty");
            return None;
        }
        Some(text)
    }

    /// In the place of a name that is missing; no two are the same.
    pub fn stand_in(&self) -> String {
        format!("#{}", self.node.place)
    }

    pub fn need_id<T: From<ObjectId>>(&mut self, key: &str, problems: &Problems<'_>) -> Option<T> {
        self.need(key, problems)?;
        self.id(key)
    }

    /// Everything that was not taken.
    pub fn rest(self) -> Map<String, Value> {
        self.values
    }
}
