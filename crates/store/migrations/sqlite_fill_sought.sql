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
