-- Settings are changed as a whole, as objects are: a write that read an older version is raced.
ALTER TABLE tenants ADD COLUMN version {int} NOT NULL DEFAULT 1
