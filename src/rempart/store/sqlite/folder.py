"""The lock-out folder in SQLite; see `store.interface.folder` for what its tables promise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw

from rempart.store.interface.folder import FolderTables, HelperRow, LockedRow

_LOCKED = "SELECT target, seq, at_ms, released_ms, released_by FROM locked_out "
_HELPERS = (
    "SELECT id, target, name, may_release, created_ms, expires_ms, invitation, session, opened_ms,"
    " revoked_ms FROM folder_helper "
)


class SqliteFolderTables(FolderTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def lock(self, rows: Sequence[LockedRow]) -> None:
        self._db.executemany(
            "INSERT INTO locked_out (target, seq, at_ms, released_ms, released_by)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (target, seq)"
            " DO UPDATE SET released_ms = NULL, released_by = NULL",
            rows,
        )

    def folder(
        self, targets: Sequence[str], *, limit: int = 100, before: int | None = None
    ) -> list[LockedRow]:
        rows = self._db.execute(
            _LOCKED + "WHERE target IN carray(?1) AND (?2 IS NULL OR seq < ?2)"
            " ORDER BY seq DESC, target LIMIT ?3",
            (apsw.carray(tuple(targets)), before, limit),
        )
        return [_locked(row) for row in rows] if targets else []

    def locked(self, targets: Sequence[str], seq: int) -> LockedRow | None:
        rows = self._db.execute(
            _LOCKED + "WHERE target IN carray(?) AND seq = ? LIMIT 1",
            (apsw.carray(tuple(targets)), seq),
        ).fetchall()
        return _locked(rows[0]) if rows else None

    def count(self, targets: Sequence[str]) -> tuple[int, int]:
        rows = self._db.execute(
            "SELECT released_ms IS NULL, count(*) FROM locked_out"
            " WHERE target IN carray(?) GROUP BY 1",
            (apsw.carray(tuple(targets)),),
        )
        found = {bool(waits): int(str(number)) for waits, number in rows}
        return found.get(True, 0), found.get(False, 0)

    def release(self, targets: Sequence[str], seq: int, at_ms: int, by: str) -> bool:
        self._db.execute(
            "UPDATE locked_out SET released_ms = ?, released_by = ?"
            " WHERE target IN carray(?) AND seq = ? AND released_ms IS NULL",
            (at_ms, by, apsw.carray(tuple(targets)), seq),
        )
        return self._db.changes() > 0

    def put_helper(self, row: HelperRow) -> None:
        self._db.execute("INSERT INTO folder_helper VALUES (?,?,?,?,?,?,?,?,?,?)", row)

    def helpers(self, target: str) -> list[HelperRow]:
        rows = self._db.execute(
            _HELPERS + "WHERE target = ? ORDER BY created_ms DESC, id", (target,)
        )
        return [_helper(row) for row in rows]

    def open_helper(self, invitation: bytes, session: bytes, now_ms: int) -> HelperRow | None:
        self._db.execute(
            "UPDATE folder_helper SET session = ?, opened_ms = ? WHERE invitation = ?"
            " AND session IS NULL AND revoked_ms IS NULL AND expires_ms > ?",
            (session, now_ms, invitation, now_ms),
        )
        return self.helper(session) if self._db.changes() else None

    def helper(self, session: bytes) -> HelperRow | None:
        rows = self._db.execute(_HELPERS + "WHERE session = ?", (session,)).fetchall()
        return _helper(rows[0]) if rows else None

    def revoke_helper(self, target: str, id: str, at_ms: int) -> bool:
        self._db.execute(
            "UPDATE folder_helper SET revoked_ms = ?, session = NULL"
            " WHERE target = ? AND id = ? AND revoked_ms IS NULL",
            (at_ms, target, id),
        )
        return self._db.changes() > 0


def _locked(row: tuple[Any, ...]) -> LockedRow:
    return LockedRow(*row)


def _helper(row: tuple[Any, ...]) -> HelperRow:
    found = HelperRow(*row)
    return found._replace(may_release=bool(found.may_release))
