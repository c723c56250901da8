//! What the store knows of the objects that a record changes or removes: by what they are found, and in which version. What
//! it makes is given its number here.
//!
//! A write is of the version that was read here: if another one was faster, it is raced and leaves no facet behind.

use crate::Fault;
use crate::driver::Driver;
use crate::nouns::{Global, TenantView};
use crate::numbers::Numbers;
use mandate_base::ObjectId;
use mandate_domain::query::{self, Facet};
use mandate_domain::record::{Change, Record};
use std::collections::HashMap;

#[derive(Clone, Debug, Default)]
pub struct Known {
    pub number: i64,
    pub version: i64,
    pub facets: Vec<Facet>,
}

impl Known {
    fn of(version: i64, facets: Vec<Facet>) -> Known {
        Known { number: 0, version, facets }
    }
}

/// By object; what is not there is not in it.
pub type KnownObjects = HashMap<ObjectId, Known>;

pub async fn read(view: TenantView<'_>, record: &Record, numbers: &Numbers) -> Result<KnownObjects, Fault> {
    let mut known = of_new(view.driver, record, numbers).await?;
    for change in record.changes() {
        // What is brought back is where it was.
        if let Change::KeptNoLonger(object) = change
            && let (Some(new), Some(number)) = (known.get_mut(object), view.number_of(*object).await?)
        {
            new.number = number;
        }
        if let Some((object, found)) = of_change(view, change).await? {
            let number = view.number_of(object).await?.unwrap_or_default();
            known.insert(object, Known { number, ..found });
        }
    }
    Ok(known)
}

/// What is made: nothing but its number is known of it.
pub async fn of_new(driver: &Driver, record: &Record, numbers: &Numbers) -> Result<KnownObjects, Fault> {
    let made: Vec<ObjectId> = record.changes().filter_map(made).collect();
    if made.is_empty() {
        return Ok(KnownObjects::new());
    }
    let numbers = numbers.take(driver, made.len()).await?;
    Ok(made.into_iter().zip(numbers).map(|(object, number)| (object, Known { number, ..Known::default() })).collect())
}

fn made(change: &Change) -> Option<ObjectId> {
    Some(match change {
        Change::UserAdded(user) => user.id.into(),
        Change::GroupAdded(group) => group.id.into(),
        Change::AdministrativeUnitAdded(unit) => unit.id.into(),
        Change::ServicePrincipalAdded(sp) => sp.id.into(),
        Change::ApplicationAdded(card) => card.application.into(),
        _ => return None,
    })
}

async fn of_change(view: TenantView<'_>, change: &Change) -> Result<Option<(ObjectId, Known)>, Fault> {
    Ok(match change {
        Change::UserUpdated(user) => of_user(view, user.id.into()).await?,
        Change::UserRemoved(id) => of_user(view, (*id).into()).await?,
        Change::GroupUpdated(group) => of_group(view, group.id.into()).await?,
        Change::GroupRemoved(id) => of_group(view, (*id).into()).await?,
        Change::AdministrativeUnitUpdated(unit) => of_unit(view, unit.id.into()).await?,
        Change::AdministrativeUnitRemoved(id) => of_unit(view, (*id).into()).await?,
        Change::ServicePrincipalUpdated(sp) => of_instance(view, sp.id.into()).await?,
        Change::ServicePrincipalRemoved(id) => of_instance(view, (*id).into()).await?,
        Change::ApplicationUpdated(card) => of_application(view, card.app_id).await?,
        Change::ApplicationRemoved { app, .. } => of_application(view, *app).await?,
        _ => None,
    })
}

async fn of_user(view: TenantView<'_>, id: ObjectId) -> Result<Option<(ObjectId, Known)>, Fault> {
    let found = view.user_by_id(id.into()).await?;
    Ok(found.map(|user| (id, Known::of(user.version, query::of_user(&user)))))
}

async fn of_group(view: TenantView<'_>, id: ObjectId) -> Result<Option<(ObjectId, Known)>, Fault> {
    let found = view.group_by_id(id.into()).await?;
    Ok(found.map(|group| (id, Known::of(group.version, query::of_group(&group)))))
}

async fn of_unit(view: TenantView<'_>, id: ObjectId) -> Result<Option<(ObjectId, Known)>, Fault> {
    let found = view.unit_by_id(id.into()).await?;
    Ok(found.map(|unit| (id, Known::of(unit.version, query::of_unit(&unit)))))
}

async fn of_instance(view: TenantView<'_>, id: ObjectId) -> Result<Option<(ObjectId, Known)>, Fault> {
    let found = view.sp_by_id(id.into()).await?;
    Ok(found.map(|sp| (id, Known::of(sp.version, query::of_service_principal(&sp)))))
}

async fn of_application(view: TenantView<'_>, app: mandate_base::AppId) -> Result<Option<(ObjectId, Known)>, Fault> {
    let found = Global { driver: view.driver }.card_by_app_id(app).await?;
    let own = found.filter(|card| card.home == view.tenant_id());
    Ok(own.map(|card| (card.application.into(), Known::of(card.version, query::of_application(&card)))))
}
