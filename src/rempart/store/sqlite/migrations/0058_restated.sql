-- Which entry an entry says anew without somebody who was erased: `first` is the one of long ago.
-- What points to an entry follows to the newest; what is read as of a size goes by the first.
CREATE TABLE restated (
    seq INTEGER PRIMARY KEY,
    first INTEGER NOT NULL
) STRICT;

-- What took something away: erasures that were carried out, and portions of what retention ended.
-- `seq`: of the entry that says so; `reached`: the smallest entry that it reached.
CREATE TABLE taken_away (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('erasure', 'retention')),
    what TEXT NOT NULL,
    entries INTEGER NOT NULL,
    reached INTEGER NOT NULL
) STRICT;

-- How many cases and deadlines are older than the keeping of what is written over (0050): as far as
-- is known they have always stood as they stood then.
CREATE TABLE stood_before (
    cases INTEGER NOT NULL,
    deadlines INTEGER NOT NULL
) STRICT;
INSERT INTO stood_before SELECT (SELECT count(*) FROM cases WHERE since_seq = 0),
    (SELECT count(*) FROM deadline WHERE since_seq = 0);
