//! The error page: what happened in plain words, what to do, and the details that support needs.
//! Never: a secret, a stack, or a link out of the request. Next: words/mod.rs tells which codes have words of their own.

use askama::Template;

use super::{Chrome, render};
use crate::words::{Words, error_text};

#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub chrome: Chrome,
    pub code: u32,
    /// One technical sentence, shown as it is.
    pub detail: Option<String>,
    pub correlation: String,
    pub trace: String,
    pub timestamp: String,
    pub app: Option<String>,
}

impl ErrorPage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn w(&self) -> &'static Words {
        self.chrome.lang.words()
    }

    fn said(&self) -> (&'static str, &'static str) {
        let generic = &self.w().error_generic;
        error_text(self.chrome.lang, self.code).unwrap_or((generic.title, generic.text))
    }

    fn title(&self) -> &'static str {
        self.said().0
    }

    fn text(&self) -> &'static str {
        self.said().1
    }

    fn code_text(&self) -> String {
        format!("AADSTS{}", self.code)
    }
}
