//! A child that serves, with a folder of its own: the product as shipped, the floor, or the peer. Each writes `dev.env`
//! when it listens, and this is how the rest of the tool finds it.
//! Never: the folder or port of a developer's own `mandate dev`.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Bench;
use crate::child::{OwnChild, ScratchDir, free_port};
use crate::clock;
use crate::cores::Place;
use crate::line::{Asking, Target, ask_once};
use crate::peer::{self, Installed};
use crate::store::Database;
use crate::tokens::Keys;

const STARTS_WITHIN: Duration = Duration::from_secs(60);
const LOG: &str = "server.log";

pub struct Service {
    // Fields are dropped in this order: the server ends before its data go.
    process: OwnChild,
    database: Option<Database>,
    home: Home,
}

enum Home {
    /// Goes with the server.
    Scratch(ScratchDir),
    /// Was there before, and stays.
    Kept(PathBuf),
}

impl Home {
    fn path(&self) -> &Path {
        match self {
            Home::Scratch(folder) => folder.path(),
            Home::Kept(folder) => folder,
        }
    }
}

impl Service {
    /// `mandate dev` in a fresh folder, on the store of this run, up and listening. Without a seed it has the built-in
    /// sample.
    pub fn product(bench: &Bench, place: Place, seed: Option<&str>) -> Result<Self, String> {
        let home = bench.scratch("product")?;
        let mut command = product_command(bench, place, home.path(), free_port()?);
        if let Some(text) = seed {
            let file = home.path().join("seed.yaml");
            fs::write(&file, text).map_err(|err| format!("writing the seed: {err}"))?;
            command.arg("--seed").arg(file);
        }
        let database = bench.store.fresh()?;
        if let Some(database) = &database {
            command.args(["--store", &database.url()]);
        }
        Service::start(command, Home::Scratch(home), database)
    }

    /// `mandate dev` on the data of a folder that stays.
    pub fn kept(bench: &Bench, place: Place, home: &Path) -> Result<Self, String> {
        let _ = fs::remove_file(data_in(home).join("dev.env"));
        let command = product_command(bench, place, home, free_port()?);
        Service::start(command, Home::Kept(home.to_owned()), None)
    }

    pub fn floor(bench: &Bench) -> Result<Self, String> {
        let home = bench.scratch("floor")?;
        let data = data_in(home.path());
        fs::create_dir_all(&data).map_err(|err| format!("making a folder for the floor: {err}"))?;
        let own = env::current_exe().map_err(|err| format!("looking for this program: {err}"))?;
        let mut command = bench.cores.command(Place::ServerCore, &own);
        command.arg("floor").arg(data).stdin(Stdio::piped());
        Service::start(command, Home::Scratch(home), None)
    }

    /// node-oidc-provider, in one process as it comes, in the mode for production.
    pub fn peer(bench: &Bench, installed: &Installed) -> Result<Self, String> {
        let home = bench.scratch("node")?;
        let data = data_in(home.path());
        peer::certify(&data)?;
        let mut command = bench.cores.command(Place::ServerCore, Path::new(peer::NODE));
        command.arg(&installed.program).arg(data).env("NODE_ENV", "production").stdin(Stdio::piped());
        Service::start(command, Home::Scratch(home), None)
    }

    fn start(mut command: Command, home: Home, database: Option<Database>) -> Result<Self, String> {
        let process = OwnChild::start(&mut command, &home.path().join(LOG))?;
        let mut service = Service { process, database, home };
        let deadline = clock::now() + STARTS_WITHIN;
        while !service.env_file().is_file() {
            service.process.check().map_err(|why| service.told(&why))?;
            if clock::now() > deadline {
                return Err(service.told("the server wrote no dev.env in time"));
            }
            clock::pause(Duration::from_millis(10));
        }
        Ok(service)
    }

    /// Where it keeps its data, if not in its folder.
    pub fn database(&self) -> Option<String> {
        self.database.as_ref().map(Database::url)
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn door(&self) -> Result<Door, String> {
        Door::of(self.home.path())
    }

    /// What went wrong, with the end of the server's log.
    pub fn told(&self, why: &str) -> String {
        format!("{why}\n{}", log_tail(self.home.path()))
    }

    fn env_file(&self) -> PathBuf {
        data_in(self.home.path()).join("dev.env")
    }
}

/// The way in: where the server listens, and the tenant whose token endpoint is used.
pub struct Door {
    pub target: Target,
    pub tenant: String,
}

impl Door {
    /// As a server that runs, or ran, in this home has written it.
    pub fn of(home: &Path) -> Result<Self, String> {
        let text =
            fs::read_to_string(data_in(home).join("dev.env")).map_err(|err| format!("reading dev.env: {err}"))?;
        let named = |name| value(&text, name).ok_or_else(|| format!("dev.env names no {name}"));
        let base = named("MANDATE_BASE")?;
        let port = port_of(base).ok_or_else(|| format!("`{base}` has no port"))?;
        Ok(Door {
            target: Target::new(port, &home.join(named("MANDATE_CA")?))?,
            tenant: named("MANDATE_TENANT")?.to_owned(),
        })
    }

    pub fn exists(home: &Path) -> bool {
        data_in(home).join("dev.env").is_file()
    }

    pub fn token_path(&self) -> String {
        format!("/{}/oauth2/v2.0/token", self.tenant)
    }

    /// A token for the sample's daemon, by its secret.
    pub fn token_request(&self) -> Asking {
        let form = "grant_type=client_credentials\
            &client_id=c1000000-0000-4000-8000-000000000004\
            &client_secret=export-secret-for-development-only\
            &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
        self.target.post_form(&self.token_path(), form)
    }

    /// The administrator's token for Graph, with a client that stands in nobody's way.
    pub fn administrator_request(&self) -> Asking {
        let form = "grant_type=password\
            &client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46\
            &username=sanne.devries%40waterkant.example&password=Polder-Fiets-42\
            &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
        self.target.post_form(&self.token_path(), form)
    }

    /// A sign-in by name and password, of somebody who may use the app, to an app that everybody's consent was given to.
    pub fn password_request(&self) -> Asking {
        let form = "grant_type=password\
            &client_id=c1000000-0000-4000-8000-000000000007\
            &client_secret=payroll-secret-for-development-only\
            &username=fatima.elamrani%40waterkant.example&password=Polder-Fiets-42\
            &scope=openid%20profile%20https%3A%2F%2Fgraph.microsoft.com%2FUser.Read";
        self.target.post_form(&self.token_path(), form)
    }

    pub fn metadata_request(&self) -> Asking {
        self.target.get(&format!("/{}/v2.0/.well-known/openid-configuration", self.tenant), None)
    }

    pub fn keys_request(&self) -> Asking {
        self.target.get(&format!("/{}/discovery/v2.0/keys", self.tenant), None)
    }

    pub fn keys(&self) -> Result<Keys, String> {
        Keys::of(&crate::run_async(ask_once(&self.target, self.keys_request()))?)
    }
}

/// The product, not yet started: its data below `home`, its output to be sent to a log by whoever starts it.
pub fn product_command(bench: &Bench, place: Place, home: &Path, port: u16) -> Command {
    let mut command = bench.cores.command(place, &bench.binary);
    command.current_dir(home).stdin(Stdio::null());
    // As shipped: what a developer wants to see in the log costs time.
    command.env_remove("MANDATE_LOG");
    command.arg("dev").args([OsStr::new("--data"), data_in(home).as_os_str()]);
    command.args(["--port", &port.to_string()]);
    command
}

pub fn start_logged(command: &mut Command, home: &Path) -> Result<OwnChild, String> {
    OwnChild::start(command, &home.join(LOG))
}

pub fn log_tail(home: &Path) -> String {
    let bytes = fs::read(home.join(LOG)).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let tail = &lines[lines.len().saturating_sub(20)..];
    format!("the end of the server's log:\n{}", tail.join("\n"))
}

pub fn data_in(home: &Path) -> PathBuf {
    home.join("data")
}

fn value<'t>(env: &'t str, name: &str) -> Option<&'t str> {
    env.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}

fn port_of(base: &str) -> Option<u16> {
    let (_, port) = base.rsplit_once(':')?;
    port.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_begins_like_another_is_not_taken_for_it() {
        let env = "MANDATE_USER_PASSWORD=a=b\nMANDATE_USER=joris\n";
        assert_eq!(value(env, "MANDATE_USER"), Some("joris"));
        assert_eq!(value(env, "MANDATE_USER_PASSWORD"), Some("a=b"));
        assert_eq!(value(env, "MANDATE_BASE"), None);
    }

    #[test]
    fn the_port_is_the_end_of_the_base() {
        assert_eq!(port_of("https://localhost:8443"), Some(8443));
        assert_eq!(port_of("https://localhost"), None);
    }
}
