//! Collections of the directory asked for by properties: `$filter`, `$search`, `$orderby`, `$count`, and pages of them
//! (graph-api.md §3.3 to §3.5).

use mandate_tests::World;
use mandate_tests::app::{CONTACTS, EXPORT, INTRANET, ORDERS_API};
use mandate_tests::graph::{Graph, GraphReply};
use mandate_tests::people::{JORIS, JORIS_ID, LUKAS_ID, SANNE, SANNE_ID, WATERKANT};
use serde_json::{Value, json};

const READ: &str = "Application.Read.All Directory.Read.All";

/// An administrator, through an app that may read the directory.
async fn reading(world: &World) -> Graph<'_> {
    world.allow_for_everybody(INTRANET, SANNE, READ).await;
    let tokens = world.tokens(INTRANET, SANNE, "Directory.Read.All").await;
    world.graph(tokens.access())
}

fn query(pairs: &[(&str, &str)]) -> String {
    let encoded = pairs.iter().map(|(name, value)| format!("{name}={}", mandate_web::percent::encode(value)));
    encoded.collect::<Vec<_>>().join("&")
}

async fn filtered(graph: &Graph<'_>, set: &str, filter: &str) -> Vec<String> {
    let found = graph.eventually(&format!("/v1.0/{set}?{}", query(&[("$filter", filter), ("$count", "true")]))).await;
    let found = found.found();
    let names = names(&found);
    assert_eq!(found["@odata.count"], names.len(), "{filter}");
    names
}

fn names(found: &Value) -> Vec<String> {
    let mut names: Vec<String> = found["value"]
        .as_array()
        .unwrap_or_else(|| panic!("no collection: {found}"))
        .iter()
        .map(|object| object["displayName"].as_str().expect("all of them have one").to_owned())
        .collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn users_are_found_by_what_clients_filter_by() {
    let world = World::new().await;
    let graph = reading(&world).await;
    let id = format!("id eq '{JORIS_ID}'");
    let cases: &[(&str, &[&str])] = &[
        ("userPrincipalName eq 'JORIS.bakker@waterkant.example'", &["Joris Bakker"]),
        (&id, &["Joris Bakker"]),
        ("displayName eq 'Jürgen Müller'", &["Jürgen Müller"]),
        ("startsWith(displayName,'j')", &["Joris Bakker", "Jürgen Müller"]),
        ("startswith(displayName,'j') and not(startswith(surname,'b'))", &["Jürgen Müller"]),
        (
            "mail eq 'joris.bakker@waterkant.example' or mail eq 'emma.smit@waterkant.example'",
            &["Emma Smit", "Joris Bakker"],
        ),
        ("givenName in ('Joris', 'Emma', 'Nobody')", &["Emma Smit", "Joris Bakker"]),
        ("endsWith(userPrincipalName,'#EXT#@waterkant.example')", &["Gijs de Gast"]),
        ("userType eq 'guest'", &["Gijs de Gast"]),
        ("userType ne 'Member'", &["Gijs de Gast"]),
        ("displayName eq 'Katrin Weber'", &[]),
        ("displayName ge 'p'", &["Pieter van Dijk", "Sanne de Vries"]),
        ("displayName eq 'O''Brien'", &[]),
    ];
    for (filter, expected) in cases {
        assert_eq!(filtered(&graph, "users", filter).await, *expected, "{filter}");
    }
    // Everybody has a mail address or has none.
    let with = filtered(&graph, "users", "mail ne null").await.len();
    let without = filtered(&graph, "users", "mail eq null").await.len();
    let all = filtered(&graph, "users", "accountEnabled eq true or accountEnabled eq false").await.len();
    assert_eq!(with + without, all);
}

#[tokio::test]
async fn apps_and_their_instances_are_found_as_azure_cli_looks_for_them() {
    let world = World::new().await;
    let graph = reading(&world).await;
    let (app, contacts) = (ORDERS_API, CONTACTS.id);
    let by_app = format!("appId eq '{app}'");
    assert_eq!(filtered(&graph, "applications", &by_app).await, ["Waterkant Orders API"]);
    let by_uri = "identifierUris/any(s:s eq 'api://waterkant-orders')";
    assert_eq!(filtered(&graph, "applications", by_uri).await, ["Waterkant Orders API"]);
    let begins = "startswith(displayName,'Waterkant P')";
    assert_eq!(filtered(&graph, "applications", begins).await, ["Waterkant Payroll", "Waterkant Planner"]);
    // Another organisation's app is registered there, and here as an instance only.
    assert!(filtered(&graph, "applications", &format!("appId eq '{contacts}'")).await.is_empty());
    let named = format!("servicePrincipalNames/any(c:c eq '{app}')");
    assert_eq!(filtered(&graph, "servicePrincipals", &named).await, ["Waterkant Orders API"]);
    let named = "servicePrincipalNames/any(c:c eq 'api://waterkant-orders')";
    assert_eq!(filtered(&graph, "servicePrincipals", named).await, ["Waterkant Orders API"]);

    let found = graph.get(&format!("/v1.0/servicePrincipals(appId='{app}')")).await.found();
    assert_eq!(found["appOwnerOrganizationId"], WATERKANT);
    assert_eq!(found["appRoles"][0]["value"], "Orders.Read.All");
    let id = found["id"].as_str().expect("it has one").to_owned();
    let again = graph.get(&format!("/v1.0/servicePrincipals/{id}")).await.found();
    assert_eq!(again["displayName"], "Waterkant Orders API");
    let found =
        graph.get(&format!("/v1.0/applications(appId='{app}')?$select=appId,passwordCredentials")).await.found();
    assert_eq!(found["passwordCredentials"][0]["secretText"], Value::Null);
    assert_eq!(found["passwordCredentials"][0]["hint"], "ord");
    let stranger = graph.get(&format!("/v1.0/applications(appId='{contacts}')")).await;
    assert_eq!(stranger.refusal(), (404, "Request_ResourceNotFound"));
}

#[tokio::test]
async fn the_built_in_api_is_an_instance_with_its_real_permissions() {
    let world = World::new().await;
    let graph = reading(&world).await;
    let path = "/v1.0/servicePrincipals?$filter=appId%20eq%20'00000003-0000-0000-c000-000000000000'";
    let found = graph.get(path).await.found();
    let sp = &found["value"][0];
    let scopes = sp["oauth2PermissionScopes"].as_array().expect("it publishes scopes");
    let mail = scopes.iter().find(|scope| scope["value"] == "User.Read").expect("everybody's scope");
    assert_eq!((&mail["id"], &mail["type"]), (&json!("e1fe6dd8-ba31-4d61-89e7-88639da4683d"), &json!("User")));
    let roles = sp["appRoles"].as_array().expect("it publishes roles");
    assert!(roles.iter().any(|role| role["value"] == "User.Read.All"));
    // Each says what it gives, in words of ours.
    let says = |one: &Value, name: &str| one[name].as_str().is_some_and(|text| !text.is_empty());
    assert!(scopes.iter().all(|scope| says(scope, "adminConsentDisplayName") && says(scope, "userConsentDescription")));
    assert!(roles.iter().all(|role| says(role, "description") && role["displayName"] != role["value"]));
}

#[tokio::test]
async fn a_search_is_of_the_beginnings_of_words() {
    let world = World::new().await;
    let graph = reading(&world).await;
    let search = async |text: &str| graph.eventually(&format!("/v1.0/users?{}", query(&[("$search", text)]))).await;
    for (text, expected) in [
        ("\"displayName:mül\"", &["Jürgen Müller"][..]),
        ("\"displayName:de\"", &["Gijs de Gast", "Sanne de Vries"]),
        ("\"displayName:vri sa\"", &["Sanne de Vries"]),
        ("\"displayName:ries\"", &[]),
        ("\"displayName:smit\" OR \"mail:joris\"", &["Emma Smit", "Joris Bakker"]),
    ] {
        assert_eq!(names(&search(text).await.found()), expected, "{text}");
    }
    let refused = graph.get(&format!("/v1.0/users?{}", query(&[("$search", "\"displayName:a\"")]))).await;
    assert_eq!(refused.refusal(), (400, "Request_UnsupportedQuery"));
    assert!(
        refused.json["error"]["message"].as_str().is_some_and(|text| text.contains("'ConsistencyLevel: eventual'"))
    );
}

async fn page(graph: &Graph<'_>, link: &str) -> (Vec<String>, Option<String>) {
    let found = graph.eventually(link).await.found();
    let value = found["value"].as_array().expect("a collection");
    let names = value.iter().map(|user| user["displayName"].as_str().unwrap_or("").to_owned()).collect();
    let next = found["@odata.nextLink"].as_str().map(|link| {
        let at = link.find("/v1.0").expect("a link of ours");
        link[at..].to_owned()
    });
    (names, next)
}

#[tokio::test]
async fn pages_of_a_sorted_and_filtered_list_repeat_and_lose_nobody() {
    let world = World::new().await;
    let graph = reading(&world).await;
    for (order, backwards) in [("displayName", false), ("displayName desc", true)] {
        let options = [("$filter", "userType eq 'Member'"), ("$orderby", order), ("$count", "true"), ("$top", "3")];
        let mut link = Some(format!("/v1.0/users?{}", query(&options)));
        let (mut seen, mut pages) = (Vec::new(), 0);
        while let Some(at) = link {
            let (names, next) = page(&graph, &at).await;
            assert!(names.len() == 3 || next.is_none());
            seen.extend(names);
            (link, pages) = (next, pages + 1);
        }
        let mut sorted = seen.clone();
        sorted.sort_by_key(|name| name.to_lowercase());
        if backwards {
            sorted.reverse();
        }
        assert_eq!(seen, sorted);
        sorted.dedup();
        assert_eq!((seen.len(), pages), (sorted.len(), seen.len().div_ceil(3)));
    }
    // A link belongs to its question and to its tenant.
    let (_, next) = page(&graph, "/v1.0/users?$top=2").await;
    let token = next.expect("more than two").split_once("$skiptoken=").expect("a token").1.to_owned();
    let other = graph.get(&format!("/v1.0/users?$top=3&$skiptoken={token}")).await;
    assert_eq!(other.refusal(), (400, "Directory_ExpiredPageToken"));
}

#[tokio::test]
async fn objects_are_counted() {
    let world = World::new().await;
    let graph = reading(&world).await;
    let counted = |reply: GraphReply| reply.found().as_i64().expect("a number");
    let all = counted(graph.eventually("/v1.0/users/$count").await);
    let guests = counted(graph.eventually("/v1.0/users/$count?$filter=userType%20eq%20'Guest'").await);
    assert_eq!((all > 10, guests), (true, 1));
    assert_eq!(counted(graph.eventually("/v1.0/groups/$count").await), 4);
    let reply = graph.eventually("/v1.0/users/$count").await;
    assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("text/plain")));
    assert_eq!(graph.get("/v1.0/users/$count").await.refusal(), (400, "Request_BadRequest"));
    // Without the header `$count` is passed over.
    assert_eq!(graph.get("/v1.0/users?$count=true").await.found().get("@odata.count"), None);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_and_never_ignored() {
    let world = World::new().await;
    let graph = reading(&world).await;
    let unsupported = (400, "Request_UnsupportedQuery");
    let cases = [
        ("users", "department ne 'x'", unsupported),
        ("users", "endsWith(mail,'x')", unsupported),
        ("users", "contains(displayName,'x')", unsupported),
        ("users", "passwordProfile/password eq 'x'", unsupported),
        ("users", "shoeSize eq 42", unsupported),
        ("users", "displayName eq", (400, "BadRequest")),
        ("users", "accountEnabled eq 'yes'", (400, "Request_BadRequest")),
        ("organization", "displayName eq 'x'", unsupported),
    ];
    for (set, filter, expected) in cases {
        let reply = graph.get(&format!("/v1.0/{set}?{}", query(&[("$filter", filter)]))).await;
        assert_eq!(reply.refusal(), expected, "{filter}");
    }
    for path in [
        "/v1.0/me/memberOf?$filter=displayName%20eq%20'IT'",
        "/v1.0/me?$filter=id%20eq%20'x'",
        "/v1.0/users?$orderby=city",
        "/v1.0/users/$count?$top=5",
    ] {
        assert_eq!(graph.eventually(path).await.status, 400, "{path}");
    }
    let bomb = format!("/v1.0/users?{}", query(&[("$filter", &"(".repeat(900))]));
    assert_eq!(graph.get(&bomb).await.refusal(), (400, "BadRequest"));
}

#[tokio::test]
async fn nobody_finds_what_is_another_organisations() {
    let world = World::new().await;
    let here = reading(&world).await;
    for filter in ["displayName eq 'Katrin Weber'", "startsWith(userPrincipalName,'katrin')"] {
        assert!(filtered(&here, "users", filter).await.is_empty(), "{filter}");
    }
    let uri = format!("id eq '{SANNE_ID}'");
    assert_eq!(filtered(&here, "users", &uri).await, ["Sanne de Vries"]);
}

#[tokio::test]
async fn a_list_of_apps_takes_its_permission_and_a_right() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "User.Read").await;
    for set in ["applications", "servicePrincipals", "groups", "applications/$count"] {
        let refused = world.graph(tokens.access()).eventually(&format!("/v1.0/{set}")).await;
        assert_eq!(refused.refusal(), (403, "Authorization_RequestDenied"), "{set}");
    }
    let app = world.client(EXPORT).client_credentials("https://graph.microsoft.com/.default").await.granted();
    let refused = world.graph(app.access()).get("/v1.0/applications").await;
    assert_eq!((refused.status, refused.reason()), (403, Some("client_scope_missing")));
}

/// As people write it, with blanks and quotes.
fn in_a_url(text: &str) -> String {
    text.replace(' ', "%20").replace('"', "%22")
}

macro_rules! url {
    ($($said:tt)*) => { in_a_url(&format!($($said)*)) };
}

#[tokio::test]
async fn members_are_asked_for_by_what_they_are() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let group = json!({ "displayName": "Kade", "mailNickname": "kade", "mailEnabled": false, "securityEnabled": true });
    let kade = sanne.post("/v1.0/groups", &group).await.id();
    let inner = json!({ "displayName": "Joris' ploeg", "mailNickname": "ploeg", "mailEnabled": false, "securityEnabled": true });
    let inner = sanne.post("/v1.0/groups", &inner).await.id();
    let members = format!("/v1.0/groups/{kade}/members");
    for id in [SANNE_ID.to_string(), JORIS_ID.to_string(), LUKAS_ID.to_string(), inner.clone()] {
        sanne.refer(&members, &id).await.done();
    }
    let named = async |path: String| sanne.eventually(&in_a_url(&path)).await.names();
    let starts = "$filter=startswith(displayName,'joris')&$count=true";
    assert_eq!(named(format!("{members}/microsoft.graph.user?{starts}")).await, ["Joris Bakker"]);
    let mut both = named(format!("{members}?{starts}")).await;
    both.sort();
    assert_eq!(both, ["Joris Bakker", "Joris' ploeg"]);
    assert_eq!(named(format!("{members}/graph.group?$search=\"displayName:ploeg\"")).await, ["Joris' ploeg"]);
    let sorted = async |how: &str| {
        let path = url!("{members}/microsoft.graph.user?$orderby=displayName{how}&$count=true");
        let found = sanne.eventually(&path).await.found();
        found["value"].as_array().expect("a list").iter().map(|user| user["displayName"].clone()).collect::<Vec<_>>()
    };
    let ordered = sorted("").await;
    assert_eq!(ordered, [json!("Joris Bakker"), json!("Lukas Schneider"), json!("Sanne de Vries")]);
    let backwards: Vec<_> = sorted(" desc").await.into_iter().rev().collect();
    assert_eq!(backwards, ordered);
    // Page by page, and counted on the first one.
    let (mut seen, mut next) =
        (Vec::new(), Some(format!("{members}/microsoft.graph.user?$orderby=displayName&$count=true&$top=1")));
    while let Some(path) = next {
        let page = sanne.eventually(&in_a_url(&path)).await.found();
        assert_eq!(page.get("@odata.count").and_then(Value::as_i64), seen.is_empty().then_some(3));
        seen.extend(page["value"].as_array().expect("a list").iter().map(|user| user["displayName"].clone()));
        next = page["@odata.nextLink"].as_str().map(|link| link.trim_start_matches("https://mandate.test").to_owned());
    }
    assert_eq!(seen, ordered);
    let number = sanne.eventually(&url!("{members}/microsoft.graph.user/$count?$filter=accountEnabled eq true")).await;
    assert_eq!(number.json, json!(3));
    let of_joris = format!(
        "/v1.0/users/{JORIS_ID}/transitiveMemberOf/microsoft.graph.group?$filter=displayName eq 'Kade'&$count=true"
    );
    assert_eq!(named(of_joris).await, ["Kade"]);
    // Without the header it is refused, and what is no property is named.
    for refused in [
        sanne.get(&url!("{members}/microsoft.graph.user?{starts}")).await,
        sanne.eventually(&url!("{members}/microsoft.graph.user?$filter=startswith(displayName,'j')")).await,
        sanne.eventually(&url!("{members}/microsoft.graph.user?$filter=shoe eq 'x'&$count=true")).await,
        sanne.eventually(&url!("{members}/microsoft.graph.directoryRole?$filter=displayName eq 'x'&$count=true")).await,
    ] {
        assert_eq!(refused.status, 400, "{}", refused.json);
    }
}

/// By what is found, nobody learns of a property that they do not see.
#[tokio::test]
async fn what_is_out_of_view_is_not_asked_for() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    sanne.patch(&format!("/v1.0/users/{JORIS_ID}"), &json!({ "department": "Sluizen" })).await.done();
    let group = json!({ "displayName": "Kade", "mailNickname": "kade", "mailEnabled": false, "securityEnabled": true });
    let kade = sanne.post("/v1.0/groups", &group).await.id();
    sanne.refer(&format!("/v1.0/groups/{kade}/members"), &JORIS_ID.to_string()).await.done();
    let scopes = "User.ReadBasic.All GroupMember.Read.All";
    world.allow_for_everybody(INTRANET, SANNE, scopes).await;
    let basic = world.graph(world.tokens(INTRANET, JORIS, scopes).await.access());
    let names = basic.get(&url!("/v1.0/users?$filter=startswith(displayName,'Joris')")).await.names();
    assert_eq!(names, ["Joris Bakker"]);
    for path in [
        "/v1.0/users?$filter=department eq 'Sluizen'",
        "/v1.0/users?$filter=startswith(displayName,'J') and not(startswith(department,'S'))&$count=true",
        "/v1.0/users/$count?$filter=department eq 'Sluizen'",
    ] {
        assert_eq!(basic.eventually(&in_a_url(path)).await.refusal(), (403, "Authorization_RequestDenied"), "{path}");
    }
    let members = format!("/v1.0/groups/{kade}/members/microsoft.graph.user?$count=true&$filter=");
    assert_eq!(basic.eventually(&url!("{members}startswith(displayName,'J')")).await.names(), ["Joris Bakker"]);
    let hidden = basic.eventually(&url!("{members}department eq 'Sluizen'")).await.found();
    assert_eq!((hidden["@odata.count"].clone(), hidden["value"].clone()), (json!(0), json!([])));
}

#[tokio::test]
async fn lists_are_sorted_by_name_and_by_age() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    for (name, at) in [("Zus", "aaltje"), ("Aap", "zeger"), ("Mies", "kees")] {
        world.later(60_000);
        let person = json!({
            "displayName": name, "userPrincipalName": format!("{at}@waterkant.example"), "mailNickname": at,
            "accountEnabled": true, "passwordProfile": { "password": "Polder-Fiets-43" },
        });
        sanne.post("/v1.0/users", &person).await.made();
        sanne.post("/v1.0/applications", &json!({ "displayName": name })).await.made();
    }
    let all = async |path: &str, property: &str| {
        let told = |one: &Value| one[property].as_str().unwrap_or("").to_lowercase();
        sanne.every(&in_a_url(path)).await.iter().map(told).collect::<Vec<String>>()
    };
    for (set, property) in
        [("users", "userPrincipalName"), ("users", "createdDateTime"), ("applications", "createdDateTime")]
    {
        let select = format!("$top=3&$count=true&$select=id,{property}&$orderby={property}");
        let up = all(&format!("/v1.0/{set}?{select}"), property).await;
        assert!(up.is_sorted() && up.len() > 4, "{set} {up:?}");
        let down: Vec<String> = all(&format!("/v1.0/{set}?{select} desc"), property).await.into_iter().rev().collect();
        assert_eq!(up, down, "{set}");
    }
    // A name needs no header; an age does.
    assert_eq!(sanne.get("/v1.0/users?$orderby=userPrincipalName").await.status, 200);
    assert_eq!(sanne.get("/v1.0/users?$orderby=createdDateTime").await.status, 400);
    assert_eq!(sanne.eventually("/v1.0/users?$orderby=city&$count=true").await.status, 400);
    let filtered =
        "/v1.0/users?$count=true&$filter=endsWith(userPrincipalName,'@waterkant.example')&$orderby=userPrincipalName";
    assert!(sanne.eventually(filtered).await.found()["@odata.count"].as_i64() > Some(4));
}

#[tokio::test]
async fn apps_and_groups_are_found_by_what_administrators_look_for() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    let app = json!({
        "displayName": "Kraan", "notes": "van de haven", "uniqueName": "kraan-1",
        "web": { "redirectUris": ["https://kraan.waterkant.example/cb"], "homePageUrl": "https://kraan.waterkant.example" },
        "spa": { "redirectUris": ["https://kraan.waterkant.example/spa"] },
    });
    let app = sanne.post("/v1.0/applications", &app).await.made();
    let sp = json!({ "appId": app["appId"], "preferredSingleSignOnMode": "saml", "notes": "let op" });
    sanne.post("/v1.0/servicePrincipals", &sp).await.made();
    let badge = json!({ "onPremisesExtensionAttributes": { "extensionAttribute3": "Ploeg 7" } });
    sanne.patch(&format!("/v1.0/users/{JORIS_ID}"), &badge).await.done();
    for (set, filter, found) in [
        ("applications", "web/redirectUris/any(u:u eq 'https://kraan.waterkant.example/cb')", "Kraan"),
        ("applications", "spa/redirectUris/any(u:startswith(u,'https://kraan.'))", "Kraan"),
        ("applications", "web/homePageUrl eq 'https://kraan.waterkant.example'", "Kraan"),
        ("applications", "uniqueName eq 'kraan-1'", "Kraan"),
        ("applications", "startswith(notes,'van de')", "Kraan"),
        ("servicePrincipals", "preferredSingleSignOnMode eq 'saml'", "Kraan"),
        ("servicePrincipals", "notes eq 'let op'", "Kraan"),
        ("users", "onPremisesExtensionAttributes/extensionAttribute3 eq 'ploeg 7'", "Joris Bakker"),
        ("users", "userType eq 'Member' and startswith(userPrincipalName,'joris')", "Joris Bakker"),
    ] {
        let path = url!("/v1.0/{set}?$count=true&$filter={filter}");
        assert_eq!(sanne.eventually(&path).await.names(), [found], "{filter}");
    }
}

#[tokio::test]
async fn managers_come_along_up_to_the_top_and_members_with_their_role() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    for (person, manager) in [(LUKAS_ID, JORIS_ID), (JORIS_ID, SANNE_ID)] {
        let to = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/users/{manager}") });
        sanne.write(http::Method::PUT, &format!("/v1.0/users/{person}/manager/$ref"), &to).await.done();
    }
    let path = format!("/v1.0/users/{LUKAS_ID}?$select=id&$expand=manager($levels=max;$select=id,displayName)");
    let lukas = sanne.get(&path).await.found();
    assert_eq!(lukas["manager"]["displayName"], "Joris Bakker");
    assert_eq!(lukas["manager"]["manager"]["displayName"], "Sanne de Vries");
    // A circle ends where it began.
    let to = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/users/{LUKAS_ID}") });
    sanne.write(http::Method::PUT, &format!("/v1.0/users/{SANNE_ID}/manager/$ref"), &to).await.done();
    let round = sanne.get(&path).await.found();
    assert_eq!(round["manager"]["manager"]["id"], SANNE_ID.to_string());
    assert_eq!(round["manager"]["manager"].get("manager"), None);
    assert_eq!(sanne.get("/v1.0/groups?$expand=members($levels=max)").await.status, 400);
    let roles = sanne.get("/v1.0/directoryRoles?$expand=members($select=id,displayName)").await.found();
    let admin =
        roles["value"].as_array().expect("a list").iter().find(|role| role["displayName"] == "Global Administrator");
    let members = admin.and_then(|role| role["members"].as_array()).expect("it has some");
    assert!(members.iter().any(|member| member["displayName"] == "Sanne de Vries"), "{members:?}");
}

#[tokio::test]
async fn what_was_deleted_is_listed_in_the_order_of_its_end() {
    let world = World::new().await;
    let sanne = world.as_person(SANNE).await;
    for name in ["kees", "aaltje", "zeger"] {
        let person = json!({
            "displayName": name, "userPrincipalName": format!("{name}@waterkant.example"), "mailNickname": name,
            "accountEnabled": true, "passwordProfile": { "password": "Polder-Fiets-43" },
        });
        let id = sanne.post("/v1.0/users", &person).await.id();
        world.later(60_000);
        sanne.delete(&format!("/v1.0/users/{id}")).await.done();
    }
    let listed = async |order: &str| {
        let path = url!("/v1.0/directory/deletedItems/microsoft.graph.user?$top=2&$orderby={order}");
        let told = |one: &Value| one["displayName"].as_str().unwrap_or("").to_owned();
        sanne.every(&path).await.iter().map(told).collect::<Vec<String>>()
    };
    assert_eq!(listed("deletedDateTime desc").await, ["zeger", "aaltje", "kees"]);
    assert_eq!(listed("userPrincipalName").await, ["aaltje", "kees", "zeger"]);
    assert_eq!(listed("displayName desc").await, ["zeger", "kees", "aaltje"]);
    let refused = sanne.get("/v1.0/directory/deletedItems/microsoft.graph.user?$orderby=city").await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn what_nobody_owns_is_found() {
    let world = World::new().await;
    let (sanne, joris) = (world.as_person(SANNE).await, world.as_person(JORIS).await);
    // An application's maker owns it; an administrator's group has nobody unless somebody is named.
    let owned = joris.post("/v1.0/applications", &json!({ "displayName": "Kraan" })).await.id();
    let bare = sanne.post("/v1.0/applications", &json!({ "displayName": "Sluis" })).await.id();
    sanne.delete(&format!("/v1.0/applications/{bare}/owners/{SANNE_ID}/$ref")).await;
    let owners = async |filter: &str| {
        let found = sanne.every(&url!("/v1.0/applications?$count=true&$filter={filter}")).await;
        found.iter().map(|app| app["id"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    let (none, one) = (owners("owners/$count eq 0").await, owners("owners/$count eq 1").await);
    assert!(none.contains(&bare) && !none.contains(&owned), "{none:?}");
    assert!(one.contains(&owned) && !one.contains(&bare), "{one:?}");
    assert_eq!(owners("owners/$count lt 1").await, none);
    let some = owners("owners/$count ne 0 and startswith(displayName,'Kra')").await;
    assert_eq!(some, [owned]);
    let count = sanne.eventually(&url!("/v1.0/applications/$count?$filter=owners/$count eq 0")).await;
    assert_eq!(count.json, json!(none.len()));
    // Without the header, and where nobody owns anything, it is refused.
    assert_eq!(sanne.get(&url!("/v1.0/applications?$filter=owners/$count eq 0")).await.status, 400);
    for set in ["users", "directory/deletedItems/microsoft.graph.application"] {
        let path = url!("/v1.0/{set}?$count=true&$filter=owners/$count eq 0");
        assert_eq!(sanne.eventually(&path).await.status, 400, "{set}");
    }
}
