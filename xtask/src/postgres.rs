//! A PostgreSQL of its own for one run: own folder, own port, gone at the end. Installed from Debian's packages if need be.
//! Never: the machine's own cluster. Durability stays on, or the store's suites would prove less than they say.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::{Guarded, ScratchDir, apt_install, free_port, is_root, output, root, tail, wait_until};

const OLDEST: u32 = 15;
const INSTALLED_BELOW: &str = "/usr/lib/postgresql";
/// The account that Debian's package makes; the server refuses to run as root.
const ACCOUNT: &str = "postgres";

pub struct Postgres {
    // Fields are dropped in this order: the server ends before its folder goes.
    _server: Guarded,
    _home: ScratchDir,
    tools: Tools,
    port: u16,
}

impl Postgres {
    pub fn start() -> Result<Self, String> {
        let tools = Tools { bin: installed()?, account: account()? };
        let home = ScratchDir::new(home_of_cluster())?;
        if let Some((user, group)) = tools.account {
            chown(home.path(), Some(user), Some(group)).map_err(|err| format!("handing over the folder: {err}"))?;
        }
        let port = free_port()?;
        tools.make_cluster(home.path())?;
        let mut server = tools.serve(home.path(), port)?;
        let ready = wait_until(Duration::from_secs(60), || tools.answers(&mut server, home.path(), port));
        ready.map_err(|why| format!("{why}\n{}", tail(&log_in(home.path()), 20)))?;
        Ok(Postgres { _server: server, _home: home, tools, port })
    }

    /// Makes an empty database and answers its URL.
    pub fn database(&self, name: &str) -> Result<String, String> {
        let mut createdb = self.tools.client("createdb", self.port);
        output(createdb.args(["-U", ACCOUNT, name]))?;
        Ok(format!("postgres://{ACCOUNT}@127.0.0.1:{}/{name}", self.port))
    }
}

/// The programs, and the account that they run under when we are root.
struct Tools {
    bin: PathBuf,
    account: Option<(u32, u32)>,
}

impl Tools {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    fn client(&self, program: &str, port: u16) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        command
    }

    fn make_cluster(&self, home: &Path) -> Result<(), String> {
        let mut initdb = self.command("initdb");
        initdb.current_dir(home).arg("-D").arg(data_in(home));
        output(initdb.args(["-U", ACCOUNT, "--auth=trust", "--encoding=UTF8", "--locale=C"]))?;
        Ok(())
    }

    fn serve(&self, home: &Path, port: u16) -> Result<Guarded, String> {
        let log = fs::File::create(log_in(home)).map_err(|err| format!("making the log: {err}"))?;
        let also = log.try_clone().map_err(|err| format!("making the log: {err}"))?;
        let mut postgres = self.command("postgres");
        postgres.current_dir(home).stdout(log).stderr(also).arg("-D").arg(data_in(home)).arg("-k").arg(home);
        postgres.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        postgres.args(["-c", "fsync=on", "-c", "max_connections=200"]);
        // INT is the fast shutdown: it ends the connections that are left, and no more.
        Guarded::spawn(&mut postgres, "INT")
    }

    fn answers(&self, server: &mut Guarded, home: &Path, port: u16) -> Result<bool, String> {
        if let Some(status) = server.status()? {
            return Err(format!("postgres in {} ended with {status}", home.display()));
        }
        Ok(output(&mut self.client("pg_isready", port)).is_ok())
    }
}

fn data_in(home: &Path) -> PathBuf {
    home.join("data")
}

fn log_in(home: &Path) -> PathBuf {
    home.join("log")
}

/// The programs of the newest version that is installed, or that can be.
fn installed() -> Result<PathBuf, String> {
    if let Some(bin) = newest_below(Path::new(INSTALLED_BELOW)) {
        return Ok(bin);
    }
    apt_install("postgresql")?;
    newest_below(Path::new(INSTALLED_BELOW)).ok_or_else(|| format!("PostgreSQL {OLDEST} or newer is not to be had"))
}

fn newest_below(folder: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(folder).ok()?.flatten().filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let bin = entry.path().join("bin");
        (version >= OLDEST && bin.join("initdb").is_file()).then_some((version, bin))
    });
    versions.max().map(|(_, bin)| bin)
}

fn account() -> Result<Option<(u32, u32)>, String> {
    if !is_root() {
        return Ok(None);
    }
    let id = |which: &str| -> Result<u32, String> {
        output(Command::new("id").args([which, ACCOUNT]))?.parse().map_err(|err| format!("reading `id`: {err}"))
    };
    Ok(Some((id("-u")?, id("-g")?)))
}

/// In the target folder, unless the account could not get there or a socket's name would be too long for the system.
fn home_of_cluster() -> PathBuf {
    let name = format!("postgres-{}", std::process::id());
    let target = root().join("target");
    let wanted = target.join(&name);
    let is_reachable = fs::create_dir_all(&target).is_ok() && target.ancestors().all(is_open_to_all);
    if is_reachable && wanted.as_os_str().len() < 80 {
        return wanted;
    }
    std::env::temp_dir().join(format!("mandate-{name}"))
}

fn is_open_to_all(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|meta| meta.mode() & 0o001 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_wins_by_number_and_old_ones_do_not_count() {
        let scratch = std::env::temp_dir().join(format!("mandate-newest-{}", std::process::id()));
        let folder = ScratchDir::new(scratch).expect("can be made");
        let install = |version: &str| {
            let bin = folder.path().join(version).join("bin");
            fs::create_dir_all(&bin).and_then(|()| fs::write(bin.join("initdb"), "")).expect("can be made");
        };
        install("9");
        install("14");
        assert_eq!(newest_below(folder.path()), None);
        install("15");
        install("17");
        assert_eq!(newest_below(folder.path()), Some(folder.path().join("17/bin")));
        assert_eq!(newest_below(&folder.path().join("none")), None);
    }
}
