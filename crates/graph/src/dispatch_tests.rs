//! Paths, as clients spell them.

use super::*;
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
        ("/v1.0/me", Route::User(Subject::Me)),
        ("/beta/ME/", Route::User(Subject::Me)),
        ("/v1.0/users", Route::List(Noun::User)),
        ("/v1.0/users/$count", Route::Count(Noun::User)),
        ("/beta/Groups/", Route::List(Noun::Group)),
        ("/v1.0/applications", Route::List(Noun::Application)),
        ("/v1.0/applications/a", Route::Application(Key::Id("a".to_owned()))),
        ("/v1.0/applications(appId='a')", Route::Application(Key::AppId("a".to_owned()))),
        ("/v1.0/servicePrincipals/$count", Route::Count(Noun::ServicePrincipal)),
        ("/v1.0/serviceprincipals('a')", Route::ServicePrincipal(Key::Id("a".to_owned()))),
        ("/v1.0/servicePrincipals(appid='a')", Route::ServicePrincipal(Key::AppId("a".to_owned()))),
        ("/v1.0/Users/joris.bakker%40waterkant.example", Route::User(named("joris.bakker@waterkant.example"))),
        ("/v1.0/users/o'brien%23EXT%23@waterkant.example", Route::User(named(upn))),
        ("/v1.0/users('o''brien%23EXT%23@waterkant.example')", Route::User(named(upn))),
        ("/v1.0/users('$x@waterkant.example')", Route::User(named("$x@waterkant.example"))),
        ("/v1.0/users('delta')", Route::User(named("delta"))),
        ("/v1.0/me/memberOf", Route::MemberOf(Subject::Me, None)),
        ("/v1.0/users/a/memberof/graph.group", Route::MemberOf(named("a"), Some(Cast::Group))),
        ("/v1.0/groups/a", Route::Group("a".to_owned())),
        ("/v1.0/groups('a')/members", Route::Members("a".to_owned(), None)),
        ("/v1.0/groups/a/members/microsoft.graph.user", Route::Members("a".to_owned(), Some(Cast::User))),
        (
            "/v1.0/groups/a/members/microsoft.graph.servicePrincipal",
            Route::Members("a".to_owned(), Some(Cast::ServicePrincipal)),
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
        ("/v1.0", ""),
        ("/v1.0/", ""),
        ("/beta", ""),
        ("/v1.0/nonsense", "nonsense"),
        ("/v1.0/me/photo/$value", "photo"),
        ("/v1.0/users/a/manager", "manager"),
        ("/v1.0/users/delta", "delta"),
        ("/v1.0/users/delta()", "delta"),
        ("/v1.0/users/microsoft.graph.delta", "microsoft.graph.delta"),
        ("/v1.0/users/$x@waterkant.example", "$x@waterkant.example"),
        ("/v1.0/applications(uniqueName='a')", "uniqueName"),
        ("/v1.0/applications/a/owners", "owners"),
        ("/v1.0/servicePrincipals/delta", "delta"),
        ("/v1.0/groups(uniqueName='a')", "uniqueName"),
        ("/v1.0/groups/a/owners", "owners"),
        ("/v1.0/groups/a/members/microsoft.graph.device", "microsoft.graph.device"),
        ("/v1.0/groups/a/members/graph.user/x", "x"),
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
    for path in ["/v1.0/users/a/$count", "/v1.0/groups/a/members/$count", "/v1.0/me/memberOf/$count"] {
        assert_eq!(routed(path), Err(Refusal::NoCountSegment), "{path}");
    }
}

#[test]
fn the_schema_is_known_and_not_there_yet() {
    for path in ["/v1.0/$metadata", "/beta/%24Metadata/"] {
        assert_eq!(routed(path), Err(Refusal::NoSchema), "{path}");
    }
}

#[test]
fn malformed_paths_are_refused() {
    for path in ["/v1.0//me", "/v1.0/users(a)", "/v1.0/users/%ff", "/v1.0/users/%", "/v1.0/users/a%00b"] {
        assert_eq!(routed(path), Err(Refusal::MalformedPath), "{path}");
    }
}

#[test]
fn only_userinfo_takes_a_post() {
    assert_eq!(Route::UserInfo.methods(), [Method::GET, Method::POST]);
    assert_eq!(Route::List(Noun::User).methods(), [Method::GET]);
}
