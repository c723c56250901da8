//! Paths that belong to no tenant, and the two that only decorate.

use crate::authorize;
use crate::cx::Cx;
use crate::errors::Trouble;
use crate::my;
use crate::show;
use http::{HeaderValue, Method, StatusCode, header};
use mandate_base::AppId;
use mandate_domain::signin::ask::Version;
use mandate_usecases::authority::tenant;
use mandate_usecases::{House, directory};
use mandate_web::answer::{self, Answer};
use mandate_web::{Incoming, assets};

pub async fn answer(house: &House, request: &Incoming, path: &[&str]) -> Option<Answer> {
    let cx = Cx { house, request, segment: "common", version: Version::V2 };
    let get = matches!(request.method, Method::GET | Method::HEAD);
    let post = request.method == Method::POST;
    Some(match path {
        ["my"] if get => Box::pin(my::page(cx)).await,
        ["my", "end"] if post => Box::pin(my::end(cx)).await,
        ["my", "decide"] if post => Box::pin(my::decide(cx)).await,
        ["my", "password"] if post => Box::pin(my::password(cx)).await,
        ["devicelogin"] if get => Box::pin(authorize::device_page(cx)).await,
        ["devicelogin"] if post => Box::pin(authorize::enter_device_code(cx)).await,
        ["error"] if get => Box::pin(explained(cx)).await,
        ["assets", "mandate.css"] if get => assets::css(),
        ["assets", "logos", app] if get => logo(house, app).await,
        ["favicon.ico"] if get => answer::bytes(StatusCode::NO_CONTENT, "image/x-icon", ""),
        ["common", "oauth2", "nativeclient"] if get => {
            answer::text(StatusCode::OK, show::lang(cx, None).words().native_done)
        }
        _ => return None,
    })
}

/// Of an app, for whoever meets it on a page. Its address changes with it, so it may be kept.
async fn logo(house: &House, app: &str) -> Answer {
    let found = match AppId::parse(app) {
        Ok(app) => directory::logo_of(house, app).await.unwrap_or_else(|fault| {
            tracing::error!(%fault, "reading a logo failed");
            None
        }),
        Err(_) => None,
    };
    let Some(logo) = found else { return answer::text(StatusCode::NOT_FOUND, "There is no such logo.") };
    let mut answer = answer::bytes(StatusCode::OK, logo.kind, logo.image);
    answer::put(&mut answer, header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=604800"));
    // Opened by itself it is a picture and nothing more.
    let nothing = HeaderValue::from_static("default-src 'none'; sandbox");
    answer::put(&mut answer, header::CONTENT_SECURITY_POLICY, nothing);
    answer
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
