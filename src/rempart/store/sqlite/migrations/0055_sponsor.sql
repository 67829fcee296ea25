-- Who let somebody in, in again, or gave her more rights, and when last: within the days that the
-- settings say neither is the other's second person (cases/second_person.py).
CREATE TABLE sponsor (
    person TEXT NOT NULL REFERENCES person (id),
    by TEXT NOT NULL REFERENCES person (id),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (person, by)
) STRICT, WITHOUT ROWID;
CREATE INDEX sponsor_at ON sponsor (at_ms);

CREATE TABLE second_person (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    days INTEGER NOT NULL CHECK (days BETWEEN 0 AND 366)
) STRICT;

-- What the access log knows of it from before. Who joined: by anybody who had invited somebody in
-- the three days that an invitation lives, since the table does not say by which one.
INSERT OR IGNORE INTO sponsor
    SELECT about, actor, max(at_ms) FROM access_entry
    WHERE kind = 'person' AND what IN ('reset', 'changed', 'enabled') AND about <> actor
      AND about IN (SELECT id FROM person) AND actor IN (SELECT id FROM person)
    GROUP BY about, actor;
INSERT INTO sponsor
    SELECT j.about, i.actor, max(j.at_ms) FROM access_entry j JOIN access_entry i
      ON i.kind = 'invitation' AND i.what = 'made'
      AND i.at_ms BETWEEN j.at_ms - 259200000 AND j.at_ms
    WHERE j.kind = 'person' AND j.what = 'joined' AND j.about <> i.actor
      AND j.about IN (SELECT id FROM person) AND i.actor IN (SELECT id FROM person)
    GROUP BY j.about, i.actor
    ON CONFLICT (person, by) DO UPDATE SET at_ms = max(at_ms, excluded.at_ms);
