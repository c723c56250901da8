//! Token answers, field for field (protocol.md §3.2).

use http::{HeaderName, StatusCode};
use mandate_domain::token::claims::client_info;
use mandate_usecases::tickets::TicketKind;
use mandate_usecases::tokens::{AppToken, Redeemed, UserTokens};
use mandate_web::answer::{self, Answer};
use mandate_web::base64;
use serde::Serialize;

#[derive(Serialize)]
struct AppBody<'a> {
    token_type: &'static str,
    expires_in: i64,
    ext_expires_in: i64,
    access_token: &'a str,
}

#[derive(Serialize)]
struct UserBody<'a> {
    token_type: &'static str,
    scope: &'a str,
    expires_in: i64,
    ext_expires_in: i64,
    access_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_expires_in: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    client_info: String,
}

/// No scope, no refresh token, no ID token: nobody is signed in.
pub fn app_token(token: &AppToken) -> Answer {
    finish(answer::json(
        StatusCode::OK,
        &AppBody {
            token_type: "Bearer",
            expires_in: token.expires_in,
            ext_expires_in: token.expires_in,
            access_token: &token.access_token,
        },
    ))
}

pub fn user_tokens(redeemed: &Redeemed, tokens: &UserTokens) -> Answer {
    let delegation = &redeemed.delegation;
    // The account's home: clients key their caches by it, also when it is a guest here.
    let info = client_info(delegation.user.id.into(), delegation.tenant.id);
    finish(answer::json(
        StatusCode::OK,
        &UserBody {
            token_type: "Bearer",
            scope: &delegation.echo,
            expires_in: tokens.expires_in,
            ext_expires_in: tokens.expires_in,
            access_token: &tokens.access_token,
            refresh_token: redeemed.refresh.as_ref().map(|ticket| ticket.text(TicketKind::Refresh)),
            refresh_token_expires_in: redeemed.refresh_ends_in,
            id_token: tokens.id_token.as_deref(),
            client_info: base64::url(info.as_bytes()),
        },
    ))
}

fn finish(mut answer: Answer) -> Answer {
    answer::no_store(&mut answer);
    answer::put_text(&mut answer, HeaderName::from_static("x-ms-clitelem"), "1,0,0,,");
    answer
}
