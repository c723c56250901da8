//! Measures the product as shipped against what the machine allows: ratios within one run, medians of several rounds,
//! the server on one core and the load on another. `docs/performance.md` says what each figure means.
//! Never: the product's own code in the measuring process. Next: `throughput.rs`, `refresh.rs`, `isolation.rs`,
//! `documents.rs`, `redemption.rs`, `assertions.rs`, `memory.rs`, `start.rs` are the measurements; `service.rs` starts what
//! they measure, `peer.rs` what stands beside it.

mod assertions;
mod browser;
mod child;
mod clock;
mod cores;
mod disk;
mod documents;
mod figures;
mod floor;
#[path = "../fill/src/ids.rs"]
mod ids;
mod inserts;
mod isolation;
mod line;
mod load;
mod memory;
mod organisation;
mod peer;
mod probe;
mod proc;
mod raw;
mod redemption;
mod refresh;
mod scale;
mod served;
mod service;
mod start;
mod store;
mod throughput;
mod tokens;
mod walk;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use child::ScratchDir;
use cores::Cores;
use figures::Row;
use peer::Peer;
use store::Store;

const USAGE: &str = "\
usage: mandate-bench [--binary FILE] [--store STORE] [--rounds N] [--seconds N] [SUBJECT]
       mandate-bench raw [argon2id]   RSA-2048 signatures a second, or password hashes
       mandate-bench floor FOLDER     serves the least that could do the job, until standard input ends

  SUBJECT         p1 (with P2) | p3 | p4 | p5 | code | certificate | memory | start | all |
                  scale | scale-users | scale-writes
  --binary FILE   what to measure; without it, the `mandate` that lies beside this program
  --store STORE   sqlite, or postgres://… of a server on which databases may be made (sqlite)
  --rounds N      how often (5); fewer are for orientation only
  --seconds N     how long each load lasts (5), at most 60
";

const ENOUGH_ROUNDS: usize = 5;
const LONGEST_SPAN: u64 = 60;

/// What all measurements share.
pub struct Bench {
    pub binary: PathBuf,
    pub rounds: usize,
    pub span: Duration,
    pub cores: Cores,
    pub store: Store,
    pub peer: Peer,
    /// Beside the build's own folders: on the same disk, and swept with them.
    home: PathBuf,
}

impl Bench {
    /// A folder that stays from one run to the next.
    pub fn kept(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// A folder for one server.
    pub fn scratch(&self, name: &str) -> Result<ScratchDir, String> {
        ScratchDir::new(self.home.join(format!("{name}-{}", std::process::id())))
    }
}

/// Runs on this thread alone.
pub fn run_async<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|err| format!("starting the runtime: {err}"))?.block_on(work)
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["raw"] => raw::print(),
        ["raw", raw::ARGON2ID] => raw::print_hashes(),
        ["floor", folder] => floor::serve(Path::new(folder)),
        _ => Wish::read(&words).and_then(bench),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{}", why.trim_end());
            ExitCode::FAILURE
        }
    }
}

type Measure = fn(&Bench) -> Result<Vec<Row>, String>;

const MEASUREMENTS: [(&str, Measure); 8] = [
    ("p1", throughput::measure),
    ("p3", refresh::measure),
    ("p4", isolation::measure),
    ("p5", documents::measure),
    ("code", redemption::measure),
    ("certificate", assertions::measure),
    ("memory", memory::measure),
    ("start", start::measure),
];
/// What takes long, and is measured when it is asked for by name.
const BY_NAME: [(&str, Measure); 3] =
    [("scale", scale::measure), ("scale-users", scale::users), ("scale-writes", scale::only_writes)];
/// Those that the peer is measured beside.
const WITH_PEER: [&str; 2] = ["p1", "p3"];

/// The command line.
struct Wish {
    binary: Option<PathBuf>,
    store: Option<String>,
    rounds: usize,
    seconds: u64,
    subject: Option<String>,
    pinned: Option<String>,
}

impl Wish {
    fn read(words: &[&str]) -> Result<Self, String> {
        let mut wish =
            Wish { binary: None, store: None, rounds: ENOUGH_ROUNDS, seconds: 5, subject: None, pinned: None };
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value\n{USAGE}"));
            match word {
                "--binary" => wish.binary = Some(PathBuf::from(value()?)),
                "--store" => wish.store = Some(value()?.to_owned()),
                "--rounds" => wish.rounds = number(word, value()?, 1..=1000)?,
                "--seconds" => wish.seconds = number(word, value()?, 1..=LONGEST_SPAN)?,
                cores::PINNED => wish.pinned = Some(value()?.to_owned()),
                "all" if wish.subject.is_none() => wish.subject = Some(word.to_owned()),
                _ if wish.subject.is_none() && MEASUREMENTS.iter().chain(&BY_NAME).any(|(name, _)| *name == word) => {
                    wish.subject = Some(word.to_owned());
                }
                _ => return Err(format!("`{word}` is not understood\n{USAGE}")),
            }
        }
        Ok(wish)
    }

    fn includes(&self, name: &str) -> bool {
        self.subject.as_deref().is_none_or(|subject| subject == "all" || subject == name)
    }
}

fn number<N>(option: &str, text: &str, allowed: std::ops::RangeInclusive<N>) -> Result<N, String>
where
    N: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    let parsed = text.parse::<N>().ok().filter(|number| allowed.contains(number));
    parsed.ok_or_else(|| format!("`{option}` takes a number from {} to {}", allowed.start(), allowed.end()))
}

fn bench(wish: Wish) -> Result<(), String> {
    let bench = prepare(&wish)?;
    let (mut rows, mut broken) = (Vec::new(), Vec::new());
    let by_name = BY_NAME.iter().filter(|(name, _)| wish.subject.as_deref() == Some(name));
    let wished = MEASUREMENTS.iter().filter(|(name, _)| wish.includes(name)).chain(by_name);
    for (name, measure) in wished {
        match measure(&bench) {
            Ok(measured) => rows.extend(measured),
            Err(why) => broken.push(format!("{name} broke: {why}")),
        }
    }
    let report = report(&bench, &rows);
    println!("{report}");
    keep(&bench, &report)?;
    for row in rows.iter().filter(|row| row.is_unmet()) {
        eprintln!("GOAL NOT MET: {row}");
    }
    match broken.is_empty() {
        true => Ok(()),
        false => Err(broken.join("\n\n")),
    }
}

fn prepare(wish: &Wish) -> Result<Bench, String> {
    let own = env::current_exe().map_err(|err| format!("looking for this program: {err}"))?;
    let built = own.parent().ok_or("this program lies in no folder")?;
    let binary = wish.binary.clone().unwrap_or_else(|| built.join("mandate"));
    let binary = fs::canonicalize(&binary).map_err(|err| {
        let build = "`cargo build --release -p mandate-server` makes it";
        format!("{}: {err}; {build}", binary.display())
    })?;
    // Before anything is made or bound: it may start the program anew, on another core.
    let cores = Cores::divide(wish.pinned.as_deref())?;
    let home = built.parent().unwrap_or(built).join("bench");
    let with_peer = WITH_PEER.iter().any(|name| wish.includes(name));
    Ok(Bench {
        binary,
        rounds: wish.rounds,
        span: Duration::from_secs(wish.seconds),
        store: Store::of(wish.store.as_deref(), &cores)?,
        peer: if with_peer { Peer::prepare(&home.join("peer")) } else { Peer::Unasked },
        cores,
        home,
    })
}

fn report(bench: &Bench, rows: &[Row]) -> String {
    let mut text = format!(
        "Processor: {}; {}. {} rounds, {} s a load.\nStore: {}; {}.\n",
        proc::processor(),
        bench.cores,
        bench.rounds,
        bench.span.as_secs(),
        bench.store,
        bench.peer
    );
    if bench.rounds < ENOUGH_ROUNDS {
        text.push_str("**Fewer than five rounds: for orientation only.**\n");
    }
    text.push_str(&format!("\n{}\n", figures::HEAD));
    for row in rows {
        text.push_str(&format!("{row}\n"));
    }
    text
}

fn keep(bench: &Bench, report: &str) -> Result<(), String> {
    let file = bench.home.join(match bench.store {
        Store::Sqlite => "last.md",
        Store::Postgres(_) => "last-postgres.md",
    });
    fs::create_dir_all(&bench.home)
        .and_then(|()| fs::write(&file, report))
        .map_err(|err| format!("writing {}: {err}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_read_in_any_order() {
        let words = ["--rounds", "7", "p4", "--seconds", "2", "--store", "postgres://x"];
        let wish = Wish::read(&words).expect("all words are known");
        assert_eq!((wish.rounds, wish.seconds, wish.store.as_deref()), (7, 2, Some("postgres://x")));
        assert!(wish.includes("p4") && !wish.includes("p1"));
    }

    #[test]
    fn without_a_subject_all_is_measured() {
        let wish = Wish::read(&[]).expect("nothing is needed");
        assert!(MEASUREMENTS.iter().all(|(name, _)| wish.includes(name)));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for words in [&["p9"][..], &["p1", "p4"], &["--rounds"], &["--rounds", "0"], &["--seconds", "x"]] {
            assert!(Wish::read(words).is_err(), "{words:?}");
        }
    }
}
