//! Paths that belong to no tenant, and the two that only decorate.

use crate::authorize;
use crate::cx::Cx;
use crate::errors::Trouble;
use crate::show;
use http::{Method, StatusCode};
use mandate_domain::signin::ask::Version;
use mandate_usecases::House;
use mandate_usecases::authority::tenant;
use mandate_web::answer::{self, Answer};
use mandate_web::{Incoming, assets};

pub async fn answer(house: &House, request: &Incoming, path: &[&str]) -> Option<Answer> {
    let cx = Cx { house, request, segment: "common", version: Version::V2 };
    if *path == ["devicelogin"] && request.method == Method::POST {
        return Some(authorize::enter_device_code(cx).await);
    }
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return None;
    }
    Some(match path {
        ["devicelogin"] => authorize::device_page(cx).await,
        ["assets", "mandate.css"] => assets::css(),
        ["favicon.ico"] => answer::bytes(StatusCode::NO_CONTENT, "image/x-icon", ""),
        ["error"] => explained(cx).await,
        ["common", "oauth2", "nativeclient"] => answer::text(StatusCode::OK, show::lang(cx, None).words().native_done),
        _ => return None,
    })
}

/// Where `error_uri` leads: the page of one number.
async fn explained(cx: Cx<'_>) -> Answer {
    let params = cx.request.query_params().unwrap_or_default();
    let code = params.any("code").and_then(|code| code.parse().ok()).unwrap_or(0);
    show::error_page(cx, &Trouble::new(code, &[]).numbered(code), None, StatusCode::OK).await
}

/// The tenant's colour as a stylesheet; without one there is nothing to say.
pub async fn branding(cx: Cx<'_>) -> Answer {
    let nothing = || answer::bytes(StatusCode::OK, "text/css; charset=utf-8", "");
    let Ok(authority) = cx.authority().await else { return nothing() };
    let Some(id) = authority.tenant() else { return nothing() };
    let Ok(Some(tenant)) = tenant(cx.house, id).await else { return nothing() };
    let color = tenant.profile.branding.background_color.as_deref();
    color.and_then(assets::brand_css).unwrap_or_else(nothing)
}
