//! The path → what is asked for. What is not built is an unknown segment, said in Graph's words.

use crate::errors::Refusal;
use http::Method;
use mandate_domain::app_policies::PolicyKind;
use mandate_domain::query::Noun;
use mandate_odata::{Path, Step};
use mandate_usecases::directory::Sets;
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
    /// `/users`, `/groups`, `/applications`, `/servicePrincipals`, `/directory/administrativeUnits`
    List(Noun),
    /// `/users/$count`
    Count(Noun),
    Object(Object),
    Act(Object, Action),
    Related(Object, Relation, Option<Cast>),
    RelatedCount(Object, Relation, Option<Cast>),
    /// `…/members/{id}` of an administrative unit.
    RelatedOne(Object, Relation, String),
    /// `…/owners/$ref`
    References(Object, Relation),
    /// `…/owners/{id}/$ref`
    Reference(Object, Relation, String),
    Logo(Key),
    FederatedCredentials(Key),
    FederatedCredential(Key, Part),
    ScopedRoles(ScopedRoles),
    ScopedRole(Key, String),
    Classifications(Key),
    Classification(Key, String),
    Grants(GrantsOf),
    Grant(String),
    Assignments(Assignments),
    Assignment(Assignments, String),
    ByIds,
    Deleted(Noun),
    DeletedItem(String),
    Restore(String),
    RoleTemplates,
    RoleTemplate(String),
    Roles,
    Role(RoleKey),
    RoleMembers(RoleKey),
    RoleMemberReferences(RoleKey),
    RoleMemberReference(RoleKey, String),
    RoleDefinitions,
    RoleDefinition(String),
    RoleAssignments,
    RoleAssignment(String),
    /// The one there is, which `/beta` has in a collection.
    AuthorizationPolicy {
        by_key: bool,
    },
    AdminConsentRequestPolicy,
    GrantPolicies,
    GrantPolicy(String),
    ConditionSets(String, Sets),
    ConditionSet(String, Sets, String),
    /// `/users/delta`
    Delta(DeltaOf),
    Audits,
    Audit(String),
    SignIns,
    SignIn(String),
    /// What apps are put under, and what is under one of them.
    AppPolicies(PolicyKind),
    AppPolicy(PolicyKind, String),
    AppliesTo(PolicyKind, String),
    DefaultAppManagement,
    /// Those of an application or a service principal.
    PoliciesOf(Object, PolicyKind),
    PolicyReferences(Object, PolicyKind),
    PolicyReference(Object, PolicyKind, String),
    Subscriptions,
    Subscription(String),
    /// `/subscriptions/{id}/reauthorize`
    Reauthorize(String),
    Domains,
    Domain(String),
    SubscribedSkus,
    Organizations,
    Organization(String),
}

/// Whose changes are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeltaOf {
    Objects(Noun),
    /// `/directoryObjects/delta`
    Any,
    Grants,
}

/// A directory role by its id in this tenant, or by its template's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RoleKey {
    Id(String),
    /// `(roleTemplateId='…')`
    Template(String),
}

/// One object of the directory, as a path names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Object {
    User(Subject),
    Group(Key),
    Application(Key),
    ServicePrincipal(Key),
    Unit(Key),
    /// `/directoryObjects/{id}`: of whatever kind.
    Any(String),
}

/// Whose object it is: `/me`, or a user by id or user principal name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Me,
    Named(String),
}

/// Which object: by its id, or by another key of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Id(String),
    /// `(appId='…')`
    AppId(String),
    /// `(uniqueName='…')`
    UniqueName(String),
}

/// A part of an object, which has a name beside its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    IdOrName(String),
    /// `(name='…')`
    Name(String),
}

/// What other objects are to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Owners,
    Members,
    TransitiveMembers,
    MemberOf,
    TransitiveMemberOf,
    OwnedObjects,
    Manager,
    DirectReports,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    AddPassword,
    RemovePassword,
    AddKey,
    RemoveKey,
    CheckMemberGroups,
    CheckMemberObjects,
    GetMemberGroups,
    GetMemberObjects,
    RevokeSignInSessions,
    ChangePassword,
}

/// All of them, or those of one client or one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GrantsOf {
    All,
    Client(String),
    Person(Subject),
}

/// Roles within an administrative unit: in one, or those of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScopedRoles {
    In(Key),
    Of(Subject),
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

/// `/microsoft.graph.user` behind a collection of several kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cast {
    User,
    Group,
    Application,
    ServicePrincipal,
    Unit,
    DirectoryRole,
}

const HELD: &str = "appRoleAssignments";
const GRANTS: &str = "oauth2PermissionGrants";
const FEDERATED: &str = "federatedIdentityCredentials";
const CLASSES: &str = "delegatedPermissionClassifications";

static READ: [Method; 1] = [Method::GET];
static POST: [Method; 1] = [Method::POST];
static REMOVE: [Method; 1] = [Method::DELETE];
static READ_OR_POST: [Method; 2] = [Method::GET, Method::POST];
static READ_OR_REMOVE: [Method; 2] = [Method::GET, Method::DELETE];
static READ_OR_CHANGE: [Method; 2] = [Method::GET, Method::PATCH];
static READ_OR_PUT: [Method; 2] = [Method::GET, Method::PUT];
static READ_OR_WRITE: [Method; 3] = [Method::GET, Method::PATCH, Method::DELETE];
static REFER: [Method; 2] = [Method::GET, Method::POST];
static REFER_TO_ONE: [Method; 3] = [Method::GET, Method::PUT, Method::DELETE];

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
    /// Whether a relation of what is asked for can come along.
    pub fn expands(&self) -> bool {
        matches!(self, Route::List(_) | Route::Object(_) | Route::RoleAssignments | Route::RoleAssignment(_))
            && !matches!(self, Route::Object(Object::Any(_)))
    }

    pub fn methods(&self) -> &'static [Method] {
        match self {
            Route::UserInfo | Route::Grants(GrantsOf::All) | Route::List(_) | Route::Subscriptions => &READ_OR_POST,
            Route::FederatedCredentials(_) | Route::Classifications(_) => &READ_OR_POST,
            Route::Roles | Route::RoleDefinitions | Route::RoleAssignments => &READ_OR_POST,
            Route::GrantPolicies | Route::ConditionSets(..) => &READ_OR_POST,
            Route::AuthorizationPolicy { .. } => &READ_OR_CHANGE,
            Route::AdminConsentRequestPolicy | Route::Logo(_) => &READ_OR_PUT,
            Route::ConditionSet(..) => &READ_OR_REMOVE,
            Route::Organization(_) => &READ_OR_CHANGE,
            Route::AppPolicies(_) | Route::PolicyReferences(..) => &READ_OR_POST,
            Route::DefaultAppManagement => &READ_OR_CHANGE,
            Route::PolicyReference(..) => &REMOVE,
            Route::AppPolicy(..) => &READ_OR_WRITE,
            Route::RoleDefinition(_) | Route::GrantPolicy(_) | Route::Subscription(_) => &READ_OR_WRITE,
            Route::RoleAssignment(_) | Route::ScopedRole(..) => &READ_OR_REMOVE,
            Route::ScopedRoles(ScopedRoles::In(_)) => &READ_OR_POST,
            // Something new is made in the unit.
            Route::Related(Object::Unit(_), Relation::Members, None) => &READ_OR_POST,
            Route::RoleMemberReferences(_) => &POST,
            Route::RoleMemberReference(..) => &REMOVE,
            Route::Object(Object::Any(_)) => &READ,
            Route::Object(Object::User(Subject::Me)) => &READ_OR_CHANGE,
            Route::Object(_) | Route::FederatedCredential(..) | Route::Grant(_) => &READ_OR_WRITE,
            Route::Act(..) | Route::ByIds | Route::Restore(_) | Route::Reauthorize(_) => &POST,
            Route::References(_, Relation::Manager) => &REFER_TO_ONE,
            Route::References(..) => &REFER,
            Route::Reference(..) | Route::Classification(..) => &REMOVE,
            Route::Assignments(Assignments::Person(Subject::Me)) => &READ,
            Route::Assignments(_) => &READ_OR_POST,
            Route::Assignment(Assignments::Person(Subject::Me), _) => &READ,
            Route::Assignment(..) | Route::DeletedItem(_) => &READ_OR_REMOVE,
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
            "application" => Some(Cast::Application),
            "serviceprincipal" => Some(Cast::ServicePrincipal),
            "administrativeunit" => Some(Cast::Unit),
            "directoryrole" => Some(Cast::DirectoryRole),
            _ => None,
        }
    }

    pub const fn to(noun: Noun) -> Cast {
        match noun {
            Noun::User => Cast::User,
            Noun::Group => Cast::Group,
            Noun::Application => Cast::Application,
            Noun::ServicePrincipal => Cast::ServicePrincipal,
            Noun::AdministrativeUnit => Cast::Unit,
        }
    }

    /// A role is none: it is there without having been made.
    pub const fn noun(self) -> Option<Noun> {
        match self {
            Cast::User => Some(Noun::User),
            Cast::Group => Some(Noun::Group),
            Cast::Application => Some(Noun::Application),
            Cast::ServicePrincipal => Some(Noun::ServicePrincipal),
            Cast::Unit => Some(Noun::AdministrativeUnit),
            Cast::DirectoryRole => None,
        }
    }
}

impl Relation {
    const ALL: [(Relation, &str); 8] = [
        (Relation::Owners, "owners"),
        (Relation::Members, "members"),
        (Relation::TransitiveMembers, "transitiveMembers"),
        (Relation::MemberOf, "memberOf"),
        (Relation::TransitiveMemberOf, "transitiveMemberOf"),
        (Relation::OwnedObjects, "ownedObjects"),
        (Relation::Manager, "manager"),
        (Relation::DirectReports, "directReports"),
    ];

    fn of(object: &Object, step: &Step) -> Option<Relation> {
        let found = Relation::ALL.iter().find(|(_, word)| step.is(word)).map(|(relation, _)| *relation)?;
        object.has(found).then_some(found)
    }

    /// By its name alone, of whatever object.
    pub fn named(name: &str) -> Option<Relation> {
        Relation::ALL.iter().find(|(_, word)| word.eq_ignore_ascii_case(name)).map(|(relation, _)| *relation)
    }

    pub fn word(self) -> &'static str {
        Relation::ALL.iter().find(|(relation, _)| *relation == self).map_or("", |(_, word)| word)
    }

    /// Whether callers set it.
    fn is_written(self) -> bool {
        matches!(self, Relation::Owners | Relation::Members | Relation::Manager)
    }
}

impl Action {
    const ALL: [(Action, &str); 10] = [
        (Action::AddPassword, "addPassword"),
        (Action::RemovePassword, "removePassword"),
        (Action::AddKey, "addKey"),
        (Action::RemoveKey, "removeKey"),
        (Action::CheckMemberGroups, "checkMemberGroups"),
        (Action::CheckMemberObjects, "checkMemberObjects"),
        (Action::GetMemberGroups, "getMemberGroups"),
        (Action::GetMemberObjects, "getMemberObjects"),
        (Action::RevokeSignInSessions, "revokeSignInSessions"),
        (Action::ChangePassword, "changePassword"),
    ];

    /// Bare, or named in full (graph-api.md §3.1).
    fn of(object: &Object, step: &Step) -> Option<Action> {
        let Step::Name(text) = step else { return None };
        let bare = text.rsplit('.').next().unwrap_or(text);
        let found = Action::ALL.iter().find(|(_, word)| bare.eq_ignore_ascii_case(word)).map(|(action, _)| *action)?;
        object.can(found).then_some(found)
    }
}

impl Object {
    /// `None`: of whatever kind.
    pub fn noun(&self) -> Option<Noun> {
        match self {
            Object::User(_) => Some(Noun::User),
            Object::Group(_) => Some(Noun::Group),
            Object::Application(_) => Some(Noun::Application),
            Object::ServicePrincipal(_) => Some(Noun::ServicePrincipal),
            Object::Unit(_) => Some(Noun::AdministrativeUnit),
            Object::Any(_) => None,
        }
    }

    fn has(&self, relation: Relation) -> bool {
        match relation {
            Relation::Owners => !matches!(self, Object::User(_) | Object::Unit(_) | Object::Any(_)),
            Relation::Members => matches!(self, Object::Group(_) | Object::Unit(_)),
            Relation::TransitiveMembers => matches!(self, Object::Group(_)),
            Relation::MemberOf | Relation::TransitiveMemberOf => {
                matches!(self, Object::User(_) | Object::Group(_) | Object::ServicePrincipal(_))
            }
            Relation::OwnedObjects => matches!(self, Object::User(_) | Object::ServicePrincipal(_)),
            Relation::Manager | Relation::DirectReports => matches!(self, Object::User(_)),
        }
    }

    fn can(&self, action: Action) -> bool {
        match action {
            Action::AddPassword | Action::RemovePassword | Action::AddKey | Action::RemoveKey => {
                matches!(self, Object::Application(_) | Object::ServicePrincipal(_))
            }
            Action::CheckMemberGroups
            | Action::CheckMemberObjects
            | Action::GetMemberGroups
            | Action::GetMemberObjects => !matches!(self, Object::Application(_) | Object::Unit(_)),
            Action::RevokeSignInSessions | Action::ChangePassword => matches!(self, Object::User(_)),
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
        _ if head.is("me") => of_object(Object::User(Subject::Me), rest),
        _ if head.is("users") => of_set(Noun::User, rest),
        _ if head.is("groups") => of_set(Noun::Group, rest),
        _ if head.is("applications") => of_set(Noun::Application, rest),
        _ if head.is("servicePrincipals") => of_set(Noun::ServicePrincipal, rest),
        _ if head.is("directoryObjects") => of_any(rest),
        _ if head.is("directory") => of_directory_parts(rest),
        _ if head.is(GRANTS) && is_delta(rest) => Ok(Route::Delta(DeltaOf::Grants)),
        _ if head.is(GRANTS) => pair(rest, Route::Grants(GrantsOf::All), Route::Grant),
        _ if head.is("organization") => pair(rest, Route::Organizations, Route::Organization),
        _ if head.is("directoryRoleTemplates") => pair(rest, Route::RoleTemplates, Route::RoleTemplate),
        _ if head.is("directoryRoles") => of_roles(rest),
        _ if head.is("roleManagement") => of_role_management(rest),
        _ if head.is("policies") => of_policies(rest),
        _ if head.is("auditLogs") => of_logs(rest),
        _ if head.is("domains") => pair(rest, Route::Domains, Route::Domain),
        _ if head.is("subscriptions") => of_subscriptions(rest),
        _ if head.is("subscribedSkus") && rest.is_empty() => Ok(Route::SubscribedSkus),
        _ if head.is("$metadata") && rest.is_empty() => Err(Refusal::NoSchema),
        _ => Err(unknown(steps)),
    }
}

fn of_set(noun: Noun, rest: &[Step]) -> Result<Route, Refusal> {
    let Some((key, below)) = rest.split_first() else {
        return Ok(Route::List(noun));
    };
    if below.is_empty() && key.is("$count") {
        return Ok(Route::Count(noun));
    }
    if is_delta(rest) {
        return Ok(Route::Delta(DeltaOf::Objects(noun)));
    }
    of_object(keyed(noun, key)?, below)
}

/// `delta`, `delta()`, `microsoft.graph.delta()`
fn is_delta(rest: &[Step]) -> bool {
    let named = |step: &Step| step.is("delta") || step.is("microsoft.graph.delta");
    matches!(rest, [step] | [step, Step::Call] if named(step))
}

fn keyed(noun: Noun, key: &Step) -> Result<Object, Refusal> {
    let no_such_key = || unknown(std::slice::from_ref(key));
    let key = match key {
        Step::NamedKey { name, value } => match name.to_ascii_lowercase().as_str() {
            "appid" if matches!(noun, Noun::Application | Noun::ServicePrincipal) => Key::AppId(value.clone()),
            "uniquename" if matches!(noun, Noun::Application | Noun::Group) => Key::UniqueName(value.clone()),
            _ => return Err(no_such_key()),
        },
        _ => Key::Id(key_of(key)?),
    };
    Ok(match (noun, key) {
        (Noun::User, Key::Id(name)) => Object::User(Subject::Named(name)),
        (Noun::User, _) => return Err(Refusal::MalformedPath),
        (Noun::Group, key) => Object::Group(key),
        (Noun::Application, key) => Object::Application(key),
        (Noun::ServicePrincipal, key) => Object::ServicePrincipal(key),
        (Noun::AdministrativeUnit, key) => Object::Unit(key),
    })
}

fn of_object(object: Object, rest: &[Step]) -> Result<Route, Refusal> {
    let Some((step, below)) = rest.split_first() else {
        return Ok(Route::Object(object));
    };
    if let Some(relation) = Relation::of(&object, step) {
        return of_relation(object, relation, below);
    }
    if let Some(action) = Action::of(&object, step)
        && matches!(below, [] | [Step::Call])
    {
        return Ok(Route::Act(object, action));
    }
    of_parts(object, rest)
}

fn of_relation(object: Object, relation: Relation, below: &[Step]) -> Result<Route, Refusal> {
    match below {
        [reference] if reference.is("$ref") && relation.is_written() => Ok(Route::References(object, relation)),
        [key, reference] if reference.is("$ref") && relation.is_written() && relation != Relation::Manager => {
            Ok(Route::Reference(object, relation, key_of(key)?))
        }
        [count] if count.is("$count") && relation != Relation::Manager => {
            Ok(Route::RelatedCount(object, relation, None))
        }
        [kind, count] if count.is("$count") && relation != Relation::Manager => {
            let cast = Cast::of(kind).ok_or_else(|| unknown(below))?;
            Ok(Route::RelatedCount(object, relation, Some(cast)))
        }
        [key] if matches!(object, Object::Unit(_)) && Cast::of(key).is_none() => {
            Ok(Route::RelatedOne(object, relation, key_of(key)?))
        }
        _ => Ok(Route::Related(object, relation, cast(below)?)),
    }
}

/// Collections that only one kind of object has.
fn of_parts(object: Object, rest: &[Step]) -> Result<Route, Refusal> {
    let [part, below @ ..] = rest else { return Err(unknown(rest)) };
    if let Some(kind) = policies_of(&object, part) {
        return match below {
            [] => Ok(Route::PoliciesOf(object, kind)),
            [reference] if reference.is("$ref") => Ok(Route::PolicyReferences(object, kind)),
            [key, reference] if reference.is("$ref") => Ok(Route::PolicyReference(object, kind, key_of(key)?)),
            _ => Err(unknown(below)),
        };
    }
    match object {
        Object::User(subject) => match below {
            [] if part.is(GRANTS) => Ok(Route::Grants(GrantsOf::Person(subject))),
            [] if part.is("scopedRoleMemberOf") => Ok(Route::ScopedRoles(ScopedRoles::Of(subject))),
            _ if part.is(HELD) => assignments(Assignments::Person(subject), below),
            _ => Err(unknown(rest)),
        },
        Object::Unit(key) if part.is("scopedRoleMembers") => match below {
            [] => Ok(Route::ScopedRoles(ScopedRoles::In(key))),
            [one] => Ok(Route::ScopedRole(key, key_of(one)?)),
            [_, below @ ..] => Err(unknown(below)),
        },
        Object::Group(Key::Id(id)) if part.is(HELD) => assignments(Assignments::Group(id), below),
        // `$value` says what is meant by the property anyway: its bytes.
        Object::Application(key) if part.is("logo") => match below {
            [] => Ok(Route::Logo(key)),
            [value] if value.is("$value") => Ok(Route::Logo(key)),
            _ => Err(unknown(below)),
        },
        Object::Application(key) if part.is(FEDERATED) => match below {
            [] => Ok(Route::FederatedCredentials(key)),
            [Step::NamedKey { name, value }] if name.eq_ignore_ascii_case("name") => {
                Ok(Route::FederatedCredential(key, Part::Name(value.clone())))
            }
            [one] => Ok(Route::FederatedCredential(key, Part::IdOrName(key_of(one)?))),
            [_, below @ ..] => Err(unknown(below)),
        },
        Object::ServicePrincipal(key) if part.is(CLASSES) => match below {
            [] => Ok(Route::Classifications(key)),
            [one] => Ok(Route::Classification(key, key_of(one)?)),
            [_, below @ ..] => Err(unknown(below)),
        },
        Object::ServicePrincipal(Key::Id(id)) => match (side(part), below) {
            (Some(side), _) => assignments(Assignments::App(id, side), below),
            (None, []) if part.is(GRANTS) => Ok(Route::Grants(GrantsOf::Client(id))),
            _ => Err(unknown(rest)),
        },
        _ => Err(unknown(rest)),
    }
}

/// Claims are of an instance; the others of an app as well.
fn policies_of(object: &Object, part: &Step) -> Option<PolicyKind> {
    let kind = PolicyKind::ALL.into_iter().find(|kind| part.is(kind.word()))?;
    let has = match object {
        Object::Application(_) => kind != PolicyKind::ClaimsMapping,
        Object::ServicePrincipal(_) => true,
        _ => false,
    };
    has.then_some(kind)
}

fn of_any(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        _ if is_delta(rest) => Ok(Route::Delta(DeltaOf::Any)),
        [step] if step.is("getByIds") || step.is("microsoft.graph.getByIds") => Ok(Route::ByIds),
        [key, below @ ..] => of_object(Object::Any(key_of(key)?), below),
        [] => Err(unknown(rest)),
    }
}

fn of_directory_parts(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [units, below @ ..] if units.is("administrativeUnits") => of_set(Noun::AdministrativeUnit, below),
        _ => of_deleted(rest),
    }
}

/// `/directory/deletedItems`: a list is of one kind (graph-api.md §2.4).
fn of_deleted(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [items, kind] if items.is("deletedItems") && Cast::of(kind).is_some() => {
            Cast::of(kind).and_then(Cast::noun).map(Route::Deleted).ok_or_else(|| unknown(rest))
        }
        [items, key] if items.is("deletedItems") => Ok(Route::DeletedItem(key_of(key)?)),
        [items, key, restore]
            if items.is("deletedItems") && (restore.is("restore") || restore.is("microsoft.graph.restore")) =>
        {
            Ok(Route::Restore(key_of(key)?))
        }
        _ => Err(unknown(rest)),
    }
}

/// A collection, and one of its objects by its id.
fn pair(rest: &[Step], all: Route, one: fn(String) -> Route) -> Result<Route, Refusal> {
    match rest {
        [] => Ok(all),
        [key] => Ok(one(key_of(key)?)),
        [_, rest @ ..] => Err(unknown(rest)),
    }
}

fn of_subscriptions(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [key, again] if again.is("reauthorize") || again.is("microsoft.graph.reauthorize") => {
            Ok(Route::Reauthorize(key_of(key)?))
        }
        _ => pair(rest, Route::Subscriptions, Route::Subscription),
    }
}

fn of_roles(rest: &[Step]) -> Result<Route, Refusal> {
    let Some((key, below)) = rest.split_first() else { return Ok(Route::Roles) };
    let key = match key {
        Step::NamedKey { name, value } if name.eq_ignore_ascii_case("roleTemplateId") => {
            RoleKey::Template(value.clone())
        }
        _ => RoleKey::Id(key_of(key)?),
    };
    match below {
        [] => Ok(Route::Role(key)),
        [members] if members.is("members") => Ok(Route::RoleMembers(key)),
        [members, reference] if members.is("members") && reference.is("$ref") => Ok(Route::RoleMemberReferences(key)),
        [members, id, reference] if members.is("members") && reference.is("$ref") => {
            Ok(Route::RoleMemberReference(key, key_of(id)?))
        }
        _ => Err(unknown(below)),
    }
}

fn of_role_management(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [provider, set, below @ ..] if provider.is("directory") && set.is("roleDefinitions") => {
            pair(below, Route::RoleDefinitions, Route::RoleDefinition)
        }
        [provider, set, below @ ..] if provider.is("directory") && set.is("roleAssignments") => {
            pair(below, Route::RoleAssignments, Route::RoleAssignment)
        }
        _ => Err(unknown(rest)),
    }
}

fn of_logs(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [log, below @ ..] if log.is("directoryAudits") => pair(below, Route::Audits, Route::Audit),
        [log, below @ ..] if log.is("signIns") => pair(below, Route::SignIns, Route::SignIn),
        _ => Err(unknown(rest)),
    }
}

fn of_policies(rest: &[Step]) -> Result<Route, Refusal> {
    let (policy, below) = rest.split_first().ok_or_else(|| unknown(rest))?;
    if let Some(kind) = PolicyKind::ALL.into_iter().find(|kind| policy.is(kind.word())) {
        return match below {
            [key, part] if part.is("appliesTo") => Ok(Route::AppliesTo(kind, key_of(key)?)),
            [] => Ok(Route::AppPolicies(kind)),
            [key] => Ok(Route::AppPolicy(kind, key_of(key)?)),
            [_, rest @ ..] => Err(unknown(rest)),
        };
    }
    match below {
        [] if policy.is("authorizationPolicy") => Ok(Route::AuthorizationPolicy { by_key: false }),
        [key] if policy.is("authorizationPolicy") && key.is("authorizationPolicy") => {
            Ok(Route::AuthorizationPolicy { by_key: true })
        }
        [] if policy.is("defaultAppManagementPolicy") => Ok(Route::DefaultAppManagement),
        [] if policy.is("homeRealmDiscoveryPolicies") => Err(Refusal::NotOffered("Home realm discovery")),
        [] if policy.is("tokenIssuancePolicies") => Err(Refusal::NotOffered("A token issuance policy")),
        [] if policy.is("adminConsentRequestPolicy") => Ok(Route::AdminConsentRequestPolicy),
        [] if policy.is("permissionGrantPolicies") => Ok(Route::GrantPolicies),
        [key, below @ ..] if policy.is("permissionGrantPolicies") => of_grant_policy(key_of(key)?, below),
        _ => Err(unknown(rest)),
    }
}

fn of_grant_policy(id: String, below: &[Step]) -> Result<Route, Refusal> {
    let Some((list, below)) = below.split_first() else { return Ok(Route::GrantPolicy(id)) };
    let sets = match () {
        () if list.is("includes") => Sets::Includes,
        () if list.is("excludes") => Sets::Excludes,
        () => return Err(unknown(std::slice::from_ref(list))),
    };
    match below {
        [] => Ok(Route::ConditionSets(id, sets)),
        [key] => Ok(Route::ConditionSet(id, sets, key_of(key)?)),
        [_, rest @ ..] => Err(unknown(rest)),
    }
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
