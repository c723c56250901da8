//! The two cookies of a browser: who stays signed in and who does not, side by side, up to five (decision 0011).

use mandate_tests::app::INTRANET;
use mandate_tests::people::{ANNEKE, FATIMA, JORIS, LUKAS, SANNE, WATERKANT};
use mandate_tests::tokens::claims;
use mandate_tests::{Ask, Browser, World, hours, minutes};

const SCOPE: &str = "openid profile";
const SESSION: &str = "__Host-mandate-session";
const STAY: &str = "__Host-mandate-stay";
const MAREIKE: &str = "mareike.hoffmann@waterkant.example";

/// A world in which nobody is asked for consent any more.
async fn world() -> World {
    let world = World::new().await;
    world.allow_for_everybody(INTRANET, SANNE, SCOPE).await;
    world
}

/// One more at this browser, a minute after whoever came before.
async fn signs_in(world: &World, browser: &mut Browser<'_>, upn: &str, stays: bool) {
    world.later(minutes(1));
    browser.authorize(WATERKANT, &INTRANET.ask(SCOPE).and("prompt", "login")).await.page("signin");
    let outcome = if stays { browser.stay_signed_in(upn).await } else { browser.sign_in(upn).await };
    outcome.answer().code();
}

/// Everybody whom the picker offers, in order of name.
async fn here(browser: &mut Browser<'_>) -> Vec<String> {
    let asked = INTRANET.ask(SCOPE).and("prompt", "select_account");
    let mut people = browser.authorize(WATERKANT, &asked).await.page("accounts").accounts();
    people.sort_unstable();
    people
}

/// Who answers without a page, being the only one here.
async fn only_one_here(world: &World, browser: &mut Browser<'_>) -> String {
    let code = browser.silently(WATERKANT, INTRANET.ask(SCOPE)).await.code();
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    let id = claims(world, WATERKANT, tokens.id_token()).await;
    id["preferred_username"].as_str().expect("profile was asked").to_owned()
}

/// How many sessions lie in each cookie.
fn held(browser: &Browser<'_>) -> (usize, usize) {
    let count = |name: &str| browser.cookie(name).map_or(0, |value| value.split('~').count());
    (count(SESSION), count(STAY))
}

async fn nobody_is_here(browser: &mut Browser<'_>) {
    let answer = browser.silently(WATERKANT, INTRANET.ask(SCOPE)).await;
    assert_eq!(answer.refusal(), ("login_required", 50058));
}

#[tokio::test]
async fn of_two_side_by_side_only_who_stays_is_there_after_a_restart() {
    let world = world().await;
    for order in [[(JORIS, true), (LUKAS, false)], [(LUKAS, false), (JORIS, true)]] {
        let mut browser = world.browser();
        for (upn, stays) in order {
            signs_in(&world, &mut browser, upn, stays).await;
        }
        assert_eq!((here(&mut browser).await, held(&browser)), (vec![JORIS.to_owned(), LUKAS.to_owned()], (1, 1)));
        browser.restart();
        assert_eq!((only_one_here(&world, &mut browser).await.as_str(), held(&browser)), (JORIS, (0, 1)));
    }
}

#[tokio::test]
async fn who_does_not_stay_is_gone_after_a_day_and_who_stays_is_not() {
    let world = world().await;
    let mut browser = world.browser();
    signs_in(&world, &mut browser, JORIS, true).await;
    signs_in(&world, &mut browser, LUKAS, false).await;
    world.later(hours(24) - 1);
    assert_eq!(here(&mut browser).await, [JORIS, LUKAS]);
    world.later(1);
    assert_eq!(only_one_here(&world, &mut browser).await, JORIS);
}

#[tokio::test]
async fn a_new_sign_in_of_the_same_person_moves_them_from_one_cookie_to_the_other() {
    let world = world().await;
    let mut browser = world.browser();
    signs_in(&world, &mut browser, JORIS, false).await;
    assert_eq!(held(&browser), (1, 0));
    signs_in(&world, &mut browser, JORIS, true).await;
    assert_eq!(held(&browser), (0, 1));
    signs_in(&world, &mut browser, JORIS, false).await;
    assert_eq!(held(&browser), (1, 0));
    browser.restart();
    nobody_is_here(&mut browser).await;
}

#[tokio::test]
async fn a_sign_out_empties_the_cookie_of_whom_it_names_and_leaves_the_other() {
    for (leaves, remains, left) in [(JORIS, LUKAS, (1, 0)), (LUKAS, JORIS, (0, 1))] {
        let world = world().await;
        let mut browser = world.browser();
        signs_in(&world, &mut browser, JORIS, true).await;
        signs_in(&world, &mut browser, LUKAS, false).await;
        let asked = Ask::get(format!("/{WATERKANT}/oauth2/v2.0/logout?logout_hint={leaves}"));
        browser.go(asked).await.page("signed-out");
        assert_eq!(held(&browser), left, "{leaves}");
        assert_eq!(only_one_here(&world, &mut browser).await, remains);
    }
}

#[tokio::test]
async fn where_five_are_signed_in_the_oldest_makes_room_whichever_cookie_it_lies_in() {
    const NEXT: [(&str, bool); 4] = [(ANNEKE, true), (LUKAS, false), (FATIMA, true), (MAREIKE, false)];
    const REMAIN: [&str; 5] = [ANNEKE, FATIMA, LUKAS, MAREIKE, SANNE];
    for (oldest_stays, newest_stays) in [(true, true), (true, false), (false, true), (false, false)] {
        let world = world().await;
        let mut browser = world.browser();
        signs_in(&world, &mut browser, JORIS, oldest_stays).await;
        for (upn, stays) in NEXT {
            signs_in(&world, &mut browser, upn, stays).await;
        }
        assert_eq!(here(&mut browser).await, [ANNEKE, FATIMA, JORIS, LUKAS, MAREIKE]);
        signs_in(&world, &mut browser, SANNE, newest_stays).await;
        let stay = 2 + usize::from(newest_stays);
        assert_eq!(here(&mut browser).await, REMAIN, "{oldest_stays} {newest_stays}");
        assert_eq!(held(&browser), (5 - stay, stay), "{oldest_stays} {newest_stays}");
    }
}

/// No cookie shows it any more, so a copy of one must not either.
#[tokio::test]
async fn the_session_that_made_room_is_over_wherever_its_cookie_was_copied_to() {
    let world = world().await;
    let mut browser = world.browser();
    signs_in(&world, &mut browser, JORIS, true).await;
    let copied = browser.cookie(STAY).expect("he stays").to_owned();
    let mut elsewhere = world.browser();
    elsewhere.set_cookie(STAY, &copied);
    for upn in [ANNEKE, LUKAS, FATIMA, MAREIKE] {
        signs_in(&world, &mut browser, upn, false).await;
    }
    assert_eq!(only_one_here(&world, &mut elsewhere).await, JORIS);
    signs_in(&world, &mut browser, SANNE, false).await;
    elsewhere.set_cookie(STAY, &copied);
    nobody_is_here(&mut elsewhere).await;
}

#[tokio::test]
async fn who_is_one_of_the_five_already_pushes_nobody_out() {
    const FIVE: [&str; 5] = [ANNEKE, FATIMA, JORIS, LUKAS, MAREIKE];
    let world = world().await;
    let mut browser = world.browser();
    for (place, upn) in FIVE.into_iter().enumerate() {
        signs_in(&world, &mut browser, upn, place % 2 == 0).await;
    }
    signs_in(&world, &mut browser, LUKAS, true).await;
    assert_eq!((here(&mut browser).await, held(&browser)), (FIVE.map(str::to_owned).to_vec(), (1, 4)));
}
