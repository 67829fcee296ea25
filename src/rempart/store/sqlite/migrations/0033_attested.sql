-- What others attested of our log, what they still owe, and what we attested of theirs.
CREATE TABLE cosignature (
  size INTEGER NOT NULL,
  witness TEXT NOT NULL,
  line TEXT NOT NULL,
  at_s INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (witness, size)
) WITHOUT ROWID;
CREATE INDEX cosignature_size ON cosignature (size);

CREATE TABLE timestamp_token (
  size INTEGER NOT NULL,
  authority TEXT NOT NULL,
  reply BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  checked_with TEXT NOT NULL,
  seq INTEGER NOT NULL,
  UNIQUE (authority, size)
);
CREATE INDEX timestamp_token_size ON timestamp_token (size);

CREATE TABLE attestation_owed (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  since_ms INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  next_ms INTEGER NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (kind, name, size)
) WITHOUT ROWID;

CREATE TABLE witnessed (
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  note TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (origin, size)
) WITHOUT ROWID;

CREATE TABLE witness_refusal (
  origin TEXT PRIMARY KEY,
  what TEXT NOT NULL,
  size INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  seq INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE scrub (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  at_ms INTEGER NOT NULL,
  took_ms INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  erased INTEGER NOT NULL,
  why TEXT NOT NULL,
  failed TEXT NOT NULL
);
