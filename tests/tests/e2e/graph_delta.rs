//! Delta: a copy of the directory that is kept by asking what changed (graph-api.md §3.8).

use http::Method;
use mandate_base::DAY;
use mandate_tests::World;
use mandate_tests::app::EXPORT;
use mandate_tests::graph::Graph;
use mandate_tests::people::{FATIMA_ID, JORIS, JORIS_ID, LUKAS_ID, OPERATIONS, SANNE, SANNE_ID};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const MISSING_TOKEN: (u16, &str) = (400, "Directory_ExpiredPageToken");

/// What one round told, and the link of the next one.
struct Round {
    value: Vec<Value>,
    pages: usize,
    link: String,
}

/// Follows the links of one round to its end.
async fn round(graph: &Graph<'_>, start: &str) -> Round {
    let (mut value, mut pages, mut next) = (Vec::new(), 0, start.to_owned());
    loop {
        let page = graph.get(&next).await.found();
        pages += 1;
        value.extend(page["value"].as_array().expect("a collection").clone());
        let path = |name: &str| {
            let link = page[name].as_str()?;
            Some(link[link.find("/v1.0").unwrap_or_else(|| panic!("{link}"))..].to_owned())
        };
        match (path("@odata.nextLink"), path("@odata.deltaLink")) {
            (Some(link), None) => next = link,
            (None, Some(link)) => return Round { value, pages, link },
            other => panic!("a page with one link: {other:?}"),
        }
    }
}

fn ids(value: &[Value]) -> Vec<&str> {
    value.iter().filter_map(|one| one["id"].as_str()).collect()
}

fn of<'a>(value: &'a [Value], id: &str) -> &'a Value {
    value.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("{id} in {value:?}"))
}

#[tokio::test]
async fn a_copy_of_the_users_stays_what_the_directory_is() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let whole = round(&sanne, "/v1.0/users/delta?$select=displayName,jobTitle").await;
    let all = sanne.get("/v1.0/users?$select=displayName,jobTitle").await.found();
    let expected = all["value"].as_array().expect("a list").iter().map(|user| {
        let mut user = user.clone();
        // What is told of an object is never less than its id.
        let id =
            whole.value.iter().find(|one| one["displayName"] == user["displayName"]).expect("it is told")["id"].clone();
        user["id"] = id;
        user
    });
    assert_eq!(whole.value, expected.collect::<Vec<_>>());
    // Nothing happened.
    let quiet = round(&sanne, &whole.link).await;
    assert_eq!(quiet.value, [] as [Value; 0]);
    // A change, a newcomer, one who goes and one who goes for good.
    let lukas = LUKAS_ID.to_string();
    sanne.patch(&format!("/v1.0/users/{lukas}"), &json!({ "jobTitle": "Molenaar" })).await.done();
    let new = sanne.post("/v1.0/users", &person("Noor Visser", "noor.visser")).await.made();
    let new = new["id"].as_str().expect("an id").to_owned();
    let other = sanne.post("/v1.0/users", &person("Bram Vos", "bram.vos")).await.made();
    let other = other["id"].as_str().expect("an id").to_owned();
    sanne.delete(&format!("/v1.0/users/{FATIMA_ID}")).await.done();
    sanne.delete(&format!("/v1.0/users/{other}")).await.done();
    sanne.delete(&format!("/v1.0/directory/deletedItems/{other}")).await.done();
    let told = round(&sanne, &quiet.link).await;
    assert_eq!(
        *of(&told.value, &lukas),
        json!({ "id": lukas, "displayName": "Lukas Schneider", "jobTitle": "Molenaar" })
    );
    assert_eq!(*of(&told.value, &new), json!({ "id": new, "displayName": "Noor Visser", "jobTitle": null }));
    assert_eq!(of(&told.value, &FATIMA_ID.to_string())["@removed"], json!({ "reason": "changed" }));
    assert_eq!(*of(&told.value, &other), json!({ "id": other, "@removed": { "reason": "deleted" } }));
    assert_eq!(told.value.len(), 4);
    // She comes back, and the same link can be asked again.
    sanne.post(&format!("/v1.0/directory/deletedItems/{FATIMA_ID}/restore"), &json!({})).await;
    let back = round(&sanne, &told.link).await;
    assert_eq!(ids(&back.value), [FATIMA_ID.to_string()]);
    assert_eq!(back.value[0]["@removed"], Value::Null);
    assert_eq!(ids(&round(&sanne, &told.link).await.value), [FATIMA_ID.to_string()]);
}

fn person(name: &str, nickname: &str) -> Value {
    json!({
        "accountEnabled": true,
        "displayName": name,
        "mailNickname": nickname,
        "userPrincipalName": format!("{nickname}@waterkant.example"),
        "passwordProfile": { "password": "Polder-Fiets-99!", "forceChangePasswordNextSignIn": false },
    })
}

#[tokio::test]
async fn a_groups_members_come_and_go_one_by_one() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let whole = round(&sanne, "/v1.0/groups/delta").await;
    let operators = of(&whole.value, &OPERATIONS.to_string());
    let members = operators["members@delta"].as_array().expect("its members");
    assert!(ids(members).contains(&JORIS_ID.to_string().as_str()));
    assert_eq!(members[0]["@odata.type"], "#microsoft.graph.user");
    let (operations, joris) = (OPERATIONS.to_string(), JORIS_ID.to_string());
    sanne.delete(&format!("/v1.0/groups/{operations}/members/{joris}/$ref")).await.done();
    sanne.refer(&format!("/v1.0/groups/{operations}/members"), &LUKAS_ID.to_string()).await.done();
    sanne.refer(&format!("/v1.0/groups/{operations}/owners"), &SANNE_ID.to_string()).await.done();
    let told = round(&sanne, &whole.link).await;
    assert_eq!(ids(&told.value), [operations.as_str()]);
    let members = told.value[0]["members@delta"].as_array().expect("what changed");
    assert_eq!(of(members, &joris)["@removed"], json!({ "reason": "deleted" }));
    assert_eq!(of(members, &LUKAS_ID.to_string())["@removed"], Value::Null);
    assert_eq!(members.len(), 2, "and nobody else");
    assert_eq!(ids(told.value[0]["owners@delta"].as_array().expect("a newcomer")), [SANNE_ID.to_string()]);
    // A person who goes leaves every group.
    sanne.delete(&format!("/v1.0/users/{LUKAS_ID}")).await.done();
    let told = round(&sanne, &told.link).await;
    let left = of(&told.value, &operations)["members@delta"].as_array().expect("what changed");
    assert_eq!(of(left, &LUKAS_ID.to_string())["@removed"], json!({ "reason": "deleted" }));
    // Members are left out where others are selected, and come alone where they are.
    let names = round(&sanne, "/v1.0/groups/delta?$select=displayName").await;
    assert!(names.value.iter().all(|group| group.get("members@delta").is_none()));
    let members = round(&sanne, "/v1.0/groups/delta?$select=members").await;
    assert!(members.value.iter().any(|group| group.get("members@delta").is_some()));
}

/// More members than one answer holds.
const MANY: usize = 1100;

#[tokio::test]
async fn a_large_group_is_told_over_several_pages() {
    let id = |number: usize| format!("dddddddd-0000-4000-8000-{number:012}");
    let world = World::with(|tenant| {
        let users = tenant["users"].as_array_mut().expect("a list");
        users.extend((0..MANY).map(|number| {
            json!({ "id": id(number), "displayName": format!("Persoon {number}"),
                "userPrincipalName": format!("p{number}@waterkant.example") })
        }));
    })
    .await;
    let sanne = world.as_person(SANNE).await;
    let before = round(&sanne, "/v1.0/groups/delta?$select=members").await;
    let body =
        json!({ "displayName": "Heel veel", "mailEnabled": false, "mailNickname": "veel", "securityEnabled": true });
    let group = sanne.post("/v1.0/groups", &body).await.id();
    for first in (0..MANY).step_by(20) {
        let some: Vec<String> = (first..MANY.min(first + 20))
            .map(|number| format!("https://graph.microsoft.com/v1.0/directoryObjects/{}", id(number)))
            .collect();
        sanne.patch(&format!("/v1.0/groups/{group}"), &json!({ "members@odata.bind": some })).await.done();
    }
    for start in ["/v1.0/groups/delta?$select=members", &before.link] {
        let told = round(&sanne, start).await;
        assert!(told.pages >= 2, "{} pages", told.pages);
        let mut seen: Vec<&str> = Vec::new();
        for part in told.value.iter().filter(|one| one["id"] == group.as_str()) {
            seen.extend(ids(part["members@delta"].as_array().map_or(&[][..], |all| all)));
        }
        let expected: Vec<String> = (0..MANY).map(id).collect();
        assert_eq!(seen, expected, "each once");
    }
}

#[tokio::test]
async fn apps_grants_and_objects_of_every_kind_have_their_rounds() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let sets = ["applications", "servicePrincipals", "oauth2PermissionGrants", "directoryObjects"];
    let mut rounds: BTreeMap<&str, Round> = BTreeMap::new();
    for set in sets {
        rounds.insert(set, round(&sanne, &format!("/v1.0/{set}/delta")).await);
    }
    // The whole is what the lists tell.
    for set in ["applications", "servicePrincipals", "oauth2PermissionGrants"] {
        let all = sanne.get(&format!("/v1.0/{set}?$top=999")).await.found();
        assert_eq!(ids(&rounds[set].value), ids(all["value"].as_array().expect("a list")), "{set}");
    }
    let kinds: Vec<&str> =
        rounds["directoryObjects"].value.iter().filter_map(|one| one["@odata.type"].as_str()).collect();
    for kind in ["user", "group", "application", "servicePrincipal"] {
        assert!(kinds.contains(&format!("#microsoft.graph.{kind}").as_str()), "{kind}");
    }
    let app = sanne.post("/v1.0/applications", &json!({ "displayName": "Sluisbeheer" })).await;
    let (app, app_id) = (app.id(), app.json["appId"].as_str().expect("an app id").to_owned());
    let sp = sanne.post("/v1.0/servicePrincipals", &json!({ "appId": app_id })).await.id();
    let graph = sanne.get("/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')").await.id();
    let grant = json!({ "clientId": sp, "consentType": "AllPrincipals", "resourceId": graph, "scope": "User.Read" });
    let grant = sanne.post("/v1.0/oauth2PermissionGrants", &grant).await.id();
    let mut told = BTreeMap::new();
    for set in sets {
        told.insert(set, round(&sanne, &rounds[set].link).await);
    }
    assert_eq!(ids(&told["applications"].value), [app.as_str()]);
    assert_eq!(told["applications"].value[0]["displayName"], "Sluisbeheer");
    assert_eq!(ids(&told["servicePrincipals"].value), [sp.as_str()]);
    assert_eq!(ids(&told["oauth2PermissionGrants"].value), [grant.as_str()]);
    assert_eq!(told["oauth2PermissionGrants"].value[0]["scope"], "User.Read");
    assert_eq!(ids(&told["directoryObjects"].value), [app.as_str(), sp.as_str()]);
    // The instance goes and takes its grant along.
    sanne.delete(&format!("/v1.0/servicePrincipals/{sp}")).await.done();
    let gone = round(&sanne, &told["oauth2PermissionGrants"].link).await;
    assert_eq!(gone.value, [json!({ "id": grant, "@removed": { "reason": "deleted" } })]);
    let gone = round(&sanne, &told["directoryObjects"].link).await;
    let removed = of(&gone.value, &sp);
    assert_eq!(removed["@removed"], json!({ "reason": "changed" }));
    assert_eq!(removed["@odata.type"], "#microsoft.graph.servicePrincipal");
    // And it comes back with it.
    let link = round(&sanne, &told["oauth2PermissionGrants"].link).await.link;
    sanne.by(Method::POST, &format!("/v1.0/directory/deletedItems/{sp}/restore")).await.found();
    assert_eq!(ids(&round(&sanne, &link).await.value), [grant.as_str()]);
    let users =
        "/v1.0/directoryObjects/delta?$filter=isof('microsoft.graph.user')%20or%20isof('microsoft.graph.group')";
    let some = round(&sanne, users).await;
    assert!(some.value.iter().all(|one| one["@odata.type"] != "#microsoft.graph.application"));
    assert!(some.pages >= 2, "a page for each kind");
}

#[tokio::test]
async fn a_round_can_begin_now_or_be_of_a_few() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let latest = round(&sanne, "/v1.0/users/delta()?$deltatoken=latest&$select=displayName").await;
    assert_eq!(latest.value, [] as [Value; 0]);
    let filter = format!("id eq '{LUKAS_ID}' or id eq '{JORIS_ID}'").replace(' ', "%20");
    let few = round(&sanne, &format!("/v1.0/users/microsoft.graph.delta()?$filter={filter}")).await;
    assert_eq!(few.value.len(), 2);
    for user in [LUKAS_ID, SANNE_ID] {
        sanne.patch(&format!("/v1.0/users/{user}"), &json!({ "jobTitle": "Dijkgraaf" })).await.done();
    }
    assert_eq!(ids(&round(&sanne, &few.link).await.value), [LUKAS_ID.to_string()]);
    let told = round(&sanne, &latest.link).await;
    assert_eq!(told.value.len(), 2);
    let of_lukas: &Map<String, Value> = of(&told.value, &LUKAS_ID.to_string()).as_object().expect("an object");
    assert_eq!(of_lukas.keys().collect::<Vec<_>>(), ["displayName", "id"], "the token holds the selection");
}

#[tokio::test]
async fn a_token_opens_for_its_own_round_and_for_a_week() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let users = round(&sanne, "/v1.0/users/delta").await.link;
    let token = users.split("deltatoken=").nth(1).expect("a token");
    // Of another set, of another client, altered, as a page, of nothing.
    for bad in [
        format!("/v1.0/groups/delta?$deltatoken={token}"),
        format!("/v1.0/users/delta?$deltatoken={token}A"),
        format!("/v1.0/users/delta?$deltatoken={token}&$skiptoken={token}"),
        "/v1.0/users/delta?$deltatoken=x".to_owned(),
        "/v1.0/users/delta?$skiptoken=".to_owned(),
    ] {
        assert_eq!(sanne.get(&bad).await.refusal(), MISSING_TOKEN, "{bad}");
    }
    assert_eq!(world.as_app(EXPORT).await.get(&users).await.refusal(), MISSING_TOKEN);
    for bad in ["$top=5", "$orderby=displayName", "$count=true", "$expand=manager", "$filter=displayName%20eq%20'x'"] {
        assert_eq!(sanne.get(&format!("/v1.0/users/delta?{bad}")).await.status, 400, "{bad}");
    }
    assert_eq!(sanne.get("/v1.0/users?$deltatoken=latest").await.status, 400);
    // The permission is asked for at each call.
    assert_eq!(world.as_person(JORIS).await.get("/v1.0/oauth2PermissionGrants/delta").await.status, 200);
    world.later(8 * DAY);
    let sanne = world.as_person(SANNE).await;
    let old = sanne.get(&users).await;
    assert_eq!(old.refusal(), (410, "syncStateNotFound"));
    assert_eq!(old.header("location"), Some("https://mandate.test/v1.0/users/delta"));
}
