//! Bodies of writes: JSON objects whose members are all known (graph-api.md §3.6).

use crate::call::Call;
use crate::errors::{Refusal, Stop};
use crate::extensions;
use crate::schema;
use mandate_base::ObjectId;
use mandate_domain::properties::Properties;
use mandate_domain::time;
use mandate_usecases::directory;
use mandate_web::percent::decode_path;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Annotations (`@odata.type`, `x@odata.type`) say how a client reads its own words, and are passed over. So are an action's
/// parameters that it does not have, as Graph passes over them; an object's members are all known.
pub(crate) fn read<T: DeserializeOwned>(call: &Call<'_>) -> Result<T, Refusal> {
    let mut members = object(call)?;
    members.retain(|name, _| !name.contains('@'));
    serde_json::from_value(Value::Object(members)).map_err(|error| told(&error.to_string()))
}

/// Of a type that has whatever members it is written with.
pub(crate) fn read_open(call: &Call<'_>) -> Result<Properties, Refusal> {
    let mut members = object(call)?;
    members.retain(|name, _| !name.contains('@'));
    Ok(members)
}

/// What is written of one object: its properties, and whom it is linked to.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Written {
    pub properties: Properties,
    /// `owners@odata.bind`, `members@odata.bind`
    pub owners: Vec<ObjectId>,
    pub members: Vec<ObjectId>,
    /// What is not for callers to set, and was sent all the same: as it was read, perhaps (`sent_back`).
    pub fixed: Properties,
}

/// Of one bind (graph-api.md §2.3).
const MOST_BOUND: usize = 20;

/// By the schema of `kind`: a member that it has not is refused, and one that is not for callers to set.
pub(crate) fn read_object(call: &Call<'_>, kind: &str, read_only: &[&str]) -> Result<Written, Refusal> {
    read_change(call, kind, read_only, "")
}

/// The same of an object that is there. Clients send its id back as they read it, and no other.
pub(crate) fn read_change(call: &Call<'_>, kind: &str, read_only: &[&str], own: &str) -> Result<Written, Refusal> {
    let written = read_whole(call, kind, read_only, own)?;
    match written.fixed.keys().next() {
        Some(name) => Err(Refusal::ReadOnly(name.clone())),
        None => Ok(written),
    }
}

/// The same of an object that clients send back whole, with what they changed in it.
pub(crate) fn read_whole(call: &Call<'_>, kind: &str, read_only: &[&str], own: &str) -> Result<Written, Refusal> {
    let mut written = Written::default();
    for (name, value) in object(call)? {
        let name = schema::member(kind, &name).map_or(name, |known| known.name.to_owned());
        match name.as_str() {
            "owners@odata.bind" => written.owners = bound(&name, &value)?,
            "members@odata.bind" => written.members = bound(&name, &value)?,
            _ if name.ends_with("@odata.bind") => return Err(Refusal::UnknownMember(name)),
            _ if name.contains('@') => {}
            "id" if is_own(&value, own) => {}
            _ if read_only.contains(&name.as_str()) => {
                written.fixed.insert(name, value);
            }
            _ => {
                let (name, value) = checked(call, kind, name, value)?;
                written.properties.insert(name, value);
            }
        }
    }
    Ok(written)
}

/// Whether what was sent of the fixed properties is what they are: then it changes nothing.
pub(crate) fn is_as_it_was(fixed: &Properties, held: &Properties) -> Result<(), Refusal> {
    let changed = fixed.iter().find(|(name, value)| !is_same(value, held.get(*name).unwrap_or(&Value::Null)));
    changed.map_or(Ok(()), |(name, _)| Err(Refusal::ReadOnly(name.clone())))
}

/// Nothing is nothing, as null, as an empty list and as a member that is not sent.
fn is_same(sent: &Value, held: &Value) -> bool {
    let is_nothing = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    match (sent, held) {
        (Value::Array(sent), Value::Array(held)) => {
            sent.len() == held.len() && sent.iter().zip(held).all(|(sent, held)| is_same(sent, held))
        }
        (Value::Object(sent), Value::Object(held)) => {
            let names = sent.keys().chain(held.keys()).filter(|name| !name.contains('@'));
            let null = Value::Null;
            let is_same_of = |name: &String| is_same(sent.get(name).unwrap_or(&null), held.get(name).unwrap_or(&null));
            names.into_iter().all(is_same_of)
        }
        // Ids and moments are compared as texts, which clients may have spelled anew.
        (Value::String(sent), Value::String(held)) => {
            sent.eq_ignore_ascii_case(held) || (time::parse(sent).is_some() && time::parse(sent) == time::parse(held))
        }
        _ => sent == held || (is_nothing(sent) && is_nothing(held)),
    }
}

fn is_own(value: &Value, own: &str) -> bool {
    !own.is_empty() && value.as_str().is_some_and(|value| value.eq_ignore_ascii_case(own))
}

/// A member of the kind's own, or of what is added to it.
fn checked(call: &Call<'_>, kind: &str, name: String, mut value: Value) -> Result<(String, Value), Refusal> {
    if let Some(known) = schema::member(kind, &name).filter(|member| !member.navigation) {
        schema::check(&name, known, &mut value)?;
        return Ok((name, value));
    }
    let added = extensions::of_kind(&call.extensions, &name, kind);
    let added = added.ok_or_else(|| Refusal::UnknownMember(name.chars().take(128).collect()))?;
    Ok((added.name.clone(), added.kept(&value).map_err(Refusal::Broken)?))
}

/// What a body says that it is.
pub(crate) fn type_of(call: &Call<'_>) -> Result<Option<String>, Refusal> {
    Ok(object(call)?.get("@odata.type").and_then(Value::as_str).map(str::to_owned))
}

/// `{"@odata.id": "https://…/directoryObjects/{id}"}`; a person goes by their name, too (`…/users/{userPrincipalName}`).
pub(crate) async fn read_reference(call: &Call<'_>) -> Result<ObjectId, Stop> {
    let members = object(call)?;
    let missing = || Refusal::Missing("@odata.id".to_owned());
    let address = members.get("@odata.id").and_then(Value::as_str).ok_or_else(missing)?;
    if let Some(id) = referred(address) {
        return Ok(id);
    }
    let name = decode_path(last_of(address)).filter(|name| name.contains('@')).ok_or_else(missing)?;
    let found = directory::user_by_name(call.house, &call.caller, &name).await?;
    Ok(found.map(ObjectId::from).ok_or(Refusal::NoSuchReference(name))?)
}

fn object(call: &Call<'_>) -> Result<Map<String, Value>, Refusal> {
    // Graph's libraries send what they compressed again, plain, when they hear so (graph-api.md §5.5).
    if call.encoded {
        return Err(Refusal::Encoded);
    }
    match serde_json::from_slice(call.body) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(Refusal::Unreadable),
    }
}

fn bound(name: &str, value: &Value) -> Result<Vec<ObjectId>, Refusal> {
    let Value::Array(addresses) = value else { return Err(Refusal::MistypedMember(name.to_owned())) };
    if addresses.len() > MOST_BOUND {
        return Err(Refusal::Invalid(format!("The number of references in '{name}' is limited to {MOST_BOUND}.")));
    }
    let all = addresses.iter().map(|address| {
        let id = address.as_str().and_then(referred);
        id.ok_or_else(|| Refusal::MistypedMember(name.to_owned()))
    });
    all.collect()
}

/// The id at the end of an address, as a segment or in parentheses. Its host and collection may be anybody's: clients
/// write those of the cloud that they were made for (graph-api.md §3.6). Behind it may stand the object's type, as in the
/// addresses that `odata.metadata=full` gives.
pub(crate) fn referred(address: &str) -> Option<ObjectId> {
    let typed = address.trim_end_matches('/').rsplit_once('/').filter(|(_, kind)| kind.starts_with(OLDER_TYPES));
    ObjectId::parse(last_of(typed.map_or(address, |(before, _)| before))).ok()
}

/// As the directory named its types before Graph.
pub(crate) const OLDER_TYPES: &str = "Microsoft.DirectoryServices.";

fn last_of(address: &str) -> &str {
    let last = address.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let key = last.split_once("('").and_then(|(_, rest)| rest.strip_suffix("')"));
    key.unwrap_or(last)
}

/// In our words, by the name that the reader puts in backticks.
fn told(error: &str) -> Refusal {
    let name = error.split('`').nth(1).unwrap_or("").chars().take(64).collect();
    match () {
        () if error.starts_with("missing field") => Refusal::Missing(name),
        () if error.starts_with("unknown field") => Refusal::UnknownMember(name),
        () => Refusal::Invalid(format!("Invalid value specified in the request body: {error}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        assert_eq!(told("missing field `clientId`"), Refusal::Missing("clientId".to_owned()));
        assert_eq!(told("unknown field `x`, expected `scope`"), Refusal::UnknownMember("x".to_owned()));
        assert!(matches!(told("invalid type: map, expected a string"), Refusal::Invalid(_)));
    }

    #[test]
    fn a_reference_is_read_by_its_end() {
        let id = ObjectId::from_u128(5);
        for address in [
            format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}"),
            format!("https://other.example/v1.0/users('{id}')"),
            format!("/v1.0/servicePrincipals/{id}/"),
            id.to_string(),
            format!("https://graph.microsoft.com/v2/{id}/directoryObjects/{id}/Microsoft.DirectoryServices.User"),
        ] {
            assert_eq!(referred(&address), Some(id), "{address}");
        }
        for bad in ["", "https://x.example/users/joris@x.example", "('x')"] {
            assert_eq!(referred(bad), None, "{bad}");
        }
    }
}
