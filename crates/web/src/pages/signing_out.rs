//! Which of several accounts to sign out. Never: signs out on a GET when there is a choice. Next: signed_out.rs.

use askama::Template;

use super::{AccountTile, Chrome, render};
use crate::words::Words;

#[derive(Template)]
#[template(path = "signing_out.html")]
pub struct SigningOutPage {
    pub chrome: Chrome,
    pub accounts: Vec<AccountTile>,
}

impl SigningOutPage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn w(&self) -> &'static Words {
        self.chrome.lang.words()
    }

    fn title(&self) -> &'static str {
        self.w().signing_out_title
    }
}
