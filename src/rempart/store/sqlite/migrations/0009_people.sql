-- Roles are sets of rights; a person holds roles and the bounds within which they count.
-- Built-in roles are in the code (`cases.rights`); a row here is one that was changed or added.
CREATE TABLE role (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    rights TEXT NOT NULL,
    second_factor INTEGER NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

ALTER TABLE person ADD COLUMN roles TEXT NOT NULL DEFAULT '[]';
ALTER TABLE person ADD COLUMN queues TEXT;
ALTER TABLE person ADD COLUMN harms TEXT;
ALTER TABLE person ADD COLUMN without TEXT NOT NULL DEFAULT '[]';
ALTER TABLE person ADD COLUMN last_ms INTEGER;
UPDATE person SET roles = CASE
    WHEN scopes LIKE '%"admin"%' THEN '["admin"]'
    WHEN scopes LIKE '%"moderate"%' THEN '["moderator"]'
    ELSE '["auditor"]' END;
ALTER TABLE person DROP COLUMN scopes;
