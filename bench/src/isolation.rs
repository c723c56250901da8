//! P4: what a cheap question waits while sixty-four connections saturate the token endpoint.

use std::thread;
use std::time::Duration;

use crate::Bench;
use crate::clock::Window;
use crate::cores::Place;
use crate::figures::{Goal, Row, percentile};
use crate::line::{Asking, ask_once};
use crate::load::{self, Load};
use crate::probe;
use crate::raw;
use crate::service::{Door, Service};
use crate::tokens::access_token;

const WARM_UP: Duration = Duration::from_millis(1500);
const CONNECTIONS: usize = 64;
const IDLE_WARM_UP: Duration = Duration::from_millis(200);
const IDLE_SPAN: Duration = Duration::from_secs(2);
/// Joris Bakker of the sample.
const USER: &str = "/v1.0/users/aaaaaaaa-0000-4000-8000-000000000002";

const MEDIAN_GOAL: f64 = 1.0;
const TAIL_GOAL: f64 = 8.0;

struct Round {
    idle: Waits,
    busy: Waits,
    /// Tokens served meanwhile, as part of raw: the wait must not be bought with idleness.
    ratio: f64,
}

struct Waits {
    keys: Wait,
    user: Wait,
}

/// In milliseconds.
struct Wait {
    p50: f64,
    p99: f64,
}

impl Wait {
    fn of(latencies: &[Duration]) -> Self {
        Wait { p50: percentile(latencies, 50), p99: percentile(latencies, 99) }
    }
}

pub fn measure(bench: &Bench) -> Result<Vec<Row>, String> {
    let mut rounds = Vec::new();
    for number in 1..=bench.rounds {
        let product = Service::product(bench, Place::ServerCore, None)?;
        let round = one_round(bench, &product).map_err(|why| product.told(&why))?;
        let Waits { keys, user } = &round.busy;
        eprintln!(
            "P4 round {number}: keys p50 {:.2} p99 {:.2} ms, user p50 {:.2} p99 {:.2} ms, tokens at {:.3} of raw",
            keys.p50, keys.p99, user.p50, user.p99, round.ratio
        );
        rounds.push(round);
    }
    Ok(rows(&rounds))
}

fn one_round(bench: &Bench, product: &Service) -> Result<Round, String> {
    let door = product.door()?;
    let asking = door.token_request();
    let token = access_token(&crate::run_async(ask_once(&door.target, asking.clone()))?)?;
    let user = door.target.get(USER, Some(&token));
    let raw = raw::measure(&bench.cores)?;

    let idle = Window::opening_in(IDLE_WARM_UP, IDLE_SPAN);
    let (idle, ()) = watched(&door, &user, idle, || Ok(()))?;

    let window = Window::opening_in(WARM_UP, bench.span);
    let load = Load { target: &door.target, asking: &asking, connections: CONNECTIONS, server: product.id() };
    let (busy, tally) = watched(&door, &user, window, || crate::run_async(load::run(load, window)))?;
    Ok(Round { idle, busy, ratio: tally.rate() / raw })
}

/// Does something on this thread while two probes watch, each on its own.
fn watched<T>(
    door: &Door,
    user: &Asking,
    window: Window,
    work: impl FnOnce() -> Result<T, String>,
) -> Result<(Waits, T), String> {
    let keys = door.keys_request();
    let (keys, user, done) = thread::scope(|scope| {
        let keys = scope.spawn(|| probe::watch(&door.target, &keys, window));
        let user = scope.spawn(|| probe::watch(&door.target, user, window));
        let done = work();
        (keys.join(), user.join(), done)
    });
    // The load first: when the server went down, it tells more than the probes do.
    let done = done?;
    let probed = |joined: thread::Result<Result<Vec<Duration>, String>>| match joined {
        Ok(latencies) => latencies.map(|latencies| Wait::of(&latencies)),
        Err(_) => Err("a probe panicked".to_owned()),
    };
    let waits = Waits { keys: probed(keys)?, user: probed(user)? };
    Ok((waits, done))
}

fn rows(rounds: &[Round]) -> Vec<Row> {
    let row = |name: &str, goal, of: fn(&Round) -> f64| Row::new(name, goal, 2, rounds.iter().map(of));
    let (median, tail) = (Goal::AtMost(MEDIAN_GOAL), Goal::AtMost(TAIL_GOAL));
    vec![
        row("P4 keys under load, p50 ms", median, |round| round.busy.keys.p50),
        row("P4 keys under load, p99 ms", tail, |round| round.busy.keys.p99),
        row("P4 Graph user under load, p50 ms", median, |round| round.busy.user.p50),
        row("P4 Graph user under load, p99 ms", tail, |round| round.busy.user.p99),
        row("keys when idle, p50 ms", Goal::None, |round| round.idle.keys.p50),
        row("keys when idle, p99 ms", Goal::None, |round| round.idle.keys.p99),
        row("Graph user when idle, p50 ms", Goal::None, |round| round.idle.user.p50),
        row("Graph user when idle, p99 ms", Goal::None, |round| round.idle.user.p99),
        row("tokens per raw signature meanwhile, 64 connections", Goal::None, |round| round.ratio),
    ]
}
