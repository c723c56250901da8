//! Subscriptions: made, renewed, told, ended. And the word that something may have to be told.

use super::Writes;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::{Value, id, id_or_none, json};
use mandate_base::{Moment, SubscriptionId};
use mandate_domain::subscription::{Progress, Subscription};

const ADD: TenantSql = TenantSql::new(
    "INSERT INTO subscriptions (tenant_id, id, client, user_id, said, expires, seq, after, due, held, tries, failing_since)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
);
const RENEW: TenantSql =
    TenantSql::new("UPDATE subscriptions SET said = $3, expires = $4 WHERE tenant_id = $1 AND id = $2");
/// Of two that want to tell it, one hits no row.
const HOLD: TenantSql =
    TenantSql::new("UPDATE subscriptions SET held = $3 WHERE tenant_id = $1 AND id = $2 AND held = $4");
const TOLD: TenantSql = TenantSql::new(
    "UPDATE subscriptions SET seq = $3, after = $4, due = $5, held = $6, tries = $7, failing_since = $8
      WHERE tenant_id = $1 AND id = $2 AND held = $9",
);
const END: TenantSql = TenantSql::new("DELETE FROM subscriptions WHERE tenant_id = $1 AND id = $2");
/// Those that nobody looks at yet.
const WAKE: TenantSql = TenantSql::new("UPDATE subscriptions SET due = $2 WHERE tenant_id = $1 AND due > $2");

impl Writes {
    pub fn subscription_add(&mut self, subscription: &Subscription) -> Result<(), Fault> {
        let Subscription { client, user, said, expires, progress, .. } = subscription;
        let values = [id(subscription.id), id(*client), id_or_none(*user), json(said)?, (*expires).into()];
        self.one(&ADD, values.into_iter().chain(values_of(progress)));
        Ok(())
    }

    pub fn subscription_renew(&mut self, subscription: &Subscription) -> Result<(), Fault> {
        self.one(&RENEW, [id(subscription.id), json(&subscription.said)?, subscription.expires.into()]);
        Ok(())
    }

    pub fn subscription_hold(&mut self, subscription: SubscriptionId, until: Moment, was: Moment) {
        self.one(&HOLD, [id(subscription), until.into(), was.into()]);
    }

    /// One that ended, or that somebody else took over meanwhile, is not written.
    pub fn subscription_told(&mut self, subscription: SubscriptionId, progress: &Progress, held: Moment) {
        let values = std::iter::once(id(subscription)).chain(values_of(progress)).chain([held.into()]);
        self.any(&TOLD, values);
    }

    pub fn subscription_end(&mut self, subscription: SubscriptionId) {
        self.one(&END, [id(subscription)]);
    }

    pub fn wake_subscriptions(&mut self) {
        self.any(&WAKE, [self.now.into()]);
    }
}

fn values_of(progress: &Progress) -> [Value; 6] {
    let Progress { seq, after, due, held, tries, failing_since } = *progress;
    [seq.into(), id(after), due.into(), held.into(), tries.into(), failing_since.into()]
}
