//! What a client says about who it means and what it can: hints at a person, the resource, its capabilities; and what
//! an API says about the tokens it wants (protocol.md §2.1, §4.4, §4.5, §6.1).

use mandate_domain::application::OptionalClaim;
use mandate_tests::app::{ARCHIVE_API, CONTACTS, EXPORT, INTRANET, ORDERS_API};
use mandate_tests::client::TokenReply;
use mandate_tests::people::{EVERYBODY, JORIS, JORIS_ID, LUKAS, LUKAS_ID, OPERATIONS, SANNE, WATERKANT};
use mandate_tests::tokens::{claims, lacks, scp};
use mandate_tests::{Ask, Browser, SAMPLE, World, hours};
use serde_json::{Value, json};

const SCOPE: &str = "openid profile User.Read";

/// Two people at one browser, and what the intranet holds of each.
struct Shared<'w> {
    world: &'w World,
    browser: Browser<'w>,
    joris: TokenReply,
    lukas: TokenReply,
}

impl<'w> Shared<'w> {
    async fn new(world: &'w World) -> Shared<'w> {
        let client = world.client(INTRANET);
        let (mut browser, code) = world.let_in(INTRANET, JORIS, SCOPE).await;
        let joris = client.redeem(&code).await.granted();
        browser.authorize(WATERKANT, &INTRANET.ask(SCOPE).and("prompt", "login")).await.page("signin");
        browser.sign_in(LUKAS).await.page("consent");
        let code = browser.accept().await.answer().code();
        let lukas = client.redeem(&code).await.granted();
        Shared { world, browser, joris, lukas }
    }

    /// Whose code a silent request with this hint brings.
    async fn answers_to(&mut self, name: &str, hint: &str) -> Value {
        let code = self.browser.silently(WATERKANT, INTRANET.ask(SCOPE).and(name, hint)).await.code();
        let tokens = self.world.client(INTRANET).redeem(&code).await.granted();
        claims(self.world, WATERKANT, tokens.id_token()).await["oid"].clone()
    }
}

async fn sid_of(world: &World, tokens: &TokenReply) -> String {
    claims(world, WATERKANT, tokens.access()).await["sid"].as_str().expect("Graph's tokens have it").to_owned()
}

#[tokio::test]
async fn an_id_token_as_a_hint_picks_its_person() {
    let world = World::new().await;
    let mut shared = Shared::new(&world).await;
    let (joris, lukas) = (shared.joris.id_token().to_owned(), shared.lukas.id_token().to_owned());
    assert_eq!(shared.answers_to("id_token_hint", &joris).await, JORIS_ID.to_string());
    assert_eq!(shared.answers_to("id_token_hint", &lukas).await, LUKAS_ID.to_string());
}

#[tokio::test]
async fn a_hint_at_somebody_who_is_not_here_is_login_required() {
    let world = World::new().await;
    let sannes = world.tokens(INTRANET, SANNE, SCOPE).await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let asked = INTRANET.ask(SCOPE).and("id_token_hint", sannes.id_token());
    let answer = joris.silently(WATERKANT, asked.clone()).await;
    assert_eq!(answer.refusal(), ("login_required", 50058));
    // With a page allowed, she is asked to sign in: he does not answer for her.
    joris.authorize(WATERKANT, &asked).await.page("signin");
}

#[tokio::test]
async fn a_session_is_picked_by_its_id() {
    let world = World::new().await;
    let mut shared = Shared::new(&world).await;
    let (joris, lukas) = (sid_of(&world, &shared.joris).await, sid_of(&world, &shared.lukas).await);
    assert_eq!(shared.answers_to("sid", &joris).await, JORIS_ID.to_string());
    assert_eq!(shared.answers_to("sid", &lukas).await, LUKAS_ID.to_string());
}

#[tokio::test]
async fn a_session_that_is_not_at_this_browser_is_interaction_required() {
    let world = World::new().await;
    let elsewhere = sid_of(&world, &world.tokens(INTRANET, LUKAS, SCOPE).await).await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, SCOPE).await;
    for sid in ["99999999-9999-4999-8999-999999999999", &elsewhere] {
        let answer = joris.silently(WATERKANT, INTRANET.ask(SCOPE).and("sid", sid)).await;
        assert_eq!(answer.refusal(), ("interaction_required", 160021), "{sid}");
    }
}

#[tokio::test]
async fn a_sign_out_with_an_id_token_ends_that_persons_session_without_a_question() {
    let world = World::new().await;
    let mut shared = Shared::new(&world).await;
    let hint = shared.joris.id_token().to_owned();
    // It only names somebody, so its age does not matter.
    world.later(hours(2));
    shared
        .browser
        .go(Ask::get(format!("/{WATERKANT}/oauth2/v2.0/logout?id_token_hint={hint}")))
        .await
        .page("signed-out");
    let code = shared.browser.silently(WATERKANT, INTRANET.ask(SCOPE)).await.code();
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    assert_eq!(claims(&world, WATERKANT, tokens.id_token()).await["oid"], LUKAS_ID.to_string());
}

#[tokio::test]
async fn two_spellings_of_one_api_are_one_token_and_both_are_echoed() {
    const BOTH: &str = "openid offline_access User.Read https://graph.microsoft.com/User.ReadBasic.All";
    let world = World::new().await;
    let client = world.client(INTRANET);
    let (mut joris, code) = world.let_in(INTRANET, JORIS, BOTH).await;
    let first = client.redeem(&code).await.granted();
    let code = joris.authorize(WATERKANT, &INTRANET.ask(BOTH)).await.answer().code();
    let answers = [
        client.send(&client.redeeming(&code).and("scope", BOTH)).await.granted(),
        client.refresh(first.refresh()).await.granted(),
        client.refresh_for(first.refresh(), BOTH).await.granted(),
        first,
    ];
    for tokens in answers {
        let echoed = tokens.scopes();
        for asked in ["User.Read", "https://graph.microsoft.com/User.ReadBasic.All"] {
            assert!(echoed.contains(&asked), "{echoed:?}");
        }
        let token = claims(&world, WATERKANT, tokens.access()).await;
        assert_eq!(scp(&token), ["User.Read", "User.ReadBasic.All", "openid"]);
        world.graph(tokens.access()).get("/v1.0/me").await.found();
    }
}

/// consent-and-governance.md §18.5: a group that only holds another which holds the person gives nothing.
#[tokio::test]
async fn an_app_that_wants_its_own_groups_hears_of_those_assigned_to_it_that_hold_the_person_directly() {
    const FINANCE: &str = "bbbbbbbb-0000-4000-8000-000000000004";
    let assigned = |group: &str| {
        let (app, access) = (INTRANET.id, "00000000-0000-0000-0000-000000000000");
        format!("      - {{ principalId: {group}, resourceId: {app}, appRole: {access} }}\n")
    };
    let groups = [OPERATIONS.to_string(), EVERYBODY.to_string(), FINANCE.to_owned()].map(|group| assigned(&group));
    let list = format!("    appRoleAssignments:\n{}", groups.concat());
    let organisation = SAMPLE.replacen("    appRoleAssignments:\n", &list, 1);
    let world = World::of(
        &organisation.replace("groupMembershipClaims: SecurityGroup", "groupMembershipClaims: ApplicationGroup"),
    )
    .await;
    let of_joris = world.tokens(INTRANET, JORIS, "openid").await;
    let id = claims(&world, WATERKANT, of_joris.id_token()).await;
    assert_eq!(id["groups"], json!([OPERATIONS.to_string()]));
    // Her group, IT, is not assigned.
    let of_sanne = world.tokens(INTRANET, SANNE, "openid").await;
    assert!(lacks(&claims(&world, WATERKANT, of_sanne.id_token()).await, &["groups"]));
}

const ORDERS: &str = "openid offline_access api://waterkant-orders/Orders.Read";

async fn wants_claim(world: &World, api: &str, name: &str, additional: &[&str]) {
    let additional_properties = additional.iter().map(|property| (*property).to_owned()).collect();
    let claim = OptionalClaim { name: name.to_owned(), additional_properties, ..OptionalClaim::default() };
    world.change_app(api, |app| app.optional_claims.get_or_insert_default().access_token.push(claim)).await;
}

/// What a token request with this `claims` parameter gets, of an API that may or may not want to know.
async fn told_of(world: &World, request: Option<&str>) -> Value {
    let client = world.client(INTRANET);
    let (_, code) = world.let_in(INTRANET, JORIS, ORDERS).await;
    let with = |pairs: mandate_tests::Pairs| match request {
        Some(claims) => pairs.and("claims", claims),
        None => pairs,
    };
    let first = client.send(&with(client.redeeming(&code))).await.granted();
    let second = client.send(&with(client.refreshing(first.refresh()))).await.granted();
    let first = claims(world, WATERKANT, first.access()).await;
    let second = claims(world, WATERKANT, second.access()).await;
    assert_eq!(first["xms_cc"], second["xms_cc"], "a code and a refresh token");
    first["xms_cc"].clone()
}

#[tokio::test]
async fn an_api_that_wants_to_know_hears_that_a_client_understands_challenges() {
    let world = World::new().await;
    wants_claim(&world, ORDERS_API, "xms_cc", &[]).await;
    for word in ["cp1", "CP1", "Cp1"] {
        let request = format!(r#"{{"access_token":{{"xms_cc":{{"values":["{word}"]}}}}}}"#);
        assert_eq!(told_of(&world, Some(&request)).await, json!(["CP1"]), "{word}");
    }
    for silent in [None, Some("{}"), Some(r#"{"access_token":{"xms_cc":{"values":["cp2"]}}}"#)] {
        assert_eq!(told_of(&world, silent).await, Value::Null, "{silent:?}");
    }
}

#[tokio::test]
async fn an_api_that_does_not_want_to_know_hears_nothing_of_it() {
    let world = World::new().await;
    let capable = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    assert_eq!(told_of(&world, Some(capable)).await, Value::Null);
}

#[tokio::test]
async fn an_api_may_want_its_tokens_to_name_it_by_its_id() {
    const SCOPE: &str = "https://archive.waterkant.example//user_impersonation";
    let world = World::new().await;
    let by_name = world.tokens(INTRANET, JORIS, SCOPE).await;
    let token = claims(&world, WATERKANT, by_name.access()).await;
    assert_eq!((&token["aud"], &token["ver"]), (&json!("https://archive.waterkant.example/"), &json!("1.0")));
    wants_claim(&world, ARCHIVE_API, "aud", &["use_guid"]).await;
    let by_id = world.tokens(INTRANET, JORIS, SCOPE).await;
    let token = claims(&world, WATERKANT, by_id.access()).await;
    assert_eq!((&token["aud"], &token["ver"]), (&json!(ARCHIVE_API), &json!("1.0")));
}

#[tokio::test]
async fn a_wrong_secret_in_the_header_is_answered_with_the_error_alone() {
    let world = World::new().await;
    let client = world.client(EXPORT);
    let asked = client.asking_for_itself("https://graph.microsoft.com/.default").without("client_secret");
    let header = format!("Basic {}", mandate_web::base64::standard(format!("{}:wrong", EXPORT.id).as_bytes()));
    let ask = Ask::form(format!("/{WATERKANT}/oauth2/v2.0/token"), &asked).header("authorization", &header);
    let refused = TokenReply::of(&world.send(ask).await);
    assert_eq!(refused.refusal(), (401, "invalid_client", 7000215));
    // Entra sends no challenge, and clients that see one report it instead of the error (docs/decisions/0007).
    assert_eq!(refused.header("www-authenticate"), None);
}

/// protocol.md §3.4: a client turns this into a sign-in, where the rest is said.
#[tokio::test]
async fn a_refresh_for_an_api_that_the_registration_does_not_list_lacks_consent() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "openid offline_access User.Read").await;
    let refused = world.client(INTRANET).refresh_for(tokens.refresh(), "api://waterkant-orders/.default").await;
    assert_eq!((refused.refusal(), refused.suberror()), ((400, "invalid_grant", 65001), Some("consent_required")));
}

#[tokio::test]
async fn a_resource_that_contradicts_the_scopes_is_refused_and_one_that_repeats_them_is_not() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid User.Read").await;
    let with = |resource: &str| INTRANET.ask("openid User.Read").and("resource", resource);
    for other in ["api://waterkant-orders", ORDERS_API] {
        let answer = joris.authorize(WATERKANT, &with(other)).await.answer();
        assert_eq!(answer.refusal().1, 9010010, "{other}");
    }
    joris.authorize(WATERKANT, &with("https://graph.microsoft.com")).await.answer().code();
}

#[tokio::test]
async fn a_form_of_ours_is_not_got() {
    let world = World::new().await;
    assert_eq!(world.get(&format!("/{WATERKANT}/login")).await.status, 405);
}

#[tokio::test]
async fn an_app_for_organisations_is_not_for_personal_accounts() {
    let world = World::new().await;
    let outcome = world.browser().authorize("consumers", &CONTACTS.ask("openid")).await;
    assert_eq!(outcome.stopped(), (400, 9002332));
}
