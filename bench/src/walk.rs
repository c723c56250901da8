//! One connection that follows links, or asks about one after the other.

use std::time::Duration;

use serde_json::Value;

use crate::clock;
use crate::line::{Line, Target};

/// How long each page took.
pub async fn pages(target: &Target, token: &str, first: &str, most: usize) -> Result<Vec<Duration>, String> {
    let mut line = Line::open(target).await?;
    let (mut next, mut times) = (Some(first.to_owned()), Vec::new());
    while let Some(path) = next.take().filter(|_| times.len() < most) {
        let mut asking = target.get(&path, Some(token));
        asking.headers_mut().insert("consistencylevel", http::HeaderValue::from_static("eventual"));
        let sent = clock::now();
        let body = line.ask(asking).await?.ok()?;
        times.push(clock::now() - sent);
        let page: Value = serde_json::from_slice(&body).map_err(|err| format!("reading a page: {err}"))?;
        next = page["@odata.nextLink"].as_str().and_then(|link| link.find("/v1.0").map(|at| link[at..].to_owned()));
    }
    Ok(times)
}

/// The mean of the last ten pages by that of the first ten. The very first one also fills what was empty.
pub fn drift(times: &[Duration]) -> f64 {
    const SOME: usize = 10;
    let mean = |times: &[Duration]| times.iter().sum::<Duration>().as_secs_f64() / times.len() as f64;
    match times.len() {
        // Half a page at the end would look fast.
        n if n > 2 * SOME + 2 => mean(&times[n - 1 - SOME..n - 1]) / mean(&times[1..=SOME]),
        _ => f64::NAN,
    }
}

pub async fn random(
    target: &Target,
    token: &str,
    among: u64,
    path: fn(u64) -> String,
    count: usize,
) -> Result<(), String> {
    let mut line = Line::open(target).await?;
    let mut state = 88_172_645_463_325_252_u64;
    for _ in 0..count {
        state = shuffled(state);
        line.ask(target.get(&path(state % among), Some(token))).await?.ok()?;
    }
    Ok(())
}

/// Xorshift: which people are asked for does not matter, as long as they are not the same again and again.
pub fn shuffled(mut state: u64) -> u64 {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    state
}
