//! Several at one store: processes that change it, and callers on the same connections to PostgreSQL, which the server
//! may end.

use crate::backend::{self, by_hand, open};
use crate::sample::{LATER, NOON, WATERKANT, changes, done, family, family_id, traces, user, user_id, users};
use mandate_domain::record::{Change, Trace};
use mandate_store::{Committed, Fault, Memo, Place, Store};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const END_ALL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

on_each_lasting_backend!(what_another_process_changed_is_noticed,);

/// Two stores on one place are what two processes are.
async fn what_another_process_changed_is_noticed(place: Place) {
    let (here, there) = (open(&place).await, open(&place).await);
    let (memo, times): (Memo<(), u32>, _) = (Memo::holding(10), AtomicU32::new(0));
    let asked = async || {
        let ask = async || Ok::<u32, Fault>(times.fetch_add(1, Ordering::Relaxed) + 1);
        *memo.get(&here, WATERKANT, (), ask).await.expect("asks nothing of the store")
    };
    assert_eq!(asked().await, 1);
    here.notice_others().await.expect("reads the count");
    assert_eq!(asked().await, 1, "nobody changed anything");
    done(&there, users([user(1, "sanne.devries")])).await;
    here.notice_others().await.expect("reads the count");
    assert_eq!(asked().await, 2);
    done(&here, changes([Change::UserEnabled { user: user_id(1), enabled: false }])).await;
    assert_eq!(asked().await, 3);
    here.notice_others().await.expect("reads the count");
    assert_eq!(asked().await, 3, "one's own change is no news");
}

#[test]
fn many_who_read_at_once_each_get_their_own_answer() {
    backend::postgres(|store: Store| async move {
        done(&store, users((1..=100).map(|number| user(number, &format!("staff{number}"))))).await;
        let readers: Vec<_> = (0..400)
            .map(|turn| {
                let store = store.clone();
                let number = turn % 100 + 1;
                tokio::spawn(async move {
                    let found = store.tenant(WATERKANT).user_by_id(user_id(number)).await.expect("reads");
                    assert_eq!(found, Some(user(number, &format!("staff{number}"))));
                })
            })
            .collect();
        for reader in readers {
            reader.await.expect("everybody found themselves");
        }
    });
}

#[test]
fn reads_and_commits_go_on_when_the_server_ended_the_connections() {
    backend::postgres_place(|place| async move {
        let store = open(&place).await;
        done(&store, users([user(1, "sanne.devries")])).await;
        assert!(store.tenant(WATERKANT).user_by_id(user_id(1)).await.expect("reads").is_some());
        by_hand(&place, END_ALL).await;
        // Whoever asks in the very moment hears of it; nobody does for long.
        let mut failures = 0;
        while store.tenant(WATERKANT).user_by_id(user_id(1)).await.is_err() {
            failures += 1;
            assert!(failures < 50, "reads did not come back");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        done(&store, users([user(2, "joris.bakker")])).await;
    });
}

#[test]
fn whoever_goes_away_leaves_no_transaction_open() {
    backend::postgres_place(|place| async move {
        let store = open(&place).await;
        done(&store, traces([Trace::FamilyBegun(Box::new(family(1)))])).await;
        let revoked = |at| traces([Trace::FamilyRevoked { family: family_id(1), at }]);
        for turn in 0..40_u64 {
            let record = revoked(NOON);
            // Dropped after this long, at whatever point the commit is then.
            let commit = store.commit(WATERKANT, &record, NOON);
            let _ = tokio::time::timeout(Duration::from_micros(turn * 50), commit).await;
        }
        // A lock on the family that was left behind would make this one wait for ever.
        let record = revoked(LATER);
        let last = tokio::time::timeout(Duration::from_secs(10), store.commit(WATERKANT, &record, LATER));
        let last = async { last.await.map(|committed| committed.expect("commits")) };
        assert_eq!(last.await.expect("nobody holds a lock"), Committed::Done);
    });
}
