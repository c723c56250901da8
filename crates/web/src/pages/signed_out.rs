//! Signed out. Never: a link back into an app that the request names. Next: signing_out.rs when there was a choice to make.

use askama::Template;

use super::{Chrome, render};
use crate::words::Words;

#[derive(Template)]
#[template(path = "signed_out.html")]
pub struct SignedOutPage {
    pub chrome: Chrome,
    /// Addresses of apps that hear of it, each in a frame that nobody sees.
    pub told: Vec<String>,
    /// Where the person goes afterwards.
    pub next: Option<String>,
    pub nonce: String,
}

impl SignedOutPage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn w(&self) -> &'static Words {
        self.chrome.lang.words()
    }

    fn title(&self) -> &'static str {
        self.w().signed_out_title
    }
}
