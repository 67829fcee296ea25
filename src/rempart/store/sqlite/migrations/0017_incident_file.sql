-- The incident file that a target builds by ticking, and who asked to take it away.
-- `seq`: the entry of the log that is in the file: a message addressed to her, or an act outside
-- the service that she (or a moderator, for a case) wrote down.
CREATE TABLE incident_item (
    target TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('message', 'act')),
    at_ms INTEGER NOT NULL,
    added_ms INTEGER NOT NULL,
    PRIMARY KEY (target, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident_request (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    recipient TEXT NOT NULL,
    asked_ms INTEGER NOT NULL,
    mandate TEXT,
    first_by TEXT,
    first_ms INTEGER,
    second_by TEXT,
    second_ms INTEGER,
    refused_by TEXT,
    refused_ms INTEGER,
    why TEXT,
    taken_ms INTEGER,
    CHECK ((first_by IS NULL) = (mandate IS NULL)),
    CHECK (second_by IS NULL OR (first_by IS NOT NULL AND second_by <> first_by)),
    CHECK (refused_by IS NULL OR second_by IS NULL)
) STRICT;
CREATE INDEX incident_request_of ON incident_request (target, asked_ms);
CREATE INDEX incident_request_open ON incident_request (asked_ms)
    WHERE second_by IS NULL AND refused_by IS NULL;

-- Flagged messages to a target that is not the channel's owner.
CREATE INDEX message_flagged_target ON message (target)
    WHERE target IS NOT NULL AND (verdict > 0 OR abuse >= 500);
