//! Paths, as clients spell them.

use super::*;
use crate::errors::Refusal;
use bytes::Bytes;
use http::HeaderMap;
use mandate_base::{CorrelationId, Moment};

pub(crate) fn asking(path: &str) -> Incoming {
    Incoming {
        method: Method::GET,
        path: path.to_owned(),
        query: String::new(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        peer: std::net::Ipv4Addr::LOCALHOST.into(),
        correlation: CorrelationId::from_u128(1),
        trace: CorrelationId::from_u128(2),
        now: Moment::EPOCH,
    }
}

fn routed(path: &str) -> Result<Route, Refusal> {
    let request = asking(path);
    route(Version::of(&request).expect("a path of ours"), request.segments().into_iter().skip(1))
}

fn named(name: &str) -> Subject {
    Subject::Named(name.to_owned())
}

fn person(subject: Subject) -> Route {
    Route::Object(Object::User(subject))
}

fn group(id: &str) -> Object {
    Object::Group(Key::Id(id.to_owned()))
}

fn app(id: &str) -> Object {
    Object::Application(Key::Id(id.to_owned()))
}

fn related(object: Object, relation: Relation, cast: Option<Cast>) -> Route {
    Route::Related(object, relation, cast)
}

#[test]
fn only_three_first_segments_are_ours() {
    let cases = [
        ("/v1.0/me", Some(Version::V1)),
        ("/V1.0", Some(Version::V1)),
        ("/Beta/me/", Some(Version::Beta)),
        ("/oidc/userinfo", Some(Version::Oidc)),
        ("/", None),
        ("", None),
        ("/v1.00/me", None),
        ("//v1.0/me", None),
        ("/common/oauth2/v2.0/token", None),
    ];
    for (path, version) in cases {
        assert_eq!(Version::of(&asking(path)), version, "{path}");
    }
}

#[test]
fn paths_lead_to_what_they_name() {
    let upn = "o'brien#EXT#@waterkant.example";
    let cases = [
        ("/v1.0/me", person(Subject::Me)),
        ("/beta/ME/", person(Subject::Me)),
        ("/v1.0/users", Route::List(Noun::User)),
        ("/v1.0/users/$count", Route::Count(Noun::User)),
        ("/beta/Groups/", Route::List(Noun::Group)),
        ("/v1.0/applications", Route::List(Noun::Application)),
        ("/v1.0/applications/a", Route::Object(Object::Application(Key::Id("a".to_owned())))),
        ("/v1.0/applications(appId='a')", Route::Object(Object::Application(Key::AppId("a".to_owned())))),
        ("/v1.0/servicePrincipals/$count", Route::Count(Noun::ServicePrincipal)),
        ("/v1.0/serviceprincipals('a')", Route::Object(Object::ServicePrincipal(Key::Id("a".to_owned())))),
        ("/v1.0/servicePrincipals(appid='a')", Route::Object(Object::ServicePrincipal(Key::AppId("a".to_owned())))),
        ("/v1.0/Users/joris.bakker%40waterkant.example", person(named("joris.bakker@waterkant.example"))),
        ("/v1.0/users/o'brien%23EXT%23@waterkant.example", person(named(upn))),
        ("/v1.0/users('o''brien%23EXT%23@waterkant.example')", person(named(upn))),
        ("/v1.0/users('$x@waterkant.example')", person(named("$x@waterkant.example"))),
        ("/v1.0/users('delta')", person(named("delta"))),
        ("/v1.0/me/memberOf", related(Object::User(Subject::Me), Relation::MemberOf, None)),
        (
            "/v1.0/users/a/memberof/graph.group",
            related(Object::User(named("a")), Relation::MemberOf, Some(Cast::Group)),
        ),
        ("/v1.0/groups/a", Route::Object(group("a"))),
        ("/v1.0/groups('a')/members", related(group("a"), Relation::Members, None)),
        ("/v1.0/groups/a/members/microsoft.graph.user", related(group("a"), Relation::Members, Some(Cast::User))),
        (
            "/v1.0/groups/a/members/microsoft.graph.servicePrincipal",
            related(group("a"), Relation::Members, Some(Cast::ServicePrincipal)),
        ),
        ("/v1.0/organization", Route::Organizations),
        ("/v1.0/organization/a", Route::Organization("a".to_owned())),
        ("/oidc/UserInfo", Route::UserInfo),
    ];
    for (path, route) in cases {
        assert_eq!(routed(path), Ok(route), "{path}");
    }
}

#[test]
fn what_is_not_there_is_named() {
    let cases = [
        ("/v1.0/nonsense", "nonsense"),
        ("/v1.0/users/a/owners", "owners"),
        ("/v1.0/users/a/addPassword", "addPassword"),
        ("/v1.0/users(uniqueName='a')", "uniqueName"),
        ("/v1.0/groups(appId='a')", "appId"),
        ("/v1.0/applications/a/members", "members"),
        ("/v1.0/applications/a/revokeSignInSessions", "revokeSignInSessions"),
        ("/v1.0/directory/deletedItems", "deletedItems"),
        ("/v1.0/directoryObjects", "directoryObjects"),
        ("/v1.0/users/$x@waterkant.example", "$x@waterkant.example"),
        ("/v1.0/directoryRoles/a/delta", "delta"),
        ("/v1.0/auditLogs/provisioning", "provisioning"),
        ("/v1.0/groups/a/members/microsoft.graph.device", "microsoft.graph.device"),
        ("/v1.0/groups/a/members/graph.user/x", "x"),
        ("/v1.0/directory", "directory"),
        ("/v1.0/policies", "policies"),
        ("/v1.0/me('a')", "a"),
        ("/v1.0/$metadata/users", "$metadata"),
        ("/v1.0/me/$metadata", "$metadata"),
        ("/oidc/$metadata", "$metadata"),
        ("/v1.0/organization/a/branding", "branding"),
        ("/oidc", ""),
        ("/oidc/me", "me"),
    ];
    for (path, segment) in cases {
        assert_eq!(routed(path), Err(Refusal::NoSuchSegment(segment.to_owned())), "{path}");
    }
    for path in ["/v1.0/users/a/$count", "/v1.0/applications/a/$count"] {
        assert_eq!(routed(path), Err(Refusal::NoCountSegment), "{path}");
    }
}

#[test]
fn the_schema_and_the_root_are_paths_of_their_own() {
    for path in ["/v1.0/$metadata", "/beta/%24Metadata/"] {
        assert_eq!(routed(path), Ok(Route::Schema), "{path}");
    }
    for path in ["/v1.0", "/v1.0/", "/beta", "/v1.0//"] {
        assert_eq!(routed(path), Ok(Route::Service), "{path}");
    }
}

#[test]
fn malformed_paths_are_refused() {
    for path in ["/v1.0/users(a)", "/v1.0/users/%ff", "/v1.0/users/%", "/v1.0/users/a%00b"] {
        assert_eq!(routed(path), Err(Refusal::MalformedPath), "{path}");
    }
}

#[test]
fn relations_references_and_actions_are_told_apart() {
    let cases = [
        ("/v1.0/applications/a/owners", related(app("a"), Relation::Owners, None)),
        ("/v1.0/applications/a/owners/$ref", Route::References(app("a"), Relation::Owners)),
        ("/v1.0/applications/a/owners/b/$ref", Route::Reference(app("a"), Relation::Owners, "b".to_owned())),
        ("/v1.0/applications/a/addPassword", Route::Act(app("a"), Action::AddPassword)),
        ("/v1.0/applications/a/microsoft.graph.addPassword()", Route::Act(app("a"), Action::AddPassword)),
        ("/v1.0/applications(uniqueName='a')", Route::Object(Object::Application(Key::UniqueName("a".to_owned())))),
        ("/beta/groups/a/members/$count", Route::RelatedCount(group("a"), Relation::Members, None)),
        (
            "/beta/groups/a/transitiveMembers/microsoft.graph.user/$count",
            Route::RelatedCount(group("a"), Relation::TransitiveMembers, Some(Cast::User)),
        ),
        ("/v1.0/me/manager/$ref", Route::References(Object::User(Subject::Me), Relation::Manager)),
        ("/v1.0//me//manager/$ref", Route::References(Object::User(Subject::Me), Relation::Manager)),
        ("/v1.0/groups/a/members/b", Route::RelatedOne(group("a"), Relation::Members, "b".to_owned())),
        ("/v1.0/directoryObjects/getByIds", Route::ByIds),
        ("/v1.0/groups/microsoft.graph.getByIds", Route::ByIds),
        ("/v1.0/users/validateProperties", Route::ValidateProperties(None)),
        ("/v1.0/directoryObjects/validateProperties", Route::ValidateProperties(None)),
        ("/v1.0/groups/a/validateProperties", Route::ValidateProperties(Some(Key::Id("a".to_owned())))),
        (
            "/v1.0/directoryObjects/a/checkMemberGroups",
            Route::Act(Object::Any("a".to_owned()), Action::CheckMemberGroups),
        ),
        ("/v1.0/directory/deletedItems/microsoft.graph.application", Route::Deleted(Noun::Application)),
        ("/v1.0/directory/deleteditems/graph.user", Route::Deleted(Noun::User)),
        ("/v1.0/directory/deletedItems/a", Route::DeletedItem("a".to_owned(), None)),
        ("/v1.0/directory/deletedItems/microsoft.graph.group/a", Route::DeletedItem("a".to_owned(), Some(Noun::Group))),
        ("/v1.0/directory/deletedItems/a/graph.user", Route::DeletedItem("a".to_owned(), Some(Noun::User))),
        ("/v1.0/directory/deletedItems/graph.user/$count", Route::DeletedCount(Noun::User)),
        ("/v1.0/directory/deletedItems/a/restore", Route::Restore("a".to_owned())),
        (
            "/v1.0/applications/a/federatedIdentityCredentials(name='b')",
            Route::FederatedCredential(Key::Id("a".to_owned()), Part::Name("b".to_owned())),
        ),
    ];
    for (path, route) in cases {
        assert_eq!(routed(path), Ok(route), "{path}");
    }
}

#[test]
fn each_route_takes_its_methods() {
    let taken = |path: &str| routed(path).expect("a route").methods().to_vec();
    assert_eq!(taken("/oidc/userinfo"), [Method::GET, Method::POST]);
    assert_eq!(taken("/v1.0/users"), [Method::GET, Method::POST]);
    assert_eq!(taken("/v1.0/users/a"), [Method::GET, Method::PATCH, Method::DELETE]);
    assert_eq!(taken("/v1.0/directoryObjects/a"), [Method::GET, Method::DELETE]);
    assert_eq!(taken("/v1.0/users/a/manager/$ref"), [Method::GET, Method::PUT, Method::DELETE]);
    assert_eq!(taken("/v1.0/groups/a/members/$ref"), [Method::GET, Method::POST, Method::DELETE]);
    assert_eq!(taken("/v1.0/groups/a/members/b/$ref"), [Method::GET, Method::DELETE]);
    assert_eq!(taken("/v1.0/me/memberOf"), [Method::GET]);
}

#[test]
fn delta_has_three_spellings() {
    for end in ["delta", "delta()", "microsoft.graph.delta", "microsoft.graph.delta()"] {
        for (set, of) in [
            ("users", DeltaOf::Objects(Noun::User)),
            ("servicePrincipals", DeltaOf::Objects(Noun::ServicePrincipal)),
            ("directoryObjects", DeltaOf::Any),
            ("oauth2PermissionGrants", DeltaOf::Grants),
        ] {
            assert_eq!(routed(&format!("/v1.0/{set}/{end}")), Ok(Route::Delta(of)), "{set}/{end}");
        }
    }
}
