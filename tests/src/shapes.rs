//! What Graph answers, held against the table of its types: every property is one of its type, and every value fits it.
//!
//! `graph::send` asks it of each good answer under `/v1.0`, so all tests are tests of this.

use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::OnceLock;

const TABLE: &str = include_str!("../../crates/graph/types.tsv");

#[derive(Default)]
struct Type {
    base: Option<&'static str>,
    members: HashMap<&'static str, &'static str>,
    words: Vec<&'static str>,
}

fn types() -> &'static HashMap<&'static str, Type> {
    static TYPES: OnceLock<HashMap<&'static str, Type>> = OnceLock::new();
    TYPES.get_or_init(|| {
        let mut types: HashMap<&'static str, Type> = HashMap::new();
        for line in TABLE.lines().skip(1) {
            let [name, kind, base, member_kind, member, of] = line.split('\t').collect::<Vec<_>>()[..] else {
                continue;
            };
            let found = types.entry(name).or_default();
            found.base = Some(base).filter(|base| !base.is_empty());
            match (kind, member_kind) {
                ("EnumType", _) => found.words = member.split(',').collect(),
                (_, "") => {}
                _ => drop(found.members.insert(member, of)),
            }
        }
        types
    })
}

/// Which type an entity set holds, by the last segment of its name.
const SETS: &[(&str, &str)] = &[
    ("users", "user"),
    ("groups", "group"),
    ("photo", "profilePhoto"),
    ("photos", "profilePhoto"),
    ("tokenLifetimePolicies", "tokenLifetimePolicy"),
    ("claimsMappingPolicies", "claimsMappingPolicy"),
    ("appManagementPolicies", "appManagementPolicy"),
    ("defaultAppManagementPolicy", "tenantAppManagementPolicy"),
    ("subscriptions", "subscription"),
    ("administrativeUnits", "administrativeUnit"),
    ("scopedRoleMemberships", "scopedRoleMembership"),
    ("applications", "application"),
    ("servicePrincipals", "servicePrincipal"),
    ("directoryObjects", "directoryObject"),
    ("deletedItems", "directoryObject"),
    ("oauth2PermissionGrants", "oAuth2PermissionGrant"),
    ("appRoleAssignments", "appRoleAssignment"),
    ("appRoleAssignedTo", "appRoleAssignment"),
    ("organization", "organization"),
    ("extensionProperties", "extensionProperty"),
    ("schemaExtensions", "schemaExtension"),
    ("extensions", "openTypeExtension"),
    ("domains", "domain"),
    ("verificationDnsRecords", "domainDnsRecord"),
    ("serviceConfigurationRecords", "domainDnsRecord"),
    ("subscribedSkus", "subscribedSku"),
    ("licenseDetails", "licenseDetails"),
    ("directoryRoles", "directoryRole"),
    ("directoryRoleTemplates", "directoryRoleTemplate"),
    ("roleDefinitions", "unifiedRoleDefinition"),
    ("roleAssignments", "unifiedRoleAssignment"),
    ("federatedIdentityCredentials", "federatedIdentityCredential"),
    ("delegatedPermissionClassifications", "delegatedPermissionClassification"),
    ("authorizationPolicy", "authorizationPolicy"),
    ("adminConsentRequestPolicy", "adminConsentRequestPolicy"),
    ("permissionGrantPolicies", "permissionGrantPolicy"),
    ("permissionGrantConditionSets", "permissionGrantConditionSet"),
    ("directoryAudits", "directoryAudit"),
    ("signIns", "signIn"),
    ("includes", "permissionGrantConditionSet"),
    ("excludes", "permissionGrantConditionSet"),
];

/// Panics where the answer is not of the type that its context names.
pub fn check(target: &str, answer: &Value) {
    let Some(context) = answer["@odata.context"].as_str() else { return };
    if let Err(told) = judged(context, answer) {
        panic!("{target} ({context}): {told}");
    }
}

fn judged(context: &str, answer: &Value) -> Result<(), String> {
    // The service document is of no type.
    if context.ends_with("/$metadata") {
        return Ok(());
    }
    let (_, named) = context.split_once("$metadata#").ok_or("the context names nothing")?;
    let named = named.strip_suffix("/$entity").unwrap_or(named);
    if named == "Collection($ref)" || named == "$ref" {
        return Ok(());
    }
    let own = ["microsoft.graph.", "Edm.", "Collection("].iter().any(|start| named.starts_with(start));
    if own {
        let value = if named.starts_with("microsoft.graph.") { answer } else { &answer["value"] };
        return fits(named, value);
    }
    let segment = last_segment(named);
    // One property of an object.
    let (before, _) = named.rsplit_once('/').unwrap_or(("", named));
    let of = SETS.iter().find(|(set, _)| *set == last_segment(before));
    if let Some(property) = of.and_then(|(_, kind)| member(kind, segment)).filter(|_| !is_set(segment)) {
        return fits(property, &answer["value"]);
    }
    let found =
        SETS.iter().find(|(set, _)| *set == segment).ok_or_else(|| format!("no type is known of `{segment}`"))?;
    match answer["value"].as_array() {
        Some(values) => values.iter().try_for_each(|value| fits(found.1, value)),
        None => fits(found.1, answer),
    }
}

fn is_set(segment: &str) -> bool {
    SETS.iter().any(|(set, _)| *set == segment)
}

/// `users('id')/appRoleAssignments(id,principalId)` → `appRoleAssignments`
fn last_segment(named: &str) -> &str {
    let mut depth = 0;
    let mut start = 0;
    for (at, c) in named.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '/' if depth == 0 => start = at + 1,
            _ => {}
        }
    }
    named[start..].split('(').next().unwrap_or("")
}

fn fits(of: &str, value: &Value) -> Result<(), String> {
    let of = of.trim_start_matches('#').trim_start_matches("microsoft.graph.");
    if value.is_null() {
        return Ok(());
    }
    if let Some(inner) = of.strip_prefix("Collection(").and_then(|of| of.strip_suffix(')')) {
        let values = value.as_array().ok_or_else(|| format!("{of} is no array: {value}"))?;
        return values.iter().try_for_each(|value| fits(inner, value));
    }
    if let Some(kind) = of.strip_prefix("Edm.") {
        return if is_edm(kind, value) { Ok(()) } else { Err(format!("no {of}: {value}")) };
    }
    let known = types().get(of).ok_or_else(|| format!("no type `{of}` in the table"))?;
    match value {
        Value::String(word) if known.words.contains(&word.as_str()) => Ok(()),
        Value::Object(members) => {
            let of = members.get("@odata.type").and_then(Value::as_str).unwrap_or(of);
            all_fit(of.trim_start_matches('#').trim_start_matches("microsoft.graph."), members)
        }
        _ => Err(format!("no {of}: {value}")),
    }
}

fn all_fit(of: &str, members: &Map<String, Value>) -> Result<(), String> {
    // What stands with an underscore is an extension, of no type that this table has.
    for (name, value) in members.iter().filter(|(name, _)| !name.contains(['@', '_'])) {
        let member = match member(of, name) {
            Some(member) => member,
            // Of whatever members it was written with.
            None if of == "openTypeExtension" => continue,
            None => return Err(format!("{of} has no property `{name}`")),
        };
        fits(member, value).map_err(|told| format!("{of}/{name}: {told}"))?;
    }
    Ok(())
}

fn member(of: &str, name: &str) -> Option<&'static str> {
    let known = types().get(of)?;
    known.members.get(name).copied().or_else(|| member(known.base?, name))
}

fn is_edm(kind: &str, value: &Value) -> bool {
    match (kind, value) {
        ("Boolean", Value::Bool(_)) | ("String" | "Binary" | "Stream" | "Duration" | "Date", Value::String(_)) => true,
        ("Int16" | "Int32" | "Int64" | "Byte", Value::Number(number)) => number.is_i64() || number.is_u64(),
        ("Decimal" | "Double" | "Single", Value::Number(_)) => true,
        ("Guid", Value::String(text)) => mandate_base::ObjectId::parse(text).is_ok(),
        ("DateTimeOffset", Value::String(text)) => mandate_domain::time::parse(text).is_some(),
        _ => false,
    }
}
