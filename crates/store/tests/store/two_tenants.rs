//! Two tenants in one store: everything that one holds is tried by the other, to read and to change.
//!
//! The other is first empty, then a twin that holds things of the same ids. Next: `snapshot` for what is tried to read.

use crate::backend;
use crate::sample::{
    LATER, WATERKANT, ZONNEBEL, app_id, application_id, assigned, card, changes, done, group, photo, refresh, role,
    traces, user_id, user_in,
};
use crate::snapshot::{Dump, Organisation, Snapshot};
use mandate_base::{Folded, Secret, TenantId};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::application::AppCard;
use mandate_domain::consent::request::{ConsentRequest, Decision, Verdict};
use mandate_domain::deleted::{Attached, Deleted};
use mandate_domain::grant::{AppRoleAssignment, Grant};
use mandate_domain::group::{Group, MemberKind};
use mandate_domain::logo::Logo;
use mandate_domain::query::Noun;
use mandate_domain::record::{Change, Record, Trace};
use mandate_domain::schema_extension::SchemaExtension;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::signin::code::Code;
use mandate_domain::signin::session::{Ended, EndedBy, Session};
use mandate_domain::subscription::{Progress, Subscription};
use mandate_domain::tenant::Tenant;
use mandate_domain::token::refresh::Family;
use mandate_domain::user::User;
use mandate_store::{Committed, Place, Store};
use serde_json::Map;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

on_each_backend!(
    a_tenant_sees_its_own_whole,
    an_empty_tenant_sees_nothing_of_another,
    twins_see_each_their_own,
    nothing_committed_in_an_empty_tenant_changes_another,
    nothing_committed_in_a_twin_changes_another,
    a_tenants_settings_are_not_set_from_another,
    a_card_is_not_replaced_from_another_tenant,
    a_card_names_no_other_tenant_as_its_home,
);

fn waterkant() -> Organisation {
    Organisation::new(WATERKANT, "Waterkant", 1)
}

fn zonnebel() -> Organisation {
    Organisation::new(ZONNEBEL, "Zonnebel", 21)
}

async fn a_tenant_sees_its_own_whole(store: Store) {
    waterkant().store(&store).await;
    assert_eq!(Dump::of(&waterkant(), &store).await, Dump::expected(&waterkant()));
}

async fn an_empty_tenant_sees_nothing_of_another(store: Store) {
    waterkant().store(&store).await;
    assert_eq!(Snapshot::through(store.tenant(ZONNEBEL)).await, Snapshot::default());
}

async fn twins_see_each_their_own(store: Store) {
    for organisation in [waterkant(), zonnebel()] {
        organisation.store(&store).await;
    }
    for organisation in [waterkant(), zonnebel()] {
        assert_eq!(Dump::of(&organisation, &store).await, Dump::expected(&organisation));
    }
}

const TAKEN: &str = "Taken over";

/// Every kind of change, aimed at what the victim holds; what removes comes last.
fn changes_against(victim: &Organisation) -> Vec<Change> {
    let mut tenant: Tenant = victim.tenant.clone();
    tenant.profile.display_name = TAKEN.to_owned();
    let mut card: AppCard = victim.card.clone();
    card.registration.display_name = TAKEN.to_owned();
    card.secrets.clear();
    let user = User { display_name: TAKEN.to_owned(), account_enabled: false, ..victim.user.clone() };
    let group = Group { display_name: TAKEN.to_owned(), ..victim.groups[0].clone() };
    let unit = AdministrativeUnit { display_name: TAKEN.to_owned(), restricted: true, ..victim.unit.clone() };
    let sp = ServicePrincipal { display_name: TAKEN.to_owned(), ..victim.sps[0].clone() };
    let grant = Grant { scopes: vec![TAKEN.to_owned()], ..victim.grants[0].clone() };
    let stronger = AppRoleAssignment { created: LATER, ..assigned(9, user_id(1), MemberKind::User) };
    let request = ConsentRequest { reason: TAKEN.to_owned(), ..victim.request.clone() };
    let decision = Decision { verdict: Verdict::Approved, by: Some(user_id(66)), at: LATER, justification: None };
    let application = Change::ApplicationRemoved { application: card.application, app: card.app_id };
    let attached = Attached { links: vec![user_in(2, 66)], ..Attached::default() };
    let logo = Logo { kind: "image/gif", image: b"GIF89a".to_vec() };
    let extension = SchemaExtension { description: Some(TAKEN.to_owned()), ..victim.schema_extension.clone() };
    let deleted = Deleted { at: LATER, ..victim.deleted.clone() };
    let domain = Folded::of(&victim.tenant.profile.verified_domains[0].name);
    vec![
        Change::TenantAdded(Box::new(tenant.clone())),
        Change::TenantSettings(Box::new(tenant)),
        Change::DomainAdded(domain.clone()),
        Change::DomainRemoved(domain),
        Change::UserAdded(Box::new(user.clone())),
        Change::UserUpdated(Box::new(user)),
        Change::UserEnabled { user: victim.user.id, enabled: false },
        Change::UserSessionsRevoked { user: victim.user.id, at: LATER },
        Change::GroupAdded(Box::new(group.clone())),
        Change::GroupUpdated(Box::new(group)),
        Change::AdministrativeUnitAdded(Box::new(unit.clone())),
        Change::AdministrativeUnitUpdated(Box::new(unit)),
        Change::PhotoSet { object: victim.user.id.into(), noun: Noun::User, photo: photo(TAKEN) },
        Change::LinkAdded(user_in(1, 66)),
        Change::ApplicationAdded(Box::new(card.clone())),
        Change::ApplicationUpdated(Box::new(card)),
        Change::ApplicationLogo { app: victim.card.app_id, logo },
        Change::ServicePrincipalAdded(Box::new(sp.clone())),
        Change::ServicePrincipalUpdated(Box::new(sp)),
        Change::Kept(Box::new(deleted)),
        Change::AttachedAgain(Box::new(attached)),
        Change::ServicePrincipalEnabled { sp: victim.sps[0].id, enabled: false },
        Change::GrantAdded(grant.clone()),
        Change::GrantScopes { grant: grant.id, scopes: grant.scopes.clone(), version: grant.version },
        Change::AppRoleAssigned(stronger),
        Change::RoleAssigned(role(9, user_id(1), 9)),
        Change::SessionRevoked { session: victim.session.id, at: LATER },
        Change::UserPassword {
            user: victim.user.id,
            password: Secret::new("another".to_owned()),
            more: Map::new(),
            at: LATER,
            keep: None,
        },
        Change::ConsentRequested(Box::new(request)),
        Change::ConsentRequestDecided { request: victim.request.id, decision },
        Change::LinkRemoved(victim.links[0]),
        Change::RoleUnassigned(victim.role.id),
        Change::KeptNoLonger(victim.deleted.id()),
        application,
        Change::SchemaExtensionAdded(Box::new(extension.clone())),
        Change::SchemaExtensionUpdated(Box::new(extension)),
        Change::SchemaExtensionRemoved { name: victim.schema_extension.id.clone(), version: 1 },
        Change::PhotoRemoved { object: victim.user.id.into(), noun: Noun::User },
        Change::AdministrativeUnitRemoved(victim.unit.id),
        Change::GroupRemoved(victim.groups[0].id),
        Change::AppRoleUnassigned(victim.assignments[0].id),
        Change::GrantRemoved(grant.id),
        Change::ServicePrincipalRemoved(victim.sps[0].id),
        Change::UserRemoved(victim.user.id),
    ]
}

/// Every kind of trace, aimed at what the victim holds.
fn traces_against(victim: &Organisation) -> Vec<Trace> {
    let session = Session { user: user_id(66), ..victim.session.clone() };
    let code = Code { expires: LATER, ..victim.code.clone() };
    let family = Family { user: user_id(66), ..victim.family.clone() };
    let subscription = Subscription { expires: LATER, ..victim.subscription.clone() };
    let (held, progress) = (subscription.progress.held, Progress { seq: 99, ..subscription.progress });
    vec![
        Trace::SessionBegun(session),
        Trace::CodeIssued(Box::new(code)),
        Trace::FamilyBegun(Box::new(family)),
        Trace::RefreshIssued(refresh(9, 1)),
        Trace::CodeUsed { hash: victim.code.hash, at: LATER },
        Trace::RefreshReplaced { hash: victim.refresh.hash, at: LATER },
        Trace::SessionExtended { session: victim.session.id, expires: LATER },
        Trace::SessionUsed { session: victim.session.id, client: app_id(9) },
        Trace::SessionEnded { session: victim.session.id, ended: Ended { at: LATER, how: EndedBy::SignOut } },
        Trace::FamilyRevoked { family: victim.family.id, at: LATER },
        Trace::SubscriptionMade(Box::new(subscription.clone())),
        Trace::SubscriptionRenewed(Box::new(subscription.clone())),
        Trace::SubscriptionTold { subscription: subscription.id, progress, held },
        Trace::SubscriptionHeld { subscription: subscription.id, until: LATER, was: held },
        Trace::SubscriptionEnded(subscription.id),
    ]
}

fn attempts_on(victim: &Organisation) -> Vec<Record> {
    let changed = changes_against(victim).into_iter().map(|change| changes([change]));
    let traced = traces_against(victim).into_iter().map(|trace| traces([trace]));
    changed.chain(traced).collect()
}

/// A new kind does not compile here until it has a number, and fails below until it is tried above.
fn place_of_change(change: &Change) -> usize {
    match change {
        Change::TenantAdded(_) => 0,
        Change::TenantSettings(_) => 1,
        Change::UserAdded(_) => 2,
        Change::UserEnabled { .. } => 3,
        Change::UserRemoved(_) => 4,
        Change::UserSessionsRevoked { .. } => 5,
        Change::GroupAdded(_) => 6,
        Change::LinkAdded(_) => 7,
        Change::ApplicationAdded(_) => 8,
        Change::ApplicationUpdated(_) => 9,
        Change::ServicePrincipalAdded(_) => 10,
        Change::ServicePrincipalEnabled { .. } => 11,
        Change::ServicePrincipalRemoved(_) => 12,
        Change::GrantAdded(_) => 13,
        Change::GrantScopes { .. } => 14,
        Change::GrantRemoved(_) => 15,
        Change::AppRoleAssigned(_) => 16,
        Change::AppRoleUnassigned(_) => 17,
        Change::RoleAssigned(_) => 18,
        Change::SessionRevoked { .. } => 19,
        Change::UserPassword { .. } => 20,
        Change::ConsentRequested(_) => 21,
        Change::ConsentRequestDecided { .. } => 22,
        Change::UserUpdated(_) => 23,
        Change::GroupUpdated(_) => 24,
        Change::GroupRemoved(_) => 25,
        Change::LinkRemoved(_) => 26,
        Change::ApplicationRemoved { .. } => 27,
        Change::ServicePrincipalUpdated(_) => 28,
        Change::Kept(_) => 29,
        Change::AttachedAgain(_) => 30,
        Change::KeptNoLonger(_) => 31,
        Change::RoleUnassigned(_) => 32,
        Change::ApplicationLogo { .. } => 33,
        Change::AdministrativeUnitAdded(_) => 34,
        Change::AdministrativeUnitUpdated(_) => 35,
        Change::AdministrativeUnitRemoved(_) => 36,
        Change::PhotoSet { .. } => 37,
        Change::PhotoRemoved { .. } => 38,
        Change::SchemaExtensionAdded(_) => 39,
        Change::SchemaExtensionUpdated(_) => 40,
        Change::SchemaExtensionRemoved { .. } => 41,
        Change::DomainAdded(_) => 42,
        Change::DomainRemoved(_) => 43,
    }
}

const KINDS_OF_CHANGE: usize = 44;

/// `None`: no tenant's, so there is nothing to keep apart.
fn place_of_trace(trace: &Trace) -> Option<usize> {
    Some(match trace {
        Trace::SessionBegun(_) => 0,
        Trace::SessionEnded { .. } => 1,
        Trace::CodeIssued(_) => 2,
        Trace::CodeUsed { .. } => 3,
        Trace::FamilyBegun(_) => 4,
        Trace::FamilyRevoked { .. } => 5,
        Trace::RefreshIssued(_) => 6,
        Trace::RefreshReplaced { .. } => 7,
        Trace::SessionExtended { .. } => 8,
        Trace::SessionUsed { .. } => 9,
        Trace::SubscriptionMade(_) => 10,
        Trace::SubscriptionRenewed(_) => 11,
        Trace::SubscriptionHeld { .. } => 12,
        Trace::SubscriptionTold { .. } => 13,
        Trace::SubscriptionEnded(_) => 14,
        Trace::DeviceAsked(_) | Trace::DeviceAnswered { .. } | Trace::DeviceUsed { .. } => return None,
    })
}

const KINDS_OF_TRACE: usize = 15;

#[test]
fn every_kind_of_change_and_of_trace_is_tried() {
    let tried: BTreeSet<usize> = changes_against(&waterkant()).iter().map(place_of_change).collect();
    assert_eq!(tried, (0..KINDS_OF_CHANGE).collect::<BTreeSet<_>>());
    let tried: BTreeSet<usize> = traces_against(&waterkant()).iter().filter_map(place_of_trace).collect();
    assert_eq!(tried, (0..KINDS_OF_TRACE).collect::<BTreeSet<_>>());
}

/// The attempts after which the victim is not what it was. Whether an attempt was done or raced is no matter: what it
/// wrote into its own tenant is its own.
async fn harmful(attempts: Vec<Record>, victim: &Organisation, store: &Store) -> Vec<String> {
    let mut harmful = Vec::new();
    let mut before = Dump::of(victim, store).await;
    assert_eq!(before, Dump::expected(victim));
    for attempt in attempts {
        let answer = store.commit(ZONNEBEL, &attempt, LATER).await;
        let after = Dump::of(victim, store).await;
        if after != before {
            harmful.push(format!("{answer:?} {attempt:?}"));
            before = after;
        }
    }
    harmful
}

async fn nothing_committed_in_an_empty_tenant_changes_another(store: Store) {
    waterkant().store(&store).await;
    let harmful = harmful(attempts_on(&waterkant()), &waterkant(), &store).await;
    assert!(harmful.is_empty(), "{harmful:#?}");
}

async fn nothing_committed_in_a_twin_changes_another(store: Store) {
    waterkant().store(&store).await;
    zonnebel().store(&store).await;
    let harmful = harmful(attempts_on(&waterkant()), &waterkant(), &store).await;
    assert!(harmful.is_empty(), "{harmful:#?}");
}

async fn a_tenants_settings_are_not_set_from_another(store: Store) {
    waterkant().store(&store).await;
    zonnebel().store(&store).await;
    let mut loose = waterkant().tenant;
    loose.settings.authorization_policy.default_user_role_permissions.allowed_to_create_apps = false;
    let attempt = changes([Change::TenantSettings(Box::new(loose))]);
    assert_ne!(store.commit(ZONNEBEL, &attempt, LATER).await.ok(), Some(Committed::Done));
    assert_eq!(Dump::of(&waterkant(), &store).await, Dump::expected(&waterkant()));
    assert_eq!(Dump::of(&zonnebel(), &store).await, Dump::expected(&zonnebel()));
}

async fn a_card_is_not_replaced_from_another_tenant(store: Store) {
    waterkant().store(&store).await;
    zonnebel().store(&store).await;
    // The application is its own; only the appId is the other's. Done, it would hand over redirect URIs and secrets.
    for home in [ZONNEBEL, WATERKANT] {
        let forged = AppCard { application: application_id(21), ..card(1, home, TAKEN) };
        let attempt = changes([Change::ApplicationUpdated(Box::new(forged))]);
        assert_ne!(store.commit(ZONNEBEL, &attempt, LATER).await.ok(), Some(Committed::Done), "{home}");
        assert_eq!(Dump::of(&waterkant(), &store).await, Dump::expected(&waterkant()));
        assert_eq!(Dump::of(&zonnebel(), &store).await, Dump::expected(&zonnebel()));
    }
}

async fn a_card_names_no_other_tenant_as_its_home(store: Store) {
    waterkant().store(&store).await;
    let attempt = changes([Change::ApplicationAdded(Box::new(card(22, WATERKANT, TAKEN)))]);
    // Refused or put right, but not believed: policies trust an app by its home.
    let _ = store.commit(ZONNEBEL, &attempt, LATER).await;
    let home = store.global().card_by_app_id(app_id(22)).await.expect("reads").map(|card| card.home);
    assert_ne!(home, Some(WATERKANT));
}

/// What no method reads is compared as well, where a test can look past the store: every row of every table.
#[test]
fn every_row_of_a_tenant_stays_what_it_was() {
    backend::sqlite_place(|place| async move {
        let Place::Sqlite(path) = &place else { unreachable!("it is the place of SQLite") };
        let store = backend::open(&place).await;
        waterkant().store(&store).await;
        zonnebel().store(&store).await;
        // What is gone leaves its number behind.
        let gone = group(77, "Kade");
        for change in [Change::GroupAdded(Box::new(gone.clone())), Change::GroupRemoved(gone.id)] {
            done(&store, changes([change])).await;
        }
        let before = rows_of(WATERKANT, path);
        let empty: Vec<&String> = before.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table).collect();
        assert_eq!(empty, [""; 0], "the sample holds nothing of these tables");
        for attempt in attempts_on(&waterkant()) {
            let answer = store.commit(ZONNEBEL, &attempt, LATER).await;
            assert_eq!(rows_of(WATERKANT, path), before, "{answer:?} {attempt:?}");
        }
    });
}

/// By table, sorted.
fn rows_of(tenant: TenantId, path: &Path) -> BTreeMap<String, Vec<String>> {
    let connection = rusqlite::Connection::open(path).expect("the store's file");
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%(tenant_id %'";
    let mut tables = connection.prepare(tables).expect("a fixed statement");
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).expect("it can be read");
    tables
        .map(|table| table.expect("a name"))
        .map(|table| (table.clone(), rows_in(&table, tenant, &connection)))
        .collect()
}

fn rows_in(table: &str, tenant: TenantId, connection: &rusqlite::Connection) -> Vec<String> {
    let select = format!("SELECT * FROM {table} WHERE tenant_id = (SELECT short FROM tenant_keys WHERE tenant = ?1)");
    let mut select = connection.prepare(&select).expect("a table that is there");
    let width = select.column_count();
    let cell = |row: &rusqlite::Row<'_>, place: usize| row.get::<_, rusqlite::types::Value>(place).expect("any value");
    let text = |row: &rusqlite::Row<'_>| Ok(format!("{:?}", (0..width).map(|at| cell(row, at)).collect::<Vec<_>>()));
    let found = select.query_map([tenant.bytes().as_slice()], text).expect("it can be read");
    let mut rows: Vec<String> = found.map(|row| row.expect("a row")).collect();
    rows.sort();
    rows
}
