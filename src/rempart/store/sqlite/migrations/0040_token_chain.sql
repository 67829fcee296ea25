-- The certificates that were trusted when a token came go with it into every dossier.
ALTER TABLE timestamp_token ADD COLUMN chain TEXT NOT NULL DEFAULT '';
