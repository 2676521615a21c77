CREATE TABLE billing_customer (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    email text COLLATE "C",
    test_clock text COLLATE "C",
    deleted boolean,
    terms integer[] NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX billing_customer_by_created ON billing_customer (live, created, seq);
CREATE INDEX billing_customer_by_email ON billing_customer (live, email, created, seq) WHERE email IS NOT NULL;
CREATE INDEX billing_customer_by_test_clock ON billing_customer (live, test_clock, created, seq) WHERE test_clock IS NOT NULL;
CREATE INDEX billing_customer_by_seq ON billing_customer (live, seq);
CREATE INDEX billing_customer_by_terms ON billing_customer USING gin (terms);

CREATE TABLE subscription (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    customer text COLLATE "C",
    status text COLLATE "C",
    collection text COLLATE "C",
    test_clock text COLLATE "C",
    due text COLLATE "C",
    terms integer[] NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX subscription_by_created ON subscription (live, created, seq);
CREATE INDEX subscription_by_customer ON subscription (live, customer, created, seq) WHERE customer IS NOT NULL;
CREATE INDEX subscription_by_test_clock ON subscription (live, test_clock, created, seq) WHERE test_clock IS NOT NULL;
CREATE INDEX subscription_by_due ON subscription (live, due, created, seq) WHERE due IS NOT NULL;
CREATE INDEX subscription_by_seq ON subscription (live, seq);
CREATE INDEX subscription_by_terms ON subscription USING gin (terms);

CREATE TABLE subscription_item (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    price text COLLATE "C",
    product text COLLATE "C",
    product_version text COLLATE "C",
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX subscription_item_by_price ON subscription_item (live, price, created, seq) WHERE price IS NOT NULL;
CREATE INDEX subscription_item_by_product ON subscription_item (live, product, created, seq) WHERE product IS NOT NULL;
CREATE INDEX subscription_item_by_product_version ON subscription_item (live, product_version, created, seq) WHERE product_version IS NOT NULL;

CREATE TABLE coupon (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX coupon_by_created ON coupon (live, created, seq);

CREATE TABLE promotion_code (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    held text COLLATE "C",
    code text COLLATE "C",
    coupon text COLLATE "C",
    customer text COLLATE "C",
    active boolean,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX promotion_code_by_created ON promotion_code (live, created, seq);
CREATE UNIQUE INDEX promotion_code_by_held ON promotion_code (live, held) WHERE held IS NOT NULL;
CREATE INDEX promotion_code_by_code ON promotion_code (live, code, created, seq) WHERE code IS NOT NULL;
CREATE INDEX promotion_code_by_coupon ON promotion_code (live, coupon, created, seq) WHERE coupon IS NOT NULL;
CREATE INDEX promotion_code_by_customer ON promotion_code (live, customer, created, seq) WHERE customer IS NOT NULL;

CREATE TABLE meter (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    held text COLLATE "C",
    active boolean,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX meter_by_created ON meter (live, created, seq);
CREATE UNIQUE INDEX meter_by_held ON meter (live, held) WHERE held IS NOT NULL;

CREATE TABLE meter_event (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    identifier text COLLATE "C",
    subject text COLLATE "C",
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE UNIQUE INDEX meter_event_by_identifier ON meter_event (live, identifier) WHERE identifier IS NOT NULL;
CREATE INDEX meter_event_by_subject ON meter_event (live, subject, created, seq) WHERE subject IS NOT NULL;

CREATE TABLE test_clock (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    due text COLLATE "C",
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX test_clock_by_created ON test_clock (live, created, seq);
CREATE INDEX test_clock_by_due ON test_clock (live, due, created, seq) WHERE due IS NOT NULL;

CREATE TABLE webhook_endpoint (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX webhook_endpoint_by_created ON webhook_endpoint (live, created, seq);

CREATE TABLE delivery (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    queue text COLLATE "C",
    event text COLLATE "C",
    endpoint text COLLATE "C",
    status text COLLATE "C",
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX delivery_by_queue ON delivery (live, queue, created, seq) WHERE queue IS NOT NULL;
CREATE INDEX delivery_by_event ON delivery (live, event, created, seq) WHERE event IS NOT NULL;
CREATE INDEX delivery_by_endpoint ON delivery (live, endpoint, created, seq) WHERE endpoint IS NOT NULL;
