-- Second factors: codes from an app (the secret sealed), passkeys (public keys only), recovery codes
-- (SHA-256). `level` of a session: 1 signed in by one factor, 2 by two or by a passkey.
ALTER TABLE session ADD COLUMN level INTEGER NOT NULL DEFAULT 1;

CREATE TABLE totp (
    person TEXT PRIMARY KEY REFERENCES person (id),
    sealed BLOB NOT NULL,
    last_step INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE passkey (
    id BLOB PRIMARY KEY,
    person TEXT NOT NULL REFERENCES person (id),
    name TEXT NOT NULL,
    credential BLOB NOT NULL,
    uses INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    last_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_person ON passkey (person);

CREATE TABLE recovery_code (
    person TEXT NOT NULL REFERENCES person (id),
    digest BLOB NOT NULL,
    PRIMARY KEY (person, digest)
) STRICT, WITHOUT ROWID;
