//! `/domains`: the verified names of the organisation; and `/subscribedSkus`, of which there are none (graph-api.md §2.1).

use super::{collection, entity};
use crate::call::Call;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, column, many, more, shown};
use mandate_base::ObjectId;
use mandate_domain::tenant::VerifiedDomain;
use mandate_usecases::access::Permit;
use mandate_usecases::directory;
use mandate_web::Answer;
use serde_json::Value;

const COST: u8 = 1;

pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::DomainsList, None)?;
    call.refuse_queries()?;
    let selection = call.selection(&[&DOMAIN])?;
    let all = all(call, &permit).await?;
    let value = all.iter().map(|domain| shown(domain, &selection, permit.view())).collect();
    Ok(collection(call, call.context(DOMAIN.set, &selection, false), None, value, None, COST))
}

pub(super) async fn show(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let permit = call.permit(Op::DomainsGet, None)?;
    let selection = call.selection(&[&DOMAIN])?;
    let found = all(call, &permit).await?.into_iter().find(|domain| domain.held.name.eq_ignore_ascii_case(name));
    let domain = found.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
    Ok(entity(call, call.context(DOMAIN.set, &selection, true), shown(&domain, &selection, permit.view()), COST))
}

/// Nothing is sold here.
pub(super) fn no_skus(call: &Call<'_>) -> Result<Answer, Stop> {
    call.permit(Op::SubscribedSkusList, None)?;
    call.refuse_queries()?;
    let context = format!("{}/$metadata#subscribedSkus", call.root());
    Ok(collection(call, context, None, Vec::new(), None, COST))
}

struct Domain {
    held: VerifiedDomain,
    /// The first is what the organisation began with.
    initial: bool,
    default: bool,
}

async fn all(call: &Call<'_>, permit: &Permit) -> Result<Vec<Domain>, Stop> {
    let Some(tenant) = directory::organization(call.house, &call.caller, permit).await? else { return Ok(Vec::new()) };
    let default = tenant.default_domain().unwrap_or("").to_owned();
    let domains = tenant.profile.verified_domains.iter().enumerate();
    let all =
        domains.map(|(place, held)| Domain { initial: place == 0, default: held.name == default, held: held.clone() });
    Ok(all.collect())
}

impl Entity for Domain {
    const KIND: &'static Kind = &DOMAIN;

    /// A domain goes by its name.
    fn id(&self) -> ObjectId {
        ObjectId::from_u128(0)
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.held.name.as_str()),
            "authenticationType" => Value::from("Managed"),
            "isAdminManaged" | "isRoot" | "isVerified" => Value::Bool(true),
            "isDefault" => Value::Bool(self.default),
            "isInitial" => Value::Bool(self.initial),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

static DOMAIN: Kind = Kind { name: "microsoft.graph.domain", set: "domains", properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    column("authenticationType").default(),
    more("availabilityStatus").default(),
    column("isAdminManaged").default(),
    column("isDefault").default(),
    column("isInitial").default(),
    column("isRoot").default(),
    column("isVerified").default(),
    more("manufacturer"),
    more("model").default(),
    more("passwordNotificationWindowInDays").default(),
    more("passwordValidityPeriodInDays").default(),
    more("state").default(),
    many("supportedServices").default(),
];
