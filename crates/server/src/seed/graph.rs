//! The property names that a seed file may hold, by object: those that Graph's v1.0 types have, and a few of our own.
//!
//! What Graph knows and we do not model is `Any`: kept for users and groups, dropped for the others. Relations that an
//! `$expand` brings along (`memberOf`) are `Dropped`; what of them is served has a list of its own.

use super::shape::Properties;
use super::shape::Shape::{Any, Dropped, Flag, Guid, Later, List, Object, OneOf, OneOrTwo, Text, When, Whole};

/// In the place of every name of an extension, which the file itself defines.
pub(super) const EXTENSION: &str = "extension_*";

pub(super) const SEED: Properties = &[(Later, "tenants")];

/// Graph's `organization`, and the collections of its directory.
pub(super) const TENANT: Properties = &[
    (Guid, "id"),
    (
        Text,
        "displayName countryLetterCode preferredLanguage city country defaultUsageLocation postalCode state street \
         tenantType",
    ),
    (
        Later,
        "verifiedDomains users groups administrativeUnits applications servicePrincipals oauth2PermissionGrants appRoleAssignments \
         roleAssignments drives mailboxes",
    ),
    (Object(BRANDING), "branding"),
    (Object(SETTINGS), "settings"),
    (When, "createdDateTime deletedDateTime onPremisesLastSyncDateTime"),
    (Flag, "onPremisesSyncEnabled"),
    (
        List(&Text),
        "businessPhones marketingNotificationEmails securityComplianceNotificationMails \
         securityComplianceNotificationPhones technicalNotificationMails",
    ),
    (Any, "assignedPlans mobileDeviceManagementAuthority partnerTenantType privacyProfile provisionedPlans"),
    (Any, EXTENSION),
];

pub(super) const VERIFIED_DOMAIN: Properties = &[(Text, "name capabilities type"), (Flag, "isDefault isInitial")];

const BRANDING: Properties = &[(Text, "id backgroundColor signInPageText squareLogo")];

const SETTINGS: Properties = &[
    (Object(AUTHORIZATION_POLICY), "authorizationPolicy"),
    (List(&Object(GRANT_POLICY)), "permissionGrantPolicies"),
    (Object(ADMIN_CONSENT_REQUEST_POLICY), "adminConsentRequestPolicy"),
    (List(&Object(TOKEN_LIFETIME_POLICY)), "tokenLifetimePolicies"),
];

const AUTHORIZATION_POLICY: Properties = &[
    (Text, "id displayName description allowInvitesFrom"),
    (When, "deletedDateTime"),
    (Guid, "guestUserRoleId"),
    (Object(DEFAULT_USER_ROLE_PERMISSIONS), "defaultUserRolePermissions"),
    (
        Flag,
        "allowedToSignUpEmailBasedSubscriptions allowedToUseSSPR allowEmailVerifiedUsersToJoinOrganization \
         allowUserConsentForRiskyApps blockMsolPowerShell",
    ),
];

const DEFAULT_USER_ROLE_PERMISSIONS: Properties = &[
    (
        Flag,
        "allowedToCreateApps allowedToCreateSecurityGroups allowedToCreateTenants allowedToReadOtherUsers \
         allowedToReadBitlockerKeysForOwnedDevice",
    ),
    (List(&Text), "permissionGrantPoliciesAssigned"),
];

const GRANT_POLICY: Properties = &[
    (Text, "id displayName description"),
    (When, "deletedDateTime"),
    (List(&Object(CONDITION_SET)), "includes excludes"),
];

const CONDITION_SET: Properties = &[
    (Text, "id resourceApplication"),
    (OneOf(&["application", "delegated", "delegatedUserConsentable"]), "permissionType"),
    (OneOf(&["all", "low", "medium", "high"]), "permissionClassification"),
    (List(&Text), "permissions clientApplicationIds clientApplicationTenantIds clientApplicationPublisherIds"),
    (Flag, "clientApplicationsFromVerifiedPublisherOnly"),
];

const ADMIN_CONSENT_REQUEST_POLICY: Properties = &[
    (Text, "id"),
    (Flag, "isEnabled notifyReviewers remindersEnabled"),
    (Whole, "requestDurationInDays version"),
    (List(&Object(REVIEWER_SCOPE)), "reviewers"),
];

const TOKEN_LIFETIME_POLICY: Properties = &[
    (Guid, "id"),
    (Text, "displayName description"),
    (When, "deletedDateTime"),
    (List(&Text), "definition"),
    (Flag, "isOrganizationDefault"),
];

const REVIEWER_SCOPE: Properties = &[(Text, "query queryType queryRoot")];

/// `password` is ours: Graph only takes it inside `passwordProfile`.
pub(super) const USER: Properties = &[
    (Guid, "id"),
    (
        Text,
        "aboutMe ageGroup city companyName consentProvidedForMinor country creationType department displayName \
         employeeId employeeType externalUserState faxNumber givenName identityParentId jobTitle \
         legalAgeGroupClassification mail mailNickname mobilePhone mySite officeLocation onPremisesDistinguishedName \
         onPremisesDomainName onPremisesImmutableId onPremisesSamAccountName onPremisesSecurityIdentifier \
         onPremisesUserPrincipalName password passwordPolicies postalCode preferredDataLocation preferredLanguage \
         preferredName securityIdentifier state streetAddress surname usageLocation userPrincipalName",
    ),
    (OneOf(&["Member", "Guest"]), "userType"),
    (
        List(&Text),
        "businessPhones imAddresses interests otherMails pastProjects proxyAddresses responsibilities schools skills",
    ),
    (Flag, "accountEnabled isManagementRestricted isResourceAccount onPremisesSyncEnabled showInAddressList"),
    (Whole, "deviceEnrollmentLimit"),
    (
        When,
        "birthday createdDateTime deletedDateTime employeeHireDate employeeLeaveDateTime \
         externalUserStateChangeDateTime hireDate lastPasswordChangeDateTime onPremisesLastSyncDateTime \
         signInSessionsValidFromDateTime",
    ),
    (Object(PASSWORD_PROFILE), "passwordProfile"),
    (Later, "manager"),
    (Dropped, "directReports memberOf"),
    (
        Any,
        "assignedLicenses assignedPlans authorizationInfo customSecurityAttributes employeeOrgData identities \
         licenseAssignmentStates mailboxSettings onPremisesExtensionAttributes onPremisesProvisioningErrors print \
         provisionedPlans serviceProvisioningErrors signInActivity",
    ),
    (Any, EXTENSION),
];

const PASSWORD_PROFILE: Properties =
    &[(Text, "password"), (Flag, "forceChangePasswordNextSignIn forceChangePasswordNextSignInWithMfa")];

pub(super) const GROUP: Properties = &[
    (Guid, "id"),
    (
        Text,
        "classification description displayName mail mailNickname membershipRule membershipRuleProcessingState \
         onPremisesDomainName onPremisesNetBiosName onPremisesSamAccountName onPremisesSecurityIdentifier \
         organizationId preferredDataLocation preferredLanguage securityIdentifier theme uniqueName visibility",
    ),
    (List(&Text), "groupTypes infoCatalogs proxyAddresses resourceBehaviorOptions resourceProvisioningOptions"),
    (
        Flag,
        "allowExternalSenders autoSubscribeNewMembers hasMembersWithLicenseErrors hideFromAddressLists \
         hideFromOutlookClients isArchived isAssignableToRole isFavorite isManagementRestricted isSubscribedByMail \
         mailEnabled onPremisesSyncEnabled securityEnabled welcomeMessageEnabled",
    ),
    (Whole, "unseenConversationsCount unseenCount unseenMessagesCount"),
    (When, "createdDateTime deletedDateTime expirationDateTime onPremisesLastSyncDateTime renewedDateTime"),
    (Later, "members owners"),
    (Dropped, "memberOf transitiveMembers"),
    (
        Any,
        "accessType assignedLabels assignedLicenses licenseProcessingState onPremisesExtensionAttributes \
         onPremisesProvisioningErrors serviceProvisioningErrors",
    ),
    (Any, EXTENSION),
];

pub(super) const UNIT: Properties = &[
    (Guid, "id"),
    (Text, "displayName description membershipRule membershipRuleProcessingState membershipType visibility"),
    (Flag, "isMemberManagementRestricted"),
    (When, "deletedDateTime"),
    (Later, "members"),
    (Dropped, "extensions scopedRoleMembers"),
    (Any, EXTENSION),
];

const AUDIENCES: &[&str] =
    &["AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"];

pub(super) const APPLICATION: Properties = &[
    (Guid, "id appId tokenEncryptionKeyId"),
    (
        Text,
        "applicationTemplateId createdByAppId defaultRedirectUri description disabledByMicrosoftStatus displayName \
         groupMembershipClaims notes publisherDomain samlMetadataUrl serviceManagementReference uniqueName",
    ),
    (OneOf(AUDIENCES), "signInAudience"),
    (Flag, "isDeviceOnlyAuthSupported isDisabled isFallbackPublicClient oauth2RequirePostResponse"),
    (List(&Text), "identifierUris tags"),
    (List(&Guid), "tokenLifetimePolicies"),
    (When, "createdDateTime deletedDateTime"),
    (Object(WEB), "web"),
    (Object(&[(List(&Text), "redirectUris")]), "spa publicClient"),
    (Object(API), "api"),
    (Object(OPTIONAL_CLAIMS), "optionalClaims"),
    (Object(VERIFIED_PUBLISHER), "verifiedPublisher"),
    (Object(INFO), "info"),
    (Object(CHOICES), "mandate"),
    (
        Later,
        "appRoles requiredResourceAccess passwordCredentials keyCredentials federatedIdentityCredentials \
         extensionProperties owners",
    ),
    (
        Any,
        "addIns authenticationBehaviors certification logo managerApplications \
         nativeAuthenticationApisEnabled parentalControlSettings requestSignatureVerification \
         servicePrincipalLockConfiguration",
    ),
    (Any, EXTENSION),
];

pub(super) const EXTENSION_PROPERTY: Properties = &[
    (Guid, "id"),
    (Text, "name dataType"),
    (Flag, "isMultiValued"),
    (List(&Text), "targetObjects"),
    (Dropped, "appDisplayName deletedDateTime isSyncedFromOnPremises"),
];

/// Ours: what Entra has no word for.
const CHOICES: Properties =
    &[(Flag, "singleUseAssertions issuerAtLogout idTokenHintAtLogout"), (Text, "backChannelLogoutUri")];

const WEB: Properties = &[
    (Text, "homePageUrl logoutUrl"),
    (List(&Text), "redirectUris"),
    (Object(&[(Flag, "enableIdTokenIssuance enableAccessTokenIssuance")]), "implicitGrantSettings"),
    (Any, "redirectUriSettings"),
];

const API: Properties = &[
    (OneOrTwo, "requestedAccessTokenVersion"),
    (Flag, "acceptMappedClaims"),
    (List(&Guid), "knownClientApplications"),
    (Later, "oauth2PermissionScopes preAuthorizedApplications"),
];

const OPTIONAL_CLAIMS: Properties = &[(List(&Object(OPTIONAL_CLAIM)), "idToken accessToken saml2Token")];

const OPTIONAL_CLAIM: Properties = &[(Text, "name source"), (Flag, "essential"), (List(&Text), "additionalProperties")];

const VERIFIED_PUBLISHER: Properties = &[(Text, "displayName verifiedPublisherId"), (When, "addedDateTime")];

const INFO: Properties = &[(Text, "logoUrl marketingUrl privacyStatementUrl supportUrl termsOfServiceUrl")];

pub(super) const SCOPE: Properties = &[
    (Guid, "id"),
    (
        Text,
        "value origin adminConsentDisplayName adminConsentDescription userConsentDisplayName userConsentDescription",
    ),
    (OneOf(&["User", "Admin"]), "type"),
    (Flag, "isEnabled"),
];

pub(super) const APP_ROLE: Properties = &[
    (Guid, "id"),
    (Text, "value origin displayName description"),
    (List(&OneOf(&["User", "Application"])), "allowedMemberTypes"),
    (Flag, "isEnabled"),
];

/// `permissionIds` is the older name of `delegatedPermissionIds`.
pub(super) const PRE_AUTHORIZED: Properties = &[(Guid, "appId"), (List(&Text), "delegatedPermissionIds permissionIds")];

pub(super) const REQUIRED_RESOURCE: Properties = &[(Guid, "resourceAppId"), (Later, "resourceAccess")];

pub(super) const REQUIRED_ACCESS: Properties = &[(Text, "id"), (OneOf(&["Scope", "Role"]), "type")];

pub(super) const PASSWORD_CREDENTIAL: Properties =
    &[(Guid, "keyId"), (Text, "displayName hint secretText customKeyIdentifier"), (When, "startDateTime endDateTime")];

pub(super) const KEY_CREDENTIAL: Properties = &[
    (Guid, "keyId"),
    (Text, "displayName customKeyIdentifier key"),
    (OneOf(&["AsymmetricX509Cert", "X509CertAndPassword"]), "type"),
    (OneOf(&["Verify", "Sign"]), "usage"),
    (When, "startDateTime endDateTime"),
];

pub(super) const FEDERATED_CREDENTIAL: Properties =
    &[(Guid, "id"), (Text, "name issuer subject description"), (List(&Text), "audiences")];

pub(super) const SERVICE_PRINCIPAL: Properties = &[
    (Guid, "id appId appOwnerOrganizationId tokenEncryptionKeyId"),
    (
        Text,
        "appDescription appDisplayName applicationTemplateId createdByAppId description disabledByMicrosoftStatus \
         displayName homepage loginUrl logoutUrl notes preferredSingleSignOnMode preferredTokenSigningKeyThumbprint \
         servicePrincipalType signInAudience",
    ),
    (Flag, "accountEnabled appRoleAssignmentRequired isDisabled"),
    (List(&Text), "alternativeNames notificationEmailAddresses replyUrls servicePrincipalNames tags"),
    (List(&Guid), "tokenLifetimePolicies"),
    (When, "createdDateTime deletedDateTime"),
    (Later, "delegatedPermissionClassifications owners"),
    (Dropped, "appRoleAssignedTo appRoleAssignments oauth2PermissionGrants"),
    (
        Any,
        "addIns appRoles customSecurityAttributes info keyCredentials oauth2PermissionScopes passwordCredentials \
         resourceSpecificApplicationPermissions samlSingleSignOnSettings verifiedPublisher",
    ),
];

pub(super) const CLASSIFICATION: Properties =
    &[(Text, "id permissionId permissionName"), (OneOf(&["low", "medium", "high"]), "classification")];

/// `startTime` and `expiryTime` mean nothing any more; older exports still carry them.
pub(super) const GRANT: Properties = &[
    (Text, "id clientId resourceId principalId scope"),
    (OneOf(&["AllPrincipals", "Principal"]), "consentType"),
    (When, "createdDateTime deletedDateTime"),
    (Any, "startTime expiryTime"),
];

/// `appRole` is ours: a role by its value.
pub(super) const APP_ROLE_ASSIGNMENT: Properties = &[
    (Text, "id principalId principalDisplayName principalType resourceId resourceDisplayName appRole appRoleId"),
    (When, "createdDateTime deletedDateTime"),
];

/// `role` is ours: a role by its name.
pub(super) const ROLE_ASSIGNMENT: Properties = &[
    (Text, "id principalId principalOrganizationId role roleDefinitionId directoryScopeId"),
    (When, "createdDateTime deletedDateTime"),
];
