//! No statement goes through a whole tenant where an index finds what it asks for: the plan of each, as SQLite makes it.

use crate::backend;
use mandate_store::Place;
use std::collections::BTreeSet;
use std::path::Path;

/// What lists a table whole, or sweeps it once an hour: how the statement begins.
const WHOLE: [&str; 27] = [
    "DELETE FROM facets",
    "DELETE FROM gone_numbers WHERE at",
    "SELECT id, number FROM ",
    "SELECT at, place, activity, actor, targets, changed, correlation FROM audits WHERE tenant_id = $1 AND id IS NULL",
    "DELETE FROM audits WHERE tenant_id = $1 AND id IS NULL",
    "SELECT id, created, profile, settings, version FROM tenants ORDER BY created",
    "SELECT name, purpose, material, created, active_from FROM keys ORDER BY",
    "SELECT count FROM change_counts WHERE tenant_id = $1",
    "UPDATE change_counts SET count",
    "SELECT c.app_id, c.application, c.home, c.created, c.registration, c.secrets, c.certificates, c.federated, c.version FROM applications a",
    "SELECT COUNT(*) FROM service_principals",
    "SELECT COUNT(*) FROM tenant_keys",
    "DELETE FROM codes WHERE expires",
    "DELETE FROM device_codes WHERE expires",
    "DELETE FROM refresh_tokens WHERE issued",
    "DELETE FROM families WHERE signed_in",
    "DELETE FROM sessions WHERE expires",
    "DELETE FROM session_apps WHERE (tenant_id, session_id) NOT IN",
    "DELETE FROM consent_requests WHERE expires",
    "DELETE FROM changed_objects WHERE at",
    "DELETE FROM changed_links WHERE at",
    "DELETE FROM changed_grants WHERE at",
    "DELETE FROM deleted_items WHERE at",
    "DELETE FROM app_logos WHERE removed",
    "DELETE FROM subscriptions WHERE expires",
    "DELETE FROM photos WHERE (tenant_id, object) NOT IN",
    "SELECT COUNT(*) FROM subscriptions WHERE tenant_id",
];

#[test]
fn every_statement_goes_by_an_index() {
    backend::sqlite_place(|place| async move {
        let Place::Sqlite(path) = &place else { unreachable!("it is the place of SQLite") };
        drop(backend::open(&place).await);
        let connection = rusqlite::Connection::open(path).expect("the store's file");
        let statements = statements();
        assert!(statements.len() > 80, "{} statements", statements.len());
        let slow: Vec<String> = statements
            .iter()
            .filter(|sql| !WHOLE.iter().any(|begins| sql.starts_with(begins)))
            .filter_map(|sql| {
                let plan = plan(&connection, sql);
                plan.iter().any(|step| goes_through(step)).then(|| format!("{sql}\n    {}", plan.join("\n    ")))
            })
            .collect();
        assert_eq!(slow.len(), 0, "\n{}", slow.join("\n"));
    });
}

/// A table, or all of a tenant's rows in it.
fn goes_through(step: &str) -> bool {
    let own = ["SCAN above", "SCAN below", "SCAN CONSTANT", "SCAN h", "SCAN (subquery", "SCAN page", "SCAN made"];
    let scans = step.starts_with("SCAN ") && !own.iter().any(|begins| step.starts_with(begins));
    scans || step.ends_with("(tenant_id=?)") || step.contains("AUTOMATIC")
}

fn plan(connection: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut explained =
        connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap_or_else(|err| panic!("{sql}: {err}"));
    // Parameters that are not bound are NULL, which is as good as any for a plan.
    let (mut rows, mut steps) = (explained.raw_query(), Vec::new());
    while let Some(row) = rows.next().expect("a plan") {
        steps.push(row.get(3).expect("a text"));
    }
    steps
}

/// Every statement that the store knows beforehand, out of its sources.
fn statements() -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut statements = BTreeSet::new();
    for folder in [sources.clone(), sources.join("nouns"), sources.join("record")] {
        for file in std::fs::read_dir(folder).expect("the sources").flatten() {
            let Ok(text) = std::fs::read_to_string(file.path()) else { continue };
            for part in text.split("Sql::new(").skip(1) {
                let literal = part.split('"').nth(1).unwrap_or_default();
                let sql = literal.split_whitespace().collect::<Vec<_>>().join(" ");
                // Put together from several literals: those that mark what changed.
                let is_part = sql.starts_with("INSERT INTO changed_");
                if !is_part && ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| sql.starts_with(verb))
                {
                    statements.insert(sql);
                }
            }
        }
    }
    statements
}
