//! Base64, both alphabets, for headers and for what clients expect encoded.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

pub fn standard(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub fn url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn from_url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// The user and password of a Basic header, as they may be meant: percent-encoded, as RFC 6749 §2.3.1 says, or raw, as
/// some clients send them. The encoded reading comes first.
pub fn basic(header: &str) -> Option<Vec<(String, String)>> {
    let (scheme, rest) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    let raw = (user.to_owned(), password.to_owned());
    let decoded = crate::percent::decode_form(user).zip(crate::percent::decode_form(password));
    let mut readings: Vec<_> = decoded.into_iter().collect();
    if !readings.contains(&raw) {
        readings.push(raw);
    }
    Some(readings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basic_header_is_read_both_ways() {
        let header = format!("Basic {}", standard(b"id:a%2Bb+c"));
        let readings = basic(&header).expect("well-formed");
        assert_eq!(readings, [("id".into(), "a+b c".into()), ("id".into(), "a%2Bb+c".into())]);
        for bad in ["Bearer x", "Basic !!!", "Basic aWQ=", "Basic"] {
            assert!(basic(bad).is_none(), "{bad}");
        }
    }
}
