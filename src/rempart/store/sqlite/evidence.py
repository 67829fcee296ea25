"""The evidence entries in SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import apsw

from rempart.store.interface.evidence import EvidenceTables
from rempart.store.sqlite.reports import pack


class SqliteEvidenceTables(EvidenceTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def due(self, limit: int) -> list[str]:
        found = self._db.execute("SELECT case_id FROM evidence_due LIMIT ?", (limit,))
        return [row[0] for row in found]

    def done(self, case: str) -> None:
        self._db.execute("DELETE FROM evidence_due WHERE case_id = ?", (case,))

    def add(self, pairs: Iterable[tuple[int, int | None]]) -> None:
        self._db.executemany("INSERT OR IGNORE INTO evidence (seq, entry) VALUES (?, ?)", pairs)

    def of(self, sequences: Sequence[int]) -> dict[int, int | None]:
        return dict(
            self._db.execute(
                "SELECT e.seq, e.entry FROM json_each(?) p CROSS JOIN evidence e"
                " ON e.seq = p.value",
                (pack(list(sequences)),),
            )
        )

    def judging(self, first: int, last: int) -> list[int]:
        found = self._db.execute(
            "SELECT seq FROM fact_entry"
            " WHERE seq > ?1 AND seq <= ?2 AND name IN ('detectors', 'rules')"
            " UNION SELECT max(seq) FROM fact_entry"
            " WHERE seq <= ?1 AND name IN ('detectors', 'rules') GROUP BY name",
            (first, last),
        )
        return sorted(row[0] for row in found)
