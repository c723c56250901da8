//! An app at the token endpoint, with what its library would send.

use crate::app::{App, VERIFIER};
use crate::wire::{Ask, Pairs, Reply, refusal};
use crate::world::World;
use http::HeaderMap;
use serde_json::Value;

#[derive(Clone, Copy)]
pub struct Client<'w> {
    pub world: &'w World,
    pub app: App,
}

/// What the token endpoint answered.
#[derive(Clone, Debug)]
pub struct TokenReply {
    pub status: u16,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Client<'_> {
    fn proven(&self, grant: &str) -> Pairs {
        let pairs = Pairs::of(&[("client_id", self.app.id), ("grant_type", grant)]);
        match self.app.secret {
            Some(secret) => pairs.and("client_secret", secret),
            None => pairs,
        }
    }

    /// The request that redeems a code, not sent yet.
    pub fn redeeming(&self, code: &str) -> Pairs {
        let pairs = self.proven("authorization_code").and("code", code).and("redirect_uri", self.app.redirect);
        if self.app.pkce { pairs.and("code_verifier", VERIFIER) } else { pairs }
    }

    pub fn refreshing(&self, token: &str) -> Pairs {
        self.proven("refresh_token").and("refresh_token", token)
    }

    pub fn asking_for_itself(&self, scope: &str) -> Pairs {
        self.proven("client_credentials").and("scope", scope)
    }

    pub fn with_password(&self, upn: &str, password: &str, scope: &str) -> Pairs {
        self.proven("password").and("username", upn).and("password", password).and("scope", scope)
    }

    /// A device asks for a code.
    pub async fn ask_for_device(&self, tenant: &str, scope: &str) -> TokenReply {
        let pairs = Pairs::of(&[("client_id", self.app.id), ("scope", scope)]);
        TokenReply::of(&self.world.send(Ask::form(format!("/{tenant}/oauth2/v2.0/devicecode"), &pairs)).await)
    }

    /// And asks whether somebody has answered.
    pub fn polling(&self, device_code: &str) -> Pairs {
        self.proven("urn:ietf:params:oauth:grant-type:device_code").and("device_code", device_code)
    }

    pub async fn poll(&self, device_code: &str) -> TokenReply {
        self.send(&self.polling(device_code)).await
    }

    /// On behalf of whoever called this app with `token`.
    pub fn on_behalf(&self, token: &str, scope: &str) -> Pairs {
        self.proven("urn:ietf:params:oauth:grant-type:jwt-bearer")
            .and("requested_token_use", "on_behalf_of")
            .and("assertion", token)
            .and("scope", scope)
    }

    pub async fn redeem(&self, code: &str) -> TokenReply {
        self.send(&self.redeeming(code)).await
    }

    pub async fn refresh(&self, token: &str) -> TokenReply {
        self.send(&self.refreshing(token)).await
    }

    /// A refresh for what `scope` says.
    pub async fn refresh_for(&self, token: &str, scope: &str) -> TokenReply {
        self.send(&self.refreshing(token).and("scope", scope)).await
    }

    pub async fn client_credentials(&self, scope: &str) -> TokenReply {
        self.send(&self.asking_for_itself(scope)).await
    }

    /// At its own tenant's endpoint, by a script where the app is a page.
    pub async fn send(&self, pairs: &Pairs) -> TokenReply {
        self.send_to(self.app.tenant, pairs).await
    }

    pub async fn send_to(&self, tenant: &str, pairs: &Pairs) -> TokenReply {
        self.send_at(&format!("/{tenant}/oauth2/v2.0/token"), pairs).await
    }

    /// At the older endpoint.
    pub async fn send_v1(&self, pairs: &Pairs) -> TokenReply {
        self.send_at(&format!("/{}/oauth2/token", self.app.tenant), pairs).await
    }

    async fn send_at(&self, path: &str, pairs: &Pairs) -> TokenReply {
        let ask = Ask::form(path, pairs);
        let ask = match self.app.origin {
            Some(origin) => ask.header("origin", origin),
            None => ask,
        };
        TokenReply::of(&self.world.send(ask).await)
    }
}

impl TokenReply {
    pub fn of(reply: &Reply) -> TokenReply {
        assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"), "{}", reply.text());
        assert_eq!(reply.header("cache-control"), Some("no-store, no-cache"));
        TokenReply { status: reply.status, headers: reply.headers.clone(), json: reply.json() }
    }

    /// Tokens must have come.
    pub fn granted(self) -> TokenReply {
        assert_eq!(self.status, 200, "{}", self.json);
        self
    }

    /// Status, OAuth word and number of a refusal.
    pub fn refusal(&self) -> (u16, &str, u64) {
        let (error, code) = refusal(&self.json);
        (self.status, error, code)
    }

    pub fn suberror(&self) -> Option<&str> {
        self.json["suberror"].as_str()
    }

    fn text(&self, name: &str) -> &str {
        self.json[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.json))
    }

    pub fn access(&self) -> &str {
        self.text("access_token")
    }

    pub fn refresh(&self) -> &str {
        self.text("refresh_token")
    }

    pub fn id_token(&self) -> &str {
        self.text("id_token")
    }

    pub fn has(&self, name: &str) -> bool {
        self.json.get(name).is_some()
    }

    /// The words of `scope`, in order of name.
    pub fn scopes(&self) -> Vec<&str> {
        let mut scopes: Vec<&str> = self.text("scope").split(' ').collect();
        scopes.sort_unstable();
        scopes
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
