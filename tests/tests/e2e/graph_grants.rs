//! Delegated grants through Graph, as Azure CLI, Terraform and the Graph SDKs manage them (graph-api.md §2.8): what is
//! written there stands for the next token, and what is taken away is gone at the next call.

use http::Method;
use mandate_base::{ServicePrincipalId, UserId};
use mandate_tests::app::{EXPORT, INTRANET, MOBILE};
use mandate_tests::deeds::granted;
use mandate_tests::graph::Graph;
use mandate_tests::people::{ANNEKE, JORIS, JORIS_ID, LUKAS_ID, SANNE, WATERKANT};
use mandate_tests::{App, NOON, World};
use serde_json::{Value, json};

const MANAGE: &str = "DelegatedPermissionGrant.ReadWrite.All Directory.Read.All";
const GRANTS: &str = "/v1.0/oauth2PermissionGrants";

/// Somebody who manages grants through the intranet; an administrator allowed it that for everybody.
async fn managing<'w>(world: &'w World, upn: &str) -> Graph<'w> {
    if world.grants_to(INTRANET).await.is_empty() {
        world.allow_for_everybody(INTRANET, SANNE, MANAGE).await;
    }
    let tokens = world.tokens(INTRANET, upn, "DelegatedPermissionGrant.ReadWrite.All").await;
    world.graph(tokens.access())
}

async fn to_graph(world: &World, app: App, principal: Option<UserId>, scope: &str) -> Value {
    let (client, resource) = (world.instance_of(app).await, world.graph_instance().await);
    wanted(client, resource, principal, scope)
}

fn wanted(client: ServicePrincipalId, resource: ServicePrincipalId, principal: Option<UserId>, scope: &str) -> Value {
    json!({
        "clientId": client.to_string(),
        "consentType": if principal.is_some() { "Principal" } else { "AllPrincipals" },
        "principalId": principal.map(|user| user.to_string()),
        "resourceId": resource.to_string(),
        "scope": scope,
    })
}

fn at(grant: &Value) -> String {
    format!("{GRANTS}/{}", grant["id"].as_str().expect("it has an id"))
}

#[tokio::test]
async fn a_grant_that_is_written_stands_for_the_next_token_and_one_that_is_removed_for_none() {
    let world = World::new().await;
    let graph = managing(&world, SANNE).await;
    let body = to_graph(&world, MOBILE, None, " User.Read offline_access ").await;
    let made = graph.post(GRANTS, &body).await;
    assert!(made.header("location").is_some_and(|at| at.contains("/v1.0/oauth2PermissionGrants/")));
    let made = made.made();
    assert_eq!(made["scope"], "User.Read offline_access");
    for name in ["clientId", "consentType", "principalId", "resourceId"] {
        assert_eq!(made[name], body[name], "{name}");
    }
    // Nobody is asked any more.
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &MOBILE.ask("User.Read offline_access")).await.page("signin");
    let code = joris.sign_in(JORIS).await.answer().code();
    let tokens = world.client(MOBILE).redeem(&code).await.granted();
    world.graph(tokens.access()).get("/v1.0/me").await.found();

    graph.write(Method::PATCH, &at(&made), &json!({ "scope": "User.Read offline_access Mail.Read" })).await.done();
    assert_eq!(granted(&world.grant_to(MOBILE, None).await), ["Mail.Read", "User.Read", "offline_access"]);
    assert_eq!(graph.get(&at(&made)).await.found()["scope"], "User.Read offline_access Mail.Read");

    graph.by(Method::DELETE, &at(&made)).await.done();
    assert_eq!(graph.get(&at(&made)).await.refusal(), (404, "Request_ResourceNotFound"));
    assert_ne!(world.graph(tokens.access()).get("/v1.0/me").await.status, 200, "at the next call");
    assert_eq!(world.client(MOBILE).refresh(tokens.refresh()).await.refusal(), (400, "invalid_grant", 65_001));
    for (activity, times) in [("Add delegated permission grant", 2), ("Remove delegated permission grant", 1)] {
        let mine = world.audited(NOON, activity).await;
        let of_sanne = mine.iter().filter(|row| row.actor.to_string().contains(SANNE)).count();
        assert!(of_sanne >= times, "{activity}: {of_sanne}");
    }
}

#[tokio::test]
async fn grants_are_listed_by_their_parties_and_found_by_either_spelling() {
    let world = World::new().await;
    let graph = managing(&world, SANNE).await;
    for principal in [None, Some(JORIS_ID), Some(LUKAS_ID)] {
        graph.post(GRANTS, &to_graph(&world, MOBILE, principal, "User.Read").await).await.made();
    }
    let client = world.instance_of(MOBILE).await;
    let resource = world.graph_instance().await;
    let listed = async |path: String| {
        let found = graph.get(&path).await.found();
        let mut whose: Vec<String> = found["value"]
            .as_array()
            .expect("a collection")
            .iter()
            .filter(|grant| grant["clientId"] == client.to_string())
            .map(|grant| grant["principalId"].as_str().unwrap_or("all").to_owned())
            .collect();
        whose.sort_unstable();
        whose
    };
    let by = |filter: String| format!("/v1.0/oAuth2PermissionGrants?$filter={}", mandate_web::percent::encode(&filter));
    let (joris, lukas) = (JORIS_ID.to_string(), LUKAS_ID.to_string());
    let all = [joris.as_str(), lukas.as_str(), "all"];
    assert_eq!(listed(by(format!("clientId eq '{client}'"))).await, all);
    assert_eq!(listed(by(format!("clientId eq '{client}' and resourceId eq '{resource}'"))).await, all);
    assert_eq!(listed(by(format!("clientId eq '{client}' and consentType eq 'AllPrincipals'"))).await, ["all"]);
    assert_eq!(listed(by(format!("clientId eq '{client}' and consentType eq 'Principal'"))).await, all[..2]);
    assert_eq!(listed(by(format!("principalId eq '{joris}'"))).await, [joris.as_str()]);
    assert!(listed(by(format!("clientId eq '{resource}' and clientId eq '{client}'"))).await.is_empty());
    assert!(listed(by("clientId eq 'nobody'".to_owned())).await.is_empty());
    assert_eq!(listed(format!("/v1.0/servicePrincipals/{client}/oauth2PermissionGrants")).await, all);
    assert_eq!(listed(format!("/v1.0/users/{JORIS}/oauth2PermissionGrants")).await, [joris.as_str()]);
    assert!(listed("/v1.0/me/oauth2PermissionGrants".to_owned()).await.is_empty());
    // Page by page.
    let (mut link, mut seen) = (Some(format!("{GRANTS}?$top=1")), Vec::new());
    while let Some(at) = link {
        let found = graph.get(&at).await.found();
        seen.extend(found["value"].as_array().expect("a collection").iter().map(|grant| grant["id"].to_string()));
        link = found["@odata.nextLink"].as_str().map(|next| next[next.find("/v1.0").expect("ours")..].to_owned());
    }
    let whole = graph.get(GRANTS).await.found()["value"].as_array().map(Vec::len);
    assert_eq!(Some(seen.len()), whole);
    for bad in ["scope eq 'User.Read'", "clientId ne 'x'", "clientId eq 'a' or clientId eq 'b'"] {
        assert_eq!(graph.get(&by(bad.to_owned())).await.refusal(), (400, "Request_UnsupportedQuery"), "{bad}");
    }
}

#[tokio::test]
async fn a_bad_grant_is_refused_and_nothing_is_written() {
    let world = World::new().await;
    let graph = managing(&world, SANNE).await;
    let good = to_graph(&world, MOBILE, None, "User.Read").await;
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let without = |name: &str| {
        let mut body = good.clone();
        body.as_object_mut().expect("an object").remove(name);
        body
    };
    let nobody = "99999999-9999-4999-8999-999999999999";
    let bad = (400, "Request_BadRequest");
    let cases = [
        (without("clientId"), bad),
        (without("consentType"), bad),
        (with("clientId", json!(nobody)), bad),
        (with("clientId", json!("not an id")), bad),
        (with("resourceId", json!(nobody)), bad),
        (with("principalId", json!(JORIS_ID.to_string())), bad),
        (with("consentType", json!("Principal")), bad),
        (with("consentType", json!("Everybody")), bad),
        (with("scope", json!("x".repeat(3851))), bad),
        (with("scope", json!(["User.Read"])), bad),
        (with("shoeSize", json!(42)), bad),
        (json!([good]), (400, "BadRequest")),
        (json!("x"), (400, "BadRequest")),
    ];
    for (body, expected) in cases {
        assert_eq!(graph.post(GRANTS, &body).await.refusal(), expected, "{body}");
    }
    assert!(world.grants_to(MOBILE).await.is_empty());
    // What clients add to say how they read, and what Graph no longer uses, is passed over.
    let mut body = with("startTime", json!("2026-11-23T00:00:00Z"));
    body["@odata.type"] = json!("#microsoft.graph.oAuth2PermissionGrant");
    let made = graph.post(GRANTS, &body).await.made();
    // A second of the same parties.
    assert_eq!(graph.post(GRANTS, &good).await.refusal(), (409, "Request_MultipleObjectsWithSameKeyValue"));
    let refused = graph.write(Method::PATCH, &at(&made), &json!({ "clientId": nobody })).await;
    assert_eq!(refused.refusal(), bad);
    assert_eq!(granted(&world.grant_to(MOBILE, None).await), ["User.Read"]);
    for path in [format!("{GRANTS}/AAAA"), format!("{GRANTS}/{}", "A".repeat(43)), format!("{GRANTS}/{nobody}")] {
        assert_eq!(graph.get(&path).await.refusal(), (404, "Request_ResourceNotFound"), "{path}");
        assert_eq!(graph.by(Method::DELETE, &path).await.refusal(), (404, "Request_ResourceNotFound"), "{path}");
    }
    assert_eq!(graph.write(Method::PUT, &at(&made), &json!({})).await.status, 405);
}

/// The app's permission alone is not enough: the person must manage grants, and may consent no further than policy goes.
#[tokio::test]
async fn who_manages_no_grants_writes_none_and_nobody_goes_beyond_their_policy() {
    let world = World::with(|tenant| {
        let roles = tenant["roleAssignments"].as_array_mut().expect("a list");
        roles.push(json!({ "principalId": "lukas.schneider@waterkant.example", "role": "Directory Writers" }));
    })
    .await;
    let body = to_graph(&world, MOBILE, None, "User.Read").await;
    let joris = managing(&world, JORIS).await;
    let refused = joris.post(GRANTS, &body).await;
    assert_eq!(
        (refused.refusal(), refused.reason()),
        ((403, "Authorization_RequestDenied"), Some("user_right_missing"))
    );

    // Directory Writers may make grants, and hold no policy for the organisation.
    let lukas = managing(&world, mandate_tests::people::LUKAS).await;
    assert_eq!(lukas.post(GRANTS, &body).await.refusal(), (403, "Authorization_RequestDenied"));
    let for_one = |scope: &'static str| to_graph(&world, MOBILE, Some(JORIS_ID), scope);
    assert_eq!(
        lukas.post(GRANTS, &for_one("User.Read.All").await).await.refusal(),
        (403, "Authorization_RequestDenied")
    );
    let made = lukas.post(GRANTS, &for_one("User.Read").await).await.made();
    let wider = json!({ "scope": "User.Read User.Read.All" });
    let refused = lukas.write(Method::PATCH, &at(&made), &wider).await;
    assert_eq!(refused.refusal(), (403, "Authorization_RequestDenied"));
    assert_eq!(lukas.by(Method::DELETE, &at(&made)).await.refusal(), (403, "Authorization_RequestDenied"));

    // An Application Administrator consents for everybody.
    let anneke = managing(&world, ANNEKE).await;
    anneke.post(GRANTS, &to_graph(&world, MOBILE, None, "User.Read.All").await).await.made();
    anneke.by(Method::DELETE, &at(&made)).await.done();
    assert_eq!(granted(&world.grant_to(MOBILE, None).await), ["User.Read.All"]);
}

#[tokio::test]
async fn without_the_permission_nobody_writes_and_without_a_token_nobody_reads() {
    let world = World::new().await;
    let body = to_graph(&world, MOBILE, None, "User.Read").await;
    world.allow_for_everybody(INTRANET, SANNE, "Directory.Read.All").await;
    let tokens = world.tokens(INTRANET, SANNE, "Directory.Read.All").await;
    let refused = world.graph(tokens.access()).post(GRANTS, &body).await;
    assert_eq!(
        (refused.refusal(), refused.reason()),
        ((403, "Authorization_RequestDenied"), Some("client_scope_missing"))
    );
    let app = world.client(EXPORT).client_credentials("https://graph.microsoft.com/.default").await.granted();
    let refused = world.graph(app.access()).post(GRANTS, &body).await;
    assert_eq!((refused.status, refused.reason()), (403, Some("client_scope_missing")));
    assert_eq!(world.graph_without_token().get(GRANTS).await.status, 401);
    assert_eq!(world.graph_without_token().post(GRANTS, &body).await.status, 401);
    assert!(world.grants_to(MOBILE).await.is_empty());
}
