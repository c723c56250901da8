//! The routes under `/_dev/`, against a house with the sample organisation.

use super::{DevClock, Steer};
use crate::dev::folder::Folder;
use crate::site::Site;
use crate::{chance, import, seed};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use mandate_store::{Place, Store};
use mandate_usecases::issuers::NoFetch;
use mandate_usecases::{House, Origins, Settings, keys};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::sync::Arc;

const LOGIN: &str = "https://localhost:8443";
const SAMPLE: &str = include_str!("../../../sample.yaml");
const TENANT: &str = "11111111-1111-4111-8111-111111111111";

struct Bench {
    site: Site,
    _folder: tempfile::TempDir,
}

async fn bench() -> Bench {
    let home = tempfile::tempdir().expect("a folder of the test's own");
    let folder = || Folder::open(home.path()).expect("it can be used");
    let clock = Arc::new(DevClock::default());
    let store = Store::open(&Place::Memory).await.expect("memory is always there");
    let kek = folder().kek().expect("a key");
    let made = keys::load_or_make(&store, kek, LOGIN, clock.now(), Vec::new(), &mut *chance::system()).await;
    let (keeper, rows) = made.expect("an empty store takes keys");
    folder().keep_keys(&rows).expect("they are kept");
    let time = clock.clone();
    let settings = Settings {
        origins: Origins::at(LOGIN),
        signers: 1,
        hashers: 1,
        clock: Arc::new(move || time.now()),
        chance: Arc::new(chance::system),
        fetch: Arc::new(NoFetch),
    };
    let house = Arc::new(House::new(store, keeper, settings).expect("threads"));
    let seed = seed::read(SAMPLE, clock.now()).expect("the sample is right");
    import::import(&house, seed.clone()).await.expect("an empty store takes a seed");
    let steer = Steer::new(house.clone(), clock, Arc::default(), folder(), seed);
    steer.remember_seed().await.expect("a snapshot");
    Bench { site: Site { house, steer: Some(Arc::new(steer)) }, _folder: home }
}

struct Told {
    status: u16,
    headers: http::HeaderMap,
    json: Value,
    text: String,
}

impl Bench {
    async fn send(&self, request: http::request::Builder, body: &str) -> Told {
        let request = request.body(Full::new(Bytes::from(body.to_owned()))).expect("a request");
        let (head, body) = self.site.answer(request, Ipv4Addr::LOCALHOST.into()).await.into_parts();
        let bytes = body.collect().await.expect("whole").to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        Told { status: head.status.as_u16(), headers: head.headers, json, text }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Told {
        let request = Request::builder().method(method).uri(format!("/_dev/{path}"));
        match body {
            Value::Null => self.send(request, "").await,
            body => self.send(request.header("content-type", "application/json"), &body.to_string()).await,
        }
    }

    /// The nightly export asks for a token for Graph.
    async fn token(&self) -> Told {
        let form = "client_id=c1000000-0000-4000-8000-000000000004&client_secret=export-secret-for-development-only\
                    &grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
        let request = Request::builder().method("POST").uri(format!("/{TENANT}/oauth2/v2.0/token"));
        self.send(request.header("content-type", "application/x-www-form-urlencoded"), form).await
    }

    async fn users(&self, token: &str) -> Told {
        let request = Request::builder().uri("/v1.0/users").header("authorization", format!("Bearer {token}"));
        self.send(request, "").await
    }
}

fn token_of(told: &Told) -> String {
    told.json["access_token"].as_str().unwrap_or_else(|| panic!("no token: {}", told.json)).to_owned()
}

#[tokio::test]
async fn time_passes_on_order_and_tokens_with_it() {
    let bench = bench().await;
    let token = token_of(&bench.token().await);
    assert_eq!(bench.users(&token).await.status, 200);
    let told = bench.call("POST", "clock", json!({ "advance": "2h" })).await;
    assert_eq!((told.status, &told.json["frozen"]), (200, &json!(false)));
    assert!((7190..=7210).contains(&told.json["offsetSeconds"].as_i64().expect("a number")));
    assert_eq!(bench.users(&token).await.status, 401, "it has expired");
    assert_eq!(bench.users(&token_of(&bench.token().await)).await.status, 200);
    bench.call("POST", "clock", json!({ "set": "2030-05-05T10:00:00Z", "freeze": true })).await;
    let still = bench.call("GET", "clock", Value::Null).await;
    assert_eq!(still.json["now"], "2030-05-05T10:00:00Z");
    bench.call("POST", "clock", json!({ "reset": true })).await;
    for wrong in [
        json!({ "set": "tomorrow" }),
        json!({ "advance": "1y" }),
        json!({ "advance": true }),
        json!({ "turn": 1 }),
        json!({ "advance": 9e17 }),
    ] {
        assert_eq!(bench.call("POST", "clock", wrong.clone()).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn the_seed_and_named_states_come_back() {
    let bench = bench().await;
    let house = &bench.site.house;
    let tenant = mandate_base::TenantId::parse(TENANT).expect("a GUID");
    let users = async || house.store.tenant(tenant).users_after(None, 100).await.expect("reads").len();
    assert_eq!(users().await, 11);
    assert_eq!(bench.call("PUT", "snapshots/before", Value::Null).await.status, 200);
    house.store.restore(&mandate_store::Snapshot::default()).await.expect("emptied");
    assert_eq!(users().await, 0);
    assert_eq!(bench.token().await.status, 400, "nobody is known");
    assert_eq!(bench.call("POST", "snapshots/before/restore", Value::Null).await.status, 204);
    assert_eq!(users().await, 11);
    assert_eq!(bench.token().await.status, 200);
    house.store.restore(&mandate_store::Snapshot::default()).await.expect("emptied");
    assert_eq!(bench.call("POST", "reset", Value::Null).await.status, 204);
    assert_eq!(users().await, 11);
    let list = bench.call("GET", "snapshots", Value::Null).await;
    assert_eq!(list.json["snapshots"][0]["name"], "before");
    assert_eq!(bench.call("DELETE", "snapshots/before", Value::Null).await.status, 204);
    assert_eq!(bench.call("POST", "snapshots/before/restore", Value::Null).await.status, 404);
    assert_eq!(bench.call("PUT", "snapshots/..%2Fx", Value::Null).await.status, 400);
}

#[tokio::test]
async fn the_dns_says_of_a_name_what_it_is_told_to() {
    let bench = bench().await;
    let texts = json!({ "texts": ["MS=ms00000001"] });
    assert_eq!(bench.call("PUT", "dns/Kade.example", texts.clone()).await.json["texts"], texts["texts"]);
    let names = bench.call("GET", "dns", Value::Null).await.json;
    assert_eq!(names, json!({ "names": { "kade.example": ["MS=ms00000001"] } }));
    for wrong in [json!({}), json!({ "texts": "one" }), json!({ "texts": ["x".repeat(256)] })] {
        assert_eq!(bench.call("PUT", "dns/kade.example", wrong).await.status, 400);
    }
    assert_eq!(bench.call("DELETE", "dns/kade.example", Value::Null).await.status, 204);
    assert_eq!(bench.call("DELETE", "dns/kade.example", Value::Null).await.status, 404);
    bench.call("PUT", "dns/kade.example", texts).await;
    bench.call("POST", "reset", Value::Null).await;
    assert_eq!(bench.call("GET", "dns", Value::Null).await.json, json!({ "names": {} }));
}

#[tokio::test]
async fn faults_strike_as_often_as_they_were_asked_to() {
    let bench = bench().await;
    let fault =
        json!({ "path": "/token", "status": 503, "error": "temporarily_unavailable", "retryAfter": 7, "count": 2 });
    assert_eq!(bench.call("POST", "faults", fault).await.json["id"], 1);
    for _ in 0..2 {
        let told = bench.token().await;
        assert_eq!((told.status, told.headers["retry-after"].to_str().ok()), (503, Some("7")));
        assert_eq!(told.json["error"], "temporarily_unavailable");
    }
    let token = token_of(&bench.token().await);
    bench
        .call("POST", "faults", json!({ "path": "/v1.0/", "status": 418, "error": "Teapot", "probability": 0.0 }))
        .await;
    assert_eq!(bench.users(&token).await.status, 200, "never");
    bench.call("POST", "faults", json!({ "path": "/V1.0//", "error": "Teapot", "status": 418 })).await;
    let told = bench.users(&token).await;
    assert_eq!((told.status, &told.json["error"]["code"]), (418, &json!("Teapot")));
    assert_eq!(bench.call("DELETE", "faults", Value::Null).await.status, 204);
    assert_eq!(bench.users(&token).await.status, 200);
    for wrong in [
        json!({}),
        json!({ "status": 99 }),
        json!({ "status": 500, "probability": 2 }),
        json!({ "latencyMs": 999_999 }),
        json!({ "stauts": 500 }),
    ] {
        assert_eq!(bench.call("POST", "faults", wrong.clone()).await.status, 400, "{wrong}");
    }
    assert_eq!(bench.call("DELETE", "faults/77", Value::Null).await.status, 404);
}

#[tokio::test]
async fn tokens_are_forged_as_ordered() {
    let bench = bench().await;
    let good = token_of(&bench.token().await);
    let part = good.split('.').nth(1).expect("a payload");
    let claims: Value = serde_json::from_slice(&mandate_jose::b64url_decode(part).expect("base64url")).expect("JSON");
    let forge = async |more: Value| {
        let mut order = json!({ "claims": { "iat": null, "nbf": null, "exp": null }, "tenant": TENANT, "version": 1 });
        for name in ["aud", "appid", "appidacr", "idtyp", "oid", "sub", "roles", "tid", "iss"] {
            order["claims"][name] = claims[name].clone();
        }
        for name in ["iat", "nbf", "exp"] {
            order["claims"].as_object_mut().expect("members").remove(name);
        }
        for (name, value) in more.as_object().expect("members") {
            order[name] = value.clone();
        }
        let told = bench.call("POST", "tokens", order).await;
        told.json["token"].as_str().unwrap_or_else(|| panic!("{}", told.text)).to_owned()
    };
    assert_eq!(bench.users(&forge(json!({})).await).await.status, 200);
    for wrong in ["expired", "notYetValid", "wrongSignature", "unknownKey"] {
        let token = forge(json!({ wrong: true })).await;
        assert_eq!(bench.users(&token).await.status, 401, "{wrong}");
    }
    assert_eq!(bench.call("POST", "tokens", json!({ "tenant": "x" })).await.status, 400);
}

#[tokio::test]
async fn keys_rotate_and_the_old_ones_tokens_live_on() {
    let bench = bench().await;
    let old = token_of(&bench.token().await);
    let before = bench.call("GET", "keys", Value::Null).await.json;
    assert_eq!((&before["keys"][0]["state"], &before["keys"][1]["state"]), (&json!("InUse"), &json!("Next")));
    let after = bench.call("POST", "keys/rotate", Value::Null).await.json;
    assert_eq!(after["keys"].as_array().map(Vec::len), Some(3));
    let new = token_of(&bench.token().await);
    let kid = |token: &str| {
        let head = mandate_jose::b64url_decode(token.split('.').next().expect("a header")).expect("base64url");
        serde_json::from_slice::<Value>(&head).expect("JSON")["kid"].clone()
    };
    assert_eq!(kid(&old), before["keys"][0]["kid"]);
    assert_eq!(kid(&new), before["keys"][1]["kid"], "the one that was published before");
    for token in [&old, &new] {
        assert_eq!(bench.users(token).await.status, 200);
    }
    let published = bench.send(Request::builder().uri(format!("/{TENANT}/discovery/v2.0/keys")), "").await;
    assert_eq!(published.json["keys"].as_array().map(Vec::len), Some(3));
    // Two rotations and four days later the first is gone.
    bench.call("POST", "clock", json!({ "advance": "4d" })).await;
    let last = bench.call("POST", "keys/rotate", Value::Null).await.json;
    let left: Vec<&Value> = last["keys"].as_array().expect("keys").iter().map(|key| &key["kid"]).collect();
    assert!(!left.contains(&&before["keys"][0]["kid"]), "{last}");
}

#[tokio::test]
async fn the_log_tells_why_and_no_secret() {
    let bench = bench().await;
    bench.token().await;
    let form = "client_id=c1000000-0000-4000-8000-000000000004&client_secret=not-the-secret&grant_type=client_credentials\
                &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    let request = Request::builder().method("POST").uri(format!("/{TENANT}/oauth2/v2.0/token"));
    let refused = bench.send(request.header("content-type", "application/x-www-form-urlencoded"), form).await;
    assert_eq!(refused.status, 401);
    bench.users("not.a.token").await;
    let log = bench.call("GET", "exchanges?refusals=1", Value::Null).await;
    let list = log.json["exchanges"].as_array().expect("a list");
    assert_eq!(list.len(), 2, "{}", log.text);
    assert_eq!((&list[1]["code"], &list[1]["cause"]), (&json!("AADSTS7000215"), &json!("WrongSecret")));
    assert_eq!(list[1]["correlationId"], refused.json["correlation_id"]);
    assert!(!log.text.contains("not-the-secret") && log.text.contains("(14 characters)"), "{}", log.text);
    assert_eq!(
        bench.call("GET", "exchanges?limit=1", Value::Null).await.json["exchanges"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(bench.call("DELETE", "exchanges", Value::Null).await.status, 204);
}

#[tokio::test]
async fn other_sites_do_not_steer() {
    let bench = bench().await;
    let post = |name: &str, value: &str| Request::builder().method("POST").uri("/_dev/reset").header(name, value);
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(bench.send(post(name, value), "").await.status, 403, "{name}: {value}");
    }
    assert_eq!(bench.send(post("content-type", "text/plain"), "{}").await.status, 415);
    assert_eq!(bench.send(post("origin", LOGIN), "").await.status, 204);
    assert_eq!(bench.call("GET", "reset", Value::Null).await.status, 405);
    assert_eq!(bench.call("GET", "nothing", Value::Null).await.status, 404);
}

#[tokio::test]
async fn the_page_shows_it_all_and_production_has_none() {
    let bench = bench().await;
    bench.users("not.a.token").await;
    for (language, title) in [("nl", "Klok"), ("de", "Uhr"), ("en", "Clock")] {
        let request = Request::builder().uri("/_dev").header("accept-language", language);
        let page = bench.send(request, "").await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains(title) && page.text.contains("data-page=\"dev\""), "{language}");
        let policy = page.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.contains("connect-src 'self'") && policy.contains("script-src 'nonce-"), "{policy}");
    }
    let serving =
        Bench { site: Site { steer: None, ..bench.site.clone() }, _folder: tempfile::tempdir().expect("a folder") };
    for path in ["", "clock", "exchanges"] {
        assert_eq!(serving.call("GET", path, Value::Null).await.status, 404, "{path}");
    }
}
