//! Numbers for new objects: one count for the whole store, taken from the database a block at a time, never twice.
//!
//! What is taken and not used is lost; a hole costs nothing.

use crate::driver::{Driver, Expect, Write};
use crate::sql::GlobalSql;
use crate::{Committed, Fault};
use std::ops::Range;
use std::sync::Arc;
use tokio::sync::Mutex;

const READ: GlobalSql = GlobalSql::new("SELECT count FROM commits WHERE id = 4");
const TAKE: GlobalSql = GlobalSql::new("UPDATE commits SET count = count + $1 WHERE id = 4 AND count = $2");
const BLOCK: i64 = 1_000;

/// Those of the last block that nobody has yet.
#[derive(Clone)]
pub struct Numbers(Arc<Mutex<Range<i64>>>);

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers(Arc::new(Mutex::new(0..0)))
    }
}

impl Numbers {
    pub async fn take(&self, driver: &Driver, count: usize) -> Result<Range<i64>, Fault> {
        let count = i64::try_from(count).map_err(Fault::while_doing("counting objects"))?;
        let mut left = self.0.lock().await;
        if left.end - left.start < count {
            *left = block(driver, count.max(BLOCK)).await?;
        }
        let taken = left.start..left.start + count;
        left.start = taken.end;
        Ok(taken)
    }
}

async fn block(driver: &Driver, count: i64) -> Result<Range<i64>, Fault> {
    /// Each time another process was faster.
    const TRIES: usize = 100;
    for _ in 0..TRIES {
        let before = driver.rows(READ.text(), &[]).await?.first().map_or(Ok(0), |row| row.int(0))?;
        let take = Write { sql: TAKE.text().into(), values: vec![count.into(), before.into()], expect: Expect::One };
        if driver.write(vec![take]).await? == Committed::Done {
            // The count is the last number that was given.
            return Ok(before + 1..before + 1 + count);
        }
    }
    Err(Fault::new("numbering objects", "others were always faster"))
}
