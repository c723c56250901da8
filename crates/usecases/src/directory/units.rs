//! Administrative units made and changed. Who is in them is `links`.

use super::links::added;
use crate::Fault;
use crate::access::Permit;
use crate::settle::{Facing, UseCase};
use mandate_base::{AdministrativeUnitId, CorrelationId, Draw, Moment, ObjectId};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::audit::{Activity, Doer};
use mandate_domain::group::{Link, LinkRole, MemberKind};
use mandate_domain::properties::{Broken, Properties};
use mandate_domain::query::Noun;
use mandate_domain::record::{Change, Plan, Record};

/// `POST /directory/administrativeUnits`
pub struct NewUnit<'a> {
    pub permit: &'a Permit,
    pub properties: Properties,
    pub correlation: CorrelationId,
}

/// `PATCH /directory/administrativeUnits/{id}`
pub struct ChangeUnit<'a> {
    pub permit: &'a Permit,
    pub unit: AdministrativeUnitId,
    pub properties: Properties,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitRefusal {
    NoSuchObject,
    Broken(Broken),
}

impl From<Broken> for UnitRefusal {
    fn from(broken: Broken) -> UnitRefusal {
        UnitRefusal::Broken(broken)
    }
}

impl UseCase for NewUnit<'_> {
    type Facts = ();
    type Reply = AdministrativeUnit;
    type Refusal = UnitRefusal;

    async fn load(&self, _: Facing<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn plan(&self, (): (), now: Moment, draw: &mut dyn Draw) -> Plan<AdministrativeUnit, UnitRefusal> {
        let empty = AdministrativeUnit {
            id: draw.timed_id(now).into(),
            display_name: String::new(),
            restricted: false,
            more: Properties::new(),
            version: 1,
        };
        let made = empty.merged(&self.properties).and_then(|unit| unit.check(None).map(|()| unit));
        let mut unit = match made {
            Ok(unit) => unit,
            Err(broken) => return Plan::refuse(broken.into()),
        };
        self.permit.sign(&mut unit.more);
        let entry = self.permit.doer(self.correlation).entry(Activity::AddAdministrativeUnit);
        let entry = entry.target(unit.id, Noun::AdministrativeUnit.word(), &unit.display_name);
        let mut record = Record::default();
        record.change(Change::AdministrativeUnitAdded(Box::new(unit.clone())), entry);
        Plan::answer(unit, record)
    }
}

impl UseCase for ChangeUnit<'_> {
    type Facts = Option<AdministrativeUnit>;
    type Reply = AdministrativeUnit;
    type Refusal = UnitRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<AdministrativeUnit>, Fault> {
        facing.view.unit_by_id(self.unit).await
    }

    fn plan(
        &self,
        before: Option<AdministrativeUnit>,
        _: Moment,
        _: &mut dyn Draw,
    ) -> Plan<AdministrativeUnit, UnitRefusal> {
        let Some(before) = before else { return Plan::refuse(UnitRefusal::NoSuchObject) };
        let changed = before.merged(&self.properties).and_then(|unit| unit.check(Some(&before)).map(|()| unit));
        let after = match changed {
            Ok(after) => after,
            Err(broken) => return Plan::refuse(broken.into()),
        };
        let mut record = Record::default();
        if after != before {
            let entry = self.permit.doer(self.correlation).entry(Activity::UpdateAdministrativeUnit);
            let entry = entry.target(after.id, Noun::AdministrativeUnit.word(), &after.display_name);
            let entry = entry.differences(&before.properties(), &after.properties());
            record.change(Change::AdministrativeUnitUpdated(Box::new(after.clone())), entry);
        }
        Plan::answer(after, record)
    }
}

/// What was just made is in the unit from the beginning.
pub(super) fn put_in(
    record: &mut Record,
    doer: &Doer,
    unit: &AdministrativeUnit,
    (member, kind, name): (ObjectId, MemberKind, &str),
) {
    let link = Link { of: unit.id.into(), member, kind, role: LinkRole::Unit };
    let entry = doer.entry(added(Noun::AdministrativeUnit, LinkRole::Unit)).target(member, kind.word(), name);
    let entry = entry.target(unit.id, Noun::AdministrativeUnit.word(), &unit.display_name);
    record.change(Change::LinkAdded(link), entry);
}

/// A unit that something is to be made in, and whether it is there.
pub(super) async fn named_unit(
    facing: Facing<'_>,
    unit: Option<AdministrativeUnitId>,
) -> Result<Result<Option<AdministrativeUnit>, NoSuchUnit>, Fault> {
    let Some(id) = unit else { return Ok(Ok(None)) };
    Ok(facing.view.unit_by_id(id).await?.map(Some).ok_or(NoSuchUnit))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchUnit;
