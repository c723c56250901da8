//! What may be written of a group (graph-api.md §2.3).

use crate::extension::check_count;
use crate::group::Group;
use crate::properties::{Broken, Properties, Rule, check_text, merge};
use serde_json::Value;

const LONGEST_NAME: usize = 256;
const LONGEST_NICKNAME: usize = 64;
const LONGEST_TEXT: usize = 1024;

impl Group {
    pub fn merged(&self, change: &Properties) -> Result<Group, Broken> {
        let mut group = self.clone();
        for (name, value) in change {
            group.set(name, value)?;
        }
        Ok(group)
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), Broken> {
        let needed = || Broken::new(name, Rule::Required);
        match name {
            "displayName" => self.display_name = value.as_str().ok_or_else(needed)?.to_owned(),
            "securityEnabled" => self.security_enabled = value.as_bool().ok_or_else(needed)?,
            "mailEnabled" => self.mail_enabled = value.as_bool().ok_or_else(needed)?,
            _ => merge(&mut self.more, &Properties::from_iter([(name.to_owned(), value.clone())])),
        }
        Ok(())
    }
}

/// Only what is new is judged: an import may hold what nobody could write here.
pub fn check(group: &Group, before: Option<&Group>) -> Result<(), Broken> {
    check_text("displayName", &group.display_name, LONGEST_NAME)?;
    let nickname = |group: &Group| group.text("mailNickname").unwrap_or("").to_owned();
    if before.is_none_or(|before| nickname(before) != nickname(group)) {
        check_nickname(&nickname(group))?;
    }
    let shape = |group: &Group| {
        let parts = ["groupTypes", "isAssignableToRole", "visibility"].map(|name| group.more.get(name).cloned());
        (parts, group.mail_enabled, group.security_enabled)
    };
    if before.is_none_or(|before| shape(before) != shape(group)) {
        check_kind(group)?;
    }
    check_count(before.map(|before| &before.more), &group.more)?;
    for (name, value) in &group.more {
        if value.as_str().is_some_and(|text| text.chars().nth(LONGEST_TEXT).is_some()) {
            return Err(Broken::new(name.as_str(), Rule::TooLong(LONGEST_TEXT)));
        }
    }
    let Some(before) = before else { return Ok(()) };
    if before.is_assignable_to_role() != group.is_assignable_to_role() {
        return Err(Broken::new("isAssignableToRole", Rule::Immutable));
    }
    if before.is_unified() != group.is_unified() {
        return Err(Broken::new("groupTypes", Rule::Immutable));
    }
    if hides_members(before) != hides_members(group) {
        return Err(Broken::new("visibility", Rule::Immutable));
    }
    Ok(())
}

/// What a group shall be called, before it is made. What is not named is not judged.
pub fn check_names(display_name: Option<&str>, mail_nickname: Option<&str>) -> Result<(), Broken> {
    display_name.map_or(Ok(()), |name| check_text("displayName", name, LONGEST_NAME))?;
    mail_nickname.map_or(Ok(()), check_nickname)
}

/// Who is in it is for those who may read hidden membership.
pub fn hides_members(group: &Group) -> bool {
    group.text("visibility") == Some("HiddenMembership")
}

fn check_nickname(nickname: &str) -> Result<(), Broken> {
    const NAME: &str = "mailNickname";
    check_text(NAME, nickname, LONGEST_NICKNAME)?;
    let proper = nickname.chars().all(|c| c.is_ascii_graphic() && !"@()\\[]\";:<>,".contains(c));
    let sentence = "holds ASCII without blanks and without @ ( ) \\ [ ] \" ; : < > ,";
    if proper { Ok(()) } else { Err(Broken::new(NAME, Rule::Bad(sentence))) }
}

fn check_kind(group: &Group) -> Result<(), Broken> {
    let types = group.more.get("groupTypes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for kind in types {
        match kind.as_str() {
            Some("Unified") => {}
            Some("DynamicMembership") => {
                return Err(Broken::new("groupTypes", Rule::Bad("dynamic membership is not offered by this service")));
            }
            _ => return Err(Broken::new("groupTypes", Rule::Mistyped)),
        }
    }
    match (group.is_unified(), group.mail_enabled, group.security_enabled) {
        (true, false, _) => Err(Broken::new("mailEnabled", Rule::Bad("a Microsoft 365 group is mail-enabled"))),
        (false, true, _) => Err(Broken::new(
            "mailEnabled",
            Rule::Bad("a mail-enabled group that is no Microsoft 365 group is not made through this service"),
        )),
        (false, false, false) => {
            Err(Broken::new("securityEnabled", Rule::Bad("a group is a security group or a Microsoft 365 group")))
        }
        _ if group.is_assignable_to_role() && !group.security_enabled => {
            Err(Broken::new("isAssignableToRole", Rule::Bad("a group that may hold roles is a security group")))
        }
        _ if hides_members(group) && !group.is_unified() => {
            Err(Broken::new("visibility", Rule::Bad("only a Microsoft 365 group hides its members")))
        }
        _ => Ok(()),
    }
}
