"""Tables of protected facts in SQLite; see `store.interface.facts` for what they promise."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from rempart.store.interface.facts import (
    MATCHES_KEPT_MS,
    FactMatchRow,
    FactRow,
    FactTables,
    TargetSessionRow,
)

_FACTS = "SELECT id, target, sealed, added_ms FROM fact_protected "
_SESSIONS = "SELECT digest, target, created_ms, last_ms FROM target_session "


class SqliteFactTables(FactTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection
        self.changed = False

    def facts(self, target: str | None = None) -> list[FactRow]:
        query = _FACTS + "WHERE ?1 IS NULL OR target = ?1 ORDER BY added_ms, id"
        return [FactRow(*row) for row in self._db.execute(query, (target,))]

    def put_fact(self, row: FactRow) -> None:
        self.changed = True
        self._db.execute("INSERT INTO fact_protected VALUES (?, ?, ?, ?)", row)

    def drop_facts(self, ids: Sequence[str]) -> int:
        self.changed = True
        dropped = 0
        for id in ids:
            self._db.execute("DELETE FROM fact_match WHERE fact = ?", (id,))
            self._db.execute("DELETE FROM fact_protected WHERE id = ?", (id,))
            dropped += self._db.changes()
        return dropped

    def add_matches(self, rows: Sequence[FactMatchRow]) -> None:
        if rows:
            horizon_ms = max(row.at_ms for row in rows) - MATCHES_KEPT_MS
            self._db.execute("DELETE FROM fact_match WHERE at_ms < ?", (horizon_ms,))
        self._db.executemany("INSERT OR IGNORE INTO fact_match VALUES (?, ?, ?, ?)", rows)

    def matches(self, target: str, *, limit: int = 100) -> list[FactMatchRow]:
        query = (
            "SELECT target, seq, fact, at_ms FROM fact_match WHERE target = ?"
            " ORDER BY seq DESC, fact LIMIT ?"
        )
        return [FactMatchRow(*row) for row in self._db.execute(query, (target, limit))]

    def forget_matches(self, target: str) -> int:
        self._db.execute("DELETE FROM fact_match WHERE target = ?", (target,))
        return self._db.changes()

    def use_invitation(self, digest: bytes, expires_ms: int, now_ms: int) -> bool:
        if expires_ms <= now_ms:
            return False
        self._db.execute("DELETE FROM fact_invitation WHERE expires_ms <= ?", (now_ms,))
        self._db.execute(
            "INSERT OR IGNORE INTO fact_invitation VALUES (?, ?)", (digest, expires_ms)
        )
        return self._db.changes() > 0

    def put_session(self, row: TargetSessionRow) -> None:
        self._db.execute("INSERT INTO target_session VALUES (?, ?, ?, ?)", row)

    def session(self, digest: bytes) -> TargetSessionRow | None:
        row = self._db.execute(_SESSIONS + "WHERE digest = ?", (digest,)).fetchone()
        return TargetSessionRow(*row) if row else None

    def touch_session(self, digest: bytes, now_ms: int) -> None:
        self._db.execute("UPDATE target_session SET last_ms = ? WHERE digest = ?", (now_ms, digest))

    def end_sessions(self, target: str, only: bytes | None = None) -> int:
        self._db.execute(
            "DELETE FROM target_session WHERE target = ?1 AND (?2 IS NULL OR digest = ?2)",
            (target, only),
        )
        return self._db.changes()

    def sessions(self, target: str) -> list[TargetSessionRow]:
        query = _SESSIONS + "WHERE target = ? ORDER BY created_ms DESC"
        return [TargetSessionRow(*row) for row in self._db.execute(query, (target,))]
