//! The whole test: the workspace's own tests, then real clients in Python, Node and a browser against the release binary.
//! Never: a failure that only a reader of the log would notice. Next: `tally.rs` counts, `dev_server.rs` is what they call.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::dev_server::{DevServer, Start};
use crate::organisation;
use crate::postgres::Postgres;
use crate::private_names;
use crate::process::{apt_install, cargo, on_ci, on_path, root, run, stream};
use crate::tally::{Count, Tally, cargo_result, closing_line};

const MINUTE: Duration = Duration::from_secs(60);
const WORKSPACE_LIMIT: Duration = MINUTE.saturating_mul(30);
const SUITE_LIMIT: Duration = MINUTE.saturating_mul(10);

const CHROMIUM: &str = "/usr/bin/chromium";

/// Runs everything there is and prints the count as the last line.
pub fn test() -> Result<(), String> {
    let mut tally = Tally::new(on_ci());
    match build_server() {
        Ok(()) => run_all(&mut tally),
        Err(why) => tally.failed("release build", &why),
    }
    println!("\n{}", tally.report());
    // The count above says it all; an error text would follow the closing line.
    if tally.total().failed == 0 { Ok(()) } else { Err(String::new()) }
}

/// Only the named client suites, each on a fresh server; all of them when none is named.
pub fn only_clients(names: &[String]) -> Result<(), String> {
    let wanted: Vec<Suite> =
        SUITES.into_iter().filter(|suite| names.is_empty() || names.iter().any(|name| name == suite.name())).collect();
    if wanted.is_empty() {
        return Err(format!("there is no such suite; there are {}", SUITES.map(Suite::name).join(", ")));
    }
    build_server()?;
    let mut tally = Tally::new(on_ci());
    for suite in wanted {
        clients(&mut tally, "", None, &[suite]);
    }
    println!("\n{}", tally.report());
    if tally.total().failed == 0 { Ok(()) } else { Err(String::new()) }
}

/// Screenshots of every page, for the eyes of a reviewer.
pub fn screens() -> Result<(), String> {
    build_server()?;
    let folder = Suite::Browser.prepare().map_err(Unready::into_reason)?;
    let server = DevServer::start("screens", None)?;
    let mut script = Suite::Browser.node("screens.mjs", &folder, &server)?;
    run(script.arg(root().join("docs/screens"))).map_err(|why| format!("{why}\n{}", server.log_tail()))?;
    server.stop()
}

/// Only those of clients that are told nothing.
pub fn unconfigured() -> Result<(), String> {
    build_server()?;
    for suite in UNCONFIGURED {
        suite.prepare().map_err(Unready::into_reason)?;
    }
    let mut tally = Tally::new(on_ci());
    private_names::enter(&mut tally);
    println!("\n{}", tally.report());
    if tally.total().failed == 0 { Ok(()) } else { Err(String::new()) }
}

/// What runs where the public cloud's names lead here. Everything was installed before: there is no network in there.
pub fn inside_private_names() -> Result<(), String> {
    private_names::prepare(&root().join("target/runs"))?;
    let mut tally = Tally::new(on_ci());
    let start = Start { store: None, seed: &organisation::write, trusted: None, intercepts: true };
    let server = DevServer::start_with("intercept", start)?;
    for suite in UNCONFIGURED {
        let title = format!("{}, unconfigured", suite.name());
        match suite.folder().and_then(|folder| suite.unconfigured(&folder, &server)) {
            Ok(mut command) => suite.count(&mut tally, &title, &mut command),
            Err(why) => tally.failed(&title, &why),
        }
    }
    if tally.total().failed > 0 {
        println!("{}", server.log_tail());
    }
    server.stop()?;
    println!("\n{}", tally.report());
    if tally.total().failed == 0 { Ok(()) } else { Err(String::new()) }
}

pub fn build_server() -> Result<(), String> {
    run(cargo().args(["build", "--release", "-p", "mandate-server"]))
}

fn run_all(tally: &mut Tally) {
    let postgres = Postgres::start().map_err(|why| tally.skipped("everything on PostgreSQL", &why)).ok();
    workspace_tests(tally, postgres.as_ref());
    clients(tally, "", None, &[Suite::Python, Suite::Node, Suite::Browser]);
    // On a server of their own: what people allowed in the suites above would answer questions that these ask.
    clients(tally, "", None, &[Suite::Go]);
    clients(tally, "", None, &[Suite::Java]);
    clients(tally, "", None, &[Suite::AzureCli, Suite::GraphPython, Suite::GraphNode]);
    match [Suite::M365Cli, Suite::Office365Python].into_iter().try_for_each(|suite| suite.prepare().map(drop)) {
        Ok(()) => private_names::enter(tally),
        Err(why) => tally.failed("unconfigured clients", &why.into_reason()),
    }
    if let Some(postgres) = &postgres {
        match postgres.database("mandate") {
            Ok(url) => clients(tally, " on PostgreSQL", Some(&url), &[Suite::Python]),
            Err(why) => tally.failed("python on PostgreSQL", &why),
        }
    }
}

fn workspace_tests(tally: &mut Tally, postgres: Option<&Postgres>) {
    // Built before the clock starts: the limit is for tests that hang.
    if let Err(why) = run(cargo().args(["test", "--workspace", "--no-run"])) {
        return tally.failed("workspace tests", &why);
    }
    let url = match postgres.map(|postgres| postgres.database("mandate_test")) {
        Some(Ok(url)) => Some(url),
        Some(Err(why)) => {
            tally.failed("database for the workspace tests", &why);
            None
        }
        None => None,
    };
    cargo_tests(tally, "workspace tests", &["--workspace"], url.as_deref(), "memory");
    if url.is_some() {
        cargo_tests(tally, "end to end on PostgreSQL", &["-p", "mandate-tests"], url.as_deref(), "postgres");
    }
}

/// `e2e_store`: where the end-to-end tests keep their houses.
fn cargo_tests(tally: &mut Tally, name: &str, which: &[&str], url: Option<&str>, e2e_store: &str) {
    let mut command = cargo();
    command.arg("test").args(which).arg("--no-fail-fast").env("MANDATE_E2E_STORE", e2e_store);
    if let Some(url) = url {
        command.env("MANDATE_TEST_POSTGRES", url);
    }
    let mut count = Count::default();
    let ended = stream("cargo", &mut command, WORKSPACE_LIMIT, |line| {
        if let Some(more) = cargo_result(line) {
            count.add(more);
        }
    });
    if let Err(why) = &ended {
        println!("FAILED {name}: {why}");
    }
    tally.ran(name, count.judged(ended.is_ok_and(|status| status.success())));
}

/// One server, one suite after the other against it.
fn clients(tally: &mut Tally, variant: &str, store: Option<&str>, suites: &[Suite]) {
    let server = match DevServer::start(if store.is_some() { "postgres" } else { "sqlite" }, store) {
        Ok(server) => server,
        Err(why) => {
            return suites.iter().for_each(|suite| tally.failed(&format!("{}{variant}", suite.name()), &why));
        }
    };
    let failed_before = tally.total().failed;
    for suite in suites {
        suite.run(tally, &format!("{}{variant}", suite.name()), &server);
    }
    if tally.total().failed > failed_before {
        println!("{}", server.log_tail());
    }
    let name = format!("clean stop{variant}");
    match server.stop() {
        Ok(()) => tally.ran(&name, Count::ONE_PASSED),
        Err(why) => tally.failed(&name, &why),
    }
}

const SUITES: [Suite; 8] = [
    Suite::Python,
    Suite::Node,
    Suite::Browser,
    Suite::Go,
    Suite::Java,
    Suite::AzureCli,
    Suite::GraphPython,
    Suite::GraphNode,
];

/// The last ones know no other way.
const UNCONFIGURED: [Suite; 7] =
    [Suite::Python, Suite::Node, Suite::Browser, Suite::Go, Suite::Java, Suite::M365Cli, Suite::Office365Python];

#[derive(Clone, Copy)]
enum Suite {
    Python,
    Node,
    Browser,
    Go,
    Java,
    AzureCli,
    GraphPython,
    GraphNode,
    M365Cli,
    Office365Python,
}

/// Why a suite cannot run: the machine lacks its runtime, or its set-up went wrong.
enum Unready {
    Missing(String),
    Broken(String),
}

impl Unready {
    fn into_reason(self) -> String {
        match self {
            Unready::Missing(why) | Unready::Broken(why) => why,
        }
    }
}

impl Suite {
    fn name(self) -> &'static str {
        match self {
            Suite::Python => "python",
            Suite::Node => "node",
            Suite::Browser => "browser",
            Suite::Go => "go",
            Suite::Java => "java",
            Suite::AzureCli => "azure_cli",
            Suite::GraphPython => "graph_python",
            Suite::GraphNode => "graph_node",
            Suite::M365Cli => "m365_cli",
            Suite::Office365Python => "office365_python",
        }
    }

    fn run(self, tally: &mut Tally, title: &str, server: &DevServer) {
        let folder = match self.prepare() {
            Ok(folder) => folder,
            Err(Unready::Missing(why)) => return tally.skipped(title, &why),
            Err(Unready::Broken(why)) => return tally.failed(title, &why),
        };
        match self.command(&folder, server) {
            Ok(mut command) => self.count(tally, title, &mut command),
            Err(why) => tally.failed(title, &why),
        }
    }

    fn count(self, tally: &mut Tally, title: &str, command: &mut Command) {
        let mut closing = None;
        let ended = stream(self.name(), command, SUITE_LIMIT, |line| closing = closing_line(line).or(closing));
        match (ended, closing) {
            (Err(why), _) => tally.failed(title, &why),
            (Ok(status), None) => tally.failed(title, &format!("no closing line; it ended with {status}")),
            (Ok(status), Some(count)) => tally.ran(title, count.judged(status.success())),
        }
    }

    /// Installs what the suite leans on; answers the folder to run it in.
    fn prepare(self) -> Result<PathBuf, Unready> {
        match self {
            Suite::Python => {
                needs("python3")?;
                prepare_python().map_err(Unready::Broken)
            }
            Suite::Node => {
                needs("node")?;
                needs("npm")?;
                prepare_node("node").map_err(Unready::Broken)
            }
            Suite::GraphNode => {
                needs("node")?;
                needs("npm")?;
                prepare_node("graph_node").map_err(Unready::Broken)
            }
            Suite::M365Cli => {
                needs("node")?;
                needs("npm")?;
                prepare_node("m365_cli").map_err(Unready::Broken)
            }
            Suite::Browser => {
                needs("node")?;
                needs("npm")?;
                if !Path::new(CHROMIUM).exists() {
                    apt_install("chromium").map_err(Unready::Missing)?;
                }
                prepare_node("browser").map_err(Unready::Broken)
            }
            Suite::Go => {
                needs("go")?;
                prepare_go().map_err(Unready::Broken)
            }
            Suite::Java => {
                needs("java")?;
                needs("mvn")?;
                prepare_java().map_err(Unready::Broken)
            }
            Suite::AzureCli => {
                needs("python3")?;
                prepare_azure_cli().map_err(Unready::Broken)
            }
            Suite::GraphPython => {
                needs("python3")?;
                prepare_venv("graph_python").map_err(Unready::Broken)
            }
            Suite::Office365Python => {
                needs("python3")?;
                prepare_venv("office365_python").map_err(Unready::Broken)
            }
        }
    }

    fn command(self, folder: &Path, server: &DevServer) -> Result<Command, String> {
        match self {
            Suite::Python | Suite::GraphPython | Suite::Office365Python => {
                let mut command = Command::new(installed_clients().join(self.name()).join("bin/python"));
                command.current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUNBUFFERED", "1");
                command.arg("run.py").arg(server.env_file());
                server.tell(&mut command);
                Ok(command)
            }
            Suite::AzureCli => {
                // Its own Python runs the command; that of the Python suite drives browsers and reads the outcome.
                let mut command = Command::new(installed_clients().join("python/bin/python"));
                command.current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUNBUFFERED", "1");
                command.arg("run.py").arg(server.env_file()).arg(installed_clients().join("azure_cli/bin/az"));
                server.tell(&mut command);
                Ok(command)
            }
            Suite::Node | Suite::Browser | Suite::GraphNode => self.node("run.mjs", folder, server),
            Suite::M365Cli => self.node("intercept.mjs", folder, server),
            Suite::Go => {
                let mut command = Command::new(folder.join("clients"));
                command.current_dir(folder).arg(server.env_file());
                server.tell(&mut command);
                Ok(command)
            }
            Suite::Java => {
                let mut command = Command::new("java");
                command.current_dir(folder).args(["-cp", "classes:libs/*", "mandate.clients.Main"]);
                command.arg(server.env_file());
                server.tell(&mut command);
                Ok(command)
            }
        }
    }

    /// Where it was prepared.
    fn folder(self) -> Result<PathBuf, String> {
        let folder = match self {
            Suite::Python | Suite::AzureCli | Suite::GraphPython | Suite::Office365Python => {
                client_sources().join(self.name())
            }
            Suite::Node | Suite::Browser | Suite::GraphNode | Suite::M365Cli => installed_clients().join(self.name()),
            Suite::Go => installed_clients().join("go-built"),
            Suite::Java => installed_clients().join("java-built"),
        };
        if folder.is_dir() { Ok(folder) } else { Err("was not prepared".to_owned()) }
    }

    /// The clients that are told nothing: their machine trusts the CA, and that is all.
    fn unconfigured(self, folder: &Path, server: &DevServer) -> Result<Command, String> {
        let mut command = match self {
            Suite::Python => {
                let mut command = Command::new(installed_clients().join("python/bin/python"));
                command.current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUNBUFFERED", "1");
                command.arg("intercept.py").arg(server.env_file());
                command
            }
            Suite::Node | Suite::Browser | Suite::M365Cli => self.node("intercept.mjs", folder, server)?,
            Suite::Office365Python => self.command(folder, server)?,
            Suite::Go | Suite::Java | Suite::AzureCli | Suite::GraphPython | Suite::GraphNode => {
                let mut command = self.command(folder, server)?;
                command.arg("intercept");
                command
            }
        };
        command.env("SSL_CERT_FILE", server.ca_file()?);
        Ok(command)
    }

    fn node(self, script: &str, folder: &Path, server: &DevServer) -> Result<Command, String> {
        let mut command = Command::new("node");
        // Node reads this once, at its start: a script cannot set it for itself.
        command.current_dir(folder).env("NODE_EXTRA_CA_CERTS", server.ca_file()?);
        command.arg(script).arg(server.env_file());
        server.tell(&mut command);
        Ok(command)
    }
}

fn needs(program: &str) -> Result<(), Unready> {
    on_path(program).map(drop).ok_or_else(|| Unready::Missing(format!("`{program}` is not installed")))
}

fn client_sources() -> PathBuf {
    root().join("tests/clients")
}

/// Where packages of other languages are installed. As deep below the root as the sources are, so that a relative path
/// in a script means the same in both.
fn installed_clients() -> PathBuf {
    root().join("target/clients")
}

fn prepare_python() -> Result<PathBuf, String> {
    prepare_venv("python")
}

/// Azure CLI pins the libraries that the Python suite judges with, so it gets a Python of its own.
fn prepare_azure_cli() -> Result<PathBuf, String> {
    prepare_python()?;
    prepare_venv("azure_cli")
}

fn prepare_venv(suite: &str) -> Result<PathBuf, String> {
    let sources = client_sources().join(suite);
    let venv = installed_clients().join(suite);
    let requirements = sources.join("requirements.txt");
    install_once(&requirements, &venv, || {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
        let mut pip = Command::new(venv.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
        run(pip.arg(&requirements))
    })?;
    Ok(sources)
}

/// Built beside the copies of the other suites; Go and Maven keep what they fetch where they always do.
fn prepare_go() -> Result<PathBuf, String> {
    let folder = built_clients("go-built")?;
    let mut go = Command::new("go");
    go.current_dir(client_sources().join("go")).args(["build", "-o"]).arg(folder.join("clients")).arg(".");
    run(&mut go)?;
    Ok(folder)
}

fn prepare_java() -> Result<PathBuf, String> {
    let folder = built_clients("java-built")?;
    let mut maven = Command::new("mvn");
    maven.current_dir(client_sources().join("java")).args(["-q", "-B", "compile", "dependency:copy-dependencies"]);
    run(maven.arg(format!("-Dfolder={}", folder.display())))?;
    Ok(folder)
}

fn built_clients(name: &str) -> Result<PathBuf, String> {
    let folder = installed_clients().join(name);
    fs::create_dir_all(&folder).map_err(|err| format!("making {}: {err}", folder.display()))?;
    Ok(folder)
}

/// Node looks for packages upward from a script's own folder: the scripts are copied to where packages may be installed.
fn prepare_node(suite: &str) -> Result<PathBuf, String> {
    for entry in fs::read_dir(client_sources()).map_err(|err| format!("reading tests/clients: {err}"))?.flatten() {
        if entry.path().is_dir() && NODE_SUITES.iter().any(|suite| entry.file_name() == *suite) {
            let copy = installed_clients().join(entry.file_name());
            mirror(&entry.path(), &copy).map_err(|err| format!("copying {}: {err}", entry.path().display()))?;
        }
    }
    let folder = installed_clients().join(suite);
    install_once(&client_sources().join(suite).join("package.json"), &folder, || {
        let mut npm = Command::new("npm");
        npm.current_dir(&folder).args(["install", "--no-audit", "--no-fund", "--loglevel=error"]);
        run(&mut npm)
    })?;
    Ok(folder)
}

/// They share scripts, so each is copied beside the other.
const NODE_SUITES: &[&str] = &["node", "browser", "conformance", "graph_node", "m365_cli"];

/// The scripts that drive our pages for the conformance suite; the browser's packages serve them too.
pub fn prepare_conformance() -> Result<PathBuf, String> {
    Suite::Browser.prepare().map_err(Unready::into_reason)?;
    Ok(installed_clients().join("conformance"))
}

/// What `install_once` writes when it is done, and what `mirror` leaves where it lies.
const DONE: &str = "installed";
const KEPT: &[&str] = &[DONE, "node_modules", "package-lock.json"];

/// Installs again only when the list of packages has changed.
fn install_once(list: &Path, folder: &Path, install: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let wanted = fs::read(list).map_err(|err| format!("reading {}: {err}", list.display()))?;
    let done = folder.join(DONE);
    if fs::read(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    install()?;
    fs::write(&done, wanted).map_err(|err| format!("writing {}: {err}", done.display()))
}

/// Makes `to` hold the files of `from` and no others, but for what was installed there.
fn mirror(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        if KEPT.iter().any(|kept| entry.file_name() == *kept) {
            continue;
        }
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        if entry.file_name() == "node_modules" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            mirror(&entry.path(), &copy)?
        } else {
            fs::copy(entry.path(), &copy).map(drop)?
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::ScratchDir;

    fn scratch(name: &str) -> ScratchDir {
        ScratchDir::new(std::env::temp_dir().join(format!("mandate-{name}-{}", std::process::id())))
            .expect("can be made")
    }

    #[test]
    fn a_mirror_follows_its_sources_and_keeps_what_was_installed() {
        let scratch = scratch("mirror");
        let (from, to) = (scratch.path().join("from"), scratch.path().join("to"));
        fs::create_dir_all(from.join("pages")).expect("can be made");
        fs::create_dir_all(to.join("node_modules")).expect("can be made");
        fs::write(from.join("pages/login.mjs"), "new").expect("can be written");
        fs::write(to.join("node_modules/package"), "kept").expect("can be written");
        fs::write(to.join("gone.mjs"), "old").expect("can be written");
        mirror(&from, &to).expect("can be mirrored");
        assert_eq!(fs::read_to_string(to.join("pages/login.mjs")).ok().as_deref(), Some("new"));
        assert!(to.join("node_modules/package").exists());
        assert!(!to.join("gone.mjs").exists());
    }

    #[test]
    fn packages_are_installed_again_only_when_the_list_changes_or_the_last_try_failed() {
        let scratch = scratch("install");
        let list = scratch.path().join("list");
        let installs = |succeeds: bool| {
            let mut ran = false;
            let _ = install_once(&list, scratch.path(), || {
                ran = true;
                if succeeds { Ok(()) } else { Err("no network".to_owned()) }
            });
            ran
        };
        fs::write(&list, "a==1").expect("can be written");
        assert_eq!([installs(false), installs(true), installs(true)], [true, true, false]);
        fs::write(&list, "a==2").expect("can be written");
        assert!(installs(true));
    }
}
