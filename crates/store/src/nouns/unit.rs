//! Administrative units, and which of them hold an object.

use super::TenantView;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::{Row, id};
use mandate_base::{AdministrativeUnitId, ObjectId};
use mandate_domain::administrative_unit::AdministrativeUnit;

const UNIT_BY_ID: TenantSql = TenantSql::new(
    "SELECT id, display_name, restricted, more, version FROM administrative_units WHERE tenant_id = $1 AND id = $2",
);
/// `CROSS JOIN` keeps SQLite to the order that is written.
const UNITS_OF: TenantSql = TenantSql::new(
    "SELECT units.id, units.restricted FROM links CROSS JOIN administrative_units units
      WHERE links.tenant_id = $1 AND links.member = $2 AND links.role = 'unit'
        AND units.tenant_id = $1 AND units.id = links.group_id ORDER BY units.id",
);

/// A unit that holds an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldingUnit {
    pub id: AdministrativeUnitId,
    /// What it holds is changed by who holds a role in it, and by nobody else.
    pub restricted: bool,
}

impl TenantView<'_> {
    pub async fn unit_by_id(&self, unit: AdministrativeUnitId) -> Result<Option<AdministrativeUnit>, Fault> {
        self.one(&UNIT_BY_ID, [id(unit)], unit_of).await
    }

    /// The units that hold an object. What is in a group is not in the group's units.
    pub async fn units_of(&self, member: impl Into<ObjectId>) -> Result<Vec<HoldingUnit>, Fault> {
        let read = |row: &Row| Ok(HoldingUnit { id: row.id(0)?, restricted: row.truth(1)? });
        self.all(&UNITS_OF, [id(member)], read).await
    }
}

pub(super) fn unit_of(row: &Row) -> Result<AdministrativeUnit, Fault> {
    Ok(AdministrativeUnit {
        id: row.id(0)?,
        display_name: row.text(1)?,
        restricted: row.truth(2)?,
        more: row.json(3)?,
        version: row.int(4)?,
    })
}
