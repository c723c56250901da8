//! What sign-ins and token requests ask again and again and what seldom changes: tenants, domains, apps and their
//! instances; and what a client may have of a person. Kept until something in the tenant changes.

use crate::Fault;
use crate::tokens::{Sought, SoughtFor};
use mandate_base::{AppId, Folded, TenantId};
use mandate_domain::application::AppCard;
use mandate_domain::schema_extension::SchemaExtension;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::tenant::Tenant;
use mandate_store::{Memo, Store};
use std::sync::Arc;

pub(crate) struct Known {
    tenants: Memo<(), Tenant>,
    domains: Memo<Folded, TenantId>,
    cards: Memo<AppId, AppCard>,
    instances: Memo<AppId, ServicePrincipal>,
    names: Memo<Folded, ServicePrincipal>,
    schema_extensions: Memo<Folded, SchemaExtension>,
    pub sought: Memo<SoughtFor, Sought>,
}

/// Answers are kept per tenant; what belongs to none is kept under this one.
pub(crate) const NO_TENANT: TenantId = TenantId::from_u128(0);
/// Longer than any domain name (RFC 1035 §2.3.4).
pub(crate) const LONGEST_DOMAIN: usize = 253;
/// A longer name is looked up and not kept: strangers choose names, and memory is ours.
const LONGEST_NAME: usize = 512;

impl Known {
    pub fn holding(most: usize) -> Known {
        Known {
            tenants: Memo::holding(most),
            domains: Memo::holding(most),
            cards: Memo::holding(most),
            instances: Memo::holding(most),
            names: Memo::holding(most),
            schema_extensions: Memo::holding(most),
            sought: Memo::holding(most / 4),
        }
    }

    pub async fn tenant(&self, store: &Store, id: TenantId) -> Result<Option<Arc<Tenant>>, Fault> {
        let ask = async || Ok(store.global().tenant_by_id(id).await?.map(Arc::new));
        self.tenants.find(store, id, (), ask).await
    }

    pub async fn tenant_of_domain(&self, store: &Store, domain: &Folded) -> Result<Option<TenantId>, Fault> {
        if domain.as_str().len() > LONGEST_DOMAIN {
            return Ok(None);
        }
        let ask = async || Ok(store.global().tenant_of_domain(domain).await?.map(Arc::new));
        Ok(self.domains.find(store, NO_TENANT, domain.clone(), ask).await?.as_deref().copied())
    }

    /// The app's public part, whatever tenant it lives in.
    pub async fn card(&self, store: &Store, app: AppId) -> Result<Option<Arc<AppCard>>, Fault> {
        let ask = async || store.global().card_by_app_id(app).await;
        self.cards.find(store, NO_TENANT, app, ask).await
    }

    /// The app's instance in a tenant.
    pub async fn instance(
        &self,
        store: &Store,
        tenant: TenantId,
        app: AppId,
    ) -> Result<Option<Arc<ServicePrincipal>>, Fault> {
        let ask = async || Ok(store.tenant(tenant).sp_by_app(app).await?.map(Arc::new));
        self.instances.find(store, tenant, app, ask).await
    }

    /// By the name that objects bear it under, whoever defines it.
    pub async fn schema_extension(&self, store: &Store, name: &str) -> Result<Option<Arc<SchemaExtension>>, Fault> {
        if name.len() > LONGEST_NAME {
            return Ok(None);
        }
        let name = Folded::of(name);
        let ask = async || Ok(store.global().schema_extension(&name).await?.map(Arc::new));
        self.schema_extensions.find(store, NO_TENANT, name.clone(), ask).await
    }

    /// By one of its `servicePrincipalNames`.
    pub async fn instance_named(
        &self,
        store: &Store,
        tenant: TenantId,
        name: &Folded,
    ) -> Result<Option<Arc<ServicePrincipal>>, Fault> {
        let ask = async || Ok(store.tenant(tenant).sp_by_name(name).await?.map(Arc::new));
        if name.as_str().len() > LONGEST_NAME {
            return ask().await;
        }
        self.names.find(store, tenant, name.clone(), ask).await
    }
}
