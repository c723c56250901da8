//! The release binary in dev mode, for one run of the client suites: a fresh folder, a free port, gone at the end.
//! Never: the folder or port of a developer's own `mandate dev`. Next: `suites.rs` runs clients against it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::organisation;
use crate::process::{Guarded, ScratchDir, free_port, root, tail, target_dir, wait_until};

const STARTS_WITHIN: Duration = Duration::from_secs(60);
const STOPS_WITHIN: Duration = Duration::from_secs(5);

pub struct DevServer {
    // Fields are dropped in this order: the server ends before its folder goes.
    server: Guarded,
    home: ScratchDir,
    log: PathBuf,
}

/// How one server differs from another.
pub struct Start<'a> {
    pub store: Option<&'a str>,
    /// Writes the organisation into the server's folder; told the port.
    pub seed: &'a dyn Fn(&Path, u16) -> Result<PathBuf, String>,
    /// The file in that folder with the certificate of what the server itself calls; the seed's writer puts it there.
    pub trusted: Option<&'static str>,
    /// It stands in for the public cloud, at port 443.
    pub intercepts: bool,
}

impl DevServer {
    /// Starts the server and waits until it listens. Without a store it keeps its data in SQLite.
    pub fn start(name: &str, store: Option<&str>) -> Result<Self, String> {
        Self::start_with(name, Start { store, seed: &organisation::write, trusted: None, intercepts: false })
    }

    pub fn start_with(name: &str, start: Start<'_>) -> Result<Self, String> {
        let runs = root().join("target/runs");
        let home = ScratchDir::new(runs.join(format!("{name}-{}", std::process::id())))?;
        let log = runs.join(format!("{name}.log"));
        let port = if start.intercepts { 443 } else { free_port()? };
        let seed = (start.seed)(home.path(), port)?;
        let mut command = dev_command(home.path(), start.store, port);
        command.arg("--seed").arg(seed);
        if start.intercepts {
            command.arg("--intercept");
        }
        if let Some(trusted) = start.trusted {
            command.env("SSL_CERT_FILE", home.path().join(trusted));
        }
        log_to(&mut command, &log)?;
        let mut this = DevServer { server: Guarded::spawn(&mut command, "TERM")?, home, log };
        match wait_until(STARTS_WITHIN, || this.listens()) {
            Ok(()) => Ok(this),
            Err(why) => Err(format!("the server {why}\n{}", this.log_tail())),
        }
    }

    /// The contract for scripts, which is written once the server listens.
    pub fn env_file(&self) -> PathBuf {
        data_in(self.home.path()).join("dev.env")
    }

    pub fn ca_file(&self) -> Result<PathBuf, String> {
        let text = fs::read_to_string(self.env_file()).map_err(|err| format!("reading dev.env: {err}"))?;
        let named = text.lines().find_map(|line| line.strip_prefix("MANDATE_CA="));
        named.map(|path| self.home.path().join(path)).ok_or_else(|| "dev.env names no MANDATE_CA".to_owned())
    }

    /// What suites need to know beyond dev.env.
    pub fn tell(&self, command: &mut Command) {
        command.env("MANDATE_SIGNED_CLIENT_ID", organisation::SIGNED_CLIENT);
        command.env("MANDATE_SIGNED_PEM", organisation::signed_pem(self.home.path()));
    }

    pub fn log_tail(&self) -> String {
        format!("the end of {}:\n{}", self.log.display(), tail(&self.log, 40))
    }

    /// Stops the server as a service manager would, and holds it to a clean and timely end.
    pub fn stop(mut self) -> Result<(), String> {
        let status = self.server.stop(STOPS_WITHIN)?;
        if status.success() { Ok(()) } else { Err(format!("ended with {status} on SIGTERM")) }
    }

    fn listens(&mut self) -> Result<bool, String> {
        match self.server.status()? {
            Some(status) => Err(format!("ended with {status} before it listened")),
            None => Ok(self.env_file().is_file()),
        }
    }
}

fn dev_command(home: &Path, store: Option<&str>, port: u16) -> Command {
    let mut command = Command::new(target_dir().join("release").join("mandate"));
    command.current_dir(home).args(["dev", "--port", &port.to_string()]);
    command.arg("--data").arg(data_in(home));
    if let Some(url) = store {
        command.args(["--store", url]);
    }
    command
}

fn data_in(home: &Path) -> PathBuf {
    home.join("data")
}

fn log_to(command: &mut Command, log: &Path) -> Result<(), String> {
    let out = File::create(log).map_err(|err| format!("making {}: {err}", log.display()))?;
    let err = out.try_clone().map_err(|err| format!("making {}: {err}", log.display()))?;
    command.stdout(out).stderr(err);
    Ok(())
}
