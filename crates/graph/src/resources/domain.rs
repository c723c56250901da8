//! `/domains`: the names of the organisation, proven and unproven; and `/subscribedSkus`, of which there are none
//! (graph-api.md §2.1).

use super::relation::Listed;
use super::{collection, entity, made};
use crate::body;
use crate::call::Call;
use crate::dispatch::DomainPart;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::paging::Pages;
use crate::property::{Entity, Kind, Property, column, many, more, shown};
use crate::respond;
use http::Method;
use mandate_base::{Folded, ObjectId};
use mandate_domain::domains::{Domain, check_name};
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, DomainEdit, DomainRefusal, EditDomain, NotShown};
use mandate_usecases::settle;
use mandate_web::Answer;
use serde_json::{Map, Value, json};

const COST: u8 = 1;

pub(super) async fn answer_all(call: &Call<'_>) -> Result<Answer, Stop> {
    if call.method == Method::POST { add(call).await } else { list(call).await }
}

async fn list(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::DomainsList, None)?;
    call.refuse_queries()?;
    let selection = call.selection(&[&DOMAIN])?;
    let all = all(call, &permit).await?;
    let value = all.iter().map(|domain| shown(domain, &selection, permit.view())).collect();
    Ok(collection(call, call.context(DOMAIN.set, &selection, false), None, value, None, COST))
}

const READ_ONLY: &[&str] = &[
    "authenticationType",
    "availabilityStatus",
    "isAdminManaged",
    "isInitial",
    "isRoot",
    "isVerified",
    "manufacturer",
    "model",
    "state",
];

async fn add(call: &Call<'_>) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let permit = call.permit(Op::DomainsCreate, None)?;
    let properties = body::read_object(call, "domain", READ_ONLY)?.properties;
    let asked = properties.get("id").and_then(Value::as_str).unwrap_or("");
    let name = check_name(asked).map_err(Refusal::Broken)?;
    let added = edit(call, &permit, &name, DomainEdit::Add(properties)).await?;
    let domain = added.ok_or_else(|| Refusal::NoSuchObject(name.as_str().to_owned()))?;
    let location = format!("{}/domains/{}", call.root(), domain.name);
    Ok(made(call, DOMAIN.set, &domain, &location, COST))
}

pub(super) async fn answer_one(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let key = Folded::of(name);
    if call.method == Method::GET {
        return show(call, Op::DomainsGet, name).await;
    }
    let removes = call.method == Method::DELETE;
    let permit = call.permit(if removes { Op::DomainsDelete } else { Op::DomainsUpdate }, None)?;
    let change = match removes {
        true => DomainEdit::Remove,
        false => {
            let read_only: Vec<&str> = READ_ONLY.iter().copied().chain(["id"]).collect();
            DomainEdit::Change(body::read_change(call, "domain", &read_only, name)?.properties)
        }
    };
    edit(call, &permit, &key, change).await?;
    Ok(respond::nothing())
}

pub(super) async fn part(call: &Call<'_>, name: &str, part: DomainPart) -> Result<Answer, Stop> {
    match part {
        DomainPart::Verify => verify(call, name).await,
        DomainPart::VerificationRecords => records(call, name, Op::DomainsVerificationRecords).await,
        DomainPart::ServiceRecords => records(call, name, Op::DomainsServiceRecords).await,
        DomainPart::References => references(call, name).await,
        DomainPart::Root => {
            call.refuse_paging()?;
            show(call, Op::DomainsRoot, name).await
        }
    }
}

/// The domain itself, or the one that it stands below.
async fn show(call: &Call<'_>, op: Op, name: &str) -> Result<Answer, Stop> {
    let permit = call.permit(op, None)?;
    let selection = call.selection(&[&DOMAIN])?;
    let mut domain = named(call, &permit, name).await?;
    if let Some(root) = domain.root.clone().filter(|_| op == Op::DomainsRoot) {
        domain = named(call, &permit, &root).await?;
    }
    Ok(entity(call, call.context(DOMAIN.set, &selection, true), shown(&domain, &selection, permit.view()), COST))
}

/// The DNS is asked each time, and only for a name that is not proven.
async fn verify(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let permit = call.permit(Op::DomainsVerify, None)?;
    let key = Folded::of(name);
    if !named(call, &permit, name).await?.is_verified {
        let shown = directory::is_shown(call.house, &call.caller, &permit, &key).await;
        shown.map_err(|refusal| told(refusal, &key))?;
    }
    let proven = edit(call, &permit, &key, DomainEdit::Proven).await?;
    let domain = proven.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
    let selection = call.selection(&[&DOMAIN])?;
    Ok(entity(call, call.context(DOMAIN.set, &selection, true), shown(&domain, &selection, permit.view()), COST))
}

/// What its DNS is to say: the proof, for verification; for services nothing, since none of them are here.
async fn records(call: &Call<'_>, name: &str, op: Op) -> Result<Answer, Stop> {
    let permit = call.permit(op, None)?;
    call.refuse_queries()?;
    let domain = named(call, &permit, name).await?;
    let (set, value) = match op {
        Op::DomainsVerificationRecords => ("verificationDnsRecords", vec![proof_record(call, &domain)]),
        _ => ("serviceConfigurationRecords", Vec::new()),
    };
    let context = format!("{}/$metadata#domains('{}')/{set}", call.root(), domain.name);
    Ok(collection(call, context, None, value, None, COST))
}

fn proof_record(call: &Call<'_>, domain: &Domain) -> Map<String, Value> {
    let text = directory::domain_proof(call.house, &call.caller, &Folded::of(&domain.name));
    let id = ObjectId::named(call.caller.tenant.bytes(), &format!("{} {text}", domain.name));
    let record = json!({
        "@odata.type": "#microsoft.graph.domainDnsTxtRecord",
        "id": id.to_string(),
        "isOptional": false,
        "label": domain.name,
        "recordType": "Txt",
        "supportedService": "Email",
        "ttl": 3600,
        "text": text,
    });
    if let Value::Object(record) = record { record } else { Map::new() }
}

async fn references(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    let permit = call.permit(Op::DomainsReferences, None)?;
    call.refuse_queries()?;
    let domain = named(call, &permit, name).await?;
    let listed = Listed::of(call, None)?;
    let pages = Pages::of(call, Op::DomainsReferences, &format!("/domains/{}/domainNameReferences", domain.name));
    let (key, after) = (Folded::of(&domain.name), pages.place()?);
    let (house, caller) = (call.house, &call.caller);
    let (found, next) = directory::domain_references(house, caller, &permit, &key, after, pages.most()).await?;
    let next = next.map(|place| pages.next_place(&place));
    let value = found.iter().filter_map(|object| listed.show(call, object)).collect();
    Ok(collection(call, listed.context(call), None, value, next, COST))
}

/// Nothing is sold here.
pub(super) fn no_skus(call: &Call<'_>) -> Result<Answer, Stop> {
    call.permit(Op::SubscribedSkusList, None)?;
    call.refuse_queries()?;
    let context = format!("{}/$metadata#subscribedSkus", call.root());
    Ok(collection(call, context, None, Vec::new(), None, COST))
}

async fn all(call: &Call<'_>, permit: &Permit) -> Result<Vec<Domain>, Stop> {
    let tenant = directory::organization(call.house, &call.caller, permit).await?;
    Ok(tenant.map(|tenant| tenant.profile.domains()).unwrap_or_default())
}

async fn named(call: &Call<'_>, permit: &Permit, name: &str) -> Result<Domain, Stop> {
    let tenant = directory::organization(call.house, &call.caller, permit).await?;
    let found = tenant.and_then(|tenant| tenant.profile.domain(&Folded::of(name)));
    Ok(found.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?)
}

async fn edit(call: &Call<'_>, permit: &Permit, name: &Folded, edit: DomainEdit) -> Result<Option<Domain>, Stop> {
    let deed = EditDomain { permit, name: name.clone(), edit, correlation: call.correlation };
    let done = settle(call.house, call.caller.tenant, &deed).await?;
    Ok(done.map_err(|refusal| told(refusal, name))?)
}

fn told(refusal: DomainRefusal, name: &Folded) -> Refusal {
    match refusal {
        DomainRefusal::NoSuchObject => Refusal::NoSuchObject(name.as_str().to_owned()),
        DomainRefusal::Broken(broken) => Refusal::Broken(broken),
        DomainRefusal::NotShown(NotShown::Absent) => Refusal::Invalid(format!(
            "The domain '{}' could not be verified: its DNS shows no TXT record with the text of its \
             verificationDnsRecords.",
            name.as_str()
        )),
        DomainRefusal::NotShown(NotShown::Unasked(_)) => Refusal::Invalid(format!(
            "The domain '{}' could not be verified: its DNS did not answer. Try again later.",
            name.as_str()
        )),
    }
}

impl Entity for Domain {
    const KIND: &'static Kind = &DOMAIN;

    /// A domain goes by its name.
    fn id(&self) -> ObjectId {
        ObjectId::from_u128(0)
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.name.as_str()),
            "authenticationType" => Value::from("Managed"),
            "isAdminManaged" => Value::Bool(true),
            "isRoot" => Value::Bool(self.root.is_none()),
            "isVerified" => Value::Bool(self.is_verified),
            "isDefault" => Value::Bool(self.is_default),
            "isInitial" => Value::Bool(self.is_initial),
            _ => Value::Null,
        }
    }

    fn more(&self, name: &str) -> Option<&Value> {
        self.more.get(name)
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
