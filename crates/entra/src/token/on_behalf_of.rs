//! The on-behalf-of grant (protocol.md §3.8): an API asks for the next one, in the name of the person who called it.

use super::grant_trouble;
use super::proof::{Presented, prove};
use super::request::TokenRequest;
use crate::cx::Cx;
use crate::errors::Trouble;
use mandate_base::Secret;
use mandate_domain::application::AppCard;
use mandate_domain::signin::ask::Authority;
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_usecases::settle;
use mandate_usecases::tokens::{OnBehalfOf, OnBehalfRefusal, Redeemed, handed_in};

pub async fn grant(
    cx: Cx<'_>,
    authority: Authority,
    card: &AppCard,
    presented: &Presented,
    request: &TokenRequest,
    assertion: &Secret<String>,
) -> Result<Redeemed, Trouble> {
    // The API first: what is wrong with a token is told to its API alone.
    let proof = prove(cx, card, presented, authority).await?;
    let token = handed_in(cx.house, card, assertion.expose())
        .map_err(|refusal| Trouble::new(refusal.code(), &[]).because(&refusal))?;
    if authority.tenant().is_some_and(|tenant| tenant != token.tenant) {
        return Err(Trouble::new(50_013, &[]).because("the token is of another tenant"));
    }
    let none = ScopeAsk::default();
    let deed = OnBehalfOf {
        origins: cx.origins(),
        client: presented.client,
        proof,
        token: &token,
        scopes: request.scopes.as_ref().unwrap_or(&none),
        kept: &request.kept,
        correlation: cx.request.correlation,
    };
    settle(cx.house, token.tenant, &deed).await?.map_err(|refusal| {
        let inner = if let OnBehalfRefusal::Delegation(inner) = &refusal { Some(inner) } else { None };
        grant_trouble(refusal.code(), inner, card, request.scopes.as_ref()).because(&refusal)
    })
}
