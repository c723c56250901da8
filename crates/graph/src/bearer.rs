//! The `Authorization` header → a caller, or a 401 with its challenge.

use crate::dispatch::Version;
use crate::errors::{Refusal, Stop, Unproven};
use http::{Method, header};
use mandate_domain::catalogue::GRAPH;
use mandate_usecases::House;
use mandate_usecases::access::{self, Caller, EnterRefusal};
use mandate_web::Incoming;
use mandate_web::base64;
use std::borrow::Cow;

pub(crate) async fn caller(house: &House, request: &Incoming, version: Version) -> Result<Caller, Stop> {
    let posted = if version == Version::Oidc { in_form(request) } else { None };
    let token = match posted {
        Some(token) => is_compact(&token).then_some(Cow::Owned(token)).ok_or(Unproven::Garbled),
        None => token(request).map(Cow::Borrowed),
    };
    let entered = access::enter(house, &token.map_err(Refusal::Unproven)?).await?;
    Ok(entered.map_err(|refusal| Refusal::Unproven(Unproven::Refused(refusal)))?)
}

/// RFC 6750 §2.2, where OpenID Connect wants it (Core §5.3.1): the token as a field of a form, and no header.
fn in_form(request: &Incoming) -> Option<String> {
    if request.method != Method::POST || request.headers.contains_key(header::AUTHORIZATION) {
        return None;
    }
    request.form()?.ok()?.one("access_token").ok()?.map(str::to_owned)
}

fn token(request: &Incoming) -> Result<&str, Unproven> {
    let mut sent = request.headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = sent.next() else {
        return Err(Unproven::NoToken);
    };
    // Two readers could take different ones.
    if sent.next().is_some() {
        return Err(Unproven::Garbled);
    }
    let value = value.to_str().map_err(|_| Unproven::Garbled)?.trim();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    let token = token.trim();
    // RFC 9110 §11.1: the scheme's name is case-insensitive.
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(Unproven::NoToken);
    }
    if is_compact(token) { Ok(token) } else { Err(Unproven::Garbled) }
}

/// Three parts of base64url, as RFC 7515 §7.1 has them.
fn is_compact(token: &str) -> bool {
    let known = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    // To the end, whatever is met on the way: so it is done many bytes at a time.
    let is_known = token.as_bytes().iter().fold(true, |all, byte| all & known(byte));
    let mut parts = token.split('.');
    is_known && parts.by_ref().take(3).filter(|part| !part.is_empty()).count() == 3 && parts.next().is_none()
}

/// `WWW-Authenticate` of a 401: where to go for a token, and what the next one must satisfy.
pub(crate) fn challenge(unproven: &Unproven, version: Version, login: &str) -> String {
    let door = format!(r#"Bearer realm="", authorization_uri="{login}/common/oauth2/authorize", client_id="{GRAPH}""#);
    match unproven {
        Unproven::Refused(EnterRefusal::Revoked { since }) => {
            let claims = format!(r#"{{"access_token":{{"nbf":{{"essential":true,"value":"{}"}}}}}}"#, since.secs());
            let claims = base64::standard(claims.as_bytes());
            format!(r#"{door}, error="insufficient_claims", claims="{claims}""#)
        }
        // RFC 6750 §3.1; no error at all when no token came.
        Unproven::Garbled | Unproven::AppOnly | Unproven::Refused(_) if version == Version::Oidc => {
            format!(r#"{door}, error="invalid_token""#)
        }
        _ => door,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::tests::asking;
    use http::HeaderValue;
    use mandate_base::Moment;

    fn with(values: &[&'static str]) -> Incoming {
        let mut request = asking("/v1.0/me");
        for value in values {
            request.headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        request
    }

    #[test]
    fn a_token_has_three_parts_behind_its_scheme() {
        for value in ["Bearer a.b.c", "bearer  a.b.c ", "BEARER a.b.c"] {
            assert_eq!(token(&with(&[value])), Ok("a.b.c"), "{value}");
        }
        for value in ["", "Bearer", "Bearer ", "Basic a.b.c", "a.b.c", "PoP a.b.c"] {
            assert_eq!(token(&with(&[value])), Err(Unproven::NoToken), "{value}");
        }
        for value in ["Bearer x", "Bearer a.b", "Bearer a..c", "Bearer a.b.c.d", "Bearer a.b.c d", "Bearer a.b.c="] {
            assert_eq!(token(&with(&[value])), Err(Unproven::Garbled), "{value}");
        }
        assert_eq!(token(&with(&[])), Err(Unproven::NoToken));
        assert_eq!(token(&with(&["Bearer a.b.c", "Bearer a.b.c"])), Err(Unproven::Garbled));
    }

    #[test]
    fn a_revoked_session_is_told_what_the_next_token_must_satisfy() {
        let since = Moment::from_secs(1_795_414_492);
        let revoked = Unproven::Refused(EnterRefusal::Revoked { since });
        // {"access_token":{"nbf":{"essential":true,"value":"1795414492"}}}
        let claims = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzk1NDE0NDkyIn19fQ==";
        assert_eq!(
            challenge(&revoked, Version::V1, "https://login.example"),
            format!(
                "Bearer realm=\"\", authorization_uri=\"https://login.example/common/oauth2/authorize\", \
                 client_id=\"00000003-0000-0000-c000-000000000000\", error=\"insufficient_claims\", claims=\"{claims}\""
            )
        );
    }

    #[test]
    fn userinfo_says_that_a_token_was_invalid() {
        let told = |unproven: Unproven, version| challenge(&unproven, version, "x").contains("error=\"invalid_token\"");
        assert!(told(Unproven::Garbled, Version::Oidc));
        assert!(told(Unproven::AppOnly, Version::Oidc));
        assert!(told(Unproven::Refused(EnterRefusal::Expired), Version::Oidc));
        assert!(!told(Unproven::NoToken, Version::Oidc));
        assert!(!told(Unproven::Garbled, Version::V1));
    }
}
