//! Extensions of the schema: their names, their values, and what may be defined.

use super::*;
use serde_json::json;

const APP: AppId = AppId::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111);

fn properties(value: Value) -> Properties {
    let Value::Object(properties) = value else { panic!("an object") };
    properties
}

fn of(shape: Shape) -> Extension {
    let targets = vec!["User".to_owned()];
    Extension { name: "extension_x_y".to_owned(), shape, targets, read_only: false }
}

#[test]
fn a_name_tells_its_app() {
    let name = full_name(APP, "badge");
    assert_eq!(name, "extension_11111111111141118111111111111111_badge");
    assert_eq!(defined_by(&name), Some(APP));
    assert_eq!(defined_by(&name.to_uppercase()), Some(APP));
    for other in ["extension_1111_badge", "extension_", "ext12345678_courses", "éxtension_x", "displayName", ""] {
        assert_eq!(defined_by(other), None, "{other}");
    }
}

#[test]
fn a_value_is_of_its_type() {
    let cases = [
        (DataType::String, json!("x".repeat(256)), json!("x".repeat(257))),
        (DataType::Boolean, json!(true), json!("true")),
        (DataType::Integer, json!(i32::MIN), json!(i64::from(i32::MAX) + 1)),
        (DataType::LargeInteger, json!(i64::MIN), json!(1.5)),
        (DataType::Binary, json!("AAEC"), json!("AAE")),
        (DataType::Binary, json!("AAE="), json!("A===")),
        (DataType::DateTime, json!("2026-11-23T06:14:52Z"), json!("yesterday")),
    ];
    for (data_type, good, bad) in cases {
        assert_eq!(of(Shape::One(data_type)).kept(&good), Ok(good.clone()), "{good}");
        let refused = of(Shape::One(data_type)).kept(&bad);
        assert_eq!(refused, Err(Broken::new("extension_x_y", Rule::Mistyped)), "{bad}");
        assert_eq!(of(Shape::Many(data_type)).kept(&json!([good])), Ok(json!([good])));
        assert!(of(Shape::Many(data_type)).kept(&json!([good, bad])).is_err());
        assert!(of(Shape::Many(data_type)).kept(&good).is_err());
    }
    let moment = of(Shape::One(DataType::DateTime)).kept(&json!("2026-11-23T07:14:52.25+01:00"));
    assert_eq!(moment, Ok(json!("2026-11-23T06:14:52Z")));
    assert_eq!(of(Shape::Many(DataType::String)).kept(&Value::Null), Ok(Value::Null));
    let many = json!(vec!["x"; MOST_VALUES + 1]);
    assert_eq!(
        of(Shape::Many(DataType::String)).kept(&many),
        Err(Broken::new("extension_x_y", Rule::TooMany(MOST_VALUES)))
    );
}

#[test]
fn a_definition_is_whole_and_the_only_one_of_its_name() {
    let good = json!({ "name": "badge", "dataType": "String", "targetObjects": ["user", "Group", "User"] });
    let defined = define(ObjectId::from_u128(1), APP, &[], &properties(good.clone())).expect("a good one");
    assert_eq!(defined.target_objects, ["User", "Group"]);
    assert!(!defined.is_multi_valued);
    let again = define(ObjectId::from_u128(2), APP, &[defined], &properties(good));
    assert_eq!(again, Err(Broken::new("name", Rule::Taken)));
    for (bad, property) in [
        (json!({ "dataType": "String", "targetObjects": ["User"] }), "name"),
        (json!({ "name": "1st", "dataType": "String", "targetObjects": ["User"] }), "name"),
        (json!({ "name": "a b", "dataType": "String", "targetObjects": ["User"] }), "name"),
        (json!({ "name": "a", "targetObjects": ["User"] }), "dataType"),
        (json!({ "name": "a", "dataType": "Text", "targetObjects": ["User"] }), "dataType"),
        (json!({ "name": "a", "dataType": "String" }), "targetObjects"),
        (json!({ "name": "a", "dataType": "String", "targetObjects": ["ServicePrincipal"] }), "targetObjects"),
    ] {
        let refused = define(ObjectId::from_u128(1), APP, &[], &properties(bad.clone())).expect_err("a bad one");
        assert_eq!(refused.property, property, "{bad}");
    }
}

#[test]
fn an_object_bears_a_hundred_values_and_no_more() {
    let more = |count: usize| (0..count).map(|at| (format!("ext_{at:03}"), json!(1))).collect::<Map<_, _>>();
    assert_eq!(check_count(None, &more(100)), Ok(()));
    assert_eq!(check_count(Some(&more(100)), &more(101)), Err(Broken::new("ext_100", Rule::TooMany(100))));
    assert_eq!(check_count(Some(&more(102)), &more(101)), Ok(()));
}
