-- Published reports are read by everybody. `language` of their texts.
ALTER TABLE yearly_report ADD COLUMN language TEXT NOT NULL DEFAULT 'en';

-- A published version that was taken from view: by one person for a few days, for good when another
-- agrees. The version itself is kept; each row is one withdrawal.
CREATE TABLE yearly_withdrawal (
    id TEXT PRIMARY KEY,
    period TEXT NOT NULL,
    version INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    by TEXT NOT NULL CHECK (by <> ''),
    at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL CHECK (until_ms > at_ms),
    confirmed_by TEXT,
    restored_ms INTEGER,
    FOREIGN KEY (period, version) REFERENCES yearly_report (period, version),
    CHECK (confirmed_by IS NULL OR confirmed_by <> by)
) STRICT;
