//! Schema extensions, which belong to no tenant's rows: a tenant sees its own, and those that are for everybody.

use super::TenantView;
use super::global::Global;
use super::query::Built;
use crate::Fault;
use crate::sql::GlobalSql;
use crate::value::{Row, id};
use mandate_base::Folded;
use mandate_domain::schema_extension::{SchemaExtension, SchemaQuery};

const BY_NAME: GlobalSql = GlobalSql::new("SELECT said, version FROM schema_extensions WHERE name = $1");

impl Global<'_> {
    pub async fn schema_extension(&self, name: &Folded) -> Result<Option<SchemaExtension>, Fault> {
        let rows = self.driver.rows(BY_NAME.text(), &[name.as_str().into()]).await?;
        rows.first().map(extension_of).transpose()
    }
}

impl TenantView<'_> {
    /// By name, after one of a page before.
    pub async fn schema_extensions_where(
        &self,
        query: &SchemaQuery,
        after: &str,
        most: i64,
    ) -> Result<Vec<SchemaExtension>, Fault> {
        let seen = "SELECT o.said, o.version FROM schema_extensions o WHERE (o.home = $1 OR o.open = 1)";
        let mut built = Built { sql: seen.to_owned(), values: vec![id(self.tenant)] };
        built.also("o.name", "=", query.id.as_ref().map(|name| name.as_str().into()));
        built.also("o.owner", "=", query.owner.map(id));
        built.also("o.status", "=", query.status.map(|status| status.word().into()));
        built.also("o.name", ">", Some(after.into()));
        let most = built.bind(most);
        built.sql.push_str(&format!(" ORDER BY o.name LIMIT {most}"));
        self.driver.rows_built(&built.sql, &built.values).await?.iter().map(extension_of).collect()
    }
}

fn extension_of(row: &Row) -> Result<SchemaExtension, Fault> {
    let mut extension: SchemaExtension = row.json(0)?;
    extension.version = row.int(1)?;
    Ok(extension)
}
