-- The terms, by version: what was published, word for word, from when to when.
CREATE TABLE terms (
    version INTEGER PRIMARY KEY,
    from_ms INTEGER NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    significant INTEGER NOT NULL,
    summary TEXT NOT NULL,
    content BLOB NOT NULL,
    published_by TEXT NOT NULL,
    seq INTEGER NOT NULL,
    announced_ms INTEGER
) STRICT;
CREATE TRIGGER terms_append_only BEFORE UPDATE OF version, from_ms, digest, significant, summary, content,
    published_by, seq ON terms
BEGIN SELECT RAISE(ABORT, 'published terms are never changed'); END;
