//! The numbers of objects, which what they are found by is kept under.

use super::TenantView;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::{Value, id};
use mandate_base::ObjectId;
use mandate_domain::query::Noun;
use std::collections::HashMap;

/// Of whatever kind it is, or was: a page goes on behind an object that is gone since.
const OF_OBJECT: TenantSql = TenantSql::new(
    "SELECT MAX(number) FROM (
        SELECT number FROM users WHERE tenant_id = $1 AND id = $2
        UNION ALL SELECT number FROM user_groups WHERE tenant_id = $1 AND id = $2
        UNION ALL SELECT number FROM applications WHERE tenant_id = $1 AND id = $2
        UNION ALL SELECT number FROM service_principals WHERE tenant_id = $1 AND id = $2
        UNION ALL SELECT number FROM administrative_units WHERE tenant_id = $1 AND id = $2
        UNION ALL SELECT number FROM gone_numbers WHERE tenant_id = $1 AND id = $2) numbered",
);
const OF_ALL: [TenantSql; 5] = [
    TenantSql::new("SELECT id, number FROM users WHERE tenant_id = $1"),
    TenantSql::new("SELECT id, number FROM user_groups WHERE tenant_id = $1"),
    TenantSql::new("SELECT id, number FROM applications WHERE tenant_id = $1"),
    TenantSql::new("SELECT id, number FROM service_principals WHERE tenant_id = $1"),
    TenantSql::new("SELECT id, number FROM administrative_units WHERE tenant_id = $1"),
];

impl TenantView<'_> {
    pub(crate) async fn number_of(&self, object: ObjectId) -> Result<Option<i64>, Fault> {
        let row = self.row(&OF_OBJECT, [id(object)]).await?;
        row.filter(|row| row.0 != [Value::Null]).map(|row| row.int(0)).transpose()
    }

    /// Of every object of a kind.
    pub(crate) async fn numbers(&self, noun: Noun) -> Result<HashMap<ObjectId, i64>, Fault> {
        let place = Noun::ALL.iter().position(|known| *known == noun).unwrap_or_default();
        let rows = self.rows(&OF_ALL[place], []).await?;
        rows.iter().map(|row| Ok((row.id(0)?, row.int(1)?))).collect()
    }
}
