//! Feeds RFC 3339 text, and a number of milliseconds, to what reads and writes moments.
//!
//! Must hold: what is written reads as the same second, for the years that have four digits; any number can be written;
//! arithmetic stops at the ends of time instead of overflowing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_base::{DAY, Moment};
use mandate_domain::time::{iso, parse, spaced};

/// 0001-01-01T00:00:00Z.
const FIRST: Moment = Moment::from_secs(-62_135_596_800);

fuzz_target!(|text: &str| {
    if let Some(moment) = parse(text).filter(|moment| *moment >= FIRST) {
        let second = Moment::from_secs(moment.secs());
        assert_eq!(parse(&iso(moment)), Some(second));
        assert_eq!(spaced(moment), iso(moment).replace('T', " "));
        assert_eq!((moment + DAY) - moment, DAY);
        assert!((0..1000).contains(&(moment - second)));
    }
    if let Ok(millis) = text.trim().parse::<i64>() {
        let moment = Moment::from_millis(millis);
        assert!(!iso(moment).is_empty() && !spaced(moment).is_empty());
        assert!(moment + i64::MAX >= moment && moment - i64::MAX <= moment);
        assert!(moment.secs() <= millis / 1000);
    }
});
