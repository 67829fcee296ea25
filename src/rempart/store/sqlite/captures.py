"""Captured pages in SQLite."""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from rempart.store.interface.captures import ASKED, CaptureRow, CaptureTables
from rempart.store.sqlite.restated import first

_SELECT = (
    "SELECT id, case_id, asked_by, asked_ms, state, seq, done_seq, done_ms, proof_seq FROM capture "
)


class SqliteCaptureTables(CaptureTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def add(self, row: CaptureRow) -> None:
        self._db.execute("INSERT INTO capture VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def end(self, id: str, state: str, seq: int, at_ms: int) -> bool:
        self._db.execute(
            "UPDATE capture SET state = ?, done_seq = ?, done_ms = ? WHERE id = ? AND state = ?",
            (state, seq, at_ms, id, ASKED),
        )
        return self._db.changes() == 1

    def set_proof(self, id: str, seq: int) -> bool:
        self._db.execute(
            "UPDATE capture SET proof_seq = ? WHERE id = ? AND proof_seq IS NULL", (seq, id)
        )
        return self._db.changes() == 1

    def get(self, id: str) -> CaptureRow | None:
        return next(self._rows("WHERE id = ?", id), None)

    def of_case(self, case: str) -> list[CaptureRow]:
        return list(
            self._rows(f"WHERE case_id = ? ORDER BY asked_ms, {first('capture.seq')}", case)
        )

    def waiting(self, limit: int) -> list[CaptureRow]:
        return list(self._rows("WHERE state = ? ORDER BY asked_ms LIMIT ?", ASKED, limit))

    def _rows(self, which: str, *values: str | int) -> Iterator[CaptureRow]:
        return (CaptureRow(*row) for row in self._db.execute(_SELECT + which, values))
