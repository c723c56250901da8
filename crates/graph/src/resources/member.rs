//! Membership, both ways: `/groups/{id}/members` and `/users/{id}/memberOf`.
//!
//! The list is opened by its own permission; each object in it shows what the caller may see of its kind, and is
//! otherwise only its kind and id (graph-api.md §1.2).

use super::collection;
use super::group::{self, GROUP};
use super::service_principal::{Instance, SERVICE_PRINCIPAL};
use super::user::{self, USER};
use crate::call::{Call, gate};
use crate::dispatch::{Cast, Subject};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::paging::Pages;
use crate::property::{Entity, Kind, Selection, bare, shown};
use mandate_base::{GroupId, ObjectId};
use mandate_domain::group::Group;
use mandate_usecases::access::Caller;
use mandate_usecases::directory::{self, MemberObject};
use mandate_web::Answer;
use serde_json::{Map, Value};

const COST: u8 = 3;

pub(super) async fn members_of(call: &Call<'_>, name: &str, cast: Option<Cast>) -> Result<Answer, Stop> {
    let id = GroupId::parse(name).ok();
    let permit = call.permit(Op::GroupsMembers, id.map(ObjectId::from))?;
    call.refuse_queries()?;
    let listed = Listed::of(call, cast)?;
    let found = group::find(call, &permit, id).await?;
    let group = found.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
    if group::hides_members(&group) {
        call.permit(Op::GroupsHiddenMembers, Some(group.id.into()))?;
    }
    let path = format!("/groups/{}/members{}", group.id, listed.path());
    let pages = Pages::of(call, Op::GroupsMembers, &path);
    let (house, caller, after) = (call.house, &call.caller, pages.after()?);
    let (members, more) = directory::group_members(house, caller, &permit, group.id, after, pages.most()).await?;
    // Of the page as it was read: one that the cast leaves empty still leads on.
    let next = members.last().filter(|_| more).map(|last| pages.next(id_of(last)));
    let value = members.iter().filter_map(|member| listed.show(call, member)).collect();
    Ok(collection(call, listed.context(call), None, value, next, COST))
}

pub(super) async fn groups_of(call: &Call<'_>, subject: &Subject, cast: Option<Cast>) -> Result<Answer, Stop> {
    let target = user::target(call, subject).await?;
    let op = if *subject == Subject::Me { Op::MeMemberOf } else { Op::UsersMemberOf };
    let permit = call.permit(op, target.id.map(ObjectId::from))?;
    call.refuse_queries()?;
    let listed = Listed::of(call, cast)?;
    let found = match target.id {
        Some(id) => directory::user(call.house, &call.caller, &permit, id).await?,
        None => None,
    };
    let user = found.ok_or(Refusal::NoSuchObject(target.name))?;
    let whose = if *subject == Subject::Me { "/me".to_owned() } else { format!("/users/{}", user.id) };
    let path = format!("{whose}/memberOf{}", listed.path());
    let pages = Pages::of(call, op, &path);
    let after = pages.after()?;
    let mut groups = directory::member_of(call.house, &call.caller, &permit, user.id).await?;
    groups.retain(|group| is_told(&call.caller, group));
    let more = cut(&mut groups, after, pages.most());
    let next = groups.last().filter(|_| more).map(|last| pages.next(last.id.into()));
    let value = groups.into_iter().filter_map(|group| listed.show(call, &MemberObject::Group(group))).collect();
    Ok(collection(call, listed.context(call), None, value, next, COST))
}

/// Who is in a group of hidden membership is no less hidden when it is asked from the member's side.
fn is_told(caller: &Caller, group: &Group) -> bool {
    !group::hides_members(group) || gate(caller, Op::GroupsHiddenMembers, Some(group.id.into())).is_ok()
}

/// One page of what was read whole, and whether more follows.
fn cut(groups: &mut Vec<Group>, after: Option<ObjectId>, most: usize) -> bool {
    groups.retain(|group| after.is_none_or(|after| ObjectId::from(group.id) > after));
    groups.sort_unstable_by_key(|group| group.id);
    let more = groups.len() > most;
    groups.truncate(most);
    more
}

/// How the objects of a list are shown.
struct Listed {
    cast: Option<Cast>,
    selection: Selection,
}

impl Listed {
    fn of(call: &Call<'_>, cast: Option<Cast>) -> Result<Listed, Refusal> {
        let selection = match cast {
            Some(cast) => call.selection(&[kind_of(cast)])?,
            None => call.selection(&[&USER, &GROUP, &SERVICE_PRINCIPAL])?,
        };
        Ok(Listed { cast, selection })
    }

    fn path(&self) -> String {
        self.cast.map(|cast| format!("/{}", kind_of(cast).name)).unwrap_or_default()
    }

    fn context(&self, call: &Call<'_>) -> String {
        let set = self.cast.map_or("directoryObjects", |cast| kind_of(cast).set);
        call.context(set, &self.selection, false)
    }

    /// `None`: the cast leaves it out.
    fn show(&self, call: &Call<'_>, member: &MemberObject) -> Option<Map<String, Value>> {
        let (cast, mut properties) = match member {
            MemberObject::User(user) => (Cast::User, self.as_far_as_seen(call, Op::UsersGet, user)),
            MemberObject::Group(group) => (Cast::Group, self.as_far_as_seen(call, Op::GroupsGet, group)),
            MemberObject::ServicePrincipal(sp, card) => {
                let instance = Instance::of(sp, card.as_deref());
                (Cast::ServicePrincipal, self.as_far_as_seen(call, Op::ServicePrincipalsGet, &instance))
            }
        };
        match self.cast {
            // The list's type is the base type, so each item names its own (graph-api.md §3.1).
            None => {
                call.metadata.say(&mut properties, "@odata.type", format!("#{}", kind_of(cast).name));
                Some(properties)
            }
            Some(wanted) => (wanted == cast).then_some(properties),
        }
    }

    fn as_far_as_seen<E: Entity>(&self, call: &Call<'_>, op: Op, entity: &E) -> Map<String, Value> {
        match call.view_of(op, entity.id()) {
            Some(view) => shown(entity, &self.selection, view),
            None => bare(E::KIND, entity.id(), &self.selection),
        }
    }
}

fn kind_of(cast: Cast) -> &'static Kind {
    match cast {
        Cast::User => &USER,
        Cast::Group => &GROUP,
        Cast::ServicePrincipal => &SERVICE_PRINCIPAL,
    }
}

fn id_of(member: &MemberObject) -> ObjectId {
    match member {
        MemberObject::User(user) => user.id.into(),
        MemberObject::Group(group) => group.id.into(),
        MemberObject::ServicePrincipal(sp, _) => sp.id.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::group::tests::operations;
    use super::super::user::tests::joris;
    use super::*;
    use mandate_base::{AppId, ServicePrincipalId, TenantId};
    use mandate_decide::ActionSet;
    use mandate_domain::catalogue::{PermKind, catalogue};
    use mandate_domain::role::roles;
    use mandate_usecases::access::{Person, Who};

    fn caller(who: Who) -> Caller {
        let (tenant, client, client_sp) =
            (TenantId::from_u128(1), AppId::from_u128(2), ServicePrincipalId::from_u128(3));
        Caller { tenant, client, client_sp, who }
    }

    fn app(permissions: &[&str]) -> Caller {
        let granted = catalogue().set(PermKind::Application, permissions.iter().copied());
        caller(Who::App { granted, roles: Vec::new() })
    }

    fn person(scopes: &[&str], actions: &[&str]) -> Caller {
        let known = |action: &&str| roles().action(action).expect("an action of the catalogue");
        caller(Who::Person(Box::new(Person {
            user: joris(),
            scopes: Vec::new(),
            granted: catalogue().set(PermKind::Delegated, scopes.iter().copied()),
            everywhere: actions.iter().map(known).collect::<ActionSet>(),
            scoped: Vec::new(),
            roles: Vec::new(),
            grants: Vec::new(),
        })))
    }

    #[test]
    fn a_group_of_hidden_membership_is_told_to_who_may_read_its_members() {
        const ACTION: &str = "microsoft.directory/groups/hiddenMembers/read";
        let cases = [
            (app(&["Directory.Read.All"]), false),
            (app(&["Member.Read.Hidden"]), true),
            (person(&["Directory.Read.All"], &[ACTION]), false),
            (person(&["Member.Read.Hidden"], &[]), false),
            (person(&["Member.Read.Hidden"], &[ACTION]), true),
        ];
        for (caller, told) in cases {
            assert_eq!(is_told(&caller, &operations(Some("HiddenMembership"))), told, "{caller:?}");
            assert!(is_told(&caller, &operations(Some("Private"))), "{caller:?}");
        }
    }

    #[test]
    fn a_page_goes_on_after_its_last_row() {
        let numbered = |number: u128| Group { id: GroupId::from_u128(number), ..operations(None) };
        let page = |after: Option<u128>, most| {
            let mut groups: Vec<Group> = [3, 1, 2, 4].into_iter().map(numbered).collect();
            let more = cut(&mut groups, after.map(ObjectId::from_u128), most);
            (groups.into_iter().map(|group| group.id).collect::<Vec<_>>(), more)
        };
        let ids = |ids: &[u128]| ids.iter().copied().map(GroupId::from_u128).collect::<Vec<_>>();
        assert_eq!(page(None, 2), (ids(&[1, 2]), true));
        assert_eq!(page(Some(2), 2), (ids(&[3, 4]), false));
        assert_eq!(page(Some(4), 2), (ids(&[]), false));
        assert_eq!(page(None, 4), (ids(&[1, 2, 3, 4]), false));
    }
}
