//! Calls of Graph with one token.

use crate::app::{App, COMMAND_LINE, EXPORT};
use crate::shapes;
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

impl World {
    /// What a person may do, with a client that stands in nobody's way.
    pub async fn as_person(&self, upn: &str) -> Graph<'_> {
        let tokens = self.tokens(COMMAND_LINE, upn, "https://graph.microsoft.com/.default").await;
        self.graph(tokens.access())
    }

    /// The same, of somebody with a password of their own.
    pub async fn as_person_with(&self, upn: &str, password: &str) -> Graph<'_> {
        let mut browser = self.browser();
        let asked = COMMAND_LINE.ask("https://graph.microsoft.com/.default");
        browser.authorize(COMMAND_LINE.tenant, &asked).await.page("signin");
        let code = browser.sign_in_with(upn, password).await.answer().code();
        let tokens = self.client(COMMAND_LINE).redeem(&code).await.granted();
        self.graph(tokens.access())
    }

    /// What an app may do that calls for itself.
    pub async fn as_app(&self, app: App) -> Graph<'_> {
        let tokens = self.client(app).client_credentials("https://graph.microsoft.com/.default").await.granted();
        self.graph(tokens.access())
    }

    /// The sample, where the nightly export holds these application permissions of Graph, too.
    pub async fn where_export_may(permissions: &[&str]) -> World {
        World::with(|tenant| {
            let held = tenant["appRoleAssignments"].as_array_mut().expect("the sample has some");
            held.extend(permissions.iter().map(|permission| {
                serde_json::json!({
                    "principalId": EXPORT.id,
                    "resourceId": "00000003-0000-0000-c000-000000000000",
                    "appRole": permission,
                })
            }));
        })
        .await
    }
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

    pub async fn patch(&self, path: &str, body: &Value) -> GraphReply {
        self.write(Method::PATCH, path, body).await
    }

    pub async fn delete(&self, path: &str) -> GraphReply {
        self.by(Method::DELETE, path).await
    }

    /// All that a list holds, page by page.
    pub async fn every(&self, path: &str) -> Vec<Value> {
        let (mut seen, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let page = self.eventually(&path).await.found();
            seen.extend(page["value"].as_array().expect("a list").iter().cloned());
            let link =
                page["@odata.nextLink"].as_str().map(|link| link.strip_prefix("https://mandate.test").expect("ours"));
            next = link.map(str::to_owned);
        }
        seen
    }

    /// One more reference of a relation.
    pub async fn refer(&self, path: &str, id: &str) -> GraphReply {
        let address = format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}");
        self.post(&format!("{path}/$ref"), &serde_json::json!({ "@odata.id": address })).await
    }

    /// With `Prefer: create-if-missing`.
    pub async fn upsert(&self, path: &str, body: &Value) -> GraphReply {
        let ask = Ask::post(path, Some("application/json"), body.to_string()).by(Method::PATCH);
        self.send(ask.header("prefer", "create-if-missing")).await
    }

    pub async fn by(&self, method: Method, path: &str) -> GraphReply {
        self.send(Ask::get(path).by(method)).await
    }

    pub async fn send(&self, ask: Ask) -> GraphReply {
        let ask = match &self.token {
            Some(token) => ask.header("authorization", &format!("Bearer {token}")),
            None => ask,
        };
        let target = ask.target.clone();
        // Boxed: a test of many calls keeps room for each of them on its stack.
        let reply = Box::pin(self.world.send(ask)).await;
        // A count is a number, and a bare property whatever it is.
        let bare = reply.header("content-type").is_some_and(|kind| kind.starts_with("text/plain"));
        let json = match reply.status {
            204 => Value::Null,
            _ if bare => serde_json::from_slice(&reply.body).unwrap_or_else(|_| reply.text().into()),
            _ => reply.json(),
        };
        if target.starts_with("/v1.0") {
            shapes::check(&target, &json);
        }
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

    /// Its id.
    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_else(|| panic!("no id: {} {}", self.status, self.json)).to_owned()
    }

    pub fn message(&self) -> &str {
        self.json["error"]["message"].as_str().unwrap_or("")
    }

    /// The names of a collection's objects, sorted.
    pub fn names(self) -> Vec<String> {
        let found = self.found();
        let value = found["value"].as_array().unwrap_or_else(|| panic!("no collection: {found}"));
        let mut names: Vec<String> =
            value.iter().filter_map(|one| one["displayName"].as_str()).map(str::to_owned).collect();
        names.sort_unstable();
        names
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
