//! Claims that an app or a client asks for by name: in the registration of an API, in that of a client, in the `claims`
//! parameter of a token request (protocol.md §4.4, §4.5, §6.1); and the directory roles of an app itself.

use mandate_domain::role::{GLOBAL_ADMINISTRATOR, PLAIN_MEMBER_WID};
use mandate_tests::app::{ARCHIVE_API, EXPORT, INTRANET, PAYROLL};
use mandate_tests::client::TokenReply;
use mandate_tests::people::{FATIMA, GIJS, JORIS, OPERATIONS, SANNE, WATERKANT};
use mandate_tests::tokens::{claims, lacks};
use mandate_tests::{App, NOON, Pairs, World, minutes};
use serde_json::{Value, json};

/// The intranet and the orders API ask for five claims; payroll asks for none, as a client and as an API.
const ORGANISATION: &str = "
tenants:
  - id: 11111111-1111-4111-8111-111111111111
    displayName: Waterkant
    verifiedDomains: [{ name: waterkant.example, isDefault: true }]
    settings:
      authorizationPolicy:
        defaultUserRolePermissions:
          permissionGrantPoliciesAssigned: [ManagePermissionGrantsForSelf.microsoft-user-default-legacy]
    users:
      - { userPrincipalName: sanne.devries@waterkant.example, password: Polder-Fiets-42 }
      - { userPrincipalName: joris.bakker@waterkant.example, mail: joris.bakker@waterkant.example, password: Polder-Fiets-42 }
      - { userPrincipalName: fatima.elamrani@waterkant.example, password: Polder-Fiets-42 }
      - { userPrincipalName: gast_zonnebel.example#EXT#@waterkant.example, mail: gijs@zonnebel.example, userType: Guest, password: Polder-Fiets-42 }
    groups:
      - { id: bbbbbbbb-0000-4000-8000-000000000003, displayName: Operations, members: [fatima.elamrani@waterkant.example] }
    applications:
      - appId: c1000000-0000-4000-8000-000000000001
        displayName: Waterkant Intranet
        web: { redirectUris: [http://localhost:5000/auth/callback] }
        optionalClaims: { idToken: [{ name: preferred_username }, { name: amr }, { name: acr }, { name: wids }, { name: tenant_region_scope }] }
        passwordCredentials: [{ secretText: intranet-secret-for-development-only }]
      - appId: c1000000-0000-4000-8000-000000000002
        displayName: Waterkant Planner
        identifierUris: [api://waterkant-planner]
        api: { requestedAccessTokenVersion: 2, oauth2PermissionScopes: [{ value: Plans.Read, type: User }] }
        appRoles: [{ value: Approver, allowedMemberTypes: [User] }]
        groupMembershipClaims: SecurityGroup
        optionalClaims: { accessToken: [{ name: groups, additionalProperties: [emit_as_roles] }] }
      - appId: c1000000-0000-4000-8000-000000000004
        displayName: Waterkant Nightly Export
        passwordCredentials: [{ secretText: export-secret-for-development-only }]
      - appId: c1000000-0000-4000-8000-000000000005
        displayName: Waterkant Orders API
        identifierUris: [api://waterkant-orders]
        api: { requestedAccessTokenVersion: 2, oauth2PermissionScopes: [{ value: Orders.Read, type: User }] }
        optionalClaims: { accessToken: [{ name: preferred_username }, { name: amr }, { name: acr }, { name: wids }, { name: tenant_region_scope }] }
      - appId: c1000000-0000-4000-8000-000000000006
        displayName: Waterkant Archive API
        identifierUris: [https://archive.waterkant.example/]
        api: { oauth2PermissionScopes: [{ value: user_impersonation, type: User }] }
        optionalClaims: { accessToken: [{ name: aud, additionalProperties: [use_guid] }] }
      - appId: c1000000-0000-4000-8000-000000000007
        displayName: Waterkant Payroll
        identifierUris: [api://waterkant-payroll]
        api: { requestedAccessTokenVersion: 2, oauth2PermissionScopes: [{ value: Payslips.Read, type: User }] }
        web: { redirectUris: [http://localhost:5003/callback] }
        passwordCredentials: [{ secretText: payroll-secret-for-development-only }]
    appRoleAssignments:
      - { principalId: fatima.elamrani@waterkant.example, resourceId: c1000000-0000-4000-8000-000000000002, appRole: Approver }
      - { principalId: sanne.devries@waterkant.example, resourceId: c1000000-0000-4000-8000-000000000002, appRole: Approver }
    roleAssignments:
      - { principalId: sanne.devries@waterkant.example, role: Global Administrator }
      - { principalId: c1000000-0000-4000-8000-000000000004, role: Directory Readers }
      - { principalId: c1000000-0000-4000-8000-000000000007, role: Groups Administrator, directoryScopeId: /bbbbbbbb-0000-4000-8000-000000000003 }
";

const FIVE: [&str; 5] = ["preferred_username", "amr", "acr", "wids", "tenant_region_scope"];
const DIRECTORY_READERS: &str = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b";

/// The five, as a token tells them; what it does not tell is null.
fn five(claims: &Value) -> [Value; 5] {
    FIVE.map(|name| claims[name].clone())
}

fn expected(upn: &str, wids: Value) -> [Value; 5] {
    [json!(upn), json!(["pwd"]), json!("1"), wids, json!("EU")]
}

fn wids_of_an_administrator() -> Value {
    json!([GLOBAL_ADMINISTRATOR.to_string(), PLAIN_MEMBER_WID])
}

/// A parser may refuse a token that repeats a name (RFC 7519 §4); ours would not notice.
fn are_told_once(token: &str, names: &[&str]) -> bool {
    let payload = token.split('.').nth(1).expect("a token has parts");
    let payload = mandate_jose::b64url_decode(payload).expect("base64url without padding");
    let payload = String::from_utf8(payload).expect("JSON is UTF-8");
    names.iter().all(|name| payload.matches(&format!("\"{name}\":")).count() == 1)
}

#[tokio::test]
async fn an_api_is_told_what_its_registration_asks_for() {
    const ORDERS: &str = "api://waterkant-orders/Orders.Read";
    let world = World::of(ORGANISATION).await;
    for (upn, wids) in [(JORIS, json!([PLAIN_MEMBER_WID])), (SANNE, wids_of_an_administrator()), (GIJS, Value::Null)] {
        let tokens = world.tokens(INTRANET, upn, ORDERS).await;
        assert_eq!(five(&claims(&world, WATERKANT, tokens.access()).await), expected(upn, wids), "{upn}");
    }
    let with_profile = world.tokens(INTRANET, JORIS, &format!("openid profile {ORDERS}")).await;
    assert!(are_told_once(with_profile.access(), &FIVE));
}

#[tokio::test]
async fn an_api_that_asks_for_nothing_is_not_told_what_the_client_asked_for() {
    let world = World::of(ORGANISATION).await;
    let tokens = world.tokens(INTRANET, SANNE, "api://waterkant-payroll/Payslips.Read").await;
    let token = claims(&world, WATERKANT, tokens.access()).await;
    assert!(token["ver"] == "2.0" && lacks(&token, &FIVE), "{token}");
}

#[tokio::test]
async fn a_client_is_told_what_its_registration_asks_for() {
    let world = World::of(ORGANISATION).await;
    for (upn, wids) in [(JORIS, json!([PLAIN_MEMBER_WID])), (SANNE, wids_of_an_administrator()), (GIJS, Value::Null)] {
        let asks = world.tokens(INTRANET, upn, "openid").await;
        assert_eq!(five(&claims(&world, WATERKANT, asks.id_token()).await), expected(upn, wids), "{upn}");
        let asks_not = world.tokens(PAYROLL, upn, "openid").await;
        assert!(lacks(&claims(&world, WATERKANT, asks_not.id_token()).await, &FIVE), "{upn}");
    }
    let with_profile = world.tokens(INTRANET, JORIS, "openid profile").await;
    assert!(are_told_once(with_profile.id_token(), &FIVE));
}

/// protocol.md §4.5: the groups stand where the app roles would.
#[tokio::test]
async fn an_api_may_want_the_groups_as_roles() {
    const PLANS: &str = "api://waterkant-planner/Plans.Read";
    let world = World::of(ORGANISATION).await;
    let of_fatima = world.tokens(INTRANET, FATIMA, PLANS).await;
    let token = claims(&world, WATERKANT, of_fatima.access()).await;
    assert_eq!((&token["roles"], token.get("groups")), (&json!([OPERATIONS.to_string()]), None));
    assert!(are_told_once(of_fatima.access(), &["roles"]));
    // Neither is in a group; that she may approve is not told in place of groups that are not there.
    for upn in [JORIS, SANNE] {
        let tokens = world.tokens(INTRANET, upn, PLANS).await;
        assert!(lacks(&claims(&world, WATERKANT, tokens.access()).await, &["roles", "groups"]), "{upn}");
    }
}

#[tokio::test]
async fn an_api_that_wants_its_guid_as_audience_gets_it_from_people_and_from_daemons() {
    let world = World::of(ORGANISATION).await;
    let of_joris = world.tokens(INTRANET, JORIS, "https://archive.waterkant.example//user_impersonation").await;
    let of_daemon = world.client(EXPORT).client_credentials("https://archive.waterkant.example//.default").await;
    for tokens in [of_joris, of_daemon.granted()] {
        let token = claims(&world, WATERKANT, tokens.access()).await;
        assert_eq!((&token["aud"], &token["ver"]), (&json!(ARCHIVE_API), &json!("1.0")));
    }
}

#[tokio::test]
async fn the_address_of_a_guest_is_told_without_being_asked_for() {
    let world = World::of(ORGANISATION).await;
    for app in [INTRANET, PAYROLL] {
        let of_guest = world.tokens(app, GIJS, "openid").await;
        assert_eq!(claims(&world, WATERKANT, of_guest.id_token()).await["email"], "gijs@zonnebel.example");
        let of_member = world.tokens(app, JORIS, "openid").await;
        assert!(lacks(&claims(&world, WATERKANT, of_member.id_token()).await, &["email"]));
    }
    let of_guest = world.tokens(PAYROLL, GIJS, "openid email").await;
    assert!(are_told_once(of_guest.id_token(), &["email"]));
}

const OFFLINE: &str = "openid offline_access";

/// Joris, at payroll; five minutes later, the ID tokens of his code and of a refresh with this `claims` parameter.
async fn id_tokens(world: &World, stays: bool, request: Option<&str>) -> [Value; 2] {
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &PAYROLL.ask(OFFLINE)).await.page("signin");
    let signed_in = if stays { joris.stay_signed_in(JORIS).await } else { joris.sign_in(JORIS).await };
    signed_in.page("consent");
    let code = joris.accept().await.answer().code();
    world.later(minutes(5));
    let client = world.client(PAYROLL);
    let with = |pairs: Pairs| match request {
        Some(claims) => pairs.and("claims", claims),
        None => pairs,
    };
    let first = client.send(&with(client.redeeming(&code))).await.granted();
    let second = client.send(&with(client.refreshing(first.refresh()))).await.granted();
    [of_request(world, &first).await, of_request(world, &second).await]
}

async fn of_request(world: &World, tokens: &TokenReply) -> Value {
    let id = claims(world, WATERKANT, tokens.id_token()).await;
    json!([id["auth_time"], id["login_hint"], id["signin_state"]])
}

const THREE: &str =
    r#"{"id_token":{"auth_time":{"essential":true},"login_hint":null,"signin_state":{"essential":false}}}"#;

#[tokio::test]
async fn a_token_request_may_ask_when_who_and_whether_they_stay() {
    let expected = json!([NOON.secs(), JORIS, ["kmsi"]]);
    let world = World::of(ORGANISATION).await;
    assert_eq!(id_tokens(&world, true, Some(THREE)).await, [expected.clone(), expected]);
}

#[tokio::test]
async fn who_does_not_stay_has_no_sign_in_state() {
    let expected = json!([NOON.secs(), JORIS, null]);
    let world = World::of(ORGANISATION).await;
    assert_eq!(id_tokens(&world, false, Some(THREE)).await, [expected.clone(), expected]);
}

#[tokio::test]
async fn what_a_token_request_does_not_ask_is_not_told() {
    let of_the_other_token = THREE.replace("id_token", "access_token");
    for request in [None, Some("{}"), Some(of_the_other_token.as_str())] {
        let world = World::of(ORGANISATION).await;
        let nothing = json!([null, null, null]);
        assert_eq!(id_tokens(&world, true, request).await, [nothing.clone(), nothing], "{request:?}");
    }
}

/// A role over a part of the directory is not one of the tenant, so no token tells it.
#[tokio::test]
async fn an_apps_own_directory_role_stands_in_its_own_token() {
    let world = World::of(ORGANISATION).await;
    let holds: [(App, Value); 3] =
        [(EXPORT, json!([DIRECTORY_READERS])), (PAYROLL, Value::Null), (INTRANET, Value::Null)];
    for (app, wids) in holds {
        for scope in ["https://graph.microsoft.com/.default", "api://waterkant-orders/.default"] {
            let tokens = world.client(app).client_credentials(scope).await.granted();
            let token = claims(&world, WATERKANT, tokens.access()).await;
            assert_eq!((&token["wids"], &token["idtyp"]), (&wids, &json!("app")), "{} {scope}", app.id);
        }
    }
}
