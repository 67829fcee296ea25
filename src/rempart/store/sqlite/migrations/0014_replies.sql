-- Lines that answer for money: what was spent, on whom, and who waits. Costs are millionths of the
-- currency's unit. clock_ms is the line's own clock, which moves only while the service runs.

CREATE TABLE reply_line (
    line TEXT PRIMARY KEY,
    clock_ms INTEGER NOT NULL,
    hour_level INTEGER NOT NULL,
    day_level INTEGER NOT NULL,
    price INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reply_spent (
    line TEXT NOT NULL,
    minute INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    replies INTEGER NOT NULL,
    PRIMARY KEY (line, minute)
) STRICT, WITHOUT ROWID;

CREATE TABLE reply_sender (
    line TEXT NOT NULL,
    sender TEXT NOT NULL,
    messages INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    window_ms INTEGER NOT NULL,
    in_window INTEGER NOT NULL,
    released INTEGER NOT NULL,
    waits INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    PRIMARY KEY (line, sender)
) STRICT, WITHOUT ROWID;

CREATE TABLE reply_pattern (
    line TEXT NOT NULL,
    pattern INTEGER NOT NULL,
    window_ms INTEGER NOT NULL,
    senders INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    PRIMARY KEY (line, pattern)
) STRICT, WITHOUT ROWID;
CREATE INDEX reply_pattern_window ON reply_pattern (line, window_ms);

CREATE TABLE reply (
    id INTEGER PRIMARY KEY,
    line TEXT NOT NULL,
    sid TEXT NOT NULL,
    seq INTEGER NOT NULL,
    sender TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    rank INTEGER NOT NULL,
    pattern INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    text TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    clock_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    out_sid TEXT NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (line, sid)
) STRICT;
CREATE INDEX reply_seq ON reply (seq);
CREATE INDEX reply_sender_of ON reply (line, sender);
CREATE INDEX reply_at ON reply (line, at_ms, state, reason);
CREATE INDEX reply_waiting ON reply (line, rank, at_ms, id) WHERE state = 'waiting';
CREATE INDEX reply_sending ON reply (line, next_ms) WHERE state = 'sending';
