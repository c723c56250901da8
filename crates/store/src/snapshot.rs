//! All that the store holds, but for keys: taken out and put back whole, for emulators and tests.

use crate::commits;
use crate::driver::{Driver, Expect, Write};
use crate::value::{Row, Value};
use crate::{Committed, Fault};

macro_rules! table {
    ($name:literal) => {
        ($name, concat!("SELECT * FROM ", $name), concat!("DELETE FROM ", $name))
    };
}

/// Every table but `keys` and the ledger of migrations: tokens that are out must not lose their signer.
const TABLES: [(&str, &str, &str); 35] = [
    table!("tenants"),
    table!("domains"),
    table!("app_cards"),
    table!("app_logos"),
    table!("app_addresses"),
    table!("device_codes"),
    table!("users"),
    table!("user_groups"),
    table!("administrative_units"),
    table!("photos"),
    table!("links"),
    table!("facets"),
    table!("gone_numbers"),
    table!("applications"),
    table!("service_principals"),
    table!("sp_names"),
    table!("grants"),
    table!("app_role_assignments"),
    table!("role_assignments"),
    table!("deleted_items"),
    table!("consent_requests"),
    table!("sessions"),
    table!("session_apps"),
    table!("codes"),
    table!("families"),
    table!("refresh_tokens"),
    table!("audits"),
    table!("audit_targets"),
    table!("change_counts"),
    table!("changed_objects"),
    table!("changed_links"),
    table!("changed_grants"),
    table!("subscriptions"),
    table!("schema_extensions"),
    table!("sign_ins"),
];

/// The rows of every table, in the order of [`TABLES`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot(Vec<Vec<Vec<Value>>>);

impl Snapshot {
    pub fn rows(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }
}

pub async fn take(driver: &Driver) -> Result<Snapshot, Fault> {
    let mut tables = Vec::with_capacity(TABLES.len());
    for (_, select, _) in TABLES {
        tables.push(driver.rows(select, &[]).await?.into_iter().map(|Row(values)| values).collect());
    }
    Ok(Snapshot(tables))
}

/// In one transaction: nobody sees half of it. An empty snapshot empties the store.
pub async fn restore(driver: &Driver, snapshot: &Snapshot) -> Result<(), Fault> {
    let mut writes: Vec<Write> = TABLES.iter().map(|(_, _, delete)| write(delete, Vec::new())).collect();
    for ((name, ..), rows) in TABLES.iter().zip(&snapshot.0) {
        for row in rows {
            let places: Vec<String> = (1..=row.len()).map(|place| format!("${place}")).collect();
            writes.push(write(&format!("INSERT INTO {name} VALUES ({})", places.join(", ")), row.clone()));
        }
    }
    // Other processes on this store start afresh as well, and so does whoever asks what changed.
    writes.push(commits::counted());
    writes.push(commits::begun_anew());
    match driver.write(writes).await? {
        Committed::Done => Ok(()),
        Committed::Raced => Err(Fault::new("restoring a snapshot", "somebody wrote meanwhile")),
    }
}

fn write(sql: &str, values: Vec<Value>) -> Write {
    Write { sql: sql.to_owned().into(), values, expect: Expect::Any }
}
