//! Which processor cores a run uses: the first we may use serves, the second loads. Without a second core, or without
//! `taskset`, both share, and the report says so.
//! Never: a ratio from a shared core that passes for a measurement of the server.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Tells the program that it has put itself on its core, and which the two are: `SERVER,LOAD`.
pub const PINNED: &str = "--pinned";

pub enum Cores {
    Apart { server: usize, load: usize },
    Shared(&'static str),
}

#[derive(Clone, Copy)]
pub enum Place {
    /// One core, with nothing else on it.
    ServerCore,
    /// Both cores, as a small machine would run it.
    BothCores,
}

impl Cores {
    /// The division of the cores. The first time, the program starts itself anew on the core of the load: from within,
    /// only the threads to come could be bound.
    pub fn divide(pinned: Option<&str>) -> Result<Self, String> {
        if let Some(pair) = pinned {
            return match list(pair).as_deref() {
                Some(&[server, load]) => Ok(Cores::Apart { server, load }),
                _ => Err(format!("`{PINNED} {pair}` does not name two cores")),
            };
        }
        let status = fs::read_to_string("/proc/self/status").map_err(|err| format!("reading our cores: {err}"))?;
        let allowed = status
            .lines()
            .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
            .and_then(|cores| list(cores.trim()))
            .ok_or("the system does not say which cores are ours")?;
        let [server, load, ..] = allowed[..] else {
            return Ok(Cores::Shared("there is one core only"));
        };
        if !has_taskset() {
            return Ok(Cores::Shared("there is no `taskset`"));
        }
        let own = env::current_exe().map_err(|err| format!("looking for this program: {err}"))?;
        let mut anew = on(&load.to_string(), own.as_os_str());
        anew.args(env::args_os().skip(1));
        anew.arg(PINNED).arg(format!("{server},{load}"));
        // Comes back only when it failed.
        Err(format!("starting anew on core {load}: {}", anew.exec()))
    }

    /// The core that does not serve, where there is one.
    pub fn load_core(&self) -> Option<usize> {
        match self {
            Cores::Apart { load, .. } => Some(*load),
            Cores::Shared(_) => None,
        }
    }

    /// A command that will run there. It becomes the program itself, so its process id is the program's.
    pub fn command(&self, place: Place, program: &Path) -> Command {
        match (self, place) {
            (Cores::Apart { server, .. }, Place::ServerCore) => on(&server.to_string(), program.as_os_str()),
            (Cores::Apart { server, load }, Place::BothCores) => on(&format!("{server},{load}"), program.as_os_str()),
            (Cores::Shared(_), _) => Command::new(program),
        }
    }
}

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cores::Apart { server, load } => write!(f, "server on core {server}, load on core {load}"),
            Cores::Shared(why) => {
                write!(f, "**server and load not kept apart, for {why}: the ratios below mean little**")
            }
        }
    }
}

fn on(cores: &str, program: &OsStr) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", cores]).arg(program);
    command
}

fn has_taskset() -> bool {
    Command::new("taskset")
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The kernel's way to write a set: `0-3,8`.
fn list(text: &str) -> Option<Vec<usize>> {
    let mut cores = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        cores.extend(first.parse::<usize>().ok()?..=last.parse().ok()?);
    }
    Some(cores)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_cores_is_read_as_the_kernel_writes_it() {
        assert_eq!(list("0-2,5"), Some(vec![0, 1, 2, 5]));
        assert_eq!(list("7"), Some(vec![7]));
        assert_eq!(list(""), None);
        assert_eq!(list("0-"), None);
    }
}
