"""Tables of versions in SQLite; see `store.interface.versions` for what they promise."""

from __future__ import annotations

from typing import Any, Final

import apsw

from rempart.errors import NotFoundError
from rempart.store.interface.versions import (
    VersionKind,
    VersionMove,
    VersionRow,
    VersionState,
    VersionTables,
)

_ROWS: Final = (
    "SELECT v.kind, v.id, v.parent, v.author, v.reason, v.at_ms, v.figures, v.seq,"
    " m.state, m.by, m.at_ms FROM version AS v JOIN version_move AS m ON m.number ="
    " (SELECT max(number) FROM version_move WHERE kind = v.kind AND id = v.id) "
)


class SqliteVersionTables(VersionTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection
        self.changed = set()

    def add(
        self,
        kind: VersionKind,
        id: str,
        body: bytes,
        *,
        author: str,
        reason: str,
        at_ms: int,
        figures: str,
        seq: int,
    ) -> bool:
        if self.get(kind, id) is not None:
            return False
        live = self.live(kind)
        parent = live.id if live is not None else None
        self._db.execute(
            "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (kind.value, id, parent, author, reason, at_ms, figures, body, seq),
        )
        self._tell(kind, id, VersionState.PROPOSED, author, reason, at_ms, seq)
        return True

    def move(
        self,
        kind: VersionKind,
        id: str,
        state: VersionState,
        *,
        by: str,
        reason: str,
        at_ms: int,
        seq: int,
    ) -> None:
        if self.get(kind, id) is None:
            raise NotFoundError("there is no such version", where=id)
        live = self.live(kind)
        if state is VersionState.LIVE and live is not None and live.id != id:
            self._tell(kind, live.id, VersionState.REPLACED, by, reason, at_ms, seq)
        self._tell(kind, id, state, by, reason, at_ms, seq)
        self.changed.add(kind)

    def _tell(
        self,
        kind: VersionKind,
        id: str,
        state: VersionState,
        by: str,
        reason: str,
        at_ms: int,
        seq: int,
    ) -> None:
        self._db.execute(
            "INSERT INTO version_move (kind, id, state, by, reason, at_ms, seq)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (kind.value, id, state.value, by, reason, at_ms, seq),
        )

    def get(self, kind: VersionKind, id: str) -> VersionRow | None:
        row = self._db.execute(_ROWS + "WHERE v.kind = ? AND v.id = ?", (kind.value, id)).fetchone()
        return _row(row) if row is not None else None

    def body(self, kind: VersionKind, id: str) -> bytes | None:
        found: Any = self._db.execute(
            "SELECT body FROM version WHERE kind = ? AND id = ?", (kind.value, id)
        ).get
        return found if found is None else bytes(found)

    def live(self, kind: VersionKind) -> VersionRow | None:
        row = self._db.execute(
            _ROWS + "WHERE v.kind = ? AND m.state = 'live'", (kind.value,)
        ).fetchone()
        return _row(row) if row is not None else None

    def latest(self, kind: VersionKind, limit: int = 50) -> list[VersionRow]:
        rows = self._db.execute(
            _ROWS + "WHERE v.kind = ? ORDER BY v.seq DESC LIMIT ?", (kind.value, limit)
        )
        return [_row(row) for row in rows]

    def moves(self, kind: VersionKind, id: str) -> list[VersionMove]:
        rows = self._db.execute(
            "SELECT state, by, reason, at_ms, seq FROM version_move WHERE kind = ? AND id = ?"
            " ORDER BY number",
            (kind.value, id),
        )
        return [VersionMove(VersionState(row[0]), *row[1:]) for row in rows]

    def replaced_by(self, kind: VersionKind, id: str) -> str | None:
        found: Any = self._db.execute(
            "SELECT gone.id FROM version_move AS gone JOIN version_move AS came"
            " ON came.kind = gone.kind AND came.seq = gone.seq AND came.state = 'live'"
            " WHERE gone.kind = ? AND came.id = ? AND gone.state = 'replaced'"
            " ORDER BY gone.number DESC LIMIT 1",
            (kind.value, id),
        ).get
        return found if found is None else str(found)


def _row(row: tuple[Any, ...]) -> VersionRow:
    kind, id, parent, author, reason, at_ms, figures, seq, state, by, moved_ms = row
    return VersionRow(
        VersionKind(kind),
        id,
        parent,
        author,
        reason,
        at_ms,
        figures,
        seq,
        VersionState(state),
        by,
        moved_ms,
    )
