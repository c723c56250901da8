//! What a user shows, to whom.

use super::*;
use crate::property::Selection;
use mandate_base::{Moment, Secret};
use mandate_decide::View;
use mandate_domain::user::Upn;
use mandate_odata::Select;
use serde_json::{Map, json};

pub(crate) fn joris() -> User {
    let more = json!({
        "givenName": "Joris",
        "surname": "Bakker",
        "mobilePhone": "+31 6 5555 0102",
        "department": "Operations",
        "passwordProfile": { "password": "Polder-Fiets-42" },
        "signInActivity": { "lastSignInDateTime": "2026-11-23T06:14:52Z" },
    });
    User {
        id: UserId::from_u128(2),
        upn: Upn::parse("joris.bakker@waterkant.example").expect("one name, one domain"),
        display_name: "Joris Bakker".to_owned(),
        mail: None,
        account_enabled: true,
        kind: UserKind::Member,
        created: Moment::from_secs(1_795_414_492),
        sessions_valid_from: Moment::from_secs(1_795_414_492),
        password: Some(Secret::new("$argon2id$".to_owned())),
        more: more.as_object().cloned().unwrap_or_default(),
        version: 1,
    }
}

fn selecting(names: &[&str]) -> Selection {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Selection::of(Some(&Select::Names(names)), &[&USER], &[]).expect("properties of a user")
}

const ID: &str = "00000000-0000-0000-0000-000000000002";
const UPN: &str = "joris.bakker@waterkant.example";

#[test]
fn the_default_set_is_the_documented_one() {
    let expected = json!({
        "id": ID, "businessPhones": [], "displayName": "Joris Bakker", "givenName": "Joris", "jobTitle": null,
        "mail": null, "mobilePhone": "+31 6 5555 0102", "officeLocation": null, "preferredLanguage": null,
        "surname": "Bakker", "userPrincipalName": UPN,
    });
    assert_eq!(Value::Object(shown(&joris(), &Selection::Default, View::Full)), expected);
}

#[test]
fn the_basic_set_is_names_and_addresses() {
    let expected = json!({
        "id": ID, "displayName": "Joris Bakker", "givenName": "Joris", "mail": null, "surname": "Bakker",
        "userPrincipalName": UPN,
    });
    assert_eq!(Value::Object(shown(&joris(), &Selection::Default, View::Basic)), expected);
}

#[test]
fn what_has_a_column_is_shown_from_it() {
    let selection = selecting(&["accountEnabled", "userType", "createdDateTime", "signInSessionsValidFromDateTime"]);
    let expected = json!({
        "accountEnabled": true, "userType": "Member", "createdDateTime": "2026-11-23T06:14:52Z",
        "signInSessionsValidFromDateTime": "2026-11-23T06:14:52Z",
    });
    assert_eq!(Value::Object(shown(&joris(), &selection, View::Full)), expected);
}

#[test]
fn secrets_and_what_has_a_permission_of_its_own_stay_null() {
    let selection = selecting(&["passwordProfile", "signInActivity"]);
    let expected = json!({ "passwordProfile": null, "signInActivity": null });
    assert_eq!(Value::Object(shown(&joris(), &selection, View::Full)), expected);
    let all = shown(&joris(), &Selection::All, View::Full);
    let text = Value::Object(all).to_string();
    assert!(!text.contains("argon2") && !text.contains("Polder"), "{text}");
    assert!(Selection::of(Some(&Select::Names(vec!["password".to_owned()])), &[&USER], &[]).is_err());
}

#[test]
fn no_property_stands_twice_in_the_table() {
    let names: Map<String, Value> =
        USER.properties.iter().map(|property| (property.name.to_ascii_lowercase(), Value::Null)).collect();
    assert_eq!(names.len(), USER.properties.len());
}
