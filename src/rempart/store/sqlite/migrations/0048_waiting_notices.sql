-- Notices of a source whose notices are not examined for a while: received and kept, examined when
-- the suspension ends. `digest`: of their receipt; their words are in the log.
CREATE TABLE waiting_notice (
    id TEXT PRIMARY KEY,
    suspension TEXT NOT NULL REFERENCES misuse_suspension (id),
    reporter BLOB NOT NULL,
    category TEXT NOT NULL,
    language TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    content BLOB NOT NULL,
    contact BLOB,
    received_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    via TEXT NOT NULL
) STRICT;
CREATE INDEX waiting_notice_suspension ON waiting_notice (suspension, received_ms);
