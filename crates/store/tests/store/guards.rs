//! Guards: what was true when the plan was made must be true when it is written, or nothing of it is.

use crate::sample::{
    LATER, NOON, WATERKANT, changes, code, commit, done, family, family_id, grant, grant_id, group, group_id, refresh,
    refresh_token, sign_in, traces, upn, user, user_id, users,
};
use mandate_domain::grant::Grant;
use mandate_domain::query::LogQuery;
use mandate_domain::record::{Change, Record, Trace};
use mandate_domain::signin::code::Code;
use mandate_domain::user::User;
use mandate_store::{Committed, Store};

on_each_backend!(
    a_code_is_used_once,
    an_unknown_code_is_not_used,
    scopes_are_set_on_the_version_that_was_read,
    a_revoked_family_gets_no_new_token,
    an_unknown_family_gets_no_token,
    a_taken_upn_undoes_the_whole_record,
    a_failed_guard_undoes_what_came_before_and_after,
    of_many_uses_of_a_code_one_is_done,
    of_many_changes_of_a_grant_one_is_done,
    of_many_users_with_one_upn_one_is_done,
    a_raced_record_takes_no_other_with_it,
    commits_at_once_are_all_there,
);

async fn a_code_is_used_once(store: Store) {
    done(&store, traces([Trace::CodeIssued(Box::new(code(1)))])).await;
    done(&store, traces([Trace::CodeUsed { hash: [1; 32], at: NOON }])).await;
    let again = traces([Trace::CodeUsed { hash: [1; 32], at: LATER }, Trace::FamilyBegun(Box::new(family(1)))]);
    assert_eq!(commit(&store, again).await, Committed::Raced);
    let used = Code { used: Some(NOON), ..code(1) };
    assert_eq!(store.tenant(WATERKANT).code_by_hash(&[1; 32]).await.expect("reads"), Some(used));
    assert_eq!(store.tenant(WATERKANT).family_by_id(family_id(1)).await.expect("reads"), None);
}

async fn an_unknown_code_is_not_used(store: Store) {
    assert_eq!(commit(&store, traces([Trace::CodeUsed { hash: [1; 32], at: NOON }])).await, Committed::Raced);
}

fn widened(scopes: &[&str], version: i64) -> Record {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    changes([Change::GrantScopes { grant: grant_id(1), scopes, version }])
}

async fn scopes_are_set_on_the_version_that_was_read(store: Store) {
    let before = grant(1, Some(user_id(1)), &["User.Read"]);
    let other = grant(2, None, &["openid"]);
    done(&store, changes([before.clone(), other.clone()].map(Change::GrantAdded))).await;
    let view = store.tenant(WATERKANT);
    for version in [0, 2] {
        assert_eq!(commit(&store, widened(&["Mail.Read"], version)).await, Committed::Raced);
        assert_eq!(view.grant_by_id(grant_id(1)).await.expect("reads").as_ref(), Some(&before));
    }
    done(&store, widened(&["User.Read", "Mail.Read"], 1)).await;
    let after = Grant { version: 2, ..grant(1, Some(user_id(1)), &["User.Read", "Mail.Read"]) };
    assert_eq!(view.grant_by_id(grant_id(1)).await.expect("reads").as_ref(), Some(&after));
    assert_eq!(commit(&store, widened(&["Files.Read"], 1)).await, Committed::Raced);
    assert_eq!(view.grants_of_client(before.client).await.expect("reads"), [after, other]);
}

async fn a_revoked_family_gets_no_new_token(store: Store) {
    let begun = [Trace::FamilyBegun(Box::new(family(1))), Trace::RefreshIssued(refresh(1, 1))];
    done(&store, traces(begun)).await;
    done(&store, traces([Trace::FamilyRevoked { family: family_id(1), at: NOON }])).await;
    let next = [Trace::RefreshReplaced { hash: [1; 32], at: LATER }, Trace::RefreshIssued(refresh(2, 1))];
    assert_eq!(commit(&store, traces(next)).await, Committed::Raced);
    assert_eq!(refresh_token(&store, &[1; 32]).await, Some(refresh(1, 1)));
    assert_eq!(refresh_token(&store, &[2; 32]).await, None);
}

async fn an_unknown_family_gets_no_token(store: Store) {
    assert_eq!(commit(&store, traces([Trace::RefreshIssued(refresh(1, 1))])).await, Committed::Raced);
    assert_eq!(refresh_token(&store, &[1; 32]).await, None);
}

fn added(user: User) -> Change {
    Change::UserAdded(Box::new(user))
}

async fn a_taken_upn_undoes_the_whole_record(store: Store) {
    let jurgen = User { upn: upn("jürgen.müller@waterkant.example"), ..user(6, "jurgen") };
    done(&store, users([jurgen.clone()])).await;
    let twin = User { upn: upn("JÜRGEN.Müller@WATERKANT.example"), ..user(7, "twin") };
    let group_added = Change::GroupAdded(Box::new(group(1, "IT")));
    let taken_last = [group_added.clone(), added(user(8, "anneke.jansen")), added(twin.clone())];
    let taken_first = [added(twin), group_added, added(user(8, "anneke.jansen"))];
    for list in [taken_last, taken_first] {
        assert_eq!(commit(&store, changes(list)).await, Committed::Raced);
        assert_eq!(store.tenant(WATERKANT).users_after(None, 10).await.expect("reads"), std::slice::from_ref(&jurgen));
        assert_eq!(store.tenant(WATERKANT).group_by_id(group_id(1)).await.expect("reads"), None);
    }
    // The same id is as taken as the same name.
    assert_eq!(commit(&store, users([user(6, "anneke.jansen")])).await, Committed::Raced);
    assert_eq!(store.tenant(WATERKANT).users_after(None, 10).await.expect("reads"), [jurgen]);
}

async fn a_failed_guard_undoes_what_came_before_and_after(store: Store) {
    done(&store, traces([Trace::CodeIssued(Box::new(code(1)))])).await;
    done(&store, traces([Trace::CodeUsed { hash: [1; 32], at: NOON }])).await;
    let mut record = users([user(1, "sanne.devries")]);
    record.trace(Trace::FamilyBegun(Box::new(family(1))));
    record.trace(Trace::CodeUsed { hash: [1; 32], at: LATER });
    record.trace(Trace::RefreshIssued(refresh(1, 1)));
    record.sign_in(sign_in(LATER, "sanne.devries@waterkant.example"));
    assert_eq!(commit(&store, record).await, Committed::Raced);
    let view = store.tenant(WATERKANT);
    assert_eq!(view.users_after(None, 10).await.expect("reads"), []);
    assert_eq!(view.family_by_id(family_id(1)).await.expect("reads"), None);
    assert_eq!(refresh_token(&store, &[1; 32]).await, None);
    assert_eq!(view.audits_where(&LogQuery::newest(10)).await.expect("reads"), []);
    assert_eq!(view.sign_ins_where(&LogQuery::newest(10)).await.expect("reads"), []);
}

const MANY: u8 = 64;

/// All of them as near to the same moment as two threads allow; how many were done.
async fn done_of(store: &Store, records: impl IntoIterator<Item = Record>) -> usize {
    let begin = |record: Record| {
        let store = store.clone();
        tokio::spawn(async move { store.commit(WATERKANT, &record, NOON).await })
    };
    let begun: Vec<_> = records.into_iter().map(begin).collect();
    let mut done = 0;
    for commit in begun {
        let committed = commit.await.expect("a commit does not panic").expect("a store that works");
        done += usize::from(committed == Committed::Done);
    }
    done
}

async fn of_many_uses_of_a_code_one_is_done(store: Store) {
    done(&store, traces([Trace::CodeIssued(Box::new(code(1)))])).await;
    // Each would begin a family of its own: exactly one may stand.
    let uses = (0..MANY).map(|number| {
        traces([
            Trace::CodeUsed { hash: [1; 32], at: NOON },
            Trace::FamilyBegun(Box::new(family(number.into()))),
            Trace::RefreshIssued(refresh(number, number.into())),
        ])
    });
    assert_eq!(done_of(&store, uses).await, 1);
    let mut standing = 0;
    for number in 0..MANY {
        let family = store.tenant(WATERKANT).family_by_id(family_id(number.into())).await.expect("reads");
        let token = refresh_token(&store, &[number; 32]).await;
        assert_eq!(family.is_some(), token.is_some(), "{number}");
        standing += usize::from(family.is_some());
    }
    assert_eq!(standing, 1);
}

async fn of_many_changes_of_a_grant_one_is_done(store: Store) {
    done(&store, changes([Change::GrantAdded(grant(1, None, &["openid"]))])).await;
    let names: Vec<String> = (0..MANY).map(|number| format!("Scope{number}.Read")).collect();
    assert_eq!(done_of(&store, names.iter().map(|name| widened(&["openid", name.as_str()], 1))).await, 1);
    let after = store.tenant(WATERKANT).grant_by_id(grant_id(1)).await.expect("reads").expect("it stays");
    let written = names.iter().find(|name| after.holds(name)).expect("one of them was done");
    assert_eq!(after, Grant { version: 2, ..grant(1, None, &["openid", written.as_str()]) });
}

async fn of_many_users_with_one_upn_one_is_done(store: Store) {
    let twins =
        (0..MANY).map(|number| users([User { upn: upn("a@waterkant.example"), ..user(number.into(), "twin") }]));
    assert_eq!(done_of(&store, twins).await, 1);
    assert_eq!(store.tenant(WATERKANT).users_after(None, 100).await.expect("reads").len(), 1);
    assert_eq!(store.tenant(WATERKANT).audits_where(&LogQuery::newest(100)).await.expect("reads").len(), 1);
}

async fn a_raced_record_takes_no_other_with_it(store: Store) {
    let staff = |number: u8| user(number.into(), &format!("staff{number}"));
    done(&store, users([staff(0)])).await;
    // Written in one batch, perhaps: every second one takes a name that is taken.
    let records = (1..MANY).map(|number| {
        let name = if number % 2 == 0 { "staff0".to_owned() } else { format!("staff{number}") };
        users([user(number.into(), &name)])
    });
    assert_eq!(done_of(&store, records).await, usize::from(MANY / 2));
    let expected: Vec<User> = (0..MANY).filter(|number| *number == 0 || number % 2 == 1).map(staff).collect();
    assert_eq!(store.tenant(WATERKANT).users_after(None, 100).await.expect("reads"), expected);
}

async fn commits_at_once_are_all_there(store: Store) {
    let staff = |number: u128| user(number, &format!("staff{number}"));
    assert_eq!(done_of(&store, (0..300).map(|number| users([staff(number)]))).await, 300);
    let expected: Vec<User> = (0..300).map(staff).collect();
    assert_eq!(store.tenant(WATERKANT).users_after(None, 1000).await.expect("reads"), expected);
    assert_eq!(store.tenant(WATERKANT).audits_where(&LogQuery::newest(1000)).await.expect("reads").len(), 300);
}
