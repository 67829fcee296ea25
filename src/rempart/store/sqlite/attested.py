"""What was attested, in SQLite; see `store.interface.attested`."""

from __future__ import annotations

import apsw
import msgspec

from rempart.store.interface.attested import (
    AttestedTables,
    CosignatureRow,
    OwedKind,
    OwedRow,
    RefusalRow,
    ScrubRow,
    TokenRow,
    WitnessedRow,
)

KEPT = 1_000
_COSIGNATURE = "SELECT size, witness, line, at_s, seq FROM cosignature"
_TOKEN = "SELECT size, authority, reply, at_ms, checked_with, seq, chain FROM timestamp_token"  # noqa: S105
_OWED = "SELECT kind, name, size, since_ms, tries, next_ms, error FROM attestation_owed"


class SqliteAttestedTables(AttestedTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def checkpoint(self, size: int) -> tuple[str, int] | None:
        row: tuple[str, int] | None = self._db.execute(
            "SELECT note, at_ms FROM checkpoint WHERE size = ?", (size,)
        ).fetchone()
        return row

    # -- of our log --------------------------------------------------------------------------

    def add_cosignature(self, row: CosignatureRow) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO cosignature (size, witness, line, at_s, seq)"
            " VALUES (?, ?, ?, ?, ?)",
            row,
        )

    def cosignatures(self, size: int) -> list[CosignatureRow]:
        rows = self._db.execute(f"{_COSIGNATURE} WHERE size = ? ORDER BY witness", (size,))
        return [CosignatureRow(*row) for row in rows]

    def last_cosignature(self, witness: str) -> CosignatureRow | None:
        row = self._db.execute(
            f"{_COSIGNATURE} WHERE witness = ? ORDER BY size DESC LIMIT 1", (witness,)
        ).fetchone()
        return None if row is None else CosignatureRow(*row)

    def add_token(self, row: TokenRow) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO timestamp_token"
            " (size, authority, reply, at_ms, checked_with, seq, chain)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )

    def tokens(self, size: int) -> list[TokenRow]:
        rows = self._db.execute(f"{_TOKEN} WHERE size = ? ORDER BY authority", (size,))
        return [TokenRow(*row) for row in rows]

    def last_token(self, authority: str) -> TokenRow | None:
        row = self._db.execute(
            f"{_TOKEN} WHERE authority = ? ORDER BY size DESC LIMIT 1", (authority,)
        ).fetchone()
        return None if row is None else TokenRow(*row)

    def stamped_from(self, size: int) -> list[int]:
        rows = self._db.execute(
            "SELECT DISTINCT size FROM timestamp_token WHERE size >= ? ORDER BY size LIMIT 1000",
            (size,),
        )
        return [found for (found,) in rows]

    # -- owed --------------------------------------------------------------------------------

    def owe(self, row: OwedRow) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO attestation_owed"
            " (kind, name, size, since_ms, tries, next_ms, error) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (row.kind.value, *row[1:6], row.error[:300]),
        )

    def settle(self, kind: OwedKind, name: str, size: int) -> None:
        older = "=" if kind is OwedKind.SEALED else "<="
        self._db.execute(
            f"DELETE FROM attestation_owed WHERE kind = ? AND name = ? AND size {older} ?",
            (kind.value, name, size),
        )

    def owed(self, kind: OwedKind | None = None) -> list[OwedRow]:
        rows = self._db.execute(
            f"{_OWED} WHERE kind = ?1 OR ?1 IS NULL ORDER BY since_ms, name",
            (None if kind is None else kind.value,),
        )
        return [OwedRow(OwedKind(row[0]), *row[1:]) for row in rows]

    # -- of others ---------------------------------------------------------------------------

    def witnessed(self, origin: str, size: int | None = None) -> WitnessedRow | None:
        row = self._db.execute(
            "SELECT origin, size, root, note, at_ms FROM witnessed WHERE origin = ?1"
            " AND (?2 IS NULL OR size = ?2) ORDER BY size DESC LIMIT 1",
            (origin, size),
        ).fetchone()
        return None if row is None else WitnessedRow(*row)

    def witness(self, row: WitnessedRow) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO witnessed (origin, size, root, note, at_ms)"
            " VALUES (?, ?, ?, ?, ?)",
            row,
        )
        self._db.execute(
            "DELETE FROM witnessed WHERE origin = ?1 AND size < (SELECT min(size) FROM (SELECT size"
            " FROM witnessed WHERE origin = ?1 ORDER BY size DESC LIMIT ?2))",
            (row.origin, KEPT),
        )

    def refusal(self, origin: str) -> RefusalRow | None:
        row = self._db.execute(
            "SELECT origin, what, size, at_ms, seq FROM witness_refusal WHERE origin = ?", (origin,)
        ).fetchone()
        return None if row is None else RefusalRow(*row)

    def refusals(self) -> list[RefusalRow]:
        rows = self._db.execute(
            "SELECT origin, what, size, at_ms, seq FROM witness_refusal ORDER BY at_ms DESC"
        )
        return [RefusalRow(*row) for row in rows]

    def refuse(self, row: RefusalRow) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO witness_refusal (origin, what, size, at_ms, seq)"
            " VALUES (?, ?, ?, ?, ?)",
            row,
        )

    # -- the full check ----------------------------------------------------------------------

    def changed(self, seq: int, noticed: int) -> bool:
        self._db.execute("INSERT OR IGNORE INTO log_change VALUES (?, ?)", (seq, noticed))
        return self._db.changes() > 0

    def changes(self) -> list[tuple[int, int]]:
        return list(self._db.execute("SELECT seq, noticed FROM log_change ORDER BY seq LIMIT 100"))

    def last_scrub(self) -> ScrubRow | None:
        row = self._db.execute(
            "SELECT at_ms, took_ms, entries, erased, why, failed FROM scrub"
        ).fetchone()
        if row is None:
            return None
        at_ms, took_ms, entries, erased, why, failed = row
        told = tuple(msgspec.json.decode(failed, type=list[str]))
        return ScrubRow(at_ms, took_ms, entries, erased, why, told)

    def scrubbed(self, row: ScrubRow) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO scrub (only, at_ms, took_ms, entries, erased, why, failed)"
            " VALUES (1, ?, ?, ?, ?, ?, ?)",
            (*row[:5], msgspec.json.encode(row.failed).decode()),
        )
        if not row.failed:
            self._db.execute("DELETE FROM log_change WHERE noticed < ?", (row.entries,))
