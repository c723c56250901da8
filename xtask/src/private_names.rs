//! The suites of clients that are told nothing: run where the public cloud's names lead to this machine.
//!
//! That place is a network and a file system of their own (`unshare`), in which /etc/hosts is ours; the machine's own
//! names stay as they are. Never: a change outside of it. Next: `suites.rs` says what runs in there.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::process::{run, stream};
use crate::tally::{Count, Tally, closing_line};

/// What `xtask` is called with when it is to run in there.
pub const INSIDE: &str = "inside-private-names";

const LIMIT: Duration = Duration::from_secs(10 * 60);
const NAMES: &str =
    "login.microsoftonline.com login.windows.net login.microsoft.com sts.windows.net graph.microsoft.com";

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--net", "--mount"]);
    command
}

/// Some machines do not let anybody have that.
pub fn can_be_had() -> bool {
    let tried = unshare().args(["sh", "-c", "ip link set lo up && mount --bind /etc/hosts /etc/hosts"]).output();
    tried.is_ok_and(|tried| tried.status.success())
}

/// Runs this program once more in there, and counts what it counted.
pub fn enter(tally: &mut Tally) {
    const NAME: &str = "unconfigured clients";
    if !can_be_had() {
        println!("\nNOT RUN {NAME}: this machine gives nobody a network of their own (unshare)\n");
        return;
    }
    let own = match std::env::current_exe() {
        Ok(own) => own,
        Err(err) => return tally.failed(NAME, &err.to_string()),
    };
    let mut closing: Option<Count> = None;
    let ended = stream("private names", unshare().arg(own).arg(INSIDE), LIMIT, |line| {
        closing = closing_line(line).or(closing);
    });
    match (ended, closing) {
        (Err(why), _) => tally.failed(NAME, &why),
        (Ok(status), None) => tally.failed(NAME, &format!("no closing line; it ended with {status}")),
        (Ok(status), Some(count)) => tally.ran(NAME, count.judged(status.success())),
    }
}

/// In there: loopback is up, and the names lead to it.
pub fn prepare(folder: &Path) -> Result<(), String> {
    run(Command::new("ip").args(["link", "set", "lo", "up"]))?;
    let told = |err: std::io::Error| format!("the hosts file: {err}");
    fs::create_dir_all(folder).map_err(told)?;
    let hosts = folder.join("hosts");
    fs::write(&hosts, format!("127.0.0.1 localhost\n::1 localhost\n127.0.0.1 {NAMES}\n")).map_err(told)?;
    run(Command::new("mount").arg("--bind").arg(&hosts).arg("/etc/hosts"))
}
