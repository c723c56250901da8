-- Pictures of people and groups. One of an object that is gone goes when nobody can bring the object back.
CREATE TABLE photos (tenant_id {bytes} NOT NULL, object {bytes} NOT NULL, image {bytes} NOT NULL, PRIMARY KEY (tenant_id, object)){table}
