-- What a community declares of itself, with dates: each row is said once and never changed. Which
-- value holds on a day is what was said last about that day. `value` NULL: none from there on.
CREATE TABLE dated (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL CHECK (key <> ''),
    from_day TEXT NOT NULL,
    until TEXT CHECK (until >= from_day),
    value BLOB,
    said_by TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX dated_kind ON dated (kind, seq);
CREATE TRIGGER dated_append_only BEFORE UPDATE ON dated
BEGIN SELECT RAISE(ABORT, 'what was declared is never changed'); END;

-- Orders of authorities: the record as it came in, and when which step was taken.
CREATE TABLE authority_order (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('content', 'information')),
    country TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    record BLOB NOT NULL,
    missing TEXT NOT NULL,
    taken_by TEXT NOT NULL,
    seq INTEGER NOT NULL,
    receipt_ms INTEGER,
    clarified_ms INTEGER,
    effect TEXT CHECK (effect IN ('given', 'partly', 'refused')),
    effect_ms INTEGER,
    answered_ms INTEGER,
    told_ms INTEGER,
    due_ms INTEGER NOT NULL,
    CHECK ((effect IS NULL) = (effect_ms IS NULL))
) STRICT;
CREATE INDEX authority_order_received ON authority_order (received_ms);
CREATE INDEX authority_order_open ON authority_order (due_ms) WHERE answered_ms IS NULL;

CREATE TABLE order_measure (
    order_id TEXT NOT NULL REFERENCES authority_order (id),
    measure TEXT NOT NULL,
    PRIMARY KEY (order_id, measure)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_measure_measure ON order_measure (measure);

-- Letters to an authority and messages to people: what was drafted, and when it was sent.
CREATE TABLE order_letter (
    order_id TEXT NOT NULL REFERENCES authority_order (id),
    what TEXT NOT NULL CHECK (what IN ('receipt', 'clarification', 'effect')),
    text TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    sent_ms INTEGER,
    PRIMARY KEY (order_id, what, seq)
) STRICT, WITHOUT ROWID;

-- Disputes before certified bodies; `record` is as it stands now, each change is an entry.
CREATE TABLE dispute (
    id TEXT PRIMARY KEY,
    submitted TEXT NOT NULL,
    decided TEXT,
    outcome TEXT,
    record BLOB NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE INDEX dispute_submitted ON dispute (submitted);

-- Sources of reports whose notices are not examined for a while (DSA art. 23(2)): the processing
-- of notices alone, never an account. `warned_ms`: the warning it stands on.
CREATE TABLE misuse_suspension (
    id TEXT PRIMARY KEY,
    reporter BLOB NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('notices', 'complaints')),
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    warned_ms INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    decided_by TEXT NOT NULL CHECK (decided_by <> ''),
    seq INTEGER NOT NULL,
    ended_ms INTEGER,
    CHECK (until_ms > from_ms AND warned_ms < from_ms)
) STRICT;
CREATE INDEX misuse_suspension_reporter ON misuse_suspension (reporter, until_ms);
