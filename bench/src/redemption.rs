//! Authorization codes that are redeemed by a web app with its secret: durable before the answer, two signatures, and a
//! refresh token, against half of *raw*. The codes are gathered before the clock starts.

use crate::Bench;
use crate::browser;
use crate::cores::Place;
use crate::figures::{Goal, Row};
use crate::line::with_form;
use crate::load::Stock;
use crate::organisation::{self, INTRANET};
use crate::served::{Readings, Served, notes};
use crate::service::Service;
use crate::tokens;

const CONNECTIONS: usize = 16;
const GOAL: f64 = 0.60;
const SIGNATURES: f64 = 2.0;

pub fn measure(bench: &Bench) -> Result<Vec<Row>, String> {
    let mut rounds = Vec::new();
    for number in 1..=bench.rounds {
        let product = Service::product(bench, Place::ServerCore, Some(&organisation::seed(None)?))?;
        let served = one_round(bench, &product).map_err(|why| product.told(&why))?;
        eprintln!("code round {number}: {:.0}/s ({:.3} of half raw)", served.rate, served.ratio_of_half());
        rounds.push(served);
    }
    let ratios = rounds.iter().map(Served::ratio_of_half);
    let name = "codes redeemed per half raw signature, 16 connections";
    let mut rows = vec![Row::new(name, Goal::AtLeast(GOAL), 3, ratios)];
    rows.extend(notes("redemption", rounds.iter()));
    Ok(rows)
}

fn one_round(bench: &Bench, product: &Service) -> Result<Served, String> {
    let door = product.door()?;
    let keys = door.keys()?;
    let mut readings = Readings::begin(bench)?;
    let codes = crate::run_async(browser::codes(&door, &INTRANET, readings.most_answers(SIGNATURES)))?;
    let template = door.target.post_form(&door.token_path(), "");
    let askings = codes.iter().map(|code| with_form(&template, browser::redemption(&INTRANET, code))).collect();
    let (served, tally) = readings.load(&door.target, product, Stock::for_each(CONNECTIONS, askings))?;
    tokens::check_both(&tally.kept, &keys, tokens::UTI)?;
    Ok(served)
}
