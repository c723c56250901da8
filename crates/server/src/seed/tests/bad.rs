//! Bad files, and the sentences that people get for them. Next: `bad_apps` for applications, `addresses` for URIs.

use super::{A, ANN, API, C, NOBODY, STAFF, check, errors, tenant, two_tenants};

#[test]
fn lives_of_tokens_are_lives_and_named_where_they_are() {
    let policy = |life: &str| {
        format!(
            "settings: {{ tokenLifetimePolicies: [{{ id: 44444444-0000-4000-8000-000000000001, definition: \
             ['{{\"TokenLifetimePolicy\":{{\"AccessTokenLifetime\":\"{life}\"}}}}'] }}] }}"
        )
    };
    let at = "tenants[0].settings.tokenLifetimePolicies[0]";
    let (long, odd) = (
        format!("{at}.definition: expected an AccessTokenLifetime of ten minutes to a day"),
        format!("{at}.definition: expected AccessTokenLifetime as hh:mm:ss"),
    );
    let empty = format!(
        "{at}.definition: expected one text of the form \
         {{\"TokenLifetimePolicy\":{{\"Version\":1,\"AccessTokenLifetime\":\"4:00:00\"}}}}"
    );
    let nameless = format!("{at}: id is missing");
    let unknown = "no token lifetime policy `44444444-0000-4000-8000-000000000002` in this tenant's settings";
    let of_app = format!("tenants[0].applications[0].tokenLifetimePolicies[0]: {unknown}");
    check(&[
        (&[&policy("1.01:00:00")], &[&long]),
        (&[&policy("an hour")], &[&odd]),
        (
            &["settings: { tokenLifetimePolicies: [{ id: 44444444-0000-4000-8000-000000000001, definition: [] }] }"],
            &[&empty],
        ),
        (&["settings: { tokenLifetimePolicies: [{ definition: ['{\"TokenLifetimePolicy\":{}}'] }] }"], &[&nameless]),
        (
            &[
                &policy("01:00:00"),
                "applications: [{ displayName: P, tokenLifetimePolicies: [44444444-0000-4000-8000-000000000002] }]",
            ],
            &[&of_app],
        ),
    ]);
}

#[test]
fn reviewers_are_named_in_a_way_that_is_understood() {
    let policy = |inside: &str| format!("settings: {{ adminConsentRequestPolicy: {{ {inside} }} }}");
    let at = "tenants[0].settings.adminConsentRequestPolicy";
    let long = format!(
        "{at}.reviewers[0].query: expected /users/{{id}}, /groups/{{id}}/members, /groups/{{id}}/transitiveMembers or \
         /roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '{{id}}', found `/users`"
    );
    let days = format!("{at}.requestDurationInDays: expected 1 to 60 days");
    let missing = format!("{at}.reviewers[0]: query is missing");
    check(&[
        (&[&policy("requestDurationInDays: 61")], &[&days]),
        (&[&policy("requestDurationInDays: -1")], &[&days]),
        (&[&policy("reviewers: [{ query: /users }]")], &[&long]),
        (&[&policy("reviewers: [{ queryType: MicrosoftGraph }]")], &[&missing]),
    ]);
}

#[test]
fn properties_are_known_and_of_their_type() {
    check(&[
        (
            &["users: [{ userPrincipalName: ann@t.example, acountEnabled: true }]"],
            &["tenants[0].users[0].acountEnabled: no such property, did you mean accountEnabled"],
        ),
        (&["userz: []"], &["tenants[0].userz: no such property, did you mean users"]),
        (&["\"a.b c\": 1"], &["tenants[0][`a.b c`]: no such property"]),
        (
            &["users: [{ userPrincipalName: ann@t.example, jobTitle: 5, accountEnabled: \"yes\" }]"],
            &[
                "tenants[0].users[0].jobTitle: expected text, found number",
                "tenants[0].users[0].accountEnabled: expected boolean, found text",
            ],
        ),
        (
            &["users: [{ userPrincipalName: ann@t.example, businessPhones: [a, null, 3] }]"],
            &[
                "tenants[0].users[0].businessPhones[1]: expected text, found null",
                "tenants[0].users[0].businessPhones[2]: expected text, found number",
            ],
        ),
        (
            &["users: [{ id: abc, userPrincipalName: ann@t.example, createdDateTime: yesterday, userType: Guset }]"],
            &[
                "tenants[0].users[0].id: expected GUID, found `abc`",
                "tenants[0].users[0].createdDateTime: expected date and time, found `yesterday`",
                "tenants[0].users[0].userType: expected one of Member, Guest, found `Guset`, did you mean Guest",
            ],
        ),
        (&["users: {}"], &["tenants[0].users: expected list, found object"]),
        (
            &["users: [null, 3]"],
            &["tenants[0].users[0]: expected object, found null", "tenants[0].users[1]: expected object, found number"],
        ),
        (
            &["drives: []", "mailboxes: []"],
            &["tenants[0].drives: not served yet", "tenants[0].mailboxes: not served yet"],
        ),
    ]);
}

#[test]
fn a_whole_that_is_no_seed_is_told_without_a_path() {
    assert_eq!(errors(""), ["expected object, found null"]);
    assert_eq!(errors("[]"), ["expected object, found list"]);
    assert_eq!(errors("{}"), ["tenants is missing"]);
    assert_eq!(errors("tenants: [{}]"), ["tenants[0]: displayName is missing"]);
    assert!(errors("{")[0].starts_with("cannot be read as JSON: "));
    assert!(errors("tenants: [")[0].starts_with("cannot be read as YAML: "));
    let twice = r#"{ "tenants": [{ "displayName": "T", "displayName": "U" }] }"#;
    assert_eq!(errors(twice), ["tenants[0].displayName: stands twice in the same object"]);
}

#[test]
fn users_have_one_name_in_a_verified_domain() {
    check(&[
        (&["users: [{}]"], &["tenants[0].users[0]: userPrincipalName is missing"]),
        (&["users: [{ userPrincipalName: ' ' }]"], &["tenants[0].users[0].userPrincipalName: is empty"]),
        (
            &["users: [{ userPrincipalName: ann }]"],
            &["tenants[0].users[0].userPrincipalName: expected name@domain, found `ann`"],
        ),
        (
            &["users: [{ userPrincipalName: ann@t.exampel }]"],
            &["tenants[0].users[0].userPrincipalName: `t.exampel` is not a verified domain of the tenant, \
               did you mean t.example"],
        ),
        (
            &["users: [{ userPrincipalName: ann@t.example }, { userPrincipalName: ANN@t.example }]"],
            &["tenants[0].users[1].userPrincipalName: `ANN@t.example` is already that of \
               tenants[0].users[0].userPrincipalName"],
        ),
        (
            &["users: [{ userPrincipalName: ann@t.example, password: '' }]"],
            &["tenants[0].users[0].password: an empty password opens no account, leave it out"],
        ),
    ]);
}

#[test]
fn groups_hold_who_is_there_once_and_never_themselves() {
    check(&[
        (
            &[
                "users: [{ id: aaaaaaaa-0000-4000-8000-000000000001, userPrincipalName: ann@t.example }]",
                "groups: [{ id: AAAAAAAA-0000-4000-8000-000000000001, displayName: Ops }]",
            ],
            &["tenants[0].groups[0].id: `aaaaaaaa-0000-4000-8000-000000000001` is already that of \
               tenants[0].users[0].id"],
        ),
        (
            &["groups: [{ displayName: Ops }, { displayName: ops }]"],
            &["tenants[0].groups[1]: has the same name as tenants[0].groups[0], and no id to tell them apart"],
        ),
        (
            &["groups: [{ displayName: Ops }, { id: aaaaaaaa-0000-4000-8000-000000000001, displayName: Ops }, \
               { displayName: Staff, members: [Ops] }]"],
            &["tenants[0].groups[2].members[0]: `Ops` is the name of 2, name one by its id"],
        ),
        (
            &[ANN, "groups: [{ displayName: Ops, members: [an@t.example] }]"],
            &["tenants[0].groups[0].members[0]: no user, group or service principal `an@t.example`, \
               did you mean ann@t.example"],
        ),
        (
            &[ANN, "groups: [{ displayName: Ops, members: [ann@t.example, ANN@T.EXAMPLE] }]"],
            &["tenants[0].groups[0].members[1]: is the same as tenants[0].groups[0].members[0]"],
        ),
        (
            &["groups: [{ displayName: Ops, members: {} }]"],
            &["tenants[0].groups[0].members: expected list, found object"],
        ),
        (
            &["groups: [{ displayName: Ops, members: [3, {}, { id: ops }, \
               { '@odata.id': 'https://graph.microsoft.com/v1.0/users/ops' }] }]"],
            &[
                "tenants[0].groups[0].members[0]: expected text or object, found number",
                "tenants[0].groups[0].members[1]: expected an object with a GUID as id, \
                 or an @odata.id of …/directoryObjects/{GUID}",
                "tenants[0].groups[0].members[2]: expected an object with a GUID as id, \
                 or an @odata.id of …/directoryObjects/{GUID}",
                "tenants[0].groups[0].members[3]: expected an object with a GUID as id, \
                 or an @odata.id of …/directoryObjects/{GUID}",
            ],
        ),
        (
            &["groups: [{ displayName: A, members: [B] }, { displayName: B, members: [A] }]"],
            &["tenants[0].groups[1].members[0]: closes a circle: the group would be a member of itself"],
        ),
        (
            &["groups: [{ displayName: A, members: [A] }]"],
            &["tenants[0].groups[0].members[0]: closes a circle: the group would be a member of itself"],
        ),
        (
            &["groups: [{ displayName: A }, { displayName: B, owners: [A] }]"],
            &["tenants[0].groups[1].owners[0]: is a group, and a group owns nothing"],
        ),
        (
            &["groups: [{ displayName: A }]", "users: [{ userPrincipalName: ann@t.example, manager: A }]"],
            &["tenants[0].users[0].manager: is no user, and nobody else is a manager"],
        ),
    ]);
}

#[test]
fn domains_and_app_ids_are_of_one_tenant() {
    let text = two_tenants(&[API], &["verifiedDomains: [{ name: T.Example }]", API]);
    let taken = |key: &str| format!("is already that of tenants[0].{key}");
    assert_eq!(
        errors(&text),
        [
            format!("tenants[1].verifiedDomains[0].name: `T.Example` {}", taken("verifiedDomains[0].name")),
            format!("tenants[1].applications[0].appId: `{A}` {}", taken("applications[0].appId")),
            format!("tenants[1].applications[1].appId: `{C}` {}", taken("applications[1].appId")),
        ]
    );
}

#[test]
fn a_domain_has_a_dot_between_labels() {
    let names =
        ["common", "organizations", "consumers", "localhost", "a..example", "-a.example", "a/b.example", ".example"];
    for name in names {
        let text = format!("tenants: [{{ displayName: T, verifiedDomains: [{{ name: {name} }}] }}]");
        let said = format!("`{name}` is not a domain name: letters, digits and hyphens, dots between");
        assert_eq!(errors(&text), [format!("tenants[0].verifiedDomains[0].name: {said}")]);
    }
}

#[test]
fn grants_name_apps_people_and_scopes_that_are_there() {
    let grant = |client: &str, rest: &str| {
        format!("oauth2PermissionGrants: [{{ clientId: {client}, resourceId: {A}, {rest} }}]")
    };
    let cases = [
        (
            grant(C, "consentType: AllPrincipals, scope: Orders.Reed"),
            ".scope: `Api` has no delegated permission `Orders.Reed`, did you mean Orders.Read".to_owned(),
        ),
        (grant(C, "consentType: Principal, scope: Orders.Read"), ": principalId is missing".to_owned()),
        (
            grant(C, "consentType: Principal, principalId: Staff, scope: Orders.Read"),
            ".principalId: is a group, not a user".to_owned(),
        ),
        (
            grant(C, "consentType: AllPrincipals, principalId: ann@t.example, scope: Orders.Read"),
            ".principalId: a grant for AllPrincipals has no principalId".to_owned(),
        ),
        (
            grant("Client", "consentType: AllPrincipals, scope: Orders.Read"),
            ".clientId: expected GUID, found `Client`".to_owned(),
        ),
        (
            grant(NOBODY, "consentType: AllPrincipals, scope: Orders.Read"),
            format!(".clientId: no service principal and no application `{NOBODY}`"),
        ),
    ];
    for (line, said) in cases {
        let text = tenant(&[ANN, STAFF, API, &line]);
        assert_eq!(errors(&text), [format!("tenants[0].oauth2PermissionGrants[0]{said}")], "{line}");
    }
}

#[test]
fn assignments_give_roles_that_fit() {
    let app = |principal: &str, role: &str| {
        format!("appRoleAssignments: [{{ principalId: {principal}, resourceId: {A}, appRole: {role} }}]")
    };
    let cases = [
        (app(C, "Approver"), "appRole: app role `Approver` is not for a service principal (allowedMemberTypes)"),
        (app("ann@t.example", "Export"), "appRole: app role `Export` is not for a user (allowedMemberTypes)"),
        (app("Staff", "Export"), "appRole: app role `Export` is not for a group (allowedMemberTypes)"),
        (app("ann@t.example", "Aprover"), "appRole: `Api` has no app role `Aprover`, did you mean Approver"),
        (app("Staf", "Approver"), "principalId: no user, group or service principal `Staf`, did you mean staff"),
    ];
    for (line, said) in cases {
        let text = tenant(&[ANN, STAFF, API, &line]);
        assert_eq!(errors(&text), [format!("tenants[0].appRoleAssignments[0].{said}")], "{line}");
    }
    check(&[
        (
            &[ANN, "roleAssignments: [{ principalId: ann@t.example, role: Global Admin }]"],
            &["tenants[0].roleAssignments[0].role: no directory role `Global Admin`, \
               did you mean Global Administrator"],
        ),
        (
            &[ANN, "roleAssignments: [{ principalId: ann@t.example, role: Global Reader, directoryScopeId: /x }]"],
            &["tenants[0].roleAssignments[0].directoryScopeId: no object of this tenant at `/x`"],
        ),
        (
            &[ANN, STAFF, "roleAssignments: [{ principalId: Staff, role: Global Reader }]"],
            &["tenants[0].roleAssignments[0]: a group holds directory roles only with isAssignableToRole: true"],
        ),
        (
            &[
                ANN,
                "roleAssignments: [{ principalId: ann@t.example, role: Global Reader }, \
               { principalId: ANN@t.example, role: global reader }]",
            ],
            &["tenants[0].roleAssignments[1]: is the same as tenants[0].roleAssignments[0]"],
        ),
    ]);
}

#[test]
fn settings_name_policies_that_exist_and_branding_is_harmless() {
    let assigned = |entry: &str| {
        format!(
            "settings: {{ authorizationPolicy: {{ defaultUserRolePermissions: \
                 {{ permissionGrantPoliciesAssigned: [{entry}] }} }} }}"
        )
    };
    let at = "tenants[0].settings.authorizationPolicy.defaultUserRolePermissions.permissionGrantPoliciesAssigned[0]";
    let (low, bare) = (assigned("ManagePermissionGrantsForSelf.microsoft-user-default-lo"), assigned("low"));
    let said_low = format!(
        "{at}: no permission grant policy `microsoft-user-default-lo`, did you mean microsoft-user-default-low"
    );
    let said_bare = format!("{at}: expected ManagePermissionGrantsForSelf with a policy's id, found `low`");
    check(&[
        (&[&low], &[&said_low]),
        (&[&bare], &[&said_bare]),
        (
            &["settings: { authorizationPolicy: { defaultUserRolePermissions: { allowedToCreateApp: false } } }"],
            &["tenants[0].settings.authorizationPolicy.defaultUserRolePermissions.allowedToCreateApp: \
               no such property, did you mean allowedToCreateApps"],
        ),
        (
            &["settings: { permissionGrantPolicies: [{ id: a }, { id: A }, {}] }"],
            &[
                "tenants[0].settings.permissionGrantPolicies[1].id: `A` is already that of \
                 tenants[0].settings.permissionGrantPolicies[0].id",
                "tenants[0].settings.permissionGrantPolicies[2]: id is missing",
            ],
        ),
        (
            &["branding: { backgroundColor: red, squareLogo: 'data:image/svg+xml;base64,AAAA' }"],
            &[
                "tenants[0].branding.backgroundColor: expected a colour as #rrggbb, found `red`",
                "tenants[0].branding.squareLogo: expected a data: URI of a PNG, JPEG or WebP image in base64",
            ],
        ),
        (
            &["branding: { squareLogo: 'data:image/png;base64,AA\">' }"],
            &["tenants[0].branding.squareLogo: the image is not base64"],
        ),
    ]);
    let large = format!("branding: {{ squareLogo: 'data:image/png;base64,{}' }}", "A".repeat(134_000));
    assert_eq!(errors(&tenant(&[&large])), ["tenants[0].branding.squareLogo: the image is larger than 100 kB"]);
}

#[test]
fn errors_come_in_the_order_of_the_file_and_at_most_fifty() {
    check(&[(
        &["groups: [{ displayName: A, members: [nobody] }]", "users: [{ userPrincipalName: ann }]"],
        &[
            "tenants[0].groups[0].members[0]: no user, group or service principal `nobody`",
            "tenants[0].users[0].userPrincipalName: expected name@domain, found `ann`",
        ],
    )]);
    let users = format!("users: [{}]", vec!["{}"; 60].join(", "));
    let said = errors(&tenant(&["groups: [{ displayName: A, members: [nobody] }]", &users]));
    assert_eq!(said.len(), 50);
    assert_eq!(said[0], "tenants[0].groups[0].members[0]: no user, group or service principal `nobody`");
    assert_eq!(said[49], "tenants[0].users[48]: userPrincipalName is missing");
}

#[test]
fn secrets_and_passwords_are_never_said() {
    let text = tenant(&[
        "users: [{ userPrincipalName: ann@t.example, password: 31337 }, \
         { userPrincipalName: bob@t.example, passwordProfile: { password: hunter2, forced: 1 } }]",
        "applications: [{ displayName: P, passwordCredentials: [{ secretText: [hunter2] }] }]",
    ]);
    let said = errors(&text).join("\n");
    assert!(!said.contains("31337") && !said.contains("hunter2"), "{said}");
}
