//! The two backends behind one small face: rows of a statement, and a batch of writes that commits whole.
//!
//! Nothing outside this folder knows which backend runs.

mod postgres;
mod sqlite;

use crate::short::Shorts;
use crate::value::{Row, Value};
use crate::{Committed, Fault, Place};
use std::borrow::Cow;

/// One statement of a transaction.
#[derive(Debug)]
pub struct Write {
    pub sql: Cow<'static, str>,
    pub values: Vec<Value>,
    pub expect: Expect,
}

/// What must be true of the rows a write touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    Any,
    /// The guard must still hold: no row means that somebody else was faster.
    One,
    /// It touches tables, not rows, and what follows may need them.
    Schema,
    /// Its one value is a number that is added to a count: of several, the sum is added.
    Counted,
}

impl Write {
    pub fn schema(sql: String) -> Write {
        Write { sql: sql.into(), values: Vec::new(), expect: Expect::Schema }
    }
}

#[derive(Clone)]
pub struct Driver {
    backend: Backend,
    shorts: Shorts,
}

#[derive(Clone)]
enum Backend {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Driver {
    pub async fn open(place: &Place, writer_cache: Option<u32>) -> Result<Driver, Fault> {
        let backend = match place {
            Place::Memory => sqlite::Sqlite::open(None, None).map(Backend::Sqlite),
            Place::Sqlite(path) => sqlite::Sqlite::open(Some(path), writer_cache).map(Backend::Sqlite),
            Place::Postgres(url) => postgres::Postgres::open(url).map(Backend::Postgres),
        };
        Ok(Driver { backend: backend?, shorts: Shorts::default() })
    }

    pub fn shorts(&self) -> &Shorts {
        &self.shorts
    }

    /// After the schema of that number is there. PostgreSQL learns by itself how large its tables are.
    pub fn steady(&self, schema: i64) -> Result<(), Fault> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.steady(schema),
            Backend::Postgres(_) => Ok(()),
        }
    }

    pub async fn rows(&self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, Fault> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.rows(sql, values),
            Backend::Postgres(postgres) => postgres.rows(sql, values).await,
        }
    }

    /// Of a statement that was made for this one question, and is not kept.
    pub async fn rows_built(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Fault> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.rows(sql, values),
            Backend::Postgres(postgres) => postgres.rows_built(sql, values).await,
        }
    }

    /// All of it or nothing. A unique key that is taken counts as raced: the plan was made before it was.
    pub async fn write(&self, writes: Vec<Write>) -> Result<Committed, Fault> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.write(writes).await,
            Backend::Postgres(postgres) => postgres.write(writes).await,
        }
    }

    /// The words of a migration in which the backends differ.
    pub fn dialect(&self, text: &str) -> String {
        let (int, bytes, table) = match &self.backend {
            Backend::Sqlite(_) => ("INTEGER", "BLOB", " STRICT, WITHOUT ROWID"),
            Backend::Postgres(_) => ("BIGINT", "BYTEA", ""),
        };
        self.utf8(text).replace("{int}", int).replace("{bytes}", bytes).replace("{table}", table)
    }

    /// `{utf8 name}`: a cast would take a text's backslashes for PostgreSQL's own.
    fn utf8(&self, text: &str) -> String {
        let mut parts = text.split("{utf8 ");
        let mut said = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap_or((part, ""));
            said.push_str(&match &self.backend {
                Backend::Sqlite(_) => format!("CAST({name} AS BLOB)"),
                Backend::Postgres(_) => format!("convert_to({name}, 'UTF8')"),
            });
            said.push_str(rest);
        }
        said
    }
}
