-- Requests for erasure: who asked, who confirmed, what still needs the material, how far it got. The
-- subject and the reason stand here until it is carried out, and then are gone.
CREATE TABLE erasure (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'target', 'reporter')),
    subject TEXT,
    basis TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('asked', 'waiting', 'needed', 'finding', 'erasing', 'done', 'refused', 'cancelled')),
    asked_by TEXT NOT NULL CHECK (asked_by <> ''),
    asked_ms INTEGER NOT NULL,
    confirmed_by TEXT,
    confirmed_ms INTEGER,
    due_ms INTEGER,
    needed_for TEXT,
    needed_until_ms INTEGER,
    upto INTEGER,
    place INTEGER NOT NULL DEFAULT 0,
    closed_by TEXT,
    closed_ms INTEGER,
    counts TEXT NOT NULL DEFAULT '{}',
    CHECK (confirmed_by <> asked_by),
    CHECK ((state IN ('asked', 'refused')) OR state = 'cancelled' OR confirmed_by IS NOT NULL),
    CHECK ((state = 'done') = (subject IS NULL))
) STRICT;
CREATE INDEX erasure_due ON erasure (due_ms)
    WHERE state IN ('waiting', 'needed', 'finding', 'erasing');
-- One request for one subject waits at a time.
CREATE UNIQUE INDEX erasure_open ON erasure (kind, subject)
    WHERE state IN ('asked', 'waiting', 'needed', 'finding', 'erasing');
-- Entries of the log that a request reaches: the subject's own words, or what names the subject.
CREATE TABLE erasure_entry (
    erasure TEXT NOT NULL,
    seq INTEGER NOT NULL,
    own INTEGER NOT NULL,
    PRIMARY KEY (erasure, seq)
) STRICT, WITHOUT ROWID;

-- Holds: what must be kept although somebody asks for its erasure, on what ground and until when.
CREATE TABLE hold (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('activity', 'litigation', 'authority')),
    source TEXT NOT NULL CHECK (source <> ''),
    reason TEXT NOT NULL CHECK (reason <> ''),
    covers TEXT NOT NULL CHECK (covers IN ('account', 'target', 'reporter', 'case', 'channel')),
    subject TEXT NOT NULL CHECK (subject <> ''),
    placed_by TEXT NOT NULL CHECK (placed_by <> ''),
    placed_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    lift_asked_by TEXT,
    lift_asked_ms INTEGER,
    lift_reason TEXT,
    lifted_by TEXT,
    lifted_ms INTEGER,
    CHECK (until_ms > placed_ms),
    CHECK (kind <> 'authority' OR lifted_by IS NULL
        OR (lift_asked_by IS NOT NULL AND lifted_by <> lift_asked_by))
) STRICT;
CREATE INDEX hold_subject ON hold (covers, subject) WHERE lifted_ms IS NULL;

-- How far the expiry of each kind of material got: everything before this time is gone.
CREATE TABLE retention_done (
    key TEXT PRIMARY KEY,
    before_ms INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX cases_author ON cases (platform, author) WHERE author IS NOT NULL;

-- What is append-only stays so, but for an erasure: only while one is carried out is there a row here,
-- within its transaction.
CREATE TABLE erasing (
    only INTEGER PRIMARY KEY CHECK (only = 1)
) STRICT;
DROP TRIGGER report_append_only;
CREATE TRIGGER report_append_only BEFORE UPDATE ON report
WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'a report is never changed'); END;
DROP TRIGGER report_message_append_only;
CREATE TRIGGER report_message_append_only BEFORE UPDATE ON report_message
WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'what was said is never changed'); END;
DROP TRIGGER decision_append_only;
CREATE TRIGGER decision_append_only BEFORE UPDATE ON decision
WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;
DROP TRIGGER answer_append_only;
CREATE TRIGGER answer_append_only BEFORE UPDATE ON answer
WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'an answer is never changed'); END;
DROP TRIGGER statement_append_only;
CREATE TRIGGER statement_append_only BEFORE UPDATE ON statement
WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'a statement is never changed'); END;
DROP TRIGGER second_look_once;
CREATE TRIGGER second_look_once BEFORE UPDATE ON second_look
WHEN OLD.state <> 'open' AND NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'this was already decided'); END;
DROP TRIGGER version_append_only;
CREATE TRIGGER version_append_only BEFORE UPDATE ON version
WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;
