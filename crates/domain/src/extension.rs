//! What is added to the schema of directory objects (graph-api.md §2.5, §2.15).
//!
//! A *directory extension* is defined by an application and is one property, `extension_{appId}_{name}`. A *schema
//! extension* is one property of several members. Objects keep the values of both among their other properties; no
//! property of Graph's own has an underscore in its name, and every one of these has.

use crate::properties::{Broken, Properties, Rule, check_text};
use crate::time;
use mandate_base::{AppId, ObjectId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A directory extension, as its application defines it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtensionProperty {
    pub id: ObjectId,
    /// As objects bear it.
    pub name: String,
    pub data_type: DataType,
    #[serde(default)]
    pub is_multi_valued: bool,
    pub target_objects: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataType {
    Binary,
    Boolean,
    DateTime,
    Integer,
    LargeInteger,
    String,
}

/// A member of a schema extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaProperty {
    pub name: String,
    #[serde(rename = "type")]
    pub of: DataType,
}

/// Either of them, as a property that a caller names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    pub name: String,
    pub shape: Shape,
    /// `User`, `Group`: the kinds of objects that have it.
    pub targets: Vec<String>,
    /// It is read and no longer written.
    pub read_only: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    One(DataType),
    Many(DataType),
    Members(Vec<SchemaProperty>),
}

const LONGEST_NAME: usize = 100;
const LONGEST_TEXT: usize = 256;
/// Of bytes, in base64.
const LONGEST_BINARY: usize = 344;
const MOST_VALUES: usize = 100;
const MOST_DEFINED: usize = 100;
/// On one object, of all extensions together.
const MOST_ON_OBJECT: usize = 100;
const PREFIX: &str = "extension_";

const TARGETS: [&str; 6] = ["User", "Group", "Organization", "Device", "Application", "AdministrativeUnit"];

/// Whether a name can be one of these at all.
pub fn is_added(name: &str) -> bool {
    name.contains('_')
}

/// `extension_{appId without hyphens}_{name}`
pub fn full_name(app: AppId, name: &str) -> String {
    format!("{PREFIX}{}_{name}", app.to_string().replace('-', ""))
}

/// The application that defines a property of this name.
pub fn defined_by(full_name: &str) -> Option<AppId> {
    let head = full_name.get(..PREFIX.len()).filter(|head| head.eq_ignore_ascii_case(PREFIX))?;
    let (app, _) = full_name[head.len()..].split_once('_')?;
    let hex = app.len() == 32 && app.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| u128::from_str_radix(app, 16).ok().map(AppId::from_u128)).flatten()
}

/// Whether a kind of object, by its bare name, is among those that have one.
pub fn has_kind(targets: &[String], kind: &str) -> bool {
    targets.iter().any(|target| target.eq_ignore_ascii_case(kind))
}

impl ExtensionProperty {
    /// As its application calls it.
    pub fn bare_name(&self) -> &str {
        self.name.splitn(3, '_').nth(2).unwrap_or(&self.name)
    }
}

impl DataType {
    /// The value in the form that is kept. `None`: it is no value of this type.
    fn kept(self, value: &Value) -> Option<Value> {
        let fits = match (self, value) {
            (DataType::Boolean, Value::Bool(_)) => true,
            (DataType::Integer, Value::Number(number)) => {
                number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
            }
            (DataType::LargeInteger, Value::Number(number)) => number.is_i64(),
            (DataType::String, Value::String(text)) => text.chars().nth(LONGEST_TEXT).is_none(),
            (DataType::Binary, Value::String(text)) => is_base64(text) && text.len() <= LONGEST_BINARY,
            // Written in one way, so that they are compared as texts.
            (DataType::DateTime, Value::String(text)) => {
                return time::parse(text).map(|moment| Value::from(time::iso(moment)));
            }
            _ => false,
        };
        fits.then(|| value.clone())
    }

    pub fn word(self) -> &'static str {
        match self {
            DataType::Binary => "Binary",
            DataType::Boolean => "Boolean",
            DataType::DateTime => "DateTime",
            DataType::Integer => "Integer",
            DataType::LargeInteger => "LargeInteger",
            DataType::String => "String",
        }
    }

    pub(crate) fn of(word: &str) -> Option<DataType> {
        const ALL: [DataType; 6] = [
            DataType::Binary,
            DataType::Boolean,
            DataType::DateTime,
            DataType::Integer,
            DataType::LargeInteger,
            DataType::String,
        ];
        ALL.into_iter().find(|known| known.word() == word)
    }
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

impl Extension {
    /// Whether objects of a kind have it: `user` or `microsoft.graph.user`.
    pub fn is_of(&self, kind: &str) -> bool {
        has_kind(&self.targets, kind.rsplit('.').next().unwrap_or(kind))
    }

    /// A value as it is kept. Null takes it away.
    pub fn kept(&self, value: &Value) -> Result<Value, Broken> {
        let mistyped = || Broken::new(self.name.as_str(), Rule::Mistyped);
        if self.read_only && !value.is_null() {
            return Err(Broken::new(self.name.as_str(), Rule::Bad("belongs to a schema extension that is deprecated")));
        }
        match (&self.shape, value) {
            (_, Value::Null) => Ok(Value::Null),
            (Shape::One(of), value) => of.kept(value).ok_or_else(mistyped),
            (Shape::Many(_), Value::Array(values)) if values.len() > MOST_VALUES => {
                Err(Broken::new(self.name.as_str(), Rule::TooMany(MOST_VALUES)))
            }
            (Shape::Many(of), Value::Array(values)) => values
                .iter()
                .map(|value| of.kept(value))
                .collect::<Option<Vec<_>>>()
                .map(Value::Array)
                .ok_or_else(mistyped),
            (Shape::Members(known), Value::Object(members)) => self.kept_members(known, members),
            _ => Err(mistyped()),
        }
    }

    fn kept_members(&self, known: &[SchemaProperty], members: &Map<String, Value>) -> Result<Value, Broken> {
        let mut kept = Map::new();
        for (name, value) in members.iter().filter(|(name, _)| !name.contains('@')) {
            let broken = |rule| Broken::new(format!("{}/{name}", self.name), rule);
            let of = known.iter().find(|known| known.name == *name).ok_or_else(|| broken(Rule::Mistyped))?.of;
            let value = if value.is_null() { Some(Value::Null) } else { of.kept(value) };
            kept.insert(name.clone(), value.ok_or_else(|| broken(Rule::Mistyped))?);
        }
        Ok(Value::Object(kept))
    }
}

impl From<&ExtensionProperty> for Extension {
    fn from(defined: &ExtensionProperty) -> Extension {
        let of = if defined.is_multi_valued { Shape::Many } else { Shape::One };
        Extension {
            name: defined.name.clone(),
            shape: of(defined.data_type),
            targets: defined.target_objects.clone(),
            read_only: false,
        }
    }
}

/// How many values an object bears; only what grew is judged.
pub fn check_count(before: Option<&Map<String, Value>>, after: &Map<String, Value>) -> Result<(), Broken> {
    let count = |more: &Map<String, Value>| more.keys().filter(|name| is_added(name)).count();
    let (held, now) = (before.map_or(0, count), count(after));
    let Some(last) = after.keys().rfind(|name| is_added(name)).filter(|_| now > MOST_ON_OBJECT && now > held) else {
        return Ok(());
    };
    Err(Broken::new(last.as_str(), Rule::TooMany(MOST_ON_OBJECT)))
}

/// As a caller defines one, for an app that has `held` already.
pub fn define(
    id: ObjectId,
    app: AppId,
    held: &[ExtensionProperty],
    properties: &Properties,
) -> Result<ExtensionProperty, Broken> {
    let text = |name: &str| properties.get(name).and_then(Value::as_str);
    let name = text("name").unwrap_or("");
    check_name("name", name)?;
    let word = text("dataType").ok_or_else(|| Broken::new("dataType", Rule::Required))?;
    let defined = ExtensionProperty {
        id,
        name: full_name(app, name),
        data_type: DataType::of(word).ok_or_else(|| Broken::new("dataType", Rule::Mistyped))?,
        is_multi_valued: properties.get("isMultiValued").and_then(Value::as_bool).unwrap_or(false),
        target_objects: targets("targetObjects", properties, &TARGETS)?,
    };
    if held.iter().any(|held| held.name.eq_ignore_ascii_case(&defined.name)) {
        return Err(Broken::new("name", Rule::Taken));
    }
    if held.len() >= MOST_DEFINED {
        return Err(Broken::new("extensionProperties", Rule::TooMany(MOST_DEFINED)));
    }
    Ok(defined)
}

/// What stands in a name of its own: it becomes part of an address, of a claim and of a filter.
pub(crate) fn check_name(property: &str, name: &str) -> Result<(), Broken> {
    check_text(property, name, LONGEST_NAME)?;
    let proper = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if proper { Ok(()) } else { Err(Broken::new(property, Rule::Bad("holds letters, digits and _, a letter first"))) }
}

/// In the schema's spelling, each once.
pub(crate) fn targets(property: &str, properties: &Properties, known: &[&str]) -> Result<Vec<String>, Broken> {
    let named = properties.get(property).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut all: Vec<String> = Vec::new();
    for name in named {
        let name = name.as_str().unwrap_or("");
        let found = known.iter().find(|known| known.eq_ignore_ascii_case(name));
        let found = found.ok_or_else(|| Broken::new(property, Rule::Mistyped))?;
        if !all.iter().any(|target| target == found) {
            all.push((*found).to_owned());
        }
    }
    if all.is_empty() { Err(Broken::new(property, Rule::Required)) } else { Ok(all) }
}

#[cfg(test)]
#[path = "extension_tests.rs"]
mod tests;
