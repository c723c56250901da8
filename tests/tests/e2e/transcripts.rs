//! The wire field by field: what clients read, as files that are reviewed like code (`golden/*.txt`).

use mandate_tests::app::{EXPORT, INTRANET, NONCE};
use mandate_tests::people::{FATIMA, JORIS, LUKAS_ID, WATERKANT};
use mandate_tests::tokens::{claims, header};
use mandate_tests::{Answered, Ask, Reply, TokenReply, World, golden};
use serde_json::{Map, Value};

const OF_TOKENS: &[&str] = &["content-type", "cache-control", "pragma", "expires", "x-ms-clitelem", "x-ms-ests-server"];
const OF_DOCUMENTS: &[&str] =
    &["content-type", "cache-control", "access-control-allow-origin", "access-control-allow-methods"];
const OF_GRAPH: &[&str] = &["content-type", "odata-version", "cache-control", "access-control-allow-origin"];

/// A transcript, part by part.
#[derive(Default)]
struct Transcript(String);

impl Transcript {
    fn part(mut self, title: &str, text: &str) -> Transcript {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(&format!("== {title}\n{text}"));
        self
    }

    fn value(self, title: &str, value: &Value) -> Transcript {
        self.part(title, &golden::json(value))
    }

    fn document(self, title: &str, reply: &Reply) -> Transcript {
        let text = format!(
            "status: {}\n{}{}",
            reply.status,
            golden::headers(&reply.headers, OF_DOCUMENTS),
            golden::json(&reply.json())
        );
        self.part(title, &text)
    }

    fn token_answer(self, title: &str, reply: &TokenReply) -> Transcript {
        let headers = golden::headers(&reply.headers, OF_TOKENS);
        self.part(title, &format!("status: {}\n{headers}{}", reply.status, golden::json(&reply.json)))
    }

    fn compare(self, name: &str) {
        golden::compare(name, &self.0);
    }
}

/// The fields of an answer to the client, as they would be in JSON.
fn fields(answer: &Answered) -> Value {
    let named = answer.pairs.0.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    Value::Object(named.collect::<Map<_, _>>())
}

#[tokio::test]
async fn the_metadata_documents() {
    let world = World::new().await;
    let mut transcript = Transcript::default();
    for path in [
        "/11111111-1111-4111-8111-111111111111/v2.0/.well-known/openid-configuration",
        "/waterkant.example/.well-known/openid-configuration",
        "/common/v2.0/.well-known/openid-configuration",
        "/organizations/.well-known/openid-configuration",
    ] {
        transcript = transcript.document(&format!("GET {path}"), &world.get(path).await);
    }
    transcript.compare("metadata");
}

/// RFC 9110 §13.1.2: who has it, by its tag, gets no second copy.
#[tokio::test]
async fn what_is_the_same_for_everybody_has_a_tag() {
    let world = World::new().await;
    for path in ["/common/v2.0/.well-known/openid-configuration", "/common/discovery/v2.0/keys"] {
        let first = world.get(path).await;
        let tag = first.header("etag").expect("a tag").to_owned();
        for (known, status) in [(tag.clone(), 304), (format!("\"x\", W/{tag}"), 304), ("\"x\"".to_owned(), 200)] {
            let again = world.send(Ask::get(path).header("if-none-match", &known)).await;
            assert_eq!((again.status, again.text().is_empty()), (status, status == 304), "{path} {known}");
            assert_eq!(again.header("etag"), Some(tag.as_str()));
        }
    }
    let of_tenant = world.get(&format!("/{WATERKANT}/v2.0/.well-known/openid-configuration")).await;
    assert!(of_tenant.text().contains(WATERKANT), "each authority has its own");
}

#[tokio::test]
async fn the_key_sets_and_what_else_is_discovered() {
    let world = World::new().await;
    let mut transcript = Transcript::default();
    for path in [
        "/common/discovery/v2.0/keys",
        "/common/discovery/keys",
        "/common/discovery/instance?api-version=1.1&authorization_endpoint=https://mandate.test/common/oauth2/v2.0/authorize",
        "/common/discovery/instance?api-version=1.1&authorization_endpoint=https://elsewhere.test/common/oauth2/v2.0/authorize",
        "/common/UserRealm/joris.bakker@waterkant.example?api-version=1.0",
        "/common/userrealm/nobody@nowhere.example?api-version=1.0",
    ] {
        transcript = transcript.document(&format!("GET {path}"), &world.get(path).await);
    }
    transcript.compare("discovery");
    // The realm tells of a domain, never of a user.
    let realm = async |name: &str| world.get(&format!("/common/userrealm/{name}?api-version=1.0")).await.json();
    assert_eq!(realm(JORIS).await, realm("nobody@waterkant.example").await);
}

#[tokio::test]
async fn every_published_key_is_told_by_its_certificate() {
    let world = World::new().await;
    let set = world.get(&format!("/{WATERKANT}/discovery/v2.0/keys")).await.json();
    let keys = set["keys"].as_array().expect("a key set");
    assert_eq!(keys.len(), 2, "one in use, the next already known");
    assert!(keys.iter().all(|key| key["kid"] == key["x5t"]));
    assert_ne!(keys[0]["kid"], keys[1]["kid"]);
    let tokens = world.tokens(INTRANET, JORIS, "openid User.Read").await;
    let (of_access, of_id) = (header(tokens.access()), header(tokens.id_token()));
    assert_eq!((&of_access["kid"], &of_access["x5t"]), (&keys[0]["kid"], &keys[0]["kid"]));
    assert_eq!((&of_id["kid"], of_id.get("x5t"), &of_id["typ"]), (&keys[0]["kid"], None, &Value::from("JWT")));
}

#[tokio::test]
async fn the_code_flow_and_its_tokens() {
    let world = World::new().await;
    let mut joris = world.browser();
    let asked = INTRANET.ask("openid profile email offline_access User.Read").and("nonce", NONCE);
    joris.authorize(WATERKANT, &asked).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    let code = joris.accept().await.answer().code();
    let tokens = world.client(INTRANET).redeem(&code).await;
    Transcript::default()
        .token_answer("POST /token, authorization_code", &tokens)
        .value("the ID token", &claims(&world, WATERKANT, tokens.id_token()).await)
        .value("the access token, v1.0, for Graph", &claims(&world, WATERKANT, tokens.access()).await)
        .token_answer("POST /token, refresh_token", &world.client(INTRANET).refresh(tokens.refresh()).await)
        .compare("code_flow");
}

#[tokio::test]
async fn tokens_for_the_organisations_own_apis() {
    let world = World::new().await;
    let orders = world.tokens(INTRANET, FATIMA, "openid profile api://waterkant-orders/Orders.Read").await;
    let archive = world.tokens(INTRANET, JORIS, "https://archive.waterkant.example//user_impersonation").await;
    Transcript::default()
        .value("the answer for an API with v2.0 tokens", &orders.json)
        .value("its access token", &claims(&world, WATERKANT, orders.access()).await)
        .value("the answer for an API with v1.0 tokens", &archive.json)
        .value("its access token", &claims(&world, WATERKANT, archive.access()).await)
        .compare("own_apis");
}

#[tokio::test]
async fn a_daemons_tokens() {
    let world = World::new().await;
    let client = world.client(EXPORT);
    let graph = client.client_credentials("https://graph.microsoft.com/.default").await;
    let orders = client.client_credentials("api://waterkant-orders/.default").await.granted();
    let (graph_claims, orders_claims) =
        (claims(&world, WATERKANT, graph.access()).await, claims(&world, WATERKANT, orders.access()).await);
    assert_eq!((&graph_claims["sub"], &orders_claims["sub"]), (&graph_claims["oid"], &graph_claims["oid"]));
    Transcript::default()
        .token_answer("POST /token, client_credentials", &graph)
        .value("the access token, v1.0", &graph_claims)
        .value("the access token, v2.0", &orders_claims)
        .compare("daemon");
}

#[tokio::test]
async fn refusals() {
    let world = World::new().await;
    let client = world.client(INTRANET);
    let tokens = world.tokens(INTRANET, JORIS, "openid offline_access User.Read").await;
    let wrong = client.asking_for_itself("https://graph.microsoft.com/.default").with("client_secret", "wrong");
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask("openid Mail.Read")).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    let declined = joris.decline().await.answer();
    let silent = joris.silently(WATERKANT, INTRANET.ask("openid Mail.Read")).await;
    Transcript::default()
        .token_answer("POST /token with a wrong secret", &client.send(&wrong).await)
        .token_answer(
            "POST /token for what was not consented",
            &client.refresh_for(tokens.refresh(), "Mail.Read").await,
        )
        .value("the client hears that the user declined", &fields(&declined))
        .value("the client hears that consent is missing", &fields(&silent))
        .compare("refusals");
}

#[tokio::test]
async fn graph_answers() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "openid User.Read").await;
    let graph = world.graph(tokens.access());
    let (me, other) = (graph.get("/v1.0/me").await, graph.get(&format!("/v1.0/users/{LUKAS_ID}")).await);
    let nobody = world.graph_without_token().get("/v1.0/me").await;
    let mut transcript = Transcript::default();
    for (title, reply) in [("GET /me", me), ("GET /users/{other}", other), ("GET /me without a token", nobody)] {
        let headers = golden::headers(&reply.headers, OF_GRAPH);
        let text = format!("status: {}\n{headers}{}", reply.status, golden::json(&reply.json));
        transcript = transcript.part(title, &text);
    }
    transcript.compare("graph");
}
