-- Deadlines, the order of the queue, what people said of a case before they decided it.

-- What a case is called, and its place: class (0 life and children, 1 urgent, 2 the others), the time
-- of its next deadline, the slot of that time in which reach decides, and reach.
ALTER TABLE cases ADD COLUMN harm TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN graver_ms INTEGER;
ALTER TABLE cases ADD COLUMN class INTEGER NOT NULL DEFAULT 2;
ALTER TABLE cases ADD COLUMN due_ms INTEGER;
ALTER TABLE cases ADD COLUMN turn_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN looked_ms INTEGER;
ALTER TABLE cases ADD COLUMN looked_by TEXT;
ALTER TABLE cases ADD COLUMN assignee TEXT;
ALTER TABLE cases ADD COLUMN lapses INTEGER NOT NULL DEFAULT 0;
UPDATE cases SET graver_ms = opened_ms, turn_ms = opened_ms,
    class = CASE WHEN priority >= 900 THEN 0 WHEN priority >= 600 THEN 1 ELSE 2 END;

DROP INDEX cases_queue;
DROP INDEX cases_channel_queue;
CREATE INDEX cases_queue ON cases (state, class, turn_ms, weight DESC, opened_ms, id);
CREATE INDEX cases_channel_queue ON cases (channel, state, class, turn_ms, weight DESC, opened_ms, id);
CREATE INDEX cases_lapsed ON cases (channel) WHERE state = 'open' AND lapses > 0;

-- Cases whose deadlines and place are to be looked at in the transaction that changed them. By
-- triggers, so that nothing that opens a case can forget it.
CREATE TABLE case_touched (
    case_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TRIGGER cases_opened AFTER INSERT ON cases
BEGIN INSERT OR IGNORE INTO case_touched VALUES (new.id); END;
CREATE TRIGGER cases_moved AFTER UPDATE OF state, harm, graver_ms, reports, messages, looked_ms ON cases
WHEN old.state <> new.state OR old.harm <> new.harm OR old.reports <> new.reports
    OR old.messages <> new.messages OR old.looked_ms IS NOT new.looked_ms
    OR old.graver_ms IS NOT new.graver_ms
BEGIN INSERT OR IGNORE INTO case_touched VALUES (new.id); END;
INSERT INTO case_touched SELECT id FROM cases WHERE state = 'open';

-- next_ms: when something is to be done about it; NULL once it has stopped.
CREATE TABLE deadline (
    case_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('look', 'decide', 'tell')),
    clock TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    start_seq INTEGER NOT NULL,
    span_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    lapses INTEGER NOT NULL,
    paused_ms INTEGER,
    shifted_ms INTEGER NOT NULL,
    stopped_ms INTEGER,
    stop_seq INTEGER,
    next_ms INTEGER,
    PRIMARY KEY (case_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX deadline_next ON deadline (next_ms) WHERE next_ms IS NOT NULL;

-- What who waits was told while nothing was decided.
CREATE TABLE case_told (
    case_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (case_id, at_ms)
) STRICT, WITHOUT ROWID;

-- One quick look of a person at what a case is called.
CREATE TABLE triage (
    case_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL,
    was TEXT NOT NULL,
    harm TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (case_id, at_ms)
) STRICT, WITHOUT ROWID;

-- How often what a source reported was right; the source is the keyed hash of the report.
CREATE TABLE report_source (
    reporter BLOB PRIMARY KEY,
    confirmed INTEGER NOT NULL DEFAULT 0,
    refuted INTEGER NOT NULL DEFAULT 0,
    warned_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX report_reporter ON report (reporter, received_ms) WHERE reporter IS NOT NULL;

-- Views, as the platform last told them.
CREATE TABLE message_views (
    key BLOB PRIMARY KEY,
    views INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who must not see or decide a case, and why (`recused`, `silent`).
CREATE TABLE case_apart (
    case_id TEXT NOT NULL,
    person TEXT NOT NULL,
    why TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (case_id, person)
) STRICT, WITHOUT ROWID;

-- The last moment at which this machine's clock and the time since its start were seen together.
CREATE TABLE clock_seen (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    wall_ms INTEGER NOT NULL,
    boot_ms INTEGER NOT NULL,
    boot TEXT NOT NULL
) STRICT;

-- Queues: versions of what belongs to them and who works on them. The newest of each name counts.
CREATE TABLE queue (
    id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL,
    seq INTEGER NOT NULL,
    picture TEXT NOT NULL,
    PRIMARY KEY (id, at_ms)
) STRICT, WITHOUT ROWID;

-- Accounts that people of the console have on the platforms: who is reported does not judge it.
CREATE TABLE person_account (
    person TEXT NOT NULL,
    platform TEXT NOT NULL,
    account TEXT NOT NULL,
    PRIMARY KEY (platform, account, person)
) STRICT, WITHOUT ROWID;
