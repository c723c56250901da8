//! What the suites run on: for each test a fresh, empty store on each backend.
//!
//! Never: what is tested. PostgreSQL takes part when MANDATE_TEST_POSTGRES is the URL of a server on which databases
//! may be made; each test makes its own and drops it.

use mandate_store::{Place, Store};
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Once;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::NoTls;

/// Makes a test of each backend from each `async fn name(store: Store)`. One that is not listed is reported as unused.
macro_rules! on_each_backend {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            $(#[test] fn $name() { $crate::backend::memory(super::$name) })+
        }
        mod sqlite {
            $(#[test] fn $name() { $crate::backend::sqlite(super::$name) })+
        }
        mod postgres {
            $(#[test] fn $name() { $crate::backend::postgres(super::$name) })+
        }
    };
}

/// The same from each `async fn name(place: Place)`, for tests that open the store themselves, and more than once.
macro_rules! on_each_lasting_backend {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { $crate::backend::sqlite_place(super::$name) })+
        }
        mod postgres {
            $(#[test] fn $name() { $crate::backend::postgres_place(super::$name) })+
        }
    };
}

pub fn memory<F: Future<Output = ()>>(test: impl FnOnce(Store) -> F) {
    runtime().block_on(async { test(open(&Place::Memory).await).await });
}

pub fn sqlite<F: Future<Output = ()>>(test: impl FnOnce(Store) -> F) {
    sqlite_place(|place| async move { test(open(&place).await).await });
}

pub fn postgres<F: Future<Output = ()>>(test: impl FnOnce(Store) -> F) {
    postgres_place(|place| async move { test(open(&place).await).await });
}

pub fn sqlite_place<F: Future<Output = ()>>(test: impl FnOnce(Place) -> F) {
    let folder = tempfile::tempdir().expect("the system's temporary folder can be written");
    runtime().block_on(test(Place::Sqlite(folder.path().join("store.db"))));
}

pub fn postgres_place<F: Future<Output = ()>>(test: impl FnOnce(Place) -> F) {
    let Some(server) = postgres_server() else { return };
    let runtime = runtime();
    let name = format!("mandate_{:016x}", RandomState::new().hash_one("database"));
    runtime.block_on(command(&server, &format!("CREATE DATABASE {name}")));
    let place = Place::Postgres(database_on(&server, &name));
    let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on(test(place))));
    // By force: the store's pool may still hold connections, and a failed test must leave nothing behind either.
    runtime.block_on(command(&server, &format!("DROP DATABASE {name} WITH (FORCE)")));
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

pub async fn open(place: &Place) -> Store {
    Store::open(place).await.expect("an empty place, or one that this suite made")
}

/// Statements past the store, as a careless administrator would give them.
pub async fn by_hand(place: &Place, sql: &str) {
    match place {
        Place::Memory => unreachable!("nobody but the store reaches its memory"),
        Place::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).expect("the store's file");
            connection.execute_batch(sql).expect("statements that fit the schema");
        }
        Place::Postgres(url) => command(url, sql).await,
    }
}

/// Several threads, as in production: what only works on one would pass unseen.
pub fn runtime() -> Runtime {
    let built = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.expect("the system lets a process start threads")
}

async fn command(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the server named by the environment");
    let talk = tokio::spawn(connection);
    client.batch_execute(sql).await.expect("a statement that the server's user may give");
    drop(client);
    talk.await.expect("the connection does not panic").expect("it ends because the client did");
}

/// Later words override earlier ones, both in a URL's query and in the `key=value` form.
fn database_on(server: &str, name: &str) -> String {
    let joint = match (server.contains("://"), server.contains('?')) {
        (false, _) => ' ',
        (true, false) => '?',
        (true, true) => '&',
    };
    format!("{server}{joint}dbname={name}")
}

fn postgres_server() -> Option<String> {
    static TOLD: Once = Once::new();
    let server = environment("MANDATE_TEST_POSTGRES");
    if server.is_none() {
        let on_ci = environment("CI").is_some_and(|value| value == "true");
        assert!(!on_ci, "MANDATE_TEST_POSTGRES is not set, and on CI nothing may be skipped");
        // Written past the test harness, which would keep it to itself, and once, since it holds for all.
        TOLD.call_once(|| {
            let text = "SKIPPED all store tests on PostgreSQL: MANDATE_TEST_POSTGRES is not set";
            writeln!(std::io::stderr(), "{text}").expect("standard error is open");
        });
    }
    server
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says which server they may use")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
