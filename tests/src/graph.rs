//! Calls of Graph with one token.

use crate::wire::Ask;
use crate::world::World;
use http::{HeaderMap, Method};
use serde_json::Value;

pub struct Graph<'w> {
    pub world: &'w World,
    pub token: Option<String>,
}

#[derive(Clone, Debug)]
pub struct GraphReply {
    pub status: u16,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Graph<'_> {
    pub async fn get(&self, path: &str) -> GraphReply {
        self.send(Ask::get(path)).await
    }

    /// With the header that opens counts and searches.
    pub async fn eventually(&self, path: &str) -> GraphReply {
        self.send(Ask::get(path).header("consistencylevel", "eventual")).await
    }

    /// A write, with its body.
    pub async fn write(&self, method: Method, path: &str, body: &Value) -> GraphReply {
        self.send(Ask::post(path, Some("application/json"), body.to_string()).by(method)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> GraphReply {
        self.write(Method::POST, path, body).await
    }

    pub async fn by(&self, method: Method, path: &str) -> GraphReply {
        self.send(Ask::get(path).by(method)).await
    }

    async fn send(&self, ask: Ask) -> GraphReply {
        let ask = match &self.token {
            Some(token) => ask.header("authorization", &format!("Bearer {token}")),
            None => ask,
        };
        let reply = self.world.send(ask).await;
        let json = if reply.status == 204 { Value::Null } else { reply.json() };
        GraphReply { status: reply.status, headers: reply.headers.clone(), json }
    }
}

impl GraphReply {
    /// Something must have been found.
    pub fn found(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.json);
        self.json
    }

    /// Something must have been made.
    pub fn made(self) -> Value {
        assert_eq!(self.status, 201, "{}", self.json);
        self.json
    }

    /// It must have been done, without a word.
    pub fn done(self) {
        assert_eq!((self.status, &self.json), (204, &Value::Null));
        assert_eq!(self.header("content-type"), None);
    }

    /// Status and code of a refusal.
    pub fn refusal(&self) -> (u16, &str) {
        let code = self.json["error"]["code"].as_str();
        (self.status, code.unwrap_or_else(|| panic!("no refusal: {} {}", self.status, self.json)))
    }

    /// Which half of the decision failed.
    pub fn reason(&self) -> Option<&str> {
        self.json["error"]["innerError"]["reason"].as_str()
    }

    pub fn explanation(&self) -> &Value {
        &self.json["error"]["innerError"]["explanation"]
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
