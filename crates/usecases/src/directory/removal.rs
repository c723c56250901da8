//! Objects deleted, brought back, and gone for good (graph-api.md §2.4).
//!
//! What hangs on an object goes with it and comes back with it, as far as its other end is still there.

use super::applications::application_by_id;
use super::domains::lost_name;
use super::principals::is_there;
use crate::Fault;
use crate::access::Permit;
use crate::settle::{Facing, UseCase};
use mandate_base::{CorrelationId, Draw, Moment, ObjectId};
use mandate_domain::audit::{Activity, Doer};
use mandate_domain::deleted::{Attached, Deleted, DeletedObject};
use mandate_domain::properties::Broken;
use mandate_domain::query::{Condition, Noun, Order, Query, Test, compared};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::well_known::IN_EVERY_TENANT;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

pub struct Remove<'a> {
    pub permit: &'a Permit,
    pub noun: Noun,
    pub object: ObjectId,
    pub correlation: CorrelationId,
}

pub struct Restore<'a> {
    pub permit: &'a Permit,
    pub object: ObjectId,
    pub correlation: CorrelationId,
}

/// For good, before its time is over.
pub struct Purge<'a> {
    pub permit: &'a Permit,
    pub object: ObjectId,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemovalRefusal {
    NoSuchObject,
    /// Every tenant has it, and none can be without it.
    BuiltIn,
    /// Another object has meanwhile what only one can have.
    Taken(&'static str),
    /// A domain that it bears is the organisation's no more.
    Lost(Broken),
}

pub struct RemoveFacts {
    found: Option<(DeletedObject, Attached)>,
    /// The app's instance at home goes with it.
    instance: Option<(ServicePrincipal, Attached)>,
}

impl UseCase for Remove<'_> {
    type Facts = RemoveFacts;
    type Reply = ();
    type Refusal = RemovalRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<RemoveFacts, Fault> {
        let view = facing.view;
        let Some(object) = present(facing, self.noun, self.object).await? else {
            return Ok(RemoveFacts { found: None, instance: None });
        };
        let instance = match &object {
            DeletedObject::Application(card) => match view.sp_by_app(card.app_id).await? {
                Some(sp) => Some((sp.clone(), view.attached_to(sp.id).await?)),
                None => None,
            },
            _ => None,
        };
        let attached = view.attached_to(object.id()).await?;
        Ok(RemoveFacts { found: Some((object, attached)), instance })
    }

    fn plan(&self, facts: RemoveFacts, now: Moment, _: &mut dyn Draw) -> Plan<(), RemovalRefusal> {
        let Some((object, attached)) = facts.found else { return Plan::refuse(RemovalRefusal::NoSuchObject) };
        if matches!(&object, DeletedObject::ServicePrincipal(sp) if IN_EVERY_TENANT.contains(&sp.app_id)) {
            return Plan::refuse(RemovalRefusal::BuiltIn);
        }
        let doer = self.permit.doer(self.correlation);
        let mut record = Record::default();
        if let Some((sp, attached)) = facts.instance {
            remove(&mut record, &doer, DeletedObject::ServicePrincipal(sp), attached, now);
        }
        remove(&mut record, &doer, object, attached, now);
        Plan::answer((), record)
    }
}

fn remove(record: &mut Record, doer: &Doer, object: DeletedObject, attached: Attached, now: Moment) {
    let (activity, change) = match &object {
        DeletedObject::User(user) => (Activity::DeleteUser, Change::UserRemoved(user.id)),
        DeletedObject::Group(group) => (Activity::DeleteGroup, Change::GroupRemoved(group.id)),
        DeletedObject::Application(card) => {
            let change = Change::ApplicationRemoved { application: card.application, app: card.app_id };
            (Activity::DeleteApplication, change)
        }
        DeletedObject::ServicePrincipal(sp) => {
            (Activity::RemoveServicePrincipal, Change::ServicePrincipalRemoved(sp.id))
        }
        DeletedObject::AdministrativeUnit(unit) => {
            (Activity::DeleteAdministrativeUnit, Change::AdministrativeUnitRemoved(unit.id))
        }
    };
    let entry = doer.entry(activity).target(object.id(), object.noun().word(), object.name());
    record.change(change, entry);
    // A security group is gone at once.
    let is_kept = !matches!(&object, DeletedObject::Group(group) if !group.is_unified());
    if is_kept {
        record.and(Change::Kept(Box::new(Deleted { at: now, object, attached })));
    }
}

pub struct RestoreFacts {
    deleted: Option<Deleted>,
    taken: Option<&'static str>,
    lost: Option<Broken>,
}

impl UseCase for Restore<'_> {
    type Facts = RestoreFacts;
    type Reply = DeletedObject;
    type Refusal = RemovalRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<RestoreFacts, Fault> {
        let Some(mut deleted) = facing.view.deleted_by_id(self.object).await? else {
            return Ok(RestoreFacts { deleted: None, taken: None, lost: None });
        };
        let taken = taken(facing, &deleted.object).await?;
        let tenant = facing.tenant().await?;
        let lost = tenant.and_then(|tenant| lost_name(&deleted.object, &tenant.profile));
        deleted.attached = still_there(facing, deleted.id(), deleted.attached).await?;
        Ok(RestoreFacts { deleted: Some(deleted), taken, lost })
    }

    fn plan(&self, facts: RestoreFacts, now: Moment, _: &mut dyn Draw) -> Plan<DeletedObject, RemovalRefusal> {
        let Some(deleted) = facts.deleted.filter(|deleted| deleted.is_kept_at(now)) else {
            return Plan::refuse(RemovalRefusal::NoSuchObject);
        };
        if let Some(property) = facts.taken {
            return Plan::refuse(RemovalRefusal::Taken(property));
        }
        if let Some(broken) = facts.lost {
            return Plan::refuse(RemovalRefusal::Lost(broken));
        }
        let (activity, change) = match &deleted.object {
            DeletedObject::User(user) => (Activity::RestoreUser, Change::UserAdded(Box::new(user.clone()))),
            DeletedObject::Group(group) => (Activity::RestoreGroup, Change::GroupAdded(Box::new(group.clone()))),
            DeletedObject::Application(card) => (Activity::RestoreApplication, Change::ApplicationAdded(card.clone())),
            DeletedObject::ServicePrincipal(sp) => {
                (Activity::RestoreServicePrincipal, Change::ServicePrincipalAdded(Box::new(sp.clone())))
            }
            DeletedObject::AdministrativeUnit(unit) => {
                (Activity::RestoreAdministrativeUnit, Change::AdministrativeUnitAdded(Box::new(unit.clone())))
            }
        };
        let doer = self.permit.doer(self.correlation);
        let entry = doer.entry(activity).target(deleted.id(), deleted.object.noun().word(), deleted.object.name());
        let mut record = Record::default();
        record.change(change, entry);
        record.and(Change::KeptNoLonger(deleted.id()));
        record.and(Change::AttachedAgain(Box::new(deleted.attached)));
        Plan::answer(deleted.object, record)
    }
}

impl UseCase for Purge<'_> {
    type Facts = Option<Deleted>;
    type Reply = ();
    type Refusal = RemovalRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<Deleted>, Fault> {
        facing.view.deleted_by_id(self.object).await
    }

    fn plan(&self, deleted: Option<Deleted>, now: Moment, _: &mut dyn Draw) -> Plan<(), RemovalRefusal> {
        let Some(deleted) = deleted.filter(|deleted| deleted.is_kept_at(now)) else {
            return Plan::refuse(RemovalRefusal::NoSuchObject);
        };
        let activity = match deleted.object {
            DeletedObject::User(_) => Activity::HardDeleteUser,
            DeletedObject::Group(_) => Activity::HardDeleteGroup,
            DeletedObject::Application(_) => Activity::HardDeleteApplication,
            DeletedObject::ServicePrincipal(_) => Activity::HardDeleteServicePrincipal,
            DeletedObject::AdministrativeUnit(_) => Activity::HardDeleteAdministrativeUnit,
        };
        let entry = self.permit.doer(self.correlation).entry(activity);
        let entry = entry.target(deleted.id(), deleted.object.noun().word(), deleted.object.name());
        let mut record = Record::default();
        record.change(Change::KeptNoLonger(deleted.id()), entry);
        Plan::answer((), record)
    }
}

async fn present(facing: Facing<'_>, noun: Noun, id: ObjectId) -> Result<Option<DeletedObject>, Fault> {
    let view = facing.view;
    Ok(match noun {
        Noun::User => view.user_by_id(id.into()).await?.map(DeletedObject::User),
        Noun::Group => view.group_by_id(id.into()).await?.map(DeletedObject::Group),
        Noun::Application => application_by_id(facing, id.into()).await?.map(Box::new).map(DeletedObject::Application),
        Noun::ServicePrincipal => view.sp_by_id(id.into()).await?.map(DeletedObject::ServicePrincipal),
        Noun::AdministrativeUnit => view.unit_by_id(id.into()).await?.map(DeletedObject::AdministrativeUnit),
    })
}

/// What only one object can have, and another one has.
async fn taken(facing: Facing<'_>, object: &DeletedObject) -> Result<Option<&'static str>, Fault> {
    let view = facing.view;
    Ok(match object {
        DeletedObject::User(user) => view.user_by_upn(&user.upn.folded()).await?.map(|_| "userPrincipalName"),
        DeletedObject::Group(_) | DeletedObject::AdministrativeUnit(_) => None,
        DeletedObject::ServicePrincipal(sp) => view.sp_by_app(sp.app_id).await?.map(|_| "appId"),
        DeletedObject::Application(card) => {
            for uri in &card.registration.identifier_uris {
                let condition = Condition::is("identifierUris", Test::Equal(compared(uri)));
                let query = Query {
                    noun: Noun::Application,
                    condition: Some(condition),
                    order: Order::Id,
                    after: None,
                    most: 1,
                };
                if !view.applications_where(&query).await?.is_empty() {
                    return Ok(Some("identifierUris"));
                }
            }
            None
        }
    })
}

async fn still_there(facing: Facing<'_>, own: ObjectId, attached: Attached) -> Result<Attached, Fault> {
    let mut known = HashMap::from([(own, true)]);
    let ends = attached.links.iter().flat_map(|link| [link.of, link.member]);
    let ends = ends.chain(attached.grants.iter().flat_map(|grant| {
        let principal = grant.principal.map(ObjectId::from);
        [Some(grant.client.into()), Some(grant.resource.into()), principal].into_iter().flatten()
    }));
    let ends = ends.chain(attached.assignments.iter().flat_map(|held| [held.principal, held.resource.into()]));
    let ends: Vec<ObjectId> = ends.chain(attached.roles.iter().map(|role| role.principal)).collect();
    for id in ends {
        if let Entry::Vacant(unknown) = known.entry(id) {
            unknown.insert(is_there(facing, id).await?);
        }
    }
    let there = |id: ObjectId| known.get(&id) == Some(&true);
    let mut attached = attached;
    attached.links.retain(|link| there(link.of) && there(link.member));
    attached.grants.retain(|grant| {
        let principal = grant.principal.is_none_or(|user| there(user.into()));
        there(grant.client.into()) && there(grant.resource.into()) && principal
    });
    attached.assignments.retain(|held| there(held.principal) && there(held.resource.into()));
    attached.roles.retain(|role| there(role.principal));
    Ok(attached)
}
