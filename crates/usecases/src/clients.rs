//! Clients: the app as every tenant sees it, its instance in one tenant, and the proof that it is itself.

use crate::authority::NO_TENANT;
use crate::{Fault, House};
use mandate_base::{AppId, Moment, TenantId};
use mandate_domain::application::AppCard;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::token::claims::Proof;
use mandate_jose::SecretDigest;
use mandate_store::Memo;
use std::sync::Arc;

pub(crate) struct ClientMemos {
    cards: Memo<AppId, Option<Arc<AppCard>>>,
    instances: Memo<AppId, Option<Arc<ServicePrincipal>>>,
}

impl ClientMemos {
    pub fn holding(most: usize) -> ClientMemos {
        ClientMemos { cards: Memo::holding(most), instances: Memo::holding(most) }
    }
}

/// The app's public part, whatever tenant it lives in.
pub async fn card(house: &House, app: AppId) -> Result<Option<Arc<AppCard>>, Fault> {
    let ask = async || house.store.global().card_by_app_id(app).await;
    Ok((*house.clients.cards.get(&house.store, NO_TENANT, app, ask).await?).clone())
}

/// The app's instance in a tenant, kept until something in that tenant changes.
pub async fn instance(house: &House, tenant: TenantId, app: AppId) -> Result<Option<Arc<ServicePrincipal>>, Fault> {
    let ask = async || Ok(house.store.tenant(tenant).sp_by_app(app).await?.map(Arc::new));
    Ok((*house.clients.instances.get(&house.store, tenant, app, ask).await?).clone())
}

/// What a token request brings to prove its client.
#[derive(Clone, Copy, Debug)]
pub enum Credential<'a> {
    None,
    Secret(&'a str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofRefusal {
    WrongSecret,
    ExpiredSecret,
    /// The app is public: whatever it proves, anybody can.
    PublicWithCredential,
}

/// Checks every secret of the card in constant time each, so that time tells nothing of which came near.
pub fn prove(card: &AppCard, credential: Credential<'_>, now: Moment) -> Result<Proof, ProofRefusal> {
    let Credential::Secret(secret) = credential else { return Ok(Proof::None) };
    if card.secrets.is_empty() {
        SecretDigest::matches_none(secret);
        let registration = &card.registration;
        let public = registration.web.redirect_uris.is_empty()
            && (registration.is_fallback_public_client == Some(true)
                || !registration.public_client.redirect_uris.is_empty()
                || !registration.spa.redirect_uris.is_empty());
        return Err(if public { ProofRefusal::PublicWithCredential } else { ProofRefusal::WrongSecret });
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
