//! Approval needed: which permissions a person cannot allow, why, and who can.
//! Never: a button that grants. Next: consent.rs shows the same app to somebody who may decide.

use askama::Template;

use super::{AccountTile, AppShown, Chrome, PermissionLine, render};
use crate::words::{Words, fill};

#[derive(Template)]
#[template(path = "needs_admin.html")]
pub struct NeedsAdminPage {
    pub chrome: Chrome,
    pub app: AppShown,
    pub account: AccountTile,
    pub blocked: Vec<PermissionLine>,
    pub others: Vec<PermissionLine>,
    pub helpers: Vec<Helper>,
    /// The organisation takes requests.
    pub request: Option<RequestForm>,
    pub correlation: String,
}

/// Where the person stands with a request to the administrators.
pub enum RequestForm {
    /// Nothing was sent yet.
    Open {
        /// What was typed before it was refused.
        reason: String,
        error: Option<RequestError>,
    },
    /// Sent at this date and time.
    Sent(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestError {
    NoReason,
    TooMany,
}

impl RequestError {
    fn text(self, words: &Words) -> &'static str {
        match self {
            RequestError::NoReason => words.request_no_reason,
            RequestError::TooMany => words.request_too_many,
        }
    }
}

/// Somebody who may allow what is asked.
pub struct Helper {
    pub name: String,
    pub mail: Option<String>,
    /// In the language of the page.
    pub role: String,
}

impl NeedsAdminPage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn w(&self) -> &'static Words {
        self.chrome.lang.words()
    }

    fn title(&self) -> &'static str {
        self.w().needs_admin_title
    }

    fn lead(&self) -> String {
        let w = self.w();
        let text = match (self.blocked.len(), self.others.len()) {
            (_, 0) => w.needs_admin_all,
            (1, _) => w.needs_admin_one,
            _ => w.needs_admin_some,
        };
        let (blocked, total) = (self.blocked.len(), self.blocked.len() + self.others.len());
        fill(
            text,
            &[
                ("app", self.app.name.as_str()),
                ("total", total.to_string().as_str()),
                ("blocked", blocked.to_string().as_str()),
            ],
        )
    }

    fn sent(&self, at: &str) -> String {
        fill(self.w().request_sent, &[("since", at)])
    }

    /// A letter to the helper that says what is asked, so that nobody has to retype it.
    fn mail_link(&self, helper: &Helper) -> Option<String> {
        let address = helper.mail.as_deref()?;
        let w = self.w();
        let permissions: Vec<String> =
            self.blocked.iter().map(|line| format!("- {} ({}, {})", line.title, line.value, line.resource)).collect();
        let subject = fill(w.mail_subject, &[("app", self.app.name.as_str())]);
        let body = fill(
            w.mail_body,
            &[
                ("name", helper.name.as_str()),
                ("app", self.app.name.as_str()),
                ("permissions", permissions.join("\n").as_str()),
                ("reference", self.correlation.as_str()),
                ("sender", self.account.name.as_str()),
            ],
        );
        // RFC 6068 §5: a line break in a body is CR LF.
        let body = body.replace('\n', "\r\n");
        Some(format!("mailto:{}?subject={}&body={}", percent(address, "@"), percent(&subject, ""), percent(&body, "")))
    }
}

/// Percent-encodes all but unreserved characters (RFC 3986 §2.3) and those in `keep`.
pub(super) fn percent(text: &str, keep: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3 / 2);
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.as_bytes().contains(&byte);
        if plain {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
