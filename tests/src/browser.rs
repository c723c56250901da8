//! A browser with a person at it: keeps cookies as a browser does, fills the forms of our pages, and tells where it ends.

use crate::page::Page;
use crate::people::PASSWORD;
use crate::wire::{Ask, Pairs, Reply};
use crate::world::{LOGIN, World};
use http::HeaderMap;
use std::collections::BTreeMap;

pub struct Browser<'w> {
    world: &'w World,
    jar: BTreeMap<String, Cookie>,
    page: Option<Page>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Cookie {
    value: String,
    /// Outlives the window.
    lasts: bool,
}

/// What a request or a form led to.
#[derive(Clone, Debug)]
pub enum Outcome {
    Page(Page),
    Redirect(Answered),
    /// A page that posts itself to the app.
    FormPost(Answered),
    Other(Reply),
}

/// The client was answered.
#[derive(Clone, Debug)]
pub struct Answered {
    pub uri: String,
    pub mode: Mode,
    pub pairs: Pairs,
    pub headers: HeaderMap,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Query,
    Fragment,
    FormPost,
}

impl<'w> Browser<'w> {
    pub fn new(world: &'w World) -> Browser<'w> {
        Browser { world, jar: BTreeMap::new(), page: None }
    }

    /// The page that is shown.
    pub fn page(&self) -> &Page {
        self.page.as_ref().expect("a page was shown before")
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.jar.get(name).map(|cookie| cookie.value.as_str())
    }

    /// Whatever the person, or a thief, puts there.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.jar.insert(name.to_owned(), Cookie { value: value.to_owned(), lasts: false });
    }

    pub fn forget_cookie(&mut self, name: &str) {
        self.jar.remove(name);
    }

    /// The last window closes, and opens again.
    pub fn restart(&mut self) {
        self.jar.retain(|_, cookie| cookie.lasts);
        self.page = None;
    }

    pub async fn go(&mut self, ask: Ask) -> Outcome {
        let sent: Vec<String> = self.jar.iter().map(|(name, cookie)| format!("{name}={}", cookie.value)).collect();
        let ask = if sent.is_empty() { ask } else { ask.header("cookie", &sent.join("; ")) };
        // On the heap: a test that holds many of these would outgrow the stack of its thread.
        let reply = Box::pin(self.world.send(ask)).await;
        for cookie in reply.headers.get_all("set-cookie") {
            self.keep(cookie.to_str().expect("our cookies are plain text"));
        }
        let outcome = Outcome::of(reply);
        if let Outcome::Page(page) = &outcome {
            self.page = Some(page.clone());
        }
        outcome
    }

    /// What a browser makes of `Set-Cookie`; a `__Host-` name that breaks its promise is not kept by one.
    fn keep(&mut self, header: &str) {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie is a pair");
        let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
        let says = |attribute: &str| attributes.iter().any(|known| known == attribute);
        assert!(name.starts_with("__Host-") && says("secure") && says("path=/") && says("httponly"), "{header}");
        assert!(!attributes.iter().any(|attribute| attribute.starts_with("domain")), "{header}");
        let age = attributes.iter().find_map(|attribute| attribute.strip_prefix("max-age="));
        if age == Some("0") {
            self.jar.remove(name);
        } else {
            self.jar.insert(name.to_owned(), Cookie { value: value.to_owned(), lasts: age.is_some() });
        }
    }

    pub async fn authorize(&mut self, tenant: &str, pairs: &Pairs) -> Outcome {
        self.go(Ask::get(format!("/{tenant}/oauth2/v2.0/authorize?{}", pairs.text()))).await
    }

    /// At the older endpoint.
    pub async fn authorize_v1(&mut self, tenant: &str, pairs: &Pairs) -> Outcome {
        self.go(Ask::get(format!("/{tenant}/oauth2/authorize?{}", pairs.text()))).await
    }

    /// The page where a device's code is typed, and the code.
    pub async fn type_code(&mut self, code: &str) -> Outcome {
        self.go(Ask::get("/devicelogin")).await.page("device-code");
        self.submit("device", &[("otc", code)]).await
    }

    /// It is their device, or it is not.
    pub async fn confirm(&mut self, yes: bool) -> Outcome {
        self.submit("confirm", &[("confirm", if yes { "Yes" } else { "No" })]).await
    }

    /// A form of the page, with what the person put into it.
    pub async fn submit(&mut self, form: &str, filled: &[(&str, &str)]) -> Outcome {
        let (action, pairs) = self.filled(form, filled);
        self.post(&action, &pairs).await
    }

    /// The own page of whoever is, or signs in, at this browser.
    pub async fn my(&mut self, upn: &str) -> Page {
        let outcome = self.go(Ask::get("/my")).await;
        let outcome = if outcome.is_page("signin") { self.sign_in(upn).await } else { outcome };
        self.back_at_my(outcome).await
    }

    /// My page, after something was done there or for it.
    pub async fn back_at_my(&mut self, outcome: Outcome) -> Page {
        match outcome {
            Outcome::Redirect(to) => self.go(Ask::get(format!("{}?{}", to.uri, to.pairs.text()))).await.page("my"),
            other => other.page("my"),
        }
    }

    /// The same, not sent yet: where it would go and what it would hold.
    pub fn filled(&self, form: &str, filled: &[(&str, &str)]) -> (String, Pairs) {
        let form = self.page().form(form);
        let pairs = filled.iter().fold(form.hidden, |pairs, (name, value)| pairs.and(name, value));
        (form.action, pairs)
    }

    /// As browsers post a form of our own.
    pub async fn post(&mut self, action: &str, pairs: &Pairs) -> Outcome {
        let ask = Ask::form(action, pairs).header("origin", LOGIN).header("sec-fetch-site", "same-origin");
        self.go(ask).await
    }

    pub async fn sign_in(&mut self, upn: &str) -> Outcome {
        self.sign_in_with(upn, PASSWORD).await
    }

    pub async fn sign_in_with(&mut self, upn: &str, password: &str) -> Outcome {
        self.submit("signin", &[("loginfmt", upn), ("passwd", password)]).await
    }

    /// With the box ticked.
    pub async fn stay_signed_in(&mut self, upn: &str) -> Outcome {
        self.submit("signin", &[("loginfmt", upn), ("passwd", PASSWORD), ("kmsi", "1")]).await
    }

    pub async fn accept(&mut self) -> Outcome {
        self.submit("consent", &[("ucaccept", "Yes")]).await
    }

    pub async fn accept_for_organisation(&mut self) -> Outcome {
        assert!(self.page().has("onBehalf"), "this person may not consent for the organisation");
        self.submit("consent", &[("consentForOrg", "1"), ("ucaccept", "Yes")]).await
    }

    pub async fn decline(&mut self) -> Outcome {
        self.submit("consent", &[("ucaccept", "No")]).await
    }

    pub async fn pick(&mut self, upn: &str) -> Outcome {
        let buttons = self.page().form("accounts").buttons;
        let chosen = buttons.into_iter().find(|button| button.upn.as_deref() == Some(upn));
        let chosen = chosen.unwrap_or_else(|| panic!("{upn} is not in the picker"));
        self.submit("accounts", &[("account", &chosen.value)]).await
    }

    pub async fn use_another_account(&mut self) -> Outcome {
        self.submit("accounts", &[("account", "other")]).await
    }

    /// Without a page: what a client's hidden frame asks.
    pub async fn silently(&mut self, tenant: &str, pairs: Pairs) -> Answered {
        self.authorize(tenant, &pairs.with("prompt", "none")).await.answer()
    }
}

impl Outcome {
    fn of(reply: Reply) -> Outcome {
        if reply.status == 302 {
            return Outcome::Redirect(Answered::of(&reply));
        }
        match Page::read(&reply) {
            Some(page) if page.kind == "form-post" => {
                let form = page.only_form();
                Outcome::FormPost(Answered {
                    uri: form.action,
                    mode: Mode::FormPost,
                    pairs: form.hidden,
                    headers: reply.headers,
                })
            }
            Some(page) => Outcome::Page(page),
            None => Outcome::Other(reply),
        }
    }

    pub fn is_page(&self, kind: &str) -> bool {
        matches!(self, Outcome::Page(page) if page.kind == kind)
    }

    /// The page, which must be this one.
    pub fn page(self, kind: &str) -> Page {
        match self {
            Outcome::Page(page) if page.kind == kind => page,
            Outcome::Page(page) => {
                panic!("the page `{}` instead of `{kind}`: {}", page.kind, crate::tags::plain(&page.html))
            }
            other => panic!("no page `{kind}`: {other:?}"),
        }
    }

    /// The client's answer, which must have come.
    pub fn answer(self) -> Answered {
        match self {
            Outcome::Redirect(answered) | Outcome::FormPost(answered) => answered,
            Outcome::Page(page) => {
                panic!("the page `{}` instead of an answer: {}", page.kind, crate::tags::plain(&page.html))
            }
            Outcome::Other(reply) => panic!("no answer: {} {}", reply.status, reply.text()),
        }
    }

    /// Status and number of our own error page, from which nobody is sent anywhere.
    pub fn stopped(self) -> (u16, u64) {
        let page = self.page("error");
        assert!(!page.headers.contains_key("location"));
        (page.status, page.error_code())
    }
}

impl Answered {
    fn of(reply: &Reply) -> Answered {
        let location = reply.header("location").expect("a redirect leads somewhere");
        let (uri, mode, text) = match (location.split_once('#'), location.split_once('?')) {
            (Some((uri, text)), _) => (uri, Mode::Fragment, text),
            (None, Some((uri, text))) => (uri, Mode::Query, text),
            (None, None) => (location, Mode::Query, ""),
        };
        Answered { uri: uri.to_owned(), mode, pairs: Pairs::parse(text), headers: reply.headers.clone() }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.get(name)
    }

    pub fn code(&self) -> String {
        self.get("code").unwrap_or_else(|| panic!("no code: {:?}", self.pairs)).to_owned()
    }

    /// The OAuth word and the number of a refusal, which must agree with each other's places.
    pub fn refusal(&self) -> (&str, u64) {
        assert!(self.get("code").is_none() && self.get("id_token").is_none(), "{:?}", self.pairs);
        let error = self.get("error").unwrap_or_else(|| panic!("no refusal: {:?}", self.pairs));
        let description = self.get("error_description").expect("a refusal is described");
        let number = description.strip_prefix("AADSTS").and_then(|text| text.split(':').next()?.parse::<u64>().ok());
        let number = number.unwrap_or_else(|| panic!("no number: {description}"));
        assert_eq!(self.get("error_uri"), Some(format!("{LOGIN}/error?code={number}").as_str()));
        (error, number)
    }
}
