-- Invitations that may still be used. Of the link's secret only the SHA-256 is kept.
CREATE TABLE invitation (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    channels TEXT,
    email TEXT,
    person TEXT REFERENCES person (id),
    made_by TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
