-- Protected facts: what a target registered of herself. No text, no plain hash: `sealed` can only be
-- opened with a key of its own, which lives in a file outside this database and goes with the fact.

CREATE TABLE fact_protected (
    id TEXT PRIMARY KEY,
    -- A name, for all platforms on which it is the target's, or `platform/name`.
    target TEXT NOT NULL,
    sealed BLOB NOT NULL,
    added_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX fact_protected_target ON fact_protected (target, added_ms);

-- Messages kept from the target alone. `fact` is empty where the sender was locked out.
CREATE TABLE fact_match (
    target TEXT NOT NULL,
    seq INTEGER NOT NULL,
    fact TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (target, seq, fact)
) STRICT, WITHOUT ROWID;
CREATE INDEX fact_match_at ON fact_match (at_ms);

-- Invitations that were used; they are signed, and need no row before.
CREATE TABLE fact_invitation (
    digest BLOB PRIMARY KEY,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE target_session (
    digest BLOB PRIMARY KEY,
    target TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
