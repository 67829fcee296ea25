-- What a court dossier tells and nothing told yet.

-- By which way a report came: the public form, the API, a connected platform. Empty: from before.
ALTER TABLE report ADD COLUMN via TEXT NOT NULL DEFAULT ''
    CHECK (via IN ('', 'form', 'api', 'platform'));

-- The entry that says that it was sent: what had been passed on at a size of the log.
ALTER TABLE referral ADD COLUMN sent_seq INTEGER;
UPDATE referral SET sent_seq = done_seq WHERE state IN ('sent', 'acknowledged');
