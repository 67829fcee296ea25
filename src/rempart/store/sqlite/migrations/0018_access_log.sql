-- Which entries of the log tell who was here and did what; the entries themselves are in the log.
CREATE TABLE access_entry (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    what TEXT NOT NULL,
    actor TEXT NOT NULL,
    about TEXT NOT NULL,
    seen_by TEXT
) STRICT;
CREATE INDEX access_entry_actor ON access_entry (actor, kind, at_ms);
CREATE INDEX access_entry_about ON access_entry (about, kind, at_ms);
CREATE INDEX access_entry_kind ON access_entry (kind, seq);
