-- What a customer has, once more in its own row: its assignments, overrides and bonuses, and the place of its counters.
ALTER TABLE customer ADD COLUMN parts TEXT;
ALTER TABLE customer ADD COLUMN counters INTEGER;
UPDATE customer SET
    parts = CASE WHEN
        EXISTS (SELECT 1 FROM assignment AS part WHERE part.live = customer.live AND part.customer = customer.id)
        OR EXISTS (SELECT 1 FROM overrule AS part WHERE part.live = customer.live AND part.customer = customer.id)
        OR EXISTS (SELECT 1 FROM bonus AS part WHERE part.live = customer.live AND part.customer = customer.id)
    THEN json_array(
        json((SELECT json_group_array(json(body) ORDER BY created, seq) FROM assignment AS part
            WHERE part.live = customer.live AND part.customer = customer.id)),
        json((SELECT json_group_array(json(body) ORDER BY created, seq) FROM overrule AS part
            WHERE part.live = customer.live AND part.customer = customer.id)),
        json((SELECT json_group_array(json(body) ORDER BY created, seq) FROM bonus AS part
            WHERE part.live = customer.live AND part.customer = customer.id))
    ) END,
    counters = (SELECT seq FROM counters AS part WHERE part.live = customer.live AND part.id = customer.id);

CREATE TABLE billing_customer (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    email ANY,
    test_clock ANY,
    deleted ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX billing_customer_by_id ON billing_customer (live, id);
CREATE INDEX billing_customer_by_created ON billing_customer (live, created);
CREATE INDEX billing_customer_by_email ON billing_customer (live, email, created) WHERE email IS NOT NULL;
CREATE INDEX billing_customer_by_test_clock ON billing_customer (live, test_clock, created) WHERE test_clock IS NOT NULL;
CREATE VIRTUAL TABLE billing_customer_search USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii');
INSERT INTO billing_customer_search (billing_customer_search, rank) VALUES ('automerge', 16);

CREATE TABLE subscription (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    customer ANY,
    status ANY,
    collection ANY,
    test_clock ANY,
    due ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX subscription_by_id ON subscription (live, id);
CREATE INDEX subscription_by_created ON subscription (live, created);
CREATE INDEX subscription_by_customer ON subscription (live, customer, created) WHERE customer IS NOT NULL;
CREATE INDEX subscription_by_test_clock ON subscription (live, test_clock, created) WHERE test_clock IS NOT NULL;
CREATE INDEX subscription_by_due ON subscription (live, due, created) WHERE due IS NOT NULL;
CREATE VIRTUAL TABLE subscription_search USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii');
INSERT INTO subscription_search (subscription_search, rank) VALUES ('automerge', 16);

CREATE TABLE subscription_item (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    price ANY,
    product ANY,
    product_version ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX subscription_item_by_id ON subscription_item (live, id);
CREATE INDEX subscription_item_by_price ON subscription_item (live, price, created) WHERE price IS NOT NULL;
CREATE INDEX subscription_item_by_product ON subscription_item (live, product, created) WHERE product IS NOT NULL;
CREATE INDEX subscription_item_by_product_version ON subscription_item (live, product_version, created) WHERE product_version IS NOT NULL;

CREATE TABLE coupon (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX coupon_by_id ON coupon (live, id);
CREATE INDEX coupon_by_created ON coupon (live, created);

CREATE TABLE promotion_code (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    held ANY,
    code ANY,
    coupon ANY,
    customer ANY,
    active ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX promotion_code_by_id ON promotion_code (live, id);
CREATE INDEX promotion_code_by_created ON promotion_code (live, created);
CREATE UNIQUE INDEX promotion_code_by_held ON promotion_code (live, held) WHERE held IS NOT NULL;
CREATE INDEX promotion_code_by_code ON promotion_code (live, code, created) WHERE code IS NOT NULL;
CREATE INDEX promotion_code_by_coupon ON promotion_code (live, coupon, created) WHERE coupon IS NOT NULL;
CREATE INDEX promotion_code_by_customer ON promotion_code (live, customer, created) WHERE customer IS NOT NULL;

CREATE TABLE meter (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    held ANY,
    active ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX meter_by_id ON meter (live, id);
CREATE INDEX meter_by_created ON meter (live, created);
CREATE UNIQUE INDEX meter_by_held ON meter (live, held) WHERE held IS NOT NULL;

CREATE TABLE meter_event (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    identifier ANY,
    subject ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX meter_event_by_id ON meter_event (live, id);
CREATE UNIQUE INDEX meter_event_by_identifier ON meter_event (live, identifier) WHERE identifier IS NOT NULL;
CREATE INDEX meter_event_by_subject ON meter_event (live, subject, created) WHERE subject IS NOT NULL;

CREATE TABLE test_clock (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    due ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX test_clock_by_id ON test_clock (live, id);
CREATE INDEX test_clock_by_created ON test_clock (live, created);
CREATE INDEX test_clock_by_due ON test_clock (live, due, created) WHERE due IS NOT NULL;

CREATE TABLE webhook_endpoint (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX webhook_endpoint_by_id ON webhook_endpoint (live, id);
CREATE INDEX webhook_endpoint_by_created ON webhook_endpoint (live, created);

CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    queue ANY,
    event ANY,
    endpoint ANY,
    status ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX delivery_by_id ON delivery (live, id);
CREATE INDEX delivery_by_queue ON delivery (live, queue, created) WHERE queue IS NOT NULL;
CREATE INDEX delivery_by_event ON delivery (live, event, created) WHERE event IS NOT NULL;
CREATE INDEX delivery_by_endpoint ON delivery (live, endpoint, created) WHERE endpoint IS NOT NULL;
