//! The house: one deployment, with its store, keys, pools, and the clock and chance it was given.

use crate::access::AccessMemos;
use crate::clients::Replays;
use crate::documents::Documents;
use crate::issuers::{Fetch, Issuers};
use crate::keys::{KeyKeeper, Keys};
use crate::known::Known;
use crate::pool::Pool;
use crate::settle::Facing;
use crate::signin::Guesses;
use mandate_base::{Draw, Moment, TenantId};
use mandate_domain::token::claims;
use mandate_store::Store;
use std::sync::Arc;

pub struct House {
    pub store: Store,
    keys: KeyKeeper,
    pub origins: Origins,
    pub(crate) signers: Pool,
    pub(crate) hashers: Pool,
    pub(crate) known: Known,
    pub(crate) replays: Replays,
    pub(crate) access: AccessMemos,
    pub(crate) guesses: Guesses,
    pub(crate) issuers: Issuers,
    pub(crate) outside: Arc<dyn Fetch>,
    /// Metadata, which depends on nothing but where the house is.
    pub documents: Documents,
    clock: Arc<dyn Fn() -> Moment + Send + Sync>,
    chance: Arc<dyn Fn() -> Box<dyn Draw + Send> + Send + Sync>,
}

/// Where the house is reached: `https://host[:port]`, no slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    pub login: String,
    /// The issuer's host in tokens of v1.0.
    pub sts: String,
    pub graph: String,
    /// Other hosts under which the sign-in wire is known (instance discovery, client assertions).
    pub aliases: Vec<String>,
}

impl Origins {
    /// Everything at one address.
    pub fn at(origin: &str) -> Origins {
        let origin = || origin.to_owned();
        Origins { login: origin(), sts: origin(), graph: origin(), aliases: Vec::new() }
    }

    pub fn issuer(&self, tenant: TenantId, version: u8) -> String {
        self.of_tokens().issuer(tenant, version)
    }

    /// Is this origin of a page one of ours?
    pub fn owns(&self, origin: &str) -> bool {
        let alias = |host: &String| origin.strip_prefix("https://") == Some(host.as_str());
        origin == self.login || self.aliases.iter().any(alias)
    }

    /// Every address that names one of our authorities.
    pub(crate) fn of_authorities(&self) -> impl Iterator<Item = String> {
        let aliases = self.aliases.iter().map(|host| format!("https://{host}"));
        [self.login.clone(), self.sts.clone()].into_iter().chain(aliases)
    }

    fn of_tokens(&self) -> claims::Origins<'_> {
        claims::Origins { login: &self.login, sts: &self.sts, graph: &self.graph }
    }
}

/// What the server gives a house.
pub struct Settings {
    pub origins: Origins,
    /// Threads that sign, and threads that hash passwords.
    pub signers: usize,
    pub hashers: usize,
    pub clock: Arc<dyn Fn() -> Moment + Send + Sync>,
    pub chance: Arc<dyn Fn() -> Box<dyn Draw + Send> + Send + Sync>,
    /// The way out, to issuers that tenants trust.
    pub fetch: Arc<dyn Fetch>,
}

/// Signatures that may wait: a second's work of two cores. Beyond, callers are told to come back.
const SIGN_QUEUE: usize = 8192;
/// Password checks that may wait; each takes a core some 15 ms.
const HASH_QUEUE: usize = 256;
/// Below the reactor, so that a cheap request is answered while signatures wait; hashing below signing.
const SIGN_NICENESS: i32 = 10;
const HASH_NICENESS: i32 = 15;
const MEMO: usize = 10_000;

impl House {
    pub fn new(store: Store, keys: KeyKeeper, settings: Settings) -> std::io::Result<House> {
        Ok(House {
            store,
            keys,
            origins: settings.origins,
            signers: Pool::start("sign", settings.signers, SIGN_QUEUE, SIGN_NICENESS)?,
            hashers: Pool::start("hash", settings.hashers, HASH_QUEUE, HASH_NICENESS)?,
            known: Known::holding(MEMO),
            replays: Replays::default(),
            access: AccessMemos::holding(MEMO),
            guesses: Guesses::default(),
            issuers: Issuers::new(settings.fetch.clone()),
            outside: settings.fetch,
            clock: settings.clock,
            chance: settings.chance,
            documents: Documents::default(),
        })
    }

    pub fn now(&self) -> Moment {
        (self.clock)()
    }

    /// What a deed of this tenant may read.
    pub fn facing(&self, tenant: TenantId) -> Facing<'_> {
        let (view, global) = (self.store.tenant(tenant), self.store.global());
        Facing { view, global, store: &self.store, known: &self.known }
    }

    /// Forgets what was counted and seen: guesses at passwords, assertions, issuers' keys. For emulators, whose data goes
    /// back to a beginning.
    pub fn forget(&self) {
        self.guesses.forget();
        self.replays.forget();
        self.issuers.forget();
    }

    /// The keys as they are at this moment.
    pub fn keys(&self) -> Arc<Keys> {
        self.keys.current()
    }

    pub(crate) fn key_keeper(&self) -> &KeyKeeper {
        &self.keys
    }

    /// Whatever `with` draws.
    pub fn draw<T>(&self, with: impl FnOnce(&mut dyn Draw) -> T) -> T {
        with(&mut *(self.chance)())
    }

    /// Origins as tokens name them.
    pub fn token_origins(&self) -> claims::Origins<'_> {
        self.origins.of_tokens()
    }
}
