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

    pub async fn by(&self, method: Method, path: &str) -> GraphReply {
        self.send(Ask::get(path).by(method)).await
    }

    async fn send(&self, ask: Ask) -> GraphReply {
        let ask = match &self.token {
            Some(token) => ask.header("authorization", &format!("Bearer {token}")),
            None => ask,
        };
        let reply = self.world.send(ask).await;
        GraphReply { status: reply.status, headers: reply.headers.clone(), json: reply.json() }
    }
}

impl GraphReply {
    /// Something must have been found.
    pub fn found(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.json);
        self.json
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
