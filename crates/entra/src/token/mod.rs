//! `/token` (protocol.md §3): typed requests in, bodies out field for field.

mod device;
mod on_behalf_of;
mod password;
mod proof;
mod request;
mod respond;

use crate::cx::Cx;
use crate::errors::Trouble;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use mandate_base::TenantId;
use mandate_domain::application::AppCard;
use mandate_domain::consent::ScopeRefusal;
use mandate_domain::signin::ask::Authority;
use mandate_domain::signin::redirect::{is_spa_origin, origin_address};
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::token::claims_ask::ClaimsAsk;
use mandate_usecases::signin::EncounterRefusal;
use mandate_usecases::tokens::{
    AppTokenAsk, AppTokenRefusal, DelegationRefusal, IdTokenAsk, RedeemCode, RedeemRefusal, Redeemed, Refresh,
    RefreshRefused, client_credentials, mint_user_tokens,
};
use mandate_usecases::{clients, settle};
use mandate_web::answer::{self, Answer};
use proof::{Presented, prove};
use request::{Grant, TokenRequest};

pub async fn answer(cx: Cx<'_>) -> Answer {
    if cx.request.method == Method::OPTIONS {
        return preflight(cx).await;
    }
    match attempt(cx).await {
        Ok(answer) => answer,
        Err(refused) => {
            let mut answer = refused.trouble.json(cx.request, &cx.origins().login);
            allow(&mut answer, refused.origin.as_deref());
            answer
        }
    }
}

/// A refusal, and the page that may read it: scripts need the reason as much as the token.
struct Refused {
    trouble: Trouble,
    origin: Option<String>,
}

impl<T: Into<Trouble>> From<T> for Refused {
    fn from(trouble: T) -> Refused {
        Refused { trouble: trouble.into(), origin: None }
    }
}

async fn attempt(cx: Cx<'_>) -> Result<Answer, Refused> {
    let refused = |trouble: Trouble| Err(Refused::from(trouble));
    if cx.request.method != Method::POST {
        return refused(Trouble::new(900_561, &[("accepts", "POST"), ("method", cx.request.method.as_str())]));
    }
    let form = cx.request.form().ok_or_else(|| Trouble::malformed("the content type is not that of a form"))?;
    let form = form.map_err(Trouble::from)?;
    let presented = Presented::read(cx.request, &form)?;
    let unknown = || Trouble::new(700_016, &[("client", &presented.client.to_string())]);
    let card = clients::card(cx.house, presented.client).await?.ok_or_else(unknown)?;
    let origin = page_of(cx, &card)?;
    let request = TokenRequest::read(&form, cx.version, &card);
    let outcome = match request {
        Ok(request) => grant(cx, &card, &presented, &request, origin.is_some()).await,
        Err(trouble) => Err(trouble),
    };
    match outcome {
        Ok(mut answer) => {
            allow(&mut answer, origin.as_deref());
            Ok(answer)
        }
        Err(trouble) => Err(Refused { trouble, origin }),
    }
}

/// The page that calls, when a browser says that one does. Only a registered one may.
fn page_of(cx: Cx<'_>, card: &AppCard) -> Result<Option<String>, Trouble> {
    match cx.request.origin() {
        None => Ok(None),
        Some(origin) if origin == cx.origins().login => Ok(None),
        Some(origin) if is_spa_origin(&card.registration, origin) => Ok(Some(origin.to_owned())),
        Some(origin) => Err(Trouble::new(9_002_326, &[]).because(origin)),
    }
}

async fn grant(
    cx: Cx<'_>,
    card: &AppCard,
    presented: &Presented,
    request: &TokenRequest,
    cross_origin: bool,
) -> Result<Answer, Trouble> {
    let authority = cx.authority().await?;
    match &request.grant {
        Grant::ClientCredentials { resource } => app_only(cx, authority, card, presented, resource.as_deref()).await,
        Grant::Password { username, password } => {
            let redeemed = password::grant(cx, authority, card, presented, request, (username, password)).await?;
            user_tokens(cx, redeemed, request.claims).await
        }
        Grant::Device { code } => {
            let redeemed = device::grant(cx, authority, card, presented, code).await?;
            user_tokens(cx, redeemed, request.claims).await
        }
        Grant::OnBehalfOf { assertion } => {
            let redeemed = on_behalf_of::grant(cx, authority, card, presented, request, assertion).await?;
            user_tokens(cx, redeemed, request.claims).await
        }
        Grant::Code { code, redirect, verifier, for_page } => {
            let tenant = tenant_of(authority, code.tenant)?;
            let proof = prove(cx, card, presented, authority).await?;
            let deed = RedeemCode {
                origins: cx.origins(),
                tenant,
                client: presented.client,
                proof,
                code,
                redirect: redirect.as_deref(),
                verifier: verifier.as_deref(),
                scopes: request.scopes.as_ref(),
                cross_origin,
                code_for_page: *for_page,
                correlation: cx.request.correlation,
            };
            let outcome = settle(cx.house, tenant, &deed).await?;
            let redeemed = outcome.map_err(|refusal| redeem_trouble(&refusal, card, request.scopes.as_ref()))?;
            user_tokens(cx, redeemed, request.claims).await
        }
        Grant::Refresh { token } => {
            let tenant = tenant_of(authority, token.tenant)?;
            let proof = prove(cx, card, presented, authority).await?;
            let deed = Refresh {
                origins: cx.origins(),
                tenant,
                client: presented.client,
                proof,
                token,
                scopes: request.scopes.as_ref(),
                cross_origin,
                correlation: cx.request.correlation,
            };
            let outcome = settle(cx.house, tenant, &deed).await?;
            let redeemed = outcome.map_err(|refusal| refresh_trouble(&refusal, card, request.scopes.as_ref()))?;
            user_tokens(cx, redeemed, request.claims).await
        }
    }
}

/// A code or refresh token says whose it is; a URL that names another tenant is refused (AADSTS700005).
fn tenant_of(authority: Authority, of_ticket: TenantId) -> Result<TenantId, Trouble> {
    match authority.tenant() {
        Some(tenant) if tenant != of_ticket => Err(Trouble::new(700_005, &[])),
        _ => Ok(of_ticket),
    }
}

async fn app_only(
    cx: Cx<'_>,
    authority: Authority,
    card: &AppCard,
    presented: &Presented,
    resource: Option<&str>,
) -> Result<Answer, Trouble> {
    let Authority::Tenant(tenant) = authority else { return Err(Trouble::new(50_059, &[])) };
    let mut outcome = Err(AppTokenRefusal::CredentialMissing);
    for credential in presented.credentials() {
        let correlation = cx.request.correlation;
        let ask = AppTokenAsk { tenant, client: presented.client, credential, resource, correlation };
        outcome = client_credentials(cx.house, &ask).await?;
        if outcome.is_ok() {
            break;
        }
    }
    match outcome {
        Ok(token) => Ok(respond::app_token(cx, &token)),
        Err(AppTokenRefusal::Proof(refusal)) => Err(proof::trouble(refusal, card)),
        Err(refusal) => Err(app_trouble(&refusal, card, tenant)),
    }
}

fn app_trouble(refusal: &AppTokenRefusal, card: &AppCard, tenant: TenantId) -> Trouble {
    let (client, tenant) = (card.app_id.to_string(), tenant.to_string());
    let resource = if let AppTokenRefusal::NoSuchResource { name } = refusal { name.as_str() } else { "" };
    Trouble::new(refusal.code(), &[("client", &client), ("tenant", &tenant), ("resource", resource)]).because(refusal)
}

async fn user_tokens(cx: Cx<'_>, redeemed: Redeemed, claims: ClaimsAsk) -> Result<Answer, Trouble> {
    let ask = IdTokenAsk {
        version: cx.version,
        nonce: redeemed.nonce.as_deref(),
        with_auth_time: redeemed.with_auth_time,
        asked: redeemed.claims.and(claims),
        ..IdTokenAsk::default()
    };
    let minted = mint_user_tokens(cx.house, &redeemed.delegation, &ask).await;
    let tokens = minted.map_err(|_| Trouble::new(90_055, &[]))?;
    Ok(respond::user_tokens(cx, &redeemed, &tokens))
}

fn redeem_trouble(refusal: &RedeemRefusal, card: &AppCard, scopes: Option<&ScopeAsk>) -> Trouble {
    let inner = if let RedeemRefusal::Delegation(inner) = refusal { Some(inner) } else { None };
    grant_trouble(refusal.code(), inner, card, scopes).because(refusal)
}

fn refresh_trouble(refusal: &RefreshRefused, card: &AppCard, scopes: Option<&ScopeAsk>) -> Trouble {
    let inner = if let RefreshRefused::Delegation(inner) = refusal { Some(inner) } else { None };
    grant_trouble(refusal.code(), inner, card, scopes).because(refusal)
}

/// A grant's refusal with whatever its text names: the client, a scope, a resource.
fn grant_trouble(code: u32, refusal: Option<&DelegationRefusal>, card: &AppCard, scopes: Option<&ScopeAsk>) -> Trouble {
    let client = card.app_id.to_string();
    let named = scopes.and_then(|scopes| scopes.resources.first()).and_then(|ask| ask.name.as_deref());
    let (scope, resource) = match refusal {
        Some(DelegationRefusal::Scope(ScopeRefusal::NoSuchScope { scope, .. })) => (scope.as_str(), ""),
        Some(DelegationRefusal::Encounter(EncounterRefusal::NoSuchResource { name })) => ("", name.as_str()),
        _ => ("", named.unwrap_or("")),
    };
    let values = [
        ("client", client.as_str()),
        ("scope", scope),
        ("resource", resource),
        ("detail", "The resource publishes no such scope."),
    ];
    Trouble::new(code, &values)
}

const LONGEST_ORIGIN: usize = 256;

/// Preflights name no client: any app's registered origin will do, and the request itself is judged by its own.
async fn preflight(cx: Cx<'_>) -> Answer {
    let mut answer = answer::bytes(StatusCode::NO_CONTENT, "text/plain", "");
    let Some(origin) = cx.request.origin() else { return answer };
    let Some(address) = origin_address(origin).filter(|_| origin.len() <= LONGEST_ORIGIN) else { return answer };
    if cx.house.store.global().knows_address(&address).await.unwrap_or_default() {
        allow(&mut answer, Some(origin));
        let put = answer::put_text;
        put(&mut answer, header::ACCESS_CONTROL_ALLOW_METHODS, "POST, OPTIONS");
        let wanted = cx.request.header("access-control-request-headers").unwrap_or("content-type");
        put(&mut answer, header::ACCESS_CONTROL_ALLOW_HEADERS, wanted);
        put(&mut answer, header::ACCESS_CONTROL_MAX_AGE, "600");
    }
    answer
}

fn allow(answer: &mut Answer, origin: Option<&str>) {
    answer::put(answer, header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin else { return };
    answer::put_text(answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let exposed = "x-ms-request-id, x-ms-httpver, retry-after, x-ms-clitelem, client-request-id";
    answer::put_text(answer, HeaderName::from_static("access-control-expose-headers"), exposed);
}
