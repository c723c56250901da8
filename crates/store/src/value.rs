//! Values on their way to and from a statement: the three types that both backends share.

use crate::Fault;
use mandate_base::{Moment, ObjectId};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<i64> for Value {
    fn from(int: i64) -> Value {
        Value::Int(int)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Int(i64::from(truth))
    }
}

impl From<Moment> for Value {
    fn from(moment: Moment) -> Value {
        Value::Int(moment.millis())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        clean(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        clean(text)
    }
}

/// PostgreSQL's text holds no zero byte; one that somebody typed must not become a fault of ours.
fn clean(text: String) -> Value {
    Value::Text(if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text })
}

impl From<&[u8; 32]> for Value {
    fn from(hash: &[u8; 32]) -> Value {
        Value::Bytes(hash.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// Ids are sixteen bytes on disk.
pub fn id(id: impl Into<ObjectId>) -> Value {
    Value::Bytes(id.into().bytes().to_vec())
}

/// An id that may be absent where it is part of a unique key: no bytes instead of NULL, which is equal to nothing.
pub fn id_or_none(id: Option<impl Into<ObjectId>>) -> Value {
    Value::Bytes(id.map_or_else(Vec::new, |id| id.into().bytes().to_vec()))
}

/// One row of an answer.
#[derive(Debug)]
pub struct Row(pub Vec<Value>);

impl Row {
    fn bad(place: usize, found: &Value) -> Fault {
        // Its kind only: the value may be a password's hash, and this goes to the log.
        let kind = match found {
            Value::Null => "nothing",
            Value::Int(_) => "a number",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
        };
        Fault::new("reading a row", format!("column {place} holds {kind}"))
    }

    /// The columns behind the first `count`, of a row that holds two objects.
    pub fn after(&self, count: usize) -> Row {
        Row(self.0.get(count..).unwrap_or_default().to_vec())
    }

    fn at(&self, place: usize) -> &Value {
        self.0.get(place).unwrap_or(&Value::Null)
    }

    pub fn int(&self, place: usize) -> Result<i64, Fault> {
        match self.at(place) {
            Value::Int(int) => Ok(*int),
            other => Err(Row::bad(place, other)),
        }
    }

    pub fn truth(&self, place: usize) -> Result<bool, Fault> {
        Ok(self.int(place)? != 0)
    }

    pub fn moment(&self, place: usize) -> Result<Moment, Fault> {
        self.int(place).map(Moment::from_millis)
    }

    pub fn moment_or_none(&self, place: usize) -> Result<Option<Moment>, Fault> {
        if *self.at(place) == Value::Null { Ok(None) } else { self.moment(place).map(Some) }
    }

    pub fn text(&self, place: usize) -> Result<String, Fault> {
        match self.at(place) {
            Value::Text(text) => Ok(text.clone()),
            other => Err(Row::bad(place, other)),
        }
    }

    pub fn text_or_none(&self, place: usize) -> Result<Option<String>, Fault> {
        if *self.at(place) == Value::Null { Ok(None) } else { self.text(place).map(Some) }
    }

    pub fn bytes(&self, place: usize) -> Result<&[u8], Fault> {
        match self.at(place) {
            Value::Bytes(bytes) => Ok(bytes),
            other => Err(Row::bad(place, other)),
        }
    }

    pub fn hash(&self, place: usize) -> Result<[u8; 32], Fault> {
        self.bytes(place)?.try_into().map_err(|_| Row::bad(place, self.at(place)))
    }

    pub fn id<T: From<ObjectId>>(&self, place: usize) -> Result<T, Fault> {
        let bytes = self.bytes(place)?.try_into().map_err(|_| Row::bad(place, self.at(place)))?;
        Ok(ObjectId::from_bytes(bytes).into())
    }

    pub fn id_or_none<T: From<ObjectId>>(&self, place: usize) -> Result<Option<T>, Fault> {
        match self.at(place) {
            Value::Null => Ok(None),
            Value::Bytes(bytes) if bytes.is_empty() => Ok(None),
            _ => self.id(place).map(Some),
        }
    }

    pub fn json<T: serde::de::DeserializeOwned>(&self, place: usize) -> Result<T, Fault> {
        match self.at(place) {
            Value::Text(text) => serde_json::from_str(text).map_err(Fault::while_doing("reading a stored object")),
            other => Err(Row::bad(place, other)),
        }
    }
}

/// Rows are written by us, so a value that cannot be turned to JSON is a bug; it still must not panic.
pub fn json(value: &impl serde::Serialize) -> Result<Value, Fault> {
    serde_json::to_string(value).map(Value::Text).map_err(Fault::while_doing("writing an object"))
}
