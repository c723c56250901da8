//! The applications of the sample organisation, as the person who wrote one would configure its library.

use crate::people::{WATERKANT, ZONNEBEL};
use crate::wire::Pairs;
use mandate_base::AppId;
use mandate_jose::hash::pkce_s256;

#[derive(Clone, Copy, Debug)]
pub struct App {
    pub id: &'static str,
    /// The tenant whose endpoints it uses.
    pub tenant: &'static str,
    pub secret: Option<&'static str>,
    pub redirect: &'static str,
    /// Its page's origin: its token requests are a script's.
    pub origin: Option<&'static str>,
    pub pkce: bool,
}

/// The verifier of every request with a challenge.
pub const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more";
pub const STATE: &str = "the-app's-own-state";
pub const NONCE: &str = "a-nonce";

const PLAIN: App = App { id: "", tenant: WATERKANT, secret: None, redirect: "", origin: None, pkce: false };

/// Confidential.
pub const INTRANET: App = App {
    id: "c1000000-0000-4000-8000-000000000001",
    secret: Some("intranet-secret-for-development-only"),
    redirect: "http://localhost:5000/auth/callback",
    ..PLAIN
};
/// A single page application.
pub const PLANNER: App = App {
    id: "c1000000-0000-4000-8000-000000000002",
    redirect: "http://localhost:5173",
    origin: Some("http://localhost:5173"),
    pkce: true,
    ..PLAIN
};
/// Installed on a device.
pub const MOBILE: App =
    App { id: "c1000000-0000-4000-8000-000000000003", redirect: "http://localhost", pkce: true, ..PLAIN };
/// A daemon.
pub const EXPORT: App =
    App { id: "c1000000-0000-4000-8000-000000000004", secret: Some("export-secret-for-development-only"), ..PLAIN };
/// Confidential, for assigned people only.
pub const PAYROLL: App = App {
    id: "c1000000-0000-4000-8000-000000000007",
    secret: Some("payroll-secret-for-development-only"),
    redirect: "http://localhost:5003/callback",
    ..PLAIN
};
/// The administrators' command line: in every tenant, and asked nothing at Graph for what its user may do.
pub const COMMAND_LINE: App =
    App { id: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", redirect: "http://localhost", pkce: true, ..PLAIN };
/// The publisher's, used in the customer's tenant.
pub const CONTACTS: App = App {
    id: "c2000000-0000-4000-8000-000000000001",
    secret: Some("contacts-secret-for-development-only"),
    redirect: "http://localhost:5002/callback",
    ..PLAIN
};
/// The same app, used at home.
pub const CONTACTS_AT_HOME: App = App { tenant: ZONNEBEL, ..CONTACTS };

/// An API: it has scopes and roles, and no redirect URI.
pub const ORDERS_API: &str = "c1000000-0000-4000-8000-000000000005";
pub const ARCHIVE_API: &str = "c1000000-0000-4000-8000-000000000006";

/// The same API, when it calls the next one.
pub const ORDERS: App = App { id: ORDERS_API, secret: Some("orders-secret-for-development-only"), ..PLAIN };

impl App {
    pub fn app_id(&self) -> AppId {
        AppId::parse(self.id).expect("the sample's ids are GUIDs")
    }

    /// A request to the older endpoint: a resource, not scopes.
    pub fn ask_v1(&self, resource: &str) -> Pairs {
        self.ask("openid").with("resource", resource)
    }

    /// An authorization request as its library writes it.
    pub fn ask(&self, scope: &str) -> Pairs {
        let pairs = Pairs::of(&[
            ("client_id", self.id),
            ("response_type", "code"),
            ("redirect_uri", self.redirect),
            ("scope", scope),
            ("state", STATE),
        ]);
        if !self.pkce {
            return pairs;
        }
        pairs.with("code_challenge", &pkce_s256(VERIFIER)).with("code_challenge_method", "S256")
    }
}
