-- The clock of an order, its stages, and the pauses that counsel asked for.
ALTER TABLE authority_order ADD COLUMN stage INTEGER NOT NULL DEFAULT 0;
ALTER TABLE authority_order ADD COLUMN paused_ms INTEGER;
ALTER TABLE authority_order ADD COLUMN shifted_ms INTEGER NOT NULL DEFAULT 0;
