//! The only place of this tool that reads a clock or waits on one outside the runtime.
#![expect(clippy::disallowed_methods, reason = "measuring time is what this tool is for")]

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub fn now() -> Instant {
    Instant::now()
}

/// Seconds since 1970, for what we sign ourselves.
pub fn epoch() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs())
}

/// Holds up the whole thread: for the main thread while a child starts, never within the runtime.
pub fn pause(time: Duration) {
    thread::sleep(time);
}

/// The stretch of a run that counts. What is answered before it warms up; what is answered after it came too late.
#[derive(Clone, Copy)]
pub struct Window {
    pub opens: Instant,
    pub closes: Instant,
}

impl Window {
    pub fn opening_in(warm_up: Duration, span: Duration) -> Self {
        let opens = now() + warm_up;
        Window { opens, closes: opens + span }
    }

    pub fn holds(&self, moment: Instant) -> bool {
        self.opens <= moment && moment < self.closes
    }

    pub fn span(&self) -> Duration {
        self.closes - self.opens
    }
}
