-- The logs can be asked: an audit entry has an id in the order of time, and stands under whoever did it and what it was
-- done to. Older entries get theirs when the store is opened.
ALTER TABLE audits ADD COLUMN id {bytes};
ALTER TABLE audits ADD COLUMN actor_user {bytes};
ALTER TABLE audits ADD COLUMN actor_app {bytes};
ALTER TABLE audits ADD COLUMN actor_key {bytes};
CREATE UNIQUE INDEX audits_by_id ON audits (tenant_id, id);
CREATE INDEX audits_by_activity ON audits (tenant_id, activity, id);
CREATE INDEX audits_by_category ON audits (tenant_id, category, id);
CREATE INDEX audits_by_correlation ON audits (tenant_id, correlation, id);
CREATE INDEX audits_by_user ON audits (tenant_id, actor_user, id);
CREATE INDEX audits_by_app ON audits (tenant_id, actor_app, id);
CREATE INDEX audits_by_name ON audits (tenant_id, actor_key, id);
CREATE TABLE audit_targets (tenant_id {bytes} NOT NULL, target {bytes} NOT NULL, entry {bytes} NOT NULL, PRIMARY KEY (tenant_id, target, entry)){table};
ALTER TABLE sign_ins ADD COLUMN name_key {bytes};
CREATE INDEX sign_ins_by_user ON sign_ins (tenant_id, user_id, id);
CREATE INDEX sign_ins_by_name ON sign_ins (tenant_id, name_key, id);
CREATE INDEX sign_ins_by_client ON sign_ins (tenant_id, client, id);
CREATE INDEX sign_ins_by_correlation ON sign_ins (tenant_id, correlation, id);

-- What changed since when, by the tenant's own count of changes. `gone`: 0 it is there, 1 it can be brought back, 2 it
-- cannot. Rows live longer than a token that asks for them.
CREATE TABLE change_counts (tenant_id {bytes} NOT NULL, count {int} NOT NULL, PRIMARY KEY (tenant_id)){table};
CREATE TABLE changed_objects (tenant_id {bytes} NOT NULL, noun {int} NOT NULL, object {bytes} NOT NULL, seq {int} NOT NULL, at {int} NOT NULL, gone {int} NOT NULL, PRIMARY KEY (tenant_id, noun, object)){table};
CREATE INDEX changed_objects_by_seq ON changed_objects (tenant_id, seq, object);
CREATE TABLE changed_links (tenant_id {bytes} NOT NULL, group_id {bytes} NOT NULL, role TEXT NOT NULL, member {bytes} NOT NULL, kind TEXT NOT NULL, seq {int} NOT NULL, at {int} NOT NULL, gone {int} NOT NULL, PRIMARY KEY (tenant_id, group_id, role, member)){table};
CREATE TABLE changed_grants (tenant_id {bytes} NOT NULL, client {bytes} NOT NULL, resource {bytes} NOT NULL, principal {bytes} NOT NULL, seq {int} NOT NULL, at {int} NOT NULL, gone {int} NOT NULL, PRIMARY KEY (tenant_id, client, resource, principal)){table};
CREATE INDEX changed_grants_by_seq ON changed_grants (tenant_id, seq, client, resource, principal);
-- Whoever knows the directory from before that count must read it anew: everything was put back at once.
INSERT INTO commits (id, count) VALUES (2, 0)
