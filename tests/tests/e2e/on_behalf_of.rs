//! An API calls the next one for the person who called it (protocol.md §3.8; features S2-02, S2-14).

use mandate_tests::app::{EXPORT, INTRANET, ORDERS, PAYROLL};
use mandate_tests::people::{GIJS, JORIS, JORIS_ID, WATERKANT, ZONNEBEL};
use mandate_tests::tokens::{claims, scp};
use mandate_tests::{TokenReply, World, hours, seconds};
use mandate_usecases::directory::Revocation;
use serde_json::json;

const ORDERS_READ: &str = "openid offline_access api://waterkant-orders/Orders.Read";
const GRAPH: &str = "https://graph.microsoft.com/User.Read";

/// The sample, where an administrator allowed the API this much of Graph, for everybody.
async fn world_where_the_api_may(scope: &str) -> World {
    World::with(|tenant| {
        let grants = tenant["oauth2PermissionGrants"].as_array_mut().expect("a list");
        let graph = "00000003-0000-0000-c000-000000000000";
        grants.push(
            json!({ "clientId": ORDERS.id, "resourceId": graph, "consentType": "AllPrincipals", "scope": scope }),
        );
    })
    .await
}

/// The API may read profiles, for everybody; Joris uses the intranet, which calls the API.
async fn called() -> (World, TokenReply) {
    let world = world_where_the_api_may("User.Read offline_access openid").await;
    let tokens = world.tokens(INTRANET, JORIS, ORDERS_READ).await;
    (world, tokens)
}

#[tokio::test]
async fn s2_02_the_person_stays_and_the_client_becomes_the_api() {
    let (world, tokens) = called().await;
    let api = world.client(ORDERS);
    let next = api.send(&api.on_behalf(tokens.access(), GRAPH)).await.granted();
    let token = claims(&world, WATERKANT, next.access()).await;
    assert_eq!((&token["oid"], &token["appid"]), (&JORIS_ID.to_string().into(), &ORDERS.id.into()));
    assert_eq!((token["appidacr"].as_str(), token["aud"].as_str()), (Some("1"), Some("https://graph.microsoft.com")));
    assert!(scp(&token).contains(&"User.Read"));
    let me = world.graph(next.access()).get("/v1.0/me").await.found();
    assert_eq!(me["id"], JORIS_ID.to_string());
    assert!(!next.has("refresh_token") && !next.has("id_token"), "neither was asked for");
    let more = api.send(&api.on_behalf(tokens.access(), "openid offline_access User.Read")).await.granted();
    assert!(more.has("id_token"));
    let again = api.refresh(more.refresh()).await.granted();
    world.graph(again.access()).get("/v1.0/me").await.found();
}

/// Every library adds the sign-in scopes to such a request; nobody can be asked for them, and a grant of the one scope
/// that matters is enough.
#[tokio::test]
async fn the_sign_in_scopes_that_libraries_add_need_no_grant() {
    let world = world_where_the_api_may("User.Read").await;
    let tokens = world.tokens(INTRANET, JORIS, ORDERS_READ).await;
    let api = world.client(ORDERS);
    let asked = "https://graph.microsoft.com/User.Read openid profile offline_access";
    let next = api.send(&api.on_behalf(tokens.access(), asked)).await.granted();
    let token = claims(&world, WATERKANT, next.access()).await;
    assert_eq!(scp(&token), ["User.Read"], "what was not granted is not in the token");
    assert!(next.has("id_token"));
    for again in [api.refresh(next.refresh()).await, api.refresh_for(next.refresh(), asked).await] {
        world.graph(again.granted().access()).get("/v1.0/me").await.found();
    }
    let more = api.send(&api.on_behalf(tokens.access(), &format!("{asked} Mail.Read"))).await;
    assert_eq!(more.refusal(), (400, "invalid_grant", 65001));
}

#[tokio::test]
async fn s2_33_without_consent_to_the_api_the_client_is_told_to_ask_for_it() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, ORDERS_READ).await;
    let api = world.client(ORDERS);
    let refused = api.send(&api.on_behalf(tokens.access(), GRAPH)).await;
    assert_eq!((refused.refusal(), refused.suberror()), ((400, "invalid_grant", 65001), Some("consent_required")));
}

#[tokio::test]
async fn only_the_api_that_a_token_is_for_hands_it_in() {
    let (world, tokens) = called().await;
    let (other, api) = (world.client(PAYROLL), world.client(ORDERS));
    assert_eq!(other.send(&other.on_behalf(tokens.access(), GRAPH)).await.refusal(), (400, "invalid_grant", 500_131));
    let graph = world.tokens(INTRANET, JORIS, "User.Read").await;
    assert_eq!(api.send(&api.on_behalf(graph.access(), GRAPH)).await.refusal(), (400, "invalid_grant", 500_131));
    let id = api.send(&api.on_behalf(tokens.id_token(), GRAPH)).await;
    assert_eq!(id.refusal(), (400, "invalid_request", 240_002));
    let alone = world.client(EXPORT).client_credentials("api://waterkant-orders/.default").await.granted();
    assert_eq!(api.send(&api.on_behalf(alone.access(), GRAPH)).await.refusal(), (400, "invalid_grant", 7_000_114));
    let (head, _) = tokens.access().rsplit_once('.').expect("parts");
    let long = "A".repeat(40_000);
    for wrong in ["x", &format!("{head}.AAAA"), tokens.refresh(), &long] {
        assert_eq!(api.send(&api.on_behalf(wrong, GRAPH)).await.refusal(), (400, "invalid_grant", 50_013));
    }
    let elsewhere = api.send_to(ZONNEBEL, &api.on_behalf(tokens.access(), GRAPH)).await;
    assert_eq!(elsewhere.refusal(), (400, "invalid_grant", 50_013));
}

#[tokio::test]
async fn the_api_proves_itself_and_asks_for_one_resource() {
    let (world, tokens) = called().await;
    let api = world.client(ORDERS);
    let good = api.on_behalf(tokens.access(), GRAPH);
    assert_eq!(api.send(&good.clone().without("client_secret")).await.refusal(), (401, "invalid_client", 7_000_218));
    let wrong = good.clone().with("client_secret", "wrong");
    assert_eq!(api.send(&wrong).await.refusal(), (401, "invalid_client", 7_000_215));
    for field in ["assertion", "requested_token_use", "scope"] {
        assert_eq!(
            api.send(&good.clone().without(field)).await.refusal(),
            (400, "invalid_request", 900_144),
            "{field}"
        );
    }
    let strange = good.clone().with("requested_token_use", "as_myself");
    assert_eq!(api.send(&strange).await.refusal(), (400, "invalid_request", 90_023));
    let saml = good.clone().and("requested_token_type", "urn:ietf:params:oauth:token-type:saml2");
    assert_eq!(api.send(&saml).await.refusal(), (400, "invalid_request", 90_023));
    let several = good.with("scope", "User.Read https://archive.waterkant.example//user_impersonation");
    assert_eq!(api.send(&several).await.refusal(), (400, "invalid_request", 28_000));
}

#[tokio::test]
async fn what_the_token_came_of_must_still_stand() {
    let (world, tokens) = called().await;
    let api = world.client(ORDERS);
    let ask = async || api.send(&api.on_behalf(tokens.access(), GRAPH)).await;
    ask().await.granted();
    // The first client's grant: without it the API was not called for anybody.
    let grants = world.grants_to(INTRANET).await;
    let of_orders = grants.iter().find(|grant| grant.holds("Orders.Read")).expect("Joris allowed it");
    world.revoke(Revocation::Grant(of_orders.id)).await;
    assert_eq!(ask().await.refusal(), (400, "invalid_grant", 50_173));
}

#[tokio::test]
async fn a_token_ends_with_its_time_its_session_and_its_person() {
    let (world, tokens) = called().await;
    let api = world.client(ORDERS);
    let other = world.tokens(INTRANET, JORIS, ORDERS_READ).await;
    world.later(seconds(1));
    world.revoke(Revocation::UserSessions(JORIS_ID)).await;
    let refused = api.send(&api.on_behalf(tokens.access(), GRAPH)).await;
    assert_eq!((refused.refusal(), refused.suberror()), ((400, "invalid_grant", 50_173), Some("bad_token")));
    world.later(hours(2));
    assert_eq!(api.send(&api.on_behalf(other.access(), GRAPH)).await.refusal(), (400, "invalid_grant", 500_133));
}

/// Features S2-14: on behalf of a person, an API has no more than the person.
#[tokio::test]
async fn s2_14_the_api_can_do_no_more_than_the_person() {
    let world = world_where_the_api_may("User.Read User.Read.All").await;
    // A guest may not list the people of the organisation; a member may. The API was allowed it in both cases.
    for (upn, status) in [(JORIS, 200), (GIJS, 403)] {
        let tokens = world.tokens(INTRANET, upn, ORDERS_READ).await;
        let api = world.client(ORDERS);
        let next = api.send(&api.on_behalf(tokens.access(), "https://graph.microsoft.com/.default")).await.granted();
        let token = claims(&world, WATERKANT, next.access()).await;
        assert!(scp(&token).contains(&"User.Read.All"), "{upn}");
        world.graph(next.access()).get("/v1.0/me").await.found();
        assert_eq!(world.graph(next.access()).get("/v1.0/users").await.status, status, "{upn}");
    }
}
