-- How things stood is kept once for each size of the log, also when one transaction writes a row
-- over twice: an `INSERT … ON CONFLICT DO UPDATE` of the row takes away the `OR IGNORE` of what its
-- triggers insert (SQLite, "CREATE TRIGGER": the outer statement's handling of conflicts is used),
-- so the second writing failed, and with it all that was to be done with deadlines in that step.

DROP TRIGGER case_was_kept;
CREATE TRIGGER case_was_kept AFTER UPDATE OF merged_into, harm ON cases
WHEN (OLD.merged_into IS NOT NEW.merged_into OR OLD.harm <> NEW.harm)
AND OLD.since_seq < log_size_before()
BEGIN
    INSERT INTO case_was SELECT OLD.id, log_size_before(), OLD.merged_into, OLD.harm
    WHERE NOT EXISTS (SELECT 1 FROM case_was WHERE id = OLD.id
        AND until_seq = log_size_before());
END;

DROP TRIGGER measure_was_kept;
CREATE TRIGGER measure_was_kept AFTER UPDATE OF case_id, raid ON measure
WHEN (OLD.case_id IS NOT NEW.case_id OR OLD.raid IS NOT NEW.raid)
AND OLD.seq < log_size_before()
BEGIN
    INSERT INTO measure_was SELECT OLD.id, log_size_before(), OLD.case_id, OLD.raid
    WHERE NOT EXISTS (SELECT 1 FROM measure_was WHERE id = OLD.id
        AND until_seq = log_size_before());
END;

DROP TRIGGER deadline_was_kept;
CREATE TRIGGER deadline_was_kept AFTER UPDATE OF clock, start_ms, due_ms, stopped_ms ON deadline
WHEN (OLD.clock <> NEW.clock OR OLD.start_ms <> NEW.start_ms OR OLD.due_ms <> NEW.due_ms
OR OLD.stopped_ms IS NOT NEW.stopped_ms) AND OLD.since_seq < log_size_before()
BEGIN
    INSERT INTO deadline_was SELECT OLD.case_id, OLD.kind, log_size_before(), OLD.clock,
        OLD.start_ms, OLD.due_ms, OLD.stopped_ms
    WHERE NOT EXISTS (SELECT 1 FROM deadline_was WHERE case_id = OLD.case_id
        AND kind = OLD.kind AND until_seq = log_size_before());
END;

DROP TRIGGER authority_order_was_kept;
CREATE TRIGGER authority_order_was_kept AFTER UPDATE ON authority_order
WHEN OLD.seq < log_size_before()
BEGIN
    INSERT INTO authority_order_was SELECT OLD.id, log_size_before(), OLD.missing, OLD.due_ms,
        OLD.receipt_ms, OLD.clarified_ms, OLD.effect, OLD.effect_ms, OLD.answered_ms,
        OLD.told_ms, OLD.stage, OLD.paused_ms, OLD.shifted_ms
    WHERE NOT EXISTS (SELECT 1 FROM authority_order_was WHERE id = OLD.id
        AND until_seq = log_size_before());
END;

DROP TRIGGER dispute_was_kept;
CREATE TRIGGER dispute_was_kept AFTER UPDATE ON dispute
WHEN OLD.seq < log_size_before()
BEGIN
    INSERT INTO dispute_was SELECT OLD.id, log_size_before(), OLD.record, OLD.seq
    WHERE NOT EXISTS (SELECT 1 FROM dispute_was WHERE id = OLD.id
        AND until_seq = log_size_before());
END;

DROP TRIGGER message_was_kept;
CREATE TRIGGER message_was_kept AFTER UPDATE OF outcome ON message
WHEN OLD.outcome IS NOT NEW.outcome AND OLD.author = NEW.author AND OLD.seq < log_size_before()
BEGIN
    INSERT INTO message_was SELECT OLD.seq, log_size_before(), OLD.outcome
    WHERE NOT EXISTS (SELECT 1 FROM message_was WHERE seq = OLD.seq
        AND until_seq = log_size_before());
END;

DROP TRIGGER referral_was_kept;
CREATE TRIGGER referral_was_kept AFTER UPDATE ON referral
WHEN OLD.seq < log_size_before()
BEGIN
    INSERT INTO referral_was SELECT OLD.id, log_size_before(), OLD.state, OLD.sent_by,
        OLD.sent_ms, OLD.reference, OLD.acknowledged_ms, OLD.done_seq, OLD.sent_seq
    WHERE NOT EXISTS (SELECT 1 FROM referral_was WHERE id = OLD.id
        AND until_seq = log_size_before());
END;
