-- How things stood: what a disclosure tells of and a later step writes over is kept as it was.
--
-- `log_size_before()` is the size of the log before this transaction. What a row said until then
-- stays readable as of that size and of every smaller one (`until_seq`); what is new is there from
-- a greater size on (`since_seq`). So two readings as of the same size never differ, whatever was
-- written between them. Rows from before are taken to have stood since ever as they stand.

ALTER TABLE cases ADD COLUMN since_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE case_message ADD COLUMN since_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deadline ADD COLUMN since_seq INTEGER NOT NULL DEFAULT 0;

CREATE TABLE case_was (
    id TEXT NOT NULL,
    until_seq INTEGER NOT NULL,
    merged_into TEXT,
    harm TEXT NOT NULL,
    PRIMARY KEY (id, until_seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER case_was_kept AFTER UPDATE OF merged_into, harm ON cases
WHEN (OLD.merged_into IS NOT NEW.merged_into OR OLD.harm <> NEW.harm)
AND OLD.since_seq < log_size_before()
BEGIN
    INSERT OR IGNORE INTO case_was VALUES (OLD.id, log_size_before(), OLD.merged_into, OLD.harm);
END;

CREATE TABLE measure_was (
    id TEXT NOT NULL,
    until_seq INTEGER NOT NULL,
    case_id TEXT,
    raid TEXT,
    PRIMARY KEY (id, until_seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER measure_was_kept AFTER UPDATE OF case_id, raid ON measure
WHEN (OLD.case_id IS NOT NEW.case_id OR OLD.raid IS NOT NEW.raid)
AND OLD.seq < log_size_before()
BEGIN
    INSERT OR IGNORE INTO measure_was VALUES (OLD.id, log_size_before(), OLD.case_id, OLD.raid);
END;

CREATE TABLE deadline_was (
    case_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    until_seq INTEGER NOT NULL,
    clock TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    stopped_ms INTEGER,
    PRIMARY KEY (case_id, kind, until_seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER deadline_was_kept AFTER UPDATE OF clock, start_ms, due_ms, stopped_ms ON deadline
WHEN (OLD.clock <> NEW.clock OR OLD.start_ms <> NEW.start_ms OR OLD.due_ms <> NEW.due_ms
OR OLD.stopped_ms IS NOT NEW.stopped_ms) AND OLD.since_seq < log_size_before()
BEGIN
    INSERT OR IGNORE INTO deadline_was VALUES (OLD.case_id, OLD.kind, log_size_before(), OLD.clock,
        OLD.start_ms, OLD.due_ms, OLD.stopped_ms);
END;

CREATE TABLE authority_order_was (
    id TEXT NOT NULL REFERENCES authority_order (id),
    until_seq INTEGER NOT NULL,
    missing TEXT NOT NULL,
    due_ms INTEGER NOT NULL,
    receipt_ms INTEGER,
    clarified_ms INTEGER,
    effect TEXT,
    effect_ms INTEGER,
    answered_ms INTEGER,
    told_ms INTEGER,
    stage INTEGER NOT NULL,
    paused_ms INTEGER,
    shifted_ms INTEGER NOT NULL,
    PRIMARY KEY (id, until_seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER authority_order_was_kept AFTER UPDATE ON authority_order
WHEN OLD.seq < log_size_before()
BEGIN
    INSERT OR IGNORE INTO authority_order_was VALUES (OLD.id, log_size_before(), OLD.missing,
        OLD.due_ms, OLD.receipt_ms, OLD.clarified_ms, OLD.effect, OLD.effect_ms, OLD.answered_ms,
        OLD.told_ms, OLD.stage, OLD.paused_ms, OLD.shifted_ms);
END;

CREATE TABLE dispute_was (
    id TEXT NOT NULL,
    until_seq INTEGER NOT NULL,
    record BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (id, until_seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER dispute_was_kept AFTER UPDATE ON dispute
WHEN OLD.seq < log_size_before()
BEGIN
    INSERT OR IGNORE INTO dispute_was VALUES (OLD.id, log_size_before(), OLD.record, OLD.seq);
END;

-- What detectors said of a message before another opinion. Erased with the message.
CREATE TABLE message_was (
    seq INTEGER NOT NULL,
    until_seq INTEGER NOT NULL,
    outcome BLOB,
    PRIMARY KEY (seq, until_seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER message_was_kept AFTER UPDATE OF outcome ON message
WHEN OLD.outcome IS NOT NEW.outcome AND OLD.author = NEW.author AND OLD.seq < log_size_before()
BEGIN
    INSERT OR IGNORE INTO message_was VALUES (OLD.seq, log_size_before(), OLD.outcome);
END;
CREATE TRIGGER message_was_erased AFTER UPDATE OF author ON message
WHEN OLD.author <> NEW.author
BEGIN DELETE FROM message_was WHERE seq = OLD.seq; END;
CREATE TRIGGER message_was_gone AFTER DELETE ON message
BEGIN DELETE FROM message_was WHERE seq = OLD.seq; END;

-- Orders to a platform that failed for good: each once, whatever becomes of the delivery.
CREATE TABLE delivery_given_up (
    id INTEGER PRIMARY KEY,
    since_seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    connector TEXT NOT NULL,
    operation TEXT NOT NULL
) STRICT;
INSERT INTO delivery_given_up (since_seq, at_ms, connector, operation)
SELECT 0, updated_ms, connector, operation FROM delivery WHERE state = 'failed'
ORDER BY updated_ms, id;
CREATE TRIGGER delivery_given_up_kept AFTER UPDATE OF state ON delivery
WHEN NEW.state = 'failed' AND OLD.state <> 'failed'
BEGIN
    INSERT INTO delivery_given_up (since_seq, at_ms, connector, operation)
    VALUES (log_size_before(), NEW.updated_ms, NEW.connector, NEW.operation);
END;

CREATE TABLE referral_was (
    id TEXT NOT NULL,
    until_seq INTEGER NOT NULL,
    state TEXT NOT NULL,
    sent_by TEXT,
    sent_ms INTEGER,
    reference TEXT,
    acknowledged_ms INTEGER,
    done_seq INTEGER,
    sent_seq INTEGER,
    PRIMARY KEY (id, until_seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER referral_was_kept AFTER UPDATE ON referral
WHEN OLD.seq < log_size_before()
BEGIN
    INSERT OR IGNORE INTO referral_was VALUES (OLD.id, log_size_before(), OLD.state, OLD.sent_by,
        OLD.sent_ms, OLD.reference, OLD.acknowledged_ms, OLD.done_seq, OLD.sent_seq);
END;
