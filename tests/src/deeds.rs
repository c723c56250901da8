//! What an administrator does, past the wire: the deeds that have no page and no operation yet.

use crate::app::App;
use crate::people::WATERKANT_ID;
use crate::world::World;
use mandate_base::{AppId, CorrelationId, ServicePrincipalId, TenantId, UserId};
use mandate_domain::application::Registration;
use mandate_domain::catalogue::GRAPH;
use mandate_domain::grant::Grant;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::tenant::Settings;
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{Revocation, Revoke, SetApplication, SetTenantSettings};
use mandate_usecases::settle;

const CORRELATION: CorrelationId = CorrelationId::from_u128(0x7e57);

impl World {
    /// In the customer's tenant.
    pub async fn revoke(&self, what: Revocation) {
        let permit = Permit::system("test");
        let deed = Revoke { permit: &permit, what, correlation: CORRELATION };
        let outcome = settle(self.house(), WATERKANT_ID, &deed).await.expect("the store answers");
        outcome.expect("what is revoked is there");
    }

    /// The customer's settings, changed.
    pub async fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        let tenant = self.house().store.global().tenant_by_id(WATERKANT_ID).await.expect("the store answers");
        let mut settings = tenant.expect("the tenant is there").settings;
        change(&mut settings);
        let permit = Permit::system("test");
        let deed = SetTenantSettings { permit: &permit, settings, correlation: CORRELATION };
        let outcome = settle(self.house(), WATERKANT_ID, &deed).await.expect("the store answers");
        outcome.expect("the tenant is there");
    }

    /// Which policies let the customer's people consent for themselves.
    pub async fn let_people_consent_by(&self, policies: &[&str]) {
        let assigned = policies.iter().map(|id| format!("ManagePermissionGrantsForSelf.{id}")).collect();
        self.change_settings(|settings| {
            let permissions = &mut settings.authorization_policy.default_user_role_permissions;
            permissions.permission_grant_policies_assigned = assigned;
        })
        .await;
    }

    /// An app's registration, changed by its owner, at its home.
    pub async fn change_app(&self, id: &str, change: impl FnOnce(&mut Registration)) {
        let app = AppId::parse(id).expect("a GUID");
        let card = self.house().store.global().card_by_app_id(app).await.expect("the store answers");
        let card = card.expect("the app is there");
        let mut registration = card.registration.clone();
        change(&mut registration);
        let permit = Permit::system("test");
        let deed = SetApplication { permit: &permit, app, registration, correlation: CORRELATION };
        let outcome = settle(self.house(), card.home, &deed).await.expect("the store answers");
        outcome.expect("the app is changed at its home");
    }

    /// The app's instance in a tenant.
    pub async fn instance(&self, tenant: TenantId, app: AppId) -> Option<ServicePrincipal> {
        self.house().store.tenant(tenant).sp_by_app(app).await.expect("the store answers")
    }

    pub async fn instance_of(&self, app: App) -> ServicePrincipalId {
        self.instance(WATERKANT_ID, app.app_id()).await.expect("the app has an instance here").id
    }

    pub async fn graph_instance(&self) -> ServicePrincipalId {
        self.instance(WATERKANT_ID, GRAPH).await.expect("Graph is everywhere").id
    }

    /// Everything that was granted to an app in the customer's tenant.
    pub async fn grants_to(&self, app: App) -> Vec<Grant> {
        match self.instance(WATERKANT_ID, app.app_id()).await {
            Some(sp) => {
                self.house().store.tenant(WATERKANT_ID).grants_of_client(sp.id).await.expect("the store answers")
            }
            None => Vec::new(),
        }
    }

    /// The one grant of this person, or of everybody.
    pub async fn grant_to(&self, app: App, principal: Option<UserId>) -> Grant {
        let grants = self.grants_to(app).await;
        let found = grants.into_iter().find(|grant| grant.principal == principal);
        found.unwrap_or_else(|| panic!("nothing was granted to {} for {principal:?}", app.id))
    }
}

/// A grant's scopes in order of name.
pub fn granted(grant: &Grant) -> Vec<String> {
    let mut scopes = grant.scopes.clone();
    scopes.sort_unstable();
    scopes
}
