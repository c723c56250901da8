//! A million people: what a large organisation, and many of them, cost beside a small one (docs/performance.md).
//!
//! The organisations are made once by `mandate-fill`, on SQLite, and kept below `target/bench`. Each is the sample with so
//! much more in it, so that the sample's apps and people ask.
//! Next: `walk.rs` for pages, `disk.rs` for what the disk can do at most.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::Bench;
use crate::clock::{self, Window};
use crate::cores::Place;
use crate::disk;
use crate::figures::{Goal, Row, millis, percentile};
use crate::ids;
use crate::inserts::durable_inserts;
use crate::line::{Asking, Target, ask_once};
use crate::load::{self, Load, Same, Script, Tally};
use crate::proc::memory_of;
use crate::served::{Readings, Served, WARM_UP};
use crate::service::{Service, data_in};
use crate::store::Store;
use crate::tokens::access_token;
use crate::walk;

const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const CONNECTIONS: usize = 16;
const READS: usize = 100_000;
const STALLS_WITHIN: Duration = Duration::from_secs(60);

/// One of the three organisations, and how it is made.
struct Size {
    name: &'static str,
    users: u64,
    options: &'static [&'static str],
}

const SMALL: Size = Size {
    name: "small",
    users: 1000,
    options: &["--users", "1000", "--groups", "100", "--apps", "50", "--access", "1000"],
};
const LARGE: Size = Size { name: "large", users: 1_000_000, options: &[] };
/// People and nothing else, for what one of them takes.
const PEOPLE: Size =
    Size { name: "people", users: 1_000_000, options: &["--groups", "0", "--apps", "0", "--access", "0"] };
const MANY: Size = Size {
    name: "many",
    users: 1000,
    options: &["--users", "1000", "--groups", "100", "--apps", "50", "--access", "1000", "--tenants", "5000"],
};

pub fn measure(bench: &Bench) -> Result<Vec<Row>, String> {
    let homes = [SMALL, LARGE, MANY].map(|size| home(bench, &size).map(|path| (size, path)));
    let [small, large, many] = homes;
    let (small, large, many) = (small?, large?, many?);
    let mut rounds = Vec::new();
    for number in 1..=bench.rounds {
        let round = Round {
            small: one(bench, &small)?,
            large: one(bench, &large)?,
            many: one(bench, &many)?,
            floor: floor(bench)?,
        };
        eprintln!(
            "scale round {number}: user p99 {:.2} ms small, {:.2} ms large; tokens per raw {:.3} small, {:.3} large, {:.3} many",
            p99(&round.small.user),
            p99(&round.large.user),
            round.small.tokens.ratio(),
            round.large.tokens.ratio(),
            round.many.tokens.ratio(),
        );
        rounds.push(round);
    }
    let mut rows = rows(&rounds);
    rows.extend(writes(bench, &large.1)?);
    rows.extend(once(bench, &large.1)?);
    Ok(rows)
}

/// P6 alone, and one user of many tenants.
pub fn users(bench: &Bench) -> Result<Vec<Row>, String> {
    let (small, large, many) = (home(bench, &SMALL)?, home(bench, &LARGE)?, home(bench, &MANY)?);
    let (mut of_floor, mut tails, mut costs) = (Vec::new(), Vec::new(), [const { Vec::new() }; 3]);
    let mut of_many = Vec::new();
    for _ in 0..bench.rounds {
        let asked = |home: &Path, size: &Size, connections: usize| {
            let server = Service::kept(bench, Place::ServerCore, home)?;
            users_at(bench, &server, size, connections).map_err(|why| server.told(&why))
        };
        of_many.push(p99(&asked(&many, &MANY, 1)?) / p99(&asked(&small, &SMALL, 1)?));
        let at_once = |home: &Path, size: &Size| asked(home, size, CONNECTIONS);
        let (small, large, floor) = (at_once(&small, &SMALL)?, at_once(&large, &LARGE)?, floor(bench)?);
        of_floor.push(floor.cost() / large.cost());
        tails.push(p99(&large) / p99(&floor));
        for (costs, tally) in costs.iter_mut().zip([&large, &small, &floor]) {
            costs.push(tally.cost());
        }
    }
    let [large, small, floor] = costs;
    Ok(vec![
        Row::new("P6 one user of a million, of the floor's GET by processor time", Goal::AtLeast(0.7), 3, of_floor),
        Row::new("P6 p99 of one user of a million, times the floor's", Goal::AtMost(1.5), 2, tails),
        Row::new("one user of a million: processor time, µs an answer", Goal::None, 1, large),
        Row::new("one user of a thousand: processor time, µs an answer", Goal::None, 1, small),
        Row::new("the floor: processor time, µs an answer", Goal::None, 1, floor),
        Row::new("five thousand tenants: p99 of one user, times that of one tenant", Goal::AtMost(1.1), 2, of_many),
    ])
}

fn users_at(bench: &Bench, server: &Service, size: &Size, connections: usize) -> Result<Tally, String> {
    let door = server.door()?;
    let token = access_token(&crate::run_async(ask_once(&door.target, door.token_request()))?)?;
    loaded(bench, server, &door.target, Random::for_each(connections, &door.target, &token, size.users, user_path))
}

fn loaded<S: Script + 'static>(
    bench: &Bench,
    server: &Service,
    target: &Target,
    scripts: Vec<S>,
) -> Result<Tally, String> {
    let load = Load { target, scripts, server: server.id() };
    crate::run_async(load::run(load, Window::opening_in(WARM_UP, bench.span)))
}

/// P8 alone.
pub fn only_writes(bench: &Bench) -> Result<Vec<Row>, String> {
    match bench.store {
        Store::Sqlite => writes(bench, &home(bench, &LARGE)?),
        Store::Postgres(_) => writes_to_postgres(bench),
    }
}

/// P8 on PostgreSQL, beside what the same server does when it does nothing else.
fn writes_to_postgres(bench: &Bench) -> Result<Vec<Row>, String> {
    let server = Service::product(bench, Place::ServerCore, None)?;
    let database = server.database().ok_or("the server has no database")?;
    filled(bench, database.as_ref(), &LARGE)?;
    let made = (|| {
        let door = server.door()?;
        let token = access_token(&crate::run_async(ask_once(&door.target, door.administrator_request()))?)?;
        let (mut rates, mut tails, mut stalls) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..bench.rounds {
            let before = crate::run_async(durable_inserts(&database))?;
            let scripts = Making::for_each(CONNECTIONS, &door.target, &token, round);
            let tally = loaded(bench, &server, &door.target, scripts)?;
            let after = crate::run_async(durable_inserts(&database))?;
            rates.push(tally.rate() / f64::midpoint(before, after));
            tails.push(percentile(&tally.latencies, 99));
            stalls.push(tally.latencies.iter().max().copied().map_or(f64::NAN, millis));
            eprintln!(
                "scale writes {}: {:.0} groups a second, {:.0} inserts a second",
                round + 1,
                tally.rate(),
                f64::midpoint(before, after)
            );
        }
        Ok(vec![
            Row::new(
                "P8 groups made a second in a million, of PostgreSQL's own inserts on 16 connections",
                Goal::AtLeast(0.3),
                2,
                rates,
            ),
            Row::new("P8 making a group on PostgreSQL: p99 ms", Goal::None, 2, tails),
            Row::new("P8 longest stall on PostgreSQL, ms", Goal::None, 1, stalls),
        ])
    })();
    made.map_err(|why: String| server.told(&why))
}

/// Made once. A folder without the mark was left half done.
fn home(bench: &Bench, size: &Size) -> Result<PathBuf, String> {
    let home = bench.kept(&format!("scale-{}", size.name));
    let mark = home.join("filled");
    if mark.is_file() {
        return Ok(home);
    }
    eprintln!("making the {} organisation", size.name);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).map_err(|err| format!("making {}: {err}", home.display()))?;
    // The sample comes first: a start makes it, and keys and certificates.
    drop(Service::kept(bench, Place::BothCores, &home)?);
    let seconds = filled(bench, data_in(&home).join("mandate.db").as_os_str(), size)?.as_secs();
    fs::write(&mark, seconds.to_string()).map_err(|err| format!("writing {}: {err}", mark.display()))?;
    Ok(home)
}

fn filled(bench: &Bench, store: &OsStr, size: &Size) -> Result<Duration, String> {
    let mut fill = Command::new(bench.binary.with_file_name("mandate-fill"));
    fill.arg(store).arg(TENANT).args(size.options);
    let begun = clock::now();
    let status = fill.status().map_err(|err| format!("starting mandate-fill: {err}"))?;
    if status.success() { Ok(clock::now() - begun) } else { Err(format!("mandate-fill ended with {status}")) }
}

struct Round {
    small: One,
    large: One,
    many: One,
    /// As many bytes as one user is.
    floor: Tally,
}

/// What is asked of each of the three.
struct One {
    user: Tally,
    users_at_once: Tally,
    filter: Tally,
    prefix: Tally,
    search: Tally,
    groups: Tally,
    tokens: Served,
}

fn one(bench: &Bench, (size, home): &(Size, PathBuf)) -> Result<One, String> {
    let server = Service::kept(bench, Place::ServerCore, home)?;
    asked(bench, &server, size).map_err(|why| server.told(&why))
}

fn asked(bench: &Bench, server: &Service, size: &Size) -> Result<One, String> {
    let door = server.door()?;
    let token = access_token(&crate::run_async(ask_once(&door.target, door.token_request()))?)?;
    let ask = |path: fn(u64) -> String, connections: usize| {
        let scripts = Random::for_each(connections, &door.target, &token, size.users, path);
        loaded(bench, server, &door.target, scripts)
    };
    let mut readings = Readings::begin(bench)?;
    let scripts = Same::for_each(CONNECTIONS, &door.token_request());
    let (tokens, _) = readings.load(&door.target, server, scripts)?;
    Ok(One {
        user: ask(user_path, 1)?,
        users_at_once: ask(user_path, CONNECTIONS)?,
        filter: ask(
            |n| format!("/v1.0/users?$select=id&$top=20&$filter=department%20eq%20'Department%20{}'", n % 400),
            1,
        )?,
        prefix: ask(
            |n| format!("/v1.0/users?$select=id&$top=20&$filter=startswith(employeeId,'E{:05}')", n % 100_000),
            1,
        )?,
        search: ask(|n| format!("/v1.0/users?$select=id&$top=20&$search=%22displayName:{n}%22"), 1)?,
        groups: ask(|n| format!("/v1.0/users/{}/transitiveMemberOf?$select=id,displayName", id(n)), 1)?,
        tokens,
    })
}

fn user_path(number: u64) -> String {
    format!("/v1.0/users/{}?$select=id,displayName,mail,department", id(number))
}

fn id(number: u64) -> String {
    let hex: String = ids::bytes(ids::USER, number).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// About another person each time.
struct Random {
    asking: Asking,
    state: u64,
    users: u64,
    path: fn(u64) -> String,
}

impl Random {
    fn for_each(count: usize, target: &Target, token: &str, users: u64, path: fn(u64) -> String) -> Vec<Random> {
        let mut asking = target.get("/", Some(token));
        let eventual = http::HeaderValue::from_static("eventual");
        asking.headers_mut().insert("consistencylevel", eventual);
        (0..count).map(|place| Random { asking: asking.clone(), state: 1 + place as u64, users, path }).collect()
    }
}

impl Script for Random {
    fn question(&mut self) -> Option<Asking> {
        self.state = walk::shuffled(self.state);
        let mut asking = self.asking.clone();
        *asking.uri_mut() = (self.path)(self.state % self.users).parse().ok()?;
        Some(asking)
    }
}

fn floor(bench: &Bench) -> Result<Tally, String> {
    /// What one user measures, behind what a token's signature costs.
    const LENGTH: &str = "/verified/330";
    let floor = Service::floor(bench)?;
    let target = floor.door()?.target;
    let scripts = Same::for_each(CONNECTIONS, &target.get(LENGTH, None));
    loaded(bench, &floor, &target, scripts).map_err(|why| floor.told(&why))
}

fn p99(tally: &Tally) -> f64 {
    percentile(&tally.latencies, 99)
}

fn rows(rounds: &[Round]) -> Vec<Row> {
    let row = |name: &str, goal, decimals, of: fn(&Round) -> f64| Row::new(name, goal, decimals, rounds.iter().map(of));
    vec![
        row("a million users: p99 of one user, times that of a thousand", Goal::AtMost(3.0), 2, |round| {
            p99(&round.large.user) / p99(&round.small.user)
        }),
        row("a million users: tokens per raw, of those with a thousand", Goal::AtLeast(1.0 / 1.1), 3, |round| {
            round.large.tokens.ratio() / round.small.tokens.ratio()
        }),
        row("five thousand tenants: p99 of one user, times that of one tenant", Goal::AtMost(1.1), 2, |round| {
            p99(&round.many.user) / p99(&round.small.user)
        }),
        row(
            "five thousand tenants: processor time of one user, times that of one tenant",
            Goal::AtMost(1.1),
            2,
            |round| round.many.users_at_once.cost() / round.small.users_at_once.cost(),
        ),
        row("five thousand tenants: tokens per raw, of those of one tenant", Goal::AtLeast(1.0 / 1.1), 3, |round| {
            round.many.tokens.ratio() / round.small.tokens.ratio()
        }),
        row(
            "P6 one user of a million, of the floor's GET by processor time, 16 connections",
            Goal::AtLeast(0.7),
            3,
            |round| round.floor.cost() / round.large.users_at_once.cost(),
        ),
        row("P6 p99 of one user of a million, times the floor's", Goal::AtMost(1.5), 2, |round| {
            p99(&round.large.users_at_once) / p99(&round.floor)
        }),
        row("one user of a million: processor time, µs an answer", Goal::None, 1, |round| {
            round.large.users_at_once.cost()
        }),
        row("one user of a thousand: processor time, µs an answer", Goal::None, 1, |round| {
            round.small.users_at_once.cost()
        }),
        row("the floor: processor time, µs an answer", Goal::None, 1, |round| round.floor.cost()),
        row("transitiveMemberOf in a million: p99 ms", Goal::AtMost(20.0), 2, |round| p99(&round.large.groups)),
        row("a filter that 2,500 of a million pass: p99 ms", Goal::None, 2, |round| p99(&round.large.filter)),
        row("a filter by prefix that ten of a million pass: p99 ms", Goal::None, 2, |round| p99(&round.large.prefix)),
        row("a search by prefix in a million: p99 ms", Goal::None, 2, |round| p99(&round.large.search)),
        row("the same filter in a thousand: p99 ms", Goal::None, 2, |round| p99(&round.small.filter)),
        row("the same search in a thousand: p99 ms", Goal::None, 2, |round| p99(&round.small.search)),
    ]
}

/// P8: durable writes, on a copy that goes afterwards.
fn writes(bench: &Bench, large: &Path) -> Result<Vec<Row>, String> {
    let copy = bench.scratch("scale-writes")?;
    let data = data_in(copy.path());
    copy_of(&data_in(large), &data)?;
    let server = Service::kept(bench, Place::ServerCore, copy.path())?;
    let made = (|| {
        let door = server.door()?;
        let token = access_token(&crate::run_async(ask_once(&door.target, door.administrator_request()))?)?;
        let (mut rates, mut tails, mut stalls, mut logs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for round in 0..bench.rounds.min(3) {
            let before = disk::durable_appends(copy.path())?;
            let scripts = Making::for_each(CONNECTIONS, &door.target, &token, round);
            let load = Load { target: &door.target, scripts, server: server.id() };
            let span = STALLS_WITHIN / u32::try_from(bench.rounds.min(3)).unwrap_or(1);
            let tally = crate::run_async(load::run(load, Window::opening_in(WARM_UP, span)))?;
            let after = disk::durable_appends(copy.path())?;
            rates.push(tally.rate() / f64::midpoint(before, after));
            tails.push(percentile(&tally.latencies, 99));
            stalls.push(tally.latencies.iter().max().copied().map_or(f64::NAN, millis));
            let log = fs::metadata(data.join("mandate.db-wal")).map(|log| log.len()).unwrap_or_default();
            logs.push(log as f64 / f64::from(1 << 20));
            eprintln!(
                "scale writes {}: {:.0} groups a second, {:.0} µs each, server busy {:.2}",
                round + 1,
                tally.rate(),
                tally.cost(),
                tally.server_busy()
            );
        }
        Ok(vec![
            Row::new(
                "P8 groups made a second in a million, of durable appends one by one",
                Goal::AtLeast(1.5),
                2,
                rates,
            ),
            Row::new("P8 making a group: p99 ms", Goal::AtMost(5.0), 2, tails),
            Row::new("P8 longest stall, ms", Goal::AtMost(50.0), 1, stalls),
            Row::new("P8 write-ahead log, MiB", Goal::AtMost(256.0), 0, logs),
        ])
    })();
    made.map_err(|why: String| server.told(&why))
}

/// Another group each time.
struct Making {
    target: Asking,
    place: String,
    count: u64,
}

impl Making {
    fn for_each(count: usize, target: &Target, token: &str, round: usize) -> Vec<Making> {
        let made = |place| Making {
            target: target.post_json("/v1.0/groups", token, String::new()),
            place: format!("{round}-{place}"),
            count: 0,
        };
        (0..count).map(made).collect()
    }
}

impl Script for Making {
    fn question(&mut self) -> Option<Asking> {
        self.count += 1;
        let name = format!("made-{}-{}", self.place, self.count);
        let body =
            format!(r#"{{"displayName":"{name}","mailNickname":"{name}","mailEnabled":false,"securityEnabled":true}}"#);
        Some(crate::line::with_form(&self.target, body))
    }
}

fn copy_of(from: &Path, to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|err| format!("making {}: {err}", to.display()))?;
    let files = fs::read_dir(from).map_err(|err| format!("reading {}: {err}", from.display()))?;
    for file in files.flatten() {
        let told = |err: std::io::Error| format!("copying {}: {err}", file.path().display());
        let copy = to.join(file.file_name());
        fs::copy(file.path(), &copy).map_err(told)?;
        // Or the disk is still busy with it when the writes begin.
        fs::File::open(&copy).and_then(|copy| copy.sync_all()).map_err(told)?;
    }
    Ok(())
}

/// Pages, the start, memory and the disk: what is measured once.
fn once(bench: &Bench, large: &Path) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    let starts: Result<Vec<f64>, String> = (0..5).map(|_| crate::start::first_answer(bench, large)).collect();
    rows.push(Row::new("P9 start to first answer with a million users, ms", Goal::AtMost(50.0), 0, starts?));
    let server = Service::kept(bench, Place::ServerCore, large)?;
    let measured = (|| {
        let door = server.door()?;
        let token = access_token(&crate::run_async(ask_once(&door.target, door.token_request()))?)?;
        for (name, path) in [
            ("all", "/v1.0/users?$select=id&$top=999"),
            ("those of one city", "/v1.0/users?$select=id&$top=999&$filter=city%20eq%20'Berlin'"),
            ("those of a prefix", "/v1.0/users?$select=id&$top=999&$filter=startswith(displayName,'anna')"),
        ] {
            let walk = crate::run_async(walk::pages(&door.target, &token, path, 100))?;
            rows.push(Row::new(
                format!("paging through {name}: the last ten of {} pages, times the first ten", walk.len()),
                Goal::AtMost(1.5),
                2,
                [walk::drift(&walk)],
            ));
            rows.push(Row::new(format!("{name}: a page of 999, p50 ms"), Goal::None, 2, [percentile(&walk, 50)]));
        }
        crate::run_async(walk::random(&door.target, &token, LARGE.users, user_path, READS))?;
        let memory = memory_of(server.id())?;
        rows.push(Row::new(
            "P10 resident after 100,000 random reads of a million users, MiB",
            Goal::AtMost(120.0),
            1,
            [memory.resident_mib],
        ));
        Ok(())
    })();
    measured.map_err(|why: String| server.told(&why))?;
    drop(server);
    let bytes = |home: &Path| -> Result<f64, String> {
        let store = fs::metadata(data_in(home).join("mandate.db"));
        Ok(store.map_err(|err| format!("measuring the store: {err}"))?.len() as f64 / LARGE.users as f64)
    };
    let (alone, whole) = (bytes(&home(bench, &PEOPLE)?)?, bytes(large)?);
    rows.push(Row::new("P10 a store of a million users, bytes for each", Goal::AtMost(700.0), 0, [alone]));
    let name = "the same with two memberships, a grant or an assignment and a tenth of a group for each";
    rows.push(Row::new(name, Goal::None, 0, [whole]));
    let binary = fs::metadata(&bench.binary).map_err(|err| format!("measuring the program: {err}"))?.len();
    rows.push(Row::new("P10 the program, MB", Goal::AtMost(30.0), 1, [binary as f64 / 1e6]));
    let filled = fs::read_to_string(large.join("filled")).unwrap_or_default();
    let minutes = filled.trim().parse::<f64>().map_or(f64::NAN, |seconds| seconds / 60.0);
    rows.push(Row::new("making the large organisation, minutes", Goal::AtMost(15.0), 1, [minutes]));
    Ok(rows)
}
