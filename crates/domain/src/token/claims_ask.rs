//! The `claims` parameter (OpenID Connect Core §5.5; protocol.md §6): what a client asks of its tokens by name.
//!
//! Clients send it with every request, so its presence demands nothing; names that are not known here are ignored.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsAsk {
    /// The client can answer claims challenges (`xms_cc` with `cp1`).
    pub capable: bool,
    /// Of the ID token.
    pub auth_time: bool,
    pub login_hint: bool,
    pub signin_state: bool,
}

impl ClaimsAsk {
    /// `None`: not a JSON object.
    pub fn parse(text: &str) -> Option<ClaimsAsk> {
        let asked: Map<String, Value> = serde_json::from_str(text).ok()?;
        let of_id = |name: &str| asked.get("id_token").is_some_and(|claims| claims.get(name).is_some());
        Some(ClaimsAsk {
            capable: capabilities(&asked).any(|word| word.eq_ignore_ascii_case("cp1")),
            auth_time: of_id("auth_time"),
            login_hint: of_id("login_hint"),
            signin_state: of_id("signin_state"),
        })
    }

    /// What the sign-in asked for, and what the token request adds.
    #[must_use]
    pub const fn and(self, more: ClaimsAsk) -> ClaimsAsk {
        ClaimsAsk {
            capable: self.capable || more.capable,
            auth_time: self.auth_time || more.auth_time,
            login_hint: self.login_hint || more.login_hint,
            signin_state: self.signin_state || more.signin_state,
        }
    }
}

fn capabilities(asked: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let of_access = asked.get("access_token").and_then(|claims| claims.get("xms_cc"));
    let values = of_access.and_then(|claim| claim.get("values")).and_then(Value::as_array);
    values.into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_and_named_claims_are_found() {
        let asked = ClaimsAsk::parse(
            r#"{"access_token":{"xms_cc":{"values":["CP1"]}},"id_token":{"signin_state":{"essential":false},"auth_time":null}}"#,
        );
        let expected = ClaimsAsk { capable: true, auth_time: true, login_hint: false, signin_state: true };
        assert_eq!(asked, Some(expected));
        for bad in ["", "[]", "{", "1"] {
            assert_eq!(ClaimsAsk::parse(bad), None, "{bad}");
        }
        for odd in [r#"{"access_token":1}"#, r#"{"access_token":{"xms_cc":{"values":"cp1"}}}"#, r#"{"id_token":[]}"#] {
            assert_eq!(ClaimsAsk::parse(odd), Some(ClaimsAsk::default()), "{odd}");
        }
    }
}
