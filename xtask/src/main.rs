//! The project's own commands: `cargo xtask check | arrows | test | slow | bench | clients | screens`.
//! Never: anything the product needs at run time. Next: `suites.rs` runs the tests, `arrows.rs` guards the rooms.

mod arrows;
mod conformance;
mod crash;
mod dev_server;
mod organisation;
mod postgres;
mod private_names;
mod process;
mod source_text;
mod suites;
mod tally;

use std::ffi::OsString;
use std::process::ExitCode;

use process::{cargo, root, run};

const USAGE: &str = "\
usage: cargo xtask <command>

  check             format, lints, arrows and unit tests
  arrows            who may import whom, and what may stand where
  test              everything: workspace tests, then real clients against the release binary
  bench [args…]     the measurements of docs/performance.md; args go to the bench binary
  clients [names…]  only these client suites: python, node, browser, go, java, azure_cli, graph_python, graph_node; or `unconfigured`
  slow conformance --suite URL [--plan NAME]…
                    the OpenID Foundation's conformance suite, which is up already, judges the release binary
  slow crash [--store sqlite|postgres] [--times N]
                    kills the release binary under load, and holds it to what it told its clients
  screens           screenshots of every page into docs/screens/
";

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<OsString> = args.collect();
    let done = match command.to_str() {
        Some("check") => check(),
        Some("arrows") => arrows(),
        Some("test") => suites::test(),
        Some("bench") => bench(&rest),
        Some("screens") => suites::screens(),
        Some("clients") if rest == ["unconfigured"] => suites::unconfigured(),
        Some("clients") => suites::only_clients(&texts(&rest)),
        Some(private_names::INSIDE) => suites::inside_private_names(),
        Some("slow") => slow(&texts(&rest)),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            if !why.is_empty() {
                eprintln!("{}", why.trim_end());
            }
            ExitCode::FAILURE
        }
    }
}

fn texts(args: &[OsString]) -> Vec<String> {
    args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect()
}

/// What takes too long for every run; docs/ keeps the results.
fn slow(args: &[String]) -> Result<(), String> {
    match args.split_first() {
        Some((name, rest)) if name == "conformance" => conformance::judge(rest),
        Some((name, rest)) if name == "crash" => crash::judge(rest),
        _ => Err(USAGE.to_owned()),
    }
}

fn check() -> Result<(), String> {
    run(cargo().args(["fmt", "--check"]))?;
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    arrows()?;
    run(cargo().args(["test", "--workspace", "--lib", "--bins"]))
}

fn arrows() -> Result<(), String> {
    let broken = arrows::check(root()).map_err(|err| format!("reading sources: {err}"))?;
    for violation in &broken {
        println!("{violation}");
    }
    match broken.len() {
        0 => Ok(()),
        n => Err(format!("{n} broken arrows")),
    }
}

fn bench(args: &[OsString]) -> Result<(), String> {
    run(cargo().args(["build", "--release", "-p", "mandate-server", "-p", "mandate-bench", "-p", "mandate-fill"]))?;
    let (args, _postgres) = with_scratch_store(args)?;
    run(cargo().args(["run", "--release", "--quiet", "-p", "mandate-bench", "--"]).args(args))
}

/// `--store postgres`, without a URL, is a server that is made for the run and held until it ends.
fn with_scratch_store(args: &[OsString]) -> Result<(Vec<OsString>, Option<postgres::Postgres>), String> {
    let mut args = args.to_vec();
    let Some(place) = args.windows(2).position(|pair| pair[0] == "--store" && pair[1] == "postgres") else {
        return Ok((args, None));
    };
    let server = postgres::Postgres::start()?;
    args[place + 1] = server.database("bench")?.into();
    Ok((args, Some(server)))
}
