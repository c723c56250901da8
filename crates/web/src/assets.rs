//! The stylesheet, part of the binary; its address holds its hash, so that it may be kept for a year.

use crate::answer::{self, Answer};
use http::{HeaderValue, StatusCode, header};
use mandate_base::fnv1a;
use std::sync::OnceLock;

const CSS: &str = include_str!("../assets/mandate.css");

pub fn css_href() -> &'static str {
    static HREF: OnceLock<String> = OnceLock::new();
    HREF.get_or_init(|| format!("/assets/mandate.css?v={:016x}", fnv1a(CSS.bytes())))
}

pub fn css() -> Answer {
    let mut answer = answer::bytes(StatusCode::OK, "text/css; charset=utf-8", CSS);
    keep(&mut answer, "public, max-age=31536000, immutable");
    answer
}

/// The tenant's colour, with a text colour that can be read on it (WCAG 2.2 §1.4.3).
pub fn brand_css(color: &str) -> Option<Answer> {
    let (red, green, blue) = rgb(color)?;
    let on_brand = if luminance(red, green, blue) > 0.179 { "#14181d" } else { "#ffffff" };
    let css = format!(":root{{--brand:#{red:02x}{green:02x}{blue:02x};--on-brand:{on_brand}}}");
    let mut answer = answer::bytes(StatusCode::OK, "text/css; charset=utf-8", css);
    keep(&mut answer, "public, max-age=300");
    Some(answer)
}

fn keep(answer: &mut Answer, how: &'static str) {
    answer::put(answer, header::CACHE_CONTROL, HeaderValue::from_static(how));
}

fn rgb(color: &str) -> Option<(u8, u8, u8)> {
    let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |range| u8::from_str_radix(&digits[range], 16).ok();
    Some((part(0..2)?, part(2..4)?, part(4..6)?))
}

/// Relative luminance as WCAG defines it.
fn luminance(red: u8, green: u8, blue: u8) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_become_a_stylesheet() {
        assert!(brand_css("#0b5d66").is_some());
        for bad in ["0b5d66", "#0b5d6", "#0b5d6g", "#;}body{", "#ääää"] {
            assert!(brand_css(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn text_on_the_colour_can_be_read() {
        assert!(luminance(255, 255, 255) > 0.99);
        assert!(luminance(0x0b, 0x5d, 0x66) < 0.179);
    }
}
