-- What was declared and exempted is append-only too, but for an erasure.
DROP TRIGGER dated_append_only;
CREATE TRIGGER dated_append_only BEFORE UPDATE ON dated
WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'what was declared is never changed'); END;
DROP TRIGGER statement_exemption_append_only;
CREATE TRIGGER statement_exemption_append_only BEFORE UPDATE ON statement_exemption
WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'an exemption is never changed'); END;
