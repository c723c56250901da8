//! Text as it is compared: names, addresses and URIs of the directory match without regard to case.

use alloc::string::String;
use core::fmt;

/// Lower-cased, trimmed text. Columns that are looked up or unique hold this form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Folded(String);

impl Folded {
    pub fn of(text: &str) -> Folded {
        let text = text.trim();
        if text.is_ascii() { Folded(text.to_ascii_lowercase()) } else { Folded(text.to_lowercase()) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
