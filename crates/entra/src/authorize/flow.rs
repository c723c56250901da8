//! What travels through the browser between two pages of one sign-in: the request itself, sealed.

use crate::cx::Cx;
use crate::errors::Trouble;
use mandate_base::{HOUR, Moment, SessionId};
use mandate_domain::signin::ask::Version;
use mandate_web::pages::RequestError;
use mandate_web::{Params, cookies};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The authorization request's parameters, or those of a sign-out.
    pub params: String,
    /// The tenant segment it came to.
    pub segment: String,
    /// The browser it was begun in: what its flow cookie holds.
    pub browser: String,
    pub begun: Moment,
    #[serde(default)]
    pub chosen: Option<SessionId>,
    /// The person chose to use another account.
    #[serde(default)]
    pub another: bool,
    /// The password was given for this request.
    #[serde(default)]
    pub fresh: bool,
    #[serde(default)]
    pub consented: bool,
    /// The permissions that the consent page shows.
    #[serde(default)]
    pub shown: String,
    /// What was typed into a request to the administrators, and why it was not taken.
    #[serde(skip)]
    pub typed: Option<(String, RequestError)>,
    /// The language that the person switched to.
    #[serde(default)]
    pub lang: Option<String>,
    #[serde(default)]
    pub errand: Errand,
    /// The person said that the device is theirs.
    #[serde(default)]
    pub confirmed: bool,
    /// Of the endpoint that it came to; the forms of its pages have but one address.
    #[serde(default)]
    pub version: Version,
}

/// What the browser came for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    /// An app wants to know who is here.
    #[default]
    SignIn,
    SignOut,
    /// A code that a device shows; nothing of it yet when it is still to be typed.
    Device(Option<[u8; 32]>),
    /// A person's own page.
    My,
    /// An administrator is asked to allow an app, for everybody.
    AdminConsent,
    /// A reviewer looks at what somebody asked for, and may allow it for everybody.
    Review,
}

/// A page that was open for longer must be begun again.
const LIFE: i64 = HOUR;
const SEAL: &str = "flow";
const CANARY: &str = "canary";

impl Flow {
    pub fn begin(cx: Cx<'_>, params: &Params) -> Flow {
        Flow {
            params: params.text(),
            segment: cx.segment.to_owned(),
            browser: browser(cx).unwrap_or_else(|| new_browser(cx)),
            begun: cx.request.now,
            chosen: None,
            another: false,
            fresh: false,
            consented: false,
            shown: String::new(),
            typed: None,
            lang: None,
            errand: Errand::SignIn,
            confirmed: false,
            version: cx.version,
        }
    }

    pub fn seal(&self, cx: Cx<'_>) -> String {
        let plain = serde_json::to_vec(self).unwrap_or_default();
        cx.house.keys().seal(SEAL, &plain)
    }

    /// A second value that only a page of ours for this very browser holds.
    pub fn canary(&self, cx: Cx<'_>) -> String {
        cx.house.keys().seal(CANARY, self.browser.as_bytes())
    }

    /// The flow of a form, when the form is ours, was shown to this browser, belongs to this tenant and is not old.
    pub fn open(cx: Cx<'_>, form: &Params) -> Result<Flow, Trouble> {
        let old = |why: &str| Trouble::new(50_089, &[]).because(why);
        let own = cx.request.origin().filter(|origin| cx.origins().owns(origin));
        if cx.request.is_cross_site_post(own.unwrap_or(&cx.origins().login)) {
            return Err(old("posted from another site"));
        }
        let sealed = form.one("flow")?.ok_or_else(|| old("no flow"))?;
        let plain = cx.house.keys().unseal(SEAL, sealed).ok_or_else(|| old("the flow is not ours"))?;
        let flow: Flow = serde_json::from_slice(&plain).map_err(|_| old("the flow cannot be read"))?;
        let canary = form.one("canary")?.and_then(|sealed| cx.house.keys().unseal(CANARY, sealed));
        if canary.as_deref() != Some(flow.browser.as_bytes()) {
            return Err(old("the canary is missing or of another browser"));
        }
        if browser(cx).as_deref() != Some(flow.browser.as_str()) {
            return Err(old("the flow was begun in another browser"));
        }
        if !flow.segment.eq_ignore_ascii_case(cx.segment) || cx.request.now - flow.begun > LIFE {
            return Err(old("the flow is of another tenant, or too old"));
        }
        Ok(flow)
    }

    pub fn params(&self) -> Params {
        Params::parse(&self.params).unwrap_or_default()
    }
}

const LENGTH: usize = 22;

fn browser(cx: Cx<'_>) -> Option<String> {
    let value = cx.request.cookie(cookies::FLOW)?;
    let ours = value.len() == LENGTH && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    ours.then(|| value.to_owned())
}

fn new_browser(cx: Cx<'_>) -> String {
    cx.house.draw(|draw| mandate_web::base64::url(&draw.bytes::<16>()))
}
