-- Objects are changed as a whole: a write that read an older version is raced.
ALTER TABLE users ADD COLUMN version {int} NOT NULL DEFAULT 1;
ALTER TABLE user_groups ADD COLUMN version {int} NOT NULL DEFAULT 1;
ALTER TABLE app_cards ADD COLUMN version {int} NOT NULL DEFAULT 1;
ALTER TABLE service_principals ADD COLUMN version {int} NOT NULL DEFAULT 1;
-- What was deleted and can be brought back: the object as it was, and what hung on it. `noun` is that of `facets`.
CREATE TABLE deleted_items (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, noun {int} NOT NULL, at {int} NOT NULL, object TEXT NOT NULL, attached TEXT NOT NULL, PRIMARY KEY (tenant_id, id)){table};
CREATE INDEX deleted_items_by_noun ON deleted_items (tenant_id, noun, id);
CREATE INDEX grants_by_client ON grants (tenant_id, client)
