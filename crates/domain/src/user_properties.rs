//! What may be written of a user (graph-api.md §2.2).

use crate::extension::check_count;
use crate::properties::{Broken, Properties, Rule, check_text, merge};
use crate::tenant::Tenant;
use crate::user::{Upn, User, UserKind};
use serde_json::Value;

/// Longest values, in characters; what is not named here holds up to [`LONGEST`].
const LIMITS: [(&str, usize); 17] = [
    ("ageGroup", 64),
    ("city", 128),
    ("companyName", 64),
    ("country", 128),
    ("department", 64),
    ("employeeId", 16),
    ("givenName", 64),
    ("jobTitle", 128),
    ("mailNickname", 64),
    ("mobilePhone", 64),
    ("officeLocation", 128),
    ("postalCode", 40),
    ("preferredLanguage", 64),
    ("state", 128),
    ("streetAddress", 1024),
    ("surname", 64),
    ("usageLocation", 2),
];
const NICKNAME: &str = "mailNickname";
const LONGEST: usize = 4096;
const LONGEST_NAME: usize = 256;
const LONGEST_ADDRESS: usize = 250;
const MOST_ADDRESSES: usize = 250;
pub const SHORTEST_PASSWORD: usize = 8;
pub const LONGEST_PASSWORD: usize = 256;

/// Who is at stake when they change: only who stands above the person may (graph-api.md §1.4).
pub const SENSITIVE: [&str; 7] = [
    "accountEnabled",
    "businessPhones",
    "mobilePhone",
    "onPremisesImmutableId",
    "otherMails",
    "passwordProfile",
    "userPrincipalName",
];

impl User {
    /// With what was written, but for a password.
    pub fn merged(&self, change: &Properties) -> Result<User, Broken> {
        let mut user = self.clone();
        for (name, value) in change {
            user.set(name, value)?;
        }
        Ok(user)
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), Broken> {
        let broken = |rule| Broken::new(name, rule);
        let text = || value.as_str().ok_or_else(|| broken(Rule::Required));
        match name {
            "userPrincipalName" => {
                let bad = "is a name and a domain with one @ between, without blanks, of at most 113 characters";
                self.upn = Upn::parse(text()?).map_err(|_| broken(Rule::Bad(bad)))?;
            }
            "displayName" => self.display_name = text()?.to_owned(),
            "mail" => self.mail = value.as_str().filter(|mail| !mail.is_empty()).map(str::to_owned),
            "accountEnabled" => self.account_enabled = value.as_bool().ok_or_else(|| broken(Rule::Required))?,
            "userType" => {
                self.kind = match text()? {
                    "Member" => UserKind::Member,
                    "Guest" => UserKind::Guest,
                    _ => return Err(broken(Rule::Mistyped)),
                };
            }
            _ => merge(&mut self.more, &Properties::from_iter([(name.to_owned(), kept(name, value))])),
        }
        Ok(())
    }
}

/// The password itself is kept elsewhere, and never as it was written.
fn kept(name: &str, value: &Value) -> Value {
    let mut value = value.clone();
    if let ("passwordProfile", Value::Object(profile)) = (name, &mut value) {
        profile.remove("password");
    }
    value
}

/// Only what is new is judged: an import may hold what nobody could write here.
pub fn check(user: &User, before: Option<&User>, tenant: &Tenant) -> Result<(), Broken> {
    check_text("displayName", &user.display_name, LONGEST_NAME)?;
    if before.is_none_or(|before| before.upn != user.upn) {
        check_upn(user, tenant)?;
    }
    let held = |name: &str| before.and_then(|before| before.more.get(name));
    if before.is_none() || user.more.get(NICKNAME) != held(NICKNAME) {
        check_text(NICKNAME, user.text(NICKNAME).unwrap_or(""), 64)?;
    }
    if user.mail.as_ref().is_some_and(|mail| !is_address(mail)) {
        return Err(Broken::new("mail", Rule::Bad("is an address of one name and one domain")));
    }
    check_count(before.map(|before| &before.more), &user.more)?;
    for (name, value) in user.more.iter().filter(|(name, value)| held(name) != Some(value)) {
        check_kept(name, value)?;
    }
    Ok(())
}

/// Letters, digits and a few marks; a guest's own name holds `#EXT#` (graph-api.md §2.2).
fn check_upn(user: &User, tenant: &Tenant) -> Result<(), Broken> {
    const NAME: &str = "userPrincipalName";
    let name = user.upn.as_str().rsplit_once('@').map_or("", |(name, _)| name);
    if !name.chars().all(|c| c.is_alphanumeric() || "'.-_!#^~+&".contains(c)) {
        return Err(Broken::new(NAME, Rule::Bad("holds letters, digits and ' . - _ ! # ^ ~ before its @")));
    }
    let domain = user.upn.domain();
    if tenant.profile.is_proven(&domain) {
        Ok(())
    } else {
        Err(Broken::new(NAME, Rule::NotVerified(domain.into_string())))
    }
}

fn check_kept(name: &str, value: &Value) -> Result<(), Broken> {
    let most = LIMITS.iter().find(|(known, _)| *known == name).map_or(LONGEST, |(_, most)| *most);
    match value {
        Value::String(text) if text.chars().nth(most).is_some() => Err(Broken::new(name, Rule::TooLong(most))),
        Value::String(text) if name == "usageLocation" && !is_country(text) => {
            Err(Broken::new(name, Rule::Bad("is a country's code of two letters")))
        }
        Value::Array(values) if values.len() > MOST_ADDRESSES => Err(Broken::new(name, Rule::TooMany(MOST_ADDRESSES))),
        Value::Array(values) => {
            let long = |value: &Value| value.as_str().is_some_and(|text| text.chars().nth(LONGEST_ADDRESS).is_some());
            if values.iter().any(long) { Err(Broken::new(name, Rule::TooLong(LONGEST_ADDRESS))) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_address(text: &str) -> bool {
    Upn::parse(text).is_ok()
}

/// Three of four kinds of characters, unless the person's policies say otherwise.
pub fn check_password(password: &str, user: &User) -> Result<(), Broken> {
    const NAME: &str = "passwordProfile/password";
    let bad = |sentence| Err(Broken::new(NAME, Rule::Bad(sentence)));
    if password.chars().count() < SHORTEST_PASSWORD {
        return bad("the specified password does not comply with password complexity requirements: it is too short");
    }
    if password.len() > LONGEST_PASSWORD {
        return Err(Broken::new(NAME, Rule::TooLong(LONGEST_PASSWORD)));
    }
    let has = |test: fn(char) -> bool| usize::from(password.chars().any(test));
    let kinds =
        has(char::is_lowercase) + has(char::is_uppercase) + has(|c| c.is_ascii_digit()) + has(|c| !c.is_alphanumeric());
    let weak_allowed = user.text("passwordPolicies").is_some_and(|text| text.contains("DisableStrongPassword"));
    if kinds < 3 && !weak_allowed {
        return bad(
            "the specified password does not comply with password complexity requirements: it needs three of small \
             letters, capitals, digits and other characters",
        );
    }
    Ok(())
}
