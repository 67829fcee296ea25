-- The ladder of measures: parts of a shield, and what waits in a target's lock-out folder.

ALTER TABLE measure ADD COLUMN part_of TEXT;
CREATE INDEX measure_part ON measure (part_of) WHERE part_of IS NOT NULL AND state = 'active';

-- A message that was not delivered to this target. released_ms: she let it through.
CREATE TABLE locked_out (
    target TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    measure TEXT NOT NULL,
    released_ms INTEGER,
    released_by TEXT,
    PRIMARY KEY (target, seq)
) STRICT, WITHOUT ROWID;

-- Who may look into her folder with her, until when; the invitation and the session as digests.
CREATE TABLE folder_helper (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    name TEXT NOT NULL,
    may_release INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    invitation BLOB NOT NULL UNIQUE,
    session BLOB UNIQUE,
    opened_ms INTEGER,
    revoked_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX folder_helper_target ON folder_helper (target, created_ms);
