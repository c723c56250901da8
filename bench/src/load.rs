//! The load: so many connections, each asking its next question as soon as it has its answer, for so long.
//! Every answer must be a success, or the run has failed: a server that is fast at refusing measures nothing.
//! Never: more than a bounded time or count. Next: `line.rs` is one connection, `tokens.rs` checks what was kept.

use std::sync::{Arc, Mutex, PoisonError};
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

pub struct Load<'l, S> {
    pub target: &'l Target,
    /// One for each connection.
    pub scripts: Vec<S>,
    /// The process whose use of the processor is of interest.
    pub server: u32,
}

/// What one connection asks, question after question.
pub trait Script: Send + 'static {
    /// `None`: nothing is left to ask.
    fn question(&mut self) -> Option<Asking>;

    /// The answer to the last question.
    fn heard(&mut self, _answer: &Bytes) -> Result<(), String> {
        Ok(())
    }
}

/// The same again and again.
#[derive(Clone)]
pub struct Same(Asking);

impl Same {
    pub fn for_each(connections: usize, asking: &Asking) -> Vec<Same> {
        vec![Same(asking.clone()); connections]
    }
}

impl Script for Same {
    fn question(&mut self) -> Option<Asking> {
        Some(self.0.clone())
    }
}

/// Questions that can each be asked once. All connections take from one stock, so that none runs dry before the others.
#[derive(Clone)]
pub struct Stock(Arc<Mutex<std::vec::IntoIter<Asking>>>);

impl Stock {
    pub fn for_each(connections: usize, askings: Vec<Asking>) -> Vec<Stock> {
        vec![Stock(Arc::new(Mutex::new(askings.into_iter()))); connections]
    }
}

impl Script for Stock {
    fn question(&mut self) -> Option<Asking> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
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

    /// Microseconds of the server's processor time for each answer.
    pub fn cost(&self) -> f64 {
        self.server_cpu.as_secs_f64() / self.answers() * 1e6
    }

    /// The part of a core that the server used.
    pub fn server_busy(&self) -> f64 {
        self.server_cpu.as_secs_f64() / self.span.as_secs_f64()
    }

    pub fn load_busy(&self) -> f64 {
        self.load_cpu.as_secs_f64() / self.span.as_secs_f64()
    }
}

/// Opens all connections, then lets them loose until the window closes.
pub async fn run<S: Script>(load: Load<'_, S>, window: Window) -> Result<Tally, String> {
    let connections = load.scripts.len();
    let mut lines = Vec::new();
    for _ in 0..connections {
        lines.push(Line::open(load.target).await?);
    }
    if clock::now() > window.opens {
        return Err("opening the connections took longer than the warm-up".to_owned());
    }
    let meter = tokio::spawn(meter(load.server, window));
    let mut drivers = JoinSet::new();
    for (line, script) in lines.into_iter().zip(load.scripts) {
        drivers.spawn(drive(line, script, window, MOST_ANSWERS / connections));
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

async fn drive(mut line: Line, mut script: impl Script, window: Window, most: usize) -> Result<Share, String> {
    let mut share = Share::default();
    for count in 0..most {
        let sent = clock::now();
        if sent >= window.closes {
            return Ok(share);
        }
        let asking = script.question().ok_or("the stock of questions ran out before the time did")?;
        let body = line.ask(asking).await?.ok()?;
        let came = clock::now();
        script.heard(&body)?;
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
