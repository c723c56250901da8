//! What people asked their administrators to allow.

use super::TenantView;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::{Row, id};
use mandate_base::{AppId, ConsentRequestId, Moment, UserId};
use mandate_domain::consent::request::ConsentRequest;

const BY_ID: TenantSql = TenantSql::new(
    "SELECT id, client, user_id, asked, reason, created, expires, decision FROM consent_requests
      WHERE tenant_id = $1 AND id = $2",
);
/// A reviewer's queue, oldest first.
const WAITING: TenantSql = TenantSql::new(
    "SELECT id, client, user_id, asked, reason, created, expires, decision FROM consent_requests
      WHERE tenant_id = $1 AND expires > $2 AND decision IS NULL ORDER BY created, id LIMIT $3",
);
const UNDECIDED: TenantSql = TenantSql::new(
    "SELECT id, client, user_id, asked, reason, created, expires, decision FROM consent_requests
      WHERE tenant_id = $1 AND client = $2 AND decision IS NULL ORDER BY created, id LIMIT 1000",
);
const OF_USER: TenantSql = TenantSql::new(
    "SELECT id, client, user_id, asked, reason, created, expires, decision FROM consent_requests
      WHERE tenant_id = $1 AND user_id = $2 ORDER BY created DESC, id LIMIT $3",
);

impl TenantView<'_> {
    pub async fn consent_request_by_id(&self, request: ConsentRequestId) -> Result<Option<ConsentRequest>, Fault> {
        self.one(&BY_ID, [id(request)], request_of).await
    }

    /// Neither decided nor too old.
    pub async fn consent_requests_waiting(&self, now: Moment, most: i64) -> Result<Vec<ConsentRequest>, Fault> {
        self.all(&WAITING, [now.into(), most.into()], request_of).await
    }

    /// For one app, those that are too old as well.
    pub async fn consent_requests_undecided(&self, client: AppId) -> Result<Vec<ConsentRequest>, Fault> {
        self.all(&UNDECIDED, [id(client)], request_of).await
    }

    /// The latest first.
    pub async fn consent_requests_of(&self, user: UserId, most: i64) -> Result<Vec<ConsentRequest>, Fault> {
        self.all(&OF_USER, [id(user), most.into()], request_of).await
    }
}

fn request_of(row: &Row) -> Result<ConsentRequest, Fault> {
    Ok(ConsentRequest {
        id: row.id(0)?,
        client: row.id(1)?,
        user: row.id(2)?,
        asked: row.json(3)?,
        reason: row.text(4)?,
        created: row.moment(5)?,
        expires: row.moment(6)?,
        decision: row.text_or_none(7)?.map(|_| row.json(7)).transpose()?,
    })
}
