-- Complaints of who frequently sends manifestly unfounded ones (DSA art. 23(2)). `source`: the keyed
-- hash that tells who appeals apart; `unfounded`: whoever rejected it called it manifestly unfounded.
ALTER TABLE second_look ADD COLUMN source BLOB;
ALTER TABLE second_look ADD COLUMN unfounded INTEGER NOT NULL DEFAULT 0
    CHECK (unfounded IN (0, 1) AND (unfounded = 0 OR state <> 'granted'));
CREATE INDEX second_look_source ON second_look (source, received_ms) WHERE source IS NOT NULL;

-- The last warning of such a source; its words are told with each receipt or code it has.
CREATE TABLE appeal_source (
    source BLOB PRIMARY KEY,
    warned_ms INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;

-- Appeals that are not examined for a while: received and kept, examined when the suspension ends.
-- Their words are in the log.
CREATE TABLE waiting_appeal (
    id TEXT PRIMARY KEY,
    suspension TEXT NOT NULL REFERENCES misuse_suspension (id),
    source BLOB NOT NULL,
    of_case TEXT NOT NULL REFERENCES cases (id),
    decision TEXT NOT NULL REFERENCES decision (id),
    report_id TEXT REFERENCES report (id),
    statement TEXT REFERENCES statement (id),
    received_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    CHECK ((report_id IS NULL) <> (statement IS NULL))
) STRICT;
CREATE INDEX waiting_appeal_suspension ON waiting_appeal (suspension, received_ms);
CREATE UNIQUE INDEX waiting_appeal_report ON waiting_appeal (report_id, decision)
    WHERE report_id IS NOT NULL;
CREATE UNIQUE INDEX waiting_appeal_statement ON waiting_appeal (statement)
    WHERE statement IS NOT NULL;
