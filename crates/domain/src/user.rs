//! A user of a tenant: member or guest.

use crate::time;
use mandate_base::{Folded, Moment, Secret, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq)]
pub struct User {
    pub id: UserId,
    pub upn: Upn,
    pub display_name: String,
    pub mail: Option<String>,
    pub account_enabled: bool,
    pub kind: UserKind,
    pub created: Moment,
    /// Tokens and sessions from before this moment are dead (Graph's `signInSessionsValidFromDateTime`).
    pub sessions_valid_from: Moment,
    /// A PHC string of argon2id; a user without one cannot sign in with a password.
    pub password: Option<Secret<String>>,
    /// Every other Graph property, as it was set.
    pub more: Map<String, Value>,
    /// Raised at each change; a write that read an older one is raced.
    pub version: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserKind {
    Member,
    Guest,
}

/// A user principal name: `name@domain`, compared without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upn(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAUpn;

impl Upn {
    /// One `@`, something on both sides, no blanks or control characters, at most 113 characters as in Graph.
    pub fn parse(text: &str) -> Result<Upn, NotAUpn> {
        let text = text.trim();
        let (name, domain) = text.rsplit_once('@').ok_or(NotAUpn)?;
        let clean = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_control() || c.is_whitespace());
        if text.chars().count() > 113 || !clean(name) || !clean(domain) || name.contains('@') {
            return Err(NotAUpn);
        }
        Ok(Upn(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn folded(&self) -> Folded {
        Folded::of(&self.0)
    }

    pub fn domain(&self) -> Folded {
        Folded::of(self.0.rsplit_once('@').map_or("", |(_, domain)| domain))
    }
}

const PASSWORD_PROFILE: &str = "passwordProfile";
const FORCE_CHANGE: &str = "forceChangePasswordNextSignIn";

impl User {
    pub fn text(&self, property: &str) -> Option<&str> {
        self.more.get(property).and_then(Value::as_str)
    }

    /// An administrator gave the password; its person is to choose one of their own.
    pub fn must_change_password(&self) -> bool {
        let profile = self.more.get(PASSWORD_PROFILE);
        profile.and_then(|profile| profile.get(FORCE_CHANGE)).and_then(Value::as_bool) == Some(true)
    }

    /// The other properties, once the person has chosen a password.
    pub fn more_with_own_password(&self, now: Moment) -> Map<String, Value> {
        let mut more = self.more.clone();
        note_password(&mut more, now);
        if let Some(Value::Object(profile)) = more.get_mut(PASSWORD_PROFILE) {
            profile.remove(FORCE_CHANGE);
        }
        more
    }

    pub fn is_guest(&self) -> bool {
        self.kind == UserKind::Guest
    }
}

/// Somebody got another password than the first one.
pub fn note_password(more: &mut Map<String, Value>, now: Moment) {
    more.insert("lastPasswordChangeDateTime".to_owned(), Value::from(time::iso(now)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_upn_has_one_name_and_one_domain() {
        for good in ["a@b", "joris.bakker@waterkant.example", "gast_zonnebel.example#EXT#@waterkant.example"] {
            assert!(Upn::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a\0@b", "a@b\n", &format!("{}@b", "a".repeat(120))] {
            // A trailing newline is trimmed before the check, as a pasted address has one.
            assert_eq!(Upn::parse(bad).is_ok(), bad == "a@b\n", "{bad:?}");
        }
    }
}
