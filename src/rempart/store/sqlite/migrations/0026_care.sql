-- How many abusive texts each person opened, by day and harm: counts, never which.
CREATE TABLE exposure (
    person TEXT NOT NULL REFERENCES person (id),
    day TEXT NOT NULL,
    harm TEXT NOT NULL,
    texts INTEGER NOT NULL,
    PRIMARY KEY (person, day, harm)
) STRICT, WITHOUT ROWID;

-- Texts since the last pause, until when a pause is asked for, the day on which one was skipped.
CREATE TABLE pause (
    person TEXT PRIMARY KEY REFERENCES person (id),
    since INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    skipped TEXT NOT NULL
) STRICT, WITHOUT ROWID;
