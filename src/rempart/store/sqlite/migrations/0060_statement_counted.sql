-- What is counted of a statement, beside its record: a yearly report counts a million of them, and
-- opening a record costs more than everything else. `key` names its message as in `message` and in
-- `views_told`; none: it is about no message. `words`: each combination of what is counted stands
-- once. Statements from before get both at the next start (`store/sqlite/counted.py`).
CREATE TABLE statement_words (
    code INTEGER PRIMARY KEY,
    words TEXT NOT NULL UNIQUE
) STRICT;
ALTER TABLE statement ADD COLUMN key BLOB;
ALTER TABLE statement ADD COLUMN words INTEGER REFERENCES statement_words (code);

-- Read from end to end in place of the table, of which the records are nine tenths.
CREATE INDEX statement_counted ON statement (number, seq, made_ms, measure, decision, key, words);
CREATE INDEX statement_uncounted ON statement (number) WHERE words IS NULL;

DROP TRIGGER statement_append_only;
CREATE TRIGGER statement_append_only BEFORE UPDATE OF number, id, measure, decision, case_id,
    platform, channel, account, made_ms, seq, record ON statement
WHEN NOT EXISTS (SELECT 1 FROM erasing)
BEGIN SELECT RAISE(ABORT, 'a statement is never changed'); END;
CREATE TRIGGER statement_counted_once BEFORE UPDATE OF key, words ON statement
WHEN OLD.words IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what is counted of a statement is never changed'); END;
