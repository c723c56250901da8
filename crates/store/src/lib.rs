//! Every SQL statement of the house, and the two backends it runs on.
//!
//! A [`TenantView`] reads one tenant; a [`Record`] commits in one transaction, with its audit. Never: rules. A row
//! that breaks one is found by `usecases`, which planned it. Next: `sql` for how a statement is bound to its tenant,
//! `short` and `numbers` for the keys that rows lie under, `driver` for SQLite and PostgreSQL, `nouns` for what is read,
//! `record` for what is written.
#![forbid(unsafe_code)]

mod commits;
mod driver;
mod fault;
mod journal;
mod memo;
mod migrate;
mod nouns;
mod numbers;
mod packed;
mod record;
mod refill;
mod short;
mod snapshot;
mod sql;
mod sweep;
mod value;

pub use fault::Fault;
pub use memo::Memo;
pub use nouns::{
    Assignee, ChangedGrant, ChangedLink, ChangedObject, Global, Gone, HoldingUnit, KeyChange, KeyRow, KeyUse,
    TenantView,
};
pub use snapshot::Snapshot;

use commits::Commits;
use driver::{Driver, Write};
use journal::Journal;
use mandate_base::TenantId;
use mandate_domain::audit::SignIn;
use mandate_domain::record::Record;
use memo::Generations;
use numbers::Numbers;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the data lives.
#[derive(Clone, Debug)]
pub enum Place {
    /// Gone when the process ends.
    Memory,
    Sqlite(PathBuf),
    /// `postgres://…`
    Postgres(String),
}

/// What became of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    Done,
    /// Somebody else changed what the plan was made on: load and plan again.
    Raced,
}

/// The store. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Store {
    driver: Driver,
    journal: Arc<Journal>,
    generations: Arc<Generations>,
    commits: Arc<Commits>,
    numbers: Numbers,
}

impl Store {
    /// Opens the place, makes it if it is new, and brings its schema up to date.
    pub async fn open(place: &Place) -> Result<Store, Fault> {
        Store::opened(Driver::open(place, None).await?).await
    }

    /// For [`Store::fill`]: with memory for large transactions.
    pub async fn open_to_fill(place: &Place) -> Result<Store, Fault> {
        const CACHE: u32 = 1 << 20;
        Store::opened(Driver::open(place, Some(CACHE)).await?).await
    }

    async fn opened(driver: Driver) -> Result<Store, Fault> {
        migrate::run(&driver).await?;
        driver.steady(migrate::newest())?;
        let numbers = Numbers::default();
        refill::run(&driver, &numbers).await?;
        let commits = Arc::new(Commits::read(&driver).await?);
        Ok(Store { driver, journal: Arc::default(), generations: Arc::default(), commits, numbers })
    }

    pub fn tenant(&self, tenant: TenantId) -> TenantView<'_> {
        TenantView { driver: &self.driver, tenant }
    }

    pub fn global(&self) -> Global<'_> {
        Global { driver: &self.driver }
    }

    /// Writes a record of one tenant, whole or not at all. What it changed is stale in every memo afterwards.
    pub async fn commit(
        &self,
        tenant: TenantId,
        record: &Record,
        now: mandate_base::Moment,
    ) -> Result<Committed, Fault> {
        if record.is_nothing() {
            return Ok(Committed::Done);
        }
        let known = record::known_objects(self.tenant(tenant), record, &self.numbers).await?;
        let mut writes = record::writes(self.whose(tenant).await?, record, now, known)?;
        if record.changes().next().is_none() {
            return self.driver.write(writes).await;
        }
        // On a task of its own: whoever asked may go away, but what it changed must end older answers all the same,
        // and so must a commit whose outcome nobody learned.
        writes.push(commits::counted());
        let (driver, generations, commits) = (self.driver.clone(), self.generations.clone(), self.commits.clone());
        let (shared, touched) = (Generations::is_shared(record), Generations::is_touched(record));
        let commit = async move {
            let committed = driver.write(writes).await;
            if matches!(committed, Ok(Committed::Raced)) {
                // The plan may have been made on what another process changed since: the next one asks again.
                generations.raise_all();
            } else {
                if touched {
                    generations.raise(tenant, shared);
                }
                commits.own();
            }
            committed
        };
        tokio::spawn(commit).await.map_err(Fault::while_doing("committing"))?
    }

    /// Writes a record of new things, as [`Store::commit`] does, before anybody uses the store: it leaves no marks for those
    /// who keep a copy, and what it holds is found when [`Store::fill_facets`] was called with the rest of its kind.
    pub async fn fill(&self, tenant: TenantId, record: &Record, now: mandate_base::Moment) -> Result<Committed, Fault> {
        let known = record::new_objects(&self.driver, record, &self.numbers).await?;
        self.driver.write(record::bare_writes(self.whose(tenant).await?, record, now, known)?).await
    }

    async fn whose(&self, tenant: TenantId) -> Result<record::Whose, Fault> {
        record::Whose::to_write(&self.driver, tenant).await
    }

    /// The numbers of what was filled, by id.
    pub async fn numbers(
        &self,
        tenant: TenantId,
        noun: mandate_domain::query::Noun,
    ) -> Result<std::collections::HashMap<mandate_base::ObjectId, i64>, Fault> {
        self.tenant(tenant).numbers(noun).await
    }

    /// What filled objects are found by: facet, value and the object's number, in whose order it is written fastest.
    pub async fn fill_facets(
        &self,
        tenant: TenantId,
        facets: impl IntoIterator<Item = (i64, Vec<u8>, i64)>,
    ) -> Result<Committed, Fault> {
        self.driver.write(record::numbered_facet_writes(self.whose(tenant).await?, facets)).await
    }

    /// Remembers a sign-in soon: for those that write nothing else. At most a second of them is lost in a crash.
    pub fn note(&self, tenant: TenantId, sign_in: SignIn) {
        self.journal.note(tenant, sign_in);
    }

    /// Writes what was noted. The server calls this twice a second, and once more when it stops.
    pub async fn flush(&self) -> Result<(), Fault> {
        let noted = self.journal.take();
        if noted.is_empty() {
            return Ok(());
        }
        let written = self.write_noted(&noted).await;
        if written.is_err() {
            self.journal.put_back(noted);
        }
        written.map(|_| ())
    }

    async fn write_noted(&self, noted: &[(TenantId, SignIn)]) -> Result<Committed, Fault> {
        let mut writes = Vec::with_capacity(noted.len());
        for (tenant, sign_in) in noted {
            writes.extend(record::sign_in_writes(self.whose(*tenant).await?, sign_in));
        }
        self.driver.write(writes).await
    }

    /// Removes what ended long ago. The server calls this once an hour.
    pub async fn sweep(&self, now: mandate_base::Moment) -> Result<(), Fault> {
        sweep::sweep(&self.driver, now).await
    }

    /// Everything but the keys, as it is now.
    pub async fn snapshot(&self) -> Result<Snapshot, Fault> {
        self.flush().await?;
        snapshot::take(&self.driver).await
    }

    /// Puts a snapshot back in the place of everything. Every memo is stale afterwards.
    pub async fn restore(&self, snapshot: &Snapshot) -> Result<(), Fault> {
        self.journal.take();
        let restored = snapshot::restore(&self.driver, snapshot).await;
        self.generations.raise_all();
        self.commits.own();
        restored
    }

    /// Sees whether other processes changed the directory; then nothing that is remembered holds any more. The server
    /// calls this twice a second.
    pub async fn notice_others(&self) -> Result<(), Fault> {
        if self.commits.others(&self.driver).await? {
            self.generations.raise_all();
        }
        Ok(())
    }

    /// Another one when everything was put back at once: what was known of changes does not hold any more.
    pub async fn era(&self) -> Result<i64, Fault> {
        commits::era(&self.driver).await
    }

    /// How many sign-ins wait to be written.
    pub fn unwritten(&self) -> usize {
        self.journal.len()
    }

    pub(crate) fn generations(&self) -> &Generations {
        &self.generations
    }
}
