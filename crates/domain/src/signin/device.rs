//! A device code (RFC 8628; protocol.md §1.12): asked for by a device, answered by a person elsewhere, redeemed once.

use super::ask::Authority;
use crate::token::claims_ask::ClaimsAsk;
use mandate_base::{AppId, Draw, MINUTE, Moment, SECOND, SessionId, TenantId, UserId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq)]
pub struct DeviceCode {
    /// SHA-256 of what the device holds.
    pub hash: [u8; 32],
    /// SHA-256 of what the person types.
    pub user_hash: [u8; 32],
    pub expires: Moment,
    pub asked: DeviceAsked,
    pub answer: Option<DeviceAnswer>,
    pub used: Option<Moment>,
}

/// What the device asked for; never changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceAsked {
    pub client: AppId,
    pub authority: Authority,
    /// As it is kept with a code (`ScopeAsk::kept`).
    pub scope: String,
    pub claims: ClaimsAsk,
    pub at: Moment,
    /// Where the device is, as far as its address tells: for the person who is asked whether it is theirs.
    pub from: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum DeviceAnswer {
    Approved { tenant: TenantId, user: UserId, session: SessionId, signed_in: Moment },
    Declined,
}

pub const DEVICE_LIFE: i64 = 15 * MINUTE;
/// Seconds that a client waits between two polls.
pub const DEVICE_INTERVAL: i64 = 5;
/// As for codes: a repeat within this time is a network's, later it is somebody else's.
const REPLAY_PATIENCE: i64 = 10 * SECOND;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceRefusal {
    /// Never issued, or to another client: a stranger learns no difference.
    Unknown,
    Expired,
    Pending,
    Declined,
    /// Redeemed before; `late` when it cannot be the same client's retry.
    Replayed {
        late: bool,
    },
}

/// Letters and digits that nobody mistakes for each other, and of which no words are made.
const ALPHABET: &[u8; 28] = b"BCDFGHJKLMNPQRSTVWXZ23456789";
/// 28⁹ is more than 10¹³; with a quarter of an hour and a lock on guessing that is out of reach.
pub const USER_CODE_LENGTH: usize = 9;

pub fn draw_user_code(draw: &mut dyn Draw) -> String {
    let mut code = String::with_capacity(USER_CODE_LENGTH);
    while code.len() < USER_CODE_LENGTH {
        // Bytes past the last whole round would favour the first letters.
        let [byte] = draw.bytes::<1>();
        if usize::from(byte) < 256 / ALPHABET.len() * ALPHABET.len() {
            code.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
        }
    }
    code
}

/// As typed by a person: small letters, blanks and hyphens are the same code. `None`: it cannot be one.
pub fn read_user_code(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .take(USER_CODE_LENGTH + 1)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let fits = code.len() == USER_CODE_LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte));
    fits.then_some(code)
}

impl DeviceCode {
    /// What a poll finds; `Ok` when a person approved it and nobody redeemed it yet.
    pub fn check(&self, client: AppId, now: Moment) -> Result<(TenantId, UserId, SessionId, Moment), DeviceRefusal> {
        if self.asked.client != client {
            return Err(DeviceRefusal::Unknown);
        }
        if let Some(used) = self.used {
            return Err(DeviceRefusal::Replayed { late: now - used > REPLAY_PATIENCE });
        }
        if self.expires <= now {
            return Err(DeviceRefusal::Expired);
        }
        match self.answer {
            None => Err(DeviceRefusal::Pending),
            Some(DeviceAnswer::Declined) => Err(DeviceRefusal::Declined),
            Some(DeviceAnswer::Approved { tenant, user, session, signed_in }) => Ok((tenant, user, session, signed_in)),
        }
    }

    /// May somebody still answer it?
    pub fn waits(&self, now: Moment) -> bool {
        self.answer.is_none() && self.used.is_none() && self.expires > now
    }
}

impl DeviceRefusal {
    /// The AADSTS number, for the sign-in log; the wire's catalogue has the same.
    pub const fn code(self) -> u32 {
        match self {
            DeviceRefusal::Unknown => 70_018,
            DeviceRefusal::Expired => 70_020,
            DeviceRefusal::Pending => 70_016,
            DeviceRefusal::Declined => 70_017,
            DeviceRefusal::Replayed { .. } => 54_005,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_secs(1_000_000);
    const CLIENT: AppId = AppId::from_u128(1);

    fn code() -> DeviceCode {
        DeviceCode {
            hash: [0; 32],
            user_hash: [1; 32],
            expires: NOW + DEVICE_LIFE,
            asked: DeviceAsked {
                client: CLIENT,
                authority: Authority::Common,
                scope: "openid".into(),
                claims: ClaimsAsk::default(),
                at: NOW,
                from: String::new(),
            },
            answer: None,
            used: None,
        }
    }

    #[test]
    fn a_poll_finds_what_became_of_it() {
        let approved = DeviceAnswer::Approved {
            tenant: TenantId::from_u128(1),
            user: UserId::from_u128(1),
            session: SessionId::from_u128(1),
            signed_in: NOW,
        };
        assert_eq!(code().check(CLIENT, NOW), Err(DeviceRefusal::Pending));
        assert_eq!(code().check(AppId::from_u128(2), NOW), Err(DeviceRefusal::Unknown));
        assert_eq!(code().check(CLIENT, NOW + DEVICE_LIFE), Err(DeviceRefusal::Expired));
        let declined = DeviceCode { answer: Some(DeviceAnswer::Declined), ..code() };
        assert_eq!(declined.check(CLIENT, NOW), Err(DeviceRefusal::Declined));
        let approved = DeviceCode { answer: Some(approved), ..code() };
        assert!(approved.check(CLIENT, NOW).is_ok());
        assert_eq!(approved.check(CLIENT, NOW + DEVICE_LIFE), Err(DeviceRefusal::Expired));
        let used = DeviceCode { used: Some(NOW), ..approved };
        assert_eq!(used.check(CLIENT, NOW + 1), Err(DeviceRefusal::Replayed { late: false }));
        assert_eq!(used.check(CLIENT, NOW + 11 * SECOND), Err(DeviceRefusal::Replayed { late: true }));
        assert!(code().waits(NOW) && !declined.waits(NOW) && !code().waits(NOW + DEVICE_LIFE));
    }

    #[test]
    fn a_user_code_is_read_as_people_type_it() {
        struct Counting(u8);
        impl Draw for Counting {
            fn fill(&mut self, into: &mut [u8]) {
                for byte in into {
                    self.0 = self.0.wrapping_add(83);
                    *byte = self.0;
                }
            }
        }
        let drawn = draw_user_code(&mut Counting(0));
        assert_eq!(read_user_code(&drawn), Some(drawn.clone()));
        let typed = format!(" {}-{} ", drawn[..4].to_lowercase(), &drawn[4..]);
        assert_eq!(read_user_code(&typed), Some(drawn.clone()));
        for wrong in ["", &drawn[1..], &format!("{drawn}B"), "AEIOU0123", &"B".repeat(5000), "ÄBCDFGHJK"] {
            assert_eq!(read_user_code(wrong), None, "{}", &wrong[..wrong.len().min(20)]);
        }
    }
}
