//! Groups made and changed. Who is in them is `links`.

use super::links::{MOST_OWNERS, added, may_be, may_be_protected};
use super::principals::{Named, named};
use super::units::{NoSuchUnit, named_unit, put_in};
use crate::Fault;
use crate::access::{Caller, Permit};
use crate::settle::{Facing, UseCase};
use mandate_base::{AdministrativeUnitId, CorrelationId, Draw, GroupId, Moment, ObjectId};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::audit::{Activity, Doer};
use mandate_domain::group::{Group, Link, LinkRole, MemberKind};
use mandate_domain::group_properties::check;
use mandate_domain::properties::{Broken, Properties, Rule};
use mandate_domain::query::{Condition, Noun, Order, Query, Test, compared};
use mandate_domain::record::{Change, Plan, Record};
use serde_json::Value;

/// `POST /groups`
pub struct NewGroup<'a> {
    pub permit: &'a Permit,
    pub caller: &'a Caller,
    pub properties: Properties,
    pub owners: Vec<ObjectId>,
    pub members: Vec<ObjectId>,
    /// It is in this unit from the beginning.
    pub unit: Option<AdministrativeUnitId>,
    pub correlation: CorrelationId,
}

/// `PATCH /groups/{id}`
pub struct ChangeGroup<'a> {
    pub permit: &'a Permit,
    pub group: GroupId,
    pub properties: Properties,
    /// Members, and owners, that come besides.
    pub members: Vec<ObjectId>,
    pub owners: Vec<ObjectId>,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupRefusal {
    NoSuchObject,
    NoSuchMember(ObjectId),
    NoSuchUnit,
    /// A restricted unit does not hold groups of this kind.
    UnfitForUnit,
    AlreadyThere(LinkRole),
    TooManyOwners,
    Broken(Broken),
}

impl From<Broken> for GroupRefusal {
    fn from(broken: Broken) -> GroupRefusal {
        GroupRefusal::Broken(broken)
    }
}

pub struct GroupFacts {
    group: Option<Group>,
    owners: Vec<(ObjectId, Option<Named>)>,
    members: Vec<(ObjectId, Option<Named>)>,
    /// Some of the members are members already, or some of the owners are owners.
    held: Option<LinkRole>,
    /// Who owns it so far.
    owned: usize,
    /// Groups above the group, for members that are groups.
    above: Vec<GroupId>,
    taken: bool,
    unit: Result<Option<AdministrativeUnit>, NoSuchUnit>,
}

impl UseCase for NewGroup<'_> {
    type Facts = GroupFacts;
    type Reply = Group;
    type Refusal = GroupRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<GroupFacts, Fault> {
        Ok(GroupFacts {
            group: None,
            owners: named(facing, &self.owners).await?,
            members: named(facing, &self.members).await?,
            held: None,
            owned: 0,
            above: Vec::new(),
            taken: taken(facing, &self.properties, None).await?,
            unit: named_unit(facing, self.unit).await?,
        })
    }

    fn plan(&self, facts: GroupFacts, now: Moment, draw: &mut dyn Draw) -> Plan<Group, GroupRefusal> {
        match self.made(facts, now, draw) {
            Ok((group, record)) => Plan::answer(group, record),
            Err(refusal) => Plan::refuse(refusal),
        }
    }
}

impl NewGroup<'_> {
    fn made(&self, facts: GroupFacts, now: Moment, draw: &mut dyn Draw) -> Result<(Group, Record), GroupRefusal> {
        for name in ["displayName", "mailEnabled", "mailNickname", "securityEnabled"] {
            if self.properties.get(name).is_none_or(Value::is_null) {
                return Err(Broken::new(name, Rule::Required).into());
            }
        }
        let empty = Group {
            id: draw.timed_id(now).into(),
            display_name: String::new(),
            security_enabled: false,
            mail_enabled: false,
            created: now,
            more: Properties::new(),
            version: 1,
        };
        let mut group = empty.merged(&self.properties)?;
        check(&group, None)?;
        self.permit.sign(&mut group.more);
        if facts.taken {
            return Err(Broken::new(UNIQUE_NAME, Rule::Taken).into());
        }
        let unit = facts.unit.map_err(|NoSuchUnit| GroupRefusal::NoSuchUnit)?;
        if unit.as_ref().is_some_and(|unit| unit.restricted) && !may_be_protected(&group) {
            return Err(GroupRefusal::UnfitForUnit);
        }
        let doer = self.permit.doer(self.correlation);
        let mut record = Record::default();
        let entry = doer.entry(Activity::AddGroup).target(group.id, "Group", &group.display_name);
        record.change(Change::GroupAdded(Box::new(group.clone())), entry);
        let mut owners = facts.owners;
        if let Some(maker) = self.maker().filter(|(id, _)| !owners.iter().any(|(known, _)| known == id)) {
            owners.push(maker);
        }
        link_all(&mut record, &doer, &group, owners, LinkRole::Owner)?;
        link_all(&mut record, &doer, &group, facts.members, LinkRole::Member)?;
        if let Some(unit) = unit {
            put_in(&mut record, &doer, &unit, (group.id.into(), MemberKind::Group, &group.display_name));
        }
        Ok((group, record))
    }

    /// Who may make groups only as their owner owns what they make.
    fn maker(&self) -> Option<(ObjectId, Option<Named>)> {
        let as_owner = ["microsoft.directory/groups/createAsOwner", "microsoft.directory/groups.unified/createAsOwner"];
        let user = self.caller.user().filter(|_| as_owner.iter().any(|action| self.permit.is_by_action(action)))?;
        Some((user.id.into(), Some(Named { kind: MemberKind::User, name: user.display_name.clone() })))
    }
}

impl UseCase for ChangeGroup<'_> {
    type Facts = GroupFacts;
    type Reply = Group;
    type Refusal = GroupRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<GroupFacts, Fault> {
        let mut held = None;
        for (role, ids) in [(LinkRole::Member, &self.members), (LinkRole::Owner, &self.owners)] {
            for id in ids {
                held = held.or(facing.view.link(self.group, role, *id).await?.map(|link| link.role));
            }
        }
        let owned = match self.owners.is_empty() {
            true => 0,
            false => facing.view.links_after(self.group, LinkRole::Owner, None, MOST_OWNERS as i64 + 1).await?.len(),
        };
        let members = named(facing, &self.members).await?;
        let nests =
            members.iter().any(|(_, named)| named.as_ref().is_some_and(|named| named.kind == MemberKind::Group));
        Ok(GroupFacts {
            group: facing.view.group_by_id(self.group).await?,
            owners: named(facing, &self.owners).await?,
            members,
            held,
            owned,
            above: if nests { facing.view.groups_above(self.group, true).await? } else { Vec::new() },
            taken: taken(facing, &self.properties, Some(self.group)).await?,
            unit: Ok(None),
        })
    }

    fn plan(&self, facts: GroupFacts, _: Moment, _: &mut dyn Draw) -> Plan<Group, GroupRefusal> {
        match self.changed(facts) {
            Ok((group, record)) => Plan::answer(group, record),
            Err(refusal) => Plan::refuse(refusal),
        }
    }
}

impl ChangeGroup<'_> {
    fn changed(&self, facts: GroupFacts) -> Result<(Group, Record), GroupRefusal> {
        let before = facts.group.ok_or(GroupRefusal::NoSuchObject)?;
        let after = before.merged(&self.properties)?;
        check(&after, Some(&before))?;
        check_unique_name(&before, &after)?;
        if facts.taken {
            return Err(Broken::new(UNIQUE_NAME, Rule::Taken).into());
        }
        if let Some(role) = facts.held {
            return Err(GroupRefusal::AlreadyThere(role));
        }
        if facts.owned + facts.owners.len() > MOST_OWNERS {
            return Err(GroupRefusal::TooManyOwners);
        }
        let around = |id: &ObjectId| facts.above.iter().any(|above| ObjectId::from(*above) == *id);
        if let Some((id, _)) = facts.members.iter().find(|(id, _)| around(id) || *id == self.group.into()) {
            return Err(GroupRefusal::NoSuchMember(*id));
        }
        let doer = self.permit.doer(self.correlation);
        let mut record = Record::default();
        if after != before {
            let entry = doer.entry(Activity::UpdateGroup).target(after.id, "Group", &after.display_name);
            let entry = entry.differences(&properties_of(&before), &properties_of(&after));
            record.change(Change::GroupUpdated(Box::new(after.clone())), entry);
        }
        link_all(&mut record, &doer, &after, facts.owners, LinkRole::Owner)?;
        link_all(&mut record, &doer, &after, facts.members, LinkRole::Member)?;
        Ok((after, record))
    }
}

const UNIQUE_NAME: &str = "uniqueName";

fn check_unique_name(before: &Group, after: &Group) -> Result<(), Broken> {
    match before.text(UNIQUE_NAME) {
        Some(held) if after.text(UNIQUE_NAME) != Some(held) => Err(Broken::new(UNIQUE_NAME, Rule::Immutable)),
        _ => Ok(()),
    }
}

fn link_all(
    record: &mut Record,
    doer: &Doer,
    group: &Group,
    members: Vec<(ObjectId, Option<Named>)>,
    role: LinkRole,
) -> Result<(), GroupRefusal> {
    let activity = added(Noun::Group, role);
    let mut seen = Vec::new();
    for (id, found) in members {
        let Named { kind, name } =
            found.filter(|found| may_be(role, found.kind, Some(group))).ok_or(GroupRefusal::NoSuchMember(id))?;
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let link = Link { of: group.id.into(), member: id, kind, role };
        let entry = doer.entry(activity).target(id, kind.word(), &name).target(group.id, "Group", &group.display_name);
        record.change(Change::LinkAdded(link), entry);
    }
    Ok(())
}

fn properties_of(group: &Group) -> Properties {
    let mut properties = group.more.clone();
    let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    put("displayName", group.display_name.clone().into());
    put("securityEnabled", group.security_enabled.into());
    put("mailEnabled", group.mail_enabled.into());
    properties
}

async fn taken(facing: Facing<'_>, properties: &Properties, own: Option<GroupId>) -> Result<bool, Fault> {
    let Some(name) = properties.get(UNIQUE_NAME).and_then(Value::as_str) else { return Ok(false) };
    let condition = Condition::is(UNIQUE_NAME, Test::Equal(compared(name)));
    let query = Query { noun: Noun::Group, condition: Some(condition), order: Order::Id, after: None, most: 2 };
    let found = facing.view.groups_where(&query).await?;
    Ok(found.iter().any(|group| own != Some(group.id)))
}
