-- Which messages reports of child safety name, each with the case that judges it: what is sealed,
-- whatever channel and case it stands in. `message`: an id under which nothing has come yet.
CREATE TABLE child_named (
    case_id TEXT NOT NULL,
    report_id TEXT NOT NULL,
    seq INTEGER,
    message TEXT
) STRICT;
CREATE UNIQUE INDEX child_named_seq ON child_named (seq, case_id) WHERE seq IS NOT NULL;
CREATE UNIQUE INDEX child_named_message ON child_named (message, case_id)
WHERE message IS NOT NULL;
CREATE INDEX child_named_case ON child_named (case_id);
CREATE INDEX child_named_report ON child_named (report_id);

-- From before: all messages of a case of messages were sealed, and of a raid those that the report
-- names. These stand in its words only, which SQL cannot read: a row without a message says so.
INSERT OR IGNORE INTO child_named
    SELECT r.case_id, r.id, m.seq, NULL FROM report r
    JOIN cases c ON c.id = r.case_id AND c.kind <> 'raid'
    LEFT JOIN cases p ON p.id = c.merged_into AND p.kind <> 'raid'
    JOIN cases f ON f.id IN (c.id, p.id) OR f.merged_into IN (c.id, p.id)
    JOIN case_message m ON m.case_id = f.id
    WHERE r.category = 'child_safety';
INSERT INTO child_named
    SELECT r.case_id, r.id, NULL, NULL FROM report r JOIN cases c ON c.id = r.case_id
    LEFT JOIN cases p ON p.id = c.merged_into
    WHERE r.category = 'child_safety' AND 'raid' IN (c.kind, p.kind);
