CREATE TABLE product (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    active boolean,
    shippable boolean,
    url text COLLATE "C",
    key text COLLATE "C",
    terms integer[] NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX product_by_created ON product (live, created, seq);
CREATE INDEX product_by_url ON product (live, url, created, seq) WHERE url IS NOT NULL;
CREATE UNIQUE INDEX product_by_key ON product (live, key) WHERE key IS NOT NULL;
CREATE INDEX product_by_seq ON product (live, seq);
CREATE INDEX product_by_terms ON product USING gin (terms);

CREATE TABLE price (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    active boolean,
    currency text COLLATE "C",
    lookup_key text COLLATE "C",
    product text COLLATE "C",
    recurring_interval text COLLATE "C",
    meter text COLLATE "C",
    usage_type text COLLATE "C",
    terms integer[] NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX price_by_created ON price (live, created, seq);
CREATE UNIQUE INDEX price_by_lookup_key ON price (live, lookup_key) WHERE lookup_key IS NOT NULL;
CREATE INDEX price_by_product ON price (live, product, created, seq) WHERE product IS NOT NULL;
CREATE INDEX price_by_meter ON price (live, meter, created, seq) WHERE meter IS NOT NULL;
CREATE INDEX price_by_seq ON price (live, seq);
CREATE INDEX price_by_terms ON price USING gin (terms);

-- Its partitions, a month each, are made when they are first needed.
CREATE TABLE event (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    type text COLLATE "C",
    body text NOT NULL,
    PRIMARY KEY (live, id, created)
) PARTITION BY RANGE (created);
CREATE INDEX event_by_created ON event (live, created, seq);
CREATE INDEX event_by_type ON event (live, type, created, seq) WHERE type IS NOT NULL;

CREATE TABLE receipt (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX receipt_by_created ON receipt (created);

CREATE TABLE api_key (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    hash text COLLATE "C",
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX api_key_by_created ON api_key (live, created, seq);
CREATE UNIQUE INDEX api_key_by_hash ON api_key (live, hash) WHERE hash IS NOT NULL;

-- A lane is one connection of one node that writes: its transactions come one after the other. Nothing more is written
-- under one that is retired; it is read for a while yet.
CREATE TABLE lane (
    id bigserial PRIMARY KEY,
    seen timestamptz NOT NULL DEFAULT now(),
    retired boolean NOT NULL DEFAULT false
);

-- One row for each transaction of a lane that changed something, numbered without gaps. That it is there says that
-- the transaction was committed, or, where it is void, that it never will be; its keys say which objects other nodes
-- must not answer from memory any more.
CREATE TABLE change_set (
    lane bigint NOT NULL,
    version bigint NOT NULL,
    written timestamptz NOT NULL DEFAULT now(),
    void boolean NOT NULL,
    keys text[] NOT NULL,
    PRIMARY KEY (lane, version)
);
