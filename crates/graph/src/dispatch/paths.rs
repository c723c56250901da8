//! How the steps of a path are read, from its first on. Next: `dispatch` for what they can mean.

use super::{
    Action, Assignments, Bears, Cast, DeltaOf, DomainPart, GrantsOf, Key, Object, Part, Photos, Relation, RoleKey,
    Route, ScopedRoles, Side, Subject, Version,
};
use super::{CLASSES, EXTENSIONS, FEDERATED, GRANTS, HELD};
use crate::errors::Refusal;
use crate::schema;
use mandate_domain::app_policies::PolicyKind;
use mandate_domain::query::Noun;
use mandate_odata::{Path, Step};
use mandate_usecases::directory::Sets;
use mandate_web::percent::decode_path;

/// `segments` are those below the version, as they were sent. Empty ones say nothing: Graph's own libraries put a slash
/// behind the version and another one in front of the path.
pub(crate) fn route<'p>(version: Version, segments: impl IntoIterator<Item = &'p str>) -> Result<Route, Refusal> {
    let segments = segments.into_iter().filter(|segment| !segment.is_empty());
    let decoded: Option<Vec<String>> = segments.map(decode_path).collect();
    let decoded = decoded.ok_or(Refusal::MalformedPath)?;
    let path = Path::parse(decoded.iter().map(String::as_str)).map_err(|_| Refusal::MalformedPath)?;
    match (version, path.steps()) {
        (Version::Oidc, [step]) if step.is("userinfo") => Ok(Route::UserInfo),
        (Version::Oidc, steps) => Err(unknown(steps)),
        // An older spelling of the caller's own organisation.
        (Version::V1 | Version::Beta, [head, steps @ ..]) if head.is("myorganization") => of_directory(steps),
        // There they stand at the root, too, and Terraform deletes them so.
        (Version::Beta, [head, ..]) if head.is("administrativeUnits") => of_directory_parts(path.steps()),
        (Version::V1 | Version::Beta, steps) => of_directory(steps),
    }
}

fn of_directory(steps: &[Step]) -> Result<Route, Refusal> {
    let Some((head, rest)) = steps.split_first() else {
        return Ok(Route::Service);
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
        _ if head.is(GRANTS) && is_count(rest) => Ok(Route::GrantsCount(GrantsOf::All)),
        _ if head.is(GRANTS) => pair(rest, Route::Grants(GrantsOf::All), Route::Grant),
        _ if head.is("organization") => of_organization(rest),
        _ if head.is("directoryRoleTemplates") => pair(rest, Route::RoleTemplates, Route::RoleTemplate),
        _ if head.is("directoryRoles") => of_roles(rest),
        _ if head.is("roleManagement") => of_role_management(rest),
        _ if head.is("policies") => of_policies(rest),
        _ if head.is("auditLogs") => of_logs(rest),
        _ if head.is("domains") => of_domains(rest),
        _ if head.is("subscriptions") => of_subscriptions(rest),
        _ if head.is("schemaExtensions") => pair(rest, Route::SchemaExtensions, Route::SchemaExtension),
        _ if head.is("subscribedSkus") && rest.is_empty() => Ok(Route::SubscribedSkus),
        _ if head.is("$metadata") && rest.is_empty() => Ok(Route::Schema),
        _ => Err(unknown(steps)),
    }
    .map_err(|refusal| if rest.is_empty() { unknown(steps) } else { refusal })
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
    if let Some(action) = of_all(key).filter(|_| below.is_empty()) {
        return Ok(action);
    }
    of_object(keyed(noun, key)?, below)
}

/// `delta`, `delta()`, `microsoft.graph.delta()`
fn is_delta(rest: &[Step]) -> bool {
    matches!(rest, [step] | [step, Step::Call] if is_action(step, "delta"))
}

fn is_count(rest: &[Step]) -> bool {
    matches!(rest, [step] if step.is("$count"))
}

fn keyed(noun: Noun, key: &Step) -> Result<Object, Refusal> {
    let no_such_key = || unknown(std::slice::from_ref(key));
    let key = match key {
        Step::NamedKey { name, value } => match name.to_ascii_lowercase().as_str() {
            "appid" if matches!(noun, Noun::Application | Noun::ServicePrincipal) => Key::AppId(value.clone()),
            "uniquename" if matches!(noun, Noun::Application | Noun::Group) => Key::UniqueName(value.clone()),
            "userprincipalname" if noun == Noun::User => Key::Id(value.clone()),
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
    let property = property(&object, step, below);
    of_parts(object, rest).or_else(|refusal| property.ok_or(refusal))
}

/// What is of the object itself, behind all that stands below it.
fn property(object: &Object, step: &Step, below: &[Step]) -> Option<Route> {
    let Step::Name(name) = step else { return None };
    let kind = match object.noun()? {
        Noun::User => "user",
        Noun::Group => "group",
        Noun::Application => "application",
        Noun::ServicePrincipal => "servicePrincipal",
        Noun::AdministrativeUnit => "administrativeUnit",
    };
    let known = schema::member(kind, name).filter(|member| !member.navigation)?;
    // Another service's, which would tell nothing as if there were nothing.
    if known.name == "mailboxSettings" {
        return None;
    }
    match below {
        [] => Some(Route::Property(object.clone(), known.name, false)),
        [value] if value.is("$value") => Some(Route::Property(object.clone(), known.name, true)),
        _ => None,
    }
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
        [key] if Cast::of(key).is_none() && relation != Relation::Manager => {
            Ok(Route::RelatedOne(object, relation, key_of(key)?))
        }
        _ => Ok(Route::Related(object, relation, cast(below)?)),
    }
}

/// Collections that only one kind of object has.
fn of_parts(object: Object, rest: &[Step]) -> Result<Route, Refusal> {
    let [part, below @ ..] = rest else { return Err(unknown(rest)) };
    if matches!(object, Object::User(_) | Object::Group(_)) && (part.is("photo") || part.is("photos")) {
        return of_photo(object, part, below);
    }
    if matches!(object, Object::User(_) | Object::Group(_)) && part.is(OPEN) {
        return of_open(Bears::Object(object), below);
    }
    if matches!(object, Object::Application(_) | Object::ServicePrincipal(_)) {
        not_offered(part)?;
    }
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
            _ if part.is(GRANTS) && is_count(below) => Ok(Route::GrantsCount(GrantsOf::Person(subject))),
            [] if part.is("licenseDetails") => Ok(Route::LicenseDetails(subject)),
            [] if part.is("scopedRoleMemberOf") => Ok(Route::ScopedRoles(ScopedRoles::Of(subject))),
            _ if part.is(HELD) => assignments(Assignments::Person(subject), below),
            _ => Err(unknown(rest)),
        },
        Object::Unit(key) if part.is("scopedRoleMembers") => match below {
            [] => Ok(Route::ScopedRoles(ScopedRoles::In(key))),
            [one] => Ok(Route::ScopedRole(key, key_of(one)?)),
            [_, below @ ..] => Err(unknown(below)),
        },
        Object::Group(key) if is_action(part, VALIDATE) && below.is_empty() => Ok(Route::ValidateProperties(Some(key))),
        Object::Group(Key::Id(id)) if part.is(HELD) => assignments(Assignments::Group(id), below),
        // `$value` says what is meant by the property anyway: its bytes.
        Object::Application(key) if part.is("logo") => match below {
            [] => Ok(Route::Logo(key)),
            [value] if value.is("$value") => Ok(Route::Logo(key)),
            _ => Err(unknown(below)),
        },
        Object::Application(key) if part.is(EXTENSIONS) => match below {
            [] => Ok(Route::ExtensionProperties(key)),
            [one] => Ok(Route::ExtensionProperty(key, key_of(one)?)),
            [_, below @ ..] => Err(unknown(below)),
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
        Object::ServicePrincipal(key) => match (side(part), below) {
            (Some(side), _) => assignments(Assignments::App(key, side), below),
            (None, []) if part.is(GRANTS) => Ok(Route::Grants(GrantsOf::Client(key))),
            (None, _) if part.is(GRANTS) && is_count(below) => Ok(Route::GrantsCount(GrantsOf::Client(key))),
            _ => Err(unknown(rest)),
        },
        _ => Err(unknown(rest)),
    }
}

fn of_photo(object: Object, part: &Step, below: &[Step]) -> Result<Route, Refusal> {
    let is_value = |step: &Step| step.is("$value");
    let which = match below {
        [] if part.is("photo") => Photos::One(None),
        [value] if part.is("photo") && is_value(value) => Photos::Bytes(None),
        [] => Photos::All,
        [size] if part.is("photos") => Photos::One(Some(key_of(size)?)),
        [size, value] if part.is("photos") && is_value(value) => Photos::Bytes(Some(key_of(size)?)),
        _ => return Err(unknown(below)),
    };
    Ok(Route::Photo(object, which))
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

const AVAILABLE: &str = "getAvailableExtensionProperties";
const VALIDATE: &str = "validateProperties";

/// What is done, bare or named in full (graph-api.md §3.1).
fn is_action(step: &Step, action: &str) -> bool {
    const FULL: &str = "microsoft.graph.";
    let Step::Name(text) = step else { return false };
    let full = text.split_at_checked(FULL.len()).filter(|(start, _)| start.eq_ignore_ascii_case(FULL));
    full.map_or(text.as_str(), |(_, bare)| bare).eq_ignore_ascii_case(action)
}

fn of_any(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        _ if is_delta(rest) => Ok(Route::Delta(DeltaOf::Any)),
        [step] if let Some(route) = of_all(step) => Ok(route),
        [key, below @ ..] => of_object(Object::Any(key_of(key)?), below),
        [] => Err(unknown(rest)),
    }
}

/// What is done to no object in particular, which every collection of objects has: libraries are made from that.
fn of_all(step: &Step) -> Option<Route> {
    Some(match () {
        () if is_action(step, "getByIds") => Route::ByIds,
        () if is_action(step, VALIDATE) => Route::ValidateProperties(None),
        () if is_action(step, AVAILABLE) => Route::AvailableExtensions,
        () => return None,
    })
}

fn of_directory_parts(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [units, below @ ..] if units.is("administrativeUnits") => of_set(Noun::AdministrativeUnit, below),
        _ => of_deleted(rest),
    }
}

/// `/directory/deletedItems`: a list is of one kind (graph-api.md §2.4).
fn of_deleted(rest: &[Step]) -> Result<Route, Refusal> {
    let [items, below @ ..] = rest else { return Err(unknown(rest)) };
    if !items.is("deletedItems") {
        return Err(unknown(rest));
    }
    let kind = |step: &Step| Cast::of(step).and_then(Cast::noun);
    match below {
        [key, restore] if is_action(restore, "restore") => Ok(Route::Restore(key_of(key)?)),
        [step] if Cast::of(step).is_some() => kind(step).map(Route::Deleted).ok_or_else(|| unknown(below)),
        [step, count] if count.is("$count") => kind(step).map(Route::DeletedCount).ok_or_else(|| unknown(below)),
        [key] => Ok(Route::DeletedItem(key_of(key)?, None)),
        // The kind stands before the object or behind it.
        [step, key] if kind(step).is_some() => Ok(Route::DeletedItem(key_of(key)?, kind(step))),
        [key, step] if kind(step).is_some() => Ok(Route::DeletedItem(key_of(key)?, kind(step))),
        _ => Err(unknown(if below.is_empty() { rest } else { below })),
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

fn of_domains(rest: &[Step]) -> Result<Route, Refusal> {
    let [key, part] = rest else { return pair(rest, Route::Domains, Route::Domain) };
    let part = match () {
        () if is_action(part, "verify") => DomainPart::Verify,
        () if part.is("verificationDnsRecords") => DomainPart::VerificationRecords,
        () if part.is("serviceConfigurationRecords") => DomainPart::ServiceRecords,
        () if part.is("domainNameReferences") => DomainPart::References,
        () if part.is("rootDomain") => DomainPart::Root,
        () => return Err(unknown(std::slice::from_ref(part))),
    };
    Ok(Route::DomainPart(key_of(key)?, part))
}

fn of_organization(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [key, part, below @ ..] if part.is(OPEN) => of_open(Bears::Organization(key_of(key)?), below),
        _ => pair(rest, Route::Organizations, Route::Organization),
    }
}

fn of_open(bears: Bears, below: &[Step]) -> Result<Route, Refusal> {
    match below {
        [] => Ok(Route::OpenExtensions(bears)),
        [name] => Ok(Route::OpenExtension(bears, key_of(name)?)),
        [_, below @ ..] => Err(unknown(below)),
    }
}

const OPEN: &str = "extensions";

fn of_subscriptions(rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [key, again] if is_action(again, "reauthorize") => Ok(Route::Reauthorize(key_of(key)?)),
        _ => pair(rest, Route::Subscriptions, Route::Subscription),
    }
}

const BY_TEMPLATE: &str = "roletemplateid=";

fn of_roles(rest: &[Step]) -> Result<Route, Refusal> {
    let Some((key, below)) = rest.split_first() else { return Ok(Route::Roles) };
    let key = match key {
        Step::NamedKey { name, value } if name.eq_ignore_ascii_case("roleTemplateId") => {
            RoleKey::Template(value.clone())
        }
        // An older spelling, which libraries for Go write.
        Step::Name(text) if text.to_ascii_lowercase().starts_with(BY_TEMPLATE) => {
            RoleKey::Template(text[BY_TEMPLATE.len()..].to_owned())
        }
        _ => RoleKey::Id(key_of(key)?),
    };
    match below {
        [] => Ok(Route::Role(key)),
        [members] if members.is("members") => Ok(Route::RoleMembers(key)),
        [scoped] if scoped.is("scopedMembers") => Ok(Route::ScopedRoles(ScopedRoles::With(key))),
        [members, kind] if members.is("members") && Cast::of(kind).is_some() => {
            Cast::of(kind).map(|cast| Route::RoleMembersCast(key, cast)).ok_or_else(|| unknown(below))
        }
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

/// Policies that Graph has, and nothing here would follow.
fn not_offered(policy: &Step) -> Result<(), Refusal> {
    match () {
        () if policy.is("homeRealmDiscoveryPolicies") => Err(Refusal::NotOffered("Home realm discovery")),
        () if policy.is("tokenIssuancePolicies") => Err(Refusal::NotOffered("A token issuance policy")),
        () => Ok(()),
    }
}

fn of_policies(rest: &[Step]) -> Result<Route, Refusal> {
    let (policy, below) = rest.split_first().ok_or_else(|| unknown(rest))?;
    not_offered(policy)?;
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
    [Side::Given, Side::Held].into_iter().find(|side| step.is(side.word()))
}

fn assignments(of: Assignments, rest: &[Step]) -> Result<Route, Refusal> {
    match rest {
        [] => Ok(Route::Assignments(of)),
        _ if is_count(rest) => Ok(Route::AssignmentsCount(of)),
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
