//! Changes of the directory, one transaction after the other, each of all the jobs that wait by then.
//!
//! Commits of one tenant lock its count of changes until they are durable, so they could not run beside one another anyway
//! (decision 0031); together they wait for the disk once. Nobody waits without end: a database that hangs is given up, and
//! more than so many jobs do not wait for it.

use super::super::Write;
use super::{Postgres, is_raced, outcome, transact};
use crate::{Committed, Fault};
use deadpool_postgres::Object;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

#[derive(Default)]
pub struct Turn(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    /// Somebody writes, and looks again when done.
    busy: bool,
}

struct Job {
    writes: Vec<Write>,
    answer: oneshot::Sender<Result<Committed, Fault>>,
}

/// Jobs that wait. Each is a request that is not answered yet.
const MOST_WAITING: usize = 4_096;
/// For one transaction. A large one is a tenant that comes in whole.
const LONGEST: Duration = Duration::from_secs(60);
/// Jobs, and statements of all of them, of one transaction.
const MOST_JOBS: usize = 64;
const MOST_STATEMENTS: usize = 2_000;

impl Turn {
    /// Done by a task of its own: whoever asked may go away.
    pub async fn write(self: &Arc<Self>, postgres: &Postgres, writes: Vec<Write>) -> Result<Committed, Fault> {
        let (answer, answered) = oneshot::channel();
        let begins = {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.jobs.len() >= MOST_WAITING {
                return Err(Fault::new("writing", "too many writes wait already"));
            }
            waiting.jobs.push_back(Job { writes, answer });
            !std::mem::replace(&mut waiting.busy, true)
        };
        if begins {
            let (turn, postgres) = (Busy { turn: self.clone(), is_done: false }, postgres.clone());
            tokio::spawn(turn.write_all(postgres));
        }
        answered.await.unwrap_or_else(|_| Err(Fault::new("writing", "the write was not reached")))
    }
}

/// Whoever writes. Should that end too early, whoever waits hears of it, and the next job finds nobody busy.
struct Busy {
    turn: Arc<Turn>,
    is_done: bool,
}

impl Busy {
    async fn write_all(mut self, postgres: Postgres) {
        while let Some(jobs) = self.next() {
            write_group(&postgres, jobs).await;
        }
    }

    fn next(&mut self) -> Option<Vec<Job>> {
        let mut waiting = self.turn.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut group = Vec::new();
        let mut statements = 0;
        while group.len() < MOST_JOBS && statements < MOST_STATEMENTS {
            let Some(job) = waiting.jobs.pop_front() else { break };
            statements += job.writes.len();
            group.push(job);
        }
        if group.is_empty() {
            // Under the lock: whoever comes next begins anew.
            waiting.busy = false;
            self.is_done = true;
            return None;
        }
        Some(group)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if !self.is_done {
            let mut waiting = self.turn.0.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.jobs.clear();
            waiting.busy = false;
        }
    }
}

async fn write_group(postgres: &Postgres, group: Vec<Job>) {
    let connection = match postgres.connection().await {
        Ok(connection) => connection,
        Err(fault) => return all_fail(group, "connecting to the store", &fault.to_string()),
    };
    match in_time(postgres, &connection, group.iter().map(|job| job.writes.as_slice())).await {
        Ok(()) => group.into_iter().for_each(|job| drop(job.answer.send(Ok(Committed::Done)))),
        // The database itself says that nothing was written: each by itself.
        Err(error) if error.is_refusal() && postgres.is_usable(&connection).await => {
            if !error.is_race() {
                tracing::warn!(%error, "jobs could not be written together");
            }
            write_apart(postgres, connection, group).await;
        }
        // Nobody knows whether it was: written once more, it might be there twice.
        Err(error) => {
            drop(Object::take(connection));
            all_fail(group, "writing", &error.to_string());
        }
    }
}

fn all_fail(group: Vec<Job>, doing: &'static str, why: &str) {
    group.into_iter().for_each(|job| drop(job.answer.send(Err(Fault::new(doing, why)))));
}

async fn write_apart(postgres: &Postgres, connection: Object, group: Vec<Job>) {
    let mut jobs = group.into_iter();
    while let Some(job) = jobs.next() {
        match in_time(postgres, &connection, [job.writes.as_slice()]).await {
            Ok(()) => drop(job.answer.send(Ok(Committed::Done))),
            Err(error) if error.is_refusal() && postgres.is_usable(&connection).await => {
                drop(job.answer.send(error.outcome()));
            }
            Err(error) => {
                drop(Object::take(connection));
                let rest = std::iter::once(job).chain(jobs).collect();
                return all_fail(rest, "writing", &error.to_string());
            }
        }
    }
}

/// What became of a transaction.
enum Unwritten {
    Failed(tokio_postgres::Error),
    TooLong,
}

impl Unwritten {
    /// An answer of the database: it undid what was done.
    fn is_refusal(&self) -> bool {
        matches!(self, Unwritten::Failed(error) if error.as_db_error().is_some())
    }

    fn is_race(&self) -> bool {
        matches!(self, Unwritten::Failed(error) if is_raced(error))
    }

    fn outcome(self) -> Result<Committed, Fault> {
        match self {
            Unwritten::Failed(error) => outcome(Err(error)),
            Unwritten::TooLong => Err(Fault::new("writing", "the database took too long")),
        }
    }
}

impl fmt::Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unwritten::Failed(error) => error.fmt(f),
            Unwritten::TooLong => f.write_str("the database took too long"),
        }
    }
}

async fn in_time<'w>(
    postgres: &Postgres,
    connection: &Object,
    jobs: impl IntoIterator<Item = &'w [Write]>,
) -> Result<(), Unwritten> {
    match tokio::time::timeout(LONGEST, transact(postgres, connection, jobs)).await {
        Ok(written) => written.map_err(Unwritten::Failed),
        Err(_) => Err(Unwritten::TooLong),
    }
}
