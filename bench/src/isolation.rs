//! P4: what a cheap question waits while sixty-four connections saturate the token endpoint, and while sixty-four people
//! sign in by password, which saturates argon2id.

use std::fmt;
use std::thread;
use std::time::Duration;

use crate::Bench;
use crate::clock::Window;
use crate::cores::Place;
use crate::figures::{Goal, Row, percentile};
use crate::line::{Asking, ask_once};
use crate::load::{self, Load, Same, Tally};
use crate::probe;
use crate::raw;
use crate::served::WARM_UP;
use crate::service::{Door, Service};
use crate::tokens::access_token;

const CONNECTIONS: usize = 64;
const IDLE_WARM_UP: Duration = Duration::from_millis(200);
const IDLE_SPAN: Duration = Duration::from_secs(2);
/// Joris Bakker of the sample.
const USER: &str = "/v1.0/users/aaaaaaaa-0000-4000-8000-000000000002";

const MEDIAN_GOAL: f64 = 1.0;
const TAIL_GOAL: f64 = 8.0;
const HASHING_GOAL: f64 = 0.9;

struct Round {
    idle: Waits,
    busy: Waits,
    /// Tokens served meanwhile, as part of raw: the wait must not be bought with idleness.
    ratio: f64,
    hashing: Waits,
    /// Sign-ins meanwhile, as part of the password hashes that the core can make at most.
    hashed: f64,
    sign_ins: f64,
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

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Waits { keys, user } = self;
        write!(f, "keys p50 {:.2} p99 {:.2} ms, user p50 {:.2} p99 {:.2} ms", keys.p50, keys.p99, user.p50, user.p99)
    }
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
        eprintln!(
            "P4 round {number}: {}, tokens at {:.3} of raw; while hashing {}, sign-ins at {:.3} of raw argon2id",
            round.busy, round.ratio, round.hashing, round.hashed
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
    let raw_hashes = raw::measure_hashes(&bench.cores)?;

    let idle = Window::opening_in(IDLE_WARM_UP, IDLE_SPAN);
    let (idle, ()) = watched(&door, &user, idle, || Ok(()))?;
    let (busy, tokens) = under_load(bench, product, &user, &asking)?;
    let (hashing, sign_ins) = under_load(bench, product, &user, &door.password_request())?;
    Ok(Round {
        idle,
        busy,
        ratio: tokens.rate() / raw,
        hashing,
        hashed: sign_ins.rate() / raw_hashes,
        sign_ins: sign_ins.rate(),
    })
}

/// What cheap questions wait while so many connections ask something dear.
fn under_load(bench: &Bench, product: &Service, user: &Asking, dear: &Asking) -> Result<(Waits, Tally), String> {
    let door = product.door()?;
    let window = Window::opening_in(WARM_UP, bench.span);
    let load = Load { target: &door.target, scripts: Same::for_each(CONNECTIONS, dear), server: product.id() };
    watched(&door, user, window, || crate::run_async(load::run(load, window)))
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
        row("P4 keys while 64 sign in, p50 ms", median, |round| round.hashing.keys.p50),
        row("P4 keys while 64 sign in, p99 ms", tail, |round| round.hashing.keys.p99),
        row("P4 Graph user while 64 sign in, p50 ms", median, |round| round.hashing.user.p50),
        row("P4 Graph user while 64 sign in, p99 ms", tail, |round| round.hashing.user.p99),
        row("sign-ins per raw argon2id hash meanwhile", Goal::AtLeast(HASHING_GOAL), |round| round.hashed),
        row("sign-ins a second meanwhile", Goal::None, |round| round.sign_ins),
    ]
}
