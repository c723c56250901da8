//! States with names: the seed's, and those that people keep.

use crate::import;
use crate::seed::Seed;
use mandate_store::{Fault, Snapshot};
use mandate_usecases::House;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

pub struct Snapshots {
    seed: Seed,
    /// What the store held when the seed had just come in.
    fresh: Mutex<Option<Arc<Snapshot>>>,
    named: Mutex<BTreeMap<String, Arc<Snapshot>>>,
}

/// Memory is the limit; a hundred is plenty for a test run.
const MOST: usize = 100;
const LONGEST: usize = 64;

#[derive(Debug)]
pub enum Unkept {
    BadName,
    TooMany,
    Fault(Fault),
}

impl Snapshots {
    pub fn of(seed: Seed) -> Snapshots {
        Snapshots { seed, fresh: Mutex::default(), named: Mutex::default() }
    }

    pub async fn remember_seed(&self, house: &House) -> Result<(), Fault> {
        let fresh = Arc::new(house.store.snapshot().await?);
        *self.fresh.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        Ok(())
    }

    /// Back to the seed. Data of an earlier start is gone with it.
    pub async fn reset(&self, house: &House) -> Result<(), String> {
        let fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(fresh) = fresh {
            return house.store.restore(&fresh).await.map_err(|fault| fault.to_string());
        }
        house.store.restore(&Snapshot::default()).await.map_err(|fault| fault.to_string())?;
        import::import(house, self.seed.clone()).await?;
        self.remember_seed(house).await.map_err(|fault| fault.to_string())
    }

    pub async fn keep(&self, house: &House, name: &str) -> Result<usize, Unkept> {
        let fine = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || name.len() > LONGEST || !name.chars().all(fine) {
            return Err(Unkept::BadName);
        }
        let snapshot = house.store.snapshot().await.map_err(Unkept::Fault)?;
        let rows = snapshot.rows();
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if named.len() >= MOST && !named.contains_key(name) {
            return Err(Unkept::TooMany);
        }
        named.insert(name.to_owned(), Arc::new(snapshot));
        Ok(rows)
    }

    /// `None`: there is none of this name.
    pub async fn restore(&self, house: &House, name: &str) -> Result<Option<()>, Fault> {
        let found = self.named.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        let Some(snapshot) = found else { return Ok(None) };
        house.store.restore(&snapshot).await.map(Some)
    }

    pub fn forget(&self, name: &str) -> bool {
        self.named.lock().unwrap_or_else(PoisonError::into_inner).remove(name).is_some()
    }

    /// Names, and how many rows each holds.
    pub fn list(&self) -> Vec<(String, usize)> {
        let named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        named.iter().map(|(name, snapshot)| (name.clone(), snapshot.rows())).collect()
    }
}
