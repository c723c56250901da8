//! Processes, folders and ports that end with the value that holds them.
//! Never: a process ended that was not started here.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// A child that does not outlive the value.
pub struct OwnChild(Child);

impl OwnChild {
    /// Starts a command whose output goes to the end of a log.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self, String> {
        let out = File::options().create(true).append(true).open(log);
        let out = out.map_err(|err| format!("making {}: {err}", log.display()))?;
        let err = out.try_clone().map_err(|err| format!("making {}: {err}", log.display()))?;
        command
            .stdout(out)
            .stderr(err)
            .spawn()
            .map(OwnChild)
            .map_err(|err| format!("starting {}: {err}", command.get_program().display()))
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Fails when the child has ended.
    pub fn check(&mut self) -> Result<(), String> {
        match self.0.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(format!("the server ended with {status}")),
            Err(err) => Err(format!("looking after the server: {err}")),
        }
    }
}

impl Drop for OwnChild {
    fn drop(&mut self) {
        // By the handle, which knows whether the child was reaped: its number is never used again for a stranger.
        // An error says that it has ended, and nobody is left to hear it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An empty folder that goes with the value.
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

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|err| format!("looking for a free port: {err}"))
}
