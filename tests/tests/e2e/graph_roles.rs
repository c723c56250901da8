//! Directory roles through Graph: given, taken, defined, and what they then let their holders do (graph-api.md §2.10;
//! features S2-15).

use mandate_tests::World;
use mandate_tests::app::EXPORT;
use mandate_tests::graph::{Graph, GraphReply};
use mandate_tests::people::{ANNEKE, FATIMA_ID, JORIS, JORIS_ID, LUKAS, LUKAS_ID, OPERATIONS, SANNE, SANNE_ID};
use serde_json::{Value, json};

const DENIED: (u16, &str) = (403, "Authorization_RequestDenied");
const BAD: (u16, &str) = (400, "Request_BadRequest");
const MISSING: (u16, &str) = (404, "Request_ResourceNotFound");
const ASSIGNMENTS: &str = "/v1.0/roleManagement/directory/roleAssignments";
const DEFINITIONS: &str = "/v1.0/roleManagement/directory/roleDefinitions";
const GLOBAL: &str = "62e90394-69f5-4237-9190-012177145e10";
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const APPLICATION_DEVELOPER: &str = "cf1c38e5-3621-4004-a7cb-879624dced7c";

fn assignment(principal: &str, role: &str, scope: &str) -> Value {
    json!({ "principalId": principal, "roleDefinitionId": role, "directoryScopeId": scope })
}

async fn gives(graph: &Graph<'_>, principal: &str, role: &str, scope: &str) -> GraphReply {
    graph.post(ASSIGNMENTS, &assignment(principal, role, scope)).await
}

async fn renames(graph: &Graph<'_>, whom: &str) -> GraphReply {
    graph.patch(&format!("/v1.0/users/{whom}"), &json!({ "jobTitle": "Sluiswachter" })).await
}

#[tokio::test]
async fn s2_15_a_role_given_and_taken_changes_what_the_same_token_may_do() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    assert_eq!(renames(&joris, LUKAS).await.refusal(), DENIED);
    let made = gives(&sanne, &JORIS_ID.to_string(), USER_ADMINISTRATOR, "/").await.made();
    assert_eq!(made["roleDefinitionId"], USER_ADMINISTRATOR);
    assert_eq!(made["principalId"], JORIS_ID.to_string());
    assert_eq!(made["directoryScopeId"], "/");
    renames(&joris, LUKAS).await.done();
    let id = made["id"].as_str().expect("it has an id");
    let shown = sanne.get(&format!("{ASSIGNMENTS}/{id}?$expand=principal,roleDefinition")).await;
    assert_eq!(shown.refusal(), (400, "Request_UnsupportedQuery"));
    let shown = sanne.get(&format!("{ASSIGNMENTS}/{id}?$expand=principal")).await.found();
    assert_eq!(shown["principal"]["displayName"], "Joris Bakker");
    sanne.delete(&format!("{ASSIGNMENTS}/{id}")).await.done();
    assert_eq!(renames(&joris, LUKAS).await.refusal(), DENIED);
    assert_eq!(sanne.delete(&format!("{ASSIGNMENTS}/{id}")).await.refusal(), MISSING);
}

#[tokio::test]
async fn an_assignment_is_found_by_whom_and_by_what() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    for person in [JORIS_ID, LUKAS_ID, FATIMA_ID] {
        gives(&sanne, &person.to_string(), APPLICATION_DEVELOPER, "/").await.made();
    }
    let count = |found: Value| found["value"].as_array().map(Vec::len);
    let of = format!("{ASSIGNMENTS}?$filter=principalId%20eq%20'{JORIS_ID}'");
    assert_eq!(count(sanne.get(&of).await.found()), Some(1));
    let of = format!("{ASSIGNMENTS}?$filter=roleDefinitionId%20eq%20'{APPLICATION_DEVELOPER}'");
    assert_eq!(count(sanne.get(&of).await.found()), Some(3));
    let mut next = format!("{ASSIGNMENTS}?$top=2&$expand=roleDefinition");
    let mut seen = Vec::new();
    loop {
        let page = sanne.get(&next).await.found();
        seen.extend(page["value"].as_array().expect("a collection").iter().map(|one| one["id"].to_string()));
        assert!(page["value"][0]["roleDefinition"]["displayName"].is_string(), "{page}");
        let Some(link) = page["@odata.nextLink"].as_str() else { break };
        next = link.to_owned();
    }
    seen.dedup();
    assert_eq!(seen.len(), 6);
    let of = format!("{ASSIGNMENTS}?$filter=principalId%20eq%20'{JORIS_ID}'%20and%20directoryScopeId%20eq%20'%2F'");
    assert_eq!(count(sanne.get(&of).await.found()), Some(1));
    let of = format!("{ASSIGNMENTS}?$filter=directoryScopeId%20eq%20'%2F{OPERATIONS}'");
    assert_eq!(count(sanne.get(&of).await.found()), Some(0));
    for refused in ["directoryScopeId%20eq%20'here'", "appScopeId%20eq%20'%2F'"] {
        assert_eq!(sanne.get(&format!("{ASSIGNMENTS}?$filter={refused}")).await.status, 400, "{refused}");
    }
}

#[tokio::test]
async fn a_role_is_not_given_to_just_anything() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let (joris, nobody) = (JORIS_ID.to_string(), "99999999-0000-4000-8000-000000000000");
    gives(&sanne, &joris, USER_ADMINISTRATOR, "/").await.made();
    for (principal, role, scope) in [
        (joris.as_str(), USER_ADMINISTRATOR, "/"),
        (nobody, USER_ADMINISTRATOR, "/"),
        ("joris", USER_ADMINISTRATOR, "/"),
        (&joris, nobody, "/"),
        (&joris, "", "/"),
        (&joris, GLOBAL, ""),
        (&joris, GLOBAL, "here"),
        (&joris, GLOBAL, &format!("/{nobody}")),
        // Made without isAssignableToRole.
        (&OPERATIONS.to_string(), GLOBAL, "/"),
    ] {
        let refused = gives(&sanne, principal, role, scope).await;
        assert!(matches!(refused.status, 400 | 404), "{principal} {role} {scope}: {}", refused.json);
    }
    let refused = sanne.post(ASSIGNMENTS, &json!({ "principalId": joris, "nonsense": 1 })).await;
    assert_eq!(refused.refusal(), BAD);
    // Who administers apps gives no roles, and least of all to himself.
    let anneke = world.as_person(ANNEKE).await;
    let refused = gives(&anneke, &joris, GLOBAL, "/").await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
}

#[tokio::test]
async fn somebody_is_left_who_can_do_everything() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let of = format!("{ASSIGNMENTS}?$filter=roleDefinitionId%20eq%20'{GLOBAL}'");
    let only = sanne.get(&of).await.found()["value"][0]["id"].as_str().expect("an id").to_owned();
    let refused = sanne.delete(&format!("{ASSIGNMENTS}/{only}")).await;
    assert_eq!(refused.refusal(), BAD);
    let member = format!("/v1.0/directoryRoles(roleTemplateId='{GLOBAL}')/members/{SANNE_ID}/$ref");
    assert_eq!(sanne.delete(&member).await.refusal(), BAD);
    gives(&sanne, &JORIS_ID.to_string(), GLOBAL, "/").await.made();
    sanne.delete(&member).await.done();
    assert_eq!(renames(&sanne, LUKAS).await.refusal(), DENIED);
}

#[tokio::test]
async fn a_role_for_one_object_reaches_that_object() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let group = |name: &str| json!({ "displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true });
    let kade = sanne.post("/v1.0/groups", &group("kade")).await.id();
    let sluis = sanne.post("/v1.0/groups", &group("sluis")).await.id();
    let groups = "fdd7a751-b60b-444a-984c-02652fe8fa1c";
    gives(&sanne, &JORIS_ID.to_string(), groups, &format!("/{kade}")).await.made();
    let joris = world.as_person(JORIS).await;
    let described = json!({ "description": "Bij het water" });
    joris.patch(&format!("/v1.0/groups/{kade}"), &described).await.done();
    assert_eq!(joris.patch(&format!("/v1.0/groups/{sluis}"), &described).await.refusal(), DENIED);
}

#[tokio::test]
async fn s2_15_a_role_of_the_tenants_own_counts_at_the_next_request() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let actions = json!([{ "allowedResourceActions": ["microsoft.directory/groups/basic/update"] }]);
    let role =
        json!({ "displayName": "Groepsbeschrijver", "isEnabled": true, "rolePermissions": actions, "version": "2" });
    let made = sanne.post(DEFINITIONS, &role).await.made();
    assert_eq!((&made["isBuiltIn"], &made["displayName"]), (&json!(false), &json!("Groepsbeschrijver")));
    assert_eq!(made["version"], "2");
    let id = made["id"].as_str().expect("an id").to_owned();
    assert_eq!(sanne.post(DEFINITIONS, &role).await.status, 400, "its name is taken");
    gives(&sanne, &JORIS_ID.to_string(), &id, "/").await.made();
    let (group, change) = (format!("/v1.0/groups/{OPERATIONS}"), json!({ "description": "Aan de kade" }));
    joris.patch(&group, &change).await.done();
    assert_eq!(renames(&joris, LUKAS).await.refusal(), DENIED);
    sanne.patch(&format!("{DEFINITIONS}/{id}"), &json!({ "isEnabled": false })).await.done();
    assert_eq!(joris.patch(&group, &change).await.refusal(), DENIED);
    assert_eq!(sanne.delete(&format!("{DEFINITIONS}/{id}")).await.refusal(), BAD, "it is held");
    let held = sanne.get(&format!("{ASSIGNMENTS}?$filter=roleDefinitionId%20eq%20'{id}'")).await.found();
    let held = held["value"][0]["id"].as_str().expect("an id").to_owned();
    sanne.delete(&format!("{ASSIGNMENTS}/{held}")).await.done();
    sanne.delete(&format!("{DEFINITIONS}/{id}")).await.done();
    assert_eq!(sanne.get(&format!("{DEFINITIONS}/{id}")).await.refusal(), MISSING);
    for (change, told) in [
        (json!({ "displayName": "" }), "displayName"),
        (
            json!({ "rolePermissions": [{ "allowedResourceActions": ["microsoft.directory/nothing/fly"] }] }),
            "allowedResourceActions",
        ),
        (json!({ "displayName": "Global Administrator" }), "conflicting"),
    ] {
        let mut asked = role.clone();
        asked.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        let refused = sanne.post(DEFINITIONS, &asked).await;
        assert_eq!(refused.refusal(), BAD, "{change}");
        assert!(refused.message().contains(told), "{change}: {}", refused.message());
    }
    let built_in = format!("{DEFINITIONS}/{GLOBAL}");
    assert_eq!(sanne.patch(&built_in, &json!({ "displayName": "Baas" })).await.refusal(), BAD);
    assert_eq!(sanne.delete(&built_in).await.refusal(), BAD);
    assert_eq!(sanne.get(&built_in).await.found()["displayName"], "Global Administrator");
}

#[tokio::test]
async fn the_older_form_shows_and_gives_the_same_roles() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    assert!(sanne.get("/v1.0/directoryRoles").await.names().contains(&"Global Administrator".to_owned()));
    let wanted = json!({ "roleTemplateId": APPLICATION_DEVELOPER });
    let active = sanne.post("/v1.0/directoryRoles", &wanted).await.made();
    assert_eq!(active["displayName"], "Application Developer");
    assert_eq!(sanne.post("/v1.0/directoryRoles", &wanted).await.refusal(), BAD);
    let role = format!("/v1.0/directoryRoles(roleTemplateId='{APPLICATION_DEVELOPER}')");
    let by_id = format!("/v1.0/directoryRoles/{}", active["id"].as_str().expect("an id"));
    // Is this one among them? Terraform asks so.
    let whether =
        |id: &str| format!("/v1.0/directoryRoles(roleTemplateId='{GLOBAL}')/members?$filter=id%20eq%20'{id}'");
    assert_eq!(sanne.get(&whether(&SANNE_ID.to_string())).await.names().len(), 1);
    assert_eq!(sanne.get(&whether(&JORIS_ID.to_string())).await.names().len(), 0);
    assert_eq!(sanne.get(&role).await.found()["id"], sanne.get(&by_id).await.found()["id"]);
    sanne.refer(&format!("{by_id}/members"), &JORIS_ID.to_string()).await.done();
    assert_eq!(sanne.get(&format!("{by_id}/members")).await.names(), ["Joris Bakker"]);
    let of = format!("{ASSIGNMENTS}?$filter=principalId%20eq%20'{JORIS_ID}'");
    assert_eq!(sanne.get(&of).await.found()["value"][0]["roleDefinitionId"], APPLICATION_DEVELOPER);
    sanne.delete(&format!("{by_id}/members/{JORIS_ID}/$ref")).await.done();
    assert_eq!(sanne.get(&format!("{by_id}/members")).await.names(), [""; 0]);
    let templates = sanne.get("/v1.0/directoryRoleTemplates").await.found();
    assert!(templates["value"].as_array().is_some_and(|all| all.len() > 50));
    let joris = world.as_person(JORIS).await;
    assert_eq!(joris.refer(&format!("{by_id}/members"), &JORIS_ID.to_string()).await.refusal(), DENIED);
}

#[tokio::test]
async fn memberships_name_the_roles_that_are_held() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let held = sanne.get("/v1.0/me/memberOf").await.found();
    let kinds: Vec<&str> =
        held["value"].as_array().expect("a collection").iter().filter_map(|one| one["@odata.type"].as_str()).collect();
    assert!(kinds.contains(&"#microsoft.graph.directoryRole") && kinds.contains(&"#microsoft.graph.group"), "{held}");
    let roles = "/v1.0/me/memberOf/microsoft.graph.directoryRole";
    assert_eq!(sanne.get(roles).await.names(), ["Global Administrator"]);
    let joris = format!("/v1.0/users/{JORIS}/memberOf/microsoft.graph.directoryRole");
    assert_eq!(sanne.get(&joris).await.names(), [""; 0]);
}

#[tokio::test]
async fn an_app_with_a_role_may_do_what_the_role_may() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let export = world.as_app(EXPORT).await;
    assert_eq!(renames(&export, LUKAS).await.refusal(), DENIED);
    let instance = sanne.get(&format!("/v1.0/servicePrincipals(appId='{}')", EXPORT.id)).await.id();
    gives(&sanne, &instance, USER_ADMINISTRATOR, "/").await.made();
    renames(&export, LUKAS).await.done();
}

#[tokio::test]
async fn domains_are_listed_and_licences_are_none() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let found = sanne.get("/v1.0/domains").await.found();
    let ids: Vec<&str> = found["value"].as_array().expect("some").iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids, ["waterkant.example", "waterkant.onmandate.example"]);
    assert_eq!(sanne.get("/v1.0/domains/WATERKANT.example").await.found()["isDefault"], true);
    assert_eq!(sanne.get("/v1.0/domains/zonnebel.example").await.refusal(), MISSING);
    for path in ["subscribedSkus", "me/licenseDetails", &format!("users/{JORIS_ID}/licenseDetails")] {
        assert_eq!(sanne.get(&format!("/v1.0/{path}")).await.found()["value"], json!([]), "{path}");
    }
    let nobody = "/v1.0/users/00000000-0000-4000-8000-00000000ffff/licenseDetails";
    assert_eq!(sanne.get(nobody).await.status, 404);
}

#[tokio::test]
async fn s3_22_a_group_that_was_made_for_it_hands_its_role_to_its_members() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let group = json!({
        "displayName": "Beheer",
        "mailNickname": "beheer",
        "mailEnabled": false,
        "securityEnabled": true,
        "isAssignableToRole": true,
    });
    let group = sanne.post("/v1.0/groups", &group).await.id();
    gives(&sanne, &group, USER_ADMINISTRATOR, "/").await.made();
    assert_eq!(renames(&joris, LUKAS).await.refusal(), DENIED);
    // Only who may give roles lets anybody into it: not even one who administers groups, and no member.
    let groups = "fdd7a751-b60b-444a-984c-02652fe8fa1c";
    gives(&sanne, &LUKAS_ID.to_string(), groups, "/").await.made();
    let lukas = world.as_person(LUKAS).await;
    let members = format!("/v1.0/groups/{group}/members");
    assert_eq!(lukas.refer(&members, &JORIS_ID.to_string()).await.refusal(), DENIED);
    assert_eq!(joris.refer(&members, &JORIS_ID.to_string()).await.refusal(), DENIED);
    sanne.refer(&members, &JORIS_ID.to_string()).await.done();
    renames(&joris, LUKAS).await.done();
    let held = "/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole";
    assert_eq!(joris.get(held).await.names(), ["User Administrator"]);
    sanne.delete(&format!("{members}/{JORIS_ID}/$ref")).await.done();
    assert_eq!(renames(&joris, LUKAS).await.refusal(), DENIED);
}

#[tokio::test]
async fn every_built_in_role_says_what_it_is_for() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    for path in ["directoryRoles", "directoryRoleTemplates", "roleManagement/directory/roleDefinitions"] {
        let all = sanne.every(&format!("/v1.0/{path}")).await;
        let silent = all.iter().find(|role| role["description"].as_str().is_none_or(|text| !text.ends_with('.')));
        assert!(silent.is_none() && !all.is_empty(), "{path} {silent:?}");
    }
}
