//! Who is in a tenant, by all the names that a seed file may call them.
//!
//! Never: a rule about who may be where. Next: `links`, `grants` and `assignments`, which ask.

use super::problems::{Hint, Shown};
use mandate_base::{AppId, Folded, GroupId, ObjectId, ServicePrincipalId, UserId};
use mandate_domain::group::MemberKind;
use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Display};

/// The names are in order, so that of two equally near ones the same is suggested at each run.
#[derive(Default)]
pub(super) struct Directory {
    kinds: HashMap<ObjectId, MemberKind>,
    users: BTreeMap<Folded, UserId>,
    groups: BTreeMap<Folded, Vec<GroupId>>,
    service_principals: BTreeMap<Folded, Vec<ServicePrincipalId>>,
    of_app: HashMap<AppId, ServicePrincipalId>,
    app_of: HashMap<ServicePrincipalId, AppId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    One(ObjectId, MemberKind),
    Several(usize),
    Nobody,
}

impl Directory {
    pub fn add_user(&mut self, id: UserId, upn: Folded) {
        self.kinds.insert(id.into(), MemberKind::User);
        self.users.insert(upn, id);
    }

    pub fn add_group(&mut self, id: GroupId, name: Folded) {
        self.kinds.insert(id.into(), MemberKind::Group);
        self.groups.entry(name).or_default().push(id);
    }

    pub fn add_service_principal(&mut self, id: ServicePrincipalId, app_id: AppId, name: Folded) {
        self.kinds.insert(id.into(), MemberKind::ServicePrincipal);
        self.service_principals.entry(name).or_default().push(id);
        self.of_app.entry(app_id).or_insert(id);
        self.app_of.insert(id, app_id);
    }

    pub fn kind(&self, id: ObjectId) -> Option<MemberKind> {
        self.kinds.get(&id).copied()
    }

    pub fn of_app(&self, app_id: AppId) -> Option<ServicePrincipalId> {
        self.of_app.get(&app_id).copied()
    }

    pub fn app_of(&self, id: ServicePrincipalId) -> Option<AppId> {
        self.app_of.get(&id).copied()
    }

    /// By id, appId, user principal name, group name or service principal name, in this order.
    pub fn find(&self, text: &str) -> Found {
        if let Ok(id) = ObjectId::parse(text) {
            let by_app = || Some((ObjectId::from(self.of_app(id.into())?), MemberKind::ServicePrincipal));
            let found = self.kind(id).map(|kind| (id, kind)).or_else(by_app);
            return found.map_or(Found::Nobody, |(id, kind)| Found::One(id, kind));
        }
        let name = Folded::of(text);
        if let Some(user) = self.users.get(&name) {
            return Found::One((*user).into(), MemberKind::User);
        }
        if let Some(groups) = self.groups.get(&name) {
            return only(groups, MemberKind::Group);
        }
        self.service_principals.get(&name).map_or(Found::Nobody, |ids| only(ids, MemberKind::ServicePrincipal))
    }

    /// Why `text` did not find one object.
    pub const fn unfound<'a>(&'a self, text: &'a str, found: Found) -> Unfound<'a> {
        Unfound { directory: self, text, found }
    }
}

pub(super) struct Unfound<'a> {
    directory: &'a Directory,
    text: &'a str,
    found: Found,
}

impl Display for Unfound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unfound { directory, text, found } = self;
        if let Found::Several(count) = found {
            return write!(f, "{} is the name of {count}, name one by its id", Shown(text));
        }
        let (users, groups) = (directory.users.keys(), directory.groups.keys());
        let names = users.chain(groups).chain(directory.service_principals.keys()).map(Folded::as_str);
        write!(f, "no user, group or service principal {}{}", Shown(text), Hint { word: text, names })
    }
}

fn only<T: Copy + Into<ObjectId>>(ids: &[T], kind: MemberKind) -> Found {
    match ids {
        [id] => Found::One((*id).into(), kind),
        _ => Found::Several(ids.len()),
    }
}

/// A kind as messages name it.
pub(super) const fn noun(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::User => "user",
        MemberKind::Group => "group",
        MemberKind::ServicePrincipal => "service principal",
    }
}
