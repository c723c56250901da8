//! Sign-in: name and password on one page.
//! Never: says whether it was the name or the password that was wrong. Next: accounts.rs when several accounts are known.

use askama::Template;

use super::{Chrome, render};
use crate::words::{Words, fill};

#[derive(Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    pub chrome: Chrome,
    pub app: String,
    pub login: String,
    /// The name cannot be changed, as when a known account signs in afresh.
    pub login_fixed: bool,
    /// The name is there and the password is wanted next; no error.
    pub ask_password: bool,
    pub error: Option<SignInError>,
    /// Whether the box "keep me signed in" is ticked.
    pub kmsi: bool,
    pub can_cancel: bool,
    /// Offers the way back to the account picker.
    pub several_accounts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInError {
    WrongNameOrPassword,
    Disabled,
    Locked,
    NotInThisOrganisation,
    Missing,
    Busy,
}

impl SignInPage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn w(&self) -> &'static Words {
        self.chrome.lang.words()
    }

    // WCAG 2.2, technique G199: the window title tells of an error before anything else is read out.
    fn title(&self) -> String {
        let title = self.w().sign_in_title;
        match self.error {
            Some(_) => fill(self.w().title_with_error, &[("title", title)]),
            None => title.to_owned(),
        }
    }

    fn purpose(&self) -> String {
        fill(self.w().to_app, &[("app", self.app.as_str())])
    }

    fn has_error(&self) -> bool {
        self.error.is_some()
    }

    fn error_text(&self) -> Option<&'static str> {
        let w = self.w();
        Some(match self.error? {
            SignInError::WrongNameOrPassword => w.sign_in_wrong,
            SignInError::Disabled => w.sign_in_disabled,
            SignInError::Locked => w.sign_in_locked,
            SignInError::NotInThisOrganisation => w.sign_in_other_organisation,
            SignInError::Missing => w.sign_in_missing,
            SignInError::Busy => w.sign_in_busy,
        })
    }

    /// Whether the entries are what is wrong, rather than the account or the moment.
    fn entries_invalid(&self) -> bool {
        matches!(self.error, Some(SignInError::WrongNameOrPassword | SignInError::Missing))
    }

    fn focus_password(&self) -> bool {
        self.ask_password || !self.login.is_empty()
    }
}
