"""What took something away from the log, in SQLite."""

from __future__ import annotations

from collections.abc import Iterable

import apsw

from rempart.store.interface.taken import Before, TakenRow, TakenTables
from rempart.store.sqlite.reports import pack


class SqliteTakenTables(TakenTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def add(self, row: TakenRow, reached: Iterable[int]) -> None:
        self._db.execute(
            "INSERT INTO taken_away SELECT ?1, ?2, ?3, ?4, min(coalesce(r.first, j.value))"
            " FROM json_each(?5) j LEFT JOIN restated r ON r.seq = j.value HAVING count(*) > 0",
            (*row, pack(sorted(reached))),
        )

    def since(self, as_of: int) -> list[TakenRow]:
        rows = self._db.execute(
            "SELECT seq, kind, what, entries FROM taken_away WHERE seq >= ?1 AND reached < ?1"
            " ORDER BY seq",
            (as_of,),
        )
        return [TakenRow(*row) for row in rows]

    def before(self) -> Before:
        row = next(iter(self._db.execute("SELECT cases, deadlines FROM stood_before")), (0, 0))
        return Before(*row)
