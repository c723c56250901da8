//! The road every writing deed takes: load, plan, commit; and once more from the start when somebody was faster.

use crate::{Fault, House};
use mandate_base::{Draw, Moment, TenantId};
use mandate_domain::record::Plan;
use mandate_store::{Committed, Global, TenantView};

/// What a deed may read: its tenant, and the few global tables.
#[derive(Clone, Copy)]
pub struct Facing<'s> {
    pub view: TenantView<'s>,
    pub global: Global<'s>,
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
    let facing = Facing { view: house.store.tenant(tenant), global: house.store.global() };
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
