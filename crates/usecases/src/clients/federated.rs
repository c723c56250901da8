//! Federated identity credentials: somebody else's token proves the client (protocol.md §3.10).
//!
//! Issuer, subject and audience are compared letter by letter with what is registered, before anything is fetched: only
//! an issuer that somebody registered is ever asked for its keys.

use super::assertion::{AssertionRefusal, Claims};
use crate::{Fault, House};
use mandate_domain::application::{AppCard, FederatedCredential};
use mandate_jose::Assertion;
use serde_json::Value;

pub(super) async fn prove(
    house: &House,
    card: &AppCard,
    assertion: &Assertion,
    claims: &Claims,
) -> Result<Result<(), AssertionRefusal>, Fault> {
    if let Err(refusal) = matching(&card.federated, claims).and_then(|()| claims.check_times(house.now())) {
        return Ok(Err(refusal));
    }
    let ours = house.origins.of_authorities().any(|origin| super::audience(&origin, &claims.issuer).is_some());
    if ours {
        return Ok(of_our_own(house, assertion, claims));
    }
    let keys = match house.issuers.keys(&claims.issuer, assertion.kid.as_deref(), house.now()).await {
        Ok(keys) => keys,
        Err(refusal) => {
            tracing::info!(issuer = claims.issuer, %refusal, "an issuer's keys cannot be had");
            return Ok(Err(AssertionRefusal::IssuerUnreachable));
        }
    };
    let signed = keys.iter().any(|key| assertion.is_signed_by(key));
    Ok(if signed { Ok(()) } else { Err(AssertionRefusal::BadSignature) })
}

/// The refusal names what is nearest to fitting: first the issuer, then the subject, then the audience.
fn matching(registered: &[FederatedCredential], claims: &Claims) -> Result<(), AssertionRefusal> {
    if registered.is_empty() {
        return Err(AssertionRefusal::OtherClient);
    }
    let of_issuer: Vec<_> = registered.iter().filter(|held| held.issuer == claims.issuer).collect();
    if of_issuer.is_empty() {
        return Err(AssertionRefusal::ForeignIssuer);
    }
    let Some(held) = of_issuer.into_iter().find(|held| held.subject == claims.subject) else {
        return Err(AssertionRefusal::ForeignSubject);
    };
    let fits = matches!(claims.audience.as_slice(), [only] if held.audiences.contains(only));
    if fits { Ok(()) } else { Err(AssertionRefusal::ForeignAudience) }
}

/// A token that this house issued: its own keys, and only an app's own token may stand for an app (AADSTS700229).
fn of_our_own(house: &House, assertion: &Assertion, claims: &Claims) -> Result<(), AssertionRefusal> {
    let keys = house.keys();
    let verified = keys.ring.verify(assertion.whole(), assertion.whole().len());
    if verified.is_err() {
        return Err(AssertionRefusal::BadSignature);
    }
    let app_only = claims.all.get("idtyp").and_then(Value::as_str) == Some("app");
    if app_only { Ok(()) } else { Err(AssertionRefusal::NotAppOnly) }
}
