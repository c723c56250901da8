//! Admin consent by its own address (protocol.md §1.10): what the registration lists, or the scopes that are named, for
//! everybody in the tenant of whoever signs in.
//!
//! The redirect URI is one that the app registered, to the letter: its answer is a hint, never a proof, and yet nobody
//! else's business.

use super::check::{Checked, ReplyTo, scopes};
use crate::cx::Cx;
use crate::errors::Trouble;
use mandate_domain::application::AppCard;
use mandate_domain::signin::ask::{Ask, Authority, Prompt, Redirect, ResponseMode, ResponseType, Version};
use mandate_domain::signin::redirect::Platform;
use mandate_domain::signin::scopes::{ResourceAsk, ScopeAsk};
use mandate_domain::token::claims_ask::ClaimsAsk;
use mandate_web::Params;
use std::sync::Arc;

pub fn check(
    cx: Cx<'_>,
    params: &Params,
    authority: Authority,
    card: &Arc<AppCard>,
    reply: &ReplyTo,
) -> Result<Checked, Trouble> {
    let scope = params.one("scope")?.filter(|_| cx.version == Version::V2);
    let asked = match scope {
        Some(text) => scopes(text)?,
        None if cx.version == Version::V2 => return Err(Trouble::missing("scope")),
        None => whole_list(card)?,
    };
    params.one("domain_hint")?;
    let ask = Ask {
        version: cx.version,
        authority,
        client: card.app_id,
        redirect: Redirect { uri: reply.uri.clone(), platform: Platform::Web, mode: ResponseMode::Query },
        response: ResponseType::default(),
        scopes: asked,
        state: reply.state.clone(),
        nonce: None,
        prompt: Prompt::AdminConsent,
        login_hint: params.one("login_hint")?.map(str::to_owned),
        hint: None,
        realm: None,
        max_age: None,
        challenge: None,
        claims: ClaimsAsk::default(),
        client_info: false,
        correlation: cx.request.correlation,
    };
    let scope = scope.unwrap_or("").to_owned();
    Ok(Checked { ask, card: card.clone(), scope, redirect_named: true })
}

/// `/.default` of any one API means the list of all of them.
fn whole_list(card: &AppCard) -> Result<ScopeAsk, Trouble> {
    let client = card.app_id.to_string();
    let first = card.registration.required_resource_access.first();
    let first = first.ok_or_else(|| Trouble::new(650_056, &[("client", &client)]))?;
    let name = Some(first.resource_app_id.to_string());
    Ok(ScopeAsk { resources: vec![ResourceAsk { name, default: true, values: Vec::new() }], ..ScopeAsk::default() })
}

/// What the app hears when it was allowed.
pub fn answer(ask: &Ask, scope: &str, tenant: mandate_base::TenantId) -> Vec<(String, String)> {
    let mut fields = vec![("admin_consent".to_owned(), "True".to_owned()), ("tenant".to_owned(), tenant.to_string())];
    if ask.version == Version::V2 {
        fields.push(("scope".to_owned(), scope.to_owned()));
    }
    fields
}
