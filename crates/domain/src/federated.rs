//! Foreign issuers that an app trusts to name it (graph-api.md §2.5, protocol.md §3.10).

use crate::application::FederatedCredential;
use crate::properties::{Broken, Properties, Rule, check_text};
use mandate_base::{Folded, ObjectId};
use serde_json::Value;
use std::collections::HashSet;

const NAME: &str = "federatedIdentityCredentials";
const MOST: usize = 20;
const LONGEST_NAME: usize = 120;
const LONGEST: usize = 600;

pub fn made(id: ObjectId, properties: &Properties) -> Result<FederatedCredential, Broken> {
    let empty = FederatedCredential {
        id,
        name: String::new(),
        issuer: String::new(),
        subject: String::new(),
        audiences: Vec::new(),
        description: None,
    };
    merged(&empty, properties)
}

pub fn changed(held: &FederatedCredential, properties: &Properties) -> Result<FederatedCredential, Broken> {
    let changed = merged(held, properties)?;
    if changed.name != held.name { Err(Broken::new("name", Rule::Immutable)) } else { Ok(changed) }
}

fn merged(held: &FederatedCredential, properties: &Properties) -> Result<FederatedCredential, Broken> {
    let mut merged = held.clone();
    for (name, value) in properties {
        let text = value.as_str().map(str::to_owned);
        let needed = || Broken::new(name.as_str(), Rule::Required);
        match name.as_str() {
            "name" => merged.name = text.ok_or_else(needed)?,
            "issuer" => merged.issuer = text.ok_or_else(needed)?,
            "subject" => merged.subject = text.ok_or_else(needed)?,
            "description" => merged.description = text,
            "audiences" => merged.audiences = texts(value).ok_or_else(needed)?,
            _ => return Err(Broken::new(name.as_str(), Rule::Mistyped)),
        }
    }
    Ok(merged)
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

/// All that an app trusts: no two of one name, and no two that one token would fit.
pub fn check(all: &[FederatedCredential]) -> Result<(), Broken> {
    if all.len() > MOST {
        return Err(Broken::new(NAME, Rule::TooMany(MOST)));
    }
    let (mut names, mut pairs) = (HashSet::new(), HashSet::new());
    for held in all {
        check_one(held)?;
        if !names.insert(Folded::of(&held.name)) {
            return Err(Broken::new("name", Rule::Taken));
        }
        if !pairs.insert((&held.issuer, &held.subject)) {
            return Err(Broken::new("subject", Rule::Taken));
        }
    }
    Ok(())
}

fn check_one(held: &FederatedCredential) -> Result<(), Broken> {
    check_text("name", &held.name, LONGEST_NAME)?;
    if !held.name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return Err(Broken::new("name", Rule::Bad("holds letters, digits, - and _")));
    }
    check_text("issuer", &held.issuer, LONGEST)?;
    if !held.issuer.starts_with("https://") {
        return Err(Broken::new("issuer", Rule::Bad("is an https URL")));
    }
    check_text("subject", &held.subject, LONGEST)?;
    if held.description.as_ref().is_some_and(|text| text.chars().nth(LONGEST).is_some()) {
        return Err(Broken::new("description", Rule::TooLong(LONGEST)));
    }
    match &held.audiences[..] {
        [only] => check_text("audiences", only, LONGEST),
        _ => Err(Broken::new("audiences", Rule::Bad("holds exactly one audience"))),
    }
}
