//! A world for one test: a house on a store of its own, its clock, and nobody at it yet.

use crate::app::App;
use crate::backend::{self, Backend};
use crate::browser::{Browser, Outcome};
use crate::chance;
use crate::client::{Client, TokenReply};
use crate::graph::Graph;
use crate::signer::Elsewhere;
use crate::wire::{Ask, Reply};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use mandate_base::{DAY, HOUR, MINUTE, Moment, SECOND};
use mandate_server::site::Site;
use mandate_server::{import, seed};
use mandate_store::{KeyRow, Place, Store};
use mandate_usecases::keys::{self, Kek, KeyKeeper};
use mandate_usecases::{House, Origins, Settings};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::OnceCell;

/// When every test begins: 2026-11-23T12:00:00Z.
pub const NOON: Moment = Moment::from_secs(1_795_435_200);
/// Where the house is reached; Graph is at the same origin.
pub const LOGIN: &str = "https://mandate.test";
pub const SAMPLE: &str = include_str!("../../crates/server/sample.yaml");

pub struct World {
    // Before the backend: its connections go first.
    pub site: Site,
    clock: Arc<AtomicI64>,
    /// Where requests come from.
    place: Mutex<IpAddr>,
    /// What the house finds when it calls somebody.
    pub elsewhere: Arc<Elsewhere>,
    pub backend: Backend,
}

pub const fn seconds(count: i64) -> i64 {
    count * SECOND
}

pub const fn minutes(count: i64) -> i64 {
    count * MINUTE
}

pub const fn hours(count: i64) -> i64 {
    count * HOUR
}

pub const fn days(count: i64) -> i64 {
    count * DAY
}

impl World {
    /// The sample organisation at noon.
    pub async fn new() -> World {
        World::of(SAMPLE).await
    }

    /// The sample, with its customer's tenant changed.
    pub async fn with(change: impl FnOnce(&mut Value)) -> World {
        let mut sample: Value = serde_yaml_ng::from_str(SAMPLE).expect("the sample is YAML");
        change(&mut sample["tenants"][0]);
        World::of(&sample.to_string()).await
    }

    /// An organisation of the test's own.
    pub async fn of(organisation: &str) -> World {
        let seed = seed::read(organisation, NOON).unwrap_or_else(|errors| {
            let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
            panic!("the seed of this test:\n{}", told.join("\n"))
        });
        let backend = backend::fresh().await;
        let clock = Arc::new(AtomicI64::new(NOON.millis()));
        let elsewhere = Arc::new(Elsewhere::default());
        let house = house(&backend.place, clock.clone(), elsewhere.clone()).await;
        import::import(&house, seed).await.expect("an empty store takes a seed");
        let place = Mutex::new(Ipv4Addr::new(192, 0, 2, 10).into());
        World { site: Site { house: Arc::new(house), steer: None }, clock, place, elsewhere, backend }
    }

    pub fn house(&self) -> &House {
        &self.site.house
    }

    pub fn now(&self) -> Moment {
        Moment::from_millis(self.clock.load(Ordering::SeqCst))
    }

    /// Time passes, for everybody at once.
    pub fn later(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::SeqCst);
    }

    /// From now on requests come from another address.
    pub fn moves_to(&self, address: &str) {
        *self.place.lock().expect("no test holds it") = address.parse().expect("an address");
    }

    pub async fn send(&self, ask: Ask) -> Reply {
        let peer = *self.place.lock().expect("no test holds it");
        let mut request = Request::builder().method(ask.method).uri(ask.target.as_str());
        for (name, value) in &ask.headers {
            request = request.header(name.as_str(), value.as_str());
        }
        let body = Full::new(Bytes::from(ask.body));
        let request = request.body(body).unwrap_or_else(|error| panic!("no request: {} {error}", ask.target));
        let (head, body) = self.site.answer(request, peer).await.into_parts();
        let body = body.collect().await.expect("our bodies are whole").to_bytes();
        Reply { status: head.status.as_u16(), headers: head.headers, body }
    }

    pub async fn get(&self, target: &str) -> Reply {
        self.send(Ask::get(target)).await
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    pub fn client(&self, app: App) -> Client<'_> {
        Client { world: self, app }
    }

    pub fn graph(&self, token: &str) -> Graph<'_> {
        Graph { world: self, token: Some(token.to_owned()) }
    }

    pub fn graph_without_token(&self) -> Graph<'_> {
        Graph { world: self, token: None }
    }

    /// A person signs in to an app at a fresh browser and allows what it asks; the browser, and the app's code.
    pub async fn let_in(&self, app: App, upn: &str, scope: &str) -> (Browser<'_>, String) {
        let mut browser = self.browser();
        browser.authorize(app.tenant, &app.ask(scope)).await.page("signin");
        let mut outcome = browser.sign_in(upn).await;
        if outcome.is_page("consent") {
            outcome = browser.accept().await;
        }
        (browser, outcome.answer().code())
    }

    /// The same, and what the app gets for its code.
    pub async fn tokens(&self, app: App, upn: &str, scope: &str) -> TokenReply {
        let (_, code) = self.let_in(app, upn, scope).await;
        self.client(app).redeem(&code).await.granted()
    }

    /// An administrator allows an app everything in `scope`, for everybody.
    pub async fn allow_for_everybody(&self, app: App, admin: &str, scope: &str) {
        let mut browser = self.browser();
        browser.authorize(app.tenant, &app.ask(scope)).await.page("signin");
        browser.sign_in(admin).await.page("consent");
        let outcome = browser.accept_for_organisation().await;
        assert!(matches!(outcome, Outcome::Redirect(_)), "{outcome:?}");
    }
}

async fn house(place: &Place, clock: Arc<AtomicI64>, fetch: Arc<Elsewhere>) -> House {
    let store = Store::open(place).await.expect("a place of the test's own");
    let keys = keys_for(&store, spare_keys().await).await.0;
    let settings = Settings {
        origins: Origins::at(LOGIN),
        signers: 1,
        hashers: 1,
        clock: Arc::new(move || Moment::from_millis(clock.load(Ordering::SeqCst))),
        chance: chance::seeded(),
        fetch,
    };
    House::new(store, keys, settings).expect("the system lets a process start threads")
}

/// Keys are a search for primes: made once for the process, and put into every store.
async fn spare_keys() -> Vec<KeyRow> {
    static KEYS: OnceCell<Vec<KeyRow>> = OnceCell::const_new();
    let make = || async {
        let first = Store::open(&Place::Memory).await.expect("memory is always there");
        keys_for(&first, Vec::new()).await.1
    };
    KEYS.get_or_init(make).await.clone()
}

/// The key-encryption key of every test's house.
pub fn kek() -> Kek {
    Kek::new([0x5a; 32])
}

async fn keys_for(store: &Store, spare: Vec<KeyRow>) -> (KeyKeeper, Vec<KeyRow>) {
    let loaded = keys::load_or_make(store, kek(), LOGIN, NOON, spare, &mut *crate::chance::seeded()()).await;
    loaded.expect("an empty store takes the keys it is given")
}
