//! Instances of apps in a tenant: brought in, changed, and given secrets of their own.

use super::applications::{AppRefusal, link_policy};
use super::credentials::{
    CertificateAsked, NewSecret, SecretAsked, certificate, certificates, check_count, make_secret,
};
use super::principals::{Named, Owner, named, owners};
use crate::Fault;
use crate::access::{Caller, Permit, Who};
use crate::settle::{Facing, UseCase};
use mandate_base::{AppId, CorrelationId, Draw, Folded, Moment, ObjectId, ServicePrincipalId};
use mandate_domain::app_policies::PolicyKind;
use mandate_domain::application::AppCard;
use mandate_domain::audit::Activity;
use mandate_domain::catalogue::GRAPH;
use mandate_domain::group::{Link, LinkRole, MemberKind};
use mandate_domain::properties::{Broken, Properties, Rule, check_text, merge};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::registration::check_tags;
use mandate_domain::service_principal::{Classification, ServicePrincipal, SpMore};
use mandate_domain::signin::steps::may_cross;
use mandate_domain::tenant::Tenant;
use serde_json::Value;
use std::sync::Arc;

/// `POST /servicePrincipals`
pub struct NewInstance<'a> {
    pub permit: &'a Permit,
    pub caller: &'a Caller,
    pub app: AppId,
    pub properties: Properties,
    /// Besides whoever makes it.
    pub owners: Vec<ObjectId>,
    pub correlation: CorrelationId,
}

pub struct ChangeInstance<'a> {
    pub permit: &'a Permit,
    pub instance: ServicePrincipalId,
    pub edit: InstanceEdit,
    pub correlation: CorrelationId,
}

pub enum InstanceEdit {
    /// Certificates are a whole list, where there is one.
    Merge {
        properties: Properties,
        certificates: Option<Vec<CertificateAsked>>,
    },
    AddSecret(SecretAsked),
    RemoveSecret(ObjectId),
    AddCertificate(CertificateAsked),
    RemoveCertificate(ObjectId),
    Classify(Classification),
    Declassify(ObjectId),
    /// One of the organisation's own, and whether it comes or goes.
    Policy {
        kind: PolicyKind,
        id: ObjectId,
        put: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceRefusal {
    NoSuchObject,
    NoSuchPart(ObjectId),
    /// Nobody that could own it.
    NoSuchOwner(ObjectId),
    /// No app has this id, or none that may come here.
    NoSuchApp,
    AlreadyThere,
    /// The caller may bring in only what is registered here and is theirs.
    NotTheirs,
    /// The app's owner keeps other tenants from changing this (`servicePrincipalLockConfiguration`).
    Locked,
    Broken(Broken),
}

impl From<Broken> for InstanceRefusal {
    fn from(broken: Broken) -> InstanceRefusal {
        InstanceRefusal::Broken(broken)
    }
}

impl From<AppRefusal> for InstanceRefusal {
    fn from(refusal: AppRefusal) -> InstanceRefusal {
        match refusal {
            AppRefusal::NoSuchPart(id) => InstanceRefusal::NoSuchPart(id),
            AppRefusal::NoSuchOwner(id) => InstanceRefusal::NoSuchOwner(id),
            AppRefusal::NoSuchObject => InstanceRefusal::NoSuchObject,
            AppRefusal::Broken(broken) => InstanceRefusal::Broken(broken),
        }
    }
}

pub struct NewInstanceFacts {
    card: Option<Arc<AppCard>>,
    here: Option<ServicePrincipal>,
    tenant: mandate_base::TenantId,
    /// The caller owns the app.
    owned: bool,
    taken: Option<Broken>,
    owners: Vec<(ObjectId, Option<Named>)>,
}

impl UseCase for NewInstance<'_> {
    type Facts = NewInstanceFacts;
    type Reply = ServicePrincipal;
    type Refusal = InstanceRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<NewInstanceFacts, Fault> {
        let card = facing.global.card_by_app_id(self.app).await?;
        let owned = match &card {
            Some(card) => facing.view.link(card.application, LinkRole::Owner, self.caller.object()).await?.is_some(),
            None => false,
        };
        Ok(NewInstanceFacts {
            here: facing.view.sp_by_app(self.app).await?,
            tenant: facing.view.tenant_id(),
            taken: taken(facing, &self.properties, None).await?,
            owners: named(facing, &self.owners).await?,
            card,
            owned,
        })
    }

    fn plan(
        &self,
        facts: NewInstanceFacts,
        now: Moment,
        draw: &mut dyn Draw,
    ) -> Plan<ServicePrincipal, InstanceRefusal> {
        match self.made(facts, now, draw) {
            Ok((instance, record)) => Plan::answer(instance, record),
            Err(refusal) => Plan::refuse(refusal),
        }
    }
}

impl NewInstance<'_> {
    fn made(
        &self,
        facts: NewInstanceFacts,
        now: Moment,
        draw: &mut dyn Draw,
    ) -> Result<(ServicePrincipal, Record), InstanceRefusal> {
        let NewInstanceFacts { card, here, tenant, owned, taken, owners: named } = facts;
        let card = card.filter(|card| may_cross(card, tenant)).ok_or(InstanceRefusal::NoSuchApp)?;
        if self.only_theirs() && !(card.home == tenant && owned) {
            return Err(InstanceRefusal::NotTheirs);
        }
        if here.is_some() {
            return Err(InstanceRefusal::AlreadyThere);
        }
        if let Some(broken) = taken {
            return Err(broken.into());
        }
        let mut instance = ServicePrincipal::begin(&card, draw.timed_id(now).into(), now);
        apply(&mut instance, &self.properties, &card)?;
        self.permit.sign(&mut instance.more.other);
        let doer = self.permit.doer(self.correlation);
        let mut record = Record::default();
        let entry = doer.entry(Activity::AddServicePrincipal);
        let entry = entry.target(instance.id, "ServicePrincipal", &instance.display_name);
        record.change(Change::ServicePrincipalAdded(Box::new(instance.clone())), entry);
        for (owner, kind, name) in owners(named, self.maker()).map_err(InstanceRefusal::NoSuchOwner)? {
            let link = Link { of: instance.id.into(), member: owner, kind, role: LinkRole::Owner };
            let entry = doer.entry(Activity::AddOwnerToServicePrincipal).target(owner, kind.word(), &name);
            record
                .change(Change::LinkAdded(link), entry.target(instance.id, "ServicePrincipal", &instance.display_name));
        }
        Ok((instance, record))
    }

    /// Plain members and Application Developers, and apps that may write what they own (graph-api.md §1.3, R4).
    fn only_theirs(&self) -> bool {
        self.permit.is_by_action("microsoft.directory/servicePrincipals/createAsOwner")
            || self.permit.is_by("Application.ReadWrite.OwnedBy")
    }

    fn maker(&self) -> Option<Owner> {
        match &self.caller.who {
            Who::Person(person) => Some((person.user.id.into(), MemberKind::User, person.user.display_name.clone())),
            Who::App(_) if self.only_theirs() => {
                Some((self.caller.client_sp.into(), MemberKind::ServicePrincipal, String::new()))
            }
            Who::App(_) => None,
        }
    }
}

pub struct InstanceFacts {
    instance: Option<ServicePrincipal>,
    card: Option<Arc<AppCard>>,
    tenant: Option<Arc<Tenant>>,
    taken: Option<Broken>,
}

/// An instance as it is afterwards, and what was made besides.
pub struct WrittenInstance {
    pub instance: ServicePrincipal,
    pub secret: Option<NewSecret>,
    pub part: Option<ObjectId>,
}

impl UseCase for ChangeInstance<'_> {
    type Facts = InstanceFacts;
    type Reply = WrittenInstance;
    type Refusal = InstanceRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<InstanceFacts, Fault> {
        let instance = facing.view.sp_by_id(self.instance).await?;
        let card = match &instance {
            Some(instance) => facing.card(instance.app_id).await?,
            None => None,
        };
        let taken = match &self.edit {
            InstanceEdit::Merge { properties, .. } => taken(facing, properties, Some(self.instance)).await?,
            _ => None,
        };
        Ok(InstanceFacts { instance, card, tenant: facing.tenant().await?, taken })
    }

    fn plan(&self, facts: InstanceFacts, now: Moment, draw: &mut dyn Draw) -> Plan<WrittenInstance, InstanceRefusal> {
        let InstanceFacts { instance, card, tenant, taken } = facts;
        let (Some(before), Some(tenant)) = (instance, tenant) else {
            return Plan::refuse(InstanceRefusal::NoSuchObject);
        };
        if let Some(broken) = taken {
            return Plan::refuse(broken.into());
        }
        if card.as_ref().is_some_and(|card| card.home != tenant.id && self.is_locked(card)) {
            return Plan::refuse(InstanceRefusal::Locked);
        }
        let mut written = WrittenInstance { instance: before.clone(), secret: None, part: None };
        if let Err(refusal) = self.apply(&mut written, card.as_deref(), &tenant, now, draw) {
            return Plan::refuse(refusal);
        }
        let mut record = Record::default();
        if written.instance != before {
            let after = &written.instance;
            let entry = self.permit.doer(self.correlation).entry(self.activity());
            let entry = entry.target(after.id, "ServicePrincipal", &after.display_name);
            let entry = entry.differences(&properties_of(&before), &properties_of(after));
            record.change(Change::ServicePrincipalUpdated(Box::new(after.clone())), entry);
        }
        Plan::answer(written, record)
    }
}

impl ChangeInstance<'_> {
    fn apply(
        &self,
        written: &mut WrittenInstance,
        card: Option<&AppCard>,
        tenant: &Tenant,
        now: Moment,
        draw: &mut dyn Draw,
    ) -> Result<(), InstanceRefusal> {
        let created = written.instance.created;
        let more = &mut written.instance.more;
        let under = more.app_management_policies.clone();
        let rules = tenant.settings.rules_of_instance(&under, created);
        match &self.edit {
            InstanceEdit::Merge { properties, certificates: asked } => {
                if let Some(asked) = asked {
                    more.certificates = certificates(&more.certificates, asked, &rules, draw)?;
                }
                let card = card.ok_or(InstanceRefusal::NoSuchApp)?;
                apply(&mut written.instance, properties, card)?;
            }
            InstanceEdit::AddSecret(asked) => {
                let made = make_secret(asked, &rules, now, draw)?;
                written.part = Some(made.held.key_id);
                more.secrets.push(made.held.clone());
                written.secret = Some(made);
            }
            InstanceEdit::RemoveSecret(id) => remove(&mut more.secrets, *id, |held| held.key_id)?,
            InstanceEdit::AddCertificate(asked) => {
                let made = certificate(asked, &rules, draw)?;
                written.part = Some(made.key_id);
                more.certificates.push(made);
            }
            InstanceEdit::RemoveCertificate(id) => remove(&mut more.certificates, *id, |held| held.key_id)?,
            InstanceEdit::Classify(class) => {
                let published = card.and_then(|card| card.registration.scope_by_id(class.permission_id));
                let scope = published.ok_or_else(|| Broken::new("permissionId", Rule::Bad(NO_SCOPE)))?;
                more.delegated_permission_classifications.retain(|held| held.permission_id != class.permission_id);
                let class = Classification { permission_name: scope.value.clone(), ..class.clone() };
                more.delegated_permission_classifications.push(class);
            }
            InstanceEdit::Policy { kind, id, put } => {
                let list = match kind {
                    PolicyKind::TokenLifetime => &mut more.token_lifetime_policies,
                    PolicyKind::ClaimsMapping => &mut more.claims_mapping_policies,
                    PolicyKind::AppManagement => &mut more.app_management_policies,
                };
                link_policy(list, *kind, *id, *put, tenant)?;
            }
            InstanceEdit::Declassify(id) => {
                remove(&mut more.delegated_permission_classifications, *id, |held| held.permission_id)?;
            }
        }
        let more = &written.instance.more;
        Ok(check_count(&more.secrets, &more.certificates)?)
    }

    fn activity(&self) -> Activity {
        match &self.edit {
            InstanceEdit::AddSecret(_) | InstanceEdit::AddCertificate(_) => Activity::AddServicePrincipalCredentials,
            InstanceEdit::RemoveSecret(_) | InstanceEdit::RemoveCertificate(_) => {
                Activity::RemoveServicePrincipalCredentials
            }
            _ => Activity::UpdateServicePrincipal,
        }
    }

    fn is_locked(&self, card: &AppCard) -> bool {
        let lock = card.registration.other.get("servicePrincipalLockConfiguration");
        let on = |name: &str| lock.and_then(|lock| lock.get(name)).and_then(Value::as_bool) == Some(true);
        let touched: &[&str] = match &self.edit {
            InstanceEdit::AddSecret(_) | InstanceEdit::RemoveSecret(_) => {
                &["credentialsWithUsageSign", "credentialsWithUsageVerify"]
            }
            InstanceEdit::AddCertificate(_) | InstanceEdit::RemoveCertificate(_) => &["credentialsWithUsageVerify"],
            InstanceEdit::Merge { properties, certificates } => {
                match (certificates.is_some(), properties.contains_key("tokenEncryptionKeyId")) {
                    (true, true) => &["credentialsWithUsageVerify", "tokenEncryptionKeyId"],
                    (true, false) => &["credentialsWithUsageVerify"],
                    (false, true) => &["tokenEncryptionKeyId"],
                    (false, false) => return false,
                }
            }
            _ => return false,
        };
        on("isEnabled") && (on("allProperties") || touched.iter().any(|name| on(name)))
    }
}

const NO_SCOPE: &str = "is the id of no delegated permission of this service principal";
const LONGEST_NAME: usize = 256;
const LONGEST_TEXT: usize = 1024;

/// What was written: columns of their own first, and the rest among what is kept as it was set.
fn apply(instance: &mut ServicePrincipal, properties: &Properties, card: &AppCard) -> Result<(), Broken> {
    let mut rest = Properties::new();
    for (name, value) in properties {
        let needed = || Broken::new(name.as_str(), Rule::Required);
        match name.as_str() {
            "displayName" => instance.display_name = value.as_str().ok_or_else(needed)?.to_owned(),
            "accountEnabled" => instance.account_enabled = value.as_bool().ok_or_else(needed)?,
            "appRoleAssignmentRequired" => {
                instance.app_role_assignment_required = value.as_bool().unwrap_or(false);
            }
            _ => drop(rest.insert(name.clone(), value.clone())),
        }
    }
    if card.app_id == GRAPH && (!instance.account_enabled || instance.app_role_assignment_required) {
        // Nobody could turn it on again: that, too, is a call of it.
        let name = if instance.account_enabled { "appRoleAssignmentRequired" } else { "accountEnabled" };
        return Err(Broken::new(name, Rule::Bad("everything is managed through this service principal")));
    }
    check_text("displayName", &instance.display_name, LONGEST_NAME)?;
    instance.more = merged(&instance.more, &rest)?;
    check_tags(&instance.more.tags)?;
    check_names(instance, card)?;
    let long = |value: &Value| value.as_str().is_some_and(|text| text.chars().nth(LONGEST_TEXT).is_some());
    match instance.more.other.iter().find(|(_, value)| long(value)) {
        Some((name, _)) => Err(Broken::new(name.as_str(), Rule::TooLong(LONGEST_TEXT))),
        None => Ok(()),
    }
}

fn merged(held: &SpMore, change: &Properties) -> Result<SpMore, Broken> {
    let Ok(Value::Object(mut all)) = serde_json::to_value(held) else { return Ok(held.clone()) };
    for (name, value) in change {
        merge(&mut all, &Properties::from_iter([(name.clone(), value.clone())]));
        if serde_json::from_value::<SpMore>(Value::Object(all.clone())).is_err() {
            return Err(Broken::new(name.as_str(), Rule::Mistyped));
        }
    }
    serde_json::from_value(Value::Object(all)).map_err(|_| Broken::new("", Rule::Mistyped))
}

/// An instance always answers to its app's id.
fn check_names(instance: &mut ServicePrincipal, card: &AppCard) -> Result<(), Broken> {
    const NAMES: &str = "servicePrincipalNames";
    let (names, own) = (&mut instance.more.service_principal_names, card.app_id.to_string());
    if !names.iter().any(|name| name.eq_ignore_ascii_case(&own)) {
        names.insert(0, own);
    }
    let known = |name: &String| card.registration.identifier_uris.contains(name) || name.contains("://");
    match names.iter().skip(1).find(|name| !known(name) && name.len() > LONGEST_NAME) {
        Some(_) => Err(Broken::new(NAMES, Rule::TooLong(LONGEST_NAME))),
        None => Ok(()),
    }
}

fn remove<T>(list: &mut Vec<T>, id: ObjectId, id_of: impl Fn(&T) -> ObjectId) -> Result<(), InstanceRefusal> {
    let before = list.len();
    list.retain(|held| id_of(held) != id);
    if list.len() == before { Err(InstanceRefusal::NoSuchPart(id)) } else { Ok(()) }
}

/// What the audit compares: what is told of proofs is their ids.
fn properties_of(instance: &ServicePrincipal) -> Properties {
    let more = &instance.more;
    let mut properties = more.other.clone();
    let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    put("displayName", instance.display_name.clone().into());
    put("accountEnabled", instance.account_enabled.into());
    put("appRoleAssignmentRequired", instance.app_role_assignment_required.into());
    put("tags", more.tags.clone().into());
    put("notes", more.notes.clone().into());
    put("servicePrincipalNames", more.service_principal_names.clone().into());
    let secrets: Vec<String> = more.secrets.iter().map(|held| held.key_id.to_string()).collect();
    put("passwordCredentials", secrets.into());
    let certificates: Vec<String> = more.certificates.iter().map(|held| held.key_id.to_string()).collect();
    put("keyCredentials", certificates.into());
    let classes = &more.delegated_permission_classifications;
    let policies = more.token_lifetime_policies.iter().chain(&more.claims_mapping_policies);
    let policies: Vec<String> = policies.chain(&more.app_management_policies).map(ObjectId::to_string).collect();
    put("policies", policies.into());
    put("delegatedPermissionClassifications", serde_json::to_value(classes).unwrap_or(Value::Null));
    properties
}

/// A name that another instance here answers to.
async fn taken(
    facing: Facing<'_>,
    properties: &Properties,
    own: Option<ServicePrincipalId>,
) -> Result<Option<Broken>, Fault> {
    const NAMES: &str = "servicePrincipalNames";
    let names = properties.get(NAMES).and_then(Value::as_array);
    for name in names.into_iter().flatten().filter_map(Value::as_str).take(100) {
        let held = facing.view.sp_by_name(&Folded::of(name)).await?;
        if held.is_some_and(|held| own != Some(held.id)) {
            return Ok(Some(Broken::new(NAMES, Rule::Taken)));
        }
    }
    Ok(None)
}
