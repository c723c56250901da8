//! The device code grant (protocol.md §3.6): a device asks again and again until a person has answered.

use super::proof::{Presented, prove};
use super::{grant_trouble, tenant_of};
use crate::cx::Cx;
use crate::errors::Trouble;
use mandate_domain::application::AppCard;
use mandate_domain::signin::ask::Authority;
use mandate_domain::token::claims::Proof;
use mandate_usecases::settle;
use mandate_usecases::tickets::Ticket;
use mandate_usecases::tokens::{RedeemDevice, RedeemDeviceRefusal, Redeemed, poll_device};

pub async fn grant(
    cx: Cx<'_>,
    authority: Authority,
    card: &AppCard,
    presented: &Presented,
    code: &Ticket,
) -> Result<Redeemed, Trouble> {
    let proof = prove(cx, card, presented, authority).await?;
    // "Allow public client flows" decides for grants without a redirect URI (protocol.md §2.4).
    if proof == Proof::None && card.registration.is_fallback_public_client != Some(true) {
        return Err(Trouble::new(7_000_218, &[]));
    }
    let tenant = poll_device(cx.house, code, presented.client).await?;
    let tenant = tenant.map_err(|refusal| Trouble::new(refusal.code(), &[]))?;
    let deed = RedeemDevice {
        origins: cx.origins(),
        tenant: tenant_of(authority, tenant)?,
        client: presented.client,
        proof,
        code,
        correlation: cx.request.correlation,
    };
    settle(cx.house, tenant, &deed).await?.map_err(|refusal| {
        let inner = if let RedeemDeviceRefusal::Delegation(inner) = &refusal { Some(inner) } else { None };
        grant_trouble(refusal.code(), inner, card, None).because(&refusal)
    })
}
