//! The few tables that no tenant owns: tenants, domains, app cards, keys.

use crate::Fault;
use crate::driver::{Driver, Expect, Write};
use crate::sql::GlobalSql;
use crate::value::{Row, Value, id};
use mandate_base::{AppId, Folded, Moment, TenantId};
use mandate_domain::application::AppCard;
use mandate_domain::signin::device::DeviceCode;
use mandate_domain::tenant::Tenant;
use mandate_domain::well_known::well_known;
use std::sync::Arc;

#[derive(Clone, Copy)]
pub struct Global<'s> {
    pub(crate) driver: &'s Driver,
}

/// A key of the house, sealed under the key-encryption key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    pub name: String,
    pub purpose: KeyUse,
    pub material: Vec<u8>,
    pub created: Moment,
    /// When it begins to sign; [`KeyRow::NOT_YET`] while it is only published.
    pub active_from: Moment,
}

impl KeyRow {
    pub const NOT_YET: Moment = Moment::from_millis(i64::MAX);
}

/// One step of a change of keys; all steps commit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyChange {
    Add(KeyRow),
    /// Guarded: of two that rotate at once, one is raced.
    Activate {
        name: String,
        at: Moment,
        was: Moment,
    },
    Remove(String),
    /// The same key under another key-encryption key.
    Reseal {
        name: String,
        material: Vec<u8>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// Signs tokens.
    Signing,
    /// Makes pairwise subjects and seals forms.
    House,
}

const TENANT_BY_ID: GlobalSql =
    GlobalSql::new("SELECT id, created, profile, settings, version FROM tenants WHERE id = $1");
const TENANTS: GlobalSql =
    GlobalSql::new("SELECT id, created, profile, settings, version FROM tenants ORDER BY created, id LIMIT $1");
const TENANT_OF_DOMAIN: GlobalSql = GlobalSql::new("SELECT tenant FROM domains WHERE name_key = $1");
const CARD_BY_APP: GlobalSql = GlobalSql::new(
    "SELECT app_id, application, home, created, registration, secrets, certificates, federated, version
       FROM app_cards WHERE app_id = $1",
);
const DEVICE_BY_HASH: GlobalSql =
    GlobalSql::new("SELECT hash, user_hash, expires, asked, answer, used FROM device_codes WHERE hash = $1");
const DEVICE_BY_USER_HASH: GlobalSql =
    GlobalSql::new("SELECT hash, user_hash, expires, asked, answer, used FROM device_codes WHERE user_hash = $1");
const KEYS: GlobalSql =
    GlobalSql::new("SELECT name, purpose, material, created, active_from FROM keys ORDER BY created, name");
const KEY_ADD: GlobalSql =
    GlobalSql::new("INSERT INTO keys (name, purpose, material, created, active_from) VALUES ($1, $2, $3, $4, $5)");
const KEY_ACTIVATE: GlobalSql = GlobalSql::new("UPDATE keys SET active_from = $2 WHERE name = $1 AND active_from = $3");
const KEY_REMOVE: GlobalSql = GlobalSql::new("DELETE FROM keys WHERE name = $1");
const KEY_RESEAL: GlobalSql = GlobalSql::new("UPDATE keys SET material = $2 WHERE name = $1");
const ADDRESS: GlobalSql = GlobalSql::new("SELECT app_id FROM app_addresses WHERE address = $1 LIMIT 1");
const CARDS_AT: GlobalSql = GlobalSql::new(
    "SELECT c.app_id, c.application, c.home, c.created, c.registration, c.secrets, c.certificates, c.federated, c.version
       FROM app_addresses a JOIN app_cards c ON c.app_id = a.app_id WHERE a.address = $1 ORDER BY a.app_id LIMIT 200",
);
const ALL_CARDS: GlobalSql = GlobalSql::new(
    "SELECT app_id, application, home, created, registration, secrets, certificates, federated, version
       FROM app_cards WHERE app_id > $1 ORDER BY app_id LIMIT $2",
);

const LOGO: GlobalSql = GlobalSql::new("SELECT image FROM app_logos WHERE app_id = $1 AND removed IS NULL");

impl Global<'_> {
    /// What the app is pictured by.
    pub async fn logo(&self, app: AppId) -> Result<Option<Vec<u8>>, Fault> {
        let rows = self.driver.rows(LOGO.text(), &[id(app)]).await?;
        rows.first().map(|row| Ok(row.bytes(0)?.to_vec())).transpose()
    }

    pub async fn tenant_by_id(&self, tenant: TenantId) -> Result<Option<Tenant>, Fault> {
        let rows = self.driver.rows(TENANT_BY_ID.text(), &[id(tenant)]).await?;
        rows.first().map(tenant_of).transpose()
    }

    /// Oldest first.
    pub async fn tenants(&self, most: i64) -> Result<Vec<Tenant>, Fault> {
        self.driver.rows(TENANTS.text(), &[most.into()]).await?.iter().map(tenant_of).collect()
    }

    pub async fn tenant_of_domain(&self, domain: &Folded) -> Result<Option<TenantId>, Fault> {
        let rows = self.driver.rows(TENANT_OF_DOMAIN.text(), &[domain.as_str().into()]).await?;
        rows.first().map(|row| row.id(0)).transpose()
    }

    /// The well-known apps are the same everywhere and come with the house.
    pub async fn card_by_app_id(&self, app: AppId) -> Result<Option<Arc<AppCard>>, Fault> {
        if let Some(card) = well_known(app) {
            return Ok(Some(card.clone()));
        }
        let rows = self.driver.rows(CARD_BY_APP.text(), &[id(app)]).await?;
        rows.first().map(|row| card_of(row).map(Arc::new)).transpose()
    }

    /// All apps, by id: for what looks through a whole store once.
    pub async fn cards_after(&self, after: AppId, most: i64) -> Result<Vec<AppCard>, Fault> {
        self.driver.rows(ALL_CARDS.text(), &[id(after), most.into()]).await?.iter().map(card_of).collect()
    }

    /// Does any app have this address?
    pub async fn knows_address(&self, address: &str) -> Result<bool, Fault> {
        Ok(!self.driver.rows(ADDRESS.text(), &[address.into()]).await?.is_empty())
    }

    /// The apps that have it, the first two hundred of them.
    pub async fn cards_at(&self, address: &str) -> Result<Vec<AppCard>, Fault> {
        self.driver.rows(CARDS_AT.text(), &[address.into()]).await?.iter().map(card_of).collect()
    }

    pub async fn device_by_hash(&self, hash: &[u8; 32]) -> Result<Option<DeviceCode>, Fault> {
        self.driver.rows(DEVICE_BY_HASH.text(), &[hash.into()]).await?.first().map(device_of).transpose()
    }

    /// By what the person types.
    pub async fn device_by_user_hash(&self, hash: &[u8; 32]) -> Result<Option<DeviceCode>, Fault> {
        self.driver.rows(DEVICE_BY_USER_HASH.text(), &[hash.into()]).await?.first().map(device_of).transpose()
    }

    pub async fn keys(&self) -> Result<Vec<KeyRow>, Fault> {
        self.driver.rows(KEYS.text(), &[]).await?.iter().map(key_of).collect()
    }

    pub async fn keys_change(&self, changes: &[KeyChange]) -> Result<crate::Committed, Fault> {
        self.driver.write(changes.iter().map(KeyChange::write).collect()).await
    }
}

impl KeyChange {
    fn write(&self) -> Write {
        let (sql, values, expect) = match self {
            KeyChange::Add(key) => (
                &KEY_ADD,
                vec![
                    key.name.as_str().into(),
                    key.purpose.word().into(),
                    Value::Bytes(key.material.clone()),
                    key.created.into(),
                    key.active_from.into(),
                ],
                Expect::One,
            ),
            KeyChange::Activate { name, at, was } => {
                (&KEY_ACTIVATE, vec![name.as_str().into(), (*at).into(), (*was).into()], Expect::One)
            }
            KeyChange::Remove(name) => (&KEY_REMOVE, vec![name.as_str().into()], Expect::Any),
            KeyChange::Reseal { name, material } => {
                (&KEY_RESEAL, vec![name.as_str().into(), Value::Bytes(material.clone())], Expect::One)
            }
        };
        Write { sql: sql.text().into(), values, expect }
    }
}

impl KeyUse {
    const fn word(self) -> &'static str {
        match self {
            KeyUse::Signing => "signing",
            KeyUse::House => "house",
        }
    }
}

fn tenant_of(row: &Row) -> Result<Tenant, Fault> {
    Ok(Tenant {
        id: row.id(0)?,
        created: row.moment(1)?,
        profile: row.json(2)?,
        settings: row.json(3)?,
        version: row.int(4)?,
    })
}

pub(super) fn card_of(row: &Row) -> Result<AppCard, Fault> {
    Ok(AppCard {
        app_id: row.id(0)?,
        application: row.id(1)?,
        home: row.id(2)?,
        created: row.moment(3)?,
        registration: row.json(4)?,
        secrets: row.json(5)?,
        certificates: row.json(6)?,
        federated: row.json(7)?,
        version: row.int(8)?,
    })
}

fn device_of(row: &Row) -> Result<DeviceCode, Fault> {
    Ok(DeviceCode {
        hash: row.hash(0)?,
        user_hash: row.hash(1)?,
        expires: row.moment(2)?,
        asked: row.json(3)?,
        answer: row.text_or_none(4)?.map(|_| row.json(4)).transpose()?,
        used: row.moment_or_none(5)?,
    })
}

fn key_of(row: &Row) -> Result<KeyRow, Fault> {
    let purpose = if row.text(1)? == KeyUse::Signing.word() { KeyUse::Signing } else { KeyUse::House };
    Ok(KeyRow {
        name: row.text(0)?,
        purpose,
        material: row.bytes(2)?.to_vec(),
        created: row.moment(3)?,
        active_from: row.moment(4)?,
    })
}
