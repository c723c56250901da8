-- What people ask their administrators to allow. `decision` is NULL while nobody has said anything.
CREATE TABLE consent_requests (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, client {bytes} NOT NULL, user_id {bytes} NOT NULL, asked TEXT NOT NULL, reason TEXT NOT NULL, created {int} NOT NULL, expires {int} NOT NULL, decision TEXT, PRIMARY KEY (tenant_id, id)){table};
CREATE INDEX consent_requests_by_user ON consent_requests (tenant_id, user_id, created);
CREATE INDEX consent_requests_by_client ON consent_requests (tenant_id, client);
CREATE INDEX consent_requests_by_expiry ON consent_requests (tenant_id, expires)
