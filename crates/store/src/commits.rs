//! The count of directory changes, which tells a process what others did (architecture §4).

use crate::Fault;
use crate::driver::{Driver, Expect, Write};
use crate::sql::GlobalSql;
use std::sync::atomic::{AtomicI64, Ordering};

const READ: GlobalSql = GlobalSql::new("SELECT count FROM commits WHERE id = 1");
const COUNT: GlobalSql = GlobalSql::new("UPDATE commits SET count = count + $1 WHERE id = 1");

const ERA: GlobalSql = GlobalSql::new("SELECT count FROM commits WHERE id = 2");
const BEGIN_ERA: GlobalSql =
    GlobalSql::new("UPDATE commits SET count = (SELECT now.count FROM commits now WHERE now.id = 1) WHERE id = 2");

/// How far the count should be: what was there, and what this process added.
pub struct Commits {
    expected: AtomicI64,
}

/// A statement of every transaction that changes the directory.
pub fn counted() -> Write {
    Write { sql: COUNT.text().into(), values: vec![1.into()], expect: Expect::Counted }
}

/// What anybody knew of changes is of another time.
pub fn begun_anew() -> Write {
    Write { sql: BEGIN_ERA.text().into(), values: Vec::new(), expect: Expect::Any }
}

/// It is another one when everything was put back at once.
pub async fn era(driver: &Driver) -> Result<i64, Fault> {
    driver.rows(ERA.text(), &[]).await?.first().map_or(Ok(0), |row| row.int(0))
}

impl Commits {
    pub async fn read(driver: &Driver) -> Result<Commits, Fault> {
        Ok(Commits { expected: AtomicI64::new(read(driver).await?) })
    }

    pub fn own(&self) {
        self.expected.fetch_add(1, Ordering::AcqRel);
    }

    /// Did others write? A commit of our own that is not counted yet looks like theirs, which does no harm.
    pub async fn others(&self, driver: &Driver) -> Result<bool, Fault> {
        let count = read(driver).await?;
        Ok(self.expected.swap(count, Ordering::AcqRel) != count)
    }
}

async fn read(driver: &Driver) -> Result<i64, Fault> {
    driver.rows(READ.text(), &[]).await?.first().map_or(Ok(0), |row| row.int(0))
}
