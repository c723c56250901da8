-- The first schema. Ids are 16 bytes, moments are milliseconds, truth is 0 or 1; what is looked up folded has a _key.

-- Global: read by every tenant, small, rarely written.
CREATE TABLE tenants (id {bytes} NOT NULL PRIMARY KEY, created {int} NOT NULL, profile TEXT NOT NULL, settings TEXT NOT NULL){table};
CREATE TABLE domains (name_key TEXT NOT NULL PRIMARY KEY, tenant {bytes} NOT NULL){table};
CREATE TABLE app_cards (app_id {bytes} NOT NULL PRIMARY KEY, application {bytes} NOT NULL, home {bytes} NOT NULL, created {int} NOT NULL, registration TEXT NOT NULL, secrets TEXT NOT NULL){table};
CREATE TABLE keys (name TEXT NOT NULL PRIMARY KEY, purpose TEXT NOT NULL, material {bytes} NOT NULL, created {int} NOT NULL){table};

-- A tenant's: every key begins with tenant_id, so that a distributed backend can hold tenants apart.
CREATE TABLE users (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, upn TEXT NOT NULL, upn_key TEXT NOT NULL, display_name TEXT NOT NULL, display_key TEXT NOT NULL, mail TEXT, enabled {int} NOT NULL, kind TEXT NOT NULL, created {int} NOT NULL, sessions_from {int} NOT NULL, password TEXT, more TEXT NOT NULL, PRIMARY KEY (tenant_id, id)){table};
CREATE UNIQUE INDEX users_by_upn ON users (tenant_id, upn_key);
CREATE TABLE user_groups (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, display_name TEXT NOT NULL, display_key TEXT NOT NULL, security {int} NOT NULL, mail {int} NOT NULL, created {int} NOT NULL, more TEXT NOT NULL, PRIMARY KEY (tenant_id, id)){table};
CREATE TABLE links (tenant_id {bytes} NOT NULL, group_id {bytes} NOT NULL, role TEXT NOT NULL, member {bytes} NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (tenant_id, group_id, role, member)){table};
CREATE INDEX links_by_member ON links (tenant_id, member, role);
CREATE TABLE applications (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, app_id {bytes} NOT NULL, display_name TEXT NOT NULL, display_key TEXT NOT NULL, PRIMARY KEY (tenant_id, id)){table};
CREATE UNIQUE INDEX applications_by_app ON applications (tenant_id, app_id);
CREATE TABLE service_principals (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, app_id {bytes} NOT NULL, home {bytes} NOT NULL, display_name TEXT NOT NULL, display_key TEXT NOT NULL, enabled {int} NOT NULL, assignment_required {int} NOT NULL, created {int} NOT NULL, more TEXT NOT NULL, PRIMARY KEY (tenant_id, id)){table};
CREATE UNIQUE INDEX service_principals_by_app ON service_principals (tenant_id, app_id);
CREATE TABLE sp_names (tenant_id {bytes} NOT NULL, name_key TEXT NOT NULL, sp {bytes} NOT NULL, PRIMARY KEY (tenant_id, name_key)){table};
CREATE TABLE grants (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, client {bytes} NOT NULL, resource {bytes} NOT NULL, principal {bytes} NOT NULL, scope TEXT NOT NULL, created {int} NOT NULL, version {int} NOT NULL, PRIMARY KEY (tenant_id, id)){table};
CREATE UNIQUE INDEX grants_by_parties ON grants (tenant_id, client, resource, principal);
CREATE TABLE app_role_assignments (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, principal {bytes} NOT NULL, kind TEXT NOT NULL, resource {bytes} NOT NULL, role {bytes} NOT NULL, created {int} NOT NULL, PRIMARY KEY (tenant_id, id)){table};
CREATE UNIQUE INDEX app_role_assignments_by_parties ON app_role_assignments (tenant_id, principal, resource, role);
CREATE TABLE role_assignments (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, principal {bytes} NOT NULL, role {bytes} NOT NULL, within {bytes} NOT NULL, created {int} NOT NULL, PRIMARY KEY (tenant_id, id)){table};
CREATE UNIQUE INDEX role_assignments_by_parties ON role_assignments (tenant_id, principal, role, within);
CREATE INDEX role_assignments_by_role ON role_assignments (tenant_id, role);
CREATE TABLE sessions (tenant_id {bytes} NOT NULL, hash {bytes} NOT NULL, id {bytes} NOT NULL, user_id {bytes} NOT NULL, signed_in {int} NOT NULL, expires {int} NOT NULL, persistent {int} NOT NULL, ended {int}, ended_by TEXT, PRIMARY KEY (tenant_id, hash)){table};
CREATE UNIQUE INDEX sessions_by_id ON sessions (tenant_id, id);
CREATE TABLE codes (tenant_id {bytes} NOT NULL, hash {bytes} NOT NULL, expires {int} NOT NULL, used {int}, family {bytes} NOT NULL, bound TEXT NOT NULL, PRIMARY KEY (tenant_id, hash)){table};
CREATE TABLE families (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, user_id {bytes} NOT NULL, client {bytes} NOT NULL, session_id {bytes} NOT NULL, platform TEXT NOT NULL, signed_in {int} NOT NULL, scope TEXT NOT NULL, ends {int}, revoked {int}, PRIMARY KEY (tenant_id, id)){table};
CREATE TABLE refresh_tokens (tenant_id {bytes} NOT NULL, hash {bytes} NOT NULL, family {bytes} NOT NULL, issued {int} NOT NULL, replaced {int}, PRIMARY KEY (tenant_id, hash)){table};
CREATE TABLE audits (tenant_id {bytes} NOT NULL, at {int} NOT NULL, place {int} NOT NULL, activity TEXT NOT NULL, category TEXT NOT NULL, actor TEXT NOT NULL, targets TEXT NOT NULL, changed TEXT NOT NULL, correlation {bytes} NOT NULL);
CREATE INDEX audits_by_time ON audits (tenant_id, at, place);
CREATE TABLE sign_ins (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, at {int} NOT NULL, kind TEXT NOT NULL, client {bytes} NOT NULL, user_id {bytes} NOT NULL, name TEXT NOT NULL, code {int} NOT NULL, reason TEXT NOT NULL, resource {bytes} NOT NULL, correlation {bytes} NOT NULL, PRIMARY KEY (tenant_id, id)){table}
