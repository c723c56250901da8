//! The token request, typed. Parameters that clients add for their own purposes are ignored (protocol.md §3.1).

use crate::authorize;
use crate::errors::Trouble;
use mandate_base::Secret;
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::token::claims_ask::ClaimsAsk;
use mandate_usecases::tickets::{Ticket, TicketKind};
use mandate_web::Params;

pub struct TokenRequest {
    pub grant: Grant,
    pub claims: ClaimsAsk,
    pub scopes: Option<ScopeAsk>,
}

pub enum Grant {
    Code {
        code: Ticket,
        redirect: Option<String>,
        verifier: Option<String>,
    },
    Refresh {
        token: Ticket,
    },
    /// `scope` as it was sent.
    Password {
        username: String,
        password: Secret<String>,
        scope: String,
    },
    /// `None`: Graph's short form.
    ClientCredentials {
        resource: Option<String>,
    },
}

impl TokenRequest {
    pub fn read(form: &Params) -> Result<TokenRequest, Trouble> {
        let grant = form.one("grant_type")?.ok_or_else(|| Trouble::missing("grant_type"))?;
        let claims = authorize::claims(form)?;
        match grant {
            "authorization_code" => Ok(TokenRequest { grant: code(form)?, claims, scopes: scopes(form)? }),
            "refresh_token" => {
                let token = form.one("refresh_token")?.ok_or_else(|| Trouble::missing("refresh_token"))?;
                let token = Ticket::read(TicketKind::Refresh, token).ok_or_else(|| Trouble::new(70_000, &[]))?;
                Ok(TokenRequest { grant: Grant::Refresh { token }, claims, scopes: scopes(form)? })
            }
            "password" => Ok(TokenRequest { grant: password(form)?, claims, scopes: scopes(form)? }),
            "client_credentials" => Ok(TokenRequest { grant: client_credentials(form)?, claims, scopes: None }),
            other => Err(Trouble::new(70_003, &[("grant", other)])),
        }
    }
}

fn code(form: &Params) -> Result<Grant, Trouble> {
    let code = form.one("code")?.ok_or_else(|| Trouble::missing("code"))?;
    let code = Ticket::read(TicketKind::Code, code).ok_or_else(|| Trouble::new(70_000, &[]))?;
    let redirect = form.one("redirect_uri")?.map(str::to_owned);
    Ok(Grant::Code { code, redirect, verifier: form.one("code_verifier")?.map(str::to_owned) })
}

fn password(form: &Params) -> Result<Grant, Trouble> {
    let needed = |name: &'static str| form.one(name)?.ok_or_else(|| Trouble::missing(name));
    let (username, password, scope) = (needed("username")?, needed("password")?, needed("scope")?);
    Ok(Grant::Password {
        username: username.to_owned(),
        password: Secret::new(password.to_owned()),
        scope: scope.to_owned(),
    })
}

fn scopes(form: &Params) -> Result<Option<ScopeAsk>, Trouble> {
    form.one("scope")?.map(authorize::scopes).transpose()
}

/// Exactly one `<resource>/.default`; the sign-in scopes that some clients append are ignored (protocol.md §3.5).
fn client_credentials(form: &Params) -> Result<Grant, Trouble> {
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
