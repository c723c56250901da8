//! The load: so many connections, each asking the same thing again as soon as it has its answer, for so long.
//! Every answer must be a success, or the run has failed: a server that is fast at refusing measures nothing.
//! Never: more than a bounded time or count. Next: `line.rs` is one connection, `tokens.rs` checks what was kept.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use crate::clock::{self, Window};
use crate::line::{Asking, Line, Target};
use crate::proc;

/// Of all connections together; at ten times the rate we know of, two minutes.
const MOST_ANSWERS: usize = 5_000_000;
/// One answer in so many is kept whole.
const KEPT_ONE_IN: usize = 100;

pub struct Load<'l> {
    pub target: &'l Target,
    pub asking: &'l Asking,
    pub connections: usize,
    /// The process whose use of the processor is of interest.
    pub server: u32,
}

/// What happened within the window.
pub struct Tally {
    pub span: Duration,
    pub latencies: Vec<Duration>,
    pub kept: Vec<Bytes>,
    pub server_cpu: Duration,
    pub load_cpu: Duration,
}

impl Tally {
    pub fn answers(&self) -> f64 {
        self.latencies.len() as f64
    }

    pub fn rate(&self) -> f64 {
        self.answers() / self.span.as_secs_f64()
    }
}

/// Opens all connections, then lets them loose until the window closes.
pub async fn run(load: Load<'_>, window: Window) -> Result<Tally, String> {
    let mut lines = Vec::new();
    for _ in 0..load.connections {
        lines.push(Line::open(load.target).await?);
    }
    if clock::now() > window.opens {
        return Err("opening the connections took longer than the warm-up".to_owned());
    }
    let meter = tokio::spawn(meter(load.server, window));
    let mut drivers = JoinSet::new();
    for line in lines {
        drivers.spawn(drive(line, load.asking.clone(), window, MOST_ANSWERS / load.connections));
    }
    let (mut latencies, mut kept) = (Vec::new(), Vec::new());
    // The first error ends the run: the other drivers go with the set.
    while let Some(ended) = drivers.join_next().await {
        let share = ended.map_err(|err| format!("driving a connection: {err}"))??;
        latencies.extend(share.latencies);
        kept.extend(share.kept);
    }
    let (server_cpu, load_cpu) = meter.await.map_err(|err| format!("metering: {err}"))??;
    Ok(Tally { span: window.span(), latencies, kept, server_cpu, load_cpu })
}

#[derive(Default)]
struct Share {
    latencies: Vec<Duration>,
    kept: Vec<Bytes>,
}

async fn drive(mut line: Line, asking: Asking, window: Window, most: usize) -> Result<Share, String> {
    let mut share = Share::default();
    for count in 0..most {
        let sent = clock::now();
        if sent >= window.closes {
            return Ok(share);
        }
        let body = line.ask(asking.clone()).await?.ok()?;
        let came = clock::now();
        if window.holds(came) {
            share.latencies.push(came - sent);
        }
        if count.is_multiple_of(KEPT_ONE_IN) {
            share.kept.push(body);
        }
    }
    Err(format!("more than {most} answers on one connection: choose less time"))
}

/// The processor time that the server and this program use within the window.
async fn meter(server: u32, window: Window) -> Result<(Duration, Duration), String> {
    let own = std::process::id();
    let read = || Ok::<_, String>((proc::cpu_of(server)?, proc::cpu_of(own)?));
    let at = |moment: Instant| sleep_until(moment.into());
    at(window.opens).await;
    let (server_before, own_before) = read()?;
    at(window.closes).await;
    let (server_after, own_after) = read()?;
    Ok((server_after.saturating_sub(server_before), own_after.saturating_sub(own_before)))
}
