//! The audit and the sign-in log: in the same transaction as what they tell of, or noted and flushed.

use crate::sample::{
    LATER, NOON, WATERKANT, ZONNEBEL, app_id, changes, commit, correlation_id, done, entry, group, group_id, sign_in,
    user, user_id, users,
};
use mandate_base::{Moment, ObjectId, SECOND};
use mandate_domain::audit::{Activity, Actor, AuditEntry, Doer, SignIn, SignInKind};
use mandate_domain::query::{Condition, LogQuery, Test, compared, compared_moment};
use mandate_domain::record::{Change, Record};
use mandate_store::{Committed, Store};

on_each_backend!(
    an_audit_entry_comes_back_whole,
    audits_are_listed_newest_first,
    audits_are_found_by_what_they_tell,
    sign_ins_are_found_by_what_they_tell,
    logs_are_paged_in_both_directions,
    sign_ins_are_listed_newest_first_and_whole,
    a_raced_commit_leaves_neither_audit_nor_sign_in,
    a_record_of_nothing_leaves_nothing,
    a_noted_sign_in_is_there_after_the_flush,
    a_flush_serves_all_tenants_and_writes_once,
    two_flushes_at_once_write_each_sign_in_once,
    a_typed_zero_byte_costs_nobody_an_entry,
);

async fn told(store: &Store, most: i64) -> Vec<(Moment, AuditEntry)> {
    let found = store.tenant(WATERKANT).audits_where(&LogQuery::newest(most)).await.expect("reads");
    found.into_iter().map(|audited| (audited.at, audited.entry)).collect()
}

async fn an_audit_entry_comes_back_whole(store: Store) {
    let actor = Actor::User { id: user_id(1), upn: "sanne.devries@waterkant.example".into() };
    let written = Doer { actor, correlation: correlation_id(7) }
        .entry(Activity::AddUser)
        .target(user_id(2), "User", "Jürgen \"Müller\"")
        .changed("accountEnabled", None, Some("true".into()))
        .changed("userType", Some("Guest".into()), Some("Member".into()));
    let mut record = Record::default();
    record.change(Change::UserAdded(Box::new(user(2, "jurgen"))), written.clone());
    done(&store, record).await;
    assert_eq!(told(&store, 10).await, [(NOON, written)]);
}

async fn audits_are_listed_newest_first(store: Store) {
    let [first, second, sum, last] = [
        Activity::AddServicePrincipal,
        Activity::AddDelegatedPermissionGrant,
        Activity::ConsentToApplication,
        Activity::AddGroup,
    ]
    .map(entry);
    let mut record = Record::default();
    record.note(sum.clone());
    record.change(Change::GroupAdded(Box::new(group(1, "IT"))), first.clone());
    record.change(Change::GroupAdded(Box::new(group(2, "Finance"))), second.clone());
    done(&store, record).await;
    let mut record = Record::default();
    record.change(Change::GroupAdded(Box::new(group(3, "Operations"))), last.clone());
    assert_eq!(store.commit(WATERKANT, &record, LATER).await.expect("commits"), Committed::Done);
    // The entry that sums up stands above what it sums up.
    let rows = [(LATER, last.clone()), (NOON, sum.clone()), (NOON, second.clone()), (NOON, first.clone())];
    assert_eq!(told(&store, 10).await, rows);
    assert_eq!(told(&store, 2).await, rows[..2]);
}

async fn sign_ins_are_listed_newest_first_and_whole(store: Store) {
    let typed = sign_in(NOON, "no such \"person\" · ärz@waterkant.example");
    let silent = SignIn {
        kind: SignInKind::NonInteractive,
        user: Some(user_id(1)),
        resource: Some(app_id(2)),
        code: 0,
        ..sign_in(LATER, "sanne.devries@waterkant.example")
    };
    let apps = SignIn {
        kind: SignInKind::ServicePrincipal,
        client: None,
        code: u32::MAX,
        reason: String::new(),
        ..sign_in(LATER + SECOND, "")
    };
    let mut record = Record::default();
    for told in [&silent, &typed, &apps] {
        record.sign_in(told.clone());
    }
    done(&store, record).await;
    let rows = [apps.clone(), silent.clone(), typed.clone()];
    assert_eq!(store.tenant(WATERKANT).sign_ins_where(&LogQuery::newest(10)).await.expect("reads"), rows);
    assert_eq!(store.tenant(WATERKANT).sign_ins_where(&LogQuery::newest(1)).await.expect("reads"), rows[..1]);
}

fn is(property: &'static str, test: Test) -> Condition {
    Condition::is(property, test)
}

fn equal(property: &'static str, value: impl ToString) -> Condition {
    is(property, Test::Equal(compared(&value.to_string())))
}

async fn audits_are_found_by_what_they_tell(store: Store) {
    let by_person = Doer {
        actor: Actor::User { id: user_id(1), upn: "Sanne.deVries@waterkant.example".into() },
        correlation: correlation_id(7),
    };
    let by_app = Doer { actor: Actor::App { id: app_id(3) }, correlation: correlation_id(8) };
    let mut record = Record::default();
    record.change(
        Change::UserAdded(Box::new(user(2, "jurgen"))),
        by_person.entry(Activity::AddUser).target(user_id(2), "User", "Jurgen"),
    );
    done(&store, record).await;
    let mut record = Record::default();
    record.change(
        Change::GroupAdded(Box::new(group(1, "IT"))),
        by_app.entry(Activity::AddGroup).target(group_id(1), "Group", "IT").target(user_id(2), "User", "Jurgen"),
    );
    assert_eq!(store.commit(WATERKANT, &record, LATER).await.expect("commits"), Committed::Done);
    let moment = |moment: Moment| compared_moment(moment);
    let (user, group, both, none) = (&["Add user"][..], &["Add group"][..], &["Add group", "Add user"][..], &[][..]);
    for (condition, expected) in [
        (equal("activityDisplayName", "ADD USER"), user),
        (is("activityDisplayName", Test::StartsWith("add".into())), both),
        (equal("activityDisplayName", "Add"), none),
        (equal("category", "groupmanagement"), group),
        (equal("correlationId", correlation_id(7)), user),
        (equal("correlationId", "seven"), none),
        (equal("initiatedBy/user/id", user_id(1)), user),
        (equal("initiatedBy/user/userPrincipalName", "sanne.devries@WATERKANT.example"), user),
        (is("initiatedBy/user/userPrincipalName", Test::StartsWith("sanne".into())), user),
        (is("initiatedBy/user/id", Test::Present), user),
        (Condition::Not(Box::new(equal("initiatedBy/user/id", user_id(1)))), group),
        (equal("initiatedBy/app/appId", app_id(3)), group),
        (equal("initiatedBy/app/appId", user_id(1)), none),
        (equal("targetResources/id", user_id(2)), both),
        (equal("targetResources/id", group_id(1)), group),
        (equal("result", "Success"), both),
        (equal("result", "failure"), none),
        (equal("loggedByService", "core directory"), both),
        (is("activityDateTime", Test::AtLeast(moment(LATER))), group),
        (is("activityDateTime", Test::AtMost(moment(NOON))), user),
        (is("activityDateTime", Test::Above(moment(NOON))), group),
        (is("activityDateTime", Test::Below(moment(LATER))), user),
        (equal("activityDateTime", moment(NOON)), user),
        (is("activityDateTime", Test::AtLeast("soon".into())), none),
        (Condition::All(vec![equal("category", "UserManagement"), equal("targetResources/id", group_id(1))]), none),
    ] {
        let query = LogQuery { condition: Some(condition.clone()), ..LogQuery::newest(10) };
        let found = store.tenant(WATERKANT).audits_where(&query).await.expect("reads");
        let found: Vec<&str> = found.iter().map(|audited| audited.entry.activity.name()).collect();
        assert_eq!(found, expected, "{condition:?}");
        let elsewhere = store.tenant(ZONNEBEL).audits_where(&query).await.expect("reads");
        assert_eq!(elsewhere, [], "{condition:?}");
    }
}

async fn sign_ins_are_found_by_what_they_tell(store: Store) {
    let first = SignIn {
        id: ObjectId::timed(NOON, [1; 16]),
        user: Some(user_id(1)),
        client: Some(app_id(1)),
        code: 0,
        ..sign_in(NOON, "Sanne@waterkant.example")
    };
    let second = SignIn {
        id: ObjectId::timed(LATER, [1; 16]),
        kind: SignInKind::ServicePrincipal,
        user: None,
        client: Some(app_id(2)),
        code: 7_000_215,
        ..sign_in(LATER, "nightly export")
    };
    for told in [&first, &second] {
        let mut record = Record::default();
        record.sign_in(told.clone());
        done(&store, record).await;
    }
    for (condition, expected) in [
        (equal("userId", user_id(1)), &[0][..]),
        (equal("userPrincipalName", "sanne@WATERKANT.example"), &[0]),
        (is("userPrincipalName", Test::StartsWith("night".into())), &[1]),
        (equal("appId", app_id(2)), &[1]),
        (equal("signInEventTypes", "serviceprincipal"), &[1]),
        (equal("status/errorCode", 0), &[0]),
        (Condition::Not(Box::new(equal("status/errorCode", 0))), &[1]),
        (is("status/errorCode", Test::AtLeast("7000000".into())), &[1]),
        (is("createdDateTime", Test::AtLeast(compared_moment(LATER))), &[1]),
        (Condition::Id(vec![first.id, second.id]), &[1, 0]),
        (Condition::Not(Box::new(equal("userId", user_id(1)))), &[1]),
        (is("userId", Test::Present), &[0]),
    ] {
        let query = LogQuery { condition: Some(condition.clone()), ..LogQuery::newest(10) };
        let found = store.tenant(WATERKANT).sign_ins_where(&query).await.expect("reads");
        let expected: Vec<SignIn> = expected.iter().map(|place| [&first, &second][*place].clone()).collect();
        assert_eq!(found, expected, "{condition:?}");
    }
}

async fn logs_are_paged_in_both_directions(store: Store) {
    for place in 1..=5_u8 {
        let mut record = Record::default();
        let entry = entry(Activity::AddGroup);
        record.change(Change::GroupAdded(Box::new(group(u128::from(place), "IT"))), entry);
        let at = NOON + i64::from(place) * SECOND;
        assert_eq!(store.commit(WATERKANT, &record, at).await.expect("commits"), Committed::Done);
    }
    for newest_first in [true, false] {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let query = LogQuery { newest_first, after, ..LogQuery::newest(2) };
            let page = store.tenant(WATERKANT).audits_where(&query).await.expect("reads");
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            seen.extend(page.iter().map(|audited| (audited.at.millis() - NOON.millis()) / SECOND));
        }
        let expected = if newest_first { [5, 4, 3, 2, 1] } else { [1, 2, 3, 4, 5] };
        assert_eq!(seen, expected);
    }
}

async fn a_raced_commit_leaves_neither_audit_nor_sign_in(store: Store) {
    done(&store, users([user(1, "sanne.devries")])).await;
    let before = told(&store, 10).await;
    let mut record = changes([
        Change::GroupAdded(Box::new(group(1, "IT"))),
        Change::UserEnabled { user: user_id(9), enabled: false },
    ]);
    record.note(entry(Activity::ConsentToApplication));
    record.sign_in(sign_in(NOON, "sanne.devries@waterkant.example"));
    assert_eq!(commit(&store, record).await, Committed::Raced);
    assert_eq!(told(&store, 10).await, before);
    assert_eq!(store.tenant(WATERKANT).sign_ins_where(&LogQuery::newest(10)).await.expect("reads"), []);
    assert_eq!(store.tenant(WATERKANT).group_by_id(group_id(1)).await.expect("reads"), None);
}

async fn a_record_of_nothing_leaves_nothing(store: Store) {
    done(&store, Record::default()).await;
    store.flush().await.expect("nothing to write");
    assert_eq!(told(&store, 10).await, []);
    assert_eq!(store.tenant(WATERKANT).sign_ins_where(&LogQuery::newest(10)).await.expect("reads"), []);
}

async fn a_noted_sign_in_is_there_after_the_flush(store: Store) {
    let told = sign_in(NOON, "joris.bakker@waterkant.example");
    store.clone().note(WATERKANT, told.clone());
    assert_eq!(store.unwritten(), 1);
    assert_eq!(store.tenant(WATERKANT).sign_ins_where(&LogQuery::newest(10)).await.expect("reads"), []);
    store.flush().await.expect("writes");
    assert_eq!(store.unwritten(), 0);
    let rows = [told.clone()];
    assert_eq!(store.tenant(WATERKANT).sign_ins_where(&LogQuery::newest(10)).await.expect("reads"), rows);
}

async fn a_flush_serves_all_tenants_and_writes_once(store: Store) {
    let [first, second] = [NOON, LATER].map(|at| sign_in(at, "joris.bakker@waterkant.example"));
    let other = sign_in(NOON, "katrin.weber@zonnebel.example");
    store.note(WATERKANT, first.clone());
    store.note(ZONNEBEL, other.clone());
    store.note(WATERKANT, second.clone());
    assert_eq!(store.unwritten(), 3);
    for _ in 0..2 {
        store.flush().await.expect("writes");
        let rows = [second.clone(), first.clone()];
        assert_eq!(store.tenant(WATERKANT).sign_ins_where(&LogQuery::newest(10)).await.expect("reads"), rows);
        let rows = [other.clone()];
        assert_eq!(store.tenant(ZONNEBEL).sign_ins_where(&LogQuery::newest(10)).await.expect("reads"), rows);
    }
}

async fn two_flushes_at_once_write_each_sign_in_once(store: Store) {
    let all: Vec<SignIn> = (0..100).map(|place| sign_in(NOON + place * SECOND, &place.to_string())).collect();
    for told in &all {
        store.note(WATERKANT, told.clone());
    }
    let (one, other) = tokio::join!(store.flush(), store.flush());
    one.and(other).expect("writes");
    let rows: Vec<SignIn> = all.iter().rev().cloned().collect();
    assert_eq!(store.tenant(WATERKANT).sign_ins_where(&LogQuery::newest(1000)).await.expect("reads"), rows);
}

async fn a_typed_zero_byte_costs_nobody_an_entry(store: Store) {
    // PostgreSQL's text holds no zero byte. Whoever types one must not wipe out the entries that wait beside it.
    store.note(WATERKANT, sign_in(NOON, "before"));
    store.note(WATERKANT, sign_in(NOON + SECOND, "zero\0byte"));
    store.note(WATERKANT, sign_in(LATER, "after"));
    store.flush().await.expect("writes");
    let names: Vec<String> = store
        .tenant(WATERKANT)
        .sign_ins_where(&LogQuery::newest(10))
        .await
        .expect("reads")
        .into_iter()
        .map(|row| row.name)
        .collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!([&names[0], &names[2]], ["after", "before"]);
}
