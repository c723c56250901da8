//! Base64url as RFC 7515 §2 wants it: no padding, no line breaks, one spelling for each value.
//!
//! Never: tolerance. Some clients pad their assertions; the room that accepts those strips the padding first.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub fn b64url_encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(encoded_len(bytes.len()));
    append(bytes, &mut text);
    text
}

/// None for padding, for characters outside the alphabet, and for a last character with stray bits: two spellings
/// of one token would slip past every cache and revocation list that is keyed by its text.
pub fn b64url_decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

pub(crate) fn append(bytes: &[u8], text: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, text);
}

/// Four characters for three bytes, and nothing to fill the last group up.
pub(crate) const fn encoded_len(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back_and_is_as_long_as_foretold() {
        for len in 0..64_u8 {
            let bytes: Vec<u8> = (0..len).map(|i| i.wrapping_mul(251)).collect();
            let text = b64url_encode(&bytes);
            assert_eq!(text.len(), encoded_len(bytes.len()), "{len} bytes");
            assert_eq!(b64url_decode(&text), Some(bytes), "{len} bytes");
        }
    }

    #[test]
    fn only_the_one_spelling_is_read() {
        assert_eq!(b64url_decode("-_8"), Some(vec![0xfb, 0xff]));
        for other in ["-_8=", "+/8", "-_9", "-_8\n", " -_8", "-_8.", "-", "-_8é"] {
            assert_eq!(b64url_decode(other), None, "{other:?}");
        }
    }
}
