//! What time does to tokens and sessions (protocol.md §4.6).

use mandate_base::ObjectId;
use mandate_domain::app_policies::StsPolicy;
use mandate_store::{KeyChange, KeyRow, KeyUse};
use mandate_tests::app::{EXPORT, INTRANET, ORDERS};
use mandate_tests::people::{JORIS, WATERKANT};
use mandate_tests::tokens::claims;
use mandate_tests::{NOON, World, days, hours, minutes, seconds};
use mandate_usecases::keys;
use serde_json::{Value, json};

const SCOPE: &str = "openid offline_access User.Read";

#[tokio::test]
async fn an_access_token_lives_between_sixty_and_ninety_minutes_and_not_all_alike() {
    let world = World::new().await;
    let client = world.client(INTRANET);
    let first = world.tokens(INTRANET, JORIS, SCOPE).await;
    let mut lives = Vec::new();
    for _ in 0..8 {
        let reply = client.refresh(first.refresh()).await.granted();
        let token = claims(&world, WATERKANT, reply.access()).await;
        let number = |name: &str| token[name].as_i64().expect("a NumericDate");
        assert_eq!((number("iat"), number("nbf")), (NOON.secs(), NOON.secs()));
        let life = number("exp") - number("iat");
        assert_eq!(
            (reply.json["expires_in"].as_i64(), reply.json["ext_expires_in"].as_i64()),
            (Some(life), Some(life))
        );
        assert!((3600..5400).contains(&life), "{life}");
        lives.push(life);
    }
    lives.dedup();
    assert!(lives.len() > 1, "{lives:?}");
}

#[tokio::test]
async fn an_access_token_works_until_its_last_second_and_not_in_the_next() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, SCOPE).await;
    let life = tokens.json["expires_in"].as_i64().expect("seconds");
    let graph = world.graph(tokens.access());
    world.later(seconds(life) - 1);
    graph.get("/v1.0/me").await.found();
    world.later(1);
    let expired = graph.get("/v1.0/me").await;
    assert_eq!(expired.refusal(), (401, "InvalidAuthenticationToken"));
    assert_eq!(expired.json["error"]["message"], "Lifetime validation failed, the token is expired.");
    assert!(expired.header("www-authenticate").is_some_and(|text| text.starts_with("Bearer ")));
}

#[tokio::test]
async fn an_id_token_is_good_for_an_hour() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, SCOPE).await;
    let id = claims(&world, WATERKANT, tokens.id_token()).await;
    assert_eq!((id["iat"].as_i64(), id["exp"].as_i64()), (Some(NOON.secs()), Some(NOON.secs() + 3600)));
}

#[tokio::test]
async fn a_browser_session_ends_after_a_day_without_use() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, SCOPE).await;
    world.later(hours(24) - 1);
    joris.silently(WATERKANT, INTRANET.ask(SCOPE)).await.code();
    world.later(hours(24));
    let over = joris.silently(WATERKANT, INTRANET.ask(SCOPE)).await;
    assert_eq!(over.refusal(), ("login_required", 50058));
}

#[tokio::test]
async fn a_browser_session_ends_with_the_window() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, SCOPE).await;
    joris.restart();
    let over = joris.silently(WATERKANT, INTRANET.ask(SCOPE)).await;
    assert_eq!(over.refusal(), ("login_required", 50058));
}

#[tokio::test]
async fn who_stays_signed_in_stays_for_ninety_days_and_through_a_restart() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask(SCOPE)).await.page("signin");
    joris.stay_signed_in(JORIS).await.page("consent");
    joris.accept().await.answer().code();
    joris.restart();
    world.later(days(90) - 1);
    joris.silently(WATERKANT, INTRANET.ask(SCOPE)).await.code();
    world.later(1);
    let over = joris.silently(WATERKANT, INTRANET.ask(SCOPE)).await;
    assert_eq!(over.refusal(), ("login_required", 50058));
}

#[tokio::test]
async fn refresh_tokens_outlive_the_browsers_session() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, SCOPE).await;
    world.later(days(30));
    world.client(INTRANET).refresh(tokens.refresh()).await.granted();
}

#[tokio::test]
async fn a_client_that_wants_a_fresh_sign_in_gets_one_and_hears_when_it_was() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    world.later(hours(2));
    let asked = INTRANET.ask("openid").and("max_age", "3600");
    joris.authorize(WATERKANT, &asked).await.page("signin");
    let code = joris.sign_in(JORIS).await.answer().code();
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    let id = claims(&world, WATERKANT, tokens.id_token()).await;
    assert_eq!(id["auth_time"].as_i64(), Some(world.now().secs()));
    // Young enough now: no page.
    world.later(minutes(30));
    let code = joris.authorize(WATERKANT, &asked).await.answer().code();
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    let id = claims(&world, WATERKANT, tokens.id_token()).await;
    assert_eq!(id["auth_time"].as_i64(), Some(world.now().secs() - 1800));
}

#[tokio::test]
async fn a_client_that_wants_the_password_again_gets_it_once() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    world.later(minutes(5));
    let asked = INTRANET.ask("openid").and("prompt", "login").and("max_age", "86400");
    joris.authorize(WATERKANT, &asked).await.page("signin");
    let code = joris.sign_in(JORIS).await.answer().code();
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    let id = claims(&world, WATERKANT, tokens.id_token()).await;
    assert_eq!(id["auth_time"].as_i64(), Some(NOON.secs() + 300));
}

#[tokio::test]
async fn a_token_from_the_future_is_not_taken() {
    let world = World::new().await;
    world.later(hours(1));
    let tokens = world.tokens(INTRANET, JORIS, SCOPE).await;
    world.later(-hours(1));
    let early = world.graph(tokens.access()).get("/v1.0/me").await;
    assert_eq!(early.refusal(), (401, "InvalidAuthenticationToken"));
}

/// protocol.md §4.6: of the API's instance here, of its registration at home, of the organisation; of the client for an
/// ID token.
#[tokio::test]
async fn a_policy_says_how_long_tokens_live() {
    const EVERYBODY: ObjectId = ObjectId::from_u128(1);
    const OF_APP: ObjectId = ObjectId::from_u128(2);
    const OF_INSTANCE: ObjectId = ObjectId::from_u128(3);
    let policy = |id, access: &str, is_organization_default| StsPolicy {
        id: Some(id),
        definition: vec![format!(r#"{{"TokenLifetimePolicy":{{"Version":1,"AccessTokenLifetime":"{access}"}}}}"#)],
        is_organization_default,
        ..StsPolicy::default()
    };
    let policies = [
        policy(EVERYBODY, "04:00:00", true),
        policy(OF_APP, "00:10:00", false),
        policy(OF_INSTANCE, "08:00:00", false),
    ];
    let world = World::with(|tenant| {
        tenant["settings"]["tokenLifetimePolicies"] = json!(policies);
        let orders = tenant["servicePrincipals"].as_array_mut().expect("a list").iter_mut();
        let orders = orders.into_iter().find(|sp| sp["appId"] == ORDERS.id).expect("the sample's");
        orders["tokenLifetimePolicies"] = json!([OF_INSTANCE]);
        for app in tenant["applications"].as_array_mut().expect("a list") {
            if app["appId"] == ORDERS.id || app["appId"] == INTRANET.id {
                app["tokenLifetimePolicies"] = json!([OF_APP]);
            }
        }
    })
    .await;
    let life = |token: &Value| token["exp"].as_i64().zip(token["iat"].as_i64()).map(|(exp, iat)| exp - iat);
    let tokens = world.tokens(INTRANET, JORIS, SCOPE).await;
    let access = claims(&world, WATERKANT, tokens.access()).await;
    assert_eq!(life(&access), Some(4 * 3600), "Graph has no policy of its own");
    assert_eq!(tokens.json["expires_in"], 4 * 3600);
    let id = claims(&world, WATERKANT, tokens.id_token()).await;
    assert_eq!(life(&id), Some(600), "an ID token is for the client");
    let orders = world.tokens(INTRANET, JORIS, "openid api://waterkant-orders/Orders.Read").await;
    assert_eq!(life(&claims(&world, WATERKANT, orders.access()).await), Some(8 * 3600), "the instance comes first");
    let daemon = world.client(EXPORT).client_credentials("api://waterkant-orders/.default").await.granted();
    assert_eq!(life(&claims(&world, WATERKANT, daemon.access()).await), Some(8 * 3600));
    // It changes, and so does the next token.
    world.change_settings(|settings| settings.token_lifetime_policies.clear()).await;
    let daemon = world.client(EXPORT).client_credentials("api://waterkant-orders/.default").await.granted();
    let built_in = life(&claims(&world, WATERKANT, daemon.access()).await).expect("two moments");
    assert!((3600..5400).contains(&built_in), "{built_in}");
}

/// A token is verified once and remembered; what signed it can still go.
#[tokio::test]
async fn a_token_that_was_seen_is_refused_once_its_key_is_gone() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "User.Read").await;
    let graph = world.graph(tokens.access());
    for _ in 0..2 {
        graph.get("/v1.0/me").await.found();
    }
    let house = world.house();
    let rows = house.store.global().keys().await.expect("the store answers");
    let of = |used: bool| {
        let mut signing = rows.iter().filter(|row| row.purpose == KeyUse::Signing);
        signing.find(|row| (row.active_from == KeyRow::NOT_YET) != used).expect("one in use, one to come").clone()
    };
    let (current, next) = (of(true), of(false));
    let changes =
        [KeyChange::Activate { name: next.name, at: NOON, was: next.active_from }, KeyChange::Remove(current.name)];
    house.store.global().keys_change(&changes).await.expect("the store answers");
    keys::reload(house).await.expect("the other key is there");
    assert_eq!(graph.get("/v1.0/me").await.refusal(), (401, "InvalidAuthenticationToken"));
    // One of the new key works, and a changed one of it does not.
    let tokens = world.tokens(INTRANET, JORIS, "User.Read").await;
    world.graph(tokens.access()).get("/v1.0/me").await.found();
    let (signed, signature) = tokens.access().rsplit_once('.').expect("three parts");
    let turned: String = signature.chars().rev().collect();
    let forged = world.graph(&format!("{signed}.{turned}"));
    assert_eq!(forged.get("/v1.0/me").await.status, 401);
}
