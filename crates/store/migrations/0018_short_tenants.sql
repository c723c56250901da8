-- A tenant's rows bear a short key instead of its id's sixteen bytes, which stood in every row and in every index: the digits
-- of a number, in the order in which tenants came. A key is given when a tenant is first written to, and to no other one ever.
CREATE TABLE tenant_keys (tenant {bytes} NOT NULL PRIMARY KEY, short {bytes} NOT NULL){table};
CREATE UNIQUE INDEX tenant_keys_by_short ON tenant_keys (short);
INSERT INTO tenant_keys (tenant, short)
SELECT t.id, CAST(CAST((SELECT COUNT(*) FROM tenants o WHERE o.created < t.created OR (o.created = t.created AND o.id <= t.id)) AS TEXT) AS {bytes})
  FROM tenants t;
UPDATE users SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = users.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE user_groups SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = user_groups.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE administrative_units SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = administrative_units.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE photos SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = photos.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE links SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = links.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE facets SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = facets.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE applications SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = applications.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE service_principals SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = service_principals.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE sp_names SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = sp_names.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE grants SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = grants.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE app_role_assignments SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = app_role_assignments.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE role_assignments SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = role_assignments.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE deleted_items SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = deleted_items.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE consent_requests SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = consent_requests.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE sessions SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = sessions.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE session_apps SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = session_apps.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE codes SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = codes.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE families SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = families.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE refresh_tokens SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = refresh_tokens.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE audits SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = audits.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE audit_targets SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = audit_targets.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE change_counts SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = change_counts.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE changed_objects SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = changed_objects.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE changed_links SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = changed_links.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE changed_grants SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = changed_grants.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE subscriptions SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = subscriptions.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys);
UPDATE sign_ins SET tenant_id = (SELECT k.short FROM tenant_keys k WHERE k.tenant = sign_ins.tenant_id) WHERE tenant_id IN (SELECT tenant FROM tenant_keys)
