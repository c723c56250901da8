//! PostgreSQL 15+: pooled connections, prepared statements, one transaction a record.

use super::{Expect, Write};
use crate::value::{Row, Value};
use crate::{Committed, Fault};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::future::{try_join_all, try_join3};
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use tokio_postgres::{NoTls, Statement};

#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
    readers: Arc<Readers>,
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
        Ok(Postgres { pool, readers: Arc::default() })
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

    /// On a task of its own: whoever asked may go away, and must not leave a connection in the middle of a transaction.
    pub async fn write(&self, writes: Vec<Write>) -> Result<Committed, Fault> {
        let connection = self.connection().await?;
        let written = tokio::spawn(async move {
            let outcome = transact(&connection, &writes).await;
            if outcome.is_err() && connection.batch_execute("ROLLBACK").await.is_err() {
                // Nobody knows what state it is in: no one gets it again.
                drop(Object::take(connection));
            }
            outcome
        });
        match written.await.map_err(Fault::while_doing("writing"))? {
            Err(error) if is_raced(&error) => Ok(Committed::Raced),
            other => other.map(|()| Committed::Done).map_err(Fault::while_doing("writing")),
        }
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

/// Statements that travel together.
const CHUNK: usize = 30;

/// One transaction in one journey. A guard that does not hold is an error of its statement, and with it the commit that
/// is on its way already is none.
async fn transact(connection: &Object, writes: &[Write]) -> Result<(), tokio_postgres::Error> {
    if writes.iter().any(|write| write.expect == Expect::Schema) {
        return transact_in_turn(connection, writes).await;
    }
    let last = writes.len().div_ceil(CHUNK).saturating_sub(1);
    for (place, chunk) in writes.chunks(CHUNK).enumerate() {
        let statements = prepared(connection, chunk).await?;
        let begin = said(connection, "BEGIN", place == 0);
        let executed = chunk
            .iter()
            .zip(&statements)
            .map(async |(write, statement)| connection.execute(statement, &parameters(&write.values)).await);
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

async fn prepared(connection: &Object, writes: &[Write]) -> Result<Vec<Statement>, tokio_postgres::Error> {
    let mut statements = Vec::with_capacity(writes.len());
    for write in writes {
        statements.push(match write.expect {
            Expect::One => connection.prepare_cached(&guarded(&write.sql)).await?,
            Expect::Any | Expect::Schema => connection.prepare_cached(&write.sql).await?,
        });
    }
    Ok(statements)
}

/// Where a statement can be understood only when those before it are done.
async fn transact_in_turn(connection: &Object, writes: &[Write]) -> Result<(), tokio_postgres::Error> {
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
