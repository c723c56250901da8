//! The logs through Graph: who changed what, who signed in where, and how an app came here (graph-api.md §2.13).

use mandate_tests::World;
use mandate_tests::app::{COMMAND_LINE, CONTACTS, EXPORT};
use mandate_tests::graph::Graph;
use mandate_tests::people::{JORIS, JORIS_ID, LUKAS, LUKAS_ID, SANNE, SANNE_ID, WATERKANT, WATERKANT_ID};
use serde_json::{Value, json};

const AUDITS: &str = "/v1.0/auditLogs/directoryAudits";
const SIGN_INS: &str = "/v1.0/auditLogs/signIns";
const BAD: (u16, &str) = (400, "Request_BadRequest");

async fn list(graph: &Graph<'_>, path: &str, query: &str) -> Vec<Value> {
    let found = graph.get(&format!("{path}?{}", query.replace(' ', "%20"))).await.found();
    found["value"].as_array().expect("a collection").clone()
}

fn modified<'a>(entry: &'a Value, name: &str) -> Option<&'a str> {
    let all = entry["targetResources"][0]["modifiedProperties"].as_array()?;
    all.iter().find(|one| one["displayName"] == name)?["newValue"].as_str()
}

/// Features S4-69 and S4-66: who added the app, on which road, when, and by which consent; and what was shared with it
/// since.
#[tokio::test]
async fn s4_69_how_an_app_was_added_is_read_from_the_audit() {
    let world = World::new().await;
    let tokens = world.tokens(CONTACTS, JORIS, "openid User.Read").await;
    assert!(tokens.access().len() > 20);
    let sanne = world.as_person(SANNE).await;
    let here = world.instance(WATERKANT_ID, CONTACTS.app_id()).await.expect("the first who consents makes it").id;
    let about = |activity: &str| {
        format!("$filter=activityDisplayName eq '{activity}' and targetResources/any(t: t/id eq '{here}')")
    };
    let added = list(&sanne, AUDITS, &about("Add service principal")).await;
    let [added] = &added[..] else { panic!("one entry: {added:?}") };
    assert_eq!(added["initiatedBy"]["user"]["id"], JORIS_ID.to_string());
    assert_eq!(added["initiatedBy"]["user"]["userPrincipalName"], JORIS);
    assert_eq!((&added["category"], &added["operationType"]), (&json!("ApplicationManagement"), &json!("Add")));
    assert_eq!(added["targetResources"][0]["type"], "ServicePrincipal");
    assert!(added["activityDateTime"].as_str().is_some_and(|at| at.ends_with('Z')));
    // Everything of that one request: the grant, and the consent that sums it up.
    let correlation = added["correlationId"].as_str().expect("an id");
    let together = list(&sanne, AUDITS, &format!("$filter=correlationId eq '{correlation}'")).await;
    let names: Vec<&str> = together.iter().filter_map(|one| one["activityDisplayName"].as_str()).collect();
    assert_eq!(names, ["Consent to application", "Add delegated permission grant", "Add service principal"]);
    let consent = &together[0];
    assert_eq!(modified(consent, "ConsentContext.IsAdminConsent"), Some("false"));
    assert_eq!(modified(consent, "ConsentContext.Path"), Some("consentPage"));
    let grants = list(&sanne, "/v1.0/oauth2PermissionGrants", &format!("$filter=clientId eq '{here}'")).await;
    let grant = grants[0]["id"].as_str().expect("an id");
    assert_eq!(modified(&together[1], "DelegatedPermissionGrant.Id"), Some(grant));
    let permissions = modified(consent, "ConsentAction.Permissions").expect("what was allowed");
    assert!(permissions.contains(grant) && permissions.contains("User.Read"), "{permissions}");
    assert!(permissions.contains(&JORIS_ID.to_string()), "for whom: {permissions}");
}

#[tokio::test]
async fn s4_66_what_was_shared_with_an_app_stays_on_record_when_it_is_taken_back() {
    let world = World::new().await;
    world.tokens(CONTACTS, JORIS, "openid User.Read").await;
    let sanne = world.as_person(SANNE).await;
    let here = world.instance(WATERKANT_ID, CONTACTS.app_id()).await.expect("it is here").id;
    let grants = list(&sanne, "/v1.0/oauth2PermissionGrants", &format!("$filter=clientId eq '{here}'")).await;
    let grant = grants[0]["id"].as_str().expect("an id");
    sanne.delete(&format!("/v1.0/oauth2PermissionGrants/{grant}")).await.done();
    let ledger = list(&sanne, AUDITS, &format!("$filter=targetResources/any(t:t/id eq '{here}')")).await;
    let told: Vec<(&str, &str)> = ledger
        .iter()
        .map(|one| {
            let who = one["initiatedBy"]["user"]["userPrincipalName"].as_str().unwrap_or("");
            (one["activityDisplayName"].as_str().unwrap_or(""), who)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Remove delegated permission grant", SANNE),
            ("Consent to application", JORIS),
            ("Add delegated permission grant", JORIS),
            ("Add service principal", JORIS),
        ]
    );
}

#[tokio::test]
async fn audits_are_filtered_sorted_and_paged() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    for title in ["Sluiswachter", "Dijkgraaf", "Molenaar"] {
        sanne.patch(&format!("/v1.0/users/{LUKAS_ID}"), &json!({ "jobTitle": title })).await.done();
    }
    let by_sanne = format!("$filter=initiatedBy/user/id eq '{SANNE_ID}' and activityDisplayName eq 'Update user'");
    let values = |entries: &[Value]| {
        entries.iter().map(|one| modified(one, "jobTitle").unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    let newest = list(&sanne, AUDITS, &by_sanne).await;
    assert_eq!(values(&newest), [r#""Molenaar""#, r#""Dijkgraaf""#, r#""Sluiswachter""#]);
    let oldest = list(&sanne, AUDITS, &format!("{by_sanne}&$orderby=activityDateTime asc")).await;
    assert_eq!(values(&oldest), [r#""Sluiswachter""#, r#""Dijkgraaf""#, r#""Molenaar""#]);
    let mut next = Some(format!("{AUDITS}?{}&$top=2", by_sanne.replace(' ', "%20")));
    let mut seen = Vec::new();
    while let Some(address) = next {
        let page = sanne.get(address.trim_start_matches("https://graph.microsoft.com")).await.found();
        next = page["@odata.nextLink"].as_str().map(|link| link[link.find("/v1.0").expect("ours")..].to_owned());
        seen.extend(values(page["value"].as_array().expect("a page")));
    }
    assert_eq!(seen, values(&newest));
    // One of them, by its id.
    let id = newest[0]["id"].as_str().expect("an id");
    assert_eq!(sanne.get(&format!("{AUDITS}/{id}")).await.found()["correlationId"], newest[0]["correlationId"]);
    let other = format!("{AUDITS}/{LUKAS_ID}");
    assert_eq!(sanne.get(&other).await.refusal(), (404, "Request_ResourceNotFound"));
    for refused in
        ["$filter=resultReason eq 'x'", "$orderby=category", "$search=%22category:User%22", "$filter=category"]
    {
        let reply = sanne.get(&format!("{AUDITS}?{}", refused.replace(' ', "%20"))).await;
        assert_eq!(reply.status, 400, "{refused}");
    }
    assert_eq!(sanne.get(&format!("{AUDITS}?$filter=activityDateTime%20eq%20'soon'")).await.refusal(), BAD);
}

#[tokio::test]
async fn what_an_app_did_is_told_by_its_name() {
    let world = World::where_export_may(&["User.ReadWrite.All", "AuditLog.Read.All"]).await;
    let export = world.as_app(EXPORT).await;
    export.patch(&format!("/v1.0/users/{LUKAS_ID}"), &json!({ "jobTitle": "Sluiswachter" })).await.done();
    let found = list(&export, AUDITS, &format!("$filter=initiatedBy/app/appId eq '{}'", EXPORT.id)).await;
    let app = &found[0]["initiatedBy"]["app"];
    assert_eq!((&app["appId"], &app["servicePrincipalId"]), (&json!(EXPORT.id), &json!(sp_of_export(&world).await)));
    assert!(app["displayName"].as_str().is_some_and(|name| !name.is_empty()));
    assert_eq!(found[0]["initiatedBy"]["user"], Value::Null);
}

async fn sp_of_export(world: &World) -> String {
    world.instance(WATERKANT_ID, EXPORT.app_id()).await.expect("it is here").id.to_string()
}

#[tokio::test]
async fn sign_ins_are_those_of_people_at_a_page_unless_others_are_asked_for() {
    let world = World::new().await;
    let mut lukas = world.browser();
    lukas.authorize(WATERKANT, &COMMAND_LINE.ask("openid")).await.page("signin");
    lukas.sign_in_with(LUKAS, "not-his-password").await.page("signin");
    lukas.sign_in(LUKAS).await.answer().code();
    world.as_app(EXPORT).await;
    let sanne = world.as_person(SANNE).await;
    let his = list(&sanne, SIGN_INS, &format!("$filter=userPrincipalName eq '{LUKAS}'")).await;
    let codes: Vec<i64> = his.iter().filter_map(|one| one["status"]["errorCode"].as_i64()).collect();
    assert!(codes.contains(&0) && codes.contains(&50_126), "{codes:?}");
    assert!(his.iter().all(|one| one["isInteractive"] == true && one["appId"] == COMMAND_LINE.id));
    let failed = his.iter().find(|one| one["status"]["errorCode"] == 50_126).expect("it is there");
    assert!(failed["status"]["failureReason"].as_str().is_some_and(|why| !why.contains("not-his-password")));
    let named = list(&sanne, SIGN_INS, &format!("$filter=userId eq '{LUKAS_ID}'")).await;
    assert_eq!(named[0]["userDisplayName"], "Lukas Schneider");
    assert!(named[0]["appDisplayName"].as_str().is_some_and(|name| !name.is_empty()));
    let apps = list(&sanne, SIGN_INS, "$filter=signInEventTypes/any(t: t eq 'servicePrincipal')").await;
    assert!(!apps.is_empty() && apps.iter().all(|one| one["isInteractive"] == false));
    assert!(apps.iter().any(|one| one["appId"] == EXPORT.id && one["userPrincipalName"] == Value::Null));
    let id = named[0]["id"].as_str().expect("an id");
    assert_eq!(sanne.get(&format!("{SIGN_INS}/{id}")).await.found()["id"], id);
    assert_eq!(list(&sanne, SIGN_INS, "$filter=createdDateTime ge 2099-01-01T00:00:00Z").await, [] as [Value; 0]);
}

#[tokio::test]
async fn logs_open_to_who_may_report_and_to_nobody_else() {
    let world = World::new().await;
    let joris = world.as_person(JORIS).await;
    for path in [AUDITS, SIGN_INS] {
        assert_eq!(joris.get(path).await.refusal(), (403, "Authorization_RequestDenied"));
        assert_eq!(joris.get(path).await.reason(), Some("user_right_missing"));
        assert_eq!(world.as_app(EXPORT).await.get(path).await.status, 403);
    }
}
