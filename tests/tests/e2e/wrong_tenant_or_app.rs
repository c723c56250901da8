//! Tenants and apps that are unknown, malformed, disabled or somebody else's, on every endpoint.

use mandate_tests::app::{CONTACTS, INTRANET, MOBILE};
use mandate_tests::people::{JORIS, KATRIN, PASSWORD, WATERKANT, WATERKANT_ID, ZONNEBEL};
use mandate_tests::wire::refusal;
use mandate_tests::{App, World};

const NOBODY: &str = "99999999-9999-4999-8999-999999999999";

/// As the URL has it, and the number that it deserves.
const TENANTS: [(&str, u64); 7] = [
    (NOBODY, 90002),
    ("nowhere.example", 90002),
    ("not%20a%20tenant", 900021),
    ("waterkant", 900021),
    ("%00", 900021),
    ("..%2f..", 900021),
    ("waterkant.example%0d%0aX-Injected:%20y", 900021),
];

#[tokio::test]
async fn a_tenant_that_is_not_there_is_said_so_on_every_endpoint() {
    let world = World::new().await;
    let before = world.size_of_logs().await;
    let word = |code: u64| if code == 90002 { "invalid_tenant" } else { "invalid_request" };
    for (tenant, code) in TENANTS {
        let outcome = world.browser().authorize(tenant, &INTRANET.ask("openid")).await;
        assert_eq!(outcome.stopped(), (400, code), "authorize at {tenant}");
        let client = world.client(INTRANET);
        let refused = client.send_to(tenant, &client.asking_for_itself("https://graph.microsoft.com/.default")).await;
        assert_eq!(refused.refusal(), (400, word(code), code), "token at {tenant}");
        for document in
            ["v2.0/.well-known/openid-configuration", ".well-known/openid-configuration", "discovery/v2.0/keys"]
        {
            let reply = world.get(&format!("/{tenant}/{document}")).await;
            assert_eq!((reply.status, refusal(&reply.json())), (400, (word(code), code)), "{document} at {tenant}");
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{document} at {tenant}");
            assert_eq!(reply.header("x-injected"), None);
        }
    }
    assert_eq!(world.size_of_logs().await, before);
}

#[tokio::test]
async fn a_tenant_is_found_by_id_and_by_each_of_its_domains_in_any_case() {
    let world = World::new().await;
    for name in [
        WATERKANT,
        "11111111-1111-4111-8111-111111111111",
        "waterkant.example",
        "WATERKANT.EXAMPLE",
        "waterkant.onmandate.example",
    ] {
        let document = world.get(&format!("/{name}/v2.0/.well-known/openid-configuration")).await.json();
        assert_eq!(document["issuer"], format!("https://mandate.test/{WATERKANT}/v2.0"), "{name}");
    }
}

#[tokio::test]
async fn a_single_tenant_app_is_not_for_everybody_and_not_for_another_tenant() {
    let world = World::new().await;
    for (tenant, code) in
        [("common", 50194), ("organizations", 50194), (ZONNEBEL, 700016), ("zonnebel.example", 700016)]
    {
        let outcome = world.browser().authorize(tenant, &INTRANET.ask("openid")).await;
        assert_eq!(outcome.stopped(), (400, code), "{tenant}");
    }
    let client = world.client(INTRANET);
    let asked = client.asking_for_itself("https://graph.microsoft.com/.default");
    assert_eq!(client.send_to(ZONNEBEL, &asked).await.refusal(), (400, "unauthorized_client", 7000229));
    assert_eq!(client.send_to("common", &asked).await.refusal(), (400, "invalid_request", 50059));
}

#[tokio::test]
async fn a_disabled_app_is_stopped_at_both_doors() {
    let world = World::new().await;
    world.change_app(INTRANET.id, |app| app.is_disabled = Some(true)).await;
    let outcome = world.browser().authorize(WATERKANT, &INTRANET.ask("openid")).await;
    assert_eq!(outcome.stopped(), (400, 7000112));
    let refused = world.client(INTRANET).client_credentials("https://graph.microsoft.com/.default").await;
    assert_eq!(refused.refusal(), (400, "unauthorized_client", 7000112));
    assert_eq!(world.signed_in_with(7000112).await, 1);
}

#[tokio::test]
async fn an_instance_that_is_turned_off_here_stops_the_person_at_our_page() {
    let world = World::new().await;
    let sp = world.instance_of(MOBILE).await;
    world.revoke(mandate_usecases::directory::Revocation::ServicePrincipalDisabled(sp)).await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &MOBILE.ask("openid")).await.page("signin");
    assert_eq!(joris.sign_in(JORIS).await.stopped(), (400, 7000112));
    let answer = joris.silently(WATERKANT, MOBILE.ask("openid")).await;
    assert_eq!(answer.refusal(), ("unauthorized_client", 7000112));
}

#[tokio::test]
async fn an_unknown_client_is_told_the_same_at_the_token_endpoint_whatever_it_brings() {
    let world = World::new().await;
    for id in [NOBODY, "not-a-guid", "c1000000000040008000000000000001"] {
        let client = world.client(App { tenant: WATERKANT, ..INTRANET });
        let asked = client.asking_for_itself("https://graph.microsoft.com/.default").with("client_id", id);
        assert_eq!(client.send(&asked).await.refusal(), (400, "unauthorized_client", 700016), "{id}");
    }
}

/// A stranger must not learn which tenants use an app: the proof comes first.
#[tokio::test]
async fn an_app_without_an_instance_here_proves_itself_before_it_hears_so() {
    let world = World::new().await;
    let client = world.client(CONTACTS);
    let right = client.asking_for_itself("https://graph.microsoft.com/.default");
    let wrong = right.clone().with("client_secret", "wrong");
    assert_eq!(client.send(&wrong).await.refusal(), (401, "invalid_client", 7000215));
    assert_eq!(client.send(&right).await.refusal(), (400, "unauthorized_client", 7000229));
    assert!(world.instance(WATERKANT_ID, CONTACTS.app_id()).await.is_none());
}

#[tokio::test]
async fn an_account_of_another_organisation_is_not_let_in_and_told_nothing_of_its_password() {
    let world = World::new().await;
    for password in [PASSWORD, "wrong"] {
        let mut katrin = world.browser();
        katrin.authorize(WATERKANT, &INTRANET.ask("openid")).await.page("signin");
        let page = katrin.sign_in_with(KATRIN, password).await.page("signin");
        assert!(page.text_of("error").starts_with("This account does not belong to this organisation"));
        assert_eq!(katrin.cookie("__Host-mandate-session"), None);
    }
    assert_eq!(world.signed_in_with(50020).await, 2);
}
