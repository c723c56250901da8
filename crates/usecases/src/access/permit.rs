//! Caller × operation × target → a [`Permit`], or a denial that says what was missing on each side.

use super::{Caller, Person, Who};
use mandate_base::CorrelationId;
use mandate_decide::{Because, Decision, Requirement, Target, UserWay, View, Way, decide};
use mandate_domain::audit::{Actor, Doer};

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
        Who::App { granted, .. } => {
            let caller_side = mandate_decide::Caller::AppOnly { granted };
            (decide(&caller_side, &need, target), Actor::App { id: caller.client })
        }
        Who::Person(person) => {
            let actor = Actor::User { id: person.user.id, upn: person.user.upn.as_str().to_owned() };
            (decide(&delegated(person), &need, target), actor)
        }
    };
    match decision {
        Decision::Allow(because) => Ok(Permit { actor, view: because.view(), because: Some(because) }),
        Decision::Deny(because) => Err(Denial { because, app_only: matches!(caller.who, Who::App { .. }) }),
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

    pub fn because(&self) -> Option<&Because> {
        self.because.as_ref()
    }

    pub fn doer(&self, correlation: CorrelationId) -> Doer {
        Doer { actor: self.actor.clone(), correlation }
    }
}
