//! What outlives the process on SQLite: everything a commit has answered for, and no sign-in that was only noted.
//!
//! A copy of the files, taken while the store is open, is what a killed process leaves behind.

use crate::backend::{self, open};
use crate::sample::{LATER, NOON, WATERKANT, code, commit, done, sign_in, traces, user, users};
use mandate_domain::query::LogQuery;
use mandate_domain::record::Trace;
use mandate_domain::signin::code::Code;
use mandate_store::{Committed, Place};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

#[test]
fn what_was_committed_is_in_a_copy_of_the_files() {
    backend::sqlite_place(|place| async move {
        let store = open(&place).await;
        let mut expected = Vec::new();
        for number in 1..=5 {
            let added = user(number, &format!("staff{number}"));
            expected.push(added.clone());
            done(&store, users([added])).await;
            let survivor = open(&copied(&place, &format!("copy{number}"))).await;
            assert_eq!(survivor.tenant(WATERKANT).users_after(None, 100).await.expect("reads"), expected);
        }
    });
}

#[test]
fn a_used_code_stays_used_in_a_copy_of_the_files() {
    backend::sqlite_place(|place| async move {
        let store = open(&place).await;
        done(&store, traces([Trace::CodeIssued(Box::new(code(1)))])).await;
        let using = || traces([Trace::CodeUsed { hash: [1; 32], at: NOON }]);
        done(&store, using()).await;
        let survivor = open(&copied(&place, "copy")).await;
        assert_eq!(commit(&survivor, using()).await, Committed::Raced);
        let used = Code { used: Some(NOON), ..code(1) };
        assert_eq!(survivor.tenant(WATERKANT).code_by_hash(&[1; 32]).await.expect("reads"), Some(used));
    });
}

#[test]
fn a_raced_record_is_in_no_copy_of_the_files() {
    backend::sqlite_place(|place| async move {
        let store = open(&place).await;
        done(&store, users([user(1, "sanne.devries")])).await;
        let taken = users([user(2, "joris.bakker"), user(3, "sanne.devries")]);
        assert_eq!(commit(&store, taken).await, Committed::Raced);
        let survivor = open(&copied(&place, "copy")).await;
        let found = survivor.tenant(WATERKANT).users_after(None, 100).await.expect("reads");
        assert_eq!(found, [user(1, "sanne.devries")]);
        assert_eq!(survivor.tenant(WATERKANT).audits_where(&LogQuery::newest(100)).await.expect("reads").len(), 1);
    });
}

#[test]
fn only_noted_sign_ins_are_lost() {
    backend::sqlite_place(|place| async move {
        let store = open(&place).await;
        store.note(WATERKANT, sign_in(NOON, "flushed"));
        store.flush().await.expect("writes");
        let mut record = users([user(1, "sanne.devries")]);
        record.sign_in(sign_in(NOON, "committed"));
        store.note(WATERKANT, sign_in(LATER, "noted"));
        assert_eq!(store.commit(WATERKANT, &record, NOON).await.expect("commits"), Committed::Done);
        let survivor = open(&copied(&place, "copy")).await;
        let view = survivor.tenant(WATERKANT);
        let mut names: Vec<String> =
            view.sign_ins_where(&LogQuery::newest(100)).await.expect("reads").into_iter().map(|row| row.name).collect();
        names.sort();
        assert_eq!(names, ["committed", "flushed"]);
        assert_eq!(view.users_after(None, 100).await.expect("reads"), [user(1, "sanne.devries")]);
        assert_eq!(survivor.unwritten(), 0);
        assert_eq!(store.unwritten(), 1);
    });
}

#[test]
fn a_store_that_was_closed_opens_with_all_it_had() {
    backend::sqlite_place(|place| async move {
        let store = open(&place).await;
        let staff: Vec<_> = (1..=50).map(|number| user(number, &format!("staff{number}"))).collect();
        done(&store, users(staff.clone())).await;
        drop(store);
        let again = open(&place).await;
        assert_eq!(again.tenant(WATERKANT).users_after(None, 100).await.expect("reads"), staff);
    });
}

/// The database and its log. The database first: what moves from the log into it meanwhile is then in the copy of the
/// log still, since nobody writes and so nobody starts the log anew.
fn copied(place: &Place, name: &str) -> Place {
    let Place::Sqlite(path) = place else { unreachable!("it is the place of SQLite") };
    let copy = path.with_file_name(format!("{name}.db"));
    std::fs::copy(path, &copy).expect("the database can be copied");
    std::fs::copy(log_of(path), log_of(&copy)).expect("so can its log");
    Place::Sqlite(copy)
}

fn log_of(database: &Path) -> PathBuf {
    let mut name = OsString::from(database);
    name.push("-wal");
    PathBuf::from(name)
}
