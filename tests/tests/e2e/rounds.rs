//! What was written is there at the next call, without a pause and without a second try: an app is registered, brought
//! in, allowed something, gets a token, and uses it.

use mandate_domain::catalogue::catalogue;
use mandate_tests::graph::Graph;
use mandate_tests::people::SANNE;
use mandate_tests::{App, World};
use serde_json::json;

const GRAPH: &str = "https://graph.microsoft.com/.default";
const ROUNDS: usize = 1000;

async fn round(world: &World, graph: &Graph<'_>, api: &str, number: usize) {
    let app = graph.post("/v1.0/applications", &json!({ "displayName": format!("Ronde {number}") })).await.made();
    let (object, client) = (app["id"].as_str().expect("an id"), app["appId"].as_str().expect("an appId"));
    let instance = graph.post("/v1.0/servicePrincipals", &json!({ "appId": client })).await.made();
    let instance = instance["id"].as_str().expect("an id");
    let secret = graph.post(&format!("/v1.0/applications/{object}/addPassword"), &json!({})).await.found();
    let role =
        catalogue().card.registration.app_roles.iter().find(|role| role.value.as_deref() == Some("Group.Read.All"));
    let role = role.expect("Graph publishes it").id.to_string();
    let body = json!({ "principalId": instance, "resourceId": api, "appRoleId": role });
    graph.post(&format!("/v1.0/servicePrincipals/{instance}/appRoleAssignments"), &body).await.made();
    let scope =
        json!({ "clientId": instance, "consentType": "AllPrincipals", "resourceId": api, "scope": "User.Read" });
    graph.post("/v1.0/oauth2PermissionGrants", &scope).await.made();
    // An app is what a test says of it for as long as the test runs.
    let kept = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let secret = secret["secretText"].as_str().expect("it is shown once");
    let daemon = App { id: kept(client), secret: Some(kept(secret)), ..mandate_tests::app::EXPORT };
    let token = world.client(daemon).client_credentials(GRAPH).await.granted();
    world.graph(token.access()).get("/v1.0/groups?$top=1").await.found();
}

#[tokio::test]
async fn what_was_written_is_there_at_the_next_call_a_thousand_times() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let api = world.graph_instance().await.to_string();
    for number in 0..ROUNDS {
        round(&world, &graph, &api, number).await;
    }
    let found = graph.eventually("/v1.0/applications?$count=true&$top=1&$filter=startsWith(displayName,'Ronde')").await;
    assert_eq!(found.found()["@odata.count"], ROUNDS);
}
