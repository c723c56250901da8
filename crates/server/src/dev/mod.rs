//! `mandate dev`: everything in one process, with a known organisation, for people who write apps.

mod folder;
mod greeting;
mod intercept;
pub mod remote;
mod steer;

pub use folder::Folder;
pub use steer::Steer;

use crate::listen::{self, Handler, Limits};
use crate::outside::{Outside, Reach, Zone};
use crate::seed::{self, Seed};
use crate::site::Site;
use crate::{chance, clock, import, tls};
use mandate_graph::notify;
use mandate_store::{Place, Store};
use mandate_usecases::keys::{self, KeyKeeper};
use mandate_usecases::{House, Origins, Settings};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use steer::DevClock;
use tokio::sync::watch;

pub struct DevOptions {
    pub seed: Option<PathBuf>,
    pub data: PathBuf,
    pub memory: bool,
    pub store: Option<String>,
    pub listen: Option<IpAddr>,
    /// 443 when it intercepts, 8443 otherwise.
    pub port: Option<u16>,
    pub intercept: bool,
}

impl DevOptions {
    fn port(&self) -> u16 {
        self.port.unwrap_or(if self.intercept { 443 } else { 8443 })
    }

    /// Where this machine itself reaches it.
    fn here(&self) -> String {
        match self.port() {
            443 => "https://localhost".to_owned(),
            port => format!("https://localhost:{port}"),
        }
    }
}

pub(crate) const SAMPLE: &str = include_str!("../../sample.yaml");
const SWEEP_EVERY: Duration = Duration::from_secs(60 * 60);
const FLUSH_EVERY: Duration = Duration::from_millis(500);

pub fn run(options: DevOptions) -> Result<(), String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores)
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start the runtime: {error}"))?;
    runtime.block_on(start(options, cores))
}

async fn start(options: DevOptions, cores: usize) -> Result<(), String> {
    mandate_graph::check()?;
    // The seed is read whole before anything is written: a bad file changes nothing.
    let text = seed_text(&options)?;
    let seed = read_seed(&options, &text)?;
    let folder = Folder::open(&options.data)?;
    folder.forget_env()?;
    let here = options.here();
    let (origins, names) = match options.intercept {
        true => (intercept::origins(), intercept::hosts()),
        false => (Origins::at(&here), Vec::new()),
    };
    let certificates = tls::dev_certificates(folder.path(), clock::now(), &names)
        .map_err(|error| format!("cannot make certificates in {}: {error}", options.data.display()))?;
    let config = tls::server_config(&certificates).map_err(|error| format!("cannot use the certificates: {error}"))?;
    let time = Arc::new(DevClock::default());
    let zone = Arc::new(Zone::default());
    let house = open_house(&options, &folder, origins.clone(), cores, time.clone(), zone.clone()).await?;
    let house = Arc::new(house);
    let kept = import::import(&house, seed.clone()).await?;
    let steer = Arc::new(Steer::new(house.clone(), time, zone, Folder::open(&options.data)?, seed.clone()));
    if kept == 0 {
        steer.remember_seed().await?;
    }
    let listeners = bind(&options)?;
    folder.write_env(&greeting::env(&here, &origins, &folder, &seed))?;
    greeting::print(&origins.login, &folder, &seed, options.seed.is_some());
    if options.intercept {
        greeting::names_to_lead_here(&names, options.port());
    }
    if kept > 0 && folder.seed_changed(&text)? {
        greeting::warn_of_old_data(&folder);
    } else if !options.memory {
        folder.note_seed(&text)?;
    }
    serve(Site { house, steer: Some(steer) }, listeners, config).await;
    Ok(())
}

fn seed_text(options: &DevOptions) -> Result<String, String> {
    match &options.seed {
        None => Ok(SAMPLE.to_owned()),
        Some(path) => std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display())),
    }
}

fn read_seed(options: &DevOptions, text: &str) -> Result<Seed, String> {
    seed::read(text, clock::now()).map_err(|errors| {
        let name = options.seed.as_ref().map_or_else(|| "the sample".to_owned(), |path| path.display().to_string());
        let lines: Vec<String> = errors.iter().map(|error| format!("  {error}")).collect();
        format!("{name} cannot be used:\n{}", lines.join("\n"))
    })
}

async fn open_house(
    options: &DevOptions,
    folder: &Folder,
    origins: Origins,
    cores: usize,
    time: Arc<DevClock>,
    zone: Arc<Zone>,
) -> Result<House, String> {
    let place = if options.memory { Place::Memory } else { place(options.store.as_deref(), folder)? };
    let store = Store::open(&place).await.map_err(|fault| fault.to_string())?;
    let keys = load_keys(&store, folder, &origins.login).await?;
    let settings = Settings {
        origins,
        signers: cores,
        hashers: cores,
        clock: Arc::new(move || time.now()),
        chance: Arc::new(chance::system),
        fetch: Arc::new(Outside::new(Reach::AndLoopback, std::fs::read(folder.ca()).ok()).knowing(zone)),
    };
    House::new(store, keys, settings).map_err(|error| format!("cannot start worker threads: {error}"))
}

/// Keys stay in the folder, so that a store in memory starts with the ones that apps may have cached.
async fn load_keys(store: &Store, folder: &Folder, login: &str) -> Result<KeyKeeper, String> {
    let kek = folder.kek()?;
    let spare = folder.spare_keys()?;
    let kept = !spare.is_empty();
    let loaded = keys::load_or_make(store, kek, login, clock::now(), spare, &mut *chance::system()).await;
    let (keys, rows) = loaded.map_err(|fault| fault.to_string())?;
    if !kept {
        folder.keep_keys(&rows)?;
    }
    Ok(keys)
}

/// Where the directory is kept: what is named, or a file in the folder.
pub fn place(store: Option<&str>, folder: &Folder) -> Result<Place, String> {
    match store {
        None => Ok(Place::Sqlite(folder.path().join("mandate.db"))),
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(Place::Postgres(url.to_owned()))
        }
        Some(url) => match url.strip_prefix("sqlite:") {
            Some(path) => Ok(Place::Sqlite(path.into())),
            None => Err("the store must be sqlite:PATH or postgres://…".to_owned()),
        },
    }
}

/// `localhost` is two addresses; where the machine has no IPv6, one is enough.
fn bind(options: &DevOptions) -> Result<Vec<tokio::net::TcpListener>, String> {
    let at = |address: IpAddr| listen::bind(SocketAddr::new(address, options.port()));
    let told = |error: std::io::Error| format!("cannot listen on port {}: {error}", options.port());
    if let Some(address) = options.listen {
        return Ok(vec![at(address).map_err(told)?]);
    }
    let first = at(Ipv4Addr::LOCALHOST.into()).map_err(told)?;
    let second = at(Ipv6Addr::LOCALHOST.into());
    Ok(std::iter::once(first).chain(second.ok()).collect())
}

async fn serve(site: Site, listeners: Vec<tokio::net::TcpListener>, config: Arc<rustls::ServerConfig>) {
    let (stop, stopped) = watch::channel(false);
    let house = site.house.clone();
    let handler: Handler = Arc::new(move |request, peer| -> listen::Answer {
        let site = site.clone();
        Box::pin(async move { site.answer(request, peer.ip()).await })
    });
    let flusher = tokio::spawn(flush_loop(house.clone(), stopped.clone()));
    let running = listeners.into_iter().map(|listener| {
        tokio::spawn(listen::serve(listener, Some(config.clone()), handler.clone(), Limits::default(), stopped.clone()))
    });
    let running: Vec<_> = running.collect();
    until_told().await;
    let _ = stop.send(true);
    for server in running {
        let _ = server.await;
    }
    let _ = flusher.await;
    if let Err(fault) = house.store.flush().await {
        tracing::error!(%fault, "the last sign-ins were not written");
    }
}

async fn flush_loop(house: Arc<House>, mut stopped: watch::Receiver<bool>) {
    let mut sweeping = tokio::time::interval(SWEEP_EVERY);
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            _ = sweeping.tick() => sweep(&house).await,
            () = tokio::time::sleep(FLUSH_EVERY) => {}
        }
        if let Err(fault) = house.store.flush().await {
            tracing::error!(%fault, "sign-ins are not written");
        }
        if let Err(fault) = tell_changes(&house).await {
            tracing::error!(%fault, "changes are not told");
        }
        if let Err(fault) = notice_others(&house).await {
            tracing::error!(%fault, "what other processes changed is not seen");
        }
    }
}

/// Each on a task of its own: a receiver that is slow keeps nobody else waiting.
async fn tell_changes(house: &Arc<House>) -> Result<(), mandate_store::Fault> {
    for held in notify::due(house).await? {
        let house = house.clone();
        tokio::spawn(async move {
            if let Err(fault) = notify::tell(&house, &held).await {
                tracing::error!(subscription = %held.subscription.id, %fault, "a change is not told");
            }
        });
    }
    Ok(())
}

async fn sweep(house: &House) {
    if let Err(fault) = house.store.sweep(house.now()).await {
        tracing::error!(%fault, "what ended is not removed");
    }
}

/// Other processes on the same store: their changes, and their keys.
async fn notice_others(house: &House) -> Result<(), mandate_store::Fault> {
    house.store.notice_others().await?;
    keys::reload_if_changed(house).await
}

/// SIGTERM from a supervisor, Ctrl-C from a person.
async fn until_told() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = match signal(SignalKind::terminate()) {
        Ok(term) => term,
        Err(error) => {
            tracing::error!(%error, "cannot listen for SIGTERM");
            let _ = tokio::signal::ctrl_c().await;
            return;
        }
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
