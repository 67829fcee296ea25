-- Messages that were edited or deleted on their platform are asked for with each case; most events
-- are neither.
CREATE INDEX event_changed ON event (channel_id, at_ms) WHERE kind IN ('edit', 'delete');
