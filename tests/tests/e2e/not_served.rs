//! The edges of the wire: what is named and not served yet, addresses far too long, answers without a body, health, and
//! what is told to nobody in particular (protocol.md §1.3, §1.7, §1.8; graph-api.md §3.1).

use http::Method;
use mandate_tests::app::{EXPORT, INTRANET};
use mandate_tests::people::{JORIS, JORIS_ID, LUKAS_ID, OPERATIONS, WATERKANT};
use mandate_tests::{Ask, LOGIN, Reply, SAMPLE, World};
use serde_json::{Value, json};

const GRAPH_SCOPE: &str = "https://graph.microsoft.com/.default";

#[tokio::test]
async fn every_address_that_the_metadata_names_is_answered() {
    let world = World::new().await;
    for path in ["v2.0/.well-known/openid-configuration", ".well-known/openid-configuration"] {
        let document = world.get(&format!("/{WATERKANT}/{path}")).await.json();
        let members = document.as_object().expect("a document");
        let named = members.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
        let named: Vec<&str> = named.filter_map(|(_, uri)| uri.as_str()).collect();
        assert_eq!(named.len(), 6, "{document}");
        for uri in named {
            let target = uri.strip_prefix(LOGIN).unwrap_or_else(|| panic!("not ours: {uri}"));
            assert_ne!(world.get(target).await.status, 404, "{uri}");
        }
    }
}

#[tokio::test]
async fn an_address_longer_than_any_request_is_refused_before_it_is_read() {
    let world = World::new().await;
    let long = "a".repeat(40 * 1024);
    for target in [
        format!("/{WATERKANT}/oauth2/v2.0/authorize?state={long}"),
        format!("/{WATERKANT}/oauth2/v2.0/token?x={long}"),
        format!("/v1.0/users?$select={long}"),
        format!("/{long}"),
    ] {
        let reply = world.get(&target).await;
        let kind = reply.header("content-type");
        assert_eq!((reply.status, kind), (414, Some("text/plain; charset=utf-8")), "{}", &target[..40]);
    }
    // The last that is read, and the first that is not.
    for (length, status) in [(32 * 1024, 404), (32 * 1024 + 1, 414)] {
        assert_eq!(world.get(&format!("/{}", "a".repeat(length - 1))).await.status, status, "{length}");
    }
}

fn with_token(target: &str, token: &str) -> Ask {
    Ask::get(target).header("authorization", &format!("Bearer {token}"))
}

/// RFC 9110 §9.3.2.
#[tokio::test]
async fn a_head_is_answered_like_a_get_without_its_body() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "User.Read").await;
    let asks = [
        Ask::get(format!("/{WATERKANT}/v2.0/.well-known/openid-configuration")),
        with_token("/v1.0/me", tokens.access()),
        Ask::get("/v1.0/me"),
        Ask::get("/health/ready"),
    ];
    for (ask, status) in asks.into_iter().zip([200, 200, 401, 200]) {
        let target = ask.target.clone();
        let (got, head) = (world.send(ask.clone()).await, world.send(ask.by(Method::HEAD)).await);
        assert_eq!((got.status, head.status), (status, status), "{target}");
        for name in ["content-type", "cache-control", "odata-version", "www-authenticate"] {
            assert_eq!(got.header(name), head.header(name), "{name} of {target}");
        }
        assert!(!got.body.is_empty() && head.body.is_empty(), "{target}");
    }
}

/// RFC 9110 §9.2.1: a program that only looks whether a link works must not end a session or take a code.
#[tokio::test]
async fn a_head_signs_nobody_in_or_out() {
    let world = World::new().await;
    let (mut browser, _) = world.let_in(INTRANET, JORIS, "openid").await;
    let authorize = format!("/{WATERKANT}/oauth2/v2.0/authorize?{}", INTRANET.ask("openid").text());
    for target in [authorize, format!("/{WATERKANT}/oauth2/v2.0/logout")] {
        let held = browser.cookie("__Host-mandate-session").expect("he is signed in").to_owned();
        let cookie = format!("__Host-mandate-session={held}");
        let reply = world.send(Ask::get(target.as_str()).by(Method::HEAD).header("cookie", &cookie)).await;
        let told = (reply.status, reply.header("allow"), reply.header("location"));
        assert_eq!(told, (405, Some("GET, POST"), None), "{target}");
        browser.silently(WATERKANT, INTRANET.ask("openid")).await.code();
    }
}

#[tokio::test]
async fn health_is_told_to_everybody() {
    let world = World::new().await;
    for (path, told) in [("/health/live", "live"), ("/health/ready", "ready")] {
        let reply = world.get(path).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, told), "{path}");
    }
}

#[tokio::test]
async fn a_realm_is_known_by_its_domain_in_any_case_and_whoever_is_asked_for() {
    let world = World::new().await;
    for (name, domain, kind) in [
        (JORIS, "waterkant.example", "Managed"),
        ("nobody@waterkant.example", "waterkant.example", "Managed"),
        ("nobody@WaterKant.Example", "WaterKant.Example", "Managed"),
        ("nobody@waterkant.onmandate.example", "waterkant.onmandate.example", "Managed"),
        ("nobody@zonnebel.example", "zonnebel.example", "Managed"),
        ("nobody@nowhere.example", "nowhere.example", "Unknown"),
        ("nobody@sub.waterkant.example", "sub.waterkant.example", "Unknown"),
    ] {
        let reply = world.get(&format!("/common/UserRealm/{name}?api-version=1.0")).await;
        let expected = json!({
            "ver": "1.0", "account_type": kind, "domain_name": domain, "cloud_instance_name": "mandate.test",
            "cloud_audience_urn": "urn:federation:MicrosoftOnline",
        });
        assert_eq!((reply.status, reply.json()), (200, expected), "{name}");
    }
}

/// RFC 6750 §3.1: it is no token for this, whatever it holds.
#[tokio::test]
async fn userinfo_is_of_people_and_an_apps_own_token_is_invalid_there() {
    let world = World::new().await;
    let tokens = world.client(EXPORT).client_credentials(GRAPH_SCOPE).await.granted();
    let graph = world.graph(tokens.access());
    for method in [Method::GET, Method::POST] {
        let refused = graph.by(method.clone(), "/oidc/userinfo").await;
        assert_eq!(refused.refusal(), (401, "InvalidAuthenticationToken"), "{method}");
        let challenge = refused.header("www-authenticate").expect("a 401 has one");
        assert!(challenge.starts_with("Bearer ") && challenge.contains(r#"error="invalid_token""#), "{challenge}");
    }
}

fn control_information(reply: &Reply) -> bool {
    reply.text().contains("@odata.")
}

#[tokio::test]
async fn who_wants_no_control_information_gets_none() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "User.Read").await;
    for target in ["/v1.0/me", "/v1.0/me/memberOf"] {
        for (wanted, said) in [("none", false), ("minimal", true)] {
            let accept = format!("application/json;odata.metadata={wanted}");
            let reply = world.send(with_token(target, tokens.access()).header("accept", &accept)).await;
            let kind = format!(
                "application/json;odata.metadata={wanted};odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
            );
            assert_eq!((reply.status, reply.header("content-type")), (200, Some(kind.as_str())), "{target}");
            assert_eq!(control_information(&reply), said, "{target} {wanted}: {}", reply.text());
        }
    }
}

#[tokio::test]
async fn the_schema_is_shown_to_everybody_alike() {
    let world = World::new().await;
    for path in ["/v1.0/$metadata", "/beta/$metadata"] {
        let shown = world.get(path).await;
        assert_eq!(
            (shown.status, shown.header("content-type")),
            (200, Some("application/xml; charset=utf-8")),
            "{path}"
        );
        let text = String::from_utf8(shown.body.to_vec()).expect("it is text");
        assert!(text.contains("<EntityType Name=\"user\" BaseType=\"microsoft.graph.directoryObject\">"), "{path}");
    }
    let tokens = world.tokens(INTRANET, JORIS, "User.Read").await;
    for graph in [world.graph_without_token(), world.graph(tokens.access()), world.graph("x")] {
        let root = graph.get("/v1.0/").await.found();
        assert!(root["value"].as_array().is_some_and(|sets| sets.iter().any(|set| set["name"] == "users")), "{root}");
    }
    assert_eq!(world.graph(tokens.access()).delete("/v1.0/$metadata").await.status, 405);
}

/// Operations hides who is in it, and the nightly export holds these permissions.
fn hiding_operations(permissions: &[&str]) -> String {
    let granted = permissions.iter().map(|permission| {
        let (app, graph) = (EXPORT.id, "00000003-0000-0000-c000-000000000000");
        format!("      - {{ principalId: {app}, resourceId: {graph}, appRole: {permission} }}\n")
    });
    let list = format!("    appRoleAssignments:\n{}", granted.collect::<String>());
    let hidden =
        SAMPLE.replacen("mailNickname: operations,", "mailNickname: operations, visibility: HiddenMembership,", 1);
    assert_ne!(hidden, SAMPLE);
    hidden.replacen("    appRoleAssignments:\n", &list, 1)
}

fn ids(list: &Value) -> Vec<&str> {
    list["value"].as_array().expect("a list").iter().filter_map(|group| group["id"].as_str()).collect()
}

#[tokio::test]
async fn who_is_in_a_hiding_group_is_told_only_to_who_may_read_hidden_membership() {
    const FINANCE: &str = "bbbbbbbb-0000-4000-8000-000000000004";
    let operations = OPERATIONS.to_string();
    for (permissions, of_joris) in [
        (&["Directory.Read.All"][..], vec![]),
        (&["Directory.Read.All", "Member.Read.Hidden"][..], vec![operations.as_str()]),
    ] {
        let world = World::of(&hiding_operations(permissions)).await;
        let tokens = world.client(EXPORT).client_credentials(GRAPH_SCOPE).await.granted();
        let graph = world.graph(tokens.access());
        let found = graph.get(&format!("/v1.0/users/{JORIS_ID}/memberOf")).await.found();
        assert_eq!(ids(&found), of_joris, "{permissions:?}");
        let found = graph.get(&format!("/v1.0/users/{LUKAS_ID}/memberOf")).await.found();
        assert_eq!(ids(&found), [FINANCE], "{permissions:?}");
    }
}

/// Not even oneself: the right to read one's memberships is not that to read hidden ones.
#[tokio::test]
async fn a_hiding_group_is_not_told_to_its_own_member_either() {
    let world = World::of(&hiding_operations(&[])).await;
    let tokens = world.tokens(INTRANET, JORIS, "User.Read").await;
    let found = world.graph(tokens.access()).get("/v1.0/me/memberOf").await.found();
    assert_eq!(ids(&found), Vec::<&str>::new());
    // Nor is it counted, for whoever asks whether it is among them.
    let counted = format!("/v1.0/me/memberOf/$count?$filter=id%20eq%20'{OPERATIONS}'");
    assert_eq!(world.graph(tokens.access()).eventually(&counted).await.json, 0);
}
