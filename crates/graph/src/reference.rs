//! What is served, told to people and to programs: an OpenAPI 3.1 document and a page, both made from the rows that the
//! gate itself reads, and from the types that bodies are read by.
//!
//! `docs/graph.md` and `docs/openapi.json` are what these make; a test holds them against it.

use crate::operations::rows;
use crate::schema;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What else an operation answers, beside the place that its row names.
const ALSO: &str = include_str!("../also.tsv");

/// One method of one path, and the rows that decide about it.
struct Place {
    path: String,
    method: &'static str,
    rows: Vec<&'static [&'static str; 6]>,
}

fn places() -> Vec<Place> {
    let mut places: BTreeMap<(&str, usize), Place> = BTreeMap::new();
    let mut put = |path: &'static str, methods: &'static str, row: &'static [&'static str; 6]| {
        for method in methods.split(' ') {
            let order = ["GET", "POST", "PUT", "PATCH", "DELETE"].iter().position(|one| *one == method).unwrap_or(9);
            let place = places.entry((path, order)).or_insert_with(|| Place {
                path: path.to_owned(),
                method,
                rows: Vec::new(),
            });
            place.rows.push(row);
        }
    };
    for row in rows().iter().filter(|row| !row[2].starts_with("/oidc")) {
        put(row[2], row[1], row);
    }
    for line in ALSO.lines().skip(1) {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [operation, method, path] = cells[..] else { continue };
        rows().iter().filter(|row| row[0] == operation).for_each(|row| put(path, method, row));
    }
    places.into_values().collect()
}

impl Place {
    fn area(&self) -> &str {
        self.path.trim_start_matches('/').split('/').next().unwrap_or("")
    }

    /// Each `{id}` by a name of its own.
    fn template(&self) -> String {
        let mut count = 0;
        let parts = self.path.split('/').map(|part| {
            if part != "{id}" {
                return part.to_owned();
            }
            count += 1;
            if count == 1 { part.to_owned() } else { format!("{{id{count}}}") }
        });
        parts.collect::<Vec<_>>().join("/")
    }

    fn ids(&self) -> Vec<String> {
        let template = self.template();
        let names = template.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}').map(str::to_owned));
        names.collect()
    }

    fn name(&self) -> String {
        let shared = self.rows.iter().map(|row| row[0]).reduce(|one, other| {
            let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
            &one[..same]
        });
        let shared = shared.unwrap_or("").trim_end_matches('.');
        // An operation that answers at several places is told apart by them.
        format!("{shared}:{}{}", self.method, self.path.replace(['{', '}'], ""))
    }

    fn is_picture(&self) -> bool {
        self.path.ends_with("logo") || self.path.ends_with("$value")
    }

    /// What the path names last that is no id, and whether it is one of several.
    fn kind(&self) -> Option<(&'static str, bool)> {
        let mut names = self.path.trim_end_matches("/delta").split('/');
        let last = names.rfind(|part| *part != "{id}" && !part.starts_with('$')).unwrap_or("");
        let kind = type_of(last)?;
        let is_list = !self.path.ends_with("{id}") && !ONE.contains(&last);
        Some((kind, is_list))
    }
}

/// What is one, though its name stands for a set or for a person.
const ONE: [&str; 7] = [
    "me",
    "manager",
    "restore",
    "authorizationPolicy",
    "adminConsentRequestPolicy",
    "defaultAppManagementPolicy",
    "photo",
];
/// Which type stands behind a path's last name.
const SETS: [(&str, &str); 64] = [
    ("me", "user"),
    ("users", "user"),
    ("manager", "directoryObject"),
    ("directReports", "directoryObject"),
    ("groups", "group"),
    ("photo", "profilePhoto"),
    ("photos", "profilePhoto"),
    ("tokenLifetimePolicies", "tokenLifetimePolicy"),
    ("claimsMappingPolicies", "claimsMappingPolicy"),
    ("appManagementPolicies", "appManagementPolicy"),
    ("defaultAppManagementPolicy", "tenantAppManagementPolicy"),
    ("appliesTo", "directoryObject"),
    ("subscriptions", "subscription"),
    ("administrativeUnits", "administrativeUnit"),
    ("microsoft.graph.administrativeUnit", "administrativeUnit"),
    ("scopedRoleMembers", "scopedRoleMembership"),
    ("scopedRoleMemberOf", "scopedRoleMembership"),
    ("scopedMembers", "scopedRoleMembership"),
    ("applications", "application"),
    ("servicePrincipals", "servicePrincipal"),
    ("directoryObjects", "directoryObject"),
    ("getByIds", "directoryObject"),
    ("owners", "directoryObject"),
    ("members", "directoryObject"),
    ("transitiveMembers", "directoryObject"),
    ("memberOf", "directoryObject"),
    ("transitiveMemberOf", "directoryObject"),
    ("ownedObjects", "directoryObject"),
    ("createdObjects", "directoryObject"),
    ("deletedItems", "directoryObject"),
    ("restore", "directoryObject"),
    ("microsoft.graph.user", "user"),
    ("microsoft.graph.group", "group"),
    ("microsoft.graph.application", "application"),
    ("microsoft.graph.servicePrincipal", "servicePrincipal"),
    ("oauth2PermissionGrants", "oAuth2PermissionGrant"),
    ("appRoleAssignments", "appRoleAssignment"),
    ("appRoleAssignedTo", "appRoleAssignment"),
    ("federatedIdentityCredentials", "federatedIdentityCredential"),
    ("extensionProperties", "extensionProperty"),
    ("schemaExtensions", "schemaExtension"),
    ("extensions", "openTypeExtension"),
    ("getAvailableExtensionProperties", "extensionProperty"),
    ("delegatedPermissionClassifications", "delegatedPermissionClassification"),
    ("organization", "organization"),
    ("domains", "domain"),
    ("rootDomain", "domain"),
    ("verify", "domain"),
    ("verificationDnsRecords", "domainDnsRecord"),
    ("serviceConfigurationRecords", "domainDnsRecord"),
    ("domainNameReferences", "directoryObject"),
    ("subscribedSkus", "subscribedSku"),
    ("licenseDetails", "licenseDetails"),
    ("directoryRoles", "directoryRole"),
    ("directoryRoleTemplates", "directoryRoleTemplate"),
    ("roleDefinitions", "unifiedRoleDefinition"),
    ("roleAssignments", "unifiedRoleAssignment"),
    ("authorizationPolicy", "authorizationPolicy"),
    ("adminConsentRequestPolicy", "adminConsentRequestPolicy"),
    ("permissionGrantPolicies", "permissionGrantPolicy"),
    ("directoryAudits", "directoryAudit"),
    ("signIns", "signIn"),
    ("includes", "permissionGrantConditionSet"),
    ("excludes", "permissionGrantConditionSet"),
];

/// What a collection holds.
pub(crate) fn type_of(set: &str) -> Option<&'static str> {
    SETS.iter().find(|(name, _)| *name == set).map(|(_, kind)| *kind)
}

/// The document, of all that is served.
pub fn openapi() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut kinds = BTreeSet::new();
    for place in places() {
        if let Some((kind, _)) = place.kind() {
            kinds.insert(kind);
        }
        let entry = paths.entry(place.template()).or_insert_with(|| json!({ "parameters": parameters(&place) }));
        entry[place.method.to_ascii_lowercase()] = operation(&place);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Mandate: Graph",
            "version": "v1.0",
            "summary": "The directory of an organisation, in the words of Microsoft Graph.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [
            { "url": "https://localhost:8443/v1.0" },
            { "url": "https://localhost:8443/beta", "description": "Answers as v1.0 does, where nothing else is said." },
        ],
        "security": [{ "delegated": [] }, { "application": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": security(),
            "schemas": schemas(kinds),
            "responses": { "error": error() },
        },
    })
}

/// The same as text, a line for each path and each type: what changes between two versions can be read.
pub fn openapi_text() -> String {
    let mut document = openapi();
    let mut lines = |pointer: &str, mark: &str| {
        let Some(found) = document.pointer_mut(pointer) else { return String::new() };
        let entries = std::mem::replace(found, Value::from(mark));
        let entries = entries.as_object().into_iter().flatten();
        let told: Vec<String> =
            entries.map(|(name, entry)| format!("{}:{entry}", Value::from(name.as_str()))).collect();
        format!("{{\n{}\n}}", told.join(",\n"))
    };
    let (paths, schemas) = (lines("/paths", "PATHS"), lines("/components/schemas", "SCHEMAS"));
    let text = format!("{document}\n");
    text.replacen("\"PATHS\"", &paths, 1).replacen("\"SCHEMAS\"", &schemas, 1)
}

fn parameters(place: &Place) -> Vec<Value> {
    let of = |name: String| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
    place.ids().into_iter().map(of).collect()
}

fn operation(place: &Place) -> Value {
    let mut told = json!({
        "operationId": place.name(),
        "tags": [place.area()],
        "security": allowed(place),
        "x-user-rights": rights(place),
        "responses": { good_status(place): good(place), "default": { "$ref": "#/components/responses/error" } },
    });
    let options = options(place);
    if !options.is_empty() {
        told["parameters"] = Value::from(options);
    }
    if let Some(body) = body(place) {
        told["requestBody"] = body;
    }
    told
}

/// Any one of them opens it: least first, as the row has them.
fn allowed(place: &Place) -> Vec<Value> {
    let mut all = Vec::new();
    for (scheme, cell) in [("delegated", 3), ("application", 4)] {
        for name in place.rows.iter().flat_map(|row| row[cell].split(", ")).filter(|item| !item.is_empty()) {
            let one = json!({ scheme: [name.split('@').next().unwrap_or(name)] });
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    all
}

/// What the signed-in person must hold besides, any one of them.
fn rights(place: &Place) -> Vec<&'static str> {
    let mut rights: Vec<&str> =
        place.rows.iter().flat_map(|row| row[5].split(", ")).filter(|right| !right.is_empty()).collect();
    rights.dedup();
    rights
}

fn options(place: &Place) -> Vec<Value> {
    let of = |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
    if place.method != "GET" || place.path.ends_with("$ref") || place.is_picture() {
        return Vec::new();
    }
    let mut names = Vec::new();
    match place.kind() {
        _ if place.path.ends_with("$count") => names.push("$filter"),
        _ if place.path.ends_with("delta") => names.extend(["$select", "$filter", "$deltatoken", "$skiptoken"]),
        Some((_, true)) => names.extend(["$select", "$filter", "$top", "$skiptoken"]),
        _ => names.push("$select"),
    }
    names.into_iter().map(of).collect()
}

fn body(place: &Place) -> Option<Value> {
    let last = place.path.rsplit('/').next().unwrap_or("");
    let schema = match (place.method, place.kind()) {
        ("PUT" | "PATCH", _) if place.is_picture() => {
            let picture = json!({ "schema": { "type": "string", "format": "binary" } });
            return Some(json!({ "required": true, "content": { "image/png": picture, "image/jpeg": picture } }));
        }
        ("POST" | "PUT", _) if last == "$ref" => {
            json!({ "type": "object", "required": ["@odata.id"], "properties": { "@odata.id": { "type": "string" } } })
        }
        ("POST" | "PUT" | "PATCH", Some((kind, _))) if !["restore", "getByIds", "verify"].contains(&last) => {
            reference(kind)
        }
        ("POST", _) => json!({ "type": "object" }),
        _ => return None,
    };
    Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }))
}

/// Posts that answer with nothing.
const SILENT: [&str; 6] =
    ["$ref", "changePassword", "removePassword", "removeKey", "reauthorize", "validateProperties"];

fn good_status(place: &Place) -> String {
    let last = place.path.rsplit('/').next().unwrap_or("");
    let status = match place.method {
        "GET" => "200",
        "PUT" | "PATCH" if last == "$value" => "200",
        "PATCH" if place.path == "/subscriptions/{id}" => "200",
        "POST" if SILENT.contains(&last) => "204",
        "POST" if last == "{id}" || last.starts_with(char::is_lowercase) && is_action(last) => "200",
        "POST" => "201",
        _ => "204",
    };
    status.to_owned()
}

fn is_action(name: &str) -> bool {
    let begins = ["add", "remove", "check", "getMember", "getByIds", "revoke", "restore", "verify"];
    begins.iter().any(|begin| name.starts_with(begin))
}

fn good(place: &Place) -> Value {
    if good_status(place) == "204" {
        return json!({ "description": "It is done." });
    }
    let content = |schema: Value| json!({ "application/json": { "schema": schema } });
    let content = match place.kind() {
        _ if place.path.ends_with("$count") => json!({ "text/plain": { "schema": { "type": "integer" } } }),
        _ if place.is_picture() => {
            json!({ "image/*": { "schema": { "type": "string", "format": "binary" } } })
        }
        Some((kind, true)) if place.method == "GET" || place.path.ends_with("getByIds") => content(json!({
            "type": "object",
            "properties": {
                "@odata.context": { "type": "string" },
                "@odata.count": { "type": "integer" },
                "@odata.nextLink": { "type": "string" },
                "@odata.deltaLink": { "type": "string" },
                "value": { "type": "array", "items": reference(kind) },
            },
        })),
        Some((kind, _)) => content(reference(kind)),
        None => content(json!({ "type": "object" })),
    };
    json!({ "description": "What was asked for, or made.", "content": content })
}

fn reference(kind: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{kind}") })
}

fn security() -> Value {
    let at = "https://localhost:8443/organizations/oauth2/v2.0";
    let mut scopes: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (scheme, cell) in [("delegated", 3), ("application", 4)] {
        let named = rows().iter().flat_map(|row| row[cell].split(", ")).filter(|item| !item.is_empty());
        let names = named.map(|item| (item.split('@').next().unwrap_or(item), ""));
        scopes.insert(scheme, names.collect());
    }
    json!({
        "delegated": { "type": "oauth2", "description": "An app that acts for a signed-in person.", "flows": {
            "authorizationCode": {
                "authorizationUrl": format!("{at}/authorize"), "tokenUrl": format!("{at}/token"),
                "scopes": scopes["delegated"],
            },
        } },
        "application": { "type": "oauth2", "description": "An app that calls for itself.", "flows": {
            "clientCredentials": { "tokenUrl": format!("{at}/token"), "scopes": scopes["application"] },
        } },
    })
}

fn error() -> Value {
    json!({ "description": "Why not, in Graph's words.", "content": { "application/json": { "schema": {
        "type": "object",
        "required": ["error"],
        "properties": { "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": { "type": "string" },
                "message": { "type": "string" },
                "innerError": { "type": "object", "properties": {
                    "date": { "type": "string" },
                    "request-id": { "type": "string" },
                    "client-request-id": { "type": "string" },
                    "reason": { "type": "string", "description": "Which half of a decision failed." },
                } },
            },
        } },
    } } } })
}

/// These types, and all that they are made of.
fn schemas(kinds: BTreeSet<&'static str>) -> Map<String, Value> {
    let mut told = Map::new();
    let mut waiting: Vec<&'static str> = kinds.into_iter().collect();
    while let Some(kind) = waiting.pop() {
        if told.contains_key(kind) {
            continue;
        }
        let words = schema::words(kind);
        if !words.is_empty() {
            told.insert(kind.to_owned(), json!({ "type": ["string", "null"], "enum": words }));
            continue;
        }
        let mut properties = Map::new();
        for member in schema::members(kind).into_iter().filter(|member| !member.navigation) {
            let one = match member.of.strip_prefix("Edm.") {
                Some(plain) => of_plain(plain),
                None if schema::knows(member.of) => {
                    waiting.push(member.of);
                    reference(member.of)
                }
                None => json!({}),
            };
            let value = if member.many { json!({ "type": "array", "items": one }) } else { one };
            properties.insert(member.name.to_owned(), value);
        }
        told.insert(kind.to_owned(), json!({ "type": ["object", "null"], "properties": properties }));
    }
    told
}

fn of_plain(kind: &str) -> Value {
    match kind {
        "Boolean" => json!({ "type": ["boolean", "null"] }),
        "Int16" | "Int32" | "Int64" | "Byte" => json!({ "type": ["integer", "null"] }),
        "Decimal" | "Double" | "Single" => json!({ "type": ["number", "null"] }),
        "Guid" => json!({ "type": ["string", "null"], "format": "uuid" }),
        "DateTimeOffset" => json!({ "type": ["string", "null"], "format": "date-time" }),
        "Date" => json!({ "type": ["string", "null"], "format": "date" }),
        _ => json!({ "type": ["string", "null"] }),
    }
}

/// The page: each operation with what opens it.
pub fn page() -> String {
    let mut text = String::from(
        "# Graph, operation by operation\n\nMade from the rows that the server itself reads; `openapi.json` beside it says the \
         same to programs. A permission opens an operation when the app was granted it, any one of a list, least first; for \
         a signed-in person one of the rights must be held besides. *owned*: of what the app owns. *itself*: of who calls. \
         *basic*: names and addresses, no more.\n",
    );
    let mut area = String::new();
    for place in places() {
        if place.area() != area {
            area = place.area().to_owned();
            text.push_str(&format!("\n## {area}\n"));
        }
        text.push_str(&format!("\n### `{} {}`\n\n", place.method, place.path));
        for row in &place.rows {
            if place.rows.len() > 1 {
                text.push_str(&format!("`{}`:\n\n", row[0]));
            }
            for (what, cell) in [("for a person", 3), ("for itself", 4), ("the person", 5)] {
                let list: Vec<String> = row[cell].split(", ").filter(|item| !item.is_empty()).map(shown).collect();
                let list = if list.is_empty() { "–".to_owned() } else { list.join(", ") };
                text.push_str(&format!("- {what}: {list}\n"));
            }
        }
    }
    text
}

fn shown(item: &str) -> String {
    let (item, basic) = item.strip_suffix(":basic").map_or((item, ""), |item| (item, " (basic)"));
    let item = item.strip_prefix("action:").unwrap_or(item);
    match item.split_once('@') {
        Some((name, "all")) => format!("`{name}`{basic}"),
        Some((name, reach)) => format!("`{name}` ({reach}){basic}"),
        None => format!("`{item}`{basic}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::{self, Version};

    #[test]
    fn every_other_place_is_of_an_operation_and_is_answered() {
        for line in ALSO.lines().skip(1) {
            let [operation, method, path] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("not three cells: {line}");
            };
            assert!(rows().iter().any(|row| row[0] == operation), "{operation} is no operation");
            let route = dispatch::route(Version::V1, path.trim_start_matches('/').split('/'));
            let takes = route.is_ok_and(|route| route.methods().iter().any(|taken| taken.as_str() == method));
            assert!(takes, "{method} {path} is not answered");
        }
    }
}
