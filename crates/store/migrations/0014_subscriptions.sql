-- Who wants to be told of changes, how far they were told (`seq`, `after`), and when they are told next: from `due` on, and
-- not before `held`.
CREATE TABLE subscriptions (tenant_id {bytes} NOT NULL, id {bytes} NOT NULL, client {bytes} NOT NULL, user_id {bytes} NOT NULL, said TEXT NOT NULL, expires {int} NOT NULL, seq {int} NOT NULL, after {bytes} NOT NULL, due {int} NOT NULL, held {int} NOT NULL, tries {int} NOT NULL, failing_since {int}, PRIMARY KEY (tenant_id, id)){table};
CREATE INDEX subscriptions_by_due ON subscriptions (due);
CREATE INDEX subscriptions_of_client ON subscriptions (tenant_id, client, id);
CREATE INDEX subscriptions_by_tenant_due ON subscriptions (tenant_id, due)
