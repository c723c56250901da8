//! Members of groups, owners of what there is, and people's managers: added and removed, one at a time.

use super::principals::{Named, one_named};
use crate::Fault;
use crate::access::Permit;
use crate::settle::{Facing, UseCase};
use mandate_base::{CorrelationId, Draw, GroupId, Moment, ObjectId};
use mandate_domain::audit::Activity;
use mandate_domain::group::{Group, Link, LinkRole, MemberKind};
use mandate_domain::query::Noun;
use mandate_domain::record::{Change, Plan, Record};
use mandate_store::Assignee;

/// What is linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linked {
    pub id: ObjectId,
    pub noun: Noun,
}

pub struct AddLink<'a> {
    pub permit: &'a Permit,
    pub to: Linked,
    pub role: LinkRole,
    pub member: ObjectId,
    pub correlation: CorrelationId,
}

pub struct RemoveLink<'a> {
    pub permit: &'a Permit,
    pub to: Linked,
    pub role: LinkRole,
    /// `None`: whoever it is. Of managers there is one.
    pub member: Option<ObjectId>,
    pub correlation: CorrelationId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRefusal {
    NoSuchObject,
    NoSuchMember,
    /// A group cannot be an owner, a Microsoft 365 group holds people only, a manager is a person, no app is in a unit.
    WrongKind,
    AlreadyThere,
    NotThere,
    /// The group would be in itself.
    WouldFormCycle,
    TooMany,
    /// A Microsoft 365 group keeps one owner.
    LastOwner,
}

pub(super) const MOST_OWNERS: usize = 100;

pub struct LinkFacts {
    name: Option<String>,
    group: Option<Group>,
    member: Option<Named>,
    held: Option<Link>,
    /// Owners, or the manager, that there are.
    others: Vec<Assignee>,
    /// Groups that hold the group, however deep.
    above: Vec<GroupId>,
    /// The unit is restricted, and the member is a group that such a unit does not hold.
    is_unfit: bool,
}

impl UseCase for AddLink<'_> {
    type Facts = LinkFacts;
    type Reply = ();
    type Refusal = LinkRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<LinkFacts, Fault> {
        load(facing, self.to, self.role, Some(self.member)).await
    }

    fn plan(&self, facts: LinkFacts, _: Moment, _: &mut dyn Draw) -> Plan<(), LinkRefusal> {
        let (member, name) = match self.judge(&facts) {
            Ok(judged) => judged,
            Err(refusal) => return Plan::refuse(refusal),
        };
        let doer = self.permit.doer(self.correlation);
        let mut record = Record::default();
        if self.role == LinkRole::Manager {
            for held in &facts.others {
                let link = Link { of: self.to.id, member: held.id, kind: held.kind, role: self.role };
                let entry = doer.entry(Activity::RemoveUserManager).target(self.to.id, "User", name);
                record.change(Change::LinkRemoved(link), entry.target(held.id, held.kind.word(), ""));
            }
        }
        let link = Link { of: self.to.id, member: self.member, kind: member.kind, role: self.role };
        let entry = doer.entry(added(self.to.noun, self.role)).target(self.member, member.kind.word(), &member.name);
        record.change(Change::LinkAdded(link), entry.target(self.to.id, self.to.noun.word(), name));
        Plan::answer((), record)
    }
}

impl AddLink<'_> {
    fn judge<'f>(&self, facts: &'f LinkFacts) -> Result<(&'f Named, &'f str), LinkRefusal> {
        let name = facts.name.as_deref().ok_or(LinkRefusal::NoSuchObject)?;
        let member = facts.member.as_ref().ok_or(LinkRefusal::NoSuchMember)?;
        if facts.is_unfit || !may_be(self.role, member.kind, facts.group.as_ref()) {
            return Err(LinkRefusal::WrongKind);
        }
        if facts.held.is_some() {
            return Err(LinkRefusal::AlreadyThere);
        }
        let itself = self.member == self.to.id;
        if (itself && self.role != LinkRole::Owner)
            || facts.above.iter().any(|above| ObjectId::from(*above) == self.member)
        {
            return Err(LinkRefusal::WouldFormCycle);
        }
        if self.role == LinkRole::Owner && facts.others.len() >= MOST_OWNERS {
            return Err(LinkRefusal::TooMany);
        }
        Ok((member, name))
    }
}

/// Who may be what.
pub fn may_be(role: LinkRole, kind: MemberKind, group: Option<&Group>) -> bool {
    match (role, kind) {
        (LinkRole::Owner, kind) => kind != MemberKind::Group,
        (LinkRole::Manager, kind) => kind == MemberKind::User,
        (LinkRole::Unit, kind) => kind != MemberKind::ServicePrincipal,
        (LinkRole::Member, MemberKind::User) => true,
        // A role that a group holds must not reach people through another group.
        (LinkRole::Member, MemberKind::Group) => {
            group.is_some_and(|group| !group.is_unified() && !group.is_assignable_to_role())
        }
        (LinkRole::Member, MemberKind::ServicePrincipal) => group.is_some_and(|group| !group.is_unified()),
    }
}

impl UseCase for RemoveLink<'_> {
    type Facts = LinkFacts;
    type Reply = ();
    type Refusal = LinkRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<LinkFacts, Fault> {
        load(facing, self.to, self.role, self.member).await
    }

    fn plan(&self, facts: LinkFacts, _: Moment, _: &mut dyn Draw) -> Plan<(), LinkRefusal> {
        let Some(name) = &facts.name else { return Plan::refuse(LinkRefusal::NoSuchObject) };
        let only = facts.others.first().filter(|_| self.member.is_none());
        let only = only.map(|held| Link { of: self.to.id, member: held.id, kind: held.kind, role: self.role });
        let Some(link) = facts.held.or(only) else { return Plan::refuse(LinkRefusal::NotThere) };
        if self.role == LinkRole::Owner && self.leaves_nobody(&facts, link.member) {
            return Plan::refuse(LinkRefusal::LastOwner);
        }
        let doer = self.permit.doer(self.correlation);
        let member = facts.member.map_or(String::new(), |member| member.name);
        let entry = doer.entry(removed(self.to.noun, self.role)).target(link.member, link.kind.word(), &member);
        let mut record = Record::default();
        record.change(Change::LinkRemoved(link), entry.target(self.to.id, self.to.noun.word(), name));
        Plan::answer((), record)
    }
}

impl RemoveLink<'_> {
    fn leaves_nobody(&self, facts: &LinkFacts, member: ObjectId) -> bool {
        let unified = facts.group.as_ref().is_some_and(Group::is_unified);
        unified && !facts.others.iter().any(|held| held.kind == MemberKind::User && held.id != member)
    }
}

async fn load(facing: Facing<'_>, to: Linked, role: LinkRole, member: Option<ObjectId>) -> Result<LinkFacts, Fault> {
    let view = facing.view;
    let (mut group, mut restricted, id) = (None, false, to.id);
    let name = match to.noun {
        Noun::User => view.user_by_id(id.into()).await?.map(|user| user.upn.as_str().to_owned()),
        Noun::Group => {
            group = view.group_by_id(id.into()).await?;
            group.as_ref().map(|group| group.display_name.clone())
        }
        Noun::Application => {
            let card = super::applications::application_by_id(facing, id.into()).await?;
            card.map(|card| card.name().to_owned())
        }
        Noun::ServicePrincipal => view.sp_by_id(id.into()).await?.map(|sp| sp.display_name),
        Noun::AdministrativeUnit => {
            let unit = view.unit_by_id(id.into()).await?;
            restricted = unit.as_ref().is_some_and(|unit| unit.restricted);
            unit.map(|unit| unit.display_name)
        }
    };
    let (named, held) = match member {
        Some(member) => (one_named(facing, member).await?, view.link(id, role, member).await?),
        None => (None, None),
    };
    let others = match role {
        LinkRole::Member | LinkRole::Unit => Vec::new(),
        LinkRole::Owner | LinkRole::Manager => view.links_after(id, role, None, MOST_OWNERS as i64 + 1).await?,
    };
    let nests = role == LinkRole::Member && named.as_ref().is_some_and(|named| named.kind == MemberKind::Group);
    let above = if nests { view.groups_above(id, true).await? } else { Vec::new() };
    let is_unfit = match member {
        Some(member) if restricted => {
            view.group_by_id(member.into()).await?.is_some_and(|group| !may_be_protected(&group))
        }
        _ => false,
    };
    Ok(LinkFacts { name, group, member: named, held, others, above, is_unfit })
}

/// Mail and roles have administrators of their own, who would be shut out.
pub(super) fn may_be_protected(group: &Group) -> bool {
    !group.mail_enabled && !group.is_assignable_to_role()
}

pub const fn added(noun: Noun, role: LinkRole) -> Activity {
    match (noun, role) {
        (_, LinkRole::Unit) | (Noun::AdministrativeUnit, _) => Activity::AddMemberToAdministrativeUnit,
        (_, LinkRole::Manager) | (Noun::User, _) => Activity::SetUserManager,
        (_, LinkRole::Member) => Activity::AddMemberToGroup,
        (Noun::Group, LinkRole::Owner) => Activity::AddOwnerToGroup,
        (Noun::Application, LinkRole::Owner) => Activity::AddOwnerToApplication,
        (Noun::ServicePrincipal, LinkRole::Owner) => Activity::AddOwnerToServicePrincipal,
    }
}

const fn removed(noun: Noun, role: LinkRole) -> Activity {
    match (noun, role) {
        (_, LinkRole::Unit) | (Noun::AdministrativeUnit, _) => Activity::RemoveMemberFromAdministrativeUnit,
        (_, LinkRole::Manager) | (Noun::User, _) => Activity::RemoveUserManager,
        (_, LinkRole::Member) => Activity::RemoveMemberFromGroup,
        (Noun::Group, LinkRole::Owner) => Activity::RemoveOwnerFromGroup,
        (Noun::Application, LinkRole::Owner) => Activity::RemoveOwnerFromApplication,
        (Noun::ServicePrincipal, LinkRole::Owner) => Activity::RemoveOwnerFromServicePrincipal,
    }
}
