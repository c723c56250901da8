//! A decision in words: which grant, by whom, which role or rule; what was missing, and the least that would do.
//!
//! One value for the refusal's body, its log line and, later, every "why?".

use crate::access::{Caller, Denial, Who};
use mandate_decide::{Because, ClientSide, Right, UserSide};
use mandate_domain::catalogue::{PermKind, catalogue};
use mandate_domain::role::roles;
use mandate_domain::time;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// `allowed`, `client_scope_missing`, `user_right_missing`, `client_scope_and_user_right_missing`,
    /// `kind_of_token_not_accepted`, `restricted_administrative_unit`.
    pub reason: &'static str,
    /// The three parties (features S1-02): who calls whom for whom.
    pub client: String,
    pub resource: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    pub client_check: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_check: Option<String>,
    /// The smallest permission that opens the operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_permission: Option<&'static str>,
}

pub fn denial(caller: &Caller, denial: &Denial) -> Explanation {
    let mut explanation = because(caller, &denial.because);
    if denial.restricted {
        explanation.reason = "restricted_administrative_unit";
        let missing = "but the object is in a restricted administrative unit, in which the caller holds no role";
        let side = explanation.user_check.as_mut().unwrap_or(&mut explanation.client_check);
        side.push_str(&format!(", {missing}"));
    }
    explanation
}

pub fn because(caller: &Caller, because: &Because) -> Explanation {
    let kind = if matches!(caller.who, Who::App(_)) { PermKind::Application } else { PermKind::Delegated };
    Explanation {
        reason: because.word(),
        client: caller.client.to_string(),
        resource: mandate_domain::catalogue::GRAPH.to_string(),
        user: caller.user().map(|user| user.id.to_string()),
        client_check: client_check(caller, kind, &because.client),
        user_check: user_check(caller, &because.user),
        least_permission: least(kind, &because.client),
    }
}

fn client_check(caller: &Caller, kind: PermKind, side: &ClientSide) -> String {
    let name = |perm| catalogue().value(kind, perm);
    match side {
        ClientSide::Granted { by, .. } => format!("granted: {}{}", name(*by), granted_by(caller, name(*by))),
        ClientSide::Role { by, .. } => {
            format!("{} by a directory role of the app's own", roles().action_name(*by))
        }
        ClientSide::OutOfReach { held, .. } => {
            format!("{} is granted, but reaches only what is the caller's own", name(*held))
        }
        ClientSide::Missing { least } => format!("not granted: {}", name(*least)),
        ClientSide::NoWay => "no permission of this kind opens the operation".to_owned(),
    }
}

fn granted_by(caller: &Caller, scope: &str) -> String {
    let grants = caller.person().map(|person| &person.grants[..]).unwrap_or_default();
    let Some(grant) = grants.iter().find(|grant| grant.holds(scope)) else { return String::new() };
    let whom = if grant.principal.is_some() { "this user" } else { "everybody in the tenant" };
    format!(" (grant {} for {whom}, since {})", grant.id, time::iso(grant.created))
}

fn user_check(caller: &Caller, side: &UserSide) -> Option<String> {
    let person = caller.person()?;
    Some(match side {
        UserSide::NoUser => return None,
        UserSide::Held { by: Right::Itself, .. } => "it is the user's own object".to_owned(),
        UserSide::Held { by: Right::Owner, .. } => "the user owns it".to_owned(),
        UserSide::Held { by: Right::Anyone, .. } => "open to everybody who is signed in".to_owned(),
        UserSide::Held { by: Right::Action(action), .. } => {
            let own = person.roles.iter().any(|held| roles().template(held.role).is_none());
            let otherwise = if own { "default rights or a role of the organisation's own" } else { "default rights" };
            let giving = person.roles.iter().filter_map(|held| roles().template(held.role));
            let role = giving.into_iter().find(|role| role.actions.holds(*action)).map_or(otherwise, |role| role.name);
            format!("{} by {role}", roles().action_name(*action))
        }
        UserSide::Missing { wanted: Some(action) } => format!("the user lacks {}", roles().action_name(*action)),
        UserSide::Missing { wanted: None } => "the user has no right to this object".to_owned(),
    })
}

fn least(kind: PermKind, side: &ClientSide) -> Option<&'static str> {
    match side {
        ClientSide::Granted { least, .. } | ClientSide::OutOfReach { least, .. } | ClientSide::Missing { least } => {
            Some(catalogue().value(kind, *least))
        }
        ClientSide::NoWay | ClientSide::Role { .. } => None,
    }
}
