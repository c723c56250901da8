//! App roles through Graph, as Azure CLI, Terraform and the Graph SDKs give them (graph-api.md §2.9): to people and groups,
//! and to apps, which is an administrator's consent to an application permission.

use http::Method;
use mandate_domain::catalogue::catalogue;
use mandate_tests::app::{COMMAND_LINE, CONTACTS, EXPORT, INTRANET, ORDERS_API, PAYROLL};
use mandate_tests::graph::Graph;
use mandate_tests::people::{ANNEKE, JORIS, JORIS_ID, KATRIN, LUKAS, LUKAS_ID, OPERATIONS, SANNE, WATERKANT, ZONNEBEL};
use mandate_tests::tokens::claims;
use mandate_tests::{NOON, World};
use serde_json::{Value, json};

const MANAGE: &str = "AppRoleAssignment.ReadWrite.All Application.Read.All";
const READ_ALL_ORDERS: &str = "eeeeeeee-0000-4000-8000-000000000001";
const APPROVER: &str = "eeeeeeee-0000-4000-8000-000000000002";
const ANYBODY: &str = "00000000-0000-0000-0000-000000000000";
const DENIED: (u16, &str) = (403, "Authorization_RequestDenied");
const BAD: (u16, &str) = (400, "Request_BadRequest");

async fn managing<'w>(world: &'w World, upn: &str) -> Graph<'w> {
    if world.grants_to(INTRANET).await.is_empty() {
        world.allow_for_everybody(INTRANET, SANNE, MANAGE).await;
    }
    let tokens = world.tokens(INTRANET, upn, "AppRoleAssignment.ReadWrite.All").await;
    world.graph(tokens.access())
}

async fn orders(world: &World) -> String {
    let app = mandate_base::AppId::parse(ORDERS_API).expect("an id");
    let sp = world.instance(mandate_tests::people::WATERKANT_ID, app).await;
    sp.expect("it is used here").id.to_string()
}

fn wanted(principal: &str, resource: &str, role: &str) -> Value {
    json!({ "principalId": principal, "resourceId": resource, "appRoleId": role })
}

fn names(found: &Value) -> Vec<&str> {
    let value = found["value"].as_array().expect("a collection");
    let mut names: Vec<&str> = value.iter().filter_map(|one| one["principalDisplayName"].as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn s4_23_a_person_gets_a_role_and_loses_it_from_either_side() {
    let world = World::new().await;
    let (graph, api) = (managing(&world, SANNE).await, orders(&world).await);
    let joris = JORIS_ID.to_string();
    let at = format!("/v1.0/servicePrincipals/{api}/appRoleAssignedTo");
    let made = graph.post(&at, &wanted(&joris, &api, APPROVER)).await.made();
    for (name, value) in [
        ("principalType", "User"),
        ("principalDisplayName", "Joris Bakker"),
        ("resourceDisplayName", "Waterkant Orders API"),
        ("principalId", &joris),
        ("resourceId", &api),
        ("appRoleId", APPROVER),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    let id = made["id"].as_str().expect("it has one");
    assert_eq!(id.len(), 43);
    assert!(names(&graph.get(&at).await.found()).contains(&"Joris Bakker"));
    let of_joris = format!("/v1.0/users/{JORIS}/appRoleAssignments");
    let found = graph.get(&format!("{of_joris}?$filter=resourceId%20eq%20{api}")).await.found();
    assert_eq!(found["value"][0]["id"], id);
    assert_eq!(graph.get(&format!("{at}/{id}")).await.found()["appRoleId"], APPROVER);
    // It is not there from a side that it does not belong to.
    let elsewhere = format!("/v1.0/users/{LUKAS_ID}/appRoleAssignments/{id}");
    assert_eq!(graph.by(Method::DELETE, &elsewhere).await.refusal(), (404, "Request_ResourceNotFound"));
    graph.by(Method::DELETE, &format!("/v1.0/users/{JORIS_ID}/appRoleAssignments/{id}")).await.done();
    assert_eq!(graph.get(&format!("{at}/{id}")).await.refusal(), (404, "Request_ResourceNotFound"));
    let told = world.audited(NOON, "Add app role assignment grant to user").await;
    assert_eq!(told.iter().filter(|row| row.actor.to_string().contains(SANNE)).count(), 1);
}

#[tokio::test]
async fn an_app_gets_a_permission_that_its_next_token_holds_and_the_call_after_its_loss_misses() {
    let world = World::new().await;
    let (graph, api) = (managing(&world, SANNE).await, world.graph_instance().await.to_string());
    let export = world.instance_of(EXPORT).await.to_string();
    let role = |name: &str| {
        let roles = &catalogue().card.registration.app_roles;
        let found = roles.iter().find(|role| role.value.as_deref() == Some(name)).expect("Graph publishes it");
        found.id.to_string()
    };
    let at = format!("/v1.0/servicePrincipals/{export}/appRoleAssignments");
    let made = graph.post(&at, &wanted(&export, &api, &role("Application.Read.All"))).await.made();
    assert_eq!(made["principalType"], "ServicePrincipal");
    let token = world.client(EXPORT).client_credentials("https://graph.microsoft.com/.default").await.granted();
    let told = claims(&world, WATERKANT, token.access()).await;
    assert!(told["roles"].as_array().is_some_and(|roles| roles.contains(&json!("Application.Read.All"))), "{told}");
    world.graph(token.access()).get("/v1.0/applications").await.found();
    let id = made["id"].as_str().expect("it has one");
    graph.by(Method::DELETE, &format!("{at}/{id}")).await.done();
    assert_eq!(world.graph(token.access()).get("/v1.0/applications").await.refusal(), DENIED);
}

#[tokio::test]
async fn a_group_lets_its_members_into_an_app_for_assigned_people() {
    let world = World::new().await;
    let graph = managing(&world, SANNE).await;
    let payroll = world.instance_of(PAYROLL).await.to_string();
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &PAYROLL.ask("openid")).await.page("signin");
    assert!(joris.sign_in(JORIS).await.is_page("error"), "only those who are assigned");
    let body = wanted(&OPERATIONS.to_string(), &payroll, ANYBODY);
    let made = graph.post(&format!("/v1.0/groups/{OPERATIONS}/appRoleAssignments"), &body).await.made();
    assert_eq!((&made["principalType"], &made["principalDisplayName"]), (&json!("Group"), &json!("Operations")));
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &PAYROLL.ask("openid")).await.page("signin");
    assert!(!joris.sign_in(JORIS).await.is_page("error"));
}

#[tokio::test]
async fn a_bad_assignment_is_refused_in_the_words_that_clients_look_for() {
    let world = World::new().await;
    let (graph, api) = (managing(&world, SANNE).await, orders(&world).await);
    let (joris, export) = (JORIS_ID.to_string(), world.instance_of(EXPORT).await.to_string());
    let nobody = "99999999-9999-4999-8999-999999999999";
    let at = format!("/v1.0/servicePrincipals/{api}/appRoleAssignedTo");
    graph.post(&at, &wanted(&joris, &api, APPROVER)).await.made();
    let cases = [
        (wanted(&joris, &api, APPROVER), "already exists"),
        (wanted(&joris, &api, nobody), "was not found on application"),
        // A role for applications, and one for people.
        (wanted(&joris, &api, READ_ALL_ORDERS), "was not found on application"),
        (wanted(&export, &api, APPROVER), "was not found on application"),
        (wanted(&export, &api, ANYBODY), "was not found on application"),
        (wanted(nobody, &api, APPROVER), "Not a valid reference update"),
        (wanted(&joris, nobody, APPROVER), "Not a valid reference update"),
        (json!({ "principalId": joris, "resourceId": api }), "appRoleId"),
        (json!({ "principalId": joris, "resourceId": api, "appRoleId": APPROVER, "x": 1 }), "'x'"),
    ];
    for (body, text) in cases {
        let reply = graph.post(&at, &body).await;
        assert_eq!(reply.refusal(), BAD, "{body}");
        assert!(reply.json["error"]["message"].as_str().is_some_and(|told| told.contains(text)), "{}", reply.json);
    }
    let of_lukas = format!("/v1.0/users/{LUKAS_ID}/appRoleAssignments");
    assert_eq!(graph.post(&of_lukas, &wanted(&joris, &api, APPROVER)).await.refusal(), BAD);
    assert_eq!(graph.get(&format!("{at}?$filter=principalId%20eq%20{joris}")).await.status, 400);
    assert_eq!(graph.write(Method::PATCH, &at, &json!({})).await.status, 405);
}

#[tokio::test]
async fn who_may_not_assign_does_not_and_graphs_own_roles_take_more() {
    let world = World::new().await;
    let (api, graph_api) = (orders(&world).await, world.graph_instance().await.to_string());
    let export = world.instance_of(EXPORT).await.to_string();
    let at = format!("/v1.0/servicePrincipals/{api}/appRoleAssignedTo");
    let lukas = managing(&world, LUKAS).await;
    let refused = lukas.post(&at, &wanted(&LUKAS_ID.to_string(), &api, APPROVER)).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
    // An Application Administrator gives roles of any API but Graph (consent-and-governance.md §2).
    let anneke = managing(&world, ANNEKE).await;
    let roles = &catalogue().card.registration.app_roles;
    let mail = roles.iter().find(|role| role.value.as_deref() == Some("Mail.Read")).expect("Graph publishes it").id;
    let of_graph = format!("/v1.0/servicePrincipals/{graph_api}/appRoleAssignedTo");
    let refused = anneke.post(&of_graph, &wanted(&export, &graph_api, &mail.to_string())).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, None));
    let intranet = world.instance_of(INTRANET).await.to_string();
    anneke.post(&at, &wanted(&intranet, &api, READ_ALL_ORDERS)).await.made();
}

/// graph-api.md §1.2, AlsoRequires.
#[tokio::test]
async fn to_assign_to_apps_the_caller_must_be_let_read_apps_too() {
    let world = World::new().await;
    world.allow_for_everybody(INTRANET, SANNE, "AppRoleAssignment.ReadWrite.All").await;
    let (graph, api) = (managing(&world, SANNE).await, orders(&world).await);
    let at = format!("/v1.0/servicePrincipals/{api}/appRoleAssignedTo");
    let body = wanted(&JORIS_ID.to_string(), &api, APPROVER);
    let refused = graph.post(&at, &body).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("client_scope_missing")));
    // From the person's side it is one permission.
    graph.post(&format!("/v1.0/users/{JORIS}/appRoleAssignments"), &body).await.made();
}

#[tokio::test]
async fn s2_10_s2_11_an_apis_owner_lets_apps_call_it_and_nobody_else_without_a_role_does() {
    let world = World::new().await;
    let (sanne, lukas) = (world.as_person(SANNE).await, world.as_person(LUKAS).await);
    let (api, intranet) = (orders(&world).await, world.instance_of(INTRANET).await.to_string());
    let at = format!("/v1.0/servicePrincipals/{api}/appRoleAssignedTo");
    let body = wanted(&intranet, &api, READ_ALL_ORDERS);
    assert_eq!(lukas.post(&at, &body).await.refusal(), DENIED);
    sanne.refer(&format!("/v1.0/servicePrincipals/{api}/owners"), &LUKAS_ID.to_string()).await.done();
    let made = lukas.post(&at, &body).await.made();
    lukas.post(&at, &wanted(&JORIS_ID.to_string(), &api, APPROVER)).await.made();
    // From the other side nobody is asked who owns the API.
    let other = format!("/v1.0/servicePrincipals/{intranet}/appRoleAssignments");
    assert_eq!(lukas.post(&other, &body).await.refusal(), DENIED);
    lukas.by(Method::DELETE, &format!("{at}/{}", made["id"].as_str().expect("an id"))).await.done();
    // Who owns it no longer says nothing about it any more.
    sanne.by(Method::DELETE, &format!("/v1.0/servicePrincipals/{api}/owners/{LUKAS_ID}/$ref")).await.done();
    assert_eq!(lukas.post(&at, &body).await.refusal(), DENIED);
}

#[tokio::test]
async fn the_owner_of_a_strangers_apis_instance_lets_no_app_call_it() {
    let world = World::new().await;
    let home = mandate_tests::App { tenant: ZONNEBEL, ..COMMAND_LINE };
    let katrin = world.tokens(home, KATRIN, "https://graph.microsoft.com/.default").await;
    let role = json!({
        "id": "eeeeeeee-0000-4000-8000-000000000099",
        "displayName": "Read all contacts",
        "description": "Reads every contact of the organisation.",
        "value": "Contacts.Read.All",
        "allowedMemberTypes": ["Application"],
        "isEnabled": true,
    });
    let contacts = format!("/v1.0/applications(appId='{}')", CONTACTS.id);
    world.graph(katrin.access()).patch(&contacts, &json!({ "appRoles": [role] })).await.done();
    // Anybody may bring it in, and owns what he brought.
    let lukas = world.as_person(LUKAS).await;
    let app = lukas.post("/v1.0/applications", &json!({ "displayName": "Van Lukas" })).await.made();
    let client = lukas.post("/v1.0/servicePrincipals", &json!({ "appId": app["appId"] })).await.id();
    let brought = lukas.post("/v1.0/servicePrincipals", &json!({ "appId": CONTACTS.id })).await;
    let api = if brought.status == 201 {
        brought.id()
    } else {
        // Where he may not, an administrator does, and makes him its owner.
        let sanne = world.as_person(SANNE).await;
        let api = sanne.post("/v1.0/servicePrincipals", &json!({ "appId": CONTACTS.id })).await.id();
        sanne.refer(&format!("/v1.0/servicePrincipals/{api}/owners"), &LUKAS_ID.to_string()).await.done();
        api
    };
    let body = wanted(&client, &api, "eeeeeeee-0000-4000-8000-000000000099");
    let refused = lukas.post(&format!("/v1.0/servicePrincipals/{api}/appRoleAssignedTo"), &body).await;
    assert_eq!(refused.refusal(), DENIED);
}
