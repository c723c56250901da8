//! That a run is on the store it was asked for: a suite that quietly ran in memory twice would prove nothing.

use mandate_store::Place;
use mandate_tests::World;
use mandate_tests::backend::{self, Kind};

#[tokio::test]
async fn every_world_stands_on_the_store_that_this_run_is_for() {
    let world = World::new().await;
    let found = match world.backend.place {
        Place::Memory => Kind::Memory,
        Place::Sqlite(_) => Kind::Sqlite,
        Place::Postgres(_) => Kind::Postgres,
    };
    assert_eq!(found, backend::kind());
    assert_eq!(world.get("/health/ready").await.status, 200);
}

#[tokio::test]
async fn two_worlds_know_nothing_of_each_other() {
    let (one, other) = (World::new().await, World::new().await);
    one.later(mandate_tests::minutes(5));
    assert_eq!(other.now(), mandate_tests::NOON);
    one.change_app(mandate_tests::app::INTRANET.id, |app| app.is_disabled = Some(true)).await;
    let mut browser = other.browser();
    let asked = mandate_tests::app::INTRANET.ask("openid");
    browser.authorize(mandate_tests::people::WATERKANT, &asked).await.page("signin");
}
