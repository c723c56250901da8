//! A person at a browser, for loads that begin with a sign-in: the pages are driven over HTTP with their cookies, and
//! further codes for the same session are had silently, without a page.
//! Never: part of what is timed. Next: `refresh.rs` and `redemption.rs` spend what is gathered here.

use http::{HeaderValue, header};
use tokio::task::JoinSet;

use crate::line::{Answer, Asking, Line};
use crate::organisation::{App, SCOPE, SIGNS_IN};
use crate::service::Door;

const SESSION: &str = "__Host-mandate-session";
const FLOW: &str = "__Host-mandate-flow";
/// Connections that gather codes.
const HANDS: usize = 16;

/// Signs a person in to the app once, and answers so many codes of that session, none of them used.
pub async fn codes(door: &Door, app: &App, count: usize) -> Result<Vec<String>, String> {
    let asked = format!(
        "/{}/oauth2/v2.0/authorize?client_id={}&response_type=code&redirect_uri={}&scope={SCOPE}",
        door.tenant, app.id, app.redirect
    );
    let session = sign_in(door, &asked).await?;
    let silently = with_cookie(door.target.get(&format!("{asked}&prompt=none"), None), &session)?;
    let mut hands = JoinSet::new();
    for share in shares(count, HANDS) {
        hands.spawn(gather(Line::open(&door.target).await?, silently.clone(), share));
    }
    let mut codes = Vec::with_capacity(count);
    while let Some(gathered) = hands.join_next().await {
        codes.extend(gathered.map_err(|err| format!("gathering codes: {err}"))??);
    }
    Ok(codes)
}

/// The form that redeems a code.
pub fn redemption(app: &App, code: &str) -> String {
    format!("grant_type=authorization_code&client_id={}{}&redirect_uri={}&code={code}", app.id, app.proof, app.redirect)
}

fn shares(count: usize, hands: usize) -> impl Iterator<Item = usize> {
    (0..hands).map(move |hand| count / hands + usize::from(hand < count % hands))
}

async fn gather(mut line: Line, asking: Asking, count: usize) -> Result<Vec<String>, String> {
    let mut codes = Vec::with_capacity(count);
    for _ in 0..count {
        let answer = line.ask(asking.clone()).await?;
        codes.push(code_in(&answer).ok_or_else(|| format!("no code: {}", answer.shown()))?);
    }
    Ok(codes)
}

/// The session's cookie, after the page, the name and the password.
async fn sign_in(door: &Door, asked: &str) -> Result<String, String> {
    let mut line = Line::open(&door.target).await?;
    let page = line.ask(door.target.get(asked, None)).await?;
    let flow = cookie(&page, FLOW).ok_or_else(|| format!("no sign-in page: {}", page.shown()))?;
    let html = String::from_utf8_lossy(&page.body);
    let hidden = |name: &str| field(&html, name).ok_or_else(|| format!("the sign-in page has no field `{name}`"));
    let form = format!("flow={}&canary={}&{SIGNS_IN}", hidden("flow")?, hidden("canary")?);
    let login = door.target.post_form(&format!("/{}/login", door.tenant), &form);
    let answer = line.ask(with_cookie(login, &flow)?).await?;
    cookie(&answer, SESSION).ok_or_else(|| format!("nobody was signed in: {}", answer.shown()))
}

/// `name=value`, as it is sent back.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let set = answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = set.filter_map(|cookie| cookie.split(';').next());
    pairs.find(|pair| pair.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))).map(str::to_owned)
}

fn with_cookie(mut asking: Asking, cookie: &str) -> Result<Asking, String> {
    let value = HeaderValue::from_str(cookie).map_err(|err| format!("sending a cookie back: {err}"))?;
    asking.headers_mut().insert(header::COOKIE, value);
    Ok(asking)
}

/// A hidden field's value. The sealed ones are base64url, which needs no decoding in a page and no encoding in a form.
fn field<'p>(html: &'p str, name: &str) -> Option<&'p str> {
    let (_, rest) = html.split_once(&format!("name=\"{name}\" value=\""))?;
    rest.split('"').next()
}

/// What a redirect back to the app carries.
fn code_in(answer: &Answer) -> Option<String> {
    let location = answer.headers.get(header::LOCATION)?.to_str().ok()?;
    let (_, query) = location.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix("code=")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn answer(name: header::HeaderName, value: &'static str) -> Answer {
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
        Answer { status: StatusCode::FOUND, headers, body: Bytes::new() }
    }

    #[test]
    fn a_code_is_found_in_the_redirect_and_an_error_is_none() {
        let location = |value| answer(header::LOCATION, value);
        let code = code_in(&location("http://localhost/?session_state=x&code=1c.abc"));
        assert_eq!(code.as_deref(), Some("1c.abc"));
        assert_eq!(code_in(&location("http://localhost/?error=login_required&error_code=1")), None);
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let set = answer(header::SET_COOKIE, "__Host-mandate-session=1s.x; Path=/; Secure");
        assert_eq!(cookie(&set, SESSION).as_deref(), Some("__Host-mandate-session=1s.x"));
        assert_eq!(cookie(&set, "__Host-mandate"), None);
    }

    #[test]
    fn the_shares_are_the_whole() {
        assert_eq!(shares(35, 16).sum::<usize>(), 35);
        assert_eq!(shares(3, 16).max(), Some(1));
    }

    #[test]
    fn a_hidden_field_is_read_from_the_page() {
        let page = r#"<input type="hidden" name="flow" value="a-b_c"><input type="hidden" name="canary" value="d">"#;
        assert_eq!((field(page, "flow"), field(page, "canary"), field(page, "x")), (Some("a-b_c"), Some("d"), None));
    }
}
