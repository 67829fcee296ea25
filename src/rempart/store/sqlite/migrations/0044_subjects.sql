-- Which key is whose: numbers of keys/subjects.db. In the store and not beside the keys, so that a
-- name and what was written about it come and go in one transaction, and a new name needs no
-- transaction of the keys. The highest number of a name is the one that is written under.
CREATE TABLE subject (
    number INTEGER PRIMARY KEY,
    name BLOB NOT NULL
) STRICT;

CREATE INDEX subject_name ON subject (name, number);
