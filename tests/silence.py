"""Law 5, asked of the tables: nothing that is held may lie where nobody will look."""

from __future__ import annotations

from rempart.store.sqlite.tables import SqliteTables


def held_without_case(tables: SqliteTables) -> int:
    """Messages that are still held and that no case names."""
    found: int = tables.connection.execute(
        "SELECT count(*) FROM message m WHERE m.verdict > 0"
        " AND NOT EXISTS (SELECT 1 FROM case_message b WHERE b.seq = m.seq)"
        " AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.raid = m.raid AND c.kind = 'raid')"
    ).get
    return found
