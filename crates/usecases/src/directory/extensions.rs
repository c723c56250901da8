//! What is added to the schema of a tenant's objects: by its own applications, and by those it has an instance of.

use crate::access::{Caller, Permit};
use crate::{Fault, House};
use mandate_base::{AppId, ObjectId, TenantId};
use mandate_domain::application::AppCard;
use mandate_domain::extension::{Extension, ExtensionProperty, defined_by};
use mandate_domain::query::{Condition, DEFINES, Noun, Order, Place, Query, Test, compared};
use std::sync::Arc;

/// What a property of this name is here. `None`: it is nothing.
pub async fn extension(house: &House, tenant: TenantId, name: &str) -> Result<Option<Extension>, Fault> {
    let Some(app) = defined_by(name) else {
        let found = house.known.schema_extension(&house.store, name).await?;
        return Ok(found.filter(|found| found.is_known_in(tenant)).map(|found| Extension::from(&*found)));
    };
    let Some(card) = card_here(house, tenant, app).await? else { return Ok(None) };
    Ok(card.registration.extension_named(name).map(Extension::from))
}

/// Of an app that is at home here, or has an instance.
async fn card_here(house: &House, tenant: TenantId, app: AppId) -> Result<Option<Arc<AppCard>>, Fault> {
    let Some(card) = house.known.card(&house.store, app).await? else { return Ok(None) };
    let is_here = card.home == tenant || house.known.instance(&house.store, tenant, app).await?.is_some();
    Ok(is_here.then_some(card))
}

/// An extension, and the name of the application that defines it.
pub struct ExtensionHere {
    pub defined: ExtensionProperty,
    pub app_name: String,
}

const PAGE: i64 = 500;

/// All that is defined by the applications that are at home here, and by those that have an instance.
pub async fn extensions_here(house: &House, caller: &Caller, _: &Permit) -> Result<Vec<ExtensionHere>, Fault> {
    let view = house.store.tenant(caller.tenant);
    let mut all = Vec::new();
    let mut pages = Pages::of(Noun::Application, Condition::is(DEFINES, Test::Present));
    while let Some(query) = pages.query() {
        let found = view.applications_where(&query).await?;
        all.extend(found.iter().flat_map(here));
        pages.turn(found.len(), found.last().map(|card| card.application.into()));
    }
    let own = Test::Equal(compared(&caller.tenant.to_string()));
    let foreign = Condition::Not(Box::new(Condition::is("appOwnerOrganizationId", own)));
    let mut pages = Pages::of(Noun::ServicePrincipal, foreign);
    while let Some(query) = pages.query() {
        let found = view.sps_where(&query).await?;
        for sp in &found {
            let card = house.known.card(&house.store, sp.app_id).await?;
            all.extend(card.iter().flat_map(|card| here(card)));
        }
        pages.turn(found.len(), found.last().map(|sp| sp.id.into()));
    }
    Ok(all)
}

/// The pages of a question, one after the other.
struct Pages {
    noun: Noun,
    condition: Condition,
    after: Option<Place>,
    ended: bool,
}

impl Pages {
    fn of(noun: Noun, condition: Condition) -> Pages {
        Pages { noun, condition, after: None, ended: false }
    }

    fn query(&self) -> Option<Query> {
        let (condition, after) = (Some(self.condition.clone()), self.after.clone());
        (!self.ended).then_some(Query { noun: self.noun, condition, order: Order::Id, after, most: PAGE })
    }

    fn turn(&mut self, found: usize, last: Option<ObjectId>) {
        self.ended = (found as i64) < PAGE;
        self.after = last.map(|id| Place { id, name: String::new() });
    }
}

pub fn here(card: &AppCard) -> Vec<ExtensionHere> {
    let of = |defined: &ExtensionProperty| ExtensionHere { defined: defined.clone(), app_name: card.name().to_owned() };
    card.registration.extension_properties.iter().map(of).collect()
}
