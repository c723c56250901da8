//! The token request, typed. Parameters that clients add for their own purposes are ignored (protocol.md §3.1).

use crate::authorize;
use crate::errors::Trouble;
use mandate_base::Secret;
use mandate_domain::application::AppCard;
use mandate_domain::signin::ask::Version;
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::token::claims_ask::ClaimsAsk;
use mandate_usecases::tickets::{Ticket, TicketKind};
use mandate_web::Params;

pub struct TokenRequest {
    pub grant: Grant,
    pub claims: ClaimsAsk,
    pub scopes: Option<ScopeAsk>,
    /// The scopes, as they are kept with a refresh token.
    pub kept: String,
}

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

pub enum Grant {
    Code {
        code: Ticket,
        redirect: Option<String>,
        verifier: Option<String>,
        /// One more, for the page of this web app.
        for_page: bool,
    },
    Refresh {
        token: Ticket,
    },
    Password {
        username: String,
        password: Secret<String>,
    },
    /// The token that the API was called with.
    OnBehalfOf {
        assertion: Secret<String>,
    },
    Device {
        code: Ticket,
    },
    /// `None`: Graph's short form.
    ClientCredentials {
        resource: Option<String>,
    },
}

impl TokenRequest {
    pub fn read(form: &Params, version: Version, card: &AppCard) -> Result<TokenRequest, Trouble> {
        let grant = form.one("grant_type")?.ok_or_else(|| Trouble::missing("grant_type"))?;
        let claims = authorize::claims(form)?;
        let grant = match grant {
            "authorization_code" => code(form)?,
            "refresh_token" => {
                let token = form.one("refresh_token")?.ok_or_else(|| Trouble::missing("refresh_token"))?;
                Grant::Refresh {
                    token: Ticket::read(TicketKind::Refresh, token).ok_or_else(|| Trouble::new(70_000, &[]))?,
                }
            }
            "password" => password(form)?,
            "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => device(form)?,
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => on_behalf_of(form)?,
            "client_credentials" => {
                let grant = client_credentials(form, version)?;
                return Ok(TokenRequest { grant, claims, scopes: None, kept: String::new() });
            }
            other => return Err(Trouble::new(70_003, &[("grant", other)])),
        };
        let scopes = scopes(form, version, card)?;
        let on_behalf = matches!(grant, Grant::OnBehalfOf { .. });
        let scopes = scopes.map(|scopes| if on_behalf { scopes.unasked() } else { scopes });
        // Nobody signed in for these before, so the request itself has to say what for.
        if scopes.is_none() && matches!(grant, Grant::Password { .. } | Grant::OnBehalfOf { .. }) {
            return Err(Trouble::missing(if version == Version::V1 { "resource" } else { "scope" }));
        }
        let kept = scopes.as_ref().map(|scopes| scopes.kept(form.any("scope").unwrap_or(""))).unwrap_or_default();
        Ok(TokenRequest { grant, claims, scopes, kept })
    }
}

fn code(form: &Params) -> Result<Grant, Trouble> {
    let code = form.one("code")?.ok_or_else(|| Trouble::missing("code"))?;
    let code = Ticket::read(TicketKind::Code, code).ok_or_else(|| Trouble::new(70_000, &[]))?;
    let redirect = form.one("redirect_uri")?.map(str::to_owned);
    let verifier = form.one("code_verifier")?.map(str::to_owned);
    Ok(Grant::Code { code, redirect, verifier, for_page: form.one("return_spa_code")? == Some("1") })
}

fn password(form: &Params) -> Result<Grant, Trouble> {
    let needed = |name: &'static str| form.one(name)?.ok_or_else(|| Trouble::missing(name));
    let (username, password) = (needed("username")?, needed("password")?);
    Ok(Grant::Password { username: username.to_owned(), password: Secret::new(password.to_owned()) })
}

/// One client calls it `code`, and most send both (protocol.md §3.1).
fn device(form: &Params) -> Result<Grant, Trouble> {
    let code = form.one("device_code")?.or(form.one("code")?).ok_or_else(|| Trouble::missing("device_code"))?;
    let code = Ticket::read(TicketKind::Device, code).ok_or_else(|| Trouble::new(70_018, &[]))?;
    Ok(Grant::Device { code })
}

fn on_behalf_of(form: &Params) -> Result<Grant, Trouble> {
    match form.one("requested_token_use")? {
        Some("on_behalf_of") => {}
        Some(_) => return Err(Trouble::new(90_023, &[("field", "requested_token_use")])),
        None => return Err(Trouble::missing("requested_token_use")),
    }
    if form.one("requested_token_type")?.is_some_and(|kind| kind != ACCESS_TOKEN) {
        return Err(Trouble::new(90_023, &[("field", "requested_token_type")]));
    }
    let assertion = form.one("assertion")?.ok_or_else(|| Trouble::missing("assertion"))?;
    Ok(Grant::OnBehalfOf { assertion: Secret::new(assertion.to_owned()) })
}

fn scopes(form: &Params, version: Version, card: &AppCard) -> Result<Option<ScopeAsk>, Trouble> {
    if version == Version::V2 {
        return form.one("scope")?.map(authorize::scopes).transpose();
    }
    let openid = authorize::has_openid(form)?;
    form.one("resource")?.map(|resource| authorize::v1_scopes(Some(resource), card, openid)).transpose()
}

/// Exactly one `<resource>/.default`; the sign-in scopes that some clients append are ignored (protocol.md §3.5).
fn client_credentials(form: &Params, version: Version) -> Result<Grant, Trouble> {
    if version == Version::V1 {
        let resource = form.one("resource")?.ok_or_else(|| Trouble::missing("resource"))?;
        return Ok(Grant::ClientCredentials { resource: Some(resource.to_owned()) });
    }
    let text = form.one("scope")?.ok_or_else(|| Trouble::missing("scope"))?;
    let refused = || Trouble::new(1_002_012, &[("scope", text)]);
    let asked = ScopeAsk::parse(text).map_err(|_| refused())?;
    match asked.resources.as_slice() {
        [only] if only.default && only.values.is_empty() => {
            Ok(Grant::ClientCredentials { resource: only.name.clone() })
        }
        _ => Err(refused()),
    }
}
