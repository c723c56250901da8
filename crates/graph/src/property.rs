//! Properties: which a kind of object has, which are shown, and how they are read.

use crate::errors::Refusal;
use crate::extensions;
use crate::schema;
use mandate_base::ObjectId;
use mandate_decide::View;
use mandate_domain::extension::{Extension, is_added};
use mandate_domain::query::Condition;
use mandate_odata::Select;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A kind of object, as Graph's schema knows it (graph-types.tsv, graph-query-support.tsv).
pub(crate) struct Kind {
    pub name: &'static str,
    /// The entity set that `@odata.context` names.
    pub set: &'static str,
    pub properties: &'static [Property],
}

impl Kind {
    /// Whether who sees only the basic set sees this one, by its path.
    fn is_basic(&self, path: &str) -> bool {
        let name = path.split('/').next().unwrap_or(path);
        self.properties.iter().any(|property| property.basic && property.name.eq_ignore_ascii_case(name))
    }

    /// Who sees only the basic set is told nothing of the rest by what is found, either.
    pub fn may_ask(&self, condition: Option<&Condition>, view: View) -> Result<(), Refusal> {
        let (Some(condition), View::Basic) = (condition, view) else { return Ok(()) };
        match condition.properties().find(|path| !self.is_basic(path)) {
            Some(hidden) => Err(Refusal::OutOfView(hidden.to_owned())),
            None => Ok(()),
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Property {
    pub name: &'static str,
    source: Source,
    /// Shown when nothing is selected.
    default: bool,
    /// Shown to who may see the basic set only.
    basic: bool,
    /// A collection: empty where another property is null.
    many: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A value of its own in the object.
    Column,
    /// Among those that are kept as they were set.
    More,
    /// Always null here: it is write-only, or its own permission opens it, which nothing here asks.
    Withheld,
}

pub(crate) const fn column(name: &'static str) -> Property {
    Property { name, source: Source::Column, default: false, basic: false, many: false }
}

pub(crate) const fn more(name: &'static str) -> Property {
    Property { source: Source::More, ..column(name) }
}

/// A collection, kept as it was set.
pub(crate) const fn many(name: &'static str) -> Property {
    Property { many: true, ..more(name) }
}

pub(crate) const fn withheld(name: &'static str) -> Property {
    Property { source: Source::Withheld, ..column(name) }
}

impl Property {
    pub const fn default(self) -> Property {
        Property { default: true, ..self }
    }

    pub const fn basic(self) -> Property {
        Property { basic: true, ..self }
    }
}

/// An object that can be shown.
pub(crate) trait Entity {
    const KIND: &'static Kind;

    fn id(&self) -> ObjectId;

    /// The value of a [`Source::Column`] property. A name that is none of them is null; a test walks the table.
    fn column(&self, name: &str) -> Value;

    fn more(&self, name: &str) -> Option<&Value>;

    /// The value of a [`Source::More`] property: what was set, unless the kind says more.
    fn told(&self, name: &str) -> Value {
        self.more(name).cloned().unwrap_or(Value::Null)
    }
}

/// What `$select` asks for, in the schema's spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    Default,
    All,
    Names(Vec<Cow<'static, str>>),
}

impl Selection {
    /// In a collection of several kinds, a name must be one of any of them, or of what is added to one (`extensions`).
    pub fn of(
        select: Option<&Select>,
        kinds: &[&'static Kind],
        extensions: &[Extension],
    ) -> Result<Selection, Refusal> {
        let names = match select {
            None => return Ok(Selection::Default),
            Some(Select::All) => return Ok(Selection::All),
            Some(Select::Names(names)) => names,
        };
        let mut chosen = Vec::new();
        for name in names {
            let mut all = kinds.iter().flat_map(|kind| kind.properties);
            let own = all.find(|property| property.name.eq_ignore_ascii_case(name)).map(|own| Cow::Borrowed(own.name));
            let known = own.or_else(|| added(name, kinds, extensions).map(Cow::Owned));
            if known.is_none() && kinds.iter().any(|kind| is_relation(kind, name)) {
                // It comes by `$expand`, or not at all.
                continue;
            }
            let known = known.ok_or_else(|| Refusal::NoSuchProperty { property: name.clone(), kind: named(kinds) })?;
            if !chosen.contains(&known) {
                chosen.push(known);
            }
        }
        Ok(Selection::Names(chosen))
    }

    fn has(&self, name: &str) -> bool {
        matches!(self, Selection::Names(names) if names.iter().any(|known| known == name))
    }

    /// `#users(id,displayName)`: the part in parentheses.
    pub fn in_context(&self) -> String {
        match self {
            Selection::Default | Selection::All => String::new(),
            Selection::Names(names) if names.is_empty() => String::new(),
            Selection::Names(names) => format!("({})", names.join(",")),
        }
    }
}

fn is_relation(kind: &Kind, name: &str) -> bool {
    let of = kind.name.trim_start_matches("microsoft.graph.");
    schema::member(of, name).is_some_and(|member| member.navigation)
}

fn added(name: &str, kinds: &[&'static Kind], extensions: &[Extension]) -> Option<String> {
    let found = kinds.iter().find_map(|kind| extensions::of_kind(extensions, name, kind.name));
    found.map(|extension| extension.name.clone())
}

fn named(kinds: &[&'static Kind]) -> &'static str {
    match kinds {
        [kind] => kind.name,
        _ => "microsoft.graph.directoryObject",
    }
}

/// What is out of view is left out, unless it was asked for by name: then it is null. An extension comes only by its
/// name, and only where it has a value (graph-api.md §2.15).
pub(crate) fn shown<E: Entity>(entity: &E, selection: &Selection, view: View) -> Map<String, Value> {
    let mut map = Map::new();
    for property in E::KIND.properties {
        let in_view = view == View::Full || property.basic;
        let wanted = match selection {
            Selection::Default => property.default && in_view,
            Selection::All => in_view,
            Selection::Names(_) => selection.has(property.name),
        };
        if wanted {
            map.insert(property.name.to_owned(), if in_view { value(entity, property) } else { Value::Null });
        }
    }
    if let Selection::Names(names) = selection
        && view == View::Full
    {
        let added = names.iter().filter(|name| is_added(name));
        map.extend(added.filter_map(|name| Some((name.clone().into_owned(), entity.more(name)?.clone()))));
    }
    map
}

/// An object that the caller may know to be there, and nothing else of it (graph-api.md §1.2).
pub(crate) fn bare(kind: &Kind, id: ObjectId, selection: &Selection) -> Map<String, Value> {
    let mut map = Map::new();
    let own = kind.properties.iter().filter(|property| selection.has(property.name));
    map.extend(own.map(|property| (property.name.to_owned(), Value::Null)));
    map.insert("id".to_owned(), Value::from(id.to_string()));
    map
}

fn value<E: Entity>(entity: &E, property: &Property) -> Value {
    let found = match property.source {
        Source::Column => entity.column(property.name),
        Source::More => entity.told(property.name),
        Source::Withheld => Value::Null,
    };
    if found.is_null() && property.many { Value::Array(Vec::new()) } else { found }
}

#[cfg(test)]
#[path = "property_tests.rs"]
mod tests;
