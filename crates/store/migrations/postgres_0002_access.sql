CREATE TABLE feature (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);

CREATE TABLE custom_product (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);

CREATE TABLE definition (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);

CREATE TABLE customer (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    stripe_customer text COLLATE "C",
    search text COLLATE "C",
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX customer_by_created ON customer (live, created, seq);
CREATE UNIQUE INDEX customer_by_stripe_customer ON customer (live, stripe_customer) WHERE stripe_customer IS NOT NULL;

CREATE TABLE assignment (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    customer text COLLATE "C",
    product text COLLATE "C",
    product_version text COLLATE "C",
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX assignment_by_customer ON assignment (live, customer, created, seq) WHERE customer IS NOT NULL;
CREATE INDEX assignment_by_product ON assignment (live, product, created, seq) WHERE product IS NOT NULL;
CREATE INDEX assignment_by_product_version ON assignment (live, product_version, created, seq) WHERE product_version IS NOT NULL;

CREATE TABLE overrule (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    customer text COLLATE "C",
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX overrule_by_customer ON overrule (live, customer, created, seq) WHERE customer IS NOT NULL;

CREATE TABLE bonus (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    customer text COLLATE "C",
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX bonus_by_customer ON bonus (live, customer, created, seq) WHERE customer IS NOT NULL;

CREATE TABLE counters (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);

-- Not partitioned, though it grows for ever: no two events may have the same id or the same key, whenever they occurred,
-- and a unique index reaches no further than a partition by time. Should it come to that, `amount` and the key stay where
-- they are and old months move to a table of their own, once their counters need no sums any more.
CREATE TABLE usage_event (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    subject text COLLATE "C",
    key text COLLATE "C",
    amount numeric NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX usage_event_by_subject ON usage_event (live, subject, created, seq) WHERE subject IS NOT NULL;
CREATE UNIQUE INDEX usage_event_by_key ON usage_event (live, key) WHERE key IS NOT NULL;

-- Counters and bonuses are written over and over. Where a page has room, the new state of a row lies beside the old one,
-- and no index has to be told.
ALTER TABLE counters SET (fillfactor = 60);
ALTER TABLE bonus SET (fillfactor = 80);

-- One row each: the version of what access rests on and is no customer's own, raised by whoever changes that. The table
-- is also the lock: decisions over it share it, whoever changes it has it alone. A lock on a row would let those who
-- share it overtake whoever waits to change it, for ever; one on a table is given in the order in which it was asked for.
CREATE TABLE access_catalog_test (version bigint NOT NULL);
CREATE TABLE access_catalog_live (version bigint NOT NULL);
INSERT INTO access_catalog_test VALUES (0);
INSERT INTO access_catalog_live VALUES (0);
