//! Cookies: `__Host-` ones of our own, found among those that every other app on the host has left.

use http::HeaderValue;

/// Who is signed in at this browser. Several accounts are several tickets, with `~` between.
pub const SESSION: &str = "__Host-mandate-session";
/// The same, of those who asked to stay signed in: it outlives the browser.
pub const STAY: &str = "__Host-mandate-stay";
/// Ties the forms of a sign-in to the browser that was shown them.
pub const FLOW: &str = "__Host-mandate-flow";

pub fn find<'a>(headers: impl Iterator<Item = &'a str>, name: &str) -> Option<&'a str> {
    let mut pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// `SameSite=None`: a silent renewal runs in a frame on the app's page, and must find the session. `name` is
/// [`SESSION`] or [`STAY`].
pub fn session(name: &str, value: &str, max_age_secs: Option<i64>) -> HeaderValue {
    let age = max_age_secs.map(|secs| format!("; Max-Age={secs}")).unwrap_or_default();
    header(&format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=None{age}"))
}

pub fn flow(value: &str) -> HeaderValue {
    header(&format!("{FLOW}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"))
}

/// Values are base64url and dots of our own making.
fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_is_found_among_others() {
        let sent = ["other=1; __Host-mandate-session=abc", "x=y"];
        assert_eq!(find(sent.into_iter(), SESSION), Some("abc"));
        assert_eq!(find(["__Host-mandate-sessionx=abc"].into_iter(), SESSION), None);
    }
}
