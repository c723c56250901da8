//! Names of the organisation added, proven by their DNS, changed and given up; and who bears one.

use super::related::MemberObject;
use crate::access::{Caller, Permit};
use crate::issuers::FetchRefusal;
use crate::settle::{Facing, UseCase};
use crate::{Fault, House};
use mandate_base::{CorrelationId, Draw, Folded, Moment, ObjectId};
use mandate_domain::application::Registration;
use mandate_domain::audit::{Activity, AuditEntry};
use mandate_domain::deleted::DeletedObject;
use mandate_domain::domains::{Domain, above, is_within};
use mandate_domain::properties::{Broken, Properties, Rule};
use mandate_domain::query::{Condition, Noun, Order, Place, Query, Test};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::tenant::{Tenant, TenantProfile};
use mandate_store::TenantView;
use serde_json::{Value, json};
use std::sync::Arc;

/// What becomes of a name.
pub enum DomainEdit {
    /// `POST /domains`
    Add(Properties),
    /// `PATCH /domains/{id}`
    Change(Properties),
    /// `POST /domains/{id}/verify`, once its DNS has shown what it should.
    Proven,
    /// `DELETE /domains/{id}`
    Remove,
}

pub struct EditDomain<'p> {
    pub permit: &'p Permit,
    pub name: Folded,
    pub edit: DomainEdit,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainRefusal {
    NoSuchObject,
    Broken(Broken),
    /// Its DNS does not show the text of [`domain_proof`]; what was found instead.
    NotShown(NotShown),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotShown {
    /// Other texts, or none.
    Absent,
    /// Nobody answered.
    Unasked(FetchRefusal),
}

impl From<Broken> for DomainRefusal {
    fn from(broken: Broken) -> DomainRefusal {
        DomainRefusal::Broken(broken)
    }
}

/// The text that shows in a name's DNS that it is the caller's organisation's.
pub fn domain_proof(house: &House, caller: &Caller, name: &Folded) -> String {
    house.keys().domain_proof(caller.tenant.bytes(), name.as_str())
}

/// Asks the DNS of a name whether it is the caller's organisation's.
pub async fn is_shown(house: &House, caller: &Caller, _: &Permit, name: &Folded) -> Result<(), DomainRefusal> {
    let wanted = domain_proof(house, caller, name);
    match house.outside.texts(name.as_str().to_owned()).await {
        Ok(texts) if texts.iter().any(|text| text.trim().eq_ignore_ascii_case(&wanted)) => Ok(()),
        Ok(_) => Err(DomainRefusal::NotShown(NotShown::Absent)),
        Err(refusal) => Err(DomainRefusal::NotShown(NotShown::Unasked(refusal))),
    }
}

/// Who bears a name: people in their own, applications in the hosts of their identifier URIs. One page, and where the next
/// one goes on.
pub async fn domain_references(
    house: &House,
    caller: &Caller,
    _: &Permit,
    name: &Folded,
    after: Option<Place>,
    most: usize,
) -> Result<(Vec<MemberObject>, Option<Place>), Fault> {
    references(house.store.tenant(caller.tenant), name, after, most).await
}

/// People first. The place says by its name which kind the page before ended in.
async fn references(
    view: TenantView<'_>,
    name: &Folded,
    after: Option<Place>,
    most: usize,
) -> Result<(Vec<MemberObject>, Option<Place>), Fault> {
    let in_apps = after.as_ref().filter(|place| place.name == APPLICATIONS).map(|place| place.id);
    let mut found = Vec::new();
    if in_apps.is_none() {
        let named = Condition::is("userPrincipalName", Test::EndsWith(format!("@{}", name.as_str())));
        let users = view.users_where(&query(Noun::User, named, after.map(|place| place.id), most + 1)).await?;
        let (users, more) = super::read::page(users, most);
        let last = users.last().map(|user| user.id.into());
        found.extend(users.into_iter().map(MemberObject::User));
        if let Some(id) = last.filter(|_| more) {
            return Ok((found, Some(Place { id, name: PEOPLE.to_owned() })));
        }
    }
    let (apps, next) = bearing(view, name, in_apps, most - found.len()).await?;
    found.extend(apps);
    Ok((found, next.map(|id| Place { id, name: APPLICATIONS.to_owned() })))
}

/// A URI's host may be below the name, which no index knows: applications that have one are looked through.
async fn bearing(
    view: TenantView<'_>,
    name: &Folded,
    after: Option<ObjectId>,
    most: usize,
) -> Result<(Vec<MemberObject>, Option<ObjectId>), Fault> {
    let (mut found, mut last) = (Vec::new(), after);
    loop {
        let some = view.applications_where(&query(Noun::Application, with_a_host(), last, AT_ONCE)).await?;
        let is_last = some.len() < AT_ONCE;
        for card in some {
            let id = card.application.into();
            if bears(&card.registration, name) {
                if found.len() == most {
                    return Ok((found, Some(last.unwrap_or(ObjectId::from_u128(0)))));
                }
                found.push(MemberObject::Application(Arc::new(card)));
            }
            last = Some(id);
        }
        if is_last {
            return Ok((found, None));
        }
    }
}

const AT_ONCE: usize = 200;
const PEOPLE: &str = "user";
const APPLICATIONS: &str = "application";

fn query(noun: Noun, condition: Condition, after: Option<ObjectId>, most: usize) -> Query {
    let after = after.map(|id| Place { id, name: String::new() });
    Query { noun, condition: Some(condition), order: Order::Id, after, most: most as i64 }
}

fn with_a_host() -> Condition {
    let begins = ["https://", "http://", "api://"].map(|scheme| Test::StartsWith(scheme.to_owned()));
    Condition::Any(begins.into_iter().map(|test| Condition::is("identifierUris", test)).collect())
}

/// As the rule for identifier URIs has it: the host is the name, or below it.
fn bears(registration: &Registration, name: &Folded) -> bool {
    hosts(registration).any(|host| is_within(&host, name))
}

/// Of URIs that name a place. `api://{GUID}` names an application, and has no dot.
fn hosts(registration: &Registration) -> impl Iterator<Item = Folded> {
    registration.identifier_uris.iter().filter_map(|uri| {
        let (_, behind) = uri.split_once("://")?;
        let place = behind.split(['/', '?', '#']).next().unwrap_or("");
        let host = place.rsplit('@').next().and_then(|host| host.split(':').next()).unwrap_or("");
        host.contains('.').then(|| Folded::of(host))
    })
}

/// The name that an object which comes back would bear, where its domain was given up meanwhile: by now it may be somebody
/// else's. An organisation that has none is not asked about them.
pub(super) fn lost_name(object: &DeletedObject, profile: &TenantProfile) -> Option<Broken> {
    if profile.verified_domains.is_empty() {
        return None;
    }
    let (property, lost) = match object {
        DeletedObject::User(user) => {
            ("userPrincipalName", Some(user.upn.domain()).filter(|name| !profile.is_proven(name)))
        }
        DeletedObject::Application(card) => {
            ("identifierUris", hosts(&card.registration).find(|host| !profile.is_within_proven(host)))
        }
        _ => return None,
    };
    lost.map(|name| Broken::new(property, Rule::NotVerified(name.into_string())))
}

pub struct DomainFacts {
    tenant: Option<Tenant>,
    /// The name, or one above it, is another organisation's.
    elsewhere: bool,
    is_borne: bool,
}

impl UseCase for EditDomain<'_> {
    type Facts = DomainFacts;
    type Reply = Option<Domain>;
    type Refusal = DomainRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<DomainFacts, Fault> {
        let is_borne = match self.edit {
            DomainEdit::Remove => !references(facing.view, &self.name, None, 1).await?.0.is_empty(),
            _ => false,
        };
        let own = facing.view.tenant_id();
        let mut elsewhere = false;
        for name in std::iter::once(self.name.clone()).chain(above(&self.name)) {
            elsewhere |= facing.global.tenant_of_domain(&name).await?.is_some_and(|holder| holder != own);
        }
        Ok(DomainFacts { tenant: facing.global.tenant_by_id(own).await?, elsewhere, is_borne })
    }

    fn plan(&self, facts: DomainFacts, _: Moment, _: &mut dyn Draw) -> Plan<Option<Domain>, DomainRefusal> {
        let Some(tenant) = &facts.tenant else { return Plan::refuse(DomainRefusal::NoSuchObject) };
        let before = tenant.profile.domain(&self.name);
        let profile = match self.edited(&tenant.profile, before.as_ref(), &facts) {
            Ok(profile) => profile,
            Err(refusal) => return Plan::refuse(refusal),
        };
        let after = profile.domain(&self.name);
        if profile == tenant.profile {
            return Plan::answer(after, Record::default());
        }
        let (was, is) = (before.as_ref().is_some_and(is_verified), after.as_ref().is_some_and(is_verified));
        let mut record = Record::default();
        let entry = self.entry(tenant, before.as_ref(), after.as_ref());
        record.change(Change::TenantSettings(Box::new(Tenant { profile, ..tenant.clone() })), entry);
        match (was, is) {
            (false, true) => record.and(Change::DomainAdded(self.name.clone())),
            (true, false) => record.and(Change::DomainRemoved(self.name.clone())),
            _ => {}
        }
        Plan::answer(after, record)
    }
}

impl EditDomain<'_> {
    fn edited(
        &self,
        profile: &TenantProfile,
        before: Option<&Domain>,
        facts: &DomainFacts,
    ) -> Result<TenantProfile, DomainRefusal> {
        let told = Rule::Bad("is a verified domain of another organisation, or stands below one");
        let taken = || DomainRefusal::from(Broken::new("id", told.clone()));
        if let DomainEdit::Add(properties) = &self.edit {
            let (profile, made) = profile.with_domain(properties.clone())?;
            return if made.is_verified && facts.elsewhere { Err(taken()) } else { Ok(profile) };
        }
        if before.is_none() {
            return Err(DomainRefusal::NoSuchObject);
        }
        match &self.edit {
            DomainEdit::Change(properties) => Ok(profile.with_domain_changed(&self.name, properties)?),
            DomainEdit::Proven if facts.elsewhere => Err(taken()),
            DomainEdit::Proven => Ok(profile.proven(&self.name)),
            _ if facts.is_borne => {
                let rule = Rule::Bad("is borne by objects of the directory; its domainNameReferences name them");
                Err(Broken::new("id", rule).into())
            }
            _ => Ok(profile.without_domain(&self.name)?),
        }
    }

    fn entry(&self, tenant: &Tenant, before: Option<&Domain>, after: Option<&Domain>) -> AuditEntry {
        let verified = after.or(before).is_some_and(is_verified);
        let activity = match (&self.edit, verified) {
            (DomainEdit::Add(_), true) => Activity::AddVerifiedDomain,
            (DomainEdit::Add(_), false) => Activity::AddUnverifiedDomain,
            (DomainEdit::Change(_), _) => Activity::UpdateDomain,
            (DomainEdit::Proven, _) => Activity::VerifyDomain,
            (DomainEdit::Remove, true) => Activity::RemoveVerifiedDomain,
            (DomainEdit::Remove, false) => Activity::RemoveUnverifiedDomain,
        };
        // It has no id but its name: the audit names the organisation.
        let entry = self.permit.doer(self.correlation).entry(activity).target(tenant.id, "Domain", self.name.as_str());
        entry.differences(&told(before), &told(after))
    }
}

fn is_verified(domain: &Domain) -> bool {
    domain.is_verified
}

fn told(domain: Option<&Domain>) -> Properties {
    let Some(domain) = domain else { return Properties::new() };
    let mut told = domain.more.clone();
    let flags = json!({ "isDefault": domain.is_default, "isVerified": domain.is_verified });
    if let Value::Object(flags) = flags {
        told.extend(flags);
    }
    told
}
