//! The short key under which a tenant's rows lie: a few bytes in each row and each index, in the place of its id's sixteen.
//!
//! A key is given once and never changed or given again, not even when a snapshot is put back, so what is known here stays
//! true. Never: a key outside this room. Next: `sql` for the statements that it is the first value of.

use crate::Fault;
use crate::driver::{Driver, Expect, Write};
use crate::sql::GlobalSql;
use crate::value::{Value, id};
use mandate_base::TenantId;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

const OF_TENANT: GlobalSql = GlobalSql::new("SELECT short FROM tenant_keys WHERE tenant = $1");
const COUNT: GlobalSql = GlobalSql::new("SELECT COUNT(*) FROM tenant_keys");
const GIVE: GlobalSql = GlobalSql::new("INSERT INTO tenant_keys (tenant, short) VALUES ($1, $2)");

/// The keys that this process has met.
#[derive(Clone, Default)]
pub struct Shorts(Arc<RwLock<HashMap<TenantId, Vec<u8>>>>);

impl Driver {
    /// What a tenant's rows are found by. One that nobody ever wrote to has none, and the empty key finds nothing.
    pub async fn key(&self, tenant: TenantId) -> Result<Value, Fault> {
        Ok(self.known(tenant).await?.unwrap_or_else(|| Value::Bytes(Vec::new())))
    }

    /// What a tenant's rows are written under: given now, unless it has one.
    pub async fn key_to_write(&self, tenant: TenantId) -> Result<Value, Fault> {
        /// Each time another process was faster, and next time there is a higher number to take.
        const TRIES: usize = 100;
        for _ in 0..TRIES {
            if let Some(key) = self.known(tenant).await? {
                return Ok(key);
            }
            let count = self.rows(COUNT.text(), &[]).await?.first().map_or(Ok(0), |row| row.int(0))?;
            let short = Value::Bytes((count + 1).to_string().into_bytes());
            let give = Write { sql: GIVE.text().into(), values: vec![id(tenant), short], expect: Expect::One };
            // Done or raced: it is known now, or the next number is tried.
            self.write(vec![give]).await?;
        }
        Err(Fault::new("giving a tenant its key", "others were always faster"))
    }

    async fn known(&self, tenant: TenantId) -> Result<Option<Value>, Fault> {
        let shorts = self.shorts();
        if let Some(short) = shorts.0.read().unwrap_or_else(PoisonError::into_inner).get(&tenant) {
            return Ok(Some(Value::Bytes(short.clone())));
        }
        let rows = self.rows(OF_TENANT.text(), &[id(tenant)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let short = row.bytes(0)?.to_vec();
        shorts.0.write().unwrap_or_else(PoisonError::into_inner).insert(tenant, short.clone());
        Ok(Some(Value::Bytes(short)))
    }
}
