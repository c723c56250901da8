-- What an app is looked up by when nobody says which one it is: its redirect URIs, and the origins of its pages.
CREATE TABLE app_addresses (address TEXT NOT NULL, app_id {bytes} NOT NULL, PRIMARY KEY (address, app_id)){table};
CREATE INDEX app_addresses_by_app ON app_addresses (app_id)
