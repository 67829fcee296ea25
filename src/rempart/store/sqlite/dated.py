"""What a community declares of itself, in SQLite; see `store.interface.dated`."""

from __future__ import annotations

import apsw

from rempart.store.interface.dated import DatedRow, DatedTables


class SqliteDatedTables(DatedTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def add(self, row: DatedRow) -> None:
        self._db.execute("INSERT INTO dated VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def rows(
        self, kind: str | None = None, key: str | None = None, *, before_seq: int | None = None
    ) -> list[DatedRow]:
        query = (
            "SELECT seq, kind, key, from_day, until, value, said_by, at_ms FROM dated"
            " WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR key = ?2)"
            " AND (?3 IS NULL OR seq < ?3) ORDER BY seq"
        )
        return [DatedRow(*row) for row in self._db.execute(query, (kind, key, before_seq))]
