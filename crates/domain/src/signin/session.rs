//! A browser session: one person, signed in at one browser.

use crate::user::User;
use mandate_base::{DAY, HOUR, Moment, SessionId, UserId};

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
/// Of not being used.
pub const SESSION: i64 = DAY;
pub const PERSISTENT_SESSION: i64 = 90 * DAY;

impl Session {
    pub const fn lifetime(persistent: bool) -> i64 {
        if persistent { PERSISTENT_SESSION } else { SESSION }
    }

    /// When it ends, now that it is used: a day later, until it is ninety days old. One that is to stay has its ninety
    /// days from the start. `None`: the difference is too small to write down.
    pub fn extended(&self, now: Moment) -> Option<Moment> {
        let until = (now + SESSION).min(self.signed_in + PERSISTENT_SESSION);
        (!self.persistent && until - self.expires >= HOUR).then_some(until)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_puts_off_the_end_of_a_session_but_not_for_ever() {
        let start = Moment::from_secs(1_000_000);
        let session = |signed_in: Moment, expires: Moment, persistent| Session {
            id: SessionId::from_u128(1),
            hash: [0; 32],
            user: UserId::from_u128(1),
            signed_in,
            expires,
            persistent,
            ended: None,
        };
        let plain = session(start, start + DAY, false);
        assert_eq!(plain.extended(start + HOUR - 1), None);
        assert_eq!(plain.extended(start + 2 * HOUR), Some(start + DAY + 2 * HOUR));
        let old = session(start, start + 90 * DAY - HOUR, false);
        assert_eq!(old.extended(start + 90 * DAY - 2 * HOUR), Some(start + 90 * DAY));
        assert_eq!(session(start, start + 90 * DAY, true).extended(start + DAY), None);
    }
}
