//! Features S1-01, S1-02, S1-23 to S1-26: who acts for whom, tokens to oneself, and the two halves of a decision.

use mandate_domain::permission::{Scope, ScopeConsent};
use mandate_tests::app::{CONTACTS, INTRANET, ORDERS_API};
use mandate_tests::people::{FATIMA, FATIMA_ID, GIJS, JORIS, JORIS_ID, LUKAS_ID, SANNE, WATERKANT, WATERKANT_ID};
use mandate_tests::tokens::{claims, scp};
use mandate_tests::{App, NOON, World};
use serde_json::json;

/// The intranet asks for a token to itself, by its GUID.
const TO_ITSELF: &str = "c1000000-0000-4000-8000-000000000001/.default openid profile";

#[tokio::test]
async fn s1_01_a_token_of_the_code_flow_speaks_of_the_user_and_of_the_app() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "openid User.Read").await;
    let token = claims(&world, WATERKANT, tokens.access()).await;
    assert_eq!(token["oid"], JORIS_ID.to_string());
    assert_eq!((&token["appid"], &token["appidacr"]), (&json!(INTRANET.id), &json!("1")));
    let me = world.graph(tokens.access()).get("/v1.0/me").await.found();
    assert_eq!(me["id"], JORIS_ID.to_string());
}

#[tokio::test]
async fn s1_02_an_api_sees_client_resource_and_user_in_a_token_of_its_own_version() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, FATIMA, "openid api://waterkant-orders/Orders.Read").await;
    assert_eq!(tokens.scopes(), ["api://waterkant-orders/Orders.Read", "openid"]);
    let token = claims(&world, WATERKANT, tokens.access()).await;
    let seen = json!({
        "azp": token["azp"], "azpacr": token["azpacr"], "aud": token["aud"], "oid": token["oid"],
        "roles": token["roles"], "scp": token["scp"], "ver": token["ver"],
    });
    let expected = json!({
        "azp": INTRANET.id, "azpacr": "1", "aud": ORDERS_API, "oid": FATIMA_ID.to_string(),
        "roles": ["Approver"], "scp": "Orders.Read", "ver": "2.0",
    });
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn s1_02_subjects_are_pairwise_and_the_same_again_for_the_same_pair() {
    let world = World::new().await;
    let orders = "openid api://waterkant-orders/Orders.Read";
    let one = world.tokens(INTRANET, JORIS, orders).await;
    let again = world.tokens(INTRANET, JORIS, orders).await;
    let other = world.tokens(INTRANET, FATIMA, orders).await;
    let subject = async |token: &str| claims(&world, WATERKANT, token).await["sub"].clone();
    let (access, id) = (subject(one.access()).await, subject(one.id_token()).await);
    assert_eq!((subject(again.access()).await, subject(again.id_token()).await), (access.clone(), id.clone()));
    assert_ne!(access, id, "the API and the client are two receivers");
    assert_ne!(subject(other.access()).await, access);
}

#[tokio::test]
async fn s1_02_a_decision_names_the_three_parties() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "User.Read").await;
    let refused = world.graph(tokens.access()).get(&format!("/v1.0/users/{LUKAS_ID}")).await;
    let explained = refused.explanation();
    assert_eq!(explained["client"], INTRANET.id);
    assert_eq!(explained["resource"], "00000003-0000-0000-c000-000000000000");
    assert_eq!(explained["user"], JORIS_ID.to_string());
}

#[tokio::test]
async fn s1_23_s1_24_a_token_to_itself_is_issued_without_a_page_and_without_a_grant() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask(TO_ITSELF)).await.page("signin");
    // The sign-in form leads straight to the app: no consent page in between.
    let code = joris.sign_in(JORIS).await.answer().code();
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    let token = claims(&world, WATERKANT, tokens.access()).await;
    assert_eq!(token["aud"], INTRANET.id);
    assert_eq!(token["appid"], INTRANET.id);
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
    assert_eq!(world.audited(NOON, "Consent to application").await.len(), 0);
}

#[tokio::test]
async fn s1_23_it_holds_the_permission_that_the_app_exposes_itself() {
    let world = World::new().await;
    world
        .change_app(INTRANET.id, |app| {
            app.api.oauth2_permission_scopes.push(Scope {
                id: mandate_base::ScopeId::from_u128(0xdddd),
                value: "Pages.Read".to_owned(),
                consent: ScopeConsent::User,
                is_enabled: true,
                admin_consent_display_name: None,
                admin_consent_description: None,
                user_consent_display_name: None,
                user_consent_description: None,
            });
        })
        .await;
    let mut joris = world.browser();
    let asked = INTRANET.ask("c1000000-0000-4000-8000-000000000001/Pages.Read openid");
    joris.authorize(WATERKANT, &asked).await.page("signin");
    let code = joris.sign_in(JORIS).await.answer().code();
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    assert_eq!(scp(&claims(&world, WATERKANT, tokens.access()).await), ["Pages.Read"]);
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
}

/// protocol.md §5.4: only when the resource is given as a GUID.
#[tokio::test]
async fn s1_23_an_app_that_names_itself_by_its_uri_is_told_to_use_its_guid() {
    let world = World::new().await;
    let uri = format!("api://{}", INTRANET.id);
    world.change_app(INTRANET.id, |app| app.identifier_uris.push(uri.clone())).await;
    let mut joris = world.browser();
    let mut outcome = joris.authorize(WATERKANT, &INTRANET.ask(&format!("{uri}/.default"))).await;
    if outcome.is_page("signin") {
        outcome = joris.sign_in(JORIS).await;
    }
    assert_eq!(outcome.answer().refusal(), ("invalid_request", 90009));
}

#[tokio::test]
async fn s1_24_not_even_a_client_that_wants_a_consent_page_gets_one() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask(TO_ITSELF).and("prompt", "consent")).await.page("signin");
    joris.sign_in(JORIS).await.answer().code();
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
}

#[tokio::test]
async fn s1_25_the_profile_comes_with_it_though_no_grant_says_so() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, TO_ITSELF).await;
    let id = claims(&world, WATERKANT, tokens.id_token()).await;
    assert_eq!((&id["name"], &id["preferred_username"]), (&json!("Joris Bakker"), &json!(JORIS)));
    let access = claims(&world, WATERKANT, tokens.access()).await;
    assert_eq!(access["name"], "Joris Bakker");
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
    let log = world.sign_ins(WATERKANT_ID).await;
    assert!(log.iter().any(|row| row.reason.contains("self-token rule")), "{log:?}");
}

/// Each half of the gate, and both: the same call, refused for different reasons.
#[tokio::test]
async fn s1_26_client_and_user_are_judged_apart_and_both_verdicts_are_told() {
    let world = World::new().await;
    world.allow_for_everybody(CONTACTS, SANNE, "User.Read.All User.Read").await;
    let told = async |app: App, upn: &str, scope: &str| {
        let tokens = world.tokens(app, upn, scope).await;
        let reply = world.graph(tokens.access()).get("/v1.0/users").await;
        (reply.status, reply.reason().map(str::to_owned), reply.explanation().clone())
    };
    let (status, _, _) = told(CONTACTS, JORIS, "User.Read.All").await;
    assert_eq!(status, 200);
    let cases = [
        (INTRANET, JORIS, "User.Read", "client_scope_missing"),
        (CONTACTS, GIJS, "User.Read.All", "user_right_missing"),
        (INTRANET, GIJS, "User.Read", "client_scope_and_user_right_missing"),
    ];
    for (app, upn, scope, expected) in cases {
        let (status, reason, explained) = told(app, upn, scope).await;
        assert_eq!((status, reason.as_deref()), (403, Some(expected)), "{upn}");
        assert!(explained["clientCheck"].is_string() && explained["userCheck"].is_string(), "{explained}");
    }
}
