"""The published terms in SQLite; see `store.interface.terms`."""

from __future__ import annotations

from typing import Any

import apsw
import msgspec

from rempart.store.interface.terms import TermsRow, TermsTables

_ROWS = (
    "SELECT version, from_ms, digest, significant, summary, content, published_by, seq,"
    " announced_ms FROM terms "
)


class SqliteTermsTables(TermsTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def add(self, row: TermsRow) -> None:
        summary = msgspec.json.encode(row.summary).decode()
        self._db.execute(
            "INSERT INTO terms VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row[:3], int(row.significant), summary, *row[5:]),
        )

    def announced(self, version: int, at_ms: int) -> None:
        self._db.execute("UPDATE terms SET announced_ms = ? WHERE version = ?", (at_ms, version))

    def versions(self) -> list[TermsRow]:
        return [_row(row) for row in self._db.execute(_ROWS + "ORDER BY version")]

    def version(self, number: int) -> TermsRow | None:
        row = self._db.execute(_ROWS + "WHERE version = ?", (number,)).fetchone()
        return _row(row) if row else None

    def latest(self) -> TermsRow | None:
        row = self._db.execute(_ROWS + "ORDER BY version DESC LIMIT 1").fetchone()
        return _row(row) if row else None

    def at(self, at_ms: int) -> TermsRow | None:
        query = _ROWS + "WHERE from_ms <= ? ORDER BY version DESC LIMIT 1"
        row = self._db.execute(query, (at_ms,)).fetchone()
        return _row(row) if row else None

    def announced_since(self, at_ms: int) -> TermsRow | None:
        query = _ROWS + "WHERE announced_ms >= ? ORDER BY version DESC LIMIT 1"
        row = self._db.execute(query, (at_ms,)).fetchone()
        return _row(row) if row else None

    def used_rules(self) -> list[str]:
        # One step of the index per rule, however many measures there are.
        query = (
            "WITH RECURSIVE used(rule) AS ("
            " SELECT (SELECT min(rule) FROM measure WHERE kind <> 'alarm')"
            " UNION ALL SELECT (SELECT min(rule) FROM measure WHERE kind <> 'alarm'"
            " AND rule > used.rule) FROM used WHERE used.rule IS NOT NULL)"
            " SELECT rule FROM used WHERE rule IS NOT NULL AND rule <> ''"
        )
        return [rule for (rule,) in self._db.execute(query)]


def _row(row: tuple[Any, ...]) -> TermsRow:
    version, at, digest, significant, summary, content, by, seq, announced = row
    told: dict[str, str] = msgspec.json.decode(summary, type=dict[str, str])
    return TermsRow(
        version, at, digest, bool(significant), told, bytes(content), by, seq, announced
    )
