//! Proof Key for Code Exchange (RFC 7636): the challenge a code carries, and its check.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    pub method: Method,
    pub value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    Plain,
    S256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeRefusal {
    /// Not 43 to 128 unreserved characters.
    BadLength,
    BadMethod,
    /// A method without a challenge.
    Missing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifierRefusal {
    Missing,
    /// The code was issued without a challenge: a verifier now means somebody stripped it (RFC 9700 §2.1.1).
    Surplus,
    Mismatch,
}

impl Challenge {
    pub fn of(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Challenge>, ChallengeRefusal> {
        let Some(value) = challenge else {
            return if method.is_some() { Err(ChallengeRefusal::Missing) } else { Ok(None) };
        };
        let method = match method {
            None => Method::Plain,
            Some(name) if name.eq_ignore_ascii_case("plain") => Method::Plain,
            Some(name) if name.eq_ignore_ascii_case("S256") => Method::S256,
            Some(_) => return Err(ChallengeRefusal::BadMethod),
        };
        if !(43..=128).contains(&value.len()) || !value.bytes().all(is_unreserved) {
            return Err(ChallengeRefusal::BadLength);
        }
        Ok(Some(Challenge { method, value: value.to_owned() }))
    }

    /// `s256` hashes a verifier; it is handed in because this room does no cryptography.
    pub fn check(
        challenge: Option<&Challenge>,
        verifier: Option<&str>,
        s256: &dyn Fn(&str) -> String,
        same: &dyn Fn(&[u8], &[u8]) -> bool,
    ) -> Result<(), VerifierRefusal> {
        let (challenge, verifier) = match (challenge, verifier) {
            (None, None) => return Ok(()),
            (None, Some(_)) => return Err(VerifierRefusal::Surplus),
            (Some(_), None) => return Err(VerifierRefusal::Missing),
            (Some(challenge), Some(verifier)) => (challenge, verifier),
        };
        let proven = match challenge.method {
            Method::Plain => verifier.to_owned(),
            Method::S256 => s256(verifier),
        };
        let fits = (43..=128).contains(&verifier.len()) && same(proven.as_bytes(), challenge.value.as_bytes());
        if fits { Ok(()) } else { Err(VerifierRefusal::Mismatch) }
    }
}

/// RFC 3986 §2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_checked_and_a_downgrade_is_seen() {
        let text = "a".repeat(43);
        let challenge = Challenge::of(Some(&text), None).expect("long enough");
        let check = |challenge: Option<&Challenge>, verifier: Option<&str>| {
            Challenge::check(challenge, verifier, &|verifier| verifier.to_owned(), &|a, b| a == b)
        };
        assert_eq!(check(challenge.as_ref(), Some(&text)), Ok(()));
        assert_eq!(check(challenge.as_ref(), Some("other")), Err(VerifierRefusal::Mismatch));
        assert_eq!(check(challenge.as_ref(), None), Err(VerifierRefusal::Missing));
        assert_eq!(check(None, Some(&text)), Err(VerifierRefusal::Surplus));
        assert_eq!(check(None, None), Ok(()));
    }

    #[test]
    fn malformed_challenges_are_refused() {
        assert_eq!(Challenge::of(Some("short"), Some("S256")), Err(ChallengeRefusal::BadLength));
        assert_eq!(Challenge::of(Some(&"a".repeat(129)), Some("S256")), Err(ChallengeRefusal::BadLength));
        assert_eq!(Challenge::of(Some(&"ä".repeat(43)), Some("S256")), Err(ChallengeRefusal::BadLength));
        assert_eq!(Challenge::of(Some(&"a".repeat(43)), Some("S512")), Err(ChallengeRefusal::BadMethod));
        assert_eq!(Challenge::of(None, Some("S256")), Err(ChallengeRefusal::Missing));
    }
}
