//! The audit and the sign-in log: in the same transaction as what they tell of, or noted and flushed.

use crate::sample::{
    LATER, NOON, WATERKANT, ZONNEBEL, app_id, changes, commit, correlation_id, done, entry, group, group_id, sign_in,
    user, user_id, users,
};
use mandate_base::{Moment, SECOND};
use mandate_domain::audit::{Activity, Actor, AuditEntry, Doer, SignIn, SignInKind};
use mandate_domain::record::{Change, Record};
use mandate_store::{AuditRow, Committed, SignInRow, Store};

on_each_backend!(
    an_audit_entry_comes_back_whole,
    audits_are_listed_newest_first,
    sign_ins_are_listed_newest_first_and_whole,
    a_raced_commit_leaves_neither_audit_nor_sign_in,
    a_record_of_nothing_leaves_nothing,
    a_noted_sign_in_is_there_after_the_flush,
    a_flush_serves_all_tenants_and_writes_once,
    two_flushes_at_once_write_each_sign_in_once,
    a_typed_zero_byte_costs_nobody_an_entry,
);

fn audit_row(at: Moment, entry: &AuditEntry) -> AuditRow {
    AuditRow {
        at,
        activity: entry.activity.name().to_owned(),
        actor: serde_json::to_string(&entry.actor).expect("plain data"),
        targets: serde_json::to_string(&entry.targets).expect("plain data"),
        changed: serde_json::to_string(&entry.changed).expect("plain data"),
    }
}

fn sign_in_row(kind: &str, sign_in: &SignIn) -> SignInRow {
    SignInRow {
        at: sign_in.at,
        kind: kind.to_owned(),
        name: sign_in.name.clone(),
        code: sign_in.code.into(),
        reason: sign_in.reason.clone(),
    }
}

async fn an_audit_entry_comes_back_whole(store: Store) {
    let actor = Actor::User { id: user_id(1), upn: "sanne.devries@waterkant.example".into() };
    let told = Doer { actor, correlation: correlation_id(7) }
        .entry(Activity::AddUser)
        .target(user_id(2), "User", "Jürgen \"Müller\"")
        .changed("accountEnabled", None, Some("true".into()))
        .changed("userType", Some("Guest".into()), Some("Member".into()));
    let mut record = Record::default();
    record.change(Change::UserAdded(Box::new(user(2, "jurgen"))), told.clone());
    done(&store, record).await;
    assert_eq!(store.tenant(WATERKANT).audits(10).await.expect("reads"), [audit_row(NOON, &told)]);
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
    let rows = [audit_row(LATER, &last), audit_row(NOON, &sum), audit_row(NOON, &second), audit_row(NOON, &first)];
    assert_eq!(store.tenant(WATERKANT).audits(10).await.expect("reads"), rows);
    assert_eq!(store.tenant(WATERKANT).audits(2).await.expect("reads"), rows[..2]);
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
    let rows = [
        sign_in_row("servicePrincipal", &apps),
        sign_in_row("nonInteractiveUser", &silent),
        sign_in_row("interactiveUser", &typed),
    ];
    assert_eq!(store.tenant(WATERKANT).sign_ins(10).await.expect("reads"), rows);
    assert_eq!(store.tenant(WATERKANT).sign_ins(1).await.expect("reads"), rows[..1]);
}

async fn a_raced_commit_leaves_neither_audit_nor_sign_in(store: Store) {
    done(&store, users([user(1, "sanne.devries")])).await;
    let before = store.tenant(WATERKANT).audits(10).await.expect("reads");
    let mut record = changes([
        Change::GroupAdded(Box::new(group(1, "IT"))),
        Change::UserEnabled { user: user_id(9), enabled: false },
    ]);
    record.note(entry(Activity::ConsentToApplication));
    record.sign_in(sign_in(NOON, "sanne.devries@waterkant.example"));
    assert_eq!(commit(&store, record).await, Committed::Raced);
    assert_eq!(store.tenant(WATERKANT).audits(10).await.expect("reads"), before);
    assert_eq!(store.tenant(WATERKANT).sign_ins(10).await.expect("reads"), []);
    assert_eq!(store.tenant(WATERKANT).group_by_id(group_id(1)).await.expect("reads"), None);
}

async fn a_record_of_nothing_leaves_nothing(store: Store) {
    done(&store, Record::default()).await;
    store.flush().await.expect("nothing to write");
    assert_eq!(store.tenant(WATERKANT).audits(10).await.expect("reads"), []);
    assert_eq!(store.tenant(WATERKANT).sign_ins(10).await.expect("reads"), []);
}

async fn a_noted_sign_in_is_there_after_the_flush(store: Store) {
    let told = sign_in(NOON, "joris.bakker@waterkant.example");
    store.clone().note(WATERKANT, told.clone());
    assert_eq!(store.unwritten(), 1);
    assert_eq!(store.tenant(WATERKANT).sign_ins(10).await.expect("reads"), []);
    store.flush().await.expect("writes");
    assert_eq!(store.unwritten(), 0);
    let rows = [sign_in_row("interactiveUser", &told)];
    assert_eq!(store.tenant(WATERKANT).sign_ins(10).await.expect("reads"), rows);
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
        let rows = [&second, &first].map(|told| sign_in_row("interactiveUser", told));
        assert_eq!(store.tenant(WATERKANT).sign_ins(10).await.expect("reads"), rows);
        let rows = [sign_in_row("interactiveUser", &other)];
        assert_eq!(store.tenant(ZONNEBEL).sign_ins(10).await.expect("reads"), rows);
    }
}

async fn two_flushes_at_once_write_each_sign_in_once(store: Store) {
    let all: Vec<SignIn> = (0..100).map(|place| sign_in(NOON + place * SECOND, &place.to_string())).collect();
    for told in &all {
        store.note(WATERKANT, told.clone());
    }
    let (one, other) = tokio::join!(store.flush(), store.flush());
    one.and(other).expect("writes");
    let rows: Vec<SignInRow> = all.iter().rev().map(|told| sign_in_row("interactiveUser", told)).collect();
    assert_eq!(store.tenant(WATERKANT).sign_ins(1000).await.expect("reads"), rows);
}

async fn a_typed_zero_byte_costs_nobody_an_entry(store: Store) {
    // PostgreSQL's text holds no zero byte. Whoever types one must not wipe out the entries that wait beside it.
    store.note(WATERKANT, sign_in(NOON, "before"));
    store.note(WATERKANT, sign_in(NOON + SECOND, "zero\0byte"));
    store.note(WATERKANT, sign_in(LATER, "after"));
    store.flush().await.expect("writes");
    let names: Vec<String> =
        store.tenant(WATERKANT).sign_ins(10).await.expect("reads").into_iter().map(|row| row.name).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!([&names[0], &names[2]], ["after", "before"]);
}
