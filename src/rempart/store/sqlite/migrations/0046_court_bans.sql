-- Court bans (Code pénal, art. 131-35-1). `looked_seq`: up to which entry new accounts were compared.
CREATE TABLE court_ban (
    id TEXT PRIMARY KEY,
    record BLOB NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    taken_by TEXT NOT NULL CHECK (taken_by <> ''),
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    looked_seq INTEGER NOT NULL,
    confirmed_by TEXT CHECK (confirmed_by <> taken_by),
    confirmed_ms INTEGER,
    ended_ms INTEGER,
    ended_why TEXT,
    CHECK (until_ms > from_ms),
    CHECK ((confirmed_by IS NULL) = (confirmed_ms IS NULL)),
    CHECK ((ended_ms IS NULL) = (ended_why IS NULL))
) STRICT;
CREATE INDEX court_ban_until ON court_ban (until_ms);
CREATE TABLE ban_measure (
    ban TEXT NOT NULL REFERENCES court_ban (id),
    measure TEXT NOT NULL,
    PRIMARY KEY (ban, measure)
) STRICT, WITHOUT ROWID;
-- An account that looks like one that a court banned: shown to a person, who says what she found.
CREATE TABLE ban_suspicion (
    ban TEXT NOT NULL REFERENCES court_ban (id),
    platform TEXT NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    why TEXT NOT NULL CHECK (why IN ('name', 'id')),
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    found TEXT CHECK (found IN ('same', 'other')),
    found_by TEXT,
    found_why TEXT,
    found_ms INTEGER,
    PRIMARY KEY (ban, platform, account),
    CHECK ((found IS NULL) = (found_by IS NULL)),
    CHECK ((found IS NULL) = (found_ms IS NULL))
) STRICT, WITHOUT ROWID;
