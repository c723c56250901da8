//! The three pages of a device that signs in: its code, whether it is theirs, and what became of it.
//! Never: a code that the person did not type or bring. Next: sign_in.rs and consent.rs, which stand between them.

use askama::Template;

use super::{AccountTile, Chrome, render};
use crate::words::{Words, fill};

#[derive(Template)]
#[template(path = "device_code.html")]
pub struct DeviceCodePage {
    pub chrome: Chrome,
    pub typed: String,
    pub error: Option<DeviceCodeError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceCodeError {
    Wrong,
    Locked,
}

impl DeviceCodePage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn w(&self) -> &'static Words {
        self.chrome.lang.words()
    }

    fn title(&self) -> String {
        let title = self.w().device_title;
        match self.error {
            Some(_) => fill(self.w().title_with_error, &[("title", title)]),
            None => title.to_owned(),
        }
    }

    fn error_text(&self) -> Option<&'static str> {
        Some(match self.error? {
            DeviceCodeError::Wrong => self.w().device_wrong,
            DeviceCodeError::Locked => self.w().device_locked,
        })
    }
}

#[derive(Template)]
#[template(path = "device_confirm.html")]
pub struct DeviceConfirmPage {
    pub chrome: Chrome,
    pub app: String,
    pub account: AccountTile,
    /// The address that the device asked from.
    pub from: String,
    /// Hours and minutes, in UTC.
    pub at: String,
}

impl DeviceConfirmPage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn w(&self) -> &'static Words {
        self.chrome.lang.words()
    }

    fn title(&self) -> String {
        fill(self.w().device_confirm_title, &[("app", self.app.as_str())])
    }

    fn not_you(&self) -> String {
        fill(self.w().consent_not_you, &[("name", self.account.name.as_str())])
    }
}

#[derive(Template)]
#[template(path = "device_done.html")]
pub struct DeviceDonePage {
    pub chrome: Chrome,
    /// The app that goes on; `None`: the person said no.
    pub app: Option<String>,
}

impl DeviceDonePage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn w(&self) -> &'static Words {
        self.chrome.lang.words()
    }

    fn title(&self) -> &'static str {
        if self.app.is_some() { self.w().device_done_title } else { self.w().device_declined_title }
    }

    fn text(&self) -> String {
        match &self.app {
            Some(app) => fill(self.w().device_done_text, &[("app", app.as_str())]),
            None => self.w().device_declined_text.to_owned(),
        }
    }
}
