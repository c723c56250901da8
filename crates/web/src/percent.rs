//! Percent-encoding, strictly: what does not decode to UTF-8 is refused, not repaired.

/// `application/x-www-form-urlencoded`: `+` is a blank.
pub fn decode_form(text: &str) -> Option<String> {
    decode(text, true)
}

/// A path segment: `+` is itself.
pub fn decode_path(text: &str) -> Option<String> {
    decode(text, false)
}

fn decode(text: &str, plus_is_blank: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            b'+' if plus_is_blank => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

/// Everything but unreserved characters (RFC 3986 §2.3) is escaped: safe in a query, a form and a path.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Pairs as a query string or a form body.
pub fn encode_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let encoded = pairs.into_iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    encoded.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_and_nonsense_does_not() {
        for text in ["", "a b+c", "käse & brot=50%", "\u{1f600}/?#"] {
            assert_eq!(decode_form(&encode(text)).as_deref(), Some(text));
        }
        for bad in ["%", "%4", "%zz", "%ff", "%c3%28"] {
            assert_eq!(decode_form(bad), None, "{bad}");
        }
        assert_eq!(decode_form("a+b").as_deref(), Some("a b"));
        assert_eq!(decode_path("a+b").as_deref(), Some("a+b"));
    }
}
