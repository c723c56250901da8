//! `cargo xtask slow conformance --suite URL [--plan NAME…]`: the OpenID Foundation's conformance suite, which is up
//! already, judges the release binary. Never: the suite itself, nor a way to build it. Next: docs/conformance.md.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::dev_server::{DevServer, Start};
use crate::process::{root, run, stream};
use crate::suites;
use crate::tally::closing_line;

const CERTIFICATE: &str = "suite.pem";
const HOURS: Duration = Duration::from_secs(3 * 60 * 60);

pub fn judge(args: &[String]) -> Result<(), String> {
    let (suite, plans) = parsed(args)?;
    suites::build_server()?;
    let folder = suites::prepare_conformance()?;
    let seed = |home: &Path, _: u16| {
        certificate_of(&suite, &home.join(CERTIFICATE))?;
        organisation(home, &suite)
    };
    let server = DevServer::start_with(
        "conformance",
        Start { store: None, seed: &seed, trusted: Some(CERTIFICATE), intercepts: false },
    )?;
    let mut script = Command::new("node");
    script.current_dir(folder).env("NODE_EXTRA_CA_CERTS", server.ca_file()?);
    script.arg("run.mjs").arg(server.env_file()).arg(&suite).arg(root().join("docs/conformance")).args(plans);
    let mut closing = None;
    let ended = stream("conformance", &mut script, HOURS, |line| closing = closing_line(line).or(closing))?;
    if closing.is_none_or(|count| count.failed > 0) || !ended.success() {
        return Err(server.log_tail());
    }
    server.stop()
}

fn parsed(args: &[String]) -> Result<(String, Vec<String>), String> {
    const USAGE: &str = "usage: cargo xtask slow conformance --suite URL [--plan NAME]…";
    let (mut suite, mut plans) = (None, Vec::new());
    let mut rest = args.iter();
    while let Some(name) = rest.next() {
        let value = rest.next().ok_or(USAGE)?.clone();
        match name.as_str() {
            "--suite" => suite = Some(value.trim_end_matches('/').to_owned()),
            "--plan" => plans.push(value),
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok((suite.filter(|suite| suite.starts_with("https://")).ok_or(USAGE)?, plans))
}

/// The judge's applications, with the suite's address in their redirect URIs.
fn organisation(home: &Path, suite: &str) -> Result<PathBuf, String> {
    let told = |err: std::io::Error| format!("writing the organisation of the judge: {err}");
    let template = root().join("tests/clients/conformance/organisation.yaml");
    let text = fs::read_to_string(template).map_err(told)?.replace("SUITE", suite);
    let seed = home.join("organisation.yaml");
    fs::write(&seed, text).map_err(told)?;
    Ok(seed)
}

/// The suite's certificate is self-made, and the server calls it when a session ends.
fn certificate_of(suite: &str, place: &Path) -> Result<(), String> {
    let host = suite.trim_start_matches("https://");
    let host = if host.contains(':') { host.to_owned() } else { format!("{host}:443") };
    let asked = "openssl s_client -connect \"$1\" </dev/null 2>/dev/null | openssl x509 -out \"$2\"";
    run(Command::new("sh").args(["-c", asked, "sh", &host]).arg(place)).map_err(|why| format!("{suite}: {why}"))
}
