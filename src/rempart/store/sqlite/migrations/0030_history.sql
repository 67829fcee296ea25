-- What the yearly report and the court dossier count, and the reports that were published.

-- Exact locations that a report names (DSA art. 16(2)(b)): ten links in one notice are ten items.
ALTER TABLE report ADD COLUMN items INTEGER NOT NULL DEFAULT 1 CHECK (items > 0);

-- The entry that closed it: what was known at a size of the log. Rows from before have none.
ALTER TABLE second_look ADD COLUMN closed_seq INTEGER;

-- Views as the platform told them, each time: what was seen before something was done about it.
CREATE TABLE views_told (
    key BLOB NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    views INTEGER NOT NULL,
    PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID;

-- Published yearly reports: every version is kept, none is changed. `files`: the set, as a zip.
CREATE TABLE yearly_report (
    period TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL CHECK (by <> ''),
    reason TEXT NOT NULL CHECK (version = 1 OR reason <> ''),
    as_of INTEGER NOT NULL,
    template TEXT NOT NULL,
    seq INTEGER NOT NULL,
    files BLOB NOT NULL,
    PRIMARY KEY (period, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER yearly_report_append_only BEFORE UPDATE ON yearly_report
BEGIN SELECT RAISE(ABORT, 'a published report is never changed'); END;
