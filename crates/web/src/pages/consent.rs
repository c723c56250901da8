//! Consent: what an app asks for, what that gives and does not give, and who it is.
//! Never: leaves out a permission that would be granted, or ticks a box for the person. Next: needs_admin.rs when asking is not enough.

use askama::Template;

use super::{AccountTile, AppShown, Chrome, PermissionGroup, render};
use crate::words::{Words, fill};

#[derive(Template)]
#[template(path = "consent.html")]
pub struct ConsentPage {
    pub chrome: Chrome,
    pub app: AppShown,
    pub account: AccountTile,
    pub groups: Vec<PermissionGroup>,
    /// APIs behind the app, which are allowed along with it.
    pub behind: Vec<PermissionsBehind>,
    /// Permissions granted earlier, which are not shown.
    pub already: usize,
    pub can_grant_for_org: bool,
    /// It is asked for everybody, not for the person's own account.
    pub for_organisation: bool,
    pub organisation: String,
}

/// An API that the app works through, and what it needs in turn.
pub struct PermissionsBehind {
    pub app: String,
    pub groups: Vec<PermissionGroup>,
}

impl PermissionsBehind {
    fn heading(&self, words: &Words) -> String {
        fill(words.consent_behind, &[("app", self.app.as_str())])
    }
}

impl ConsentPage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn w(&self) -> &'static Words {
        self.chrome.lang.words()
    }

    fn title(&self) -> String {
        let places = [("app", self.app.name.as_str()), ("organisation", self.organisation.as_str())];
        fill(if self.for_organisation { self.w().consent_org_title } else { self.w().consent_title }, &places)
    }

    fn decides_for_all(&self) -> String {
        fill(self.w().consent_org_text, &[("organisation", self.organisation.as_str())])
    }

    fn accept(&self) -> &'static str {
        if self.for_organisation { self.w().consent_accept_org } else { self.w().consent_accept }
    }

    fn already_text(&self) -> Option<String> {
        match self.already {
            0 => None,
            1 => Some(self.w().consent_already_one.to_owned()),
            many => Some(fill(self.w().consent_already_many, &[("count", many.to_string().as_str())])),
        }
    }

    fn reach_label(&self) -> String {
        fill(self.w().consent_for_all, &[("organisation", self.organisation.as_str())])
    }

    fn reach_hint(&self) -> String {
        fill(self.w().consent_for_all_hint, &[("organisation", self.organisation.as_str())])
    }

    fn not_you(&self) -> String {
        fill(self.w().consent_not_you, &[("name", self.account.name.as_str())])
    }

    /// Yes and no weigh the same for a foreign app whose publisher nobody has checked.
    fn emphasise_accept(&self) -> bool {
        !self.app.unknown_maker()
    }
}
