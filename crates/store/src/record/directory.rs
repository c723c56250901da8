//! Changes of the directory.

use super::Writes;
use super::known::Known;
use super::traces::SESSION_END;
use crate::Fault;
use crate::nouns::SAME_AS_UPN;
use crate::nouns::deleted::object_text;
use crate::packed::packed;
use crate::sql::{GlobalSql, TenantSql};
use crate::value::{Value, id, id_or_none, json};
use mandate_base::{Folded, ObjectId, TenantId};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::application::AppCard;
use mandate_domain::consent::request::ConsentRequest;
use mandate_domain::deleted::{Attached, Deleted};
use mandate_domain::grant::{AppRoleAssignment, Grant};
use mandate_domain::group::{Group, Link};
use mandate_domain::query::{self, Facet, Noun, facet_number};
use mandate_domain::record::Change;
use mandate_domain::role::RoleAssignment;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::signin::redirect::addresses;
use mandate_domain::signin::session::EndedBy;
use mandate_domain::tenant::Tenant;
use mandate_domain::user::User;
use std::collections::BTreeSet;

const TENANT_ADD: GlobalSql =
    GlobalSql::new("INSERT INTO tenants (id, created, profile, settings) VALUES ($1, $2, $3, $4)");
const TENANT_SET: GlobalSql = GlobalSql::new(
    "UPDATE tenants SET profile = $2, settings = $3, version = version + 1 WHERE id = $1 AND version = $4",
);
const DOMAIN_ADD: GlobalSql = GlobalSql::new("INSERT INTO domains (name_key, tenant) VALUES ($1, $2)");
const DOMAIN_REMOVE: GlobalSql = GlobalSql::new("DELETE FROM domains WHERE name_key = $1 AND tenant = $2");
const CARD_ADD: GlobalSql = GlobalSql::new(
    "INSERT INTO app_cards (app_id, application, home, created, registration, secrets, certificates, federated)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const CARD_SET: GlobalSql = GlobalSql::new(
    "UPDATE app_cards SET registration = $2, secrets = $3, certificates = $4, federated = $5, version = version + 1
      WHERE app_id = $1 AND home = $6 AND application = $7 AND version = $8",
);
const CARD_REMOVE: GlobalSql =
    GlobalSql::new("DELETE FROM app_cards WHERE app_id = $1 AND home = $2 AND application = $3 AND version = $4");
/// Of an app that is this tenant's own.
const LOGO_SET: GlobalSql = GlobalSql::new(
    "INSERT INTO app_logos (app_id, home, image, removed)
     SELECT app_id, home, $3, NULL FROM app_cards WHERE app_id = $1 AND home = $2
     ON CONFLICT (app_id) DO UPDATE SET image = excluded.image, removed = NULL",
);
const LOGO_REMOVED: GlobalSql =
    GlobalSql::new("UPDATE app_logos SET removed = $3 WHERE app_id = $1 AND home = $2 AND removed IS NULL");
const LOGO_BACK: GlobalSql = GlobalSql::new("UPDATE app_logos SET removed = NULL WHERE app_id = $1 AND home = $2");
const ADDRESS_ADD: GlobalSql = GlobalSql::new(
    "INSERT INTO app_addresses (address, app_id) VALUES ($1, $2) ON CONFLICT (address, app_id) DO NOTHING",
);
const ADDRESSES_REMOVE: GlobalSql = GlobalSql::new("DELETE FROM app_addresses WHERE app_id = $1");
const USER_ADD: TenantSql = TenantSql::new(
    "INSERT INTO users (tenant_id, id, number, created, password, upn_key, upn, display_name, mail, enabled, guest, sessions_from, more)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
);
/// All but the password.
const USER_SET: TenantSql = TenantSql::new(
    "UPDATE users SET version = version + 1, upn_key = $4, upn = $5, display_name = $6, mail = $7, enabled = $8, guest = $9,
            sessions_from = $10, more = $11
      WHERE tenant_id = $1 AND id = $2 AND version = $3",
);
const USER_ENABLE: TenantSql =
    TenantSql::new("UPDATE users SET enabled = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2");
const USER_REMOVE: TenantSql = TenantSql::new("DELETE FROM users WHERE tenant_id = $1 AND id = $2 AND version = $3");
const USER_SESSIONS: TenantSql =
    TenantSql::new("UPDATE users SET sessions_from = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2");
const USER_PASSWORD: TenantSql =
    TenantSql::new("UPDATE users SET password = $3, more = $4, version = version + 1 WHERE tenant_id = $1 AND id = $2");
/// Ended as by signing out: tokens of confidential clients live on.
const SESSIONS_END_OTHERS: TenantSql = TenantSql::new(
    "UPDATE sessions SET ended = $3, ended_by = 'signOut' WHERE tenant_id = $1 AND user_id = $2 AND id <> $4 AND ended IS NULL",
);
const FAMILIES_END_PUBLIC: TenantSql = TenantSql::new(
    "UPDATE families SET revoked = $3 WHERE tenant_id = $1 AND user_id = $2 AND platform <> 'web' AND revoked IS NULL",
);
const GROUP_ADD: TenantSql = TenantSql::new(
    "INSERT INTO user_groups (tenant_id, id, number, display_name, security, mail, created, more)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const GROUP_SET: TenantSql = TenantSql::new(
    "UPDATE user_groups SET display_name = $3, security = $4, mail = $5, more = $6, version = version + 1
      WHERE tenant_id = $1 AND id = $2 AND version = $7",
);
const GROUP_REMOVE: TenantSql =
    TenantSql::new("DELETE FROM user_groups WHERE tenant_id = $1 AND id = $2 AND version = $3");
const UNIT_ADD: TenantSql = TenantSql::new(
    "INSERT INTO administrative_units (tenant_id, id, display_name, restricted, more, number)
     VALUES ($1, $2, $3, $4, $5, $6)",
);
const UNIT_SET: TenantSql = TenantSql::new(
    "UPDATE administrative_units SET display_name = $3, restricted = $4, more = $5, version = version + 1
      WHERE tenant_id = $1 AND id = $2 AND version = $6",
);
const UNIT_REMOVE: TenantSql =
    TenantSql::new("DELETE FROM administrative_units WHERE tenant_id = $1 AND id = $2 AND version = $3");
const PHOTO_SET: TenantSql = TenantSql::new(
    "INSERT INTO photos (tenant_id, object, image) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id, object) DO UPDATE SET image = excluded.image",
);
const PHOTO_REMOVE: TenantSql = TenantSql::new("DELETE FROM photos WHERE tenant_id = $1 AND object = $2");
const LINK_ADD: TenantSql =
    TenantSql::new("INSERT INTO links (tenant_id, group_id, role, member, kind) VALUES ($1, $2, $3, $4, $5)");
const LINK_REMOVE: TenantSql =
    TenantSql::new("DELETE FROM links WHERE tenant_id = $1 AND group_id = $2 AND role = $3 AND member = $4");
/// Both of what it is to others, and of what others are to it.
const LINKS_TO: TenantSql = TenantSql::new("DELETE FROM links WHERE tenant_id = $1 AND member = $2");
const LINKS_FROM: TenantSql = TenantSql::new("DELETE FROM links WHERE tenant_id = $1 AND group_id = $2");
const APPLICATION_ADD: TenantSql = TenantSql::new(
    "INSERT INTO applications (tenant_id, id, number, app_id, display_name) VALUES ($1, $2, $3, $4, $5)",
);
const APPLICATION_SET: TenantSql =
    TenantSql::new("UPDATE applications SET display_name = $3 WHERE tenant_id = $1 AND id = $2");
const APPLICATION_REMOVE: TenantSql = TenantSql::new("DELETE FROM applications WHERE tenant_id = $1 AND id = $2");
const SP_ADD: TenantSql = TenantSql::new(
    "INSERT INTO service_principals (tenant_id, id, number, app_id, home, display_name, enabled, assignment_required, created, more)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
);
/// A name that is taken stays with whoever had it: another organisation's app must not take it by being consented to.
const SP_NAME_ADD: TenantSql = TenantSql::new(
    "INSERT INTO sp_names (tenant_id, name_key, sp) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, name_key) DO NOTHING",
);
const SP_SET: TenantSql = TenantSql::new(
    "UPDATE service_principals SET display_name = $3, enabled = $4, assignment_required = $5, more = $6,
            version = version + 1
      WHERE tenant_id = $1 AND id = $2 AND version = $7",
);
const SP_ENABLE: TenantSql = TenantSql::new(
    "UPDATE service_principals SET enabled = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2",
);
const SP_REMOVE: TenantSql =
    TenantSql::new("DELETE FROM service_principals WHERE tenant_id = $1 AND id = $2 AND version = $3");
const SP_NAMES_REMOVE: TenantSql = TenantSql::new("DELETE FROM sp_names WHERE tenant_id = $1 AND sp = $2");
const GRANT_ADD: TenantSql = TenantSql::new(
    "INSERT INTO grants (tenant_id, id, client, resource, principal, scope, created, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const GRANT_SET: TenantSql = TenantSql::new(
    "UPDATE grants SET scope = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $4",
);
const GRANT_REMOVE: TenantSql = TenantSql::new("DELETE FROM grants WHERE tenant_id = $1 AND id = $2");
const GRANTS_OF_SP: TenantSql =
    TenantSql::new("DELETE FROM grants WHERE tenant_id = $1 AND (client = $2 OR resource = $2)");
const GRANTS_OF_USER: TenantSql = TenantSql::new("DELETE FROM grants WHERE tenant_id = $1 AND principal = $2");
const ASSIGN: TenantSql = TenantSql::new(
    "INSERT INTO app_role_assignments (tenant_id, id, principal, kind, resource, role, created)
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
const UNASSIGN: TenantSql = TenantSql::new("DELETE FROM app_role_assignments WHERE tenant_id = $1 AND id = $2");
const ASSIGNMENTS_OF: TenantSql =
    TenantSql::new("DELETE FROM app_role_assignments WHERE tenant_id = $1 AND (principal = $2 OR resource = $2)");
const ROLE_ADD: TenantSql = TenantSql::new(
    "INSERT INTO role_assignments (tenant_id, id, principal, role, within, created) VALUES ($1, $2, $3, $4, $5, $6)",
);
const ROLES_OF: TenantSql = TenantSql::new("DELETE FROM role_assignments WHERE tenant_id = $1 AND principal = $2");

const UNASSIGN_ROLE: TenantSql = TenantSql::new("DELETE FROM role_assignments WHERE tenant_id = $1 AND id = $2");
const ROLES_WITHIN: TenantSql = TenantSql::new("DELETE FROM role_assignments WHERE tenant_id = $1 AND within = $2");
const KEEP: TenantSql = TenantSql::new(
    "INSERT INTO deleted_items (tenant_id, id, noun, at, object, attached) VALUES ($1, $2, $3, $4, $5, $6)",
);
const KEEP_NO_LONGER: TenantSql = TenantSql::new("DELETE FROM deleted_items WHERE tenant_id = $1 AND id = $2");
const FACET_ADD: TenantSql =
    TenantSql::new("INSERT INTO facets (tenant_id, facet, value, object) VALUES ($1, $2, $3, $4)");
const FACET_REMOVE: TenantSql =
    TenantSql::new("DELETE FROM facets WHERE tenant_id = $1 AND facet = $2 AND value = $3 AND object = $4");
const NUMBER_GONE: TenantSql = TenantSql::new(
    "INSERT INTO gone_numbers (tenant_id, id, number, at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id, id) DO UPDATE SET number = excluded.number, at = excluded.at",
);
const REQUEST_ADD: TenantSql = TenantSql::new(
    "INSERT INTO consent_requests (tenant_id, id, client, user_id, asked, reason, created, expires, decision)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)",
);
const REQUEST_DECIDE: TenantSql =
    TenantSql::new("UPDATE consent_requests SET decision = $3 WHERE tenant_id = $1 AND id = $2 AND decision IS NULL");
const REQUESTS_OF: TenantSql = TenantSql::new("DELETE FROM consent_requests WHERE tenant_id = $1 AND user_id = $2");

impl Writes {
    pub fn change(&mut self, change: &Change) -> Result<(), Fault> {
        match change {
            Change::TenantAdded(tenant) => self.tenant_add(tenant)?,
            Change::TenantSettings(tenant) => {
                self.is_own(tenant.id)?;
                let version = tenant.version.into();
                self.global(&TENANT_SET, [id(tenant.id), json(&tenant.profile)?, json(&tenant.settings)?, version]);
            }
            Change::DomainAdded(name) => self.global(&DOMAIN_ADD, self.domain(name)),
            Change::DomainRemoved(name) => self.global(&DOMAIN_REMOVE, self.domain(name)),
            Change::UserAdded(user) => self.user_add(user)?,
            Change::UserEnabled { user, enabled } => {
                self.one(&USER_ENABLE, [id(*user), (*enabled).into()]);
                self.mark_here(Noun::User, *user);
            }
            Change::UserSessionsRevoked { user, at } => {
                self.one(&USER_SESSIONS, [id(*user), (*at).into()]);
                self.mark_here(Noun::User, *user);
            }
            Change::UserRemoved(user) => {
                let version = self.forget(Noun::User, *user);
                self.one(&USER_REMOVE, [id(*user), version]);
                self.mark_gone(Noun::User, *user);
                self.mark_grants_of_user(*user);
                self.any(&GRANTS_OF_USER, [id(*user)]);
                self.any(&REQUESTS_OF, [id(*user)]);
                self.detach(*user);
            }
            Change::UserUpdated(user) => self.user_set(user)?,
            Change::GroupAdded(group) => self.group_add(group)?,
            Change::GroupUpdated(group) => self.group_set(group)?,
            Change::GroupRemoved(group) => {
                let version = self.forget(Noun::Group, *group);
                self.one(&GROUP_REMOVE, [id(*group), version]);
                self.mark_gone(Noun::Group, *group);
                self.detach(*group);
            }
            Change::AdministrativeUnitAdded(unit) => self.unit_add(unit)?,
            Change::AdministrativeUnitUpdated(unit) => self.unit_set(unit)?,
            Change::AdministrativeUnitRemoved(unit) => {
                let version = self.forget(Noun::AdministrativeUnit, *unit);
                self.one(&UNIT_REMOVE, [id(*unit), version]);
                self.mark_gone(Noun::AdministrativeUnit, *unit);
                self.detach(*unit);
            }
            Change::PhotoSet { object, noun, photo } => {
                self.one(&PHOTO_SET, [id(*object), Value::Bytes(photo.image.clone())]);
                self.mark_here(*noun, *object);
            }
            Change::PhotoRemoved { object, noun } => {
                self.one(&PHOTO_REMOVE, [id(*object)]);
                self.mark_here(*noun, *object);
            }
            Change::LinkAdded(link) => self.link_add(*link),
            Change::LinkRemoved(link) => {
                self.one(&LINK_REMOVE, [id(link.of), link.role.word().into(), id(link.member)]);
                self.mark_link(link, false);
            }
            Change::ApplicationAdded(card) => self.application_add(card)?,
            Change::ApplicationUpdated(card) => self.application_set(card)?,
            Change::ApplicationLogo { app, logo } => {
                let image = Value::Bytes(logo.image.clone());
                self.global(&LOGO_SET, [id(*app), id(self.whose.tenant), image]);
            }
            Change::ApplicationRemoved { application, app } => {
                self.one(&APPLICATION_REMOVE, [id(*application)]);
                let home = id(self.whose.tenant);
                let version = self.forget(Noun::Application, *application);
                self.global(&CARD_REMOVE, [id(*app), home, id(*application), version]);
                self.global_any(&ADDRESSES_REMOVE, [id(*app)]);
                self.global_any(&LOGO_REMOVED, [id(*app), id(self.whose.tenant), self.now.into()]);
                self.mark_gone(Noun::Application, *application);
                self.detach(*application);
            }
            Change::ServicePrincipalAdded(sp) => self.sp_add(sp)?,
            Change::ServicePrincipalUpdated(sp) => self.sp_set(sp)?,
            Change::ServicePrincipalEnabled { sp, enabled } => {
                self.one(&SP_ENABLE, [id(*sp), (*enabled).into()]);
                self.mark_here(Noun::ServicePrincipal, *sp);
            }
            Change::ServicePrincipalRemoved(sp) => {
                let version = self.forget(Noun::ServicePrincipal, *sp);
                self.one(&SP_REMOVE, [id(*sp), version]);
                self.mark_gone(Noun::ServicePrincipal, *sp);
                self.mark_grants_of_sp(*sp);
                self.any(&SP_NAMES_REMOVE, [id(*sp)]);
                self.any(&GRANTS_OF_SP, [id(*sp)]);
                self.detach(*sp);
            }
            Change::GrantAdded(grant) => self.grant_add(grant),
            Change::GrantScopes { grant, scopes, version } => {
                self.one(&GRANT_SET, [id(*grant), scopes.join(" ").into(), (*version).into()]);
                self.mark_grant_by_id(*grant, true);
            }
            Change::GrantRemoved(grant) => {
                self.mark_grant_by_id(*grant, false);
                self.one(&GRANT_REMOVE, [id(*grant)]);
            }
            Change::AppRoleAssigned(assignment) => self.assign(*assignment),
            Change::AppRoleUnassigned(assignment) => self.one(&UNASSIGN, [id(*assignment)]),
            Change::RoleAssigned(assignment) => self.role_add(*assignment),
            Change::RoleUnassigned(assignment) => self.one(&UNASSIGN_ROLE, [id(*assignment)]),
            Change::Kept(deleted) => self.keep(deleted)?,
            Change::AttachedAgain(attached) => self.attach(attached),
            Change::KeptNoLonger(object) => self.one(&KEEP_NO_LONGER, [id(*object)]),
            Change::ConsentRequested(request) => self.request_add(request)?,
            Change::ConsentRequestDecided { request, decision } => {
                self.one(&REQUEST_DECIDE, [id(*request), json(decision)?]);
            }
            Change::SchemaExtensionAdded(extension) => self.schema_extension_add(extension)?,
            Change::SchemaExtensionUpdated(extension) => self.schema_extension_set(extension)?,
            Change::SchemaExtensionRemoved { name, version } => self.schema_extension_remove(name, *version),
            Change::SessionRevoked { session, at } => {
                self.any(&SESSION_END, [id(*session), (*at).into(), EndedBy::Revocation.word().into()]);
            }
            Change::UserPassword { user, password, more, at, keep } => {
                self.one(&USER_PASSWORD, [id(*user), password.expose().as_str().into(), packed(more)?]);
                self.mark_here(Noun::User, *user);
                self.any(&SESSIONS_END_OTHERS, [id(*user), (*at).into(), id_or_none(*keep)]);
                self.any(&FAMILIES_END_PUBLIC, [id(*user), (*at).into()]);
            }
        }
        Ok(())
    }

    fn request_add(&mut self, request: &ConsentRequest) -> Result<(), Fault> {
        let values = [
            id(request.id),
            id(request.client),
            id(request.user),
            json(&request.asked)?,
            request.reason.as_str().into(),
            request.created.into(),
            request.expires.into(),
        ];
        self.one(&REQUEST_ADD, values);
        Ok(())
    }

    /// A change names its tenant a second time; another than the committing one is a bug that must not reach a row.
    pub(super) fn is_own(&self, tenant: TenantId) -> Result<(), Fault> {
        if tenant == self.whose.tenant {
            Ok(())
        } else {
            Err(Fault::new("planning rows", "a change of another tenant"))
        }
    }

    fn tenant_add(&mut self, tenant: &Tenant) -> Result<(), Fault> {
        self.is_own(tenant.id)?;
        let values = [id(tenant.id), tenant.created.into(), json(&tenant.profile)?, json(&tenant.settings)?];
        self.global(&TENANT_ADD, values);
        let domains: BTreeSet<Folded> =
            tenant.profile.verified_domains.iter().map(|domain| Folded::of(&domain.name)).collect();
        for domain in domains {
            self.global(&DOMAIN_ADD, self.domain(&domain));
        }
        Ok(())
    }

    fn domain(&self, name: &Folded) -> [Value; 2] {
        [name.as_str().into(), id(self.whose.tenant)]
    }

    fn user_add(&mut self, user: &User) -> Result<(), Fault> {
        let password = user.password.as_ref().map(|hash| hash.expose().clone()).into();
        let first = [id(user.id), self.number_of(user.id), user.created.into(), password];
        self.one(&USER_ADD, first.into_iter().chain(user_values(user)?));
        self.facets(Noun::User, user.id, &query::of_user(user));
        self.mark_here(Noun::User, user.id);
        Ok(())
    }

    fn user_set(&mut self, user: &User) -> Result<(), Fault> {
        let first = [id(user.id), user.version.into()];
        self.one(&USER_SET, first.into_iter().chain(user_values(user)?));
        self.facets(Noun::User, user.id, &query::of_user(user));
        self.mark_here(Noun::User, user.id);
        Ok(())
    }

    fn group_set(&mut self, group: &Group) -> Result<(), Fault> {
        let values = [
            id(group.id),
            group.display_name.as_str().into(),
            group.security_enabled.into(),
            group.mail_enabled.into(),
            json(&group.more)?,
            group.version.into(),
        ];
        self.one(&GROUP_SET, values);
        self.facets(Noun::Group, group.id, &query::of_group(group));
        self.mark_here(Noun::Group, group.id);
        Ok(())
    }

    /// What hangs on any object goes with it.
    fn detach(&mut self, object: impl Into<ObjectId>) {
        let object = object.into();
        self.mark_links_to(object);
        for sql in [&LINKS_TO, &LINKS_FROM, &ASSIGNMENTS_OF, &ROLES_OF, &ROLES_WITHIN] {
            self.any(sql, [id(object)]);
        }
    }

    fn attach(&mut self, attached: &Attached) {
        attached.links.iter().for_each(|link| self.link_add(*link));
        attached.grants.iter().for_each(|grant| self.grant_add(grant));
        attached.assignments.iter().for_each(|assignment| self.assign(*assignment));
        attached.roles.iter().for_each(|role| self.role_add(*role));
    }

    fn keep(&mut self, deleted: &Deleted) -> Result<(), Fault> {
        let values = [
            id(deleted.id()),
            deleted.object.noun().number().into(),
            deleted.at.into(),
            object_text(&deleted.object)?,
            json(&deleted.attached)?,
        ];
        self.one(&KEEP, values);
        Ok(())
    }

    fn group_add(&mut self, group: &Group) -> Result<(), Fault> {
        let values = [
            id(group.id),
            self.number_of(group.id),
            group.display_name.as_str().into(),
            group.security_enabled.into(),
            group.mail_enabled.into(),
            group.created.into(),
            json(&group.more)?,
        ];
        self.one(&GROUP_ADD, values);
        self.facets(Noun::Group, group.id, &query::of_group(group));
        self.mark_here(Noun::Group, group.id);
        Ok(())
    }

    fn unit_add(&mut self, unit: &AdministrativeUnit) -> Result<(), Fault> {
        self.one(&UNIT_ADD, unit_values(unit)?.into_iter().chain([self.number_of(unit.id)]));
        self.facets(Noun::AdministrativeUnit, unit.id, &query::of_unit(unit));
        self.mark_here(Noun::AdministrativeUnit, unit.id);
        Ok(())
    }

    fn unit_set(&mut self, unit: &AdministrativeUnit) -> Result<(), Fault> {
        self.one(&UNIT_SET, unit_values(unit)?.into_iter().chain([unit.version.into()]));
        self.facets(Noun::AdministrativeUnit, unit.id, &query::of_unit(unit));
        self.mark_here(Noun::AdministrativeUnit, unit.id);
        Ok(())
    }

    fn link_add(&mut self, link: Link) {
        self.one(&LINK_ADD, [id(link.of), link.role.word().into(), id(link.member), link.kind.word().into()]);
        self.mark_link(&link, true);
    }

    fn application_add(&mut self, card: &AppCard) -> Result<(), Fault> {
        self.is_own(card.home)?;
        let name = card.registration.display_name.as_str();
        self.one(
            &APPLICATION_ADD,
            [id(card.application), self.number_of(card.application), id(card.app_id), name.into()],
        );
        let values = [
            id(card.app_id),
            id(card.application),
            id(card.home),
            card.created.into(),
            json(&card.registration)?,
            json(&card.secrets)?,
            json(&card.certificates)?,
            json(&card.federated)?,
        ];
        self.global(&CARD_ADD, values);
        self.addresses(card);
        self.global_any(&LOGO_BACK, [id(card.app_id), id(self.whose.tenant)]);
        self.facets(Noun::Application, card.application, &query::of_application(card));
        self.mark_here(Noun::Application, card.application);
        Ok(())
    }

    pub(super) fn addresses(&mut self, card: &AppCard) {
        for address in addresses(&card.registration) {
            self.global_any(&ADDRESS_ADD, [address.into(), id(card.app_id)]);
        }
    }

    fn application_set(&mut self, card: &AppCard) -> Result<(), Fault> {
        let name = card.registration.display_name.as_str();
        self.one(&APPLICATION_SET, [id(card.application), name.into()]);
        let values = [
            id(card.app_id),
            json(&card.registration)?,
            json(&card.secrets)?,
            json(&card.certificates)?,
            json(&card.federated)?,
            id(self.whose.tenant),
            id(card.application),
            card.version.into(),
        ];
        self.global(&CARD_SET, values);
        self.global_any(&ADDRESSES_REMOVE, [id(card.app_id)]);
        self.addresses(card);
        self.facets(Noun::Application, card.application, &query::of_application(card));
        self.mark_here(Noun::Application, card.application);
        Ok(())
    }

    fn sp_add(&mut self, sp: &ServicePrincipal) -> Result<(), Fault> {
        let values = [
            id(sp.id),
            self.number_of(sp.id),
            id(sp.app_id),
            id(sp.home),
            sp.display_name.as_str().into(),
            sp.account_enabled.into(),
            sp.app_role_assignment_required.into(),
            sp.created.into(),
            json(&sp.more)?,
        ];
        self.one(&SP_ADD, values);
        self.sp_names(sp);
        self.facets(Noun::ServicePrincipal, sp.id, &query::of_service_principal(sp));
        self.mark_here(Noun::ServicePrincipal, sp.id);
        Ok(())
    }

    fn sp_set(&mut self, sp: &ServicePrincipal) -> Result<(), Fault> {
        let values = [
            id(sp.id),
            sp.display_name.as_str().into(),
            sp.account_enabled.into(),
            sp.app_role_assignment_required.into(),
            json(&sp.more)?,
            sp.version.into(),
        ];
        self.one(&SP_SET, values);
        self.any(&SP_NAMES_REMOVE, [id(sp.id)]);
        self.sp_names(sp);
        self.facets(Noun::ServicePrincipal, sp.id, &query::of_service_principal(sp));
        self.mark_here(Noun::ServicePrincipal, sp.id);
        Ok(())
    }

    fn sp_names(&mut self, sp: &ServicePrincipal) {
        // Two spellings of one name are one row.
        let names: BTreeSet<Folded> = sp.more.service_principal_names.iter().map(|name| Folded::of(name)).collect();
        for name in names {
            self.any(&SP_NAME_ADD, [name.into_string().into(), id(sp.id)]);
        }
    }

    /// What comes and what goes; what stays is not touched.
    pub(super) fn facets(&mut self, noun: Noun, object: impl Into<ObjectId>, facets: &[Facet]) {
        if !self.faceting {
            return;
        }
        let object = object.into();
        let before = self.known.remove(&object).unwrap_or_default();
        let of = before.number;
        for Facet { property, value } in before.facets.iter().filter(|facet| !facets.contains(facet)) {
            if let Some(number) = facet_number(noun, property) {
                let value = Value::Bytes(value.clone().into_bytes());
                self.one(&FACET_REMOVE, [number.into(), value, of.into()]);
            }
        }
        for Facet { property, value } in facets.iter().filter(|facet| !before.facets.contains(facet)) {
            if let Some(number) = facet_number(noun, property) {
                self.facet(number, value.clone().into_bytes(), of);
            }
        }
        // A new row is the first version, and each write makes the next.
        self.known.insert(object, Known { number: of, version: before.version + 1, facets: facets.to_vec() });
    }

    pub(super) fn facet(&mut self, facet: i64, value: Vec<u8>, object: i64) {
        self.one(&FACET_ADD, [facet.into(), Value::Bytes(value), object.into()]);
    }

    fn number_of(&self, object: impl Into<ObjectId>) -> Value {
        self.known.get(&object.into()).map_or(0, |known| known.number).into()
    }

    /// Of what is removed: nothing finds it any more, and it must be the version that its facets are known of.
    fn forget(&mut self, noun: Noun, object: impl Into<ObjectId>) -> Value {
        let object = object.into();
        let version = self.known.get(&object).map_or(0, |known| known.version);
        self.any(&NUMBER_GONE, [id(object), self.number_of(object), self.now.into()]);
        self.facets(noun, object, &[]);
        self.known.remove(&object);
        version.into()
    }

    fn grant_add(&mut self, grant: &Grant) {
        let values = [
            id(grant.id),
            id(grant.client),
            id(grant.resource),
            id_or_none(grant.principal),
            grant.scope_text().into(),
            grant.created.into(),
            grant.version.into(),
        ];
        self.one(&GRANT_ADD, values);
        self.mark_grant(grant);
    }

    fn assign(&mut self, assignment: AppRoleAssignment) {
        let values = [
            id(assignment.id),
            id(assignment.principal),
            assignment.kind.word().into(),
            id(assignment.resource),
            id(assignment.role),
            assignment.created.into(),
        ];
        self.one(&ASSIGN, values);
    }

    fn role_add(&mut self, assignment: RoleAssignment) {
        let values = [
            id(assignment.id),
            id(assignment.principal),
            id(assignment.role),
            id_or_none(assignment.within),
            assignment.created.into(),
        ];
        self.one(&ROLE_ADD, values);
    }
}

fn unit_values(unit: &AdministrativeUnit) -> Result<[Value; 4], Fault> {
    Ok([id(unit.id), unit.display_name.as_str().into(), unit.restricted.into(), json(&unit.more)?])
}

/// From `upn_key` on. Nothing is said twice; what reads it is beside the columns (`nouns::user`).
fn user_values(user: &User) -> Result<[Value; 8], Fault> {
    let (upn, key) = (user.upn.as_str(), user.upn.folded().into_string());
    let mail = user.mail.as_deref().map(|mail| match mail {
        _ if mail == upn => SAME_AS_UPN.to_owned(),
        _ if mail.starts_with(SAME_AS_UPN) => format!("{SAME_AS_UPN}{mail}"),
        _ => mail.to_owned(),
    });
    Ok([
        Value::Bytes(key.clone().into_bytes()),
        Some(upn).filter(|upn| *upn != key).into(),
        user.display_name.as_str().into(),
        mail.into(),
        user.account_enabled.into(),
        user.is_guest().into(),
        Some(user.sessions_valid_from).filter(|from| *from != user.created).into(),
        packed(&user.more)?,
    ])
}
