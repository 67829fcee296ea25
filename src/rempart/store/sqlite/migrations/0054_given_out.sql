-- What was given out of the log: each output that a command or a page made, with the entry that
-- tells of it. `told`: what was asked and the SHA-256 of each file, as JSON. `digest`: of the note
-- that a command left for the service, so that it is taken up once.
CREATE TABLE given_out (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    what TEXT NOT NULL,
    by TEXT NOT NULL,
    as_of INTEGER NOT NULL,
    told TEXT NOT NULL,
    digest TEXT UNIQUE
) STRICT;
CREATE INDEX given_out_what ON given_out (what, seq);
