//! Whoever an id means: people, groups, instances of apps.

use crate::Fault;
use crate::settle::Facing;
use mandate_base::ObjectId;
use mandate_domain::group::MemberKind;

/// What the audit calls an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub kind: MemberKind,
    pub name: String,
}

/// `None` behind an id: nobody here has it.
pub(super) async fn named(facing: Facing<'_>, ids: &[ObjectId]) -> Result<Vec<(ObjectId, Option<Named>)>, Fault> {
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        all.push((*id, one_named(facing, *id).await?));
    }
    Ok(all)
}

/// An owner of what is made, as the audit names it.
pub(super) type Owner = (ObjectId, MemberKind, String);

/// Those who were named, and whoever makes it. Who is no owner, a group or nobody, is told by its id.
pub(super) fn owners(named: Vec<(ObjectId, Option<Named>)>, maker: Option<Owner>) -> Result<Vec<Owner>, ObjectId> {
    let mut owners = Vec::with_capacity(named.len() + 1);
    for (id, found) in named {
        let found = found.filter(|found| found.kind != MemberKind::Group);
        let Named { kind, name } = found.ok_or(id)?;
        owners.push((id, kind, name));
    }
    owners.extend(maker);
    owners.sort_unstable_by_key(|(id, ..)| *id);
    owners.dedup_by_key(|(id, ..)| *id);
    Ok(owners)
}

/// Whether anything here has this id.
pub(super) async fn is_there(facing: Facing<'_>, id: ObjectId) -> Result<bool, Fault> {
    Ok(one_named(facing, id).await?.is_some()
        || facing.view.unit_by_id(id.into()).await?.is_some()
        || super::applications::application_by_id(facing, id.into()).await?.is_some())
}

pub(super) async fn one_named(facing: Facing<'_>, id: ObjectId) -> Result<Option<Named>, Fault> {
    if let Some(user) = facing.view.user_by_id(id.into()).await? {
        return Ok(Some(Named { kind: MemberKind::User, name: user.display_name }));
    }
    if let Some(group) = facing.view.group_by_id(id.into()).await? {
        return Ok(Some(Named { kind: MemberKind::Group, name: group.display_name }));
    }
    let sp = facing.view.sp_by_id(id.into()).await?;
    Ok(sp.map(|sp| Named { kind: MemberKind::ServicePrincipal, name: sp.display_name }))
}
