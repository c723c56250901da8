//! Every operation, by everybody: without a token, without the permission, without the right, with both, and from
//! another tenant. The rows are those that the server itself reads.

use http::Method;
use mandate_domain::role::roles;
use mandate_domain::tenant::AuthorizationPolicy;
use mandate_domain::user::UserKind;
use mandate_tests::app::{COMMAND_LINE, EXPORT, INTRANET, ORDERS_API};
use mandate_tests::graph::{Graph, GraphReply};
use mandate_tests::people::{FATIMA_ID, JORIS, KATRIN, LUKAS_ID, OPERATIONS, SANNE, WATERKANT, ZONNEBEL};
use mandate_tests::{App, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const TABLES: [&str; 17] = [
    include_str!("../../../crates/graph/permissions/domains.tsv"),
    include_str!("../../../crates/graph/permissions/extensions.tsv"),
    include_str!("../../../crates/graph/permissions/photos.tsv"),
    include_str!("../../../crates/graph/permissions/app_policies.tsv"),
    include_str!("../../../crates/graph/permissions/subscriptions.tsv"),
    include_str!("../../../crates/graph/permissions/units.tsv"),
    include_str!("../../../crates/graph/permissions/delta.tsv"),
    include_str!("../../../crates/graph/permissions/logs.tsv"),
    include_str!("../../../crates/graph/permissions/roles.tsv"),
    include_str!("../../../crates/graph/permissions/policies.tsv"),
    include_str!("../../../crates/graph/permissions/directory.tsv"),
    include_str!("../../../crates/graph/permissions/assignments.tsv"),
    include_str!("../../../crates/graph/permissions/grants.tsv"),
    include_str!("../../../crates/graph/permissions/applications.tsv"),
    include_str!("../../../crates/graph/permissions/users.tsv"),
    include_str!("../../../crates/graph/permissions/groups.tsv"),
    include_str!("../../../crates/graph/permissions/organization.tsv"),
];
const GRAPH: &str = "https://graph.microsoft.com/.default";
const ORDERS: &str = "cccccccc-0000-4000-8000-000000000005";
const ORDERS_HERE: &str = "ffffffff-0000-4000-8000-000000000005";
const GLOBAL: &str = "62e90394-69f5-4237-9190-012177145e10";
const NOBODY: &str = "99999999-0000-4000-8000-000000000000";

/// What a method does at a path; several rows, where the body or the object decides which of them counts.
#[derive(Clone, Debug)]
struct Place {
    method: Method,
    path: String,
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    delegated: Vec<String>,
    application: Vec<String>,
    user: Vec<String>,
}

fn places() -> Vec<Place> {
    let mut places: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
    for line in TABLES.iter().flat_map(|table| table.lines().skip(1)) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [_, method, path, delegated, application, user] = cells[..] else { panic!("a row of six: {line}") };
        let list = |cell: &str| cell.split(", ").filter(|one| !one.is_empty()).map(str::to_owned).collect();
        let row = Row { delegated: list(delegated), application: list(application), user: list(user) };
        places.entry((path.to_owned(), method.to_owned())).or_default().push(row);
    }
    let places = places.into_iter().map(|((path, method), rows)| {
        let method = method.parse().unwrap_or_else(|_| panic!("a method: {method}"));
        Place { method, path, rows }
    });
    places.collect()
}

impl Place {
    /// Of somebody else than whoever calls.
    fn target(&self) -> String {
        let first = match self.path.split('/').nth(1).unwrap_or("") {
            "users" => LUKAS_ID.to_string(),
            "groups" => OPERATIONS.to_string(),
            "applications" => ORDERS.to_owned(),
            "servicePrincipals" => ORDERS_HERE.to_owned(),
            "directoryObjects" => FATIMA_ID.to_string(),
            "organization" => WATERKANT.to_owned(),
            "directoryRoleTemplates" => GLOBAL.to_owned(),
            "domains" => "waterkant.example".to_owned(),
            _ => NOBODY.to_owned(),
        };
        let path = self.path.replacen("{id}", &first, 1).replace("{id}", NOBODY);
        format!("/v1.0{path}")
    }

    /// Is it about one object that a stranger could name?
    fn is_of_one(&self) -> bool {
        self.path.contains("{id}") && !self.path.starts_with("/directoryRoleTemplates")
    }

    fn is_mine(&self) -> bool {
        self.path.starts_with("/me")
    }

    /// For oneself, or for what one owns, whoever one is.
    fn is_own_only(&self) -> bool {
        let own = |right: &String| right.starts_with("itself") || right == "owner";
        self.rows.iter().all(|row| row.user.iter().all(own))
    }

    fn opens_to(&self, permission: &str) -> bool {
        let name = |way: &String| way.split('@').next() == Some(permission);
        self.rows.iter().any(|row| row.delegated.iter().any(name))
    }

    /// Would a member without any role be let in, for what is not his?
    fn is_for_members(&self) -> bool {
        let defaults = roles().default_rights(UserKind::Member, &AuthorizationPolicy::default());
        let opens = |right: &String| match right.strip_prefix("action:") {
            Some(action) => {
                let name = action.split(':').next().unwrap_or(action);
                roles().action(name).is_some_and(|action| defaults.holds(action))
            }
            None => right.starts_with("anyone"),
        };
        self.is_mine() || self.rows.iter().any(|row| row.user.iter().any(opens))
    }

    async fn by(&self, graph: &Graph<'_>) -> GraphReply {
        let body = match self.method {
            Method::GET if self.path.ends_with("$count") => return graph.eventually(&self.target()).await,
            Method::GET | Method::DELETE => return graph.by(self.method.clone(), &self.target()).await,
            _ if self.path.ends_with("$ref") => json!({ "@odata.id": format!("{GRAPH}/{NOBODY}") }),
            _ => self.body(),
        };
        graph.write(self.method.clone(), &self.target(), &body).await
    }

    /// Whole enough to be judged, and not to be done.
    fn body(&self) -> Value {
        match (self.method.as_str(), self.path.as_str()) {
            ("PATCH", "/users/{id}") => json!({ "jobTitle": "x" }),
            ("PATCH", "/applications/{id}" | "/servicePrincipals/{id}") => json!({ "notes": "x" }),
            ("PATCH", "/groups/{id}") => json!({ "description": "x" }),
            _ => json!({}),
        }
    }
}

fn told(place: &Place, reply: &GraphReply) -> String {
    format!("{} {}: {} {}", place.method, place.path, reply.status, reply.json)
}

#[tokio::test]
async fn nobody_without_a_token_gets_anywhere() {
    let world = World::new().await;
    let nobody = world.graph_without_token();
    for place in places() {
        let reply = place.by(&nobody).await;
        assert_eq!(reply.refusal(), (401, "InvalidAuthenticationToken"), "{}", told(&place, &reply));
    }
}

#[tokio::test]
async fn no_administrator_does_anything_through_an_app_without_the_permission() {
    let world = World::new().await;
    let tokens = world.tokens(INTRANET, SANNE, "openid User.Read").await;
    let graph = world.graph(tokens.access());
    for place in places().iter().filter(|place| !place.opens_to("User.Read")) {
        let reply = place.by(&graph).await;
        assert_eq!(reply.refusal(), (403, "Authorization_RequestDenied"), "{}", told(place, &reply));
        // A password is changed by its owner alone, so there the right is missing, too.
        assert!(reply.reason().is_some_and(|reason| reason.starts_with("client_scope")), "{}", told(place, &reply));
    }
}

#[tokio::test]
async fn no_app_without_a_permission_does_anything_for_itself() {
    let world = World::new().await;
    let tokens = world.client(INTRANET).client_credentials(GRAPH).await.granted();
    let graph = world.graph(tokens.access());
    for place in places() {
        let reply = place.by(&graph).await;
        let expected = if place.is_mine() { (400, "BadRequest") } else { (403, "Authorization_RequestDenied") };
        assert_eq!(reply.refusal(), expected, "{}", told(&place, &reply));
    }
}

#[tokio::test]
async fn no_app_goes_beyond_what_the_person_may() {
    let world = World::new().await;
    let graph = world.as_person(JORIS).await;
    let mut denied = 0;
    for place in places().iter().filter(|place| !place.is_for_members()) {
        let reply = place.by(&graph).await;
        assert_eq!(reply.refusal(), (403, "Authorization_RequestDenied"), "{}", told(place, &reply));
        assert_eq!(reply.reason(), Some("user_right_missing"), "{}", told(place, &reply));
        denied += 1;
    }
    assert!(denied > 45, "only {denied} operations are for administrators");
}

#[tokio::test]
async fn a_global_administrator_is_let_do_everything() {
    let world = World::new().await;
    let graph = world.as_person(SANNE).await;
    // What is read first is still there.
    let mut places = places();
    places.sort_by_key(|place| [Method::GET, Method::PATCH, Method::POST].iter().position(|m| *m == place.method));
    places.sort_by_key(|place| (place.method != Method::GET, place.method == Method::DELETE));
    for place in places.iter().filter(|place| place.is_mine() || !place.is_own_only()) {
        let reply = place.by(&graph).await;
        assert!(!matches!(reply.status, 401 | 403 | 405 | 500..), "{}", told(place, &reply));
        let one_id = place.path.matches("{id}").count() <= 1;
        // Who has no manager, no logo and no picture answers that there is none.
        let may_lack = ["/manager", "/logo", "/photo"].iter().any(|end| place.path.ends_with(end));
        let named = !place.target().contains(NOBODY) && !may_lack;
        if place.method == Method::GET && one_id && named {
            assert_eq!(reply.status, 200, "{}", told(place, &reply));
        }
    }
}

#[tokio::test]
async fn an_app_with_the_least_permission_of_each_operation_is_let_do_it() {
    let places: Vec<Place> = places().into_iter().filter(|place| !place.rows[0].application.is_empty()).collect();
    let all = |way: &&String| way.ends_with("@all");
    let least = |row: &Row| row.application.iter().find(all).map(|way| way.trim_end_matches("@all").to_owned());
    let mut held: Vec<String> = places.iter().flat_map(|place| &place.rows).filter_map(least).collect();
    held.sort_unstable();
    held.dedup();
    // The sample has given this one already.
    held.retain(|name| name != "User.Read.All");
    let world = World::where_export_may(&held.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let graph = world.as_app(EXPORT).await;
    for place in places.iter().filter(|place| place.rows.iter().all(|row| least(row).is_some())) {
        let reply = place.by(&graph).await;
        assert!(!matches!(reply.status, 401 | 403 | 405 | 500..), "{}", told(place, &reply));
    }
}

#[tokio::test]
async fn an_administrator_of_another_tenant_finds_nothing_here() {
    let world = World::new().await;
    let home = App { tenant: ZONNEBEL, ..COMMAND_LINE };
    let katrin = world.tokens(home, KATRIN, GRAPH).await;
    let graph = world.graph(katrin.access());
    for place in places() {
        let reply = place.by(&graph).await;
        if place.is_of_one() {
            assert!(matches!(reply.status, 400 | 403 | 404), "{}", told(&place, &reply));
        }
        let text = reply.json.to_string();
        let ours = [&LUKAS_ID.to_string(), &OPERATIONS.to_string(), ORDERS, ORDERS_HERE, ORDERS_API]
            .into_iter()
            .any(|id| text.contains(id) && !text.contains("error"));
        assert!(!ours && !text.contains("Lukas"), "{}", told(&place, &reply));
    }
    // And nothing was changed.
    let here = world.as_person(SANNE).await;
    let lukas = here.get(&format!("/v1.0/users/{LUKAS_ID}")).await.found();
    assert_eq!(lukas["jobTitle"], "Einkauf");
}
