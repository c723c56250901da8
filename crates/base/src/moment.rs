//! A point in time, and the few durations that rules speak of.

use core::ops::{Add, Sub};

/// Milliseconds since 1970-01-01T00:00:00Z. It is always an argument; only the server reads a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Moment(i64);

pub const SECOND: i64 = 1000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

impl Moment {
    pub const EPOCH: Moment = Moment(0);

    pub const fn from_millis(millis: i64) -> Moment {
        Moment(millis)
    }

    pub const fn from_secs(secs: i64) -> Moment {
        Moment(secs * SECOND)
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds, as JWT's NumericDate wants them (RFC 7519 §2).
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(SECOND)
    }
}

impl Add<i64> for Moment {
    type Output = Moment;
    fn add(self, millis: i64) -> Moment {
        Moment(self.0.saturating_add(millis))
    }
}

impl Sub<i64> for Moment {
    type Output = Moment;
    fn sub(self, millis: i64) -> Moment {
        Moment(self.0.saturating_sub(millis))
    }
}

impl Sub for Moment {
    type Output = i64;
    fn sub(self, earlier: Moment) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}
