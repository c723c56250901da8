//! What nobody can use any more is removed: codes, device codes, refresh tokens, their families and sessions, and what
//! people asked their administrators long ago; and what was deleted a month ago.
//!
//! Each stays for a while after its end, so that whoever comes late is told why. Never: what is there, or a log.

use crate::driver::{Driver, Expect, Write};
use crate::sql::GlobalSql;
use crate::{Committed, Fault};
use mandate_base::{DAY, HOUR, Moment};
use mandate_domain::deleted::KEPT_FOR;
use mandate_domain::token::refresh::REFRESH_LIFE;

const CODES: GlobalSql = GlobalSql::new("DELETE FROM codes WHERE expires < $1");
const DEVICE_CODES: GlobalSql = GlobalSql::new("DELETE FROM device_codes WHERE expires < $1");
/// Longer than the longest life: one that comes again within it still ends its family.
const REFRESH_TOKENS: GlobalSql = GlobalSql::new("DELETE FROM refresh_tokens WHERE issued < $1");
const FAMILIES: GlobalSql = GlobalSql::new(
    "DELETE FROM families
      WHERE signed_in < $1 AND (tenant_id, id) NOT IN (SELECT tenant_id, family FROM refresh_tokens)",
);
/// Access tokens name their session as long as the family goes on.
const SESSIONS: GlobalSql = GlobalSql::new(
    "DELETE FROM sessions
      WHERE expires < $1 AND (tenant_id, id) NOT IN (SELECT tenant_id, session_id FROM families)",
);
const SESSION_APPS: GlobalSql = GlobalSql::new(
    "DELETE FROM session_apps WHERE (tenant_id, session_id) NOT IN (SELECT tenant_id, id FROM sessions)",
);

/// Longer than anybody asks what became of it.
const CONSENT_REQUESTS: GlobalSql = GlobalSql::new("DELETE FROM consent_requests WHERE expires < $1");

const SUBSCRIPTIONS: GlobalSql = GlobalSql::new("DELETE FROM subscriptions WHERE expires <= $1");

/// Of people and groups that nobody can bring back.
const PHOTOS: GlobalSql = GlobalSql::new(
    "DELETE FROM photos WHERE (tenant_id, object) NOT IN (SELECT tenant_id, id FROM users)
        AND (tenant_id, object) NOT IN (SELECT tenant_id, id FROM user_groups)
        AND (tenant_id, object) NOT IN (SELECT tenant_id, id FROM deleted_items)",
);

/// Longer than a token that asks for them lives (graph-api.md §3.8).
const CHANGED: [GlobalSql; 3] = [
    GlobalSql::new("DELETE FROM changed_objects WHERE at < $1"),
    GlobalSql::new("DELETE FROM changed_links WHERE at < $1"),
    GlobalSql::new("DELETE FROM changed_grants WHERE at < $1"),
];
/// What can no longer be brought back is gone for good, in the eyes of those who ask what changed, too.
const COUNT_FORGOTTEN: GlobalSql = GlobalSql::new(
    "UPDATE change_counts SET count = count + 1
      WHERE tenant_id IN (SELECT DISTINCT tenant_id FROM deleted_items WHERE at <= $1)",
);
const FORGOTTEN: GlobalSql = GlobalSql::new(
    "INSERT INTO changed_objects (tenant_id, noun, object, seq, at, gone)
     SELECT d.tenant_id, d.noun, d.id, c.count, CAST($2 AS BIGINT), 2
       FROM deleted_items d JOIN change_counts c ON c.tenant_id = d.tenant_id WHERE d.at <= $1
     ON CONFLICT (tenant_id, noun, object) DO UPDATE SET seq = excluded.seq, at = excluded.at, gone = excluded.gone",
);
/// Of apps that cannot come back any more.
const LOGOS: GlobalSql = GlobalSql::new("DELETE FROM app_logos WHERE removed < $1");
/// Longer than anything can be brought back, and than a page is waited for.
const NUMBERS: GlobalSql = GlobalSql::new("DELETE FROM gone_numbers WHERE at < $1");
const DELETED: GlobalSql = GlobalSql::new("DELETE FROM deleted_items WHERE at <= $1");

pub async fn sweep(driver: &Driver, now: Moment) -> Result<(), Fault> {
    let ended = |sql: &GlobalSql, since: Moment| Write {
        sql: sql.text().into(),
        values: vec![since.into()],
        expect: Expect::Any,
    };
    let outlived = now - REFRESH_LIFE - DAY;
    let forgotten =
        Write { sql: FORGOTTEN.text().into(), values: vec![(now - KEPT_FOR).into(), now.into()], expect: Expect::Any };
    let mut writes = vec![
        ended(&COUNT_FORGOTTEN, now - KEPT_FOR),
        forgotten,
        ended(&CODES, now - DAY),
        ended(&DEVICE_CODES, now - HOUR),
        ended(&REFRESH_TOKENS, outlived),
        ended(&FAMILIES, outlived),
        ended(&SESSIONS, now - 2 * DAY),
        ended(&DELETED, now - KEPT_FOR),
        ended(&LOGOS, now - KEPT_FOR),
        ended(&NUMBERS, now - KEPT_FOR - 8 * DAY),
        ended(&CONSENT_REQUESTS, now - 90 * DAY),
        ended(&SUBSCRIPTIONS, now),
        Write { sql: SESSION_APPS.text().into(), values: Vec::new(), expect: Expect::Any },
        Write { sql: PHOTOS.text().into(), values: Vec::new(), expect: Expect::Any },
    ];
    writes.extend(CHANGED.iter().map(|sql| ended(sql, now - 8 * DAY)));
    match driver.write(writes).await? {
        Committed::Done => Ok(()),
        // Somebody wrote meanwhile what it waited for. The next hour comes.
        Committed::Raced => Err(Fault::new("sweeping", "others were faster")),
    }
}
