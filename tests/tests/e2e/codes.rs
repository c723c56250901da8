//! An authorization code: once, by its client, with everything it was bound to (protocol.md §3.3).

use mandate_tests::app::{CONTACTS, CONTACTS_AT_HOME, INTRANET, MOBILE, PAYROLL, VERIFIER};
use mandate_tests::people::{JORIS, KATRIN, WATERKANT, ZONNEBEL};
use mandate_tests::{App, Client, Pairs, TokenReply, World, minutes, seconds};

const SCOPE: &str = "openid offline_access User.Read";

async fn code(world: &World, app: App) -> String {
    world.let_in(app, JORIS, SCOPE).await.1
}

/// A redemption with one thing changed.
async fn redeem_with(client: Client<'_>, code: &str, change: impl FnOnce(Pairs) -> Pairs) -> TokenReply {
    client.send(&change(client.redeeming(code))).await
}

#[tokio::test]
async fn a_code_repeated_at_once_is_refused_and_what_the_first_use_began_lives() {
    let world = World::new().await;
    let (client, code) = (world.client(INTRANET), code(&world, INTRANET).await);
    let first = client.redeem(&code).await.granted();
    world.later(seconds(10));
    assert_eq!(client.redeem(&code).await.refusal(), (400, "invalid_grant", 54005));
    client.refresh(first.refresh()).await.granted();
    assert_eq!(world.signed_in_with(54005).await, 1);
}

#[tokio::test]
async fn a_code_replayed_later_ends_the_family_that_the_first_use_began() {
    let world = World::new().await;
    let (client, code) = (world.client(INTRANET), code(&world, INTRANET).await);
    let first = client.redeem(&code).await.granted();
    let second = client.refresh(first.refresh()).await.granted();
    world.later(seconds(11));
    assert_eq!(client.redeem(&code).await.refusal(), (400, "invalid_grant", 54005));
    for token in [first.refresh(), second.refresh()] {
        assert_eq!(client.refresh(token).await.refusal(), (400, "invalid_grant", 50173));
    }
}

#[tokio::test]
async fn a_code_is_not_another_clients_who_also_ends_nothing_with_it() {
    let world = World::new().await;
    let code = code(&world, INTRANET).await;
    let thief = world.client(PAYROLL);
    let refused = redeem_with(thief, &code, |pairs| pairs.with("redirect_uri", INTRANET.redirect)).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant", 70000));
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    world.later(seconds(60));
    // Nor does a thief's replay kill the family of the rightful client.
    assert_eq!(redeem_with(thief, &code, |pairs| pairs).await.refusal(), (400, "invalid_grant", 70000));
    world.client(INTRANET).refresh(tokens.refresh()).await.granted();
}

#[tokio::test]
async fn a_code_lives_ten_minutes() {
    let world = World::new().await;
    let client = world.client(INTRANET);
    let (in_time, too_late) = (code(&world, INTRANET).await, code(&world, INTRANET).await);
    world.later(minutes(10) - 1);
    client.redeem(&in_time).await.granted();
    world.later(1);
    assert_eq!(client.redeem(&too_late).await.refusal(), (400, "invalid_grant", 70008));
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_uri() {
    let world = World::new().await;
    let client = world.client(INTRANET);
    let code = code(&world, INTRANET).await;
    let others = ["https://intranet.waterkant.example/signin-oidc", "http://localhost:5001/auth/callback", ""];
    for other in others {
        let refused = redeem_with(client, &code, |pairs| pairs.with("redirect_uri", other)).await;
        assert_eq!(refused.refusal(), (400, "invalid_grant", 500112), "{other}");
    }
    client.redeem(&code).await.granted();
}

#[tokio::test]
async fn a_code_with_a_challenge_wants_its_verifier() {
    let world = World::new().await;
    let client = world.client(MOBILE);
    let code = code(&world, MOBILE).await;
    let wrong = "b".repeat(VERIFIER.len());
    let refused = [
        redeem_with(client, &code, |pairs| pairs.with("code_verifier", &wrong)).await,
        redeem_with(client, &code, |pairs| pairs.without("code_verifier")).await,
        redeem_with(client, &code, |pairs| pairs.with("code_verifier", "short")).await,
        // The challenge itself, which travelled through the browser, proves nothing.
        redeem_with(client, &code, |pairs| pairs.with("code_verifier", &mandate_jose::hash::pkce_s256(VERIFIER))).await,
    ];
    for refused in refused {
        assert_eq!(refused.refusal(), (400, "invalid_grant", 501481));
    }
    client.redeem(&code).await.granted();
}

/// A verifier without a challenge means that somebody stripped the challenge from the request (RFC 9700 §2.1.1).
#[tokio::test]
async fn a_code_without_a_challenge_refuses_a_verifier() {
    let world = World::new().await;
    let code = code(&world, INTRANET).await;
    let refused = redeem_with(world.client(INTRANET), &code, |pairs| pairs.and("code_verifier", VERIFIER)).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant", 501481));
}

#[tokio::test]
async fn a_confidential_client_proves_itself_and_an_installed_one_does_not_pretend_to() {
    let world = World::new().await;
    let of_intranet = code(&world, INTRANET).await;
    let refused = redeem_with(world.client(INTRANET), &of_intranet, |pairs| pairs.without("client_secret")).await;
    assert_eq!(refused.refusal(), (401, "invalid_client", 7000218));
    let of_mobile = code(&world, MOBILE).await;
    let refused = redeem_with(world.client(MOBILE), &of_mobile, |pairs| pairs.and("client_secret", "x")).await;
    assert_eq!(refused.refusal(), (401, "invalid_client", 700025));
}

#[tokio::test]
async fn a_code_of_one_tenant_is_not_redeemed_at_another() {
    let world = World::new().await;
    let code = code(&world, CONTACTS).await;
    let client = world.client(CONTACTS);
    let refused = client.send_to(ZONNEBEL, &client.redeeming(&code)).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant", 700005));
    client.send_to(WATERKANT, &client.redeeming(&code)).await.granted();
}

#[tokio::test]
async fn a_code_issued_at_common_is_redeemed_at_common_and_at_the_persons_tenant() {
    let world = World::new().await;
    let client = world.client(CONTACTS_AT_HOME);
    let mut katrin = world.browser();
    katrin.authorize("common", &CONTACTS_AT_HOME.ask(SCOPE)).await.page("signin");
    katrin.sign_in(KATRIN).await.page("consent");
    let first = katrin.accept().await.answer().code();
    client.send_to("common", &client.redeeming(&first)).await.granted();
    let second = katrin.authorize("common", &CONTACTS_AT_HOME.ask(SCOPE)).await.answer().code();
    client.send_to(ZONNEBEL, &client.redeeming(&second)).await.granted();
}

#[tokio::test]
async fn what_is_no_code_is_told_so_and_one_kind_of_ticket_does_not_pass_for_another() {
    let world = World::new().await;
    let client = world.client(INTRANET);
    let code = code(&world, INTRANET).await;
    let tokens = client.redeem(&code).await.granted();
    let (tampered, cut) = (tampered(&code), &code[..code.len() - 1]);
    let as_code = tokens.refresh().replacen("1r.", "1c.", 1);
    for wrong in ["x", "1c.", &tampered, cut, tokens.refresh(), &as_code, &"A".repeat(100_000)] {
        let refused = client.redeem(wrong).await;
        assert_eq!(refused.refusal(), (400, "invalid_grant", 70000), "{}", &wrong[..wrong.len().min(60)]);
    }
    assert_eq!(client.refresh(&code).await.refusal(), (400, "invalid_grant", 70000));
}

/// The same text with one character in its middle changed.
fn tampered(text: &str) -> String {
    let place = text.len() / 2;
    let other = if text.as_bytes()[place] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &text[..place], &text[place + 1..])
}
