//! A patient caller: one connection that asks a cheap thing, waits a little, and asks again.
//!
//! It has a thread and a runtime of its own. On the thread of the load, it would stand in line behind sixty-four answers
//! that have to be read, and the wait would be ours, not the server's.

use std::time::Duration;

use tokio::time::sleep;

use crate::clock::{self, Window};
use crate::line::{Asking, Line, Target};

/// Between an answer and the next question.
pub const GAP: Duration = Duration::from_millis(5);
const MOST_ANSWERS: usize = 100_000;

/// How long the answers within the window took.
pub fn watch(target: &Target, asking: &Asking, window: Window) -> Result<Vec<Duration>, String> {
    crate::run_async(async {
        let mut line = Line::open(target).await?;
        let mut latencies = Vec::new();
        while clock::now() < window.closes && latencies.len() < MOST_ANSWERS {
            let sent = clock::now();
            line.ask(asking.clone()).await?.ok()?;
            let took = clock::now() - sent;
            if window.holds(sent) {
                latencies.extend(with_the_unasked(took));
            }
            sleep(GAP).await;
        }
        Ok(latencies)
    })
}

/// While one question hangs, others that were due go unasked, and just the slow moments would be counted too seldom.
/// Each of them is entered with the wait it would have had.
fn with_the_unasked(took: Duration) -> impl Iterator<Item = Duration> {
    std::iter::successors(Some(took), |wait| wait.checked_sub(GAP).filter(|rest| !rest.is_zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(millis: u64) -> Vec<u128> {
        with_the_unasked(Duration::from_millis(millis)).map(|wait| wait.as_millis()).collect()
    }

    #[test]
    fn a_long_wait_counts_for_the_questions_it_kept_back() {
        assert_eq!(waits(3), [3]);
        assert_eq!(waits(5), [5]);
        assert_eq!(waits(12), [12, 7, 2]);
    }
}
