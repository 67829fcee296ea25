-- Versions of what decides and what people change: rules, and what the text detector learned here.
-- A version is never changed; what becomes of it are moves, one after the other.

CREATE TABLE version (
    kind TEXT NOT NULL CHECK (kind IN ('rules', 'words')),
    id TEXT NOT NULL,
    parent TEXT,
    author TEXT NOT NULL CHECK (author <> ''),
    reason TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    figures TEXT NOT NULL,
    body BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;
CREATE TRIGGER version_append_only BEFORE UPDATE ON version
BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;

CREATE TABLE version_move (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'live', 'replaced', 'reverted')),
    by TEXT NOT NULL CHECK (by <> ''),
    reason TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    FOREIGN KEY (kind, id) REFERENCES version (kind, id)
) STRICT;
CREATE INDEX version_move_of ON version_move (kind, id, number);
CREATE TRIGGER version_move_append_only BEFORE UPDATE ON version_move
BEGIN SELECT RAISE(ABORT, 'a move is never changed'); END;
