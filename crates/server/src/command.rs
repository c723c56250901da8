//! The command line.

use crate::dev::{self, DevOptions, remote};
use crate::operate::{self, At, consent, keys};
use clap::{Args, Parser, Subcommand};
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "mandate", version, about = "An identity platform that speaks Microsoft Entra ID's protocols.")]
struct Command {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Start with a known organisation, for people who write apps: its own certificate, its own data, nothing to set up.
    Dev(DevArguments),
    /// The signing keys of a store.
    Keys {
        #[command(flatten)]
        at: At,
        #[command(subcommand)]
        deed: keys::Deed,
    },
    /// What apps were granted, and by hand what administrators grant on the consent page.
    Consent {
        #[command(flatten)]
        at: At,
        #[command(subcommand)]
        deed: consent::Deed,
    },
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
struct DevArguments {
    #[command(flatten)]
    start: StartArguments,
    #[command(subcommand)]
    deed: Option<remote::Deed>,
    /// Where data, keys, certificates and dev.env are kept.
    #[arg(long, value_name = "DIR", default_value = ".mandate", global = true)]
    data: PathBuf,
}

#[derive(Args)]
struct StartArguments {
    /// An organisation to start with instead of the sample: JSON or YAML in Graph's property names.
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Keep the directory in memory; keys and certificates still stay in the data folder.
    #[arg(long, conflicts_with = "store")]
    memory: bool,
    /// Keep the directory elsewhere: sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// The address to listen on; localhost, on both of its addresses, when not given.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<IpAddr>,
    /// 8443 when not given; 443 with --intercept.
    #[arg(long)]
    port: Option<u16>,
    /// Stand in for the public cloud under its own host names, for clients that cannot be told another address. Lead
    /// the names that it prints to this machine, and trust its CA.
    #[arg(long)]
    intercept: bool,
    /// Logs as JSON lines.
    #[arg(long)]
    log_json: bool,
}

pub fn run() -> ExitCode {
    let outcome = match Command::parse().deed {
        Deed::Dev(arguments) => start_or_steer(arguments),
        Deed::Keys { at, deed } => operate::run(keys::run(&at, deed)).map(|text| print!("{text}")),
        Deed::Consent { at, deed } => operate::run(consent::run(&at, deed)).map(|text| print!("{text}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("mandate: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn start_or_steer(DevArguments { start, deed, data }: DevArguments) -> Result<(), String> {
    start_logs(start.log_json);
    match deed {
        Some(deed) => remote::run(&data, deed),
        None => dev::run(DevOptions {
            seed: start.seed,
            data,
            memory: start.memory,
            store: start.store,
            listen: start.listen,
            port: start.port,
            intercept: start.intercept,
        }),
    }
}

/// `MANDATE_LOG` chooses what is told (`info`, `debug`, `mandate_entra=debug`); logs go to standard error.
fn start_logs(json: bool) {
    let wanted = tracing_subscriber::EnvFilter::try_from_env("MANDATE_LOG");
    let filter = wanted.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first.
    let _ = if json { builder.json().try_init() } else { builder.try_init() };
}
