//! Schema extensions: one property of several members, for objects of every tenant once it is available (graph-api.md
//! §2.15).

use crate::extension::{DataType, Extension, SchemaProperty, Shape, check_name, targets};
use crate::properties::{Broken, Properties, Rule};
use crate::tenant::Tenant;
use mandate_base::{AppId, Draw, Folded, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaExtension {
    /// As objects bear it.
    pub id: String,
    pub home: TenantId,
    pub owner: AppId,
    pub description: Option<String>,
    pub status: Status,
    pub target_types: Vec<String>,
    pub properties: Vec<SchemaProperty>,
    /// Raised at each change; a write that read an older one is raced.
    pub version: i64,
}

/// It begins in its own tenant, is then everybody's, and gets no new values in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    InDevelopment,
    Available,
    Deprecated,
}

/// Which are meant, by equality: of those that a tenant may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaQuery {
    pub id: Option<Folded>,
    pub owner: Option<AppId>,
    pub status: Option<Status>,
}

/// Of one owner (graph-api.md §2.15).
pub const MOST_OF_OWNER: usize = 5;
const MOST_MEMBERS: usize = 100;
const LONGEST_DESCRIPTION: usize = 1024;
/// The types of mail are taken as they are: no object here is one.
const TARGET_TYPES: [&str; 9] =
    ["User", "Group", "Organization", "Device", "AdministrativeUnit", "Contact", "Message", "Event", "Post"];
/// Small letters and digits, of which nobody reads one for another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

impl Status {
    pub const fn word(self) -> &'static str {
        match self {
            Status::InDevelopment => "InDevelopment",
            Status::Available => "Available",
            Status::Deprecated => "Deprecated",
        }
    }

    pub fn of(word: &str) -> Option<Status> {
        let all = [Status::InDevelopment, Status::Available, Status::Deprecated];
        all.into_iter().find(|status| status.word().eq_ignore_ascii_case(word))
    }

    /// Nobody's values are taken away: what was shown to all stays shown.
    const fn may_become(self, next: Status) -> bool {
        matches!(
            (self, next),
            (Status::InDevelopment, _)
                | (Status::Available | Status::Deprecated, Status::Available | Status::Deprecated)
        )
    }
}

impl SchemaExtension {
    pub fn key(&self) -> Folded {
        Folded::of(&self.id)
    }

    /// Whether objects of this tenant have it.
    pub fn is_known_in(&self, tenant: TenantId) -> bool {
        self.home == tenant || self.status != Status::InDevelopment
    }

    /// As a caller defines one; `owner` is an application of the tenant.
    pub fn define(
        tenant: &Tenant,
        owner: AppId,
        properties: &Properties,
        draw: &mut dyn Draw,
    ) -> Result<SchemaExtension, Broken> {
        let asked = properties.get("id").and_then(Value::as_str).unwrap_or("");
        let empty = SchemaExtension {
            id: full_id(tenant, asked, draw)?,
            home: tenant.id,
            owner,
            description: None,
            status: Status::InDevelopment,
            target_types: Vec::new(),
            properties: Vec::new(),
            version: 1,
        };
        for needed in ["targetTypes", "properties"] {
            if !properties.contains_key(needed) {
                return Err(Broken::new(needed, Rule::Required));
            }
        }
        let made = empty.merged(properties)?;
        if made.status != Status::InDevelopment {
            return Err(Broken::new("status", Rule::Bad("begins as InDevelopment")));
        }
        Ok(made)
    }

    /// As a caller changes it: types and members are added, and none is taken away or changed.
    pub fn changed(&self, properties: &Properties) -> Result<SchemaExtension, Broken> {
        if self.status == Status::Deprecated && properties.keys().any(|name| name != "status") {
            return Err(Broken::new("status", Rule::Bad("is Deprecated: nothing but the status of it can be changed")));
        }
        let after = self.merged(properties)?;
        if !self.target_types.iter().all(|held| after.target_types.contains(held)) {
            return Err(Broken::new("targetTypes", Rule::Bad("keeps what it has")));
        }
        if !self.properties.iter().all(|held| after.properties.contains(held)) {
            return Err(Broken::new("properties", Rule::Bad("keeps what it has, each of its type")));
        }
        if !self.status.may_become(after.status) {
            return Err(Broken::new("status", Rule::Bad("of what was available does not go back to InDevelopment")));
        }
        Ok(after)
    }

    fn merged(&self, properties: &Properties) -> Result<SchemaExtension, Broken> {
        let mut merged = self.clone();
        for (name, value) in properties {
            let broken = |rule| Broken::new(name.as_str(), rule);
            match name.as_str() {
                "description" => merged.description = value.as_str().map(str::to_owned),
                "status" => {
                    let status = value.as_str().and_then(Status::of);
                    merged.status = status.ok_or_else(|| broken(Rule::Mistyped))?;
                }
                "targetTypes" => merged.target_types = targets(name, properties, &TARGET_TYPES)?,
                "properties" => merged.properties = members(value)?,
                _ => {}
            }
        }
        let too_long = |text: &String| text.chars().nth(LONGEST_DESCRIPTION).is_some();
        if merged.description.as_ref().is_some_and(too_long) {
            return Err(Broken::new("description", Rule::TooLong(LONGEST_DESCRIPTION)));
        }
        Ok(merged)
    }
}

fn members(value: &Value) -> Result<Vec<SchemaProperty>, Broken> {
    let listed = value.as_array().map_or(&[][..], Vec::as_slice);
    if listed.is_empty() {
        return Err(Broken::new("properties", Rule::Required));
    }
    if listed.len() > MOST_MEMBERS {
        return Err(Broken::new("properties", Rule::TooMany(MOST_MEMBERS)));
    }
    let mut all: Vec<SchemaProperty> = Vec::new();
    for member in listed {
        let text = |name: &str| member.get(name).and_then(Value::as_str).unwrap_or("");
        let name = text("name");
        check_name("properties/name", name)?;
        // A large integer is a directory extension's alone.
        let of = DataType::of(text("type")).filter(|of| *of != DataType::LargeInteger);
        let of = of.ok_or_else(|| Broken::new("properties/type", Rule::Mistyped))?;
        if all.iter().any(|known| known.name.eq_ignore_ascii_case(name)) {
            return Err(Broken::new("properties/name", Rule::Repeated(name.to_owned())));
        }
        all.push(SchemaProperty { name: name.to_owned(), of });
    }
    Ok(all)
}

/// Under the first label of a domain of the tenant's, where it is written so; or else under a prefix that nobody has.
fn full_id(tenant: &Tenant, asked: &str, draw: &mut dyn Draw) -> Result<String, Broken> {
    check_name("id", asked)?;
    let Some((label, _)) = asked.split_once('_') else {
        let random = draw.bytes::<8>().map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
        return Ok(format!("ext{}_{asked}", random.iter().collect::<String>()));
    };
    let domains = &tenant.profile.verified_domains;
    let own = domains
        .iter()
        .any(|domain| domain.name.split('.').next().is_some_and(|first| first.eq_ignore_ascii_case(label)));
    if own {
        return Ok(asked.to_owned());
    }
    Err(Broken::new("id", Rule::Bad("has a label of a verified domain of the organisation in front of its _, or none")))
}

impl From<&SchemaExtension> for Extension {
    fn from(defined: &SchemaExtension) -> Extension {
        Extension {
            name: defined.id.clone(),
            shape: Shape::Members(defined.properties.clone()),
            targets: defined.target_types.clone(),
            read_only: defined.status == Status::Deprecated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::{Settings, TenantProfile, VerifiedDomain};
    use mandate_base::Moment;
    use serde_json::json;

    struct Sevens;

    impl Draw for Sevens {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn tenant() -> Tenant {
        let domain =
            VerifiedDomain { name: "Waterkant.example".to_owned(), is_default: true, ..VerifiedDomain::default() };
        let profile = TenantProfile { verified_domains: vec![domain], ..TenantProfile::default() };
        let created = Moment::from_secs(0);
        Tenant { id: TenantId::from_u128(1), created, profile, settings: Settings::default(), version: 1 }
    }

    fn properties(value: Value) -> Properties {
        let Value::Object(properties) = value else { panic!("an object") };
        properties
    }

    fn courses(id: &str) -> Value {
        json!({
            "id": id, "description": "What people learnt", "targetTypes": ["user", "Group"],
            "properties": [{ "name": "courseId", "type": "Integer" }, { "name": "title", "type": "String" }],
        })
    }

    fn define(value: Value) -> Result<SchemaExtension, Broken> {
        SchemaExtension::define(&tenant(), AppId::from_u128(9), &properties(value), &mut Sevens)
    }

    #[test]
    fn an_id_is_under_a_domain_of_the_tenant_or_under_a_prefix_of_its_own() {
        assert_eq!(define(courses("courses")).expect("good").id, "exthhhhhhhh_courses");
        assert_eq!(define(courses("waterkant_courses")).expect("good").id, "waterkant_courses");
        for bad in ["thief_courses", "ext12345678_courses", "", "a b", "_x", "extension_c1_x"] {
            assert_eq!(define(courses(bad)).expect_err("bad").property, "id", "{bad}");
        }
    }

    #[test]
    fn what_is_defined_grows_and_never_shrinks() {
        let made = define(courses("courses")).expect("good");
        let change = |of: &SchemaExtension, value: Value| of.changed(&properties(value));
        let more = json!({ "properties": [
            { "name": "courseId", "type": "Integer" }, { "name": "title", "type": "String" },
            { "name": "done", "type": "Boolean" },
        ] });
        assert_eq!(change(&made, more).expect("one more").properties.len(), 3);
        for (bad, property) in [
            (json!({ "properties": [{ "name": "courseId", "type": "Integer" }] }), "properties"),
            (json!({ "properties": [{ "name": "x", "type": "LargeInteger" }] }), "properties/type"),
            (
                json!({ "properties": [{ "name": "x", "type": "String" }, { "name": "X", "type": "String" }] }),
                "properties/name",
            ),
            (json!({ "targetTypes": ["User"] }), "targetTypes"),
            (json!({ "targetTypes": ["Spaceship"] }), "targetTypes"),
            (json!({ "status": "Gone" }), "status"),
            (json!({ "description": "x".repeat(2000) }), "description"),
        ] {
            assert_eq!(change(&made, bad.clone()).expect_err("bad").property, property, "{bad}");
        }
        let available = change(&made, json!({ "status": "Available" })).expect("published");
        assert!(!made.is_known_in(TenantId::from_u128(2)) && available.is_known_in(TenantId::from_u128(2)));
        assert_eq!(change(&available, json!({ "status": "InDevelopment" })).expect_err("bad").property, "status");
        let old = change(&available, json!({ "status": "Deprecated" })).expect("ended");
        assert!(Extension::from(&old).read_only);
        assert_eq!(change(&old, json!({ "description": "x" })).expect_err("bad").property, "status");
        assert!(change(&old, json!({ "status": "Available" })).is_ok());
    }
}
