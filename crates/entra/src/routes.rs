//! What answers where. Paths match without regard to case; the first segment is the tenant.

use crate::cx::Cx;
use crate::errors::Trouble;
use crate::{authorize, device, discovery, logout, plain, token};
use http::Method;
use mandate_domain::signin::ask::Version;
use mandate_usecases::House;
use mandate_web::answer::{self, Answer};
use mandate_web::{Incoming, percent};

/// `None`: not one of our paths.
pub async fn answer(house: &House, request: &Incoming) -> Option<Answer> {
    let folded = request.folded_segments();
    let path: Vec<&str> = folded.iter().map(String::as_str).collect();
    if let Some(answer) = plain::answer(house, request, &path).await {
        return Some(finish(request, answer));
    }
    let segment = percent::decode_path(request.segments().first()?)?;
    let rest = path.get(1..)?;
    let cx = Cx { house, request, segment: &segment, version: version(rest) };
    let answer = route(cx, rest).await?;
    Some(finish(request, answer))
}

async fn route(cx: Cx<'_>, rest: &[&str]) -> Option<Answer> {
    match rest {
        ["oauth2", "v2.0", deed] | ["oauth2", deed] if !matches!(*deed, "deviceauth") => protocol(cx, deed).await,
        // Asked for more than anything else.
        [.., "openid-configuration"] | ["discovery", ..] | ["userrealm", _] => discovery::answer(cx, rest).await,
        // On the heap: what a page awaits is large, and a token request should not carry room for it.
        _ => Box::pin(pages(cx, rest)).await,
    }
}

async fn pages(cx: Cx<'_>, rest: &[&str]) -> Option<Answer> {
    let get = matches!(cx.request.method, Method::GET | Method::HEAD);
    let post = cx.request.method == Method::POST;
    let answer = match rest {
        ["login"] if post => authorize::login(cx).await,
        ["reselect"] if post => authorize::reselect(cx).await,
        ["consent", "set"] if post => authorize::consent(cx).await,
        ["consent", "request"] if post => authorize::request_consent(cx).await,
        ["newpassword"] if post => authorize::new_password(cx).await,
        ["device", "set"] if post => authorize::confirm_device(cx).await,
        ["adminconsent"] | ["v2.0", "adminconsent"] if cx.request.method == Method::GET => {
            authorize::begin_admin_consent(cx).await
        }
        ["adminconsent"] | ["v2.0", "adminconsent"] => wrong_method(cx),
        ["oauth2", "deviceauth"] if get => authorize::device_page(cx).await,
        ["language"] if post => authorize::language(cx).await,
        ["login" | "reselect" | "language" | "newpassword"]
        | ["consent" | "device", "set"]
        | ["consent", "request"] => wrong_method(cx),
        ["branding.css"] if get => plain::branding(cx).await,
        _ => return None,
    };
    Some(answer)
}

/// The endpoints that exist in both generations.
async fn protocol(cx: Cx<'_>, deed: &str) -> Option<Answer> {
    // Here a GET does something: whoever only looks whether a link works must not sign anybody out (RFC 9110 §9.2.1).
    let acts = cx.request.method == Method::POST || cx.request.method == Method::GET;
    Some(match deed {
        "authorize" | "logout" if !acts => wrong_method(cx),
        "authorize" => Box::pin(authorize::begin(cx)).await,
        "token" => token::answer(cx).await,
        "logout" => Box::pin(logout::answer(cx)).await,
        "devicecode" => device::answer(cx).await,
        _ => return None,
    })
}

fn version(rest: &[&str]) -> Version {
    match rest {
        ["oauth2", "authorize" | "token" | "logout" | "devicecode"] | ["adminconsent"] => Version::V1,
        _ => Version::V2,
    }
}

fn wrong_method(cx: Cx<'_>) -> Answer {
    let method = cx.request.method.as_str();
    let refused = Trouble::new(900_561, &[("accepts", "GET and POST"), ("method", method)]);
    let mut answer = refused.json(cx.request, &cx.origins().login);
    answer::put_text(&mut answer, http::header::ALLOW, "GET, POST");
    answer
}

/// Named in the metadata, since clients want the whole document; not served yet.
fn refused(cx: Cx<'_>, code: u32) -> Answer {
    Trouble::new(code, &[]).json(cx.request, &cx.origins().login)
}

/// A body that was not read, since it is larger than the sign-in wire takes.
pub fn too_large(house: &House, request: &Incoming) -> Answer {
    finish(request, refused(Cx { house, request, segment: "common", version: Version::V2 }, 9_000_003))
}

fn finish(request: &Incoming, mut answer: Answer) -> Answer {
    let put = answer::put_text;
    put(&mut answer, http::HeaderName::from_static("x-ms-request-id"), &request.trace.to_string());
    put(&mut answer, http::HeaderName::from_static("x-ms-ests-server"), "mandate");
    if request.header("return-client-request-id").is_some_and(|wanted| wanted.eq_ignore_ascii_case("true")) {
        let echo = request.correlation.to_string();
        put(&mut answer, http::HeaderName::from_static("client-request-id"), &echo);
    }
    answer
}
