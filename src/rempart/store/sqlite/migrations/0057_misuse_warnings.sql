-- Warnings of misuse (DSA art. 23), each with its entry, so that a report counts them as of any size
-- of the log. Nobody is named: the last warning of a source is kept beside the source. Of warnings
-- before this table that last one is known, and no entry; it counts as of every size.
CREATE TABLE misuse_warning (
    what TEXT NOT NULL CHECK (what IN ('notices', 'complaints')),
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO misuse_warning SELECT 'notices', warned_ms, 0 FROM report_source
    WHERE warned_ms IS NOT NULL;
INSERT INTO misuse_warning SELECT 'complaints', warned_ms, 0 FROM appeal_source
    WHERE warned_ms IS NOT NULL;
