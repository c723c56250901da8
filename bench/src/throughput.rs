//! P1: tokens a second as a part of the raw signatures a second of the same core, in the same round; and P2, what a
//! token costs beside its signature, and how many node-oidc-provider serves meanwhile. The floor is measured along, to
//! tell our share from that of HTTP and TLS.

use crate::Bench;
use crate::cores::Place;
use crate::figures::{Goal, Row};
use crate::load::Same;
use crate::peer;
use crate::proc::memory_of;
use crate::served::{Readings, Served};
use crate::service::Service;
use crate::tokens;

const CONNECTIONS: [usize; 2] = [16, 64];
const GOAL: f64 = 0.80;
const BESIDE_GOAL: f64 = 65.0;
const PEER_GOAL: f64 = 1.4;

struct Round {
    served: [Served; 2],
    floor: Served,
    peer: Option<Served>,
    resident_mib: f64,
}

impl Round {
    /// How many times the peer's tokens ours are. Each is held against its own *raw* first.
    fn of_peer(&self) -> Option<f64> {
        self.peer.as_ref().map(|peer| self.served[0].ratio() / peer.ratio())
    }
}

pub fn measure(bench: &Bench) -> Result<Vec<Row>, String> {
    let mut rounds = Vec::new();
    for number in 1..=bench.rounds {
        let round = one_round(bench)?;
        let [few, many] = &round.served;
        eprintln!(
            "P1 round {number}: raw {:.0}/s, 16 connections {:.0}/s ({:.3}), 64 connections {:.0}/s ({:.3}), floor {:.3}, \
             peer {:.3}",
            few.raw,
            few.rate,
            few.ratio(),
            many.rate,
            many.ratio(),
            round.floor.ratio(),
            round.peer.as_ref().map_or(f64::NAN, Served::ratio)
        );
        rounds.push(round);
    }
    Ok(rows(&rounds))
}

fn one_round(bench: &Bench) -> Result<Round, String> {
    let product = Service::product(bench, Place::ServerCore, None)?;
    let mut readings = Readings::begin(bench)?;
    let (served, resident_mib) = load_product(&mut readings, &product).map_err(|why| product.told(&why))?;
    drop(product);
    let floor = load_floor(bench, &mut readings)?;
    let peer = load_peer(bench, &mut readings)?;
    Ok(Round { served, floor, peer, resident_mib })
}

fn load_product(readings: &mut Readings<'_>, product: &Service) -> Result<([Served; 2], f64), String> {
    let door = product.door()?;
    let keys = door.keys()?;
    let mut run = |connections| {
        let scripts = Same::for_each(connections, &door.token_request());
        let (served, tally) = readings.load(&door.target, product, scripts)?;
        tokens::check(&tally.kept, &keys, tokens::UTI)?;
        Ok::<_, String>(served)
    };
    let served = [run(CONNECTIONS[0])?, run(CONNECTIONS[1])?];
    Ok((served, memory_of(product.id())?.resident_mib))
}

fn load_floor(bench: &Bench, readings: &mut Readings<'_>) -> Result<Served, String> {
    let floor = Service::floor(bench)?;
    let door = floor.door()?;
    let scripts = Same::for_each(CONNECTIONS[0], &door.token_request());
    let (served, _) = readings.load(&door.target, &floor, scripts).map_err(|why| floor.told(&why))?;
    Ok(served)
}

fn load_peer(bench: &Bench, readings: &mut Readings<'_>) -> Result<Option<Served>, String> {
    peer::load(bench, |node, target, keys| {
        let scripts = Same::for_each(CONNECTIONS[0], &peer::token_request(target));
        let (served, tally) = readings.load(target, node, scripts)?;
        tokens::check(&tally.kept, keys, tokens::JTI)?;
        Ok(served)
    })
}

fn rows(rounds: &[Round]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (place, connections) in CONNECTIONS.into_iter().enumerate() {
        let name = format!("P1 tokens per raw signature, {connections} connections");
        let ratios = rounds.iter().map(|round| round.served[place].ratio());
        rows.push(Row::new(name, Goal::AtLeast(GOAL), 3, ratios));
    }
    for (place, connections) in CONNECTIONS.into_iter().enumerate() {
        let mut row = |name: &str, goal, decimals, of: fn(&Served) -> f64| {
            let name = format!("{name}, {connections} connections");
            let values = rounds.iter().map(|round| of(&round.served[place]));
            rows.push(Row::new(name, goal, decimals, values));
        };
        row("raw signatures a second", Goal::None, 0, |served| served.raw);
        row("tokens a second", Goal::None, 0, |served| served.rate);
        let beside = "P2 processor time beside the signature, µs a token";
        row(beside, Goal::AtMost(BESIDE_GOAL), 1, Served::beside);
        row("time to the token, p50 ms", Goal::None, 2, |served| served.p50);
        row("time to the token, p99 ms", Goal::None, 2, |served| served.p99);
        row("server's core, part in use", Goal::None, 2, |served| served.server_busy);
        row("load's core, part in use", Goal::None, 2, |served| served.load_busy);
    }
    rows.extend(peer_rows(rounds));
    rows.extend(floor_rows(rounds));
    let resident = rounds.iter().map(|round| round.resident_mib);
    rows.push(Row::new("resident after the load, MiB", Goal::None, 1, resident));
    rows
}

/// None, when it was not measured: the head of the report says so.
fn peer_rows(rounds: &[Round]) -> Vec<Row> {
    let multiples: Vec<f64> = rounds.iter().filter_map(Round::of_peer).collect();
    if multiples.is_empty() {
        return Vec::new();
    }
    let peer = |name, decimals, of: fn(&Served) -> f64| {
        Row::new(name, Goal::None, decimals, rounds.iter().filter_map(|round| round.peer.as_ref()).map(of))
    };
    vec![
        Row::new("P2 tokens, times node-oidc-provider's, 16 connections", Goal::AtLeast(PEER_GOAL), 2, multiples),
        peer("node-oidc-provider's tokens per raw signature, 16 connections", 3, Served::ratio),
        peer("node-oidc-provider's processor time beside the signature, µs", 1, Served::beside),
        peer("node-oidc-provider's core, part in use", 2, |served| served.server_busy),
    ]
}

fn floor_rows(rounds: &[Round]) -> Vec<Row> {
    let floor = |name, decimals, of: fn(&Served) -> f64| {
        Row::new(name, Goal::None, decimals, rounds.iter().map(|round| of(&round.floor)))
    };
    let of_floor = rounds.iter().map(|round| round.served[0].ratio() / round.floor.ratio());
    vec![
        floor("floor per raw signature, 16 connections", 3, Served::ratio),
        floor("floor's processor time beside the signature, µs", 1, Served::beside),
        Row::new("tokens as part of the floor, 16 connections", Goal::None, 3, of_floor),
    ]
}
