-- Campaigns: raids and single acts against one target, joined over time and places.

CREATE TABLE campaign (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    begin_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    confidence INTEGER NOT NULL,
    members INTEGER NOT NULL,
    -- The campaign that took this one in, when they turned out to be one.
    joined_to TEXT,
    picture BLOB NOT NULL,
    seq INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX campaign_end ON campaign (end_ms);

CREATE TABLE campaign_raid (
    raid TEXT NOT NULL,
    campaign TEXT NOT NULL,
    PRIMARY KEY (raid, campaign)
) STRICT, WITHOUT ROWID;

-- Log entries that tell how a campaign grew.
CREATE TABLE campaign_entry (
    campaign TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (campaign, seq)
) STRICT, WITHOUT ROWID;
