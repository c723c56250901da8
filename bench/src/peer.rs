//! node-oidc-provider, measured beside us in the same run: installed once from npm, then started like the rest.
//!
//! Its program is `peer/server.mjs`: one process, in memory, over TLS, the same signatures for the same requests.
//! Never: a figure of it from another run or another machine. Without Node or npm its rows are missing, and the report
//! says why.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rcgen::CertifiedKey;
use serde_json::Value;

use crate::Bench;
use crate::line::{Asking, Target, ask_once};
use crate::service::Service;
use crate::tokens::Keys;

pub const NODE: &str = "node";

const PACKAGE: &str = include_str!("../peer/package.json");
const PROGRAM: &str = include_str!("../peer/server.mjs");
const LIBRARY: &str = "oidc-provider";
/// As `server.mjs` registers its client.
const CLIENT: &str = "client_id=bench&client_secret=bench-secret-for-measuring-only";

pub enum Peer {
    Ready(Installed),
    Missing(String),
    /// Nothing that was asked for is measured against it.
    Unasked,
}

pub struct Installed {
    pub program: PathBuf,
    version: String,
    node: String,
}

impl Peer {
    /// Installs it below `folder`, unless an earlier run did.
    pub fn prepare(folder: &Path) -> Self {
        match install(folder) {
            Ok(installed) => Peer::Ready(installed),
            Err(why) => {
                eprintln!("{LIBRARY} is NOT measured beside: {why}");
                Peer::Missing(why)
            }
        }
    }

    pub fn ready(&self) -> Option<&Installed> {
        match self {
            Peer::Ready(installed) => Some(installed),
            Peer::Missing(_) | Peer::Unasked => None,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Ready(Installed { version, node, .. }) => write!(f, "{LIBRARY} {version} on Node {node} beside it"),
            Peer::Missing(why) => write!(f, "**{LIBRARY} not measured beside it: {why}**"),
            Peer::Unasked => write!(f, "{LIBRARY} not asked for"),
        }
    }
}

fn install(folder: &Path) -> Result<Installed, String> {
    let node = printed(Command::new(NODE).arg("--version"))?;
    let told = |err: std::io::Error| format!("writing to {}: {err}", folder.display());
    let program = folder.join("server.mjs");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(folder.join("package.json"), PACKAGE))
        .and_then(|()| fs::write(&program, PROGRAM))
        .map_err(told)?;
    let wanted = json(PACKAGE)?["dependencies"][LIBRARY].as_str().unwrap_or_default().to_owned();
    if installed_in(folder).as_deref() != Some(wanted.as_str()) {
        eprintln!("installing {LIBRARY} {wanted} from npm into {}", folder.display());
        let mut npm = Command::new("npm");
        npm.current_dir(folder).args(["install", "--no-audit", "--no-fund", "--ignore-scripts"]);
        printed(&mut npm)?;
    }
    Ok(Installed { program, version: wanted, node })
}

fn installed_in(folder: &Path) -> Option<String> {
    let manifest = fs::read_to_string(folder.join("node_modules").join(LIBRARY).join("package.json")).ok()?;
    json(&manifest).ok()?["version"].as_str().map(str::to_owned)
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|err| format!("reading a package.json: {err}"))
}

/// What a command prints, trimmed.
fn printed(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output().map_err(|err| format!("`{name}` cannot be started: {err}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => {
            let told = String::from_utf8_lossy(&output.stderr);
            Err(format!("`{name}` ended with {}: {}", output.status, told.trim().lines().last().unwrap_or_default()))
        }
    }
}

/// Certificate and key, where `server.mjs` looks for them.
pub fn certify(folder: &Path) -> Result<(), String> {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])
        .map_err(|err| format!("making a certificate: {err}"))?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(folder.join("ca.pem"), cert.pem()))
        .and_then(|()| fs::write(folder.join("key.pem"), signing_key.serialize_pem()))
        .map_err(|err| format!("writing to {}: {err}", folder.display()))
}

/// A load of the peer, where it is installed. Node compiles what it runs often: the first only gets it that far.
pub fn load<T>(
    bench: &Bench,
    mut load: impl FnMut(&Service, &Target, &Keys) -> Result<T, String>,
) -> Result<Option<T>, String> {
    let Some(installed) = bench.peer.ready() else { return Ok(None) };
    let node = Service::peer(bench, installed)?;
    let mut once = || {
        let target = node.door()?.target;
        let keys = Keys::of(&crate::run_async(ask_once(&target, keys_request(&target)))?)?;
        load(&node, &target, &keys)
    };
    once().and_then(|_| once()).map(Some).map_err(|why| node.told(&why))
}

pub fn token_request(target: &Target) -> Asking {
    target.post_form("/token", &format!("grant_type=client_credentials&scope=read&{CLIENT}"))
}

/// To be completed by the token.
pub fn refresh_form() -> String {
    format!("grant_type=refresh_token&{CLIENT}&refresh_token=")
}

/// Refresh tokens to begin with, each of a grant of its own.
pub async fn refresh_tokens(target: &Target, count: usize) -> Result<Vec<String>, String> {
    let answer = ask_once(target, target.get(&format!("/begin?count={count}"), None)).await?;
    let answer: Value = serde_json::from_slice(&answer).map_err(|err| format!("reading the first tokens: {err}"))?;
    let tokens = answer["refresh_tokens"].as_array().into_iter().flatten();
    let tokens: Vec<String> = tokens.filter_map(|token| token.as_str().map(str::to_owned)).collect();
    match tokens.len() == count {
        true => Ok(tokens),
        false => Err(format!("{LIBRARY} began with {} refresh tokens, not {count}", tokens.len())),
    }
}

fn keys_request(target: &Target) -> Asking {
    target.get("/jwks", None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_version_is_named_and_no_range() {
        let package = json(PACKAGE).expect("it is JSON");
        let version = package["dependencies"][LIBRARY].as_str().expect("it is named");
        assert!(version.split('.').all(|part| part.parse::<u32>().is_ok()), "{version}");
    }
}
