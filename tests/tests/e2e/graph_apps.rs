//! Applications and service principals through Graph: registered, changed, proven, owned, deleted and brought back
//! (graph-api.md §2.5, §2.6; features S4-01 to S4-10, S4-17, S4-19 to S4-24, S4-39, S4-59, S4-71).

use http::Method;
use jsonwebtoken::Algorithm;
use mandate_tests::app::{App, COMMAND_LINE, CONTACTS, EXPORT, INTRANET, ORDERS_API};
use mandate_tests::graph::Graph;
use mandate_tests::people::{ANNEKE, JORIS, JORIS_ID, KATRIN, LUKAS, LUKAS_ID, SANNE, WATERKANT, ZONNEBEL};
use mandate_tests::{Ask, LOGIN, NOON, Pairs, World, days, signer};
use serde_json::{Value, json};

const DENIED: (u16, &str) = (403, "Authorization_RequestDenied");
const BAD: (u16, &str) = (400, "Request_BadRequest");
const MISSING: (u16, &str) = (404, "Request_ResourceNotFound");
const GRAPH: &str = "https://graph.microsoft.com/.default";

/// An app that proves itself with a secret that was just made.
fn proven(app_id: &str, secret: &str) -> App {
    let (id, secret) = (app_id.to_owned().leak(), secret.to_owned().leak());
    App { id, secret: Some(secret), ..EXPORT }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}"))
}

#[tokio::test]
async fn s4_01_s4_17_s4_39_an_app_is_registered_brought_in_and_proves_itself() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let reply = graph.post("/v1.0/applications", &json!({ "displayName": "Loods" })).await;
    let location = reply.header("location").expect("a Location").to_owned();
    let app = reply.made();
    let (id, app_id) = (text(&app, "id"), text(&app, "appId"));
    assert_ne!(id, app_id);
    assert!(location.ends_with(&format!("/v1.0/applications/{id}")), "{location}");
    assert_eq!((text(&app, "signInAudience"), text(&app, "publisherDomain")), ("AzureADMyOrg", "waterkant.example"));
    // An application alone is no principal: nobody gets a token in its name.
    let made = graph.post(&format!("/v1.0/applications/{id}/addPassword"), &json!({})).await.found();
    let client = proven(app_id, text(&made, "secretText"));
    let refused = world.client(client).client_credentials(GRAPH).await;
    assert_eq!(refused.refusal().2, 7_000_229);
    let sp = graph.post("/v1.0/servicePrincipals", &json!({ "appId": app_id })).await.made();
    assert_ne!(text(&sp, "id"), id);
    assert_eq!((text(&sp, "appId"), text(&sp, "appOwnerOrganizationId")), (app_id, WATERKANT));
    world.client(client).client_credentials(GRAPH).await.granted();
    // The secret is shown once.
    let shown = graph.get(&format!("/v1.0/applications/{id}")).await.found();
    assert_eq!(shown["passwordCredentials"][0]["secretText"], Value::Null);
    assert_eq!(text(&shown["passwordCredentials"][0], "hint"), &text(&made, "secretText")[..3]);
    for activity in ["Add application", "Add service principal", "Add owner to application"] {
        assert!(!world.audited(NOON, activity).await.is_empty(), "{activity}");
    }
}

#[tokio::test]
async fn s4_02_s4_04_s4_19_s4_21_s4_22_an_application_lives_at_home_and_has_one_instance_in_each_tenant() {
    let world = World::new().await;
    let (here, home) = (world.as_person(SANNE).await, at_home(&world).await);
    let of_contacts = format!("?$filter=appId%20eq%20'{}'", CONTACTS.id);
    assert_eq!(here.get(&format!("/v1.0/applications{of_contacts}")).await.names(), [""; 0]);
    assert_eq!(home.get(&format!("/v1.0/applications{of_contacts}")).await.names(), ["Zonnebel Contacts"]);
    let sp = here.post("/v1.0/servicePrincipals", &json!({ "appId": CONTACTS.id })).await.made();
    assert_eq!(text(&sp, "appOwnerOrganizationId"), ZONNEBEL);
    let again = here.post("/v1.0/servicePrincipals", &json!({ "appId": CONTACTS.id })).await;
    assert_eq!(again.refusal(), (409, "Request_MultipleObjectsWithSameKeyValue"));
    assert_eq!(here.get(&format!("/v1.0/servicePrincipals{of_contacts}")).await.names(), ["Zonnebel Contacts"]);
    // An app of one tenant does not come to another.
    let refused = home.post("/v1.0/servicePrincipals", &json!({ "appId": INTRANET.id })).await;
    assert_eq!(refused.refusal(), BAD);
    assert!(refused.message().contains("does not reference a valid application object"), "{}", refused.message());
}

async fn at_home(world: &World) -> mandate_tests::graph::Graph<'_> {
    let client = App { tenant: ZONNEBEL, ..COMMAND_LINE };
    let tokens = world.tokens(client, KATRIN, GRAPH).await;
    world.graph(tokens.access())
}

/// S4-03, S4-05 to S4-10: what a registration holds, and that a change counts at once.
#[tokio::test]
async fn s4_03_s4_05_s4_06_s4_07_s4_08_s4_09_s4_10_a_registration_is_changed_member_by_member_and_counts_at_once() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let app = graph.get(&format!("/v1.0/applications(appId='{ORDERS_API}')")).await.found();
    let at = format!("/v1.0/applications/{}", text(&app, "id"));
    let change = json!({
        "displayName": "Orders",
        "web": { "redirectUris": ["https://orders.waterkant.example/callback"] },
        "info": { "supportUrl": "https://waterkant.example/help" },
        "requiredResourceAccess": [],
        "serviceManagementReference": "CMDB-7",
        "tags": ["intern"],
    });
    graph.patch(&at, &change).await.done();
    graph.patch(&at, &json!({ "web": { "homePageUrl": "https://orders.waterkant.example" } })).await.done();
    let now = graph.get(&at).await.found();
    assert_eq!(now["web"]["redirectUris"], json!(["https://orders.waterkant.example/callback"]));
    assert_eq!(text(&now["web"], "homePageUrl"), "https://orders.waterkant.example");
    for (name, value) in change.as_object().expect("an object").iter().filter(|(name, _)| *name != "web") {
        if name == "info" {
            assert_eq!(now["info"]["supportUrl"], value["supportUrl"]);
        } else {
            assert_eq!(now[name], *value, "{name}");
        }
    }
    // Its instance at home follows its name.
    let sp = graph.get(&format!("/v1.0/servicePrincipals(appId='{ORDERS_API}')")).await.found();
    assert_eq!(text(&sp, "displayName"), "Orders");
    // S4-03: the next token is of the other version.
    let scope = format!("api://{ORDERS_API}/.default");
    let issuer = async || {
        let token = world.client(EXPORT).client_credentials(&scope).await.granted();
        mandate_tests::tokens::claims(&world, WATERKANT, token.access()).await["ver"].clone()
    };
    assert_eq!(issuer().await, "2.0");
    graph.patch(&at, &json!({ "api": { "requestedAccessTokenVersion": null } })).await.done();
    assert_eq!(issuer().await, "1.0");
    assert_eq!(graph.get(&at).await.found()["api"]["oauth2PermissionScopes"].as_array().map(Vec::len), Some(3));
    graph.patch(&at, &json!({ "serviceManagementReference": null })).await.done();
    assert_eq!(graph.get(&at).await.found()["serviceManagementReference"], Value::Null);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_property_and_nothing_is_written() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let app = graph.get(&format!("/v1.0/applications(appId='{ORDERS_API}')")).await.found();
    let at = format!("/v1.0/applications/{}", text(&app, "id"));
    for (change, told) in [
        (json!({ "displayName": "" }), "displayName"),
        (json!({ "displayName": 7 }), "displayName"),
        (json!({ "nonsense": 1 }), "nonsense"),
        (json!({ "appId": INTRANET.id }), "appId"),
        (json!({ "owners": [] }), "owners"),
        (json!({ "signInAudience": "Everybody" }), "signInAudience"),
        (json!({ "web": { "redirectUris": ["http://thief.example"] } }), "web/redirectUris"),
        (json!({ "identifierUris": ["https://thief.example/x"] }), "verified domain"),
        (json!({ "identifierUris": ["https://archive.waterkant.example/"] }), "already exists"),
        (json!({ "appRoles": [] }), "disabled first"),
        (json!({ "passwordCredentials": [] }), "passwordCredentials"),
        (json!({ "keyCredentials": [{ "key": "x", "type": "AsymmetricX509Cert", "usage": "Verify" }] }), "key"),
    ] {
        let refused = graph.patch(&at, &change).await;
        assert_eq!(refused.refusal(), BAD, "{change}");
        assert!(refused.message().contains(told), "{change}: {}", refused.message());
    }
    assert_eq!(graph.get(&at).await.found(), app_as_before(&app, &graph.get(&at).await.found()));
    for body in ["", "[]", "{", "\"x\""] {
        let ask = mandate_tests::Ask::post(&at, Some("application/json"), body.to_owned());
        let ask = ask
            .by(http::Method::PATCH)
            .header("authorization", &format!("Bearer {}", graph.token.as_deref().unwrap_or("")));
        assert_eq!(world.send(ask).await.status, 400, "{body}");
    }
}

/// The context names how it was asked for.
fn app_as_before(before: &Value, now: &Value) -> Value {
    let mut before = before.clone();
    before["@odata.context"] = now["@odata.context"].clone();
    before
}

/// S4-59, S4-71.
#[tokio::test]
async fn people_register_apps_unless_their_organisation_says_no() {
    let world = World::new().await;
    let joris = world.as_person(JORIS).await;
    let app = joris.post("/v1.0/applications", &json!({ "displayName": "Proef" })).await.made();
    let at = format!("/v1.0/applications/{}", text(&app, "id"));
    assert_eq!(joris.get(&format!("{at}/owners")).await.names(), ["Joris Bakker"]);
    // Its owner may do everything with it, and somebody else nothing.
    joris.patch(&at, &json!({ "notes": "van mij", "appRoles": [], "web": { "redirectUris": [] } })).await.done();
    joris.post(&format!("{at}/addPassword"), &json!({})).await.found();
    joris.post("/v1.0/servicePrincipals", &json!({ "appId": text(&app, "appId") })).await.made();
    let lukas = world.as_person(LUKAS).await;
    let refused = lukas.patch(&at, &json!({ "notes": "van mij" })).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
    assert_eq!(lukas.post(&format!("{at}/addPassword"), &json!({})).await.refusal(), DENIED);
    assert_eq!(lukas.delete(&at).await.refusal(), DENIED);
    // Somebody else's app, or another organisation's, a plain member does not bring in.
    let refused = lukas.post("/v1.0/servicePrincipals", &json!({ "appId": CONTACTS.id })).await;
    assert_eq!(refused.refusal(), DENIED);
    world
        .change_settings(|settings| {
            settings.authorization_policy.default_user_role_permissions.allowed_to_create_apps = false;
        })
        .await;
    let refused = joris.post("/v1.0/applications", &json!({ "displayName": "Nog een" })).await;
    assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("user_right_missing")));
    let anneke = world.as_person(ANNEKE).await;
    anneke.post("/v1.0/applications", &json!({ "displayName": "Beheerd" })).await.made();
}

#[tokio::test]
async fn s4_71_an_application_developer_still_registers_apps() {
    let world = World::with(|tenant| {
        tenant["settings"]["authorizationPolicy"]["defaultUserRolePermissions"]["allowedToCreateApps"] = json!(false);
        let roles = tenant["roleAssignments"].as_array_mut().expect("the sample has some");
        roles.push(json!({ "principalId": LUKAS, "role": "Application Developer" }));
    })
    .await;
    let lukas = world.as_person(LUKAS).await;
    let app = lukas.post("/v1.0/applications", &json!({ "displayName": "Proef" })).await.made();
    let owners = lukas.get(&format!("/v1.0/applications/{}/owners", text(&app, "id"))).await.names();
    assert_eq!(owners, ["Lukas Schneider"]);
    let refused = world.as_person(JORIS).await.post("/v1.0/applications", &json!({ "displayName": "Proef" })).await;
    assert_eq!(refused.refusal(), DENIED);
}

#[tokio::test]
async fn an_app_that_may_write_what_it_owns_writes_nothing_else() {
    let world = World::where_export_may(&["Application.ReadWrite.OwnedBy"]).await;
    let export = world.as_app(EXPORT).await;
    let app = export.post("/v1.0/applications", &json!({ "displayName": "Eigen" })).await.made();
    let at = format!("/v1.0/applications/{}", text(&app, "id"));
    export.patch(&at, &json!({ "notes": "x" })).await.done();
    export.post(&format!("{at}/addPassword"), &json!({})).await.found();
    assert_eq!(
        export.get(&format!("{at}/owners")).await.found()["value"][0]["@odata.type"],
        "#microsoft.graph.servicePrincipal"
    );
    export.post("/v1.0/servicePrincipals", &json!({ "appId": text(&app, "appId") })).await.made();
    let intranet = format!("/v1.0/applications(appId='{}')", INTRANET.id);
    for refused in [
        export.patch(&intranet, &json!({ "notes": "x" })).await,
        export.delete(&intranet).await,
        export.get(&intranet).await,
    ] {
        assert_eq!((refused.refusal(), refused.reason()), (DENIED, Some("client_scope_missing")));
    }
    let refused = export.post("/v1.0/servicePrincipals", &json!({ "appId": CONTACTS.id })).await;
    assert_eq!(refused.refusal(), DENIED);
    assert!(refused.message().contains("must in the local tenant"), "{}", refused.message());
    export.delete(&at).await.done();
    assert_eq!(export.get(&at).await.refusal(), DENIED);
}

#[tokio::test]
async fn owners_are_added_and_removed_and_the_right_goes_with_them() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    let at =
        format!("/v1.0/applications/{}", sanne.get(&format!("/v1.0/applications(appId='{}')", INTRANET.id)).await.id());
    let owners = format!("{at}/owners");
    assert_eq!(joris.patch(&at, &json!({ "notes": "x" })).await.refusal(), DENIED);
    sanne.refer(&owners, &JORIS_ID.to_string()).await.done();
    joris.patch(&at, &json!({ "notes": "x" })).await.done();
    let again = sanne.refer(&owners, &JORIS_ID.to_string()).await;
    assert_eq!(again.refusal(), BAD);
    assert!(again.message().contains("already exist"), "{}", again.message());
    // An owner makes others owners, and nobody becomes one of nothing.
    joris.refer(&owners, &LUKAS_ID.to_string()).await.done();
    assert_eq!(sanne.get(&owners).await.names(), ["Joris Bakker", "Lukas Schneider"]);
    assert_eq!(sanne.refer(&owners, "00000000-0000-4000-8000-00000000ffff").await.refusal(), MISSING);
    let group = "bbbbbbbb-0000-4000-8000-000000000002";
    assert_eq!(sanne.refer(&owners, group).await.refusal(), BAD);
    let owned = joris.get("/v1.0/me/ownedObjects").await.names();
    assert_eq!(owned, ["Waterkant Intranet"]);
    let addresses = sanne.get(&format!("{owners}/$ref")).await.found();
    assert!(text(&addresses["value"][0], "@odata.id").ends_with(&JORIS_ID.to_string()), "{addresses}");
    sanne.delete(&format!("{owners}/{JORIS_ID}/$ref")).await.done();
    assert_eq!(sanne.delete(&format!("{owners}/{JORIS_ID}/$ref")).await.refusal(), MISSING);
    assert_eq!(joris.patch(&at, &json!({ "notes": "y" })).await.refusal(), DENIED);
}

#[tokio::test]
async fn a_deleted_app_is_gone_everywhere_at_once_and_comes_back_with_what_it_held() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let before = world.client(EXPORT).client_credentials(GRAPH).await.granted();
    let app = graph.get(&format!("/v1.0/applications(appId='{}')", EXPORT.id)).await.found();
    let sp = graph.get(&format!("/v1.0/servicePrincipals(appId='{}')", EXPORT.id)).await.found();
    graph.delete(&format!("/v1.0/applications/{}", text(&app, "id"))).await.done();
    assert_eq!(world.graph(before.access()).get("/v1.0/users").await.status, 401);
    assert_eq!(world.client(EXPORT).client_credentials(GRAPH).await.refusal().2, 700_016);
    let items = "/v1.0/directory/deletedItems";
    let deleted = graph.get(&format!("{items}/microsoft.graph.application")).await.found();
    assert_eq!(text(&deleted["value"][0], "deletedDateTime"), "2026-11-23T12:00:00Z");
    assert_eq!(
        graph.get(&format!("{items}/microsoft.graph.servicePrincipal")).await.names(),
        ["Waterkant Nightly Export"]
    );
    // Its name is free meanwhile; its id is nobody else's.
    let restored = graph.post(&format!("{items}/{}/restore", text(&app, "id")), &json!({})).await.found();
    assert_eq!(restored["@odata.type"], "#microsoft.graph.application");
    assert_eq!(world.client(EXPORT).client_credentials(GRAPH).await.refusal().2, 7_000_229);
    graph.post(&format!("{items}/{}/restore", text(&sp, "id")), &json!({})).await.found();
    let after = world.client(EXPORT).client_credentials(GRAPH).await.granted();
    world.graph(after.access()).get("/v1.0/users").await.found();
    let held = graph.get(&format!("/v1.0/servicePrincipals/{}/appRoleAssignments", text(&sp, "id"))).await.found();
    assert_eq!(held["value"].as_array().map(Vec::len), Some(2));
    assert_eq!(graph.get(&format!("{items}/microsoft.graph.application")).await.names(), [""; 0]);
}

#[tokio::test]
async fn what_was_deleted_is_purged_by_hand_or_after_thirty_days() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let items = "/v1.0/directory/deletedItems";
    let made = async |name: &str| {
        let id = graph.post("/v1.0/applications", &json!({ "displayName": name })).await.id();
        graph.delete(&format!("/v1.0/applications/{id}")).await.done();
        id
    };
    let (first, second) = (made("Eerste").await, made("Tweede").await);
    assert_eq!(world.as_person(JORIS).await.get(&format!("{items}/{first}")).await.refusal(), DENIED);
    graph.delete(&format!("{items}/{first}")).await.done();
    assert_eq!(graph.post(&format!("{items}/{first}/restore"), &json!({})).await.refusal(), MISSING);
    assert_eq!(graph.get(&format!("{items}/{second}")).await.found()["displayName"], "Tweede");
    world.later(days(30));
    let graph = world.as_person(SANNE).await;
    assert_eq!(graph.get(&format!("{items}/{second}")).await.refusal(), MISSING);
    assert_eq!(graph.get(&format!("{items}/microsoft.graph.application")).await.names(), [""; 0]);
}

#[tokio::test]
async fn an_app_is_made_or_changed_by_its_unique_name() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let at = "/v1.0/applications(uniqueName='loods')";
    assert_eq!(graph.patch(at, &json!({ "displayName": "Loods" })).await.refusal(), MISSING);
    let made = graph.upsert(at, &json!({ "displayName": "Loods" })).await.made();
    assert_eq!(text(&made, "uniqueName"), "loods");
    graph.upsert(at, &json!({ "displayName": "Loods 2" })).await.done();
    assert_eq!(graph.get(at).await.found()["displayName"], "Loods 2");
    let taken = graph.post("/v1.0/applications", &json!({ "displayName": "x", "uniqueName": "LOODS" })).await;
    assert_eq!(taken.refusal(), BAD);
    assert_eq!(graph.patch(at, &json!({ "uniqueName": "schuur" })).await.refusal(), BAD);
}

/// S4-20: no instance, or a disabled one, and no token in this tenant.
#[tokio::test]
async fn s4_20_a_service_principal_is_turned_off_and_keeps_its_own_secrets() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let sp = format!(
        "/v1.0/servicePrincipals/{}",
        graph.get(&format!("/v1.0/servicePrincipals(appId='{}')", EXPORT.id)).await.id()
    );
    let made = graph
        .post(&format!("{sp}/addPassword"), &json!({ "passwordCredential": { "displayName": "here" } }))
        .await
        .found();
    let client = proven(EXPORT.id, text(&made, "secretText"));
    world.client(client).client_credentials(GRAPH).await.granted();
    let wrong = proven(EXPORT.id, "not-this-one");
    assert_eq!(world.client(wrong).client_credentials(GRAPH).await.refusal().2, 7_000_215);
    graph.post(&format!("{sp}/removePassword"), &json!({ "keyId": text(&made, "keyId") })).await.done();
    assert_eq!(world.client(client).client_credentials(GRAPH).await.refusal().2, 7_000_215);
    graph.patch(&sp, &json!({ "accountEnabled": false, "notes": "uit" })).await.done();
    assert_eq!(world.client(EXPORT).client_credentials(GRAPH).await.refusal().2, 7_000_112);
    graph.patch(&sp, &json!({ "accountEnabled": true })).await.done();
    world.client(EXPORT).client_credentials(GRAPH).await.granted();
    for change in [
        json!({ "appRoles": [{ "value": "x" }] }),
        json!({ "servicePrincipalType": "Legacy" }),
        json!({ "appId": INTRANET.id }),
    ] {
        assert_eq!(graph.patch(&sp, &change).await.refusal(), BAD, "{change}");
    }
}

/// Another organisation's app is not for this one to change, and its secrets are not either where its owner says so.
#[tokio::test]
async fn an_owner_locks_the_instances_of_an_app_in_other_tenants() {
    let world = World::new().await;
    let (here, home) = (world.as_person(SANNE).await, at_home(&world).await);
    let sp = here.post("/v1.0/servicePrincipals", &json!({ "appId": CONTACTS.id })).await.id();
    let add = format!("/v1.0/servicePrincipals/{sp}/addPassword");
    here.post(&add, &json!({})).await.found();
    let lock = json!({ "servicePrincipalLockConfiguration": { "isEnabled": true, "allProperties": true } });
    home.patch(&format!("/v1.0/applications(appId='{}')", CONTACTS.id), &lock).await.done();
    let refused = here.post(&add, &json!({})).await;
    assert_eq!(refused.refusal(), DENIED);
    assert!(refused.message().contains("locked"), "{}", refused.message());
    // A part that is locked stays so whatever comes along with it.
    let lock = json!({ "isEnabled": true, "allProperties": false, "tokenEncryptionKeyId": true });
    let lock = json!({ "servicePrincipalLockConfiguration": lock });
    home.patch(&format!("/v1.0/applications(appId='{}')", CONTACTS.id), &lock).await.done();
    let key = json!({ "tokenEncryptionKeyId": "00000000-0000-4000-8000-000000000001", "keyCredentials": [] });
    assert_eq!(here.patch(&format!("/v1.0/servicePrincipals/{sp}"), &key).await.refusal(), DENIED);
    here.patch(&format!("/v1.0/servicePrincipals/{sp}"), &json!({ "keyCredentials": [] })).await.done();
    let of_others = here.patch(&format!("/v1.0/applications(appId='{}')", CONTACTS.id), &json!({ "notes": "x" })).await;
    assert_eq!(of_others.refusal(), MISSING);
}

#[tokio::test]
async fn foreign_issuers_are_trusted_one_by_one() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let id = graph.post("/v1.0/applications", &json!({ "displayName": "Pijplijn" })).await.id();
    let at = format!("/v1.0/applications/{id}/federatedIdentityCredentials");
    let said = json!({ "name": "ci", "issuer": "https://ci.example", "subject": "repo:x", "audiences": ["api://AzureADTokenExchange"] });
    let made = graph.post(&at, &said).await.made();
    assert_eq!(graph.get(&format!("{at}/ci")).await.found()["id"], made["id"]);
    assert_eq!(graph.get(&format!("{at}(name='CI')")).await.found()["subject"], "repo:x");
    for (change, told) in [
        (json!({ "name": "ci" }), "required"),
        (said.clone(), "already exists"),
        (json!({ "name": "b", "issuer": "http://ci.example", "subject": "y", "audiences": ["a"] }), "https"),
        (
            json!({ "name": "b", "issuer": "https://ci.example", "subject": "y", "audiences": ["a", "b"] }),
            "one audience",
        ),
        (json!({ "name": "b c", "issuer": "https://ci.example", "subject": "y", "audiences": ["a"] }), "letters"),
    ] {
        let refused = graph.post(&at, &change).await;
        assert_eq!(refused.refusal(), BAD, "{change}");
        assert!(refused.message().contains(told), "{change}: {}", refused.message());
    }
    graph.patch(&format!("{at}/ci"), &json!({ "subject": "repo:y" })).await.done();
    assert_eq!(graph.patch(&format!("{at}/ci"), &json!({ "name": "other" })).await.refusal(), BAD);
    let named =
        json!({ "issuer": "https://ci.example", "subject": "repo:z", "audiences": ["api://AzureADTokenExchange"] });
    graph.upsert(&format!("{at}(name='tak')"), &named).await.made();
    assert_eq!(graph.get(&at).await.found()["value"].as_array().map(Vec::len), Some(2));
    graph.delete(&format!("{at}/{}", text(&made, "id"))).await.done();
    assert_eq!(graph.get(&format!("{at}/ci")).await.refusal(), MISSING);
}

#[tokio::test]
async fn s4_07_a_key_is_added_and_removed_by_who_holds_another_of_the_object() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let app = graph.post("/v1.0/applications", &json!({ "displayName": "Getekend" })).await.made();
    let at = format!("/v1.0/applications/{}", text(&app, "id"));
    graph.patch(&at, &json!({ "keyCredentials": [signer::one().key_credential()] })).await.done();
    let proof = |signer: &signer::Signer, change: Value| {
        let mut claims = json!({
            "aud": "00000002-0000-0000-c000-000000000000",
            "iss": app["id"],
            "nbf": NOON.secs(),
            "exp": (NOON + mandate_tests::minutes(10)).secs(),
        });
        claims.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        signer.sign(Algorithm::RS256, &claims, |header| header.x5t = Some(signer.certificate.sha1.clone()))
    };
    let add = async |proof: String| {
        let body =
            json!({ "keyCredential": signer::another().key_credential(), "passwordCredential": null, "proof": proof });
        graph.post(&format!("{at}/addKey"), &body).await
    };
    for bad in [
        "x".to_owned(),
        proof(signer::another(), json!({})),
        proof(signer::one(), json!({ "aud": "https://graph.microsoft.com" })),
        proof(signer::one(), json!({ "iss": app["appId"] })),
        proof(signer::one(), json!({ "exp": NOON.secs() - 3600, "nbf": NOON.secs() - 4200 })),
        proof(signer::one(), json!({ "exp": (NOON + mandate_tests::hours(2)).secs() })),
    ] {
        assert_eq!(add(bad.clone()).await.refusal(), (401, "Authentication_MissingOrMalformed"), "{bad}");
    }
    let keys = async || graph.get(&at).await.found()["keyCredentials"].as_array().map_or(0, Vec::len);
    assert_eq!(keys().await, 1);
    let added = add(proof(signer::one(), json!({}))).await.found();
    assert_eq!(keys().await, 2);
    // Now it proves as well, and takes itself away.
    let body = json!({ "keyId": added["keyId"], "proof": proof(signer::another(), json!({})) });
    graph.post(&format!("{at}/removeKey"), &body).await.done();
    assert_eq!(keys().await, 1);
    assert_eq!(graph.post(&format!("{at}/removeKey"), &body).await.refusal().0, 401, "it is gone, and proves nothing");
}

/// As Terraform does it: the whole list, those that are there without their keys.
#[tokio::test]
async fn a_service_principal_has_certificates_of_its_own_in_a_list() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let app = graph.post("/v1.0/applications", &json!({ "displayName": "Getekend" })).await.made();
    let sp = graph.post("/v1.0/servicePrincipals", &json!({ "appId": app["appId"] })).await.id();
    let at = format!("/v1.0/servicePrincipals/{sp}");
    graph.patch(&at, &json!({ "id": sp, "keyCredentials": [signer::one().key_credential()] })).await.done();
    let held = graph.get(&at).await.found()["keyCredentials"].clone();
    let both = json!([held[0], signer::another().key_credential()]);
    graph.patch(&at, &json!({ "keyCredentials": both })).await.done();
    let now = graph.get(&at).await.found()["keyCredentials"].clone();
    assert_eq!((now.as_array().map(Vec::len), &now[0]["keyId"]), (Some(2), &held[0]["keyId"]));
    // Each of them proves the app here.
    let claims = json!({
        "iss": app["appId"], "sub": app["appId"], "jti": "a-first", "nbf": NOON.secs(),
        "aud": format!("{LOGIN}/{WATERKANT}/oauth2/v2.0/token"), "exp": (NOON + mandate_tests::minutes(10)).secs(),
    });
    let another = signer::another();
    let named = |header: &mut jsonwebtoken::Header| header.x5t_s256 = Some(another.certificate.sha256.clone());
    let assertion = another.sign(Algorithm::PS256, &claims, named);
    let request = Pairs::of(&[
        ("client_id", text(&app, "appId")),
        ("grant_type", "client_credentials"),
        ("scope", GRAPH),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
    ]);
    world.client(EXPORT).send(&request).await.granted();
    graph.patch(&at, &json!({ "keyCredentials": [] })).await.done();
    assert_eq!(graph.get(&at).await.found()["keyCredentials"], json!([]));
    let refused = graph.patch(&at, &json!({ "keyCredentials": [{ "key": "x", "type": "AsymmetricX509Cert" }] })).await;
    assert_eq!(refused.refusal(), BAD);
}

/// Terraform sends the id back that it read.
#[tokio::test]
async fn an_id_in_a_change_is_the_objects_own() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let app = graph.post("/v1.0/applications", &json!({ "displayName": "Kraan" })).await.made();
    let at = format!("/v1.0/applications/{}", text(&app, "id"));
    graph.patch(&at, &json!({ "id": app["id"], "notes": "een" })).await.done();
    graph
        .patch(&format!("/v1.0/applications(appId='{}')", text(&app, "appId")), &json!({ "id": app["id"] }))
        .await
        .done();
    let other = json!({ "id": "00000000-0000-4000-8000-000000000001", "notes": "twee" });
    assert_eq!(graph.patch(&at, &other).await.refusal(), BAD);
    assert_eq!(graph.get(&at).await.found()["notes"], "een");
    let joris = format!("/v1.0/users/{JORIS_ID}");
    graph
        .patch("/v1.0/users/joris.bakker@waterkant.example", &json!({ "id": JORIS_ID.to_string(), "city": "Breda" }))
        .await
        .done();
    assert_eq!(graph.patch(&joris, &json!({ "id": app["id"] })).await.refusal(), BAD);
}

/// Terraform deletes what it only used, and counts on being refused.
#[tokio::test]
async fn nobody_takes_away_what_every_tenant_stands_on() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    let of = |app: &str| format!("/v1.0/servicePrincipals(appId='{app}')");
    let built_in = of("00000003-0000-0000-c000-000000000000");
    for app in ["00000003-0000-0000-c000-000000000000", COMMAND_LINE.id] {
        assert_eq!(graph.delete(&of(app)).await.refusal(), BAD, "{app}");
    }
    for change in [json!({ "accountEnabled": false }), json!({ "appRoleAssignmentRequired": true })] {
        assert_eq!(graph.patch(&built_in, &change).await.refusal(), BAD, "{change}");
    }
    graph.patch(&built_in, &json!({ "notes": "van ons allen" })).await.done();
    graph.get("/v1.0/me").await.found();
    // Who wants no command line turns it off.
    graph.patch(&of(COMMAND_LINE.id), &json!({ "accountEnabled": false })).await.done();
}

/// One pixel.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89";

#[tokio::test]
async fn s4_05_an_app_is_shown_with_its_logo() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let id = sanne.get(&format!("/v1.0/applications(appId='{}')", INTRANET.id)).await.id();
    let at = format!("/v1.0/applications/{id}/logo");
    let put = async |graph: &Graph<'_>, image: &[u8]| {
        let ask = Ask::post(&at, Some("image/png"), image).by(Method::PUT);
        world.send(ask.header("authorization", &format!("Bearer {}", graph.token.as_deref().unwrap_or("")))).await
    };
    let shown = async || {
        let ask = Ask::get(&at).header("authorization", &format!("Bearer {}", sanne.token.as_deref().unwrap_or("")));
        world.send(ask).await
    };
    assert_eq!(shown().await.status, 404);
    // What is no picture, too large a one, and somebody who may not.
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    assert_eq!(put(&sanne, svg).await.status, 400);
    assert_eq!(put(&sanne, &[PNG, &[0; 102_400]].concat()).await.status, 400);
    assert_eq!(put(&world.as_person(JORIS).await, PNG).await.status, 403);
    assert_eq!(shown().await.status, 404);
    assert_eq!(put(&sanne, PNG).await.status, 204);
    let found = shown().await;
    assert_eq!((found.status, found.header("content-type"), &found.body[..]), (200, Some("image/png"), PNG));
    // Everybody sees it, at an address that the registration names and no writer of the others takes away.
    let info = sanne.get(&format!("/v1.0/applications/{id}?$select=info")).await.found()["info"].clone();
    let address = info["logoUrl"].as_str().expect("an address").to_owned();
    sanne.patch(&format!("/v1.0/applications/{id}"), &json!({ "info": { "supportUrl": null } })).await.done();
    let info = sanne.get(&format!("/v1.0/applications/{id}?$select=info")).await.found()["info"].clone();
    assert_eq!(info["logoUrl"], address.as_str());
    let path = address.strip_prefix(mandate_tests::LOGIN).expect("it is ours");
    let picture = world.send(Ask::get(path)).await;
    assert_eq!((picture.status, &picture.body[..]), (200, PNG));
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    let mut joris = world.browser();
    joris.authorize(INTRANET.tenant, &INTRANET.ask("User.Read")).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("consent");
    assert!(page.html.contains(&format!("<img class=\"app-logo\" src=\"{path}\"")), "it stands on the page");
    // It goes with the app, and comes back with it.
    sanne.delete(&format!("/v1.0/applications/{id}")).await.done();
    assert_eq!(world.send(Ask::get(path)).await.status, 404);
    sanne.by(Method::POST, &format!("/v1.0/directory/deletedItems/{id}/restore")).await.found();
    assert_eq!(world.send(Ask::get(path)).await.status, 200);
    assert_eq!(world.send(Ask::get("/assets/logos/nothing")).await.status, 404);
}
