//! Changes of a tenant's settings and of an application's registration.

use crate::Fault;
use crate::access::Permit;
use crate::settle::{Facing, UseCase};
use mandate_base::{AppId, CorrelationId, Draw, Moment};
use mandate_domain::application::{AppCard, Registration};
use mandate_domain::audit::Activity;
use mandate_domain::properties::{Broken, Properties};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::tenant::{Settings, Tenant};
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingRefusal {
    NoSuchObject,
    /// An application is changed in its home tenant.
    NotItsHome,
}

pub struct SetTenantSettings<'p> {
    pub permit: &'p Permit,
    pub settings: Settings,
    pub correlation: CorrelationId,
}

impl UseCase for SetTenantSettings<'_> {
    type Facts = Option<Tenant>;
    type Reply = ();
    type Refusal = SettingRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<Tenant>, Fault> {
        facing.global.tenant_by_id(facing.view.tenant_id()).await
    }

    fn plan(&self, tenant: Option<Tenant>, _: Moment, _: &mut dyn Draw) -> Plan<(), SettingRefusal> {
        let Some(tenant) = tenant else { return Plan::refuse(SettingRefusal::NoSuchObject) };
        let entry = self.permit.doer(self.correlation).entry(Activity::UpdateAuthorizationPolicy);
        let entry = entry.target(tenant.id, "Company", &tenant.profile.display_name);
        let mut record = Record::default();
        let changed = Tenant { settings: self.settings.clone(), ..tenant };
        record.change(Change::TenantSettings(Box::new(changed)), entry);
        Plan::answer((), record)
    }
}

pub struct SetApplication<'p> {
    pub permit: &'p Permit,
    pub app: AppId,
    pub registration: Registration,
    pub correlation: CorrelationId,
}

impl UseCase for SetApplication<'_> {
    type Facts = (Option<Arc<AppCard>>, mandate_base::TenantId);
    type Reply = ();
    type Refusal = SettingRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        Ok((facing.global.card_by_app_id(self.app).await?, facing.view.tenant_id()))
    }

    fn plan(&self, (card, here): Self::Facts, _: Moment, _: &mut dyn Draw) -> Plan<(), SettingRefusal> {
        let Some(card) = card else { return Plan::refuse(SettingRefusal::NoSuchObject) };
        if card.home != here {
            return Plan::refuse(SettingRefusal::NotItsHome);
        }
        let entry = self.permit.doer(self.correlation).entry(Activity::UpdateApplication);
        let entry = entry.target(card.application, "Application", &self.registration.display_name);
        let changed = AppCard { registration: self.registration.clone(), ..(*card).clone() };
        let mut record = Record::default();
        record.change(Change::ApplicationUpdated(Box::new(changed)), entry);
        Plan::answer((), record)
    }
}

/// `PATCH /organization/{id}`
pub struct ChangeOrganization<'p> {
    pub permit: &'p Permit,
    pub properties: Properties,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrganizationRefusal {
    NoSuchObject,
    Broken(Broken),
}

impl UseCase for ChangeOrganization<'_> {
    type Facts = Option<Tenant>;
    type Reply = ();
    type Refusal = OrganizationRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<Tenant>, Fault> {
        facing.global.tenant_by_id(facing.view.tenant_id()).await
    }

    fn plan(&self, tenant: Option<Tenant>, _: Moment, _: &mut dyn Draw) -> Plan<(), OrganizationRefusal> {
        let Some(tenant) = tenant else { return Plan::refuse(OrganizationRefusal::NoSuchObject) };
        let profile = match tenant.profile.merged(&self.properties) {
            Ok(profile) => profile,
            Err(broken) => return Plan::refuse(OrganizationRefusal::Broken(broken)),
        };
        let mut record = Record::default();
        if profile != tenant.profile {
            let entry = self.permit.doer(self.correlation).entry(Activity::SetCompanyInformation);
            let entry = entry.target(tenant.id, "Company", &profile.display_name);
            let entry = entry.differences(&tenant.profile.properties(), &profile.properties());
            record.change(Change::TenantSettings(Box::new(Tenant { profile, ..tenant })), entry);
        }
        Plan::answer((), record)
    }
}
