//! `cargo xtask slow crash [--store sqlite|postgres] [--times N]`: the release binary is killed under load, again and
//! again, and held to what it told its clients before. Never: the load itself, nor what counts as a promise.
//! Next: tests/clients/crash/run.mjs.

use std::process::Command;
use std::time::Duration;

use crate::postgres::Postgres;
use crate::process::{ScratchDir, free_port, on_ci, root, stream, tail, target_dir};
use crate::suites;
use crate::tally::{Count, Tally, closing_line};

const TIMES: u32 = 200;
/// Two seconds are usual; more than this is a server that hangs.
const PER_KILL: Duration = Duration::from_secs(6);
const BEFORE_THE_FIRST: Duration = Duration::from_secs(120);

/// On each backend, or only on the named one.
pub fn judge(args: &[String]) -> Result<(), String> {
    let (backends, times) = parsed(args)?;
    suites::build_server()?;
    let mut tally = Tally::new(on_ci());
    for backend in backends {
        let name = format!("crashes on {}", backend.name());
        match backend.killed(times) {
            Ok(count) => tally.ran(&name, count),
            Err(why) => tally.failed(&name, &why),
        }
    }
    println!("\n{}", tally.report());
    if tally.total().failed == 0 { Ok(()) } else { Err(String::new()) }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Backend {
    Sqlite,
    Postgres,
}

impl Backend {
    const ALL: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];

    fn name(self) -> &'static str {
        match self {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
        }
    }

    /// The script starts the server itself, since it must start it again. It runs in a group of its own, which `stream`
    /// ends with it. A PostgreSQL goes on through every kill: it is Mandate that crashes.
    fn killed(self, times: u32) -> Result<Count, String> {
        let runs = root().join("target/runs");
        let home = ScratchDir::new(runs.join(format!("crash-{}", std::process::id())))?;
        let log = runs.join(format!("crash-{}.log", self.name()));
        let postgres = if self == Backend::Postgres { Some(Postgres::start()?) } else { None };
        let mut script = Command::new("node");
        script.current_dir(root().join("tests/clients/crash")).arg("run.mjs");
        script.arg("--binary").arg(target_dir().join("release").join("mandate"));
        script.arg("--home").arg(home.path()).arg("--log").arg(&log);
        script.args(["--port", &free_port()?.to_string(), "--times", &times.to_string()]);
        if let Some(postgres) = &postgres {
            script.args(["--store", &postgres.database("crash")?]);
        }
        let mut closing = None;
        let limit = BEFORE_THE_FIRST + PER_KILL * times;
        let ended = stream("crash", &mut script, limit, |line| closing = closing_line(line).or(closing))?;
        let count = closing.ok_or_else(|| format!("no closing line; it ended with {ended}"))?.judged(ended.success());
        if count.failed > 0 {
            println!("the end of {}:\n{}", log.display(), tail(&log, 40));
        }
        Ok(count)
    }
}

fn parsed(args: &[String]) -> Result<(Vec<Backend>, u32), String> {
    const USAGE: &str = "usage: cargo xtask slow crash [--store sqlite|postgres] [--times N]";
    let (mut backends, mut times) = (Backend::ALL.to_vec(), TIMES);
    for pair in args.chunks(2) {
        match pair {
            [name, value] if name == "--store" => backends.retain(|backend| backend.name() == value),
            [name, value] if name == "--times" => times = value.parse::<u32>().unwrap_or(0),
            _ => return Err(USAGE.to_owned()),
        }
    }
    if backends.is_empty() || times == 0 { Err(USAGE.to_owned()) } else { Ok((backends, times)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_backends_two_hundred_times_unless_told_otherwise() {
        for (args, expected) in [
            ("", Some((Backend::ALL.to_vec(), 200))),
            ("--store postgres", Some((vec![Backend::Postgres], 200))),
            ("--times 20 --store sqlite", Some((vec![Backend::Sqlite], 20))),
            ("--store oracle", None),
            ("--times none", None),
            ("--times", None),
            ("20 --times", None),
        ] {
            let given: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
            assert_eq!(parsed(&given).ok(), expected, "for `{args}`");
        }
    }
}
