//! Smart lockout: how long whoever guesses passwords must wait. A rule over counts; `usecases/signin` keeps them.
//!
//! Counted per account *and* network, so that a stranger elsewhere cannot lock a known person out; and per network, so
//! that nobody tries one password on everybody.

use mandate_base::{HOUR, MINUTE, Moment};

/// Wrong passwords from one place since the last right one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    pub count: u32,
    pub last: Moment,
}

/// What a place is: decides how much is forgiven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One account, seen from one network.
    Account,
    /// A network, whatever accounts it tries. Many people may sit behind one.
    Network,
}

impl Place {
    /// Failures that cost nothing: people mistype.
    const fn free(self) -> u32 {
        match self {
            Place::Account => 10,
            Place::Network => 300,
        }
    }
}

/// The first wait; each further failure doubles it.
pub const FIRST_WAIT: i64 = MINUTE;
pub const LONGEST_WAIT: i64 = HOUR;

impl Failures {
    /// Until when this place must wait; `None` when it need not.
    pub fn locked_until(&self, place: Place, now: Moment) -> Option<Moment> {
        let beyond = self.count.checked_sub(place.free())?;
        // Six doublings reach the longest wait; a shift by more would overflow.
        let wait = (FIRST_WAIT << beyond.min(6)).min(LONGEST_WAIT);
        Some(self.last + wait).filter(|until| *until > now)
    }

    /// One more. After a quiet stretch as long as the longest wait, counting begins anew.
    pub fn one_more(self, now: Moment) -> Failures {
        let stale = now - self.last > LONGEST_WAIT;
        Failures { count: if stale { 1 } else { self.count.saturating_add(1) }, last: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Moment = Moment::from_secs(1_000_000);

    fn after(count: u32) -> Failures {
        (0..count).fold(Failures::default(), |failures, _| failures.one_more(NOON))
    }

    #[test]
    fn ten_failures_are_free_and_then_waits_double_up_to_an_hour() {
        let wait = |count| after(count).locked_until(Place::Account, NOON).map(|until| until - NOON);
        assert_eq!(wait(9), None);
        let waits =
            [(10, MINUTE), (11, 2 * MINUTE), (14, 16 * MINUTE), (16, HOUR), (17, HOUR), (u32::from(u16::MAX), HOUR)];
        for (count, expected) in waits {
            assert_eq!(wait(count), Some(expected), "{count}");
        }
        assert_eq!(after(299).locked_until(Place::Network, NOON), None);
        assert!(after(300).locked_until(Place::Network, NOON).is_some());
    }

    #[test]
    fn a_wait_ends_and_is_forgotten_after_a_quiet_hour() {
        let failures = after(10);
        assert_eq!(failures.locked_until(Place::Account, NOON + MINUTE), None);
        assert_eq!(failures.one_more(NOON + LONGEST_WAIT + 1).count, 1);
        assert_eq!(failures.one_more(NOON + LONGEST_WAIT).count, 11);
    }
}
