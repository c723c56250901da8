//! The answer of `response_mode=form_post`: a form that sends itself, or waits for a click where scripts are off.
//! Never: anything that could be cached, or a field the app did not ask for (OAuth 2.0 Form Post Response Mode §2). Next: form_post.html.

use askama::Template;

use super::render;
use crate::words::{Lang, Words};

#[derive(Template)]
#[template(path = "form_post.html")]
pub struct FormPostPage {
    pub lang: Lang,
    /// The registered reply address.
    pub action: String,
    pub fields: Vec<(String, String)>,
    /// Fresh for each response; the same as in `script-src 'nonce-…'`.
    pub nonce: String,
}

impl FormPostPage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn css_href(&self) -> &'static str {
        crate::assets::css_href()
    }

    fn w(&self) -> &'static Words {
        self.lang.words()
    }
}
