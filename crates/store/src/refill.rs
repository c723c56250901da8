//! What older data lacks: facets of objects that were written before there were any, and instances of apps that every
//! tenant knows since; and what an audit entry is asked for by.

use crate::driver::{Driver, Expect};
use crate::nouns::audit::audit_entry_of;
use crate::nouns::{Global, TenantView};
use crate::numbers::Numbers;
use crate::record::{Whose, address_writes, audit_writes, facet_writes, instance_writes};
use crate::sql::{GlobalSql, TenantSql};
use crate::{Fault, Write};
use mandate_base::{AppId, ObjectId};
use mandate_domain::query::{self, Facet, Noun, Order, Place, Query};
use mandate_domain::well_known::{IN_EVERY_TENANT, well_known};

const NO_FACETS: GlobalSql = GlobalSql::new("DELETE FROM facets");
const NAMELESS: TenantSql = TenantSql::new(
    "SELECT at, place, activity, actor, targets, changed, correlation FROM audits WHERE tenant_id = $1 AND id IS NULL
      ORDER BY at, place",
);
const REMOVE_NAMELESS: TenantSql = TenantSql::new("DELETE FROM audits WHERE tenant_id = $1 AND id IS NULL");
const PAGE: i64 = 500;
/// All of them.
const MOST_TENANTS: i64 = i64::MAX;

/// What this program fills in. Raised with whatever comes to it, so that no start looks through a whole store.
const FILLED: i64 = 4;
const HOW_FAR: GlobalSql = GlobalSql::new("SELECT count FROM commits WHERE id = 3");
const NOTE: GlobalSql = GlobalSql::new("UPDATE commits SET count = $1 WHERE id = 3");

/// Whatever is filled in halfway is filled in anew.
pub async fn run(driver: &Driver, numbers: &Numbers) -> Result<(), Fault> {
    let rows = driver.rows(HOW_FAR.text(), &[]).await?;
    let so_far = rows.first().map_or(Ok(0), |row| row.int(0))?;
    if so_far == FILLED {
        return Ok(());
    }
    addresses(driver).await?;
    facets(driver).await?;
    nameless(driver).await?;
    instances(driver, numbers).await?;
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
async fn instances(driver: &Driver, numbers: &Numbers) -> Result<(), Fault> {
    let mut writes = Vec::new();
    for tenant in (Global { driver }).tenants(MOST_TENANTS).await? {
        let view = TenantView { driver, tenant: tenant.id };
        let whose = Whose::to_write(driver, tenant.id).await?;
        for card in IN_EVERY_TENANT.into_iter().filter_map(well_known) {
            if view.sp_by_app(card.app_id).await?.is_none() {
                let number = numbers.take(driver, 1).await?.start;
                writes.extend(instance_writes(whose.clone(), card, tenant.created, number)?);
            }
        }
    }
    driver.write(writes).await.map(|_| ())
}

/// A page in each transaction: no store is too large for it.
async fn facets(driver: &Driver) -> Result<(), Fault> {
    let none = Write { sql: NO_FACETS.text().into(), values: Vec::new(), expect: Expect::Any };
    driver.write(vec![none]).await?;
    for tenant in (Global { driver }).tenants(MOST_TENANTS).await? {
        let whose = Whose::to_write(driver, tenant.id).await?;
        for noun in Noun::ALL {
            of_noun(TenantView { driver, tenant: tenant.id }, &whose, noun).await?;
        }
    }
    Ok(())
}

async fn of_noun(view: TenantView<'_>, whose: &Whose, noun: Noun) -> Result<(), Fault> {
    let numbers = view.numbers(noun).await?;
    let mut after = None;
    loop {
        let query = Query { noun, condition: None, order: Order::Id, after, most: PAGE };
        let found = facets_of(view, &query).await?;
        let Some((last, _)) = found.last() else { return Ok(()) };
        after = Some(Place { id: *last, name: String::new() });
        let numbered =
            found.into_iter().filter_map(|(object, facets)| Some(((object, *numbers.get(&object)?), facets)));
        view.driver
            .write(numbered.flat_map(|(object, facets)| facet_writes(whose.clone(), noun, object, facets)).collect())
            .await?;
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
