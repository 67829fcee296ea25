-- The stream: messages, events, raids, measures, deliveries, minutes, counters, states.
-- Whoever joins messages from another room reads the view message_view, not the table.

CREATE TABLE channel (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    name TEXT NOT NULL,
    messages INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    flagged INTEGER NOT NULL DEFAULT 0,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    UNIQUE (platform, name)
) STRICT;

-- Written once per message and hence narrow: no text, the channel as a number, verdict as its rank
-- (0 allow, 1 hold, 2 hide, 3 remove), target NULL when it is the channel, others a JSON array.
CREATE TABLE message (
    seq INTEGER PRIMARY KEY,
    key BLOB NOT NULL,
    id TEXT NOT NULL,
    channel_id INTEGER NOT NULL,
    target TEXT,
    others TEXT,
    author TEXT NOT NULL,
    author_name TEXT,
    kind TEXT NOT NULL,
    sent_at_ms INTEGER NOT NULL,
    received_at_ms INTEGER NOT NULL,
    verdict INTEGER NOT NULL,
    abuse INTEGER NOT NULL,
    raid TEXT,
    outcome BLOB,
    conflicts INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX message_key ON message (key);
CREATE INDEX message_channel ON message (channel_id);
-- An index of all messages by author costs as much as everything else on the hot path together, so
-- an author's flagged messages have one, and the others are found by walking back in the channel.
CREATE INDEX message_flagged ON message (channel_id) WHERE verdict > 0 OR abuse >= 500;
CREATE INDEX message_flagged_author ON message (channel_id, author) WHERE verdict > 0 OR abuse >= 500;
CREATE INDEX message_raid ON message (raid) WHERE raid IS NOT NULL;

CREATE VIEW message_view AS
SELECT m.seq, m.key, m.id, c.platform, c.name AS channel, coalesce(m.target, c.name) AS target,
    m.others, m.author, m.author_name, m.kind, m.sent_at_ms, m.received_at_ms,
    CASE m.verdict WHEN 0 THEN 'allow' WHEN 1 THEN 'hold' WHEN 2 THEN 'hide' ELSE 'remove' END
        AS verdict,
    m.abuse, m.raid, m.outcome, m.conflicts, m.verdict AS verdict_rank, m.channel_id
FROM message AS m JOIN channel AS c ON c.id = m.channel_id;

CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    channel_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    account TEXT
) STRICT;

-- Log entries that bring another body for a known key.
CREATE TABLE conflict (
    key BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE raid (
    id TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    stage TEXT NOT NULL,
    kind TEXT NOT NULL,
    begin_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    until_ms INTEGER,
    confidence INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    lifted_ms INTEGER,
    seq INTEGER NOT NULL,
    picture BLOB NOT NULL
) STRICT;
CREATE INDEX raid_begin ON raid (begin_ms);
CREATE INDEX raid_channel ON raid (platform, channel, begin_ms);

-- Log entries that tell how a raid grew.
CREATE TABLE raid_entry (
    raid TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (raid, seq)
) STRICT, WITHOUT ROWID;

-- state: active, undone, expired, not_applied. seq: its entry; ended_seq: the entry of its end.
CREATE TABLE measure (
    id TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    platform TEXT NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    raid TEXT,
    message TEXT,
    account TEXT,
    case_id TEXT,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER,
    state TEXT NOT NULL,
    ended_ms INTEGER,
    ended_by TEXT,
    ended_seq INTEGER,
    picture BLOB NOT NULL
) STRICT;
CREATE INDEX measure_seq ON measure (seq);
CREATE INDEX measure_raid ON measure (raid) WHERE raid IS NOT NULL;
CREATE INDEX measure_case ON measure (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX measure_message ON measure (message) WHERE message IS NOT NULL;
CREATE INDEX measure_account ON measure (account) WHERE account IS NOT NULL;
CREATE INDEX measure_kind ON measure (kind, seq) WHERE kind <> 'hold';
CREATE INDEX measure_active ON measure (until_ms) WHERE state = 'active';

CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    measure TEXT NOT NULL,
    connector TEXT NOT NULL,
    operation TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at_ms INTEGER NOT NULL,
    detail TEXT NOT NULL,
    updated_ms INTEGER NOT NULL,
    UNIQUE (measure, connector, operation)
) STRICT;
CREATE INDEX delivery_failed ON delivery (updated_ms) WHERE state = 'failed';
CREATE INDEX delivery_due ON delivery (next_at_ms) WHERE state = 'pending';

CREATE TABLE minute (
    minute_ms INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    held INTEGER NOT NULL,
    flagged INTEGER NOT NULL,
    raid INTEGER NOT NULL,
    authors INTEGER NOT NULL,
    PRIMARY KEY (minute_ms, channel_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Snapshots of the pipeline's keyed states, all of them as after the entries below snapshot.seq.
CREATE TABLE state (
    key TEXT PRIMARY KEY,
    blob BLOB NOT NULL
) STRICT;
CREATE TABLE snapshot (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    seq INTEGER NOT NULL
) STRICT;

-- What the log was last told of keys, rules, detectors and settings.
CREATE TABLE fact (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
