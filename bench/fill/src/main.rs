//! Makes a tenant large: a million people in nested groups, apps with their instances, grants and assignments, as a store
//! would hold them after years. For measurements; the server must not run meanwhile.
//! Never: an audit of what it makes, or a password: nobody signs in as one of these. Next: `people.rs`, `apps.rs` for what is
//! made, `progress.rs` for what is shown.
#![forbid(unsafe_code)]

mod apps;
mod clock;
mod ids;
mod people;
mod progress;

use mandate_base::{CorrelationId, Moment, ObjectId, TenantId};
use mandate_domain::audit::{Activity, Actor, Doer};
use mandate_domain::query::Noun;
use mandate_domain::record::{Change, Record};
use mandate_store::{Committed, Place, Store};
use people::Numbers;
use progress::Progress;
use std::path::PathBuf;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "\
usage: mandate-fill STORE TENANT [--users N] [--groups N] [--apps N] [--access N] [--tenants N]

  STORE      the file of a store, such as .mandate/mandate.db, or postgres://…
  TENANT     the id of an organisation that is in it
  --users    people (1000000), each in two groups
  --groups   groups (100000), nested five deep
  --apps     applications, each with its service principal (10000)
  --access   grants and app-role assignments together (1000000)
  --tenants  organisations beside that one, each with a handful of people (0)
";

/// How much is made.
#[derive(Clone, Copy)]
pub struct Size {
    pub users: u64,
    pub groups: u64,
    pub apps: u64,
    pub access: u64,
    pub tenants: u64,
}

/// Changes of one transaction.
const BATCH: usize = 20_000;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let filled = read(&words).and_then(|(place, tenant, size)| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.map_err(|error| error.to_string())?.block_on(fill(&place, tenant, size))
    });
    match filled {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{}", why.trim_end());
            ExitCode::FAILURE
        }
    }
}

fn read(words: &[String]) -> Result<(Place, TenantId, Size), String> {
    let mut size = Size { users: 1_000_000, groups: 100_000, apps: 10_000, access: 1_000_000, tenants: 0 };
    let [store, tenant, options @ ..] = words else { return Err(USAGE.to_owned()) };
    let tenant = TenantId::parse(tenant).map_err(|_| format!("`{tenant}` is no id\n{USAGE}"))?;
    for pair in options.chunks(2) {
        let [name, value] = pair else { return Err(USAGE.to_owned()) };
        let value = value.parse().map_err(|_| format!("`{value}` is no number\n{USAGE}"))?;
        match name.as_str() {
            "--users" => size.users = value,
            "--groups" => size.groups = value,
            "--apps" => size.apps = value,
            "--access" => size.access = value,
            "--tenants" => size.tenants = value,
            _ => return Err(format!("`{name}` is not understood\n{USAGE}")),
        }
    }
    let place = match store.starts_with("postgres") {
        true => Place::Postgres(store.clone()),
        false => Place::Sqlite(PathBuf::from(store)),
    };
    Ok((place, tenant, size))
}

async fn fill(place: &Place, tenant: TenantId, size: Size) -> Result<(), String> {
    let begun = clock::now();
    let store = Store::open_to_fill(place).await.map_err(|fault| fault.to_string())?;
    let found = store.global().tenant_by_id(tenant).await.map_err(|fault| fault.to_string())?;
    let organisation = found.ok_or_else(|| format!("there is no organisation {tenant}"))?;
    let domain = organisation.default_domain().ok_or("the organisation has no domain")?.to_owned();
    let world = World { tenant, domain, size };
    let mut filler = Filler { store, tenant, waiting: None };
    filler.all("people", in_order(world.users())).await?;
    filler.facets("people by facet", world.user_facets(&filler.numbers(Noun::User).await?)).await?;
    filler.all("groups", in_order(world.groups())).await?;
    filler.facets("groups by facet", world.group_facets(&filler.numbers(Noun::Group).await?)).await?;
    filler.all("memberships", in_order(world.memberships())).await?;
    filler.all("apps", world.apps().collect()).await?;
    let (apps, instances) = (filler.numbers(Noun::Application).await?, filler.numbers(Noun::ServicePrincipal).await?);
    filler.facets("apps by facet", world.app_facets(&apps, &instances)).await?;
    filler.all("access", in_order(world.access())).await?;
    filler.tenants(&world).await?;
    println!("done in {} s", begun.elapsed().as_secs());
    Ok(())
}

/// What is made, and where.
pub struct World {
    pub tenant: TenantId,
    pub domain: String,
    pub size: Size,
}

/// Made long ago: what nobody touched since.
pub const THEN: Moment = Moment::from_millis(1_700_000_000_000);

struct Filler {
    store: Store,
    tenant: TenantId,
    /// One transaction is written while the next one is made.
    waiting: Option<tokio::task::JoinHandle<Result<Committed, mandate_store::Fault>>>,
}

impl Filler {
    async fn all(&mut self, what: &str, changes: Vec<Change>) -> Result<(), String> {
        let mut progress = Progress::of(what, changes.len() as u64);
        let mut changes = changes.into_iter().peekable();
        while changes.peek().is_some() {
            let record = record_of(changes.by_ref().take(BATCH));
            let count = record.changes().count();
            let store = self.store.clone();
            let tenant = self.tenant;
            self.write(async move { store.fill(tenant, &record, THEN).await }).await?;
            progress.done(count as u64);
        }
        self.settle().await?;
        progress.end();
        Ok(())
    }

    async fn facets(&mut self, what: &str, mut facets: Vec<(i64, Vec<u8>, i64)>) -> Result<(), String> {
        facets.sort_unstable();
        let mut progress = Progress::of(what, facets.len() as u64);
        let mut facets = facets.into_iter().peekable();
        while facets.peek().is_some() {
            let some: Vec<_> = facets.by_ref().take(10 * BATCH).collect();
            let count = some.len();
            let (store, tenant) = (self.store.clone(), self.tenant);
            self.write(async move { store.fill_facets(tenant, some).await }).await?;
            progress.done(count as u64);
        }
        self.settle().await?;
        progress.end();
        Ok(())
    }

    async fn numbers(&self, noun: Noun) -> Result<Numbers, String> {
        self.store.numbers(self.tenant, noun).await.map_err(|fault| fault.to_string())
    }

    async fn tenants(&mut self, world: &World) -> Result<(), String> {
        let mut progress = Progress::of("organisations", world.size.tenants);
        for number in 0..world.size.tenants {
            let (tenant, changes) = world.organisation(number);
            let record = record_of(changes);
            let store = self.store.clone();
            // Whole: these are small.
            self.write(async move { store.commit(tenant, &record, THEN).await }).await?;
            progress.done(1);
        }
        self.settle().await?;
        progress.end();
        Ok(())
    }

    async fn write(
        &mut self,
        work: impl Future<Output = Result<Committed, mandate_store::Fault>> + Send + 'static,
    ) -> Result<(), String> {
        self.settle().await?;
        self.waiting = Some(tokio::spawn(work));
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), String> {
        let Some(waiting) = self.waiting.take() else { return Ok(()) };
        match waiting.await.map_err(|error| error.to_string())?.map_err(|fault| fault.to_string())? {
            Committed::Done => Ok(()),
            Committed::Raced => Err("something of that id is there already: the tenant was filled before".to_owned()),
        }
    }
}

fn record_of(changes: impl IntoIterator<Item = Change>) -> Record {
    let mut record = Record::default();
    for (place, change) in changes.into_iter().enumerate() {
        match place {
            0 => record.change(change, entry()),
            _ => record.and(change),
        }
    }
    record
}

/// In the order in which their table keeps them: a tree grows at its end much faster than everywhere.
fn in_order(changes: impl Iterator<Item = Change>) -> Vec<Change> {
    let mut changes: Vec<Change> = changes.collect();
    changes.sort_by_cached_key(|change| match change {
        Change::UserAdded(user) => [user.id.into(), ObjectId::from_u128(0)],
        Change::GroupAdded(group) => [group.id.into(), ObjectId::from_u128(0)],
        Change::LinkAdded(link) => [link.of, link.member],
        Change::GrantAdded(grant) => [grant.id.into(), ObjectId::from_u128(0)],
        Change::AppRoleAssigned(assignment) => [assignment.id.into(), ObjectId::from_u128(0)],
        _ => [ObjectId::from_u128(0); 2],
    });
    changes
}

fn entry() -> mandate_domain::audit::AuditEntry {
    let actor = Actor::System { reason: "filled for a measurement".to_owned() };
    Doer { actor, correlation: CorrelationId::from_u128(0) }.entry(Activity::CreateCompany)
}
