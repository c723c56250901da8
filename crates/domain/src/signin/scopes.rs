//! The `scope` parameter: text ↔ what is asked of which resource (protocol.md §2.3).

use crate::catalogue::{GRAPH_URI, OIDC_SCOPES};

/// One request's scopes, parsed but not yet resolved to resources of the tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScopeAsk {
    pub openid: bool,
    pub profile: bool,
    pub email: bool,
    pub offline_access: bool,
    /// In the order of the request; the first is the one a token is for when the token request names none.
    pub resources: Vec<ResourceAsk>,
    /// Of a v1.0 request: it names a resource, and hears its scopes by their short names.
    pub v1: bool,
    /// Its sign-in scopes say which tokens come, and nobody has to have allowed them: of v1.0, which has no such scopes,
    /// and of an API that asks on behalf of somebody, whose library adds them to every request.
    pub unasked: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceAsk {
    /// As the client spelled it; `None` for Graph's short form.
    pub name: Option<String>,
    pub default: bool,
    pub values: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeSyntax {
    Empty,
    /// `/.default` beside a named scope, of the same or another resource.
    DefaultMixed,
    /// A scope with nothing before or behind its slash, or too many scopes.
    Malformed(String),
}

/// A backslash is no character of a scope (RFC 6749 §3.3).
const V1_MARK: &str = "v1\\";
const UNASKED_MARK: &str = "obo\\";

/// More than any real request carries; each costs a look-up.
const MOST_SCOPES: usize = 200;
const MOST_RESOURCES: usize = 20;
/// Twice Graph's limit for an identifier URI: names become keys, log lines and texts of answers.
const LONGEST_SCOPE: usize = 512;

impl ScopeAsk {
    /// Of all that it names, in bytes.
    pub fn length(&self) -> usize {
        let of = |ask: &ResourceAsk| {
            ask.name.as_ref().map_or(0, String::len) + ask.values.iter().map(String::len).sum::<usize>()
        };
        self.resources.iter().map(of).sum()
    }

    pub fn parse(text: &str) -> Result<ScopeAsk, ScopeSyntax> {
        let mut ask = ScopeAsk::default();
        let mut count = 0;
        for word in text.split_ascii_whitespace() {
            count += 1;
            if count > MOST_SCOPES {
                return Err(ScopeSyntax::Malformed(format!("more than {MOST_SCOPES} scopes")));
            }
            ask.add(word)?;
        }
        if count == 0 {
            return Err(ScopeSyntax::Empty);
        }
        let defaults = ask.resources.iter().filter(|resource| resource.default).count();
        let named = ask.resources.iter().filter(|resource| !resource.values.is_empty()).count();
        if defaults > 1 || (defaults > 0 && named > 0) {
            return Err(ScopeSyntax::DefaultMixed);
        }
        Ok(ask)
    }

    /// A v1.0 request: all that the registration lists of one resource. It always gets a refresh token, and its ID token
    /// names the person (protocol.md §2.3, §3.2).
    pub fn of_v1(resource: &str, openid: bool) -> Result<ScopeAsk, ScopeSyntax> {
        let clean = resource.len() <= LONGEST_SCOPE && resource.chars().all(is_scope_char);
        if !clean || resource.is_empty() {
            return Err(ScopeSyntax::Malformed(resource.chars().take(100).collect()));
        }
        let resources = vec![ResourceAsk { name: Some(resource.to_owned()), default: true, values: Vec::new() }];
        Ok(ScopeAsk { openid, profile: openid, email: false, offline_access: true, resources, v1: true, unasked: true })
    }

    #[must_use]
    pub fn unasked(self) -> ScopeAsk {
        ScopeAsk { unasked: true, ..self }
    }

    /// As it is kept with a code or a refresh token: the words of `scope` of a v2.0 request as they were sent, and for v1.0 the
    /// resource behind a mark that no scope can hold.
    pub fn kept(&self, sent: &str) -> String {
        if !self.v1 {
            // One blank between two words: what is kept is no longer than what was understood.
            let words: Vec<&str> = sent.split_ascii_whitespace().collect();
            return format!("{}{}", if self.unasked { UNASKED_MARK } else { "" }, words.join(" "));
        }
        let resource = self.resources.first().and_then(|ask| ask.name.as_deref()).unwrap_or("");
        format!("{V1_MARK}{} {resource}", if self.openid { "openid" } else { "-" })
    }

    /// It was right before it was kept; an older rule than today's must not end in a fault.
    pub fn restore(kept: &str) -> ScopeAsk {
        let v1 = kept.strip_prefix(V1_MARK).and_then(|rest| rest.split_once(' '));
        let restored = match (v1, kept.strip_prefix(UNASKED_MARK)) {
            (Some((openid, resource)), _) => ScopeAsk::of_v1(resource, openid == "openid"),
            (None, Some(sent)) => ScopeAsk::parse(sent).map(ScopeAsk::unasked),
            (None, None) => ScopeAsk::parse(kept),
        };
        restored.unwrap_or_default()
    }

    fn add(&mut self, word: &str) -> Result<(), ScopeSyntax> {
        match OIDC_SCOPES.iter().position(|scope| scope.eq_ignore_ascii_case(word)) {
            Some(0) => self.openid = true,
            Some(1) => self.profile = true,
            Some(2) => self.email = true,
            Some(_) => self.offline_access = true,
            None => self.add_of_resource(word)?,
        }
        Ok(())
    }

    /// The permission is what stands right of the *last* slash, so that a URI may end in one (`https://x//.default`).
    fn add_of_resource(&mut self, word: &str) -> Result<(), ScopeSyntax> {
        let (name, value) = match word.rsplit_once('/') {
            Some((name, value)) => (Some(name), value),
            None => (None, word),
        };
        let clean = word.len() <= LONGEST_SCOPE && word.chars().all(is_scope_char);
        if value.is_empty() || name.is_some_and(str::is_empty) || !clean {
            return Err(ScopeSyntax::Malformed(word.chars().take(100).collect()));
        }
        // `https://graph.microsoft.com/openid` is the OpenID scope, spelled with its resource.
        if name.is_some_and(|name| name.eq_ignore_ascii_case(GRAPH_URI))
            && OIDC_SCOPES.iter().any(|scope| scope.eq_ignore_ascii_case(value))
        {
            return self.add(value);
        }
        let same = |resource: &ResourceAsk| match (&resource.name, name) {
            (None, None) => true,
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            _ => false,
        };
        let place = match self.resources.iter().position(same) {
            Some(place) => place,
            None if self.resources.len() == MOST_RESOURCES => {
                return Err(ScopeSyntax::Malformed(format!("more than {MOST_RESOURCES} resources")));
            }
            None => {
                let name = name.map(str::to_owned);
                self.resources.push(ResourceAsk { name, default: false, values: Vec::new() });
                self.resources.len() - 1
            }
        };
        let resource = &mut self.resources[place];
        if value.eq_ignore_ascii_case(".default") {
            resource.default = true;
        } else if !resource.values.iter().any(|held| held.eq_ignore_ascii_case(value)) {
            resource.values.push(value.to_owned());
        }
        Ok(())
    }

    pub fn oidc(&self) -> impl Iterator<Item = &'static str> {
        let asked = [self.openid, self.profile, self.email, self.offline_access];
        let asked = asked.map(|asked| asked && !self.unasked);
        OIDC_SCOPES.into_iter().zip(asked).filter_map(|(scope, asked)| asked.then_some(scope))
    }
}

/// RFC 6749 §3.3: %x21 / %x23-5B / %x5D-7E.
fn is_scope_char(c: char) -> bool {
    matches!(c, '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: Option<&str>, default: bool, values: &[&str]) -> ResourceAsk {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        ResourceAsk { name: name.map(str::to_owned), default, values }
    }

    #[test]
    fn scopes_are_split_at_the_last_slash() {
        let cases = [
            ("User.Read", of(None, false, &["User.Read"])),
            ("https://graph.microsoft.com/User.Read", of(Some("https://graph.microsoft.com"), false, &["User.Read"])),
            ("api://contoso.com/x/read", of(Some("api://contoso.com/x"), false, &["read"])),
            ("https://mgmt.example//.default", of(Some("https://mgmt.example/"), true, &[])),
            (".default", of(None, true, &[])),
            ("api://x/a api://X/b", of(Some("api://x"), false, &["a", "b"])),
        ];
        for (text, expected) in cases {
            assert_eq!(ScopeAsk::parse(text).expect(text).resources, [expected], "{text}");
        }
    }

    #[test]
    fn sign_in_scopes_name_no_resource() {
        let ask = ScopeAsk::parse("openid profile OFFLINE_ACCESS").expect("well-formed");
        assert!(ask.resources.is_empty());
        assert_eq!(ask.oidc().collect::<Vec<_>>(), ["openid", "profile", "offline_access"]);
    }

    #[test]
    fn what_is_kept_is_restored() {
        let v1 = ScopeAsk::of_v1("https://graph.microsoft.com/", true).expect("a resource");
        assert_eq!(ScopeAsk::restore(&v1.kept("")), v1);
        assert_eq!(v1.oidc().count(), 0);
        let plain = ScopeAsk::of_v1("00000003-0000-0000-c000-000000000000", false).expect("a resource");
        assert_eq!(ScopeAsk::restore(&plain.kept("")), plain);
        let sent = "openid api://x/read";
        let v2 = ScopeAsk::parse(sent).expect("well-formed");
        assert_eq!(ScopeAsk::restore(&v2.kept(sent)), v2);
        let unasked = v2.clone().unasked();
        assert_eq!(ScopeAsk::restore(&unasked.kept(sent)), unasked);
        assert_eq!((unasked.oidc().count(), unasked.openid), (0, true));
        assert!(ScopeAsk::parse("v1\\openid x").is_err());
        assert!(ScopeAsk::of_v1("", true).is_err() && ScopeAsk::of_v1("a b", true).is_err());
    }

    #[test]
    fn default_stands_alone() {
        for text in ["x://a/.default x://a/read", "x://a/.default x://b/read", "x://a/.default x://b/.default"] {
            assert_eq!(ScopeAsk::parse(text), Err(ScopeSyntax::DefaultMixed), "{text}");
        }
        assert!(ScopeAsk::parse("x://a/.default openid offline_access").is_ok());
        assert_eq!(ScopeAsk::parse("  "), Err(ScopeSyntax::Empty));
        assert!(matches!(ScopeAsk::parse("api://x/"), Err(ScopeSyntax::Malformed(_))));
    }
}
