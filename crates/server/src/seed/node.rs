//! Text to a tree that remembers the order of the file, so that errors can be told in that order.
//!
//! Never: a property name or a rule. Each node knows its place, a number that grows with the text; its path is found
//! from the place when somebody asks. Next: `shape` for what a node may be.

use super::problems::Shown;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt::{self, Write};

const MAX_BYTES: usize = 64 << 20;
const MAX_DEPTH: u8 = 64;
/// An alias of YAML is read again at each use, so a short text can mean a long one.
const MAX_NODES: u32 = 8_000_000;

pub(super) struct Node {
    pub place: u32,
    pub kind: Kind,
}

pub(super) enum Kind {
    Null,
    Flag(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file; a name may stand twice, which `shape` refuses.
    Object(Vec<(String, Node)>),
}

/// JSON when the first character that is not blank is `{`, YAML otherwise.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    if text.len() > MAX_BYTES {
        return Err(format!("a seed file may hold {} MiB, this one is larger", MAX_BYTES >> 20));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let count = Cell::new(0);
    let reader = Reader { depth: 0, count: &count };
    if text.trim_start().starts_with('{') {
        let mut json = serde_json::Deserializer::from_str(text);
        let node = reader.deserialize(&mut json).and_then(|node| json.end().map(|()| node));
        node.map_err(|err| format!("cannot be read as JSON: {err}"))
    } else {
        let yaml = serde_yaml_ng::Deserializer::from_str(text);
        reader.deserialize(yaml).map_err(|err| format!("cannot be read as YAML: {err}"))
    }
}

impl Node {
    /// A property that is there and not null: Graph writes null for what is not set.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Kind::Object(entries) = &self.kind else { return None };
        let found = entries.iter().find(|(name, _)| name == key).map(|(_, node)| node);
        found.filter(|node| !matches!(node.kind, Kind::Null))
    }

    /// Nothing when it is no list; that was told by whoever checked its shape.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn word(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Flag(_) => "boolean",
            Kind::Number(_) => "number",
            Kind::Text(_) => "text",
            Kind::List(_) => "list",
            Kind::Object(_) => "object",
        }
    }

    /// As it stands, without the properties that are null.
    pub fn value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Flag(flag) => Value::Bool(*flag),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::List(items) => Value::Array(items.iter().map(Node::value).collect()),
            Kind::Object(entries) => {
                let set = entries.iter().filter(|(_, node)| !matches!(node.kind, Kind::Null));
                Value::Object(set.map(|(key, node)| (key.clone(), node.value())).collect::<Map<_, _>>())
            }
        }
    }

    /// The way from this node, the root, to the one at `place`: `tenants[0].users[3].mail`.
    pub fn path(&self, place: u32) -> String {
        let (mut path, mut node) = (String::new(), self);
        while node.place < place {
            let Some(next) = node.step_to(place, &mut path) else { break };
            node = next;
        }
        path
    }

    /// Places grow with the text, so the child on the way is the last one that does not begin behind `place`.
    fn step_to(&self, place: u32, path: &mut String) -> Option<&Node> {
        match &self.kind {
            Kind::List(items) => {
                let at = items.partition_point(|item| item.place <= place).checked_sub(1)?;
                let _ = write!(path, "[{at}]");
                items.get(at)
            }
            Kind::Object(entries) => {
                let at = entries.partition_point(|(_, node)| node.place <= place).checked_sub(1)?;
                let (key, node) = entries.get(at)?;
                push_key(key, path);
                Some(node)
            }
            _ => None,
        }
    }
}

fn push_key(key: &str, path: &mut String) {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '@' | '$');
    if key.is_empty() || key.len() > 64 || !key.chars().all(plain) {
        let _ = write!(path, "[{}]", Shown(key));
        return;
    }
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

/// Reads one value, at a depth, and numbers it.
#[derive(Clone, Copy)]
struct Reader<'a> {
    depth: u8,
    count: &'a Cell<u32>,
}

impl Reader<'_> {
    fn number<E: Error>(&self) -> Result<u32, E> {
        let place = self.count.get();
        if place >= MAX_NODES {
            return Err(E::custom(format_args!("more than {MAX_NODES} values")));
        }
        self.count.set(place + 1);
        Ok(place)
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Reader { depth: self.depth + 1, ..self })
    }

    fn node<E: Error>(&self, kind: Kind) -> Result<Node, E> {
        Ok(Node { place: self.number::<E>()?, kind })
    }
}

/// No store keeps a NUL in text, and no name needs one.
fn refuse_nul<E: Error>(text: &str) -> Result<(), E> {
    if text.contains('\0') { Err(E::custom("text may not hold a NUL character")) } else { Ok(()) }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Node, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without a tag")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        self.node(Kind::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Node, E> {
        self.node(Kind::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Node, E> {
        self.node(Kind::Flag(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Node, E> {
        self.node(Kind::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Node, E> {
        self.node(Kind::Number(number.into()))
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<Node, E> {
        self.visit_f64(number as f64)
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<Node, E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Node, E> {
        let number = Number::from_f64(number).ok_or_else(|| E::custom("a number must be finite"))?;
        self.node(Kind::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        refuse_nul::<E>(text)?;
        self.node(Kind::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Node, A::Error> {
        let (place, inside) = (self.number::<A::Error>()?, self.deeper::<A::Error>()?);
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(inside)? {
            items.push(item);
        }
        Ok(Node { place, kind: Kind::List(items) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Node, A::Error> {
        let (place, inside) = (self.number::<A::Error>()?, self.deeper::<A::Error>()?);
        let mut entries = Vec::new();
        while let Some(key) = from.next_key::<String>()? {
            refuse_nul::<A::Error>(&key)?;
            entries.push((key, from.next_value_seed(inside)?));
        }
        Ok(Node { place, kind: Kind::Object(entries) })
    }
}
