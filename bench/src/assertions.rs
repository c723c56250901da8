//! A client that proves itself by its certificate, against the same client by its secret, on the same server in the same
//! round. Each assertion is a new one, signed before the clock starts: what a client sends again could be remembered.

use crate::Bench;
use crate::cores::Place;
use crate::figures::{Goal, Row};
use crate::line::{Asking, with_form};
use crate::load::{Same, Stock};
use crate::organisation::{self, Certificate, asserted_form};
use crate::served::{Readings, Served, notes};
use crate::service::{Door, Service};
use crate::tokens;

const CONNECTIONS: usize = 16;
const GOAL: f64 = 0.80;
const SIGNATURES: f64 = 1.0;

struct Round {
    secret: Served,
    certificate: Served,
}

impl Round {
    fn ratio(&self) -> f64 {
        self.certificate.ratio() / self.secret.ratio()
    }
}

pub fn measure(bench: &Bench) -> Result<Vec<Row>, String> {
    let mut rounds = Vec::new();
    for number in 1..=bench.rounds {
        let certificate = Certificate::make()?;
        let seed = organisation::seed(Some(&certificate))?;
        let product = Service::product(bench, Place::ServerCore, Some(&seed))?;
        let round = one_round(bench, &product, &certificate).map_err(|why| product.told(&why))?;
        eprintln!(
            "certificate round {number}: by secret {:.3} of raw, by certificate {:.3} ({:.3} of that)",
            round.secret.ratio(),
            round.certificate.ratio(),
            round.ratio()
        );
        rounds.push(round);
    }
    Ok(rows(&rounds))
}

fn one_round(bench: &Bench, product: &Service, certificate: &Certificate) -> Result<Round, String> {
    let door = product.door()?;
    let keys = door.keys()?;
    let mut readings = Readings::begin(bench)?;
    let askings = asserted(&door, certificate, readings.most_answers(SIGNATURES))?;
    let same = Same::for_each(CONNECTIONS, &door.token_request());
    let (secret, _) = readings.load(&door.target, product, same)?;
    let stock = Stock::for_each(CONNECTIONS, askings);
    let (certificate, tally) = readings.load(&door.target, product, stock)?;
    tokens::check(&tally.kept, &keys, tokens::UTI)?;
    Ok(Round { secret, certificate })
}

fn asserted(door: &Door, certificate: &Certificate, count: usize) -> Result<Vec<Asking>, String> {
    let template = door.target.post_form(&door.token_path(), "");
    let endpoint = format!("{}{}", door.target.origin(), door.token_path());
    let assertions = (0..count).map(|number| certificate.assertion(&endpoint, number));
    assertions.map(|made| made.map(|assertion| with_form(&template, asserted_form(&assertion)))).collect()
}

fn rows(rounds: &[Round]) -> Vec<Row> {
    let name = "tokens by certificate, part of those by secret, 16 connections";
    let mut rows = vec![Row::new(name, Goal::AtLeast(GOAL), 3, rounds.iter().map(Round::ratio))];
    let by_secret = rounds.iter().map(|round| round.secret.cost);
    rows.push(Row::new("by secret: processor time, µs an answer", Goal::None, 1, by_secret));
    rows.extend(notes("by certificate", rounds.iter().map(|round| &round.certificate)));
    rows
}
