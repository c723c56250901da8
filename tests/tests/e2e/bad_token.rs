//! `/token` with every parameter wrong in every way: always JSON, always a number, never a trace but the sign-in log's.

use http::Method;
use mandate_tests::app::{EXPORT, INTRANET, MOBILE};
use mandate_tests::client::TokenReply;
use mandate_tests::people::{JORIS, WATERKANT};
use mandate_tests::wire::{FORM, refusal};
use mandate_tests::{Ask, Pairs, World, days};

const GRAPH: &str = "https://graph.microsoft.com/.default";

fn path() -> String {
    format!("/{WATERKANT}/oauth2/v2.0/token")
}

fn app_only() -> Pairs {
    Pairs::of(&[
        ("client_id", EXPORT.id),
        ("client_secret", EXPORT.secret.expect("a daemon has one")),
        ("grant_type", "client_credentials"),
        ("scope", GRAPH),
    ])
}

async fn send(world: &World, pairs: &Pairs) -> TokenReply {
    TokenReply::of(&world.send(Ask::form(path(), pairs)).await)
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let world = World::new().await;
    let before = world.size_of_logs().await;
    let of_code = Pairs::of(&[("client_id", INTRANET.id), ("grant_type", "authorization_code")]);
    let of_refresh = Pairs::of(&[("client_id", INTRANET.id), ("grant_type", "refresh_token")]);
    let cases = [
        ("client_id", app_only().without("client_id")),
        ("grant_type", app_only().without("grant_type")),
        ("scope", app_only().without("scope")),
        ("code", of_code.clone()),
        ("code", of_code.with("code", "")),
        ("refresh_token", of_refresh),
        ("client_id", Pairs::default()),
    ];
    for (name, pairs) in cases {
        let refused = send(&world, &pairs).await;
        assert_eq!(refused.refusal(), (400, "invalid_request", 900144), "{name}");
        let told = refused.json["error_description"].as_str().expect("described").to_owned();
        assert!(told.contains(&format!("'{name}'")), "{told}");
    }
    assert_eq!(world.size_of_logs().await, before);
}

#[tokio::test]
async fn what_is_repeated_is_refused() {
    let world = World::new().await;
    let (_, code) = world.let_in(INTRANET, JORIS, "openid offline_access User.Read").await;
    let client = world.client(INTRANET);
    let redeeming = client.redeeming(&code).and("scope", "User.Read").and("code_verifier", "x").and("claims", "{}");
    for name in ["client_id", "client_secret", "grant_type", "code", "redirect_uri", "code_verifier", "scope", "claims"]
    {
        let refused = client.send(&redeeming.clone().repeated(name)).await;
        assert_eq!(refused.refusal(), (400, "invalid_request", 9002313), "{name}");
    }
    let tokens = client.redeem(&code).await.granted();
    let refused = client.send(&client.refreshing(tokens.refresh()).repeated("refresh_token")).await;
    assert_eq!(refused.refusal(), (400, "invalid_request", 9002313));
    // What clients add for themselves may stand twice, and be anything.
    client.send(&client.refreshing(tokens.refresh()).repeated("x-client-SKU").and("foo", "bar")).await.granted();
}

#[tokio::test]
async fn what_is_no_text_is_refused() {
    let world = World::new().await;
    let right = app_only().text();
    let bodies: [(&str, Vec<u8>); 6] = [
        ("not UTF-8", [right.as_bytes(), b"&x=\xff"].concat()),
        ("not UTF-8, escaped", format!("{right}&x=%ff").into_bytes()),
        ("half an escape", format!("{right}&x=%4").into_bytes()),
        ("a NUL", format!("{right}&x=%00").into_bytes()),
        ("a NUL in the secret", right.replace("client_secret=", "client_secret=%00").into_bytes()),
        ("a flood of parameters", format!("{right}{}", "&a=b".repeat(200)).into_bytes()),
    ];
    for (name, body) in bodies {
        let reply = TokenReply::of(&world.send(Ask::post(path(), Some(FORM), body)).await);
        assert_eq!(reply.refusal(), (400, "invalid_request", 9002313), "{name}");
    }
    let flood = Ask::form(path(), &app_only().and("x", &"a".repeat(1_100_000)));
    assert_eq!(world.send(flood).await.status, 413);
}

#[tokio::test]
async fn only_a_posted_form_is_taken() {
    let world = World::new().await;
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
        let ask = Ask::get(format!("{}?{}", path(), app_only().text())).by(method.clone());
        let reply = world.send(ask).await;
        assert_eq!((reply.status, refusal(&reply.json())), (405, ("invalid_request", 900561)), "{method}");
        assert_eq!(reply.header("allow"), Some("POST, OPTIONS"), "{method}");
    }
    let json = r#"{"client_id":"x","grant_type":"client_credentials"}"#;
    for (kind, body) in [
        (Some("application/json"), json.to_owned()),
        (Some("text/plain"), app_only().text()),
        (Some("multipart/form-data; boundary=x"), app_only().text()),
        (None, app_only().text()),
    ] {
        let reply = TokenReply::of(&world.send(Ask::post(path(), kind, body)).await);
        assert_eq!(reply.refusal(), (400, "invalid_request", 9002313), "{kind:?}");
    }
    let charset = Ask::post(path(), Some("Application/X-WWW-Form-URLencoded; charset=UTF-8"), app_only().text());
    TokenReply::of(&world.send(charset).await).granted();
}

#[tokio::test]
async fn parameters_of_the_query_prove_nothing() {
    let world = World::new().await;
    let secret = EXPORT.secret.expect("a daemon has one");
    let ask = Ask::form(format!("{}?client_secret={secret}", path()), &app_only().without("client_secret"));
    assert_eq!(TokenReply::of(&world.send(ask).await).refusal(), (401, "invalid_client", 7000218));
}

#[tokio::test]
async fn a_grant_that_is_not_offered_is_refused() {
    let world = World::new().await;
    for grant in ["implicit", "Client_Credentials", "urn:ietf:params:oauth:grant-type:token-exchange", "x\r\ny"] {
        let refused = send(&world, &app_only().with("grant_type", grant)).await;
        assert_eq!(refused.refusal(), (400, "unsupported_grant_type", 70003), "{grant}");
    }
}

#[tokio::test]
async fn a_daemon_names_one_resource_and_no_scope_of_it() {
    let world = World::new().await;
    for scope in [
        "User.Read.All",
        "https://graph.microsoft.com/User.Read.All",
        "https://graph.microsoft.com/.default api://waterkant-orders/.default",
        "https://graph.microsoft.com/.default User.Read",
        "openid",
        " ",
        "api://waterkant-orders/",
    ] {
        let refused = send(&world, &app_only().with("scope", scope)).await;
        assert_eq!(refused.refusal(), (400, "invalid_scope", 1002012), "{scope}");
    }
    // Some libraries append these to every request (protocol.md §3.5).
    send(&world, &app_only().with("scope", &format!("{GRAPH} openid profile offline_access"))).await.granted();
    let unknown = send(&world, &app_only().with("scope", "api://nobody/.default")).await;
    assert_eq!(unknown.refusal(), (400, "invalid_resource", 500011));
}

#[tokio::test]
async fn a_secret_is_right_or_wrong_or_expired_and_the_log_tells_which() {
    let world = World::new().await;
    let secret = EXPORT.secret.expect("a daemon has one");
    for wrong in ["wrong", &secret[1..], &format!("{secret} "), &secret.to_uppercase(), &"x".repeat(100_000)] {
        let refused = send(&world, &app_only().with("client_secret", wrong)).await;
        assert_eq!(refused.refusal(), (401, "invalid_client", 7000215), "{}", &wrong[..wrong.len().min(40)]);
    }
    assert_eq!(world.signed_in_with(7000215).await, 5);
    let without = send(&world, &app_only().without("client_secret")).await;
    assert_eq!(without.refusal(), (401, "invalid_client", 7000218));
    world.later(days(2 * 365) - 1);
    send(&world, &app_only()).await.granted();
    world.later(1);
    assert_eq!(send(&world, &app_only()).await.refusal(), (401, "invalid_client", 7000222));
    assert_eq!(world.signed_in_with(7000222).await, 1);
}

#[tokio::test]
async fn a_secret_travels_in_a_basic_header_too_and_only_once() {
    let world = World::new().await;
    let basic = |id: &str, secret: &str| {
        let text = format!("{}:{}", mandate_web::percent::encode(id), mandate_web::percent::encode(secret));
        format!("Basic {}", mandate_web::base64::standard(text.as_bytes()))
    };
    let secret = EXPORT.secret.expect("a daemon has one");
    let bare = app_only().without("client_id").without("client_secret");
    let send = async |header: &str, pairs: &Pairs| {
        TokenReply::of(&world.send(Ask::form(path(), pairs).header("authorization", header)).await)
    };
    send(&basic(EXPORT.id, secret), &bare).await.granted();
    send(&basic(EXPORT.id, secret), &bare.clone().and("client_id", EXPORT.id)).await.granted();
    let cases = [
        ("wrong", basic(EXPORT.id, "wrong"), bare.clone(), (401, "invalid_client", 7000215)),
        ("twice", basic(EXPORT.id, secret), app_only(), (400, "invalid_request", 9002313)),
        (
            "two clients",
            basic(EXPORT.id, secret),
            bare.clone().and("client_id", INTRANET.id),
            (400, "invalid_request", 9002313),
        ),
        ("garbled", "Basic !!!".to_owned(), bare.clone(), (400, "invalid_request", 9002313)),
        ("another scheme", "Bearer x".to_owned(), bare, (400, "invalid_request", 9002313)),
    ];
    for (name, header, pairs, expected) in cases {
        assert_eq!(send(&header, &pairs).await.refusal(), expected, "{name}");
    }
}

#[tokio::test]
async fn an_installed_app_gets_no_token_for_itself() {
    let world = World::new().await;
    let client = world.client(MOBILE);
    assert_eq!(client.client_credentials(GRAPH).await.refusal(), (401, "invalid_client", 7000218));
    let with = client.asking_for_itself(GRAPH).and("client_secret", "x");
    assert_eq!(client.send(&with).await.refusal(), (401, "invalid_client", 700025));
}

#[tokio::test]
async fn claims_must_be_a_json_object_and_demand_nothing() {
    let world = World::new().await;
    send(&world, &app_only().and("claims", r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#)).await.granted();
    for wrong in ["{", "[]", "1", "\"x\""] {
        let refused = send(&world, &app_only().and("claims", wrong)).await;
        assert_eq!(refused.refusal(), (400, "invalid_request", 9002313), "{wrong}");
    }
}

/// protocol.md §3.12: the client's id, when it is a GUID, in the body; in a header when it asks for that.
#[tokio::test]
async fn a_refusal_is_found_again_by_the_clients_own_id() {
    const ID: &str = "0f2c0f2c-0f2c-4f2c-8f2c-0f2c0f2c0f2c";
    let world = World::new().await;
    let wrong = app_only().with("client_secret", "wrong");
    let in_header = Ask::form(path(), &wrong).header("client-request-id", ID);
    let in_query = Ask::form(format!("{}?client-request-id={ID}", path()), &wrong);
    for ask in [in_header.clone(), in_query] {
        let reply = world.send(ask).await;
        assert_eq!(reply.json()["correlation_id"], ID);
        assert_eq!(reply.header("client-request-id"), None);
    }
    let echoed = world.send(in_header.header("return-client-request-id", "true")).await;
    assert_eq!(echoed.header("client-request-id"), Some(ID));
    let forged = Ask::form(path(), &wrong).header("client-request-id", "x-injected");
    let reply = world.send(forged.header("return-client-request-id", "true")).await;
    assert!(reply.json()["correlation_id"].as_str().is_some_and(|id| id.len() == 36 && id != ID));
    assert_eq!(reply.header("x-ms-request-id"), reply.json()["trace_id"].as_str());
}
