"""The access log in SQLite; see `store.interface.access_log` for what it promises."""

from __future__ import annotations

from typing import Any

import apsw

from rempart.store.interface.access_log import AccessEntryRow, AccessLogTables

_ALL = "SELECT seq, at_ms, kind, what, actor, about, seen_by FROM access_entry "


class SqliteAccessLogTables(AccessLogTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def add(self, row: AccessEntryRow) -> None:
        self._db.execute("INSERT INTO access_entry VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def page(
        self, *, kind: str | None, person: str | None, before: int | None, limit: int
    ) -> list[AccessEntryRow]:
        asked: list[tuple[str, Any]] = []
        if kind is not None:
            asked.append(("kind = ?", kind))
        if before is not None:
            asked.append(("seq < ?", before))
        where, values = " AND ".join(term for term, _ in asked), [value for _, value in asked]
        if person is not None:
            where = f"{where} AND (actor = ? OR about = ?)" if where else "actor = ? OR about = ?"
            values += [person, person]
        query = _ALL + (f"WHERE {where} " if where else "") + "ORDER BY seq DESC LIMIT ?"
        return [AccessEntryRow(*row) for row in self._db.execute(query, (*values, limit))]

    def viewed(self, actor: str, case: str, since_ms: int) -> bool:
        query = (
            "SELECT EXISTS (SELECT 1 FROM access_entry WHERE about = ? AND kind = 'access'"
            " AND at_ms >= ? AND actor = ? AND what = 'view')"
        )
        return bool(self._db.execute(query, (case, since_ms, actor)).get)

    def views(self, actor: str, since_ms: int, until_ms: int) -> list[int]:
        query = (
            "SELECT at_ms FROM access_entry WHERE actor = ? AND kind = 'access'"
            " AND at_ms >= ? AND at_ms < ? AND what IN ('view', 'search') ORDER BY at_ms"
        )
        return [at_ms for (at_ms,) in self._db.execute(query, (actor, since_ms, until_ms))]

    def alarms(self, since_ms: int) -> list[AccessEntryRow]:
        query = _ALL + "WHERE kind = 'alarm' AND at_ms >= ? AND seen_by IS NULL ORDER BY seq DESC"
        return [AccessEntryRow(*row) for row in self._db.execute(query, (since_ms,))]

    def last_alarm(self, actor: str, what: str) -> int | None:
        query = (
            "SELECT max(at_ms) FROM access_entry WHERE actor = ? AND kind = 'alarm' AND what = ?"
        )
        found: int | None = self._db.execute(query, (actor, what)).get
        return found

    def saw_alarm(self, seq: int, by: str) -> bool:
        self._db.execute(
            "UPDATE access_entry SET seen_by = ? WHERE seq = ? AND kind = 'alarm'"
            " AND seen_by IS NULL AND actor <> ?",
            (by, seq, by),
        )
        return self._db.changes() > 0
