//! What changed since a count, for those who keep a copy of the directory (delta, graph-api.md §3.8).

use super::read::page;
use super::related::{MemberObject, objects, of_query};
use crate::access::{Caller, Permit};
use crate::{Fault, House};
use mandate_base::ObjectId;
use mandate_domain::grant::{Grant, GrantParties};
use mandate_domain::group::{LinkRole, MemberKind};
use mandate_domain::query::{Condition, Noun, Order, Place, Query};
use mandate_store::{ChangedLink, ChangedObject, Gone};

/// How far the tenant's changes have come, and of which era the count is: what is known of another one is worth
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub count: i64,
    pub era: i64,
}

pub async fn mark(house: &House, caller: &Caller, _: &Permit) -> Result<Mark, Fault> {
    let count = house.store.tenant(caller.tenant).change_count().await?;
    Ok(Mark { count, era: house.store.era().await? })
}

/// One page of everything of a kind, by id, and whether more follows. `only` are the ids that are asked for, if any.
pub async fn whole(
    house: &House,
    caller: &Caller,
    _: &Permit,
    noun: Noun,
    only: &[ObjectId],
    after: Option<ObjectId>,
    most: usize,
) -> Result<(Vec<MemberObject>, bool), Fault> {
    let condition = (!only.is_empty()).then(|| Condition::Id(only.to_vec()));
    let after = after.map(|id| Place { id, name: String::new() });
    let query = Query { noun, condition, order: Order::Id, after, most: most as i64 + 1 };
    Ok(page(of_query(house, house.store.tenant(caller.tenant), &query).await?, most))
}

/// One object that changed.
pub struct ChangedHere {
    pub change: ChangedObject,
    /// `None`: it is gone.
    pub object: Option<MemberObject>,
}

/// One page of what changed behind a place, and whether more follows.
pub async fn changed(
    house: &House,
    caller: &Caller,
    _: &Permit,
    nouns: &[Noun],
    after: (i64, ObjectId),
    most: usize,
) -> Result<(Vec<ChangedHere>, bool), Fault> {
    let view = house.store.tenant(caller.tenant);
    let (changes, more) = page(view.changed_after(nouns, after, most as i64 + 1).await?, most);
    let here: Vec<ObjectId> =
        changes.iter().filter(|change| change.gone == Gone::No).map(|change| change.object).collect();
    let mut found = objects(house, view, &here).await?.into_iter().peekable();
    let told = changes.into_iter().map(|change| {
        let object = found.next_if(|object| object.id() == change.object);
        ChangedHere { change, object }
    });
    Ok((told.collect(), more))
}

/// A member, an owner or a manager that came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkHere {
    pub member: ObjectId,
    pub kind: MemberKind,
    pub is_there: bool,
}

impl LinkHere {
    pub(crate) fn of(changed: ChangedLink) -> LinkHere {
        let link = changed.link;
        LinkHere { member: link.member, kind: link.kind, is_there: changed.gone == Gone::No }
    }
}

/// One page of an object's links of one role: all of them, or those that changed since a count.
pub async fn links(
    house: &House,
    caller: &Caller,
    _: &Permit,
    (of, role): (ObjectId, LinkRole),
    since: Option<i64>,
    after: Option<ObjectId>,
    most: usize,
) -> Result<(Vec<LinkHere>, bool), Fault> {
    let view = house.store.tenant(caller.tenant);
    let limit = most as i64 + 1;
    let links = match since {
        None => {
            let all = view.links_after(of, role, after, limit).await?;
            all.into_iter().map(|link| LinkHere { member: link.id, kind: link.kind, is_there: true }).collect()
        }
        Some(since) => {
            let changed = view.links_changed(of, role, since, after, limit).await?;
            changed.into_iter().map(LinkHere::of).collect()
        }
    };
    Ok(page(links, most))
}

/// A grant that changed, by its parties. `None`: it is gone.
pub struct GrantHere {
    pub parties: GrantParties,
    pub seq: i64,
    pub grant: Option<Grant>,
}

/// One page of the grants that changed behind a place, and whether more follows.
pub async fn changed_grants(
    house: &House,
    caller: &Caller,
    _: &Permit,
    after: (i64, Option<GrantParties>),
    most: usize,
) -> Result<(Vec<GrantHere>, bool), Fault> {
    let view = house.store.tenant(caller.tenant);
    let (changes, more) = page(view.grants_changed_after(after.0, after.1, most as i64 + 1).await?, most);
    let mut told = Vec::with_capacity(changes.len());
    for change in changes {
        let grant = match change.gone {
            Gone::No => view.grant_by_parties(change.parties).await?,
            Gone::ForNow | Gone::ForGood => None,
        };
        told.push(GrantHere { parties: change.parties, seq: change.seq, grant });
    }
    Ok((told, more))
}
