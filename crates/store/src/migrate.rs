//! Forward-only migrations: numbered files, one statement at a time (facts/dependencies.md §5), with checksums.
//!
//! The text is common to both backends but for four words: `{int}`, `{bytes}`, `{table}` (the end of a table) and
//! `{utf8 …}` (a text column as bytes).

use crate::Fault;
use crate::driver::{Driver, Expect, Write};
use crate::value::Value;
use mandate_base::fnv1a;

const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../migrations/0001_first.sql")),
    (2, include_str!("../migrations/0002_client_proofs.sql")),
    (3, include_str!("../migrations/0003_consent_requests.sql")),
    (4, include_str!("../migrations/0004_facets.sql")),
    (5, include_str!("../migrations/0005_whole_objects.sql")),
    (6, include_str!("../migrations/0006_tenant_version.sql")),
    (7, include_str!("../migrations/0007_asked_logs_and_delta.sql")),
    (8, include_str!("../migrations/0008_small_facets.sql")),
    (9, include_str!("../migrations/0009_more_indexes.sql")),
    (10, include_str!("../migrations/0010_logos.sql")),
    (11, include_str!("../migrations/0011_addresses.sql")),
    (12, include_str!("../migrations/0012_no_audits_by_time.sql")),
    (13, include_str!("../migrations/0013_administrative_units.sql")),
    (14, include_str!("../migrations/0014_subscriptions.sql")),
    (15, include_str!("../migrations/0015_photos.sql")),
    (16, include_str!("../migrations/0016_schema_extensions.sql")),
    (17, include_str!("../migrations/0017_fewer_audit_keys.sql")),
    (18, include_str!("../migrations/0018_short_tenants.sql")),
    (19, include_str!("../migrations/0019_numbered_objects.sql")),
];

const MAKE_LEDGER: &str =
    "CREATE TABLE IF NOT EXISTS migrations (number {int} NOT NULL PRIMARY KEY, checksum {int} NOT NULL){table}";
const READ_LEDGER: &str = "SELECT number, checksum FROM migrations ORDER BY number";
const NOTE: &str = "INSERT INTO migrations (number, checksum) VALUES ($1, $2)";

/// The number of the schema as this program knows it.
pub fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |(number, _)| *number)
}

pub async fn run(driver: &Driver) -> Result<(), Fault> {
    driver.write(vec![Write::schema(driver.dialect(MAKE_LEDGER))]).await?;
    let applied = driver.rows(READ_LEDGER, &[]).await?;
    for (place, (number, text)) in MIGRATIONS.iter().enumerate() {
        match applied.get(place) {
            Some(row) if row.int(0)? == *number && row.int(1)? == checksum(text) => {}
            Some(row) => {
                let found = row.int(0)?;
                return Err(Fault::new(
                    "checking migrations",
                    format!("migration {found} is not the one that is known"),
                ));
            }
            None => apply(driver, *number, text).await?,
        }
    }
    if applied.len() > MIGRATIONS.len() {
        return Err(Fault::new("checking migrations", "the data was written by a newer version"));
    }
    Ok(())
}

async fn apply(driver: &Driver, number: i64, text: &str) -> Result<(), Fault> {
    let mut writes: Vec<Write> = statements(text).map(|statement| Write::schema(driver.dialect(&statement))).collect();
    writes.push(Write {
        sql: NOTE.into(),
        values: vec![Value::Int(number), Value::Int(checksum(text))],
        expect: Expect::Any,
    });
    driver.write(writes).await.map(|_| ())
}

fn statements(text: &str) -> impl Iterator<Item = String> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    let code = code.join("\n");
    let parts: Vec<String> =
        code.split(';').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
    parts.into_iter()
}

/// It finds an edited file, which is all it is for.
fn checksum(text: &str) -> i64 {
    i64::from_ne_bytes(fnv1a(text.bytes()).to_ne_bytes())
}
