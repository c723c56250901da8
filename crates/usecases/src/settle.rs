//! The road every writing deed takes: load, plan, commit; and once more from the start when somebody was faster.

use crate::known::Known;
use crate::{Fault, House};
use mandate_base::{AppId, Draw, Folded, Moment, TenantId};
use mandate_domain::application::AppCard;
use mandate_domain::record::Plan;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::tenant::Tenant;
use mandate_store::{Committed, Global, Store, TenantView};
use std::sync::Arc;

/// What a deed may read: its tenant, and the few global tables; or what is known of them already.
#[derive(Clone, Copy)]
pub struct Facing<'s> {
    pub view: TenantView<'s>,
    pub global: Global<'s>,
    pub(crate) store: &'s Store,
    pub(crate) known: &'s Known,
}

impl Facing<'_> {
    pub async fn tenant(&self) -> Result<Option<Arc<Tenant>>, Fault> {
        self.known.tenant(self.store, self.view.tenant_id()).await
    }

    pub async fn card(&self, app: AppId) -> Result<Option<Arc<AppCard>>, Fault> {
        self.known.card(self.store, app).await
    }

    /// The app's instance in this tenant.
    pub async fn instance(&self, app: AppId) -> Result<Option<Arc<ServicePrincipal>>, Fault> {
        self.known.instance(self.store, self.view.tenant_id(), app).await
    }

    /// By one of its `servicePrincipalNames`.
    pub async fn instance_named(&self, name: &Folded) -> Result<Option<Arc<ServicePrincipal>>, Fault> {
        self.known.instance_named(self.store, self.view.tenant_id(), name).await
    }
}

/// `load` asks and never judges; `plan` judges and never asks.
pub trait UseCase {
    type Facts;
    type Reply;
    type Refusal;

    fn load(&self, facing: Facing<'_>) -> impl Future<Output = Result<Self::Facts, Fault>> + Send;

    fn plan(&self, facts: Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<Self::Reply, Self::Refusal>;
}

const TRIES: usize = 3;

/// The record commits whatever the verdict is: a replayed code is refused *and* ends its family.
pub async fn settle<U: UseCase>(
    house: &House,
    tenant: TenantId,
    deed: &U,
) -> Result<Result<U::Reply, U::Refusal>, Fault> {
    let facing = house.facing(tenant);
    for _ in 0..TRIES {
        let facts = deed.load(facing).await?;
        let now = house.now();
        let plan = house.draw(|draw| deed.plan(facts, now, draw));
        if house.store.commit(tenant, &plan.record, now).await? == Committed::Done {
            return Ok(plan.verdict);
        }
    }
    Err(Fault::new("settling a deed", "others were faster three times"))
}
