//! Counts what passed and failed, and reads those counts from what the runners print.
//! Never: a run that ended badly counted as nothing. Next: `suites.rs` fills it.

/// What one run counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: u32,
    pub failed: u32,
}

impl Count {
    pub const ONE_PASSED: Count = Count { passed: 1, failed: 0 };

    pub fn add(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// A run that ended badly, or that ran nothing, failed even if it counted no failure.
    pub fn judged(mut self, ended_well: bool) -> Count {
        if self.failed == 0 && (!ended_well || self.passed == 0) {
            self.failed = 1;
        }
        self
    }
}

enum Row {
    Ran { name: String, count: Count },
    Skipped { name: String, reason: String },
}

pub struct Tally {
    rows: Vec<Row>,
    /// On a machine that must be able to run everything, a skip hides a broken set-up.
    skip_fails: bool,
}

impl Tally {
    pub fn new(skip_fails: bool) -> Self {
        Tally { rows: Vec::new(), skip_fails }
    }

    pub fn ran(&mut self, name: &str, count: Count) {
        self.rows.push(Row::Ran { name: name.to_owned(), count });
    }

    pub fn failed(&mut self, name: &str, reason: &str) {
        println!("FAILED {name}: {reason}");
        self.ran(name, Count { passed: 0, failed: 1 });
    }

    pub fn skipped(&mut self, name: &str, reason: &str) {
        println!("\n{0}\nSKIPPED {name}: {reason}\n{0}\n", "!".repeat(72));
        self.rows.push(Row::Skipped { name: name.to_owned(), reason: reason.to_owned() });
    }

    pub fn total(&self) -> Count {
        let mut total = Count::default();
        for row in &self.rows {
            match row {
                Row::Ran { count, .. } => total.add(*count),
                Row::Skipped { .. } => total.failed += u32::from(self.skip_fails),
            }
        }
        total
    }

    /// The table, and the closing line last.
    pub fn report(&self) -> String {
        let mut report = format!("{:<28} {:>7} {:>7}\n", "", "passed", "failed");
        for row in &self.rows {
            report += &match row {
                Row::Ran { name, count } => format!("{name:<28} {:>7} {:>7}\n", count.passed, count.failed),
                Row::Skipped { name, reason } => format!("{name:<28} SKIPPED: {reason}\n"),
            };
        }
        let total = self.total();
        report + &format!("\n{} passed, {} failed", total.passed, total.failed)
    }
}

/// The count in one line of Rust's test runner: `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
pub fn cargo_result(line: &str) -> Option<Count> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut parts = counts.split("; ");
    Some(Count { passed: number(parts.next()?, " passed")?, failed: number(parts.next()?, " failed")? })
}

/// The count in a suite's closing line, which is exactly `N passed, N failed`.
pub fn closing_line(line: &str) -> Option<Count> {
    let (passed, failed) = line.trim_end().split_once(", ")?;
    Some(Count { passed: number(passed, " passed")?, failed: number(failed, " failed")? })
}

fn number(text: &str, unit: &str) -> Option<u32> {
    text.strip_suffix(unit)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn count(passed: u32, failed: u32) -> Count {
        Count { passed, failed }
    }

    #[test]
    fn cargos_lines_are_read() {
        for (line, expected) in [
            ("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out", Some(count(12, 0))),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out", Some(count(3, 2))),
            ("test result: ok.", None),
            ("12 passed; 0 failed", None),
            ("test closing::result ... ok", None),
        ] {
            assert_eq!(cargo_result(line), expected, "in {line}");
        }
    }

    #[test]
    fn a_closing_line_is_exact() {
        for (line, expected) in [
            ("48 passed, 0 failed", Some(count(48, 0))),
            ("0 passed, 3 failed\r", Some(count(0, 3))),
            ("ok 48 passed, 0 failed", None),
            ("48 passed", None),
            ("-1 passed, 0 failed", None),
        ] {
            assert_eq!(closing_line(line), expected, "in {line}");
        }
    }

    #[test]
    fn a_bad_end_and_an_empty_run_are_failures() {
        assert_eq!(count(5, 0).judged(true), count(5, 0));
        assert_eq!(count(5, 0).judged(false), count(5, 1));
        assert_eq!(count(5, 2).judged(false), count(5, 2));
        assert_eq!(count(0, 0).judged(true), count(0, 1));
    }

    #[test]
    fn a_skip_fails_where_everything_must_run() {
        for (skip_fails, closing) in [(false, "4 passed, 1 failed"), (true, "4 passed, 2 failed")] {
            let mut tally = Tally::new(skip_fails);
            tally.ran("python", count(4, 1));
            tally.skipped("browser", "no chromium");
            assert_eq!(tally.report().lines().last(), Some(closing));
        }
    }
}
