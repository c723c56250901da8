-- Administrative units. Who is in one is among the links, with a role of its own.
CREATE TABLE administrative_units (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, display_name TEXT NOT NULL, display_key TEXT NOT NULL, restricted {int} NOT NULL, more TEXT NOT NULL, version {int} NOT NULL DEFAULT 1, PRIMARY KEY (tenant_id, id)){table};
CREATE INDEX administrative_units_by_name ON administrative_units (tenant_id, display_key, id)
