//! From the start of the process to the first token it serves: with the keys in place, and the very first time.

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::Bench;
use crate::child::{OwnChild, free_port};
use crate::clock;
use crate::cores::Place;
use crate::figures::{Goal, Row, millis};
use crate::line::{Target, ask_once};
use crate::service::{Door, log_tail, product_command, start_logged};

const TRIES: usize = 7;
const GOAL: f64 = 150.0;
const POLL: Duration = Duration::from_millis(1);
const STARTS_WITHIN: Duration = Duration::from_secs(30);

pub fn measure(bench: &Bench) -> Result<Vec<Row>, String> {
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for _ in 0..TRIES {
        let home = bench.scratch("start")?;
        let told = |why: String| format!("{why}\n{}", log_tail(home.path()));
        first.push(very_first(bench, home.path()).map_err(told)?);
        later.push(again(bench, home.path()).map_err(told)?);
    }
    eprintln!("start: {TRIES} tries of each done");
    Ok(vec![
        Row::new("start to first token, keys in place, ms", Goal::AtMost(GOAL), 0, later),
        Row::new("very first start, keys to be made, ms", Goal::None, 0, first),
    ])
}

/// With an empty folder. There is no certificate to trust until `dev.env` names it, so that file is waited for.
fn very_first(bench: &Bench, home: &Path) -> Result<f64, String> {
    let (mut process, _, started) = start(bench, home)?;
    let deadline = started + STARTS_WITHIN;
    while !Door::exists(home) {
        process.check()?;
        if clock::now() > deadline {
            return Err("the server wrote no dev.env in time".to_owned());
        }
        clock::pause(POLL);
    }
    let door = Door::of(home)?;
    first_token(&mut process, &door, deadline)?;
    Ok(millis(clock::now() - started))
}

/// With the folder that an earlier start has left.
fn again(bench: &Bench, home: &Path) -> Result<f64, String> {
    let left = Door::of(home)?;
    let (mut process, port, started) = start(bench, home)?;
    let door = Door { target: Target::at(port, &left.target), tenant: left.tenant };
    first_token(&mut process, &door, started + STARTS_WITHIN)?;
    Ok(millis(clock::now() - started))
}

/// To anything at all, on the data of a folder that stays.
pub fn first_answer(bench: &Bench, home: &Path) -> Result<f64, String> {
    let left = Door::of(home)?;
    let port = free_port()?;
    let mut command = product_command(bench, Place::ServerCore, home, port);
    let started = clock::now();
    let mut process = start_logged(&mut command, home)?;
    let target = Target::at(port, &left.target);
    let deadline = started + STARTS_WITHIN;
    crate::run_async(async {
        loop {
            let asking = target.get("/common/discovery/v2.0/keys", None);
            let Err(why) = ask_once(&target, asking).await else { return Ok(()) };
            process.check()?;
            if clock::now() > deadline {
                return Err(why);
            }
            sleep(POLL).await;
        }
    })?;
    Ok(millis(clock::now() - started))
}

fn start(bench: &Bench, home: &Path) -> Result<(OwnChild, u16, Instant), String> {
    let port = free_port()?;
    let mut command = product_command(bench, Place::ServerCore, home, port);
    command.arg("--memory");
    let started = clock::now();
    let process = start_logged(&mut command, home)?;
    Ok((process, port, started))
}

/// Tries again and again, as whoever waits for a server does.
fn first_token(process: &mut OwnChild, door: &Door, deadline: Instant) -> Result<(), String> {
    crate::run_async(async {
        loop {
            let Err(why) = ask_once(&door.target, door.token_request()).await else {
                return Ok(());
            };
            process.check()?;
            if clock::now() > deadline {
                return Err(format!("the server serves no token: {why}"));
            }
            sleep(POLL).await;
        }
    })
}
