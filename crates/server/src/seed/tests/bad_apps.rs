//! Bad applications and service principals, and what people are told about them.

use super::{A, API, GRAPH, NOBODY, check, errors, seed, tenant, two_tenants};

#[test]
fn applications_ask_for_what_others_publish() {
    let asks = |access: &str| {
        format!(
            "applications: [{{ displayName: P, requiredResourceAccess: [{{ resourceAppId: {GRAPH}, \
                 resourceAccess: [{access}] }}] }}]"
        )
    };
    let at = "tenants[0].applications[0].requiredResourceAccess[0]";
    let cases = [
        (
            "{ id: User.Raed, type: Scope }",
            "resourceAccess[0].id: `Microsoft Graph` has no delegated permission `User.Raed`, did you mean User.Read",
        ),
        (
            "{ id: User.Red.All, type: Role }",
            "resourceAccess[0].id: `Microsoft Graph` has no app role `User.Red.All`, did you mean User.Read.All",
        ),
        (
            "{ id: Application.ReadWrite.OwnedBy, type: Scope }",
            "resourceAccess[0].id: is an app role, so its type is Role",
        ),
        (
            "{ id: openid, type: Scoop }",
            "resourceAccess[0].type: expected one of Scope, Role, found `Scoop`, did you mean Scope",
        ),
    ];
    for (access, said) in cases {
        assert_eq!(errors(&tenant(&[&asks(access)])), [format!("{at}.{said}")]);
    }
    // An id is kept where nobody knows the API; a value cannot be looked up.
    let unknown = asks("{ id: e1fe6dd8-ba31-4d61-89e7-88639da4683d, type: Scope }, { id: User.Read, type: Scope }");
    let unknown = unknown.replace(GRAPH, NOBODY);
    let said =
        format!("{at}.resourceAppId: no application of this file has the appId `{NOBODY}`, and none is built in");
    assert_eq!(errors(&tenant(&[&unknown])), [said]);
}

#[test]
fn applications_are_told_apart() {
    let twice = format!("applications: [{{ appId: {A}, displayName: P }}, {{ appId: {A}, displayName: Q }}]");
    let said = format!("tenants[0].applications[1].appId: `{A}` is already that of tenants[0].applications[0].appId");
    check(&[
        (&[&twice], &[&said]),
        (
            &["applications: [{ displayName: P }, { displayName: P }]"],
            &["tenants[0].applications[1]: has the same name as tenants[0].applications[0], \
               and no id to tell them apart"],
        ),
        (
            &["applications: [{ displayName: P, identifierUris: [api://x] }, \
               { displayName: Q, identifierUris: [API://X] }]"],
            &["tenants[0].applications[1].identifierUris[0]: `API://X` is already that of \
               tenants[0].applications[0].identifierUris[0]"],
        ),
        (
            &["applications: [{ displayName: P, identifierUris: ['https://graph.microsoft.com/'] }]"],
            &["tenants[0].applications[0].identifierUris[0]: this is the identifier of Microsoft Graph, \
               which is built in"],
        ),
        (
            &["applications: [{ displayName: P, api: { requestedAccessTokenVersion: 3, \
               oauth2PermissionScopes: [{ value: a b }, { value: c }, { value: C }] } }]"],
            &[
                "tenants[0].applications[0].api.requestedAccessTokenVersion: expected 1 or 2, found number",
                "tenants[0].applications[0].api.oauth2PermissionScopes[0].value: \
                 a permission's value may not hold blanks",
                "tenants[0].applications[0].api.oauth2PermissionScopes[2].value: `C` is already that of \
                 tenants[0].applications[0].api.oauth2PermissionScopes[1].value",
            ],
        ),
        (
            &["applications: [{ displayName: P, passwordCredentials: [{ secretText: s, \
               startDateTime: 2026-01-02T00:00:00Z, endDateTime: 2026-01-01T00:00:00Z }] }]"],
            &["tenants[0].applications[0].passwordCredentials[0].endDateTime: ends before it starts"],
        ),
    ]);
}

#[test]
fn service_principals_are_of_apps_that_may_be_there() {
    let unknown = format!("servicePrincipals: [{{ appId: {NOBODY} }}]");
    let said = format!(
        "tenants[0].servicePrincipals[0].appId: no application of this file has the appId `{NOBODY}`, \
         and none is built in"
    );
    let twice = format!("servicePrincipals: [{{ appId: {A} }}, {{ appId: {A} }}]");
    let said_twice = format!(
        "tenants[0].servicePrincipals[1].appId: `{A}` is already that of tenants[0].servicePrincipals[0].appId"
    );
    let class = format!(
        "servicePrincipals: [{{ appId: {A}, delegatedPermissionClassifications: \
         [{{ permissionName: Orders.Reed, classification: low }}] }}]"
    );
    check(&[
        (&[&unknown], &[&said]),
        (&[API, &twice], &[&said_twice]),
        (
            &[API, &class],
            &["tenants[0].servicePrincipals[0].delegatedPermissionClassifications[0].permissionName: \
               `Api` has no delegated permission `Orders.Reed`, did you mean Orders.Read"],
        ),
    ]);
}

#[test]
fn an_app_leaves_its_home_only_when_its_audience_says_so() {
    let listed = format!("servicePrincipals: [{{ appId: {A} }}]");
    let said = "`Api` is of another tenant, and its signInAudience is not multi-tenant";
    assert_eq!(errors(&two_tenants(&[API], &[&listed])), [format!("tenants[1].servicePrincipals[0].appId: {said}")]);
    let granted = format!(
        "oauth2PermissionGrants: [{{ clientId: {A}, resourceId: {GRAPH}, consentType: AllPrincipals, scope: openid }}]"
    );
    let said = format!("tenants[1].oauth2PermissionGrants[0].clientId: {said}");
    assert_eq!(errors(&two_tenants(&[API], &[&granted])), [said]);
}

#[test]
fn a_service_principal_that_is_left_out_keeps_its_id() {
    let listed = format!(
        "servicePrincipals: [{{ id: aaaaaaaa-0000-4000-8000-000000000001, appId: {NOBODY}, \
         servicePrincipalType: Application }}]"
    );
    check(&[(
        &["users: [{ id: aaaaaaaa-0000-4000-8000-000000000001, userPrincipalName: ann@t.example }]", &listed],
        &["tenants[0].servicePrincipals[0].id: `aaaaaaaa-0000-4000-8000-000000000001` is already that of \
           tenants[0].users[0].id"],
    )]);
}

#[test]
fn what_an_app_proves_itself_with_is_checked() {
    let app = |more: &str| tenant(&[&format!("applications: [{{ displayName: P, {more} }}]")]);
    let at = "tenants[0].applications[0]";
    let cases = [
        ("keyCredentials: [{ key: AAAA }]", format!("{at}.keyCredentials[0].key: not an X.509 certificate")),
        (
            "federatedIdentityCredentials: [{ name: ci, issuer: http://ci.example, subject: main }]",
            format!("{at}.federatedIdentityCredentials[0].issuer: an issuer is an https URL"),
        ),
        (
            "federatedIdentityCredentials: [{ name: ci, issuer: https://ci.example, subject: a, audiences: [x, y] }]",
            format!("{at}.federatedIdentityCredentials[0].audiences: exactly one audience is allowed"),
        ),
        (
            "federatedIdentityCredentials: [{ name: ci, issuer: https://ci.example }]",
            format!("{at}.federatedIdentityCredentials[0]: subject is missing"),
        ),
        (
            "federatedIdentityCredentials: [{ name: a, issuer: https://ci.example, subject: x }, \
             { name: b, issuer: https://ci.example, subject: x }]",
            format!(
                "{at}.federatedIdentityCredentials[1].subject: `x` is already that of \
                 {at}.federatedIdentityCredentials[0].subject"
            ),
        ),
    ];
    for (more, said) in cases {
        assert_eq!(errors(&app(more)), [said], "{more}");
    }
    // What an export holds of certificates whose content it does not show.
    seed(&app("keyCredentials: [{ keyId: dddddddd-0000-4000-8000-000000000001, key: null }]"));
}

#[test]
fn an_extension_is_whole_and_its_values_fit() {
    let badge = format!("extension_{}_badge", A.replace('-', ""));
    let app = |properties: &str| {
        format!("applications: [{{ appId: {A}, displayName: P, extensionProperties: [{properties}] }}]")
    };
    let good = app("{ name: badge, dataType: Integer, targetObjects: [User] }");
    let user = |value: &str| format!("users: [{{ userPrincipalName: ann@t.example, {badge}: {value} }}]");
    let group = format!("groups: [{{ displayName: G, {badge}: 1 }}]");
    let at = "tenants[0].applications[0].extensionProperties";
    let nobody = "no application of this tenant adds such a property to these objects";
    check(&[
        (&[&good, &user("x")], &[&format!("tenants[0].users[0].{badge}: is no value of its type")]),
        (&[&user("1")], &[&format!("tenants[0].users[0].{badge}: {nobody}")]),
        (&[&good, &group], &[&format!("tenants[0].groups[0].{badge}: {nobody}")]),
        (&[&app("{ dataType: String }")], &[&format!("{at}[0]: name is missing")]),
        (
            &[&app("{ name: x, dataType: Text, targetObjects: [User] }")],
            &[&format!("{at}[0].dataType: is no value of its type")],
        ),
        (&[&app("{ name: x, dataType: String }")], &[&format!("{at}[0]: targetObjects is missing")]),
        (
            &[&app(
                "{ name: x, dataType: String, targetObjects: [User] }, { name: X, dataType: String, targetObjects: [User] }",
            )],
            &[&format!("{at}[1].name: is the name of another one of this application")],
        ),
    ]);
}
