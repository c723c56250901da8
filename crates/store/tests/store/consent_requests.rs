//! What people ask their administrators: whose queue, how long, and who was first to decide.

use crate::sample::{LATER, NOON, WATERKANT, app_id, changes, commit, done, request, request_id, user, user_id, users};
use mandate_base::DAY;
use mandate_domain::consent::request::{ConsentRequest, Decision, Verdict};
use mandate_domain::record::Change;
use mandate_store::{Committed, Store};

on_each_backend!(
    what_waits_is_neither_decided_nor_too_old,
    the_first_decision_counts,
    a_removed_users_requests_go_along,
    old_ones_are_swept,
);

fn asked(request: &ConsentRequest) -> Change {
    Change::ConsentRequested(Box::new(request.clone()))
}

fn decided(number: u128, verdict: Verdict) -> Change {
    let decision = Decision { verdict, by: Some(user_id(2)), at: LATER, justification: Some("no".into()) };
    Change::ConsentRequestDecided { request: request_id(number), decision }
}

async fn what_waits_is_neither_decided_nor_too_old(store: Store) {
    let later = ConsentRequest { created: LATER, ..request(1) };
    let first = request(2);
    let old = ConsentRequest { expires: LATER, ..request(3) };
    let anothers = ConsentRequest { client: app_id(9), ..request(5) };
    done(&store, changes([&later, &first, &old, &request(4), &anothers].map(asked))).await;
    done(&store, changes([decided(4, Verdict::Denied)])).await;
    let view = store.tenant(WATERKANT);
    let waiting = view.consent_requests_waiting(LATER, 10).await.expect("reads");
    assert_eq!(waiting, [first.clone(), anothers, later.clone()]);
    assert_eq!(view.consent_requests_waiting(LATER, 1).await.expect("reads").len(), 1);
    assert_eq!(view.consent_requests_undecided(app_id(1)).await.expect("reads"), [first, old, later]);
    assert_eq!(view.consent_requests_of(user_id(1), 10).await.expect("reads").len(), 5);
    assert_eq!(view.consent_requests_of(user_id(2), 10).await.expect("reads"), []);
}

async fn the_first_decision_counts(store: Store) {
    done(&store, changes([asked(&request(1))])).await;
    done(&store, changes([decided(1, Verdict::Approved)])).await;
    assert_eq!(commit(&store, changes([decided(1, Verdict::Denied)])).await, Committed::Raced);
    let found =
        store.tenant(WATERKANT).consent_request_by_id(request_id(1)).await.expect("reads").expect("it is there");
    assert_eq!(
        found.decision.map(|decision| (decision.verdict, decision.by)),
        Some((Verdict::Approved, Some(user_id(2))))
    );
}

async fn a_removed_users_requests_go_along(store: Store) {
    done(&store, users([user(1, "sanne.devries")])).await;
    let anothers = ConsentRequest { user: user_id(2), ..request(2) };
    done(&store, changes([&request(1), &anothers].map(asked))).await;
    done(&store, changes([Change::UserRemoved(user_id(1))])).await;
    let left = store.tenant(WATERKANT).consent_requests_waiting(NOON, 10).await.expect("reads");
    assert_eq!(left, [anothers]);
}

async fn old_ones_are_swept(store: Store) {
    done(&store, changes([asked(&request(1))])).await;
    store.sweep(NOON + 100 * DAY).await.expect("it sweeps");
    assert!(store.tenant(WATERKANT).consent_request_by_id(request_id(1)).await.expect("reads").is_some());
    store.sweep(NOON + 200 * DAY).await.expect("it sweeps");
    assert!(store.tenant(WATERKANT).consent_request_by_id(request_id(1)).await.expect("reads").is_none());
}
