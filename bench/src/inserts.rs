//! What a PostgreSQL server can do at most: one row a transaction, durable, on sixteen connections at once.

use std::time::Duration;

use tokio_postgres::NoTls;

use crate::clock;
use crate::ids;

const SPAN: Duration = Duration::from_secs(3);
/// As much as a group is.
const ROW: [u8; 200] = [7; 200];
const CONNECTIONS: u64 = 16;

/// Inserts a second, into a table that goes afterwards.
pub async fn durable_inserts(url: &str) -> Result<f64, String> {
    let told = |err: tokio_postgres::Error| format!("inserting rows: {err}");
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(told)?;
    tokio::spawn(connection);
    let make = "CREATE TABLE IF NOT EXISTS bench_inserts (id BYTEA NOT NULL PRIMARY KEY, row BYTEA NOT NULL)";
    client.batch_execute(make).await.map_err(told)?;
    let begun = clock::now();
    let all: Vec<_> = (0..CONNECTIONS).map(|place| tokio::spawn(insert(url.to_owned(), place, begun))).collect();
    let mut count = 0;
    for one in all {
        count += one.await.map_err(|err| format!("inserting rows: {err}"))?.map_err(told)?;
    }
    let seconds = (clock::now() - begun).as_secs_f64();
    client.batch_execute("DROP TABLE bench_inserts").await.map_err(told)?;
    Ok(count as f64 / seconds)
}

async fn insert(url: String, place: u64, begun: std::time::Instant) -> Result<u64, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    let statement = client.prepare("INSERT INTO bench_inserts (id, row) VALUES ($1, $2)").await?;
    let mut count = 0;
    while clock::now() - begun < SPAN {
        let id = ids::bytes(ids::USER, count * CONNECTIONS + place);
        client.execute(&statement, &[&id.as_slice(), &ROW.as_slice()]).await?;
        count += 1;
    }
    Ok(count)
}
