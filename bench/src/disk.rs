//! What the disk can do at most when each write must be durable before the next: one thread that appends and waits.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::clock;

const SPAN: Duration = Duration::from_millis(1500);
/// A page of a database.
const PAGE: [u8; 4096] = [7; 4096];

/// Appends a second.
pub fn durable_appends(folder: &Path) -> Result<f64, String> {
    let path = folder.join("appends");
    let told = |err: std::io::Error| format!("writing {}: {err}", path.display());
    let mut file = File::create(&path).map_err(told)?;
    let (begun, mut count) = (clock::now(), 0_u32);
    while clock::now() - begun < SPAN {
        file.write_all(&PAGE).and_then(|()| file.sync_data()).map_err(told)?;
        count += 1;
    }
    let seconds = (clock::now() - begun).as_secs_f64();
    std::fs::remove_file(&path).map_err(told)?;
    Ok(f64::from(count) / seconds)
}
