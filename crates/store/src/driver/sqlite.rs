//! SQLite: bundled, WAL, durable commits. Reads happen in place; one thread writes and groups what waits.

use super::{Expect, Write};
use crate::value::{Row, Value};
use crate::{Committed, Fault};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;
use tokio::sync::oneshot;

mod plans;

#[derive(Clone)]
pub struct Sqlite {
    readers: Arc<Readers>,
    writer: mpsc::Sender<Job>,
    /// The writer's own connection; it is held while a group is written.
    connection: Arc<Mutex<Connection>>,
}

struct Readers {
    connections: Vec<Arc<Mutex<Connection>>>,
    next: AtomicUsize,
    /// The checkpoint thread ends when this goes.
    _alive: mpsc::Sender<()>,
}

struct Job {
    writes: Vec<Write>,
    answer: oneshot::Sender<Result<Committed, Fault>>,
}

/// MiB that each reader keeps of what it read. The first that is free is taken, so that the first one does most of the
/// work: what leads to a row among a million stays at hand there once, instead of a part of it in each.
const READERS: [u32; 4] = [64, 12, 4, 4];
/// KiB of any other connection.
const CACHE: u32 = 12 * 1024;
/// More in one transaction would make the first of them wait too long.
const GROUP: usize = 256;
const CHECKPOINT_EVERY: Duration = Duration::from_millis(200);
/// Pages of a log that is begun anew: 128 MiB.
const LARGE_LOG: i64 = 32 * 1024;
/// What a step may leave for the last one, which keeps the writer out.
const FEW_PAGES: i64 = 1024;
const NICENESS: i32 = 10;
const MOST_STEPS: usize = 3;

impl Sqlite {
    /// `writer_cache` in KiB: what one large transaction changes must not spill. `None`: as any connection has.
    pub fn open(path: Option<&Path>, writer_cache: Option<u32>) -> Result<Sqlite, Fault> {
        let connection = connect(path, writer_cache.unwrap_or(CACHE))?;
        let write_to = Arc::new(Mutex::new(connection));
        let connections = match path {
            // An in-memory database lives in one connection only.
            None => vec![write_to.clone()],
            Some(path) => {
                let opened = READERS.iter().map(|size| connect(Some(path), size * 1024));
                opened.map(|reader| reader.map(|reader| Arc::new(Mutex::new(reader)))).collect::<Result<_, _>>()?
            }
        };
        let (writer, jobs) = mpsc::channel();
        let connection = write_to.clone();
        spawn("store-writer", move || write_loop(&write_to, &jobs))?;
        let (alive, watched) = mpsc::channel();
        if let Some(path) = path {
            let keeper = connect(Some(path), CACHE)?;
            let writer = connection.clone();
            spawn("store-checkpoint", move || checkpoint_loop(&keeper, &writer, &watched))?;
        }
        let readers = Readers { connections, next: AtomicUsize::new(0), _alive: alive };
        Ok(Sqlite { readers: Arc::new(readers), writer, connection })
    }

    /// After the schema is there: every connection plans its statements by the same knowledge.
    pub fn steady(&self, schema: i64) -> Result<(), Fault> {
        let lock = |connection: &Arc<Mutex<Connection>>| -> rusqlite::Result<()> {
            plans::load(&connection.lock().unwrap_or_else(PoisonError::into_inner))
        };
        let told = Fault::while_doing("telling the database how large its tables get");
        let written = plans::write(&self.connection.lock().unwrap_or_else(PoisonError::into_inner), schema);
        written.and_then(|()| self.readers.connections.iter().try_for_each(lock)).map_err(told)
    }

    pub fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Fault> {
        let connection = self.readers.take();
        read(&connection, sql, values).map_err(Fault::while_doing("reading"))
    }

    pub async fn write(&self, writes: Vec<Write>) -> Result<Committed, Fault> {
        let (answer, answered) = oneshot::channel();
        let gone = || Fault::new("writing", "the store's writer has stopped");
        self.writer.send(Job { writes, answer }).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

impl Readers {
    /// The first that is free; when all are busy, the next in turn. They are busy for microseconds.
    fn take(&self) -> MutexGuard<'_, Connection> {
        let free = self.connections.iter().find_map(|connection| connection.try_lock().ok());
        free.unwrap_or_else(|| {
            let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.connections.len();
            self.connections[turn].lock().unwrap_or_else(PoisonError::into_inner)
        })
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Fault> {
    let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    spawned.map(|_| ()).map_err(Fault::while_doing("starting a store thread"))
}

/// `cache` in KiB.
fn connect(path: Option<&Path>, cache: u32) -> Result<Connection, Fault> {
    if let Some(path) = path {
        for_owner_only(path).map_err(Fault::while_doing("making the database"))?;
    }
    let open = || -> rusqlite::Result<Connection> {
        let connection = match path {
            None => Connection::open_in_memory()?,
            Some(path) => Connection::open_with_flags(
                path,
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            )?,
        };
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // Durable before it is answered: a commit is on disk, not only in the system's cache.
        connection.pragma_update(None, "synchronous", "FULL")?;
        // The checkpoint thread does this; inside a commit it would make one writer wait for everybody's pages.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        connection.pragma_update(None, "journal_size_limit", 256 << 20)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "cache_size", -i64::from(cache))?;
        connection.set_prepared_statement_cache_capacity(256);
        Ok(connection)
    };
    open().map_err(Fault::while_doing("opening the database"))
}

/// Password hashes lie in it. SQLite gives its log the mode of the database.
fn for_owner_only(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    if path.exists() {
        return Ok(());
    }
    std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}

fn read(connection: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, values)?;
    let width = statement.column_count();
    let mut answer = statement.raw_query();
    let mut rows = Vec::new();
    while let Some(row) = answer.next()? {
        rows.push(Row((0..width).map(|place| row.get_ref(place).map(Value::from)).collect::<Result<_, _>>()?));
    }
    Ok(rows)
}

/// `$2 … $1` are *named* parameters to SQLite, numbered by first appearance: only binding by name puts each in its
/// place.
fn bind(statement: &mut rusqlite::Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    for (number, value) in (1..).zip(values) {
        let place = match NAMES.get(number - 1) {
            Some(name) => statement.parameter_index(name)?,
            None => statement.parameter_index(&format!("${number}"))?,
        };
        if let Some(place) = place {
            statement.raw_bind_parameter(place, value)?;
        }
    }
    Ok(())
}

/// The names of every statement that is known beforehand.
const NAMES: [&str; 20] = [
    "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17",
    "$18", "$19", "$20",
];

fn write_loop(connection: &Mutex<Connection>, jobs: &mpsc::Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        group.extend(jobs.try_iter().take(GROUP - 1));
        let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        write_group(&connection, group);
    }
}

/// One transaction for all that wait. Nobody is answered before the commit is durable.
fn write_group(connection: &Connection, group: Vec<Job>) {
    let all_done = together(connection, &group);
    if !all_done {
        return write_apart(connection, group);
    }
    for job in group {
        // The asker may have gone away; the write stands all the same.
        let _ = job.answer.send(Ok(Committed::Done));
    }
}

/// As nearly always, no job fails: none is kept apart from the others, which would copy each page that it changes. If one
/// does, nothing was written.
fn together(connection: &Connection, group: &[Job]) -> bool {
    let transaction = || -> rusqlite::Result<bool> {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for job in group {
            if run(connection, &job.writes)? == Committed::Raced {
                return Ok(false);
            }
        }
        connection.execute_batch("COMMIT").map(|()| true)
    };
    let done = matches!(transaction(), Ok(true));
    if !done && !connection.is_autocommit() {
        // A failed commit leaves the transaction open; whoever comes next must not inherit it.
        let _ = connection.execute_batch("ROLLBACK");
    }
    done
}

/// In one transaction, too; a job that fails is undone alone.
fn write_apart(connection: &Connection, group: Vec<Job>) {
    let mut outcomes = Vec::with_capacity(group.len());
    let mut transaction = || -> rusqlite::Result<()> {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for job in &group {
            outcomes.push(write_job(connection, &job.writes));
            // A full disk makes SQLite roll back by itself; what came after would commit on its own.
            if connection.is_autocommit() {
                break;
            }
        }
        connection.execute_batch("COMMIT")
    };
    let failed = transaction().err();
    if failed.is_some() && !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    let failed = failed.map(|error| error.to_string());
    for (place, job) in group.into_iter().enumerate() {
        let outcome = match (&failed, outcomes.get_mut(place).map(std::mem::take)) {
            (None, Some(outcome)) => outcome.0.map_err(Fault::while_doing("writing")),
            (Some(error), _) => Err(Fault::new("committing", error.clone())),
            (None, None) => Err(Fault::new("committing", "the write was not reached")),
        };
        let _ = job.answer.send(outcome);
    }
}

struct Outcome(rusqlite::Result<Committed>);

impl Default for Outcome {
    fn default() -> Outcome {
        Outcome(Ok(Committed::Raced))
    }
}

fn write_job(connection: &Connection, writes: &[Write]) -> Outcome {
    let outcome = connection.execute_batch("SAVEPOINT job").and_then(|()| run(connection, writes));
    let end = if matches!(outcome, Ok(Committed::Done)) { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
    Outcome(connection.execute_batch(end).and(outcome))
}

fn run(connection: &Connection, writes: &[Write]) -> rusqlite::Result<Committed> {
    for write in writes {
        let mut statement = connection.prepare_cached(&write.sql)?;
        bind(&mut statement, &write.values)?;
        let touched = match statement.raw_execute() {
            Err(error) if is_taken(&error) => return Ok(Committed::Raced),
            other => other?,
        };
        if write.expect == Expect::One && touched == 0 {
            return Ok(Committed::Raced);
        }
    }
    Ok(Committed::Done)
}

fn is_taken(error: &rusqlite::Error) -> bool {
    const TAKEN: [i32; 2] = [rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE, rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY];
    error.sqlite_error().is_some_and(|error| TAKEN.contains(&error.extended_code))
}

/// Moves the log into the database in small steps, beside the writer. A log that has grown is begun anew, which keeps the
/// writer out until all of it is moved and on the disk: so what has come meanwhile is moved first, again and again, until
/// little is left; and the writer waits at its own lock, which it is given at once, and not at the database's, where it
/// would sleep and look again.
fn checkpoint_loop(connection: &Connection, writer: &Mutex<Connection>, alive: &mpsc::Receiver<()>) {
    // Copying pages takes no core from those who wait for an answer. Where it cannot be set, it is only less polite.
    let _ = rustix::process::setpriority_process(None, NICENESS);
    while alive.recv_timeout(CHECKPOINT_EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
        if let Err(error) = checkpoint(connection, writer) {
            tracing::warn!(%error, "checkpoint failed");
        }
    }
}

fn checkpoint(connection: &Connection, writer: &Mutex<Connection>) -> rusqlite::Result<()> {
    // How many pages the log has.
    let step =
        |mode: &str| connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get::<_, i64>(1));
    let mut pages = step("PASSIVE")?;
    if pages < LARGE_LOG {
        return Ok(());
    }
    for _ in 0..MOST_STEPS {
        let before = std::mem::replace(&mut pages, step("PASSIVE")?);
        if pages - before < FEW_PAGES {
            break;
        }
    }
    let _kept_out = writer.lock().unwrap_or_else(PoisonError::into_inner);
    step("RESTART").map(|_| ())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(int) => ValueRef::Integer(*int),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Value {
        match value {
            ValueRef::Null | ValueRef::Real(_) => Value::Null,
            ValueRef::Integer(int) => Value::Int(int),
            ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        }
    }
}
