//! The `scope` parameter: text ↔ what is asked of which resource (protocol.md §2.3).

use crate::catalogue::{GRAPH_URI, OIDC_SCOPES};

/// One request's scopes, parsed but not yet resolved to resources of the tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeAsk {
    pub openid: bool,
    pub profile: bool,
    pub email: bool,
    pub offline_access: bool,
    /// In the order of the request; the first is the one a token is for when the token request names none.
    pub resources: Vec<ResourceAsk>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
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

/// More than any real request carries; each costs a look-up.
const MOST_SCOPES: usize = 200;
const MOST_RESOURCES: usize = 20;
/// Twice Graph's limit for an identifier URI: names become keys, log lines and texts of answers.
const LONGEST_SCOPE: usize = 512;

impl ScopeAsk {
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
    fn default_stands_alone() {
        for text in ["x://a/.default x://a/read", "x://a/.default x://b/read", "x://a/.default x://b/.default"] {
            assert_eq!(ScopeAsk::parse(text), Err(ScopeSyntax::DefaultMixed), "{text}");
        }
        assert!(ScopeAsk::parse("x://a/.default openid offline_access").is_ok());
        assert_eq!(ScopeAsk::parse("  "), Err(ScopeSyntax::Empty));
        assert!(matches!(ScopeAsk::parse("api://x/"), Err(ScopeSyntax::Malformed(_))));
    }
}
