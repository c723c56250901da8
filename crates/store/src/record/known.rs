//! What the store knows of the objects that a record changes or removes: by what they are found, and in which version.
//!
//! A write is of the version that was read here: if another one was faster, it is raced and leaves no facet behind.

use crate::Fault;
use crate::nouns::{Global, TenantView};
use mandate_base::ObjectId;
use mandate_domain::query::{self, Facet};
use mandate_domain::record::{Change, Record};
use std::collections::HashMap;

#[derive(Clone, Debug, Default)]
pub struct Known {
    pub version: i64,
    pub facets: Vec<Facet>,
}

/// By object; what is not there is not in it.
pub type KnownObjects = HashMap<ObjectId, Known>;

pub async fn read(view: TenantView<'_>, record: &Record) -> Result<KnownObjects, Fault> {
    let mut known = HashMap::new();
    for change in record.changes() {
        if let Some((object, found)) = of_change(view, change).await? {
            known.insert(object, found);
        }
    }
    Ok(known)
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
    Ok(found.map(|user| (id, Known { version: user.version, facets: query::of_user(&user) })))
}

async fn of_group(view: TenantView<'_>, id: ObjectId) -> Result<Option<(ObjectId, Known)>, Fault> {
    let found = view.group_by_id(id.into()).await?;
    Ok(found.map(|group| (id, Known { version: group.version, facets: query::of_group(&group) })))
}

async fn of_unit(view: TenantView<'_>, id: ObjectId) -> Result<Option<(ObjectId, Known)>, Fault> {
    let found = view.unit_by_id(id.into()).await?;
    Ok(found.map(|unit| (id, Known { version: unit.version, facets: query::of_unit(&unit) })))
}

async fn of_instance(view: TenantView<'_>, id: ObjectId) -> Result<Option<(ObjectId, Known)>, Fault> {
    let found = view.sp_by_id(id.into()).await?;
    Ok(found.map(|sp| (id, Known { version: sp.version, facets: query::of_service_principal(&sp) })))
}

async fn of_application(view: TenantView<'_>, app: mandate_base::AppId) -> Result<Option<(ObjectId, Known)>, Fault> {
    let found = Global { driver: view.driver }.card_by_app_id(app).await?;
    let own = found.filter(|card| card.home == view.tenant_id());
    Ok(own.map(|card| (card.application.into(), Known { version: card.version, facets: query::of_application(&card) })))
}
