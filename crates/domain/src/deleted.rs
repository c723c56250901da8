//! What was deleted and can be brought back: the object, and what hung on it (Graph's `directory/deletedItems`).
//!
//! Nothing of it is found any other way: who is deleted is not there.

use crate::administrative_unit::AdministrativeUnit;
use crate::application::AppCard;
use crate::grant::{AppRoleAssignment, Grant};
use crate::group::{Group, Link};
use crate::query::Noun;
use crate::role::RoleAssignment;
use crate::service_principal::ServicePrincipal;
use crate::user::User;
use mandate_base::{DAY, Moment, ObjectId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq)]
pub struct Deleted {
    pub at: Moment,
    pub object: DeletedObject,
    pub attached: Attached,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DeletedObject {
    User(User),
    Group(Group),
    Application(Box<AppCard>),
    ServicePrincipal(ServicePrincipal),
    AdministrativeUnit(AdministrativeUnit),
}

/// What hung on an object and went with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attached {
    pub links: Vec<Link>,
    pub grants: Vec<Grant>,
    pub assignments: Vec<AppRoleAssignment>,
    pub roles: Vec<RoleAssignment>,
}

/// How long it can be brought back (graph-api.md §2.4).
pub const KEPT_FOR: i64 = 30 * DAY;

impl Deleted {
    pub fn id(&self) -> ObjectId {
        self.object.id()
    }

    pub fn is_kept_at(&self, now: Moment) -> bool {
        now - KEPT_FOR < self.at
    }
}

impl DeletedObject {
    pub fn id(&self) -> ObjectId {
        match self {
            DeletedObject::User(user) => user.id.into(),
            DeletedObject::Group(group) => group.id.into(),
            DeletedObject::Application(card) => card.application.into(),
            DeletedObject::ServicePrincipal(sp) => sp.id.into(),
            DeletedObject::AdministrativeUnit(unit) => unit.id.into(),
        }
    }

    pub fn noun(&self) -> Noun {
        match self {
            DeletedObject::User(_) => Noun::User,
            DeletedObject::Group(_) => Noun::Group,
            DeletedObject::Application(_) => Noun::Application,
            DeletedObject::ServicePrincipal(_) => Noun::ServicePrincipal,
            DeletedObject::AdministrativeUnit(_) => Noun::AdministrativeUnit,
        }
    }

    /// As people and the audit see it.
    pub fn name(&self) -> &str {
        match self {
            DeletedObject::User(user) => user.upn.as_str(),
            other => other.display_name(),
        }
    }

    pub fn display_name(&self) -> &str {
        match self {
            DeletedObject::User(user) => &user.display_name,
            DeletedObject::Group(group) => &group.display_name,
            DeletedObject::Application(card) => card.name(),
            DeletedObject::ServicePrincipal(sp) => &sp.display_name,
            DeletedObject::AdministrativeUnit(unit) => &unit.display_name,
        }
    }
}
