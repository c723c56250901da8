//! Who is told of changes, and when: one at a time, and from where it was left.

use crate::sample::{
    NOON, WATERKANT, app_id, changes, commit, done, subscription, subscription_id, traces, user, user_id, users,
};
use mandate_base::{DAY, MINUTE, Moment};
use mandate_domain::record::{Change, Trace};
use mandate_domain::subscription::{IDLE, LAST, Subscription};
use mandate_store::{Committed, Store};

on_each_backend!(
    one_is_due_when_something_changed_and_nobody_tells_it,
    of_two_that_want_to_tell_it_one_does,
    what_was_told_is_kept_and_what_ended_is_not,
    one_that_is_over_is_swept,
);

async fn due(store: &Store, now: Moment) -> Vec<Subscription> {
    let found = store.global().subscriptions_due(now, 10).await.expect("reads");
    assert!(found.iter().all(|(tenant, _)| *tenant == WATERKANT));
    found.into_iter().map(|(_, subscription)| subscription).collect()
}

async fn begin(store: &Store) -> Subscription {
    done(store, users([user(1, "sanne.devries")])).await;
    let made = subscription(1, "state");
    done(store, traces([Trace::SubscriptionMade(Box::new(made.clone()))])).await;
    made
}

async fn one_is_due_when_something_changed_and_nobody_tells_it(store: Store) {
    let made = begin(&store).await;
    assert_eq!(due(&store, NOON).await, []);
    assert_eq!(due(&store, NOON + IDLE).await, std::slice::from_ref(&made), "looked at now and then");
    done(&store, changes([Change::UserEnabled { user: user_id(1), enabled: false }])).await;
    let woken = due(&store, NOON).await;
    assert_eq!((woken.len(), woken[0].progress.due), (1, NOON));
    assert_eq!(due(&store, made.expires).await, [], "it is over");
}

async fn of_two_that_want_to_tell_it_one_does(store: Store) {
    begin(&store).await;
    let hold =
        || traces([Trace::SubscriptionHeld { subscription: subscription_id(1), until: NOON + MINUTE, was: NOON }]);
    done(&store, hold()).await;
    assert_eq!(commit(&store, hold()).await, Committed::Raced);
    done(&store, changes([Change::UserEnabled { user: user_id(1), enabled: false }])).await;
    assert_eq!(due(&store, NOON).await, []);
    assert_eq!(due(&store, NOON + MINUTE).await.len(), 1, "whoever held it has died");
}

async fn what_was_told_is_kept_and_what_ended_is_not(store: Store) {
    let made = begin(&store).await;
    let held = NOON + MINUTE;
    done(&store, traces([Trace::SubscriptionHeld { subscription: made.id, until: held, was: NOON }])).await;
    let progress = made.progress.told((7, LAST), true, NOON);
    let told = |held| traces([Trace::SubscriptionTold { subscription: made.id, progress, held }]);
    done(&store, told(NOON)).await;
    let view = store.tenant(WATERKANT);
    let now = view.subscription_by_id(made.id).await.expect("reads").expect("it is there");
    assert_eq!(now.progress.seq, 1, "another one holds it");
    done(&store, told(held)).await;
    assert_eq!(due(&store, NOON).await, [Subscription { progress, ..made.clone() }]);
    done(&store, traces([Trace::SubscriptionEnded(made.id)])).await;
    done(&store, told(NOON)).await;
    assert_eq!(commit(&store, traces([Trace::SubscriptionEnded(made.id)])).await, Committed::Raced);
    assert_eq!(view.subscriptions_of(app_id(1), NOON, 10).await.expect("reads"), []);
}

async fn one_that_is_over_is_swept(store: Store) {
    let made = begin(&store).await;
    store.sweep(NOON).await.expect("sweeps");
    assert_eq!(store.tenant(WATERKANT).subscription_count().await.expect("reads"), 1);
    store.sweep(made.expires + DAY).await.expect("sweeps");
    assert_eq!(store.tenant(WATERKANT).subscription_count().await.expect("reads"), 0);
}
