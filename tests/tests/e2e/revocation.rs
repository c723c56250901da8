//! What an administrator takes away is gone at the next token request and at the next Graph call, though the token has
//! not expired. Every test shows first that both worked, and that a bystander keeps what is theirs.

use mandate_base::{AppId, ServicePrincipalId, SessionId};
use mandate_domain::catalogue::GRAPH;
use mandate_tests::app::{CONTACTS, EXPORT, INTRANET, ORDERS_API, PAYROLL};
use mandate_tests::people::{FATIMA, FATIMA_ID, JORIS, JORIS_ID, LUKAS, SANNE, WATERKANT, WATERKANT_ID};
use mandate_tests::tokens::{claims, lacks};
use mandate_tests::{App, Ask, SAMPLE, TokenReply, World, minutes};
use mandate_usecases::directory::Revocation;

const SCOPE: &str = "openid profile offline_access User.Read";
const DENIED: (u16, &str) = (403, "Authorization_RequestDenied");
const UNKNOWN: (u16, &str) = (401, "Authorization_IdentityNotFound");
const DISABLED: (u16, &str) = (401, "Authorization_IdentityDisabled");
const INVALID: (u16, &str) = (401, "InvalidAuthenticationToken");

/// Joris at the intranet, with tokens that work, and Lukas beside him.
struct Scene {
    world: World,
    joris: TokenReply,
    lukas: TokenReply,
}

impl Scene {
    async fn of(app: App) -> Scene {
        let world = World::new().await;
        let joris = world.tokens(app, JORIS, SCOPE).await;
        let lukas = world.tokens(app, LUKAS, SCOPE).await;
        let scene = Scene { world, joris, lukas };
        scene.works_for(app, &scene.joris).await;
        scene.works_for(app, &scene.lukas).await;
        // So that a revocation is later than the second in which the tokens were issued.
        scene.world.later(minutes(5));
        scene
    }

    async fn works_for(&self, app: App, tokens: &TokenReply) {
        self.world.graph(tokens.access()).get("/v1.0/me").await.found();
        self.world.client(app).refresh(tokens.refresh()).await.granted();
    }

    /// The next token request, and the next call.
    async fn now_refused(&self, app: App, token: (u16, &str, u64), call: (u16, &str)) {
        let refused = self.world.client(app).refresh(self.joris.refresh()).await;
        assert_eq!(refused.refusal(), token, "{}", refused.json);
        let refused = self.world.graph(self.joris.access()).get("/v1.0/me").await;
        assert_eq!(refused.refusal(), call, "{}", refused.json);
    }
}

#[tokio::test]
async fn a_users_grant_ends_their_tokens_and_nobody_elses() {
    let scene = Scene::of(INTRANET).await;
    let grant = scene.world.grant_to(INTRANET, Some(JORIS_ID)).await;
    scene.world.revoke(Revocation::Grant(grant.id)).await;
    scene.now_refused(INTRANET, (400, "invalid_grant", 65001), DENIED).await;
    let refused = scene.world.client(INTRANET).refresh(scene.joris.refresh()).await;
    assert_eq!(refused.suberror(), Some("consent_required"));
    let refused = scene.world.graph(scene.joris.access()).get("/v1.0/me").await;
    assert_eq!(refused.reason(), Some("client_scope_missing"));
    scene.works_for(INTRANET, &scene.lukas).await;
}

#[tokio::test]
async fn an_organisations_grant_ends_everybodys() {
    let world = World::new().await;
    world.allow_for_everybody(CONTACTS, SANNE, SCOPE).await;
    let (joris, lukas) = (world.tokens(CONTACTS, JORIS, SCOPE).await, world.tokens(CONTACTS, LUKAS, SCOPE).await);
    let scene = Scene { world, joris, lukas };
    scene.works_for(CONTACTS, &scene.joris).await;
    let grant = scene.world.grant_to(CONTACTS, None).await;
    scene.world.revoke(Revocation::Grant(grant.id)).await;
    scene.now_refused(CONTACTS, (400, "invalid_grant", 65001), DENIED).await;
    let refused = scene.world.client(CONTACTS).refresh(scene.lukas.refresh()).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant", 65001));
}

#[tokio::test]
async fn a_code_that_is_out_is_worth_nothing_once_the_grant_is_gone() {
    let world = World::new().await;
    let (_, code) = world.let_in(PAYROLL, FATIMA, "openid profile User.Read").await;
    let grant = world.grant_to(PAYROLL, None).await;
    world.revoke(Revocation::Grant(grant.id)).await;
    let refused = world.client(PAYROLL).redeem(&code).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant", 65001));
}

#[tokio::test]
async fn an_app_role_ends_at_the_call_and_in_the_next_token() {
    const SCOPE: &str = "https://graph.microsoft.com/.default";
    let world = World::new().await;
    let client = world.client(EXPORT);
    let before = client.client_credentials(SCOPE).await.granted();
    assert_eq!(claims(&world, WATERKANT, before.access()).await["roles"], serde_json::json!(["User.Read.All"]));
    world.graph(before.access()).get("/v1.0/users").await.found();
    let (export, graph) = (world.instance_of(EXPORT).await, world.graph_instance().await);
    let held = world.house().store.tenant(WATERKANT_ID).assignments_of(export, graph).await.expect("the store answers");
    world.revoke(Revocation::AppRole(held[0].id)).await;
    let refused = world.graph(before.access()).get("/v1.0/users").await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("client_scope_missing")));
    // protocol.md §3.5: no role is needed for a token, but then it names none.
    let after = client.client_credentials(SCOPE).await.granted();
    assert!(lacks(&claims(&world, WATERKANT, after.access()).await, &["roles"]));
    assert_eq!(world.graph(after.access()).get("/v1.0/users").await.refusal(), DENIED);
}

#[tokio::test]
async fn an_app_role_at_an_api_for_assigned_apps_ends_the_next_token_itself() {
    const INSTANCE: &str = "000000000005, appId: c1000000-0000-4000-8000-000000000005";
    let strict = SAMPLE.replace(INSTANCE, &format!("{INSTANCE}, appRoleAssignmentRequired: true"));
    let world = World::of(&strict).await;
    let client = world.client(EXPORT);
    client.client_credentials("api://waterkant-orders/.default").await.granted();
    let orders = AppId::parse(ORDERS_API).expect("a GUID");
    let orders = world.instance(WATERKANT_ID, orders).await.expect("the sample has it").id;
    let export = world.instance_of(EXPORT).await;
    let held =
        world.house().store.tenant(WATERKANT_ID).assignments_of(export, orders).await.expect("the store answers");
    world.revoke(Revocation::AppRole(held[0].id)).await;
    let refused = client.client_credentials("api://waterkant-orders/.default").await;
    assert_eq!(refused.refusal(), (400, "invalid_grant", 501051));
}

#[tokio::test]
async fn a_persons_assignment_to_an_app_for_assigned_people_ends_their_next_token() {
    let world = World::new().await;
    let (mut fatima, code) = world.let_in(PAYROLL, FATIMA, "openid User.Read").await;
    world.client(PAYROLL).redeem(&code).await.granted();
    let code = fatima.authorize(WATERKANT, &PAYROLL.ask("openid User.Read")).await.answer().code();
    let payroll = world.instance_of(PAYROLL).await;
    let view = world.house().store.tenant(WATERKANT_ID);
    let held = view.assignments_of_user(FATIMA_ID, payroll).await.expect("the store answers");
    world.revoke(Revocation::AppRole(held[0].id)).await;
    let refused = world.client(PAYROLL).redeem(&code).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant", 50105));
    // And the next sign-in stops at our page.
    let outcome = fatima.authorize(WATERKANT, &PAYROLL.ask("openid User.Read")).await;
    assert_eq!(outcome.stopped(), (400, 50105));
}

#[tokio::test]
async fn a_disabled_service_principal_ends_all_tokens_of_its_app() {
    let scene = Scene::of(INTRANET).await;
    let sp = scene.world.instance_of(INTRANET).await;
    scene.world.revoke(Revocation::ServicePrincipalDisabled(sp)).await;
    scene.now_refused(INTRANET, (400, "unauthorized_client", 7000112), DISABLED).await;
    let refused = scene.world.client(INTRANET).client_credentials("https://graph.microsoft.com/.default").await;
    assert_eq!(refused.refusal(), (400, "unauthorized_client", 7000112));
}

#[tokio::test]
async fn a_removed_service_principal_takes_its_grants_along() {
    let scene = Scene::of(INTRANET).await;
    let sp = scene.world.instance_of(INTRANET).await;
    scene.world.revoke(Revocation::ServicePrincipalRemoved(sp)).await;
    scene.now_refused(INTRANET, (400, "invalid_grant", 65001), UNKNOWN).await;
    let left = scene.world.house().store.tenant(WATERKANT_ID).grants_of_client(sp).await.expect("the store answers");
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_daemons_service_principal_disabled_or_removed_ends_its_tokens() {
    const SCOPE: &str = "https://graph.microsoft.com/.default";
    type Taken = fn(ServicePrincipalId) -> Revocation;
    let cases = [
        (Revocation::ServicePrincipalDisabled as Taken, 7000112, DISABLED),
        (Revocation::ServicePrincipalRemoved as Taken, 7000229, UNKNOWN),
    ];
    for (revocation, code, call) in cases {
        let world = World::new().await;
        let token = world.client(EXPORT).client_credentials(SCOPE).await.granted();
        world.graph(token.access()).get("/v1.0/users").await.found();
        let sp = world.instance_of(EXPORT).await;
        world.revoke(revocation(sp)).await;
        let refused = world.client(EXPORT).client_credentials(SCOPE).await;
        assert_eq!(refused.refusal(), (400, "unauthorized_client", code));
        assert_eq!(world.graph(token.access()).get("/v1.0/users").await.refusal(), call);
        assert_eq!(world.signed_in_with(u32::try_from(code).expect("a number")).await, 1);
    }
}

#[tokio::test]
async fn graph_itself_turned_off_in_a_tenant_answers_nobody() {
    let scene = Scene::of(INTRANET).await;
    let graph = scene.world.instance(WATERKANT_ID, GRAPH).await.expect("Graph is everywhere").id;
    scene.world.revoke(Revocation::ServicePrincipalDisabled(graph)).await;
    scene.now_refused(INTRANET, (400, "invalid_resource", 500011), DISABLED).await;
}

#[tokio::test]
async fn an_app_that_its_owner_disabled_ends_everywhere() {
    let scene = Scene::of(INTRANET).await;
    scene.world.change_app(INTRANET.id, |app| app.is_disabled = Some(true)).await;
    scene.now_refused(INTRANET, (400, "unauthorized_client", 7000112), DISABLED).await;
}

#[tokio::test]
async fn s3_31_a_disabled_user_is_refused_and_a_colleague_is_not() {
    let scene = Scene::of(INTRANET).await;
    scene.world.revoke(Revocation::UserDisabled(JORIS_ID)).await;
    scene.now_refused(INTRANET, (400, "invalid_grant", 50057), DISABLED).await;
    scene.works_for(INTRANET, &scene.lukas).await;
}

#[tokio::test]
async fn a_removed_user_is_refused_and_a_colleague_is_not() {
    let scene = Scene::of(INTRANET).await;
    scene.world.revoke(Revocation::UserRemoved(JORIS_ID)).await;
    scene.now_refused(INTRANET, (400, "invalid_grant", 50034), UNKNOWN).await;
    scene.works_for(INTRANET, &scene.lukas).await;
}

#[tokio::test]
async fn a_revoked_session_ends_what_came_of_it_and_the_browsers_sign_in() {
    let world = World::new().await;
    let client = world.client(INTRANET);
    let (mut browser, code) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let here = client.redeem(&code).await.granted();
    let elsewhere = world.tokens(INTRANET, JORIS, SCOPE).await;
    world.later(minutes(5));
    client.refresh(here.refresh()).await.granted();
    world.graph(here.access()).get("/v1.0/me").await.found();
    let sid = claims(&world, WATERKANT, here.access()).await["sid"].as_str().expect("a session").to_owned();
    world.revoke(Revocation::Session(SessionId::parse(&sid).expect("a GUID"))).await;
    let refused = client.refresh(here.refresh()).await;
    assert_eq!((refused.refusal(), refused.suberror()), ((400, "invalid_grant", 50173), Some("bad_token")));
    assert_eq!(world.graph(here.access()).get("/v1.0/me").await.refusal(), INVALID);
    let answer = browser.silently(WATERKANT, INTRANET.ask(SCOPE)).await;
    assert_eq!(answer.refusal(), ("login_required", 50058));
    // His sign-in at another browser is another session.
    world.graph(elsewhere.access()).get("/v1.0/me").await.found();
    client.refresh(elsewhere.refresh()).await.granted();
}

#[tokio::test]
async fn a_revoked_session_is_told_with_a_claims_challenge() {
    let scene = Scene::of(INTRANET).await;
    scene.world.revoke(Revocation::UserSessions(JORIS_ID)).await;
    let refused = scene.world.graph(scene.joris.access()).get("/v1.0/me").await;
    let challenge = refused.header("www-authenticate").expect("a 401 has one").to_owned();
    assert!(challenge.contains(r#"error="insufficient_claims""#), "{challenge}");
    let wanted = format!(r#"{{"access_token":{{"nbf":{{"essential":true,"value":"{}"}}}}}}"#, scene.world.now().secs());
    let encoded = mandate_web::base64::standard(wanted.as_bytes());
    assert!(challenge.contains(&format!(r#"claims="{encoded}""#)), "{challenge}");
}

#[tokio::test]
async fn all_sessions_of_a_user_end_and_a_fresh_sign_in_begins_anew() {
    let scene = Scene::of(INTRANET).await;
    scene.world.revoke(Revocation::UserSessions(JORIS_ID)).await;
    scene.now_refused(INTRANET, (400, "invalid_grant", 50173), INVALID).await;
    scene.works_for(INTRANET, &scene.lukas).await;
    let fresh = scene.world.tokens(INTRANET, JORIS, SCOPE).await;
    scene.works_for(INTRANET, &fresh).await;
}

/// A token tells its second only; the session behind it tells the rest.
#[tokio::test]
async fn a_token_of_the_very_second_of_the_revocation_is_refused_too() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, SCOPE).await;
    world.later(500);
    world.revoke(Revocation::UserSessions(JORIS_ID)).await;
    world.later(100);
    assert_eq!(world.client(INTRANET).refresh(tokens.refresh()).await.refusal(), (400, "invalid_grant", 50173));
    assert_eq!(world.graph(tokens.access()).get("/v1.0/me").await.refusal(), INVALID);
    // And a sign-in of that second, but afterwards, is a new beginning.
    let fresh = world.tokens(INTRANET, JORIS, SCOPE).await;
    world.graph(fresh.access()).get("/v1.0/me").await.found();
}

/// protocol.md §1.9: a sign-out clears the browser's session only.
#[tokio::test]
async fn a_sign_out_is_no_revocation() {
    let world = World::new().await;
    let client = world.client(INTRANET);
    let (mut joris, code) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let tokens = client.redeem(&code).await.granted();
    joris.go(Ask::get(format!("/{WATERKANT}/oauth2/v2.0/logout"))).await.page("signed-out");
    let answer = joris.silently(WATERKANT, INTRANET.ask(SCOPE)).await;
    assert_eq!(answer.refusal(), ("login_required", 50058));
    world.graph(tokens.access()).get("/v1.0/me").await.found();
    client.refresh(tokens.refresh()).await.granted();
}
