//! Smart lockout (AADSTS50053): guessing costs the guesser time, and nobody else their account.

use mandate_tests::app::INTRANET;
use mandate_tests::people::{JORIS, LUKAS, PASSWORD, WATERKANT};
use mandate_tests::{World, seconds};

const LOCKED: &str = "Too many failed attempts.";

/// What the sign-in page tells after one try; `None` when the person is in.
async fn told(world: &World, upn: &str, password: &str) -> Option<String> {
    let mut browser = world.browser();
    browser.authorize(WATERKANT, &INTRANET.ask("openid")).await.page("signin");
    let outcome = browser.sign_in_with(upn, password).await;
    outcome.is_page("signin").then(|| outcome.page("signin").text_of("error"))
}

async fn guess(world: &World, upn: &str, times: usize) {
    for _ in 0..times {
        told(world, upn, "a guess").await.expect("a wrong password");
    }
}

#[tokio::test]
async fn ten_guesses_lock_the_guesser_for_a_minute() {
    let world = World::new().await;
    guess(&world, JORIS, 10).await;
    let right = told(&world, JORIS, PASSWORD).await.expect("locked, though the password is right");
    assert!(right.starts_with(LOCKED), "{right}");
    assert_eq!(told(&world, LUKAS, PASSWORD).await, None, "another account is not locked");
    told(&world, JORIS, PASSWORD).await.expect("still locked");
    assert_eq!(world.signed_in_with(50053).await, 1, "a lock is told to the log once, however often it is run into");
    world.later(seconds(61));
    assert_eq!(told(&world, JORIS, PASSWORD).await, None);
}

#[tokio::test]
async fn a_stranger_elsewhere_locks_nobody_out() {
    let world = World::new().await;
    world.moves_to("198.51.100.66");
    guess(&world, JORIS, 40).await;
    world.moves_to("192.0.2.20");
    assert_eq!(told(&world, JORIS, PASSWORD).await, None);
}

#[tokio::test]
async fn a_name_that_nobody_has_is_locked_like_any_other() {
    let world = World::new().await;
    let nobody = "nobody@waterkant.example";
    guess(&world, JORIS, 10).await;
    guess(&world, nobody, 10).await;
    assert_eq!(told(&world, nobody, PASSWORD).await, told(&world, JORIS, PASSWORD).await);
}

#[tokio::test]
async fn the_right_password_in_between_begins_the_count_anew() {
    let world = World::new().await;
    guess(&world, JORIS, 9).await;
    assert_eq!(told(&world, JORIS, PASSWORD).await, None);
    guess(&world, JORIS, 9).await;
    assert_eq!(told(&world, JORIS, PASSWORD).await, None);
}

#[tokio::test]
async fn one_password_for_everybody_is_noticed_too() {
    let world = World::new().await;
    for number in 0..300 {
        told(&world, &format!("guess{number}@waterkant.example"), "Summer-2026").await.expect("a wrong password");
    }
    let right = told(&world, JORIS, PASSWORD).await.expect("the network must wait");
    assert!(right.starts_with(LOCKED), "{right}");
    world.moves_to("198.51.100.66");
    assert_eq!(told(&world, JORIS, PASSWORD).await, None);
}
