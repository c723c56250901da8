//! P3: refresh tokens that are replaced at each use, durable before the answer, with two signatures each; against half of
//! *raw*, and against node-oidc-provider, which keeps its own in memory.

use bytes::Bytes;

use crate::Bench;
use crate::browser;
use crate::cores::Place;
use crate::figures::{Goal, Row};
use crate::line::{Asking, Line, with_form};
use crate::load::Script;
use crate::organisation::{self, MOBILE};
use crate::peer;
use crate::served::{Readings, Served, notes};
use crate::service::{Door, Service};
use crate::tokens;

const CONNECTIONS: usize = 16;
const GOAL: f64 = 0.65;
const PEER_GOAL: f64 = 1.2;

struct Round {
    served: Served,
    peer: Option<Served>,
}

/// One client that stays: each answer's refresh token is what it asks with next.
struct Chain {
    template: Asking,
    form: String,
    token: String,
}

impl Script for Chain {
    fn question(&mut self) -> Option<Asking> {
        Some(with_form(&self.template, format!("{}{}", self.form, self.token)))
    }

    fn heard(&mut self, answer: &Bytes) -> Result<(), String> {
        let next = tokens::refresh_token(answer)?;
        if next == self.token {
            return Err("a refresh token was not replaced".to_owned());
        }
        self.token = next;
        Ok(())
    }
}

fn chains(template: &Asking, form: &str, tokens: Vec<String>) -> Vec<Chain> {
    let chain = |token| Chain { template: template.clone(), form: form.to_owned(), token };
    tokens.into_iter().map(chain).collect()
}

pub fn measure(bench: &Bench) -> Result<Vec<Row>, String> {
    let mut rounds = Vec::new();
    for number in 1..=bench.rounds {
        let round = one_round(bench)?;
        eprintln!(
            "P3 round {number}: {:.0}/s ({:.3} of half raw), peer {:.3}",
            round.served.rate,
            round.served.ratio_of_half(),
            round.peer.as_ref().map_or(f64::NAN, Served::ratio_of_half)
        );
        rounds.push(round);
    }
    Ok(rows(&rounds))
}

fn one_round(bench: &Bench) -> Result<Round, String> {
    let product = Service::product(bench, Place::ServerCore, Some(&organisation::seed(None)?))?;
    let mut readings = Readings::begin(bench)?;
    let served = load_product(&mut readings, &product).map_err(|why| product.told(&why))?;
    drop(product);
    let peer = load_peer(bench, &mut readings)?;
    Ok(Round { served, peer })
}

fn load_product(readings: &mut Readings<'_>, product: &Service) -> Result<Served, String> {
    let door = product.door()?;
    let keys = door.keys()?;
    let first = crate::run_async(first_tokens(&door))?;
    let template = door.target.post_form(&door.token_path(), "");
    let form = format!("grant_type=refresh_token&client_id={}&refresh_token=", MOBILE.id);
    let (served, tally) = readings.load(&door.target, product, chains(&template, &form, first))?;
    tokens::check_both(&tally.kept, &keys, tokens::UTI)?;
    Ok(served)
}

/// A family for each connection, begun by a code of its own.
async fn first_tokens(door: &Door) -> Result<Vec<String>, String> {
    let mut line = Line::open(&door.target).await?;
    let mut tokens = Vec::new();
    for code in browser::codes(door, &MOBILE, CONNECTIONS).await? {
        let asking = door.target.post_form(&door.token_path(), &browser::redemption(&MOBILE, &code));
        tokens.push(tokens::refresh_token(&line.ask(asking).await?.ok()?)?);
    }
    Ok(tokens)
}

fn load_peer(bench: &Bench, readings: &mut Readings<'_>) -> Result<Option<Served>, String> {
    peer::load(bench, |node, target, keys| {
        let first = crate::run_async(peer::refresh_tokens(target, CONNECTIONS))?;
        let template = target.post_form("/token", "");
        let (served, tally) = readings.load(target, node, chains(&template, &peer::refresh_form(), first))?;
        tokens::check_both(&tally.kept, keys, tokens::JTI)?;
        Ok(served)
    })
}

fn rows(rounds: &[Round]) -> Vec<Row> {
    let ratios = rounds.iter().map(|round| round.served.ratio_of_half());
    let mut rows =
        vec![Row::new("P3 refreshes per half raw signature, 16 connections", Goal::AtLeast(GOAL), 3, ratios)];
    let peers = || rounds.iter().filter_map(|round| Some((&round.served, round.peer.as_ref()?)));
    if peers().next().is_some() {
        let multiples = peers().map(|(served, peer)| served.ratio() / peer.ratio());
        let name = "P3 refreshes, times node-oidc-provider's, 16 connections";
        rows.push(Row::new(name, Goal::AtLeast(PEER_GOAL), 2, multiples));
        let name = "node-oidc-provider's refreshes per half raw signature, 16 connections";
        rows.push(Row::new(name, Goal::None, 3, peers().map(|(_, peer)| peer.ratio_of_half())));
    }
    rows.extend(notes("refresh", rounds.iter().map(|round| &round.served)));
    rows
}
