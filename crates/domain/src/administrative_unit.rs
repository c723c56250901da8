//! An administrative unit: people and groups of a tenant that a directory role can be limited to (graph-api.md §2.14).

use crate::extension::check_count;
use crate::properties::{Broken, Properties, Rule, check_text, merge};
use mandate_base::AdministrativeUnitId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What it holds is a relation of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdministrativeUnit {
    pub id: AdministrativeUnitId,
    pub display_name: String,
    /// What is in it is changed only by who holds a role in it: a role in the whole tenant does not reach it.
    pub restricted: bool,
    /// Every other Graph property, as it was set.
    pub more: Map<String, Value>,
    /// Raised at each change; a write that read an older one is raced.
    pub version: i64,
}

const LONGEST_NAME: usize = 256;
const LONGEST_TEXT: usize = 1024;
const RESTRICTED: &str = "isMemberManagementRestricted";
const HIDDEN: &str = "HiddenMembership";

impl AdministrativeUnit {
    pub fn text(&self, property: &str) -> Option<&str> {
        self.more.get(property).and_then(Value::as_str)
    }

    /// Who is in it is for those who are, and for those who may read hidden membership.
    pub fn hides_members(&self) -> bool {
        self.text("visibility") == Some(HIDDEN)
    }

    pub fn merged(&self, change: &Properties) -> Result<AdministrativeUnit, Broken> {
        let mut unit = self.clone();
        for (name, value) in change {
            match name.as_str() {
                "displayName" => {
                    let needed = || Broken::new(name, Rule::Required);
                    unit.display_name = value.as_str().ok_or_else(needed)?.to_owned();
                }
                RESTRICTED => unit.restricted = value.as_bool().unwrap_or(false),
                _ => merge(&mut unit.more, &Properties::from_iter([(name.clone(), value.clone())])),
            }
        }
        Ok(unit)
    }

    pub fn properties(&self) -> Properties {
        let mut properties = self.more.clone();
        properties.insert("displayName".to_owned(), self.display_name.clone().into());
        properties.insert(RESTRICTED.to_owned(), self.restricted.into());
        properties
    }

    pub fn check(&self, before: Option<&AdministrativeUnit>) -> Result<(), Broken> {
        check_text("displayName", &self.display_name, LONGEST_NAME)?;
        check_count(before.map(|before| &before.more), &self.more)?;
        for (name, value) in &self.more {
            if value.as_str().is_some_and(|text| text.chars().nth(LONGEST_TEXT).is_some()) {
                return Err(Broken::new(name.as_str(), Rule::TooLong(LONGEST_TEXT)));
            }
        }
        match self.text("visibility") {
            None | Some("Public" | HIDDEN) => {}
            Some(_) => return Err(Broken::new("visibility", Rule::Mistyped)),
        }
        let dynamic = "dynamic membership is not offered by this service";
        match self.text("membershipType") {
            None | Some("Assigned") => {}
            Some("Dynamic") => return Err(Broken::new("membershipType", Rule::Bad(dynamic))),
            Some(_) => return Err(Broken::new("membershipType", Rule::Mistyped)),
        }
        for name in ["membershipRule", "membershipRuleProcessingState"] {
            if self.text(name).is_some() {
                return Err(Broken::new(name, Rule::Bad(dynamic)));
            }
        }
        // Whoever put somebody under its protection must not lose it to a later change, nor take anybody by surprise.
        match before {
            Some(before) if before.restricted != self.restricted => Err(Broken::new(RESTRICTED, Rule::Immutable)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn unit() -> AdministrativeUnit {
        let (id, display_name) = (AdministrativeUnitId::from_u128(7), "Nord".to_owned());
        AdministrativeUnit { id, display_name, restricted: false, more: Map::new(), version: 1 }
    }

    fn change(value: Value) -> Result<AdministrativeUnit, Broken> {
        let Value::Object(change) = value else { panic!("an object") };
        let after = unit().merged(&change)?;
        after.check(Some(&unit())).map(|()| after)
    }

    #[test]
    fn what_a_unit_cannot_be_is_refused_by_its_property() {
        let cases = [
            (json!({ "displayName": null }), "displayName"),
            (json!({ "displayName": "  " }), "displayName"),
            (json!({ "displayName": "x".repeat(257) }), "displayName"),
            (json!({ "description": "x".repeat(1025) }), "description"),
            (json!({ "visibility": "Private" }), "visibility"),
            (json!({ "membershipType": "Dynamic" }), "membershipType"),
            (json!({ "membershipRule": "user.city -eq \"Oslo\"" }), "membershipRule"),
            (json!({ "isMemberManagementRestricted": true }), "isMemberManagementRestricted"),
        ];
        for (value, property) in cases {
            assert_eq!(change(value.clone()).map_err(|broken| broken.property), Err(property.to_owned()), "{value}");
        }
    }

    #[test]
    fn it_is_changed_as_it_is_written() {
        let after = change(json!({ "displayName": "Süd", "visibility": "HiddenMembership" })).expect("proper");
        assert_eq!((after.display_name.as_str(), after.hides_members()), ("Süd", true));
        let after = change(json!({ "visibility": null, "membershipType": "Assigned" })).expect("proper");
        assert!(!after.hides_members());
    }
}
