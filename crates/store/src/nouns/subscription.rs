//! Subscriptions to changes.

use super::TenantView;
use super::global::Global;
use crate::Fault;
use crate::sql::{GlobalSql, TenantSql};
use crate::value::{Row, id};
use mandate_base::{AppId, Moment, SubscriptionId, TenantId};
use mandate_domain::subscription::{Progress, Subscription};

const BY_ID: TenantSql = TenantSql::new(
    "SELECT id, client, user_id, said, expires, seq, after, due, held, tries, failing_since FROM subscriptions
      WHERE tenant_id = $1 AND id = $2",
);
const OF_CLIENT: TenantSql = TenantSql::new(
    "SELECT id, client, user_id, said, expires, seq, after, due, held, tries, failing_since FROM subscriptions
      WHERE tenant_id = $1 AND client = $2 AND expires > $3 ORDER BY id LIMIT $4",
);
const COUNT: TenantSql = TenantSql::new("SELECT COUNT(*) FROM subscriptions WHERE tenant_id = $1");
/// The longest waiting first.
const DUE: GlobalSql = GlobalSql::new(
    "SELECT s.id, s.client, s.user_id, s.said, s.expires, s.seq, s.after, s.due, s.held, s.tries, s.failing_since, k.tenant
       FROM subscriptions s JOIN tenant_keys k ON k.short = s.tenant_id
      WHERE s.due <= $1 AND s.held <= $1 AND s.expires > $1 ORDER BY s.due LIMIT $2",
);

impl TenantView<'_> {
    pub async fn subscription_by_id(&self, subscription: SubscriptionId) -> Result<Option<Subscription>, Fault> {
        self.one(&BY_ID, [id(subscription)], subscription_of).await
    }

    /// Those of one app that have not ended, whoever it made them for.
    pub async fn subscriptions_of(&self, client: AppId, now: Moment, most: i64) -> Result<Vec<Subscription>, Fault> {
        self.all(&OF_CLIENT, [id(client), now.into(), most.into()], subscription_of).await
    }

    pub async fn subscription_count(&self) -> Result<i64, Fault> {
        Ok(self.one(&COUNT, [], |row| row.int(0)).await?.unwrap_or(0))
    }
}

impl Global<'_> {
    /// Of every tenant: those that something may have to be told to now, and that nobody tells it to.
    pub async fn subscriptions_due(&self, now: Moment, most: i64) -> Result<Vec<(TenantId, Subscription)>, Fault> {
        let rows = self.driver.rows(DUE.text(), &[now.into(), most.into()]).await?;
        rows.iter().map(|row| Ok((row.id(11)?, subscription_of(row)?))).collect()
    }
}

fn subscription_of(row: &Row) -> Result<Subscription, Fault> {
    Ok(Subscription {
        id: row.id(0)?,
        client: row.id(1)?,
        user: row.id_or_none(2)?,
        said: row.json(3)?,
        expires: row.moment(4)?,
        progress: Progress {
            seq: row.int(5)?,
            after: row.id(6)?,
            due: row.moment(7)?,
            held: row.moment(8)?,
            tries: row.int(9)?,
            failing_since: row.moment_or_none(10)?,
        },
    })
}
