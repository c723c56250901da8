//! The pages people meet while signing in: typed values in, HTML out.
//! Never: a decision about who may do what, a request, or a script (but for the one line in form_post.html).
//! Next: one file per page; templates/ holds the HTML, words/ the texts, assets/mandate.css the looks.

use crate::words::{Lang, Words, fill};

mod accounts;
mod consent;
mod dev;
mod device;
mod error;
mod form_post;
mod my;
mod needs_admin;
mod sign_in;
mod signed_out;
mod signing_out;

pub use accounts::AccountsPage;
pub use consent::{ConsentPage, PermissionsBehind};
pub use dev::{DevExchange, DevFault, DevKey, DevPage};
pub use device::{DeviceCodeError, DeviceCodePage, DeviceConfirmPage, DeviceDonePage};
pub use error::ErrorPage;
pub use form_post::FormPostPage;
pub use my::{
    MyApp, MyAsker, MyGrant, MyPage, MyRequest, MyRequestState, MyReview, MySaid, MySession, NewPasswordPage,
};
pub use needs_admin::{Helper, NeedsAdminPage, RequestError, RequestForm};
pub use sign_in::{SignInError, SignInPage};
pub use signed_out::SignedOutPage;
pub use signing_out::SigningOutPage;

/// The organisation whose house the page is. Its colour comes through `Chrome::brand_css_href`.
pub struct Brand {
    pub name: String,
    /// URL path of the logo; its alternative text is `name`.
    pub logo: Option<String>,
    pub text: Option<String>,
}

/// What surrounds every page.
pub struct Chrome {
    pub lang: Lang,
    pub css_href: String,
    /// A stylesheet that sets `--brand` and `--on-brand` on `:root`.
    pub brand_css_href: Option<String>,
    pub brand: Brand,
    /// Path segment of form actions, already safe to stand in a path.
    pub tenant: String,
    pub flow: String,
    pub canary: String,
    /// Off where no flow exists to come back to.
    pub switch_language: bool,
}

impl Chrome {
    /// Our languages, each with whether this page is in it.
    pub fn languages(&self) -> Vec<(Lang, bool)> {
        Lang::ALL.into_iter().map(|lang| (lang, lang == self.lang)).collect()
    }
}

/// An account as a person recognises it.
pub struct AccountTile {
    /// Opaque, what the form sends back.
    pub value: String,
    pub name: String,
    pub upn: String,
    pub initials: String,
    pub signed_in: bool,
}

/// The app that asks, with everything that helps to judge it.
pub struct AppShown {
    pub name: String,
    pub publisher: Option<String>,
    pub verified: bool,
    pub publisher_domain: Option<String>,
    /// URL path of the logo.
    pub logo: Option<String>,
    /// Name of the organisation the app comes from; `None` when that is the person's own.
    pub home_tenant: Option<String>,
    pub privacy_url: Option<String>,
    pub terms_url: Option<String>,
    /// Host one is sent to afterwards.
    pub reply_host: String,
}

impl AppShown {
    /// Whether the app is of the person's own organisation.
    pub fn own(&self) -> bool {
        self.home_tenant.is_none()
    }

    /// A foreign app whose publisher nobody has checked.
    pub fn unknown_maker(&self) -> bool {
        !self.verified && !self.own()
    }

    pub fn publisher_name<'a>(&'a self, words: &'a Words) -> &'a str {
        self.publisher.as_deref().unwrap_or(words.publisher_unknown)
    }

    /// What the app says of its publisher, in words that do not lend it credit.
    pub fn publisher_claim(&self, words: &Words) -> String {
        match &self.publisher {
            Some(publisher) => fill(words.publisher_claimed, &[("publisher", publisher.as_str())]),
            None => words.publisher_unknown.to_owned(),
        }
    }

    /// Stands in for a missing logo.
    pub fn initial(&self) -> String {
        self.name.trim().chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default()
    }

    /// A foreign publisher owes a privacy statement, so its absence is shown; one's own organisation does not.
    pub fn shows_terms(&self) -> bool {
        !self.own() || self.privacy_link().is_some() || self.terms_link().is_some()
    }

    pub fn privacy_link(&self) -> Option<&str> {
        web_link(self.privacy_url.as_deref())
    }

    pub fn terms_link(&self) -> Option<&str> {
        web_link(self.terms_url.as_deref())
    }
}

/// Only web addresses become links: the publisher writes these, and `javascript:` would run in our origin.
fn web_link(url: Option<&str>) -> Option<&str> {
    let url = url?.trim();
    let scheme = url.split_once("://")?.0;
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")).then_some(url)
}

pub struct PermissionGroup {
    pub purpose: Purpose,
    pub lines: Vec<PermissionLine>,
}

pub struct PermissionLine {
    /// As in the scope, such as `User.Read`.
    pub value: String,
    /// Name of the API the permission belongs to.
    pub resource: String,
    pub title: String,
    pub gives: String,
    pub not: Option<String>,
    /// Marks a permission that only administrators may allow.
    pub admin: bool,
    /// An application permission: nobody needs to be signed in.
    pub alone: bool,
    pub why_blocked: Option<Blocked>,
}

impl PermissionLine {
    /// The tag stands only where no reason below it says the same.
    pub fn tagged(&self) -> bool {
        self.admin && !self.alone && self.why_blocked.is_none()
    }
}

/// What a group of permissions is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    SignIn,
    Profile,
    Offline,
    People,
    Groups,
    Directory,
    Apps,
    Mail,
    Calendar,
    Contacts,
    Files,
    Chat,
    Tasks,
    Security,
    /// Permissions of another API than Graph, under the name of that API.
    ThisApi(String),
    Other,
}

impl Purpose {
    pub fn heading(&self, words: &Words) -> String {
        let text = match self {
            Purpose::SignIn => words.purpose_sign_in,
            Purpose::Profile => words.purpose_profile,
            Purpose::Offline => words.purpose_offline,
            Purpose::People => words.purpose_people,
            Purpose::Groups => words.purpose_groups,
            Purpose::Directory => words.purpose_directory,
            Purpose::Apps => words.purpose_apps,
            Purpose::Mail => words.purpose_mail,
            Purpose::Calendar => words.purpose_calendar,
            Purpose::Contacts => words.purpose_contacts,
            Purpose::Files => words.purpose_files,
            Purpose::Chat => words.purpose_chat,
            Purpose::Tasks => words.purpose_tasks,
            Purpose::Security => words.purpose_security,
            Purpose::ThisApi(api) => return fill(words.purpose_api, &[("api", api.as_str())]),
            Purpose::Other => words.purpose_other,
        };
        text.to_owned()
    }

    /// The symbol `i-…` of templates/parts.
    pub fn icon(&self) -> &'static str {
        match self {
            Purpose::SignIn => "signin",
            Purpose::Profile => "profile",
            Purpose::Offline => "offline",
            Purpose::People => "people",
            Purpose::Groups => "groups",
            Purpose::Directory => "directory",
            Purpose::Apps => "apps",
            Purpose::Mail => "mail",
            Purpose::Calendar => "calendar",
            Purpose::Contacts => "contacts",
            Purpose::Files => "files",
            Purpose::Chat => "chat",
            Purpose::Tasks => "tasks",
            Purpose::Security => "security",
            Purpose::ThisApi(_) => "api",
            Purpose::Other => "other",
        }
    }
}

/// Why the person cannot allow a permission alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    AdminOnly,
    TurnedOff,
    NotClassifiedLow,
    OutsidePolicy,
    AssignmentRequired,
    ApplicationPermission,
    /// It would be the person's to allow, but not for everybody.
    ForEverybody,
}

impl Blocked {
    pub fn text(&self, words: &Words) -> &'static str {
        match self {
            Blocked::AdminOnly => words.why_admin_only,
            Blocked::TurnedOff => words.why_turned_off,
            Blocked::NotClassifiedLow => words.why_not_low,
            Blocked::OutsidePolicy => words.why_outside_policy,
            Blocked::AssignmentRequired => words.why_assignment,
            Blocked::ApplicationPermission => words.why_application,
            Blocked::ForEverybody => words.why_for_all,
        }
    }
}

/// Renders a page. Writing to a `String` does not fail; should it ever, a person still gets a page that says so.
fn render(page: &impl askama::Template) -> String {
    page.render().unwrap_or_else(|_| PLAIN.to_owned())
}

const PLAIN: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Mandate</title></head>\
<body><main data-page=\"error\"><h1>This page could not be shown</h1>\
<p>Go back to the app and try again.</p></main></body></html>\n";

#[cfg(test)]
mod tests;
