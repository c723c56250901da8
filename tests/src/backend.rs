//! Where a test's house keeps its data: in memory, in a file, or in a database of its own on a PostgreSQL server.
//!
//! MANDATE_E2E_STORE says which (`memory`, `sqlite`, `postgres`); so the whole suite runs again on another store without
//! a word in any test. For `postgres`, MANDATE_TEST_POSTGRES is the URL of a server on which databases may be made.

use mandate_store::Place;
use std::hash::{BuildHasher, RandomState};
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio_postgres::NoTls;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Memory,
    Sqlite,
    Postgres,
}

/// A place, and what must go when the test ends.
pub struct Backend {
    pub place: Place,
    _folder: Option<TempDir>,
    _database: Option<Database>,
}

/// The store that this run is on.
pub fn kind() -> Kind {
    match environment("MANDATE_E2E_STORE").as_deref() {
        None | Some("" | "memory") => Kind::Memory,
        Some("sqlite") => Kind::Sqlite,
        Some("postgres") => Kind::Postgres,
        Some(other) => panic!("MANDATE_E2E_STORE is `{other}`, not memory, sqlite or postgres"),
    }
}

pub async fn fresh() -> Backend {
    match kind() {
        Kind::Memory => Backend { place: Place::Memory, _folder: None, _database: None },
        Kind::Sqlite => {
            let folder = tempfile::tempdir().expect("the system's temporary folder can be written");
            let place = Place::Sqlite(folder.path().join("house.db"));
            Backend { place, _folder: Some(folder), _database: None }
        }
        Kind::Postgres => {
            let database = Database::make().await;
            Backend { place: Place::Postgres(database.url()), _folder: None, _database: Some(database) }
        }
    }
}

struct Database {
    server: String,
    name: String,
}

impl Database {
    async fn make() -> Database {
        let server = environment("MANDATE_TEST_POSTGRES");
        let server = server.expect("MANDATE_E2E_STORE=postgres needs the server in MANDATE_TEST_POSTGRES");
        let name = format!("mandate_e2e_{:016x}", RandomState::new().hash_one("database"));
        command(&server, &format!("CREATE DATABASE {name}")).await;
        Database { server, name }
    }

    /// Later words override earlier ones, both in a URL's query and in the `key=value` form.
    fn url(&self) -> String {
        let joint = match (self.server.contains("://"), self.server.contains('?')) {
            (false, _) => ' ',
            (true, false) => '?',
            (true, true) => '&',
        };
        format!("{}{joint}dbname={}", self.server, self.name)
    }
}

impl Drop for Database {
    /// By force: the store's pool may still hold connections. On a thread of its own, since this one runs a test.
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("DROP DATABASE {} WITH (FORCE)", self.name));
        let gone = std::thread::spawn(move || {
            let runtime =
                Builder::new_current_thread().enable_all().build().expect("the system lets us have a runtime");
            runtime.block_on(command(&server, &sql));
        });
        // A test that failed already must tell why; a database that stays behind is the smaller trouble.
        let _ = gone.join();
    }
}

async fn command(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the server named by the environment");
    let talk = tokio::spawn(connection);
    client.batch_execute(sql).await.expect("a statement that the server's user may give");
    drop(client);
    talk.await.expect("the connection does not panic").expect("it ends because the client did");
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says on which store")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
