-- Mails to reporters who left an address: that their report arrived, that the team wrote, the
-- answer. No address and no word is here: both are read when the mail is written.
CREATE TABLE mail (
    id INTEGER PRIMARY KEY,
    report_id TEXT NOT NULL REFERENCES report (id),
    what TEXT NOT NULL CHECK (what IN ('receipt', 'message', 'answer')),
    about INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'failed', 'none')),
    attempts INTEGER NOT NULL DEFAULT 0,
    detail TEXT NOT NULL DEFAULT '',
    queued_ms INTEGER NOT NULL,
    next_at_ms INTEGER,
    UNIQUE (report_id, what, about)
) STRICT;
CREATE INDEX mail_due ON mail (next_at_ms) WHERE state = 'pending';
