//! A person's own page. Never: another person's session or grant, or a way to end what is not theirs.
//! Next: signing_out.rs ends a session at this browser only.

use askama::Template;

use super::{AccountTile, Chrome, render};
use crate::words::{Words, fill};

#[derive(Template)]
#[template(path = "my.html")]
pub struct MyPage {
    pub chrome: Chrome,
    pub account: AccountTile,
    pub organisation: String,
    pub sessions: Vec<MySession>,
    pub apps: Vec<MyApp>,
    /// What they asked the administrators.
    pub requests: Vec<MyRequest>,
    /// What waits for their word; `None`: they review nothing.
    pub reviews: Option<Vec<MyReview>>,
    /// A sentence about what just happened, and whether it went well.
    pub said: Option<(MySaid, bool)>,
    /// Nobody changes a password that is not there.
    pub has_password: bool,
}

pub struct MySession {
    pub value: String,
    /// Date and time, in UTC.
    pub since: String,
    pub until: String,
    pub persistent: bool,
    pub here: bool,
    pub apps: Vec<String>,
}

pub struct MyApp {
    pub name: String,
    pub grants: Vec<MyGrant>,
}

pub struct MyGrant {
    pub value: String,
    pub resource: String,
    pub since: String,
    pub scopes: Vec<String>,
}

pub struct MyRequest {
    pub app: String,
    /// Date and time, in UTC.
    pub since: String,
    pub reason: String,
    pub state: MyRequestState,
    /// Why not.
    pub answer: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MyRequestState {
    Waiting,
    Expired,
    Approved,
    Denied,
    Blocked,
}

impl MyRequestState {
    pub fn text(self, words: &Words) -> &'static str {
        match self {
            MyRequestState::Waiting => words.request_waiting,
            MyRequestState::Expired => words.request_expired,
            MyRequestState::Approved => words.request_approved,
            MyRequestState::Denied => words.request_denied,
            MyRequestState::Blocked => words.request_blocked,
        }
    }
}

/// What people ask for one app, for a reviewer to decide.
pub struct MyReview {
    /// Opaque, what the form sends back.
    pub value: String,
    pub app: String,
    /// All that the app's registration lists.
    pub whole_list: bool,
    /// By API.
    pub permissions: Vec<(String, Vec<String>)>,
    pub askers: Vec<MyAsker>,
}

pub struct MyAsker {
    pub name: String,
    pub since: String,
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MySaid {
    ReviewDone,
    ReviewApproved,
    ReviewGone,
    ReviewNoReason,
    ReviewMayNotBlock,
    Ended,
    PasswordChanged,
    WrongOld,
    Locked,
    Busy,
    TooShort,
    TooLong,
    TooEasy,
    NotTheSame,
}

impl MySaid {
    pub fn text(self, words: &Words) -> &'static str {
        match self {
            MySaid::ReviewDone => words.review_done,
            MySaid::ReviewApproved => words.review_approved,
            MySaid::ReviewGone => words.review_gone,
            MySaid::ReviewNoReason => words.review_no_reason,
            MySaid::ReviewMayNotBlock => words.review_may_not_block,
            MySaid::Ended => words.my_ended,
            MySaid::PasswordChanged => words.my_password_changed,
            MySaid::WrongOld => words.password_wrong_old,
            MySaid::Locked => words.sign_in_locked,
            MySaid::Busy => words.sign_in_busy,
            MySaid::TooShort => words.password_too_short,
            MySaid::TooLong => words.password_too_long,
            MySaid::TooEasy => words.password_too_easy,
            MySaid::NotTheSame => words.password_not_the_same,
        }
    }
}

impl MyPage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn w(&self) -> &'static Words {
        self.chrome.lang.words()
    }

    fn title(&self) -> &'static str {
        self.w().my_title
    }

    fn since(&self, session: &MySession) -> String {
        fill(self.w().my_since, &[("since", session.since.as_str()), ("until", session.until.as_str())])
    }
}

/// A password has to be chosen before the sign-in goes on.
#[derive(Template)]
#[template(path = "new_password.html")]
pub struct NewPasswordPage {
    pub chrome: Chrome,
    pub login: String,
    pub error: Option<MySaid>,
}

impl NewPasswordPage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn w(&self) -> &'static Words {
        self.chrome.lang.words()
    }

    fn title(&self) -> String {
        let title = self.w().new_password_title;
        match self.error {
            Some(_) => fill(self.w().title_with_error, &[("title", title)]),
            None => title.to_owned(),
        }
    }
}
