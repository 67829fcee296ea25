"""Second factors in SQLite; see `store.interface.factors` for what they promise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import apsw

from rempart.errors import ConflictError
from rempart.store.interface.factors import FactorTables, PasskeyRow, TotpRow

_PASSKEYS = "SELECT id, person, name, credential, uses, created_ms, last_ms FROM passkey "


class SqliteFactorTables(FactorTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def has(self, person: str) -> bool:
        query = (
            "SELECT EXISTS (SELECT 1 FROM totp WHERE person = ?1)"
            " OR EXISTS (SELECT 1 FROM passkey WHERE person = ?1)"
        )
        return bool(self._db.execute(query, (person,)).get)

    def any_totp(self) -> bool:
        return bool(self._db.execute("SELECT EXISTS (SELECT 1 FROM totp)").get)

    def totp(self, person: str) -> TotpRow | None:
        query = "SELECT person, sealed, last_step, created_ms FROM totp WHERE person = ?"
        row = self._one(query, person)
        return TotpRow(*row) if row else None

    def put_totp(self, row: TotpRow) -> None:
        self._db.execute("INSERT OR REPLACE INTO totp VALUES (?, ?, ?, ?)", row)

    def take_step(self, person: str, step: int) -> bool:
        self._db.execute(
            "UPDATE totp SET last_step = ? WHERE person = ? AND last_step < ?", (step, person, step)
        )
        return self._db.changes() > 0

    def remove_totp(self, person: str) -> bool:
        self._db.execute("DELETE FROM totp WHERE person = ?", (person,))
        return self._db.changes() > 0

    def passkeys(self, person: str) -> list[PasskeyRow]:
        query = _PASSKEYS + "WHERE person = ? ORDER BY created_ms, id"
        return [PasskeyRow(*row) for row in self._db.execute(query, (person,))]

    def passkey(self, id: bytes) -> PasskeyRow | None:
        row = self._one(_PASSKEYS + "WHERE id = ?", id)
        return PasskeyRow(*row) if row else None

    def put_passkey(self, row: PasskeyRow) -> None:
        if self.passkey(row.id) is not None:
            raise ConflictError("this passkey is known already", where="passkey")
        self._db.execute("INSERT INTO passkey VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def use_passkey(self, id: bytes, uses: int, at_ms: int) -> None:
        self._db.execute("UPDATE passkey SET uses = ?, last_ms = ? WHERE id = ?", (uses, at_ms, id))

    def remove_passkey(self, person: str, id: bytes) -> bool:
        self._db.execute("DELETE FROM passkey WHERE person = ? AND id = ?", (person, id))
        return self._db.changes() > 0

    def put_recovery(self, person: str, digests: Iterable[bytes]) -> None:
        self._db.execute("DELETE FROM recovery_code WHERE person = ?", (person,))
        self._db.executemany(
            "INSERT INTO recovery_code VALUES (?, ?)", ((person, digest) for digest in digests)
        )

    def recovery_left(self, person: str) -> int:
        query = "SELECT count(*) FROM recovery_code WHERE person = ?"
        return int(self._db.execute(query, (person,)).get)

    def use_recovery(self, person: str, digest: bytes) -> bool:
        self._db.execute(
            "DELETE FROM recovery_code WHERE person = ? AND digest = ?", (person, digest)
        )
        return self._db.changes() > 0

    def remove_all(self, person: str) -> None:
        for table in ("totp", "passkey", "recovery_code"):
            self._db.execute(f"DELETE FROM {table} WHERE person = ?", (person,))

    def _one(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        return self._db.execute(query, values).fetchone()
