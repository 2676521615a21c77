-- People who use the dashboard.
CREATE TABLE dashboard_user (
    seq INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    email ANY,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX dashboard_user_by_id ON dashboard_user (live, id);
CREATE INDEX dashboard_user_by_created ON dashboard_user (live, created);
CREATE UNIQUE INDEX dashboard_user_by_email ON dashboard_user (live, email) WHERE email IS NOT NULL;

-- Runs of three characters of what customers are sought by; `rowid` is the place of the customer, and 2^40 more of a live
-- one. Places are in list order but for those that are marked as late.
CREATE VIRTUAL TABLE customer_by_search USING fts5(search, content='', contentless_delete=1, detail=none, tokenize='trigram case_sensitive 1');
INSERT INTO customer_by_search (customer_by_search, rank) VALUES ('automerge', 16);
ALTER TABLE customer ADD COLUMN late INTEGER;
CREATE INDEX customer_by_late ON customer (live, created) WHERE late IS NOT NULL;
-- What stands elsewhere in lists than its place says, and the parts of what texts are sought in.
UPDATE customer SET late = 1 WHERE seq IN (
    SELECT seq FROM (
        SELECT seq, created, body ->> 'frozen' IS NOT NULL AS is_frozen,
            max(created) FILTER (WHERE body ->> 'frozen' IS NULL) OVER (
                PARTITION BY live ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS reached
        FROM customer
    ) WHERE is_frozen OR created < reached
);
INSERT INTO customer_by_search (rowid, search)
    SELECT seq + live * 1099511627776, search FROM customer WHERE search IS NOT NULL ORDER BY 1;
INSERT INTO customer_by_search (customer_by_search) VALUES ('optimize');
