CREATE INDEX sp_names_by_sp ON sp_names (tenant_id, sp);
CREATE INDEX role_assignments_by_scope ON role_assignments (tenant_id, within);
-- What older data lacks is filled in once: how far that has come.
INSERT INTO commits (id, count) VALUES (3, 0)
