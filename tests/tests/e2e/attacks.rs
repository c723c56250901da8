//! What somebody who means harm would try: a foreign app that names itself, a name that is another's, a stolen code, a
//! form with two answers, texts far too long. Each leaves things as they were.

use mandate_base::{AppId, ScopeId};
use mandate_domain::permission::{Scope, ScopeConsent};
use mandate_server::seed;
use mandate_tests::app::{CONTACTS, CONTACTS_AT_HOME, INTRANET, MOBILE, NONCE, ORDERS_API, PAYROLL};
use mandate_tests::deeds::granted;
use mandate_tests::people::{
    FATIMA, FATIMA_ID, JORIS, JORIS_ID, KATRIN, LUKAS, PASSWORD, SANNE, SANNE_ID, WATERKANT, WATERKANT_ID, ZONNEBEL,
};
use mandate_tests::tokens::claims;
use mandate_tests::wire::refusal;
use mandate_tests::{Ask, Browser, Mode, NOON, Pairs, SAMPLE, World, seconds};
use mandate_usecases::directory::Revocation;

const SESSION: &str = "__Host-mandate-session";
const MALFORMED: (u16, u64) = (400, 9002313);

/// The publisher's app asks for a token to itself, and for the person's identity beside it.
const TO_ITSELF: &str = "c2000000-0000-4000-8000-000000000001/.default openid profile email offline_access";
const IDENTITY: [&str; 4] = ["email", "offline_access", "openid", "profile"];

async fn nothing_came_of_it(world: &World) {
    assert!(world.instance(WATERKANT_ID, CONTACTS.app_id()).await.is_none());
    assert_eq!(world.audited(NOON, "Consent to application").await.len(), 0);
}

#[tokio::test]
async fn a_foreign_app_that_names_itself_gets_no_identity_where_people_may_not_consent() {
    let world = World::new().await;
    world.let_people_consent_by(&[]).await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &CONTACTS.ask(TO_ITSELF)).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("needs-admin");
    assert_eq!((page.blocked(), page.permissions()), (IDENTITY.map(str::to_owned).to_vec(), vec![]));
    let answer = joris.silently(WATERKANT, CONTACTS.ask(TO_ITSELF)).await;
    assert_eq!(answer.refusal(), ("consent_required", 65001));
    nothing_came_of_it(&world).await;
}

#[tokio::test]
async fn a_foreign_app_that_names_itself_is_consented_to_like_any_other() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &CONTACTS.ask(TO_ITSELF)).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("consent");
    assert_eq!(page.permissions(), IDENTITY);
    let answer = joris.silently(WATERKANT, CONTACTS.ask(TO_ITSELF)).await;
    assert_eq!(answer.refusal(), ("consent_required", 65001));
    nothing_came_of_it(&world).await;
    joris.authorize(WATERKANT, &CONTACTS.ask(TO_ITSELF)).await.page("consent");
    let code = joris.accept().await.answer().code();
    assert_eq!(granted(&world.grant_to(CONTACTS, Some(JORIS_ID)).await), IDENTITY);
    let tokens = world.client(CONTACTS).redeem(&code).await.granted();
    let id = claims(&world, WATERKANT, tokens.id_token()).await;
    assert_eq!(id["oid"], JORIS_ID.to_string());
}

/// There is nothing that a page could list, so the client hears it.
#[tokio::test]
async fn a_foreign_app_that_names_nothing_but_itself_is_told_that_nobody_consented() {
    let world = World::new().await;
    let alone = CONTACTS.ask("c2000000-0000-4000-8000-000000000001/.default");
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &alone).await.page("signin");
    assert_eq!(joris.sign_in(JORIS).await.answer().refusal(), ("consent_required", 65001));
    assert_eq!(joris.silently(WATERKANT, alone).await.refusal(), ("consent_required", 65001));
    nothing_came_of_it(&world).await;
}

/// Features S1-23 to S1-25 stay what they are: for an app of one's own organisation.
#[tokio::test]
async fn the_same_app_at_home_names_itself_and_asks_nobody() {
    let world = World::new().await;
    let mut katrin = world.browser();
    katrin.authorize(ZONNEBEL, &CONTACTS_AT_HOME.ask(TO_ITSELF)).await.page("signin");
    let code = katrin.sign_in(KATRIN).await.answer().code();
    let tokens = world.client(CONTACTS_AT_HOME).redeem(&code).await.granted();
    assert_eq!(claims(&world, ZONNEBEL, tokens.access()).await["aud"], CONTACTS.id);
}

const BOTH: &str = "Mail.Read Calendars.Read";

/// Sanne, who let the app read her own mail.
async fn sanne_who_shared_her_mail(world: &World) -> Browser<'_> {
    let (sanne, _) = world.let_in(INTRANET, SANNE, "Mail.Read").await;
    assert_eq!(granted(&world.grant_to(INTRANET, Some(SANNE_ID)).await), ["Mail.Read"]);
    sanne
}

#[tokio::test]
async fn the_tick_gives_everybody_what_the_page_listed_and_nothing_that_was_hers_alone() {
    let world = World::new().await;
    let mut sanne = sanne_who_shared_her_mail(&world).await;
    let page = sanne.authorize(WATERKANT, &INTRANET.ask(BOTH)).await.page("consent");
    assert_eq!(page.permissions(), ["Calendars.Read"]);
    sanne.accept_for_organisation().await.answer().code();
    assert_eq!(granted(&world.grant_to(INTRANET, None).await), ["Calendars.Read"]);
    let mut lukas = world.browser();
    lukas.authorize(WATERKANT, &INTRANET.ask(BOTH)).await.page("signin");
    assert_eq!(lukas.sign_in(LUKAS).await.page("consent").permissions(), ["Mail.Read"]);
}

#[tokio::test]
async fn the_tick_under_the_whole_list_gives_everybody_the_whole_list() {
    let world = World::new().await;
    let mut sanne = sanne_who_shared_her_mail(&world).await;
    let page = sanne.authorize(WATERKANT, &INTRANET.ask(BOTH).and("prompt", "consent")).await.page("consent");
    assert_eq!(page.permissions(), ["Calendars.Read", "Mail.Read"]);
    sanne.accept_for_organisation().await.answer().code();
    assert_eq!(granted(&world.grant_to(INTRANET, None).await), ["Calendars.Read", "Mail.Read"]);
    let mut lukas = world.browser();
    lukas.authorize(WATERKANT, &INTRANET.ask(BOTH)).await.page("signin");
    lukas.sign_in(LUKAS).await.answer().code();
}

fn pages_read(id: u128) -> Scope {
    Scope {
        id: ScopeId::from_u128(id),
        value: "Pages.Read".to_owned(),
        consent: ScopeConsent::User,
        is_enabled: true,
        admin_consent_display_name: None,
        admin_consent_description: None,
        user_consent_display_name: None,
        user_consent_description: None,
    }
}

#[tokio::test]
async fn a_name_made_of_an_apps_id_means_that_app_whoever_else_declares_it() {
    let world = World::new().await;
    let name = format!("api://{}", INTRANET.id);
    world.change_app(INTRANET.id, |app| app.api.oauth2_permission_scopes.push(pages_read(0xdddd))).await;
    // The publisher calls its own app so, and the app comes into the tenant under that name.
    world
        .change_app(CONTACTS.id, |app| {
            app.identifier_uris.extend([name.clone(), format!("{name}/")]);
            app.api.oauth2_permission_scopes.push(pages_read(0xeeee));
        })
        .await;
    world.tokens(CONTACTS, JORIS, "openid").await;
    for (upn, scope) in [(JORIS, format!("{name}/Pages.Read")), (LUKAS, format!("{name}//Pages.Read"))] {
        let (_, code) = world.let_in(MOBILE, upn, &scope).await;
        world.client(MOBILE).redeem(&code).await.granted();
    }
    let intranet = world.instance_of(INTRANET).await;
    let resources: Vec<_> = world.grants_to(MOBILE).await.iter().map(|grant| grant.resource).collect();
    assert_eq!(resources, [intranet, intranet]);
}

#[test]
fn a_seed_whose_app_claims_the_name_of_another_is_refused() {
    const ARCHIVE: &str = "identifierUris: [https://archive.waterkant.example/]";
    const PUBLISHER: &str = "publisherDomain: zonnebel.example";
    let of_intranet = [format!("api://{}", INTRANET.id), format!("API://{}", INTRANET.id.to_ascii_uppercase())];
    for name in of_intranet {
        let beside = format!("identifierUris: [https://archive.waterkant.example/, {name}]");
        let abroad = format!("{PUBLISHER}\n        identifierUris: [{name}]");
        for (organisation, path) in [
            (SAMPLE.replacen(ARCHIVE, &beside, 1), "tenants[0].applications[5].identifierUris[1]"),
            (SAMPLE.replacen(PUBLISHER, &abroad, 1), "tenants[1].applications[0].identifierUris[0]"),
        ] {
            let Err(errors) = seed::read(&organisation, NOON) else { panic!("read: {name} at {path}") };
            let paths: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
            assert_eq!(paths, [path], "{name}");
        }
    }
    let own =
        format!("identifierUris: [https://archive.waterkant.example/, api://{}]", mandate_tests::app::ARCHIVE_API);
    assert!(seed::read(&SAMPLE.replacen(ARCHIVE, &own, 1), NOON).is_ok());
}

#[tokio::test]
async fn a_domain_far_too_long_is_answered_and_remembered_nowhere() {
    let world = World::new().await;
    let before = world.size_of_logs().await;
    let domain = format!("{}.example", "a".repeat(31_000));
    let realm = world.get(&format!("/common/userrealm/joris@{domain}?api-version=1.0")).await;
    assert_eq!((realm.status, realm.json()["account_type"].as_str()), (200, Some("Unknown")));
    for document in ["v2.0/.well-known/openid-configuration", "discovery/v2.0/keys", "oauth2/v2.0/authorize"] {
        assert_eq!(world.get(&format!("/{domain}/{document}")).await.status, 400, "{document}");
    }
    assert_eq!(world.size_of_logs().await, before);
}

#[tokio::test]
async fn a_scope_with_a_name_too_long_or_with_too_many_names_is_no_scope() {
    let world = World::new().await;
    let (mut joris, code) = world.let_in(INTRANET, JORIS, "openid offline_access User.Read").await;
    let client = world.client(INTRANET);
    let tokens = client.redeem(&code).await.granted();
    let many: Vec<String> = (0..21).map(|number| format!("api://nobody-{number}/read")).collect();
    for scope in [format!("api://{}/read", "a".repeat(600)), many.join(" ")] {
        let answer = joris.authorize(WATERKANT, &INTRANET.ask(&scope)).await.answer();
        assert_eq!(answer.refusal(), ("invalid_scope", 70011), "{scope}");
        let refused = client.refresh_for(tokens.refresh(), &scope).await;
        assert_eq!(refused.refusal(), (400, "invalid_scope", 70011), "{scope}");
    }
}

/// The number that a second use of a code gets, and the one that then ends what the first use began.
async fn replayed(wait: i64, change: impl FnOnce(Pairs) -> Pairs) -> (u64, Option<u64>) {
    let world = World::new().await;
    let client = world.client(INTRANET);
    let (_, code) = world.let_in(INTRANET, JORIS, "openid offline_access User.Read").await;
    let first = client.redeem(&code).await.granted();
    world.later(wait);
    let refused = client.send(&change(client.redeeming(&code))).await;
    let after = client.refresh(first.refresh()).await;
    (refused.refusal().2, (after.status != 200).then(|| after.refusal().2))
}

/// Whoever saw a code pass by could otherwise sign its owner out with it.
#[tokio::test]
async fn who_replays_a_code_without_the_secret_ends_nothing() {
    assert_eq!(replayed(seconds(11), |pairs| pairs.without("client_secret")).await, (7000218, None));
    assert_eq!(replayed(seconds(11), |pairs| pairs.with("client_secret", "wrong")).await, (7000215, None));
}

#[tokio::test]
async fn a_replay_that_is_not_the_same_request_is_nobodys_retry() {
    let elsewhere = "https://intranet.waterkant.example/signin-oidc";
    for wait in [0, seconds(10)] {
        let told = replayed(wait, |pairs| pairs.with("redirect_uri", elsewhere)).await;
        assert_eq!(told, (54005, Some(50173)), "{wait}");
    }
}

#[tokio::test]
async fn the_clients_own_retry_is_forgiven_for_ten_seconds() {
    assert_eq!(replayed(seconds(10), |pairs| pairs).await, (54005, None));
    assert_eq!(replayed(seconds(11), |pairs| pairs).await, (54005, Some(50173)));
}

#[tokio::test]
async fn no_token_for_an_api_that_is_turned_off_comes_through_the_browser() {
    const SCOPE: &str = "openid api://waterkant-orders/Orders.Read";
    let implicit = SAMPLE.replace("enableAccessTokenIssuance: false", "enableAccessTokenIssuance: true");
    let world = World::of(&implicit).await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, SCOPE).await;
    let asked = INTRANET.ask(SCOPE).with("response_type", "id_token token").and("nonce", NONCE);
    let before = joris.authorize(WATERKANT, &asked).await.answer();
    assert!(before.get("access_token").is_some() && before.get("id_token").is_some(), "{:?}", before.pairs);
    let orders = AppId::parse(ORDERS_API).expect("a GUID");
    let orders = world.instance(WATERKANT_ID, orders).await.expect("the sample has it").id;
    world.revoke(Revocation::ServicePrincipalDisabled(orders)).await;
    let after = joris.authorize(WATERKANT, &asked).await.answer();
    assert_eq!((after.refusal(), after.mode), (("invalid_resource", 500011), Mode::Fragment));
    assert_eq!(after.get("access_token"), None);
}

#[tokio::test]
async fn an_assignment_that_was_taken_away_ends_the_calls_of_tokens_that_are_out() {
    let world = World::new().await;
    let tokens = world.tokens(PAYROLL, FATIMA, "openid profile User.Read").await;
    let elsewhere = world.tokens(INTRANET, FATIMA, "openid User.Read").await;
    world.graph(tokens.access()).get("/v1.0/me").await.found();
    let payroll = world.instance_of(PAYROLL).await;
    let view = world.house().store.tenant(WATERKANT_ID);
    let held = view.assignments_of_user(FATIMA_ID, payroll).await.expect("the store answers");
    world.revoke(Revocation::AppRole(held[0].id)).await;
    assert_eq!(world.graph(tokens.access()).get("/v1.0/me").await.refusal().0, 401);
    world.graph(elsewhere.access()).get("/v1.0/me").await.found();
}

#[tokio::test]
async fn a_name_or_password_that_stands_twice_signs_nobody_in() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask("openid")).await.page("signin");
    let (action, right) = joris.filled("signin", &[("loginfmt", JORIS), ("passwd", PASSWORD)]);
    let before = world.size_of_logs().await;
    for (name, value) in [("loginfmt", JORIS), ("loginfmt", LUKAS), ("passwd", PASSWORD), ("passwd", "wrong")] {
        let twice = right.clone().and(name, value);
        assert_eq!(joris.post(&action, &twice).await.stopped(), MALFORMED, "{name}={value}");
    }
    assert_eq!(joris.cookie(SESSION), None);
    assert_eq!(world.size_of_logs().await, before);
    joris.post(&action, &right).await.page("consent");
}

#[tokio::test]
async fn an_answer_that_is_yes_and_no_at_once_grants_nothing() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &INTRANET.ask("openid User.Read")).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    let (action, right) = joris.filled("consent", &[("ucaccept", "Yes")]);
    for (first, second) in [("Yes", "Yes"), ("Yes", "No"), ("No", "Yes")] {
        let twice = right.clone().with("ucaccept", first).and("ucaccept", second);
        assert_eq!(joris.post(&action, &twice).await.stopped(), MALFORMED, "{first} {second}");
    }
    assert_eq!(world.grants_to(INTRANET).await.len(), 0);
    assert_eq!(world.audited(NOON, "Consent to application").await.len(), 0);
    joris.post(&action, &right).await.answer().code();
}

#[tokio::test]
async fn a_body_far_larger_than_any_request_is_refused_in_the_words_of_its_endpoint() {
    let world = World::new().await;
    let asked = INTRANET.ask("openid").with("state", &"a".repeat(20 * 1024));
    let outcome = world.browser().go(Ask::form(format!("/{WATERKANT}/oauth2/v2.0/authorize"), &asked)).await;
    assert_eq!(outcome.stopped(), MALFORMED);
    let flood = Pairs::of(&[("client_id", INTRANET.id)]).and("x", &"a".repeat(300 * 1024));
    let reply = world.send(Ask::form(format!("/{WATERKANT}/oauth2/v2.0/token"), &flood)).await;
    assert_eq!((reply.status, reply.header("content-type")), (413, Some("application/json; charset=utf-8")));
    assert_eq!(refusal(&reply.json()).0, "invalid_request");
}

fn logout() -> String {
    format!("/{WATERKANT}/oauth2/v2.0/logout")
}

#[tokio::test]
async fn an_address_of_sixty_kilobytes_does_not_stand_in_the_way_of_a_sign_out() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    let far = format!("https://evil.example/{}", "a".repeat(60_000));
    let asked = Pairs::default().and("post_logout_redirect_uri", &far);
    joris.go(Ask::form(logout(), &asked)).await.page("signed-out");
    assert_eq!(joris.cookie(SESSION), None);
}

#[tokio::test]
async fn the_sign_out_page_lets_its_form_lead_to_registered_addresses_only() {
    let world = World::new().await;
    let (mut browser, _) = world.let_in(INTRANET, JORIS, "openid").await;
    browser.authorize(WATERKANT, &INTRANET.ask("openid").and("prompt", "login")).await.page("signin");
    browser.sign_in(LUKAS).await.page("consent");
    let mut policy = async |uri: &str| {
        let asked = Pairs::default().and("post_logout_redirect_uri", uri).and("client_id", INTRANET.id);
        let page = browser.go(Ask::get(format!("{}?{}", logout(), asked.text()))).await.page("signing-out");
        let policy = page.headers.get("content-security-policy").expect("every page has one");
        policy.to_str().expect("plain text").to_owned()
    };
    let registered = policy("https://intranet.waterkant.example/signin-oidc").await;
    assert!(registered.contains("form-action 'self' https://intranet.waterkant.example;"), "{registered}");
    for uri in [
        "https://evil.example/",
        "https://intranet.waterkant.example.evil.example/signin-oidc",
        "https://intranet.waterkant.example@evil.example/signin-oidc",
        "evil:x",
    ] {
        let told = policy(uri).await;
        assert!(told.contains("form-action 'self';") && !told.contains("evil"), "{uri}: {told}");
    }
}
