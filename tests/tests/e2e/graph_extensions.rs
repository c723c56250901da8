//! What apps add to the schema of directory objects, and what is kept and found by it (graph-api.md §2.5, §2.15; features
//! S4-57).

use mandate_tests::app::{COMMAND_LINE, CONTACTS, EXPORT, INTRANET};
use mandate_tests::graph::Graph;
use mandate_tests::people::{ANNEKE, JORIS, JORIS_ID, KATRIN, LUKAS, SANNE, WATERKANT, ZONNEBEL};
use mandate_tests::tokens::claims;
use mandate_tests::{App, NOON, World};
use serde_json::{Value, json};

const DENIED: (u16, &str) = (403, "Authorization_RequestDenied");
const BAD: (u16, &str) = (400, "Request_BadRequest");
const UNSUPPORTED: (u16, &str) = (400, "Request_UnsupportedQuery");
const MISSING: (u16, &str) = (404, "Request_ResourceNotFound");
const INTRANET_APP: &str = "/v1.0/applications(appId='c1000000-0000-4000-8000-000000000001')";
const BADGE: &str = "extension_c1000000000040008000000000000001_badge";

async fn define(graph: &Graph<'_>, app: &str, name: &str, data_type: &str, targets: &[&str]) -> Value {
    let body = json!({ "name": name, "dataType": data_type, "targetObjects": targets });
    graph.post(&format!("{app}/extensionProperties"), &body).await.made()
}

fn intranet(name: &str) -> String {
    format!("extension_c1000000000040008000000000000001_{name}")
}

async fn found_by(graph: &Graph<'_>, set: &str, filter: &str) -> Vec<String> {
    let filter = mandate_web::percent::encode(filter);
    graph.eventually(&format!("/v1.0/{set}?$filter={filter}&$count=true")).await.names()
}

#[tokio::test]
async fn s4_57_an_extension_is_defined_written_filtered_and_told_in_a_token() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let made = define(&graph, INTRANET_APP, "badge", "String", &["User"]).await;
    assert_eq!((&made["name"], &made["appDisplayName"]), (&json!(BADGE), &json!("Waterkant Intranet")));
    assert_eq!((&made["isMultiValued"], &made["isSyncedFromOnPremises"]), (&json!(false), &json!(false)));
    let me = format!("/v1.0/users/{JORIS}");
    graph.patch(&me, &json!({ BADGE: "W-1042" })).await.done();
    // It comes by its name alone, in whatever case it is written.
    assert!(graph.get(&me).await.found().get(BADGE).is_none());
    let shown = graph.get(&format!("{me}?$select=id,{}", BADGE.to_uppercase())).await.found();
    assert_eq!(shown[BADGE], "W-1042");
    assert!(shown["@odata.context"].as_str().is_some_and(|told| told.contains(BADGE)), "{shown}");
    // Who has none is shown without it.
    let without = graph.get(&format!("/v1.0/users/{LUKAS}?$select=id,{BADGE}")).await.found();
    assert!(without.get(BADGE).is_none(), "{without}");
    assert_eq!(found_by(&graph, "users", &format!("{BADGE} eq 'w-1042'")).await, ["Joris Bakker"]);
    graph
        .patch(INTRANET_APP, &json!({ "optionalClaims": { "idToken": [{ "name": BADGE, "source": "user" }] } }))
        .await
        .done();
    let told = claims(&world, WATERKANT, world.tokens(INTRANET, JORIS, "openid").await.id_token()).await;
    assert_eq!(told["extn.badge"], "W-1042");
    // Taken away it is found no more, and told no more.
    graph.patch(&me, &json!({ BADGE: null })).await.done();
    assert!(found_by(&graph, "users", &format!("{BADGE} ne null")).await.is_empty());
    let told = claims(&world, WATERKANT, world.tokens(INTRANET, JORIS, "openid").await.id_token()).await;
    assert!(told.get("extn.badge").is_none(), "{told}");
}

#[tokio::test]
async fn every_type_of_value_is_kept_and_compared_as_what_it_is() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    for (name, data_type) in [
        ("floor", "Integer"),
        ("salt", "LargeInteger"),
        ("keyholder", "Boolean"),
        ("since", "DateTime"),
        ("seal", "Binary"),
    ] {
        define(&graph, INTRANET_APP, name, data_type, &["User", "Group"]).await;
    }
    let body = json!({ "name": "doors", "dataType": "String", "isMultiValued": true, "targetObjects": ["User"] });
    graph.post(&format!("{INTRANET_APP}/extensionProperties"), &body).await.made();
    for (upn, floor, since) in [
        (JORIS, -2, "2026-11-23T07:14:52+01:00"),
        (LUKAS, 9, "2025-01-01T00:00:00Z"),
        (ANNEKE, 10, "2027-01-01T00:00:00Z"),
    ] {
        let values = json!({
            intranet("floor"): floor, intranet("since"): since, intranet("salt"): i64::MAX, intranet("seal"): "AAEC",
            intranet("keyholder"): floor > 9, intranet("doors"): ["North", "South"],
        });
        graph.patch(&format!("/v1.0/users/{upn}"), &values).await.done();
    }
    let select = intranet("floor") + "," + &intranet("since") + "," + &intranet("doors") + "," + &intranet("salt");
    let shown = graph.get(&format!("/v1.0/users/{JORIS}?$select={select}")).await.found();
    assert_eq!(
        [&shown[intranet("floor")], &shown[intranet("since")], &shown[intranet("doors")], &shown[intranet("salt")]],
        [&json!(-2), &json!("2026-11-23T06:14:52Z"), &json!(["North", "South"]), &json!(i64::MAX)]
    );
    let named = |text: &str| text.replace("NAME", "extension_c1000000000040008000000000000001");
    for (filter, expected) in [
        ("NAME_floor ge 9", &["Anneke Jansen", "Lukas Schneider"][..]),
        ("NAME_floor le 9", &["Joris Bakker", "Lukas Schneider"]),
        ("NAME_floor lt 0", &["Joris Bakker"]),
        ("NAME_floor gt 9 and NAME_keyholder eq true", &["Anneke Jansen"]),
        ("NAME_floor in (-2, 10)", &["Anneke Jansen", "Joris Bakker"]),
        ("NAME_since le 2026-11-23T06:14:52Z", &["Joris Bakker", "Lukas Schneider"]),
        ("NAME_doors/any(d:startsWith(d,'sou'))", &["Anneke Jansen", "Joris Bakker", "Lukas Schneider"]),
        ("NAME_doors/any(d:d eq 'west')", &[]),
        ("NAME_keyholder eq true", &["Anneke Jansen"]),
        ("NAME_floor ne null and not(NAME_floor eq 9)", &["Anneke Jansen", "Joris Bakker"]),
    ] {
        assert_eq!(found_by(&graph, "users", &named(filter)).await, *expected, "{filter}");
    }
    // What another kind has is not asked of this one, and bytes are not asked for at all.
    for (set, filter, refusal) in [
        ("groups", "NAME_doors/any(d:d eq 'x')", UNSUPPORTED),
        ("users", "NAME_seal eq 'AAEC'", UNSUPPORTED),
        ("users", "NAME_floor eq 'x'", BAD),
    ] {
        let filter = mandate_web::percent::encode(&named(filter));
        let refused = graph.eventually(&format!("/v1.0/{set}?$filter={filter}&$count=true")).await;
        assert_eq!(refused.refusal(), refusal, "{filter}");
    }
    for (name, bad) in [
        ("floor", json!("9")),
        ("floor", json!(3_000_000_000_i64)),
        ("salt", json!(0.5)),
        ("keyholder", json!("yes")),
        ("since", json!("soon")),
        ("seal", json!("?")),
        ("doors", json!("North")),
        ("doors", json!([1])),
    ] {
        let refused = graph.patch(&format!("/v1.0/users/{JORIS}"), &json!({ intranet(name): bad })).await;
        assert_eq!(refused.refusal(), BAD, "{name}: {bad}");
        assert!(refused.message().contains(name), "{}", refused.message());
    }
}

#[tokio::test]
async fn what_is_not_defined_is_no_property() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let user = format!("/v1.0/users/{JORIS}");
    for name in
        [BADGE, "extension_ffffffffffffffffffffffffffffffff_badge", "extension_badge", "ext12345678_courses", "a_b"]
    {
        assert_eq!(graph.patch(&user, &json!({ name: "x" })).await.refusal(), BAD, "{name}");
        assert_eq!(graph.get(&format!("{user}?$select={name}")).await.status, 400, "{name}");
        assert_eq!(graph.get(&format!("/v1.0/users?$filter={name}%20eq%20'x'")).await.refusal(), UNSUPPORTED, "{name}");
    }
    // Of users alone, so not of groups; and a definition that is gone takes the property along.
    let id = define(&graph, INTRANET_APP, "badge", "String", &["User"]).await["id"].as_str().expect("an id").to_owned();
    let group = graph.get("/v1.0/groups?$top=1").await.found()["value"][0]["id"].as_str().expect("a group").to_owned();
    assert_eq!(graph.patch(&format!("/v1.0/groups/{group}"), &json!({ BADGE: "x" })).await.refusal(), BAD);
    graph.patch(&user, &json!({ BADGE: "x" })).await.done();
    let one = format!("{INTRANET_APP}/extensionProperties/{id}");
    assert_eq!(graph.get(&one).await.found()["name"], BADGE);
    graph.delete(&one).await.done();
    assert_eq!(graph.delete(&one).await.refusal(), MISSING);
    assert_eq!(graph.get(&one).await.refusal(), MISSING);
    assert_eq!(graph.get(&format!("{user}?$select={BADGE}")).await.status, 400);
    // Defined again, it shows what was kept.
    define(&graph, INTRANET_APP, "badge", "String", &["User"]).await;
    assert_eq!(graph.get(&format!("{user}?$select={BADGE}")).await.found()[BADGE], "x");
    for (body, told) in [
        (json!({ "name": "badge", "dataType": "String", "targetObjects": ["User"] }), "name"),
        (json!({ "name": "a b", "dataType": "String", "targetObjects": ["User"] }), "name"),
        (json!({ "name": "x", "dataType": "Text", "targetObjects": ["User"] }), "dataType"),
        (json!({ "name": "x", "dataType": "String", "targetObjects": [] }), "targetObjects"),
        (json!({ "name": "x", "dataType": "String", "targetObjects": ["User"], "id": JORIS_ID.to_string() }), "id"),
        (json!({ "name": "x", "dataType": "String", "targetObjects": ["User"], "colour": "red" }), "colour"),
    ] {
        let refused = graph.post(&format!("{INTRANET_APP}/extensionProperties"), &body).await;
        assert_eq!(refused.status, 400, "{body}");
        assert!(refused.message().contains(told), "{body}: {}", refused.message());
    }
}

#[tokio::test]
async fn an_app_brings_its_extensions_to_every_tenant_that_has_an_instance() {
    let world = World::new().await;
    let home = App { tenant: ZONNEBEL, ..COMMAND_LINE };
    let tokens = world.tokens(home, KATRIN, "https://graph.microsoft.com/.default").await;
    let home = world.graph(tokens.access());
    let app = format!("/v1.0/applications(appId='{}')", CONTACTS.id);
    define(&home, &app, "rank", "Integer", &["User", "Group", "Application", "AdministrativeUnit", "Organization"])
        .await;
    let rank = format!("extension_{}_rank", CONTACTS.id.replace('-', ""));
    let here = world.as_person(SANNE).await;
    let user = format!("/v1.0/users/{JORIS}");
    // Not yet: nobody here has the app.
    assert_eq!(here.patch(&user, &json!({ &rank: 3 })).await.refusal(), BAD);
    here.post("/v1.0/servicePrincipals", &json!({ "appId": CONTACTS.id })).await.made();
    here.patch(&user, &json!({ &rank: 3 })).await.done();
    assert_eq!(found_by(&here, "users", &format!("{rank} eq 3")).await, ["Joris Bakker"]);
    // Each tenant has its own values.
    assert!(found_by(&home, "users", &format!("{rank} ne null")).await.is_empty());
    let unit =
        here.post("/v1.0/directory/administrativeUnits", &json!({ "displayName": "Nord", &rank: 1 })).await.made();
    for (path, value) in [
        (INTRANET_APP.to_owned(), 5),
        ("/v1.0/groups/bbbbbbbb-0000-4000-8000-000000000003".to_owned(), 6),
        (format!("/v1.0/organization/{WATERKANT}"), 7),
        (format!("/v1.0/directory/administrativeUnits/{}", unit["id"].as_str().expect("an id")), 8),
    ] {
        here.patch(&path, &json!({ &rank: value })).await.done();
        assert_eq!(here.get(&format!("{path}?$select=id,{rank}")).await.found()[&rank], value, "{path}");
    }
    for (set, name) in
        [("groups", "Operations"), ("applications", "Waterkant Intranet"), ("directory/administrativeUnits", "Nord")]
    {
        assert_eq!(found_by(&here, set, &format!("{rank} ge 5")).await, [name], "{set}");
    }
    define(&here, INTRANET_APP, "badge", "String", &["User"]).await;
    let available = here.post("/v1.0/directoryObjects/getAvailableExtensionProperties", &json!({})).await.found();
    let mut names: Vec<&str> =
        available["value"].as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, [BADGE, rank.as_str()]);
    let synced = json!({ "isSyncedFromOnPremises": true });
    let synced =
        here.post("/v1.0/directoryObjects/microsoft.graph.getAvailableExtensionProperties", &synced).await.found();
    assert_eq!(synced["value"], json!([]));
    // Gone with the instance.
    let sp = format!("/v1.0/servicePrincipals(appId='{}')", CONTACTS.id);
    here.delete(&sp).await.done();
    assert_eq!(here.get(&format!("{user}?$select={rank}")).await.status, 400);
}

#[tokio::test]
async fn an_extension_is_not_its_bearers_to_change_and_not_in_everybodys_view() {
    let world = World::new().await;
    let admin = world.as_person(SANNE).await;
    define(&admin, INTRANET_APP, "badge", "String", &["User"]).await;
    let joris = world.as_person(JORIS).await;
    let refused = joris.patch("/v1.0/me", &json!({ BADGE: "mine" })).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
    admin.patch(&format!("/v1.0/users/{JORIS}"), &json!({ BADGE: "W-1" })).await.done();
    assert_eq!(joris.get(&format!("/v1.0/me?$select={BADGE}")).await.found()[BADGE], "W-1");
    // A plain member defines none on what is not theirs, and an owner does.
    let body = json!({ "name": "mine", "dataType": "String", "targetObjects": ["User"] });
    assert_eq!(joris.post(&format!("{INTRANET_APP}/extensionProperties"), &body).await.refusal(), DENIED);
    admin.refer(&format!("{INTRANET_APP}/owners"), &JORIS_ID.to_string()).await.done();
    joris.post(&format!("{INTRANET_APP}/extensionProperties"), &body).await.made();
    // The basic set shows no extension.
    world.allow_for_everybody(INTRANET, SANNE, "User.ReadBasic.All").await;
    let basic = world.tokens(INTRANET, LUKAS, "User.ReadBasic.All").await;
    let shown = world.graph(basic.access()).get(&format!("/v1.0/users/{JORIS}?$select=id,{BADGE}")).await.found();
    assert!(shown.get(BADGE).is_none(), "{shown}");
}

#[tokio::test]
async fn a_round_of_changes_tells_extensions_by_their_names() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    define(&graph, INTRANET_APP, "badge", "String", &["User"]).await;
    graph.patch(&format!("/v1.0/users/{JORIS}"), &json!({ BADGE: "W-1" })).await.done();
    let first = graph.get(&format!("/v1.0/users/delta?$select=displayName,{BADGE}")).await.found();
    let of = |round: &Value| {
        let all = round["value"].as_array().expect("a list").clone();
        all.iter().find(|one| one["id"] == JORIS_ID.to_string()).map(|one| one[BADGE].clone())
    };
    assert_eq!(of(&first), Some(json!("W-1")));
    graph.patch(&format!("/v1.0/users/{JORIS}"), &json!({ BADGE: "W-2" })).await.done();
    let link = first["@odata.deltaLink"].as_str().expect("a link");
    let next = graph.get(&link[link.find("/v1.0").expect("a path")..]).await.found();
    assert_eq!(of(&next), Some(json!("W-2")));
}

fn courses(id: &str) -> Value {
    json!({
        "id": id, "description": "What people learnt", "targetTypes": ["User", "Group"],
        "owner": INTRANET.id,
        "properties": [{ "name": "points", "type": "Integer" }, { "name": "title", "type": "String" }],
    })
}

/// Joris owns the intranet.
async fn with_an_owner() -> World {
    let world = World::new().await;
    let admin = world.as_person(SANNE).await;
    admin.refer(&format!("{INTRANET_APP}/owners"), &JORIS_ID.to_string()).await.done();
    world
}

#[tokio::test]
async fn a_schema_extension_is_its_owners_and_everybodys_once_it_is_available() {
    let world = with_an_owner().await;
    let (joris, admin) = (world.as_person(JORIS).await, world.as_person(SANNE).await);
    let katrin = App { tenant: ZONNEBEL, ..COMMAND_LINE };
    let katrin = world.tokens(katrin, KATRIN, "https://graph.microsoft.com/.default").await;
    let elsewhere = world.graph(katrin.access());
    let made = joris.post("/v1.0/schemaExtensions", &courses("waterkant_courses")).await;
    assert!(made.header("location").is_some_and(|at| at.ends_with("/v1.0/schemaExtensions/waterkant_courses")));
    let made = made.made();
    assert_eq!((&made["status"], &made["owner"]), (&json!("InDevelopment"), &json!(INTRANET.id)));
    // Not even an administrator, who does not own the app; and who names no app means the calling one, which is not here.
    let refused = admin.post("/v1.0/schemaExtensions", &courses("courses")).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
    let mut nobodys = courses("courses");
    nobodys.as_object_mut().expect("an object").remove("owner");
    assert_eq!(joris.post("/v1.0/schemaExtensions", &nobodys).await.refusal(), DENIED);
    let random = joris.post("/v1.0/schemaExtensions", &courses("courses")).await.made();
    let random = random["id"].as_str().expect("an id").to_owned();
    assert!(random.starts_with("ext") && random.ends_with("_courses") && random.len() == 19, "{random}");
    for (bad, told) in [("thief_courses", "id"), ("waterkant_courses", "id"), ("a b", "id")] {
        let refused = joris.post("/v1.0/schemaExtensions", &courses(bad)).await;
        assert!(refused.status == 400 && refused.message().contains(told), "{bad}: {}", refused.message());
    }
    // Kept and found here; elsewhere it is nothing yet.
    let user = format!("/v1.0/users/{LUKAS}");
    let value = json!({ "waterkant_courses": { "points": 7, "title": "Knots" } });
    admin.patch(&user, &value).await.done();
    admin.patch(&user, &json!({ "waterkant_courses": { "points": 8 } })).await.done();
    let shown = admin.get(&format!("{user}?$select=id,waterkant_courses")).await.found();
    assert_eq!(shown["waterkant_courses"], json!({ "points": 8, "title": "Knots" }));
    assert_eq!(found_by(&admin, "users", "waterkant_courses/points ge 8").await, ["Lukas Schneider"]);
    assert!(found_by(&admin, "users", "waterkant_courses/points gt 8").await.is_empty());
    assert_eq!(found_by(&admin, "users", "startsWith(waterkant_courses/title,'kn')").await, ["Lukas Schneider"]);
    for bad in [json!({ "points": "8" }), json!({ "colour": "red" }), json!("x"), json!([])] {
        let refused = admin.patch(&user, &json!({ "waterkant_courses": bad })).await;
        assert_eq!(refused.refusal(), BAD, "{bad}");
    }
    let at = "/v1.0/schemaExtensions/waterkant_courses";
    assert_eq!(elsewhere.get(at).await.refusal(), MISSING);
    assert_eq!(elsewhere.patch(at, &json!({ "status": "Available" })).await.refusal(), DENIED);
    // Published, it is known in every tenant, and still changed by its owner alone.
    joris.patch(at, &json!({ "status": "Available" })).await.done();
    assert_eq!(elsewhere.get(at).await.found()["status"], "Available");
    let there = elsewhere.get("/v1.0/schemaExtensions?$filter=status%20eq%20'Available'").await.found();
    assert_eq!(there["value"].as_array().map(Vec::len), Some(1));
    elsewhere.patch(&format!("/v1.0/users/{KATRIN}"), &json!({ "waterkant_courses": { "points": 1 } })).await.done();
    assert_eq!(elsewhere.delete(at).await.refusal(), DENIED);
    assert_eq!(joris.delete(at).await.status, 400);
    for (bad, told) in [
        (json!({ "status": "InDevelopment" }), "status"),
        (json!({ "targetTypes": ["User"] }), "targetTypes"),
        (json!({ "properties": [{ "name": "points", "type": "String" }] }), "properties"),
        (json!({ "owner": EXPORT.id }), "owner"),
        (json!({ "id": "x" }), "id"),
    ] {
        let refused = joris.patch(at, &bad).await;
        assert!(refused.status == 400 && refused.message().contains(told), "{bad}: {}", refused.message());
    }
    // Ended, it is read and no longer written.
    joris.patch(at, &json!({ "status": "Deprecated" })).await.done();
    assert_eq!(admin.patch(&user, &value).await.refusal(), BAD);
    assert_eq!(admin.get(&format!("{user}?$select=waterkant_courses")).await.found()["waterkant_courses"]["points"], 8);
    admin.patch(&user, &json!({ "waterkant_courses": null })).await.done();
    let one = format!("/v1.0/schemaExtensions/{random}");
    assert_eq!(admin.delete(&one).await.refusal(), DENIED);
    joris.delete(&one).await.done();
    assert_eq!(joris.get(&one).await.refusal(), MISSING);
    for activity in ["Add schema extension", "Update schema extension", "Delete schema extension"] {
        assert!(!world.audited(NOON, activity).await.is_empty(), "{activity}");
    }
}

#[tokio::test]
async fn schema_extensions_are_listed_in_pages_and_five_of_an_owner_at_most() {
    let world = with_an_owner().await;
    let joris = world.as_person(JORIS).await;
    for name in ["a", "b", "c", "d", "e"] {
        joris.post("/v1.0/schemaExtensions", &courses(&format!("waterkant_{name}"))).await.made();
    }
    let refused = joris.post("/v1.0/schemaExtensions", &courses("waterkant_f")).await;
    assert!(refused.status == 400 && refused.message().contains("owner"), "{}", refused.message());
    let mut seen = Vec::new();
    let mut next = Some("/v1.0/schemaExtensions?$top=2&$select=id".to_owned());
    while let Some(path) = next {
        let page = joris.get(&path).await.found();
        seen.extend(page["value"].as_array().expect("a page").iter().map(|one| one["id"].clone()));
        next = page["@odata.nextLink"].as_str().map(|link| link[link.find("/v1.0").expect("a path")..].to_owned());
    }
    assert_eq!(json!(seen), json!(["waterkant_a", "waterkant_b", "waterkant_c", "waterkant_d", "waterkant_e"]));
    for (filter, count) in [
        ("id eq 'WATERKANT_B'", 1),
        (&format!("owner eq '{}'", INTRANET.id), 5),
        ("status eq 'Available'", 0),
        (&format!("owner eq '{}' and status eq 'InDevelopment' and id eq 'waterkant_c'", INTRANET.id), 1),
    ] {
        let path = format!("/v1.0/schemaExtensions?$filter={}", mandate_web::percent::encode(filter));
        assert_eq!(joris.get(&path).await.found()["value"].as_array().map(Vec::len), Some(count), "{filter}");
    }
    for filter in ["description eq 'x'", "status eq 'Gone'", "owner eq 'me'", "id ne 'x'"] {
        let path = format!("/v1.0/schemaExtensions?$filter={}", mandate_web::percent::encode(filter));
        assert_eq!(joris.get(&path).await.status, 400, "{filter}");
    }
    // An app that may write applications defines its own for itself.
    let world = World::where_export_may(&["Application.ReadWrite.All"]).await;
    let app = world.as_app(EXPORT).await;
    let mut own = courses("exports");
    own.as_object_mut().expect("an object").remove("owner");
    assert_eq!(app.post("/v1.0/schemaExtensions", &own).await.made()["owner"], EXPORT.id);
}

#[tokio::test]
async fn open_extensions_are_kept_with_people_groups_and_the_organisation() {
    let world = World::new().await;
    let (admin, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let roaming = json!({
        "@odata.type": "microsoft.graph.openTypeExtension", "extensionName": "com.waterkant.roaming", "theme": "dark",
        "doors": [1, 2],
    });
    let group = "/v1.0/groups/bbbbbbbb-0000-4000-8000-000000000003".to_owned();
    for (graph, bearer) in
        [(&joris, "/v1.0/me".to_owned()), (&admin, group), (&admin, format!("/v1.0/organization/{WATERKANT}"))]
    {
        let all = format!("{bearer}/extensions");
        let made = graph.post(&all, &roaming).await;
        assert!(
            made.header("location").is_some_and(|at| at.ends_with("/extensions/com.waterkant.roaming")),
            "{bearer}"
        );
        let made = made.made();
        assert_eq!((&made["id"], &made["theme"]), (&json!("com.waterkant.roaming"), &json!("dark")), "{bearer}");
        let one = format!("{all}/com.waterkant.ROAMING");
        assert_eq!(graph.patch(&one, &json!({ "theme": null, "size": 3 })).await.found()["size"], 3);
        let shown = graph.get(&one).await.found();
        assert!(shown["size"] == 3 && shown["doors"] == json!([1, 2]) && shown.get("theme").is_none(), "{shown}");
        assert_eq!(graph.get(&all).await.found()["value"].as_array().map(Vec::len), Some(1));
        assert_eq!(graph.post(&all, &roaming).await.status, 400, "{bearer}");
        for bad in
            [json!({}), json!({ "extensionName": "a/b" }), json!({ "extensionName": "a", "x": "y".repeat(3000) })]
        {
            assert_eq!(graph.post(&all, &bad).await.status, 400, "{bad}");
        }
        assert_eq!(graph.patch(&format!("{all}/other"), &json!({ "x": 1 })).await.refusal(), MISSING);
        // No property of the object itself.
        assert!(graph.get(&bearer).await.found().get("extensions").is_none());
        graph.delete(&one).await.done();
        assert_eq!(graph.get(&one).await.refusal(), MISSING);
        assert_eq!(graph.delete(&one).await.refusal(), MISSING);
    }
    // One's own are one's own; somebody else's are an administrator's.
    let theirs = format!("/v1.0/users/{LUKAS}/extensions");
    assert_eq!(joris.post(&theirs, &roaming).await.reason(), Some("user_right_missing"));
    admin.post(&theirs, &roaming).await.made();
    assert_eq!(joris.get(&theirs).await.found()["value"][0]["theme"], "dark");
    let expanded = admin.get(&format!("/v1.0/users/{LUKAS}?$select=id&$expand=extensions")).await.found();
    assert_eq!(expanded["extensions"][0]["extensionName"], "com.waterkant.roaming");
    let listed = admin.get(&format!("/v1.0/users?$filter=userPrincipalName%20eq%20'{LUKAS}'&$expand=extensions")).await;
    assert_eq!(listed.found()["value"][0]["extensions"][0]["theme"], "dark");
    // In another organisation's name nothing is kept here.
    assert_eq!(admin.post(&format!("/v1.0/organization/{ZONNEBEL}/extensions"), &roaming).await.refusal(), MISSING);
    assert!(!world.audited(NOON, "Update user").await.is_empty());
}
