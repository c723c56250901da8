//! Applications of this tenant, and the service principals in it.

use super::TenantView;
use super::global::card_of;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::{Row, id};
use mandate_base::{AppId, Folded, ServicePrincipalId};
use mandate_domain::application::AppCard;
use mandate_domain::service_principal::ServicePrincipal;

const SP_BY_ID: TenantSql = TenantSql::new(
    "SELECT id, app_id, home, display_name, enabled, assignment_required, created, more, version
       FROM service_principals WHERE tenant_id = $1 AND id = $2",
);
const SP_BY_APP: TenantSql = TenantSql::new(
    "SELECT id, app_id, home, display_name, enabled, assignment_required, created, more, version
       FROM service_principals WHERE tenant_id = $1 AND app_id = $2",
);
const SP_BY_NAME: TenantSql = TenantSql::new(
    "SELECT s.id, s.app_id, s.home, s.display_name, s.enabled, s.assignment_required, s.created, s.more, s.version
       FROM sp_names n JOIN service_principals s ON s.tenant_id = n.tenant_id AND s.id = n.sp
      WHERE n.tenant_id = $1 AND n.name_key = $2",
);
const SP_COUNT: TenantSql =
    TenantSql::new("SELECT COUNT(*) FROM service_principals WHERE tenant_id = $1 AND app_id = $2");
const APPLICATIONS: TenantSql = TenantSql::new(
    "SELECT c.app_id, c.application, c.home, c.created, c.registration, c.secrets, c.certificates, c.federated, c.version
       FROM applications a JOIN app_cards c ON c.app_id = a.app_id
      WHERE a.tenant_id = $1 ORDER BY a.id LIMIT $2",
);

impl TenantView<'_> {
    pub async fn sp_by_id(&self, sp: ServicePrincipalId) -> Result<Option<ServicePrincipal>, Fault> {
        self.one(&SP_BY_ID, [id(sp)], sp_of).await
    }

    pub async fn sp_by_app(&self, app: AppId) -> Result<Option<ServicePrincipal>, Fault> {
        self.one(&SP_BY_APP, [id(app)], sp_of).await
    }

    /// By one of its `servicePrincipalNames`: an identifier URI or the appId.
    pub async fn sp_by_name(&self, name: &Folded) -> Result<Option<ServicePrincipal>, Fault> {
        self.one(&SP_BY_NAME, [name.as_str().into()], sp_of).await
    }

    pub async fn sp_count(&self, app: AppId) -> Result<i64, Fault> {
        let row = self.row(&SP_COUNT, [id(app)]).await?;
        row.map_or(Ok(0), |row| row.int(0))
    }

    pub async fn applications(&self, most: i64) -> Result<Vec<AppCard>, Fault> {
        self.all(&APPLICATIONS, [most.into()], card_of).await
    }
}

pub(super) fn sp_of(row: &Row) -> Result<ServicePrincipal, Fault> {
    Ok(ServicePrincipal {
        id: row.id(0)?,
        app_id: row.id(1)?,
        home: row.id(2)?,
        display_name: row.text(3)?,
        account_enabled: row.truth(4)?,
        app_role_assignment_required: row.truth(5)?,
        created: row.moment(6)?,
        more: row.json(7)?,
        version: row.int(8)?,
    })
}
