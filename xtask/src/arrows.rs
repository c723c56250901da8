//! Checks the plan of the house: which room may import which, and what may stand in no other place.
//! Reads manifests and sources as text and judges nothing else. Next: `source_text.rs` tells code from strings.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::source_text::{self, Line};

/// The rooms and what each may import. A room that is not listed here may not exist.
const ARROWS: &[(&str, Reach)] = &[
    ("base", Reach::Only(&[])),
    ("decide", Reach::Only(&["base"])),
    ("odata", Reach::Only(&["base"])),
    ("jose", Reach::Only(&["base"])),
    ("web", Reach::Only(&["base"])),
    ("domain", Reach::Only(&["base", "decide"])),
    ("store", Reach::Only(&["base", "domain"])),
    ("usecases", Reach::Only(&["base", "decide", "domain", "store", "jose"])),
    ("entra", Reach::Only(&["base", "domain", "usecases", "web"])),
    ("bridges", Reach::Only(&["base", "domain", "usecases", "web"])),
    ("graph", Reach::Only(&["base", "decide", "odata", "domain", "usecases", "web"])),
    ("portal", Reach::Only(&["base", "graph", "usecases", "web"])),
    ("server", Reach::All),
];

enum Reach {
    All,
    Only(&'static [&'static str]),
}

/// Libraries that only the named rooms may depend on.
const RESERVED_LIBRARIES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store", "server"]),
    ("tokio-postgres", &["store", "server"]),
    ("deadpool-postgres", &["store", "server"]),
];

/// Libraries that would bring I/O or the wire into a room that is pure.
const PURE_ROOMS: &[&str] = &["base", "decide", "odata", "domain"];
const IMPURE_LIBRARIES: &[&str] =
    &["http", "http-body-util", "hyper", "hyper-util", "axum", "tower", "reqwest", "tokio"];

const NO_STD_ROOMS: &[&str] = &["base", "decide"];

const VAGUE_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];

const LONGEST_SOURCE: usize = 800;

/// Words of code that may stand only below the given paths.
struct Ban {
    words: &'static [&'static str],
    allowed_in: &'static [&'static str],
    rule: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        words: &["SystemTime::now", "Instant::now", "Utc::now", "Timestamp::now", "Zoned::now", "now_utc"],
        allowed_in: &["crates/server/"],
        rule: "reads a clock: the moment is an argument",
    },
    Ban {
        words: &["env::var"],
        allowed_in: &["crates/server/"],
        rule: "reads the environment: configuration is an argument",
    },
    Ban {
        words: &["rand::", "random_bytes", "getrandom", "SystemRandom", "OsRng", "thread_rng"],
        // jose: a key or a nonce drawn from anywhere but the crypto library's own generator would be a flaw, so there
        // the draw stays inside the call that needs it.
        allowed_in: &["crates/server/", "crates/jose/src/"],
        rule: "draws randomness: `Draw` is an argument",
    },
    Ban {
        words: &["rusqlite", "tokio_postgres", "deadpool"],
        allowed_in: &["crates/server/", "crates/store/src/driver/", "crates/store/src/driver.rs"],
        rule: "names a backend outside store/src/driver and server",
    },
    Ban {
        words: &["decide::decide", "mandate_decide::decide"],
        allowed_in: &["crates/decide/", "crates/usecases/src/access/", "crates/usecases/src/access.rs"],
        rule: "decides a permission outside usecases/access",
    },
];

const SQL: &[&str] = &["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM"];
const SQL_ROOM: &str = "crates/store/";

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    path: String,
    line: usize,
    rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.rule)
    }
}

/// Every broken rule of the whole repository, in order of path and line.
pub fn check(root: &Path) -> io::Result<Vec<Violation>> {
    let mut broken = Vec::new();
    for folder in ["crates", "tests", "bench", "fuzz", "xtask"] {
        for file in files_below(&root.join(folder))? {
            let path = file.strip_prefix(root).expect("found below root").to_string_lossy().replace('\\', "/");
            if path.ends_with(".rs") {
                broken.extend(check_source(&path, &fs::read_to_string(&file)?));
            } else if let Some(room) = room_of(&path).filter(|_| path.ends_with("/Cargo.toml")) {
                broken.extend(check_manifest(room, &path, &fs::read_to_string(&file)?));
            }
        }
    }
    broken.sort();
    Ok(broken)
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let skipped = name == "target" || name == "node_modules" || name.to_string_lossy().starts_with('.');
        if entry.file_type()?.is_dir() && !skipped {
            found.extend(files_below(&entry.path())?);
        } else if entry.file_type()?.is_file() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// The room a path lies in: `crates/<room>/…`.
fn room_of(path: &str) -> Option<&str> {
    path.strip_prefix("crates/")?.split_once('/').map(|(room, _)| room)
}

fn check_manifest(room: &str, path: &str, text: &str) -> Vec<Violation> {
    let violation = |line, rule| Violation { path: path.to_owned(), line, rule };
    let Some((_, reach)) = ARROWS.iter().find(|(name, _)| *name == room) else {
        return vec![violation(1, format!("room `{room}` is not in the table of arrows"))];
    };
    let mut broken = Vec::new();
    for (line, library) in normal_dependencies(text) {
        if let Some(other) = library.strip_prefix("mandate-") {
            if let Reach::Only(allowed) = reach
                && !allowed.contains(&other)
            {
                broken.push(violation(line, format!("{room} may not import {other}")));
            }
        } else if RESERVED_LIBRARIES.iter().any(|(name, rooms)| *name == library && !rooms.contains(&room)) {
            broken.push(violation(line, format!("{room} may not name a backend: `{library}`")));
        } else if PURE_ROOMS.contains(&room) && IMPURE_LIBRARIES.contains(&library.as_str()) {
            broken.push(violation(line, format!("{room} is pure and may not depend on `{library}`")));
        }
    }
    broken
}

/// The packages under `[dependencies]`, also those of one target, each with its line. Build and dev ones are exempt.
fn normal_dependencies(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut section = Section::Other;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = table_header(line) {
            section = Section::of(header);
            if let Section::OneDependency(name) = &section {
                found.push((index + 1, name.clone()));
            }
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            let key = key.trim();
            match section {
                Section::Dependencies => {
                    let name = key.split('.').next().unwrap_or(key).trim_matches('"');
                    found.push((index + 1, real_name(value).unwrap_or(name).to_owned()));
                }
                Section::OneDependency(_) if key == "package" => found.push((index + 1, unquoted(value))),
                Section::OneDependency(_) | Section::Other => {}
            }
        }
    }
    found
}

enum Section {
    Dependencies,
    OneDependency(String),
    Other,
}

impl Section {
    fn of(header: &str) -> Self {
        let is_normal =
            |table: &str| table == "dependencies" || (table.starts_with("target.") && table.ends_with(".dependencies"));
        match header.rsplit_once('.') {
            _ if is_normal(header) => Section::Dependencies,
            Some((table, name)) if is_normal(table) => Section::OneDependency(unquoted(name)),
            _ => Section::Other,
        }
    }
}

fn table_header(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.rsplit_once(']').map(|(header, _)| header)
}

/// The package behind a dependency that is imported under another name.
fn real_name(value: &str) -> Option<&str> {
    let (_, after) = value.split_once("package")?;
    after.trim_start().strip_prefix('=')?.trim_start().strip_prefix('"')?.split('"').next()
}

fn unquoted(value: &str) -> String {
    value.trim().trim_matches('"').to_owned()
}

fn check_source(path: &str, text: &str) -> Vec<Violation> {
    let lines = source_text::split(text);
    let mut broken = check_shape(path, text, &lines);
    if is_product_code(path) {
        for (index, line) in lines.iter().enumerate() {
            let rules = broken_by_line(path, line);
            broken.extend(rules.map(|rule| Violation {
                path: path.to_owned(),
                line: index + 1,
                rule: rule.to_owned(),
            }));
        }
    }
    broken
}

/// What every source owes its reader: an opening that says what it is for, a telling name, a length one can hold in mind.
fn check_shape(path: &str, text: &str, lines: &[Line]) -> Vec<Violation> {
    let violation = |line, rule: String| Violation { path: path.to_owned(), line, rule };
    let mut broken = Vec::new();
    if !text.trim_start().starts_with("//!") {
        broken.push(violation(1, "does not open with `//!`".to_owned()));
    }
    let length = text.lines().count();
    if length > LONGEST_SOURCE {
        broken.push(violation(LONGEST_SOURCE + 1, format!("has {length} lines, over {LONGEST_SOURCE}")));
    }
    if let Some(name) = path.trim_end_matches(".rs").split('/').find(|part| VAGUE_NAMES.contains(part)) {
        broken.push(violation(1, format!("a module called `{name}` says nothing")));
    }
    for (index, line) in lines.iter().enumerate() {
        if let Some(name) = inline_module(&line.code).filter(|name| VAGUE_NAMES.contains(name)) {
            broken.push(violation(index + 1, format!("a module called `{name}` says nothing")));
        }
    }
    let must_be_no_std = NO_STD_ROOMS.iter().any(|room| path == format!("crates/{room}/src/lib.rs"));
    if must_be_no_std && !lines.iter().any(|line| line.code.starts_with("#![") && line.code.contains("no_std")) {
        broken.push(violation(1, "is not `#![no_std]`".to_owned()));
    }
    broken
}

fn inline_module(code: &str) -> Option<&str> {
    let (before, after) = code.split_once("mod ")?;
    let declares = before.is_empty() || before.ends_with(' ');
    declares.then(|| after.trim_end_matches(['{', ';', '}', ' ']).trim())
}

/// Tests, benches and build scripts of a room may do what its code may not.
fn is_product_code(path: &str) -> bool {
    let Some((_, below_room)) = path.strip_prefix("crates/").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let is_beside = ["tests/", "benches/", "examples/"].iter().any(|folder| below_room.starts_with(folder));
    !is_beside && below_room != "build.rs"
}

fn broken_by_line(path: &str, line: &Line) -> impl Iterator<Item = &'static str> {
    let bans = BANS.iter().filter(|ban| {
        let allowed = ban.allowed_in.iter().any(|place| path.starts_with(place));
        !allowed && ban.words.iter().any(|word| mentions(&line.code, word))
    });
    let has_sql = !path.starts_with(SQL_ROOM) && SQL.iter().any(|keyword| mentions(&line.text, keyword));
    bans.map(|ban| ban.rule).chain(has_sql.then_some("has SQL outside store"))
}

/// Whether `word` stands in `text`, not as the tail of a longer name.
fn mentions(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(room: &str, text: &str) -> Vec<String> {
        let path = format!("crates/{room}/Cargo.toml");
        check_manifest(room, &path, text).iter().map(Violation::to_string).collect()
    }

    /// What is broken by a source that opens as it should.
    fn source(path: &str, code: &str) -> Vec<String> {
        check_source(path, &format!("//! What it is for.\n{code}")).iter().map(Violation::to_string).collect()
    }

    #[test]
    fn the_house_keeps_its_arrows() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root");
        let broken: Vec<String> = check(root).expect("sources can be read").iter().map(Violation::to_string).collect();
        assert_eq!(broken, [""; 0], "see `ARROWS` and `BANS` in xtask/src/arrows.rs");
    }

    #[test]
    fn the_table_of_arrows_has_no_circle() {
        for (index, (room, reach)) in ARROWS.iter().enumerate() {
            if let Reach::Only(allowed) = reach {
                let above: Vec<&str> = ARROWS[..index].iter().map(|(name, _)| *name).collect();
                let missing = allowed.iter().find(|other| !above.contains(other));
                assert_eq!(missing, None, "{room} imports a room that stands below it");
            }
        }
    }

    #[test]
    fn an_import_against_the_arrows_is_refused_with_its_line() {
        let text = "[dependencies]\nmandate-base.workspace = true\nmandate-store = { path = \"../store\" }\n";
        assert_eq!(manifest("entra", text), ["crates/entra/Cargo.toml:3: entra may not import store"]);
        assert_eq!(manifest("usecases", text), [""; 0]);
    }

    #[test]
    fn every_way_to_write_a_dependency_is_seen() {
        for text in [
            "[dependencies]\nmandate-graph.workspace = true",
            "[dependencies]\n\"mandate-graph\" = \"1\"",
            "[dependencies]\ngraph = { package = \"mandate-graph\", version = \"1\" }",
            "[target.'cfg(unix)'.dependencies]\nmandate-graph = \"1\"",
            "[dependencies.mandate-graph] # ours\nworkspace = true",
            "[target.'cfg(unix)'.dependencies.mandate-graph]\nworkspace = true",
            "[dependencies.graph]\npackage = \"mandate-graph\"",
        ] {
            assert_eq!(manifest("entra", text).len(), 1, "in {text}");
        }
    }

    #[test]
    fn dev_and_build_dependencies_are_exempt() {
        let text = "[dev-dependencies]\nmandate-store = \"1\"\n[build-dependencies]\nmandate-graph = \"1\"\n\
                    [dependencies]\n# mandate-graph = \"1\"\n[lib]\nmandate-graph = \"x\"";
        assert_eq!(manifest("entra", text), [""; 0]);
    }

    #[test]
    fn the_domain_has_no_wire_and_no_store() {
        let text = "[dependencies]\nhttp = \"1\"\nserde = \"1\"\nrusqlite = \"1\"\nmandate-web = \"1\"";
        let expected = [
            "crates/domain/Cargo.toml:2: domain is pure and may not depend on `http`",
            "crates/domain/Cargo.toml:4: domain may not name a backend: `rusqlite`",
            "crates/domain/Cargo.toml:5: domain may not import web",
        ];
        assert_eq!(manifest("domain", text), expected);
    }

    #[test]
    fn a_room_that_is_not_planned_is_refused() {
        assert_eq!(manifest("attic", ""), ["crates/attic/Cargo.toml:1: room `attic` is not in the table of arrows"]);
        assert_eq!(manifest("server", "[dependencies]\nmandate-store = \"1\""), [""; 0]);
    }

    #[test]
    fn sql_stands_only_in_the_store() {
        let code = "const ALL: &str = \"SELECT id\n FROM users\";";
        let rule = "crates/graph/src/users.rs:2: has SQL outside store";
        assert_eq!(source("crates/graph/src/users.rs", code), [rule]);
        assert_eq!(source("crates/store/src/user.rs", code), [""; 0]);
        assert_eq!(source("crates/graph/src/users.rs", "let q = r#\"\nUPDATE\n  users\"#;").len(), 1);
        assert_eq!(source("crates/graph/src/users.rs", "// SELECT a row\nlet SELECT = 1;"), [""; 0]);
        assert_eq!(source("bench/src/floor.rs", code), [""; 0]);
    }

    #[test]
    fn clock_environment_and_chance_are_read_in_the_server_only() {
        for code in [
            "let now = std::time::SystemTime::now();",
            "let now = Instant::now();",
            "let home = std::env::var(\"HOME\");",
            "let id: [u8; 16] = mandate_jose::random_bytes();",
            "use aws_lc_rs::rand::SecureRandom;",
        ] {
            assert_eq!(source("crates/usecases/src/tokens.rs", code).len(), 1, "in {code}");
            assert_eq!(source("crates/usecases/tests/tokens.rs", code), [""; 0]);
            assert_eq!(source("crates/server/src/main.rs", code), [""; 0]);
            assert_eq!(source("bench/src/main.rs", code), [""; 0]);
        }
        assert_eq!(source("crates/jose/src/seal.rs", "aws_lc_rs::rand::fill(&mut nonce)"), [""; 0]);
        assert_eq!(source("crates/web/src/pages.rs", "let brand = operand::of(x); // Instant::now"), [""; 0]);
    }

    #[test]
    fn a_backend_is_named_by_its_driver_only() {
        let code = "use rusqlite::Connection;";
        let rule = "crates/store/src/group.rs:2: names a backend outside store/src/driver and server";
        assert_eq!(source("crates/store/src/group.rs", code), [rule]);
        assert_eq!(source("crates/store/src/driver/sqlite.rs", code), [""; 0]);
    }

    #[test]
    fn only_the_gate_decides() {
        let code = "let answer = mandate_decide::decide(&caller, &need, &target);";
        assert_eq!(source("crates/graph/src/users.rs", code).len(), 1);
        assert_eq!(source("crates/usecases/src/access/gate.rs", code), [""; 0]);
        assert_eq!(source("crates/graph/src/users.rs", "use mandate_decide::Decision;"), [""; 0]);
    }

    #[test]
    fn a_name_that_says_nothing_is_refused() {
        assert_eq!(source("crates/web/src/utils.rs", "").len(), 1);
        assert_eq!(source("tests/common/mod.rs", "").len(), 1);
        assert_eq!(source("bench/src/main.rs", "pub(crate) mod helpers {").len(), 1);
        assert_eq!(source("crates/web/src/commonplace.rs", "mod miscellany;"), [""; 0]);
    }

    #[test]
    fn a_source_opens_with_its_purpose_and_stays_short() {
        let rule = "tests/src/lib.rs:1: does not open with `//!`";
        assert_eq!(
            check_source("tests/src/lib.rs", "use std::fmt;").iter().map(Violation::to_string).collect::<Vec<_>>(),
            [rule]
        );
        assert_eq!(source("tests/src/world.rs", &"\n".repeat(799)), [""; 0]);
        let rule = "tests/src/world.rs:801: has 801 lines, over 800";
        assert_eq!(source("tests/src/world.rs", &"\n".repeat(800)), [rule]);
    }

    #[test]
    fn the_vocabulary_and_the_core_do_without_std() {
        assert_eq!(source("crates/decide/src/lib.rs", ""), ["crates/decide/src/lib.rs:1: is not `#![no_std]`"]);
        assert_eq!(source("crates/decide/src/lib.rs", "#![no_std]"), [""; 0]);
        assert_eq!(source("crates/decide/src/sets.rs", ""), [""; 0]);
    }
}
