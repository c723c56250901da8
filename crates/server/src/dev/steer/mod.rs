//! What people who test can do to the house under `/_dev/`: time, state, faults, tokens, keys, and a look at what went
//! wrong. Only `mandate dev` makes one of these; in production there is nothing to reach.
//!
//! A page on the web must not steer a developer's emulator: requests that a browser sends for another site are refused,
//! and what changes something is JSON. Next: `api` for the routes, one file for each thing that is steered.

mod api;
mod exchanges;
mod faults;
mod forge;
mod page;
mod snapshots;
#[cfg(test)]
mod tests;
mod time;

pub use time::DevClock;

use crate::dev::folder::Folder;
use crate::outside::Zone;
use crate::seed::Seed;
use exchanges::Exchanges;
use faults::{Faults, Struck};
use http::Method;
use mandate_usecases::House;
use mandate_web::answer::Answer;
use mandate_web::{Incoming, Params};
use snapshots::Snapshots;
use std::sync::Arc;

pub struct Steer {
    house: Arc<House>,
    clock: Arc<DevClock>,
    zone: Arc<Zone>,
    folder: Folder,
    snapshots: Snapshots,
    faults: Faults,
    exchanges: Exchanges,
}

impl Steer {
    pub fn new(house: Arc<House>, clock: Arc<DevClock>, zone: Arc<Zone>, folder: Folder, seed: Seed) -> Steer {
        let snapshots = Snapshots::of(seed);
        Steer { house, clock, zone, folder, snapshots, faults: Faults::default(), exchanges: Exchanges::default() }
    }

    /// The state right after the seed came in, if it came in just now.
    pub async fn remember_seed(&self) -> Result<(), String> {
        self.snapshots.remember_seed(&self.house).await.map_err(|fault| fault.to_string())
    }

    /// An answer of our own, or one that a fault puts in the place of the real one.
    pub async fn before(&self, request: &Incoming) -> Option<Answer> {
        if is_ours(request) {
            return Some(api::answer(self, request).await);
        }
        match self.faults.strike(request, || self.chance()) {
            Struck::No => None,
            Struck::Delay(time) => {
                tokio::time::sleep(time).await;
                None
            }
            Struck::Answer(time, answer) => {
                tokio::time::sleep(time).await;
                Some(*answer)
            }
        }
    }

    /// Remembers what was asked and what came of it.
    pub fn after(&self, request: &Incoming, answer: &Answer) {
        if !is_ours(request) {
            self.exchanges.note(request, answer);
        }
    }

    /// A number between nothing and one.
    fn chance(&self) -> f64 {
        let drawn = self.house.draw(|draw| u32::from_be_bytes(draw.bytes::<4>()));
        f64::from(drawn) / f64::from(u32::MAX)
    }
}

fn is_ours(request: &Incoming) -> bool {
    request.first_segment() == "_dev"
}

/// A browser tells where a request comes from; scripts and tools say nothing.
fn is_foreign(request: &Incoming, own: &str) -> bool {
    let elsewhere = request.header("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"));
    elsewhere || request.origin().is_some_and(|origin| origin != own)
}

fn is_json(request: &Incoming) -> bool {
    let kind = request.header("content-type").and_then(|kind| kind.split(';').next()).unwrap_or("");
    kind.trim().eq_ignore_ascii_case("application/json")
}

/// Without a body there is nothing that a form of another site could carry, but for the deed itself.
fn changes(request: &Incoming) -> bool {
    !matches!(request.method, Method::GET | Method::HEAD)
}

fn query(request: &Incoming) -> Params {
    request.query_params().unwrap_or_default()
}
