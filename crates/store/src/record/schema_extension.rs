//! Schema extensions: defined, changed, taken away. They are everybody's to read and their home's to write.

use super::Writes;
use crate::Fault;
use crate::sql::GlobalSql;
use crate::value::{Value, id, json};
use mandate_base::Folded;
use mandate_domain::schema_extension::{SchemaExtension, Status};

const ADD: GlobalSql = GlobalSql::new(
    "INSERT INTO schema_extensions (name, home, owner, status, open, said, version) VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
const SET: GlobalSql = GlobalSql::new(
    "UPDATE schema_extensions SET status = $3, open = $4, said = $5, version = version + 1
      WHERE name = $1 AND home = $2 AND version = $6",
);
const REMOVE: GlobalSql =
    GlobalSql::new("DELETE FROM schema_extensions WHERE name = $1 AND home = $2 AND version = $3");

impl Writes {
    pub fn schema_extension_add(&mut self, extension: &SchemaExtension) -> Result<(), Fault> {
        self.is_own(extension.home)?;
        let [status, open, said] = values_of(extension)?;
        let (name, home) = (extension.key().into_string(), id(extension.home));
        self.global(&ADD, [name.into(), home, id(extension.owner), status, open, said, extension.version.into()]);
        Ok(())
    }

    pub fn schema_extension_set(&mut self, extension: &SchemaExtension) -> Result<(), Fault> {
        let [status, open, said] = values_of(extension)?;
        let (name, home) = (extension.key().into_string(), id(self.whose.tenant));
        self.global(&SET, [name.into(), home, status, open, said, extension.version.into()]);
        Ok(())
    }

    pub fn schema_extension_remove(&mut self, name: &str, version: i64) {
        let name = Folded::of(name).into_string();
        self.global(&REMOVE, [name.into(), id(self.whose.tenant), version.into()]);
    }
}

fn values_of(extension: &SchemaExtension) -> Result<[Value; 3], Fault> {
    let open = extension.status != Status::InDevelopment;
    Ok([extension.status.word().into(), open.into(), json(extension)?])
}
