//! Caller × operation × target → a [`Permit`], or a denial that says what was missing on each side.

use super::{Caller, Daemon, Person, Who};
use crate::{Fault, House};
use mandate_base::{CorrelationId, ObjectId};
use mandate_decide::{
    Because, ClientSide, Decision, Reach, Requirement, Right, ScopedAction, Target, UserSide, UserWay, View, Way,
    decide,
};
use mandate_domain::audit::{Actor, Doer};
use mandate_domain::catalogue::{PermKind, catalogue};
use mandate_domain::group::LinkRole;
use mandate_domain::properties::Properties;
use mandate_domain::query::MAKER;
use mandate_domain::role::roles;

/// One Graph operation, as its row says.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    pub name: &'static str,
    pub delegated: Vec<Way>,
    pub app_only: Vec<Way>,
    pub user: Vec<UserWay>,
    /// It changes a person or a group: what a restricted unit keeps from all but its own administrators.
    pub manages: bool,
}

/// Proof that the gate was passed. Only this room makes one; no deed and no read runs without.
#[derive(Clone, Debug)]
pub struct Permit {
    actor: Actor,
    /// The person or the service principal; nobody, where the house itself does it.
    maker: Option<ObjectId>,
    view: View,
    because: Option<Because>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    pub because: Because,
    pub app_only: bool,
    /// It would be allowed, were the object not in a restricted unit.
    pub restricted: bool,
}

pub fn permit(caller: &Caller, operation: &Operation, target: &Target<'_>) -> Result<Permit, Denial> {
    let need = Requirement { delegated: &operation.delegated, app_only: &operation.app_only, user: &operation.user };
    let (decision, actor) = match &caller.who {
        Who::App(daemon) => {
            let Daemon { granted, everywhere, scoped } = daemon.as_ref();
            let caller_side = mandate_decide::Caller::AppOnly { granted, everywhere, scoped };
            (decide(&caller_side, &need, target), Actor::App { id: caller.client })
        }
        Who::Person(person) => {
            let actor = Actor::User { id: person.user.id, upn: person.user.upn.as_str().to_owned() };
            (decide(&delegated(person), &need, target), actor)
        }
    };
    match decision {
        Decision::Allow(because) => {
            Ok(Permit { actor, maker: Some(caller.object()), view: because.view(), because: Some(because) })
        }
        Decision::Deny(because) => Err(Denial::of(caller, because)),
    }
}

/// For one object: who owns it, and which administrative units hold it, is asked only where that decides. What a
/// restricted unit holds is managed by who holds a role in that unit; no other right reaches it but one's own to oneself.
pub async fn permit_on(
    house: &House,
    caller: &Caller,
    operation: &Operation,
    object: Option<ObjectId>,
) -> Result<Result<Permit, Denial>, Fault> {
    let mut judged = permit(caller, operation, &Target { object, ..Target::default() });
    let Some(id) = object else { return Ok(judged) };
    let asks_units = operation.manages || (judged.is_err() && operation.asks_who_holds(caller));
    let view = house.store.tenant(caller.tenant);
    let held_by = if asks_units { view.units_of(id).await? } else { Vec::new() };
    if judged.is_err() {
        let owned = operation.asks_who_owns(caller) && view.link(id, LinkRole::Owner, caller.object()).await?.is_some();
        let units: Vec<ObjectId> = held_by.iter().map(|unit| unit.id.into()).collect();
        judged = permit(caller, operation, &Target { object, owned, units: &units });
    }
    let restricting: Vec<ObjectId> = held_by.iter().filter(|unit| unit.restricted).map(|unit| unit.id.into()).collect();
    let (Ok(allowed), true) = (&judged, operation.manages && !restricting.is_empty()) else { return Ok(judged) };
    let within =
        permit(&caller.only_within(&restricting), operation, &Target { object, owned: false, units: &restricting });
    Ok(within.map_err(|denial| Denial {
        because: allowed.because.unwrap_or(denial.because),
        restricted: true,
        ..denial
    }))
}

/// For what is made in a unit: nothing is there yet, but whoever holds a role in the unit may.
pub fn permit_in(caller: &Caller, operation: &Operation, unit: ObjectId) -> Result<Permit, Denial> {
    permit(caller, operation, &Target { units: &[unit], ..Target::default() })
}

impl Denial {
    fn of(caller: &Caller, because: Because) -> Denial {
        Denial { because, app_only: matches!(caller.who, Who::App(_)), restricted: false }
    }
}

impl Operation {
    fn asks_who_holds(&self, caller: &Caller) -> bool {
        let scoped = match &caller.who {
            Who::App(daemon) => &daemon.scoped,
            Who::Person(person) => &person.scoped,
        };
        let opens = |held: &ScopedAction| self.user.iter().any(|way| way.right.action() == Some(held.action));
        scoped.iter().any(opens)
    }

    fn asks_who_owns(&self, caller: &Caller) -> bool {
        match &caller.who {
            Who::App(_) => self.app_only.iter().any(|way| way.reach == Reach::Owned),
            Who::Person(_) => {
                self.user.iter().any(|way| way.right == Right::Owner)
                    || self.delegated.iter().any(|way| way.reach == Reach::Owned)
            }
        }
    }
}

fn delegated(person: &Person) -> mandate_decide::Caller<'_> {
    mandate_decide::Caller::Delegated {
        granted: &person.granted,
        user: person.user.id,
        everywhere: &person.everywhere,
        scoped: &person.scoped,
    }
}

impl Permit {
    /// For work of the house itself: seeds, jobs, the command line. The reason is what the audit shows.
    pub fn system(reason: &str) -> Permit {
        Permit { actor: Actor::System { reason: reason.to_owned() }, maker: None, view: View::Full, because: None }
    }

    /// For what people do with their own account; whoever uses it checks that it is.
    pub fn of_self(user: &mandate_domain::user::User) -> Permit {
        let actor = Actor::User { id: user.id, upn: user.upn.as_str().to_owned() };
        Permit { actor, maker: None, view: View::Full, because: None }
    }

    pub fn view(&self) -> View {
        self.view
    }

    /// Was it this permission of the calling app that opened the operation?
    pub fn is_by(&self, permission: &str) -> bool {
        let kind = match self.because.map(|because| because.user) {
            Some(UserSide::NoUser) => PermKind::Application,
            Some(_) => PermKind::Delegated,
            None => return false,
        };
        let by = self.because.and_then(|because| match because.client {
            ClientSide::Granted { by, .. } => Some(by),
            _ => None,
        });
        by.is_some_and(|by| catalogue().value(kind, by) == permission)
    }

    /// Was it this right of the signed-in person?
    pub fn is_by_action(&self, action: &str) -> bool {
        let held = self.because.map(|because| because.user);
        let Some(UserSide::Held { by: Right::Action(by), .. }) = held else { return false };
        roles().action_name(by) == action
    }

    /// Does the signed-in person own what it is about, and is that what opened it?
    pub fn is_by_owner(&self) -> bool {
        matches!(self.because.map(|because| because.user), Some(UserSide::Held { by: Right::Owner, .. }))
    }

    pub fn because(&self) -> Option<&Because> {
        self.because.as_ref()
    }

    /// Writes down with a new object who makes it.
    pub(crate) fn sign(&self, properties: &mut Properties) {
        if let Some(maker) = self.maker {
            properties.insert(MAKER.to_owned(), maker.to_string().into());
        }
    }

    pub fn doer(&self, correlation: CorrelationId) -> Doer {
        Doer { actor: self.actor.clone(), correlation }
    }
}
