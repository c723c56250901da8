//! How far it is, on one line of a terminal; a line for each tenth anywhere else.

use crate::clock;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

const WIDTH: u64 = 40;

pub struct Progress {
    what: String,
    total: u64,
    done: u64,
    begun: Instant,
    shown: Option<Instant>,
    tenth: u64,
}

impl Progress {
    pub fn of(what: &str, total: u64) -> Progress {
        Progress { what: what.to_owned(), total, done: 0, begun: clock::now(), shown: None, tenth: 0 }
    }

    pub fn done(&mut self, more: u64) {
        self.done += more;
        let is_due = self.shown.is_none_or(|shown| shown.elapsed() > Duration::from_millis(200));
        if std::io::stdout().is_terminal() {
            if is_due {
                self.shown = Some(clock::now());
                print!("\r{}", self.line());
                let _ = std::io::stdout().flush();
            }
        } else if self.done * 10 / self.total.max(1) > self.tenth {
            self.tenth = self.done * 10 / self.total.max(1);
            println!("{}", self.line());
        }
    }

    pub fn end(&self) {
        if self.total > 0 && std::io::stdout().is_terminal() {
            println!("\r{}", self.line());
        }
    }

    fn line(&self) -> String {
        let part = self.done.min(self.total) * WIDTH / self.total.max(1);
        let bar: String = (0..WIDTH).map(|place| if place < part { '█' } else { '░' }).collect();
        let seconds = self.begun.elapsed().as_secs_f64();
        let rate = self.done as f64 / seconds.max(0.001);
        format!("{:>13} {bar} {:>8} of {} · {seconds:>4.0} s · {rate:.0}/s   ", self.what, self.done, self.total)
    }
}
