//! What apps add to the schema of directory objects, and what is kept and found by it (graph-api.md §2.5, §2.15; features
//! S4-57).

use mandate_tests::app::{COMMAND_LINE, CONTACTS, INTRANET};
use mandate_tests::graph::Graph;
use mandate_tests::people::{ANNEKE, JORIS, JORIS_ID, KATRIN, LUKAS, SANNE, WATERKANT, ZONNEBEL};
use mandate_tests::tokens::claims;
use mandate_tests::{App, World};
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
