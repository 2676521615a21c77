CREATE TABLE product (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    active ANY,
    shippable ANY,
    url ANY,
    key ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX product_by_id ON product (live, id);
CREATE INDEX product_by_created ON product (live, created);
CREATE INDEX product_by_url ON product (live, url, created) WHERE url IS NOT NULL;
CREATE UNIQUE INDEX product_by_key ON product (live, key) WHERE key IS NOT NULL;
CREATE VIRTUAL TABLE product_search USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii');
INSERT INTO product_search (product_search, rank) VALUES ('automerge', 16);

CREATE TABLE price (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    active ANY,
    currency ANY,
    lookup_key ANY,
    product ANY,
    recurring_interval ANY,
    meter ANY,
    usage_type ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX price_by_id ON price (live, id);
CREATE INDEX price_by_created ON price (live, created);
CREATE UNIQUE INDEX price_by_lookup_key ON price (live, lookup_key) WHERE lookup_key IS NOT NULL;
CREATE INDEX price_by_product ON price (live, product, created) WHERE product IS NOT NULL;
CREATE INDEX price_by_meter ON price (live, meter, created) WHERE meter IS NOT NULL;
CREATE VIRTUAL TABLE price_search USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii');
INSERT INTO price_search (price_search, rank) VALUES ('automerge', 16);

CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    type ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX event_by_id ON event (live, id);
CREATE INDEX event_by_created ON event (live, created);
CREATE INDEX event_by_type ON event (live, type, created) WHERE type IS NOT NULL;

CREATE TABLE receipt (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX receipt_by_id ON receipt (live, id);
CREATE INDEX receipt_by_created ON receipt (created);

CREATE TABLE api_key (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    hash ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX api_key_by_id ON api_key (live, id);
CREATE INDEX api_key_by_created ON api_key (live, created);
CREATE UNIQUE INDEX api_key_by_hash ON api_key (live, hash) WHERE hash IS NOT NULL;

-- The last event whose object is in the search indexes as it was after that event, or later.
CREATE TABLE search_mark (
    event INTEGER NOT NULL
) STRICT;
INSERT INTO search_mark VALUES (0);
