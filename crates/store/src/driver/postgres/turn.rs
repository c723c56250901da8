//! Changes of the directory, one transaction after the other, each of all the jobs that wait by then.
//!
//! Commits of one tenant lock its count of changes until they are durable, so they could not run beside one another anyway
//! (decision 0031); together they wait for the disk once.

use super::super::Write;
use super::{Postgres, transact};
use crate::{Committed, Fault};
use deadpool_postgres::Object;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
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

/// Jobs, and statements of all of them, of one transaction.
const MOST_JOBS: usize = 64;
const MOST_STATEMENTS: usize = 2_000;

impl Turn {
    /// Done by a task of its own: whoever asked may go away.
    pub async fn write(self: &Arc<Self>, postgres: &Postgres, writes: Vec<Write>) -> Result<Committed, Fault> {
        let (answer, answered) = oneshot::channel();
        let begins = {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.jobs.push_back(Job { writes, answer });
            !std::mem::replace(&mut waiting.busy, true)
        };
        if begins {
            let (turn, postgres) = (Busy(self.clone()), postgres.clone());
            tokio::spawn(async move {
                while let Some(jobs) = turn.next() {
                    write_group(&postgres, jobs).await;
                }
            });
        }
        answered.await.unwrap_or_else(|_| Err(Fault::new("writing", "the write was not reached")))
    }
}

/// Whoever writes. However that ends, the next job finds nobody busy.
struct Busy(Arc<Turn>);

impl Busy {
    fn next(&self) -> Option<Vec<Job>> {
        let mut waiting = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut group = Vec::new();
        let mut statements = 0;
        while group.len() < MOST_JOBS && statements < MOST_STATEMENTS {
            let Some(job) = waiting.jobs.pop_front() else { break };
            statements += job.writes.len();
            group.push(job);
        }
        if group.is_empty() {
            waiting.busy = false;
            return None;
        }
        Some(group)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).busy = false;
    }
}

async fn write_group(postgres: &Postgres, group: Vec<Job>) {
    let connection = match postgres.connection().await {
        Ok(connection) => connection,
        Err(fault) => {
            let told = || Fault::new("connecting to the store", fault.to_string());
            group.into_iter().for_each(|job| drop(job.answer.send(Err(told()))));
            return;
        }
    };
    let together = transact(postgres, &connection, group.iter().map(|job| job.writes.as_slice())).await;
    match together {
        Ok(()) => group.into_iter().for_each(|job| drop(job.answer.send(Ok(Committed::Done)))),
        Err(_) => write_apart(postgres, connection, group).await,
    }
}

/// One of them failed, and none was written: each by itself.
async fn write_apart(postgres: &Postgres, mut connection: Object, group: Vec<Job>) {
    for job in group {
        if !postgres.is_usable(&connection).await {
            drop(Object::take(connection));
            connection = match postgres.connection().await {
                Ok(fresh) => fresh,
                // Whoever is not answered hears that the write was not reached.
                Err(_) => return,
            };
        }
        let written = transact(postgres, &connection, [job.writes.as_slice()]).await;
        let _ = job.answer.send(super::outcome(written));
    }
    if !postgres.is_usable(&connection).await {
        drop(Object::take(connection));
    }
}
