//! A file as Graph answers it, with what `$expand` brings along and what the file says of apps that are not in it.

use super::{A, GRAPH, NOBODY, SeedTenant, errors, seed};
use mandate_base::{AppId, ObjectId, ServicePrincipalId, UserId};
use mandate_domain::application::{AccessKind, RequiredAccess, RequiredResource};
use mandate_domain::group::{Link, LinkRole, MemberKind};
use mandate_domain::well_known::IN_EVERY_TENANT;

const EXPORT: &str = include_str!("export.json");
const STAFF: &str = "bbbbbbbb-0000-4000-8000-000000000001";
const ANN: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const BOB: &str = "aaaaaaaa-0000-4000-8000-000000000002";
const API: &str = "ffffffff-0000-4000-8000-000000000001";
const GRAPH_HERE: &str = "ffffffff-0000-4000-8000-000000000003";

fn exported() -> SeedTenant {
    seed(EXPORT).tenants.remove(0)
}

fn id<T: From<ObjectId>>(text: &str) -> T {
    ObjectId::parse(text).expect("a GUID").into()
}

#[test]
fn members_and_owners_are_objects_or_addresses() {
    let link = |of: &str, member: &str, kind, role| Link { of: id(of), member: id(member), kind, role };
    let told = [
        link(ANN, BOB, MemberKind::User, LinkRole::Manager),
        link(STAFF, ANN, MemberKind::User, LinkRole::Member),
        link(STAFF, API, MemberKind::ServicePrincipal, LinkRole::Member),
        link(STAFF, BOB, MemberKind::User, LinkRole::Owner),
        link("cccccccc-0000-4000-8000-000000000001", ANN, MemberKind::User, LinkRole::Owner),
        link(API, ANN, MemberKind::User, LinkRole::Owner),
    ];
    assert_eq!(exported().links, told);
}

#[test]
fn relations_that_came_along_are_dropped() {
    let made = exported();
    assert!(made.users.iter().all(|user| user.user.more.is_empty()));
    let kept: Vec<&str> = made.groups[0].more.keys().map(String::as_str).collect();
    assert_eq!(kept, ["description", "groupTypes"]);
}

#[test]
fn what_an_app_asks_of_strangers_is_kept_as_it_is() {
    let access = |text: &str, kind| RequiredAccess { id: id(text), kind };
    let of_graph = access("e1fe6dd8-ba31-4d61-89e7-88639da4683d", AccessKind::Scope);
    let of_stranger = [
        access("dddddddd-0000-4000-8000-000000000001", AccessKind::Scope),
        access("eeeeeeee-0000-4000-8000-000000000001", AccessKind::Role),
    ];
    let expected = [
        RequiredResource { resource_app_id: id(GRAPH), resource_access: vec![of_graph] },
        RequiredResource { resource_app_id: id(NOBODY), resource_access: of_stranger.to_vec() },
    ];
    assert_eq!(exported().applications[0].card.registration.required_resource_access, expected);
}

#[test]
fn instances_of_unknown_apps_are_left_out_with_what_names_them() {
    let made = exported();
    let instances: Vec<_> = made.service_principals.iter().map(|sp| (sp.id, sp.app_id)).take(2).collect();
    assert_eq!(made.service_principals.len(), 1 + IN_EVERY_TENANT.len());
    let (api, graph) = (id::<ServicePrincipalId>(API), id::<ServicePrincipalId>(GRAPH_HERE));
    assert_eq!(instances, [(api, id::<AppId>(A)), (graph, id(GRAPH))]);
    let grants: Vec<_> = made.grants.iter().map(|grant| (grant.client, grant.resource, grant.scope_text())).collect();
    assert_eq!(grants, [(api, graph, "User.Read openid".to_owned())]);
    let assigned: Vec<_> = made.app_role_assignments.iter().map(|given| (given.principal, given.resource)).collect();
    assert_eq!(assigned, [(id::<ObjectId>(API), graph)]);
    assert!(made.role_assignments.is_empty());
}

#[test]
fn one_that_nobody_left_out_is_missed() {
    let by_hand = EXPORT.replace("\"appOwnerOrganizationId\": \"99999999-9999-4999-8999-999999999999\",", "").replacen(
        "\"servicePrincipalType\": \"Application\",\n          \"displayName\": \"Elsewhere\"",
        "\"displayName\": \"Elsewhere\"",
        1,
    );
    let told = errors(&by_hand);
    let said = format!(
        "tenants[0].servicePrincipals[2].appId: no application of this file has the appId `{NOBODY}`, \
         and none is built in"
    );
    assert!(told.contains(&said), "{told:#?}");
    let stranger = EXPORT.replacen(BOB, "aaaaaaaa-0000-4000-8000-000000000078", 2);
    let said = format!("tenants[0].groups[0].owners[0]: no user, group or service principal `{BOB}`");
    assert_eq!(errors(&stranger), [said]);
}

#[test]
fn an_id_may_be_written_in_any_case() {
    let upper = EXPORT.replace(ANN, &ANN.to_ascii_uppercase());
    assert_eq!(seed(&upper), seed(EXPORT));
    assert_eq!(exported().users[0].user.id, id::<UserId>(ANN));
}
