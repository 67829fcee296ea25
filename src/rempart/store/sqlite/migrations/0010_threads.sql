-- What is said between a reporter and the team after a report, and reports taken back.
-- The words are not here but in the log's bodies (`seq`).
CREATE TABLE report_message (
    seq INTEGER PRIMARY KEY,
    report_id TEXT NOT NULL REFERENCES report (id),
    side TEXT NOT NULL CHECK (side IN ('reporter', 'team')),
    by_person TEXT,
    at_ms INTEGER NOT NULL,
    CHECK ((side = 'team') = (by_person IS NOT NULL))
) STRICT;
CREATE INDEX report_message_of ON report_message (report_id, seq);
CREATE TRIGGER report_message_append_only BEFORE UPDATE ON report_message
BEGIN SELECT RAISE(ABORT, 'what was said is never changed'); END;

CREATE TABLE report_withdrawn (
    report_id TEXT PRIMARY KEY REFERENCES report (id),
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who reports: anybody, or a trusted flagger (DSA art. 22) by a token of its own. Whether the
-- person concerned is a minor, and what the reporter hopes for, as the reporter says it.
ALTER TABLE report ADD COLUMN flagger TEXT;
ALTER TABLE report ADD COLUMN minor INTEGER NOT NULL DEFAULT 0 CHECK (minor IN (0, 1));
ALTER TABLE report ADD COLUMN wish TEXT;
