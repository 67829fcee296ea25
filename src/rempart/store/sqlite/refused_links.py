"""Refused links in SQLite."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from rempart.store.interface.refused_links import RefusedLinkTables


class SqliteRefusedLinkTables(RefusedLinkTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def add(self, links: Sequence[str], case: str, at_ms: int) -> int:
        before = self._db.total_changes()
        self._db.executemany(
            "INSERT OR IGNORE INTO refused_link VALUES (?, ?, ?)",
            [(link, case, at_ms) for link in links],
        )
        return self._db.total_changes() - before

    def drop(self, case: str) -> int:
        self._db.execute("DELETE FROM refused_link WHERE case_id = ?", (case,))
        return self._db.changes()

    def all(self) -> list[str]:
        return [row[0] for row in self._db.execute("SELECT link FROM refused_link ORDER BY link")]
