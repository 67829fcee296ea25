-- Bodies are encrypted; `body_plain` holds those of earlier versions until the first start has
-- sealed them (store.sqlite.plain), and is dropped then.

ALTER TABLE body RENAME TO body_plain;

-- place = 16 * seq + which one; the numbers are those of keys/subjects.db, bucket 0: no bucket.
CREATE TABLE body (
    place INTEGER PRIMARY KEY,
    subject INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

-- Whose keys these bodies need, and the highest numbers in use: keys restored from before are told.
CREATE TABLE vault (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL,
    subjects INTEGER NOT NULL,
    buckets INTEGER NOT NULL
) STRICT;

-- What was destroyed: carried out in keys/subjects.db after the commit, and again after a crash or
-- when an older copy of the keys came back.
CREATE TABLE key_destroyed (
    kind TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (kind, number)
) STRICT, WITHOUT ROWID;
