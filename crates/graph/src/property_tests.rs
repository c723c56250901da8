//! What is shown of an object, on one with a property of each sort.

use super::*;
use serde_json::json;

struct Boat;

impl Entity for Boat {
    const KIND: &'static Kind = &BOAT;

    fn id(&self) -> ObjectId {
        ObjectId::from_u128(1)
    }

    fn column(&self, name: &str) -> Value {
        if name == "id" { Value::from(self.id().to_string()) } else { Value::from("Zeehond") }
    }

    fn more(&self, name: &str) -> Option<&Value> {
        static CREW: Value = Value::Bool(true);
        (name == "manned").then_some(&CREW)
    }
}

static BOAT: Kind = Kind {
    name: "test.boat",
    set: "boats",
    properties: &[
        column("id").default().basic(),
        column("displayName").default().basic(),
        many("phones").default(),
        more("manned"),
        more("harbour"),
        withheld("secret"),
    ],
};
const ID: &str = "00000000-0000-0000-0000-000000000001";

fn names(names: &[&str]) -> Select {
    Select::Names(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn the_default_set_is_shown_as_far_as_the_view_goes() {
    let full = shown(&Boat, &Selection::Default, View::Full);
    assert_eq!(Value::Object(full), json!({ "id": ID, "displayName": "Zeehond", "phones": [] }));
    let basic = shown(&Boat, &Selection::Default, View::Basic);
    assert_eq!(Value::Object(basic), json!({ "id": ID, "displayName": "Zeehond" }));
}

#[test]
fn what_is_selected_out_of_view_is_null() {
    let selection = Selection::of(Some(&names(&["MANNED", "phones", "displayname"])), &[&BOAT], &[]).expect("known");
    assert_eq!(selection, Selection::Names(vec!["manned".into(), "phones".into(), "displayName".into()]));
    assert_eq!(selection.in_context(), "(manned,phones,displayName)");
    let full = shown(&Boat, &selection, View::Full);
    assert_eq!(Value::Object(full), json!({ "manned": true, "phones": [], "displayName": "Zeehond" }));
    let basic = shown(&Boat, &selection, View::Basic);
    assert_eq!(Value::Object(basic), json!({ "manned": null, "phones": null, "displayName": "Zeehond" }));
}

#[test]
fn a_star_shows_everything_and_no_secret() {
    let all = shown(&Boat, &Selection::of(Some(&Select::All), &[&BOAT], &[]).expect("known"), View::Full);
    let expected =
        json!({ "id": ID, "displayName": "Zeehond", "phones": [], "manned": true, "harbour": null, "secret": null });
    assert_eq!(Value::Object(all), expected);
}

#[test]
fn a_name_that_no_kind_has_is_refused() {
    let refused = Selection::of(Some(&names(&["id", "sails"])), &[&BOAT], &[]);
    assert_eq!(refused, Err(Refusal::NoSuchProperty { property: "sails".to_owned(), kind: "test.boat" }));
    let refused = Selection::of(Some(&names(&["sails"])), &[&BOAT, &BOAT], &[]);
    let kind = "microsoft.graph.directoryObject";
    assert_eq!(refused, Err(Refusal::NoSuchProperty { property: "sails".to_owned(), kind }));
    assert_eq!(Selection::of(Some(&names(&["id", "ID"])), &[&BOAT], &[]), Ok(Selection::Names(vec!["id".into()])));
}

#[test]
fn a_bare_object_is_its_id() {
    let id = ObjectId::from_u128(1);
    assert_eq!(Value::Object(bare(&BOAT, id, &Selection::Default)), json!({ "id": ID }));
    let selection = Selection::Names(vec!["displayName".into(), "elsewhere".into()]);
    assert_eq!(Value::Object(bare(&BOAT, id, &selection)), json!({ "id": ID, "displayName": null }));
}
