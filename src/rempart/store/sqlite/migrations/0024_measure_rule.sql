-- Which rule called for a measure, as a column: how many of a rule's measures people undid is asked
-- whenever somebody undoes one.

ALTER TABLE measure ADD COLUMN rule TEXT NOT NULL DEFAULT '';
UPDATE measure SET rule = coalesce(json_extract(CAST(picture AS TEXT), '$.rule'), '');
CREATE INDEX measure_rule ON measure (rule, from_ms) WHERE kind <> 'alarm';
