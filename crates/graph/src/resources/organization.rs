//! `/organization`: a collection of one, the caller's tenant.

use super::{collection, entity};
use crate::body::{self, Written};
use crate::call::Call;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, Selection, column, many, more, shown, withheld};
use crate::respond;
use http::Method;
use mandate_base::{ObjectId, TenantId};
use mandate_decide::View;
use mandate_domain::tenant::Tenant;
use mandate_domain::time;
use mandate_usecases::directory::{self, ChangeOrganization, OrganizationRefusal};
use mandate_usecases::settle;
use mandate_web::Answer;
use serde_json::{Value, json};

const COST: u8 = 2;

pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::OrganizationList, None)?;
    call.refuse_queries()?;
    let selection = call.selection(&[&ORGANIZATION])?;
    // One page holds it all, so no link ever carries a token to here.
    if call.options.skip_token.is_some() {
        return Err(Refusal::PageToken.into());
    }
    let found = directory::organization(call.house, &call.caller, &permit).await?;
    let value = found.iter().map(|tenant| shown(&**tenant, &selection, permit.view())).collect();
    Ok(collection(call, call.context(ORGANIZATION.set, &selection, false), None, value, None, COST))
}

pub(super) async fn show(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let id = TenantId::parse(name).ok();
    if call.method == Method::PATCH {
        return change(call, name, id).await;
    }
    let permit = call.permit(Op::OrganizationGet, id.map(ObjectId::from))?;
    let selection = call.selection(&[&ORGANIZATION])?;
    let found = directory::organization(call.house, &call.caller, &permit).await?;
    let found = found.filter(|tenant| Some(tenant.id) == id);
    let tenant = found.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
    let context = call.context(ORGANIZATION.set, &selection, true);
    Ok(entity(call, context, shown(&*tenant, &selection, permit.view()), COST))
}

const READ_ONLY: &[&str] = &[
    "id",
    "assignedPlans",
    "countryLetterCode",
    "createdDateTime",
    "deletedDateTime",
    "mobileDeviceManagementAuthority",
    "onPremisesLastSyncDateTime",
    "onPremisesSyncEnabled",
    "partnerTenantType",
    "provisionedPlans",
    "tenantType",
    "verifiedDomains",
];

async fn change(call: &Call<'_>, name: &str, id: Option<TenantId>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::OrganizationUpdate, id.map(ObjectId::from))?;
    let Written { properties, fixed, .. } = body::read_whole(call, "organization", READ_ONLY, name)?;
    let missing = || Refusal::NoSuchObject(name.to_owned());
    if id != Some(call.caller.tenant) {
        return Err(missing().into());
    }
    if !fixed.is_empty() {
        let held = directory::organization(call.house, &call.caller, &permit).await?.ok_or_else(missing)?;
        body::is_as_it_was(&fixed, &shown(&*held, &Selection::All, View::Full))?;
    }
    let deed = ChangeOrganization { permit: &permit, properties, correlation: call.correlation };
    settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| match refusal {
        OrganizationRefusal::NoSuchObject => missing(),
        OrganizationRefusal::Broken(broken) => Refusal::Broken(broken),
    })?;
    Ok(respond::nothing())
}

impl Entity for Tenant {
    const KIND: &'static Kind = &ORGANIZATION;

    fn id(&self) -> ObjectId {
        self.id.into()
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.id.to_string()),
            "displayName" => Value::from(self.profile.display_name.as_str()),
            "countryLetterCode" => Value::from(self.profile.country_letter_code.as_deref()),
            "preferredLanguage" => Value::from(self.profile.preferred_language.as_deref()),
            "createdDateTime" => Value::from(time::iso(self.created)),
            "tenantType" => Value::from("AAD"),
            "verifiedDomains" => verified_domains(self),
            _ => Value::Null,
        }
    }

    fn more(&self, name: &str) -> Option<&Value> {
        self.profile.more.get(name)
    }
}

fn verified_domains(tenant: &Tenant) -> Value {
    let shown = tenant.profile.domains().into_iter().filter(|domain| domain.is_verified).map(|domain| {
        json!({
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": domain.is_default,
            "isInitial": domain.is_initial,
            "name": domain.name,
            "type": "Managed",
        })
    });
    shown.collect()
}

static ORGANIZATION: Kind = Kind { name: "microsoft.graph.organization", set: "organization", properties: PROPERTIES };

/// `User.Read` shows the id, the name and the domains (graph-api.md §2.1).
const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    many("assignedPlans").default(),
    many("businessPhones").default(),
    more("city").default(),
    more("country").default(),
    column("countryLetterCode").default(),
    column("createdDateTime").default(),
    more("defaultUsageLocation").default(),
    withheld("deletedDateTime").default(),
    column("displayName").default().basic(),
    many("marketingNotificationEmails").default(),
    more("mobileDeviceManagementAuthority"),
    more("onPremisesLastSyncDateTime").default(),
    more("onPremisesSyncEnabled").default(),
    more("partnerTenantType").default(),
    more("postalCode").default(),
    column("preferredLanguage").default(),
    more("privacyProfile").default(),
    many("provisionedPlans").default(),
    many("securityComplianceNotificationMails").default(),
    many("securityComplianceNotificationPhones").default(),
    more("state").default(),
    more("street").default(),
    many("technicalNotificationMails").default(),
    column("tenantType").default(),
    column("verifiedDomains").default().basic(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property::Selection;
    use mandate_base::Moment;
    use mandate_decide::View;
    use mandate_domain::tenant::{Settings, TenantProfile, VerifiedDomain};

    fn waterkant() -> Tenant {
        let domain =
            |name: &str, is_default| VerifiedDomain { name: name.to_owned(), is_default, ..VerifiedDomain::default() };
        let profile = TenantProfile {
            display_name: "Waterkant".to_owned(),
            country_letter_code: Some("NL".to_owned()),
            verified_domains: vec![domain("waterkant.example", true), domain("waterkant.onmandate.example", false)],
            ..TenantProfile::default()
        };
        let created = Moment::from_secs(1_795_414_492);
        Tenant { id: TenantId::from_u128(1), created, profile, settings: Settings::default(), version: 1 }
    }

    #[test]
    fn the_basic_set_names_the_organisation_and_its_domains() {
        // The first one is the initial one, as `/domains` tells it; here it is the default as well.
        let domain = |name: &str, first: bool| {
            json!({
                "capabilities": "Email, OfficeCommunicationsOnline", "isDefault": first, "isInitial": first,
                "name": name, "type": "Managed",
            })
        };
        let expected = json!({
            "id": "00000000-0000-0000-0000-000000000001",
            "displayName": "Waterkant",
            "verifiedDomains": [domain("waterkant.example", true), domain("waterkant.onmandate.example", false)],
        });
        assert_eq!(Value::Object(shown(&waterkant(), &Selection::Default, View::Basic)), expected);
    }

    #[test]
    fn the_full_set_has_its_collections_even_when_they_are_empty() {
        let full = shown(&waterkant(), &Selection::Default, View::Full);
        for (name, value) in [
            ("businessPhones", json!([])),
            ("assignedPlans", json!([])),
            ("countryLetterCode", json!("NL")),
            ("preferredLanguage", Value::Null),
            ("createdDateTime", json!("2026-11-23T06:14:52Z")),
            ("tenantType", json!("AAD")),
        ] {
            assert_eq!(full.get(name), Some(&value), "{name}");
        }
    }
}
