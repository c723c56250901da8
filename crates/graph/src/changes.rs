//! Which operation a property belongs to: what a PATCH needs is what each of its properties needs (graph-api.md §1.3).

use crate::operations::Op;
use mandate_domain::extension::is_added;
use mandate_domain::properties::Properties;
use mandate_domain::query::Noun;

/// The operations behind a change, each once. What is in no table is basic.
pub(crate) fn operations(noun: Noun, properties: &Properties) -> Vec<Op> {
    let of = match noun {
        Noun::Application => of_application,
        Noun::ServicePrincipal => of_service_principal,
        Noun::User => of_user,
        Noun::Group | Noun::AdministrativeUnit => return Vec::new(),
    };
    let mut all: Vec<Op> = Vec::new();
    for name in properties.keys() {
        let op = of(name);
        if !all.contains(&op) {
            all.push(op);
        }
    }
    if all.is_empty() {
        all.push(of(""));
    }
    all
}

fn of_application(name: &str) -> Op {
    match name {
        "signInAudience" => Op::ApplicationsAudience,
        "web"
        | "spa"
        | "publicClient"
        | "identifierUris"
        | "optionalClaims"
        | "groupMembershipClaims"
        | "isFallbackPublicClient"
        | "isDeviceOnlyAuthSupported"
        | "defaultRedirectUri"
        | "tokenEncryptionKeyId"
        | "requestSignatureVerification"
        | "nativeAuthenticationApisEnabled"
        | "authenticationBehaviors"
        | "oauth2RequirePostResponse"
        | "servicePrincipalLockConfiguration" => Op::ApplicationsAuthentication,
        "api" | "requiredResourceAccess" => Op::ApplicationsPermissions,
        "appRoles" => Op::ApplicationsAppRoles,
        "keyCredentials" | "passwordCredentials" => Op::ApplicationsCredentials,
        "isDisabled" => Op::ApplicationsDisablement,
        _ => Op::ApplicationsBasic,
    }
}

fn of_service_principal(name: &str) -> Op {
    match name {
        "accountEnabled" | "isDisabled" => Op::ServicePrincipalsEnable,
        "preferredSingleSignOnMode"
        | "replyUrls"
        | "loginUrl"
        | "logoutUrl"
        | "samlSingleSignOnSettings"
        | "servicePrincipalNames"
        | "preferredTokenSigningKeyThumbprint"
        | "tokenEncryptionKeyId" => Op::ServicePrincipalsAuthentication,
        "appRoleAssignmentRequired" => Op::ServicePrincipalsPermissions,
        "keyCredentials" => Op::ServicePrincipalsCredentials,
        _ => Op::ServicePrincipalsBasic,
    }
}

/// What people may change of themselves, and what only others may.
fn of_user(name: &str) -> Op {
    match name {
        "userPrincipalName" => Op::UsersName,
        "passwordProfile" => Op::UsersPassword,
        "accountEnabled" => Op::UsersEnable,
        "usageLocation" => Op::UsersUsageLocation,
        "businessPhones" | "mobilePhone" => Op::UsersPhone,
        "otherMails" => Op::UsersMails,
        "userType"
        | "mail"
        | "mailNickname"
        | "proxyAddresses"
        | "identities"
        | "passwordPolicies"
        | "companyName"
        | "department"
        | "employeeId"
        | "employeeType"
        | "employeeHireDate"
        | "employeeLeaveDateTime"
        | "employeeOrgData"
        | "ageGroup"
        | "consentProvidedForMinor"
        | "onPremisesImmutableId"
        | "onPremisesExtensionAttributes"
        | "showInAddressList"
        | "isResourceAccount"
        | "preferredDataLocation"
        | "hireDate" => Op::UsersBasic,
        // What an app keeps of people is not theirs to change.
        _ if is_added(name) => Op::UsersBasic,
        _ => Op::UsersProfile,
    }
}
