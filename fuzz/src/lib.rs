//! What several targets share: a whole house with people signed in, requests as text, and what no answer may be.
//!
//! Never: a port, a real clock, an expectation about one parser; those stand in `fuzz_targets`.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use mandate_base::Draw;
use mandate_jose::{KeyMaterial, SigningKey};
use mandate_tests::app::{EXPORT, INTRANET, MOBILE};
use mandate_tests::people::{JORIS, SANNE};
use mandate_tests::signer::one;
use mandate_tests::{Pairs, Reply, World};
use mandate_web::cookies::{FLOW, SESSION};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::OnceLock;
use tokio::runtime::{Builder, Runtime};
use url::Url;

/// A build server, and the job of it that the nightly export trusts.
pub const CI: &str = "https://ci.example";
pub const JOB: &str = "repo:waterkant/export:main";
pub const GRAPH_DEFAULT: &str = "https://graph.microsoft.com/.default";
/// What runs leave behind in a house must not add up: after so many it is made anew.
const RUNS: u32 = 5000;

/// The sample organisation in one process, and the words that an input may use for what nobody can guess.
pub struct Stage {
    pub world: World,
    runtime: Runtime,
    words: Vec<(&'static str, String)>,
    left: u32,
}

/// Counts of wrong passwords and issuers' keys are forgotten between runs.
pub fn on_stage<T>(act: impl FnOnce(&Stage) -> T) -> T {
    thread_local! {
        static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
    }
    STAGE.with_borrow_mut(|held| {
        let mut stage = match held.take().filter(|stage| stage.left > 0) {
            Some(stage) => stage,
            None => Stage::new(),
        };
        stage.left -= 1;
        stage.world.house().forget();
        act(held.insert(stage))
    })
}

impl Stage {
    fn new() -> Stage {
        let runtime = Builder::new_current_thread().enable_all().build().expect("the system lets us have a runtime");
        let (world, words) = runtime.block_on(async {
            let world = World::with(trusting).await;
            let words = words(&world).await;
            (world, words)
        });
        Stage { world, runtime, words, left: RUNS }
    }

    pub fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }

    /// `{person}`, `{session}` and the other words become what they stand for in this house.
    pub fn worded(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, (word, meant)| text.replace(word, meant))
    }

    /// `GET /path?query`, headers, an empty line, the body. `None`: no request that HTTP could carry.
    pub fn request(&self, text: &str) -> Option<Request<Full<Bytes>>> {
        let text = self.worded(text);
        let (head, body) = text.split_once("\n\n").unwrap_or((text.as_str(), ""));
        let mut lines = head.lines();
        let (method, target) = lines.next()?.split_once(' ')?;
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            request = request.header(name, value);
        }
        request.body(Full::new(Bytes::from(body.to_owned()))).ok()
    }

    pub fn send(&self, request: Request<Full<Bytes>>) -> Reply {
        let peer = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10));
        self.wait(async {
            let (head, body) = self.world.site.answer(request, peer).await.into_parts();
            let body = body.collect().await.expect("our bodies are whole").to_bytes();
            Reply { status: head.status.as_u16(), headers: head.headers, body }
        })
    }

    /// `form` is encoded already.
    pub fn post(&self, path: &str, form: &str) -> Reply {
        let text = format!("POST {path}\ncontent-type: application/x-www-form-urlencoded\n\n{form}");
        self.send(self.request(&text).expect("a path of ours"))
    }
}

/// The nightly export also has a certificate, and trusts a build server.
fn trusting(tenant: &mut Value) {
    let apps = tenant["applications"].as_array_mut().expect("a list");
    let export = apps.iter_mut().find(|app| app["appId"] == EXPORT.id).expect("the export");
    export["keyCredentials"] = json!([one().key_credential()]);
    export["federatedIdentityCredentials"] = json!([{ "name": "build", "issuer": CI, "subject": JOB }]);
}

async fn words(world: &World) -> Vec<(&'static str, String)> {
    const SCOPE: &str = "openid profile offline_access User.Read";
    let app = world.client(EXPORT).client_credentials(GRAPH_DEFAULT).await.granted();
    let person = world.tokens(INTRANET, SANNE, SCOPE).await;
    let (mut here, _) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let session = here.cookie(SESSION).expect("somebody signed in").to_owned();
    let silent = here.silently(INTRANET.tenant, INTRANET.ask(SCOPE)).await;
    let mut stranger = world.browser();
    stranger.authorize(INTRANET.tenant, &INTRANET.ask(SCOPE)).await.page("signin");
    let (_, form) = stranger.filled("signin", &[]);
    let hidden = |name: &str| form.get(name).expect("a field of every form of ours").to_owned();
    let device = world.client(MOBILE).ask_for_device(MOBILE.tenant, SCOPE).await.granted();
    let told = |name: &str| device.json[name].as_str().expect("a code").to_owned();
    vec![
        ("{app}", app.access().to_owned()),
        ("{person}", person.access().to_owned()),
        ("{id}", person.id_token().to_owned()),
        ("{refresh}", person.refresh().to_owned()),
        ("{session}", session),
        ("{sid}", silent.get("session_state").expect("the session is named").to_owned()),
        ("{flow}", hidden("flow")),
        ("{canary}", hidden("canary")),
        ("{browser}", stranger.cookie(FLOW).expect("the flow is bound to its browser").to_owned()),
        ("{device}", told("device_code")),
        ("{usercode}", told("user_code")),
    ]
}

/// Of no answer: a fault of ours, a stranger's markup, a redirect to where nobody registered one.
pub fn judge(reply: &Reply) {
    assert_ne!(reply.status, 500, "{}", reply.text());
    let kind = reply.header("content-type").unwrap_or("");
    if kind.starts_with("text/html") {
        assert!(!reply.text().to_ascii_lowercase().contains("<fuzz"), "{}", reply.text());
    } else if kind.starts_with("application/json") && !reply.body.is_empty() {
        let _ = reply.json();
    }
    if reply.status == 302 {
        let location = reply.header("location").expect("a redirect leads somewhere");
        assert!(is_registered(location), "{location}");
    }
}

/// As a browser reads it: of the sample's apps, or a person's own page.
fn is_registered(location: &str) -> bool {
    const PLACES: [(&str, &str); 7] = [
        ("https", "mandate.test"),
        ("https", "login.microsoftonline.com"),
        ("http", "localhost"),
        ("https", "localhost"),
        ("https", "intranet.waterkant.example"),
        ("https", "contacts.zonnebel.example"),
        ("msalc1000000-0000-4000-8000-000000000003", "auth"),
    ];
    match Url::parse(location) {
        Ok(url) => url.username().is_empty() && PLACES.contains(&(url.scheme(), url.host_str().unwrap_or(""))),
        Err(_) => location.starts_with("/my?"),
    }
}

/// The form by which the nightly export asks for a token with an assertion.
pub fn asserting(assertion: &str) -> String {
    let pairs = Pairs::of(&[
        ("client_id", EXPORT.id),
        ("grant_type", "client_credentials"),
        ("scope", GRAPH_DEFAULT),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
    ]);
    pairs.text()
}

/// A signing key and its certificate: another pair in every process.
pub fn key() -> &'static (SigningKey, KeyMaterial) {
    static KEY: OnceLock<(SigningKey, KeyMaterial)> = OnceLock::new();
    let make = || SigningKey::generate("signing.example", 1_700_000_000, 1_900_000_000);
    KEY.get_or_init(|| make().expect("the dates are in order"))
}

/// Chance that the input chooses. Behind its end the bytes count on, since some draws go on until one fits.
pub struct Chosen<'d> {
    bytes: &'d [u8],
    drawn: usize,
}

impl<'d> Chosen<'d> {
    pub fn by(bytes: &'d [u8]) -> Chosen<'d> {
        Chosen { bytes, drawn: 0 }
    }
}

impl Draw for Chosen<'_> {
    fn fill(&mut self, into: &mut [u8]) {
        for byte in into {
            let [.., count] = self.drawn.to_be_bytes();
            *byte = self.bytes.get(self.drawn).copied().unwrap_or(count);
            self.drawn += 1;
        }
    }
}
