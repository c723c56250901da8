//! Clients: the app as every tenant sees it, its instance in one tenant, and the proof that it is itself.
//!
//! Next: `assertion` for what the client signs, `federated` for what somebody else signs for it, `replays` for repeats,
//! `possession` for whoever adds a key with a key.

mod assertion;
mod federated;
mod possession;
mod replays;

pub use assertion::{AssertionRefusal, audience, named_by, read_assertion};
pub use mandate_jose::Assertion;
pub use possession::{PossessionRefusal, prove_possession};
pub(crate) use replays::Replays;

use crate::{Fault, House};
use assertion::Claims;
use mandate_base::{AppId, Moment, TenantId};
use mandate_domain::application::{AppCard, Registration};
use mandate_domain::service_principal::{ServicePrincipal, SpMore};
use mandate_domain::signin::ask::Authority;
use mandate_domain::token::claims::Proof;
use mandate_jose::SecretDigest;
use std::sync::Arc;

/// The app's public part, whatever tenant it lives in.
pub async fn card(house: &House, app: AppId) -> Result<Option<Arc<AppCard>>, Fault> {
    house.known.card(&house.store, app).await
}

/// The app's instance in a tenant.
pub async fn instance(house: &House, tenant: TenantId, app: AppId) -> Result<Option<Arc<ServicePrincipal>>, Fault> {
    house.known.instance(&house.store, tenant, app).await
}

/// What a token request brings to prove its client.
#[derive(Clone, Copy, Debug)]
pub enum Credential<'a> {
    None,
    Secret(&'a str),
    Assertion(&'a Assertion),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofRefusal {
    WrongSecret,
    ExpiredSecret,
    /// The app is public: whatever it proves, anybody can.
    PublicWithCredential,
    Assertion(AssertionRefusal),
}

/// Checks what a client presents. `at` is the authority that the request came to: an assertion is for one of them.
pub async fn prove(
    house: &House,
    card: &AppCard,
    credential: Credential<'_>,
    at: Authority,
) -> Result<Result<Proof, ProofRefusal>, Fault> {
    let with_own = match credential {
        Credential::None => None,
        Credential::Secret(_) | Credential::Assertion(_) => with_own_proofs(house, card, at).await?,
    };
    let card = with_own.as_ref().unwrap_or(card);
    Ok(match credential {
        Credential::None => Ok(Proof::None),
        Credential::Secret(secret) => by_secret(card, secret, house.now()),
        Credential::Assertion(_) if is_public(card) => Err(ProofRefusal::PublicWithCredential),
        Credential::Assertion(assertion) => {
            let proven = by_assertion(house, card, assertion, at).await?;
            proven.map(|()| Proof::Assertion).map_err(ProofRefusal::Assertion)
        }
    })
}

/// The app with the secrets and certificates of its instance in the tenant that was asked, where that has any.
async fn with_own_proofs(house: &House, card: &AppCard, at: Authority) -> Result<Option<AppCard>, Fault> {
    let Authority::Tenant(tenant) = at else { return Ok(None) };
    let Some(instance) = instance(house, tenant, card.app_id).await? else { return Ok(None) };
    let SpMore { secrets, certificates, .. } = &instance.more;
    if secrets.is_empty() && certificates.is_empty() {
        return Ok(None);
    }
    let mut card = card.clone();
    card.secrets.extend(secrets.iter().cloned());
    card.certificates.extend(certificates.iter().cloned());
    Ok(Some(card))
}

/// The client's own assertion names it as issuer; everything else is somebody else's token.
async fn by_assertion(
    house: &House,
    card: &AppCard,
    assertion: &Assertion,
    at: Authority,
) -> Result<Result<(), AssertionRefusal>, Fault> {
    let Some(claims) = Claims::read(&assertion.payload) else { return Ok(Err(AssertionRefusal::Claims)) };
    if AppId::parse(&claims.issuer).is_ok() {
        assertion::prove(house, card, assertion, &claims, at).await
    } else {
        federated::prove(house, card, assertion, &claims).await
    }
}

/// Checks every secret of the card in constant time each, so that time tells nothing of which came near.
fn by_secret(card: &AppCard, secret: &str, now: Moment) -> Result<Proof, ProofRefusal> {
    if card.secrets.is_empty() {
        SecretDigest::matches_none(secret);
        return Err(if is_public(card) { ProofRefusal::PublicWithCredential } else { ProofRefusal::WrongSecret });
    }
    let mut verdict = Err(ProofRefusal::WrongSecret);
    for held in &card.secrets {
        if SecretDigest::matches(&held.digest, secret) {
            let lives = held.start <= now && now < held.end;
            verdict = if lives { Ok(Proof::Secret) } else { verdict.or(Err(ProofRefusal::ExpiredSecret)) };
        }
    }
    verdict
}

/// Nothing to prove itself with, and no redirect URI that would want it to.
fn is_public(card: &AppCard) -> bool {
    let Registration { web, spa, public_client, is_fallback_public_client, .. } = &card.registration;
    let has_none = card.secrets.is_empty() && card.certificates.is_empty() && card.federated.is_empty();
    let installed = *is_fallback_public_client == Some(true)
        || !public_client.redirect_uris.is_empty()
        || !spa.redirect_uris.is_empty();
    has_none && web.redirect_uris.is_empty() && installed
}

impl ProofRefusal {
    /// The AADSTS number, for the sign-in log; the wire's catalogue has the same.
    pub const fn code(self) -> u32 {
        match self {
            ProofRefusal::WrongSecret => 7_000_215,
            ProofRefusal::ExpiredSecret => 7_000_222,
            ProofRefusal::PublicWithCredential => 700_025,
            ProofRefusal::Assertion(refusal) => refusal.code(),
        }
    }
}
