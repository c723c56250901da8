//! An authorization code: bound to everything it was issued for, used once.

use super::pkce::Challenge;
use super::redirect::Platform;
use mandate_base::{AppId, FamilyId, MINUTE, Moment, SECOND, SessionId, UserId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// SHA-256 of what the client holds.
    pub hash: [u8; 32],
    pub expires: Moment,
    pub used: Option<Moment>,
    /// The refresh tokens that its redemption began, so that a replay can end them.
    pub family: FamilyId,
    pub bound: Bound,
}

/// What the code is bound to; never changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    pub client: AppId,
    pub redirect: String,
    /// `false`: the request named no redirect URI, so the token request need not either (RFC 6749 §4.1.3).
    pub redirect_named: bool,
    pub platform: Platform,
    pub user: UserId,
    pub session: SessionId,
    pub signed_in: Moment,
    /// The `scope` of the request, as spelled.
    pub scope: String,
    pub nonce: Option<String>,
    pub challenge: Option<Challenge>,
    pub max_age: bool,
}

pub const CODE_LIFE: i64 = 10 * MINUTE;
/// A browser repeats its request once when the network failed. A replay later than this is somebody else's: it ends
/// what the first use began (protocol.md §3.3).
pub const REPLAY_PATIENCE: i64 = 10 * SECOND;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRefusal {
    Unknown,
    OtherClient,
    OtherRedirect,
    Expired,
    /// Used before; `late` when that was too long ago to be the same client's retry.
    Replayed {
        late: bool,
    },
}

impl Code {
    /// The order is part of the behaviour: a stranger must not learn which codes live, so the client comes first.
    pub fn check(&self, client: AppId, redirect: Option<&str>, now: Moment) -> Result<(), CodeRefusal> {
        // RFC 6749 §4.1.3: the code is bound to the client and the redirect URI it was issued for.
        if self.bound.client != client {
            return Err(CodeRefusal::OtherClient);
        }
        if let Some(used) = self.used {
            return Err(CodeRefusal::Replayed { late: now - used > REPLAY_PATIENCE });
        }
        let same_redirect = redirect == Some(self.bound.redirect.as_str());
        if !same_redirect && (self.bound.redirect_named || redirect.is_some()) {
            return Err(CodeRefusal::OtherRedirect);
        }
        if self.expires <= now {
            return Err(CodeRefusal::Expired);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_secs(1_000_000);

    fn code() -> Code {
        Code {
            hash: [0; 32],
            expires: NOW + CODE_LIFE,
            used: None,
            family: FamilyId::from_u128(1),
            bound: Bound {
                client: AppId::from_u128(1),
                redirect: "https://a.example/cb".into(),
                redirect_named: true,
                platform: Platform::Web,
                user: UserId::from_u128(1),
                session: SessionId::from_u128(1),
                signed_in: NOW,
                scope: "openid".into(),
                nonce: None,
                challenge: None,
                max_age: false,
            },
        }
    }

    #[test]
    fn a_code_is_for_its_client_its_redirect_and_one_use() {
        let (mine, other) = (AppId::from_u128(1), AppId::from_u128(2));
        let uri = Some("https://a.example/cb");
        assert_eq!(code().check(mine, uri, NOW), Ok(()));
        assert_eq!(code().check(other, uri, NOW), Err(CodeRefusal::OtherClient));
        assert_eq!(code().check(mine, Some("https://a.example/"), NOW), Err(CodeRefusal::OtherRedirect));
        assert_eq!(code().check(mine, None, NOW), Err(CodeRefusal::OtherRedirect));
        assert_eq!(code().check(mine, uri, NOW + CODE_LIFE), Err(CodeRefusal::Expired));
        let used = Code { used: Some(NOW), ..code() };
        assert_eq!(used.check(mine, uri, NOW + 1), Err(CodeRefusal::Replayed { late: false }));
        assert_eq!(used.check(mine, uri, NOW + 11 * SECOND), Err(CodeRefusal::Replayed { late: true }));
        assert_eq!(used.check(other, uri, NOW + 11 * SECOND), Err(CodeRefusal::OtherClient));
    }
}
