//! What a permission is, as its attributes say, and who may grant it: features S2-16, S2-20 to S2-23, S2-25 to S2-29,
//! S2-31, S4-24 and S4-25.

use mandate_domain::role::roles;
use mandate_tests::app::{EXPORT, INTRANET, ORDERS_API};
use mandate_tests::people::{JORIS, JORIS_ID, LUKAS, LUKAS_ID, PASSWORD, SANNE, WATERKANT, WATERKANT_ID};
use mandate_tests::tokens::{claims, scp};
use mandate_tests::{Ask, Pairs, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const GRAPH_HERE: &str = "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')";
const ORDERS_APP: &str = "/v1.0/applications(appId='c1000000-0000-4000-8000-000000000005')";
/// Daemons that list an app role each: of another API, and of Graph.
const OF_ORDERS: &str = "c1000000-0000-4000-8000-0000000000a1";
const OF_GRAPH: &str = "c1000000-0000-4000-8000-0000000000a2";

/// A person of each built-in role, and what the three kinds of permission need asked for by an app each.
async fn a_person_of_each_role() -> World {
    World::with(|tenant| {
        let list = |tenant: &mut Value, name: &str| tenant[name].as_array_mut().map(std::mem::take).unwrap_or_default();
        let (mut users, mut held) = (list(tenant, "users"), list(tenant, "roleAssignments"));
        for (place, role) in roles().templates().iter().enumerate() {
            users.push(json!({ "userPrincipalName": of_role(place), "displayName": role.name, "password": PASSWORD }));
            held.push(json!({ "principalId": of_role(place), "role": role.name }));
        }
        (tenant["users"], tenant["roleAssignments"]) = (Value::from(users), Value::from(held));
        let mut apps = list(tenant, "applications");
        for (id, name, api, role) in [
            (OF_ORDERS, "Reads every order", ORDERS_API, "Orders.Read.All"),
            (OF_GRAPH, "Reads every user", "00000003-0000-0000-c000-000000000000", "User.Read.All"),
        ] {
            apps.push(json!({
                "appId": id, "displayName": name, "signInAudience": "AzureADMyOrg",
                "web": { "redirectUris": ["http://localhost:5009/done"] },
                "requiredResourceAccess": [
                    { "resourceAppId": api, "resourceAccess": [{ "id": role, "type": "Role" }] },
                ],
            }));
        }
        tenant["applications"] = Value::from(apps);
        let mut instances = list(tenant, "servicePrincipals");
        instances.extend([OF_ORDERS, OF_GRAPH].map(|app| json!({ "appId": app })));
        tenant["servicePrincipals"] = Value::from(instances);
    })
    .await
}

fn of_role(place: usize) -> String {
    format!("role-{place}@waterkant.example")
}

/// consent-and-governance.md §8: the rows of the four that may, and none of the others.
#[tokio::test]
async fn s2_16_which_role_may_consent_to_which_kind_of_permission() {
    let world = a_person_of_each_role().await;
    let for_everybody = |app: &str| {
        let asked = Pairs::of(&[("client_id", app), ("redirect_uri", "http://localhost:5009/done")]);
        Ask::get(format!("/{WATERKANT}/adminconsent?{}", asked.text()))
    };
    let kinds = ["consent", "needs-admin"];
    let mut seen = BTreeSet::new();
    for (place, role) in roles().templates().iter().enumerate() {
        let (delegated, of_apis, of_graph) = match role.name {
            "Global Administrator" | "Privileged Role Administrator" => (true, true, true),
            "Application Administrator" | "Cloud Application Administrator" => (true, true, false),
            _ => (false, false, false),
        };
        let mut browser = world.browser();
        let page = |may: bool| if may { kinds[0] } else { kinds[1] };
        browser.authorize(WATERKANT, &INTRANET.ask("openid User.Read.All")).await.page("signin");
        browser.sign_in(&of_role(place)).await.page(page(delegated));
        browser.go(for_everybody(OF_ORDERS)).await.page(page(of_apis));
        browser.go(for_everybody(OF_GRAPH)).await.page(page(of_graph));
        seen.insert((delegated, of_apis, of_graph));
    }
    assert_eq!(seen.len(), 3, "every row of the table is met");
}

async fn scopes_of(world: &World, api: &str) -> Vec<Value> {
    let found = world.as_person(SANNE).await.get(&format!("{api}?$select=oauth2PermissionScopes")).await.found();
    found["oauth2PermissionScopes"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn s2_20_s2_21_every_permission_has_its_eight_attributes_and_an_id_of_its_own() {
    let world = World::new().await;
    let scopes = scopes_of(&world, GRAPH_HERE).await;
    assert!(scopes.len() > 300, "{} scopes", scopes.len());
    for scope in &scopes {
        let text = |name: &str| scope[name].as_str().is_some_and(|text| !text.is_empty());
        for name in ["id", "type", "value", "adminConsentDisplayName", "adminConsentDescription"] {
            assert!(text(name), "{name} of {scope}");
        }
        assert!(scope["isEnabled"].is_boolean(), "{scope}");
        assert!(["User", "Admin"].contains(&scope["type"].as_str().unwrap_or("")), "{scope}");
        // What people cannot allow for themselves need not be told to them.
        for name in ["userConsentDisplayName", "userConsentDescription"] {
            assert!(scope.get(name).is_some() && (text(name) || scope["type"] == "Admin"), "{name} of {scope}");
        }
    }
    let ids: BTreeSet<&str> = scopes.iter().filter_map(|scope| scope["id"].as_str()).collect();
    assert_eq!(ids.len(), scopes.len());
    let mail = scopes.iter().find(|scope| scope["id"] == "570282fd-fa5c-430d-a7fd-fc8dc98a9dca").expect("it is there");
    assert_eq!((&mail["value"], &mail["type"]), (&json!("Mail.Read"), &json!("User")));
    // S2-31: by the name that scripts look for.
    let sanne = world.as_person(SANNE).await;
    let found = sanne.get("/v1.0/servicePrincipals?$filter=displayName%20eq%20'Microsoft%20Graph'&$select=appId").await;
    assert_eq!(found.found()["value"], json!([{ "appId": "00000003-0000-0000-c000-000000000000" }]));
}

/// The orders API's scopes, with one of them changed.
async fn with_scope(world: &World, value: &str, change: impl Fn(&mut Value)) {
    let sanne = world.as_person(SANNE).await;
    let mut api = sanne.get(&format!("{ORDERS_APP}?$select=api")).await.found()["api"].clone();
    let scopes = api["oauth2PermissionScopes"].as_array_mut().expect("a list");
    change(scopes.iter_mut().find(|scope| scope["value"] == value).expect("the scope"));
    let scopes = json!({ "api": { "oauth2PermissionScopes": scopes } });
    sanne.patch(ORDERS_APP, &scopes).await.done();
}

#[tokio::test]
async fn s2_22_a_scope_that_is_turned_off_is_not_consented_to_and_tokens_that_are_out_keep_it() {
    const ORDERS: &str = "api://waterkant-orders/Orders.Write";
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, &format!("openid {ORDERS}")).await;
    with_scope(&world, "Orders.Write", |scope| scope["isEnabled"] = json!(false)).await;
    // It is a signed statement, and says what was so when it was made.
    assert_eq!(scp(&claims(&world, WATERKANT, tokens.access()).await), ["Orders.Write"]);
    let mut lukas = world.browser();
    lukas.authorize(WATERKANT, &INTRANET.ask("openid")).await.page("signin");
    lukas.sign_in(LUKAS).await;
    let refused = lukas.authorize(WATERKANT, &INTRANET.ask(ORDERS)).await.answer();
    assert_eq!(refused.refusal().0, "invalid_scope");
    with_scope(&world, "Orders.Write", |scope| scope["isEnabled"] = json!(true)).await;
    lukas.authorize(WATERKANT, &INTRANET.ask(ORDERS)).await.page("consent");
}

#[tokio::test]
async fn s2_23_the_type_of_a_scope_decides_who_is_asked() {
    const ORDERS: &str = "api://waterkant-orders/Orders.Write";
    let world = World::new().await;
    let mut lukas = world.browser();
    lukas.authorize(WATERKANT, &INTRANET.ask(ORDERS)).await.page("signin");
    lukas.sign_in(LUKAS).await.page("consent");
    with_scope(&world, "Orders.Write", |scope| scope["type"] = json!("Admin")).await;
    let page = lukas.authorize(WATERKANT, &INTRANET.ask(ORDERS)).await.page("needs-admin");
    assert_eq!(page.blocked(), ["Orders.Write"]);
    with_scope(&world, "Orders.Write", |scope| scope["type"] = json!("User")).await;
    lukas.authorize(WATERKANT, &INTRANET.ask(ORDERS)).await.page("consent");
}

/// Title lines and descriptions, for who decides for everybody and for who decides for themselves; Graph's in each
/// language of the house.
#[tokio::test]
async fn s2_25_s2_26_s2_27_each_reader_gets_their_own_words_in_their_language() {
    let world = World::new().await;
    let asked = INTRANET.ask("User.Read api://waterkant-orders/Orders.Write");
    let everybody = Pairs::of(&[
        ("client_id", INTRANET.id),
        ("redirect_uri", INTRANET.redirect),
        ("scope", "https://graph.microsoft.com/User.Read api://waterkant-orders/Orders.Write"),
    ]);
    let mut titles = BTreeSet::new();
    for language in ["nl", "de", "en"] {
        let asked = asked.clone().with("ui_locales", language);
        let mut joris = world.browser();
        joris.authorize(WATERKANT, &asked).await.page("signin");
        let own = joris.sign_in(JORIS).await.page("consent");
        let address = format!("/{WATERKANT}/v2.0/adminconsent?{}&ui_locales={language}", everybody.text());
        let mut sanne = world.browser();
        sanne.go(Ask::get(address)).await.page("signin");
        let for_all = sanne.sign_in(SANNE).await.page("consent");
        for page in [&own, &for_all] {
            assert!(page.html.contains(&format!("<html lang=\"{language}\"")), "{language}");
        }
        titles.insert(own.line("User.Read"));
        // An owner's words are the owner's, whatever the language: one text for who decides for everybody, another for
        // who decides for themselves.
        let (own, for_all) = (own.line("Orders.Write"), for_all.line("Orders.Write"));
        assert!(own.contains("Place and change your orders"), "{language}: {own}");
        assert!(for_all.contains("Change orders") && !for_all.contains("your orders"), "{language}: {for_all}");
    }
    assert_eq!(titles.len(), 3, "Graph's, in three languages: {titles:?}");
}

#[tokio::test]
async fn s2_28_s2_29_a_value_is_asked_for_bare_or_with_the_apis_address() {
    let world = World::new().await;
    for asked in ["Mail.Read", "mail.read", "MAIL.READ", "https://graph.microsoft.com/Mail.Read"] {
        let tokens = world.tokens(INTRANET, JORIS, asked).await;
        let token = claims(&world, WATERKANT, tokens.access()).await;
        assert_eq!(scp(&token), ["Mail.Read"], "{asked}");
        assert!(
            token["aud"] == "https://graph.microsoft.com" || token["aud"] == "00000003-0000-0000-c000-000000000000"
        );
    }
    for asked in [
        "api://waterkant-orders/Orders.Read".to_owned(),
        format!("api://{ORDERS_API}/Orders.Read"),
        format!("{ORDERS_API}/Orders.Read"),
    ] {
        let tokens = world.tokens(INTRANET, JORIS, &asked).await;
        let token = claims(&world, WATERKANT, tokens.access()).await;
        assert_eq!((scp(&token), &token["aud"]), (vec!["Orders.Read"], &json!(ORDERS_API)), "{asked}");
    }
}

#[tokio::test]
async fn s4_24_what_a_service_principal_was_given_is_read_at_the_service_principal() {
    let world = World::new().await;
    world.tokens(INTRANET, JORIS, "Mail.Read").await;
    let sanne = world.as_person(SANNE).await;
    let of = async |app: mandate_tests::App, list: &str| {
        let id = world.instance(WATERKANT_ID, app.app_id()).await.expect("it is here").id;
        let found = sanne.get(&format!("/v1.0/servicePrincipals/{id}/{list}")).await.found();
        (id.to_string(), found["value"].as_array().expect("a list").clone())
    };
    let (intranet, grants) = of(INTRANET, "oauth2PermissionGrants").await;
    let own = grants.iter().find(|grant| grant["principalId"] == JORIS_ID.to_string()).expect("his own");
    assert_eq!((&own["clientId"], &own["consentType"]), (&json!(intranet), &json!("Principal")));
    assert!(own["scope"].as_str().is_some_and(|scope| scope.split(' ').any(|one| one == "Mail.Read")));
    let (export, held) = of(EXPORT, "appRoleAssignments").await;
    assert!(!held.is_empty() && held.iter().all(|one| one["principalId"] == export.as_str()));
    assert!(held.iter().any(|one| one["resourceDisplayName"] == "Microsoft Graph"));
}

#[tokio::test]
async fn s4_25_a_grant_of_one_person_reaches_nobody_else() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, JORIS, "Mail.Read User.Read").await;
    let grants = world.grants_to(INTRANET).await;
    let of_people: Vec<_> =
        grants.iter().filter(|grant| grant.scopes.iter().any(|scope| scope == "Mail.Read")).collect();
    assert_eq!(of_people.iter().map(|grant| grant.principal).collect::<Vec<_>>(), [Some(JORIS_ID)]);
    // The same app gets no such token for a colleague, who was not asked yet.
    let mut lukas = world.browser();
    lukas.authorize(WATERKANT, &INTRANET.ask("openid")).await.page("signin");
    lukas.sign_in(LUKAS).await;
    let silent = INTRANET.ask("Mail.Read").with("prompt", "none");
    assert_eq!(lukas.authorize(WATERKANT, &silent).await.answer().refusal().0, "consent_required");
    // And with his token nobody else is reached.
    let graph = world.graph(tokens.access());
    graph.get("/v1.0/me").await.found();
    let refused = graph.get(&format!("/v1.0/users/{LUKAS_ID}")).await;
    assert_eq!(refused.refusal(), (403, "Authorization_RequestDenied"));
}
