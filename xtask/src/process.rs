//! Starts other programs, follows what they print, and ends what it started.
//! Never: a process left behind, or one ended that was not started here.
#![expect(clippy::disallowed_methods, reason = "time limits and the caller's environment are what this tool is about")]

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(100);

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root")
}

/// Where cargo puts what it builds.
pub fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

pub fn on_ci() -> bool {
    env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// The cargo that started this tool, at the root.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

pub fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// Installs a Debian package, where that is ours to do.
pub fn apt_install(package: &str) -> Result<(), String> {
    if on_path("apt-get").is_none() || !is_root() {
        return Err(format!("`{package}` is not installed, and this is not root on a Debian system"));
    }
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run(apt().args(["update", "-q"]))?;
    run(apt().args(["install", "-q", "-y", "--no-install-recommends", package]))
}

/// Runs a command to its end, its output on the console.
pub fn run(command: &mut Command) -> Result<(), String> {
    println!("$ {}", shown(command));
    let status = command.stdin(Stdio::null()).status().map_err(|err| format!("starting {}: {err}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", shown(command))) }
}

/// What a command prints, trimmed.
pub fn output(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|err| format!("starting {}: {err}", shown(command)))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(format!("{}: {}", shown(command), String::from_utf8_lossy(&output.stderr).trim())),
    }
}

/// Runs a command, passing each line of its standard output on to the console and to `each`. At the end, and at the
/// latest at the limit, the command and whatever it left running are killed.
pub fn stream(
    label: &str,
    command: &mut Command,
    limit: Duration,
    mut each: impl FnMut(&str),
) -> Result<ExitStatus, String> {
    println!("$ {}", shown(command));
    // A group of its own, so that browsers and servers of a suite can be ended with it.
    command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0);
    let mut child = command.spawn().map_err(|err| format!("starting {}: {err}", shown(command)))?;
    let lines = lines_of(child.stdout.take().expect("piped two lines up"));
    let ended = follow(&mut child, &lines, limit, |line| {
        println!("{label} | {line}");
        each(line);
    });
    send("KILL", &format!("-{}", child.id()));
    // Reaps a child that was killed; for one that had ended this answers at once.
    let _ = child.wait();
    ended
}

fn follow(
    child: &mut Child,
    lines: &Receiver<String>,
    limit: Duration,
    mut each: impl FnMut(&str),
) -> Result<ExitStatus, String> {
    let deadline = Instant::now() + limit;
    loop {
        match lines.recv_timeout(PAUSE) {
            Ok(line) => each(&line),
            // Silence decides, not the end of the stream: a grandchild may hold the pipe open after the child is gone.
            Err(silence) => {
                if let Some(status) = child.try_wait().map_err(|err| format!("waiting: {err}"))? {
                    return Ok(status);
                }
                if silence == RecvTimeoutError::Disconnected {
                    thread::sleep(PAUSE);
                }
            }
        }
        if Instant::now() > deadline {
            return Err(format!("was killed after {} s", limit.as_secs()));
        }
    }
}

fn lines_of(stdout: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).trim_end().to_owned()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Asks again and again until it holds, fails or takes too long.
pub fn wait_until(limit: Duration, mut holds: impl FnMut() -> Result<bool, String>) -> Result<(), String> {
    let deadline = Instant::now() + limit;
    while !holds()? {
        if Instant::now() > deadline {
            return Err(format!("not ready after {} s", limit.as_secs()));
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|err| format!("looking for a free port: {err}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|err| format!("looking for a free port: {err}"))
}

/// The last lines of a log.
pub fn tail(log: &Path, lines: usize) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// A server that does not outlive the value.
pub struct Guarded {
    child: Child,
    stop_signal: &'static str,
}

impl Guarded {
    pub fn spawn(command: &mut Command, stop_signal: &'static str) -> Result<Self, String> {
        println!("$ {} &", shown(command));
        let child =
            command.stdin(Stdio::null()).spawn().map_err(|err| format!("starting {}: {err}", shown(command)))?;
        Ok(Guarded { child, stop_signal })
    }

    pub fn status(&mut self) -> Result<Option<ExitStatus>, String> {
        self.child.try_wait().map_err(|err| format!("waiting: {err}"))
    }

    /// Asks the process to stop, and kills it when it has not by the limit.
    pub fn stop(&mut self, limit: Duration) -> Result<ExitStatus, String> {
        if let Some(status) = self.status()? {
            return Err(format!("had ended before, with {status}"));
        }
        send(self.stop_signal, &self.child.id().to_string());
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if let Some(status) = self.status()? {
                return Ok(status);
            }
            thread::sleep(PAUSE / 10);
        }
        self.child.kill().and_then(|()| self.child.wait()).map_err(|err| format!("killing: {err}"))?;
        Err(format!("did not stop within {} s of SIG{} and was killed", limit.as_secs(), self.stop_signal))
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // An error says that it has ended or was killed, and nobody is left to hear it.
        let _ = self.stop(Duration::from_secs(20));
    }
}

/// A folder that goes with the value.
pub struct ScratchDir(PathBuf);

impl ScratchDir {
    pub fn new(path: PathBuf) -> Result<Self, String> {
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).map_err(|err| format!("making {}: {err}", path.display()))?;
        Ok(ScratchDir(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Sends a signal to a process, or with a minus before the number to a group. One that is gone is no error.
fn send(signal: &str, target: &str) {
    // The shell's own `kill`: it is there where no `kill` program is.
    let script = format!("kill -s {signal} -- {target}");
    let _ = Command::new("sh").args(["-c", &script]).stdin(Stdio::null()).stderr(Stdio::null()).status();
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn streamed(script: &str, limit: Duration) -> (Vec<String>, Result<bool, String>) {
        let mut lines = Vec::new();
        let ended = stream("test", &mut shell(script), limit, |line| lines.push(line.to_owned()));
        (lines, ended.map(|status| status.success()))
    }

    #[test]
    fn every_line_is_seen_also_the_last_without_a_break() {
        let expected = vec!["one".to_owned(), "two".to_owned()];
        assert_eq!(streamed("echo one; printf two; exit 3", Duration::from_secs(20)), (expected, Ok(false)));
    }

    #[test]
    fn a_grandchild_that_holds_the_pipe_is_not_waited_for() {
        assert_eq!(streamed("sleep 60 & echo done", Duration::from_secs(20)), (vec!["done".to_owned()], Ok(true)));
    }

    #[test]
    fn a_command_over_its_limit_is_killed() {
        let (_, ended) = streamed("exec >&-; sleep 60", Duration::from_millis(200));
        assert_eq!(ended, Err("was killed after 0 s".to_owned()));
    }

    #[test]
    fn a_server_is_asked_to_stop_before_it_is_killed() {
        let mut polite = Guarded::spawn(Command::new("sleep").arg("60"), "TERM").expect("starts");
        assert!(polite.stop(Duration::from_secs(20)).is_ok());
        assert!(polite.stop(Duration::from_secs(20)).is_err_and(|why| why.starts_with("had ended before")));
    }
}
