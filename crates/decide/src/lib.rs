//! The permission core: caller × requirement × target → decision, with its reasons as data.
//!
//! A delegated call needs both halves: the app was granted a scope that reaches the target, *and* the user may do it.
//! An app-only call needs the app role alone. Both halves are always judged, so a refusal can name each that fails.
//!
//! Never: I/O, the heap, a clock, names of operations. Next: `usecases/access` gathers the facts and calls [`decide`].
#![no_std]
#![forbid(unsafe_code)]

mod sets;

pub use sets::{Action, ActionSet, Perm, PermSet};

use mandate_base::{ObjectId, UserId};

/// How much of an object may be shown. The order matters: `Basic < Full`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// Only the basic set of properties.
    Basic,
    Full,
}

/// Which targets a permission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every object of the tenant.
    All,
    /// Only the signed-in user's own object (`User.Read`).
    Itself,
    /// Only objects that the caller owns (`…OwnedBy`).
    Owned,
}

/// One permission that opens an operation, how far it reaches and how much it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    pub perm: Perm,
    pub reach: Reach,
    pub view: View,
}

/// One reason for which a user may do an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// It is the user's own object.
    Itself,
    /// The user owns the target.
    Owner,
    /// A role, or the default rights of members and guests, holds this directory action.
    Action(Action),
    /// Everybody who is signed in.
    Anyone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserWay {
    pub right: Right,
    pub view: View,
}

/// What one operation needs. Lists are ordered: least privileged first.
#[derive(Clone, Copy, Debug)]
pub struct Requirement<'a> {
    pub delegated: &'a [Way],
    pub app_only: &'a [Way],
    pub user: &'a [UserWay],
}

/// An action that a role assignment gives on a part of the directory only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopedAction {
    pub action: Action,
    /// The administrative unit or single object that it is limited to.
    pub within: ObjectId,
}

/// Who calls, with what stands for them at this moment.
#[derive(Clone, Copy, Debug)]
pub enum Caller<'a> {
    /// With what directory roles give to the app's own service principal.
    AppOnly {
        granted: &'a PermSet,
        everywhere: &'a ActionSet,
        scoped: &'a [ScopedAction],
    },
    Delegated {
        granted: &'a PermSet,
        user: UserId,
        everywhere: &'a ActionSet,
        scoped: &'a [ScopedAction],
    },
}

/// What is called upon.
#[derive(Clone, Copy, Debug, Default)]
pub struct Target<'a> {
    /// `None` is a whole collection.
    pub object: Option<ObjectId>,
    /// The caller (user, or service principal of an app-only call) owns it.
    pub owned: bool,
    /// The administrative units that hold it.
    pub units: &'a [ObjectId],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow(Because),
    Deny(Because),
}

/// Both halves of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Because {
    pub client: ClientSide,
    pub user: UserSide,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientSide {
    /// `by` opened it; `least` is the smallest permission that would have.
    Granted {
        by: Perm,
        view: View,
        least: Perm,
    },
    /// No permission opened it; a directory role of the app's own does.
    Role {
        by: Action,
        view: View,
    },
    /// A permission is granted, but reaches only the user's own (or owned) objects, and this is another.
    OutOfReach {
        held: Perm,
        least: Perm,
    },
    Missing {
        least: Perm,
    },
    /// No permission of this kind opens the operation (an app-only call to `/me`).
    NoWay,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserSide {
    /// App-only: nobody is signed in, nobody's rights are asked.
    NoUser,
    Held {
        by: Right,
        view: View,
    },
    /// `wanted` is the action that would have opened it, where one would.
    Missing {
        wanted: Option<Action>,
    },
}

/// Judges both halves and says why.
pub fn decide(caller: &Caller<'_>, need: &Requirement<'_>, target: &Target<'_>) -> Decision {
    let because = match caller {
        Caller::AppOnly { granted, everywhere, scoped } => {
            let by_permission = client_side(granted, need.app_only, None, target);
            let by_role = || role_side(everywhere, scoped, need.user, target);
            let client = match by_permission {
                // What no app may do at all, no role lets it do.
                ClientSide::Granted { view: View::Full, .. } | ClientSide::NoWay => by_permission,
                // Whichever shows more.
                ClientSide::Granted { view, .. } => {
                    by_role().filter(|role| role.view() > view).unwrap_or(by_permission)
                }
                _ => by_role().unwrap_or(by_permission),
            };
            Because { client, user: UserSide::NoUser }
        }
        Caller::Delegated { granted, user, everywhere, scoped } => Because {
            client: client_side(granted, need.delegated, Some(*user), target),
            user: user_side(*user, everywhere, scoped, need.user, target),
        },
    };
    if because.opens() { Decision::Allow(because) } else { Decision::Deny(because) }
}

/// The widest view that a granted permission gives of the target.
fn client_side(granted: &PermSet, ways: &[Way], user: Option<UserId>, target: &Target<'_>) -> ClientSide {
    let Some(least) = ways.iter().find(|way| reaches(way.reach, user, target)).or(ways.first()).map(|way| way.perm)
    else {
        return ClientSide::NoWay;
    };
    let mut held = None;
    let mut best: Option<&Way> = None;
    for way in ways.iter().filter(|way| granted.holds(way.perm)) {
        if !reaches(way.reach, user, target) {
            held = held.or(Some(way.perm));
        } else if best.is_none_or(|found| found.view < way.view) {
            best = Some(way);
        }
    }
    match (best, held) {
        (Some(way), _) => ClientSide::Granted { by: way.perm, view: way.view, least },
        (None, Some(held)) => ClientSide::OutOfReach { held, least },
        (None, None) => ClientSide::Missing { least },
    }
}

/// A directory role of the app's own: the same actions as of a person's.
fn role_side(
    everywhere: &ActionSet,
    scoped: &[ScopedAction],
    ways: &[UserWay],
    target: &Target<'_>,
) -> Option<ClientSide> {
    let mut best: Option<(Action, View)> = None;
    for way in ways {
        let Some(action) = way.right.action() else { continue };
        let held = everywhere.holds(action) || scoped.iter().any(|held| covers(held, action, target));
        if held && best.is_none_or(|(_, view)| view < way.view) {
            best = Some((action, way.view));
        }
    }
    best.map(|(by, view)| ClientSide::Role { by, view })
}

fn reaches(reach: Reach, user: Option<UserId>, target: &Target<'_>) -> bool {
    match reach {
        Reach::All => true,
        Reach::Itself => user.is_some_and(|user| target.object == Some(user.into())),
        Reach::Owned => target.owned,
    }
}

fn user_side(
    user: UserId,
    everywhere: &ActionSet,
    scoped: &[ScopedAction],
    ways: &[UserWay],
    target: &Target<'_>,
) -> UserSide {
    let holds = |right: Right| match right {
        Right::Itself => target.object == Some(user.into()),
        Right::Owner => target.owned,
        Right::Anyone => true,
        Right::Action(action) => everywhere.holds(action) || scoped.iter().any(|held| covers(held, action, target)),
    };
    let mut best: Option<&UserWay> = None;
    for way in ways.iter().filter(|way| holds(way.right)) {
        if best.is_none_or(|found| found.view < way.view) {
            best = Some(way);
        }
    }
    match best {
        Some(way) => UserSide::Held { by: way.right, view: way.view },
        None => UserSide::Missing { wanted: ways.iter().find_map(|way| way.right.action()) },
    }
}

fn covers(held: &ScopedAction, action: Action, target: &Target<'_>) -> bool {
    held.action == action && (target.object == Some(held.within) || target.units.contains(&held.within))
}

impl Right {
    pub const fn action(self) -> Option<Action> {
        match self {
            Right::Action(action) => Some(action),
            Right::Itself | Right::Owner | Right::Anyone => None,
        }
    }
}

impl ClientSide {
    fn view(&self) -> View {
        match self {
            ClientSide::Granted { view, .. } | ClientSide::Role { view, .. } => *view,
            _ => View::Basic,
        }
    }
}

impl Because {
    const fn opens(&self) -> bool {
        matches!(self.client, ClientSide::Granted { .. } | ClientSide::Role { .. })
            && !matches!(self.user, UserSide::Missing { .. })
    }

    /// How much may be shown: no more than either half allows.
    pub fn view(&self) -> View {
        let client = self.client.view();
        let user = if let UserSide::Held { view, .. } = self.user { view } else { View::Full };
        client.min(user)
    }

    /// The stable word for a refusal: features S1-27.
    pub const fn word(&self) -> &'static str {
        match (&self.client, &self.user) {
            (ClientSide::Granted { .. }, UserSide::Missing { .. }) => "user_right_missing",
            (ClientSide::Granted { .. } | ClientSide::Role { .. }, _) => "allowed",
            (ClientSide::NoWay, _) => "kind_of_token_not_accepted",
            (_, UserSide::Missing { .. }) => "client_scope_and_user_right_missing",
            (_, _) => "client_scope_missing",
        }
    }
}

#[cfg(test)]
mod tests;
