-- An entry is found by who did it, where somebody or something did: the others need no key for that.
DROP INDEX audits_by_user;
DROP INDEX audits_by_app;
DROP INDEX audits_by_name;
CREATE INDEX audits_by_user ON audits (tenant_id, actor_user, id) WHERE actor_user IS NOT NULL;
CREATE INDEX audits_by_app ON audits (tenant_id, actor_app, id) WHERE actor_app IS NOT NULL;
CREATE INDEX audits_by_name ON audits (tenant_id, actor_key, id) WHERE actor_key IS NOT NULL
