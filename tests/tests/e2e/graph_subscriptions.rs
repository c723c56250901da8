//! Change notifications: who is told of changes, of which, and no longer than they may know (graph-api.md §2.16).

use mandate_domain::subscription::PATIENCE;
use mandate_domain::time;
use mandate_graph::notify;
use mandate_tests::World;
use mandate_tests::app::EXPORT;
use mandate_tests::graph::Graph;
use mandate_tests::people::{FATIMA_ID, JORIS, JORIS_ID, LUKAS, LUKAS_ID, OPERATIONS, SANNE};
use mandate_tests::world::{NOON, days, hours, minutes};
use serde_json::{Value, json};

const DENIED: (u16, &str) = (403, "Authorization_RequestDenied");
const BAD: (u16, &str) = (400, "Request_BadRequest");
const MISSING: (u16, &str) = (404, "Request_ResourceNotFound");
const SUBSCRIPTIONS: &str = "/v1.0/subscriptions";
const HOOK: &str = "https://hooks.waterkant.example/changed";
const LIFECYCLE: &str = "https://hooks.waterkant.example/lifecycle";

fn subscription(resource: &str) -> Value {
    json!({
        "changeType": "updated,deleted", "notificationUrl": HOOK, "lifecycleNotificationUrl": LIFECYCLE,
        "resource": resource, "expirationDateTime": time::iso(NOON + days(2)), "clientState": "geheim-42",
    })
}

/// Whatever there is to tell is told; and what was, since the last time.
async fn told(world: &World, since: &mut usize) -> Vec<(String, Value)> {
    for held in notify::due(world.house()).await.expect("the store answers") {
        notify::tell(world.house(), &held).await.expect("the store answers");
    }
    let all = world.elsewhere.posted();
    let fresh = all[*since..].iter().map(|(url, body)| {
        let letters: Value = serde_json::from_str(body).unwrap_or(Value::Null);
        (url.clone(), letters["value"].clone())
    });
    let fresh = fresh.collect();
    *since = all.len();
    fresh
}

async fn renames(graph: &Graph<'_>, whom: &str) {
    graph.patch(&format!("/v1.0/users/{whom}"), &json!({ "jobTitle": "Sluiswachter" })).await.done();
}

#[tokio::test]
async fn a_change_is_told_once_to_whoever_asked_and_proved_to_be_there() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let made = sanne.post(SUBSCRIPTIONS, &subscription("/users")).await.made();
    assert_eq!((&made["resource"], &made["clientState"]), (&json!("/users"), &json!("geheim-42")));
    assert_eq!(made["changeType"], "deleted,updated");
    // Both addresses were asked whether they want it.
    let asked = world.elsewhere.posted();
    assert!(asked.iter().all(|(url, _)| url.contains("?validationToken=Validation")), "{asked:?}");
    let mut since = asked.len();
    assert_eq!((since, told(&world, &mut since).await), (2, vec![]));
    renames(&sanne, LUKAS).await;
    let letters = told(&world, &mut since).await;
    assert_eq!((letters.len(), letters[0].0.as_str()), (1, HOOK));
    let letter = &letters[0].1[0];
    assert_eq!((&letter["changeType"], &letter["resource"]), (&json!("updated"), &json!(format!("Users/{LUKAS_ID}"))));
    assert_eq!((&letter["clientState"], &letter["subscriptionId"]), (&json!("geheim-42"), &made["id"]));
    assert_eq!(letter["resourceData"]["id"], LUKAS_ID.to_string());
    assert_eq!(letter["resourceData"]["@odata.type"], "#Microsoft.Graph.User");
    assert_eq!(told(&world, &mut since).await, [], "once");
    // Several changes are one letter; a group's is none of them.
    sanne.patch(&format!("/v1.0/groups/{OPERATIONS}"), &json!({ "description": "x" })).await.done();
    renames(&sanne, JORIS).await;
    sanne.delete(&format!("/v1.0/users/{LUKAS}")).await.done();
    let letters = told(&world, &mut since).await;
    let kinds: Vec<&Value> = letters[0].1.as_array().expect("letters").iter().map(|one| &one["changeType"]).collect();
    // Who can be brought back was changed, and is deleted when nobody can bring them back.
    assert_eq!((letters.len(), kinds), (1, vec![&json!("updated"), &json!("updated")]));
    sanne.delete(&format!("/v1.0/directory/deletedItems/{LUKAS_ID}")).await.done();
    assert_eq!(told(&world, &mut since).await[0].1[0]["changeType"], "deleted");
}

#[tokio::test]
async fn members_of_one_group_are_told_as_they_come_and_go() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    sanne.post(SUBSCRIPTIONS, &subscription(&format!("groups/{OPERATIONS}/members"))).await.made();
    let mut since = world.elsewhere.posted().len();
    sanne.patch(&format!("/v1.0/groups/{OPERATIONS}"), &json!({ "description": "x" })).await.done();
    assert_eq!(told(&world, &mut since).await, [], "no member came or went");
    let members = format!("/v1.0/groups/{OPERATIONS}/members");
    sanne.refer(&members, &FATIMA_ID.to_string()).await.done();
    sanne.delete(&format!("{members}/{JORIS_ID}/$ref")).await.done();
    let letters = told(&world, &mut since).await;
    let delta = letters[0].1[0]["resourceData"]["members@delta"].as_array().expect("who came and went").clone();
    assert!(delta.contains(&json!({ "id": FATIMA_ID.to_string() })), "{delta:?}");
    assert!(delta.contains(&json!({ "id": JORIS_ID.to_string(), "@removed": "deleted" })), "{delta:?}");
}

#[tokio::test]
async fn a_letter_that_nobody_takes_comes_again_and_not_forever() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    sanne.post(SUBSCRIPTIONS, &subscription("users")).await.made();
    let mut since = world.elsewhere.posted().len();
    world.elsewhere.deafen(HOOK, true);
    renames(&sanne, LUKAS).await;
    assert_eq!(told(&world, &mut since).await.len(), 1);
    assert_eq!(told(&world, &mut since).await, [], "not at once");
    world.later(minutes(1));
    assert_eq!(told(&world, &mut since).await.len(), 1);
    world.elsewhere.deafen(HOOK, false);
    world.later(minutes(1));
    let letters = told(&world, &mut since).await;
    assert_eq!(letters[0].1[0]["resource"], format!("Users/{LUKAS_ID}"), "nothing was lost");
    world.later(minutes(10));
    assert_eq!(told(&world, &mut since).await, []);
    // In the end it is given up, and that is told where such things are told.
    world.elsewhere.deafen(HOOK, true);
    renames(&sanne, JORIS).await;
    told(&world, &mut since).await;
    world.later(PATIENCE + minutes(1));
    let letters = told(&world, &mut since).await;
    let lost = letters.iter().find(|(url, _)| url == LIFECYCLE).expect("a word of it");
    assert_eq!(lost.1[0]["lifecycleEvent"], "missed");
    world.elsewhere.deafen(HOOK, false);
    world.later(minutes(10));
    assert_eq!(told(&world, &mut since).await, [], "it is over");
    let sanne = world.as_person(SANNE).await;
    sanne.patch(&format!("/v1.0/users/{LUKAS}"), &json!({ "jobTitle": "Brugwachter" })).await.done();
    assert_eq!(told(&world, &mut since).await.len(), 1, "what comes next is told again");
}

#[tokio::test]
async fn whoever_may_no_longer_read_it_is_told_nothing_more() {
    let world = World::new().await;
    let (sanne, export) = (world.as_person(SANNE).await, world.as_app(EXPORT).await);
    let made = export.post(SUBSCRIPTIONS, &subscription("users")).await.made();
    let own = format!("/v1.0/servicePrincipals(appId='{}')", EXPORT.id);
    assert_eq!(made["applicationId"], EXPORT.id);
    let instance = sanne.get(&own).await.id();
    assert_eq!(made["creatorId"], instance);
    let mut since = world.elsewhere.posted().len();
    renames(&sanne, LUKAS).await;
    assert_eq!(told(&world, &mut since).await.len(), 1);
    let held = sanne.get(&format!("/v1.0/servicePrincipals/{instance}/appRoleAssignments")).await.found();
    for assignment in held["value"].as_array().expect("some") {
        let id = assignment["id"].as_str().expect("an id");
        sanne.delete(&format!("/v1.0/servicePrincipals/{instance}/appRoleAssignments/{id}")).await.done();
    }
    renames(&sanne, JORIS).await;
    let letters = told(&world, &mut since).await;
    let events: Vec<(&str, &Value)> =
        letters.iter().map(|(url, told)| (url.as_str(), &told[0]["lifecycleEvent"])).collect();
    assert_eq!(events, [(LIFECYCLE, &json!("subscriptionRemoved"))]);
    assert!(letters[0].1[0]["resourceData"].is_null());
    renames(&sanne, LUKAS).await;
    assert_eq!(told(&world, &mut since).await, []);
}

#[tokio::test]
async fn a_persons_subscription_ends_with_what_the_person_may_read() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let made = joris.post(SUBSCRIPTIONS, &subscription(&format!("users/{LUKAS}"))).await.made();
    assert_eq!(made["creatorId"], JORIS_ID.to_string());
    let mut since = world.elsewhere.posted().len();
    renames(&sanne, LUKAS).await;
    assert_eq!(told(&world, &mut since).await.len(), 1);
    // Of others it is none.
    let one = format!("{SUBSCRIPTIONS}/{}", made["id"].as_str().expect("an id"));
    assert_eq!(sanne.get(&one).await.refusal(), MISSING);
    assert_eq!(sanne.delete(&one).await.refusal(), MISSING);
    assert_eq!(sanne.get(SUBSCRIPTIONS).await.found()["value"], json!([]));
    assert_eq!(joris.get(SUBSCRIPTIONS).await.found()["value"][0]["id"], made["id"]);
    sanne.patch(&format!("/v1.0/users/{JORIS}"), &json!({ "accountEnabled": false })).await.done();
    renames(&sanne, LUKAS).await;
    sanne.patch(&format!("/v1.0/users/{LUKAS}"), &json!({ "jobTitle": "Brugwachter" })).await.done();
    let letters = told(&world, &mut since).await;
    assert_eq!((letters.len(), letters[0].0.as_str()), (1, LIFECYCLE));
}

#[tokio::test]
async fn a_subscription_is_renewed_and_ended() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let made = sanne.post(SUBSCRIPTIONS, &subscription("groups")).await.made();
    let one = format!("{SUBSCRIPTIONS}/{}", made["id"].as_str().expect("an id"));
    let later = time::iso(NOON + days(20));
    let renewed = sanne.patch(&one, &json!({ "expirationDateTime": later })).await.found();
    assert_eq!(renewed["expirationDateTime"], later);
    let elsewhere = "https://hooks.waterkant.example/moved?code=1";
    let posted = world.elsewhere.posted().len();
    sanne.patch(&one, &json!({ "notificationUrl": elsewhere })).await.found();
    let asked = world.elsewhere.posted();
    assert!(asked.len() == posted + 1 && asked[posted].0.starts_with(&format!("{elsewhere}&validationToken=")));
    sanne.post(&format!("{one}/reauthorize"), &json!({})).await.done();
    for (change, told) in [
        (json!({ "resource": "users" }), "resource"),
        (json!({ "expirationDateTime": time::iso(NOON - days(1)) }), "expiration"),
        (json!({ "expirationDateTime": time::iso(NOON + days(40)) }), "expiration"),
        (json!({ "expirationDateTime": "morgen" }), "expirationDateTime"),
    ] {
        let refused = sanne.patch(&one, &change).await;
        assert_eq!(refused.refusal(), BAD, "{change}");
        assert!(refused.message().contains(told), "{change}: {}", refused.message());
    }
    let mut since = world.elsewhere.posted().len();
    world.later(days(21));
    let sanne = world.as_person(SANNE).await;
    sanne.patch(&format!("/v1.0/groups/{OPERATIONS}"), &json!({ "description": "x" })).await.done();
    assert_eq!(told(&world, &mut since).await, [], "it is over");
    assert_eq!(sanne.get(&one).await.refusal(), MISSING);
    let mut again = subscription("groups");
    again["expirationDateTime"] = json!(time::iso(NOON + days(22)));
    let made = sanne.post(SUBSCRIPTIONS, &again).await.made();
    let one = format!("{SUBSCRIPTIONS}/{}", made["id"].as_str().expect("an id"));
    sanne.delete(&one).await.done();
    assert_eq!(sanne.delete(&one).await.refusal(), MISSING);
}

#[tokio::test]
async fn what_cannot_be_subscribed_to_is_refused() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let with = |change: Value| {
        let mut body = subscription("users");
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        body
    };
    for (change, told) in [
        (json!({ "resource": "applications" }), "resource"),
        (json!({ "resource": "users?$select=id" }), "resource"),
        (json!({ "resource": "me" }), "resource"),
        (json!({ "resource": "" }), "resource"),
        (json!({ "changeType": "moved" }), "changeType"),
        (json!({ "notificationUrl": null }), "notificationUrl"),
        (json!({ "clientState": "x".repeat(129) }), "clientState"),
        (json!({ "expirationDateTime": time::iso(NOON - hours(1)) }), "expiration"),
        (json!({ "expirationDateTime": time::iso(NOON + days(30)) }), "expiration"),
        (json!({ "includeResourceData": true }), "Resource data"),
        (json!({ "colour": "red" }), "colour"),
    ] {
        let refused = sanne.post(SUBSCRIPTIONS, &with(change.clone())).await;
        assert_eq!(refused.refusal(), BAD, "{change}");
        assert!(refused.message().contains(told), "{change}: {}", refused.message());
    }
    let nobody = with(json!({ "resource": "users/99999999-0000-4000-8000-000000000000" }));
    assert_eq!(sanne.post(SUBSCRIPTIONS, &nobody).await.refusal(), MISSING);
    world.elsewhere.deafen(LIFECYCLE, true);
    let refused = sanne.post(SUBSCRIPTIONS, &subscription("users")).await;
    assert_eq!(refused.refusal(), (400, "ValidationError"));
    assert_eq!(sanne.get(SUBSCRIPTIONS).await.found()["value"], json!([]), "nothing was written");
    world.elsewhere.deafen(LIFECYCLE, false);
    // The app may read people, and no groups.
    let export = world.as_app(EXPORT).await;
    assert_eq!(export.post(SUBSCRIPTIONS, &subscription("groups")).await.refusal(), DENIED);
    export.post(SUBSCRIPTIONS, &subscription("users")).await.made();
    // A hundred of one app.
    for _ in 0..100 {
        sanne.post(SUBSCRIPTIONS, &with(json!({ "lifecycleNotificationUrl": null }))).await.made();
    }
    assert_eq!(sanne.post(SUBSCRIPTIONS, &subscription("users")).await.refusal(), (403, "Forbidden"));
}
