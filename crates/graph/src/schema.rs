//! Graph's types (`types.tsv`, from graph-types.tsv): which members a body may hold, and what each can be.
//!
//! Never: what a value means; that is the domain's. Next: `body` for how a body is read.

use crate::errors::Refusal;
use mandate_domain::time;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A member of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub name: &'static str,
    /// `Edm.String`, `passwordProfile`
    pub of: &'static str,
    pub many: bool,
    pub navigation: bool,
}

#[derive(Default)]
struct Type {
    is_entity: bool,
    base: Option<&'static str>,
    members: Vec<Member>,
    /// The words of an enumeration.
    words: Vec<&'static str>,
}

const TABLE: &str = include_str!("../types.tsv");
/// Of one value in a body; what a property may hold is less, and the domain's to say.
const LONGEST_TEXT: usize = 64 * 1024;
const MOST_VALUES: usize = 5000;

fn types() -> &'static HashMap<&'static str, Type> {
    static TYPES: OnceLock<HashMap<&'static str, Type>> = OnceLock::new();
    TYPES.get_or_init(read)
}

fn read() -> HashMap<&'static str, Type> {
    let mut types: HashMap<&'static str, Type> = HashMap::new();
    for line in TABLE.lines().skip(1) {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [name, kind, base, member_kind, member, of] = cells[..] else { continue };
        let found = types.entry(name).or_default();
        found.is_entity = kind == "EntityType";
        found.base = Some(base).filter(|base| !base.is_empty());
        match (kind, member_kind) {
            ("EnumType", _) => found.words = member.split(',').collect(),
            (_, "") => {}
            (_, member_kind) => {
                let inner = of.strip_prefix("Collection(").and_then(|of| of.strip_suffix(')'));
                let (many, of) = (inner.is_some(), inner.unwrap_or(of));
                found.members.push(Member { name: member, of, many, navigation: member_kind == "navigation" });
            }
        }
    }
    types
}

/// Of the type itself or of one that it is made from, in whatever case it is written: clients do not agree with Graph there,
/// and Graph does not mind (graph-api.md §3.6).
pub(crate) fn member(kind: &str, name: &str) -> Option<Member> {
    let mut kind = Some(kind);
    while let Some(found) = kind.and_then(|kind| types().get(kind)) {
        if let Some(member) = found.members.iter().find(|member| member.name.eq_ignore_ascii_case(name)) {
            return Some(*member);
        }
        kind = found.base;
    }
    None
}

/// Of every type, in order.
pub(crate) fn names() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = types().keys().copied().collect();
    names.sort_unstable();
    names
}

pub(crate) fn base(kind: &str) -> Option<&'static str> {
    types().get(kind)?.base
}

pub(crate) fn is_entity(kind: &str) -> bool {
    types().get(kind).is_some_and(|found| found.is_entity)
}

/// Without those of its bases.
pub(crate) fn own_members(kind: &str) -> &'static [Member] {
    types().get(kind).map_or(&[], |found| &found.members)
}

/// All of them, those of its bases first.
pub(crate) fn members(kind: &str) -> Vec<Member> {
    let Some(found) = types().get(kind) else { return Vec::new() };
    let mut all = found.base.map(members).unwrap_or_default();
    all.extend(&found.members);
    all
}

/// Of an enumeration; none of another type.
pub(crate) fn words(kind: &str) -> &'static [&'static str] {
    types().get(kind).map_or(&[], |found| &found.words)
}

/// Is it a type that is known here?
pub(crate) fn knows(kind: &str) -> bool {
    types().contains_key(kind)
}

/// Whether a value is of a member's type, all the way down. Control information inside it is taken out.
pub(crate) fn check(path: &str, member: Member, value: &mut Value) -> Result<(), Refusal> {
    match value {
        Value::Null => Ok(()),
        Value::Array(values) if member.many => {
            if values.len() > MOST_VALUES {
                return Err(mistyped(path));
            }
            values.iter_mut().try_for_each(|value| one(path, member.of, value))
        }
        Value::Array(_) => Err(mistyped(path)),
        _ if member.many => Err(mistyped(path)),
        value => one(path, member.of, value),
    }
}

fn one(path: &str, of: &str, value: &mut Value) -> Result<(), Refusal> {
    let fits = match (of, &mut *value) {
        ("Edm.String", Value::String(text)) => text.len() <= LONGEST_TEXT,
        ("Edm.Boolean", Value::Bool(_)) => true,
        ("Edm.Int32" | "Edm.Int16" | "Edm.Byte", Value::Number(number)) => {
            number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
        }
        ("Edm.Int64" | "Edm.Decimal" | "Edm.Double" | "Edm.Single", Value::Number(_)) => true,
        ("Edm.Guid", Value::String(text)) => mandate_base::ObjectId::parse(text).is_ok(),
        ("Edm.DateTimeOffset", Value::String(text)) => time::parse(text).is_some(),
        ("Edm.Date" | "Edm.TimeOfDay" | "Edm.Duration", Value::String(text)) => text.len() <= 64,
        ("Edm.Binary" | "Edm.Stream", Value::String(text)) => text.len() <= LONGEST_TEXT,
        (of, Value::Object(members)) if !of.starts_with("Edm.") && knows(of) => {
            members.retain(|name, _| !name.contains('@'));
            let written = std::mem::take(members);
            for (name, mut value) in written {
                let path = format!("{path}/{name}");
                let known = member(of, &name).filter(|member| !member.navigation);
                let known = known.ok_or_else(|| Refusal::UnknownMember(path.clone()))?;
                check(&path, known, &mut value)?;
                members.insert(known.name.to_owned(), value);
            }
            true
        }
        (of, Value::String(text)) => types().get(of).is_some_and(|known| known.words.contains(&text.as_str())),
        _ => false,
    };
    if fits { Ok(()) } else { Err(mistyped(path)) }
}

fn mistyped(path: &str) -> Refusal {
    Refusal::MistypedMember(path.chars().take(128).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn checked(kind: &str, name: &str, mut value: Value) -> Result<Value, Refusal> {
        let known = member(kind, name).expect("a member");
        check(name, known, &mut value).map(|()| value)
    }

    #[test]
    fn members_are_inherited() {
        assert_eq!(member("user", "id").map(|member| member.of), Some("Edm.String"));
        assert_eq!(member("user", "deletedDateTime").map(|member| member.of), Some("Edm.DateTimeOffset"));
        assert_eq!(member("user", "manager").map(|member| member.navigation), Some(true));
        assert_eq!(member("user", "identifierUris"), None);
        assert_eq!(member("user", "mailNickName").map(|member| member.name), Some("mailNickname"));
    }

    #[test]
    fn a_value_is_of_its_type_all_the_way_down() {
        let profile = json!({ "@odata.type": "#x", "password": "x", "forceChangePasswordNextSignIn": true });
        let read = checked("user", "passwordProfile", profile).expect("well typed");
        assert_eq!(read, json!({ "password": "x", "forceChangePasswordNextSignIn": true }));
        for (kind, name, value) in [
            ("user", "accountEnabled", json!("yes")),
            ("user", "businessPhones", json!("1")),
            ("user", "businessPhones", json!([1])),
            ("user", "displayName", json!(["x"])),
            ("user", "employeeHireDate", json!("yesterday")),
            ("application", "web", json!({ "redirectUris": [1] })),
            ("application", "tokenEncryptionKeyId", json!("x")),
            ("application", "nativeAuthenticationApisEnabled", json!("some")),
        ] {
            assert!(matches!(checked(kind, name, value.clone()), Err(Refusal::MistypedMember(_))), "{name}: {value}");
        }
        let read = checked("application", "web", json!({ "RedirectUris": ["x"] })).expect("in any case");
        assert_eq!(read, json!({ "redirectUris": ["x"] }));
        let refused = checked("application", "web", json!({ "redirectUri": "x" }));
        assert_eq!(refused, Err(Refusal::UnknownMember("web/redirectUri".to_owned())));
        assert!(checked("application", "nativeAuthenticationApisEnabled", json!("all")).is_ok());
    }
}
