//! What older data lacks: facets of objects that were written before there were any, and instances of apps that every
//! tenant knows since; and what an audit entry is asked for by.

use crate::driver::{Driver, Expect};
use crate::nouns::audit::audit_entry_of;
use crate::nouns::{Global, TenantView};
use crate::record::{Whose, address_writes, audit_writes, facet_writes, instance_writes};
use crate::sql::{GlobalSql, TenantSql};
use crate::{Fault, Write};
use mandate_base::{AppId, ObjectId, TenantId};
use mandate_domain::query::{self, Facet, Noun, Order, POLICIES, Place, Query};
use mandate_domain::well_known::{IN_EVERY_TENANT, well_known};

const ANY_FACET: GlobalSql = GlobalSql::new("SELECT facet FROM facets LIMIT 1");
const NAMELESS: TenantSql = TenantSql::new(
    "SELECT at, place, activity, actor, targets, changed, correlation FROM audits WHERE tenant_id = $1 AND id IS NULL
      ORDER BY at, place",
);
const REMOVE_NAMELESS: TenantSql = TenantSql::new("DELETE FROM audits WHERE tenant_id = $1 AND id IS NULL");
const PAGE: i64 = 500;
/// More organisations than that have no data of a time before facets.
const MOST_TENANTS: i64 = 10_000;

/// What this program fills in. Raised with whatever comes to it, so that no start looks through a whole store.
const FILLED: i64 = 3;
const HOW_FAR: GlobalSql = GlobalSql::new("SELECT count FROM commits WHERE id = 3");
const NOTE: GlobalSql = GlobalSql::new("UPDATE commits SET count = $1 WHERE id = 3");

/// Each in one transaction: a store is filled or not.
pub async fn run(driver: &Driver) -> Result<(), Fault> {
    let rows = driver.rows(HOW_FAR.text(), &[]).await?;
    let so_far = rows.first().map_or(Ok(0), |row| row.int(0))?;
    if so_far == FILLED {
        return Ok(());
    }
    addresses(driver).await?;
    if driver.rows(ANY_FACET.text(), &[]).await?.is_empty() {
        facets(driver).await?;
    } else {
        policies(driver).await?;
    }
    nameless(driver).await?;
    instances(driver).await?;
    let note = Write { sql: NOTE.text().into(), values: vec![FILLED.into()], expect: Expect::Any };
    driver.write(vec![note]).await.map(|_| ())
}

/// Of apps that were registered before their addresses were kept.
async fn addresses(driver: &Driver) -> Result<(), Fault> {
    let mut after = AppId::from_u128(0);
    loop {
        let cards = (Global { driver }).cards_after(after, PAGE).await?;
        let Some(last) = cards.last() else { return Ok(()) };
        after = last.app_id;
        let mut writes = Vec::new();
        for card in &cards {
            writes.extend(address_writes(Whose::to_write(driver, card.home).await?, card));
        }
        driver.write(writes).await?;
    }
}

/// Audit entries of a time before they could be asked for. They have no key to be changed by: each is written anew.
async fn nameless(driver: &Driver) -> Result<(), Fault> {
    let mut writes = Vec::new();
    for tenant in (Global { driver }).tenants(MOST_TENANTS).await? {
        let (whose, key) = (Whose::to_write(driver, tenant.id).await?, driver.key(tenant.id).await?);
        let rows = driver.rows(NAMELESS.text(), std::slice::from_ref(&key)).await?;
        writes.push(Write { sql: REMOVE_NAMELESS.text().into(), values: vec![key], expect: Expect::Any });
        for row in &rows {
            let place = usize::try_from(row.int(1)?).unwrap_or_default();
            writes.extend(audit_writes(whose.clone(), &audit_entry_of(row, 2)?, row.moment(0)?, place)?);
        }
    }
    driver.write(writes).await.map(|_| ())
}

/// Of the apps that every tenant knows.
async fn instances(driver: &Driver) -> Result<(), Fault> {
    let mut writes = Vec::new();
    for tenant in (Global { driver }).tenants(MOST_TENANTS).await? {
        let view = TenantView { driver, tenant: tenant.id };
        let whose = Whose::to_write(driver, tenant.id).await?;
        for card in IN_EVERY_TENANT.into_iter().filter_map(well_known) {
            if view.sp_by_app(card.app_id).await?.is_none() {
                writes.extend(instance_writes(whose.clone(), card, tenant.created)?);
            }
        }
    }
    driver.write(writes).await.map(|_| ())
}

async fn facets(driver: &Driver) -> Result<(), Fault> {
    let mut writes = Vec::new();
    for tenant in (Global { driver }).tenants(MOST_TENANTS).await? {
        for noun in Noun::ALL {
            of_noun(driver, tenant.id, noun, &mut writes).await?;
        }
    }
    driver.write(writes).await.map(|_| ())
}

/// By which a policy finds its apps: what was put under one before that was kept.
async fn policies(driver: &Driver) -> Result<(), Fault> {
    let mut writes = Vec::new();
    for tenant in (Global { driver }).tenants(MOST_TENANTS).await? {
        for noun in [Noun::Application, Noun::ServicePrincipal] {
            let view = TenantView { driver, tenant: tenant.id };
            let whose = Whose::to_write(driver, tenant.id).await?;
            each_page(view, noun, |object, mut facets| {
                facets.retain(|facet| facet.property == POLICIES);
                writes.extend(facet_writes(whose.clone(), noun, object, facets));
            })
            .await?;
        }
    }
    driver.write(writes).await.map(|_| ())
}

async fn of_noun(driver: &Driver, tenant: TenantId, noun: Noun, writes: &mut Vec<Write>) -> Result<(), Fault> {
    let view = TenantView { driver, tenant };
    let whose = Whose::to_write(driver, tenant).await?;
    each_page(view, noun, |object, facets| writes.extend(facet_writes(whose.clone(), noun, object, facets))).await
}

async fn each_page(view: TenantView<'_>, noun: Noun, mut with: impl FnMut(ObjectId, Vec<Facet>)) -> Result<(), Fault> {
    let mut after = None;
    loop {
        let query = Query { noun, condition: None, order: Order::Id, after: after.clone(), most: PAGE };
        let found = facets_of(view, &query).await?;
        let Some((last, _)) = found.last() else { return Ok(()) };
        after = Some(Place { id: *last, name: String::new() });
        found.into_iter().for_each(|(object, facets)| with(object, facets));
    }
}

async fn facets_of(view: TenantView<'_>, query: &Query) -> Result<Vec<(ObjectId, Vec<Facet>)>, Fault> {
    Ok(match query.noun {
        Noun::User => {
            let users = view.users_where(query).await?;
            users.iter().map(|user| (user.id.into(), query::of_user(user))).collect()
        }
        Noun::Group => {
            let groups = view.groups_where(query).await?;
            groups.iter().map(|group| (group.id.into(), query::of_group(group))).collect()
        }
        Noun::Application => {
            let cards = view.applications_where(query).await?;
            cards.iter().map(|card| (card.application.into(), query::of_application(card))).collect()
        }
        Noun::ServicePrincipal => {
            let sps = view.sps_where(query).await?;
            sps.iter().map(|sp| (sp.id.into(), query::of_service_principal(sp))).collect()
        }
        Noun::AdministrativeUnit => {
            let units = view.units_where(query).await?;
            units.iter().map(|unit| (unit.id.into(), query::of_unit(unit))).collect()
        }
    })
}
