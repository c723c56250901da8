//! The account picker. Never: shows an account that this browser has not used. Next: sign_in.rs for another one.

use askama::Template;

use super::{AccountTile, Chrome, render};
use crate::words::{Words, fill};

#[derive(Template)]
#[template(path = "accounts.html")]
pub struct AccountsPage {
    pub chrome: Chrome,
    pub app: String,
    pub accounts: Vec<AccountTile>,
    pub can_cancel: bool,
}

impl AccountsPage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn w(&self) -> &'static Words {
        self.chrome.lang.words()
    }

    fn title(&self) -> &'static str {
        self.w().accounts_title
    }

    fn purpose(&self) -> String {
        fill(self.w().to_app, &[("app", self.app.as_str())])
    }
}
