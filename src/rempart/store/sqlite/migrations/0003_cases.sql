-- Reports, cases and decisions: three objects. What may happen once only is a constraint here.
-- Words of people (explanations, texts, links) are not in these tables but in the log's bodies.

CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    thing BLOB NOT NULL,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('raid', 'message', 'account')),
    subject TEXT NOT NULL,
    platform TEXT NOT NULL,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'decided', 'merged')),
    priority INTEGER NOT NULL,
    why TEXT NOT NULL,
    raid TEXT,
    author TEXT,
    at_ms INTEGER,
    messages INTEGER NOT NULL,
    reports INTEGER NOT NULL DEFAULT 0,
    reported_ms INTEGER,
    opened_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    merged_into TEXT REFERENCES cases (id),
    UNIQUE (thing, ordinal),
    CHECK ((state = 'merged') = (merged_into IS NOT NULL))
) STRICT;

-- One open case per thing.
CREATE UNIQUE INDEX cases_open_thing ON cases (thing) WHERE state = 'open';
-- The queue: most urgent first, then the oldest; for everybody, and for one channel.
CREATE INDEX cases_queue ON cases (state, priority DESC, opened_ms, id);
CREATE INDEX cases_channel_queue ON cases (channel, state, priority DESC, opened_ms, id);
-- The overview's numbers, without a look at the rows.
CREATE INDEX cases_counts ON cases (state, kind, channel, priority, opened_ms, reports);
-- Message cases that a raid may take in.
CREATE INDEX cases_loose ON cases (platform, channel, at_ms)
    WHERE state = 'open' AND kind = 'message' AND author IS NOT NULL;
CREATE INDEX cases_raid ON cases (raid) WHERE raid IS NOT NULL;
CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX cases_waiting ON cases (channel, reports, reported_ms)
    WHERE state = 'open' AND reports > 0;

-- Further names under which a report may find the case (a second link, a pasted text).
CREATE TABLE case_alias (
    thing BLOB NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    PRIMARY KEY (thing, case_id)
) STRICT, WITHOUT ROWID;

-- Messages that a case names one by one; those of a raid are found by their raid.
CREATE TABLE case_message (
    seq INTEGER NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    PRIMARY KEY (seq, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_message_of ON case_message (case_id, seq);

-- Log entries about a case: opened, merged, reported, decided, answered, looked at, exported.
CREATE TABLE case_entry (
    case_id TEXT NOT NULL REFERENCES cases (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (case_id, seq)
) STRICT, WITHOUT ROWID;

-- `reporter` is a keyed hash, `content` a keyed digest of what was said, `seq` where it is said.
CREATE TABLE report (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    thing BLOB NOT NULL,
    category TEXT NOT NULL,
    language TEXT NOT NULL,
    reporter BLOB,
    content BLOB NOT NULL,
    repeats TEXT REFERENCES report (id),
    received_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE INDEX report_case ON report (case_id, received_ms);
-- One report per reporter, thing and category.
CREATE UNIQUE INDEX report_once ON report (reporter, thing, category)
    WHERE reporter IS NOT NULL AND repeats IS NULL;
CREATE INDEX report_repeats ON report (repeats) WHERE repeats IS NOT NULL;
CREATE TRIGGER report_append_only BEFORE UPDATE ON report
BEGIN SELECT RAISE(ABORT, 'a report is never changed'); END;

CREATE TABLE receipt (
    digest BLOB PRIMARY KEY,
    report_id TEXT NOT NULL REFERENCES report (id),
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX receipt_report ON receipt (report_id);

CREATE TABLE report_contact (
    report_id TEXT PRIMARY KEY REFERENCES report (id),
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE decision (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL UNIQUE REFERENCES cases (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('uphold', 'lift')),
    ground TEXT NOT NULL CHECK (ground IN ('law', 'terms', 'none')),
    reason TEXT NOT NULL CHECK (reason <> ''),
    decided_by TEXT NOT NULL CHECK (decided_by <> ''),
    decided_ms INTEGER NOT NULL,
    measures TEXT NOT NULL,
    undone TEXT NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE TRIGGER decision_append_only BEFORE UPDATE ON decision
BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;

-- Exactly one answer per report.
CREATE TABLE answer (
    report_id TEXT PRIMARY KEY REFERENCES report (id),
    decision_id TEXT NOT NULL REFERENCES decision (id),
    text TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE TRIGGER answer_append_only BEFORE UPDATE ON answer
BEGIN SELECT RAISE(ABORT, 'an answer is never changed'); END;

-- Whether a target's shield is on is asked often.
CREATE INDEX measure_shield ON measure (kind) WHERE kind = 'shield' AND state = 'active';
