//! Pictures of people and groups.

use super::TenantView;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::id;
use mandate_base::ObjectId;

const PHOTO: TenantSql = TenantSql::new("SELECT image FROM photos WHERE tenant_id = $1 AND object = $2");

impl TenantView<'_> {
    /// The picture of a person or a group.
    pub async fn photo(&self, object: ObjectId) -> Result<Option<Vec<u8>>, Fault> {
        self.one(&PHOTO, [id(object)], |row| row.bytes(0).map(<[u8]>::to_vec)).await
    }
}
