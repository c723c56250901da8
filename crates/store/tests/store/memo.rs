//! Kept answers: as long as nothing of their tenant changes, and not a request longer.

use crate::sample::{
    LATER, NOON, WATERKANT, ZONNEBEL, card, changes, commit, done, group, group_id, owner_of, session, session_id,
    sign_in, tenant, traces, unit, user, user_id, user_in, users,
};
use mandate_base::TenantId;
use mandate_domain::deleted::{Attached, Deleted, DeletedObject};
use mandate_domain::record::{Change, Record, Trace};
use mandate_domain::signin::session::{Ended, EndedBy};
use mandate_store::{Committed, Fault, Memo, Store};
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

on_each_backend!(
    an_answer_is_kept_for_each_question_and_tenant,
    an_answer_ends_with_a_change_of_its_tenant,
    an_answer_outlives_what_is_new_and_ends_when_it_comes_back,
    an_answer_outlives_a_change_of_another_tenant,
    an_answer_ends_everywhere_with_an_app_card,
    an_answer_ends_everywhere_with_a_new_tenant,
    an_answer_outlives_traces_and_sign_ins,
    an_answer_ends_when_sessions_are_revoked,
    an_answer_ends_with_a_raced_commit,
    an_answer_given_while_something_changed_is_not_kept,
    a_fault_is_not_kept,
    a_full_memo_still_answers,
    what_is_not_there_is_asked_for_again,
    clones_of_a_store_end_each_others_answers,
);

/// Counts how often it had to ask; the answer is that number.
struct Asked {
    memo: Memo<&'static str, u32>,
    times: AtomicU32,
}

impl Asked {
    fn never() -> Asked {
        Asked { memo: Memo::holding(100), times: AtomicU32::new(0) }
    }

    async fn in_tenant(&self, store: &Store, tenant: TenantId, question: &'static str) -> u32 {
        let ask = async || Ok::<u32, Fault>(self.times.fetch_add(1, Ordering::Relaxed) + 1);
        *self.memo.get(store, tenant, question, ask).await.expect("the question asks nothing of the store")
    }

    async fn again(&self, store: &Store) -> u32 {
        self.in_tenant(store, WATERKANT, "question").await
    }
}

/// Somebody comes, and what was issued to them ends at once: no addition alone.
fn some_change() -> Record {
    let sanne = user(1, "sanne.devries");
    let revoked = Change::UserSessionsRevoked { user: sanne.id, at: NOON };
    changes([Change::UserAdded(Box::new(sanne)), revoked])
}

async fn done_in_zonnebel(store: &Store, record: Record) {
    assert_eq!(store.commit(ZONNEBEL, &record, NOON).await.expect("commits"), Committed::Done);
}

async fn an_answer_is_kept_for_each_question_and_tenant(store: Store) {
    let asked = Asked::never();
    for _ in 0..3 {
        assert_eq!(asked.in_tenant(&store, WATERKANT, "one").await, 1);
        assert_eq!(asked.in_tenant(&store, WATERKANT, "another").await, 2);
        assert_eq!(asked.in_tenant(&store, ZONNEBEL, "one").await, 3);
    }
}

async fn an_answer_ends_with_a_change_of_its_tenant(store: Store) {
    let asked = Asked::never();
    assert_eq!(asked.again(&store).await, 1);
    done(&store, some_change()).await;
    assert_eq!(asked.again(&store).await, 2);
    assert_eq!(asked.again(&store).await, 2);
}

async fn an_answer_outlives_what_is_new_and_ends_when_it_comes_back(store: Store) {
    let asked = Asked::never();
    assert_eq!(asked.again(&store).await, 1);
    done(&store, users([user(1, "sanne.devries")])).await;
    let owned = [Change::GroupAdded(Box::new(group(2, "Crew"))), Change::LinkAdded(owner_of(2, 1))];
    done(&store, changes(owned)).await;
    done(&store, changes([Change::AdministrativeUnitAdded(Box::new(unit(1, "Nord")))])).await;
    assert_eq!(asked.again(&store).await, 1);
    // Who is in a group has what the group has.
    done(&store, changes([Change::LinkAdded(user_in(2, 1))])).await;
    assert_eq!(asked.again(&store).await, 2);
    let deleted = Deleted { at: NOON, object: DeletedObject::Group(group(9, "Old")), attached: Attached::default() };
    done(&store, changes([Change::Kept(Box::new(deleted))])).await;
    assert_eq!(asked.again(&store).await, 3);
    let back = [Change::GroupAdded(Box::new(group(9, "Old"))), Change::KeptNoLonger(group_id(9).into())];
    done(&store, changes(back)).await;
    assert_eq!(asked.again(&store).await, 4);
}

async fn an_answer_outlives_a_change_of_another_tenant(store: Store) {
    let asked = Asked::never();
    assert_eq!(asked.again(&store).await, 1);
    done_in_zonnebel(&store, some_change()).await;
    assert_eq!(asked.again(&store).await, 1);
}

async fn an_answer_ends_everywhere_with_an_app_card(store: Store) {
    let asked = Asked::never();
    assert_eq!(asked.again(&store).await, 1);
    let contacts = Box::new(card(1, ZONNEBEL, "Zonnebel Contacts"));
    done_in_zonnebel(&store, changes([Change::ApplicationAdded(contacts.clone())])).await;
    assert_eq!(asked.again(&store).await, 2);
    done_in_zonnebel(&store, changes([Change::ApplicationUpdated(contacts)])).await;
    assert_eq!(asked.again(&store).await, 3);
    assert_eq!(asked.again(&store).await, 3);
}

async fn an_answer_ends_everywhere_with_a_new_tenant(store: Store) {
    let asked = Asked::never();
    assert_eq!(asked.again(&store).await, 1);
    let zonnebel = tenant(ZONNEBEL, "Zonnebel Software", &["zonnebel.example"]);
    done_in_zonnebel(&store, changes([Change::TenantAdded(Box::new(zonnebel))])).await;
    assert_eq!(asked.again(&store).await, 2);
}

async fn an_answer_outlives_traces_and_sign_ins(store: Store) {
    let asked = Asked::never();
    assert_eq!(asked.again(&store).await, 1);
    let ended = Ended { at: LATER, how: EndedBy::SignOut };
    let mut record =
        traces([Trace::SessionBegun(session(1, 1)), Trace::SessionEnded { session: session_id(1), ended }]);
    record.sign_in(sign_in(NOON, "sanne.devries@waterkant.example"));
    done(&store, record).await;
    store.note(WATERKANT, sign_in(LATER, "sanne.devries@waterkant.example"));
    store.flush().await.expect("writes");
    assert_eq!(asked.again(&store).await, 1);
}

async fn an_answer_ends_when_sessions_are_revoked(store: Store) {
    done(&store, some_change()).await;
    done(&store, traces([Trace::SessionBegun(session(1, 1))])).await;
    let asked = Asked::never();
    assert_eq!(asked.again(&store).await, 1);
    done(&store, changes([Change::UserSessionsRevoked { user: user_id(1), at: LATER }])).await;
    assert_eq!(asked.again(&store).await, 2);
    done(&store, changes([Change::SessionRevoked { session: session_id(1), at: LATER }])).await;
    assert_eq!(asked.again(&store).await, 3);
}

async fn an_answer_ends_with_a_raced_commit(store: Store) {
    done(&store, some_change()).await;
    let asked = Asked::never();
    assert_eq!(asked.again(&store).await, 1);
    assert_eq!(commit(&store, some_change()).await, Committed::Raced);
    assert_eq!(asked.again(&store).await, 2, "whoever plans again asks again");
}

async fn an_answer_given_while_something_changed_is_not_kept(store: Store) {
    let memo: Memo<(), bool> = Memo::holding(10);
    let mut seen = Vec::new();
    for first in [true, false] {
        let ask = async || {
            let is_there = store.tenant(WATERKANT).user_by_id(user_id(1)).await?.is_some();
            if first {
                // Lands after the answer was read and before it is kept.
                done(&store, some_change()).await;
            }
            Ok::<bool, Fault>(is_there)
        };
        seen.push(*memo.get(&store, WATERKANT, (), ask).await.expect("reads"));
    }
    assert_eq!(seen, [false, true]);
}

async fn a_fault_is_not_kept(store: Store) {
    let memo: Memo<(), u32> = Memo::holding(10);
    let fail = async || Err::<u32, Fault>(Fault::new("asking", "the line is dead"));
    let failed = memo.get(&store, WATERKANT, (), fail).await;
    assert_eq!(failed.err().map(|fault| fault.to_string()).as_deref(), Some("asking: the line is dead"));
    let answer = memo.get(&store, WATERKANT, (), async || Ok::<u32, Fault>(1)).await;
    assert_eq!(*answer.expect("asked anew"), 1);
}

async fn what_is_not_there_is_asked_for_again(store: Store) {
    let (memo, times): (Memo<(), u32>, _) = (Memo::holding(10), AtomicU32::new(0));
    // Not there, not there, and then it is.
    let ask =
        async || Ok::<_, Fault>(Some(times.fetch_add(1, Ordering::Relaxed)).filter(|time| *time > 1).map(Arc::new));
    let mut found = Vec::new();
    for _ in 0..4 {
        found.push(memo.find(&store, WATERKANT, (), ask).await.expect("asks nothing of the store").map(|found| *found));
    }
    assert_eq!(found, [None, None, Some(2), Some(2)]);
}

async fn a_full_memo_still_answers(store: Store) {
    let memo: Memo<u32, u32> = Memo::holding(2);
    for _ in 0..2 {
        for question in 0..5 {
            let answer = memo.get(&store, WATERKANT, question, async || Ok::<u32, Fault>(question * 10)).await;
            assert_eq!(*answer.expect("asked"), question * 10);
        }
    }
}

async fn clones_of_a_store_end_each_others_answers(store: Store) {
    let asked = Asked::never();
    assert_eq!(asked.again(&store).await, 1);
    done(&store.clone(), some_change()).await;
    assert_eq!(asked.again(&store).await, 2);
}

/// A browser that goes away takes its request with it, but not the write that the request had begun: what was kept
/// from before that write must end all the same. On PostgreSQL the transaction would go with the request.
mod asker_gone {
    #[test]
    fn memory() {
        crate::backend::memory(super::an_answer_ends_although_the_asker_went_away);
    }

    #[test]
    fn sqlite() {
        crate::backend::sqlite(super::an_answer_ends_although_the_asker_went_away);
    }
}

async fn an_answer_ends_although_the_asker_went_away(store: Store) {
    // A tenant's first write waits for its key before it begins.
    done(&store, users([user(9, "femke.visser")])).await;
    let asked = Asked::never();
    assert_eq!(asked.again(&store).await, 1);
    let record = some_change();
    {
        let mut begun = Box::pin(store.commit(WATERKANT, &record, NOON));
        poll_fn(|context| {
            let _ = begun.as_mut().poll(context);
            Poll::Ready(())
        })
        .await;
    }
    while store.tenant(WATERKANT).user_by_id(user_id(1)).await.expect("reads").is_none() {
        tokio::task::yield_now().await;
    }
    // Nobody waits for this commit, so nobody can say when its end has been told; soon is all that can be asked.
    for _ in 0..100_000 {
        if asked.again(&store).await == 2 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the kept answer outlived the write");
}
