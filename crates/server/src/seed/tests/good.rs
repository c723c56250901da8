//! Good files: the sample, what an export carries, and what is made where the file is silent.

use super::{A, ANN, API, C, GRAPH, NOW, SAMPLE, STAFF, SeedTenant, TENANT, one, seed, tenant, two_tenants};
use mandate_base::{AppId, AppRoleId, DAY, GroupId, MINUTE, ObjectId, ScopeId, ServicePrincipalId, TenantId, UserId};
use mandate_domain::application::{AccessKind, RequiredAccess};
use mandate_domain::group::{Link, LinkRole, MemberKind};
use mandate_domain::permission::DEFAULT_ACCESS;
use mandate_domain::role::GLOBAL_ADMINISTRATOR;
use mandate_domain::service_principal::{Class, Classification};
use mandate_domain::user::UserKind;
use mandate_domain::well_known::well_known;
use serde_json::json;

fn tenant_id() -> TenantId {
    TenantId::parse(TENANT).expect("a GUID")
}

fn app(text: &str) -> AppId {
    AppId::parse(text).expect("a GUID")
}

fn user(name: &str) -> UserId {
    UserId::named(tenant_id().bytes(), &format!("user:{name}"))
}

fn sp(app_id: &str) -> ServicePrincipalId {
    ServicePrincipalId::named(tenant_id().bytes(), &format!("sp:{app_id}"))
}

/// Users, groups, links, applications, secrets, service principals, grants, app role and role assignments.
fn counts(tenant: &SeedTenant) -> [usize; 9] {
    [
        tenant.users.len(),
        tenant.groups.len(),
        tenant.links.len(),
        tenant.applications.len(),
        tenant.applications.iter().map(|app| app.secrets.len()).sum(),
        tenant.service_principals.len(),
        tenant.grants.len(),
        tenant.app_role_assignments.len(),
        tenant.role_assignments.len(),
    ]
}

/// Those of the tenant's own, and Graph's, without the others that every tenant has.
fn instances(tenant: &SeedTenant) -> Vec<ServicePrincipalId> {
    let brought = |app: AppId| well_known(app).is_some() && app != mandate_domain::catalogue::GRAPH;
    tenant.service_principals.iter().filter(|sp| !brought(sp.app_id)).map(|sp| sp.id).collect()
}

#[test]
fn the_sample_is_read_whole() {
    let seed = seed(SAMPLE);
    let [customer, publisher] = &seed.tenants[..] else { panic!("two tenants") };
    assert_eq!(counts(customer), [11, 4, 13, 7, 4, 13, 1, 4, 3]);
    assert_eq!(counts(publisher), [2, 0, 0, 1, 1, 7, 0, 0, 1]);
    let guest = customer.users.last().expect("eleven");
    assert_eq!(guest.user.kind, UserKind::Guest);
    assert!(guest.user.password.is_none() && guest.password.is_some());
    assert_eq!(customer.role_assignments[0].role, GLOBAL_ADMINISTRATOR);
    assert_eq!(customer.grants[0].scopes, ["openid", "profile", "User.Read"]);
    assert_eq!(customer.app_role_assignments[3].role, DEFAULT_ACCESS);
    assert!(customer.applications.iter().all(|app| app.card.secrets.is_empty()));
}

#[test]
fn reading_twice_gives_the_same() {
    assert_eq!(seed(SAMPLE), seed(SAMPLE));
}

#[test]
fn json_and_yaml_are_read_alike() {
    let json = format!(
        r#"  {{ "tenants": [{{ "id": "{TENANT}", "displayName": "T", "verifiedDomains": [{{ "name": "t.example" }}],
             "users": [{{ "userPrincipalName": "ann@t.example" }}] }}] }}"#
    );
    assert_eq!(seed(&json), seed(&tenant(&[ANN])));
}

#[test]
fn what_a_user_does_not_say_has_its_default() {
    let made = one(&["users: [{ userPrincipalName: Ann@t.example, jobTitle: Clerk, mobilePhone: null, \
                      password: s3cret }]"]);
    let user = &made.users[0].user;
    assert_eq!(user.id, self::user("ann@t.example"));
    assert_eq!(
        (user.display_name.as_str(), user.account_enabled, user.kind),
        ("Ann@t.example", true, UserKind::Member)
    );
    assert_eq!((user.created, user.sessions_valid_from), (NOW, NOW));
    assert_eq!(json!(user.more), json!({ "jobTitle": "Clerk" }));
    assert_eq!(made.users[0].password.as_ref().expect("given").expose(), "s3cret");
}

#[test]
fn apps_add_properties_that_objects_of_the_file_have() {
    let of = |name: &str| format!("extension_{}_{name}", A.replace('-', ""));
    let (badge, since) = (of("badge"), of("since"));
    let made = one(&[
        &format!("{badge}: W"),
        &format!("users: [{{ userPrincipalName: ann@t.example, {since}: '2026-01-15T10:00:00+01:00', {badge}: W-1 }}]"),
        &format!(
            "applications: [{{ appId: {A}, displayName: P, {since}: '2026-01-15T10:00:00+01:00', extensionProperties: [
               {{ name: badge, dataType: String, targetObjects: [User, Organization] }},
               {{ name: {since}, dataType: DateTime, targetObjects: [User, Application] }}] }}]"
        ),
    ]);
    let registration = &made.applications[0].card.registration;
    let names: Vec<&str> = registration.extension_properties.iter().map(|defined| defined.name.as_str()).collect();
    assert_eq!(names, [&badge, &since]);
    assert_eq!(json!(made.users[0].user.more), json!({ &badge: "W-1", &since: "2026-01-15T09:00:00Z" }));
    assert_eq!(registration.other[&since], "2026-01-15T09:00:00Z");
    assert_eq!(made.tenant.profile.more[&badge], "W");
}

#[test]
fn an_export_is_read_with_all_that_it_carries() {
    let made = one(&[
        "'@odata.context': x",
        "technicalNotificationMails: [a@t.example]",
        "users: [{ '@odata.type': '#microsoft.graph.user', id: aaaaaaaa-0000-4000-8000-000000000001, \
         userPrincipalName: ann@t.example, deletedDateTime: null, createdDateTime: '2026-01-15T09:00:00Z', \
         signInActivity: null, onPremisesExtensionAttributes: { extensionAttribute1: x, extensionAttribute2: null }, \
         passwordProfile: { password: s3cret, forceChangePasswordNextSignIn: false } }]",
        "applications: [{ displayName: P, keyCredentials: [], addIns: null, web: { redirectUriSettings: [] }, \
         passwordCredentials: [{ keyId: aaaaaaaa-0000-4000-8000-000000000002, hint: abc, secretText: null }] }]",
    ]);
    let user = &made.users[0];
    assert_eq!(mandate_domain::time::iso(user.user.created), "2026-01-15T09:00:00Z");
    assert_eq!(json!(user.user.more), json!({ "onPremisesExtensionAttributes": { "extensionAttribute1": "x" } }));
    assert_eq!(user.password.as_ref().expect("in its profile").expose(), "s3cret");
    assert!(made.applications[0].secrets.is_empty());
}

#[test]
fn ids_are_made_from_names_and_stay_the_same() {
    let made = one(&[ANN, STAFF, API]);
    let api = &made.applications[0].card;
    assert_eq!(made.groups[0].id, GroupId::named(tenant_id().bytes(), "group:staff"));
    assert_eq!(
        api.registration.api.oauth2_permission_scopes[0].id,
        ScopeId::named(app(A).bytes(), "scope:Orders.Read")
    );
    assert_eq!(api.registration.app_roles[0].id, AppRoleId::named(app(A).bytes(), "role:Approver"));
    assert_eq!(instances(&made), [sp(A), sp(C), sp(GRAPH)]);
}

#[test]
fn members_and_owners_go_by_any_of_their_names() {
    let made = one(&[
        ANN,
        "groups: [{ displayName: Ops }, { displayName: Staff, members: [ann@t.example, ops, \
         c1000000-0000-4000-8000-000000000001], owners: [ANN@t.example] }]",
        API,
    ]);
    let group = made.groups[1].id;
    let link = |member: ObjectId, kind, role| Link { of: group.into(), member, kind, role };
    assert_eq!(
        made.links,
        [
            link(user("ann@t.example").into(), MemberKind::User, LinkRole::Member),
            link(made.groups[0].id.into(), MemberKind::Group, LinkRole::Member),
            link(sp(A).into(), MemberKind::ServicePrincipal, LinkRole::Member),
            link(user("ann@t.example").into(), MemberKind::User, LinkRole::Owner),
        ]
    );
}

#[test]
fn apps_have_owners_and_people_have_managers() {
    let made = one(&[
        "users: [{ userPrincipalName: ann@t.example }, { userPrincipalName: bob@t.example, manager: ann@t.example }]",
        "applications: [{ appId: c1000000-0000-4000-8000-000000000001, displayName: App, owners: [bob@t.example] }]",
        "servicePrincipals: [{ appId: c1000000-0000-4000-8000-000000000001, owners: [{ id: \
         ffffffff-0000-4000-8000-000000000001 }], id: ffffffff-0000-4000-8000-000000000001 }]",
    ]);
    let (ann, bob) = (user("ann@t.example").into(), user("bob@t.example").into());
    let sp = made.service_principals.iter().find(|sp| sp.app_id == app(A)).expect("the app's").id.into();
    let of = |of, member, kind, role| Link { of, member, kind, role };
    let expected = [
        of(bob, ann, MemberKind::User, LinkRole::Manager),
        of(made.applications[0].card.application.into(), bob, MemberKind::User, LinkRole::Owner),
        of(sp, sp, MemberKind::ServicePrincipal, LinkRole::Owner),
    ];
    assert_eq!(made.links, expected);
}

#[test]
fn permissions_are_found_by_value_or_id_in_the_catalogue_and_in_any_tenant() {
    let client = format!(
        "applications: [{{ displayName: Q, requiredResourceAccess: [\
         {{ resourceAppId: {GRAPH}, resourceAccess: [{{ id: user.read, type: Scope }}, \
         {{ id: df021288-bdef-4463-88db-98f22de89214, type: Role }}] }}, \
         {{ resourceAppId: {A}, resourceAccess: [{{ id: Orders.Write, type: Scope }}, \
         {{ id: Export, type: Role }}] }}] }}]"
    );
    let seed = seed(&two_tenants(&[API], &[&client]));
    let required = &seed.tenants[1].applications[0].card.registration.required_resource_access;
    let scope = |id: ObjectId| RequiredAccess { id, kind: AccessKind::Scope };
    let role = |id: ObjectId| RequiredAccess { id, kind: AccessKind::Role };
    let guid = |text: &str| ObjectId::parse(text).expect("a GUID");
    assert_eq!(
        required[0].resource_access,
        [scope(guid("e1fe6dd8-ba31-4d61-89e7-88639da4683d")), role(guid("df021288-bdef-4463-88db-98f22de89214")),]
    );
    assert_eq!(
        required[1].resource_access,
        [
            scope(ScopeId::named(app(A).bytes(), "scope:Orders.Write").into()),
            role(AppRoleId::named(app(A).bytes(), "role:Export").into()),
        ]
    );
}

#[test]
fn a_listed_tenant_has_only_what_is_listed_and_what_is_named() {
    let listed = format!(
        "servicePrincipals: [{{ appId: {A}, displayName: Orders, accountEnabled: false, \
         delegatedPermissionClassifications: [{{ permissionName: Orders.Read, classification: low }}] }}]"
    );
    let made = one(&[API, &listed]);
    assert_eq!(instances(&made), [sp(A), sp(GRAPH)]);
    let orders = &made.service_principals[0];
    assert_eq!((orders.display_name.as_str(), orders.account_enabled, orders.home), ("Orders", false, tenant_id()));
    assert_eq!(
        orders.more.delegated_permission_classifications,
        [Classification {
            permission_id: ScopeId::named(app(A).bytes(), "scope:Orders.Read").into(),
            permission_name: "Orders.Read".to_owned(),
            classification: Class::Low,
        }]
    );
    let graph = &made.service_principals[1];
    assert_eq!(graph.more.service_principal_names, [GRAPH, "https://graph.microsoft.com"]);

    let granted = format!(
        "oauth2PermissionGrants: [{{ clientId: {C}, resourceId: {A}, consentType: AllPrincipals, scope: Orders.Read }}]"
    );
    let made = one(&[API, &listed, &granted]);
    assert_eq!(instances(&made), [sp(A), sp(GRAPH), sp(C)]);
}

#[test]
fn grants_of_the_same_three_are_one() {
    let grant =
        |principal: &str, scope: &str| format!("{{ clientId: {C}, resourceId: {A}, {principal}, scope: {scope} }}");
    let all = "consentType: AllPrincipals";
    let ann = "consentType: Principal, principalId: ann@t.example";
    let line = format!(
        "oauth2PermissionGrants: [{}, {}, {}]",
        grant(all, "orders.read"),
        grant(ann, "Orders.Read"),
        grant(all, "Orders.Write Orders.Read")
    );
    let made = one(&[ANN, API, &line]);
    let told: Vec<_> = made.grants.iter().map(|grant| (grant.principal, grant.scope_text())).collect();
    assert_eq!(
        told,
        [(None, "Orders.Read Orders.Write".to_owned()), (Some(user("ann@t.example")), "Orders.Read".to_owned()),]
    );
}

#[test]
fn a_multi_tenant_app_enters_where_it_is_named() {
    let app_line = format!("applications: [{{ appId: {A}, displayName: P, signInAudience: AzureADMultipleOrgs }}]");
    let listed = format!("servicePrincipals: [{{ appId: {A} }}]");
    let seed = seed(&two_tenants(&[&app_line], &[&listed]));
    let instance = &seed.tenants[1].service_principals[0];
    assert_eq!((instance.app_id, instance.home), (app(A), tenant_id()));
}

#[test]
fn a_secret_without_dates_lasts_two_years_from_a_minute_ago() {
    let made = one(&["applications: [{ displayName: P, passwordCredentials: [{ displayName: dev, secretText: s }] }]"]);
    let secret = &made.applications[0].secrets[0];
    assert_eq!((secret.start, secret.end), (NOW - MINUTE, NOW + 730 * DAY));
    assert_eq!((secret.display_name.as_deref(), secret.secret.expose().as_str()), (Some("dev"), "s"));
}

#[test]
fn settings_are_read_and_built_in_policies_of_an_export_are_left_out() {
    let made = one(&["settings: { authorizationPolicy: { allowInvitesFrom: everyone, defaultUserRolePermissions: \
         { allowedToCreateApps: false, permissionGrantPoliciesAssigned: [ManagePermissionGrantsForSelf.own, \
         ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team] } }, \
         permissionGrantPolicies: [{ id: own, includes: [{ permissionType: delegated }] }, \
         { id: microsoft-user-default-low }], adminConsentRequestPolicy: { isEnabled: true, version: 3, \
         requestDurationInDays: 7, reviewers: [{ query: /users/aaaaaaaa-0000-4000-8000-000000000001, \
         queryType: MicrosoftGraph, queryRoot: null }] } }"]);
    let settings = &made.tenant.settings;
    let defaults = &settings.authorization_policy.default_user_role_permissions;
    assert!(!defaults.allowed_to_create_apps && defaults.allowed_to_read_other_users);
    let requests = &settings.admin_consent_request_policy;
    assert!(requests.is_enabled);
    assert_eq!((requests.request_duration_in_days, requests.reviewers.len()), (7, 1));
    assert_eq!(settings.permission_grant_policies.iter().map(|policy| policy.id.as_str()).collect::<Vec<_>>(), ["own"]);
}
