//! How long access and ID tokens live: what a policy says, or the built-in lives (protocol.md §4.6).
//!
//! The life is that of the app a token is *for*: of its instance here, of its registration at home, of the organisation.

use crate::app_policies::StsPolicy;
use crate::application::AppCard;
use crate::service_principal::ServicePrincipal;
use crate::tenant::Tenant;
use mandate_base::{DAY, HOUR, MINUTE, ObjectId, SECOND};
use serde::Deserialize;

#[derive(Deserialize)]
struct Definition {
    #[serde(rename = "TokenLifetimePolicy")]
    policy: Rule,
}

/// Properties that Entra retired (lives of refresh tokens and sessions) are read over.
#[derive(Deserialize)]
struct Rule {
    #[serde(rename = "AccessTokenLifetime")]
    access: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifetimeRefusal {
    /// Not a list of one text of JSON with a `TokenLifetimePolicy` in it.
    Malformed,
    /// Not `[d.]hh:mm:ss`.
    NoTime,
    OutOfRange,
}

pub const SHORTEST: i64 = 10 * MINUTE;
pub const LONGEST: i64 = DAY;

impl StsPolicy {
    /// `None`: it says nothing of access and ID tokens.
    pub fn life(&self) -> Result<Option<i64>, LifetimeRefusal> {
        let [text] = self.definition.as_slice() else { return Err(LifetimeRefusal::Malformed) };
        let definition: Definition = serde_json::from_str(text).map_err(|_| LifetimeRefusal::Malformed)?;
        let Some(access) = definition.policy.access else { return Ok(None) };
        let life = span(&access).ok_or(LifetimeRefusal::NoTime)?;
        if (SHORTEST..=LONGEST).contains(&life) { Ok(Some(life)) } else { Err(LifetimeRefusal::OutOfRange) }
    }
}

/// `[d.]hh:mm:ss`, as .NET writes a span of time.
fn span(text: &str) -> Option<i64> {
    let (days, clock) = text.split_once('.').unwrap_or(("0", text));
    let parts: Vec<&str> = clock.split(':').collect();
    let [hours, minutes, seconds] = parts[..] else { return None };
    let number = |text: &str, below: i64| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|number| digits && *number < below)
    };
    let days = number(days, 100)?;
    Some(days * DAY + number(hours, 25)? * HOUR + number(minutes, 60)? * MINUTE + number(seconds, 60)? * SECOND)
}

/// What policies say of tokens for this app here; `None`: the built-in life.
pub fn policy_life(tenant: &Tenant, card: &AppCard, sp: Option<&ServicePrincipal>) -> Option<i64> {
    let policies = &tenant.settings.token_lifetime_policies;
    if policies.is_empty() {
        return None;
    }
    let of_instance = sp.into_iter().flat_map(|sp| &sp.more.token_lifetime_policies);
    // A policy is its own organisation's: abroad, the registration's says nothing.
    let of_app = card.registration.token_lifetime_policies.iter().filter(|_| card.home == tenant.id);
    let named = |id: &ObjectId| policies.iter().find(|policy| policy.id == Some(*id));
    let chosen = of_instance.chain(of_app).find_map(named);
    let default = || policies.iter().find(|policy| policy.is_organization_default);
    chosen.or_else(default).and_then(|policy| policy.life().ok().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> StsPolicy {
        let definition = format!(r#"{{"TokenLifetimePolicy":{{"Version":1,"AccessTokenLifetime":"{text}"}}}}"#);
        StsPolicy { definition: vec![definition], ..StsPolicy::default() }
    }

    #[test]
    fn a_life_is_read_from_ten_minutes_to_a_day() {
        let lives = [
            ("00:10:00", 10 * MINUTE),
            ("4:00:00", 4 * HOUR),
            ("23:59:59", DAY - SECOND),
            ("24:00:00", DAY),
            ("1.00:00:00", DAY),
        ];
        for (text, life) in lives {
            assert_eq!(policy(text).life(), Ok(Some(life)), "{text}");
        }
        for text in ["00:09:59", "1.00:00:01", "2.00:00:00", "00:00:00"] {
            assert_eq!(policy(text).life(), Err(LifetimeRefusal::OutOfRange), "{text}");
        }
        for text in ["", "1", "1:00", "01:00:00:00", "-1:00:00", "1:60:00", "+1:00:00", "aa:00:00", "1.5.00:00:00"] {
            assert_eq!(policy(text).life(), Err(LifetimeRefusal::NoTime), "{text}");
        }
    }

    #[test]
    fn what_is_no_definition_is_refused_and_retired_rules_are_read_over() {
        let of = |texts: &[&str]| StsPolicy {
            definition: texts.iter().map(|text| (*text).to_owned()).collect(),
            ..StsPolicy::default()
        };
        for texts in [&[][..], &["{}"], &["x"], &["{}", "{}"], &[r#"{"ClaimsMappingPolicy":{}}"#]] {
            assert_eq!(of(texts).life(), Err(LifetimeRefusal::Malformed), "{texts:?}");
        }
        let retired = r#"{"TokenLifetimePolicy":{"Version":1,"MaxInactiveTime":"20:00:00"}}"#;
        assert_eq!(of(&[retired]).life(), Ok(None));
    }
}
