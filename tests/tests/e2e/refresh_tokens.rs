//! Refresh tokens: whose they are, how long they live, which of them are replaced (protocol.md §3.4).

use mandate_tests::app::{CONTACTS, INTRANET, MOBILE, PAYROLL};
use mandate_tests::people::{JORIS, WATERKANT, ZONNEBEL};
use mandate_tests::tokens::{claims, scp};
use mandate_tests::{World, days, hours, minutes, seconds};

const SCOPE: &str = "openid offline_access User.Read";

#[tokio::test]
async fn a_refresh_token_is_not_another_clients() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, SCOPE).await;
    for thief in [PAYROLL, MOBILE] {
        let refused = world.client(thief).refresh(tokens.refresh()).await;
        assert_eq!(refused.refusal(), (400, "invalid_grant", 70000), "{}", thief.id);
    }
    assert_eq!(world.signed_in_with(70000).await, 2);
    world.client(INTRANET).refresh(tokens.refresh()).await.granted();
}

#[tokio::test]
async fn a_confidential_clients_token_is_worth_nothing_without_the_clients_proof() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, SCOPE).await;
    let client = world.client(INTRANET);
    let without = client.refreshing(tokens.refresh()).without("client_secret");
    assert_eq!(client.send(&without).await.refusal(), (401, "invalid_client", 7000218));
    let wrong = client.refreshing(tokens.refresh()).with("client_secret", "wrong");
    assert_eq!(client.send(&wrong).await.refusal(), (401, "invalid_client", 7000215));
}

#[tokio::test]
async fn a_refresh_token_of_one_tenant_is_not_used_at_another() {
    let world = World::new().await;
    let tokens = world.tokens(CONTACTS, JORIS, SCOPE).await;
    let client = world.client(CONTACTS);
    let refused = client.send_to(ZONNEBEL, &client.refreshing(tokens.refresh())).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant", 700005));
    client.send_to("organizations", &client.refreshing(tokens.refresh())).await.granted();
}

#[tokio::test]
async fn a_confidential_clients_old_token_stays_usable() {
    let world = World::new().await;
    let client = world.client(INTRANET);
    let first = world.tokens(INTRANET, JORIS, SCOPE).await;
    let second = client.refresh(first.refresh()).await.granted();
    assert_ne!(first.refresh(), second.refresh());
    world.later(hours(5));
    for token in [first.refresh(), second.refresh(), first.refresh()] {
        client.refresh(token).await.granted();
    }
}

#[tokio::test]
async fn a_public_clients_old_token_is_good_for_the_grace_of_parallel_requests() {
    let world = World::new().await;
    let client = world.client(MOBILE);
    let first = world.tokens(MOBILE, JORIS, SCOPE).await;
    let second = client.refresh(first.refresh()).await.granted();
    world.later(seconds(30));
    let third = client.refresh(first.refresh()).await.granted();
    for token in [second.refresh(), third.refresh()] {
        client.refresh(token).await.granted();
    }
}

#[tokio::test]
async fn a_public_clients_old_token_beyond_the_grace_ends_the_family() {
    let world = World::new().await;
    let client = world.client(MOBILE);
    let first = world.tokens(MOBILE, JORIS, SCOPE).await;
    let second = client.refresh(first.refresh()).await.granted();
    world.later(seconds(30) + 1);
    let reused = client.refresh(first.refresh()).await;
    assert_eq!((reused.refusal(), reused.suberror()), ((400, "invalid_grant", 50173), Some("bad_token")));
    // Thief or victim, nobody can tell: the newest is dead as well.
    assert_eq!(client.refresh(second.refresh()).await.refusal(), (400, "invalid_grant", 50173));
    assert_eq!(world.signed_in_with(50173).await, 2);
    // Another sign-in is another family.
    let anew = world.tokens(MOBILE, JORIS, SCOPE).await;
    client.refresh(anew.refresh()).await.granted();
}

#[tokio::test]
async fn the_grace_does_not_move_with_each_use() {
    let world = World::new().await;
    let client = world.client(MOBILE);
    let first = world.tokens(MOBILE, JORIS, SCOPE).await;
    client.refresh(first.refresh()).await.granted();
    world.later(seconds(20));
    client.refresh(first.refresh()).await.granted();
    world.later(seconds(20));
    assert_eq!(client.refresh(first.refresh()).await.refusal(), (400, "invalid_grant", 50173));
}

#[tokio::test]
async fn a_refresh_token_that_nobody_used_for_ninety_days_is_dead() {
    let world = World::new().await;
    let client = world.client(INTRANET);
    let first = world.tokens(INTRANET, JORIS, SCOPE).await;
    world.later(days(90) - 1);
    let second = client.refresh(first.refresh()).await.granted();
    world.later(1);
    assert_eq!(client.refresh(first.refresh()).await.refusal(), (400, "invalid_grant", 700082));
    // The ninety days slide with each new one.
    world.later(days(89));
    client.refresh(second.refresh()).await.granted();
}

#[tokio::test]
async fn a_refresh_names_any_resource_that_was_consented_to() {
    let world = World::new().await;
    let scope = "openid offline_access User.Read api://waterkant-orders/Orders.Read";
    let (_, code) = world.let_in(INTRANET, JORIS, scope).await;
    let client = world.client(INTRANET);
    let asked = client.redeeming(&code).and("scope", "User.Read");
    let tokens = client.send(&asked).await.granted();
    let orders = client.refresh_for(tokens.refresh(), "api://waterkant-orders/Orders.Read").await.granted();
    let token = claims(&world, WATERKANT, orders.access()).await;
    assert_eq!((scp(&token), token["aud"].as_str()), (vec!["Orders.Read"], Some(mandate_tests::app::ORDERS_API)));
    let graph = client.refresh_for(tokens.refresh(), "User.Read").await.granted();
    world.graph(graph.access()).get("/v1.0/me").await.found();
}

#[tokio::test]
async fn a_refresh_for_what_nobody_consented_to_wants_consent() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, SCOPE).await;
    let client = world.client(INTRANET);
    let refused = client.refresh_for(tokens.refresh(), "Mail.Read").await;
    assert_eq!((refused.refusal(), refused.suberror()), ((400, "invalid_grant", 65001), Some("consent_required")));
    let unknown = client.refresh_for(tokens.refresh(), "Nothing.Read").await;
    assert_eq!(unknown.refusal(), (400, "invalid_scope", 70011));
    let elsewhere = client.refresh_for(tokens.refresh(), "api://nobody/.default").await;
    assert_eq!(elsewhere.refusal(), (400, "invalid_resource", 500011));
    client.refresh(tokens.refresh()).await.granted();
}

#[tokio::test]
async fn a_code_is_for_one_resource_at_a_time() {
    let world = World::new().await;
    let scope = "openid User.Read api://waterkant-orders/Orders.Read";
    let (_, code) = world.let_in(INTRANET, JORIS, scope).await;
    let client = world.client(INTRANET);
    let both = client.redeeming(&code).and("scope", "User.Read api://waterkant-orders/Orders.Read");
    assert_eq!(client.send(&both).await.refusal(), (400, "invalid_request", 28000));
    // Without a scope it is the first of the sign-in.
    let tokens = client.redeem(&code).await.granted();
    world.later(minutes(1));
    world.graph(tokens.access()).get("/v1.0/me").await.found();
}
