//! PostgreSQL 15+: pooled connections, prepared statements, one transaction a record, or of all records that wait.

mod many;
mod turn;

use super::{Expect, Write};
use crate::value::{Row, Value};
use crate::{Committed, Fault};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::future::{try_join_all, try_join3};
use many::{Many, Step, woven};
use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use tokio_postgres::{NoTls, Statement};
use turn::Turn;

type Known = HashMap<String, Option<Arc<Many>>>;

#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
    readers: Arc<Readers>,
    turn: Arc<Turn>,
    /// Which statements take many rows at once, guarded and not.
    many: Arc<Mutex<[Known; 2]>>,
}

const CONNECTIONS: usize = 16;
/// A store that hangs must not hang every request with it.
const WAIT: Duration = Duration::from_secs(5);

impl Postgres {
    pub fn open(url: &str) -> Result<Postgres, Fault> {
        let config =
            url.parse::<tokio_postgres::Config>().map_err(Fault::while_doing("reading the store's address"))?;
        let fast = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config, NoTls, fast);
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .build();
        let pool = pool.map_err(Fault::while_doing("making the connection pool"))?;
        Ok(Postgres { pool, readers: Arc::default(), turn: Arc::default(), many: Arc::default() })
    }

    async fn connection(&self) -> Result<Object, Fault> {
        self.pool.get().await.map_err(Fault::while_doing("connecting to the store"))
    }

    pub async fn rows(&self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, Fault> {
        let reader = self.readers.take(self).await?;
        let read = async {
            let statement = reader.prepare_cached(sql).await?;
            reader.query(&statement, &parameters(values)).await
        };
        let answer = read.await.map_err(Fault::while_doing("reading"))?;
        answer.iter().map(row).collect::<Result<_, _>>().map_err(Fault::while_doing("reading a row"))
    }

    pub async fn rows_built(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Fault> {
        let reader = self.readers.take(self).await?;
        let answer = reader.query(sql, &parameters(values)).await.map_err(Fault::while_doing("reading"))?;
        answer.iter().map(row).collect::<Result<_, _>>().map_err(Fault::while_doing("reading a row"))
    }

    /// What changes the directory waits for its turn; what only leaves traces of a sign-in is written beside it. On a task
    /// of its own: whoever asked may go away, and must not leave a connection in the middle of a transaction.
    pub async fn write(&self, writes: Vec<Write>) -> Result<Committed, Fault> {
        if writes.iter().any(|write| write.expect == Expect::Counted) {
            return self.turn.write(self, writes).await;
        }
        let (postgres, connection) = (self.clone(), self.connection().await?);
        let written = tokio::spawn(async move {
            let written = transact(&postgres, &connection, [writes.as_slice()]).await;
            if written.is_err() && !postgres.is_usable(&connection).await {
                drop(Object::take(connection));
            }
            outcome(written)
        });
        written.await.map_err(Fault::while_doing("writing"))?
    }

    /// Out of whatever transaction it is in. `false`: nobody knows what state it is in, and no one gets it again.
    async fn is_usable(&self, connection: &Object) -> bool {
        connection.batch_execute("ROLLBACK").await.is_ok()
    }

    /// The statement that takes many rows, if there is one.
    fn many(&self, sql: &str, expect: Expect, types: &[Type]) -> Option<Arc<Many>> {
        let mut known = self.many.lock().unwrap_or_else(PoisonError::into_inner);
        let known = &mut known[usize::from(expect == Expect::One)];
        if let Some(many) = known.get(sql) {
            return many.clone();
        }
        let many = Many::of(sql, expect, types).map(Arc::new);
        // Texts that are made while the program runs are of migrations and states that are put back.
        if known.len() < MOST_KNOWN {
            known.insert(sql.to_owned(), many.clone());
        }
        many
    }
}

const MOST_KNOWN: usize = 500;

fn outcome(written: Result<(), tokio_postgres::Error>) -> Result<Committed, Fault> {
    match written {
        Ok(()) => Ok(Committed::Done),
        Err(error) if is_raced(&error) => Ok(Committed::Raced),
        Err(error) => Err(Fault::while_doing("writing")(error)),
    }
}

/// Connections that many read from at once: questions that come together travel together, which is most of what one costs.
#[derive(Default)]
struct Readers {
    slots: [Mutex<Option<Arc<Object>>>; READERS],
}

const READERS: usize = 4;
/// Questions under way on one connection before the next is used: each waits for those before it.
const TOGETHER: usize = 8;

impl Readers {
    /// The first that is not busy, or the least busy of all.
    async fn take(&self, postgres: &Postgres) -> Result<Arc<Object>, Fault> {
        let mut least: Option<Arc<Object>> = None;
        for slot in &self.slots {
            let held = slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let Some(open) = held.filter(|held| !held.is_closed()) else {
                let opened = Arc::new(postgres.connection().await?);
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(opened.clone());
                return Ok(opened);
            };
            // The slot's own and the one in hand are no questions.
            if Arc::strong_count(&open).saturating_sub(2) < TOGETHER {
                return Ok(open);
            }
            if least.as_ref().is_none_or(|least| Arc::strong_count(&open) < Arc::strong_count(least)) {
                least = Some(open);
            }
        }
        least.ok_or_else(|| Fault::new("connecting to the store", "there is no connection to read from"))
    }
}

/// Statements that travel together. No more than this many are polled in their order, each time, by `try_join_all`: the
/// commit behind them is sent when all of them are.
const CHUNK: usize = 30;

/// One transaction in one journey. A guard that does not hold is an error of its statement, and with it the commit that
/// is on its way already is none.
async fn transact<'w>(
    postgres: &Postgres,
    connection: &Object,
    jobs: impl IntoIterator<Item = &'w [Write]>,
) -> Result<(), tokio_postgres::Error> {
    let jobs: Vec<&[Write]> = jobs.into_iter().collect();
    if jobs.iter().any(|job| job.iter().any(|write| write.expect == Expect::Schema)) {
        let all: Vec<&Write> = jobs.into_iter().flatten().collect();
        return transact_in_turn(connection, &all).await;
    }
    let steps = woven(jobs);
    let mut ready = Vec::with_capacity(steps.len());
    for step in &steps {
        prepare(postgres, connection, step, &mut ready).await?;
    }
    let last = ready.len().div_ceil(CHUNK).saturating_sub(1);
    for (place, chunk) in ready.chunks(CHUNK).enumerate() {
        let begin = said(connection, "BEGIN", place == 0);
        let executed = chunk.iter().map(async |ready| connection.execute(&ready.statement, &ready.parameters()).await);
        let commit = said(connection, "COMMIT", place == last);
        try_join3(begin, try_join_all(executed), commit).await?;
    }
    Ok(())
}

async fn said(connection: &Object, word: &str, due: bool) -> Result<(), tokio_postgres::Error> {
    if due { connection.batch_execute(word).await } else { Ok(()) }
}

/// `sql`, which fails by a division by zero unless it touches a row.
fn guarded(sql: &str) -> String {
    format!("WITH touched AS ({sql} RETURNING 1) SELECT 1 / COUNT(*) FROM touched")
}

/// A statement with what it is bound to.
struct Ready<'w> {
    statement: Statement,
    bound: Bound<'w>,
}

enum Bound<'w> {
    Row(&'w [Value]),
    Columns(Vec<Vec<&'w Value>>),
    Count(i64),
}

impl Ready<'_> {
    fn parameters(&self) -> Vec<&(dyn ToSql + Sync)> {
        match &self.bound {
            Bound::Row(row) => parameters(row),
            Bound::Columns(columns) => columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect(),
            Bound::Count(count) => vec![count],
        }
    }
}

async fn prepare<'w>(
    postgres: &Postgres,
    connection: &Object,
    step: &Step<'w>,
    ready: &mut Vec<Ready<'w>>,
) -> Result<(), tokio_postgres::Error> {
    let plain = connection.prepare_cached(step.sql).await?;
    if step.expect == Expect::Counted {
        ready.push(Ready { statement: plain, bound: Bound::Count(step.rows.len() as i64) });
        return Ok(());
    }
    let many = postgres.many(step.sql, step.expect, plain.params());
    // Without a conflict to fall back on, an insert touches a row or fails.
    let is_guarded = step.expect == Expect::One && many.is_none();
    match many.filter(|_| step.rows.len() > 1) {
        Some(many) => {
            let statement = connection.prepare_cached(&many.sql).await?;
            let columns = many.columns(&step.rows, plain.params().len());
            ready.push(Ready { statement, bound: Bound::Columns(columns) });
        }
        None => {
            let statement = if is_guarded { connection.prepare_cached(&guarded(step.sql)).await? } else { plain };
            let each = |row: &&'w [Value]| Ready { statement: statement.clone(), bound: Bound::Row(row) };
            ready.extend(step.rows.iter().map(each));
        }
    }
    Ok(())
}

/// Where a statement can be understood only when those before it are done.
async fn transact_in_turn(connection: &Object, writes: &[&Write]) -> Result<(), tokio_postgres::Error> {
    connection.batch_execute("BEGIN").await?;
    for write in writes {
        connection.execute(&*write.sql, &parameters(&write.values)).await?;
    }
    connection.batch_execute("COMMIT").await
}

fn is_raced(error: &tokio_postgres::Error) -> bool {
    let raced = [
        // A guard: see `guarded`.
        SqlState::DIVISION_BY_ZERO,
        SqlState::UNIQUE_VIOLATION,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ];
    error.code().is_some_and(|code| raced.contains(code))
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn row(row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    let value = |place: usize| -> Result<Value, tokio_postgres::Error> {
        Ok(match *row.columns()[place].type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(place)?.map_or(Value::Null, Value::Int),
            Type::INT4 => row.try_get::<_, Option<i32>>(place)?.map_or(Value::Null, |int| Value::Int(int.into())),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(place)?.map_or(Value::Null, Value::Bytes),
            _ => row.try_get::<_, Option<String>>(place)?.map_or(Value::Null, Value::Text),
        })
    };
    (0..row.len()).map(value).collect::<Result<_, _>>().map(Row)
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(int) => int.to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}
