"""Invitations in SQLite; see `store.interface.invitations` for what they promise."""

from __future__ import annotations

from typing import Any

import apsw
import msgspec

from rempart.store.interface.invitations import InvitationRow, InvitationTables

_ALL = (
    "SELECT id, digest, name, roles, channels, email, person, made_by, created_ms, expires_ms"
    " FROM invitation "
)


class SqliteInvitationTables(InvitationTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def put(self, row: InvitationRow) -> None:
        channels = None if row.channels is None else _pack(row.channels)
        values = row._replace(roles=(), channels=None)
        self._db.execute(
            "INSERT INTO invitation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values[:3], _pack(row.roles), channels, *values[5:]),
        )

    def pending(self, now_ms: int) -> list[InvitationRow]:
        query = _ALL + "WHERE expires_ms > ? ORDER BY created_ms DESC, id"
        return [_row(row) for row in self._db.execute(query, (now_ms,))]

    def by_digest(self, digest: bytes, now_ms: int) -> InvitationRow | None:
        return self._one("WHERE digest = ? AND expires_ms > ?", digest, now_ms)

    def by_email(self, email: str, now_ms: int) -> InvitationRow | None:
        return self._one(
            "WHERE email = ? COLLATE NOCASE AND expires_ms > ? ORDER BY created_ms DESC",
            email,
            now_ms,
        )

    def remove(self, id: str) -> bool:
        self._db.execute("DELETE FROM invitation WHERE id = ?", (id,))
        return self._db.changes() > 0

    def forget(self, before_ms: int) -> int:
        self._db.execute("DELETE FROM invitation WHERE expires_ms < ?", (before_ms,))
        return self._db.changes()

    def _one(self, where: str, *values: Any) -> InvitationRow | None:
        row = self._db.execute(_ALL + where, values).fetchone()
        return _row(row) if row else None


def _row(row: tuple[Any, ...]) -> InvitationRow:
    channels = None if row[4] is None else _unpack(row[4])
    return InvitationRow(row[0], row[1], row[2], _unpack(row[3]), channels, *row[5:])


def _pack(words: tuple[str, ...]) -> str:
    return msgspec.json.encode(words).decode()


def _unpack(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])
