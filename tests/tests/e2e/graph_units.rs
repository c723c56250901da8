//! Administrative units through Graph, and what roles within them let their holders do (graph-api.md §2.10, §2.14).

use mandate_tests::app::{COMMAND_LINE, EXPORT};
use mandate_tests::graph::{Graph, GraphReply};
use mandate_tests::people::{
    EVERYBODY, FATIMA, FATIMA_ID, JORIS, JORIS_ID, KATRIN, LUKAS, LUKAS_ID, OPERATIONS, SANNE, SANNE_ID, ZONNEBEL,
};
use mandate_tests::{App, World};
use serde_json::{Value, json};

const DENIED: (u16, &str) = (403, "Authorization_RequestDenied");
const BAD: (u16, &str) = (400, "Request_BadRequest");
const MISSING: (u16, &str) = (404, "Request_ResourceNotFound");
const UNITS: &str = "/v1.0/directory/administrativeUnits";
const ASSIGNMENTS: &str = "/v1.0/roleManagement/directory/roleAssignments";
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const HELPDESK_ADMINISTRATOR: &str = "729827e3-9c14-49f7-bb1b-9608f156bbb8";
const GROUPS_ADMINISTRATOR: &str = "fdd7a751-b60b-444a-984c-02652fe8fa1c";

/// A unit, what it is besides its name, and who is in it.
async fn unit(sanne: &Graph<'_>, name: &str, besides: Value, members: &[String]) -> String {
    let mut body = json!({ "displayName": name });
    body.as_object_mut().expect("an object").extend(besides.as_object().expect("an object").clone());
    let id = sanne.post(UNITS, &body).await.id();
    for member in members {
        sanne.refer(&format!("{UNITS}/{id}/members"), member).await.done();
    }
    id
}

async fn gives(sanne: &Graph<'_>, principal: &str, role: &str, unit: &str) -> GraphReply {
    let scope = format!("/administrativeUnits/{unit}");
    let body = json!({ "principalId": principal, "roleDefinitionId": role, "directoryScopeId": scope });
    sanne.post(ASSIGNMENTS, &body).await
}

async fn renames(graph: &Graph<'_>, whom: &str) -> GraphReply {
    graph.patch(&format!("/v1.0/users/{whom}"), &json!({ "jobTitle": "Sluiswachter" })).await
}

fn names(found: &Value) -> Vec<&str> {
    let all = found["value"].as_array().unwrap_or_else(|| panic!("no collection: {found}"));
    all.iter().filter_map(|one| one["displayName"].as_str()).collect()
}

#[tokio::test]
async fn a_unit_is_made_found_changed_and_brought_back() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let made = sanne.post(UNITS, &json!({ "displayName": "Noord", "description": "Boven de rivieren" })).await.made();
    assert_eq!((&made["displayName"], &made["isMemberManagementRestricted"]), (&json!("Noord"), &json!(false)));
    let id = made["id"].as_str().expect("an id").to_owned();
    unit(&sanne, "Zuid", json!({}), &[]).await;
    let one = format!("{UNITS}/{id}");
    sanne.patch(&one, &json!({ "description": "Boven het IJ", "visibility": "HiddenMembership" })).await.done();
    let shown = sanne.get(&one).await.found();
    assert_eq!((&shown["description"], &shown["visibility"]), (&json!("Boven het IJ"), &json!("HiddenMembership")));
    assert_eq!(sanne.get(UNITS).await.names(), ["Noord", "Zuid"]);
    assert_eq!(sanne.get(&format!("{UNITS}?$filter=startswith(displayName,'zu')")).await.names(), ["Zuid"]);
    let found = format!("{UNITS}?$search=%22displayName:noord%22&$select=id,displayName&$orderby=displayName");
    assert_eq!(sanne.eventually(&found).await.names(), ["Noord"]);
    assert_eq!(sanne.eventually(&format!("{UNITS}/$count")).await.json, json!(2));
    assert_eq!(
        sanne.get(&format!("/v1.0/directoryObjects/{id}")).await.found()["@odata.type"],
        "#microsoft.graph.administrativeUnit"
    );
    sanne.delete(&one).await.done();
    assert_eq!(sanne.get(&one).await.refusal(), MISSING);
    let deleted = "/v1.0/directory/deletedItems/microsoft.graph.administrativeUnit";
    assert_eq!(sanne.get(deleted).await.names(), ["Noord"]);
    sanne.post(&format!("/v1.0/directory/deletedItems/{id}/restore"), &json!({})).await.found();
    assert_eq!(sanne.get(&one).await.found()["description"], "Boven het IJ");
    for (body, told) in [
        (json!({}), "displayName"),
        (json!({ "displayName": "" }), "displayName"),
        (json!({ "displayName": "x", "visibility": "Private" }), "visibility"),
        (json!({ "displayName": "x", "membershipType": "Dynamic" }), "membershipType"),
        (json!({ "displayName": "x", "colour": "red" }), "colour"),
    ] {
        let refused = sanne.post(UNITS, &body).await;
        assert_eq!(refused.refusal(), BAD, "{body}");
        assert!(refused.message().contains(told), "{body}: {}", refused.message());
    }
    let joris = world.as_person(JORIS).await;
    assert_eq!(joris.get(UNITS).await.names(), ["Noord", "Zuid"]);
    assert_eq!(joris.post(UNITS, &json!({ "displayName": "Oost" })).await.refusal(), DENIED);
    assert_eq!(joris.patch(&one, &json!({ "description": "x" })).await.refusal(), DENIED);
    assert_eq!(joris.delete(&one).await.refusal(), DENIED);
    let home = App { tenant: ZONNEBEL, ..COMMAND_LINE };
    let katrin = world.tokens(home, KATRIN, "https://graph.microsoft.com/.default").await;
    assert_eq!(world.graph(katrin.access()).get(&one).await.refusal(), MISSING);
}

#[tokio::test]
async fn people_and_groups_are_in_a_unit_and_apps_are_not() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let noord = unit(&sanne, "Noord", json!({}), &[JORIS_ID.to_string(), OPERATIONS.to_string()]).await;
    let members = format!("{UNITS}/{noord}/members");
    assert_eq!(sanne.get(&members).await.names(), ["Joris Bakker", "Operations"]);
    assert_eq!(sanne.get(&format!("{members}/microsoft.graph.user")).await.names(), ["Joris Bakker"]);
    assert_eq!(sanne.eventually(&format!("{members}/$count")).await.json, json!(2));
    assert_eq!(sanne.get(&format!("{members}/{JORIS_ID}")).await.found()["displayName"], "Joris Bakker");
    assert_eq!(sanne.get(&format!("{members}/{LUKAS_ID}")).await.refusal(), MISSING);
    let with = sanne.get(&format!("{UNITS}/{noord}?$expand=members($select=id,displayName)")).await.found();
    assert_eq!(with["members"].as_array().map(Vec::len), Some(2));
    let around = sanne.get(&format!("/v1.0/users/{JORIS}/memberOf/microsoft.graph.administrativeUnit")).await;
    assert_eq!(around.names(), ["Noord"]);
    let objects =
        sanne.post(&format!("/v1.0/users/{JORIS}/getMemberObjects"), &json!({ "securityEnabledOnly": false })).await;
    assert!(objects.found()["value"].as_array().is_some_and(|ids| ids.contains(&json!(noord))));
    let groups =
        sanne.post(&format!("/v1.0/users/{JORIS}/getMemberGroups"), &json!({ "securityEnabledOnly": false })).await;
    assert!(groups.found()["value"].as_array().is_some_and(|ids| !ids.contains(&json!(noord))));
    // What is in a group is not in the group's unit.
    let everybody = unit(&sanne, "Allen", json!({}), &[EVERYBODY.to_string()]).await;
    assert!(!sanne.get("/v1.0/me/transitiveMemberOf").await.names().contains(&"Allen".to_owned()));
    assert_eq!(sanne.refer(&members, &JORIS_ID.to_string()).await.refusal(), BAD, "it is there already");
    let instance = sanne.get(&format!("/v1.0/servicePrincipals(appId='{}')", EXPORT.id)).await.id();
    assert_eq!(sanne.refer(&members, &instance).await.refusal(), BAD);
    assert_eq!(sanne.refer(&members, &everybody).await.refusal(), MISSING, "a unit is in no unit");
    sanne.delete(&format!("{members}/{JORIS_ID}/$ref")).await.done();
    assert_eq!(sanne.delete(&format!("{members}/{JORIS_ID}/$ref")).await.refusal(), MISSING);
    assert_eq!(sanne.get(&members).await.names(), ["Operations"]);
    let joris = world.as_person(JORIS).await;
    assert_eq!(joris.refer(&members, &JORIS_ID.to_string()).await.refusal(), DENIED);
}

#[tokio::test]
async fn a_role_in_a_unit_reaches_what_the_unit_holds() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let noord = unit(&sanne, "Noord", json!({}), &[LUKAS_ID.to_string()]).await;
    assert_eq!(renames(&joris, LUKAS).await.refusal(), DENIED);
    let given = gives(&sanne, &JORIS_ID.to_string(), USER_ADMINISTRATOR, &noord).await.made();
    assert_eq!(given["directoryScopeId"], format!("/administrativeUnits/{noord}"));
    renames(&joris, LUKAS).await.done();
    assert_eq!(renames(&joris, FATIMA).await.refusal(), DENIED, "she is in no unit");
    assert_eq!(joris.post("/v1.0/users", &person("cas")).await.refusal(), DENIED, "that is for the whole tenant");
    // The unit itself is not in it.
    assert_eq!(joris.patch(&format!("{UNITS}/{noord}"), &json!({ "description": "x" })).await.refusal(), DENIED);
    assert_eq!(joris.refer(&format!("{UNITS}/{noord}/members"), &FATIMA_ID.to_string()).await.refusal(), DENIED);
    // Moved out and in, at the next request.
    let member = format!("{UNITS}/{noord}/members/{LUKAS_ID}/$ref");
    sanne.delete(&member).await.done();
    assert_eq!(renames(&joris, LUKAS).await.refusal(), DENIED);
    sanne.refer(&format!("{UNITS}/{noord}/members"), &FATIMA_ID.to_string()).await.done();
    renames(&joris, FATIMA).await.done();
    let scope = format!("%2FadministrativeUnits%2F{noord}");
    let found = sanne.get(&format!("{ASSIGNMENTS}?$filter=directoryScopeId%20eq%20'{scope}'")).await.found();
    assert_eq!(found["value"][0]["principalId"], JORIS_ID.to_string());
    let id = given["id"].as_str().expect("an id");
    sanne.delete(&format!("{ASSIGNMENTS}/{id}")).await.done();
    assert_eq!(renames(&joris, FATIMA).await.refusal(), DENIED);
    let refused = gives(&sanne, &JORIS_ID.to_string(), USER_ADMINISTRATOR, &LUKAS_ID.to_string()).await;
    assert_eq!(refused.refusal(), BAD, "a person is no unit");
    // Without its unit no role is left, and with it the role is back.
    gives(&sanne, &JORIS_ID.to_string(), USER_ADMINISTRATOR, &noord).await.made();
    // There it stands at the root, where Terraform looks for it.
    sanne.delete(&format!("/beta/administrativeUnits/{noord}")).await.done();
    assert_eq!(renames(&joris, FATIMA).await.refusal(), DENIED);
    sanne.post(&format!("/v1.0/directory/deletedItems/{noord}/restore"), &json!({})).await.found();
    renames(&joris, FATIMA).await.done();
}

#[tokio::test]
async fn the_older_form_of_roles_in_a_unit_is_the_same_role() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let noord = unit(&sanne, "Noord", json!({}), &[LUKAS_ID.to_string()]).await;
    let scoped = format!("{UNITS}/{noord}/scopedRoleMembers");
    let active = sanne.post("/v1.0/directoryRoles", &json!({ "roleTemplateId": USER_ADMINISTRATOR })).await.id();
    let body = json!({ "roleId": active, "roleMemberInfo": { "id": JORIS_ID.to_string() } });
    let made = sanne.post(&scoped, &body).await.made();
    assert_eq!((&made["roleId"], &made["administrativeUnitId"]), (&json!(active), &json!(noord)));
    assert_eq!(made["roleMemberInfo"]["displayName"], "Joris Bakker");
    renames(&joris, LUKAS).await.done();
    assert_eq!(sanne.post(&scoped, &body).await.refusal(), BAD, "it is given already");
    let of = format!("{ASSIGNMENTS}?$filter=principalId%20eq%20'{JORIS_ID}'");
    assert_eq!(sanne.get(&of).await.found()["value"][0]["directoryScopeId"], format!("/administrativeUnits/{noord}"));
    let id = made["id"].as_str().expect("an id");
    assert_eq!(sanne.get(&scoped).await.found()["value"][0]["id"], id);
    assert_eq!(sanne.get(&format!("{scoped}/{id}")).await.found()["roleId"], active);
    let own = joris.get("/v1.0/me/scopedRoleMemberOf").await.found();
    assert_eq!(own["value"][0]["administrativeUnitId"], noord);
    assert_eq!(sanne.get(&format!("/v1.0/users/{JORIS}/scopedRoleMemberOf")).await.found()["value"][0]["id"], id);
    let role = own["value"][0]["roleId"].as_str().expect("an id");
    assert_eq!(sanne.get(&format!("/v1.0/directoryRoles/{role}/scopedMembers")).await.found()["value"][0]["id"], id);
    // In the whole tenant he holds nothing.
    assert_eq!(joris.get("/v1.0/me/memberOf/microsoft.graph.directoryRole").await.names(), [""; 0]);
    let elsewhere = unit(&sanne, "Zuid", json!({}), &[]).await;
    let other = format!("{UNITS}/{elsewhere}/scopedRoleMembers/{id}");
    assert_eq!(sanne.get(&other).await.refusal(), MISSING);
    assert_eq!(sanne.delete(&other).await.refusal(), MISSING);
    assert_eq!(joris.post(&scoped, &body).await.refusal(), DENIED);
    sanne.delete(&format!("{scoped}/{id}")).await.done();
    assert_eq!(renames(&joris, LUKAS).await.refusal(), DENIED);
}

fn person(name: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.user",
        "displayName": name, "mailNickname": name, "accountEnabled": true,
        "userPrincipalName": format!("{name}@waterkant.example"),
        "passwordProfile": { "password": "Polder-Fiets-42", "forceChangePasswordNextSignIn": false },
    })
}

fn group(name: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.group",
        "displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true,
    })
}

#[tokio::test]
async fn whoever_holds_a_role_in_a_unit_makes_people_and_groups_there() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let noord = unit(&sanne, "Noord", json!({}), &[]).await;
    let members = format!("{UNITS}/{noord}/members");
    assert_eq!(joris.post(&members, &person("cas")).await.refusal(), DENIED);
    gives(&sanne, &JORIS_ID.to_string(), USER_ADMINISTRATOR, &noord).await.made();
    let cas = joris.post(&members, &person("cas")).await.made();
    assert_eq!(cas["userPrincipalName"], "cas@waterkant.example");
    assert_eq!(cas["@odata.type"], "#microsoft.graph.user", "clients look for the kind of a member");
    let kade = joris.post(&members, &group("kade")).await.made();
    assert_eq!(kade["@odata.type"], "#microsoft.graph.group");
    assert_eq!(sanne.get(&members).await.names(), ["cas", "kade"]);
    // They are his to administer.
    renames(&joris, "cas@waterkant.example").await.done();
    let kade = format!("/v1.0/groups/{}", kade["id"].as_str().expect("an id"));
    joris.patch(&kade, &json!({ "description": "Aan het water" })).await.done();
    let zuid = unit(&sanne, "Zuid", json!({}), &[]).await;
    assert_eq!(joris.post(&format!("{UNITS}/{zuid}/members"), &person("bas")).await.refusal(), DENIED);
    // The whole tenant's administrator of groups changes no unit.
    let body = json!({ "principalId": LUKAS_ID.to_string(), "roleDefinitionId": GROUPS_ADMINISTRATOR, "directoryScopeId": "/" });
    sanne.post(ASSIGNMENTS, &body).await.made();
    let lukas = world.as_person(LUKAS).await;
    assert_eq!(lukas.post(&members, &group("sluis")).await.refusal(), DENIED);
    sanne.post(&members, &group("sluis")).await.made();
    for (body, code) in [
        (json!({ "displayName": "x" }), BAD),
        (json!({ "@odata.type": "#microsoft.graph.device" }), BAD),
        (json!({ "@odata.type": "#microsoft.graph.group", "displayName": "x" }), BAD),
    ] {
        assert_eq!(sanne.post(&members, &body).await.refusal(), code, "{body}");
    }
    let nowhere = format!("{UNITS}/{LUKAS_ID}/members");
    assert_eq!(sanne.post(&nowhere, &group("dijk")).await.refusal(), MISSING);
    // Half of the permissions is not enough.
    let tokens = world.tokens(COMMAND_LINE, SANNE, "https://graph.microsoft.com/Directory.AccessAsUser.All").await;
    world.graph(tokens.access()).post(&members, &group("dijk")).await.made();
}

#[tokio::test]
async fn a_helpdesk_in_a_unit_resets_passwords_of_those_below() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let noord = unit(&sanne, "Noord", json!({}), &[LUKAS_ID.to_string(), SANNE_ID.to_string()]).await;
    gives(&sanne, &JORIS_ID.to_string(), HELPDESK_ADMINISTRATOR, &noord).await.made();
    let reset = json!({ "passwordProfile": { "password": "Dijken-Kapot-77", "forceChangePasswordNextSignIn": false } });
    joris.patch(&format!("/v1.0/users/{LUKAS}"), &reset).await.done();
    assert_eq!(joris.patch(&format!("/v1.0/users/{FATIMA}"), &reset).await.refusal(), DENIED);
    // She is in the unit, and above him all the same.
    assert_eq!(joris.patch(&format!("/v1.0/users/{SANNE}"), &reset).await.refusal(), DENIED);
    // One who holds a role that a helpdesk stands above is within reach only where the helpdesk's role is.
    let body = json!({ "principalId": LUKAS_ID.to_string(), "roleDefinitionId": HELPDESK_ADMINISTRATOR, "directoryScopeId": "/" });
    sanne.post(ASSIGNMENTS, &body).await.made();
    joris.patch(&format!("/v1.0/users/{LUKAS}"), &reset).await.done();
}

/// A restricted unit with Lukas and a group in it.
async fn restricted(sanne: &Graph<'_>) -> (String, String) {
    let kade = sanne.post("/v1.0/groups", &group("kade")).await.id();
    let members = [LUKAS_ID.to_string(), kade.clone()];
    let unit = unit(sanne, "Directie", json!({ "isMemberManagementRestricted": true }), &members).await;
    (unit, kade)
}

const RESTRICTED: Option<&str> = Some("restricted_administrative_unit");

#[tokio::test]
async fn a_restricted_unit_keeps_all_others_out() {
    let world = World::where_export_may(&["User.ReadWrite.All", "Group.ReadWrite.All"]).await;
    let (sanne, export) = (world.as_person(SANNE).await, world.as_app(EXPORT).await);
    renames(&export, LUKAS).await.done();
    let (directie, kade) = restricted(&sanne).await;
    // Not even the Global Administrator, nor an app that may write all users.
    for graph in [&sanne, &export] {
        let refused = renames(graph, LUKAS).await;
        assert_eq!((refused.refusal(), refused.reason()), (DENIED, RESTRICTED));
        let refused = graph.patch(&format!("/v1.0/groups/{kade}"), &json!({ "description": "x" })).await;
        assert_eq!((refused.refusal(), refused.reason()), (DENIED, RESTRICTED));
    }
    let lukas = format!("/v1.0/users/{LUKAS}");
    assert_eq!(sanne.delete(&lukas).await.reason(), RESTRICTED);
    assert_eq!(sanne.post(&format!("{lukas}/revokeSignInSessions"), &json!({})).await.reason(), RESTRICTED);
    assert_eq!(sanne.refer(&format!("/v1.0/groups/{kade}/members"), &JORIS_ID.to_string()).await.reason(), RESTRICTED);
    // Who asks is told that it is so.
    let told = async |path: String| {
        let found = sanne.get(&format!("{path}?$select=id,isManagementRestricted")).await.found();
        found["isManagementRestricted"].clone()
    };
    assert_eq!(told(lukas.clone()).await, json!(true));
    assert_eq!(told(format!("/v1.0/groups/{kade}")).await, json!(true));
    assert_eq!(told(format!("/v1.0/users/{JORIS_ID}")).await, Value::Null);
    let all = sanne.get("/v1.0/users?$select=isManagementRestricted&$top=999").await.found();
    let held = all["value"].as_array().expect("a list").iter().filter(|user| user["isManagementRestricted"] == true);
    assert_eq!(held.count(), 1);
    // Reading is as before, and so is the rest of the tenant.
    assert_eq!(sanne.get(&lukas).await.found()["displayName"], "Lukas Schneider");
    sanne.post(&format!("{lukas}/getMemberGroups"), &json!({ "securityEnabledOnly": false })).await.found();
    renames(&sanne, FATIMA).await.done();
    // To oneself one stays oneself.
    let own = world.as_person(LUKAS).await;
    own.patch("/v1.0/me", &json!({ "mobilePhone": "+31 6 00000000" })).await.done();
    // Taken out, he is everybody's again.
    sanne.delete(&format!("{UNITS}/{directie}/members/{LUKAS_ID}/$ref")).await.done();
    renames(&sanne, LUKAS).await.done();
}

#[tokio::test]
async fn a_role_in_a_restricted_unit_opens_it() {
    let world = World::where_export_may(&["User.ReadWrite.All"]).await;
    let (sanne, export) = (world.as_person(SANNE).await, world.as_app(EXPORT).await);
    let (directie, kade) = restricted(&sanne).await;
    gives(&sanne, &JORIS_ID.to_string(), USER_ADMINISTRATOR, &directie).await.made();
    let joris = world.as_person(JORIS).await;
    renames(&joris, LUKAS).await.done();
    joris.refer(&format!("/v1.0/groups/{kade}/members"), &FATIMA_ID.to_string()).await.done();
    assert_eq!(renames(&export, LUKAS).await.reason(), RESTRICTED);
    let instance = sanne.get(&format!("/v1.0/servicePrincipals(appId='{}')", EXPORT.id)).await.id();
    gives(&sanne, &instance, USER_ADMINISTRATOR, &directie).await.made();
    renames(&export, LUKAS).await.done();
    // A role in another unit that holds him, too, does not.
    let noord = unit(&sanne, "Noord", json!({}), &[LUKAS_ID.to_string()]).await;
    gives(&sanne, &FATIMA_ID.to_string(), USER_ADMINISTRATOR, &noord).await.made();
    assert_eq!(renames(&world.as_person(FATIMA).await, LUKAS).await.reason(), RESTRICTED);
    // It is set once, and holds neither mail nor roles.
    let change = json!({ "isMemberManagementRestricted": false });
    assert_eq!(sanne.patch(&format!("{UNITS}/{directie}"), &change).await.refusal(), BAD);
    let mut beheer = group("beheer");
    beheer["isAssignableToRole"] = json!(true);
    assert_eq!(sanne.post(&format!("{UNITS}/{directie}/members"), &beheer).await.refusal(), BAD);
    let beheer = sanne.post("/v1.0/groups", &beheer).await.id();
    assert_eq!(sanne.refer(&format!("{UNITS}/{directie}/members"), &beheer).await.refusal(), BAD);
}

#[tokio::test]
async fn hidden_membership_is_told_to_members_and_administrators() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let hidden = json!({ "visibility": "HiddenMembership" });
    let stil = unit(&sanne, "Stil", hidden, &[JORIS_ID.to_string()]).await;
    let members = format!("{UNITS}/{stil}/members");
    assert_eq!(sanne.get(&members).await.names(), ["Joris Bakker"]);
    let (joris, lukas) = (world.as_person(JORIS).await, world.as_person(LUKAS).await);
    assert_eq!(joris.get(&members).await.names(), ["Joris Bakker"]);
    assert_eq!(lukas.get(&members).await.refusal(), DENIED);
    assert!(joris.get("/v1.0/me/memberOf").await.names().contains(&"Stil".to_owned()));
    assert!(!lukas.get(&format!("/v1.0/users/{JORIS}/memberOf")).await.names().contains(&"Stil".to_owned()));
    // Of the app it wants a permission of its own.
    let world = World::where_export_may(&["AdministrativeUnit.Read.All"]).await;
    let sanne = world.as_person(SANNE).await;
    let stil = unit(&sanne, "Stil", json!({ "visibility": "HiddenMembership" }), &[]).await;
    let export = world.as_app(EXPORT).await;
    assert_eq!(export.get(UNITS).await.names(), ["Stil"]);
    assert_eq!(export.get(&format!("{UNITS}/{stil}/members")).await.refusal(), DENIED);
}

#[tokio::test]
async fn units_are_told_by_delta_with_their_members() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let noord = unit(&sanne, "Noord", json!({}), &[JORIS_ID.to_string()]).await;
    let first = sanne.get(&format!("{UNITS}/delta")).await.found();
    assert_eq!(names(&first), ["Noord"]);
    assert_eq!(first["value"][0]["members@delta"][0]["id"], JORIS_ID.to_string());
    let link = first["@odata.deltaLink"].as_str().expect("a delta link").to_owned();
    sanne.delete(&format!("{UNITS}/{noord}/members/{JORIS_ID}/$ref")).await.done();
    let next = sanne.get(&link).await.found();
    assert_eq!(next["value"][0]["members@delta"][0]["@removed"]["reason"], "deleted");
    sanne.delete(&format!("{UNITS}/{noord}")).await.done();
    let gone = sanne.get(&link).await.found();
    assert_eq!(gone["value"][0]["@removed"]["reason"], "changed");
}

#[tokio::test]
async fn an_organisation_is_seeded_with_its_units() {
    let world = World::with(|tenant| {
        tenant["administrativeUnits"] = json!([
            { "displayName": "Noord", "description": "Boven de rivieren", "members": [LUKAS, OPERATIONS.to_string()] },
        ]);
        let held = tenant["roleAssignments"].as_array_mut().expect("the sample has some");
        held.push(json!({
            "principalId": JORIS, "role": "User Administrator", "directoryScopeId": "/administrativeUnits/Noord",
        }));
    })
    .await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    renames(&joris, LUKAS).await.done();
    assert_eq!(renames(&joris, FATIMA).await.refusal(), DENIED);
    let found = sanne.get(&format!("{UNITS}?$expand=members")).await.found();
    assert_eq!(found["value"][0]["members"].as_array().map(Vec::len), Some(2));
    let log = sanne.get("/v1.0/auditLogs/directoryAudits?$filter=category%20eq%20'AdministrativeUnit'").await.found();
    assert!(log["value"].as_array().is_some_and(|all| all.len() >= 3), "{log}");
}
