//! What each operation needs: the rows of `permissions/*.tsv`, read once.
//!
//! Columns: operation, method, path, delegated (least first), application (least first), user. A permission is
//! `Name@reach` with reach `all`, `itself` or `owned`, and `:basic` where it shows the basic set only. A user's right is
//! `itself`, `owner`, `anyone` or `action:name`, again with `:basic`. Sources: graph-method-permissions.tsv and its
//! overlay, which wins; `Directory.AccessAsUser.All` wherever the user may (graph-api.md §1.2).

use crate::dispatch::{self, Version};
use http::Method;
use mandate_decide::{Perm, Reach, Right, UserWay, View, Way};
use mandate_domain::catalogue::{PermKind, catalogue};
use mandate_domain::role::roles;
use mandate_usecases::access::Operation;
use std::sync::OnceLock;

macro_rules! operations {
    ($($op:ident = $name:literal),+ $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Op { $($op),+ }

        impl Op {
            pub const ALL: &'static [Op] = &[$(Op::$op),+];

            pub const fn name(self) -> &'static str {
                match self { $(Op::$op => $name),+ }
            }
        }
    };
}

operations! {
    MeGet = "me.get",
    MeMemberOf = "me.memberOf",
    UsersList = "users.list",
    UsersGet = "users.get",
    UsersMemberOf = "users.memberOf",
    UsersCount = "users.count",
    GroupsList = "groups.list",
    GroupsCount = "groups.count",
    GroupsGet = "groups.get",
    GroupsMembers = "groups.members",
    // What `groups.members` needs besides, of a group whose membership is hidden.
    GroupsHiddenMembers = "groups.hiddenMembers",
    ApplicationsList = "applications.list",
    ApplicationsCount = "applications.count",
    ApplicationsGet = "applications.get",
    ServicePrincipalsList = "servicePrincipals.list",
    ServicePrincipalsCount = "servicePrincipals.count",
    ServicePrincipalsGet = "servicePrincipals.get",
    GrantsList = "grants.list",
    GrantsGet = "grants.get",
    GrantsCreate = "grants.create",
    GrantsUpdate = "grants.update",
    GrantsDelete = "grants.delete",
    ServicePrincipalsGrants = "servicePrincipals.grants",
    UsersGrants = "users.grants",
    MeGrants = "me.grants",
    AssignedToList = "assignedTo.list",
    AssignedToWrite = "assignedTo.write",
    ServicePrincipalsAssignments = "servicePrincipals.assignments",
    ServicePrincipalsAssign = "servicePrincipals.assign",
    GroupsAssignments = "groups.assignments",
    GroupsAssign = "groups.assign",
    UsersAssignments = "users.assignments",
    UsersAssign = "users.assign",
    MeAssignments = "me.assignments",
    ApplicationsCreate = "applications.create",
    ApplicationsBasic = "applications.update.basic",
    ApplicationsAudience = "applications.update.audience",
    ApplicationsAuthentication = "applications.update.authentication",
    ApplicationsPermissions = "applications.update.permissions",
    ApplicationsAppRoles = "applications.update.appRoles",
    ApplicationsDisablement = "applications.update.disablement",
    ApplicationsCredentials = "applications.credentials",
    ApplicationsDelete = "applications.delete",
    ApplicationsOwners = "applications.owners",
    ApplicationsOwnersUpdate = "applications.owners.update",
    ApplicationsLogo = "applications.logo",
    ApplicationsLogoUpdate = "applications.logo.update",
    ApplicationsFederated = "applications.federated",
    ApplicationsExtensions = "applications.extensions",
    ApplicationsExtensionsUpdate = "applications.extensions.update",
    DirectoryObjectsExtensions = "directoryObjects.extensions",
    MeExtensions = "me.extensions",
    MeExtensionsUpdate = "me.extensions.update",
    UsersExtensions = "users.extensions",
    UsersExtensionsUpdate = "users.extensions.update",
    GroupsExtensions = "groups.extensions",
    OrganizationExtensions = "organization.extensions",
    SchemaExtensionsList = "schemaExtensions.list",
    SchemaExtensionsGet = "schemaExtensions.get",
    SchemaExtensionsCreate = "schemaExtensions.create",
    SchemaExtensionsUpdate = "schemaExtensions.update",
    SchemaExtensionsDelete = "schemaExtensions.delete",
    ServicePrincipalsCreate = "servicePrincipals.create",
    ServicePrincipalsBasic = "servicePrincipals.update.basic",
    ServicePrincipalsEnable = "servicePrincipals.update.enable",
    ServicePrincipalsAuthentication = "servicePrincipals.update.authentication",
    ServicePrincipalsPermissions = "servicePrincipals.update.permissions",
    ServicePrincipalsCredentials = "servicePrincipals.credentials",
    ServicePrincipalsDelete = "servicePrincipals.delete",
    ServicePrincipalsOwners = "servicePrincipals.owners",
    ServicePrincipalsOwnersUpdate = "servicePrincipals.owners.update",
    ServicePrincipalsClassifications = "servicePrincipals.classifications",
    ServicePrincipalsClassify = "servicePrincipals.classifications.update",
    UsersCreate = "users.create",
    UsersProfile = "users.update.profile",
    UsersBasic = "users.update.basic",
    UsersPhone = "users.update.phone",
    UsersMails = "users.update.mails",
    UsersUsageLocation = "users.update.usageLocation",
    UsersName = "users.update.name",
    UsersPassword = "users.update.password",
    UsersEnable = "users.update.enable",
    UsersDelete = "users.delete",
    UsersRevokeSessions = "users.revokeSessions",
    MeRevokeSessions = "me.revokeSessions",
    MeChangePassword = "me.changePassword",
    UsersChangePassword = "users.changePassword",
    UsersManager = "users.manager",
    MeManager = "me.manager",
    UsersManagerUpdate = "users.manager.update",
    UsersDirectReports = "users.directReports",
    MeDirectReports = "me.directReports",
    UsersLicenseDetails = "users.licenseDetails",
    MeLicenseDetails = "me.licenseDetails",
    UsersTransitiveMemberOf = "users.transitiveMemberOf",
    MeTransitiveMemberOf = "me.transitiveMemberOf",
    UsersOwnedObjects = "users.ownedObjects",
    MeOwnedObjects = "me.ownedObjects",
    UsersCreatedObjects = "users.createdObjects",
    MeCreatedObjects = "me.createdObjects",
    ServicePrincipalsCreatedObjects = "servicePrincipals.createdObjects",
    UsersMemberGroups = "users.memberGroups",
    MeMemberGroups = "me.memberGroups",
    UsersMemberObjects = "users.memberObjects",
    MeMemberObjects = "me.memberObjects",
    GroupsCreate = "groups.create",
    GroupsCreateUnified = "groups.create.unified",
    GroupsCreateAssignable = "groups.create.assignable",
    GroupsUpdateSecurity = "groups.update.security",
    GroupsUpdateUnified = "groups.update.unified",
    GroupsDeleteSecurity = "groups.delete.security",
    GroupsDeleteUnified = "groups.delete.unified",
    GroupsMembersUpdateSecurity = "groups.members.update.security",
    GroupsMembersUpdateUnified = "groups.members.update.unified",
    GroupsOwnersUpdateSecurity = "groups.owners.update.security",
    GroupsOwnersUpdateUnified = "groups.owners.update.unified",
    // What a change of a group that may hold directory roles needs.
    GroupsAssignableUpdate = "groups.assignable.update",
    GroupsAssignableMembers = "groups.assignable.members",
    GroupsAssignableDelete = "groups.assignable.delete",
    GroupsOwners = "groups.owners",
    GroupsValidateProperties = "groups.validateProperties",
    GroupsMemberOf = "groups.memberOf",
    GroupsTransitiveMemberOf = "groups.transitiveMemberOf",
    GroupsTransitiveMembers = "groups.transitiveMembers",
    GroupsMemberGroups = "groups.memberGroups",
    GroupsMemberObjects = "groups.memberObjects",
    ServicePrincipalsMemberOf = "servicePrincipals.memberOf",
    ServicePrincipalsTransitiveMemberOf = "servicePrincipals.transitiveMemberOf",
    ServicePrincipalsOwnedObjects = "servicePrincipals.ownedObjects",
    ServicePrincipalsMemberGroups = "servicePrincipals.memberGroups",
    ServicePrincipalsMemberObjects = "servicePrincipals.memberObjects",
    DirectoryObjectsGet = "directoryObjects.get",
    DirectoryObjectsGetByIds = "directoryObjects.getByIds",
    DirectoryObjectsValidateProperties = "directoryObjects.validateProperties",
    DirectoryObjectsMemberGroups = "directoryObjects.memberGroups",
    DirectoryObjectsMemberObjects = "directoryObjects.memberObjects",
    DeletedApplicationsList = "deleted.applications.list",
    DeletedApplicationsGet = "deleted.applications.get",
    DeletedApplicationsRestore = "deleted.applications.restore",
    DeletedApplicationsDelete = "deleted.applications.delete",
    DeletedServicePrincipalsList = "deleted.servicePrincipals.list",
    DeletedServicePrincipalsGet = "deleted.servicePrincipals.get",
    DeletedServicePrincipalsRestore = "deleted.servicePrincipals.restore",
    DeletedServicePrincipalsDelete = "deleted.servicePrincipals.delete",
    DeletedGroupsList = "deleted.groups.list",
    DeletedGroupsGet = "deleted.groups.get",
    DeletedGroupsRestore = "deleted.groups.restore",
    DeletedGroupsDelete = "deleted.groups.delete",
    DeletedUsersList = "deleted.users.list",
    DeletedUsersGet = "deleted.users.get",
    DeletedUsersRestore = "deleted.users.restore",
    DeletedUsersDelete = "deleted.users.delete",
    DirectoryRoleTemplatesList = "directoryRoleTemplates.list",
    DirectoryRoleTemplatesGet = "directoryRoleTemplates.get",
    DirectoryRolesList = "directoryRoles.list",
    DirectoryRolesActivate = "directoryRoles.activate",
    DirectoryRolesGet = "directoryRoles.get",
    DirectoryRolesMembers = "directoryRoles.members",
    DirectoryRolesScopedMembers = "directoryRoles.scopedMembers",
    DirectoryRolesMembersUpdate = "directoryRoles.members.update",
    RoleDefinitionsList = "roleDefinitions.list",
    RoleDefinitionsGet = "roleDefinitions.get",
    RoleDefinitionsCreate = "roleDefinitions.create",
    RoleDefinitionsUpdate = "roleDefinitions.update",
    RoleDefinitionsDelete = "roleDefinitions.delete",
    RoleAssignmentsList = "roleAssignments.list",
    RoleAssignmentsGet = "roleAssignments.get",
    RoleAssignmentsCreate = "roleAssignments.create",
    RoleAssignmentsDelete = "roleAssignments.delete",
    DomainsList = "domains.list",
    DomainsGet = "domains.get",
    DomainsCreate = "domains.create",
    DomainsUpdate = "domains.update",
    DomainsDelete = "domains.delete",
    DomainsVerify = "domains.verify",
    DomainsVerificationRecords = "domains.verificationDnsRecords",
    DomainsServiceRecords = "domains.serviceConfigurationRecords",
    DomainsReferences = "domains.domainNameReferences",
    DomainsRoot = "domains.rootDomain",
    AdministrativeUnitsList = "administrativeUnits.list",
    AdministrativeUnitsCount = "administrativeUnits.count",
    AdministrativeUnitsDelta = "administrativeUnits.delta",
    AdministrativeUnitsGet = "administrativeUnits.get",
    AdministrativeUnitsCreate = "administrativeUnits.create",
    AdministrativeUnitsUpdate = "administrativeUnits.update",
    AdministrativeUnitsDelete = "administrativeUnits.delete",
    AdministrativeUnitsMembers = "administrativeUnits.members",
    // What `administrativeUnits.members` needs besides, of a unit whose membership is hidden.
    AdministrativeUnitsHiddenMembers = "administrativeUnits.hiddenMembers",
    AdministrativeUnitsMembersUpdate = "administrativeUnits.members.update",
    // For whoever holds a role in the unit, in the place of `administrativeUnits.members.update`.
    AdministrativeUnitsMembersCreate = "administrativeUnits.members.create",
    ScopedRoleMembersList = "scopedRoleMembers.list",
    ScopedRoleMembersCreate = "scopedRoleMembers.create",
    ScopedRoleMembersDelete = "scopedRoleMembers.delete",
    UsersScopedRoles = "users.scopedRoleMemberOf",
    MeScopedRoles = "me.scopedRoleMemberOf",
    DeletedUnitsList = "deleted.administrativeUnits.list",
    DeletedUnitsGet = "deleted.administrativeUnits.get",
    DeletedUnitsRestore = "deleted.administrativeUnits.restore",
    DeletedUnitsDelete = "deleted.administrativeUnits.delete",
    AppPoliciesList = "appPolicies.list",
    AppPoliciesGet = "appPolicies.get",
    AppPoliciesCreate = "appPolicies.create",
    AppPoliciesUpdate = "appPolicies.update",
    AppPoliciesDelete = "appPolicies.delete",
    AppPoliciesAppliesTo = "appPolicies.appliesTo",
    ApplicationsPolicies = "applications.policies",
    ApplicationsPoliciesUpdate = "applications.policies.update",
    ServicePrincipalsPolicies = "servicePrincipals.policies",
    ServicePrincipalsPoliciesUpdate = "servicePrincipals.policies.update",
    OrganizationUpdate = "organization.update",
    MePhoto = "me.photo",
    MePhotoUpdate = "me.photo.update",
    MePhotoDelete = "me.photo.delete",
    UsersPhoto = "users.photo",
    UsersPhotoUpdate = "users.photo.update",
    UsersPhotoDelete = "users.photo.delete",
    GroupsPhoto = "groups.photo",
    GroupsPhotoUpdate = "groups.photo.update",
    GroupsPhotoDelete = "groups.photo.delete",
    SubscriptionsList = "subscriptions.list",
    SubscriptionsGet = "subscriptions.get",
    // And what reading the resource itself needs.
    SubscriptionsCreate = "subscriptions.create",
    SubscriptionsUpdate = "subscriptions.update",
    SubscriptionsDelete = "subscriptions.delete",
    SubscribedSkusList = "subscribedSkus.list",
    AuthorizationPolicyGet = "authorizationPolicy.get",
    AuthorizationPolicyUpdate = "authorizationPolicy.update",
    AdminConsentRequestPolicyGet = "adminConsentRequestPolicy.get",
    AdminConsentRequestPolicyUpdate = "adminConsentRequestPolicy.update",
    PermissionGrantPoliciesList = "permissionGrantPolicies.list",
    PermissionGrantPoliciesCreate = "permissionGrantPolicies.create",
    PermissionGrantPoliciesGet = "permissionGrantPolicies.get",
    PermissionGrantPoliciesUpdate = "permissionGrantPolicies.update",
    PermissionGrantPoliciesDelete = "permissionGrantPolicies.delete",
    PermissionGrantPoliciesConditionsList = "permissionGrantPolicies.conditions.list",
    PermissionGrantPoliciesConditionsCreate = "permissionGrantPolicies.conditions.create",
    PermissionGrantPoliciesConditionsDelete = "permissionGrantPolicies.conditions.delete",
    UsersDelta = "users.delta",
    GroupsDelta = "groups.delta",
    ApplicationsDelta = "applications.delta",
    ServicePrincipalsDelta = "servicePrincipals.delta",
    GrantsDelta = "grants.delta",
    DirectoryObjectsDelta = "directoryObjects.delta",
    DirectoryAuditsList = "directoryAudits.list",
    DirectoryAuditsGet = "directoryAudits.get",
    SignInsList = "signIns.list",
    SignInsGet = "signIns.get",
    OrganizationList = "organization.list",
    OrganizationGet = "organization.get",
    UserInfo = "oidc.userinfo",
}

const TABLES: [&str; 18] = [
    include_str!("../permissions/domains.tsv"),
    include_str!("../permissions/extensions.tsv"),
    include_str!("../permissions/photos.tsv"),
    include_str!("../permissions/app_policies.tsv"),
    include_str!("../permissions/subscriptions.tsv"),
    include_str!("../permissions/units.tsv"),
    include_str!("../permissions/delta.tsv"),
    include_str!("../permissions/logs.tsv"),
    include_str!("../permissions/roles.tsv"),
    include_str!("../permissions/policies.tsv"),
    include_str!("../permissions/directory.tsv"),
    include_str!("../permissions/assignments.tsv"),
    include_str!("../permissions/grants.tsv"),
    include_str!("../permissions/applications.tsv"),
    include_str!("../permissions/users.tsv"),
    include_str!("../permissions/groups.tsv"),
    include_str!("../permissions/organization.tsv"),
    include_str!("../permissions/oidc.tsv"),
];

#[derive(Default)]
struct Table {
    rows: Vec<Operation>,
    problems: Vec<String>,
    /// Opens nothing: what stands in for a row that is missing, so that a defect closes and never opens.
    closed: Operation,
}

/// Every operation has exactly one row and every row an operation; every name in it is known, and its path leads
/// somewhere. The server asks before it listens.
pub fn check() -> Result<(), String> {
    let problems = &table().problems;
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

pub(crate) fn operation(op: Op) -> &'static Operation {
    let table = table();
    table.rows.iter().find(|row| row.name == op.name()).unwrap_or(&table.closed)
}

/// The rows as they are written: operation, method, path, delegated, application, user.
pub(crate) fn rows() -> &'static [[&'static str; 6]] {
    static ROWS: OnceLock<Vec<[&'static str; 6]>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let lines = TABLES.iter().flat_map(|text| text.lines().skip(1));
        lines.filter_map(|line| line.split('\t').collect::<Vec<_>>().try_into().ok()).collect()
    })
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| read(&TABLES))
}

fn read(tables: &[&'static str]) -> Table {
    let mut table = Table::default();
    for line in tables.iter().flat_map(|text| text.lines().skip(1)) {
        match row(line) {
            Ok(row) if table.rows.iter().any(|known| known.name == row.name) => {
                table.problems.push(format!("operation `{}` has more than one row", row.name));
            }
            Ok(row) => table.rows.push(row),
            Err(problem) => table.problems.push(problem),
        }
    }
    for op in Op::ALL {
        if !table.rows.iter().any(|row| row.name == op.name()) {
            table.problems.push(format!("operation `{}` has no row", op.name()));
        }
    }
    table
}

fn row(line: &'static str) -> Result<Operation, String> {
    let cells: Vec<&'static str> = line.split('\t').collect();
    let [name, method, path, delegated, application, user] = cells[..] else {
        return Err(format!("`{line}` has {} cells, not 6", cells.len()));
    };
    if !Op::ALL.iter().any(|op| op.name() == name) {
        return Err(format!("row `{name}` has no operation"));
    }
    let at = |problem: String| format!("row `{name}`: {problem}");
    leads_somewhere(method, path).map_err(at)?;
    let ways = |cell, kind| items(cell).map(|item| way(item, kind)).collect::<Result<Vec<_>, _>>();
    Ok(Operation {
        name,
        delegated: ways(delegated, PermKind::Delegated).map_err(at)?,
        app_only: ways(application, PermKind::Application).map_err(at)?,
        manages: manages(name, method),
        user: items(user).map(user_way).collect::<Result<Vec<_>, _>>().map_err(at)?,
    })
}

/// A change of a person or a group, and not a question that is sent by POST.
fn manages(name: &str, method: &str) -> bool {
    let of_member = name.starts_with("users.") || name.starts_with("groups.");
    // Who may use an app is the app's affair.
    let other = ["memberGroups", "memberObjects", ".assign"].iter().any(|end| name.ends_with(end));
    of_member && method != "GET" && !other
}

/// A row of a path that is not answered would promise what nothing keeps.
fn leads_somewhere(method: &str, path: &str) -> Result<(), String> {
    let (version, below) = match path.strip_prefix("/oidc/") {
        Some(below) => (Version::Oidc, below),
        None => (Version::V1, path.trim_start_matches('/')),
    };
    let route = dispatch::route(version, below.split('/')).map_err(|_| format!("`{path}` leads nowhere"))?;
    let taken: Vec<&str> = route.methods().iter().map(Method::as_str).collect();
    match method.split(' ').find(|method| !taken.contains(method)) {
        None => Ok(()),
        Some(method) => Err(format!("`{path}` takes `{}`, not `{method}`", taken.join(" "))),
    }
}

fn items(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn way(item: &str, kind: PermKind) -> Result<Way, String> {
    let (item, view) = view(item);
    let Some((name, reach)) = item.split_once('@') else {
        return Err(format!("`{item}` names no reach"));
    };
    let reach = match reach {
        "all" => Reach::All,
        "itself" => Reach::Itself,
        "owned" => Reach::Owned,
        _ => return Err(format!("`{reach}` is no reach")),
    };
    Ok(Way { perm: perm(name, kind)?, reach, view })
}

fn perm(name: &str, kind: PermKind) -> Result<Perm, String> {
    let found = catalogue().perm(kind, name).filter(|perm| catalogue().value(kind, *perm) == name);
    found.ok_or_else(|| format!("`{name}` is not in the catalogue as {kind:?}"))
}

fn user_way(item: &str) -> Result<UserWay, String> {
    let (item, view) = view(item);
    let right = match (item, item.strip_prefix("action:")) {
        ("itself", _) => Right::Itself,
        ("owner", _) => Right::Owner,
        ("anyone", _) => Right::Anyone,
        (_, Some(action)) => {
            let known = roles().action(action);
            Right::Action(known.ok_or_else(|| format!("`{action}` is an action of no role and no default right"))?)
        }
        _ => return Err(format!("`{item}` is no right")),
    };
    Ok(UserWay { right, view })
}

fn view(item: &str) -> (&str, View) {
    item.strip_suffix(":basic").map_or((item, View::Full), |item| (item, View::Basic))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "operation\tmethod\tpath\tdelegated\tapplication\tuser";

    #[test]
    fn every_operation_has_its_row() {
        assert_eq!(check(), Ok(()));
        assert_eq!(table().rows.len(), Op::ALL.len());
    }

    #[test]
    fn user_read_reaches_oneself_and_shows_everything() {
        let user_read = catalogue().perm(PermKind::Delegated, "User.Read").expect("in the catalogue");
        let first = operation(Op::UsersGet).delegated.first();
        assert_eq!(first, Some(&Way { perm: user_read, reach: Reach::Itself, view: View::Full }));
        assert!(operation(Op::UsersList).delegated.iter().all(|way| way.perm != user_read));
    }

    #[test]
    fn the_super_scope_opens_what_the_user_may_do() {
        let all = catalogue().perm(PermKind::Delegated, "Directory.AccessAsUser.All").expect("in the catalogue");
        for op in Op::ALL.iter().filter(|op| **op != Op::UserInfo) {
            assert!(operation(*op).delegated.iter().any(|way| way.perm == all), "{}", op.name());
        }
    }

    #[test]
    fn a_defect_in_a_row_is_named_and_opens_nothing() {
        let cases = [
            ("x.get\tGET\t/x\t\t\t", "row `x.get` has no operation"),
            ("me.get\tGET\t/me", "`me.get\tGET\t/me` has 3 cells, not 6"),
            ("me.get\tGET\t/nowhere\t\t\t", "row `me.get`: `/nowhere` leads nowhere"),
            ("me.get\tPOST\t/me\t\t\t", "row `me.get`: `/me` takes `GET PATCH`, not `POST`"),
            ("me.get\tGET\t/me\tUser.Read\t\t", "row `me.get`: `User.Read` names no reach"),
            ("me.get\tGET\t/me\tUser.Read@some\t\t", "row `me.get`: `some` is no reach"),
            ("me.get\tGET\t/me\tuser.read@all\t\t", "row `me.get`: `user.read` is not in the catalogue as Delegated"),
            ("me.get\tGET\t/me\t\tUser.Read@all\t", "row `me.get`: `User.Read` is not in the catalogue as Application"),
            ("me.get\tGET\t/me\t\t\tnobody", "row `me.get`: `nobody` is no right"),
            ("me.get\tGET\t/me\t\t\taction:x", "row `me.get`: `x` is an action of no role and no default right"),
        ];
        for (line, problem) in cases {
            let text: &'static str = format!("{HEAD}\n{line}").leak();
            let table = read(&[text]);
            assert_eq!(table.problems.first().map(String::as_str), Some(problem));
            assert!(table.rows.is_empty(), "{line}");
        }
        assert!(table().closed.delegated.is_empty() && table().closed.app_only.is_empty());
    }

    #[test]
    fn a_second_row_of_an_operation_is_a_defect() {
        let rows = "head\nme.get\tGET\t/me\t\t\titself\nme.get\tGET\t/me\t\t\titself";
        assert_eq!(read(&[rows]).problems[0], "operation `me.get` has more than one row");
    }
}
