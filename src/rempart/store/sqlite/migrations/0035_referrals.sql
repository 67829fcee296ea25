-- What was passed on to an authority, a provider or the target, and what they answered. What it said
-- stands in the entries of the log (`seq`: prepared, `done_seq`: sent, answered or withdrawn last).
CREATE TABLE referral (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    place TEXT NOT NULL,
    kind TEXT NOT NULL,
    harm TEXT NOT NULL,
    known_ms INTEGER NOT NULL,
    prepared_by TEXT NOT NULL,
    prepared_ms INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('prepared', 'sent', 'acknowledged', 'withdrawn')),
    seq INTEGER NOT NULL,
    sent_by TEXT,
    sent_ms INTEGER,
    reference TEXT,
    acknowledged_ms INTEGER,
    done_seq INTEGER,
    CHECK (state NOT IN ('sent', 'acknowledged') OR sent_ms IS NOT NULL)
) STRICT;
CREATE INDEX referral_of ON referral (case_id, prepared_ms);
CREATE INDEX referral_sent ON referral (sent_ms) WHERE sent_ms IS NOT NULL;
