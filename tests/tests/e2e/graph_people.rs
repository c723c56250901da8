//! People and groups through Graph: added, changed, linked, deleted and brought back (graph-api.md §1.4, §2.2, §2.3;
//! features S2-15, S2-17 to S2-19).

use http::Method;
use mandate_tests::app::{EXPORT, INTRANET};
use mandate_tests::graph::Graph;
use mandate_tests::people::{ANNEKE, GIJS, JORIS, JORIS_ID, LUKAS, LUKAS_ID, OPERATIONS, PASSWORD, SANNE, SANNE_ID};
use mandate_tests::wire::Ask;
use mandate_tests::{NOON, World};
use serde_json::{Value, json};

const DENIED: (u16, &str) = (403, "Authorization_RequestDenied");
const BAD: (u16, &str) = (400, "Request_BadRequest");
const MISSING: (u16, &str) = (404, "Request_ResourceNotFound");
/// Helpdesk Administrator.
const MAREIKE: &str = "mareike.hoffmann@waterkant.example";
const NORA: &str = "nora@waterkant.example";
const NEW_PASSWORD: &str = "Dijk-Wacht-77";

fn nora() -> Value {
    json!({
        "accountEnabled": true,
        "displayName": "Nora",
        "mailNickname": "nora",
        "userPrincipalName": NORA,
        "passwordProfile": { "password": NEW_PASSWORD, "forceChangePasswordNextSignIn": false },
    })
}

fn with(mut base: Value, name: &str, value: Value) -> Value {
    base[name] = value;
    base
}

/// A person signs in with a password, or is told why not.
async fn signs_in(world: &World, upn: &str, password: &str) -> Result<(), u64> {
    let client = world.client(mandate_tests::app::MOBILE);
    let reply = client.send(&client.with_password(upn, password, "openid")).await;
    if reply.has("access_token") || reply.has("id_token") { Ok(()) } else { Err(reply.refusal().2) }
}

#[tokio::test]
async fn a_person_is_added_and_signs_in() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let made = graph.post("/v1.0/users", &with(nora(), "jobTitle", json!("Kraanmeester"))).await.made();
    assert_eq!((&made["userPrincipalName"], &made["jobTitle"]), (&json!(NORA), &json!("Kraanmeester")));
    // A password is written and never shown.
    assert!(made.get("passwordProfile").is_none() && !made.to_string().contains(NEW_PASSWORD));
    let shown = graph.get(&format!("/v1.0/users/{NORA}?$select=passwordProfile,accountEnabled,userType")).await.found();
    assert_eq!((&shown["passwordProfile"], &shown["userType"]), (&Value::Null, &json!("Member")));
    world.as_person_with(NORA, NEW_PASSWORD).await.get("/v1.0/me").await.found();
    for (change, told) in [
        (with(nora(), "userPrincipalName", json!(NORA)), "already exists"),
        (with(nora(), "userPrincipalName", json!("NORA@waterkant.example")), "already exists"),
        (with(nora(), "userPrincipalName", json!("nora@thief.example")), "domain portion"),
        (with(nora(), "userPrincipalName", json!("nora")), "userPrincipalName"),
        (with(nora(), "userPrincipalName", json!("a b@waterkant.example")), "userPrincipalName"),
        (with(nora(), "passwordProfile", json!({ "password": "zwak" })), "complexity"),
        (with(nora(), "passwordProfile", json!({ "password": "alleenkleineletters" })), "complexity"),
        (with(nora(), "passwordProfile", Value::Null), "passwordProfile"),
        (with(nora(), "mailNickname", Value::Null), "mailNickname"),
        (with(nora(), "displayName", json!("x".repeat(257))), "displayName"),
        (with(nora(), "usageLocation", json!("NLD")), "usageLocation"),
        (with(nora(), "nonsense", json!(1)), "nonsense"),
        (with(nora(), "id", json!(JORIS_ID.to_string())), "id"),
        (with(nora(), "manager", json!({})), "manager"),
    ] {
        let change = if told == "already exists" { change } else { fresh(change) };
        let refused = graph.post("/v1.0/users", &change).await;
        assert_eq!(refused.refusal(), BAD, "{change}");
        assert!(refused.message().contains(told), "{change}: {}", refused.message());
    }
    let refused = world.as_person(JORIS).await.post("/v1.0/users", &nora()).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
}

/// Of a name that nobody has, where it is not the name that is at fault.
fn fresh(mut change: Value) -> Value {
    if change["userPrincipalName"] == NORA {
        change["userPrincipalName"] = json!("fresh@waterkant.example");
    }
    change
}

#[tokio::test]
async fn s2_17_an_administrator_updates_every_profile() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    graph
        .patch(&format!("/v1.0/users/{JORIS}"), &json!({ "jobTitle": "Havenmeester", "department": "Kade" }))
        .await
        .done();
    let now = graph.get(&format!("/v1.0/users/{JORIS}?$select=jobTitle,department,surname")).await.found();
    assert_eq!(
        (&now["jobTitle"], &now["department"], &now["surname"]),
        (&json!("Havenmeester"), &json!("Kade"), &json!("Bakker"))
    );
    let found = graph.get("/v1.0/users?$filter=department%20eq%20'Kade'").await.names();
    assert_eq!(found, ["Joris Bakker"]);
    let told = world.audited(NOON, "Update user").await;
    assert!(told[0].changed.to_string().contains("Havenmeester"), "{}", told[0].changed);
}

/// With a scope that reaches everybody, a person without a role reaches themselves.
#[tokio::test]
async fn s2_18_a_person_without_a_role_updates_their_own_profile_only() {
    let world = World::new().await;
    world.allow_for_everybody(INTRANET, SANNE, "User.ReadWrite.All").await;
    let tokens = world.tokens(INTRANET, JORIS, "User.ReadWrite.All").await;
    let graph = world.graph(tokens.access());
    graph
        .patch("/v1.0/me", &json!({ "mobilePhone": "+31 6 1", "aboutMe": "ik", "otherMails": ["j@thuis.example"] }))
        .await
        .done();
    graph.patch(&format!("/v1.0/users/{JORIS_ID}"), &json!({ "jobTitle": "Havenmeester" })).await.done();
    let refused = graph.patch(&format!("/v1.0/users/{LUKAS}"), &json!({ "jobTitle": "x" })).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
    // Not everything of oneself is one's own to change, and one part that is not keeps the rest from being written.
    for change in [
        json!({ "userPrincipalName": "baas@waterkant.example" }),
        json!({ "accountEnabled": true }),
        json!({ "passwordProfile": { "password": NEW_PASSWORD } }),
        json!({ "userType": "Member", "jobTitle": "y" }),
        json!({ "department": "Directie" }),
    ] {
        assert_eq!(graph.patch("/v1.0/me", &change).await.refusal(), DENIED, "{change}");
    }
    assert_eq!(graph.get("/v1.0/me").await.found()["jobTitle"], "Havenmeester");
}

#[tokio::test]
async fn s2_19_an_app_with_the_permission_updates_every_profile_below_a_role() {
    let world = World::where_export_may(&["User.ReadWrite.All"]).await;
    let export = world.as_app(EXPORT).await;
    export.patch(&format!("/v1.0/users/{JORIS}"), &json!({ "jobTitle": "x", "mobilePhone": "1" })).await.done();
    export.patch(&format!("/v1.0/users/{SANNE}"), &json!({ "jobTitle": "x" })).await.done();
    // What is sensitive of an administrator takes a role (graph-api.md §1.4).
    let refused = export.patch(&format!("/v1.0/users/{SANNE}"), &json!({ "mobilePhone": "1" })).await;
    assert_eq!(refused.refusal(), DENIED);
    let refused = export.patch("/v1.0/me", &json!({ "jobTitle": "x" })).await;
    assert_eq!(refused.refusal(), (400, "BadRequest"));
}

#[tokio::test]
async fn a_help_desk_resets_passwords_of_whom_it_stands_above() {
    let world = World::new().await;
    let (graph, reset) = (world.as_person(MAREIKE).await, json!({ "passwordProfile": { "password": NEW_PASSWORD } }));
    graph.patch(&format!("/v1.0/users/{JORIS}"), &reset).await.done();
    assert_eq!(signs_in(&world, JORIS, PASSWORD).await, Err(50_126));
    for upn in [SANNE, ANNEKE] {
        let refused = graph.patch(&format!("/v1.0/users/{upn}"), &reset).await;
        assert_eq!(refused.refusal(), DENIED, "{upn}");
        assert_ne!(signs_in(&world, upn, PASSWORD).await, Err(50_126), "{upn}");
    }
    // A password is all that it resets.
    let refused =
        graph.patch(&format!("/v1.0/users/{JORIS}"), &json!({ "userPrincipalName": "j@waterkant.example" })).await;
    assert_eq!(refused.refusal(), DENIED);
    assert_eq!(world.audited(NOON, "Reset user password").await.len(), 1);
}

#[tokio::test]
async fn who_is_turned_off_or_deleted_is_out_at_the_next_request() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let (joris, lukas) = (world.as_person(JORIS).await, world.as_person(LUKAS).await);
    world.later(1000);
    graph.patch(&format!("/v1.0/users/{JORIS}"), &json!({ "accountEnabled": false })).await.done();
    assert_eq!(joris.get("/v1.0/me").await.status, 401);
    graph.delete(&format!("/v1.0/users/{LUKAS}")).await.done();
    assert_eq!(lukas.get("/v1.0/me").await.status, 401);
    assert_eq!(graph.get(&format!("/v1.0/users/{LUKAS}")).await.refusal(), MISSING);
    // Turned on again, an old token stays dead.
    graph.patch(&format!("/v1.0/users/{JORIS}"), &json!({ "accountEnabled": true })).await.done();
    assert_eq!(joris.get("/v1.0/me").await.status, 401);
    // Brought back, with the groups that held them.
    let items = "/v1.0/directory/deletedItems";
    assert_eq!(graph.get(&format!("{items}/microsoft.graph.user")).await.names(), ["Lukas Schneider"]);
    assert_eq!(world.as_person(JORIS).await.get(&format!("{items}/microsoft.graph.user")).await.refusal(), DENIED);
    graph.post(&format!("{items}/{LUKAS_ID}/restore"), &json!({})).await.found();
    assert_eq!(graph.get(&format!("/v1.0/users/{LUKAS}/memberOf")).await.names(), ["Finance"]);
    world.as_person(LUKAS).await.get("/v1.0/me").await.found();
    let refused = world.as_person(MAREIKE).await.delete(&format!("/v1.0/users/{JORIS}")).await;
    assert_eq!(refused.refusal(), DENIED);
}

#[tokio::test]
async fn a_name_that_was_taken_meanwhile_does_not_come_back() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let first = graph.post("/v1.0/users", &nora()).await.id();
    graph.delete(&format!("/v1.0/users/{first}")).await.done();
    graph.post("/v1.0/users", &nora()).await.made();
    let refused = graph.post(&format!("/v1.0/directory/deletedItems/{first}/restore"), &json!({})).await;
    assert_eq!(refused.refusal(), BAD);
    assert!(refused.message().contains("userPrincipalName"), "{}", refused.message());
}

#[tokio::test]
async fn sessions_are_revoked_by_their_person_and_by_who_stands_above() {
    let world = World::new().await;
    let joris = world.as_person(JORIS).await;
    world.later(1000);
    assert_eq!(joris.post("/v1.0/me/revokeSignInSessions", &json!({})).await.found()["value"], true);
    assert_eq!(joris.get("/v1.0/me").await.status, 401);
    let mareike = world.as_person(MAREIKE).await;
    mareike.post(&format!("/v1.0/users/{LUKAS}/revokeSignInSessions"), &json!({})).await.found();
    let refused = mareike.post(&format!("/v1.0/users/{SANNE}/revokeSignInSessions"), &json!({})).await;
    assert_eq!(refused.refusal(), DENIED);
    let lukas = world.as_person(LUKAS).await;
    let refused = lukas.post(&format!("/v1.0/users/{JORIS}/revokeSignInSessions"), &json!({})).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
}

#[tokio::test]
async fn people_change_their_own_password_and_prove_the_old_one() {
    let world = World::new().await;
    let joris = world.as_person(JORIS).await;
    let change = |old: &str, new: &str| json!({ "currentPassword": old, "newPassword": new });
    let refused = joris.post("/v1.0/me/changePassword", &change("wrong", NEW_PASSWORD)).await;
    assert_eq!(refused.refusal(), BAD);
    assert_eq!(joris.post("/v1.0/me/changePassword", &change(PASSWORD, "kort")).await.refusal(), BAD);
    joris.post("/v1.0/me/changePassword", &change(PASSWORD, NEW_PASSWORD)).await.done();
    assert_eq!(signs_in(&world, JORIS, PASSWORD).await, Err(50_126));
    let of_lukas = format!("/v1.0/users/{LUKAS_ID}/changePassword");
    assert_eq!(joris.post(&of_lukas, &change(PASSWORD, NEW_PASSWORD)).await.refusal(), DENIED);
}

#[tokio::test]
async fn a_manager_is_set_replaced_and_taken_away() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let at = format!("/v1.0/users/{JORIS_ID}/manager");
    assert_eq!(graph.get(&at).await.refusal(), MISSING);
    for manager in [LUKAS_ID, SANNE_ID] {
        let body = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/users/{manager}") });
        graph.write(http::Method::PUT, &format!("{at}/$ref"), &body).await.done();
        assert_eq!(graph.get(&at).await.found()["id"], manager.to_string());
    }
    assert_eq!(graph.get("/v1.0/me/directReports").await.names(), ["Joris Bakker"]);
    assert_eq!(world.as_person(JORIS).await.get("/v1.0/me/manager").await.found()["displayName"], "Sanne de Vries");
    let own = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/users/{JORIS_ID}") });
    assert_eq!(graph.write(http::Method::PUT, &format!("{at}/$ref"), &own).await.refusal(), BAD);
    graph.delete(&format!("{at}/$ref")).await.done();
    assert_eq!(graph.get(&at).await.refusal(), MISSING);
}

fn cranes() -> Value {
    json!({ "displayName": "Kranen", "mailEnabled": false, "mailNickname": "kranen", "securityEnabled": true })
}

#[tokio::test]
async fn a_group_is_made_with_its_members_changed_and_gone_at_once() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let bind = |ids: &[String]| -> Value {
        ids.iter().map(|id| json!(format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}"))).collect()
    };
    let body = with(cranes(), "members@odata.bind", bind(&[JORIS_ID.to_string(), OPERATIONS.to_string()]));
    let body = with(body, "owners@odata.bind", bind(&[LUKAS_ID.to_string()]));
    let made = graph.post("/v1.0/groups", &body).await.made();
    let at = format!("/v1.0/groups/{}", made["id"].as_str().expect("an id"));
    assert_eq!(graph.get(&format!("{at}/members")).await.names(), ["Joris Bakker", "Operations"]);
    assert_eq!(graph.get(&format!("{at}/owners")).await.names(), ["Lukas Schneider"]);
    assert_eq!(
        graph.get(&format!("{at}/transitiveMembers")).await.names(),
        ["Joris Bakker", "Jürgen Müller", "Operations", "Pieter van Dijk"]
    );
    let only_people = graph.get(&format!("{at}/transitiveMembers/microsoft.graph.user")).await.names();
    assert_eq!(only_people, ["Joris Bakker", "Jürgen Müller", "Pieter van Dijk"]);
    let count = graph.eventually(&format!("{at}/transitiveMembers/$count")).await;
    assert_eq!(count.json, json!(4));
    assert_eq!(graph.get(&format!("{at}/members/$count")).await.refusal().0, 400);
    let counted = graph.eventually(&format!("{at}/members?$count=true&$top=1")).await.found();
    assert_eq!((&counted["@odata.count"], counted["value"].as_array().map(Vec::len)), (&json!(2), Some(1)));
    graph.patch(&at, &json!({ "description": "Aan de kade", "displayName": "Kranen Oost" })).await.done();
    let more = json!({ "members@odata.bind": bind(&[SANNE_ID.to_string()]) });
    graph.patch(&at, &more).await.done();
    assert_eq!(graph.patch(&at, &more).await.refusal(), BAD);
    assert_eq!(graph.get(&at).await.found()["description"], "Aan de kade");
    let around = graph
        .post(&format!("/v1.0/users/{JORIS_ID}/getMemberGroups"), &json!({ "securityEnabledOnly": true }))
        .await
        .found();
    assert_eq!(around["value"].as_array().map(Vec::len), Some(3));
    graph.delete(&at).await.done();
    assert_eq!(graph.get(&at).await.refusal(), MISSING);
    assert_eq!(graph.get("/v1.0/directory/deletedItems/microsoft.graph.group").await.names(), [""; 0]);
}

#[tokio::test]
async fn groups_do_not_hold_themselves() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let inner = graph.post("/v1.0/groups", &cranes()).await.id();
    let middle = graph.post("/v1.0/groups", &with(cranes(), "displayName", json!("Midden"))).await.id();
    let outer = graph.post("/v1.0/groups", &with(cranes(), "displayName", json!("Buiten"))).await.id();
    graph.refer(&format!("/v1.0/groups/{outer}/members"), &middle).await.done();
    graph.refer(&format!("/v1.0/groups/{middle}/members"), &inner).await.done();
    for (group, member) in [(&inner, &outer), (&inner, &middle), (&inner, &inner)] {
        let refused = graph.refer(&format!("/v1.0/groups/{group}/members"), member).await;
        assert_eq!(refused.refusal(), BAD, "{member} in {group}");
        let bound = json!({ "members@odata.bind": [format!("https://x.example/v1.0/directoryObjects/{member}")] });
        assert_eq!(graph.patch(&format!("/v1.0/groups/{group}"), &bound).await.refusal(), BAD);
    }
    let above = graph.get(&format!("/v1.0/groups/{inner}/transitiveMemberOf")).await.names();
    assert_eq!(above, ["Buiten", "Midden"]);
}

#[tokio::test]
async fn a_microsoft_365_group_keeps_an_owner_and_comes_back() {
    let world = World::new().await;
    let joris = world.as_person(JORIS).await;
    let body = json!({
        "displayName": "Havenkoor", "mailEnabled": true, "mailNickname": "havenkoor", "securityEnabled": false,
        "groupTypes": ["Unified"],
    });
    // Whoever makes a group without a role owns it, and does everything with it.
    let id = joris.post("/v1.0/groups", &body).await.id();
    let at = format!("/v1.0/groups/{id}");
    assert_eq!(joris.get(&format!("{at}/owners")).await.names(), ["Joris Bakker"]);
    joris.refer(&format!("{at}/members"), &LUKAS_ID.to_string()).await.done();
    assert_eq!(joris.refer(&format!("{at}/members"), &OPERATIONS.to_string()).await.refusal(), BAD);
    let refused = joris.delete(&format!("{at}/owners/{JORIS_ID}/$ref")).await;
    assert_eq!(refused.refusal(), BAD);
    assert!(refused.message().contains("at least one owner"), "{}", refused.message());
    let lukas = world.as_person(LUKAS).await;
    for refused in [
        lukas.patch(&at, &json!({ "displayName": "x" })).await,
        lukas.delete(&at).await,
        lukas.refer(&format!("{at}/members"), &SANNE_ID.to_string()).await,
        lukas.refer(&format!("{at}/owners"), &LUKAS_ID.to_string()).await,
    ] {
        assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
    }
    joris.delete(&at).await.done();
    let items = "/v1.0/directory/deletedItems";
    let sanne = world.as_person(SANNE).await;
    assert_eq!(sanne.get(&format!("{items}/microsoft.graph.group")).await.names(), ["Havenkoor"]);
    sanne.post(&format!("{items}/{id}/restore"), &json!({})).await.found();
    assert_eq!(joris.get(&format!("{at}/members")).await.names(), ["Lukas Schneider"]);
    assert_eq!(joris.get(&format!("{at}/owners")).await.names(), ["Joris Bakker"]);
}

#[tokio::test]
async fn groups_of_odd_kinds_are_refused_clearly() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    for (change, told) in [
        (with(cranes(), "groupTypes", json!(["DynamicMembership"])), "dynamic membership is not offered"),
        (with(cranes(), "groupTypes", json!(["Strange"])), "groupTypes"),
        (with(cranes(), "groupTypes", json!(["Unified"])), "mail-enabled"),
        (with(cranes(), "mailEnabled", json!(true)), "mail-enabled"),
        (with(cranes(), "securityEnabled", json!(false)), "security group"),
        (with(cranes(), "mailNickname", json!("met spatie")), "mailNickname"),
        (with(cranes(), "mailNickname", json!("x".repeat(65))), "mailNickname"),
        (with(cranes(), "displayName", Value::Null), "displayName"),
        (with(cranes(), "visibility", json!("HiddenMembership")), "visibility"),
        (with(cranes(), "members@odata.bind", json!(["nonsense"])), "members@odata.bind"),
        (with(cranes(), "members@odata.bind", json!(vec!["x"; 21])), "limited to 20"),
    ] {
        let refused = graph.post("/v1.0/groups", &change).await;
        assert_eq!(refused.refusal(), BAD, "{change}");
        assert!(refused.message().contains(told), "{change}: {}", refused.message());
    }
}

/// A role that such a group holds is its members' role: only who may give roles changes it.
#[tokio::test]
async fn a_group_that_may_hold_roles_is_for_those_who_give_roles() {
    let world = World::with(|tenant| {
        let roles = tenant["roleAssignments"].as_array_mut().expect("the sample has some");
        roles.push(json!({ "principalId": LUKAS, "role": "Groups Administrator" }));
    })
    .await;
    let (sanne, lukas) = (world.as_person(SANNE).await, world.as_person(LUKAS).await);
    let body = with(cranes(), "isAssignableToRole", json!(true));
    assert_eq!(lukas.post("/v1.0/groups", &body).await.refusal(), DENIED);
    lukas.post("/v1.0/groups", &cranes()).await.made();
    // The client may write groups, but not what holds roles: the scope is missing even for who may.
    let id = sanne.post("/v1.0/groups", &body).await.id();
    let at = format!("/v1.0/groups/{id}");
    sanne.refer(&format!("{at}/members"), &JORIS_ID.to_string()).await.done();
    for refused in [
        lukas.patch(&at, &json!({ "displayName": "x" })).await,
        lukas.delete(&at).await,
        lukas.refer(&format!("{at}/members"), &LUKAS_ID.to_string()).await,
        lukas.refer(&format!("{at}/owners"), &LUKAS_ID.to_string()).await,
    ] {
        assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
    }
    assert_eq!(sanne.refer(&format!("{at}/members"), &OPERATIONS.to_string()).await.refusal(), BAD);
    assert_eq!(sanne.patch(&at, &json!({ "isAssignableToRole": false })).await.refusal(), BAD);
    world.allow_for_everybody(INTRANET, SANNE, "Group.ReadWrite.All").await;
    let tokens = world.tokens(INTRANET, SANNE, "Group.ReadWrite.All").await;
    let refused = world.graph(tokens.access()).patch(&at, &json!({ "displayName": "x" })).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("client_scope_missing")));
}

#[tokio::test]
async fn the_names_of_a_group_are_judged_before_it_is_made() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let new = "/v1.0/directoryObjects/validateProperties";
    let known = format!("/v1.0/groups/{OPERATIONS}/validateProperties");
    let names = json!({
        "displayName": "Night shift", "mailNickname": "nights", "onBehalfOfUserId": JORIS_ID.to_string(),
    });
    let with = |name: &str, value: Value| {
        let mut body = names.clone();
        body[name] = value;
        body
    };
    assert_eq!(graph.post(new, &with("entityType", json!("Group"))).await.status, 204);
    assert_eq!(graph.post(&known, &names).await.status, 204);
    assert_eq!(graph.post(&known, &json!({})).await.status, 204);
    // What an action has no parameter for is passed over.
    assert_eq!(graph.post(&known, &with("color", json!("red"))).await.status, 204);
    for (name, value, code) in [
        ("displayName", json!("x".repeat(257)), "InvalidLength"),
        ("displayName", json!(""), "InvalidLength"),
        ("mailNickname", json!("x".repeat(65)), "InvalidLength"),
        ("mailNickname", json!("night shift"), "InvalidValue"),
    ] {
        let refused = graph.post(&known, &with(name, value)).await;
        assert_eq!(refused.refusal(), (422, "Request_UnprocessableEntity"));
        let detail = &refused.json["error"]["details"][0];
        assert_eq!((detail["code"].as_str(), detail["target"].as_str()), (Some(code), Some(name)));
    }
    for (at, bad) in [
        (new, names.clone()),
        (new, with("entityType", json!("User"))),
        (&known, with("entityType", json!("Group"))),
        (&known, with("onBehalfOfUserId", json!("x"))),
    ] {
        assert_eq!(graph.post(at, &bad).await.refusal(), BAD);
    }
    let unknown = "/v1.0/groups/00000000-0000-4000-8000-00000000ffff/validateProperties";
    assert_eq!(graph.post(unknown, &names).await.refusal(), MISSING);
}

#[tokio::test]
async fn objects_are_found_by_their_ids_whatever_they_are() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let sp = graph.get(&format!("/v1.0/servicePrincipals(appId='{}')", INTRANET.id)).await.id();
    let app = graph.get(&format!("/v1.0/applications(appId='{}')", INTRANET.id)).await.id();
    let unknown = "00000000-0000-4000-8000-00000000ffff";
    let ids = json!([JORIS_ID.to_string(), OPERATIONS.to_string(), sp, app, unknown, JORIS_ID.to_string()]);
    let found = graph.post("/v1.0/directoryObjects/getByIds", &json!({ "ids": ids })).await.found();
    let kinds: Vec<&str> =
        found["value"].as_array().expect("a list").iter().filter_map(|one| one["@odata.type"].as_str()).collect();
    assert_eq!(
        kinds,
        [
            "#microsoft.graph.user",
            "#microsoft.graph.group",
            "#microsoft.graph.servicePrincipal",
            "#microsoft.graph.application"
        ]
    );
    let some = json!({ "ids": ids, "types": ["group", "application"] });
    let found = graph.post("/v1.0/directoryObjects/getByIds", &some).await.names();
    assert_eq!(found, ["Operations", "Waterkant Intranet"]);
    assert_eq!(graph.get(&format!("/v1.0/directoryObjects/{sp}")).await.found()["displayName"], "Waterkant Intranet");
    assert_eq!(graph.get(&format!("/v1.0/directoryObjects/{unknown}")).await.refusal(), MISSING);
    for bad in [json!({}), json!({ "ids": [] }), json!({ "ids": ["x"] }), json!({ "ids": vec![unknown; 1001] })] {
        assert_eq!(graph.post("/v1.0/directoryObjects/getByIds", &bad).await.refusal(), BAD);
    }
    let check = json!({ "groupIds": [OPERATIONS.to_string(), unknown] });
    for at in [format!("/v1.0/directoryObjects/{JORIS_ID}"), format!("/v1.0/users/{JORIS}")] {
        let found = graph.post(&format!("{at}/checkMemberGroups"), &check).await.found();
        assert_eq!(found["value"], json!([OPERATIONS.to_string()]));
    }
    // A guest reads little, and adds nobody.
    let guest = world.as_person(GIJS).await;
    assert_eq!(guest.post("/v1.0/users", &nora()).await.refusal(), DENIED);
    assert_eq!(guest.post("/v1.0/groups", &cranes()).await.refusal(), DENIED);
    assert_eq!(guest.post("/v1.0/applications", &json!({ "displayName": "x" })).await.refusal(), DENIED);
}

/// As Terraform asks (graph-api.md §5.2).
#[tokio::test]
async fn a_member_is_looked_for_by_its_id_and_an_owner_is_named_at_the_making() {
    let world =
        World::where_export_may(&["Group.ReadWrite.All", "Application.ReadWrite.All", "Directory.Read.All"]).await;
    let export = world.as_app(EXPORT).await;
    let members = format!("/beta/groups/{OPERATIONS}/members");
    export.refer(&members, &LUKAS_ID.to_string()).await.done();
    for (id, expected) in [
        (LUKAS_ID.to_string(), &["Lukas Schneider"][..]),
        (SANNE_ID.to_string(), &[]),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff".to_owned(), &[]),
        ("00000000-0000-0000-0000-000000000000".to_owned(), &[]),
        ("lukas".to_owned(), &[]),
    ] {
        let found = export.get(&format!("{members}?$filter=id%20eq%20'{id}'")).await.names();
        assert_eq!(found, expected, "{id}");
    }
    assert_eq!(export.get(&format!("{members}?$filter=displayName%20eq%20'Lukas'")).await.status, 400);
    let app = export.post("/v1.0/applications", &json!({ "displayName": "Bezit" })).await.made();
    let address = |id: &str| format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}");
    let made = json!({ "appId": app["appId"], "owners@odata.bind": [address(&LUKAS_ID.to_string())] });
    let instance = export.post("/v1.0/servicePrincipals", &made).await.id();
    let at = format!("/v1.0/servicePrincipals/{instance}");
    assert_eq!(export.get(&format!("{at}/owners")).await.names(), ["Lukas Schneider"]);
    assert_eq!(export.get(&format!("/beta/servicePrincipals/{instance}?$select=samlMetadataUrl")).await.status, 200);
    export.delete(&at).await.done();
    for nobody in [OPERATIONS.to_string(), "99999999-0000-4000-8000-000000000000".to_owned()] {
        let made = json!({ "appId": app["appId"], "owners@odata.bind": [address(&nobody)] });
        assert!(matches!(export.post("/v1.0/servicePrincipals", &made).await.status, 400 | 404), "{nobody}");
    }
}

/// Clients send back what they read (graph-api.md §5.2).
#[tokio::test]
async fn what_is_sensitive_of_an_administrator_may_be_sent_back_unchanged() {
    let world = World::where_export_may(&["User.ReadWrite.All"]).await;
    let export = world.as_app(EXPORT).await;
    let sanne = format!("/v1.0/users/{SANNE_ID}");
    let held =
        export.get(&format!("{sanne}?$select=accountEnabled,businessPhones,mobilePhone,otherMails")).await.found();
    let mut again = held.clone();
    again.as_object_mut().expect("an object").retain(|name, _| !name.contains('@'));
    again["jobTitle"] = json!("Directeur");
    again["otherMails"] = json!([]);
    export.patch(&sanne, &again).await.done();
    for (name, value) in [
        ("accountEnabled", json!(false)),
        ("mobilePhone", json!("+31 6 5555 0000")),
        ("businessPhones", json!([])),
        ("otherMails", json!(["x@waterkant.example"])),
    ] {
        let mut changed = again.clone();
        changed[name] = value;
        assert_eq!(export.patch(&sanne, &changed).await.refusal(), DENIED, "{name}");
    }
}

/// 320 by 288, in bytes that are text as well.
const GIF: &[u8] = b"GIF89a\x40\x01\x20\x01picture";

async fn pictures(graph: &Graph<'_>, method: Method, path: &str, image: &[u8]) -> (u16, Option<String>, Vec<u8>) {
    let ask = Ask::post(path, Some("image/gif"), image).by(method);
    let ask = ask.header("authorization", &format!("Bearer {}", graph.token.as_deref().unwrap_or("")));
    let reply = graph.world.send(ask).await;
    (reply.status, reply.header("content-type").map(str::to_owned), reply.body.to_vec())
}

#[tokio::test]
async fn people_and_groups_have_pictures() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let lukas = format!("/v1.0/users/{LUKAS}/photo");
    // Who has none is told so in a word that clients know.
    assert_eq!(joris.get("/v1.0/me/photo/$value").await.refusal(), (404, "ImageNotFound"));
    assert_eq!(pictures(&joris, Method::PUT, "/v1.0/me/photo/$value", GIF).await.0, 200);
    let shown = pictures(&joris, Method::GET, "/v1.0/me/photo/$value", b"").await;
    assert_eq!(shown, (200, Some("image/gif".to_owned()), GIF.to_vec()));
    let told = sanne.get(&format!("/v1.0/users/{JORIS}/photo")).await.found();
    assert_eq!((&told["id"], &told["width"], &told["height"]), (&json!("320x288"), &json!(320), &json!(288)));
    assert_eq!(told["@odata.mediaContentType"], "image/gif");
    assert_eq!(sanne.get(&format!("/v1.0/users/{JORIS}/photos")).await.found()["value"][0]["id"], "320x288");
    let of_size = |size: &str| format!("/v1.0/users/{JORIS}/photos/{size}/$value");
    assert_eq!(pictures(&sanne, Method::GET, &of_size("320x288"), b"").await.2, GIF);
    assert_eq!(sanne.get(&of_size("48x48")).await.refusal(), (404, "ImageNotFound"), "no other size is made");
    // Of somebody else only who may.
    assert_eq!(pictures(&joris, Method::PUT, &format!("{lukas}/$value"), GIF).await.0, 403);
    assert_eq!(pictures(&sanne, Method::PATCH, &format!("{lukas}/$value"), GIF).await.0, 200);
    assert_eq!(pictures(&joris, Method::GET, &format!("{lukas}/$value"), b"").await.2, GIF);
    // It goes with its person and comes back with them.
    sanne.delete(&format!("/v1.0/users/{LUKAS}")).await.done();
    assert_eq!(sanne.get(&lukas).await.status, 404);
    sanne.post(&format!("/v1.0/directory/deletedItems/{LUKAS_ID}/restore"), &json!({})).await.found();
    assert_eq!(sanne.get(&lukas).await.found()["width"], 320);
    sanne.delete(&lukas).await.done();
    assert_eq!(sanne.delete(&lukas).await.refusal(), (404, "ImageNotFound"));
    let group = format!("/v1.0/groups/{OPERATIONS}/photo");
    assert_eq!(pictures(&joris, Method::PUT, &format!("{group}/$value"), GIF).await.0, 403);
    assert_eq!(pictures(&sanne, Method::PUT, &format!("{group}/$value"), GIF).await.0, 200);
    assert_eq!(sanne.get(&group).await.found()["height"], 288);
    for bad in [&b"<svg/>"[..], b"", &[&GIF[..6], &[b'x'; 4 * 1024 * 1024 - 5][..]].concat()] {
        assert_eq!(pictures(&joris, Method::PUT, "/v1.0/me/photo/$value", bad).await.0, 400);
    }
    assert_eq!(pictures(&joris, Method::PUT, "/v1.0/me/photo/$value", &[b'x'; 4 * 1024 * 1024 + 9]).await.0, 413);
}

#[tokio::test]
async fn what_somebody_made_is_found_at_its_maker() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let person = json!({
        "accountEnabled": true, "displayName": "Kaat", "mailNickname": "kaat",
        "userPrincipalName": "kaat@waterkant.example", "passwordProfile": { "password": "Polder-Fiets-42" },
    });
    let kaat = sanne.post("/v1.0/users", &person).await.id();
    let group = json!({
        "displayName": "Kade", "mailNickname": "kade", "mailEnabled": false, "securityEnabled": true,
    });
    sanne.post("/v1.0/groups", &group).await.made();
    let app = joris.post("/v1.0/applications", &json!({ "displayName": "Kraan" })).await.made();
    joris.post("/v1.0/servicePrincipals", &json!({ "appId": app["appId"] })).await.made();
    sanne.post("/v1.0/directory/administrativeUnits", &json!({ "displayName": "Oever" })).await.made();
    let mut made = sanne.get("/v1.0/me/createdObjects").await.names();
    made.sort();
    assert_eq!(made, ["Kaat", "Kade", "Oever"]);
    assert_eq!(joris.get("/v1.0/me/createdObjects").await.names(), ["Kraan", "Kraan"]);
    let of_joris = format!("/v1.0/users/{JORIS}/createdObjects");
    let apps = sanne.get(&format!("{of_joris}/microsoft.graph.application")).await.names();
    assert_eq!(apps, ["Kraan"]);
    // Page by page, and counted.
    let first = sanne.get(&format!("{of_joris}?$top=1")).await.found();
    let second = sanne.get(first["@odata.nextLink"].as_str().expect("there is more")).await.found();
    assert_ne!(first["value"][0]["id"], second["value"][0]["id"]);
    assert_eq!(second.get("@odata.nextLink"), None);
    assert_eq!(sanne.eventually(&format!("{of_joris}/$count")).await.json, 2);
    // Whoever changes it did not make it; what is gone is not there, and what is brought back is.
    joris
        .patch(&format!("/v1.0/applications/{}", app["id"].as_str().expect("an id")), &json!({ "notes": "x" }))
        .await
        .done();
    sanne.delete(&format!("/v1.0/users/{kaat}")).await.done();
    assert!(!sanne.get("/v1.0/me/createdObjects").await.names().contains(&"Kaat".to_owned()));
    sanne.post(&format!("/v1.0/directory/deletedItems/{kaat}/restore"), &json!({})).await.found();
    assert!(sanne.get("/v1.0/me/createdObjects").await.names().contains(&"Kaat".to_owned()));
    // It is no property of the object, and no audit tells it as one.
    let shown = sanne.get(&format!("/v1.0/users/{kaat}?$select=createdBy")).await;
    assert_eq!(shown.refusal(), (400, "BadRequest"));
    let refused = sanne.patch(&format!("/v1.0/users/{kaat}"), &json!({ "createdBy": "me" })).await;
    assert_eq!(refused.refusal(), (400, "Request_BadRequest"));
}

#[tokio::test]
async fn what_an_app_made_is_found_at_its_service_principal() {
    let world = World::where_export_may(&["Application.ReadWrite.All"]).await;
    let (export, sanne) = (world.as_app(EXPORT).await, world.as_person(SANNE).await);
    let sp = world.instance_of(EXPORT).await;
    export.post("/v1.0/applications", &json!({ "displayName": "Van de pijplijn" })).await.made();
    let made = sanne.get(&format!("/v1.0/servicePrincipals/{sp}/createdObjects")).await.names();
    assert_eq!(made, ["Van de pijplijn"]);
}

#[tokio::test]
async fn what_was_deleted_is_asked_for_by_its_properties() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    for (name, city) in [("aad", "Breda"), ("bas", "Breda"), ("cas", "Emden")] {
        let person = json!({
            "accountEnabled": true, "displayName": name, "mailNickname": name, "city": city,
            "userPrincipalName": format!("{name}@waterkant.example"), "passwordProfile": { "password": NEW_PASSWORD },
        });
        let id = sanne.post("/v1.0/users", &person).await.id();
        sanne.delete(&format!("/v1.0/users/{id}")).await.done();
    }
    let deleted = "/v1.0/directory/deletedItems/Microsoft.Graph.User";
    let asked = async |filter: &str| sanne.get(&format!("{deleted}?$filter={filter}")).await.names();
    assert_eq!(asked("city%20eq%20'breda'").await, ["aad", "bas"]);
    assert_eq!(asked("city%20eq%20'Breda'%20and%20startsWith(displayName,'b')").await, ["bas"]);
    assert_eq!(asked("userPrincipalName%20eq%20'cas@waterkant.example'").await, ["cas"]);
    assert_eq!(asked("accountEnabled%20eq%20false").await, [""; 0]);
    assert_eq!(asked("userType%20eq%20'Member'").await.len(), 3);
    let first = sanne.get(&format!("{deleted}?$filter=city%20eq%20'Breda'&$top=1")).await.found();
    let second = sanne.get(first["@odata.nextLink"].as_str().expect("there is more")).await.found();
    assert_ne!(first["value"][0]["id"], second["value"][0]["id"]);
    assert_eq!(second["value"].as_array().map(Vec::len), Some(1));
    assert_eq!(asked("city%20ne%20'Breda'").await, ["cas"]);
    assert_eq!(asked("endsWith(userPrincipalName,'s@waterkant.example')").await, ["bas", "cas"]);
    // Refused as it is of those that are there.
    for bad in ["nothing%20eq%20'x'", "city%20eq%205"] {
        assert_eq!(sanne.get(&format!("{deleted}?$filter={bad}")).await.status, 400, "{bad}");
    }
}

/// What somebody made is in the order in which it came, whatever its ids are, and no page loses or repeats any of it.
#[tokio::test]
async fn what_somebody_made_is_told_page_by_page() {
    let world = World::new().await;
    let lukas = world.as_person(LUKAS).await;
    let mut made = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        made.push(lukas.post("/v1.0/applications", &json!({ "displayName": name })).await.id());
    }
    let seen = lukas.every("/v1.0/me/createdObjects?$top=2").await;
    let seen: Vec<&str> = seen.iter().map(|one| one["id"].as_str().unwrap_or("")).collect();
    assert_eq!(seen, made);
    assert_eq!(lukas.get(&format!("/v1.0/me/createdObjects/{}", made[3])).await.found()["id"], made[3].as_str());
    assert_eq!(lukas.get(&format!("/v1.0/me/createdObjects/{JORIS_ID}")).await.status, 404);
}
