-- A restriction has a statement of reasons, or one recorded reason why nobody is told. Whole-target
-- holds made before name no account: they are recorded as such, with the entry that took them.

CREATE TABLE statement_exemption (
    measure TEXT PRIMARY KEY,
    reason TEXT NOT NULL CHECK (reason IN ('no_contact', 'commercial', 'order')),
    at_ms INTEGER NOT NULL,
    words TEXT NOT NULL,
    by_whom TEXT,
    seq INTEGER NOT NULL,
    CHECK ((reason = 'no_contact') = (by_whom IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER statement_exemption_append_only BEFORE UPDATE ON statement_exemption
BEGIN SELECT RAISE(ABORT, 'an exemption is never changed'); END;

INSERT INTO statement_exemption
SELECT id, 'no_contact', from_ms, '', NULL, seq FROM measure AS m
WHERE kind IN ('hold', 'hide', 'remove', 'mute', 'time_out', 'suspend') AND account IS NULL
AND NOT EXISTS (SELECT 1 FROM statement WHERE measure = m.id);
