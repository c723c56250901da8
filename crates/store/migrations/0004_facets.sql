-- What objects are found by: one row for each value of each property that can be asked for. Bytes, so that both backends
-- have one order. `noun` is 1 for users, 2 groups, 3 applications, 4 service principals.
CREATE TABLE facets (tenant_id {bytes} NOT NULL, noun {int} NOT NULL, property TEXT NOT NULL, value {bytes} NOT NULL, object {bytes} NOT NULL, PRIMARY KEY (tenant_id, noun, property, value, object)){table};
CREATE INDEX facets_by_object ON facets (tenant_id, object);
CREATE INDEX users_by_name ON users (tenant_id, display_key, id);
CREATE INDEX users_by_created ON users (tenant_id, created);
CREATE INDEX users_by_kind ON users (tenant_id, kind, id);
CREATE INDEX user_groups_by_name ON user_groups (tenant_id, display_key, id);
CREATE INDEX user_groups_by_created ON user_groups (tenant_id, created);
CREATE INDEX applications_by_name ON applications (tenant_id, display_key, id);
CREATE INDEX grants_by_resource ON grants (tenant_id, resource);
CREATE INDEX app_role_assignments_by_resource ON app_role_assignments (tenant_id, resource);
CREATE INDEX service_principals_by_name ON service_principals (tenant_id, display_key, id)
