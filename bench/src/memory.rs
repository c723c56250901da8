//! P10, its first two figures: resident memory of the running server, empty and with the sample.

use std::time::Duration;

use crate::Bench;
use crate::clock;
use crate::cores::Place;
use crate::figures::{Goal, Row};
use crate::proc::{Memory, memory_of};
use crate::service::Service;

/// After the start, so that what the start alone needed can be given back.
const SETTLES_IN: Duration = Duration::from_secs(2);

const EMPTY_GOAL: f64 = 25.0;
const SAMPLE_GOAL: f64 = 60.0;

const EMPTY: &str = "\
tenants:
  - id: 11111111-1111-4111-8111-111111111111
    displayName: Waterkant
    verifiedDomains: [{ name: waterkant.example, isDefault: true }]
";

pub fn measure(bench: &Bench) -> Result<Vec<Row>, String> {
    let (mut empty, mut sample) = (Vec::new(), Vec::new());
    for number in 1..=bench.rounds {
        let bare = at_rest(bench, Some(EMPTY))?;
        let full = at_rest(bench, None)?;
        eprintln!(
            "memory round {number}: empty {:.1} MiB, with the sample {:.1} MiB",
            bare.resident_mib, full.resident_mib
        );
        empty.push(bare);
        sample.push(full);
    }
    let resident = |name, goal, of: &[Memory]| Row::new(name, goal, 1, of.iter().map(|one| one.resident_mib));
    let anonymous = |name, of: &[Memory]| Row::new(name, Goal::None, 1, of.iter().map(|one| one.anonymous_mib));
    Ok(vec![
        resident("P10 resident, empty, MiB", Goal::AtMost(EMPTY_GOAL), &empty),
        resident("P10 resident, with the sample, MiB", Goal::AtMost(SAMPLE_GOAL), &sample),
        anonymous("of that anonymous, empty, MiB", &empty),
        anonymous("of that anonymous, with the sample, MiB", &sample),
    ])
}

/// On both cores, not on one: the threads of a second core take memory too.
fn at_rest(bench: &Bench, seed: Option<&str>) -> Result<Memory, String> {
    let product = Service::product(bench, Place::BothCores, seed)?;
    clock::pause(SETTLES_IN);
    memory_of(product.id()).map_err(|why| product.told(&why))
}
