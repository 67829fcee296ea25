-- What people corrected of raids, account by account: it no longer counts to the raid (part NULL), or
-- it counts to another part of it, which is a raid of its own in the table raid.

CREATE TABLE raid_correction (
    raid TEXT NOT NULL,
    account TEXT NOT NULL,
    part TEXT,
    at_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (raid, account)
) STRICT, WITHOUT ROWID;
