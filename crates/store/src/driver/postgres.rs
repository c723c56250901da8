//! PostgreSQL 15+: pooled connections, prepared statements, one transaction a record.

use super::{Expect, Write};
use crate::value::{Row, Value};
use crate::{Committed, Fault};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use std::error::Error;
use std::time::Duration;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};

#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
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
        pool.map(|pool| Postgres { pool }).map_err(Fault::while_doing("making the connection pool"))
    }

    async fn connection(&self) -> Result<Object, Fault> {
        self.pool.get().await.map_err(Fault::while_doing("connecting to the store"))
    }

    pub async fn rows(&self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, Fault> {
        let connection = self.connection().await?;
        let read = async {
            let statement = connection.prepare_cached(sql).await?;
            connection.query(&statement, &parameters(values)).await
        };
        let answer = read.await.map_err(Fault::while_doing("reading"))?;
        answer.iter().map(row).collect::<Result<_, _>>().map_err(Fault::while_doing("reading a row"))
    }

    pub async fn write(&self, writes: Vec<Write>) -> Result<Committed, Fault> {
        let mut connection = self.connection().await?;
        match transact(&mut connection, &writes).await {
            Err(error) if is_raced(&error) => Ok(Committed::Raced),
            other => other.map_err(Fault::while_doing("writing")),
        }
    }
}

async fn transact(connection: &mut Object, writes: &[Write]) -> Result<Committed, tokio_postgres::Error> {
    let transaction = connection.transaction().await?;
    for write in writes {
        let touched = if write.values.is_empty() {
            transaction.execute(&*write.sql, &[]).await?
        } else {
            let statement = transaction.prepare_cached(&write.sql).await?;
            transaction.execute(&statement, &parameters(&write.values)).await?
        };
        if write.expect == Expect::One && touched == 0 {
            transaction.rollback().await?;
            return Ok(Committed::Raced);
        }
    }
    transaction.commit().await?;
    Ok(Committed::Done)
}

fn is_raced(error: &tokio_postgres::Error) -> bool {
    let raced = [SqlState::UNIQUE_VIOLATION, SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
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
