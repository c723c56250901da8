//! The path → what is asked for. What is not built is an unknown segment, said in Graph's words.

use crate::errors::Refusal;
use http::Method;
use mandate_domain::query::Noun;
use mandate_odata::{Path, Step};
use mandate_web::Incoming;
use mandate_web::percent::decode_path;

/// The first segment of a path of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V1,
    Beta,
    /// UserInfo lives on Graph's origin (protocol.md §1.8).
    Oidc,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    UserInfo,
    /// `/users`, `/groups`, `/applications`, `/servicePrincipals`
    List(Noun),
    /// `/users/$count`
    Count(Noun),
    User(Subject),
    MemberOf(Subject, Option<Cast>),
    Group(String),
    Application(Key),
    ServicePrincipal(Key),
    Members(String, Option<Cast>),
    Grants(GrantsOf),
    Grant(String),
    Assignments(Assignments),
    Assignment(Assignments, String),
    Organizations,
    Organization(String),
}

/// Whose object it is: `/me`, or a user by id or user principal name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Me,
    Named(String),
}

/// All of them, or those of one client or one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GrantsOf {
    All,
    Client(String),
    Person(Subject),
}

/// Of whom, or at which API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Assignments {
    App(String, Side),
    Group(String),
    Person(Subject),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// `appRoleAssignedTo`: who holds the app's own roles.
    Given,
    /// `appRoleAssignments`: what it holds elsewhere.
    Held,
}

/// Which application, or instance of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Id(String),
    /// `(appId='…')`
    AppId(String),
}

/// `/microsoft.graph.user` behind a collection of several kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cast {
    User,
    Group,
    ServicePrincipal,
}

const HELD: &str = "appRoleAssignments";
const GRANTS: &str = "oauth2PermissionGrants";

static READ: [Method; 1] = [Method::GET];
static READ_OR_POST: [Method; 2] = [Method::GET, Method::POST];
static READ_OR_REMOVE: [Method; 2] = [Method::GET, Method::DELETE];
static READ_OR_WRITE: [Method; 3] = [Method::GET, Method::PATCH, Method::DELETE];

impl Version {
    pub fn of(request: &Incoming) -> Option<Version> {
        let first = request.first_segment();
        let all = [Version::V1, Version::Beta, Version::Oidc];
        all.into_iter().find(|version| version.word().eq_ignore_ascii_case(first))
    }

    pub const fn word(self) -> &'static str {
        match self {
            Version::V1 => "v1.0",
            Version::Beta => "beta",
            Version::Oidc => "oidc",
        }
    }
}

impl Route {
    pub fn methods(&self) -> &'static [Method] {
        match self {
            Route::UserInfo | Route::Grants(GrantsOf::All) => &READ_OR_POST,
            Route::Assignments(Assignments::Person(Subject::Me)) => &READ,
            Route::Assignments(_) => &READ_OR_POST,
            Route::Assignment(Assignments::Person(Subject::Me), _) => &READ,
            Route::Assignment(..) => &READ_OR_REMOVE,
            Route::Grant(_) => &READ_OR_WRITE,
            _ => &READ,
        }
    }
}

impl Cast {
    /// `graph.user` is the short form that SDKs send (clients.md §2.6).
    fn of(step: &Step) -> Option<Cast> {
        let Step::Name(text) = step else { return None };
        let folded = text.to_ascii_lowercase();
        match folded.strip_prefix("microsoft.graph.").or(folded.strip_prefix("graph."))? {
            "user" => Some(Cast::User),
            "group" => Some(Cast::Group),
            "serviceprincipal" => Some(Cast::ServicePrincipal),
            _ => None,
        }
    }
}

/// `segments` are those below the version, as they were sent.
pub(crate) fn route<'p>(version: Version, segments: impl IntoIterator<Item = &'p str>) -> Result<Route, Refusal> {
    let decoded: Option<Vec<String>> = segments.into_iter().map(decode_path).collect();
    let decoded = decoded.ok_or(Refusal::MalformedPath)?;
    let path = Path::parse(decoded.iter().map(String::as_str)).map_err(|_| Refusal::MalformedPath)?;
    match (version, path.steps()) {
        (Version::Oidc, [step]) if step.is("userinfo") => Ok(Route::UserInfo),
        (Version::Oidc, steps) => Err(unknown(steps)),
        (Version::V1 | Version::Beta, steps) => of_directory(steps),
    }
}

fn of_directory(steps: &[Step]) -> Result<Route, Refusal> {
    let Some((head, rest)) = steps.split_first() else {
        return Err(unknown(steps));
    };
    match head {
        _ if head.is("me") => of_user(Subject::Me, rest),
        _ if head.is("users") => of_users(rest),
        _ if head.is("groups") => of_groups(rest),
        _ if head.is("applications") => of_apps(Noun::Application, rest),
        _ if head.is("servicePrincipals") => of_apps(Noun::ServicePrincipal, rest),
        _ if head.is(GRANTS) => of_grants(rest),
        _ if head.is("organization") => of_organization(rest),
        _ if head.is("$metadata") && rest.is_empty() => Err(Refusal::NoSchema),
        _ => Err(unknown(steps)),
    }
}

fn of_users(rest: &[Step]) -> Result<Route, Refusal> {
    let Some((key, rest)) = rest.split_first() else {
        return Ok(Route::List(Noun::User));
    };
    if rest.is_empty() && key.is("$count") {
        return Ok(Route::Count(Noun::User));
    }
    of_user(Subject::Named(key_of(key)?), rest)
}

fn of_user(subject: Subject, rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [] => Ok(Route::User(subject)),
        [relation, rest @ ..] if relation.is("memberOf") => Ok(Route::MemberOf(subject, cast(rest)?)),
        [relation] if relation.is(GRANTS) => Ok(Route::Grants(GrantsOf::Person(subject))),
        [relation, rest @ ..] if relation.is(HELD) => assignments(Assignments::Person(subject), rest),
        _ => Err(unknown(rest)),
    }
}

fn of_groups(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [] => Ok(Route::List(Noun::Group)),
        [count] if count.is("$count") => Ok(Route::Count(Noun::Group)),
        [key] => Ok(Route::Group(key_of(key)?)),
        [key, relation, rest @ ..] if relation.is(HELD) => assignments(Assignments::Group(key_of(key)?), rest),
        [key, relation, rest @ ..] if relation.is("members") => Ok(Route::Members(key_of(key)?, cast(rest)?)),
        [_, rest @ ..] => Err(unknown(rest)),
    }
}

fn of_apps(noun: Noun, rest: &[Step]) -> Result<Route, Refusal> {
    let key = match rest {
        [] => return Ok(Route::List(noun)),
        [count] if count.is("$count") => return Ok(Route::Count(noun)),
        [Step::NamedKey { name, value }] if name.eq_ignore_ascii_case("appId") => Key::AppId(value.clone()),
        [key @ (Step::Name(_) | Step::Key(_))] => Key::Id(key_of(key)?),
        [key, relation] if noun == Noun::ServicePrincipal && relation.is(GRANTS) => {
            return Ok(Route::Grants(GrantsOf::Client(key_of(key)?)));
        }
        [key, relation, rest @ ..] if noun == Noun::ServicePrincipal && side(relation).is_some() => {
            let side = side(relation).unwrap_or(Side::Held);
            return assignments(Assignments::App(key_of(key)?, side), rest);
        }
        [Step::Name(_) | Step::Key(_), rest @ ..] => return Err(unknown(rest)),
        _ => return Err(unknown(rest)),
    };
    Ok(if noun == Noun::Application { Route::Application(key) } else { Route::ServicePrincipal(key) })
}

fn side(step: &Step) -> Option<Side> {
    match () {
        () if step.is("appRoleAssignedTo") => Some(Side::Given),
        () if step.is(HELD) => Some(Side::Held),
        () => None,
    }
}

fn assignments(of: Assignments, rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [] => Ok(Route::Assignments(of)),
        [key] => Ok(Route::Assignment(of, key_of(key)?)),
        [_, rest @ ..] => Err(unknown(rest)),
    }
}

fn of_grants(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [] => Ok(Route::Grants(GrantsOf::All)),
        [key] => Ok(Route::Grant(key_of(key)?)),
        [_, rest @ ..] => Err(unknown(rest)),
    }
}

fn of_organization(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [] => Ok(Route::Organizations),
        [key] => Ok(Route::Organization(key_of(key)?)),
        [_, rest @ ..] => Err(unknown(rest)),
    }
}

fn cast(rest: &[Step]) -> Result<Option<Cast>, Refusal> {
    match rest {
        [] => Ok(None),
        [step] => Cast::of(step).map(Some).ok_or_else(|| unknown(rest)),
        [step, rest @ ..] => Err(unknown(if Cast::of(step).is_some() { rest } else { std::slice::from_ref(step) })),
    }
}

/// A key in parentheses may be anything; one that is a segment must not look like what else may stand there.
fn key_of(step: &Step) -> Result<String, Refusal> {
    match step {
        Step::Name(text) if text.starts_with('$') || is_function(text) => Err(unknown(std::slice::from_ref(step))),
        _ => step.key().map(str::to_owned).ok_or_else(|| unknown(std::slice::from_ref(step))),
    }
}

/// `delta`, with its parentheses left out, or named in full (graph-api.md §3.1).
fn is_function(text: &str) -> bool {
    text.eq_ignore_ascii_case("delta") || text.to_ascii_lowercase().starts_with("microsoft.graph.")
}

fn unknown(steps: &[Step]) -> Refusal {
    match steps.first() {
        Some(step) if step.is("$count") => Refusal::NoCountSegment,
        Some(Step::Name(text) | Step::Key(text)) => Refusal::NoSuchSegment(text.clone()),
        Some(Step::NamedKey { name, .. }) => Refusal::NoSuchSegment(name.clone()),
        Some(Step::Call) | None => Refusal::NoSuchSegment(String::new()),
    }
}

#[cfg(test)]
#[path = "dispatch_tests.rs"]
pub(crate) mod tests;
