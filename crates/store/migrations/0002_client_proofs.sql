-- What an app proves itself with beside secrets, and what a device asks for on a person's behalf.
ALTER TABLE app_cards ADD COLUMN certificates TEXT NOT NULL DEFAULT '[]';
ALTER TABLE app_cards ADD COLUMN federated TEXT NOT NULL DEFAULT '[]';
-- When a signing key signs: of those whose time has come, the last one. A day ahead of that it is published.
ALTER TABLE keys ADD COLUMN active_from {int} NOT NULL DEFAULT 0;

-- The apps that a session signed its person in to: they hear of its end.
CREATE TABLE session_apps (tenant_id {bytes} NOT NULL, session_id {bytes} NOT NULL, client {bytes} NOT NULL, PRIMARY KEY (tenant_id, session_id, client)){table};
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id);
CREATE INDEX families_by_user ON families (tenant_id, user_id);
CREATE INDEX grants_by_principal ON grants (tenant_id, principal);

-- Counts changes of the directory, so that each process sees what the others changed.
CREATE TABLE commits (id {int} NOT NULL PRIMARY KEY, count {int} NOT NULL){table};
INSERT INTO commits (id, count) VALUES (1, 0);

-- Global: until somebody types the code, nobody knows which tenant it is for. Rows live a quarter of an hour, and are gone an hour later.
CREATE TABLE device_codes (hash {bytes} NOT NULL PRIMARY KEY, user_hash {bytes} NOT NULL, expires {int} NOT NULL, asked TEXT NOT NULL, answer TEXT, used {int}){table};
CREATE UNIQUE INDEX device_codes_by_user_hash ON device_codes (user_hash);
CREATE INDEX device_codes_by_expiry ON device_codes (expires)
