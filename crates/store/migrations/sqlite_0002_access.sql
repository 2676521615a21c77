CREATE TABLE feature (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX feature_by_id ON feature (live, id);

CREATE TABLE custom_product (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX custom_product_by_id ON custom_product (live, id);

CREATE TABLE definition (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX definition_by_id ON definition (live, id);

CREATE TABLE customer (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    stripe_customer ANY,
    search ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX customer_by_id ON customer (live, id);
CREATE INDEX customer_by_created ON customer (live, created);
CREATE UNIQUE INDEX customer_by_stripe_customer ON customer (live, stripe_customer) WHERE stripe_customer IS NOT NULL;

CREATE TABLE assignment (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    customer ANY,
    product ANY,
    product_version ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX assignment_by_id ON assignment (live, id);
CREATE INDEX assignment_by_customer ON assignment (live, customer, created) WHERE customer IS NOT NULL;
CREATE INDEX assignment_by_product ON assignment (live, product, created) WHERE product IS NOT NULL;
CREATE INDEX assignment_by_product_version ON assignment (live, product_version, created) WHERE product_version IS NOT NULL;

CREATE TABLE overrule (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    customer ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX overrule_by_id ON overrule (live, id);
CREATE INDEX overrule_by_customer ON overrule (live, customer, created) WHERE customer IS NOT NULL;

CREATE TABLE bonus (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    customer ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX bonus_by_id ON bonus (live, id);
CREATE INDEX bonus_by_customer ON bonus (live, customer, created) WHERE customer IS NOT NULL;

CREATE TABLE counters (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX counters_by_id ON counters (live, id);

CREATE TABLE usage_event (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX usage_event_by_id ON usage_event (live, id);

-- Usage events by customer and feature, which are the places of their rows, and by when they occurred.
CREATE TABLE usage_by_subject (
    customer INTEGER NOT NULL,
    feature INTEGER NOT NULL,
    created INTEGER NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (customer, feature, created, event)
) STRICT, WITHOUT ROWID;

-- Those that have a key, by a hash of it.
CREATE TABLE usage_by_key (
    customer INTEGER NOT NULL,
    feature INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (customer, feature, hash, event)
) STRICT, WITHOUT ROWID;

-- Up to this event, both indexes and the rows of counters have everything.
CREATE TABLE usage_mark (
    event INTEGER NOT NULL
) STRICT;
INSERT INTO usage_mark VALUES (0);
