//! An object's further properties in few bytes: Graph's own names as one byte each, texts as they are, the rest as JSON.
//!
//! `1`, then of each property its name (its place in [`NAMES`], or 255 and a text) and its value: a length, doubled, and one
//! more where what follows is JSON. Lengths are LEB128. What begins with `{` is from before, and JSON as a whole.

use crate::Fault;
use crate::value::Value;
use serde_json::{Map, Value as Json};

const FORM: u8 = 1;
const OTHER_NAME: u8 = 255;

/// Stores know them by their places: what is new goes to the end, and nothing is ever taken out.
const NAMES: &[&str] = &[
    "givenName",
    "surname",
    "jobTitle",
    "department",
    "city",
    "country",
    "companyName",
    "employeeId",
    "employeeType",
    "officeLocation",
    "mobilePhone",
    "businessPhones",
    "preferredLanguage",
    "usageLocation",
    "state",
    "streetAddress",
    "postalCode",
    "faxNumber",
    "mailNickname",
    "proxyAddresses",
    "otherMails",
    "imAddresses",
    "ageGroup",
    "consentProvidedForMinor",
    "creationType",
    "employeeHireDate",
    "employeeOrgData",
    "externalUserState",
    "externalUserStateChangeDateTime",
    "onPremisesImmutableId",
    "onPremisesLastSyncDateTime",
    "onPremisesSamAccountName",
    "onPremisesSyncEnabled",
    "onPremisesUserPrincipalName",
    "onPremisesExtensionAttributes",
    "passwordPolicies",
    "passwordProfile",
    "lastPasswordChangeDateTime",
    "preferredDataLocation",
    "createdBy",
    "aboutMe",
    "birthday",
    "hireDate",
    "interests",
    "mySite",
    "pastProjects",
    "responsibilities",
    "schools",
    "skills",
];

pub fn packed(properties: &Map<String, Json>) -> Result<Value, Fault> {
    let mut bytes = vec![FORM];
    for (name, value) in properties {
        match NAMES.iter().position(|known| known == name).and_then(|place| u8::try_from(place).ok()) {
            Some(place) if place < OTHER_NAME => bytes.push(place),
            _ => {
                bytes.push(OTHER_NAME);
                put(&mut bytes, name.as_bytes(), 0);
            }
        }
        match value {
            Json::String(text) => put(&mut bytes, text.as_bytes(), 0),
            other => {
                let json = serde_json::to_vec(other).map_err(Fault::while_doing("writing an object"))?;
                put(&mut bytes, &json, 1);
            }
        }
    }
    Ok(Value::Bytes(bytes))
}

/// The last bit of the length tells of what kind the text is.
fn put(bytes: &mut Vec<u8>, text: &[u8], kind: usize) {
    let mut length = text.len() << 1 | kind;
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(text);
}

pub fn unpacked(bytes: &[u8]) -> Result<Map<String, Json>, Fault> {
    match bytes.split_first() {
        Some((&FORM, rest)) => {
            properties(rest).ok_or_else(|| Fault::new("reading a stored object", "it ends too soon"))
        }
        _ => serde_json::from_slice(bytes).map_err(Fault::while_doing("reading a stored object")),
    }
}

fn properties(mut rest: &[u8]) -> Option<Map<String, Json>> {
    let mut properties = Map::new();
    while let Some((&place, behind)) = rest.split_first() {
        rest = behind;
        let name = match place {
            OTHER_NAME => std::str::from_utf8(take(&mut rest)?.0).ok()?,
            place => NAMES.get(usize::from(place))?,
        };
        let value = match take(&mut rest)? {
            (text, 0) => Json::String(std::str::from_utf8(text).ok()?.to_owned()),
            (json, _) => serde_json::from_slice(json).ok()?,
        };
        properties.insert(name.to_owned(), value);
    }
    Some(properties)
}

fn take<'b>(rest: &mut &'b [u8]) -> Option<(&'b [u8], usize)> {
    let (mut length, mut shift) = (0_usize, 0);
    loop {
        let (&byte, behind) = rest.split_first()?;
        *rest = behind;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte < 0x80 {
            break;
        }
    }
    let (text, behind) = rest.split_at_checked(length >> 1)?;
    *rest = behind;
    Some((text, length & 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bytes(properties: &Map<String, Json>) -> Vec<u8> {
        match packed(properties) {
            Ok(Value::Bytes(bytes)) => bytes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_packed_comes_back_as_it_was() {
        let Json::Object(all) = json!({
            "city": "Zwolle", "jobTitle": "", "employeeOrgData": { "division": "North", "costCenter": null },
            "otherMails": ["a@x.example", "b@x.example"], "onPremisesSyncEnabled": false,
            "extension_1_badge": "W-1", "ext1_course": { "points": -2 }, "aboutMe": "ä".repeat(300),
            "of no use": null, "": "",
        }) else {
            unreachable!("an object");
        };
        assert_eq!(unpacked(&bytes(&all)).expect("reads"), all);
        assert_eq!(unpacked(&bytes(&Map::new())).expect("reads"), Map::new());
        let Json::Object(city) = json!({ "city": "Zwolle" }) else { unreachable!("an object") };
        assert_eq!(bytes(&city).len(), 1 + 2 + "Zwolle".len());
        assert_eq!(unpacked(br#"{"city":"Zwolle"}"#).expect("reads"), city);
    }

    #[test]
    fn what_is_cut_off_is_no_object() {
        let Json::Object(all) = json!({ "city": "Zwolle", "own": { "a": [1] } }) else { unreachable!("an object") };
        let whole = bytes(&all);
        // Behind the form, and behind a property, what is there is whole.
        let between = 1 + 2 + "Zwolle".len();
        for end in (0..whole.len()).filter(|end| *end != 1 && *end != between) {
            assert!(unpacked(&whole[..end]).is_err(), "{end}");
        }
        assert!(unpacked(&[FORM, 250, 2, b'a']).is_err());
        assert!(unpacked(&[FORM, 255, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_err());
    }
}
