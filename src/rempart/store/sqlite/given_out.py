"""What was given out, in SQLite; see `store.interface.given_out`."""

from __future__ import annotations

import apsw

from rempart.store.interface.given_out import GivenOutTables, GivenRow

_FIELDS = ", ".join(GivenRow._fields)


class SqliteGivenOutTables(GivenOutTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def add(self, row: GivenRow) -> None:
        self._db.execute(f"INSERT INTO given_out ({_FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def known(self, digest: str) -> bool:
        query = "SELECT EXISTS (SELECT 1 FROM given_out WHERE digest = ?)"
        return bool(self._db.execute(query, (digest,)).get)

    def newest(self, what: str, limit: int) -> list[GivenRow]:
        query = f"SELECT {_FIELDS} FROM given_out WHERE what = ? ORDER BY seq DESC LIMIT ?"
        return [GivenRow(*row) for row in self._db.execute(query, (what, limit))]

    def size_without_notes(self, size: int) -> int:
        query = "SELECT seq FROM given_out WHERE seq < ? ORDER BY seq DESC"
        for (seq,) in self._db.execute(query, (size,)):
            if seq != size - 1:
                break
            size = seq
        return size
