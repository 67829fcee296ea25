-- Where the pass of a window stands in the log.
ALTER TABLE retention_done ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
-- Reports and cases whose words have expired.
CREATE TABLE words_gone (
    id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
