//! Redirect URIs: which registered one a request's URI is, and what kind of client that makes it (protocol.md §2.4).

use crate::application::Registration;
use mandate_base::Folded;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Platform {
    /// Confidential: proves itself at the token endpoint.
    Web,
    /// A page in a browser: PKCE and a registered origin instead of a secret.
    Spa,
    /// Installed: cannot keep a secret.
    Public,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectRefusal {
    /// The request names none, and the app has none or several.
    Ambiguous,
    NotRegistered {
        asked: String,
    },
}

const LONGEST: usize = 2048;
/// Clients hard-code this one; it means our own landing page as well.
const NATIVE_CLIENT: &str = "/common/oauth2/nativeclient";

/// Finds the registered URI that `asked` is. The answer goes to `asked`, never to a prefix or a relative of it.
pub fn find(
    registration: &Registration,
    asked: Option<&str>,
    own_origin: &str,
) -> Result<(String, Platform), RedirectRefusal> {
    let Some(asked) = asked else { return only_one(registration) };
    let refused = || RedirectRefusal::NotRegistered { asked: asked.chars().take(256).collect() };
    // A fragment would carry the answer past the client's server (RFC 6749 §3.1.2); controls never belong in a URI.
    if asked.len() > LONGEST || asked.contains('#') || asked.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(refused());
    }
    let exact = registered(registration).find(|(uri, _)| *uri == asked);
    let found =
        exact.or_else(|| registered(registration).find(|(uri, platform)| same(uri, asked, *platform, own_origin)));
    found.map(|(_, platform)| (asked.to_owned(), platform)).ok_or_else(refused)
}

fn registered(registration: &Registration) -> impl Iterator<Item = (&String, Platform)> {
    let web = registration.web.redirect_uris.iter().map(|uri| (uri, Platform::Web));
    let spa = registration.spa.redirect_uris.iter().map(|uri| (uri, Platform::Spa));
    let public = registration.public_client.redirect_uris.iter().map(|uri| (uri, Platform::Public));
    web.chain(spa).chain(public)
}

fn only_one(registration: &Registration) -> Result<(String, Platform), RedirectRefusal> {
    let mut all = registered(registration);
    match (all.next(), all.next()) {
        (Some((uri, platform)), None) => Ok((uri.clone(), platform)),
        _ => Err(RedirectRefusal::Ambiguous),
    }
}

/// Exact, but for: case of scheme and host, an absent path, and the port of a loopback host (RFC 8252 §7.3).
fn same(registered: &str, asked: &str, platform: Platform, own_origin: &str) -> bool {
    if registered == asked {
        return true;
    }
    let (Some(one), Some(other)) = (Parts::of(registered), Parts::of(asked)) else { return false };
    if platform == Platform::Public && is_native_client(&one) {
        let same_host = other.host.eq_ignore_ascii_case(one.host) && other.port == one.port;
        return is_native_client(&other) && (other.is_of(own_origin) || same_host);
    }
    one.scheme.eq_ignore_ascii_case(other.scheme)
        && one.host.eq_ignore_ascii_case(other.host)
        && (one.port == other.port || one.is_loopback())
        && path(one.rest) == path(other.rest)
}

fn path(rest: &str) -> &str {
    if rest.is_empty() { "/" } else { rest }
}

fn is_native_client(parts: &Parts<'_>) -> bool {
    parts.scheme.eq_ignore_ascii_case("https") && parts.rest.eq_ignore_ascii_case(NATIVE_CLIENT)
}

struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: &'a str,
    /// Path and query, byte for byte.
    rest: &'a str,
}

impl<'a> Parts<'a> {
    /// Only http(s) is taken apart; every other scheme is compared as it stands.
    fn of(uri: &'a str) -> Option<Parts<'a>> {
        let (scheme, behind) = uri.split_once("://")?;
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
        let end = behind.find(['/', '?']).unwrap_or(behind.len());
        let (authority, rest) = behind.split_at(end);
        // `user@host` reads like another host to people; a backslash does so to browsers.
        if authority.contains(['@', '\\', '[']) {
            return None;
        }
        let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
        port.bytes().all(|digit| digit.is_ascii_digit()).then_some(Parts { scheme, host, port, rest })
    }

    /// A loopback origin goes without its port, which is free.
    fn origin_address(&self) -> String {
        let port = if self.is_loopback() { "" } else { self.port };
        format!("origin {}://{}:{port}", self.scheme.to_ascii_lowercase(), self.host.to_ascii_lowercase())
    }

    fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost") || self.host == "127.0.0.1"
    }

    fn is_of(&self, origin: &str) -> bool {
        Parts::of(origin).is_some_and(|own| own.host.eq_ignore_ascii_case(self.host) && own.port == self.port)
    }
}

/// The origin of a URI (`scheme://host[:port]`), for CORS and for pages that name where one is sent.
pub fn origin_of(uri: &str) -> Option<String> {
    let parts = Parts::of(uri)?;
    let port = if parts.port.is_empty() { String::new() } else { format!(":{}", parts.port) };
    Some(format!("{}://{}{port}", parts.scheme.to_ascii_lowercase(), parts.host.to_ascii_lowercase()))
}

/// What an app is looked up by when nobody says which app it is: where it may be gone to, and for the pages of single page
/// applications where they come from.
pub fn addresses(registration: &Registration) -> BTreeSet<String> {
    let Registration { web, spa, public_client, .. } = registration;
    let uris = [&web.redirect_uris, &spa.redirect_uris, &public_client.redirect_uris].into_iter().flatten();
    let origins = spa.redirect_uris.iter().filter_map(|uri| Parts::of(uri)).map(|parts| parts.origin_address());
    uris.map(|uri| uri_address(uri)).chain(origins).collect()
}

/// Folded, and with or without the last slash: who finds an app by it still compares the URI itself.
pub fn uri_address(uri: &str) -> String {
    format!("uri {}", Folded::of(uri.trim_end_matches('/')))
}

/// `None`: it is no origin.
pub fn origin_address(origin: &str) -> Option<String> {
    Parts::of(origin).filter(|parts| parts.rest.is_empty()).map(|parts| parts.origin_address())
}

/// Is this `Origin` header that of a registered spa URI? The port of a loopback origin is free, as for redirects.
pub fn is_spa_origin(registration: &Registration, origin: &str) -> bool {
    let Some(asked) = Parts::of(origin).filter(|parts| parts.rest.is_empty()) else { return false };
    registration.spa.redirect_uris.iter().filter_map(|uri| Parts::of(uri)).any(|own| {
        own.scheme.eq_ignore_ascii_case(asked.scheme)
            && own.host.eq_ignore_ascii_case(asked.host)
            && (own.port == asked.port || own.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::{RedirectUris, Web};

    fn app() -> Registration {
        Registration {
            web: Web {
                redirect_uris: vec!["https://app.example/cb".into(), "http://localhost/cb?x=1".into()],
                ..Web::default()
            },
            spa: RedirectUris { redirect_uris: vec!["http://localhost:5173".into()] },
            public_client: RedirectUris {
                redirect_uris: vec![
                    "http://localhost".into(),
                    "myapp://auth".into(),
                    "https://login.microsoftonline.com/common/oauth2/nativeclient".into(),
                ],
            },
            ..Registration::default()
        }
    }

    #[test]
    fn a_registered_uri_is_found_and_a_relative_of_it_is_not() {
        let cases = [
            ("https://app.example/cb", Some(Platform::Web)),
            ("HTTPS://APP.example/cb", Some(Platform::Web)),
            ("http://localhost:9999/cb?x=1", Some(Platform::Web)),
            ("http://localhost:5173", Some(Platform::Spa)),
            // Loopback ports are free, so the spa entry takes the request before the public one.
            ("http://localhost:60123/", Some(Platform::Spa)),
            ("myapp://auth", Some(Platform::Public)),
            ("https://localhost:8443/common/oauth2/nativeclient", Some(Platform::Public)),
            ("https://app.example/CB", None),
            ("https://app.example/cb/", None),
            ("https://app.example/cb?code=1", None),
            ("https://app.example/cb#x", None),
            ("https://app.example:444/cb", None),
            ("https://app.example.evil.example/cb", None),
            ("https://app.example@evil.example/cb", None),
            ("https://evil.example\\@app.example/cb", None),
            ("http://127.0.0.1:5173", None),
            ("http://app.example/cb", None),
            ("https://app.example/cb\r\nX: y", None),
            ("https://evil.example/common/oauth2/nativeclient", None),
            ("javascript:alert(1)", None),
            ("", None),
        ];
        for (asked, expected) in cases {
            let found = find(&app(), Some(asked), "https://localhost:8443").map(|(_, platform)| platform).ok();
            assert_eq!(found, expected, "{asked}");
        }
    }

    #[test]
    fn without_a_uri_the_only_registered_one_is_taken() {
        assert_eq!(find(&app(), None, ""), Err(RedirectRefusal::Ambiguous));
        let one = Registration {
            web: Web { redirect_uris: vec!["https://a.example/".into()], ..Web::default() },
            ..Registration::default()
        };
        assert_eq!(find(&one, None, ""), Ok(("https://a.example/".to_owned(), Platform::Web)));
    }

    #[test]
    fn origins_of_spa_uris_only() {
        assert!(is_spa_origin(&app(), "http://localhost:5173"));
        for foreign in ["https://app.example", "null", "http://localhost.evil.example", "http://localhost:5173/x"] {
            assert!(!is_spa_origin(&app(), foreign), "{foreign}");
        }
    }
}
