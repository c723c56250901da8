//! Days and times of day as each language writes them, in UTC and saying so. Never: a break within one.

use super::Lang;

/// A moment in UTC, in the parts that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    pub year: i16,
    /// From 1.
    pub month: i8,
    pub day: i8,
    pub hour: i8,
    pub minute: i8,
}

const EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const NL: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];
const DE: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

impl Lang {
    /// `26 november 2026`, `26. November 2026`.
    pub fn date(self, at: Civil) -> String {
        let months = match self {
            Lang::En => EN,
            Lang::Nl => NL,
            Lang::De => DE,
        };
        let month = usize::try_from(at.month - 1).ok().and_then(|place| months.get(place)).unwrap_or(&"");
        let dot = if self == Lang::De { "." } else { "" };
        format!("{}{dot}\u{a0}{month}\u{a0}{}", at.day, at.year)
    }

    /// With the time of day: `26 november 2026 11:49 UTC`.
    pub fn date_and_time(self, at: Civil) -> String {
        let (between, behind) = match self {
            Lang::En => (", ", "\u{a0}UTC"),
            Lang::Nl => (" ", "\u{a0}UTC"),
            Lang::De => (", ", "\u{a0}Uhr\u{a0}UTC"),
        };
        format!("{}{between}{:02}:{:02}{behind}", self.date(at), at.hour, at.minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_a_moment_its_own_way() {
        let at = Civil { year: 2026, month: 3, day: 5, hour: 9, minute: 7 };
        let told = |lang: Lang| lang.date_and_time(at).replace('\u{a0}', " ");
        assert_eq!(told(Lang::En), "5 March 2026, 09:07 UTC");
        assert_eq!(told(Lang::Nl), "5 maart 2026 09:07 UTC");
        assert_eq!(told(Lang::De), "5. März 2026, 09:07 Uhr UTC");
        assert_eq!(Lang::Nl.date(Civil { month: 0, ..at }), "5\u{a0}\u{a0}2026", "no month is no panic");
    }
}
