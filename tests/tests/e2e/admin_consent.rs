//! An administrator's consent by its own address (protocol.md §1.10; features S2-40, S2-41, S1-13), and an API that is
//! consented to together with its client (protocol.md §5.4).

use mandate_domain::application::{AccessKind, RequiredAccess};
use mandate_domain::catalogue::catalogue;
use mandate_tests::app::{CONTACTS, EXPORT, INTRANET, ORDERS, PLANNER, STATE};
use mandate_tests::deeds::granted;
use mandate_tests::people::{ANNEKE, JORIS, JORIS_ID, KATRIN, SANNE, WATERKANT, WATERKANT_ID, ZONNEBEL};
use mandate_tests::{App, Ask, Browser, NOON, Outcome, Pairs, World};

fn asking(app: App) -> Pairs {
    Pairs::of(&[("client_id", app.id), ("redirect_uri", app.redirect), ("state", STATE)])
}

async fn go(browser: &mut Browser<'_>, tenant: &str, pairs: &Pairs) -> Outcome {
    browser.go(Ask::get(format!("/{tenant}/adminconsent?{}", pairs.text()))).await
}

async fn go_v2(browser: &mut Browser<'_>, tenant: &str, pairs: &Pairs) -> Outcome {
    browser.go(Ask::get(format!("/{tenant}/v2.0/adminconsent?{}", pairs.text()))).await
}

#[tokio::test]
async fn s2_40_everything_that_is_registered_is_granted_for_everybody() {
    let world = World::new().await;
    assert!(world.instance(WATERKANT_ID, CONTACTS.app_id()).await.is_none(), "nobody here has met the app");
    let mut sanne = world.browser();
    go(&mut sanne, "common", &asking(CONTACTS)).await.page("signin");
    let page = sanne.sign_in(SANNE).await.page("consent");
    let listed = ["GroupMember.Read.All", "User.Read", "User.Read.All", "offline_access", "openid", "profile"];
    assert_eq!(page.permissions(), listed);
    assert!(!page.has("onBehalf"), "there is nothing to tick: it is for everybody");
    let answer = sanne.accept().await.answer();
    assert_eq!(answer.uri, CONTACTS.redirect);
    assert_eq!((answer.get("admin_consent"), answer.get("tenant")), (Some("True"), Some(WATERKANT)));
    assert_eq!((answer.get("state"), answer.get("scope"), answer.get("code")), (Some(STATE), None, None));
    assert_eq!(granted(&world.grant_to(CONTACTS, None).await), listed);
    // Nobody is asked again.
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &CONTACTS.ask("openid User.Read.All")).await.page("signin");
    joris.sign_in(JORIS).await.answer().code();
    assert_eq!(world.audited(NOON, "Consent to application").await.len(), 1);
}

#[tokio::test]
async fn s2_41_who_may_not_grant_is_told_who_can_and_nothing_happens() {
    let world = World::new().await;
    for (upn, app) in [(JORIS, CONTACTS), (JORIS, INTRANET)] {
        let mut browser = world.browser();
        go(&mut browser, WATERKANT, &asking(app)).await.page("signin");
        let page = browser.sign_in(upn).await.page("needs-admin");
        assert!(!page.blocked().is_empty(), "also what he could allow for himself");
        let answer = browser.submit("consent", &[("ucaccept", "No")]).await.answer();
        assert_eq!((answer.refusal(), answer.get("admin_consent")), (("access_denied", 65_004), Some("True")));
        // A forged yes is none.
        go(&mut browser, WATERKANT, &asking(app)).await.page("needs-admin");
        browser.accept().await.page("needs-admin");
        assert!(world.grants_to(app).await.is_empty());
    }
}

/// consent-and-governance.md §8: an Application Administrator grants delegated permissions and other APIs' app roles,
/// but none of Graph's.
#[tokio::test]
async fn app_roles_of_graph_take_more_than_an_application_administrator() {
    let world = World::with(|tenant| {
        let apps = tenant["applications"].as_array_mut().expect("a list");
        let export = apps.iter_mut().find(|app| app["appId"] == EXPORT.id).expect("the export");
        export["web"] = serde_json::json!({ "redirectUris": ["http://localhost:5009/done"] });
        tenant["appRoleAssignments"] = serde_json::json!([]);
    })
    .await;
    let export = App { redirect: "http://localhost:5009/done", ..EXPORT };
    let mut anneke = world.browser();
    go(&mut anneke, WATERKANT, &asking(export)).await.page("signin");
    let page = anneke.sign_in(ANNEKE).await.page("needs-admin");
    assert_eq!(page.blocked(), ["User.Read.All"]);
    let before = world.client(EXPORT).client_credentials("https://graph.microsoft.com/.default").await.granted();
    assert!(world.graph(before.access()).get("/v1.0/users").await.status != 200);
    let mut sanne = world.browser();
    go(&mut sanne, WATERKANT, &asking(export)).await.page("signin");
    let page = sanne.sign_in(SANNE).await.page("consent");
    assert_eq!(page.permissions(), ["User.Read.All"]);
    sanne.accept().await.answer();
    let after = world.client(EXPORT).client_credentials("https://graph.microsoft.com/.default").await.granted();
    world.graph(after.access()).get("/v1.0/users").await.found();
    // Once more changes nothing, and still takes somebody who could have granted it.
    go(&mut sanne, WATERKANT, &asking(export)).await.page("consent");
    sanne.accept().await.answer();
    go(&mut anneke, WATERKANT, &asking(export)).await.page("needs-admin");
}

#[tokio::test]
async fn the_newer_address_grants_the_scopes_that_it_names() {
    let world = World::new().await;
    let mut sanne = world.browser();
    let asked = asking(INTRANET).and("scope", "https://graph.microsoft.com/User.Read.All openid");
    go_v2(&mut sanne, "organizations", &asked).await.stopped();
    go_v2(&mut sanne, WATERKANT, &asked).await.page("signin");
    let page = sanne.sign_in(SANNE).await.page("consent");
    assert_eq!(page.permissions(), ["User.Read.All", "openid"]);
    let answer = sanne.accept().await.answer();
    assert_eq!(answer.get("scope"), asked.get("scope"));
    assert_eq!((answer.get("admin_consent"), answer.get("tenant")), (Some("True"), Some(WATERKANT)));
    assert_eq!(granted(&world.grant_to(INTRANET, None).await), ["User.Read.All", "openid"]);
    let without = asking(INTRANET);
    assert_eq!(go_v2(&mut sanne, WATERKANT, &without).await.answer().refusal(), ("invalid_request", 900_144));
    go_v2(&mut sanne, WATERKANT, &asked).await.page("consent");
    let declined = sanne.decline().await.answer();
    assert_eq!(declined.refusal(), ("consent_required", 65_004));
}

#[tokio::test]
async fn granting_the_list_again_takes_back_what_is_no_longer_in_it() {
    let world = World::new().await;
    let archive = "openid https://archive.waterkant.example//user_impersonation";
    world.allow_for_everybody(INTRANET, SANNE, archive).await;
    world.tokens(INTRANET, JORIS, "User.Read").await;
    let mut sanne = world.browser();
    go(&mut sanne, WATERKANT, &asking(INTRANET)).await.page("signin");
    sanne.sign_in(SANNE).await.page("consent");
    sanne.accept().await.answer();
    let grants = world.grants_to(INTRANET).await;
    assert!(!grants.iter().any(|grant| grant.holds("user_impersonation")), "{grants:?}");
    assert_eq!(
        granted(&world.grant_to(INTRANET, None).await),
        ["User.Read", "email", "offline_access", "openid", "profile"]
    );
    assert_eq!(granted(&world.grant_to(INTRANET, Some(JORIS_ID)).await), ["User.Read"], "people's own grants stay");
    assert_eq!(world.audited(NOON, "Remove delegated permission grant").await.len(), 1);
}

#[tokio::test]
async fn the_answer_goes_nowhere_but_to_the_app() {
    let world = World::new().await;
    let mut sanne = world.browser();
    let elsewhere = asking(INTRANET).with("redirect_uri", "https://evil.example/");
    assert_eq!(go(&mut sanne, WATERKANT, &elsewhere).await.stopped(), (400, 50_011));
    let below = asking(INTRANET).with("redirect_uri", &format!("{}/more", INTRANET.redirect));
    assert_eq!(go(&mut sanne, WATERKANT, &below).await.stopped(), (400, 50_011));
    let none = asking(INTRANET).without("redirect_uri");
    assert_eq!(go(&mut sanne, WATERKANT, &none).await.stopped(), (400, 900_971), "it has several");
    let unknown = asking(INTRANET).with("client_id", "c9000000-0000-4000-8000-000000000009");
    assert_eq!(go(&mut sanne, WATERKANT, &unknown).await.stopped(), (400, 700_016));
    assert_eq!(go(&mut sanne, ZONNEBEL, &asking(INTRANET)).await.stopped(), (400, 700_016));
    assert_eq!(go(&mut sanne, "common", &asking(INTRANET)).await.stopped(), (400, 50_194));
    let posted = sanne.go(Ask::form(format!("/{WATERKANT}/adminconsent"), &asking(INTRANET))).await;
    assert!(matches!(posted, Outcome::Other(reply) if reply.status == 405));
}

#[tokio::test]
async fn the_tenant_is_that_of_whoever_signs_in() {
    let world = World::new().await;
    let mut katrin = world.browser();
    go(&mut katrin, "organizations", &asking(CONTACTS)).await.page("signin");
    katrin.sign_in(KATRIN).await.page("consent");
    let answer = katrin.accept().await.answer();
    assert_eq!(answer.get("tenant"), Some(ZONNEBEL));
    assert!(world.grants_to(CONTACTS).await.is_empty(), "nothing in the other tenant");
}

#[tokio::test]
async fn prompt_admin_consent_of_the_older_endpoint_is_the_same_page_and_ends_in_a_code() {
    let world = World::new().await;
    let asked = INTRANET.ask_v1("https://graph.microsoft.com/").and("prompt", "admin_consent");
    let mut joris = world.browser();
    joris.authorize_v1(WATERKANT, &asked).await.page("signin");
    joris.sign_in(JORIS).await.page("needs-admin");
    let mut sanne = world.browser();
    sanne.authorize_v1(WATERKANT, &asked).await.page("signin");
    sanne.sign_in(SANNE).await.page("consent");
    let code = sanne.accept().await.answer().code();
    let client = world.client(INTRANET);
    client.send_v1(&client.redeeming(&code)).await.granted();
    assert!(granted(&world.grant_to(INTRANET, None).await).contains(&"User.Read".to_owned()));
    joris.authorize_v1(WATERKANT, &INTRANET.ask_v1("https://graph.microsoft.com/")).await.answer().code();
    // The newer endpoint does not know the word.
    let v2 = INTRANET.ask("openid").and("prompt", "admin_consent");
    assert_eq!(joris.authorize(WATERKANT, &v2).await.answer().refusal(), ("invalid_request", 90_023));
}

/// One page for the client and for the API behind it: what the API needs of Graph is granted to the API.
#[tokio::test]
async fn an_api_that_knows_its_client_is_consented_to_with_it() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &PLANNER.ask("openid api://waterkant-orders/.default")).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("consent");
    assert!(page.html.contains("class=\"behind\""), "the API has its own part of the page");
    let code = joris.accept().await.answer().code();
    let of_api = world.grants_to(ORDERS).await;
    assert!(of_api.iter().any(|grant| grant.principal == Some(JORIS_ID) && grant.holds("User.Read")), "{of_api:?}");
    let tokens = world.client(PLANNER).redeem(&code).await.granted();
    let api = world.client(ORDERS);
    let next = api.send(&api.on_behalf(tokens.access(), "https://graph.microsoft.com/User.Read")).await.granted();
    world.graph(next.access()).get("/v1.0/me").await.found();
    // Not again, and not for an API that does not know the client.
    joris.authorize(WATERKANT, &PLANNER.ask("openid api://waterkant-orders/.default")).await.answer().code();
}

#[tokio::test]
async fn each_app_of_one_page_has_its_own_entry_with_what_it_was_given() {
    let world = World::new().await;
    world.change_app(ORDERS.id, |registration| registration.api.pre_authorized_applications.clear()).await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &PLANNER.ask("openid api://waterkant-orders/.default")).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    joris.accept().await.answer().code();
    let told = world.audited(NOON, "Consent to application").await;
    assert_eq!(told.len(), 2, "{told:?}");
    let given = [world.grants_to(PLANNER).await, world.grants_to(ORDERS).await];
    assert!(given.iter().all(|grants| !grants.is_empty()), "{given:?}");
    for grant in given.iter().flatten() {
        let id = grant.parties().id_text();
        let of_it: Vec<_> = told.iter().filter(|entry| entry.changed.to_string().contains(&id)).collect();
        let [entry] = of_it.as_slice() else { panic!("{id} is told once: {told:?}") };
        assert!(entry.targets.to_string().contains(&grant.client.to_string()), "{entry:?}");
    }
}

#[tokio::test]
async fn what_is_behind_an_api_counts_when_an_administrator_is_needed() {
    let world = World::new().await;
    let user_read_all = catalogue().card.registration.scope_named("User.Read.All").expect("a permission").id.into();
    world
        .change_app(ORDERS.id, |registration| {
            registration.required_resource_access[0].resource_access =
                vec![RequiredAccess { id: user_read_all, kind: AccessKind::Scope }];
        })
        .await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &PLANNER.ask("openid api://waterkant-orders/.default")).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("needs-admin");
    assert_eq!(page.blocked(), ["User.Read.All"]);
    joris.accept().await.page("needs-admin");
    assert!(world.grants_to(ORDERS).await.is_empty() && world.grants_to(PLANNER).await.is_empty());
}
