-- A dossier leaves when two people agree: a third kind of what waits for a second person.
CREATE TABLE proposal_new (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    what TEXT NOT NULL CHECK (what IN ('decision', 'unseal', 'export')),
    request BLOB NOT NULL,
    proposed_by TEXT NOT NULL CHECK (proposed_by <> ''),
    proposed_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'refused', 'withdrawn')),
    closed_by TEXT,
    closed_ms INTEGER,
    CHECK ((state = 'open') = (closed_by IS NULL)),
    CHECK (state NOT IN ('confirmed', 'refused') OR closed_by <> proposed_by)
) STRICT;
INSERT INTO proposal_new SELECT * FROM proposal;
DROP TABLE proposal;
ALTER TABLE proposal_new RENAME TO proposal;
CREATE INDEX proposal_case ON proposal (case_id, proposed_ms);
