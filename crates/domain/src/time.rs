//! Moments as text: ISO 8601 in UTC, as Graph and the sign-in errors write them.

use mandate_base::Moment;

/// `2026-11-23T10:00:00Z`; Graph's DateTimeOffset without a fraction.
pub fn iso(moment: Moment) -> String {
    format(moment, "%Y-%m-%dT%H:%M:%SZ")
}

/// `2026-11-23 06:14:52Z`; the form of AADSTS errors.
pub fn spaced(moment: Moment) -> String {
    format(moment, "%Y-%m-%d %H:%M:%SZ")
}

fn format(moment: Moment, pattern: &str) -> String {
    let stamp = jiff::Timestamp::from_millisecond(moment.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    stamp.strftime(pattern).to_string()
}

/// Year, month and day from 1, hour and minute, in UTC.
pub fn parts(moment: Moment) -> (i16, i8, i8, i8, i8) {
    let stamp = jiff::Timestamp::from_millisecond(moment.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let at = jiff::tz::Offset::UTC.to_datetime(stamp);
    (at.year(), at.month(), at.day(), at.hour(), at.minute())
}

/// RFC 3339 text to a moment.
pub fn parse(text: &str) -> Option<Moment> {
    text.parse::<jiff::Timestamp>().ok().map(|stamp| Moment::from_millis(stamp.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        let moment = Moment::from_secs(1_795_414_492);
        assert_eq!(iso(moment), "2026-11-23T06:14:52Z");
        assert_eq!(spaced(moment), "2026-11-23 06:14:52Z");
        assert_eq!(parts(moment), (2026, 11, 23, 6, 14));
        assert_eq!(parse("2026-11-23T06:14:52Z"), Some(moment));
        assert_eq!(parse("yesterday"), None);
    }
}
