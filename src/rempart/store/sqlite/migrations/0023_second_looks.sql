-- Decisions with several measures, statements of reasons, appeals and second looks, strikes, notes.
-- What may happen once only, and who must be somebody else, are constraints here.

-- A decision may be replaced once, by another person. `answer`: one per report and decision.
ALTER TABLE decision RENAME TO decision_before;
ALTER TABLE answer RENAME TO answer_before;

CREATE TABLE decision (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    outcome TEXT NOT NULL
        CHECK (outcome IN ('uphold', 'lift', 'no_violation', 'act', 'partial')),
    ground TEXT NOT NULL CHECK (ground IN ('law', 'terms', 'none')),
    reason TEXT NOT NULL CHECK (reason <> ''),
    decided_by TEXT NOT NULL CHECK (decided_by <> ''),
    decided_ms INTEGER NOT NULL,
    measures TEXT NOT NULL,
    undone TEXT NOT NULL,
    seq INTEGER NOT NULL,
    taken TEXT NOT NULL DEFAULT '[]',
    harm TEXT,
    provision TEXT,
    replaces TEXT UNIQUE REFERENCES decision (id),
    because TEXT CHECK (because IN ('appeal', 'second_look')),
    confirmed_by TEXT CHECK (confirmed_by <> decided_by),
    CHECK ((replaces IS NULL) = (because IS NULL))
) STRICT;
INSERT INTO decision (id, case_id, outcome, ground, reason, decided_by, decided_ms, measures, undone,
    seq)
SELECT id, case_id, outcome, ground, reason, decided_by, decided_ms, measures, undone, seq
FROM decision_before;

CREATE TABLE answer (
    report_id TEXT NOT NULL REFERENCES report (id),
    decision_id TEXT NOT NULL REFERENCES decision (id),
    text TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (report_id, decision_id)
) STRICT;
INSERT INTO answer SELECT report_id, decision_id, text, at_ms, seq FROM answer_before;
DROP TABLE answer_before;
DROP TABLE decision_before;

-- One first decision per case.
CREATE UNIQUE INDEX decision_first ON decision (case_id) WHERE replaces IS NULL;
CREATE INDEX decision_case ON decision (case_id, seq);
CREATE INDEX decision_person ON decision (decided_by, decided_ms);
CREATE TRIGGER decision_append_only BEFORE UPDATE ON decision
BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;
CREATE TRIGGER answer_append_only BEFORE UPDATE ON answer
BEGIN SELECT RAISE(ABORT, 'an answer is never changed'); END;
CREATE TRIGGER decision_by_another BEFORE INSERT ON decision
WHEN NEW.replaces IS NOT NULL AND EXISTS (
    SELECT 1 FROM decision WHERE case_id = NEW.case_id
    AND (decided_by IN (NEW.decided_by, NEW.confirmed_by)
        OR confirmed_by IN (NEW.decided_by, NEW.confirmed_by)))
BEGIN SELECT RAISE(ABORT, 'who decides again is somebody else'); END;

-- Appeals and second looks are cases of their own in the queue. Only the check changes, no row.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'kind IN (''raid'', ''message'', ''account'')',
    'kind IN (''raid'', ''message'', ''account'', ''appeal'', ''second_look'')')
WHERE type = 'table' AND name = 'cases';
PRAGMA writable_schema = RESET;

-- `number` stands in the code that opens a statement. The machine's has no decision.
CREATE TABLE statement (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    measure TEXT NOT NULL,
    decision TEXT REFERENCES decision (id),
    case_id TEXT,
    platform TEXT NOT NULL,
    channel TEXT NOT NULL,
    account TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    record BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX statement_once ON statement (measure, coalesce(decision, ''));
CREATE INDEX statement_decision ON statement (decision) WHERE decision IS NOT NULL;
CREATE INDEX statement_made ON statement (made_ms);
CREATE TRIGGER statement_append_only BEFORE UPDATE ON statement
BEGIN SELECT RAISE(ABORT, 'a statement is never changed'); END;

CREATE TABLE second_look (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL UNIQUE REFERENCES cases (id),
    of_case TEXT NOT NULL REFERENCES cases (id),
    decision TEXT REFERENCES decision (id),
    appellant TEXT NOT NULL CHECK (appellant IN ('reporter', 'account', 'sample')),
    report_id TEXT REFERENCES report (id),
    statement TEXT REFERENCES statement (id),
    received_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'granted', 'rejected')),
    decided_by TEXT CHECK (decided_by <> ''),
    decided_ms INTEGER,
    reason TEXT,
    answer TEXT,
    CHECK ((appellant = 'reporter') = (report_id IS NOT NULL)),
    CHECK ((appellant = 'account') = (statement IS NOT NULL)),
    CHECK ((state = 'open') = (decided_by IS NULL)),
    CHECK ((state = 'open') = (answer IS NULL))
) STRICT;
-- One appeal of each report and of each statement; one sample of each decision.
CREATE UNIQUE INDEX second_look_report ON second_look (report_id, decision)
    WHERE report_id IS NOT NULL;
CREATE UNIQUE INDEX second_look_statement ON second_look (statement) WHERE statement IS NOT NULL;
CREATE UNIQUE INDEX second_look_sample ON second_look (decision) WHERE appellant = 'sample';
CREATE INDEX second_look_of ON second_look (of_case);
CREATE TRIGGER second_look_once BEFORE UPDATE ON second_look WHEN OLD.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'this was already decided'); END;
CREATE TRIGGER second_look_by_another BEFORE UPDATE OF decided_by ON second_look
WHEN EXISTS (SELECT 1 FROM decision WHERE case_id = NEW.of_case
    AND NEW.decided_by IN (decided_by, confirmed_by)
    AND NOT (NEW.decision IS NULL AND replaces IS NULL))
    OR EXISTS (SELECT 1 FROM second_look AS other WHERE other.of_case = NEW.of_case
        AND other.decided_by = NEW.decided_by AND other.decision = NEW.decision)
BEGIN SELECT RAISE(ABORT, 'who decides again is somebody else'); END;

-- Four eyes: what one person asks for and another must confirm.
CREATE TABLE proposal (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    what TEXT NOT NULL CHECK (what IN ('decision', 'unseal')),
    request BLOB NOT NULL,
    proposed_by TEXT NOT NULL CHECK (proposed_by <> ''),
    proposed_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'refused', 'withdrawn')),
    closed_by TEXT,
    closed_ms INTEGER,
    CHECK ((state = 'open') = (closed_by IS NULL)),
    CHECK (state NOT IN ('confirmed', 'refused') OR closed_by <> proposed_by)
) STRICT;
CREATE INDEX proposal_case ON proposal (case_id, proposed_ms);

CREATE TABLE strike (
    id TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    account TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    decision TEXT NOT NULL REFERENCES decision (id),
    harm TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    overturned_by TEXT,
    overturned_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX strike_once ON strike (platform, account, decision);
CREATE INDEX strike_decision ON strike (decision);

-- Words of a note are in the log's bodies.
CREATE TABLE case_note (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    author TEXT NOT NULL,
    seen_by TEXT NOT NULL CHECK (seen_by IN ('everyone', 'team', 'myself')),
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE INDEX case_note_case ON case_note (case_id, at_ms);

-- Known-answer items that reviewers meet between cases, and what they answered.
CREATE TABLE golden_item (
    id TEXT PRIMARY KEY,
    harm TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('no_violation', 'act')),
    added_by TEXT NOT NULL,
    added_ms INTEGER NOT NULL,
    retired_ms INTEGER,
    seq INTEGER NOT NULL
) STRICT;
CREATE TABLE golden_answer (
    item TEXT NOT NULL REFERENCES golden_item (id),
    person TEXT NOT NULL,
    outcome TEXT NOT NULL,
    correct INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (item, person)
) STRICT, WITHOUT ROWID;
