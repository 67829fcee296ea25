"""Incident files in SQLite."""

from __future__ import annotations

import apsw

from rempart.errors import ConflictError
from rempart.store.interface.incidents import IncidentItem, IncidentRequest, IncidentTables

_FIELDS = ", ".join(IncidentRequest._fields)
_MARKS = ", ".join("?" * len(IncidentRequest._fields))
_FLAGGED = "(m.verdict > 0 OR m.abuse >= 500)"


class SqliteIncidentTables(IncidentTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def add(self, item: IncidentItem) -> bool:
        self._db.execute("INSERT OR IGNORE INTO incident_item VALUES (?, ?, ?, ?, ?)", item)
        return self._db.changes() == 1

    def remove(self, target: str, seq: int) -> bool:
        self._db.execute("DELETE FROM incident_item WHERE target = ? AND seq = ?", (target, seq))
        return self._db.changes() == 1

    def items(self, target: str) -> list[IncidentItem]:
        rows = self._db.execute(
            "SELECT target, seq, kind, at_ms, added_ms FROM incident_item WHERE target = ?"
            " ORDER BY at_ms, seq",
            (target,),
        )
        return [IncidentItem(*row) for row in rows]

    def addressed(self, target: str, limit: int, before_seq: int | None = None) -> list[int]:
        platform, _, name = target.rpartition("/")
        last = 1 << 62 if before_seq is None else before_seq
        found = self._db.execute(
            "SELECT seq FROM ("
            "SELECT m.seq AS seq, m.channel_id AS channel FROM message m WHERE m.target = ?1"
            f" AND m.target IS NOT NULL AND {_FLAGGED} AND m.seq < ?3"
            " UNION ALL SELECT m.seq, m.channel_id FROM message m JOIN channel c"
            f" ON c.id = m.channel_id WHERE c.name = ?1 AND m.target IS NULL AND {_FLAGGED}"
            " AND m.seq < ?3) JOIN channel c ON c.id = channel"
            " WHERE ?2 = '' OR c.platform = ?2 ORDER BY seq DESC LIMIT ?4",
            (name, platform, last, limit),
        )
        return [row[0] for row in found]

    def put_request(self, request: IncidentRequest) -> None:
        try:
            self._db.execute(
                f"INSERT OR REPLACE INTO incident_request ({_FIELDS}) VALUES ({_MARKS})", request
            )
        except apsw.ConstraintError as error:
            raise ConflictError("two different people are needed", where=request.id) from error

    def request(self, id: str) -> IncidentRequest | None:
        row = next(
            self._db.execute(f"SELECT {_FIELDS} FROM incident_request WHERE id = ?", (id,)), None
        )
        return None if row is None else IncidentRequest(*row)

    def requests(
        self, *, target: str | None = None, waiting: bool = False, limit: int = 100
    ) -> list[IncidentRequest]:
        where = ["?1 IS NULL OR target = ?1"]
        if waiting:
            where.append("second_by IS NULL AND refused_by IS NULL")
        rows = self._db.execute(
            f"SELECT {_FIELDS} FROM incident_request WHERE {' AND '.join(f'({x})' for x in where)}"
            " ORDER BY asked_ms DESC LIMIT ?2",
            (target, limit),
        )
        return [IncidentRequest(*row) for row in rows]
