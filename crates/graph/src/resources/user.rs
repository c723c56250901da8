//! `/me`, `/users`, `/users/{id}`.

use super::expand::Expansion;
use super::list::Listed;
use super::{collection, entity, security_identifier, tell_restricted};
use crate::call::Call;
use crate::dispatch::Subject;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::property::{Entity, Kind, column, many, more, shown, withheld};
use mandate_base::{Moment, ObjectId, UserId};
use mandate_domain::query::{Noun, Query};
use mandate_domain::time;
use mandate_domain::user::{User, UserKind};
use mandate_usecases::access::{Caller, Permit};
use mandate_usecases::{Fault, House, directory};
use mandate_web::Answer;
use serde_json::{Value, json};

const COST: u8 = 2;

pub(super) async fn show(call: &Call<'_>, subject: &Subject) -> Result<Answer, Stop> {
    let op = if *subject == Subject::Me { Op::MeGet } else { Op::UsersGet };
    let target = target(call, subject).await?;
    let permit = call.permit(op, target.id.map(ObjectId::from))?;
    let selection = call.selection(&[&USER])?;
    let found = match target.id {
        Some(id) => directory::user(call.house, &call.caller, &permit, id).await?,
        None => None,
    };
    let user = found.ok_or(Refusal::NoSuchObject(target.name))?;
    let context = call.context(USER.set, &selection, true);
    let mut properties = shown(&user, &selection, permit.view());
    tell_restricted(call, &permit, user.id(), &mut properties).await?;
    if let Some(expansion) = Expansion::asked(call, Noun::User)? {
        expansion.add(call, user.id(), &mut properties).await?;
    }
    Ok(entity(call, context, properties, COST))
}

/// Nothing is sold here, so nobody has any of it.
pub(super) async fn no_licenses(call: &Call<'_>, subject: &Subject) -> Result<Answer, Stop> {
    let op = if *subject == Subject::Me { Op::MeLicenseDetails } else { Op::UsersLicenseDetails };
    let target = target(call, subject).await?;
    let permit = call.permit(op, target.id.map(ObjectId::from))?;
    call.refuse_queries()?;
    let missing = || Refusal::NoSuchObject(target.name.clone());
    let id = target.id.ok_or_else(missing)?;
    directory::user(call.house, &call.caller, &permit, id).await?.ok_or_else(missing)?;
    let context = format!("{}/$metadata#users('{id}')/licenseDetails", call.root());
    Ok(collection(call, context, None, Vec::new(), None, COST))
}

/// Whom a path means.
pub(super) struct Target {
    /// `None`: nobody here has that name.
    pub id: Option<UserId>,
    /// As the caller spelled it.
    pub name: String,
}

pub(super) async fn target(call: &Call<'_>, subject: &Subject) -> Result<Target, Stop> {
    match subject {
        Subject::Me => {
            let user = call.caller.user().ok_or(Refusal::NobodyIsMe)?;
            Ok(Target { id: Some(user.id), name: user.id.to_string() })
        }
        Subject::Named(name) => {
            let id = directory::user_by_name(call.house, &call.caller, name).await?;
            Ok(Target { id, name: name.clone() })
        }
    }
}

impl Entity for User {
    const KIND: &'static Kind = &USER;

    fn id(&self) -> ObjectId {
        self.id.into()
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.id.to_string()),
            "userPrincipalName" => Value::from(self.upn.as_str()),
            "displayName" => Value::from(self.display_name.as_str()),
            "mail" => Value::from(self.mail.as_deref()),
            "accountEnabled" => Value::from(self.account_enabled),
            "userType" => Value::from(match self.kind {
                UserKind::Member => "Member",
                UserKind::Guest => "Guest",
            }),
            "createdDateTime" => Value::from(time::iso(self.created)),
            "signInSessionsValidFromDateTime" => Value::from(time::iso(self.sessions_valid_from)),
            _ => Value::Null,
        }
    }

    fn more(&self, name: &str) -> Option<&Value> {
        self.more.get(name)
    }

    /// What everybody has, whether it was set or not.
    fn told(&self, name: &str) -> Value {
        let kept = self.more.get(name).filter(|value| !value.is_null());
        match (name, kept) {
            ("identities", kept) => identities(self, kept),
            ("onPremisesExtensionAttributes", kept) => attributes(kept),
            (_, Some(value)) => value.clone(),
            ("lastPasswordChangeDateTime", None) => Value::from(time::iso(self.created)),
            ("securityIdentifier", None) => security_identifier(self.id.into()),
            (_, None) => Value::Null,
        }
    }
}

/// Those that were set, and the name that everybody signs in by.
fn identities(user: &User, kept: Option<&Value>) -> Value {
    const BY_NAME: &str = "userPrincipalName";
    let mut all = kept.and_then(Value::as_array).cloned().unwrap_or_default();
    // One that was sent back may be of a name that is none any more.
    all.retain(|identity| identity["signInType"] != BY_NAME);
    let upn = user.upn.as_str();
    let issuer = upn.rsplit_once('@').map_or("", |(_, domain)| domain);
    all.push(json!({ "signInType": BY_NAME, "issuer": issuer, "issuerAssignedId": upn }));
    Value::Array(all)
}

/// Fifteen, set or not.
fn attributes(kept: Option<&Value>) -> Value {
    let name = |number: u8| format!("extensionAttribute{number}");
    let of = |name: &str| kept.and_then(|kept| kept.get(name)).cloned().unwrap_or(Value::Null);
    (1..=15).map(name).map(|name| (name.clone(), of(&name))).collect()
}

impl Listed for User {
    const NOUN: Noun = Noun::User;
    const LIST: Op = Op::UsersList;
    const COUNT: Op = Op::UsersCount;

    fn name(&self) -> &str {
        &self.display_name
    }

    fn created(&self) -> Option<Moment> {
        Some(self.created)
    }

    async fn find(house: &House, caller: &Caller, permit: &Permit, query: Query) -> Result<(Vec<Self>, bool), Fault> {
        directory::users(house, caller, permit, query).await
    }
}

/// The basic set is what `User.ReadBasic.All` and a guest's default rights show: name, address, no more.
pub(super) static USER: Kind = Kind {
    name: "microsoft.graph.user",
    set: "users",
    properties: &[
        column("id").default().basic(),
        many("businessPhones").default(),
        column("displayName").default().basic(),
        more("givenName").default().basic(),
        more("jobTitle").default(),
        column("mail").default().basic(),
        more("mobilePhone").default(),
        more("officeLocation").default(),
        more("preferredLanguage").default(),
        more("surname").default().basic(),
        column("userPrincipalName").default().basic(),
        more("aboutMe"),
        column("accountEnabled"),
        more("ageGroup"),
        many("assignedLicenses"),
        many("assignedPlans"),
        withheld("authorizationInfo"),
        more("birthday"),
        more("city"),
        more("companyName"),
        more("consentProvidedForMinor"),
        more("country"),
        column("createdDateTime"),
        more("creationType"),
        withheld("customSecurityAttributes"),
        withheld("deletedDateTime"),
        more("department"),
        more("deviceEnrollmentLimit"),
        more("employeeHireDate"),
        more("employeeId"),
        withheld("employeeLeaveDateTime"),
        more("employeeOrgData"),
        more("employeeType"),
        more("externalUserState"),
        more("externalUserStateChangeDateTime"),
        more("faxNumber"),
        more("hireDate"),
        many("identities"),
        more("identityParentId"),
        many("imAddresses"),
        many("interests"),
        more("isManagementRestricted"),
        more("isResourceAccount"),
        more("lastPasswordChangeDateTime"),
        more("legalAgeGroupClassification"),
        many("licenseAssignmentStates"),
        more("mailNickname"),
        withheld("mailboxSettings"),
        more("mySite"),
        more("onPremisesDistinguishedName"),
        more("onPremisesDomainName"),
        more("onPremisesExtensionAttributes"),
        more("onPremisesImmutableId"),
        more("onPremisesLastSyncDateTime"),
        many("onPremisesProvisioningErrors"),
        more("onPremisesSamAccountName"),
        more("onPremisesSecurityIdentifier"),
        more("onPremisesSyncEnabled"),
        more("onPremisesUserPrincipalName"),
        many("otherMails"),
        more("passwordPolicies"),
        withheld("passwordProfile"),
        many("pastProjects"),
        more("postalCode"),
        more("preferredDataLocation"),
        more("preferredName"),
        more("print"),
        many("provisionedPlans"),
        many("proxyAddresses"),
        many("responsibilities"),
        many("schools"),
        more("securityIdentifier"),
        many("serviceProvisioningErrors"),
        more("showInAddressList"),
        withheld("signInActivity"),
        column("signInSessionsValidFromDateTime"),
        many("skills"),
        more("state"),
        more("streetAddress"),
        more("usageLocation"),
        column("userType"),
    ],
};

#[cfg(test)]
#[path = "user_tests.rs"]
pub(super) mod tests;
