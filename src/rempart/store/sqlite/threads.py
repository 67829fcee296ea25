"""Conversations about reports, and withdrawals, in SQLite."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from rempart.errors import ConflictError
from rempart.store.interface.threads import SaidRow, Side, ThreadTables

_AT_ONCE = 500


class SqliteThreadTables(ThreadTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def add(self, row: SaidRow) -> None:
        self._db.execute(
            "INSERT INTO report_message (seq, report_id, side, by_person, at_ms)"
            " VALUES (?, ?, ?, ?, ?)",
            (row.seq, row.report, row.side.value, row.by, row.at_ms),
        )

    def said(self, reports: Sequence[str]) -> list[SaidRow]:
        found: list[SaidRow] = []
        for start in range(0, len(reports), _AT_ONCE):
            part = reports[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(part))
            found += [
                SaidRow(row[0], row[1], Side(row[2]), row[3], row[4])
                for row in self._db.execute(
                    "SELECT seq, report_id, side, by_person, at_ms FROM report_message"
                    f" WHERE report_id IN ({marks})",
                    tuple(part),
                )
            ]
        return sorted(found)

    def count(self, report: str, side: Side, since_ms: int = 0) -> int:
        row = next(
            self._db.execute(
                "SELECT count(*) FROM report_message WHERE report_id = ? AND side = ?"
                " AND at_ms >= ?",
                (report, side.value, since_ms),
            )
        )
        return int(row[0])

    def withdraw(self, report: str, at_ms: int, seq: int) -> None:
        try:
            self._db.execute("INSERT INTO report_withdrawn VALUES (?, ?, ?)", (report, at_ms, seq))
        except apsw.ConstraintError as error:
            raise ConflictError("this report was withdrawn already", where=report) from error
