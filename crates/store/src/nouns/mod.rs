//! What can be read, a file for each noun. Methods are named noun first, so that a search for `group_` finds them all.

mod access;
mod application;
pub(crate) mod audit;
mod changed;
mod consent_request;
pub(crate) mod deleted;
mod global;
mod group;
mod number;
mod photo;
pub(crate) mod query;
mod schema_extension;
pub(crate) mod signin;
mod subscription;
mod unit;
mod user;

pub use changed::{ChangedGrant, ChangedLink, ChangedObject, Gone};
pub use global::{Global, KeyChange, KeyRow, KeyUse};
pub use group::Assignee;
pub use unit::HoldingUnit;
pub(crate) use user::SAME_AS_UPN;

use crate::Fault;
use crate::driver::Driver;
use crate::sql::TenantSql;
use crate::value::{Row, Value};
use mandate_base::TenantId;

/// Reads of one tenant. Another tenant's rows are out of its reach by construction.
#[derive(Clone, Copy)]
pub struct TenantView<'s> {
    pub(crate) driver: &'s Driver,
    pub(crate) tenant: TenantId,
}

impl TenantView<'_> {
    pub fn tenant_id(&self) -> TenantId {
        self.tenant
    }

    async fn key(&self) -> Result<Value, Fault> {
        self.driver.key(self.tenant).await
    }

    async fn rows(&self, sql: &'static TenantSql, values: impl IntoIterator<Item = Value>) -> Result<Vec<Row>, Fault> {
        let bound: Vec<Value> = std::iter::once(self.key().await?).chain(values).collect();
        self.driver.rows(sql.text(), &bound).await
    }

    async fn row(
        &self,
        sql: &'static TenantSql,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Option<Row>, Fault> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    async fn one<T>(
        &self,
        sql: &'static TenantSql,
        values: impl IntoIterator<Item = Value>,
        read: fn(&Row) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.row(sql, values).await?.as_ref().map(read).transpose()
    }

    async fn all<T>(
        &self,
        sql: &'static TenantSql,
        values: impl IntoIterator<Item = Value>,
        read: fn(&Row) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        self.rows(sql, values).await?.iter().map(read).collect()
    }
}
