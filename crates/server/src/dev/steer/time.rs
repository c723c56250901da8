//! A clock that people set: ahead, back, or still.

use crate::clock;
use mandate_base::Moment;
use std::sync::atomic::{AtomicI64, Ordering};

#[derive(Default)]
pub struct DevClock {
    /// Milliseconds beside the real one.
    offset: AtomicI64,
    /// The moment it stands still at; nothing when it runs.
    still: AtomicI64,
}

const RUNS: i64 = 0;
/// Ten thousand years: what is further away is a slip of the finger.
const FARTHEST: i64 = 253_402_300_799_000;

impl DevClock {
    pub fn now(&self) -> Moment {
        match self.still.load(Ordering::SeqCst) {
            RUNS => clock::now() + self.offset.load(Ordering::SeqCst),
            still => Moment::from_millis(still),
        }
    }

    pub fn offset(&self) -> i64 {
        self.now() - clock::now()
    }

    pub fn is_still(&self) -> bool {
        self.still.load(Ordering::SeqCst) != RUNS
    }

    /// `false`: no moment that a certificate or a token could name.
    pub fn set(&self, to: Moment) -> bool {
        if !(1..=FARTHEST).contains(&to.millis()) {
            return false;
        }
        self.offset.store(to - clock::now(), Ordering::SeqCst);
        if self.is_still() {
            self.still.store(to.millis(), Ordering::SeqCst);
        }
        true
    }

    pub fn freeze(&self, still: bool) {
        if still {
            self.still.store(self.now().millis(), Ordering::SeqCst);
        } else if self.is_still() {
            let at = self.now();
            self.still.store(RUNS, Ordering::SeqCst);
            self.offset.store(at - clock::now(), Ordering::SeqCst);
        }
    }

    /// Back to the real time.
    pub fn reset(&self) {
        self.still.store(RUNS, Ordering::SeqCst);
        self.offset.store(0, Ordering::SeqCst);
    }
}

/// `90`, `90s`, `15m`, `2h`, `7d`, each also with a minus: milliseconds.
pub fn read_span(text: &str) -> Option<i64> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let unit = match unit {
        "" | "s" => 1000,
        "ms" => 1,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.trim().parse::<i64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_set_stands_still_and_runs_on_from_there() {
        let clock = DevClock::default();
        let day = Moment::from_secs(1_900_000_000);
        assert!(clock.set(day));
        assert!((0..1000).contains(&(clock.now() - day)));
        clock.freeze(true);
        let still = clock.now();
        assert_eq!(clock.now(), still);
        assert!(clock.set(still + 5000));
        assert_eq!(clock.now(), still + 5000);
        clock.freeze(false);
        assert!((0..1000).contains(&(clock.now() - (still + 5000))));
        clock.reset();
        assert_eq!(clock.offset() / 1000, 0);
        assert!(!clock.set(Moment::from_millis(-1)) && !clock.set(Moment::from_millis(i64::MAX)));
    }

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (text, millis) in [("90", 90_000), ("-5m", -300_000), ("2h", 7_200_000), ("1d", 86_400_000), ("20ms", 20)] {
            assert_eq!(read_span(text), Some(millis), "{text}");
        }
        for wrong in ["", "h", "1y", "1.5h", "99999999999999999d"] {
            assert_eq!(read_span(wrong), None, "{wrong}");
        }
    }
}
