//! Caller × operation × target → a [`Permit`], or a denial that says what was missing on each side.

use super::{Caller, Daemon, Person, Who};
use crate::{Fault, House};
use mandate_base::{CorrelationId, ObjectId};
use mandate_decide::{
    Because, ClientSide, Decision, Reach, Requirement, Right, Target, UserSide, UserWay, View, Way, decide,
};
use mandate_domain::audit::{Actor, Doer};
use mandate_domain::catalogue::{PermKind, catalogue};
use mandate_domain::group::LinkRole;
use mandate_domain::role::roles;

/// One Graph operation, as its row says.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    pub name: &'static str,
    pub delegated: Vec<Way>,
    pub app_only: Vec<Way>,
    pub user: Vec<UserWay>,
}

/// Proof that the gate was passed. Only this room makes one; no deed and no read runs without.
#[derive(Clone, Debug)]
pub struct Permit {
    actor: Actor,
    view: View,
    because: Option<Because>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    pub because: Because,
    pub app_only: bool,
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
        Decision::Allow(because) => Ok(Permit { actor, view: because.view(), because: Some(because) }),
        Decision::Deny(because) => Err(Denial { because, app_only: matches!(caller.who, Who::App(_)) }),
    }
}

/// For one object: who owns it, and which administrative units hold it, is asked only where that decides.
pub async fn permit_on(
    house: &House,
    caller: &Caller,
    operation: &Operation,
    object: Option<ObjectId>,
) -> Result<Result<Permit, Denial>, Fault> {
    let denial = match permit(caller, operation, &Target { object, ..Target::default() }) {
        Ok(permit) => return Ok(Ok(permit)),
        Err(denial) => denial,
    };
    let Some(id) = object.filter(|_| operation.asks_who_owns(caller)) else { return Ok(Err(denial)) };
    let view = house.store.tenant(caller.tenant);
    let owned = view.link(id, LinkRole::Owner, caller.object()).await?.is_some();
    Ok(permit(caller, operation, &Target { object, owned, ..Target::default() }))
}

impl Operation {
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
        Permit { actor: Actor::System { reason: reason.to_owned() }, view: View::Full, because: None }
    }

    /// For what people do with their own account; whoever uses it checks that it is.
    pub fn of_self(user: &mandate_domain::user::User) -> Permit {
        let actor = Actor::User { id: user.id, upn: user.upn.as_str().to_owned() };
        Permit { actor, view: View::Full, because: None }
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

    pub fn doer(&self, correlation: CorrelationId) -> Doer {
        Doer { actor: self.actor.clone(), correlation }
    }
}
