//! P1: tokens a second as a part of the raw signatures a second of the same core, in the same round; and P2, what a
//! token costs beside its signature. The floor is measured along, to tell our share from that of HTTP and TLS.

use std::time::Duration;

use crate::Bench;
use crate::clock::Window;
use crate::cores::Place;
use crate::figures::{Goal, Row, percentile};
use crate::line::ask_once;
use crate::load::{self, Load, Tally};
use crate::proc::memory_of;
use crate::raw;
use crate::service::Service;
use crate::tokens::{self, Keys};

const WARM_UP: Duration = Duration::from_millis(1500);
const CONNECTIONS: [usize; 2] = [16, 64];
const GOAL: f64 = 0.80;

struct Round {
    served: [Served; 2],
    floor: Served,
    resident_mib: f64,
}

/// One run at one number of connections.
struct Served {
    raw: f64,
    rate: f64,
    p50: f64,
    p99: f64,
    /// Microseconds of the server's processor time beside the signature.
    beside: f64,
    server_busy: f64,
    load_busy: f64,
}

impl Served {
    fn of(tally: &Tally, raw: f64) -> Self {
        let span = tally.span.as_secs_f64();
        Served {
            raw,
            rate: tally.rate(),
            p50: percentile(&tally.latencies, 50),
            p99: percentile(&tally.latencies, 99),
            beside: (tally.server_cpu.as_secs_f64() / tally.answers() - 1.0 / raw) * 1e6,
            server_busy: tally.server_cpu.as_secs_f64() / span,
            load_busy: tally.load_cpu.as_secs_f64() / span,
        }
    }

    fn ratio(&self) -> f64 {
        self.rate / self.raw
    }
}

pub fn measure(bench: &Bench) -> Result<Vec<Row>, String> {
    let mut rounds = Vec::new();
    for number in 1..=bench.rounds {
        let round = one_round(bench)?;
        let [few, many] = &round.served;
        eprintln!(
            "P1 round {number}: raw {:.0}/s, 16 connections {:.0}/s ({:.3}), 64 connections {:.0}/s ({:.3}), floor {:.3}",
            few.raw,
            few.rate,
            few.ratio(),
            many.rate,
            many.ratio(),
            round.floor.ratio()
        );
        rounds.push(round);
    }
    Ok(rows(&rounds))
}

fn one_round(bench: &Bench) -> Result<Round, String> {
    let product = Service::product(bench, Place::ServerCore, None)?;
    let (served, resident_mib, last_raw) = load_product(bench, &product).map_err(|why| product.told(&why))?;
    drop(product);
    let floor = Service::floor(bench)?;
    let floor = load_floor(bench, &floor, last_raw).map_err(|why| floor.told(&why))?;
    Ok(Round { served, floor, resident_mib })
}

/// Each run stands between two readings of *raw* and is held against their mean: on a machine that is shared, the speed
/// of a core drifts within a round too.
fn load_product(bench: &Bench, product: &Service) -> Result<([Served; 2], f64, f64), String> {
    let door = product.door()?;
    let keys = Keys::of(&crate::run_async(ask_once(&door.target, door.keys_request()))?)?;
    let mut before = raw::measure(&bench.cores)?;
    let mut run = |connections| {
        let asking = door.token_request();
        let load = Load { target: &door.target, asking: &asking, connections, server: product.id() };
        let tally = crate::run_async(load::run(load, Window::opening_in(WARM_UP, bench.span)))?;
        let after = raw::measure(&bench.cores)?;
        let served = Served::of(&tally, f64::midpoint(before, after));
        before = after;
        tokens::check(&tally.kept, &keys)?;
        Ok::<_, String>(served)
    };
    let served = [run(CONNECTIONS[0])?, run(CONNECTIONS[1])?];
    Ok((served, memory_of(product.id())?.resident_mib, before))
}

fn load_floor(bench: &Bench, floor: &Service, before: f64) -> Result<Served, String> {
    let door = floor.door()?;
    let asking = door.token_request();
    let load = Load { target: &door.target, asking: &asking, connections: CONNECTIONS[0], server: floor.id() };
    let tally = crate::run_async(load::run(load, Window::opening_in(WARM_UP, bench.span)))?;
    Ok(Served::of(&tally, f64::midpoint(before, raw::measure(&bench.cores)?)))
}

fn rows(rounds: &[Round]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (place, connections) in CONNECTIONS.into_iter().enumerate() {
        let name = format!("P1 tokens per raw signature, {connections} connections");
        let ratios = rounds.iter().map(|round| round.served[place].ratio());
        rows.push(Row::new(name, Goal::AtLeast(GOAL), 3, ratios));
    }
    for (place, connections) in CONNECTIONS.into_iter().enumerate() {
        let mut note = |name: &str, decimals, of: fn(&Served) -> f64| {
            let name = format!("{name}, {connections} connections");
            let values = rounds.iter().map(|round| of(&round.served[place]));
            rows.push(Row::new(name, Goal::None, decimals, values));
        };
        note("raw signatures a second", 0, |served| served.raw);
        note("tokens a second", 0, |served| served.rate);
        note("P2 processor time beside the signature, µs a token", 1, |served| served.beside);
        note("time to the token, p50 ms", 2, |served| served.p50);
        note("time to the token, p99 ms", 2, |served| served.p99);
        note("server's core, part in use", 2, |served| served.server_busy);
        note("load's core, part in use", 2, |served| served.load_busy);
    }
    let floor = |of: fn(&Served) -> f64| rounds.iter().map(move |round| of(&round.floor));
    rows.push(Row::new("floor per raw signature, 16 connections", Goal::None, 3, floor(Served::ratio)));
    rows.push(Row::new(
        "floor's processor time beside the signature, µs",
        Goal::None,
        1,
        floor(|served| served.beside),
    ));
    let of_floor = rounds.iter().map(|round| round.served[0].ratio() / round.floor.ratio());
    rows.push(Row::new("tokens as part of the floor, 16 connections", Goal::None, 3, of_floor));
    let resident = rounds.iter().map(|round| round.resident_mib);
    rows.push(Row::new("resident after the load, MiB", Goal::None, 1, resident));
    rows
}
