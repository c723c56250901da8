//! What clients write otherwise than Graph's reference has it, and Graph takes all the same (graph-api.md §3.1, §3.6).

use http::Method;
use mandate_tests::World;
use mandate_tests::app::{EXPORT, INTRANET};
use mandate_tests::people::{JORIS, JORIS_ID, LUKAS_ID, SANNE, SANNE_ID, WATERKANT};
use mandate_tests::tokens;
use serde_json::json;

const BAD: (u16, &str) = (400, "Request_BadRequest");
const DENIED: (u16, &str) = (403, "Authorization_RequestDenied");

#[tokio::test]
async fn properties_are_written_in_any_case_and_read_in_graphs() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let group = json!({
        "DisplayName": "Kade", "mailNickName": "kade", "mailEnabled": false, "securityEnabled": true,
    });
    let made = sanne.post("/v1.0/groups", &group).await.made();
    assert_eq!((&made["displayName"], &made["mailNickname"]), (&json!("Kade"), &json!("kade")));
    let app = json!({ "displayName": "Kraan", "web": { "RedirectUris": ["https://kraan.waterkant.example/cb"] } });
    let app = sanne.post("/v1.0/applications", &app).await.made();
    assert_eq!(app["web"]["redirectUris"], json!(["https://kraan.waterkant.example/cb"]));
    // What is read only is so in any case.
    let joris = format!("/v1.0/users/{JORIS_ID}");
    assert_eq!(sanne.patch(&joris, &json!({ "CreatedDateTime": "2026-01-01T00:00:00Z" })).await.refusal(), BAD);
    assert_eq!(sanne.patch(&joris, &json!({ "displaynames": "x" })).await.refusal(), BAD);
}

#[tokio::test]
async fn owners_come_with_a_change_as_members_do() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let group = json!({ "displayName": "Kade", "mailNickname": "kade", "mailEnabled": false, "securityEnabled": true });
    let at = format!("/v1.0/groups/{}", sanne.post("/v1.0/groups", &group).await.id());
    let bind =
        |id: &str| json!({ "owners@odata.bind": [format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")] });
    assert_eq!(joris.patch(&at, &bind(&JORIS_ID.to_string())).await.refusal(), DENIED);
    sanne.patch(&at, &bind(&JORIS_ID.to_string())).await.done();
    assert_eq!(sanne.get(&format!("{at}/owners")).await.names().len(), 1);
    let refused = sanne.patch(&at, &bind(&JORIS_ID.to_string())).await;
    assert!(refused.message().contains("'owners'"), "{}", refused.message());
    // Now the group is his, too.
    joris.patch(&at, &json!({ "description": "Aan het water" })).await.done();
    let both = json!({ "members@odata.bind": [format!("/directoryObjects/{LUKAS_ID}")], "description": "x" });
    joris.patch(&at, &both).await.done();
    assert_eq!(sanne.get(&format!("{at}/members")).await.names().len(), 1);
}

#[tokio::test]
async fn a_batch_may_count_its_requests() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let batch = json!({ "requests": [
        { "id": 1, "method": "GET", "url": "/me" },
        { "id": "2", "method": "GET", "url": format!("/users/{JORIS_ID}"), "dependsOn": [1] },
    ] });
    let answers = sanne.post("/v1.0/$batch", &batch).await.found();
    let told =
        |place: usize| (answers["responses"][place]["id"].clone(), answers["responses"][place]["status"].clone());
    assert_eq!((told(0), told(1)), ((json!("1"), json!(200)), (json!("2"), json!(200))));
    let refused =
        sanne.post("/v1.0/$batch", &json!({ "requests": [{ "id": {}, "method": "GET", "url": "/me" }] })).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn the_callers_organisation_may_be_named_in_front() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let here = sanne.get("/v1.0/myorganization/applications?$top=1").await.found();
    assert_eq!(here["value"].as_array().map(Vec::len), Some(1));
    assert_eq!(sanne.get(&format!("/v1.0/myorganization/users/{SANNE_ID}")).await.found()["id"], SANNE_ID.to_string());
    assert_eq!(sanne.get("/v1.0/myorganization/nothing").await.status, 400);
}

#[tokio::test]
async fn one_property_is_asked_for_by_its_name() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let name = sanne.get(&format!("/v1.0/users/{JORIS_ID}/displayName")).await.found();
    assert_eq!(name["value"], "Joris Bakker");
    let context = name["@odata.context"].as_str().expect("a context");
    assert!(context.ends_with(&format!("/v1.0/$metadata#users('{JORIS_ID}')/displayName")), "{context}");
    assert_eq!(sanne.get(&format!("/v1.0/users/{JORIS_ID}/DisplayName/$value")).await.json, json!("Joris Bakker"));
    sanne.get(&format!("/v1.0/users/{JORIS_ID}/faxNumber")).await.done();
    let roles = sanne.get(&format!("/v1.0/applications(appId='{}')/appRoles", INTRANET.id)).await.found();
    assert!(roles["value"].is_array());
    for (path, status) in [
        (format!("/v1.0/users/{JORIS_ID}/appRoles"), 400),
        (format!("/v1.0/users/{JORIS_ID}/displayName/nothing"), 400),
        (format!("/v1.0/users/{JORIS_ID}/displayName?$select=id"), 400),
        (format!("/v1.0/applications(appId='{}')/appRoles/$value", INTRANET.id), 400),
        ("/v1.0/users/00000000-0000-4000-8000-000000000099/displayName".to_owned(), 404),
    ] {
        assert_eq!(sanne.get(&path).await.status, status, "{path}");
    }
    // It shows what the object shows to this caller, and no more.
    let refused = sanne.patch(&format!("/v1.0/users/{JORIS_ID}/displayName"), &json!({ "value": "x" })).await;
    assert_eq!(refused.status, 405);
    assert_eq!(joris.get("/v1.0/directory/administrativeUnits/x/displayName").await.status, 404);
}

#[tokio::test]
async fn a_person_is_referred_to_by_name() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let manager = format!("/v1.0/users/{JORIS_ID}/manager");
    let named = |name: &str| json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/users/{name}") });
    sanne.write(Method::PUT, &format!("{manager}/$ref"), &named(SANNE)).await.done();
    assert_eq!(sanne.get(&manager).await.found()["id"], SANNE_ID.to_string());
    let refused = sanne.write(Method::PUT, &format!("{manager}/$ref"), &named("nobody@waterkant.example")).await;
    assert_eq!(refused.refusal(), BAD);
    assert_eq!(sanne.write(Method::PUT, &format!("{manager}/$ref"), &named("nobody")).await.refusal(), BAD);
}

#[tokio::test]
async fn whether_somebody_is_among_them_is_counted() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let group = json!({ "displayName": "Kade", "mailNickname": "kade", "mailEnabled": false, "securityEnabled": true });
    let at = format!("/v1.0/groups/{}", sanne.post("/v1.0/groups", &group).await.id());
    sanne.refer(&format!("{at}/members"), &JORIS_ID.to_string()).await.done();
    for (id, count) in [(JORIS_ID, 1), (LUKAS_ID, 0)] {
        let asked = format!("{at}/members/$count?$filter=id%20eq%20'{id}'");
        assert_eq!(sanne.eventually(&asked).await.json, count);
    }
    let asked = format!("{at}/members/microsoft.graph.group/$count?$filter=id%20eq%20'{JORIS_ID}'");
    assert_eq!(sanne.eventually(&asked).await.json, 0, "he is no group");
}

#[tokio::test]
async fn assignments_come_along_with_their_service_principal_which_goes_by_its_apps_id() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let at = format!("/v1.0/servicePrincipals(appId='{}')", EXPORT.id);
    let held = sanne.get(&format!("{at}/appRoleAssignments")).await.found()["value"].clone();
    assert!(held.as_array().is_some_and(|all| !all.is_empty()), "{held}");
    let whole = sanne.get(&format!("{at}?$expand=appRoleAssignments")).await.found();
    assert_eq!(whole["appRoleAssignments"], held);
    let list = format!(
        "/v1.0/servicePrincipals?$filter=appId%20eq%20'{}'&$expand=appRoleAssignedTo($select=principalDisplayName)&$select=id",
        "00000003-0000-0000-c000-000000000000"
    );
    let given = sanne.get(&list).await.found()["value"][0]["appRoleAssignedTo"].clone();
    let names = given.as_array().expect("a list").iter().filter_map(|one| one["principalDisplayName"].as_str());
    assert!(names.collect::<Vec<_>>().contains(&"Waterkant Nightly Export"), "{given}");
    assert!(sanne.get(&format!("{at}/oauth2PermissionGrants")).await.found()["value"].is_array());
    let nobody = "/v1.0/servicePrincipals(appId='00000000-0000-4000-8000-000000000001')/appRoleAssignments";
    assert_eq!(sanne.get(nobody).await.status, 404);
    // What comes along needs what reading it alone needs.
    let client = world.tokens(INTRANET, JORIS, "openid User.Read").await;
    let refused = world.graph(client.access()).get(&format!("/v1.0/users/{JORIS_ID}?$expand=appRoleAssignments")).await;
    assert_eq!(refused.refusal(), DENIED);
}

#[tokio::test]
async fn graphs_tokens_name_the_client() {
    let world = World::new().await;
    let own = world.client(EXPORT).client_credentials("https://graph.microsoft.com/.default").await.granted();
    let of = async |token: &str| tokens::claims(&world, WATERKANT, token).await;
    assert_eq!(of(own.access()).await["app_displayname"], "Waterkant Nightly Export");
    let delegated = world.tokens(INTRANET, JORIS, "openid User.Read").await;
    assert_eq!(of(delegated.access()).await["app_displayname"], "Waterkant Intranet");
    assert!(tokens::lacks(&of(delegated.id_token()).await, &["app_displayname"]));
}

#[tokio::test]
async fn empty_segments_say_nothing() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    for path in [format!("/v1.0//users/{JORIS_ID}"), format!("/beta//users//{JORIS_ID}/")] {
        assert_eq!(sanne.get(&path).await.found()["id"], JORIS_ID.to_string(), "{path}");
    }
    let batch = json!({ "requests": [{ "id": "1", "method": "GET", "url": "//me" }] });
    assert_eq!(sanne.post("/v1.0//$batch", &batch).await.found()["responses"][0]["status"], 200);
    // They open nothing: who is asked for is asked about as ever.
    let joris = world.as_person(JORIS).await;
    assert_eq!(joris.delete(&format!("/v1.0//users//{LUKAS_ID}")).await.refusal(), DENIED);
}

#[tokio::test]
async fn a_relation_may_be_selected_beside_the_properties() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let manager = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/users/{SANNE_ID}") });
    sanne.write(Method::PUT, &format!("/v1.0/users/{JORIS_ID}/manager/$ref"), &manager).await.done();
    let joris = format!("/v1.0/users/{JORIS_ID}?$select=displayName,manager");
    let both = sanne.get(&format!("{joris}&$expand=manager($select=displayName)")).await.found();
    assert_eq!((both["displayName"].as_str(), both["manager"].is_object()), (Some("Joris Bakker"), true), "{both}");
    assert_eq!(sanne.get(&joris).await.found().get("manager"), None);
    let path = "/v1.0/servicePrincipals?$select=id,appRoleAssignedTo&$expand=appRoleAssignedTo&$top=1";
    assert!(sanne.get(path).await.found()["value"][0]["appRoleAssignedTo"].is_array());
    assert_eq!(sanne.get(&format!("/v1.0/users/{JORIS_ID}?$select=managers")).await.status, 400);
}

#[tokio::test]
async fn what_an_action_has_no_parameter_for_is_passed_over() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let app = sanne.post("/v1.0/applications", &json!({ "displayName": "Kraan" })).await.id();
    let secret = json!({ "displayName": "bare" });
    let made = sanne.post(&format!("/v1.0/applications/{app}/addPassword"), &secret).await.found();
    assert_eq!((made["displayName"].clone(), made["secretText"].is_string()), (json!(null), true));
    let ids = json!({ "ids": [JORIS_ID.to_string()], "type": 0 });
    for path in ["/v1.0/directoryObjects/getByIds", "/v1.0/users/getByIds", "/v1.0/groups/microsoft.graph.getByIds"] {
        assert_eq!(sanne.post(path, &ids).await.names(), ["Joris Bakker"], "{path}");
    }
    // Of an object, every member is known.
    assert_eq!(sanne.post("/v1.0/applications", &json!({ "displayName": "x", "colour": "red" })).await.refusal(), BAD);
}

#[tokio::test]
async fn deleted_items_are_named_with_their_kind_and_counted() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let mut groups = Vec::new();
    for name in ["kade", "kraan", "sluis"] {
        let group = json!({
            "displayName": name, "mailNickname": name, "mailEnabled": true, "securityEnabled": false,
            "groupTypes": ["Unified"],
        });
        let id = sanne.post("/v1.0/groups", &group).await.id();
        // By what every object is.
        sanne.delete(&format!("/v1.0/directoryObjects/{id}")).await.done();
        groups.push(id);
    }
    let all = "/v1.0/directory/deletedItems/microsoft.graph.group";
    let page = sanne.eventually(&format!("{all}?$count=true&$top=1")).await.found();
    assert_eq!((page["@odata.count"].clone(), page["value"].as_array().map(Vec::len)), (json!(3), Some(1)));
    assert_eq!(sanne.eventually(&format!("{all}/$count")).await.json, json!(3));
    assert_eq!(sanne.get(&format!("{all}/$count")).await.status, 400);
    let one = &groups[0];
    assert_eq!(sanne.get(&format!("{all}/{one}")).await.found()["id"], one.as_str());
    assert_eq!(sanne.get(&format!("/v1.0/directory/deletedItems/{one}/graph.group")).await.found()["id"], one.as_str());
    for path in [format!("microsoft.graph.user/{one}"), format!("{one}/graph.application")] {
        assert_eq!(sanne.get(&format!("/v1.0/directory/deletedItems/{path}")).await.status, 404, "{path}");
    }
    let joris = world.as_person(JORIS).await;
    assert_eq!(joris.delete(&format!("{all}/{one}")).await.refusal(), DENIED);
    sanne.delete(&format!("{all}/{one}")).await.done();
    assert_eq!(sanne.eventually(&format!("{all}/$count")).await.json, json!(2));
    // What the caller may not delete under its own name, they may not under the common one.
    assert_eq!(joris.delete(&format!("/v1.0/directoryObjects/{LUKAS_ID}")).await.refusal(), DENIED);
    let nobody = "/v1.0/directoryObjects/00000000-0000-4000-8000-00000000ffff";
    assert_eq!(sanne.delete(nobody).await.status, 404);
}

#[tokio::test]
async fn everybody_has_what_the_directory_gives_them() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let person = json!({
        "displayName": "Noor Kok", "userPrincipalName": "noor.kok@waterkant.example", "mailNickname": "noor",
        "accountEnabled": true, "passwordProfile": { "password": "Polder-Fiets-43" },
    });
    let noor = format!("/v1.0/users/{}", sanne.post("/v1.0/users", &person).await.id());
    let select = "$select=id,identities,createdDateTime,lastPasswordChangeDateTime,onPremisesExtensionAttributes,securityIdentifier";
    let asked = format!("{noor}?{select}");
    let told = sanne.get(&asked).await.found();
    let own = json!([{
        "signInType": "userPrincipalName", "issuer": "waterkant.example", "issuerAssignedId": "noor.kok@waterkant.example",
    }]);
    assert_eq!(told["identities"], own);
    assert_eq!(told["lastPasswordChangeDateTime"], told["createdDateTime"]);
    assert_eq!(told["onPremisesExtensionAttributes"].as_object().map(serde_json::Map::len), Some(15));
    assert!(told["securityIdentifier"].as_str().is_some_and(|sid| sid.starts_with("S-1-12-1-")), "{told}");
    world.later(mandate_base::HOUR);
    sanne.patch(&noor, &json!({ "passwordProfile": { "password": "Polder-Fiets-44" } })).await.done();
    let later = sanne.get(&asked).await.found();
    assert_ne!(later["lastPasswordChangeDateTime"], told["lastPasswordChangeDateTime"]);
    let unified = json!({
        "displayName": "Kade", "mailNickname": "kade", "mailEnabled": true, "securityEnabled": false,
        "groupTypes": ["Unified"],
    });
    let group = sanne.post("/v1.0/groups", &unified).await.made();
    assert_eq!(
        (group["visibility"].clone(), group["renewedDateTime"].clone()),
        (json!("Public"), group["createdDateTime"].clone())
    );
    // One domain is the initial one, wherever it is asked.
    let domains = sanne.get("/v1.0/organization").await.found()["value"][0]["verifiedDomains"].clone();
    let initial: Vec<_> =
        domains.as_array().expect("a list").iter().filter(|domain| domain["isInitial"] == true).collect();
    assert_eq!(initial.len(), 1);
    let name = initial[0]["name"].as_str().expect("a name");
    assert_eq!(sanne.get(&format!("/v1.0/domains/{name}")).await.found()["isInitial"], true);
}

#[tokio::test]
async fn a_manager_is_one_reference_and_one_of_a_list_is_found_by_its_id() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let reference = format!("/v1.0/users/{LUKAS_ID}/manager/$ref");
    let to = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/users/{JORIS_ID}") });
    for _ in 0..2 {
        sanne.write(Method::PUT, &reference, &to).await.done();
    }
    let found = sanne.get(&reference).await.found();
    assert!(found["@odata.id"].as_str().is_some_and(|address| address.ends_with(&JORIS_ID.to_string())), "{found}");
    assert!(found["@odata.context"].as_str().is_some_and(|context| context.ends_with("$metadata#$ref")), "{found}");
    assert_eq!(
        sanne.get(&format!("/v1.0/users/{JORIS_ID}/directReports/{LUKAS_ID}")).await.found()["id"],
        LUKAS_ID.to_string()
    );
    let group = json!({ "displayName": "Kade", "mailNickname": "kade", "mailEnabled": false, "securityEnabled": true });
    let group = sanne.post("/v1.0/groups", &group).await.id();
    sanne.refer(&format!("/v1.0/groups/{group}/members"), &JORIS_ID.to_string()).await.done();
    for path in [format!("groups/{group}/members/{JORIS_ID}"), format!("users/{JORIS_ID}/memberOf/{group}")] {
        assert_eq!(sanne.get(&format!("/v1.0/{path}")).await.status, 200, "{path}");
    }
    assert_eq!(joris.get(&format!("/v1.0/groups/{group}/members/{LUKAS_ID}")).await.status, 404);
}

#[tokio::test]
async fn what_was_read_may_be_sent_back_whole() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let app = json!({ "displayName": "Kraan", "web": { "redirectUris": ["https://kraan.waterkant.example/cb"] } });
    let app = sanne.post("/v1.0/applications", &app).await.made();
    let sp = sanne.post("/v1.0/servicePrincipals", &json!({ "appId": app["appId"] })).await.id();
    let group = json!({ "displayName": "Kade", "mailNickname": "kade", "mailEnabled": false, "securityEnabled": true });
    let group = sanne.post("/v1.0/groups", &group).await.id();
    let unit = sanne.post("/v1.0/directory/administrativeUnits", &json!({ "displayName": "Haven" })).await.id();
    let id = app["id"].as_str().expect("an id");
    sanne.post(&format!("/v1.0/applications/{id}/addPassword"), &json!({})).await.found();
    let role = json!({
        "displayName": "Kraanmeester", "isEnabled": true,
        "rolePermissions": [{ "allowedResourceActions": ["microsoft.directory/applications/basic/update"] }],
    });
    let role = sanne.post("/v1.0/roleManagement/directory/roleDefinitions", &role).await.id();
    for path in [
        format!("/v1.0/applications/{id}"),
        format!("/v1.0/servicePrincipals/{sp}"),
        format!("/v1.0/groups/{group}"),
        format!("/v1.0/users/{JORIS_ID}"),
        format!("/v1.0/directory/administrativeUnits/{unit}"),
        format!("/v1.0/roleManagement/directory/roleDefinitions/{role}"),
    ] {
        let mut whole = sanne.get(&path).await.found();
        whole["displayName"] = json!("Anders");
        let written = sanne.patch(&path, &whole).await;
        assert_eq!(written.status, 204, "{path}: {}", written.json);
        assert_eq!(sanne.get(&path).await.found()["displayName"], "Anders", "{path}");
    }
    // Another value is what it was: refused, and nothing of it is written.
    for (path, change) in [
        (format!("/v1.0/applications/{id}"), json!({ "displayName": "x", "appId": JORIS_ID.to_string() })),
        (format!("/v1.0/applications/{id}"), json!({ "displayName": "x", "passwordCredentials": [] })),
        (format!("/v1.0/servicePrincipals/{sp}"), json!({ "displayName": "x", "appRoles": [{ "value": "x" }] })),
        (format!("/v1.0/groups/{group}"), json!({ "displayName": "x", "createdDateTime": "2020-01-01T00:00:00Z" })),
        (format!("/v1.0/users/{JORIS_ID}"), json!({ "displayName": "x", "createdDateTime": "2020-01-01T00:00:00Z" })),
    ] {
        assert_eq!(sanne.patch(&path, &change).await.refusal(), BAD, "{path} {change}");
        assert_eq!(sanne.get(&path).await.found()["displayName"], "Anders", "{path}");
    }
    let graph = sanne.get("/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')").await.found();
    let grant =
        json!({ "clientId": sp, "consentType": "AllPrincipals", "resourceId": graph["id"], "scope": "User.Read" });
    let mut grant = sanne.post("/v1.0/oauth2PermissionGrants", &grant).await.made();
    let at = format!("/v1.0/oauth2PermissionGrants/{}", grant["id"].as_str().expect("an id"));
    grant["scope"] = json!("User.Read openid");
    sanne.patch(&at, &grant).await.done();
    grant["resourceId"] = json!(JORIS_ID.to_string());
    assert_eq!(sanne.patch(&at, &grant).await.refusal(), BAD);
}

#[tokio::test]
async fn references_are_read_and_taken_away_in_every_form() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let group = json!({ "displayName": "Kade", "mailNickname": "kade", "mailEnabled": false, "securityEnabled": true });
    let group = sanne.post("/v1.0/groups", &group).await.id();
    let members = format!("/v1.0/groups/{group}/members");
    let full = format!(
        "https://graph.microsoft.com/v2/{WATERKANT}/directoryObjects/{JORIS_ID}/Microsoft.DirectoryServices.User"
    );
    sanne.post(&format!("{members}/$ref"), &json!({ "@odata.id": full })).await.done();
    let one = sanne.get(&format!("{members}/{JORIS_ID}/$ref")).await.found();
    assert!(one["@odata.id"].as_str().is_some_and(|address| address.ends_with(&JORIS_ID.to_string())), "{one}");
    assert_eq!(sanne.get(&format!("{members}/{LUKAS_ID}/$ref")).await.status, 404);
    let taken = format!("{members}/$ref?@id=https://graph.microsoft.com/v1.0/directoryObjects/{JORIS_ID}");
    assert_eq!(joris.delete(&taken).await.refusal(), DENIED);
    assert_eq!(sanne.delete(&format!("{members}/$ref")).await.status, 400);
    sanne.delete(&taken).await.done();
    assert_eq!(sanne.get(&members).await.names().len(), 0);
    // Bound from the beginning, in the same form.
    let bound = json!({
        "displayName": "Kraan", "mailNickname": "kraan", "mailEnabled": false, "securityEnabled": true,
        "members@odata.bind": [full],
    });
    let bound = sanne.post("/v1.0/groups", &bound).await.id();
    assert_eq!(sanne.get(&format!("/v1.0/groups/{bound}/members")).await.names(), ["Joris Bakker"]);
    let role = "/v1.0/directoryRoles/roleTemplateId=62e90394-69f5-4237-9190-012177145e10";
    assert_eq!(sanne.get(role).await.found()["roleTemplateId"], "62e90394-69f5-4237-9190-012177145e10");
    assert!(
        sanne.get(&format!("{role}/members/microsoft.graph.user")).await.names().contains(&"Sanne de Vries".to_owned())
    );
    assert_eq!(sanne.get(&format!("{role}/members/{SANNE_ID}/$ref")).await.status, 200);
    assert_eq!(sanne.get(&format!("{role}/members/{JORIS_ID}/$ref")).await.status, 404);
    let by_name = format!("/v1.0/users(userPrincipalName='{JORIS}')");
    assert_eq!(sanne.get(&by_name).await.found()["id"], JORIS_ID.to_string());
    assert_eq!(sanne.get(&format!("/beta/groups/{bound}/transitiveMembers?$expand=*")).await.names(), ["Joris Bakker"]);
}

#[tokio::test]
async fn with_full_metadata_each_object_says_which_one_it_is() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let full = async |path: &str| {
        let ask = mandate_tests::wire::Ask::get(path).header("accept", "application/json; odata.metadata=full");
        let reply = sanne.send(ask).await;
        assert!(reply.header("content-type").is_some_and(|kind| kind.contains("odata.metadata=full")));
        reply.found()
    };
    let own =
        format!("https://mandate.test/v2/{WATERKANT}/directoryObjects/{JORIS_ID}/Microsoft.DirectoryServices.User");
    let joris = full(&format!("/v1.0/users/{JORIS_ID}")).await;
    assert_eq!(
        (joris["@odata.id"].as_str(), joris["@odata.type"].as_str()),
        (Some(own.as_str()), Some("#microsoft.graph.user"))
    );
    let all = full("/v1.0/users?$top=3").await;
    assert!(all["value"].as_array().expect("a list").iter().all(|user| user["@odata.id"].is_string()), "{all}");
    let sps = full("/v1.0/servicePrincipals?$top=1").await;
    let address = sps["value"][0]["@odata.id"].as_str().expect("an address");
    assert!(address.ends_with("/Microsoft.DirectoryServices.ServicePrincipal"), "{address}");
}

#[tokio::test]
async fn what_was_given_is_counted_and_a_person_has_what_their_groups_have() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let app = sanne.post("/v1.0/applications", &json!({ "displayName": "Kraan" })).await.made();
    let sp = sanne.post("/v1.0/servicePrincipals", &json!({ "appId": app["appId"] })).await.id();
    let group = json!({ "displayName": "Kade", "mailNickname": "kade", "mailEnabled": false, "securityEnabled": true });
    let group = sanne.post("/v1.0/groups", &group).await.id();
    sanne.refer(&format!("/v1.0/groups/{group}/members"), &JORIS_ID.to_string()).await.done();
    let assign = |principal: &str| json!({ "principalId": principal, "resourceId": sp, "appRoleId": "00000000-0000-0000-0000-000000000000" });
    let own = format!("/v1.0/users/{JORIS_ID}/appRoleAssignments");
    let before = sanne.eventually(&format!("{own}/$count")).await.json.as_i64().expect("a number");
    sanne.post(&format!("/v1.0/groups/{group}/appRoleAssignments"), &assign(&group)).await.made();
    let found = sanne.eventually(&format!("{own}?$count=true")).await.found();
    assert_eq!(found["@odata.count"].as_i64(), Some(before + 1));
    let through = found["value"].as_array().expect("a list").iter().find(|held| held["principalId"] == group.as_str());
    assert_eq!(through.map(|held| held["principalType"].clone()), Some(json!("Group")));
    // Nested groups give nothing.
    let outer =
        json!({ "displayName": "Haven", "mailNickname": "haven", "mailEnabled": false, "securityEnabled": true });
    let outer = sanne.post("/v1.0/groups", &outer).await.id();
    sanne.refer(&format!("/v1.0/groups/{outer}/members"), &group).await.done();
    sanne.post(&format!("/v1.0/groups/{outer}/appRoleAssignments"), &assign(&outer)).await.made();
    assert_eq!(sanne.eventually(&format!("{own}/$count")).await.json, json!(before + 1));
    let given = format!("/v1.0/servicePrincipals/{sp}/appRoleAssignedTo");
    assert_eq!(sanne.eventually(&format!("{given}?$count=true&$top=1")).await.found()["@odata.count"], json!(2));
    assert_eq!(sanne.eventually(&format!("{given}/$count")).await.json, json!(2));
    // Without the header it is no mistake, and counts nothing.
    assert_eq!(sanne.get(&format!("{given}?$count=true")).await.found().get("@odata.count"), None);
    let grants = sanne.eventually("/v1.0/oauth2PermissionGrants?$count=true").await.found();
    assert_eq!(grants["@odata.count"].as_u64(), grants["value"].as_array().map(|all| all.len() as u64));
    assert_eq!(sanne.eventually("/v1.0/oauth2PermissionGrants/$count").await.json, grants["@odata.count"]);
}

#[tokio::test]
async fn a_packed_batch_is_asked_for_again_plain() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let batch = json!({ "requests": [{ "id": "1", "method": "GET", "url": "/me" }] }).to_string();
    let ask = mandate_tests::wire::Ask::post("/v1.0/$batch", Some("application/json"), batch);
    assert_eq!(sanne.send(ask.header("content-encoding", "gzip")).await.status, 415);
}
