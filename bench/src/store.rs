//! Where the measured server keeps its data: SQLite in its own folder, or a database of its own on a PostgreSQL server
//! that is up already.
//!
//! PostgreSQL's processes are bound to the core of the load for as long as the run lasts: on the server's core they would
//! be taken for the product, and left alone they would be on both. So the server ought to be one that is made for the run.
//! Never: a database that was there before.

use std::fmt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_postgres::NoTls;

use crate::cores::Cores;
use crate::proc;

/// What the kernel calls its processes.
const POSTGRES: &str = "postgres";

pub enum Store {
    Sqlite,
    Postgres(Server),
}

pub struct Server {
    url: String,
    version: String,
    bound: Option<Bound>,
}

impl Store {
    /// As the command line names it: `sqlite`, or the URL of a server on which databases may be made.
    pub fn of(wish: Option<&str>, cores: &Cores) -> Result<Self, String> {
        match wish {
            None | Some("sqlite") => Ok(Store::Sqlite),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                crate::run_async(Server::meet(url, cores)).map(Store::Postgres)
            }
            Some(other) => Err(format!("the store is `sqlite` or postgres://…, not `{other}`")),
        }
    }

    /// A place for one server. `None`: its folder.
    pub fn fresh(&self) -> Result<Option<Database>, String> {
        match self {
            Store::Sqlite => Ok(None),
            Store::Postgres(server) => Database::make(server).map(Some),
        }
    }
}

impl Server {
    async fn meet(url: &str, cores: &Cores) -> Result<Self, String> {
        let told = |err: tokio_postgres::Error| format!("asking PostgreSQL who it is: {err}");
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(told)?;
        tokio::spawn(connection);
        let who = "SELECT pg_backend_pid(), current_setting('server_version')";
        let row = client.query_one(who, &[]).await.map_err(told)?;
        let pid: i32 = row.try_get(0).map_err(told)?;
        let version: String = row.try_get(1).map_err(told)?;
        // While the connection stands: the process that serves it ends with it.
        let places = u32::try_from(pid).ok().zip(cores.load_core());
        let bound = places.and_then(|(pid, core)| Bound::to(core, pid));
        Ok(Server { url: url.to_owned(), version, bound })
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Store::Sqlite => f.write_str("SQLite on disk"),
            Store::Postgres(Server { version, bound: Some(bound), .. }) => {
                write!(f, "PostgreSQL {version}, on core {}", bound.core)
            }
            Store::Postgres(Server { version, bound: None, .. }) => {
                write!(f, "PostgreSQL {version}, **on no core of its own: it may take the server's**")
            }
        }
    }
}

/// A database that goes with the value.
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    fn make(server: &Server) -> Result<Self, String> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let name = format!("mandate_bench_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        crate::run_async(command(&server.url, &format!("CREATE DATABASE {name}")))?;
        Ok(Database { server: server.url.clone(), name })
    }

    /// A later word overrides an earlier one.
    pub fn url(&self) -> String {
        let joint = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{joint}dbname={}", self.server, self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // By force: PostgreSQL may not have noticed yet that the server is gone.
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        if let Err(why) = crate::run_async(command(&self.server, &sql)) {
            eprintln!("a database was left behind: {why}");
        }
    }
}

async fn command(url: &str, sql: &str) -> Result<(), String> {
    let told = |err: tokio_postgres::Error| format!("{sql}: {err}");
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(told)?;
    let talk = tokio::spawn(connection);
    client.batch_execute(sql).await.map_err(told)?;
    drop(client);
    // Whatever ends the connection now, the statement was carried out.
    let _ = talk.await;
    Ok(())
}

/// PostgreSQL's processes on one core; put back where they were when the value goes.
struct Bound {
    core: usize,
    /// The process that all others are children of; connections to come inherit its cores.
    parent: u32,
    before: String,
}

impl Bound {
    /// `None`: the server is not on this machine, or not ours to bind.
    fn to(core: usize, backend: u32) -> Option<Self> {
        let parent = proc::parent_of(backend)?;
        // A number of another machine, or of another container, would be a stranger's here.
        if proc::name_of(backend)? != POSTGRES || proc::name_of(parent)? != POSTGRES {
            return None;
        }
        let bound = Bound { core, parent, before: proc::cores_of(parent)? };
        if bound.put_on(&core.to_string()) { Some(bound) } else { None }
    }

    fn put_on(&self, cores: &str) -> bool {
        let everyone = std::iter::once(self.parent).chain(proc::children_of(self.parent));
        let moved: Vec<(u32, bool)> = everyone.map(|pid| (pid, move_to(cores, pid))).collect();
        // A child may have ended in between; its parent has not.
        moved.iter().any(|(pid, done)| *pid == self.parent && *done)
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        self.put_on(&self.before);
    }
}

fn move_to(cores: &str, pid: u32) -> bool {
    let mut taskset = Command::new("taskset");
    taskset.args(["-c", "-p", cores, &pid.to_string()]);
    let status = taskset.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
