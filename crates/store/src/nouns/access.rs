//! What was given: delegated grants, app-role assignments, directory roles.

use super::TenantView;
use super::group::kind_of;
use super::query::Built;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::{Row, id, id_or_none};
use mandate_base::{AssignmentId, GrantId, ObjectId, RoleTemplateId, ServicePrincipalId, UserId};
use mandate_domain::grant::{AppRoleAssignment, AssignmentQuery, Grant, GrantParties, GrantQuery, Whose};
use mandate_domain::role::{RoleAssignment, RoleQuery};

/// The tenant-wide grant (no principal) and this user's own.
const GRANTS_BETWEEN: TenantSql = TenantSql::new(
    "SELECT id, client, resource, principal, scope, created, version FROM grants
      WHERE tenant_id = $1 AND client = $2 AND resource = $3 AND (principal = $4 OR principal = $5)
      ORDER BY principal",
);
const GRANTS_OF_CLIENT: TenantSql = TenantSql::new(
    "SELECT id, client, resource, principal, scope, created, version FROM grants
      WHERE tenant_id = $1 AND client = $2 ORDER BY id",
);
const GRANTS_OF_PRINCIPAL: TenantSql = TenantSql::new(
    "SELECT id, client, resource, principal, scope, created, version FROM grants
      WHERE tenant_id = $1 AND principal = $2 ORDER BY client, resource, id LIMIT 500",
);
const GRANT_BY_PARTIES: TenantSql = TenantSql::new(
    "SELECT id, client, resource, principal, scope, created, version FROM grants
      WHERE tenant_id = $1 AND client = $2 AND resource = $3 AND principal = $4",
);
const GRANT_BY_ID: TenantSql = TenantSql::new(
    "SELECT id, client, resource, principal, scope, created, version FROM grants WHERE tenant_id = $1 AND id = $2",
);
const ASSIGNMENT_BY_ID: TenantSql = TenantSql::new(
    "SELECT id, principal, kind, resource, role, created FROM app_role_assignments WHERE tenant_id = $1 AND id = $2",
);
const ASSIGNMENTS_OF: TenantSql = TenantSql::new(
    "SELECT id, principal, kind, resource, role, created FROM app_role_assignments
      WHERE tenant_id = $1 AND principal = $2 AND resource = $3 ORDER BY id",
);
const ASSIGNMENTS_OF_PRINCIPAL: TenantSql = TenantSql::new(
    "SELECT id, principal, kind, resource, role, created FROM app_role_assignments
      WHERE tenant_id = $1 AND principal = $2 ORDER BY resource, id",
);
/// A person's own, and those of the groups that hold them directly: nested ones give nothing (features, 18.5).
const ASSIGNMENTS_OF_USER: TenantSql = TenantSql::new(
    "SELECT id, principal, kind, resource, role, created FROM app_role_assignments
      WHERE tenant_id = $1 AND resource = $2
        AND (principal = $3 OR principal IN (
             SELECT group_id FROM links WHERE tenant_id = $1 AND member = $3 AND role = 'member'))
      ORDER BY id",
);
/// Its own and those of the groups it is directly in: a group that may hold roles has no groups in it.
const ROLES_OF: TenantSql = TenantSql::new(
    "SELECT id, principal, role, within, created FROM role_assignments
      WHERE tenant_id = $1 AND (principal = $2 OR principal IN (
            SELECT group_id FROM links WHERE tenant_id = $1 AND member = $2 AND role = 'member'))
      ORDER BY role, within, id",
);
const ROLE_ASSIGNMENT_BY_ID: TenantSql = TenantSql::new(
    "SELECT id, principal, role, within, created FROM role_assignments WHERE tenant_id = $1 AND id = $2",
);
const ROLE_HOLDERS: TenantSql = TenantSql::new(
    "SELECT id, principal, role, within, created FROM role_assignments
      WHERE tenant_id = $1 AND role = $2 ORDER BY id LIMIT $3",
);

impl TenantView<'_> {
    pub async fn grants_between(
        &self,
        client: ServicePrincipalId,
        resource: ServicePrincipalId,
        user: UserId,
    ) -> Result<Vec<Grant>, Fault> {
        let values = [id(client), id(resource), id_or_none(None::<UserId>), id(user)];
        self.all(&GRANTS_BETWEEN, values, grant_of).await
    }

    pub async fn grants_of_client(&self, client: ServicePrincipalId) -> Result<Vec<Grant>, Fault> {
        self.all(&GRANTS_OF_CLIENT, [id(client)], grant_of).await
    }

    /// What a person allowed for themselves.
    pub async fn grants_of_principal(&self, user: UserId) -> Result<Vec<Grant>, Fault> {
        self.all(&GRANTS_OF_PRINCIPAL, [id(user)], grant_of).await
    }

    pub async fn grant_by_parties(&self, parties: GrantParties) -> Result<Option<Grant>, Fault> {
        let values = [id(parties.client), id(parties.resource), id_or_none(parties.principal)];
        self.one(&GRANT_BY_PARTIES, values, grant_of).await
    }

    pub async fn grant_by_id(&self, grant: GrantId) -> Result<Option<Grant>, Fault> {
        self.one(&GRANT_BY_ID, [id(grant)], grant_of).await
    }

    pub async fn assignment_by_id(&self, assignment: AssignmentId) -> Result<Option<AppRoleAssignment>, Fault> {
        self.one(&ASSIGNMENT_BY_ID, [id(assignment)], assignment_of).await
    }

    /// App roles that a principal itself holds on a resource.
    pub async fn assignments_of(
        &self,
        principal: impl Into<ObjectId>,
        resource: ServicePrincipalId,
    ) -> Result<Vec<AppRoleAssignment>, Fault> {
        self.all(&ASSIGNMENTS_OF, [id(principal), id(resource)], assignment_of).await
    }

    /// App roles that a principal itself holds, on whatever resource.
    pub async fn assignments_of_principal(
        &self,
        principal: impl Into<ObjectId>,
    ) -> Result<Vec<AppRoleAssignment>, Fault> {
        self.all(&ASSIGNMENTS_OF_PRINCIPAL, [id(principal)], assignment_of).await
    }

    /// App roles that a user holds on a resource, directly or through a group.
    pub async fn assignments_of_user(
        &self,
        user: UserId,
        resource: ServicePrincipalId,
    ) -> Result<Vec<AppRoleAssignment>, Fault> {
        self.all(&ASSIGNMENTS_OF_USER, [id(resource), id(user)], assignment_of).await
    }

    /// The directory roles that a principal holds, itself or as a member of a group.
    pub async fn roles_of(&self, principal: impl Into<ObjectId>) -> Result<Vec<RoleAssignment>, Fault> {
        self.all(&ROLES_OF, [id(principal)], role_of).await
    }

    pub async fn role_assignment_by_id(&self, assignment: AssignmentId) -> Result<Option<RoleAssignment>, Fault> {
        self.one(&ROLE_ASSIGNMENT_BY_ID, [id(assignment)], role_of).await
    }

    pub async fn role_holders(&self, role: RoleTemplateId, most: i64) -> Result<Vec<RoleAssignment>, Fault> {
        self.all(&ROLE_HOLDERS, [id(role), most.into()], role_of).await
    }

    /// By id, so that a page neither repeats nor loses a grant that stays.
    pub async fn grants_where(
        &self,
        query: &GrantQuery,
        after: Option<GrantId>,
        most: i64,
    ) -> Result<Vec<Grant>, Fault> {
        let select = "SELECT o.id, o.client, o.resource, o.principal, o.scope, o.created, o.version FROM grants o";
        let mut built = Built::of(self.key().await?, select.to_owned());
        if !built.grants(query) {
            return Ok(Vec::new());
        }
        built.also("o.id", ">", after.map(id));
        let most = built.bind(most);
        built.sql.push_str(&format!(" ORDER BY o.id LIMIT {most}"));
        self.driver.rows_built(&built.sql, &built.values).await?.iter().map(grant_of).collect()
    }

    /// By id, as grants are.
    pub async fn assignments_where(
        &self,
        query: AssignmentQuery,
        after: Option<AssignmentId>,
        most: i64,
    ) -> Result<Vec<AppRoleAssignment>, Fault> {
        let select = "SELECT o.id, o.principal, o.kind, o.resource, o.role, o.created FROM app_role_assignments o";
        let mut built = Built::of(self.key().await?, select.to_owned());
        built.assignments(query);
        built.also("o.id", ">", after.map(id));
        let most = built.bind(most);
        built.sql.push_str(&format!(" ORDER BY o.id LIMIT {most}"));
        self.driver.rows_built(&built.sql, &built.values).await?.iter().map(assignment_of).collect()
    }

    /// How many there are on all pages.
    pub async fn assignments_count(&self, query: AssignmentQuery) -> Result<i64, Fault> {
        let mut built = Built::of(self.key().await?, "SELECT COUNT(*) FROM app_role_assignments o".to_owned());
        built.assignments(query);
        self.counted(&built).await
    }

    pub async fn grants_count(&self, query: &GrantQuery) -> Result<i64, Fault> {
        let mut built = Built::of(self.key().await?, "SELECT COUNT(*) FROM grants o".to_owned());
        if built.grants(query) { self.counted(&built).await } else { Ok(0) }
    }

    /// Directory roles as they were given. By id, as grants are.
    pub async fn role_assignments_where(
        &self,
        query: RoleQuery,
        after: Option<AssignmentId>,
        most: i64,
    ) -> Result<Vec<RoleAssignment>, Fault> {
        let select = "SELECT o.id, o.principal, o.role, o.within, o.created FROM role_assignments o";
        let mut built = Built::of(self.key().await?, select.to_owned());
        built.also("o.principal", "=", query.principal.map(id));
        built.also("o.role", "=", query.role.map(id));
        built.also("o.within", "=", query.within.map(id_or_none));
        built.also("o.id", ">", after.map(id));
        let most = built.bind(most);
        built.sql.push_str(&format!(" ORDER BY o.id LIMIT {most}"));
        self.driver.rows_built(&built.sql, &built.values).await?.iter().map(role_of).collect()
    }
}

impl Built {
    /// Whether there can be any.
    fn grants(&mut self, query: &GrantQuery) -> bool {
        self.also("o.client", "=", query.client.map(id));
        self.also("o.resource", "=", query.resource.map(id));
        match query.whose {
            Whose::Anybodys => {}
            Whose::Everybodys => self.also("o.principal", "=", Some(id_or_none(None::<UserId>))),
            Whose::Peoples => self.also("o.principal", ">", Some(id_or_none(None::<UserId>))),
            Whose::Of(user) => self.also("o.principal", "=", Some(id(user))),
            Whose::Nobodys => return false,
        }
        true
    }

    fn assignments(&mut self, query: AssignmentQuery) {
        match query.principal {
            Some(principal) if query.with_groups => {
                let place = self.bind(id(principal));
                self.sql.push_str(&format!(
                    " AND (o.principal = {place} OR o.principal IN (
                          SELECT group_id FROM links WHERE tenant_id = $1 AND member = {place} AND role = 'member'))"
                ));
            }
            principal => self.also("o.principal", "=", principal.map(id)),
        }
        self.also("o.resource", "=", query.resource.map(id));
    }
}

pub(super) fn grant_of(row: &Row) -> Result<Grant, Fault> {
    Ok(Grant {
        id: row.id(0)?,
        client: row.id(1)?,
        resource: row.id(2)?,
        principal: row.id_or_none(3)?,
        scopes: Grant::scopes_of(&row.text(4)?),
        created: row.moment(5)?,
        version: row.int(6)?,
    })
}

pub(super) fn assignment_of(row: &Row) -> Result<AppRoleAssignment, Fault> {
    Ok(AppRoleAssignment {
        id: row.id(0)?,
        principal: row.id(1)?,
        kind: kind_of(&row.text(2)?)?,
        resource: row.id(3)?,
        role: row.id(4)?,
        created: row.moment(5)?,
    })
}

pub(super) fn role_of(row: &Row) -> Result<RoleAssignment, Fault> {
    Ok(RoleAssignment {
        id: row.id(0)?,
        principal: row.id(1)?,
        role: row.id(2)?,
        within: row.id_or_none(3)?,
        created: row.moment(4)?,
    })
}
