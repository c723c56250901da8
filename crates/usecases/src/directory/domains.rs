//! Names of the organisation added, proven by their DNS, changed and given up; and who bears one.

use super::related::MemberObject;
use crate::access::{Caller, Permit};
use crate::issuers::FetchRefusal;
use crate::settle::{Facing, UseCase};
use crate::{Fault, House};
use mandate_base::{CorrelationId, Draw, Folded, Moment, TenantId};
use mandate_domain::audit::{Activity, AuditEntry};
use mandate_domain::domains::{Domain, proof};
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
    /// Its DNS does not show the text of [`proof`]; what was found instead.
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

/// Asks the DNS of a name whether it is the caller's organisation's.
pub async fn is_shown(house: &House, caller: &Caller, _: &Permit, name: &Folded) -> Result<(), DomainRefusal> {
    let wanted = proof(caller.tenant, name.as_str());
    match house.outside.texts(name.as_str().to_owned()).await {
        Ok(texts) if texts.iter().any(|text| text.trim().eq_ignore_ascii_case(&wanted)) => Ok(()),
        Ok(_) => Err(DomainRefusal::NotShown(NotShown::Absent)),
        Err(refusal) => Err(DomainRefusal::NotShown(NotShown::Unasked(refusal))),
    }
}

/// Who bears a name: people in their own, applications in their identifier URIs. One page, and whether there is more.
pub async fn domain_references(
    house: &House,
    caller: &Caller,
    _: &Permit,
    name: &Folded,
    after: Option<&Place>,
    most: usize,
) -> Result<(Vec<MemberObject>, bool), Fault> {
    references(house.store.tenant(caller.tenant), name, after, most).await
}

/// People first. The place says by its name which kind the page before ended in.
async fn references(
    view: TenantView<'_>,
    name: &Folded,
    after: Option<&Place>,
    most: usize,
) -> Result<(Vec<MemberObject>, bool), Fault> {
    let query = |noun, after: Option<Place>, held: usize| Query {
        noun,
        condition: Some(bearing(noun, name)),
        order: Order::Id,
        after: after.map(|place| Place { name: String::new(), ..place }),
        most: most.saturating_sub(held) as i64 + 1,
    };
    let of = |noun| after.filter(|place| place.name == kind(noun)).cloned();
    let (in_users, in_apps) = (of(Noun::User), of(Noun::Application));
    let mut found = Vec::new();
    if in_apps.is_none() {
        found.extend(view.users_where(&query(Noun::User, in_users, 0)).await?.into_iter().map(MemberObject::User));
    }
    if found.len() <= most {
        let apps = view.applications_where(&query(Noun::Application, in_apps, found.len())).await?;
        found.extend(apps.into_iter().map(|card| MemberObject::Application(Arc::new(card))));
    }
    Ok(super::read::page(found, most))
}

/// Where the next page goes on.
pub fn place_of_reference(last: &MemberObject) -> Place {
    let noun = if matches!(last, MemberObject::Application(_)) { Noun::Application } else { Noun::User };
    Place { id: last.id(), name: kind(noun).to_owned() }
}

const fn kind(noun: Noun) -> &'static str {
    if matches!(noun, Noun::Application) { "application" } else { "user" }
}

fn bearing(noun: Noun, name: &Folded) -> Condition {
    if noun == Noun::User {
        return Condition::is("userPrincipalName", Test::EndsWith(format!("@{}", name.as_str())));
    }
    let forms = ["https", "http", "api"].into_iter().flat_map(|scheme| {
        let host = format!("{scheme}://{}", name.as_str());
        let below = ["/", ":"].map(|mark| Test::StartsWith(format!("{host}{mark}")));
        std::iter::once(Test::Equal(host)).chain(below)
    });
    Condition::Any(forms.map(|test| Condition::is("identifierUris", test)).collect())
}

pub struct DomainFacts {
    tenant: Option<Tenant>,
    /// Whose name it is, if anybody's.
    held_by: Option<TenantId>,
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
        Ok(DomainFacts {
            tenant: facing.global.tenant_by_id(facing.view.tenant_id()).await?,
            held_by: facing.global.tenant_of_domain(&self.name).await?,
            is_borne,
        })
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
        let own = facts.tenant.as_ref().map(|tenant| tenant.id);
        let elsewhere = facts.held_by.is_some() && facts.held_by != own;
        let taken =
            || DomainRefusal::from(Broken::new("id", Rule::Bad("is a verified domain of another organisation")));
        if let DomainEdit::Add(properties) = &self.edit {
            let (profile, made) = profile.with_domain(properties.clone())?;
            return if made.is_verified && elsewhere { Err(taken()) } else { Ok(profile) };
        }
        if before.is_none() {
            return Err(DomainRefusal::NoSuchObject);
        }
        match &self.edit {
            DomainEdit::Change(properties) => Ok(profile.with_domain_changed(&self.name, properties)?),
            DomainEdit::Proven if elsewhere => Err(taken()),
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
