-- Which entry of the log holds the evidence of an entry: its own commitments, field by field.
-- NULL: looked at, and there is nothing in it that an edition of a dossier would hide.
CREATE TABLE evidence (
    seq INTEGER PRIMARY KEY,
    entry INTEGER
) STRICT;

-- Cases with entries that were not looked at yet.
CREATE TABLE evidence_due (
    case_id TEXT PRIMARY KEY REFERENCES cases (id)
) STRICT;

CREATE TRIGGER evidence_of_message AFTER INSERT ON case_message BEGIN
    INSERT OR IGNORE INTO evidence_due VALUES (new.case_id);
END;
CREATE TRIGGER evidence_of_entry AFTER INSERT ON case_entry BEGIN
    INSERT OR IGNORE INTO evidence_due VALUES (new.case_id);
END;
CREATE TRIGGER evidence_of_raid AFTER UPDATE OF messages ON cases
WHEN new.messages > old.messages BEGIN
    INSERT OR IGNORE INTO evidence_due VALUES (new.id);
END;
INSERT INTO evidence_due SELECT id FROM cases WHERE state = 'open';

-- Every entry that told of keys, rules, detectors or settings, so that what judged at any time is
-- found again.
CREATE TABLE fact_entry (
    seq INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;
INSERT INTO fact_entry SELECT seq, name FROM fact;
