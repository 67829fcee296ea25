"""Tables of access in SQLite; see `store.interface.access` for what they promise."""

from __future__ import annotations

from typing import Any

import apsw
import msgspec

from rempart.errors import ConflictError
from rempart.store.interface.access import (
    AccessTables,
    PersonRow,
    RoleRow,
    SessionRow,
    TokenRow,
)

_PERSON = (
    "id, name, password_hash, roles, channels, created_ms, disabled_ms, queues, harms, without,"
    " last_ms"
)
_PEOPLE = f"SELECT {_PERSON} FROM person "
_SESSIONS = "SELECT id, digest, person, agent, created_ms, last_ms, level FROM session "
_TOKENS = (
    "SELECT id, digest, name, scopes, channels, created_ms, created_by, revoked_ms FROM token "
)


class SqliteAccessTables(AccessTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def people(self) -> list[PersonRow]:
        return [_person(row) for row in self._db.execute(_PEOPLE + "ORDER BY created_ms, id")]

    def person(self, id: str) -> PersonRow | None:
        row = self._one(_PEOPLE + "WHERE id = ?", id)
        return _person(row) if row else None

    def person_by_name(self, name: str) -> PersonRow | None:
        row = self._one(_PEOPLE + "WHERE name = ?", name)
        return _person(row) if row else None

    def put_person(self, row: PersonRow) -> None:
        other = self.person_by_name(row.name)
        if other is not None and other.id != row.id:
            raise ConflictError("another person has that name", where="name")
        self._db.execute(
            f"INSERT INTO person ({_PERSON}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET"
            " name = excluded.name, password_hash = excluded.password_hash,"
            " roles = excluded.roles, channels = excluded.channels,"
            " disabled_ms = excluded.disabled_ms, queues = excluded.queues,"
            " harms = excluded.harms, without = excluded.without",
            (
                row.id,
                row.name,
                row.password_hash,
                _pack(row.roles),
                _pack_or_none(row.channels),
                row.created_ms,
                row.disabled_ms,
                _pack_or_none(row.queues),
                _pack_or_none(row.harms),
                _pack(row.without),
                row.last_ms,
            ),
        )

    def next_person(self) -> str:
        row = self._one(
            "SELECT max(CAST(substr(id, 11) AS INTEGER)) FROM person WHERE id GLOB 'moderator-*'"
        )
        return f"moderator-{(row[0] if row and row[0] else 0) + 1}"

    def roles(self) -> list[RoleRow]:
        query = "SELECT key, name, rights, second_factor, removed FROM role ORDER BY key"
        return [
            RoleRow(key, name, _unpack(rights), bool(second), bool(removed))
            for key, name, rights, second, removed in self._db.execute(query)
        ]

    def put_role(self, row: RoleRow) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO role VALUES (?, ?, ?, ?, ?)",
            (row.key, row.name, _pack(row.rights), int(row.second_factor), int(row.removed)),
        )

    def identity(self, issuer: str, subject: str) -> str | None:
        query = "SELECT person FROM identity WHERE issuer = ? AND subject = ?"
        row = self._one(query, issuer, subject)
        return row[0] if row else None

    def put_identity(self, issuer: str, subject: str, person: str) -> None:
        self._db.execute("INSERT INTO identity VALUES (?, ?, ?)", (issuer, subject, person))

    def identities(self, person: str) -> list[str]:
        query = "SELECT DISTINCT issuer FROM identity WHERE person = ? ORDER BY issuer"
        return [issuer for (issuer,) in self._db.execute(query, (person,))]

    def remove_identities(self, person: str) -> None:
        self._db.execute("DELETE FROM identity WHERE person = ?", (person,))

    def put_one_time(self, digest: bytes, expires_ms: int) -> None:
        self._db.execute("INSERT INTO one_time_login VALUES (?, ?)", (digest, expires_ms))

    def use_one_time(self, digest: bytes, now_ms: int) -> bool:
        row = self._one("DELETE FROM one_time_login WHERE digest = ? RETURNING expires_ms", digest)
        return row is not None and row[0] > now_ms

    def put_session(self, row: SessionRow) -> None:
        self._db.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def session(self, digest: bytes) -> SessionRow | None:
        row = self._one(_SESSIONS + "WHERE digest = ?", digest)
        return SessionRow(*row) if row else None

    def sessions(self, person: str) -> list[SessionRow]:
        query = _SESSIONS + "WHERE person = ? ORDER BY last_ms DESC"
        return [SessionRow(*row) for row in self._db.execute(query, (person,))]

    def touch_session(self, id: str, now_ms: int) -> None:
        self._db.execute("UPDATE session SET last_ms = ? WHERE id = ?", (now_ms, id))
        self._db.execute(
            "UPDATE person SET last_ms = ? WHERE id = (SELECT person FROM session WHERE id = ?)",
            (now_ms, id),
        )

    def raise_session(self, id: str, level: int) -> None:
        self._db.execute("UPDATE session SET level = ? WHERE id = ?", (level, id))

    def end_session(self, id: str) -> None:
        self._db.execute("DELETE FROM session WHERE id = ?", (id,))

    def end_sessions(self, person: str, keep: str | None = None) -> int:
        self._db.execute("DELETE FROM session WHERE person = ? AND id IS NOT ?", (person, keep))
        return self._db.changes()

    def forget_sessions(self, created_before_ms: int, idle_before_ms: int) -> int:
        self._db.execute(
            "DELETE FROM session WHERE created_ms < ? OR last_ms < ?",
            (created_before_ms, idle_before_ms),
        )
        return self._db.changes()

    def put_token(self, row: TokenRow) -> None:
        self._db.execute(
            "INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.id,
                row.digest,
                row.name,
                _pack(row.scopes),
                _pack_or_none(row.channels),
                row.created_ms,
                row.created_by,
                row.revoked_ms,
            ),
        )

    def token(self, digest: bytes) -> TokenRow | None:
        row = self._one(_TOKENS + "WHERE digest = ?", digest)
        return _token(row) if row else None

    def tokens(self) -> list[TokenRow]:
        query = _TOKENS + "ORDER BY created_ms, id"
        return [_token(row) for row in self._db.execute(query)]

    def revoke_token(self, id: str, now_ms: int) -> bool:
        self._db.execute(
            "UPDATE token SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL", (now_ms, id)
        )
        return self._db.changes() > 0

    def hook_seen(self, connector: str, id: str) -> bool:
        query = "SELECT 1 FROM hook_seen WHERE connector = ? AND id = ?"
        return self._one(query, connector, id) is not None

    def remember_hook(self, connector: str, id: str, at_ms: int, keep_ms: int) -> bool:
        self._db.execute("DELETE FROM hook_seen WHERE at_ms < ?", (at_ms - keep_ms,))
        self._db.execute(
            "INSERT INTO hook_seen VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (connector, id, at_ms)
        )
        return self._db.changes() > 0

    def _one(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        return self._db.execute(query, values).fetchone()


def _person(row: tuple[Any, ...]) -> PersonRow:
    return PersonRow(
        id=row[0],
        name=row[1],
        password_hash=row[2],
        roles=_unpack(row[3]),
        channels=_unpack_or_none(row[4]),
        created_ms=row[5],
        disabled_ms=row[6],
        queues=_unpack_or_none(row[7]),
        harms=_unpack_or_none(row[8]),
        without=_unpack(row[9]),
        last_ms=row[10],
    )


def _token(row: tuple[Any, ...]) -> TokenRow:
    return TokenRow(row[0], row[1], row[2], _unpack(row[3]), _unpack_or_none(row[4]), *row[5:])


def _pack(words: tuple[str, ...]) -> str:
    return msgspec.json.encode(words).decode()


def _pack_or_none(words: tuple[str, ...] | None) -> str | None:
    return None if words is None else _pack(words)


def _unpack(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])


def _unpack_or_none(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else _unpack(text)
