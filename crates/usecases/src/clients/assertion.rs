//! A client's own assertion (RFC 7523 §3; protocol.md §3.10): signed with the private key of a registered certificate.
//!
//! What clients really send is taken (numbers as texts, one audience in a list); what is proven is not negotiable.

use crate::authority::authority;
use crate::{Fault, House};
use mandate_base::{AppId, HOUR, MINUTE, Moment};
use mandate_domain::application::{AppCard, ClientCertificate};
use mandate_domain::signin::ask::Authority;
use mandate_jose::{Assertion, ForeignKey, TokenRefusal, b64url_decode};
use serde_json::{Map, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionRefusal {
    Malformed,
    /// Signed with something else than the two algorithms that are taken; `none` and keyed digests among them.
    Algorithm,
    /// The payload lacks a claim that must be there, or it is of another type.
    Claims,
    /// No registered certificate fits the one that the header names.
    UnknownCertificate,
    BadSignature,
    /// The certificate is not yet, or no longer, in use.
    CertificateNotInUse,
    Expired,
    NotYet,
    /// So long a life that it is as good as a secret.
    TooLong,
    OtherClient,
    SubjectNotIssuer,
    Audience,
    /// Another assertion of the same `jti` was used, or this one where each counts once.
    Replayed,
    /// A foreign token: no registered issuer, subject, audience.
    ForeignIssuer,
    ForeignSubject,
    ForeignAudience,
    /// The issuer's keys could not be had.
    IssuerUnreachable,
    /// A token of ours that is not an app's own.
    NotAppOnly,
}

/// Clocks differ.
const SKEW: i64 = 5 * MINUTE;
const LONGEST_LIFE: i64 = 25 * HOUR;

/// The claims that every assertion has.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Claims {
    pub issuer: String,
    pub subject: String,
    pub audience: Vec<String>,
    pub id: Option<String>,
    pub expires: Moment,
    pub not_before: Option<Moment>,
    pub all: Map<String, Value>,
}

impl Claims {
    pub fn read(payload: &[u8]) -> Option<Claims> {
        let all: Map<String, Value> = serde_json::from_slice(payload).ok()?;
        let text = |name: &str| all.get(name).and_then(Value::as_str).map(str::to_owned);
        let not_before = match all.get("nbf") {
            None | Some(Value::Null) => None,
            Some(value) => Some(moment(value)?),
        };
        Some(Claims {
            issuer: text("iss")?,
            subject: text("sub")?,
            audience: audiences(all.get("aud")?)?,
            id: text("jti"),
            expires: moment(all.get("exp")?)?,
            not_before,
            all,
        })
    }

    pub fn check_times(&self, now: Moment) -> Result<(), AssertionRefusal> {
        if self.expires + SKEW <= now {
            return Err(AssertionRefusal::Expired);
        }
        if self.not_before.is_some_and(|from| from > now + SKEW) {
            return Err(AssertionRefusal::NotYet);
        }
        if self.expires - now > LONGEST_LIFE { Err(AssertionRefusal::TooLong) } else { Ok(()) }
    }
}

fn audiences(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(list) if list.len() <= 10 => list.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// A NumericDate; some libraries write it as a float, one as a text (protocol.md §3.10).
pub(super) fn moment(value: &Value) -> Option<Moment> {
    /// 9999-12-31.
    const LAST: f64 = 253_402_300_799.0;
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) if text.len() <= 20 => text.parse().ok()?,
        _ => return None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "within the bounds, and whole seconds are meant")]
    (0.0..=LAST).contains(&seconds).then(|| Moment::from_secs(seconds as i64))
}

const LONGEST: usize = 16 * 1024;

/// Takes a client's assertion apart. Nothing is proven yet.
pub fn read_assertion(text: &str) -> Result<Assertion, AssertionRefusal> {
    Assertion::read(text, LONGEST).map_err(|refusal| match refusal {
        TokenRefusal::WrongAlgorithm => AssertionRefusal::Algorithm,
        _ => AssertionRefusal::Malformed,
    })
}

/// Whom an assertion says it is of: a client may leave its id to it (RFC 7523 §3).
pub fn named_by(assertion: &Assertion) -> Option<AppId> {
    AppId::parse(&Claims::read(&assertion.payload)?.issuer).ok()
}

/// Proves the client by one of its certificates.
pub(super) async fn prove(
    house: &House,
    card: &AppCard,
    assertion: &Assertion,
    claims: &Claims,
    at: Authority,
) -> Result<Result<(), AssertionRefusal>, Fault> {
    let now = house.now();
    if let Err(refusal) = signed_by_registered(&card.certificates, assertion, now) {
        return Ok(Err(refusal));
    }
    if let Err(refusal) = claims.check_times(now).and_then(|()| names_only(claims, card.app_id)) {
        return Ok(Err(refusal));
    }
    match claims.audience.as_slice() {
        [only] if is_for_us(house, only, at).await? => {}
        _ => return Ok(Err(AssertionRefusal::Audience)),
    }
    let once = card.registration.mandate.single_use_assertions;
    let fresh = house.replays.note(card.app_id, claims, assertion, once, now);
    Ok(if fresh { Ok(()) } else { Err(AssertionRefusal::Replayed) })
}

fn names_only(claims: &Claims, client: AppId) -> Result<(), AssertionRefusal> {
    if AppId::parse(&claims.issuer) != Ok(client) {
        return Err(AssertionRefusal::OtherClient);
    }
    let same = AppId::parse(&claims.subject) == Ok(client);
    if same { Ok(()) } else { Err(AssertionRefusal::SubjectNotIssuer) }
}

/// By thumbprint where the header has one, else by whichever certificate fits.
pub(super) fn signed_by_registered(
    certificates: &[ClientCertificate],
    assertion: &Assertion,
    now: Moment,
) -> Result<(), AssertionRefusal> {
    let named = assertion.x5t.is_some() || assertion.x5t_s256.is_some();
    let fits = |held: &&ClientCertificate| {
        let other = |said: &Option<String>, is: &str| said.as_deref().is_some_and(|said| said != is);
        !other(&assertion.x5t, &held.sha1) && !other(&assertion.x5t_s256, &held.sha256)
    };
    let mut verdict = Err(AssertionRefusal::UnknownCertificate);
    for held in certificates.iter().filter(fits) {
        let key = b64url_decode(&held.public).map(ForeignKey::Der);
        if !key.is_some_and(|key| assertion.is_signed_by(&key)) {
            verdict = verdict.or(Err(if named {
                AssertionRefusal::BadSignature
            } else {
                AssertionRefusal::UnknownCertificate
            }));
            continue;
        }
        if held.start <= now && now < held.end {
            return Ok(());
        }
        verdict = Err(AssertionRefusal::CertificateNotInUse);
    }
    verdict
}

/// Which of our authorities an audience names: a token endpoint or an issuer, v1.0 or v2.0, with a slash at the end or
/// without (protocol.md §3.10).
pub fn audience<'a>(origin: &str, audience: &'a str) -> Option<&'a str> {
    let rest = audience.get(..origin.len()).filter(|start| start.eq_ignore_ascii_case(origin));
    let path = rest.and_then(|_| audience[origin.len()..].strip_prefix('/'))?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let (segment, rest) = path.split_once('/').unwrap_or((path, ""));
    let known = ["", "v2.0", "oauth2/token", "oauth2/v2.0/token"];
    (!segment.is_empty() && known.iter().any(|known| rest.eq_ignore_ascii_case(known))).then_some(segment)
}

async fn is_for_us(house: &House, said: &str, at: Authority) -> Result<bool, Fault> {
    let segment = house.origins.of_authorities().find_map(|origin| audience(&origin, said));
    let Some(segment) = segment else { return Ok(false) };
    let Ok(meant) = authority(house, segment).await? else { return Ok(false) };
    // An assertion for one tenant is not another's; an alias means whichever tenant the request is for.
    Ok(match (meant.tenant(), at.tenant()) {
        (Some(meant), Some(asked)) => meant == asked,
        _ => true,
    })
}

impl AssertionRefusal {
    /// The AADSTS number, for the sign-in log; the wire's catalogue has the same.
    pub const fn code(self) -> u32 {
        match self {
            AssertionRefusal::Malformed | AssertionRefusal::Claims => 50_027,
            AssertionRefusal::Algorithm
            | AssertionRefusal::UnknownCertificate
            | AssertionRefusal::BadSignature
            | AssertionRefusal::CertificateNotInUse => 700_027,
            AssertionRefusal::Expired | AssertionRefusal::NotYet | AssertionRefusal::TooLong => 700_024,
            AssertionRefusal::OtherClient => 700_021,
            AssertionRefusal::SubjectNotIssuer => 50_048,
            AssertionRefusal::Audience => 700_023,
            AssertionRefusal::Replayed => 50_012,
            AssertionRefusal::ForeignIssuer => 700_211,
            AssertionRefusal::ForeignAudience => 700_212,
            AssertionRefusal::ForeignSubject => 700_213,
            AssertionRefusal::IssuerUnreachable => 700_222,
            AssertionRefusal::NotAppOnly => 700_229,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mandate_base::SECOND;

    #[test]
    fn audiences_are_our_endpoints_and_issuers() {
        let origin = "https://login.example";
        for (said, segment) in [
            ("https://login.example/common/oauth2/v2.0/token", Some("common")),
            ("https://LOGIN.example/waterkant.example/oauth2/token/", Some("waterkant.example")),
            ("https://login.example/t/v2.0", Some("t")),
            ("https://login.example/t/", Some("t")),
            ("https://login.example/", None),
            ("https://login.example", None),
            ("https://login.example.evil.example/t/v2.0", None),
            ("https://login.example/t/oauth2/v2.0/authorize", None),
            ("http://login.example/t", None),
        ] {
            assert_eq!(audience(origin, said), segment, "{said}");
        }
    }

    #[test]
    fn claims_are_read_as_clients_write_them() {
        let read = |text: &str| Claims::read(text.as_bytes());
        let odd = read(r#"{"iss":"a","sub":"b","aud":["c"],"exp":"1700000000","nbf":1699999999.5}"#).expect("claims");
        assert_eq!(odd.expires, Moment::from_secs(1_700_000_000));
        assert_eq!(odd.not_before, Some(Moment::from_secs(1_699_999_999)));
        for bad in [
            r#"{"iss":"a","sub":"b","aud":"c"}"#,
            r#"{"iss":"a","sub":"b","aud":{},"exp":1}"#,
            r#"{"iss":1,"sub":"b","aud":"c","exp":1}"#,
            r#"{"iss":"a","sub":"b","aud":"c","exp":1e99}"#,
            r#"{"iss":"a","sub":"b","aud":"c","exp":-1}"#,
            r#"{"iss":"a","sub":"b","aud":"c","exp":1,"nbf":"soon"}"#,
            "[]",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_have_five_minutes_of_grace_and_no_more() {
        let now = Moment::from_secs(1_700_000_000);
        let with = |expires, not_before| Claims {
            issuer: String::new(),
            subject: String::new(),
            audience: Vec::new(),
            id: None,
            expires,
            not_before,
            all: Map::new(),
        };
        assert_eq!(with(now - SKEW + SECOND, None).check_times(now), Ok(()));
        assert_eq!(with(now - SKEW, None).check_times(now), Err(AssertionRefusal::Expired));
        assert_eq!(with(now + HOUR, Some(now + SKEW)).check_times(now), Ok(()));
        assert_eq!(with(now + HOUR, Some(now + SKEW + 1)).check_times(now), Err(AssertionRefusal::NotYet));
        assert_eq!(with(now + 26 * HOUR, None).check_times(now), Err(AssertionRefusal::TooLong));
    }
}
