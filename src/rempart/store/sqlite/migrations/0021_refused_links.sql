-- Links that a person decided must not be passed on again: host and path, without query.
CREATE TABLE refused_link (
    link TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
