//! More than one thing in a call: `$batch` and `$expand` (graph-api.md §3.3, §3.7).

use mandate_tests::World;
use mandate_tests::graph::{Graph, GraphReply};
use mandate_tests::people::{JORIS, JORIS_ID, LUKAS, OPERATIONS, SANNE, SANNE_ID};
use serde_json::{Value, json};

fn item(id: &str, method: &str, url: &str) -> Value {
    json!({ "id": id, "method": method, "url": url })
}

fn behind(mut item: Value, ids: &[&str]) -> Value {
    item["dependsOn"] = json!(ids);
    item
}

fn carrying(mut item: Value, body: Value) -> Value {
    item["body"] = body;
    item["headers"] = json!({ "Content-Type": "application/json" });
    item
}

async fn together(graph: &Graph<'_>, items: &[Value]) -> GraphReply {
    graph.post("/v1.0/$batch", &json!({ "requests": items })).await
}

/// What came of each, by its id.
fn outcome<'a>(found: &'a Value, id: &str) -> &'a Value {
    let all = found["responses"].as_array().expect("a batch has responses");
    all.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("no {id}: {found}"))
}

#[tokio::test]
async fn each_request_of_a_batch_is_judged_by_itself() {
    let world = World::new().await;
    let joris = world.as_person(JORIS).await;
    let rename = json!({ "jobTitle": "Kraanmeester" });
    let found = together(
        &joris,
        &[
            item("me", "GET", "/me?$select=displayName"),
            item("whole", "GET", "https://graph.microsoft.com/v1.0/me/memberOf"),
            item("gone", "GET", "/users/99999999-0000-4000-8000-000000000000"),
            carrying(item("other", "PATCH", &format!("/users/{LUKAS}")), rename.clone()),
            carrying(item("own", "patch", "/me"), json!({ "mobilePhone": "+31 6 5555 0199" })),
            item("blank", "GET", "/users?$filter=displayName eq 'Joris Bakker'&$select=id"),
            item("nowhere", "GET", "/nothing/here"),
            item("within", "POST", "/$batch"),
            item("odd", "BREW ME", "/me"),
            behind(item("late", "GET", "/me"), &["other"]),
            behind(item("later", "GET", "/me?$select=mobilePhone"), &["own", "me"]),
        ],
    )
    .await
    .found();
    let status = |id: &str| outcome(&found, id)["status"].as_u64();
    assert_eq!(outcome(&found, "me")["body"]["displayName"], "Joris Bakker");
    for id in ["me", "gone", "late"] {
        // The client for JavaScript looks for the name in this case.
        let kind = outcome(&found, id)["headers"]["Content-Type"].as_str().unwrap_or("");
        assert!(kind.starts_with("application/json"), "{id}: {kind}");
    }
    assert_eq!(status("whole"), Some(200));
    assert_eq!(outcome(&found, "gone")["body"]["error"]["code"], "Request_ResourceNotFound");
    assert_eq!(outcome(&found, "other")["body"]["error"]["code"], "Authorization_RequestDenied");
    assert_eq!((status("own"), outcome(&found, "own").get("body")), (Some(204), Some(&Value::Null)));
    assert_eq!(outcome(&found, "blank")["body"]["value"][0]["id"], JORIS_ID.to_string());
    assert!(matches!(status("nowhere"), Some(400 | 404)));
    assert_eq!(status("within"), Some(400));
    assert_eq!(status("odd"), Some(400));
    assert_eq!(status("late"), Some(424));
    assert_eq!(outcome(&found, "later")["body"]["mobilePhone"], "+31 6 5555 0199");
}

#[tokio::test]
async fn a_batch_creates_and_uses_in_one_call() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let app = json!({ "displayName": "Kade" });
    let found = together(
        &sanne,
        &[
            behind(item("2", "GET", "/applications?$filter=displayName eq 'Kade'"), &["1"]),
            carrying(item("1", "POST", "/applications"), app),
        ],
    )
    .await
    .found();
    assert_eq!(outcome(&found, "1")["status"], 201);
    assert_eq!(outcome(&found, "2")["body"]["value"][0]["id"], outcome(&found, "1")["body"]["id"]);
}

#[tokio::test]
async fn a_batch_that_is_none_is_refused_whole() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let many: Vec<Value> = (0..21).map(|number| item(&number.to_string(), "GET", "/me")).collect();
    for items in [
        many,
        vec![],
        vec![item("1", "GET", "/me"), item("1", "GET", "/me")],
        vec![behind(item("1", "GET", "/me"), &["2"]), behind(item("2", "GET", "/me"), &["1"])],
        vec![behind(item("1", "GET", "/me"), &["nobody"])],
    ] {
        assert_eq!(together(&sanne, &items).await.status, 400, "{items:?}");
    }
    assert_eq!(sanne.post("/v1.0/$batch", &json!([])).await.status, 400);
    assert_eq!(sanne.get("/v1.0/$batch").await.status, 405);
    // Nobody's batch answers nobody.
    let nobody = world.graph_without_token();
    let found = together(&nobody, &[item("1", "GET", "/me")]).await;
    let refused = found.status == 401 || outcome(&found.json, "1")["status"] == 401;
    assert!(refused, "{}", found.json);
    // An item's own token is not looked at: the batch's is.
    let mut smuggled = item("1", "GET", "/me");
    let token = sanne.token.clone().expect("she has one");
    smuggled["headers"] = json!({ "Authorization": format!("Bearer {token}") });
    let joris = world.as_person(JORIS).await;
    let found = together(&joris, &[smuggled]).await.found();
    assert_eq!(outcome(&found, "1")["body"]["displayName"], "Joris Bakker");
}

#[tokio::test]
async fn a_relation_comes_along() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let group = format!("/v1.0/groups/{OPERATIONS}");
    let found =
        sanne.get(&format!("{group}?$select=id,displayName&$expand=members($select=displayName)")).await.found();
    let members = found["members"].as_array().expect("members come along");
    assert_eq!(members.len(), 3);
    assert!(members.iter().all(|one| one["displayName"].is_string() && one.get("mail").is_none()), "{found}");
    let found = sanne.get("/v1.0/groups?$expand=owners").await.found();
    let it = found["value"].as_array().expect("groups").iter().find(|one| one["displayName"] == "IT").expect("IT");
    assert_eq!(it["owners"][0]["id"], SANNE_ID.to_string());
    let manager = format!("/v1.0/users/{JORIS_ID}/manager/$ref");
    let boss = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/users/{SANNE_ID}") });
    sanne.write(http::Method::PUT, &manager, &boss).await.done();
    let found = sanne.get(&format!("/v1.0/users/{JORIS_ID}?$expand=manager($select=id,displayName)")).await.found();
    assert_eq!(found["manager"]["displayName"], "Sanne de Vries");
    let found = sanne.get("/v1.0/me?$expand=manager").await.found();
    assert!(found.get("manager").is_none());
    for bad in ["members,owners", "nothing", "members($filter=x)", "members(", "members($select=)"] {
        let refused = sanne.get(&format!("{group}?$expand={bad}")).await;
        assert_eq!(refused.status, 400, "{bad}: {}", refused.json);
    }
}
