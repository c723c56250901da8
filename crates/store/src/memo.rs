//! Answers kept in memory until something in their tenant changes.
//!
//! Each committed change raises its tenant's generation; an answer of an older one is not used. So a revocation holds
//! at the next request, and nothing has to know which answers it touches.

use crate::{Fault, Store};
use mandate_base::TenantId;
use mandate_domain::group::LinkRole;
use mandate_domain::record::{Change, Record};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

#[derive(Default)]
pub struct Generations {
    /// Raised by changes that every tenant sees: an app card's, a schema extension's.
    everywhere: AtomicU64,
    tenants: RwLock<HashMap<TenantId, Arc<AtomicU64>>>,
}

impl Generations {
    /// Does every tenant see what this changes?
    pub fn is_shared(record: &Record) -> bool {
        record.changes().any(|change| {
            matches!(
                change,
                Change::ApplicationAdded(_)
                    | Change::ApplicationUpdated(_)
                    | Change::ApplicationRemoved { .. }
                    | Change::TenantAdded(_)
                    | Change::DomainAdded(_)
                    | Change::DomainRemoved(_)
                    | Change::SchemaExtensionAdded(_)
                    | Change::SchemaExtensionUpdated(_)
                    | Change::SchemaExtensionRemoved { .. }
            )
        })
    }

    /// Does it touch what anybody may have asked for before? What is new under an id of its own is in no kept answer: what
    /// is brought back comes with a change that says so, and owners and managers are always asked for.
    pub fn is_touched(record: &Record) -> bool {
        let is_new = |change: &Change| match change {
            Change::UserAdded(_) | Change::GroupAdded(_) | Change::AdministrativeUnitAdded(_) => true,
            Change::LinkAdded(link) => matches!(link.role, LinkRole::Owner | LinkRole::Manager),
            _ => false,
        };
        !record.changes().all(is_new)
    }

    pub fn raise(&self, tenant: TenantId, shared: bool) {
        if shared {
            self.everywhere.fetch_add(1, Ordering::AcqRel);
        }
        self.of(tenant).fetch_add(1, Ordering::AcqRel);
    }

    /// Whatever anybody remembers is old.
    pub fn raise_all(&self) {
        self.everywhere.fetch_add(1, Ordering::AcqRel);
    }

    fn of(&self, tenant: TenantId) -> Arc<AtomicU64> {
        self.tenants.write().unwrap_or_else(PoisonError::into_inner).entry(tenant).or_default().clone()
    }

    fn now(&self, tenant: TenantId) -> (u64, u64) {
        // A tenant that never changed has no entry: asking for one must not make it, or strangers fill the map.
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        let own = tenants.get(&tenant).map_or(0, |count| count.load(Ordering::Acquire));
        (self.everywhere.load(Ordering::Acquire), own)
    }
}

type Kept<V> = ((u64, u64), Arc<V>);

/// A bounded map from a tenant's question to its answer.
pub struct Memo<K, V> {
    kept: RwLock<HashMap<(TenantId, K), Kept<V>>>,
    most: usize,
}

impl<K: Eq + Hash + Clone, V> Memo<K, V> {
    pub fn holding(most: usize) -> Memo<K, V> {
        Memo { kept: RwLock::default(), most }
    }

    /// The kept answer, or the one `ask` gives now. The generation is read before asking: a change that lands in
    /// between makes the answer stale at once rather than wrong for long.
    pub async fn get<F>(&self, store: &Store, tenant: TenantId, key: K, ask: F) -> Result<Arc<V>, Fault>
    where
        F: AsyncFnOnce() -> Result<V, Fault>,
    {
        let (generation, place) = (store.generations().now(tenant), (tenant, key));
        if let Some(value) = self.kept(&place, generation) {
            return Ok(value);
        }
        let value = Arc::new(ask().await?);
        self.keep(place, generation, &value);
        Ok(value)
    }

    /// The same of what may not be there. That it is not is never kept: what somebody makes is there at the next request,
    /// also where another process made it.
    pub async fn find<F>(&self, store: &Store, tenant: TenantId, key: K, ask: F) -> Result<Option<Arc<V>>, Fault>
    where
        F: AsyncFnOnce() -> Result<Option<Arc<V>>, Fault>,
    {
        let (generation, place) = (store.generations().now(tenant), (tenant, key));
        if let Some(value) = self.kept(&place, generation) {
            return Ok(Some(value));
        }
        let Some(value) = ask().await? else { return Ok(None) };
        self.keep(place, generation, &value);
        Ok(Some(value))
    }

    fn kept(&self, place: &(TenantId, K), generation: (u64, u64)) -> Option<Arc<V>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(place).filter(|(at, _)| *at == generation).map(|(_, value)| value.clone())
    }

    fn keep(&self, place: (TenantId, K), generation: (u64, u64), value: &Arc<V>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= self.most {
            // Rare, and cheaper to refill than to keep an order of use on every read.
            kept.clear();
        }
        kept.insert(place, (generation, value.clone()));
    }
}
