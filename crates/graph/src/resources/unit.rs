//! `/directory/administrativeUnits/{id}` (graph-api.md §2.14).

use super::entity;
use super::expand::Expansion;
use super::key::Meant;
use super::list::Listed;
use crate::call::Call;
use crate::errors::Stop;
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, column, more, shown};
use mandate_base::{AdministrativeUnitId, ObjectId};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::query::{Noun, Query};
use mandate_usecases::access::{Caller, Permit};
use mandate_usecases::{Fault, House, directory};
use mandate_web::Answer;
use serde_json::Value;

const COST: u8 = 1;

pub(super) async fn show(call: &Call<'_>, meant: &Meant) -> Result<Answer, Stop> {
    let permit = call.permit_on(Op::AdministrativeUnitsGet, meant.id).await?;
    let selection = call.selection(&[&UNIT])?;
    let unit = find(call, &permit, meant).await?;
    let mut properties = shown(&unit, &selection, permit.view());
    if let Some(expansion) = Expansion::asked(call, Noun::AdministrativeUnit)? {
        expansion.add(call, unit.id(), &mut properties).await?;
    }
    Ok(entity(call, call.context(UNIT.set, &selection, true), properties, COST))
}

pub(super) async fn find(call: &Call<'_>, permit: &Permit, meant: &Meant) -> Result<AdministrativeUnit, Stop> {
    let id = AdministrativeUnitId::from(meant.known()?);
    Ok(directory::unit(call.house, &call.caller, permit, id).await?.ok_or_else(|| meant.missing())?)
}

impl Entity for AdministrativeUnit {
    const KIND: &'static Kind = &UNIT;

    fn id(&self) -> ObjectId {
        self.id.into()
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.id.to_string()),
            "displayName" => Value::from(self.display_name.as_str()),
            "isMemberManagementRestricted" => Value::from(self.restricted),
            _ => Value::Null,
        }
    }

    fn more(&self, name: &str) -> Option<&Value> {
        self.more.get(name)
    }
}

impl Listed for AdministrativeUnit {
    const NOUN: Noun = Noun::AdministrativeUnit;
    const LIST: Op = Op::AdministrativeUnitsList;
    const COUNT: Op = Op::AdministrativeUnitsCount;

    fn name(&self) -> &str {
        &self.display_name
    }

    async fn find(house: &House, caller: &Caller, permit: &Permit, query: Query) -> Result<(Vec<Self>, bool), Fault> {
        directory::units(house, caller, permit, query).await
    }
}

pub(super) static UNIT: Kind =
    Kind { name: "microsoft.graph.administrativeUnit", set: "directory/administrativeUnits", properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    more("deletedDateTime").default(),
    more("description").default(),
    column("displayName").default().basic(),
    column("isMemberManagementRestricted").default(),
    more("membershipRule").default(),
    more("membershipRuleProcessingState").default(),
    more("membershipType").default(),
    more("visibility").default(),
];
