//! The password grant (protocol.md §3.7): for apps that allow public client flows, or prove themselves.
//!
//! It cannot ask for consent, and must not tell a wrong password from an unknown name.

use super::grant_trouble;
use super::proof::{Presented, prove};
use super::request::TokenRequest;
use crate::cx::Cx;
use crate::errors::Trouble;
use mandate_base::Secret;
use mandate_domain::application::AppCard;
use mandate_domain::signin::ask::Authority;
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::signin::steps::{admits_many, may_cross};
use mandate_domain::token::claims::Proof;
use mandate_usecases::settle;
use mandate_usecases::signin::{Attempt, BeginSession, Network, PasswordRefusal, authenticate};
use mandate_usecases::tokens::{GrantDirectly, Redeemed};

pub async fn grant(
    cx: Cx<'_>,
    authority: Authority,
    card: &AppCard,
    presented: &Presented,
    request: &TokenRequest,
    (username, password): (&str, &Secret<String>),
) -> Result<Redeemed, Trouble> {
    if matches!(authority, Authority::Common | Authority::Consumers) {
        return Err(Trouble::new(9_001_023, &[]));
    }
    let client = card.app_id.to_string();
    if authority == Authority::Organizations && !admits_many(card) {
        return Err(Trouble::new(50_194, &[("client", &client)]));
    }
    let proof = prove(cx, card, presented, authority).await?;
    // "Allow public client flows" decides for grants without a redirect URI (protocol.md §2.4).
    if proof == Proof::None && card.registration.is_fallback_public_client != Some(true) {
        return Err(Trouble::new(7_000_218, &[]));
    }
    let attempt = Attempt {
        authority,
        name: username,
        password: password.clone(),
        network: Network::of(cx.request.peer),
        client: card.app_id,
        correlation: cx.request.correlation,
    };
    let person = authenticate(cx.house, attempt).await?.map_err(refused)?;
    if person.user.must_change_password() {
        return Err(Trouble::new(50_055, &[]));
    }
    if !may_cross(card, person.tenant) {
        return Err(Trouble::new(700_016, &[("client", &client)]));
    }
    let begin = BeginSession {
        tenant: person.tenant,
        user: person.user.id,
        persistent: false,
        client: card.app_id,
        replaces: None,
        correlation: cx.request.correlation,
    };
    let begun = settle(cx.house, person.tenant, &begin).await?.map_err(|_| Trouble::new(50_057, &[]))?;
    let none = ScopeAsk::default();
    let deed = GrantDirectly {
        origins: cx.origins(),
        tenant: person.tenant,
        client: card.app_id,
        proof,
        user: person.user.id,
        session: &begun.session,
        scopes: request.scopes.as_ref().unwrap_or(&none),
        scope: &request.kept,
        correlation: cx.request.correlation,
    };
    let outcome = settle(cx.house, person.tenant, &deed).await?;
    outcome.map_err(|refusal| {
        grant_trouble(refusal.code(), Some(&refusal), card, request.scopes.as_ref()).because(&refusal)
    })
}

fn refused(refusal: PasswordRefusal) -> Trouble {
    Trouble::new(
        match refusal {
            PasswordRefusal::WrongNameOrPassword | PasswordRefusal::OtherOrganisation => 50_126,
            PasswordRefusal::Disabled => 50_057,
            PasswordRefusal::Locked => 50_053,
            PasswordRefusal::Busy => 90_055,
        },
        &[],
    )
}
