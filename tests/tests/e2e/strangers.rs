//! Every Graph operation with no token (401), the wrong permission (403), and the object of another tenant (404).

use http::Method;
use mandate_tests::app::{CONTACTS, CONTACTS_AT_HOME, EXPORT, INTRANET};
use mandate_tests::people::{
    JORIS, JORIS_ID, KATRIN, KATRIN_ID, LUKAS_ID, OPERATIONS, SANNE, WATERKANT, WATERKANT_ID, ZONNEBEL,
};
use mandate_tests::tokens::claims;
use mandate_tests::{Ask, Pairs, World, hours};
use serde_json::Value;

fn operations() -> Vec<String> {
    vec![
        "/v1.0/me".to_owned(),
        "/v1.0/me/memberOf".to_owned(),
        "/v1.0/users".to_owned(),
        format!("/v1.0/users/{LUKAS_ID}"),
        format!("/v1.0/users/{LUKAS_ID}/memberOf"),
        format!("/v1.0/groups/{OPERATIONS}"),
        format!("/v1.0/groups/{OPERATIONS}/members"),
        "/v1.0/organization".to_owned(),
        format!("/v1.0/organization/{WATERKANT_ID}"),
        "/oidc/userinfo".to_owned(),
        "/beta/me".to_owned(),
    ]
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_or_with_a_wrong_one() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "openid User.Read api://waterkant-orders/Orders.Read").await;
    let client = world.client(INTRANET);
    let (_, code) = world.let_in(INTRANET, JORIS, "api://waterkant-orders/Orders.Read").await;
    let for_orders = client.redeem(&code).await.granted();
    let access = tokens.access();
    let (head, signature) = access.rsplit_once('.').expect("three parts");
    let (header, payload) = head.split_once('.').expect("three parts");
    let unsigned = mandate_jose::b64url_encode(br#"{"alg":"none","typ":"JWT"}"#);
    let turned: String = signature.chars().rev().collect();
    let wrong = [
        "x".to_owned(),
        "a.b.c".to_owned(),
        format!("{header}.{payload}."),
        format!("{header}.{payload}.{turned}"),
        format!("{unsigned}.{payload}."),
        format!("{unsigned}.{payload}.{signature}"),
        tokens.id_token().to_owned(),
        for_orders.access().to_owned(),
    ];
    for path in operations() {
        let refused = world.graph_without_token().get(&path).await;
        assert_eq!(refused.refusal(), (401, "InvalidAuthenticationToken"), "{path}");
        assert!(refused.header("www-authenticate").is_some_and(|text| text.starts_with("Bearer ")), "{path}");
        for token in &wrong {
            let refused = world.graph(token).get(&path).await;
            assert_eq!(refused.refusal(), (401, "InvalidAuthenticationToken"), "{path} {token}");
        }
    }
}

#[tokio::test]
async fn a_permission_for_something_else_opens_nothing() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "Mail.Read").await;
    let graph = world.graph(tokens.access());
    for path in operations() {
        let refused = graph.get(&path).await;
        assert_eq!(refused.refusal(), (403, "Authorization_RequestDenied"), "{path}");
        assert_eq!(refused.reason(), Some("client_scope_missing"), "{path}");
    }
}

#[tokio::test]
async fn another_tenants_object_is_as_absent_as_one_that_never_was() {
    let world = World::new().await;
    world.allow_for_everybody(CONTACTS, SANNE, "User.Read.All GroupMember.Read.All").await;
    let tokens = world.tokens(CONTACTS, JORIS, "User.Read.All").await;
    let graph = world.graph(tokens.access());
    const NOBODY: &str = "99999999-9999-4999-8999-999999999999";
    for path in [
        "/v1.0/users/{}",
        "/v1.0/users/{}/memberOf",
        "/v1.0/organization/{}",
        "/v1.0/groups/{}",
        "/v1.0/groups/{}/members",
    ] {
        let theirs = if path.contains("organization") { ZONNEBEL.to_owned() } else { KATRIN_ID.to_string() };
        let mut told = Vec::new();
        for id in [theirs.as_str(), NOBODY] {
            let absent = graph.get(&path.replace("{}", id)).await;
            assert_eq!(absent.refusal(), (404, "Request_ResourceNotFound"), "{path}");
            let mut body = absent.json;
            body["error"]["innerError"] = Value::Null;
            told.push(body.to_string().replace(id, "<id>"));
        }
        assert_eq!(told[0], told[1], "{path}");
    }
    assert_eq!(graph.get(&format!("/v1.0/users/{KATRIN}")).await.refusal(), (404, "Request_ResourceNotFound"));
    let seen = graph.get("/v1.0/users").await.found();
    assert!(!seen.to_string().contains(KATRIN), "{seen}");
}

#[tokio::test]
async fn a_token_of_one_tenant_shows_that_tenant_only() {
    let world = World::new().await;
    let mut katrin = world.browser();
    katrin.authorize(ZONNEBEL, &CONTACTS_AT_HOME.ask("User.Read.All")).await.page("signin");
    katrin.sign_in(KATRIN).await.page("consent");
    let code = katrin.accept().await.answer().code();
    let tokens = world.client(CONTACTS_AT_HOME).redeem(&code).await.granted();
    let graph = world.graph(tokens.access());
    let people = graph.get("/v1.0/users").await.found();
    assert_eq!(people["value"].as_array().map(Vec::len), Some(2));
    assert_eq!(graph.get(&format!("/v1.0/users/{JORIS_ID}")).await.refusal(), (404, "Request_ResourceNotFound"));
    let organisation = graph.get("/v1.0/organization").await.found();
    assert_eq!(organisation["value"][0]["id"], ZONNEBEL);
}

#[tokio::test]
async fn a_daemon_has_no_me_and_sees_what_its_roles_say() {
    let world = World::new().await;
    let token = world.client(EXPORT).client_credentials("https://graph.microsoft.com/.default").await.granted();
    let graph = world.graph(token.access());
    assert_eq!(graph.get("/v1.0/me").await.refusal(), (400, "BadRequest"));
    assert_eq!(graph.get("/v1.0/users").await.found()["value"].as_array().map(Vec::len), Some(11));
    let refused = graph.get(&format!("/v1.0/groups/{OPERATIONS}")).await;
    assert_eq!(refused.refusal(), (403, "Authorization_RequestDenied"));
}

#[tokio::test]
async fn what_is_not_built_is_said_in_graphs_words() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "User.Read").await;
    let graph = world.graph(tokens.access());
    assert_eq!(graph.get("/v1.0/nothing").await.refusal(), (400, "BadRequest"));
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let refused = graph.by(method.clone(), "/v1.0/me").await;
        assert_eq!(refused.refusal(), (405, "Request_BadRequest"), "{method}");
    }
}

#[tokio::test]
async fn userinfo_tells_who_the_id_token_speaks_of() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "openid profile email").await;
    let id = claims(&world, WATERKANT, tokens.id_token()).await;
    let info = world.graph(tokens.access()).get("/oidc/userinfo").await.found();
    let expected = serde_json::json!({
        "sub": id["sub"], "name": "Joris Bakker", "given_name": "Joris", "family_name": "Bakker", "email": JORIS,
        "picture": "https://mandate.test/v1.0/me/photo/$value",
    });
    assert_eq!(info, expected);
    // RFC 6750 §2.2: as a field of a form, too; not both ways at once.
    let form = Pairs::of(&[("access_token", tokens.access())]);
    let posted = world.send(Ask::form("/oidc/userinfo", &form)).await;
    assert_eq!((posted.status, posted.json()), (200, expected));
    let twice = Ask::form("/oidc/userinfo", &form).header("authorization", "Bearer a.b.c");
    assert_eq!(world.send(twice).await.status, 401);
    let elsewhere = Ask::form("/v1.0/me", &form).by(Method::POST);
    assert_eq!(world.send(elsewhere).await.status, 401, "Graph itself takes a header only");
    let bare = world.tokens(CONTACTS, JORIS, "openid").await;
    let info = world.graph(bare.access()).get("/oidc/userinfo").await.found();
    assert_eq!(info.as_object().map(|members| members.len()), Some(1), "{info}");
    world.later(hours(2));
    let expired = world.graph(bare.access()).get("/oidc/userinfo").await;
    assert_eq!(expired.status, 401);
    assert!(expired.header("www-authenticate").is_some_and(|text| text.contains("invalid_token")));
}
