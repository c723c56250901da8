//! The older endpoints (protocol.md §1, §2, §3.2; seed page 002): a resource instead of scopes, what the registration
//! lists and nothing else, numbers as texts.

use mandate_tests::app::{EXPORT, INTRANET, MOBILE, ORDERS_API, PLANNER};
use mandate_tests::people::{JORIS, JORIS_ID, PASSWORD, SANNE, WATERKANT};
use mandate_tests::tokens::{claims, scp};
use mandate_tests::{LOGIN, Mode, NOON, World, seconds};
use serde_json::json;

const GRAPH: &str = "https://graph.microsoft.com/";

#[tokio::test]
async fn s2_34_a_resource_asks_for_everything_that_the_registration_lists() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize_v1(WATERKANT, &INTRANET.ask_v1(GRAPH)).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("consent");
    assert_eq!(page.permissions(), ["User.Read", "email", "offline_access", "openid", "profile"].map(str::to_owned));
    let code = joris.accept().await.answer().code();
    let client = world.client(INTRANET);
    let reply = client.send_v1(&client.redeeming(&code).and("resource", GRAPH)).await.granted();
    for number in ["expires_in", "ext_expires_in", "expires_on", "not_before"] {
        let text = reply.json[number].as_str().unwrap_or_else(|| panic!("{number}: {}", reply.json));
        assert!(text.parse::<i64>().is_ok(), "{number}");
    }
    assert_eq!(reply.json["resource"], GRAPH);
    assert_eq!(reply.json["not_before"], NOON.secs().to_string());
    assert!(reply.scopes().contains(&"User.Read"));
    let access = claims(&world, WATERKANT, reply.access()).await;
    assert_eq!((access["aud"].as_str(), access["ver"].as_str()), (Some(GRAPH), Some("1.0")));
    assert!(scp(&access).contains(&"User.Read"));
    world.graph(reply.access()).get("/v1.0/me").await.found();
    // Always with a refresh token, and with an ID token of its own version.
    let id = claims(&world, WATERKANT, reply.id_token()).await;
    assert_eq!((id["ver"].as_str(), id["iss"].as_str()), (Some("1.0"), Some(format!("{LOGIN}/{WATERKANT}/").as_str())));
    assert_eq!((id["upn"].as_str(), id["oid"].as_str()), (Some(JORIS), Some(JORIS_ID.to_string().as_str())));
    let again = client.send_v1(&client.refreshing(reply.refresh())).await.granted();
    assert_eq!(again.json["resource"], GRAPH);
    assert!(again.has("id_token"));
}

#[tokio::test]
async fn s2_35_the_page_comes_once_and_again_after_revocation() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize_v1(WATERKANT, &INTRANET.ask_v1(GRAPH)).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    joris.accept().await.answer().code();
    joris.authorize_v1(WATERKANT, &INTRANET.ask_v1(GRAPH)).await.answer().code();
    let grant = world.grant_to(INTRANET, Some(JORIS_ID)).await;
    world.revoke(mandate_usecases::directory::Revocation::Grant(grant.id)).await;
    joris.authorize_v1(WATERKANT, &INTRANET.ask_v1(GRAPH)).await.page("consent");
}

#[tokio::test]
async fn a_scope_says_nothing_here_but_openid_and_a_missing_resource_is_the_registrations_first() {
    let world = World::new().await;
    let mut joris = world.browser();
    let asked =
        INTRANET.ask_v1(GRAPH).without("resource").with("scope", "openid User.Read.All Directory.ReadWrite.All");
    joris.authorize_v1(WATERKANT, &asked).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("consent");
    assert!(!page.permissions().iter().any(|value| value.ends_with(".All")), "{:?}", page.permissions());
    let code = joris.accept().await.answer().code();
    let client = world.client(INTRANET);
    let reply = client.send_v1(&client.redeeming(&code)).await.granted();
    world.graph(reply.access()).get("/v1.0/me").await.found();
    let plain = INTRANET.ask_v1(GRAPH).without("scope");
    let code = joris.authorize_v1(WATERKANT, &plain).await.answer().code();
    let reply = client.send_v1(&client.redeeming(&code)).await.granted();
    assert!(!reply.has("id_token") && reply.has("refresh_token"));
}

#[tokio::test]
async fn a_resource_that_the_registration_does_not_list_is_refused() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize_v1(WATERKANT, &INTRANET.ask_v1("api://waterkant-orders")).await.page("signin");
    assert_eq!(joris.sign_in(JORIS).await.answer().refusal(), ("invalid_resource", 650_057));
    let unknown = INTRANET.ask_v1("https://nowhere.example");
    assert_eq!(joris.authorize_v1(WATERKANT, &unknown).await.answer().refusal(), ("invalid_resource", 500_011));
    let odd = INTRANET.ask_v1("a b");
    assert_eq!(joris.authorize_v1(WATERKANT, &odd).await.answer().refusal(), ("invalid_resource", 500_011));
}

#[tokio::test]
async fn a_daemon_names_its_resource() {
    let world = World::new().await;
    let client = world.client(EXPORT);
    let ask = |resource: &str| client.asking_for_itself("ignored").with("resource", resource);
    let reply = client.send_v1(&ask("https://graph.microsoft.com")).await.granted();
    assert_eq!(reply.json["resource"], "https://graph.microsoft.com");
    let token = claims(&world, WATERKANT, reply.access()).await;
    assert_eq!(token["roles"], json!(["User.Read.All"]));
    let orders = client.send_v1(&ask(ORDERS_API)).await.granted();
    let token = claims(&world, WATERKANT, orders.access()).await;
    assert_eq!((token["ver"].as_str(), token["aud"].as_str()), (Some("2.0"), Some(ORDERS_API)), "the API decides");
    let missing = client.asking_for_itself("https://graph.microsoft.com/.default");
    assert_eq!(client.send_v1(&missing).await.refusal(), (400, "invalid_request", 900_144));
    // And the newer endpoint does not take a resource for a scope.
    let v2 = ask("https://graph.microsoft.com").without("scope");
    assert_eq!(client.send(&v2).await.refusal(), (400, "invalid_request", 900_144));
}

#[tokio::test]
async fn names_and_passwords_name_a_resource_too() {
    let world = World::new().await;
    world.allow_for_everybody(MOBILE, SANNE, "User.Read").await;
    let client = world.client(MOBILE);
    let asked = client.with_password(JORIS, PASSWORD, "openid").with("resource", GRAPH);
    let reply = client.send_v1(&asked).await.granted();
    assert_eq!(reply.json["resource"], GRAPH);
    assert!(reply.has("id_token") && reply.has("refresh_token"));
    let next = client.send_v1(&client.refreshing(reply.refresh())).await.granted();
    world.graph(next.access()).get("/v1.0/me").await.found();
    world.later(seconds(31));
    assert_eq!(client.send_v1(&client.refreshing(reply.refresh())).await.refusal(), (400, "invalid_grant", 50_173));
    let missing = client.with_password(JORIS, PASSWORD, "openid");
    assert_eq!(client.send_v1(&missing).await.refusal(), (400, "invalid_request", 900_144));
}

#[tokio::test]
async fn an_app_that_allows_it_gets_its_tokens_in_the_front_channel() {
    let world = World::with(|tenant| {
        tenant["applications"][0]["web"]["implicitGrantSettings"] =
            json!({ "enableIdTokenIssuance": true, "enableAccessTokenIssuance": true });
    })
    .await;
    let mut joris = world.browser();
    let ask = |kind: &str| INTRANET.ask_v1(GRAPH).with("response_type", kind).with("nonce", "n");
    joris.authorize_v1(WATERKANT, &ask("id_token token")).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    let answer = joris.accept().await.answer();
    assert_eq!(answer.mode, Mode::Fragment);
    let id = claims(&world, WATERKANT, answer.get("id_token").expect("an ID token")).await;
    assert_eq!((id["ver"].as_str(), id["nonce"].as_str()), (Some("1.0"), Some("n")));
    assert!(id.get("at_hash").is_some());
    world.graph(answer.get("access_token").expect("a token")).get("/v1.0/me").await.found();
    let token = joris.authorize_v1(WATERKANT, &ask("token")).await.answer();
    assert!(token.get("access_token").is_some() && token.get("id_token").is_none());
}

#[tokio::test]
async fn the_older_metadata_leads_to_endpoints_that_answer() {
    let world = World::new().await;
    let document = world.get(&format!("/{WATERKANT}/.well-known/openid-configuration")).await.json();
    for endpoint in
        ["token_endpoint", "authorization_endpoint", "device_authorization_endpoint", "end_session_endpoint"]
    {
        let url = document[endpoint].as_str().expect("an endpoint").strip_prefix(LOGIN).expect("ours").to_owned();
        assert_ne!(world.get(&url).await.status, 404, "{endpoint}");
    }
    let mut joris = world.browser();
    joris.authorize_v1(WATERKANT, &PLANNER.ask_v1(GRAPH)).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    let code = joris.accept().await.answer().code();
    // What was begun at one generation is redeemed at the other: the answer is of the endpoint that gives it.
    let reply = world.client(PLANNER).redeem(&code).await.granted();
    assert!(reply.json["expires_in"].is_i64());
    let id = claims(&world, WATERKANT, reply.id_token()).await;
    assert_eq!(id["ver"], "2.0");
}
