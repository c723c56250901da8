//! The names of an organisation through Graph: added, shown to be theirs by their DNS, borne by people and apps, given up
//! (graph-api.md §2.1).

use mandate_tests::app::COMMAND_LINE;
use mandate_tests::people::{JORIS, KATRIN, LUKAS, SANNE, WATERKANT, ZONNEBEL};
use mandate_tests::{App, World};
use serde_json::{Value, json};

const DENIED: (u16, &str) = (403, "Authorization_RequestDenied");
const BAD: (u16, &str) = (400, "Request_BadRequest");
const MISSING: (u16, &str) = (404, "Request_ResourceNotFound");
const KADE: &str = "/v1.0/domains/kade.example";

fn named(name: &str) -> Value {
    json!({ "id": name })
}

/// The text that is to stand in the name's DNS.
async fn proof(graph: &mandate_tests::graph::Graph<'_>, domain: &str) -> String {
    let records = graph.get(&format!("{domain}/verificationDnsRecords")).await.found();
    assert_eq!(records["value"][0]["recordType"], "Txt");
    records["value"][0]["text"].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn a_name_is_added_proven_borne_and_given_up() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let made = sanne.post("/v1.0/domains", &named("Kade.example")).await.made();
    assert_eq!(
        (&made["id"], &made["isVerified"], &made["isDefault"]),
        (&json!("kade.example"), &json!(false), &json!(false))
    );
    // It counts for nothing yet.
    let person = json!({
        "accountEnabled": true, "displayName": "Kaat", "mailNickname": "kaat",
        "userPrincipalName": "kaat@kade.example", "passwordProfile": { "password": "Polder-Fiets-42" },
    });
    assert_eq!(sanne.post("/v1.0/users", &person).await.refusal(), BAD);
    assert_eq!(sanne.post(&format!("{KADE}/verify"), &json!({})).await.refusal(), BAD);
    assert_eq!(sanne.get(KADE).await.found()["isVerified"], false);
    let discovery = "/kade.example/v2.0/.well-known/openid-configuration";
    assert_eq!(world.get(discovery).await.status, 400);

    let text = proof(&sanne, KADE).await;
    world.elsewhere.says("kade.example", "v=spf1 -all");
    assert_eq!(sanne.post(&format!("{KADE}/verify"), &json!({})).await.refusal(), BAD);
    world.elsewhere.says("kade.example", &text);
    let proven = sanne.post(&format!("{KADE}/verify"), &json!({})).await.found();
    assert_eq!((&proven["id"], &proven["isVerified"]), (&json!("kade.example"), &json!(true)));
    // From now on it is a name of this organisation's, for its people and for whoever asks where they sign in.
    let metadata = world.get(discovery).await;
    assert_eq!(metadata.status, 200);
    assert!(metadata.text().contains(WATERKANT));
    let kaat = sanne.post("/v1.0/users", &person).await.id();
    let app = json!({ "displayName": "Kade", "identifierUris": ["https://kade.example/api"] });
    let app = sanne.post("/v1.0/applications", &app).await.id();
    let organization = sanne.get("/v1.0/organization").await.found();
    let names = organization["value"][0]["verifiedDomains"].as_array().expect("a list").iter();
    assert!(names.clone().any(|domain| domain["name"] == "kade.example"));

    let refused = sanne.delete(KADE).await;
    assert_eq!(refused.refusal(), BAD, "it is borne");
    let borne = sanne.get(&format!("{KADE}/domainNameReferences?$top=1")).await.found();
    assert_eq!(borne["value"][0]["id"], kaat);
    let next = borne["@odata.nextLink"].as_str().expect("there is more");
    let borne = sanne.get(next).await.found();
    assert_eq!((&borne["value"][0]["id"], borne.get("@odata.nextLink")), (&json!(app), None));
    sanne.delete(&format!("/v1.0/users/{kaat}")).await.done();
    sanne.patch(&format!("/v1.0/applications/{app}"), &json!({ "identifierUris": [] })).await.done();
    sanne.delete(KADE).await.done();
    assert_eq!(sanne.get(KADE).await.refusal(), MISSING);
    assert_eq!(world.get(discovery).await.status, 400);
    let told = sanne.get("/v1.0/auditLogs/directoryAudits?$filter=category%20eq%20'DirectoryManagement'").await.found();
    let told = told["value"].as_array().expect("a list").iter();
    let told: Vec<&str> = told.filter_map(|one| one["activityDisplayName"].as_str()).take(3).collect();
    assert_eq!(told, ["Remove verified domain", "Verify domain", "Add unverified domain"]);
}

#[tokio::test]
async fn a_name_is_of_one_organisation_and_the_proof_of_one_is_none_for_another() {
    let world = World::new().await;
    let client = App { tenant: ZONNEBEL, ..COMMAND_LINE };
    let tokens = world.tokens(client, KATRIN, "https://graph.microsoft.com/.default").await;
    let (sanne, other) = (world.as_person(SANNE).await, world.graph(tokens.access()));
    for admin in [&sanne, &other] {
        admin.post("/v1.0/domains", &named("kade.example")).await.made();
    }
    let text = proof(&sanne, KADE).await;
    assert_ne!(text, proof(&other, KADE).await);
    world.elsewhere.says("kade.example", &text);
    assert_eq!(other.post(&format!("{KADE}/verify"), &json!({})).await.refusal(), BAD);
    sanne.post(&format!("{KADE}/verify"), &json!({})).await.found();
    // Whoever can write the DNS later takes no name away that is in use.
    world.elsewhere.says("kade.example", &proof(&other, KADE).await);
    assert_eq!(other.post(&format!("{KADE}/verify"), &json!({})).await.refusal(), BAD);
    assert_eq!(other.post("/v1.0/domains", &named("kade.example")).await.refusal(), BAD, "it is there already");
    assert_eq!(other.get("/v1.0/domains/waterkant.example").await.refusal(), MISSING, "another's is not here");
    sanne.delete(KADE).await.done();
    other.post(&format!("{KADE}/verify"), &json!({})).await.found();
}

#[tokio::test]
async fn what_is_below_a_proven_name_needs_no_proof_of_its_own() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let made = sanne.post("/v1.0/domains", &named("west.waterkant.example")).await.made();
    assert_eq!((&made["isVerified"], &made["isRoot"]), (&json!(true), &json!(false)));
    let root = sanne.get("/v1.0/domains/west.waterkant.example/rootDomain").await.found();
    assert_eq!(root["id"], "waterkant.example");
    assert_eq!(sanne.get("/v1.0/domains/west.waterkant.example/serviceConfigurationRecords").await.names().len(), 0);
    let default = json!({ "isDefault": true, "supportedServices": ["Email"] });
    sanne.patch("/v1.0/domains/west.waterkant.example", &default).await.done();
    let all = sanne.get("/v1.0/domains").await.found();
    let defaults = all["value"].as_array().expect("a list").iter().filter(|domain| domain["isDefault"] == true);
    let defaults: Vec<&Value> = defaults.collect();
    assert_eq!((defaults.len(), &defaults[0]["supportedServices"]), (1, &json!(["Email"])));
    assert_eq!(sanne.delete("/v1.0/domains/west.waterkant.example").await.refusal(), BAD, "it is the default");
    assert_eq!(sanne.delete("/v1.0/domains/waterkant.example").await.refusal(), BAD, "it is the initial one");
}

#[tokio::test]
async fn what_is_no_name_or_nobodys_to_change_is_refused() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    for bad in ["kade", "", "127.0.0.1", "-kade.example", "kade..example", "kade.example/x", "häfen.example"] {
        assert_eq!(sanne.post("/v1.0/domains", &named(bad)).await.refusal(), BAD, "{bad}");
    }
    assert_eq!(sanne.post("/v1.0/domains", &json!({ "id": "a.example", "isVerified": true })).await.refusal(), BAD);
    assert_eq!(sanne.post("/v1.0/domains", &named("waterkant.example")).await.refusal(), BAD);
    assert_eq!(sanne.patch("/v1.0/domains/waterkant.example", &json!({ "isVerified": false })).await.refusal(), BAD);
    assert_eq!(sanne.patch("/v1.0/domains/waterkant.example", &json!({ "isDefault": false })).await.refusal(), BAD);
    assert_eq!(sanne.post("/v1.0/domains/nowhere.example/verify", &json!({})).await.refusal(), MISSING);
    for person in [&joris, &world.as_person(LUKAS).await] {
        let refused = person.post("/v1.0/domains", &named("kade.example")).await;
        assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
    }
    assert_eq!(joris.get("/v1.0/domains").await.found()["value"][0]["id"], "waterkant.example");
}

#[tokio::test]
async fn a_name_that_is_still_in_use_is_not_given_up() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    sanne.post("/v1.0/domains", &named("kade.example")).await.made();
    world.elsewhere.says("kade.example", &proof(&sanne, KADE).await);
    sanne.post(&format!("{KADE}/verify"), &json!({})).await.found();
    // A host below the name is in use, too.
    let app = json!({ "displayName": "Kade", "identifierUris": ["https://api.kade.example/v1"] });
    let app = sanne.post("/v1.0/applications", &app).await.id();
    assert_eq!(sanne.delete(KADE).await.refusal(), BAD);
    let borne = sanne.get(&format!("{KADE}/domainNameReferences")).await.found();
    assert_eq!(borne["value"][0]["id"], app);
    // What comes back afterwards bears no name that was given up.
    let person = json!({
        "accountEnabled": true, "displayName": "Kaat", "mailNickname": "kaat",
        "userPrincipalName": "kaat@kade.example", "passwordProfile": { "password": "Polder-Fiets-42" },
    });
    let kaat = sanne.post("/v1.0/users", &person).await.id();
    sanne.delete(&format!("/v1.0/users/{kaat}")).await.done();
    sanne.delete(&format!("/v1.0/applications/{app}")).await.done();
    sanne.delete(KADE).await.done();
    for id in [&kaat, &app] {
        let refused = sanne.post(&format!("/v1.0/directory/deletedItems/{id}/restore"), &json!({})).await;
        assert_eq!(refused.status, 400, "{id}");
    }
}

#[tokio::test]
async fn below_a_name_of_another_organisation_nothing_is_proven() {
    let world = World::new().await;
    let client = App { tenant: ZONNEBEL, ..COMMAND_LINE };
    let tokens = world.tokens(client, KATRIN, "https://graph.microsoft.com/.default").await;
    let other = world.graph(tokens.access());
    other.post("/v1.0/domains", &named("west.waterkant.example")).await.made();
    let west = "/v1.0/domains/west.waterkant.example";
    world.elsewhere.says("west.waterkant.example", &proof(&other, west).await);
    assert_eq!(other.post(&format!("{west}/verify"), &json!({})).await.refusal(), BAD);
    // The text is nobody's to guess.
    assert!(proof(&other, west).await.len() >= "MS=ms".len() + 32);
}
