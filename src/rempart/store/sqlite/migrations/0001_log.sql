-- The log: entries (leaves of salted commitments), their erasable bodies, tiles, checkpoints.

CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    leaf BLOB NOT NULL
) STRICT;

-- Disclosures of an entry: place = 16 * seq + which one. Deleting a row erases what it says.
CREATE TABLE body (
    place INTEGER PRIMARY KEY,
    disclosure BLOB NOT NULL
) STRICT;

-- Tiles of height 8; the unfinished tile of level 0 is not kept, it follows from the last leaves.
CREATE TABLE tile (
    level INTEGER NOT NULL,
    place INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, place)
) STRICT;

CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
