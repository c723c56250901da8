//! A page as a person and a script see it: which one it is, its forms, what it lists.

use crate::tags::{Tag, plain, tags};
use crate::wire::{Pairs, Reply};
use http::HeaderMap;

#[derive(Clone, Debug)]
pub struct Page {
    /// `main[data-page]`.
    pub kind: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub html: String,
    tags: Vec<Tag>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub action: String,
    pub hidden: Pairs,
    pub buttons: Vec<Button>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    pub name: String,
    pub value: String,
    pub upn: Option<String>,
}

impl Page {
    /// `None`: the answer is no page of ours.
    pub fn read(reply: &Reply) -> Option<Page> {
        if !reply.header("content-type")?.starts_with("text/html") {
            return None;
        }
        let html = reply.text();
        let tags = tags(&html);
        let kind = tags.iter().find(|tag| tag.is("main"))?.get("data-page")?.to_owned();
        Some(Page { kind, status: reply.status, headers: reply.headers.clone(), html, tags })
    }

    fn with_id(&self, id: &str) -> Option<&Tag> {
        self.tags.iter().find(|tag| !tag.closes && tag.get("id") == Some(id))
    }

    pub fn has(&self, id: &str) -> bool {
        self.with_id(id).is_some()
    }

    /// What the items of lists say of themselves in this attribute, in the order of the page.
    pub fn items(&self, attribute: &str) -> Vec<String> {
        let mark = format!("<li {attribute}=\"");
        let parts = self.html.split(mark.as_str()).skip(1);
        parts.map(|rest| rest.split('"').next().unwrap_or("").to_owned()).collect()
    }

    /// The text of an element that holds none of its own kind.
    pub fn text_of(&self, id: &str) -> String {
        let open = self.with_id(id).unwrap_or_else(|| panic!("the page `{}` has no #{id}", self.kind));
        let close = self.tags.iter().find(|tag| tag.closes && tag.start >= open.end && tag.name == open.name);
        plain(&self.html[open.end..close.map_or(self.html.len(), |tag| tag.start)])
    }

    /// What a field holds.
    pub fn value_of(&self, id: &str) -> String {
        let field = self.with_id(id).unwrap_or_else(|| panic!("the page `{}` has no #{id}", self.kind));
        field.get("value").unwrap_or("").to_owned()
    }

    /// The field that a browser puts the cursor in.
    pub fn focused(&self) -> Option<&str> {
        self.tags.iter().find(|tag| tag.get("autofocus").is_some()).and_then(|tag| tag.get("id"))
    }

    pub fn form(&self, id: &str) -> Form {
        let place = self.tags.iter().position(|tag| tag.is("form") && tag.get("id") == Some(id));
        let place = place.unwrap_or_else(|| panic!("the page `{}` has no form #{id}", self.kind));
        self.form_at(place)
    }

    /// The one form of an answer that posts itself.
    pub fn only_form(&self) -> Form {
        let place = self.tags.iter().position(|tag| tag.is("form"));
        self.form_at(place.unwrap_or_else(|| panic!("the page `{}` has no form", self.kind)))
    }

    fn form_at(&self, place: usize) -> Form {
        let inside = self.tags[place + 1..].iter().take_while(|tag| !(tag.closes && tag.name == "form"));
        let inside: Vec<&Tag> = inside.filter(|tag| !tag.closes).collect();
        let text = |tag: &Tag, name: &str| tag.get(name).unwrap_or("").to_owned();
        let hidden = inside.iter().filter(|tag| tag.is("input") && tag.get("type") == Some("hidden"));
        let buttons = inside.iter().filter(|tag| tag.is("button"));
        Form {
            action: text(&self.tags[place], "action"),
            hidden: Pairs(hidden.map(|tag| (text(tag, "name"), text(tag, "value"))).collect()),
            buttons: buttons
                .map(|tag| Button {
                    name: text(tag, "name"),
                    value: text(tag, "value"),
                    upn: tag.get("data-upn").map(str::to_owned),
                })
                .collect(),
        }
    }

    /// What `ul.permissions` lists: what would be granted, in order of name.
    pub fn permissions(&self) -> Vec<String> {
        self.listed("permissions")
    }

    /// What `ul.blocked` lists: what stands in the way.
    pub fn blocked(&self) -> Vec<String> {
        self.listed("blocked")
    }

    /// What the page says about one permission.
    pub fn line(&self, permission: &str) -> String {
        let mark = format!("<li data-permission=\"{permission}\">");
        let split = self.html.split_once(mark.as_str());
        let (_, rest) = split.unwrap_or_else(|| panic!("no {permission} on `{}`", self.kind));
        plain(rest.split("</li>").next().unwrap_or(""))
    }

    fn listed(&self, class: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut inside = false;
        for tag in &self.tags {
            if tag.name == "ul" {
                inside = tag.is("ul") && tag.is_of(class);
            } else if inside && tag.is("li") {
                found.extend(tag.get("data-permission").map(str::to_owned));
            }
        }
        found.sort_unstable();
        found
    }

    /// The people of an account picker, by name.
    pub fn accounts(&self) -> Vec<String> {
        let buttons = self.form("accounts").buttons;
        buttons.into_iter().filter_map(|button| button.upn).collect()
    }

    /// The number on an error page.
    pub fn error_code(&self) -> u64 {
        let text = self.text_of("errorCode");
        let number = text.strip_prefix("AADSTS").and_then(|number| number.parse().ok());
        number.unwrap_or_else(|| panic!("no number: {text}"))
    }
}
