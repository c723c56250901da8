//! Applications registered and changed, with the instance in their home following.

use super::credentials::{
    CertificateAsked, NewSecret, SecretAsked, certificate, certificates, check_count, make_secret,
};
use super::principals::{Named, Owner, named, owners};
use crate::Fault;
use crate::access::{Caller, Permit, Who};
use crate::settle::{Facing, UseCase};
use mandate_base::{AppId, ApplicationId, CorrelationId, Draw, Folded, Moment, ObjectId};
use mandate_domain::app_policies::{AppRules, PolicyKind};
use mandate_domain::application::{AppCard, FederatedCredential, Registration};
use mandate_domain::audit::{Activity, AuditEntry, Doer};
use mandate_domain::extension;
use mandate_domain::federated;
use mandate_domain::group::{Link, LinkRole, MemberKind};
use mandate_domain::logo::Logo;
use mandate_domain::properties::{Broken, Properties, Rule};
use mandate_domain::query::{Condition, Noun, Order, Query, Test, compared};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::registration;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::tenant::Tenant;
use mandate_jose::hash::sha256;
use std::sync::Arc;

/// `POST /applications`
pub struct NewApplication<'a> {
    pub permit: &'a Permit,
    pub caller: &'a Caller,
    pub properties: Properties,
    pub owners: Vec<ObjectId>,
    pub secrets: Vec<SecretAsked>,
    pub certificates: Vec<CertificateAsked>,
    pub correlation: CorrelationId,
}

/// Whatever changes an application.
pub struct ChangeApplication<'a> {
    pub permit: &'a Permit,
    pub application: ApplicationId,
    pub edit: AppEdit,
    pub correlation: CorrelationId,
}

pub enum AppEdit {
    Merge {
        properties: Properties,
        /// The whole list, where it was written.
        certificates: Option<Vec<CertificateAsked>>,
    },
    AddSecret(SecretAsked),
    RemoveSecret(ObjectId),
    AddCertificate(CertificateAsked),
    RemoveCertificate(ObjectId),
    AddFederated(Properties),
    ChangeFederated(ObjectId, Properties),
    RemoveFederated(ObjectId),
    DefineExtension(Properties),
    RemoveExtension(ObjectId),
    /// One of the organisation's own.
    Policy {
        kind: PolicyKind,
        id: ObjectId,
        /// Under it, or out from under it.
        put: bool,
    },
    /// Where it is shown from goes into the registration.
    Logo {
        logo: Logo,
        /// The origin that shows it.
        login: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppRefusal {
    NoSuchObject,
    NoSuchOwner(ObjectId),
    /// A secret, a certificate or a trusted issuer that is not there.
    NoSuchPart(ObjectId),
    Broken(Broken),
}

impl From<Broken> for AppRefusal {
    fn from(broken: Broken) -> AppRefusal {
        AppRefusal::Broken(broken)
    }
}

/// An application as it is afterwards, and what was made besides.
pub struct WrittenApp {
    pub card: AppCard,
    pub secrets: Vec<NewSecret>,
    /// Of what was added: the part's own id.
    pub part: Option<ObjectId>,
}

pub struct NewAppFacts {
    tenant: Option<Arc<Tenant>>,
    taken: Option<Broken>,
    owners: Vec<(ObjectId, Option<Named>)>,
}

impl UseCase for NewApplication<'_> {
    type Facts = NewAppFacts;
    type Reply = WrittenApp;
    type Refusal = AppRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<NewAppFacts, Fault> {
        Ok(NewAppFacts {
            tenant: facing.tenant().await?,
            taken: taken(facing, &self.properties, None).await?,
            owners: named(facing, &self.owners).await?,
        })
    }

    fn plan(&self, facts: NewAppFacts, now: Moment, draw: &mut dyn Draw) -> Plan<WrittenApp, AppRefusal> {
        match self.written(facts, now, draw) {
            Ok((written, record)) => Plan::answer(written, record),
            Err(refusal) => Plan::refuse(refusal),
        }
    }
}

impl NewApplication<'_> {
    fn written(
        &self,
        facts: NewAppFacts,
        now: Moment,
        draw: &mut dyn Draw,
    ) -> Result<(WrittenApp, Record), AppRefusal> {
        let Some(tenant) = facts.tenant else { return Err(AppRefusal::NoSuchObject) };
        let mut registration = Registration::default().merged(&self.properties)?;
        registration.publisher_domain = tenant.default_domain().map(str::to_owned);
        let rules = tenant.settings.rules_of_app(&[], now);
        let secrets = self.secrets.iter().map(|asked| make_secret(asked, &rules, now, draw));
        let secrets = secrets.collect::<Result<Vec<_>, _>>()?;
        let mut card = AppCard {
            app_id: draw.id().into(),
            application: draw.timed_id(now).into(),
            home: tenant.id,
            created: now,
            registration,
            secrets: secrets.iter().map(|made| made.held.clone()).collect(),
            certificates: certificates(&[], &self.certificates, &rules, draw)?,
            federated: Vec::new(),
            version: 1,
        };
        check_count(&card.secrets, &card.certificates)?;
        registration::check(&card, None, &tenant)?;
        check_uris(&card, &[], &tenant, &rules)?;
        self.permit.sign(&mut card.registration.other);
        if let Some(broken) = facts.taken {
            return Err(broken.into());
        }
        let doer = self.permit.doer(self.correlation);
        let mut record = Record::default();
        let entry = told(&doer, Activity::AddApplication, &card);
        let entry = entry.differences(&Properties::new(), &properties_of(&card));
        record.change(Change::ApplicationAdded(Box::new(card.clone())), entry);
        for (id, kind, name) in owners(facts.owners, self.maker()).map_err(AppRefusal::NoSuchOwner)? {
            let link = Link { of: card.application.into(), member: id, kind, role: LinkRole::Owner };
            let entry = doer.entry(Activity::AddOwnerToApplication).target(id, kind.word(), &name);
            record.change(Change::LinkAdded(link), entry.target(card.application, "Application", card.name()));
        }
        Ok((WrittenApp { card, secrets, part: None }, record))
    }

    /// A person owns what they make, and an app that may write only what it owns.
    fn maker(&self) -> Option<Owner> {
        match &self.caller.who {
            Who::Person(person) => Some((person.user.id.into(), MemberKind::User, person.user.display_name.clone())),
            Who::App(_) if self.permit.is_by("Application.ReadWrite.OwnedBy") => {
                Some((self.caller.client_sp.into(), MemberKind::ServicePrincipal, String::new()))
            }
            Who::App(_) => None,
        }
    }
}

pub struct AppFacts {
    tenant: Option<Arc<Tenant>>,
    card: Option<AppCard>,
    /// The app's instance in its home.
    instance: Option<ServicePrincipal>,
    taken: Option<Broken>,
}

impl UseCase for ChangeApplication<'_> {
    type Facts = AppFacts;
    type Reply = WrittenApp;
    type Refusal = AppRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<AppFacts, Fault> {
        let card = application_by_id(facing, self.application).await?;
        let instance = match &card {
            Some(card) => facing.view.sp_by_app(card.app_id).await?,
            None => None,
        };
        let taken = match &self.edit {
            AppEdit::Merge { properties, .. } => taken(facing, properties, card.as_ref()).await?,
            _ => None,
        };
        Ok(AppFacts { tenant: facing.tenant().await?, card, instance, taken })
    }

    fn plan(&self, facts: AppFacts, now: Moment, draw: &mut dyn Draw) -> Plan<WrittenApp, AppRefusal> {
        let AppFacts { tenant: Some(tenant), card: Some(before), instance, taken } = facts else {
            return Plan::refuse(AppRefusal::NoSuchObject);
        };
        let mut written = WrittenApp { card: before.clone(), secrets: Vec::new(), part: None };
        let checked = self
            .apply(&mut written, &tenant, now, draw)
            .and_then(|()| Ok(registration::check(&written.card, Some(&before), &tenant)?))
            .and_then(|()| taken.map_or(Ok(()), |broken| Err(broken.into())));
        if let Err(refusal) = checked {
            return Plan::refuse(refusal);
        }
        if written.card == before {
            return Plan::answer(written, Record::default());
        }
        let record = self.record(&before, &written.card, instance);
        Plan::answer(written, record)
    }
}

impl ChangeApplication<'_> {
    fn apply(
        &self,
        written: &mut WrittenApp,
        tenant: &Tenant,
        now: Moment,
        draw: &mut dyn Draw,
    ) -> Result<(), AppRefusal> {
        let card = &mut written.card;
        let under = card.registration.app_management_policies.clone();
        let rules = tenant.settings.rules_of_app(&under, card.created);
        match &self.edit {
            AppEdit::Merge { properties, certificates: asked } => {
                check_immutable(&card.registration, properties)?;
                let logo = card.registration.info.logo_url.take();
                let held = card.registration.identifier_uris.clone();
                card.registration = card.registration.merged(properties)?;
                check_uris(card, &held, tenant, &rules)?;
                // It comes with a picture and goes with none: no writer of the other addresses takes it away.
                card.registration.info.logo_url = card.registration.info.logo_url.take().or(logo);
                if let Some(asked) = asked {
                    card.certificates = certificates(&card.certificates, asked, &rules, draw)?;
                }
            }
            AppEdit::AddSecret(asked) => {
                let made = make_secret(asked, &rules, now, draw)?;
                written.part = Some(made.held.key_id);
                card.secrets.push(made.held.clone());
                written.secrets.push(made);
            }
            AppEdit::RemoveSecret(id) => remove(&mut card.secrets, *id, |held| held.key_id)?,
            AppEdit::AddCertificate(asked) => {
                let made = certificate(asked, &rules, draw)?;
                written.part = Some(made.key_id);
                card.certificates.push(made);
            }
            AppEdit::RemoveCertificate(id) => remove(&mut card.certificates, *id, |held| held.key_id)?,
            AppEdit::AddFederated(properties) => {
                let id = draw.id();
                card.federated.push(federated::made(id, properties)?);
                written.part = Some(id);
            }
            AppEdit::ChangeFederated(id, properties) => {
                let held = card.federated.iter_mut().find(|held| held.id == *id);
                let held = held.ok_or(AppRefusal::NoSuchPart(*id))?;
                *held = federated::changed(held, properties)?;
            }
            AppEdit::RemoveFederated(id) => remove(&mut card.federated, *id, |held: &FederatedCredential| held.id)?,
            AppEdit::DefineExtension(properties) => {
                let (id, held) = (draw.id(), &mut card.registration.extension_properties);
                held.push(extension::define(id, card.app_id, held, properties)?);
                written.part = Some(id);
            }
            AppEdit::RemoveExtension(id) => remove(&mut card.registration.extension_properties, *id, |held| held.id)?,
            AppEdit::Policy { kind, id, put } => {
                let list = match kind {
                    PolicyKind::TokenLifetime => &mut card.registration.token_lifetime_policies,
                    PolicyKind::AppManagement => &mut card.registration.app_management_policies,
                    PolicyKind::ClaimsMapping => return Err(AppRefusal::NoSuchPart(*id)),
                };
                link_policy(list, *kind, *id, *put, tenant)?;
            }
            AppEdit::Logo { logo, login } => {
                card.registration.info.logo_url = Some(logo_address(login, card.app_id, logo));
            }
        }
        check_count(&card.secrets, &card.certificates)?;
        Ok(federated::check(&card.federated)?)
    }

    fn activity(&self) -> Activity {
        match &self.edit {
            AppEdit::Merge { certificates: None, .. }
            | AppEdit::Logo { .. }
            | AppEdit::Policy { .. }
            | AppEdit::DefineExtension(_)
            | AppEdit::RemoveExtension(_) => Activity::UpdateApplication,
            _ => Activity::UpdateApplicationCredentials,
        }
    }

    fn record(&self, before: &AppCard, after: &AppCard, instance: Option<ServicePrincipal>) -> Record {
        let doer = self.permit.doer(self.correlation);
        let mut record = Record::default();
        let entry = told(&doer, self.activity(), after);
        let entry = entry.differences(&properties_of(before), &properties_of(after));
        record.change(Change::ApplicationUpdated(Box::new(after.clone())), entry);
        if let AppEdit::Logo { logo, .. } = &self.edit {
            record.and(Change::ApplicationLogo { app: after.app_id, logo: logo.clone() });
        }
        if let Some(instance) = instance
            && let Some(followed) = followed(&instance, before, after)
        {
            let entry = doer.entry(Activity::UpdateServicePrincipal);
            let entry = entry.target(followed.id, "ServicePrincipal", &followed.display_name);
            record.change(Change::ServicePrincipalUpdated(Box::new(followed)), entry);
        }
        record
    }
}

/// Puts an app under a policy of the organisation's, or takes it out. One of each kind counts.
pub(super) fn link_policy(
    list: &mut Vec<ObjectId>,
    kind: PolicyKind,
    id: ObjectId,
    put: bool,
    tenant: &Tenant,
) -> Result<(), AppRefusal> {
    if !put {
        return remove(list, id, |held| *held);
    }
    tenant.settings.app_policy(kind, id).ok_or(AppRefusal::NoSuchPart(id))?;
    match list.contains(&id) {
        true => Err(Broken::new(kind.word(), Rule::Repeated(id.to_string())).into()),
        false if !list.is_empty() => Err(Broken::new(kind.word(), Rule::TooMany(1)).into()),
        false => {
            list.push(id);
            Ok(())
        }
    }
}

/// What comes to the addresses of an app is of a form that the organisation's policy lets it have.
fn check_uris(card: &AppCard, held: &[String], tenant: &Tenant, rules: &AppRules<'_>) -> Result<(), Broken> {
    let domains = tenant.profile.verified_domains.iter().map(|domain| domain.name.clone());
    let own: Vec<String> = domains.chain([tenant.id.to_string()]).collect();
    let v2_tokens = card.registration.api.requested_access_token_version == Some(2);
    let mut fresh = card.registration.identifier_uris.iter().filter(|uri| !held.contains(uri));
    fresh.try_for_each(|uri| rules.check_uri(uri, &card.app_id.to_string(), &own, v2_tokens))
}

fn told(doer: &Doer, activity: Activity, card: &AppCard) -> AuditEntry {
    doer.entry(activity).target(card.application, "Application", card.name())
}

fn remove<T>(list: &mut Vec<T>, id: ObjectId, id_of: impl Fn(&T) -> ObjectId) -> Result<(), AppRefusal> {
    let before = list.len();
    list.retain(|held| id_of(held) != id);
    if list.len() == before { Err(AppRefusal::NoSuchPart(id)) } else { Ok(()) }
}

/// What the audit compares: what is told of proofs is their ids.
fn properties_of(card: &AppCard) -> Properties {
    let mut properties = match serde_json::to_value(&card.registration) {
        Ok(serde_json::Value::Object(properties)) => properties,
        _ => Properties::new(),
    };
    let mut put = |name: &str, ids: Vec<String>| properties.insert(name.to_owned(), ids.into());
    put("passwordCredentials", card.secrets.iter().map(|held| held.key_id.to_string()).collect());
    put("keyCredentials", card.certificates.iter().map(|held| held.key_id.to_string()).collect());
    put("federatedIdentityCredentials", card.federated.iter().map(|held| held.name.clone()).collect());
    properties
}

/// Another picture has another address, so that none is taken for the one before it.
fn logo_address(login: &str, app: AppId, logo: &Logo) -> String {
    let digest = sha256(&logo.image);
    format!("{login}/assets/logos/{app}?v={:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3])
}

const UNIQUE_NAME: &str = "uniqueName";

/// Set at creation, or once later.
fn check_immutable(held: &Registration, properties: &Properties) -> Result<(), Broken> {
    match (held.other.get(UNIQUE_NAME), properties.get(UNIQUE_NAME)) {
        (Some(held), Some(asked)) if held != asked => Err(Broken::new(UNIQUE_NAME, Rule::Immutable)),
        _ => Ok(()),
    }
}

/// The instance in the app's home bears the app's name and its identifier URIs, until it got a name of its own.
fn followed(instance: &ServicePrincipal, before: &AppCard, after: &AppCard) -> Option<ServicePrincipal> {
    let mut followed = instance.clone();
    if instance.display_name == before.name() {
        followed.display_name = after.name().to_owned();
    }
    let (old, new) = (&before.registration.identifier_uris, &after.registration.identifier_uris);
    let names = &mut followed.more.service_principal_names;
    names.retain(|name| !old.contains(name) || new.contains(name));
    for uri in new {
        if !names.contains(uri) {
            names.push(uri.clone());
        }
    }
    (followed != *instance).then_some(followed)
}

/// An identifier URI, or a unique name, that somebody else here has.
async fn taken(facing: Facing<'_>, properties: &Properties, own: Option<&AppCard>) -> Result<Option<Broken>, Fault> {
    let texts = |name: &str| {
        let value = properties.get(name);
        let all = value.and_then(serde_json::Value::as_array).into_iter().flatten().chain(value);
        all.filter_map(serde_json::Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    for property in ["identifierUris", UNIQUE_NAME] {
        for text in texts(property).iter().take(MOST_ASKED) {
            let condition = Condition::is(property, Test::Equal(compared(text)));
            let found = facing.view.applications_where(&one(condition)).await?;
            let others = found.iter().any(|card| own.is_none_or(|own| own.application != card.application));
            let named = match property {
                UNIQUE_NAME => None,
                _ => facing.view.sp_by_name(&Folded::of(text)).await?,
            };
            let foreign = named.is_some_and(|sp| own.is_none_or(|own| own.app_id != sp.app_id));
            if others || foreign {
                return Ok(Some(Broken::new(property, Rule::Taken)));
            }
        }
    }
    Ok(None)
}

/// Longer lists are refused by the rules.
const MOST_ASKED: usize = 100;

fn one(condition: Condition) -> Query {
    Query { noun: Noun::Application, condition: Some(condition), order: Order::Id, after: None, most: 2 }
}

pub(super) async fn application_by_id(facing: Facing<'_>, id: ApplicationId) -> Result<Option<AppCard>, Fault> {
    let found = facing.view.applications_where(&one(Condition::Id(vec![id.into()]))).await?;
    Ok(found.into_iter().next())
}
