//! Facets of objects that were written before there were any.

use crate::driver::Driver;
use crate::nouns::{Global, TenantView};
use crate::record::facet_writes;
use crate::sql::GlobalSql;
use crate::{Fault, Write};
use mandate_base::{ObjectId, TenantId};
use mandate_domain::query::{self, Facet, Noun, Order, Place, Query};

const ANY_TENANT: GlobalSql = GlobalSql::new("SELECT id FROM tenants LIMIT 1");
const ANY_FACET: GlobalSql = GlobalSql::new("SELECT noun FROM facets LIMIT 1");
const PAGE: i64 = 500;
/// More organisations than that have no data of a time before facets.
const MOST_TENANTS: i64 = 10_000;

/// All in one transaction: a store is filled or not.
pub async fn run(driver: &Driver) -> Result<(), Fault> {
    let is_new = driver.rows(ANY_TENANT.text(), &[]).await?.is_empty();
    if is_new || !driver.rows(ANY_FACET.text(), &[]).await?.is_empty() {
        return Ok(());
    }
    let mut writes = Vec::new();
    for tenant in (Global { driver }).tenants(MOST_TENANTS).await? {
        for noun in [Noun::User, Noun::Group, Noun::Application, Noun::ServicePrincipal] {
            of_noun(driver, tenant.id, noun, &mut writes).await?;
        }
    }
    driver.write(writes).await.map(|_| ())
}

async fn of_noun(driver: &Driver, tenant: TenantId, noun: Noun, writes: &mut Vec<Write>) -> Result<(), Fault> {
    let view = TenantView { driver, tenant };
    let mut after = None;
    loop {
        let query = Query { noun, condition: None, order: Order::Id, after: after.clone(), most: PAGE };
        let found = facets_of(view, &query).await?;
        let Some((last, _)) = found.last() else { return Ok(()) };
        after = Some(Place { id: *last, name: String::new() });
        for (object, facets) in found {
            writes.extend(facet_writes(tenant, noun, object, facets));
        }
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
    })
}
