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
