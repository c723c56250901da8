//! Policies that apps are put under, through Graph: how long tokens live, which claims they hold, which secrets and
//! addresses apps may have (graph-api.md §2.11).

use mandate_domain::time;
use mandate_tests::World;
use mandate_tests::app::{EXPORT, ORDERS_API};
use mandate_tests::graph::Graph;
use mandate_tests::people::{ANNEKE, JORIS, SANNE};
use mandate_tests::world::{NOON, days};
use serde_json::{Value, json};

const DENIED: (u16, &str) = (403, "Authorization_RequestDenied");
const BAD: (u16, &str) = (400, "Request_BadRequest");
const MISSING: (u16, &str) = (404, "Request_ResourceNotFound");
const LIFETIMES: &str = "/v1.0/policies/tokenLifetimePolicies";
const MAPPINGS: &str = "/v1.0/policies/claimsMappingPolicies";
const MANAGEMENT: &str = "/v1.0/policies/appManagementPolicies";
const DEFAULT: &str = "/v1.0/policies/defaultAppManagementPolicy";

fn lifetime(text: &str) -> Value {
    let definition = json!({ "TokenLifetimePolicy": { "Version": 1, "AccessTokenLifetime": text } }).to_string();
    json!({ "displayName": "Kort", "definition": [definition], "isOrganizationDefault": false })
}

async fn put_under(graph: &Graph<'_>, list: &str, policy: &str, id: &str) -> mandate_tests::graph::GraphReply {
    graph
        .post(&format!("{list}/$ref"), &json!({ "@odata.id": format!("https://graph.microsoft.com{policy}/{id}") }))
        .await
}

#[tokio::test]
async fn tokens_live_as_long_as_the_policy_of_their_app_says() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let life = async || {
        let tokens = world.client(EXPORT).client_credentials("api://waterkant-orders/.default").await.granted();
        tokens.json["expires_in"].as_i64().expect("seconds")
    };
    let built_in = 3600..5400;
    let policy = sanne.post(LIFETIMES, &lifetime("00:20:00")).await.id();
    let instance = sanne.get(&format!("/v1.0/servicePrincipals(appId='{ORDERS_API}')")).await.id();
    let list = format!("/v1.0/servicePrincipals/{instance}/tokenLifetimePolicies");
    assert!(built_in.contains(&life().await), "nobody is under it yet");
    put_under(&sanne, &list, LIFETIMES, &policy).await.done();
    assert_eq!(life().await, 20 * 60);
    assert_eq!(sanne.get(&list).await.names(), ["Kort"]);
    assert_eq!(sanne.get(&format!("{LIFETIMES}/{policy}/appliesTo")).await.found()["value"][0]["id"], instance);
    sanne
        .patch(&format!("{LIFETIMES}/{policy}"), &json!({ "definition": lifetime("00:30:00")["definition"] }))
        .await
        .done();
    assert_eq!(life().await, 30 * 60, "at the next token");
    // One of a kind, and none that somebody is under goes away.
    let second = sanne.post(LIFETIMES, &lifetime("01:00:00")).await.id();
    assert_eq!(put_under(&sanne, &list, LIFETIMES, &second).await.refusal(), BAD);
    assert_eq!(put_under(&sanne, &list, LIFETIMES, &policy).await.refusal(), BAD);
    assert_eq!(sanne.delete(&format!("{LIFETIMES}/{policy}")).await.refusal(), BAD);
    sanne.delete(&format!("{list}/{policy}/$ref")).await.done();
    assert_eq!(sanne.delete(&format!("{list}/{policy}/$ref")).await.refusal(), MISSING);
    assert!(built_in.contains(&life().await));
    sanne.delete(&format!("{LIFETIMES}/{policy}")).await.done();
    assert_eq!(sanne.get(&format!("{LIFETIMES}/{policy}")).await.refusal(), MISSING);
    // The organisation's default is for all that are under none.
    sanne.patch(&format!("{LIFETIMES}/{second}"), &json!({ "isOrganizationDefault": true })).await.done();
    assert_eq!(life().await, 60 * 60);
    let mut third = lifetime("02:00:00");
    third["isOrganizationDefault"] = json!(true);
    let refused = sanne.post(LIFETIMES, &third).await;
    assert!(refused.refusal() == BAD && refused.message().contains("isOrganizationDefault"));
}

#[tokio::test]
async fn who_administers_apps_writes_their_policies_and_who_does_not_reads_them() {
    let world = World::new().await;
    let (anneke, joris) = (world.as_person(ANNEKE).await, world.as_person(JORIS).await);
    let definition = json!({ "ClaimsMappingPolicy": { "Version": 1, "IncludeBasicClaimSet": "true", "ClaimsSchema": [
        { "Source": "user", "ID": "employeeid", "JwtClaimType": "nr" },
    ] } });
    let body =
        json!({ "displayName": "Nummers", "description": "Voor de kassa", "definition": [definition.to_string()] });
    let made = anneke.post(MAPPINGS, &body).await.made();
    let one = format!("{MAPPINGS}/{}", made["id"].as_str().expect("an id"));
    assert_eq!(anneke.get(&one).await.found()["definition"], body["definition"]);
    assert_eq!(joris.get(MAPPINGS).await.names(), ["Nummers"]);
    assert_eq!(joris.patch(&one, &json!({ "displayName": "x" })).await.refusal(), DENIED);
    assert_eq!(joris.post(MAPPINGS, &body).await.refusal(), DENIED);
    anneke.patch(&one, &json!({ "description": null })).await.done();
    assert_eq!(anneke.get(&one).await.found()["description"], Value::Null);
    for (path, body, told) in [
        (MAPPINGS, json!({ "displayName": "x", "definition": ["{}"] }), "definition"),
        (MAPPINGS, json!({ "displayName": "x" }), "definition"),
        (LIFETIMES, lifetime("00:05:00"), "ten minutes"),
        (LIFETIMES, lifetime("soon"), "hh:mm:ss"),
        (
            MANAGEMENT,
            json!({ "displayName": "x", "restrictions": { "keyCredentials": [{ "restrictionType": "asymmetricKeyLifetime" }] } }),
            "maxLifetime",
        ),
        (MANAGEMENT, json!({ "displayName": "" }), "displayName"),
        (MANAGEMENT, json!({ "displayName": "x", "colour": "red" }), "colour"),
    ] {
        let refused = anneke.post(path, &body).await;
        assert_eq!(refused.refusal(), BAD, "{body}");
        assert!(refused.message().contains(told), "{body}: {}", refused.message());
    }
    for other in ["homeRealmDiscoveryPolicies", "tokenIssuancePolicies"] {
        assert_eq!(anneke.get(&format!("/v1.0/policies/{other}")).await.refusal(), (501, "notImplemented"), "{other}");
    }
    // Claims are of an instance, and nothing is put under what is not there.
    let app = anneke.post("/v1.0/applications", &json!({ "displayName": "Kassa" })).await.id();
    assert_eq!(anneke.get(&format!("/v1.0/applications/{app}/claimsMappingPolicies")).await.status, 400);
    let list = format!("/v1.0/applications/{app}/tokenLifetimePolicies");
    assert_eq!(put_under(&anneke, &list, LIFETIMES, &app).await.refusal(), MISSING);
}

#[tokio::test]
async fn secrets_and_addresses_are_as_the_organisation_lets_apps_have_them() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let app = sanne.post("/v1.0/applications", &json!({ "displayName": "Kassa" })).await.made();
    let (id, app_id) = (app["id"].as_str().expect("an id"), app["appId"].as_str().expect("an appId"));
    let one = format!("/v1.0/applications/{id}");
    let adds = async |until: i64| {
        let asked =
            json!({ "passwordCredential": { "displayName": "x", "endDateTime": time::iso(NOON + days(until)) } });
        sanne.post(&format!("{one}/addPassword"), &asked).await
    };
    adds(300).await.found();
    let default = sanne.get(DEFAULT).await.found();
    assert_eq!(default["isEnabled"], false, "turned off at first");
    let short = json!([{ "restrictionType": "passwordLifetime", "maxLifetime": "P90D", "state": "enabled" }]);
    let uris = json!({ "nonDefaultUriAddition": { "state": "enabled" } });
    let change = json!({ "isEnabled": true, "applicationRestrictions": { "passwordCredentials": short, "identifierUris": uris } });
    sanne.patch(DEFAULT, &change).await.done();
    assert_eq!(adds(91).await.refusal(), (400, "CredentialInvalidLifetimeAsPerAppPolicy"));
    adds(89).await.found();
    let long = json!({ "displayName": "Nieuw", "passwordCredentials": [{ "displayName": "x" }] });
    assert_eq!(
        sanne.post("/v1.0/applications", &long).await.refusal(),
        (400, "CredentialInvalidLifetimeAsPerAppPolicy")
    );
    sanne.patch(&one, &json!({ "identifierUris": [format!("api://{app_id}")] })).await.done();
    let other = json!({ "identifierUris": [format!("api://{app_id}"), "https://waterkant.example/kassa"] });
    assert_eq!(sanne.patch(&one, &other).await.refusal(), BAD);
    // An instance has its own rules, which say nothing here.
    let instance = sanne.post("/v1.0/servicePrincipals", &json!({ "appId": app_id })).await.id();
    sanne.post(&format!("/v1.0/servicePrincipals/{instance}/addPassword"), &json!({})).await.found();
    // A policy of its own is in the place of the default's.
    let none = json!({ "displayName": "Geen geheimen", "isEnabled": true, "restrictions": {
        "passwordCredentials": [{ "restrictionType": "passwordAddition", "state": "enabled" }],
    } });
    let policy = sanne.post(MANAGEMENT, &none).await.id();
    let list = format!("{one}/appManagementPolicies");
    put_under(&sanne, &list, MANAGEMENT, &policy).await.done();
    assert_eq!(adds(1).await.refusal(), (400, "CredentialTypeNotAllowedAsPerAppPolicy"));
    sanne.patch(&one, &other).await.done();
    assert_eq!(sanne.get(&list).await.names(), ["Geen geheimen"]);
    assert_eq!(sanne.get(&format!("{MANAGEMENT}/{policy}/appliesTo")).await.found()["value"][0]["id"], id);
    sanne.patch(&format!("{MANAGEMENT}/{policy}"), &json!({ "isEnabled": false })).await.done();
    adds(89).await.found();
    sanne.delete(&one).await.done();
    sanne.delete(&format!("{MANAGEMENT}/{policy}")).await.done();
}
