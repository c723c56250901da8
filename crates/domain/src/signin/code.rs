//! An authorization code: bound to everything it was issued for, used once.

use super::pkce::Challenge;
use super::redirect::{self, Platform};
use crate::application::Registration;
use crate::token::claims_ask::ClaimsAsk;
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
    /// A web app's server hands it to the app's own page, which names one of its addresses or none (`return_spa_code`).
    #[serde(default)]
    pub for_page: bool,
    pub platform: Platform,
    pub user: UserId,
    pub session: SessionId,
    pub signed_in: Moment,
    /// The `scope` of the request, as spelled.
    pub scope: String,
    pub nonce: Option<String>,
    pub challenge: Option<Challenge>,
    pub max_age: bool,
    /// The `claims` parameter of the request.
    #[serde(default)]
    pub claims: ClaimsAsk,
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
    /// Used before; `late` when it cannot be the same client's retry: too long ago, or not the same request.
    Replayed {
        late: bool,
    },
}

impl Code {
    /// RFC 6749 §4.1.3: the code is bound to the client. This comes before everything else: a stranger must not learn
    /// which codes live.
    pub fn check_client(&self, client: AppId) -> Result<(), CodeRefusal> {
        if self.bound.client == client { Ok(()) } else { Err(CodeRefusal::OtherClient) }
    }

    fn is_sent_to(&self, redirect: Option<&str>, registration: &Registration) -> bool {
        if self.bound.for_page {
            // It went from server to page without a redirect, so that MSAL names none.
            let of_page =
                |asked| redirect::find(registration, Some(asked), "").is_ok_and(|(_, kind)| kind == Platform::Spa);
            return redirect.is_none_or(of_page);
        }
        let named = self.bound.redirect_named || redirect.is_some();
        !named || redirect == Some(self.bound.redirect.as_str())
    }

    /// `verified`: the verifier fits. A retry is a repeat to the letter; whoever repeats it otherwise is somebody else.
    pub fn check(
        &self,
        redirect: Option<&str>,
        registration: &Registration,
        verified: bool,
        now: Moment,
    ) -> Result<(), CodeRefusal> {
        let same_redirect = self.is_sent_to(redirect, registration);
        if let Some(used) = self.used {
            let retry = same_redirect && verified && now - used <= REPLAY_PATIENCE;
            return Err(CodeRefusal::Replayed { late: !retry });
        }
        if !same_redirect {
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
                for_page: false,
                platform: Platform::Web,
                user: UserId::from_u128(1),
                session: SessionId::from_u128(1),
                signed_in: NOW,
                scope: "openid".into(),
                nonce: None,
                challenge: None,
                max_age: false,
                claims: ClaimsAsk::default(),
            },
        }
    }

    #[test]
    fn a_code_for_a_page_is_redeemed_under_a_registered_address_of_a_page() {
        let mut app = Registration::default();
        app.spa.redirect_uris = vec!["https://a.example/app".into()];
        app.web.redirect_uris = vec!["https://a.example/cb".into()];
        let mut code = code();
        (code.bound.for_page, code.bound.redirect) = (true, String::new());
        app.spa.redirect_uris.push("http://localhost:5173".into());
        for page in ["https://a.example/app", "http://localhost:5173", "http://localhost:5173/"] {
            assert_eq!(code.check(Some(page), &app, true, NOW), Ok(()), "{page}");
        }
        assert_eq!(code.check(None, &app, true, NOW), Ok(()));
        for other in [Some("https://a.example/cb"), Some("")] {
            assert_eq!(code.check(other, &app, true, NOW), Err(CodeRefusal::OtherRedirect), "{other:?}");
        }
    }

    #[test]
    fn a_code_is_for_its_client_its_redirect_and_one_use() {
        let (uri, app) = (Some("https://a.example/cb"), Registration::default());
        assert_eq!(code().check_client(AppId::from_u128(1)), Ok(()));
        assert_eq!(code().check_client(AppId::from_u128(2)), Err(CodeRefusal::OtherClient));
        assert_eq!(code().check(uri, &app, true, NOW), Ok(()));
        assert_eq!(code().check(Some("https://a.example/"), &app, true, NOW), Err(CodeRefusal::OtherRedirect));
        assert_eq!(code().check(None, &app, true, NOW), Err(CodeRefusal::OtherRedirect));
        assert_eq!(code().check(uri, &app, true, NOW + CODE_LIFE), Err(CodeRefusal::Expired));
        let used = Code { used: Some(NOW), ..code() };
        let replayed = |late| Err(CodeRefusal::Replayed { late });
        assert_eq!(used.check(uri, &app, true, NOW + 1), replayed(false));
        assert_eq!(used.check(uri, &app, false, NOW + 1), replayed(true));
        assert_eq!(used.check(Some("https://a.example/"), &app, true, NOW + 1), replayed(true));
        assert_eq!(used.check(uri, &app, true, NOW + 11 * SECOND), replayed(true));
    }
}
