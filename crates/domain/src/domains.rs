//! The names of an organisation: how one is added, proven, changed and given up (graph-api.md §2.1).
//!
//! A name counts for nothing until it is proven: who puts a text that is made for them into its DNS may speak for it. What
//! stands below a proven name is proven with it.

use crate::properties::{Broken, Properties, Rule, merge};
use crate::tenant::{TenantProfile, UnverifiedDomain, VerifiedDomain};
use mandate_base::Folded;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// One name, proven or not, as Graph shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    pub name: String,
    pub is_verified: bool,
    pub is_default: bool,
    /// What the organisation began with; it stays.
    pub is_initial: bool,
    /// The name of the organisation's that it stands below.
    pub root: Option<String>,
    pub more: Properties,
}

/// RFC 1035 §2.3.4
const LONGEST: usize = 253;
const LONGEST_LABEL: usize = 63;
/// Proven and unproven ones together; and dots in a name whose ends are looked up.
const MOST: usize = 500;
const ID: &str = "id";
/// What a name may be used for elsewhere; here it is kept and shown (graph-api.md §2.1).
const SERVICES: [&str; 10] = [
    "Email",
    "Sharepoint",
    "EmailInternalRelayOnly",
    "OfficeCommunicationsOnline",
    "SharePointDefaultDomain",
    "FullRedelegation",
    "SharePointPublic",
    "OrgIdAuthentication",
    "Yammer",
    "Intune",
];

/// Of two labels at least, in letters, digits and hyphens; names in other scripts come in their ASCII form (RFC 5891).
pub fn check_name(name: &str) -> Result<Folded, Broken> {
    let broken = |rule| Err(Broken::new(ID, rule));
    if name.is_empty() {
        return broken(Rule::Required);
    }
    if name.len() > LONGEST {
        return broken(Rule::TooLong(LONGEST));
    }
    let is_label = |label: &str| {
        let inner = label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
        inner && !label.is_empty() && label.len() <= LONGEST_LABEL && !label.starts_with('-') && !label.ends_with('-')
    };
    let labels: Vec<&str> = name.split('.').collect();
    // Digits alone would be an address.
    let top = labels.last().is_some_and(|top| top.bytes().any(|c| c.is_ascii_alphabetic()));
    if labels.len() < 2 || !top || !labels.iter().all(|label| is_label(label)) {
        return broken(Rule::Bad("is a fully qualified domain name, such as haven.example"));
    }
    Ok(Folded::of(name))
}

/// Is the one the other, or below it?
pub fn is_within(name: &Folded, root: &Folded) -> bool {
    name.as_str().strip_suffix(root.as_str()).is_some_and(|left| left.is_empty() || left.ends_with('.'))
}

/// The names that a name stands below, the longest first: two labels at least.
pub fn above(name: &Folded) -> impl Iterator<Item = Folded> {
    let text = name.as_str();
    let ends = text.match_indices('.').map(|(at, _)| &text[at + 1..]);
    ends.filter(|end| end.contains('.')).map(Folded::of)
}

/// The shortest proven name above this one.
fn root_among(name: &Folded, proven: &HashMap<Folded, &str>) -> Option<String> {
    above(name).filter_map(|end| proven.get(&end).map(|held| (*held).to_owned())).last()
}

fn unproven(domain: &UnverifiedDomain) -> Domain {
    Domain {
        name: domain.name.clone(),
        is_verified: false,
        is_default: false,
        is_initial: false,
        root: None,
        more: domain.more.clone(),
    }
}

impl TenantProfile {
    /// Proven ones first, in the order in which they came.
    pub fn domains(&self) -> Vec<Domain> {
        let proven = self.proven_names();
        let verified = self.verified_domains.iter().enumerate().map(|(place, held)| self.shown(place, held, &proven));
        verified.chain(self.unverified_domains.iter().map(unproven)).collect()
    }

    pub fn domain(&self, name: &Folded) -> Option<Domain> {
        let is_it = |held: &str| Folded::of(held) == *name;
        if let Some(place) = self.verified_domains.iter().position(|domain| is_it(&domain.name)) {
            return Some(self.shown(place, &self.verified_domains[place], &self.proven_names()));
        }
        self.unverified_domains.iter().find(|domain| is_it(&domain.name)).map(unproven)
    }

    fn shown(&self, place: usize, domain: &VerifiedDomain, proven: &HashMap<Folded, &str>) -> Domain {
        let default = self.verified_domains.iter().position(|domain| domain.is_default).unwrap_or(0);
        Domain {
            name: domain.name.clone(),
            is_verified: true,
            is_default: place == default,
            is_initial: place == 0,
            root: root_among(&Folded::of(&domain.name), proven),
            more: domain.more.clone(),
        }
    }

    pub fn is_proven(&self, name: &Folded) -> bool {
        self.verified_domains.iter().any(|held| Folded::of(&held.name) == *name)
    }

    /// Is it a proven name, or below one?
    pub fn is_within_proven(&self, host: &Folded) -> bool {
        self.verified_domains.iter().any(|held| is_within(host, &Folded::of(&held.name)))
    }

    /// Is it still the organisation's? One that has no names is not asked about them.
    pub fn verifies(&self, name: &str) -> bool {
        self.verified_domains.is_empty() || self.is_proven(&Folded::of(name))
    }

    fn proven_names(&self) -> HashMap<Folded, &str> {
        self.verified_domains.iter().map(|domain| (Folded::of(&domain.name), domain.name.as_str())).collect()
    }

    fn root_of(&self, name: &Folded) -> Option<String> {
        root_among(name, &self.proven_names())
    }

    /// `POST /domains`: a new name, proven already where it stands below one that is.
    pub fn with_domain(&self, mut properties: Properties) -> Result<(TenantProfile, Domain), Broken> {
        let asked = properties.remove(ID);
        let name = check_name(asked.as_ref().and_then(Value::as_str).unwrap_or(""))?;
        if self.domain(&name).is_some() {
            return Err(Broken::new(ID, Rule::Taken));
        }
        if self.verified_domains.len() + self.unverified_domains.len() >= MOST {
            return Err(Broken::new("domains", Rule::TooMany(MOST)));
        }
        let mut profile = self.clone();
        profile.unverified_domains.push(UnverifiedDomain { name: name.as_str().to_owned(), more: Properties::new() });
        if self.root_of(&name).is_some() {
            profile = profile.proven(&name);
        }
        let profile = profile.with_domain_changed(&name, &properties)?;
        match profile.domain(&name) {
            Some(made) => Ok((profile, made)),
            None => Err(Broken::new(ID, Rule::Required)),
        }
    }

    /// `PATCH /domains/{id}`, of a name that is there.
    pub fn with_domain_changed(&self, name: &Folded, properties: &Properties) -> Result<TenantProfile, Broken> {
        let mut profile = self.clone();
        let mut change = properties.clone();
        if let Some(default) = change.remove("isDefault") {
            profile.make_default(name, default.as_bool() == Some(true))?;
        }
        let verified = profile.verified_domains.iter_mut().map(|domain| (&domain.name, &mut domain.more));
        let unverified = profile.unverified_domains.iter_mut().map(|domain| (&domain.name, &mut domain.more));
        if let Some((_, more)) = verified.chain(unverified).find(|(held, _)| Folded::of(held) == *name) {
            check_more(&change)?;
            merge(more, &change);
        }
        Ok(profile)
    }

    /// Another takes the place of the one that is.
    fn make_default(&mut self, name: &Folded, wanted: bool) -> Result<(), Broken> {
        if wanted && !self.is_proven(name) {
            return Err(Broken::new("isDefault", Rule::Bad("is true of verified domains only")));
        }
        if !wanted {
            let is_now = self.domain(name).is_some_and(|domain| domain.is_default);
            let rule = Rule::Bad("is taken from a domain by making another the default");
            return if is_now { Err(Broken::new("isDefault", rule)) } else { Ok(()) };
        }
        for domain in &mut self.verified_domains {
            domain.is_default = Folded::of(&domain.name) == *name;
        }
        Ok(())
    }

    /// A name that was shown to be the organisation's.
    pub fn proven(&self, name: &Folded) -> TenantProfile {
        let mut profile = self.clone();
        if let Some(place) = profile.unverified_domains.iter().position(|domain| Folded::of(&domain.name) == *name) {
            let UnverifiedDomain { name, more } = profile.unverified_domains.remove(place);
            profile.verified_domains.push(VerifiedDomain { name, is_default: false, more });
        }
        profile
    }

    /// `DELETE /domains/{id}`, of a name that nobody bears any more.
    pub fn without_domain(&self, name: &Folded) -> Result<TenantProfile, Broken> {
        let bad = |why| Err(Broken::new(ID, Rule::Bad(why)));
        match self.domain(name) {
            Some(domain) if domain.is_initial => return bad("is the initial domain, which stays"),
            Some(domain) if domain.is_default => return bad("is the default domain; make another the default first"),
            _ => {}
        }
        let below = |domain: &Domain| domain.root.is_some() && Folded::of(&domain.name) != *name;
        if self.domains().iter().any(|domain| below(domain) && is_within(&Folded::of(&domain.name), name)) {
            return bad("has domains below it; delete these first");
        }
        let mut profile = self.clone();
        profile.verified_domains.retain(|domain| Folded::of(&domain.name) != *name);
        profile.unverified_domains.retain(|domain| Folded::of(&domain.name) != *name);
        Ok(profile)
    }
}

fn check_more(change: &Properties) -> Result<(), Broken> {
    for (name, value) in change {
        let broken = |rule| Err(Broken::new(name.as_str(), rule));
        match (name.as_str(), value) {
            ("supportedServices", Value::Array(services)) => {
                let mut once = HashSet::new();
                if !services.iter().all(|service| is_service(service) && once.insert(service)) {
                    return broken(Rule::Bad("names services such as Email or OfficeCommunicationsOnline, each once"));
                }
            }
            ("passwordValidityPeriodInDays" | "passwordNotificationWindowInDays", Value::Number(days))
                if days.as_i64().is_none_or(|days| days < 0) =>
            {
                return broken(Rule::Bad("is a number of days"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_service(name: &Value) -> bool {
    name.as_str().is_some_and(|name| SERVICES.contains(&name))
}

#[cfg(test)]
#[path = "domains_tests.rs"]
mod tests;
