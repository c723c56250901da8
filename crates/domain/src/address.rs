//! Addresses that an app may hold: where it sends people, what its pages link to, and domain names.
//!
//! A broken rule answers with the sentence that names it, for the author of a seed and for a caller of Graph alike.
//! Never: a look at the network.

use crate::signin::redirect::Platform;

const LONGEST_REDIRECT: usize = 256;
const WITHOUT_BROWSER: &str = "urn:ietf:wg:oauth:2.0:oob";
/// Browsers act upon these themselves; no app ever sees what is sent there.
const OF_BROWSERS: [&str; 6] = ["javascript", "data", "vbscript", "file", "about", "blob"];

const BLANK: &str = "may not hold blanks or control characters";
const NO_HOST: &str = "needs a host name behind https:// or http://";
const NOT_A_PAGE: &str = "an address of a page begins with https:// or http://";
const NOT_OF_A_SITE: &str =
    "a redirect URI of web or spa begins with https://, or with http:// on localhost or 127.0.0.1";
const NOT_OF_A_CLIENT: &str = "a redirect URI of publicClient begins with https://, with http:// on localhost or \
     127.0.0.1, or with a scheme of the app's own";

/// A sentence, when a rule is broken.
pub type Checked = Result<(), &'static str>;

/// protocol.md §2.4, for the platform whose list holds the URI.
pub fn redirect(text: &str, platform: Platform) -> Checked {
    if text.chars().nth(LONGEST_REDIRECT).is_some() {
        return Err("a redirect URI holds at most 256 characters");
    }
    check_characters(text)?;
    // A fragment would carry the answer past the client's server (RFC 6749 §3.1.2).
    if text.contains('#') {
        return Err("a redirect URI may not hold a fragment (#)");
    }
    if text.contains('*') {
        return Err("a redirect URI may not hold a wildcard (*)");
    }
    let not_served = if platform == Platform::Public { NOT_OF_A_CLIENT } else { NOT_OF_A_SITE };
    let Some(uri) = Uri::of(text) else { return Err(not_served) };
    // `https://shop.example@thief.example` reads like the shop's address.
    if uri.authority.is_some_and(|authority| authority.contains('@')) {
        return Err("a redirect URI may not hold a user name (@) before its host");
    }
    if uri.is_web() {
        let host = uri.host().ok_or(NO_HOST)?;
        let safe = uri.is("https") || is_loopback(host);
        return if safe { Ok(()) } else { Err(not_served) };
    }
    if platform == Platform::Public { own_scheme(&uri, text) } else { Err(not_served) }
}

/// Schemes that an installed app claims on its device (RFC 8252 §7.1).
fn own_scheme(uri: &Uri<'_>, text: &str) -> Checked {
    if OF_BROWSERS.iter().any(|scheme| uri.is(scheme)) {
        return Err("javascript, data, vbscript, file, about and blob are schemes of browsers, not of an app");
    }
    if uri.is("urn") {
        let known = text.eq_ignore_ascii_case(WITHOUT_BROWSER);
        return if known { Ok(()) } else { Err("of all urn: only urn:ietf:wg:oauth:2.0:oob is a redirect URI") };
    }
    if !is_scheme(uri.scheme) || uri.behind.is_empty() {
        return Err(NOT_OF_A_CLIENT);
    }
    Ok(())
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// What pages link to, so nothing that a browser would run.
pub fn page(text: &str) -> Checked {
    check_characters(text)?;
    let uri = Uri::of(text).filter(Uri::is_web).ok_or(NOT_A_PAGE)?;
    if uri.host().is_some() { Ok(()) } else { Err(NO_HOST) }
}

fn check_characters(text: &str) -> Checked {
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) { Err(BLANK) } else { Ok(()) }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host == "127.0.0.1"
}

/// A URI, as far as rules take it apart.
pub struct Uri<'a> {
    scheme: &'a str,
    behind: &'a str,
    /// Between `//` and what follows: user, host and port.
    authority: Option<&'a str>,
}

impl<'a> Uri<'a> {
    pub fn of(text: &'a str) -> Option<Uri<'a>> {
        let (scheme, behind) = text.split_once(':')?;
        let authority = behind.strip_prefix("//").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or(rest));
        Some(Uri { scheme, behind, authority })
    }

    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    fn is_web(&self) -> bool {
        self.is("https") || self.is("http")
    }

    /// Nothing when browsers and people could read it differently: a user before it, a backslash, an odd port.
    pub fn host(&self) -> Option<&'a str> {
        let authority = self.authority?;
        let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
        let proper = host.split('.').all(is_label) && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit());
        proper.then_some(host)
    }
}

/// Labels of letters, digits and hyphens (RFC 1123 §2.1); letters of any script, since nobody is sent there. Without a
/// dot a domain could pass for an authority of another kind: `common`, `organizations`, `consumers`.
pub fn is_domain(name: &str) -> bool {
    name.len() <= 253 && name.contains('.') && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        && !label.starts_with('-')
        && !label.ends_with('-')
}
