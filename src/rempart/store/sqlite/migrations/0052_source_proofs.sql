-- The entry that says who signed what a capture shows; its files lie encrypted beside.
ALTER TABLE capture ADD COLUMN proof_seq INTEGER;
