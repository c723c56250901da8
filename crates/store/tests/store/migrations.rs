//! The ledger of migrations, and what their text must keep to so that a distributed backend can hold tenants apart.

use crate::backend::{by_hand, open};
use crate::sample::{
    NOON, WATERKANT, assignment_id, card, changes, correlation_id, done, group_id, tenant, user, user_id, user_in,
    users,
};
use crate::snapshot::Organisation;
use mandate_base::ObjectId;
use mandate_domain::audit::{Activity, Actor, AuditEntry, Doer};
use mandate_domain::query::{Condition, LogQuery, Noun, Order, POLICIES, Query, Test, facet_number};
use mandate_domain::record::{Change, Record};
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::user::UserKind;
use mandate_domain::well_known::IN_EVERY_TENANT;
use mandate_store::{Place, Store};
use std::path::Path;

on_each_lasting_backend!(
    opening_twice_is_fine,
    another_checksum_is_refused,
    a_newer_ledger_is_refused,
    what_was_written_before_facets_is_found_by_them,
    audits_of_before_are_asked_for_like_others,
    apps_of_before_are_found_by_their_policies,
    what_was_written_under_whole_ids_is_read_under_numbers,
);

async fn opening_twice_is_fine(place: Place) {
    let first = open(&place).await;
    done(&first, users([user(1, "sanne.devries")])).await;
    let beside = open(&place).await;
    assert_eq!(beside.tenant(WATERKANT).users_after(None, 10).await.expect("reads"), [user(1, "sanne.devries")]);
    drop((first, beside));
    let again = open(&place).await;
    assert_eq!(again.tenant(WATERKANT).users_after(None, 10).await.expect("reads"), [user(1, "sanne.devries")]);
}

/// Why the place is refused.
async fn refusal(place: &Place) -> String {
    match Store::open(place).await {
        Ok(_) => "it was opened".to_owned(),
        Err(fault) => fault.to_string(),
    }
}

async fn another_checksum_is_refused(place: Place) {
    drop(open(&place).await);
    by_hand(&place, "UPDATE migrations SET checksum = 0 WHERE number = 1").await;
    assert_eq!(refusal(&place).await, "checking migrations: migration 1 is not the one that is known");
}

async fn a_newer_ledger_is_refused(place: Place) {
    drop(open(&place).await);
    by_hand(&place, "INSERT INTO migrations (number, checksum) VALUES (999999, 1)").await;
    assert_eq!(refusal(&place).await, "checking migrations: the data was written by a newer version");
}

/// Of the organisation's own apps.
fn own(mut instances: Vec<ServicePrincipal>) -> Vec<ServicePrincipal> {
    instances.retain(|sp| !IN_EVERY_TENANT.contains(&sp.app_id));
    instances
}

/// As a store was before anything was filled in.
const UNFILLED: &str = "UPDATE commits SET count = 0 WHERE id = 3";

async fn what_was_written_before_facets_is_found_by_them(place: Place) {
    let store = open(&place).await;
    Organisation::new(WATERKANT, "Waterkant", 1).store(&store).await;
    let query = |noun| {
        let condition = Some(Condition::is("displayName", Test::Present));
        Query { noun, condition, order: Order::Id, after: None, most: 100 }
    };
    let found = async |store: &Store| {
        let view = store.tenant(WATERKANT);
        (
            view.users_where(&query(Noun::User)).await.expect("finds"),
            view.groups_where(&query(Noun::Group)).await.expect("finds"),
            view.applications_where(&query(Noun::Application)).await.expect("finds"),
            own(view.sps_where(&query(Noun::ServicePrincipal)).await.expect("finds")),
        )
    };
    let before = found(&store).await;
    by_hand(&place, "DELETE FROM facets").await;
    by_hand(&place, UNFILLED).await;
    assert_eq!(found(&store).await, Default::default());
    drop(store);
    let store = open(&place).await;
    assert_eq!(found(&store).await, before);
    // And the tenant has what every tenant has.
    for app in IN_EVERY_TENANT {
        assert!(store.tenant(WATERKANT).sp_by_app(app).await.expect("reads").is_some(), "{app}");
    }
}

/// What an app was put under before that was kept for a policy to find it by.
async fn apps_of_before_are_found_by_their_policies(place: Place) {
    let store = open(&place).await;
    Organisation::new(WATERKANT, "Waterkant", 1).store(&store).await;
    let (policy, mut app) = (assignment_id(5), card(3, WATERKANT, "Kassa"));
    app.registration.app_management_policies = vec![policy.into()];
    done(&store, changes([Change::ApplicationAdded(Box::new(app.clone()))])).await;
    let condition = Condition::is(POLICIES, Test::Equal(policy.to_string()));
    let count = async |store: &Store| {
        store.tenant(WATERKANT).count_where(Noun::Application, Some(&condition)).await.expect("counts")
    };
    assert_eq!(count(&store).await, 1);
    let number = facet_number(Noun::Application, POLICIES).expect("it is kept");
    by_hand(&place, &format!("DELETE FROM facets WHERE facet = {number}")).await;
    by_hand(&place, "UPDATE commits SET count = 3 WHERE id = 3").await;
    assert_eq!(count(&store).await, 0);
    drop(store);
    let store = open(&place).await;
    assert_eq!(count(&store).await, 1);
    // And it goes as if it had been there from the beginning.
    app.registration.app_management_policies.clear();
    done(&store, changes([Change::ApplicationUpdated(Box::new(app))])).await;
    assert_eq!(count(&store).await, 0);
}

/// The few tables that no tenant owns. One more is a decision, since every node holds all of it.
const GLOBAL: [&str; 10] = [
    "app_addresses",
    "app_cards",
    "app_logos",
    "commits",
    "device_codes",
    "domains",
    "keys",
    "schema_extensions",
    "tenant_keys",
    "tenants",
];

struct Table {
    name: String,
    columns: String,
}

struct Index {
    name: String,
    table: String,
    columns: String,
}

/// The statements of all migrations, in their order, without comments.
fn statements() -> Vec<String> {
    let mut statements = Vec::new();
    for text in files() {
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
        let code = code.join(" ");
        let parts = code.split(';').map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
        statements.extend(parts.filter(|part| !part.is_empty()));
    }
    statements
}

/// `name (columns) rest` as name and columns.
fn parts(text: &str) -> (String, String) {
    let (name, rest) = text.split_once(" (").expect("a name, and columns in brackets");
    let (columns, _) = rest.rsplit_once(')').expect("brackets are closed");
    (name.to_owned(), columns.to_owned())
}

fn tables() -> Vec<Table> {
    let statements = statements();
    let made = statements.iter().filter_map(|statement| statement.strip_prefix("CREATE TABLE "));
    made.map(parts).map(|(name, columns)| Table { name, columns }).collect()
}

fn indexes() -> Vec<Index> {
    let statements = statements();
    let made = statements.iter().filter_map(|statement| {
        statement.strip_prefix("CREATE UNIQUE INDEX ").or(statement.strip_prefix("CREATE INDEX "))
    });
    let index = |text: &str| {
        let (name, on) = text.split_once(" ON ").expect("an index is on a table");
        let (table, columns) = parts(on);
        Index { name: name.to_owned(), table, columns }
    };
    made.map(index).collect()
}

#[test]
fn every_table_is_a_tenants_or_known_to_be_global() {
    let tables = tables();
    assert!(tables.len() > GLOBAL.len(), "only {} tables were found", tables.len());
    let owned = |table: &&Table| table.columns.starts_with("tenant_id {bytes} NOT NULL,");
    let mut others: Vec<&str> = tables.iter().filter(|table| !owned(table)).map(|table| table.name.as_str()).collect();
    others.sort_unstable();
    assert_eq!(others, GLOBAL);
}

#[test]
fn every_key_of_a_tenants_table_begins_with_the_tenant() {
    for Table { name, columns } in tables().iter().filter(|table| !GLOBAL.contains(&table.name.as_str())) {
        for word in ["PRIMARY KEY", "UNIQUE", "REFERENCES", "FOREIGN KEY"] {
            // Behind the word stands the key; a key of one column, said beside that column, is not the tenant's.
            for key in columns.split(word).skip(1) {
                assert!(key.trim_start().starts_with("(tenant_id"), "{name}: {word}{key}");
            }
        }
    }
}

/// Whoever tells of changes asks every tenant's at once.
const ACROSS_TENANTS: [&str; 1] = ["subscriptions_by_due"];

#[test]
fn every_index_of_a_tenants_table_begins_with_the_tenant() {
    let indexes = indexes();
    assert!(!indexes.is_empty());
    for Index { name, table, columns } in indexes.iter().filter(|index| !ACROSS_TENANTS.contains(&index.name.as_str()))
    {
        assert!(GLOBAL.contains(&table.as_str()) || columns.starts_with("tenant_id,"), "{name} on {table}: {columns}");
    }
}

#[test]
fn a_migration_says_nothing_that_only_one_backend_knows() {
    // Types and the end of a table are said in the words that the driver fills in.
    for statement in statements() {
        for word in [" BLOB", " BYTEA", " INTEGER", " BIGINT", " SERIAL", "AUTOINCREMENT", " STRICT", "WITHOUT ROWID"] {
            assert!(!statement.to_uppercase().contains(word), "`{word}` in: {statement}");
        }
    }
}

async fn audits_of_before_are_asked_for_like_others(place: Place) {
    let store = open(&place).await;
    Organisation::new(WATERKANT, "Waterkant", 1).store(&store).await;
    let entry = sample_entry();
    let mut record = Record::default();
    record.change(Change::UserEnabled { user: user_id(1), enabled: false }, entry.clone());
    done(&store, record).await;
    let asked = || {
        let condition = |property, value: String| Condition::is(property, Test::Equal(value));
        LogQuery {
            condition: Some(Condition::All(vec![
                condition("targetResources/id", user_id(1).to_string()),
                condition("initiatedBy/user/id", user_id(9).to_string()),
            ])),
            ..LogQuery::newest(10)
        }
    };
    let all = store.tenant(WATERKANT).audits_where(&LogQuery::newest(10)).await.expect("reads").len();
    assert_eq!(store.tenant(WATERKANT).audits_where(&asked()).await.expect("reads").len(), 1);
    for sql in [
        "DELETE FROM audit_targets",
        "UPDATE audits SET id = NULL, actor_user = NULL, actor_app = NULL, actor_key = NULL",
    ] {
        by_hand(&place, sql).await;
    }
    by_hand(&place, UNFILLED).await;
    drop(store);
    let store = open(&place).await;
    let found = store.tenant(WATERKANT).audits_where(&asked()).await.expect("reads");
    assert_eq!(found.into_iter().map(|audited| audited.entry).collect::<Vec<_>>(), [entry]);
    assert_eq!(store.tenant(WATERKANT).audits_where(&LogQuery::newest(10)).await.expect("reads").len(), all);
}

fn sample_entry() -> AuditEntry {
    let actor = Actor::User { id: user_id(9), upn: "jurgen.muller@waterkant.example".into() };
    let doer = Doer { actor, correlation: correlation_id(7) };
    doer.entry(Activity::DisableAccount).target(user_id(1), "User", "Sanne de Vries")
}

/// A store as it was made before objects had numbers and tenants short keys.
async fn what_was_written_under_whole_ids_is_read_under_numbers(place: Place) {
    let (sqlite, postgres) = (["INTEGER", "BLOB", " STRICT, WITHOUT ROWID"], ["BIGINT", "BYTEA", ""]);
    let [int, bytes, table] = if matches!(place, Place::Postgres(_)) { postgres } else { sqlite };
    let dialect = |text: &str| text.replace("{int}", int).replace("{bytes}", bytes).replace("{table}", table);
    by_hand(
        &place,
        &dialect("CREATE TABLE migrations (number {int} NOT NULL PRIMARY KEY, checksum {int} NOT NULL){table}"),
    )
    .await;
    for (number, text) in (1..).zip(files()).take(17) {
        by_hand(&place, &dialect(&text)).await;
        let checksum = i64::from_ne_bytes(mandate_base::fnv1a(text.bytes()).to_ne_bytes());
        by_hand(&place, &format!("INSERT INTO migrations (number, checksum) VALUES ({number}, {checksum})")).await;
    }
    let quoted = |bytes: &[u8]| -> String {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        if matches!(place, Place::Postgres(_)) { format!("decode('{hex}', 'hex')") } else { format!("x'{hex}'") }
    };
    let organisation = tenant(WATERKANT, "Waterkant", &["waterkant.example"]);
    let (profile, settings) = (
        serde_json::to_string(&organisation.profile).expect("JSON"),
        serde_json::to_string(&organisation.settings).expect("JSON"),
    );
    let here = quoted(WATERKANT.bytes());
    by_hand(
        &place,
        &format!(
            "INSERT INTO tenants (id, created, profile, settings) VALUES ({here}, {}, '{profile}', '{settings}')",
            NOON.millis()
        ),
    )
    .await;
    let mut noor = user(1, "Noor.Kok");
    noor.more.insert("city".to_owned(), serde_json::json!("Zwolle \\ 'Assendorp'"));
    noor.mail = Some("=noor".to_owned());
    let mut guest = user(2, "gast");
    guest.kind = UserKind::Guest;
    for person in [&noor, &guest] {
        let more = serde_json::to_string(&person.more).expect("JSON").replace('\'', "''");
        let (upn, kind) = (person.upn.as_str(), if person.is_guest() { "Guest" } else { "Member" });
        let mail = person.mail.as_ref().map_or("NULL".to_owned(), |mail| format!("'{mail}'"));
        by_hand(&place, &format!(
            "INSERT INTO users (tenant_id, id, upn, upn_key, display_name, display_key, mail, enabled, kind, created, sessions_from, password, more)
             VALUES ({here}, {}, '{upn}', '{}', '{}', 'x', {mail}, 1, '{kind}', {}, {}, NULL, '{more}')",
            quoted(ObjectId::from(person.id).bytes()), upn.to_lowercase(), person.display_name, NOON.millis(), person.sessions_valid_from.millis(),
        )).await;
    }
    by_hand(&place, &format!(
        "INSERT INTO user_groups (tenant_id, id, display_name, display_key, security, mail, created, more) VALUES ({here}, {}, 'Kade', 'kade', 1, 0, {}, '{{}}')",
        quoted(ObjectId::from(group_id(1)).bytes()), NOON.millis(),
    )).await;
    let link = user_in(1, 1);
    by_hand(
        &place,
        &format!(
            "INSERT INTO links (tenant_id, group_id, role, member, kind) VALUES ({here}, {}, 'member', {}, 'User')",
            quoted(link.of.bytes()),
            quoted(link.member.bytes()),
        ),
    )
    .await;
    let store = open(&place).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.users_after(None, 10).await.expect("reads"), [noor.clone(), guest.clone()]);
    assert_eq!(view.groups_of(noor.id).await.expect("reads"), [group_id(1)]);
    for (property, value, found) in [("city", "zwolle \\ 'assendorp'", &noor), ("userType", "guest", &guest)] {
        let condition = Some(Condition::is(property, Test::Equal(value.to_owned())));
        let query = Query { noun: Noun::User, condition, order: Order::Id, after: None, most: 10 };
        assert_eq!(view.users_where(&query).await.expect("finds"), std::slice::from_ref(found), "{property}");
    }
    let names =
        Query { noun: Noun::User, condition: None, order: Order::Name { descending: true }, after: None, most: 10 };
    assert_eq!(view.users_where(&names).await.expect("finds"), [noor, guest]);
    // And what comes new has a number of its own.
    done(&store, users([user(3, "nieuw")])).await;
    assert_eq!(view.users_where(&names).await.expect("finds").len(), 3);
}

/// The text of each migration, in their order.
fn files() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let listed = std::fs::read_dir(folder).expect("the store's migrations are there");
    let mut files: Vec<_> = listed.map(|file| file.expect("a folder that can be listed").path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read_to_string(file).expect("a text")).collect()
}
