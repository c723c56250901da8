-- Facets by number: kind of object and property together. What an object is found by is known from the object itself, so
-- that no index by object is needed. They are made anew when the store is opened.
DROP TABLE facets;
CREATE TABLE facets (tenant_id {bytes} NOT NULL, facet {int} NOT NULL, value {bytes} NOT NULL, object {bytes} NOT NULL, PRIMARY KEY (tenant_id, facet, value, object)){table}
