//! What access and ID tokens say, whole, as a client reads them (protocol.md §4.1, §4.3–4.6).

use super::claims::*;
use super::*;
use crate::application::{Api, OptionalClaim, OptionalClaims, Registration, Web};
use crate::signin::ask::Version;
use crate::tenant::{Settings, Tenant, TenantProfile};
use crate::user::{Upn, User, UserKind};
use mandate_base::{AppId, GroupId, Moment, ObjectId, RoleTemplateId, ServicePrincipalId, SessionId, TenantId, UserId};
use serde_json::{Value, json};

const LOGIN: &str = "https://login.waterkant.example";
const GRAPH_ORIGIN: &str = "https://graph.waterkant.example";
const WATERKANT: TenantId = TenantId::from_u128(0x11111111_1111_4111_8111_111111111111);
const PLANNER: AppId = AppId::from_u128(0xc1000000_0000_4000_8000_000000000002);
const SESSION: SessionId = SessionId::from_u128(0x55555555_0000_4000_8000_000000000001);
const HELPDESK: RoleTemplateId = RoleTemplateId::from_u128(0x729827e3_9c14_49f7_bb1b_9608f156bbb8);

const ISSUER_V1: &str = "https://login.waterkant.example/11111111-1111-4111-8111-111111111111/";
const ISSUER_V2: &str = "https://login.waterkant.example/11111111-1111-4111-8111-111111111111/v2.0";
const TID: &str = "11111111-1111-4111-8111-111111111111";
const OID: &str = "aaaaaaaa-0000-4000-8000-000000000002";
const CLIENT: &str = "c1000000-0000-4000-8000-000000000002";
const SID: &str = "55555555-0000-4000-8000-000000000001";
const MEMBER: &str = "b79fbf4d-3ef9-4689-8143-76b194e85509";
const ARCHIVE: &str = "https://archive.waterkant.example/";
const ORDERS: &str = "c1000000-0000-4000-8000-000000000005";
const ISSUED: i64 = 1_795_428_000;
const SIGNED_IN: i64 = ISSUED - 300;
const EXPIRES: i64 = ISSUED + 3600;

/// Everything a token may speak of.
struct House {
    user: User,
    tenant: Tenant,
    groups: Vec<GroupId>,
    wids: Vec<RoleTemplateId>,
    roles: Vec<String>,
}

impl House {
    /// Joris, a member without groups and roles.
    fn new() -> House {
        let more = json!({ "givenName": "Joris", "surname": "Bakker", "usageLocation": "NL" });
        let profile = TenantProfile { country_letter_code: Some("NL".to_owned()), ..TenantProfile::default() };
        House {
            user: User {
                id: UserId::parse(OID).expect("a GUID"),
                upn: Upn::parse("joris.bakker@waterkant.example").expect("a name and a domain"),
                display_name: "Joris Bakker".to_owned(),
                mail: Some("joris@waterkant.example".to_owned()),
                account_enabled: true,
                kind: UserKind::Member,
                created: Moment::EPOCH,
                sessions_valid_from: Moment::EPOCH,
                password: None,
                more: more.as_object().cloned().expect("an object"),
                version: 1,
            },
            tenant: Tenant {
                id: WATERKANT,
                created: Moment::EPOCH,
                profile,
                settings: Settings::default(),
                version: 1,
            },
            groups: Vec::new(),
            wids: Vec::new(),
            roles: Vec::new(),
        }
    }

    fn with_groups(count: usize) -> House {
        House { groups: group_ids(count), ..House::new() }
    }

    fn person(&self) -> Person<'_> {
        Person {
            user: &self.user,
            tenant: &self.tenant,
            sub: "pairwise-of-joris",
            session: Some(SESSION),
            signed_in: Moment::from_secs(SIGNED_IN),
            groups: &self.groups,
            wids: &self.wids,
            roles: &self.roles,
        }
    }
}

fn group_ids(count: usize) -> Vec<GroupId> {
    (1..).take(count).map(GroupId::from_u128).collect()
}

fn texts(ids: &[GroupId]) -> Vec<String> {
    ids.iter().map(GroupId::to_string).collect()
}

fn issue() -> Issue<'static> {
    Issue {
        origins: Origins { login: LOGIN, sts: LOGIN, graph: GRAPH_ORIGIN },
        tenant: WATERKANT,
        now: Moment::from_secs(ISSUED),
        life: 60 * MINUTE,
        uti: "dG9rZW4tbnVtYmVyLW9uZQ",
        client: PLANNER,
        client_name: None,
        proof: Proof::None,
    }
}

fn api(version: Option<u8>) -> Registration {
    Registration { api: Api { requested_access_token_version: version, ..Api::default() }, ..Registration::default() }
}

fn token<'a>(resource: &'a Registration, aud: &'a str, scp: &'a str) -> Delegated<'a> {
    Delegated { resource, aud, scp, profile: true, for_graph: false, capable: false }
}

fn read(claims: &Claims<'_>) -> Value {
    serde_json::from_slice(&claims.json()).expect("a token is JSON")
}

/// The claims of `base`, with those of `more` added or, where they are null, taken away.
fn with(mut base: Value, more: Value) -> Value {
    let claims = base.as_object_mut().expect("claims are an object");
    for (name, value) in more.as_object().expect("claims are an object") {
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.clone(), value.clone());
        }
    }
    base
}

/// Joris's token for the Archive, an API that asks for v1.0.
fn access_v1() -> Value {
    json!({
        "aud": ARCHIVE, "iss": ISSUER_V1, "iat": ISSUED, "nbf": ISSUED, "exp": EXPIRES,
        "acr": "1", "amr": ["pwd"], "appid": CLIENT, "appidacr": "0",
        "family_name": "Bakker", "given_name": "Joris", "name": "Joris Bakker",
        "oid": OID, "scp": "user_impersonation", "sid": SID, "sub": "pairwise-of-joris", "tid": TID,
        "unique_name": "joris.bakker@waterkant.example", "upn": "joris.bakker@waterkant.example",
        "uti": "dG9rZW4tbnVtYmVyLW9uZQ", "ver": "1.0", "wids": [MEMBER],
    })
}

/// Joris's token for the Orders API, which asks for v2.0.
fn access_v2() -> Value {
    json!({
        "aud": ORDERS, "iss": ISSUER_V2, "iat": ISSUED, "nbf": ISSUED, "exp": EXPIRES,
        "azp": CLIENT, "azpacr": "0", "name": "Joris Bakker", "oid": OID,
        "preferred_username": "joris.bakker@waterkant.example", "scp": "Orders.Read Orders.Write", "sid": SID,
        "sub": "pairwise-of-joris", "tid": TID, "uti": "dG9rZW4tbnVtYmVyLW9uZQ", "ver": "2.0",
    })
}

/// What an ID token says when nothing but `openid` was asked.
fn id_v2() -> Value {
    json!({
        "aud": CLIENT, "iss": ISSUER_V2, "iat": ISSUED, "nbf": ISSUED, "exp": EXPIRES,
        "sub": "pairwise-of-joris", "tid": TID, "uti": "dG9rZW4tbnVtYmVyLW9uZQ", "ver": "2.0",
    })
}

#[test]
fn a_v1_id_token_names_the_person_as_v1_does() {
    let house = House::new();
    let ask = IdAsk { version: Version::V1, profile: true, ..IdAsk::default() };
    let told = json!({
        "iss": ISSUER_V1, "ver": "1.0", "oid": OID, "name": "Joris Bakker", "amr": ["pwd"],
        "upn": "joris.bakker@waterkant.example", "unique_name": "joris.bakker@waterkant.example",
        "given_name": "Joris", "family_name": "Bakker",
    });
    let claims = id_token(&issue(), &house.person(), &Registration::default(), &ask);
    assert_eq!(read(&claims), with(id_v2(), told));
}

// Delegated access tokens.

#[test]
fn a_delegated_v1_token_says_this() {
    let (house, archive) = (House::new(), api(None));
    let claims = delegated(&issue(), &house.person(), &token(&archive, ARCHIVE, "user_impersonation"));
    assert_eq!(read(&claims), access_v1());
}

#[test]
fn a_delegated_v2_token_says_this() {
    let (house, orders) = (House::new(), api(Some(2)));
    let claims = delegated(&issue(), &house.person(), &token(&orders, ORDERS, "Orders.Read Orders.Write"));
    assert_eq!(read(&claims), access_v2());
}

#[test]
fn the_apis_registration_chooses_the_version_of_its_access_tokens() {
    let house = House::new();
    let cases = [(None, "1.0", ISSUER_V1), (Some(1), "1.0", ISSUER_V1), (Some(2), "2.0", ISSUER_V2)];
    for (asked, version, iss) in cases {
        let resource = api(asked);
        let of_user = read(&delegated(&issue(), &house.person(), &token(&resource, ORDERS, "Orders.Read")));
        let of_app = read(&app_only(&issue(), &resource, ORDERS, ServicePrincipalId::from_u128(4), &[], &[]));
        for claims in [of_user, of_app] {
            assert_eq!((&claims["ver"], &claims["iss"]), (&json!(version), &json!(iss)), "asked for {asked:?}");
        }
    }
}

#[test]
fn the_token_tells_how_the_client_proved_itself() {
    let house = House::new();
    for (proof, acr) in [(Proof::None, "0"), (Proof::Secret, "1"), (Proof::Assertion, "2")] {
        let issue = Issue { proof, ..issue() };
        let (one, two) = (api(None), api(Some(2)));
        let claims = delegated(&issue, &house.person(), &token(&one, ARCHIVE, "user_impersonation"));
        assert_eq!(read(&claims), with(access_v1(), json!({ "appidacr": acr })));
        let claims = delegated(&issue, &house.person(), &token(&two, ORDERS, "Orders.Read Orders.Write"));
        assert_eq!(read(&claims), with(access_v2(), json!({ "azpacr": acr })));
    }
}

#[test]
fn app_roles_and_directory_roles_are_told() {
    let house = House { roles: vec!["Approver".to_owned()], wids: vec![HELPDESK], ..House::new() };
    let (one, two) = (api(None), api(Some(2)));
    let claims = delegated(&issue(), &house.person(), &token(&one, ARCHIVE, "user_impersonation"));
    let told = json!({ "roles": ["Approver"], "wids": [HELPDESK.to_string(), MEMBER] });
    assert_eq!(read(&claims), with(access_v1(), told));
    let claims = delegated(&issue(), &house.person(), &token(&two, ORDERS, "Orders.Read Orders.Write"));
    assert_eq!(read(&claims), with(access_v2(), json!({ "roles": ["Approver"] })));
}

#[test]
fn names_that_the_directory_does_not_hold_are_left_out() {
    let mut house = House::new();
    house.user.more.remove("givenName");
    let archive = api(None);
    let claims = delegated(&issue(), &house.person(), &token(&archive, ARCHIVE, "user_impersonation"));
    assert_eq!(read(&claims), with(access_v1(), json!({ "given_name": null })));
}

#[test]
fn a_token_carries_its_session_and_graph_hears_who_can_answer_challenges() {
    let (house, graph) = (House::new(), api(None));
    let ours = Delegated { for_graph: true, capable: true, ..token(&graph, ARCHIVE, "user_impersonation") };
    assert_eq!(read(&delegated(&issue(), &house.person(), &ours)), with(access_v1(), json!({ "xms_cc": ["CP1"] })));
    let no_session = Person { session: None, ..house.person() };
    assert_eq!(
        read(&delegated(&issue(), &no_session, &ours)),
        with(access_v1(), json!({ "sid": null, "xms_cc": ["CP1"] }))
    );
    let theirs = Delegated { for_graph: false, ..ours };
    assert_eq!(read(&delegated(&issue(), &house.person(), &theirs)), access_v1());
}

// Tokens of an app alone.

#[test]
fn an_app_only_v1_token_says_this() {
    let roles = ["Archive.Read.All".to_owned()];
    let sp = ServicePrincipalId::from_u128(0xffffffff_0000_4000_8000_000000000004);
    let issue = Issue { proof: Proof::Assertion, ..issue() };
    let expected = json!({
        "aud": ARCHIVE, "iss": ISSUER_V1, "iat": ISSUED, "nbf": ISSUED, "exp": EXPIRES,
        "appid": CLIENT, "appidacr": "2", "idp": ISSUER_V1, "idtyp": "app",
        "oid": "ffffffff-0000-4000-8000-000000000004", "roles": ["Archive.Read.All"],
        "sub": "ffffffff-0000-4000-8000-000000000004", "tid": TID, "uti": "dG9rZW4tbnVtYmVyLW9uZQ", "ver": "1.0",
    });
    assert_eq!(read(&app_only(&issue, &api(None), ARCHIVE, sp, &roles, &[])), expected);
    let without = with(expected, json!({ "roles": null }));
    assert_eq!(read(&app_only(&issue, &api(None), ARCHIVE, sp, &[], &[])), without, "no role, no claim");
}

#[test]
fn an_app_only_v2_token_says_this() {
    let roles = ["Orders.Read.All".to_owned()];
    let sp = ServicePrincipalId::from_u128(0xffffffff_0000_4000_8000_000000000004);
    let issue = Issue { proof: Proof::Secret, ..issue() };
    let expected = json!({
        "aud": ORDERS, "iss": ISSUER_V2, "iat": ISSUED, "nbf": ISSUED, "exp": EXPIRES,
        "azp": CLIENT, "azpacr": "1", "idtyp": "app",
        "oid": "ffffffff-0000-4000-8000-000000000004", "roles": ["Orders.Read.All"],
        "sub": "ffffffff-0000-4000-8000-000000000004", "tid": TID, "uti": "dG9rZW4tbnVtYmVyLW9uZQ", "ver": "2.0",
    });
    assert_eq!(read(&app_only(&issue, &api(Some(2)), ORDERS, sp, &roles, &[])), expected);
}

// ID tokens.

#[test]
fn openid_alone_names_nobody() {
    // features S0-14.
    let (house, app) = (House::new(), Registration::default());
    assert_eq!(read(&id_token(&issue(), &house.person(), &app, &IdAsk::default())), id_v2());
}

#[test]
fn each_thing_asked_of_an_id_token_adds_its_own_claims() {
    let (house, app) = (House::new(), Registration::default());
    let none = IdAsk::default();
    let cases = [
        (
            IdAsk { profile: true, ..none },
            json!({ "oid": OID, "name": "Joris Bakker", "preferred_username": "joris.bakker@waterkant.example" }),
        ),
        (IdAsk { email: true, ..none }, json!({ "email": "joris@waterkant.example" })),
        (IdAsk { nonce: Some("n-0S6_WzA2Mj"), ..none }, json!({ "nonce": "n-0S6_WzA2Mj" })),
        (IdAsk { with_auth_time: true, ..none }, json!({ "auth_time": SIGNED_IN })),
        (IdAsk { c_hash: Some("LDktKdoQak3Pk0cnXxCltA"), ..none }, json!({ "c_hash": "LDktKdoQak3Pk0cnXxCltA" })),
        (IdAsk { at_hash: Some("77QmUPtjPfzWtF2AnpK9RQ"), ..none }, json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RQ" })),
        (IdAsk { in_url: true, ..none }, json!({})),
    ];
    for (ask, more) in cases {
        assert_eq!(read(&id_token(&issue(), &house.person(), &app, &ask)), with(id_v2(), more), "{ask:?}");
    }
}

#[test]
fn a_person_without_mail_has_no_email() {
    let mut house = House::new();
    house.user.mail = None;
    let ask = IdAsk { email: true, ..IdAsk::default() };
    assert_eq!(read(&id_token(&issue(), &house.person(), &Registration::default(), &ask)), id_v2());
}

#[test]
fn an_app_with_a_logout_url_learns_the_session() {
    let house = House::new();
    let web = Web { logout_url: Some("https://intranet.waterkant.example/signout".to_owned()), ..Web::default() };
    let app = Registration { web, ..Registration::default() };
    let claims = id_token(&issue(), &house.person(), &app, &IdAsk::default());
    assert_eq!(read(&claims), with(id_v2(), json!({ "sid": SID })));
}

#[test]
fn an_id_token_has_the_version_of_its_endpoint_and_not_of_the_app() {
    let house = House { roles: vec!["Planner".to_owned()], ..House::new() };
    for version in [None, Some(1), Some(2)] {
        let claims = id_token(&issue(), &house.person(), &api(version), &IdAsk::default());
        assert_eq!(read(&claims), with(id_v2(), json!({ "roles": ["Planner"] })), "{version:?}");
    }
}

// Groups (protocol.md §4.5).

fn claiming(word: Option<&str>, version: Option<u8>) -> Registration {
    Registration { group_membership_claims: word.map(str::to_owned), ..api(version) }
}

fn overage() -> Value {
    json!({
        "_claim_names": { "groups": "src1" },
        "_claim_sources": { "src1": { "endpoint": format!("{GRAPH_ORIGIN}/v1.0/users/{OID}/getMemberObjects") } },
    })
}

#[test]
fn group_membership_claims_say_what_is_told() {
    let house = House { wids: vec![HELPDESK], ..House::with_groups(2) };
    let (groups, wids) = (json!(texts(&house.groups)), json!([HELPDESK.to_string(), MEMBER]));
    let cases = [
        (None, json!({})),
        (Some("None"), json!({})),
        (Some("SecurityGroup"), json!({ "groups": groups })),
        (Some("ApplicationGroup"), json!({ "groups": groups })),
        (Some("DirectoryRole"), json!({ "wids": wids })),
        (Some("SecurityGroup, DirectoryRole"), json!({ "groups": groups, "wids": wids })),
        (Some("All"), json!({ "groups": groups, "wids": wids })),
    ];
    for (word, more) in cases {
        let app = claiming(word, Some(2));
        let claims = id_token(&issue(), &house.person(), &app, &IdAsk::default());
        assert_eq!(read(&claims), with(id_v2(), more.clone()), "ID token, {word:?}");
        let claims = delegated(&issue(), &house.person(), &token(&app, ORDERS, "Orders.Read Orders.Write"));
        assert_eq!(read(&claims), with(access_v2(), more), "access token, {word:?}");
    }
}

#[test]
fn past_two_hundred_groups_a_token_says_where_to_ask() {
    for (count, listed) in [(1, true), (199, true), (200, true), (201, false), (2000, false)] {
        let house = House::with_groups(count);
        let more = if listed { json!({ "groups": texts(&house.groups) }) } else { overage() };
        let (one, two) = (claiming(Some("SecurityGroup"), None), claiming(Some("SecurityGroup"), Some(2)));
        let claims = id_token(&issue(), &house.person(), &one, &IdAsk::default());
        assert_eq!(read(&claims), with(id_v2(), more.clone()), "ID token, {count} groups");
        let claims = delegated(&issue(), &house.person(), &token(&one, ARCHIVE, "user_impersonation"));
        assert_eq!(read(&claims), with(access_v1(), more.clone()), "v1.0, {count} groups");
        let claims = delegated(&issue(), &house.person(), &token(&two, ORDERS, "Orders.Read Orders.Write"));
        assert_eq!(read(&claims), with(access_v2(), more), "v2.0, {count} groups");
    }
}

#[test]
fn in_a_url_only_five_groups_fit() {
    for (count, listed) in [(1, true), (5, true), (6, false), (201, false)] {
        let house = House::with_groups(count);
        let more = if listed { json!({ "groups": texts(&house.groups) }) } else { json!({ "hasgroups": true }) };
        let ask = IdAsk { in_url: true, ..IdAsk::default() };
        let claims = id_token(&issue(), &house.person(), &claiming(Some("SecurityGroup"), None), &ask);
        assert_eq!(read(&claims), with(id_v2(), more), "{count} groups");
    }
}

#[test]
fn a_person_in_no_group_has_no_groups_claim() {
    let house = House::new();
    for in_url in [false, true] {
        let ask = IdAsk { in_url, ..IdAsk::default() };
        let claims = id_token(&issue(), &house.person(), &claiming(Some("SecurityGroup"), None), &ask);
        assert_eq!(read(&claims), id_v2());
    }
}

// Optional claims (protocol.md §4.4).

fn optional(names: &[&str]) -> Vec<OptionalClaim> {
    names.iter().map(|name| OptionalClaim { name: (*name).to_owned(), ..OptionalClaim::default() }).collect()
}

fn in_id_token(names: &[&str]) -> Registration {
    let optional_claims = OptionalClaims { id_token: optional(names), ..OptionalClaims::default() };
    Registration { optional_claims: Some(optional_claims), ..Registration::default() }
}

fn in_access_token(claims: Vec<OptionalClaim>, version: Option<u8>) -> Registration {
    let optional_claims = OptionalClaims { access_token: claims, ..OptionalClaims::default() };
    Registration { optional_claims: Some(optional_claims), ..api(version) }
}

#[test]
fn an_optional_claim_is_told_when_it_is_asked() {
    let house = House::new();
    let cases = [
        ("acct", json!(0)),
        ("auth_time", json!(SIGNED_IN)),
        ("ctry", json!("NL")),
        ("email", json!("joris@waterkant.example")),
        ("family_name", json!("Bakker")),
        ("given_name", json!("Joris")),
        ("sid", json!(SID)),
        ("tenant_ctry", json!("NL")),
        ("upn", json!("joris.bakker@waterkant.example")),
    ];
    for (name, value) in cases {
        let app = in_id_token(&[name]);
        let claims = id_token(&issue(), &house.person(), &app, &IdAsk::default());
        assert_eq!(read(&claims), with(id_v2(), json!({ name: value })), "ID token");
        let orders = in_access_token(optional(&[name]), Some(2));
        let claims = delegated(&issue(), &house.person(), &token(&orders, ORDERS, "Orders.Read Orders.Write"));
        assert_eq!(read(&claims), with(access_v2(), json!({ name: value })), "access token");
    }
}

#[test]
fn acct_tells_members_from_guests() {
    let mut house = House::new();
    house.user.kind = UserKind::Guest;
    let claims = id_token(&issue(), &house.person(), &in_id_token(&["acct"]), &IdAsk::default());
    assert_eq!(read(&claims)["acct"], json!(1));
}

#[test]
fn an_optional_claim_without_a_value_is_left_out_even_when_essential() {
    let mut house = House::new();
    house.user.mail = None;
    house.user.more.clear();
    house.tenant.profile.country_letter_code = None;
    let mut app = in_id_token(&["email", "given_name", "family_name", "ctry", "tenant_ctry", "no_such_claim"]);
    for claim in &mut app.optional_claims.as_mut().expect("set on the line above").id_token {
        claim.essential = true;
    }
    assert_eq!(read(&id_token(&issue(), &house.person(), &app, &IdAsk::default())), id_v2());
}

#[test]
fn optional_claims_of_one_token_are_not_the_others() {
    let (house, asks_in_id) = (House::new(), in_id_token(&["acct"]));
    let asks_in_access = in_access_token(optional(&["acct"]), Some(2));
    let resource = Registration { api: api(Some(2)).api, ..asks_in_id };
    let claims = delegated(&issue(), &house.person(), &token(&resource, ORDERS, "Orders.Read Orders.Write"));
    assert_eq!(read(&claims), access_v2());
    assert_eq!(read(&id_token(&issue(), &house.person(), &asks_in_access, &IdAsk::default())), id_v2());
}

#[test]
fn idtyp_speaks_of_users_only_when_the_api_wants_that() {
    let house = House::new();
    let with_users = OptionalClaim {
        name: "idtyp".to_owned(),
        additional_properties: vec!["include_user_token".to_owned()],
        ..OptionalClaim::default()
    };
    let cases = [(with_users, json!({ "idtyp": "user" })), (optional(&["idtyp"]).remove(0), json!({}))];
    for (claim, more) in cases {
        let orders = in_access_token(vec![claim], Some(2));
        let claims = delegated(&issue(), &house.person(), &token(&orders, ORDERS, "Orders.Read Orders.Write"));
        assert_eq!(read(&claims), with(access_v2(), more));
    }
}

#[test]
fn xms_cc_is_echoed_to_an_api_that_asks_of_a_client_that_can() {
    let house = House::new();
    for (asked, capable) in [(false, false), (false, true), (true, false), (true, true)] {
        let orders = in_access_token(if asked { optional(&["xms_cc"]) } else { Vec::new() }, Some(2));
        let token = Delegated { capable, ..token(&orders, ORDERS, "Orders.Read Orders.Write") };
        let more = if asked && capable { json!({ "xms_cc": ["CP1"] }) } else { json!({}) };
        let claims = read(&delegated(&issue(), &house.person(), &token));
        assert_eq!(claims, with(access_v2(), more), "asked {asked}, capable {capable}");
    }
}

#[test]
fn no_claim_is_written_twice() {
    // RFC 7519 §4: names within a claims set are unique, and a parser may refuse a token that repeats one.
    let house = House::new();
    let everything = ["auth_time", "email", "family_name", "given_name", "sid", "upn"];
    let mut app = in_id_token(&everything);
    app.web.logout_url = Some("https://intranet.waterkant.example/signout".to_owned());
    let ask = IdAsk { profile: true, email: true, with_auth_time: true, ..IdAsk::default() };
    let (one, two) = (in_access_token(optional(&everything), None), in_access_token(optional(&everything), Some(2)));
    let for_graph = Delegated { for_graph: true, ..token(&one, ARCHIVE, "user_impersonation") };
    let tokens = [
        ("ID token", id_token(&issue(), &house.person(), &app, &ask).json()),
        ("v1.0 access token", delegated(&issue(), &house.person(), &for_graph).json()),
        ("v2.0 access token", delegated(&issue(), &house.person(), &token(&two, ORDERS, "Orders.Read")).json()),
    ];
    for (kind, json) in tokens {
        let text = String::from_utf8(json).expect("JSON is UTF-8");
        for name in everything {
            assert_eq!(text.matches(&format!("\"{name}\":")).count(), 1, "{name} in the {kind}: {text}");
        }
    }
}

// What goes beside a token.

#[test]
fn issuers_name_the_concrete_tenant_and_v1_ends_in_a_slash() {
    assert_eq!(issuer(LOGIN, WATERKANT, 1), ISSUER_V1);
    assert_eq!(issuer(LOGIN, WATERKANT, 2), ISSUER_V2);
}

#[test]
fn client_info_names_the_account_by_its_home() {
    let info = client_info(ObjectId::parse(OID).expect("a GUID"), WATERKANT);
    let info: Value = serde_json::from_str(&info).expect("JSON");
    assert_eq!(info, json!({ "uid": OID, "utid": TID }));
}

#[test]
fn an_access_token_lives_between_sixty_and_ninety_minutes() {
    struct Always(u32);
    impl Draw for Always {
        fn fill(&mut self, into: &mut [u8]) {
            into.copy_from_slice(&self.0.to_be_bytes());
        }
    }
    assert_eq!(access_life(&mut Always(0)), 60 * MINUTE);
    for drawn in (0..32).map(|bit| 1_u32 << bit).chain([1, 1799, 1800, 1801, u32::MAX]) {
        let life = access_life(&mut Always(drawn));
        assert!((60 * MINUTE..=90 * MINUTE).contains(&life), "{drawn} makes {life}");
        assert_eq!(life % 1000, 0, "{drawn}: clients count in whole seconds");
    }
}
