//! P5: the metadata and the key set, against a floor that answers as many bytes without looking.
//!
//! Held against each other is the *processor time* of an answer, not the rate: the floor answers faster than one core can
//! ask, so its rate would be the load's.

use crate::Bench;
use crate::clock::Window;
use crate::cores::Place;
use crate::figures::{Goal, Row, percentile};
use crate::line::{Asking, Target, ask_once};
use crate::load::{self, Load, Same, Tally};
use crate::served::WARM_UP;
use crate::service::Service;

const CONNECTIONS: usize = 16;
const GOAL: f64 = 0.6;

type Of = fn(&Round) -> &Pair;

const DOCUMENTS: [(&str, Of); 2] = [("metadata", of_metadata), ("keys", of_keys)];

struct Round {
    metadata: Pair,
    keys: Pair,
}

/// The product's answers and the floor's, of the same length.
struct Pair {
    product: Tally,
    floor: Tally,
}

impl Pair {
    fn ratio(&self) -> f64 {
        self.floor.cost() / self.product.cost()
    }
}

pub fn measure(bench: &Bench) -> Result<Vec<Row>, String> {
    let mut rounds = Vec::new();
    for number in 1..=bench.rounds {
        let round = one_round(bench)?;
        eprintln!(
            "P5 round {number}: metadata {:.1} µs ({:.3} of the floor), keys {:.1} µs ({:.3} of the floor)",
            round.metadata.product.cost(),
            round.metadata.ratio(),
            round.keys.product.cost(),
            round.keys.ratio()
        );
        rounds.push(round);
    }
    Ok(rows(&rounds))
}

fn one_round(bench: &Bench) -> Result<Round, String> {
    let product = Service::product(bench, Place::ServerCore, None)?;
    let door = product.door().map_err(|why| product.told(&why))?;
    let ask = |asking: &Asking| {
        let length = crate::run_async(ask_once(&door.target, asking.clone()))?.len();
        Ok::<_, String>((length, load(bench, &product, &door.target, asking)?))
    };
    let told = |why: String| product.told(&why);
    let (metadata_length, metadata) = ask(&door.metadata_request()).map_err(told)?;
    let (keys_length, keys) = ask(&door.keys_request()).map_err(told)?;
    drop(product);

    let floor = Service::floor(bench)?;
    let target = floor.door()?.target;
    let of_length = |length: usize| load(bench, &floor, &target, &target.get(&format!("/{length}"), None));
    let told = |why: String| floor.told(&why);
    Ok(Round {
        metadata: Pair { product: metadata, floor: of_length(metadata_length).map_err(told)? },
        keys: Pair { product: keys, floor: of_length(keys_length).map_err(told)? },
    })
}

fn load(bench: &Bench, server: &Service, target: &Target, asking: &Asking) -> Result<Tally, String> {
    let load = Load { target, scripts: Same::for_each(CONNECTIONS, asking), server: server.id() };
    crate::run_async(load::run(load, Window::opening_in(WARM_UP, bench.span)))
}

fn rows(rounds: &[Round]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut both = |name: &str, goal, decimals, of: fn(&Pair) -> f64| {
        for (what, pair) in DOCUMENTS {
            let values = rounds.iter().map(|round| of(pair(round)));
            rows.push(Row::new(name.replace('_', what), goal, decimals, values));
        }
    };
    both("P5 _, of the floor's GET by processor time, 16 connections", Goal::AtLeast(GOAL), 3, Pair::ratio);
    both("_: processor time, µs an answer", Goal::None, 1, |pair| pair.product.cost());
    both("_: the floor's processor time, µs an answer", Goal::None, 1, |pair| pair.floor.cost());
    both("_: answers a second", Goal::None, 0, |pair| pair.product.rate());
    both("_: p99 ms", Goal::None, 2, |pair| percentile(&pair.product.latencies, 99));
    both("_: server's core, part in use", Goal::None, 2, |pair| pair.product.server_busy());
    both("_: load's core, part in use", Goal::None, 2, |pair| pair.product.load_busy());
    rows
}

fn of_metadata(round: &Round) -> &Pair {
    &round.metadata
}

fn of_keys(round: &Round) -> &Pair {
    &round.keys
}
