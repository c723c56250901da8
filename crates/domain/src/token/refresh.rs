//! Refresh tokens: a family per sign-in and client; who rotates, how long they live, what reuse means.

use crate::signin::redirect::Platform;
use mandate_base::{AppId, DAY, FamilyId, Moment, SECOND, SessionId, UserId};

/// What all refresh tokens of one sign-in share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    pub id: FamilyId,
    pub user: UserId,
    pub client: AppId,
    pub session: SessionId,
    pub platform: Platform,
    /// When the password was given that all this goes back to.
    pub signed_in: Moment,
    /// The first request's scopes, as spelled: what a refresh without `scope` is for.
    pub scope: String,
    /// A spa's tokens end with their first day, however often they are used.
    pub ends: Option<Moment>,
    pub revoked: Option<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// SHA-256 of what the client holds.
    pub hash: [u8; 32],
    pub family: FamilyId,
    pub issued: Moment,
    /// When a successor was first given for it.
    pub replaced: Option<Moment>,
}

pub const REFRESH_LIFE: i64 = 90 * DAY;
pub const SPA_LIFE: i64 = DAY;
/// Two tabs may refresh at the same moment with the same token; after this, the same token again is a thief's or its
/// victim's, and nobody can tell which.
pub const REUSE_GRACE: i64 = 30 * SECOND;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshRefusal {
    Unknown,
    OtherClient,
    FamilyRevoked,
    /// Reuse of a rotated token: the family dies.
    Reused,
    Inactive,
    SpaDayOver,
}

impl Family {
    /// Confidential clients prove themselves at each use, so their tokens stay usable as Entra's do (protocol.md
    /// §3.4); whoever has nothing but the token gets it rotated.
    pub fn rotates(&self) -> bool {
        self.platform != Platform::Web
    }

    pub fn check(&self, token: &RefreshToken, client: AppId, now: Moment) -> Result<(), RefreshRefusal> {
        if self.client != client {
            return Err(RefreshRefusal::OtherClient);
        }
        if self.revoked.is_some() {
            return Err(RefreshRefusal::FamilyRevoked);
        }
        if self.rotates() && token.replaced.is_some_and(|at| now - at > REUSE_GRACE) {
            return Err(RefreshRefusal::Reused);
        }
        if self.ends.is_some_and(|ends| ends <= now) {
            return Err(RefreshRefusal::SpaDayOver);
        }
        if token.issued + REFRESH_LIFE <= now {
            return Err(RefreshRefusal::Inactive);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_secs(1_000_000);

    fn family(platform: Platform) -> Family {
        Family {
            id: FamilyId::from_u128(1),
            user: UserId::from_u128(1),
            client: AppId::from_u128(1),
            session: SessionId::from_u128(1),
            platform,
            signed_in: NOW,
            scope: String::new(),
            ends: (platform == Platform::Spa).then_some(NOW + SPA_LIFE),
            revoked: None,
        }
    }

    #[test]
    fn public_tokens_rotate_and_reuse_beyond_the_grace_is_seen() {
        let client = AppId::from_u128(1);
        let replaced = RefreshToken { hash: [0; 32], family: FamilyId::from_u128(1), issued: NOW, replaced: Some(NOW) };
        let at = |platform, later| family(platform).check(&replaced, client, NOW + later);
        assert_eq!(at(Platform::Public, REUSE_GRACE), Ok(()));
        assert_eq!(at(Platform::Public, REUSE_GRACE + 1), Err(RefreshRefusal::Reused));
        assert_eq!(at(Platform::Web, 89 * DAY), Ok(()));
        assert_eq!(at(Platform::Web, 90 * DAY), Err(RefreshRefusal::Inactive));
    }

    #[test]
    fn a_spa_has_one_day_and_a_stranger_none() {
        let token = RefreshToken { hash: [0; 32], family: FamilyId::from_u128(1), issued: NOW, replaced: None };
        let spa = family(Platform::Spa);
        assert_eq!(spa.check(&token, AppId::from_u128(1), NOW + SPA_LIFE - 1), Ok(()));
        assert_eq!(spa.check(&token, AppId::from_u128(1), NOW + SPA_LIFE), Err(RefreshRefusal::SpaDayOver));
        assert_eq!(spa.check(&token, AppId::from_u128(2), NOW), Err(RefreshRefusal::OtherClient));
    }
}
