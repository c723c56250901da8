//! An organisation's policies through Graph, and what they change at the next request (graph-api.md §2.11; features
//! S4-59, S4-68, S4-70, S4-71).

use http::Method;
use mandate_tests::World;
use mandate_tests::app::{CONTACTS, INTRANET};
use mandate_tests::people::{ANNEKE, GIJS, JORIS, JORIS_ID, LUKAS, SANNE, WATERKANT, ZONNEBEL};
use serde_json::{Value, json};

const DENIED: (u16, &str) = (403, "Authorization_RequestDenied");
const BAD: (u16, &str) = (400, "Request_BadRequest");
const MISSING: (u16, &str) = (404, "Request_ResourceNotFound");
const AUTHORIZATION: &str = "/v1.0/policies/authorizationPolicy";
const REQUESTS: &str = "/v1.0/policies/adminConsentRequestPolicy";
const GRANT_POLICIES: &str = "/v1.0/policies/permissionGrantPolicies";

fn defaults(name: &str, value: Value) -> Value {
    json!({ "defaultUserRolePermissions": { name: value } })
}

/// The page that a person meets who goes to an app.
async fn met(world: &World, upn: &str, scope: &str) -> String {
    let mut browser = world.browser();
    browser.authorize(WATERKANT, &CONTACTS.ask(scope)).await.page("signin");
    browser.sign_in(upn).await;
    browser.page().kind.clone()
}

#[tokio::test]
async fn s4_59_s4_71_people_register_apps_until_the_switch_says_no() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let before = joris.get(AUTHORIZATION).await.found();
    assert_eq!(before["defaultUserRolePermissions"]["allowedToCreateApps"], true);
    assert_eq!(before["id"], "authorizationPolicy");
    let app = joris.post("/v1.0/applications", &json!({ "displayName": "Proef" })).await.id();
    assert_eq!(joris.get(&format!("/v1.0/applications/{app}/owners")).await.names(), ["Joris Bakker"]);
    sanne.patch(AUTHORIZATION, &defaults("allowedToCreateApps", json!(false))).await.done();
    let refused = joris.post("/v1.0/applications", &json!({ "displayName": "Proef" })).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
    // The rest is as it was, and what he made is still his.
    let after = joris.get(AUTHORIZATION).await.found();
    let (old, new) = (&before["defaultUserRolePermissions"], &after["defaultUserRolePermissions"]);
    assert_eq!(old["permissionGrantPoliciesAssigned"], new["permissionGrantPoliciesAssigned"]);
    joris.patch(&format!("/v1.0/applications/{app}"), &json!({ "notes": "mijn" })).await.done();
    let refused = joris.patch(AUTHORIZATION, &defaults("allowedToCreateApps", json!(true))).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
    // An administrator of apps is no administrator of policies.
    let refused = world.as_person(ANNEKE).await.patch(AUTHORIZATION, &json!({ "allowInvitesFrom": "none" })).await;
    assert_eq!(refused.refusal(), DENIED);
}

#[tokio::test]
async fn s4_70_the_switch_of_user_consent_has_three_positions_and_one_of_the_organisations_own() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let assigned = |ids: &[&str]| {
        let entries: Vec<String> = ids.iter().map(|id| format!("ManagePermissionGrantsForSelf.{id}")).collect();
        defaults("permissionGrantPoliciesAssigned", json!(entries))
    };
    assert_eq!(met(&world, JORIS, "User.Read").await, "consent");
    sanne.patch(AUTHORIZATION, &assigned(&[])).await.done();
    assert_eq!(met(&world, JORIS, "User.Read").await, "needs-admin");
    sanne.patch(AUTHORIZATION, &assigned(&["microsoft-user-default-recommended"])).await.done();
    assert_eq!(met(&world, JORIS, "User.Read").await, "consent");
    assert_eq!(met(&world, JORIS, "Mail.Read").await, "needs-admin");
    // Of its own: what this one publisher's app asks, and nothing else.
    sanne.post(GRANT_POLICIES, &json!({ "id": "contacten", "displayName": "Contacten" })).await.made();
    sanne.patch(AUTHORIZATION, &assigned(&["contacten"])).await.done();
    assert_eq!(met(&world, JORIS, "User.Read").await, "needs-admin", "it lets nothing through yet");
    let includes = format!("{GRANT_POLICIES}/contacten/includes");
    let set = json!({ "permissionType": "delegated", "clientApplicationIds": [CONTACTS.id] });
    let set = sanne.post(&includes, &set).await.made();
    assert_eq!(met(&world, JORIS, "Mail.Read").await, "consent");
    let mail = "570282fd-fa5c-430d-a7fd-fc8dc98a9dca";
    let excludes = format!("{GRANT_POLICIES}/contacten/excludes");
    let without = json!({ "permissionType": "delegated", "permissions": [mail] });
    sanne.post(&excludes, &without).await.made();
    assert_eq!(met(&world, JORIS, "Mail.Read").await, "needs-admin");
    assert_eq!(met(&world, JORIS, "User.Read").await, "consent");
    assert_eq!(sanne.delete(&format!("{GRANT_POLICIES}/contacten")).await.refusal(), BAD, "it is assigned");
    sanne.delete(&format!("{includes}/{}", set["id"].as_str().expect("an id"))).await.done();
    assert_eq!(met(&world, JORIS, "User.Read").await, "needs-admin");
    sanne.patch(AUTHORIZATION, &assigned(&["microsoft-user-default-legacy"])).await.done();
    sanne.delete(&format!("{GRANT_POLICIES}/contacten")).await.done();
    assert_eq!(sanne.get(&format!("{GRANT_POLICIES}/contacten")).await.refusal(), MISSING);
    assert_eq!(sanne.patch(AUTHORIZATION, &assigned(&["contacten"])).await.refusal(), BAD, "it is gone");
}

#[tokio::test]
async fn grant_policies_are_listed_with_their_sets_and_built_in_ones_stay() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let found = sanne.get(GRANT_POLICIES).await.found();
    let low = found["value"].as_array().expect("policies").iter().find(|one| one["id"] == "microsoft-user-default-low");
    let low = low.expect("it is built in");
    assert_eq!(low["includes"].as_array().map(Vec::len), Some(2));
    assert_eq!(low["includes"][0]["permissionClassification"], "low");
    let id = low["includes"][0]["id"].as_str().expect("a set has an id");
    let built_in = format!("{GRANT_POLICIES}/microsoft-user-default-low");
    let one = sanne.get(&format!("{built_in}/includes/{id}")).await.found();
    assert_eq!(one["clientApplicationTenantIds"], json!(["this-tenant"]));
    assert_eq!(sanne.get(&format!("{built_in}/includes")).await.found()["value"].as_array().map(Vec::len), Some(2));
    for refused in [
        sanne.patch(&built_in, &json!({ "displayName": "Laag" })).await,
        sanne.delete(&built_in).await,
        sanne.delete(&format!("{built_in}/includes/{id}")).await,
        sanne.post(&format!("{built_in}/includes"), &json!({ "permissionType": "delegated" })).await,
        sanne.post(GRANT_POLICIES, &json!({ "id": "microsoft-mine", "displayName": "x" })).await,
        sanne.post(GRANT_POLICIES, &json!({ "id": "mine" })).await,
        sanne.post(GRANT_POLICIES, &json!({ "id": "mine", "displayName": "x", "includes": [] })).await,
    ] {
        assert_eq!(refused.refusal(), BAD);
    }
    let made = sanne.post(GRANT_POLICIES, &json!({ "id": "ours", "displayName": "Ons" })).await.made();
    assert_eq!((&made["includes"], &made["excludes"]), (&json!([]), &json!([])));
    sanne.patch(&format!("{GRANT_POLICIES}/OURS"), &json!({ "description": "Van ons" })).await.done();
    assert_eq!(sanne.get(&format!("{GRANT_POLICIES}/ours")).await.found()["description"], "Van ons");
    for bad in [
        json!({}),
        json!({ "permissionType": "delegatedUserConsentable" }),
        json!({ "permissionType": "delegated", "permissions": ["User.Read"] }),
        json!({ "permissionType": "delegated", "resourceApplication": "graph" }),
        json!({ "permissionType": "delegated", "permissionClassification": "none" }),
        json!({ "permissionType": "delegated", "nonsense": true }),
    ] {
        assert_eq!(sanne.post(&format!("{GRANT_POLICIES}/ours/includes"), &bad).await.refusal(), BAD, "{bad}");
    }
    let joris = world.as_person(JORIS).await;
    assert_eq!(joris.get(GRANT_POLICIES).await.refusal(), DENIED);
    assert_eq!(joris.post(GRANT_POLICIES, &json!({ "id": "his", "displayName": "x" })).await.refusal(), DENIED);
}

#[tokio::test]
async fn s4_68_what_people_see_of_others_is_policy() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    joris.get(&format!("/v1.0/users/{LUKAS}")).await.found();
    sanne.patch(AUTHORIZATION, &defaults("allowedToReadOtherUsers", json!(false))).await.done();
    assert_eq!(joris.get(&format!("/v1.0/users/{LUKAS}")).await.refusal(), DENIED);
    joris.get("/v1.0/me").await.found();
    // Guests see what their role lets them.
    let gijs = world.as_person(GIJS).await;
    sanne.patch(AUTHORIZATION, &defaults("allowedToReadOtherUsers", json!(true))).await.done();
    let as_guest = gijs.get(&format!("/v1.0/users/{LUKAS}?$select=id,jobTitle")).await;
    sanne.patch(AUTHORIZATION, &json!({ "guestUserRoleId": "a0b1b346-4d3e-4e8b-98f8-753987be4970" })).await.done();
    let as_member = gijs.get(&format!("/v1.0/users/{LUKAS}?$select=id,jobTitle")).await.found();
    assert_eq!(as_member["jobTitle"], "Einkauf");
    assert!(as_guest.status != 200 || as_guest.json["jobTitle"].is_null(), "{}", as_guest.json);
}

#[tokio::test]
async fn a_bad_policy_is_refused_with_its_property_and_nothing_is_written() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let before = (sanne.get(AUTHORIZATION).await.found(), sanne.get(REQUESTS).await.found());
    for (bad, told) in [
        (json!({ "nonsense": 1 }), "nonsense"),
        (json!({ "allowInvitesFrom": "nobody" }), "allowInvitesFrom"),
        (json!({ "guestUserRoleId": "62e90394-69f5-4237-9190-012177145e10" }), "guestUserRoleId"),
        (defaults("allowedToCreateApps", json!("no")), "allowedToCreateApps"),
        (defaults("permissionGrantPoliciesAssigned", json!(["theirs"])), "permissionGrantPoliciesAssigned"),
        (json!({ "id": "x" }), "id"),
    ] {
        let refused = sanne.patch(AUTHORIZATION, &bad).await;
        assert_eq!(refused.refusal(), BAD, "{bad}");
        assert!(refused.message().contains(told), "{bad}: {}", refused.message());
    }
    for bad in [
        json!({}),
        json!({ "isEnabled": true, "requestDurationInDays": 30 }),
        json!({ "isEnabled": true, "requestDurationInDays": 0, "reviewers": [{ "query": format!("/users/{JORIS_ID}") }] }),
        json!({ "isEnabled": true, "reviewers": [{ "query": "/everybody" }] }),
    ] {
        assert_eq!(sanne.write(Method::PUT, REQUESTS, &bad).await.refusal(), BAD, "{bad}");
    }
    assert_eq!((sanne.get(AUTHORIZATION).await.found(), sanne.get(REQUESTS).await.found()), before);
    assert_eq!(sanne.delete(AUTHORIZATION).await.status, 405);
    assert_eq!(sanne.patch(REQUESTS, &json!({})).await.status, 405);
    assert_eq!(sanne.get("/v1.0/policies").await.status, 400);
}

#[tokio::test]
async fn requests_for_an_administrator_are_turned_off_and_given_reviewers() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let reviewers = json!([{ "query": format!("/users/{JORIS_ID}"), "queryType": "MicrosoftGraph" }]);
    let policy = json!({
        "isEnabled": true,
        "notifyReviewers": true,
        "remindersEnabled": true,
        "requestDurationInDays": 5,
        "reviewers": reviewers,
    });
    sanne.write(Method::PUT, REQUESTS, &policy).await.done();
    let found = sanne.get(REQUESTS).await.found();
    assert_eq!((&found["version"], &found["requestDurationInDays"]), (&json!(1), &json!(5)));
    assert_eq!(
        (&found["notifyReviewers"], &found["reviewers"][0]["queryType"]),
        (&json!(true), &json!("MicrosoftGraph"))
    );
    // What was read is put back as it is.
    let mut again = found.clone();
    again.as_object_mut().expect("an object").remove("@odata.context");
    sanne.write(Method::PUT, REQUESTS, &again).await.done();
    assert_eq!(sanne.get(REQUESTS).await.found()["version"], 2);
    // Who administers apps decides who is asked.
    let anneke = world.as_person(ANNEKE).await;
    anneke.write(Method::PUT, REQUESTS, &json!({ "isEnabled": false })).await.done();
    assert_eq!(world.as_person(JORIS).await.get(REQUESTS).await.refusal(), DENIED);
}

#[tokio::test]
async fn beta_has_the_authorization_policy_in_a_collection() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let all = sanne.get("/beta/policies/authorizationPolicy").await.found();
    assert_eq!(all["value"][0]["id"], "authorizationPolicy");
    let one = sanne.get("/beta/policies/authorizationPolicy/authorizationPolicy").await.found();
    assert_eq!(one["id"], "authorizationPolicy");
    let change = json!({ "blockMsolPowerShell": true });
    sanne.patch("/beta/policies/authorizationPolicy/authorizationPolicy", &change).await.done();
    assert_eq!(sanne.get(AUTHORIZATION).await.found()["blockMsolPowerShell"], true);
    // A client without the permission is told so, whoever its user is.
    let token = world.tokens(INTRANET, SANNE, "https://graph.microsoft.com/User.Read").await;
    let refused = world.graph(token.access()).patch(AUTHORIZATION, &change).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("client_scope_missing")));
}

#[tokio::test]
async fn two_who_change_the_settings_at_once_both_get_their_way() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    for number in 0..10 {
        let policy = json!({ "id": format!("beleid-{number}"), "displayName": "Beleid" });
        let role = json!({
            "displayName": format!("Rol {number}"),
            "isEnabled": true,
            "rolePermissions": [{ "allowedResourceActions": ["microsoft.directory/groups/basic/update"] }],
        });
        let (policy, role) = tokio::join!(
            sanne.post(GRANT_POLICIES, &policy),
            sanne.post("/v1.0/roleManagement/directory/roleDefinitions", &role)
        );
        policy.made();
        role.made();
    }
    let policies = sanne.get(GRANT_POLICIES).await.names();
    assert_eq!(policies.iter().filter(|name| *name == "Beleid").count(), 10);
    let roles = sanne.get("/v1.0/roleManagement/directory/roleDefinitions").await.names();
    assert_eq!(roles.iter().filter(|name| name.starts_with("Rol ")).count(), 10);
}

#[tokio::test]
async fn an_organisation_says_where_it_is_and_whom_to_write_to() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let one = format!("/v1.0/organization/{WATERKANT}");
    let change = json!({
        "technicalNotificationMails": ["beheer@waterkant.example"], "city": "Kampen",
        "privacyProfile": { "contactEmail": "privacy@waterkant.example", "statementUrl": "https://waterkant.example/p" },
    });
    assert_eq!(joris.patch(&one, &change).await.refusal(), DENIED);
    sanne.patch(&one, &change).await.done();
    let shown = sanne.get(&one).await.found();
    assert_eq!(
        (&shown["city"], &shown["technicalNotificationMails"][0]),
        (&json!("Kampen"), &json!("beheer@waterkant.example"))
    );
    sanne.patch(&one, &json!({ "displayName": "Waterkant BV", "city": null })).await.done();
    let shown = sanne.get(&one).await.found();
    assert_eq!((&shown["displayName"], &shown["city"]), (&json!("Waterkant BV"), &Value::Null));
    assert_eq!(shown["privacyProfile"]["contactEmail"], "privacy@waterkant.example");
    for (change, told) in [
        (json!({ "technicalNotificationMails": ["beheer"] }), "technicalNotificationMails"),
        (json!({ "displayName": "" }), "displayName"),
        (json!({ "verifiedDomains": [] }), "verifiedDomains"),
        (json!({ "colour": "red" }), "colour"),
    ] {
        let refused = sanne.patch(&one, &change).await;
        assert_eq!(refused.refusal(), BAD, "{change}");
        assert!(refused.message().contains(told), "{change}: {}", refused.message());
    }
    let other = format!("/v1.0/organization/{ZONNEBEL}");
    assert_eq!(sanne.patch(&other, &change).await.refusal(), MISSING);
    let log = sanne
        .get("/v1.0/auditLogs/directoryAudits?$filter=activityDisplayName%20eq%20'Set%20Company%20Information'")
        .await;
    assert_eq!(log.found()["value"].as_array().map(Vec::len), Some(2));
}
