-- People who use the dashboard.
CREATE TABLE dashboard_user (
    seq bigserial NOT NULL,
    live boolean NOT NULL,
    id text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    email text COLLATE "C",
    body text NOT NULL,
    PRIMARY KEY (live, id)
);
CREATE INDEX dashboard_user_by_created ON dashboard_user (live, created, seq);
CREATE UNIQUE INDEX dashboard_user_by_email ON dashboard_user (live, email) WHERE email IS NOT NULL;
