//! A browser session: one person, signed in at one browser.

use crate::user::User;
use mandate_base::{DAY, Moment, SessionId, UserId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    /// SHA-256 of the cookie's secret; the secret itself is nowhere.
    pub hash: [u8; 32],
    pub user: UserId,
    /// When the password was last given.
    pub signed_in: Moment,
    pub expires: Moment,
    /// "Stay signed in".
    pub persistent: bool,
    pub ended: Option<Ended>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub at: Moment,
    pub how: EndedBy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// The person signed out here: tokens of apps live on (protocol.md §1.11).
    SignOut,
    /// Somebody revoked it: everything that came of it is dead.
    Revocation,
}

/// protocol.md §4.6.
pub const SESSION: i64 = DAY;
pub const PERSISTENT_SESSION: i64 = 90 * DAY;

impl Session {
    pub const fn lifetime(persistent: bool) -> i64 {
        if persistent { PERSISTENT_SESSION } else { SESSION }
    }

    /// May this session sign its user in now?
    pub fn stands(&self, user: &User, now: Moment) -> bool {
        self.ended.is_none()
            && self.expires > now
            && self.user == user.id
            && user.account_enabled
            && self.signed_in >= user.sessions_valid_from
    }

    pub fn is_revoked(&self) -> bool {
        self.ended.is_some_and(|ended| ended.how == EndedBy::Revocation)
    }
}

impl EndedBy {
    pub const fn word(self) -> &'static str {
        match self {
            EndedBy::SignOut => "signOut",
            EndedBy::Revocation => "revocation",
        }
    }
}
