-- Pages that were captured on request. The address stands in the entries of the log (`seq`: asked
-- for, `done_seq`: taken or failed), whose words can be erased; the file lies encrypted beside.
CREATE TABLE capture (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_ms INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'taken', 'failed')),
    seq INTEGER NOT NULL,
    done_seq INTEGER,
    done_ms INTEGER
) STRICT;
CREATE INDEX capture_of ON capture (case_id, asked_ms);
CREATE INDEX capture_waiting ON capture (asked_ms) WHERE state = 'asked';
