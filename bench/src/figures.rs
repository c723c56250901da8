//! Medians, percentiles, and the table they end up in.
//! Never: a goal that is judged by the rounded figure that is printed.

use std::fmt;
use std::time::Duration;

/// The nearest rank, in milliseconds: always a value that was measured. When nothing was, it is no number.
pub fn percentile(values: &[Duration], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).map_or(f64::NAN, |value| millis(*value))
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[derive(Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// For information.
    None,
}

/// One line of the table: what was measured in each round.
pub struct Row {
    name: String,
    goal: Goal,
    decimals: usize,
    rounds: Vec<f64>,
}

impl Row {
    pub fn new(name: impl Into<String>, goal: Goal, decimals: usize, rounds: impl IntoIterator<Item = f64>) -> Self {
        let mut rounds: Vec<f64> = rounds.into_iter().collect();
        rounds.sort_by(f64::total_cmp);
        Row { name: name.into(), goal, decimals, rounds }
    }

    pub fn is_unmet(&self) -> bool {
        let median = self.median();
        match self.goal {
            // Nothing measured is nothing met.
            Goal::AtLeast(bound) => median.is_nan() || median < bound,
            Goal::AtMost(bound) => median.is_nan() || median > bound,
            Goal::None => false,
        }
    }

    fn median(&self) -> f64 {
        match self.rounds.len() {
            0 => f64::NAN,
            n if n % 2 == 1 => self.rounds[n / 2],
            n => f64::midpoint(self.rounds[n / 2 - 1], self.rounds[n / 2]),
        }
    }
}

pub const HEAD: &str = "| what | goal | median | min–max | holds |\n|---|---|---|---|---|";

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.decimals;
        let (goal, holds) = match self.goal {
            Goal::AtLeast(bound) => (format!("≥ {bound:.decimals$}"), true),
            Goal::AtMost(bound) => (format!("≤ {bound:.decimals$}"), true),
            Goal::None => ("–".to_owned(), false),
        };
        let holds = match (holds, self.is_unmet()) {
            (false, _) => "–",
            (true, false) => "yes",
            (true, true) => "**NO**",
        };
        let (name, median) = (&self.name, self.median());
        let lowest = self.rounds.first().copied().unwrap_or(f64::NAN);
        let highest = self.rounds.last().copied().unwrap_or(f64::NAN);
        write!(f, "| {name} | {goal} | {median:.decimals$} | {lowest:.decimals$}–{highest:.decimals$} | {holds} |")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let values: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&values, 50), 100.0);
        assert_eq!(percentile(&values, 99), 198.0);
        assert_eq!(percentile(&values[..1], 99), 200.0);
        assert!(percentile(&[], 50).is_nan());
    }

    #[test]
    fn a_goal_is_judged_by_the_median() {
        let met = Row::new("ratio", Goal::AtLeast(0.8), 2, [0.7, 0.9, 0.81]);
        assert_eq!(met.to_string(), "| ratio | ≥ 0.80 | 0.81 | 0.70–0.90 | yes |");
        let unmet = Row::new("wait", Goal::AtMost(1.0), 1, [1.5, 0.9, 1.3, 1.1]);
        assert_eq!(unmet.to_string(), "| wait | ≤ 1.0 | 1.2 | 0.9–1.5 | **NO** |");
        assert!(unmet.is_unmet());
    }

    #[test]
    fn rounding_does_not_meet_a_goal() {
        let row = Row::new("ratio", Goal::AtLeast(0.8), 2, [0.799]);
        assert_eq!(row.to_string(), "| ratio | ≥ 0.80 | 0.80 | 0.80–0.80 | **NO** |");
    }

    #[test]
    fn nothing_measured_is_nothing_met() {
        assert!(Row::new("wait", Goal::AtMost(1.0), 1, []).is_unmet());
        assert!(Row::new("wait", Goal::AtMost(1.0), 1, [f64::NAN]).is_unmet());
    }

    #[test]
    fn what_is_for_information_holds_nothing() {
        let row = Row::new("rate", Goal::None, 0, [3800.4]);
        assert_eq!(row.to_string(), "| rate | – | 3800 | 3800–3800 | – |");
    }
}
