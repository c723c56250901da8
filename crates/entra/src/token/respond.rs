//! Token answers, field for field (protocol.md §3.2). On v1.0 every number is a text.

use crate::cx::Cx;
use http::{HeaderName, StatusCode};
use mandate_domain::signin::ask::Version;
use mandate_domain::token::claims::client_info;
use mandate_usecases::tickets::TicketKind;
use mandate_usecases::tokens::{AppToken, Redeemed, UserTokens};
use mandate_web::answer::{self, Answer};
use mandate_web::base64;
use serde::{Serialize, Serializer};

#[derive(Default, Serialize)]
struct Body<'a> {
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    expires_in: Number,
    ext_expires_in: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_on: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    access_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_expires_in: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spa_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_info: Option<String>,
}

#[derive(Clone, Copy, Default)]
enum Number {
    #[default]
    Zero,
    Plain(i64),
    Text(i64),
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Number::Zero => serializer.serialize_i64(0),
            Number::Plain(number) => serializer.serialize_i64(*number),
            Number::Text(number) => serializer.collect_str(number),
        }
    }
}

/// What every token answer has; `resource` as the client named it.
fn body<'a>(cx: Cx<'_>, access_token: &'a str, expires_in: i64, resource: &'a str) -> Body<'a> {
    let now = cx.request.now.secs();
    let v1 = cx.version == Version::V1;
    let number = if v1 { Number::Text } else { Number::Plain };
    Body {
        token_type: "Bearer",
        expires_in: number(expires_in),
        ext_expires_in: number(expires_in),
        expires_on: v1.then(|| number(now + expires_in)),
        not_before: v1.then(|| number(now)),
        resource: v1.then_some(resource),
        access_token,
        ..Body::default()
    }
}

/// No scope, no refresh token, no ID token: nobody is signed in.
pub fn app_token(cx: Cx<'_>, token: &AppToken) -> Answer {
    finish(&body(cx, &token.access_token, token.expires_in, &token.resource))
}

pub fn user_tokens(cx: Cx<'_>, redeemed: &Redeemed, tokens: &UserTokens) -> Answer {
    let delegation = &redeemed.delegation;
    // The account's home: clients key their caches by it, also when it is a guest here.
    let info = client_info(delegation.user.id.into(), delegation.tenant.id);
    let number = if cx.version == Version::V1 { Number::Text } else { Number::Plain };
    finish(&Body {
        scope: Some(&delegation.echo),
        refresh_token: redeemed.refresh.as_ref().map(|ticket| ticket.text(TicketKind::Refresh)),
        spa_code: redeemed.page_code.as_ref().map(|ticket| ticket.text(TicketKind::Code)),
        refresh_token_expires_in: redeemed.refresh_ends_in.map(number),
        id_token: tokens.id_token.as_deref(),
        client_info: Some(base64::url(info.as_bytes())),
        ..body(cx, &tokens.access_token, tokens.expires_in, delegation.named.as_deref().unwrap_or(&delegation.audience))
    })
}

fn finish(body: &Body<'_>) -> Answer {
    let mut answer = answer::json(StatusCode::OK, body);
    answer::no_store(&mut answer);
    answer::put_text(&mut answer, HeaderName::from_static("x-ms-clitelem"), "1,0,0,,");
    answer
}
