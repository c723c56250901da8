//! The parameters of an authorization request → a typed [`Ask`]. The client and its redirect URI come first: until both
//! are right, an error stays on our page (RFC 6749 §4.1.2.1); afterwards it goes to the client.

use super::flow::{Errand, Flow};
use crate::cx::Cx;
use crate::errors::Trouble;
use crate::my::MY_PAGE;
use mandate_base::AppId;
use mandate_domain::application::{AppCard, Audience, Registration};
use mandate_domain::signin::ask::{Ask, Authority, Prompt, Redirect, ResponseMode, ResponseType, Version};
use mandate_domain::signin::pkce::{Challenge, ChallengeRefusal};
use mandate_domain::signin::redirect::{self, Platform, RedirectRefusal};
use mandate_domain::signin::scopes::{ResourceAsk, ScopeAsk, ScopeSyntax};
use mandate_domain::signin::steps::{admits_many, may_cross};
use mandate_domain::token::claims_ask::ClaimsAsk;
use mandate_usecases::clients;
use mandate_usecases::resources::is_graph;
use mandate_web::{Params, base64};
use serde_json::Value;
use std::sync::Arc;

/// A request whose client and redirect URI are right.
pub struct Checked {
    pub ask: Ask,
    pub card: Arc<AppCard>,
    /// The `scope` parameter as sent.
    pub scope: String,
    pub redirect_named: bool,
}

pub enum Stop {
    /// The redirect URI is not to be trusted.
    Page(Box<Trouble>, Option<String>),
    /// The client hears it.
    Client(Box<Trouble>, Box<ReplyTo>),
}

/// Where and how the client hears of the outcome.
#[derive(Clone, Debug)]
pub struct ReplyTo {
    pub uri: String,
    pub mode: ResponseMode,
    pub state: Option<String>,
    /// `prompt=none`: the answer is made for a frame.
    pub silent: bool,
    pub errand: Errand,
    pub version: Version,
}

pub async fn check(cx: Cx<'_>, flow: &Flow) -> Result<Checked, Stop> {
    match flow.errand {
        Errand::Device(Some(hash)) => super::device::check(cx, hash).await,
        Errand::My => Ok(my_page(cx)),
        Errand::Review => review(cx, flow).await,
        errand => of_client(cx, &flow.params(), errand).await,
    }
}

/// Nobody asks but the person: there is no app, and nowhere to answer to.
fn my_page(cx: Cx<'_>) -> Checked {
    let registration = Registration { display_name: "Mandate".to_owned(), ..Registration::default() };
    let card = AppCard {
        app_id: MY_PAGE,
        application: mandate_base::ApplicationId::from_u128(0),
        home: mandate_base::TenantId::from_u128(0),
        created: cx.request.now,
        registration,
        secrets: Vec::new(),
        certificates: Vec::new(),
        federated: Vec::new(),
        version: 1,
    };
    let ask = Ask {
        version: Version::V2,
        authority: Authority::Common,
        client: MY_PAGE,
        redirect: Redirect { uri: String::new(), platform: Platform::Public, mode: ResponseMode::Query },
        response: ResponseType::default(),
        scopes: ScopeAsk::default(),
        state: None,
        nonce: None,
        prompt: Prompt::Unset,
        login_hint: None,
        hint: None,
        realm: None,
        max_age: None,
        challenge: None,
        claims: ClaimsAsk::default(),
        client_info: false,
        correlation: cx.request.correlation,
    };
    Checked { ask, card: Arc::new(card), scope: String::new(), redirect_named: false }
}

/// As for an administrator's consent, but for the way back: to the reviewer's own page, not to the app.
async fn review(cx: Cx<'_>, flow: &Flow) -> Result<Checked, Stop> {
    let (params, errand) = (flow.params(), flow.errand);
    let page = |trouble: Trouble| Stop::Page(Box::new(trouble), None);
    let (authority, card) = client_of(cx, &params).await.map_err(page)?;
    meets(authority, &card).map_err(page)?;
    let uri = flow.chosen.map_or_else(|| "/my".to_owned(), crate::my::address);
    let reply = ReplyTo { uri, mode: ResponseMode::Query, state: None, silent: false, errand, version: cx.version };
    super::admin::check(cx, &params, authority, &card, &reply).map_err(page)
}

async fn of_client(cx: Cx<'_>, params: &Params, errand: Errand) -> Result<Checked, Stop> {
    let page = |trouble: Trouble| Stop::Page(Box::new(trouble), None);
    let (authority, card) = client_of(cx, params).await.map_err(page)?;
    let name = card.registration.display_name.clone();
    let named = |trouble: Trouble| Stop::Page(Box::new(trouble), Some(name.clone()));
    meets(authority, &card).map_err(&named)?;
    let asked = params.one("redirect_uri").map_err(|refusal| named(refusal.into()))?;
    let found = redirect::find(&card.registration, asked, &cx.origins().login);
    let (uri, platform) = found.map_err(|refusal| named(redirect_trouble(&refusal, &card)))?;
    let state = params.one("state").map_err(|refusal| named(refusal.into()))?.map(str::to_owned);
    let state = state.or_else(|| in_object(params, "state"));
    if errand == Errand::AdminConsent {
        let reply = ReplyTo { uri, mode: ResponseMode::Query, state, silent: false, errand, version: cx.version };
        let checked = super::admin::check(cx, params, authority, &card, &reply);
        return checked.map_err(|trouble| Stop::Client(Box::new(trouble), Box::new(reply)));
    }
    let silent = params.any("prompt") == Some("none");
    let reply = ReplyTo { uri, mode: early_mode(params), state, silent, errand, version: cx.version };
    let rest = rest(cx, params, authority, &card, &reply, platform);
    rest.map_err(|trouble| Stop::Client(Box::new(trouble), Box::new(reply)))
}

async fn client_of(cx: Cx<'_>, params: &Params) -> Result<(Authority, Arc<AppCard>), Trouble> {
    let authority = cx.authority().await?;
    let client = client_id(params)?;
    let card = clients::card(cx.house, client).await?;
    Ok((authority, card.ok_or_else(|| Trouble::new(700_016, &[("client", &client.to_string())]))?))
}

fn client_id(params: &Params) -> Result<AppId, Trouble> {
    let text = params.one("client_id")?.ok_or_else(|| Trouble::missing("client_id"))?;
    AppId::parse(text).map_err(|_| Trouble::new(700_016, &[("client", text)]))
}

/// Does the app exist on this authority at all?
pub fn meets(authority: Authority, card: &AppCard) -> Result<(), Trouble> {
    let client = card.app_id.to_string();
    let fine = match authority {
        Authority::Tenant(tenant) => may_cross(card, tenant),
        Authority::Common | Authority::Organizations | Authority::Consumers => true,
    };
    if !fine {
        return Err(Trouble::new(700_016, &[("client", &client)]).because("single-tenant app of another tenant"));
    }
    let personal = matches!(card.registration.sign_in_audience, Audience::OrgsAndPersonal | Audience::Personal);
    if authority == Authority::Consumers && !personal {
        return Err(Trouble::new(9_002_332, &[("client", &client)]));
    }
    if authority.alias().is_some() && !admits_many(card) {
        return Err(Trouble::new(50_194, &[("client", &client)]));
    }
    if !card.registration.is_enabled() {
        return Err(Trouble::new(7_000_112, &[("client", &client)]));
    }
    Ok(())
}

fn redirect_trouble(refusal: &RedirectRefusal, card: &AppCard) -> Trouble {
    let client = card.app_id.to_string();
    match refusal {
        RedirectRefusal::Ambiguous => Trouble::new(900_971, &[("client", &client)]),
        RedirectRefusal::NotRegistered { asked } => Trouble::new(50_011, &[("redirect", asked), ("client", &client)]),
    }
}

/// The mode in which even a malformed request is answered: its own, where that can be told.
fn early_mode(params: &Params) -> ResponseMode {
    let kind = params.any("response_type").and_then(ResponseType::parse).unwrap_or_default();
    let named = params.any("response_mode").map(str::to_owned).or_else(|| in_object(params, "response_mode"));
    named.as_deref().and_then(ResponseMode::parse).unwrap_or_else(|| kind.default_mode())
}

/// A request object is refused; where and with what its client wants to hear of that stands in it (OpenID Connect Core
/// §6.1). Nothing else is taken from it, and its signature is nobody's concern: a URL has none either.
fn in_object(params: &Params, name: &str) -> Option<String> {
    let payload = params.any("request")?.split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&base64::from_url(payload)?).ok()?;
    claims.get(name)?.as_str().map(str::to_owned)
}

fn rest(
    cx: Cx<'_>,
    params: &Params,
    authority: Authority,
    card: &Arc<AppCard>,
    reply: &ReplyTo,
    platform: Platform,
) -> Result<Checked, Trouble> {
    // OpenID Connect Core §6: each has a refusal of its own.
    for (unsupported, code) in [("request", 9_000_010), ("request_uri", 9_000_011)] {
        if params.one(unsupported)?.is_some() {
            return Err(Trouble::new(code, &[]));
        }
    }
    let response = response_type(params, &card.registration)?;
    let mode = response_mode(params, response)?;
    let nonce = params.one("nonce")?.map(str::to_owned);
    if response.id_token && nonce.is_none() {
        return Err(Trouble::missing("nonce"));
    }
    let challenge = challenge(params)?;
    if platform == Platform::Spa && response.code && challenge.is_none() {
        return Err(Trouble::new(9_002_325, &[]));
    }
    let claims = claims(params)?;
    let (scopes, scope) = wanted(cx, params, card, response)?;
    for hint in ["sid", "id_token_hint", "domain_hint"] {
        params.one(hint)?;
    }
    let ask = Ask {
        version: cx.version,
        authority,
        client: card.app_id,
        redirect: Redirect { uri: reply.uri.clone(), platform, mode },
        response,
        scopes,
        state: reply.state.clone(),
        nonce,
        prompt: prompt(params, cx.version)?,
        login_hint: params.one("login_hint")?.map(str::to_owned),
        hint: None,
        realm: None,
        max_age: max_age(params)?,
        challenge,
        claims,
        client_info: params.any("client_info") == Some("1"),
        correlation: cx.request.correlation,
    };
    Ok(Checked { ask, card: card.clone(), scope, redirect_named: params.any("redirect_uri").is_some() })
}

/// What is asked, and as it is kept with the code.
fn wanted(cx: Cx<'_>, params: &Params, card: &AppCard, response: ResponseType) -> Result<(ScopeAsk, String), Trouble> {
    if cx.version == Version::V1 {
        // An ID token that is asked for by name needs no scope here (protocol.md §2.1).
        let openid = response.id_token || has_openid(params)?;
        let asked = v1_scopes(params.one("resource")?, card, openid)?;
        let kept = asked.kept("");
        return Ok((asked, kept));
    }
    let scope = params.one("scope")?.ok_or_else(|| Trouble::missing("scope"))?.to_owned();
    let asked = scopes(&scope)?;
    if response.id_token && !asked.openid {
        let detail = "An ID token needs the scope openid.";
        return Err(Trouble::new(70_011, &[("scope", &scope), ("detail", detail)]));
    }
    same_resource(cx, params, &asked)?;
    Ok((asked, scope))
}

/// Of a v1.0 request's `scope` this one word counts (protocol.md §2.1).
pub fn has_openid(params: &Params) -> Result<bool, Trouble> {
    let scope = params.one("scope")?.unwrap_or("");
    Ok(scope.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("openid")))
}

/// A request that names no resource means the first that the registration lists, or the app itself.
pub fn v1_scopes(resource: Option<&str>, card: &AppCard, openid: bool) -> Result<ScopeAsk, Trouble> {
    let listed = card.registration.required_resource_access.first().map_or(card.app_id, |first| first.resource_app_id);
    let own = listed.to_string();
    ScopeAsk::of_v1(resource.unwrap_or(&own), openid)
        .map_err(|_| Trouble::new(500_011, &[("resource", resource.unwrap_or(""))]))
}

fn response_type(params: &Params, registration: &Registration) -> Result<ResponseType, Trouble> {
    let text = params.one("response_type")?.ok_or_else(|| Trouble::missing("response_type"))?;
    let client = ("client", registration.display_name.as_str());
    let response = ResponseType::parse(text).ok_or_else(|| Trouble::new(70_005, &[("response", text)]))?;
    let implicit = &registration.web.implicit_grant_settings;
    if response.id_token && !implicit.enable_id_token_issuance {
        return Err(Trouble::new(700_054, &[client]));
    }
    if response.token && !implicit.enable_access_token_issuance {
        return Err(Trouble::new(700_051, &[client]));
    }
    Ok(response)
}

fn response_mode(params: &Params, response: ResponseType) -> Result<ResponseMode, Trouble> {
    let Some(text) = params.one("response_mode")? else { return Ok(response.default_mode()) };
    let mode = ResponseMode::parse(text).ok_or_else(|| Trouble::new(70_007, &[("mode", text)]))?;
    // Tokens in a query would stand in every log on the way (OAuth 2.0 Multiple Response Types §3).
    if mode == ResponseMode::Query && (response.id_token || response.token) {
        return Err(Trouble::new(70_007, &[("mode", text)]));
    }
    Ok(mode)
}

fn challenge(params: &Params) -> Result<Option<Challenge>, Trouble> {
    let (challenge, method) = (params.one("code_challenge")?, params.one("code_challenge_method")?);
    Challenge::of(challenge, method).map_err(|refusal| match refusal {
        ChallengeRefusal::BadLength => Trouble::new(50_147, &[]),
        ChallengeRefusal::BadMethod | ChallengeRefusal::Missing => Trouble::new(501_491, &[]),
    })
}

fn prompt(params: &Params, version: Version) -> Result<Prompt, Trouble> {
    let text = params.one("prompt")?.unwrap_or("");
    Prompt::parse(text, version).ok_or_else(|| Trouble::new(90_023, &[("field", "prompt")]))
}

fn max_age(params: &Params) -> Result<Option<i64>, Trouble> {
    let Some(text) = params.one("max_age")? else { return Ok(None) };
    let age = text.parse::<i64>().ok().filter(|age| *age >= 0);
    age.map(Some).ok_or_else(|| Trouble::new(90_100, &[("field", "max_age")]))
}

/// Clients send `claims` with every request; it must be JSON.
pub fn claims(params: &Params) -> Result<ClaimsAsk, Trouble> {
    let Some(text) = params.one("claims")? else { return Ok(ClaimsAsk::default()) };
    ClaimsAsk::parse(text).ok_or_else(|| Trouble::malformed("the claims parameter is not a JSON object"))
}

/// On v2.0 the scopes say the resource; a `resource` beside them must be the same (RFC 8707; protocol.md §2.1).
fn same_resource(cx: Cx<'_>, params: &Params, scopes: &ScopeAsk) -> Result<(), Trouble> {
    let Some(asked) = params.one("resource")? else { return Ok(()) };
    let bare = |name: &str| name.trim_end_matches('/').to_ascii_lowercase();
    let graph = |name: &str| is_graph(cx.origins(), name);
    // A GUID and a URI may well be one API; only names that cannot be the same are refused.
    let same = |ask: &ResourceAsk| match ask.name.as_deref() {
        Some(name) => {
            bare(name) == bare(asked)
                || (graph(name) && graph(asked))
                || AppId::parse(name).is_ok() != AppId::parse(asked).is_ok()
        }
        None => graph(asked),
    };
    let named = scopes.resources.is_empty() || scopes.resources.iter().any(same);
    if named { Ok(()) } else { Err(Trouble::new(9_010_010, &[("resource", asked)])) }
}

pub fn scopes(text: &str) -> Result<ScopeAsk, Trouble> {
    ScopeAsk::parse(text).map_err(|refusal| match refusal {
        ScopeSyntax::Empty => Trouble::new(28_003, &[]),
        ScopeSyntax::DefaultMixed => Trouble::new(
            70_011,
            &[("scope", text), ("detail", ".default cannot be combined with the scopes of a resource.")],
        ),
        ScopeSyntax::Malformed(scope) => Trouble::new(70_011, &[("scope", &scope), ("detail", "It is malformed.")]),
    })
}
