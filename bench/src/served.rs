//! One load between two readings of *raw*: how many answers, how fast, and what they cost the server.
//!
//! The load is held against the mean of the two readings: on a machine that is shared, the speed of a core drifts within a
//! round too.

use std::time::Duration;

use crate::Bench;
use crate::clock::Window;
use crate::figures::{Goal, Row, percentile};
use crate::line::Target;
use crate::load::{self, Load, Script, Tally};
use crate::raw;
use crate::service::Service;

pub const WARM_UP: Duration = Duration::from_millis(1500);

pub struct Served {
    pub raw: f64,
    pub rate: f64,
    pub p50: f64,
    pub p99: f64,
    /// Microseconds of the server's processor time for each answer.
    pub cost: f64,
    pub server_busy: f64,
    pub load_busy: f64,
}

impl Served {
    fn of(tally: &Tally, raw: f64) -> Self {
        Served {
            raw,
            rate: tally.rate(),
            p50: percentile(&tally.latencies, 50),
            p99: percentile(&tally.latencies, 99),
            cost: tally.cost(),
            server_busy: tally.server_busy(),
            load_busy: tally.load_busy(),
        }
    }

    /// Of answers with one signature.
    pub fn ratio(&self) -> f64 {
        self.rate / self.raw
    }

    /// Of answers with two signatures: nobody can give more than half of *raw*.
    pub fn ratio_of_half(&self) -> f64 {
        self.rate / (self.raw / 2.0)
    }

    /// What an answer costs beside its one signature, in microseconds.
    pub fn beside(&self) -> f64 {
        self.cost - 1e6 / self.raw
    }
}

/// Loads, each with a reading of *raw* before it and one behind it, which is the next one's first.
pub struct Readings<'b> {
    bench: &'b Bench,
    before: f64,
}

impl<'b> Readings<'b> {
    /// Takes the first reading: the server's core must have nothing to do.
    pub fn begin(bench: &'b Bench) -> Result<Self, String> {
        Ok(Readings { bench, before: raw::measure(&bench.cores)? })
    }

    /// More answers than a load can get until it ends, when each costs so many signatures: as much as a stock of what can
    /// be asked once must hold.
    pub fn most_answers(&self, signatures: f64) -> usize {
        /// A core may be faster in a moment than it was in this one.
        const MARGIN: f64 = 1.5;
        let seconds = (WARM_UP + self.bench.span).as_secs_f64();
        (self.before / signatures * seconds * MARGIN) as usize
    }

    pub fn load<S: Script>(
        &mut self,
        target: &Target,
        server: &Service,
        scripts: Vec<S>,
    ) -> Result<(Served, Tally), String> {
        let load = Load { target, scripts, server: server.id() };
        let tally = crate::run_async(load::run(load, Window::opening_in(WARM_UP, self.bench.span)))?;
        let after = raw::measure(&self.bench.cores)?;
        let served = Served::of(&tally, f64::midpoint(self.before, after));
        self.before = after;
        Ok((served, tally))
    }
}

/// What stands behind a ratio, for information.
pub fn notes<'s>(subject: &str, rounds: impl Iterator<Item = &'s Served> + Clone) -> Vec<Row> {
    let note = |name: &str, decimals, of: fn(&Served) -> f64| {
        Row::new(format!("{subject}: {name}"), Goal::None, decimals, rounds.clone().map(of))
    };
    vec![
        note("raw signatures a second", 0, |served| served.raw),
        note("answers a second", 0, |served| served.rate),
        note("processor time, µs an answer", 1, |served| served.cost),
        note("p50 ms", 2, |served| served.p50),
        note("p99 ms", 2, |served| served.p99),
        note("server's core, part in use", 2, |served| served.server_busy),
        note("load's core, part in use", 2, |served| served.load_busy),
    ]
}
