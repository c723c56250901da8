//! The two logs, as an administrator would read them, and whether anything was left behind at all.

use crate::people::{WATERKANT_ID, ZONNEBEL_ID};
use crate::world::World;
use mandate_base::{Moment, TenantId};
use mandate_domain::audit::SignIn;
use mandate_domain::query::LogQuery;
use serde_json::Value;

const MOST: i64 = 10_000;

/// One row of the audit, its parts read.
#[derive(Clone, Debug, PartialEq)]
pub struct Audited {
    pub at: Moment,
    pub activity: String,
    pub actor: Value,
    pub targets: Value,
    pub changed: Value,
}

/// How much either log holds, in both tenants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub audits: usize,
    pub sign_ins: usize,
}

impl World {
    pub async fn sign_ins(&self, tenant: TenantId) -> Vec<SignIn> {
        self.house().store.flush().await.expect("the store answers");
        self.house().store.tenant(tenant).sign_ins_where(&LogQuery::newest(MOST)).await.expect("the store answers")
    }

    /// How often the customer's sign-in log holds this number.
    pub async fn signed_in_with(&self, code: u32) -> usize {
        self.sign_ins(WATERKANT_ID).await.iter().filter(|row| row.code == code).count()
    }

    pub async fn audits(&self, tenant: TenantId) -> Vec<Audited> {
        let rows =
            self.house().store.tenant(tenant).audits_where(&LogQuery::newest(MOST)).await.expect("the store answers");
        rows.into_iter().map(read).collect()
    }

    /// What the customer's audit tells since a moment, of one activity.
    pub async fn audited(&self, since: Moment, activity: &str) -> Vec<Audited> {
        let rows = self.audits(WATERKANT_ID).await;
        rows.into_iter().filter(|row| row.at >= since && row.activity == activity).collect()
    }

    pub async fn size_of_logs(&self) -> Size {
        let mut size = Size { audits: 0, sign_ins: 0 };
        for tenant in [WATERKANT_ID, ZONNEBEL_ID] {
            size.audits += self.audits(tenant).await.len();
            size.sign_ins += self.sign_ins(tenant).await.len();
        }
        size
    }
}

impl Size {
    /// One more sign-in entry, and nothing else.
    pub fn and_a_sign_in(self) -> Size {
        Size { sign_ins: self.sign_ins + 1, ..self }
    }
}

fn read(row: mandate_domain::audit::Audited) -> Audited {
    let json = |part: serde_json::Result<Value>| part.expect("plain data");
    let entry = row.entry;
    Audited {
        at: row.at,
        activity: entry.activity.name().to_owned(),
        actor: json(serde_json::to_value(&entry.actor)),
        targets: json(serde_json::to_value(&entry.targets)),
        changed: json(serde_json::to_value(&entry.changed)),
    }
}
