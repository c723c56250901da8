//! The path → what is asked for. What is not built is an unknown segment, said in Graph's words.

mod paths;

pub(crate) use paths::route;

use http::Method;
use mandate_domain::app_policies::PolicyKind;
use mandate_domain::query::Noun;
use mandate_odata::Step;
use mandate_usecases::directory::Sets;
use mandate_web::Incoming;

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
    /// `/$metadata`, and the root itself: for everybody.
    Schema,
    Service,
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
    ExtensionProperties(Key),
    ExtensionProperty(Key, String),
    /// `/directoryObjects/getAvailableExtensionProperties`
    AvailableExtensions,
    SchemaExtensions,
    SchemaExtension(String),
    OpenExtensions(Bears),
    OpenExtension(Bears, String),
    ScopedRoles(ScopedRoles),
    ScopedRole(Key, String),
    Classifications(Key),
    Classification(Key, String),
    Grants(GrantsOf),
    GrantsCount(GrantsOf),
    Grant(String),
    Assignments(Assignments),
    AssignmentsCount(Assignments),
    Assignment(Assignments, String),
    ByIds,
    /// `…/validateProperties`, of a group that is there or is to be.
    ValidateProperties(Option<Key>),
    Deleted(Noun),
    /// Of one kind only, where the path says so.
    DeletedItem(String, Option<Noun>),
    DeletedCount(Noun),
    Restore(String),
    RoleTemplates,
    RoleTemplate(String),
    Roles,
    Role(RoleKey),
    RoleMembers(RoleKey),
    RoleMembersCast(RoleKey, Cast),
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
    Photo(Object, Photos),
    Subscriptions,
    Subscription(String),
    /// `/subscriptions/{id}/reauthorize`
    Reauthorize(String),
    Domains,
    Domain(String),
    DomainPart(String, DomainPart),
    /// One property of an object, in JSON or bare.
    Property(Object, &'static str, bool),
    SubscribedSkus,
    LicenseDetails(Subject),
    Organizations,
    Organization(String),
}

/// What stands below a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DomainPart {
    Verify,
    VerificationRecords,
    ServiceRecords,
    References,
    Root,
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
    CreatedObjects,
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

/// What has extensions of its own beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bears {
    Object(Object),
    Organization(String),
}

/// All of them, or those of one client or one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GrantsOf {
    All,
    Client(Key),
    Person(Subject),
}

/// Roles within an administrative unit: in one, or those of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScopedRoles {
    In(Key),
    Of(Subject),
    /// `/directoryRoles/{id}/scopedMembers`
    With(RoleKey),
}

/// What of somebody's picture, by the size that it is called by, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Photos {
    All,
    One(Option<String>),
    /// `$value`
    Bytes(Option<String>),
}

/// Of whom, or at which API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Assignments {
    App(Key, Side),
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
const EXTENSIONS: &str = "extensionProperties";
const CLASSES: &str = "delegatedPermissionClassifications";

static READ: [Method; 1] = [Method::GET];
static POST: [Method; 1] = [Method::POST];
static REMOVE: [Method; 1] = [Method::DELETE];
static READ_OR_POST: [Method; 2] = [Method::GET, Method::POST];
static READ_OR_REMOVE: [Method; 2] = [Method::GET, Method::DELETE];
static READ_OR_CHANGE: [Method; 2] = [Method::GET, Method::PATCH];
static READ_OR_PUT: [Method; 2] = [Method::GET, Method::PUT];
static READ_OR_WRITE: [Method; 3] = [Method::GET, Method::PATCH, Method::DELETE];
/// PATCH is PUT's older name here.
static PICTURE: [Method; 4] = [Method::GET, Method::PUT, Method::PATCH, Method::DELETE];
static REFER: [Method; 3] = [Method::GET, Method::POST, Method::DELETE];
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
        let may = matches!(self, Route::List(_) | Route::Object(_) | Route::RoleAssignments | Route::RoleAssignment(_));
        (may || matches!(self, Route::Roles | Route::Role(_))) && !matches!(self, Route::Object(Object::Any(_)))
    }

    /// Objects of several kinds have no relation in common: all of them are none.
    pub fn has_nothing_to_expand(&self) -> bool {
        matches!(self, Route::Related(_, _, None))
    }

    pub fn methods(&self) -> &'static [Method] {
        match self {
            Route::UserInfo | Route::Grants(GrantsOf::All) | Route::List(_) | Route::Subscriptions => &READ_OR_POST,
            Route::FederatedCredentials(_) | Route::Classifications(_) | Route::ExtensionProperties(_) => &READ_OR_POST,
            Route::ExtensionProperty(..) => &READ_OR_REMOVE,
            Route::Roles | Route::RoleDefinitions | Route::RoleAssignments => &READ_OR_POST,
            Route::GrantPolicies | Route::ConditionSets(..) | Route::SchemaExtensions => &READ_OR_POST,
            Route::OpenExtensions(_) => &READ_OR_POST,
            Route::SchemaExtension(_) | Route::OpenExtension(..) => &READ_OR_WRITE,
            Route::Domains => &READ_OR_POST,
            Route::Domain(_) => &READ_OR_WRITE,
            Route::DomainPart(_, DomainPart::Verify) => &POST,
            Route::AuthorizationPolicy { .. } => &READ_OR_CHANGE,
            Route::AdminConsentRequestPolicy | Route::Logo(_) => &READ_OR_PUT,
            Route::ConditionSet(..) => &READ_OR_REMOVE,
            Route::Organization(_) => &READ_OR_CHANGE,
            Route::Photo(_, Photos::One(None)) => &READ_OR_REMOVE,
            Route::Photo(_, Photos::Bytes(None)) => &PICTURE,
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
            Route::RoleMemberReference(..) => &READ_OR_REMOVE,
            Route::Object(Object::Any(_)) => &READ_OR_REMOVE,
            Route::Object(Object::User(Subject::Me)) => &READ_OR_CHANGE,
            Route::Object(_) | Route::FederatedCredential(..) | Route::Grant(_) => &READ_OR_WRITE,
            Route::AvailableExtensions | Route::ValidateProperties(_) => &POST,
            Route::Act(..) | Route::ByIds | Route::Restore(_) | Route::Reauthorize(_) => &POST,
            Route::References(_, Relation::Manager) => &REFER_TO_ONE,
            Route::References(..) => &REFER,
            Route::Reference(..) => &READ_OR_REMOVE,
            Route::Classification(..) => &REMOVE,
            Route::Assignments(Assignments::Person(Subject::Me)) => &READ,
            Route::Assignments(_) => &READ_OR_POST,
            Route::Assignment(Assignments::Person(Subject::Me), _) => &READ,
            Route::Assignment(..) | Route::DeletedItem(..) => &READ_OR_REMOVE,
            _ => &READ,
        }
    }
}

impl Cast {
    pub const ALL: [Cast; 6] =
        [Cast::User, Cast::Group, Cast::Application, Cast::ServicePrincipal, Cast::Unit, Cast::DirectoryRole];

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

impl Side {
    pub const fn word(self) -> &'static str {
        match self {
            Side::Given => "appRoleAssignedTo",
            Side::Held => HELD,
        }
    }
}

impl Relation {
    const ALL: [(Relation, &str); 9] = [
        (Relation::Owners, "owners"),
        (Relation::Members, "members"),
        (Relation::TransitiveMembers, "transitiveMembers"),
        (Relation::MemberOf, "memberOf"),
        (Relation::TransitiveMemberOf, "transitiveMemberOf"),
        (Relation::OwnedObjects, "ownedObjects"),
        (Relation::CreatedObjects, "createdObjects"),
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
            Relation::OwnedObjects | Relation::CreatedObjects => {
                matches!(self, Object::User(_) | Object::ServicePrincipal(_))
            }
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

#[cfg(test)]
#[path = "dispatch_tests.rs"]
pub(crate) mod tests;
