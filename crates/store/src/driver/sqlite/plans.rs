//! What SQLite believes of its tables, written down once: how many rows a tenant has, how many share a value.
//!
//! Without it a tenant's rows pass for a few, and a statement goes through all of them where an index would find one. With
//! it a plan is the same on an empty store and on one with a million people, so that what is tested is what runs.

use rusqlite::Connection;

/// Raised with each change here.
const BELIEFS: i64 = 1;
const ROWS: u64 = 10_000_000;
const ROWS_OF_TENANT: u64 = 1_000_000;
/// Rows of one tenant that share a value, where it is not the usual few.
const SHARED: [(&str, u64); 7] = [
    ("kind", 500_000),
    ("noun", 500_000),
    ("facet", 200_000),
    ("category", 100_000),
    ("activity", 10_000),
    ("within", 1_000),
    ("role", 1_000),
];
const USUAL: u64 = 10;

/// Does nothing where it was done, for the schema of that number.
pub fn write(connection: &Connection, schema: i64) -> rusqlite::Result<()> {
    let wanted = BELIEFS * 1000 + schema;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == wanted {
        return load(connection);
    }
    // The first makes the table that holds it, from as good as no rows.
    connection.execute_batch("PRAGMA analysis_limit = 1; ANALYZE; BEGIN IMMEDIATE; DELETE FROM sqlite_stat1")?;
    for (table, index, told) in beliefs(connection)? {
        connection.execute("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)", (table, index, told))?;
    }
    connection.execute_batch(&format!("PRAGMA user_version = {wanted}; COMMIT"))?;
    load(connection)
}

pub fn load(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("ANALYZE sqlite_schema")
}

/// Table, index and what is believed of it, in the words of `sqlite_stat1`.
fn beliefs(connection: &Connection) -> rusqlite::Result<Vec<(String, Option<String>, String)>> {
    let mut told = Vec::new();
    for table in names(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?
    {
        let mut indexes = connection.prepare("SELECT name, \"unique\", origin FROM pragma_index_list(?1)")?;
        let indexes = indexes.query_map([&table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        for index in indexes {
            let (name, unique, origin): (String, bool, String) = index?;
            let columns = names(connection, &format!("SELECT name FROM pragma_index_info('{name}') ORDER BY seqno"))?;
            // A key that is the table itself goes by the table's name.
            let index = if origin == "pk" { table.clone() } else { name };
            told.push((table.clone(), Some(index), of_index(&columns, unique)));
        }
        told.push((table, None, ROWS.to_string()));
    }
    Ok(told)
}

fn names(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// How many rows there are, and how many share the first column, the first two, and so on.
fn of_index(columns: &[String], unique: bool) -> String {
    let mut told = vec![ROWS];
    let mut left = ROWS;
    for (place, column) in columns.iter().enumerate() {
        let is_last = place + 1 == columns.len();
        let shared = SHARED.iter().find(|(name, _)| name == column).map_or(USUAL, |(_, shared)| *shared);
        let shared = match column.as_str() {
            "tenant_id" => ROWS_OF_TENANT,
            _ if unique && is_last => 1,
            _ => shared,
        };
        left = left.min(shared);
        told.push(left);
    }
    told.iter().map(u64::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_leaves_fewer() {
        let told = |columns: &[&str], unique| {
            of_index(&columns.iter().map(|column| (*column).to_owned()).collect::<Vec<_>>(), unique)
        };
        assert_eq!(told(&["tenant_id", "id"], true), "10000000 1000000 1");
        assert_eq!(told(&["tenant_id", "member", "role"], false), "10000000 1000000 10 10");
        assert_eq!(told(&["tenant_id", "kind", "id"], false), "10000000 1000000 500000 10");
        assert_eq!(told(&["app_id"], true), "10000000 1");
    }
}
