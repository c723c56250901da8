-- What tenants add to the schema of everybody's objects, by the name that objects bear it under. `open`: other tenants know
-- it as well.
CREATE TABLE schema_extensions (name TEXT NOT NULL PRIMARY KEY, home {bytes} NOT NULL, owner {bytes} NOT NULL, status TEXT NOT NULL, open {int} NOT NULL, said TEXT NOT NULL, version {int} NOT NULL){table};
CREATE INDEX schema_extensions_of_owner ON schema_extensions (owner, name)
