-- What goes to the Commission's Transparency Database (DSA art. 24(5)): one row per restriction and
-- database (sandbox, production), and how far the statements were read. What was sent stays as sent.

CREATE TABLE feed_statement (
    database TEXT NOT NULL CHECK (database IN ('sandbox', 'production')),
    puid TEXT NOT NULL,
    measure TEXT NOT NULL,
    channel TEXT NOT NULL,
    platform TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('waiting', 'blocked', 'sending', 'sent', 'refused', 'exempt')),
    payload BLOB NOT NULL,
    faults TEXT NOT NULL DEFAULT '[]',
    texts TEXT NOT NULL DEFAULT '{}',
    due_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    receipt TEXT,
    sent_ms INTEGER,
    later INTEGER NOT NULL DEFAULT 0,
    released_by TEXT,
    PRIMARY KEY (database, puid),
    UNIQUE (database, measure),
    CHECK ((state = 'sent') = (sent_ms IS NOT NULL)),
    CHECK ((state = 'sent') = (receipt IS NOT NULL))
) STRICT;
CREATE INDEX feed_statement_due ON feed_statement (database, state, due_ms);
CREATE TRIGGER feed_statement_as_sent BEFORE UPDATE ON feed_statement
WHEN OLD.state = 'sent' AND (NEW.state, NEW.payload, NEW.receipt, NEW.sent_ms)
    IS NOT (OLD.state, OLD.payload, OLD.receipt, OLD.sent_ms)
BEGIN SELECT RAISE(ABORT, 'what was sent is never changed'); END;
CREATE TRIGGER feed_statement_on_its_way BEFORE UPDATE ON feed_statement
WHEN OLD.state = 'sending' AND NEW.payload IS NOT OLD.payload
BEGIN SELECT RAISE(ABORT, 'what is on its way is never changed'); END;

CREATE TABLE feed_read (
    database TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT;
