-- What restricts rests on the law or on the terms: a decision without ground cannot be stored.

CREATE TRIGGER decision_has_ground BEFORE INSERT ON decision
WHEN NEW.ground = 'none' AND NEW.outcome IN ('uphold', 'act', 'partial')
BEGIN SELECT RAISE(ABORT, 'a restriction has a ground'); END;
