//! Devices without a browser (RFC 8628; protocol.md §1.12, §3.6): a code on the device, a person elsewhere.

use mandate_tests::app::{CONTACTS, INTRANET, MOBILE, PLANNER};
use mandate_tests::people::{JORIS, JORIS_ID, KATRIN, SANNE, WATERKANT, ZONNEBEL};
use mandate_tests::tokens::claims;
use mandate_tests::{Ask, Browser, LOGIN, Pairs, TokenReply, World, minutes, seconds};
use mandate_usecases::directory::Revocation;
use serde_json::json;

const SCOPE: &str = "openid profile offline_access User.Read";

struct Codes {
    device: String,
    user: String,
}

async fn asked(world: &World) -> Codes {
    let reply = world.client(MOBILE).ask_for_device(WATERKANT, SCOPE).await.granted();
    codes(&reply)
}

fn codes(reply: &TokenReply) -> Codes {
    let text = |name: &str| reply.json[name].as_str().expect("a text").to_owned();
    Codes { device: text("device_code"), user: text("user_code") }
}

/// Joris, who has typed the code and signed in, and is asked whether the device is his.
async fn at_confirmation<'w>(world: &'w World, code: &str) -> Browser<'w> {
    let mut joris = world.browser();
    joris.type_code(code).await.page("signin");
    joris.sign_in(JORIS).await.page("device-confirm");
    joris
}

#[tokio::test]
async fn a_person_lets_their_device_in_and_it_gets_tokens_once() {
    let world = World::new().await;
    let reply = world.client(MOBILE).ask_for_device(WATERKANT, SCOPE).await.granted();
    let Codes { device, user } = codes(&reply);
    assert_eq!((&reply.json["expires_in"], &reply.json["interval"]), (&json!(900), &json!(5)));
    assert_eq!(reply.json["verification_uri"], format!("{LOGIN}/devicelogin"));
    assert!(reply.json["message"].as_str().is_some_and(|text| text.contains(&user)));
    let client = world.client(MOBILE);
    assert_eq!(client.poll(&device).await.refusal(), (400, "authorization_pending", 70_016));

    let mut joris = at_confirmation(&world, &user.to_lowercase()).await;
    let page = joris.page().clone();
    let shown = mandate_tests::tags::plain(&page.html);
    for told in ["Waterkant Mobile", "192.0.2.10", "Joris Bakker"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert_eq!(client.poll(&device).await.refusal(), (400, "authorization_pending", 70_016));
    joris.confirm(true).await.page("consent");
    joris.accept().await.page("device-done");
    let tokens = client.poll(&device).await.granted();
    world.graph(tokens.access()).get("/v1.0/me").await.found();
    let id = claims(&world, WATERKANT, tokens.id_token()).await;
    assert_eq!(id["oid"], JORIS_ID.to_string());
    // It is a public client's: it rotates.
    client.refresh(tokens.refresh()).await.granted();
    world.later(seconds(11));
    assert_eq!(client.poll(&device).await.refusal(), (400, "invalid_grant", 54_005));
    // A late repeat is somebody else's, and ends what the first use began.
    assert_eq!(client.refresh(tokens.refresh()).await.refusal(), (400, "invalid_grant", 50_173));
}

#[tokio::test]
async fn both_names_of_the_grant_and_of_the_code_are_taken() {
    let world = World::new().await;
    world.allow_for_everybody(MOBILE, SANNE, SCOPE).await;
    for (grant, field) in [("device_code", "device_code"), ("urn:ietf:params:oauth:grant-type:device_code", "code")] {
        let Codes { device, user } = asked(&world).await;
        at_confirmation(&world, &user).await.confirm(true).await.page("device-done");
        let pairs = Pairs::of(&[("client_id", MOBILE.id), ("grant_type", grant), (field, &device)]);
        world.client(MOBILE).send(&pairs).await.granted();
    }
}

#[tokio::test]
async fn who_says_no_lets_nobody_in() {
    let world = World::new().await;
    let Codes { device, user } = asked(&world).await;
    let mut joris = at_confirmation(&world, &user).await;
    joris.confirm(false).await.page("device-declined");
    let client = world.client(MOBILE);
    assert_eq!(client.poll(&device).await.refusal(), (400, "authorization_declined", 70_017));
    // The code is spent for everybody.
    joris.type_code(&user).await.page("device-code");
    assert!(joris.page().has("error"));
    // So is a no at the sign-in, and at the consent page.
    let second = asked(&world).await;
    let mut other = world.browser();
    other.type_code(&second.user).await.page("signin");
    other.submit("signin", &[("cancel", "1")]).await.page("device-declined");
    assert_eq!(client.poll(&second.device).await.refusal(), (400, "authorization_declined", 70_017));
    let third = asked(&world).await;
    let mut third_browser = at_confirmation(&world, &third.user).await;
    third_browser.confirm(true).await.page("consent");
    third_browser.decline().await.page("device-declined");
    assert_eq!(client.poll(&third.device).await.refusal(), (400, "authorization_declined", 70_017));
}

#[tokio::test]
async fn codes_live_a_quarter_of_an_hour() {
    let world = World::new().await;
    let Codes { device, user } = asked(&world).await;
    let mut joris = at_confirmation(&world, &user).await;
    world.later(minutes(15));
    assert_eq!(world.client(MOBILE).poll(&device).await.refusal(), (400, "expired_token", 70_020));
    assert_eq!(joris.confirm(true).await.stopped(), (400, 70_020));
    joris.type_code(&user).await.page("device-code");
    assert!(joris.page().has("error"));
}

#[tokio::test]
async fn guessing_a_code_is_slow_and_soon_over() {
    let world = World::new().await;
    let Codes { user, .. } = asked(&world).await;
    let mut guesser = world.browser();
    for wrong in
        ["BBBBBBBBB", "x", "", "BCDFGHJKL", "<script>", "AEIOU0000", "BBBBBBBB2", "BBBBBBBB3", "BBBBBBBB4", "BBBBBBBB5"]
    {
        guesser.type_code(wrong).await.page("device-code");
        assert!(guesser.page().has("error"), "{wrong}");
    }
    // Even the right one is not looked at now, from there.
    guesser.type_code(&user).await.page("device-code");
    assert!(guesser.page().has("error"));
    world.moves_to("198.51.100.7");
    world.browser().type_code(&user).await.page("signin");
}

#[tokio::test]
async fn a_code_is_its_clients_and_its_tenants() {
    let world = World::new().await;
    world.allow_for_everybody(MOBILE, SANNE, SCOPE).await;
    let Codes { device, user } = asked(&world).await;
    // Somebody of another tenant cannot answer it.
    let mut katrin = world.browser();
    katrin.type_code(&user).await.page("signin");
    let page = katrin.sign_in(KATRIN).await.page("signin");
    assert!(page.has("error"));
    at_confirmation(&world, &user).await.confirm(true).await.page("device-done");
    let stolen = Pairs::of(&[
        ("client_id", INTRANET.id),
        ("client_secret", INTRANET.secret.expect("it has one")),
        ("grant_type", "device_code"),
        ("device_code", &device),
    ]);
    assert_eq!(world.client(INTRANET).send(&stolen).await.refusal(), (400, "bad_verification_code", 70_018));
    let client = world.client(MOBILE);
    let elsewhere = client.send_to(ZONNEBEL, &client.polling(&device)).await;
    assert_eq!(elsewhere.refusal(), (400, "invalid_grant", 700_005));
    client.poll(&device).await.granted();
}

#[tokio::test]
async fn only_apps_that_may_get_anything() {
    let world = World::new().await;
    let reply = world.client(PLANNER).ask_for_device(WATERKANT, SCOPE).await.granted();
    let refused = world.client(MOBILE).send(&world.client(PLANNER).polling(&codes(&reply).device)).await;
    assert_eq!(refused.refusal(), (401, "invalid_client", 7_000_218), "public flows are off");
    let client = world.client(MOBILE);
    assert_eq!(client.ask_for_device("common", SCOPE).await.refusal(), (400, "invalid_request", 50_194));
    assert_eq!(client.ask_for_device(WATERKANT, "").await.refusal(), (400, "invalid_request", 900_144));
    for wrong in ["x", "1d.", &"A".repeat(10_000)] {
        assert_eq!(client.poll(wrong).await.refusal(), (400, "bad_verification_code", 70_018));
    }
    assert_eq!(
        client.send(&client.polling("x").without("device_code")).await.refusal(),
        (400, "invalid_request", 900_144)
    );
    let get = world.get(&format!("/{WATERKANT}/oauth2/v2.0/devicecode")).await;
    assert_eq!(get.status, 405);
}

#[tokio::test]
async fn what_was_revoked_between_the_yes_and_the_poll_is_revoked() {
    let world = World::new().await;
    world.allow_for_everybody(MOBILE, SANNE, SCOPE).await;
    let Codes { device, user } = asked(&world).await;
    at_confirmation(&world, &user).await.confirm(true).await.page("device-done");
    world.later(seconds(1));
    world.revoke(Revocation::UserSessions(JORIS_ID)).await;
    assert_eq!(world.client(MOBILE).poll(&device).await.refusal(), (400, "invalid_grant", 50_173));
}

#[tokio::test]
async fn a_multi_tenant_app_asks_at_common_and_whoever_answers_says_the_tenant() {
    let world = World::with(|_| {}).await;
    world.change_app(CONTACTS.id, |registration| registration.is_fallback_public_client = Some(true)).await;
    world.allow_for_everybody(CONTACTS, SANNE, "openid User.Read").await;
    let reply = world.client(CONTACTS).ask_for_device("common", "openid User.Read").await.granted();
    let Codes { device, user } = codes(&reply);
    at_confirmation(&world, &user).await.confirm(true).await.page("device-done");
    let client = world.client(CONTACTS);
    let tokens = client.send_to("common", &client.polling(&device)).await.granted();
    let id = claims(&world, WATERKANT, tokens.id_token()).await;
    assert_eq!(id["tid"], WATERKANT);
}

#[tokio::test]
async fn the_older_endpoint_says_it_in_its_own_words() {
    let world = World::new().await;
    world.allow_for_everybody(MOBILE, SANNE, SCOPE).await;
    let pairs = Pairs::of(&[("client_id", MOBILE.id), ("resource", "https://graph.microsoft.com")]);
    let reply =
        TokenReply::of(&world.send(Ask::form(format!("/{WATERKANT}/oauth2/devicecode"), &pairs)).await).granted();
    assert_eq!((&reply.json["expires_in"], &reply.json["interval"]), (&json!("900"), &json!("5")));
    assert_eq!(reply.json["verification_url"], format!("{LOGIN}/devicelogin"));
    let Codes { device, user } = codes(&reply);
    at_confirmation(&world, &user).await.confirm(true).await.page("device-done");
    let client = world.client(MOBILE);
    let tokens = client.send_v1(&client.polling(&device)).await.granted();
    assert_eq!(tokens.json["resource"], "https://graph.microsoft.com");
    assert!(tokens.has("refresh_token"));
}

#[tokio::test]
async fn the_forms_are_bound_to_their_browser() {
    let world = World::new().await;
    let Codes { user, .. } = asked(&world).await;
    let mut joris = at_confirmation(&world, &user).await;
    let (action, pairs) = joris.filled("confirm", &[("confirm", "Yes")]);
    let mut other = world.browser();
    other.type_code(&user).await.page("signin");
    assert_eq!(other.post(&action, &pairs).await.stopped(), (400, 50_089));
    let foreign = Ask::form(action.as_str(), &pairs).header("origin", "https://evil.example");
    assert_eq!(joris.go(foreign).await.stopped(), (400, 50_089));
    let bare = Pairs::of(&[("otc", &user)]);
    assert_eq!(joris.post("/devicelogin", &bare).await.stopped(), (400, 50_089));
}
