"""Keys of the bodies in SQLite; see `store.interface.keys` for what they promise."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date

import apsw

from rempart.errors import LogError
from rempart.log.subjects import NOBODY
from rempart.store.interface.keys import KeyCounts, KeyTables
from rempart.store.sqlite.sealing import Sealer, decode, encode, numbers_of
from rempart.store.sqlite.subject_keys import EPOCH, Mark
from rempart.store.sqlite.vault import PARTS, Vault

SUBJECT = "subject"
BUCKET = "bucket"


class SqliteKeyTables(KeyTables):
    def __init__(self, connection: apsw.Connection, vault: Vault, sealer: Sealer) -> None:
        self._db = connection
        self._vault = vault
        self._sealer = sealer

    # -- reading -----------------------------------------------------------------------------

    def subjects(self, prefix: str = "", *, after: str = "", limit: int = 1_000) -> list[str]:
        begin = encode(prefix)
        found = self._db.execute(
            "SELECT DISTINCT name FROM subject WHERE name >= ? AND name > ? AND name < ?"
            " ORDER BY name LIMIT ?",
            (begin, encode(after), begin + b"\xff", limit),
        )
        return [decode(name) for (name,) in found]

    def has(self, subject: str) -> bool:
        return bool(numbers_of(self._db, {subject}))

    def sequences(self, subject: str) -> list[int]:
        numbers = {number for _, number in numbers_of(self._db, {subject})}
        if not numbers:
            return []
        alive = self._vault.alive_buckets()
        found = self._db.execute(
            "SELECT place, bucket FROM body WHERE subject IN carray(?)",
            (apsw.carray(array("q", numbers)),),
        )
        return sorted({place // PARTS for place, bucket in found if bucket in alive})

    def counts(self) -> KeyCounts:
        return self._vault.counts()

    def days(self, bucket: str) -> list[date]:
        return [date.fromordinal(EPOCH + day) for day, _ in self._vault.days(bucket)]

    # -- destroying --------------------------------------------------------------------------

    def destroy_subjects(self, subjects: Sequence[str]) -> int:
        if NOBODY in subjects:
            raise LogError("the bodies about nobody are the community's own: they have a bucket")
        known = numbers_of(self._db, set(subjects))
        self._put(SUBJECT, [number for _, number in known])
        self._db.executemany(
            "DELETE FROM subject WHERE number = ?", [(number,) for _, number in known]
        )
        self._sealer.forget()
        return len({name for name, _ in known})

    def destroy_days(self, bucket: str, before: date) -> int:
        end = before.toordinal() - EPOCH
        numbers = [number for day, number in self._vault.days(bucket) if day < end]
        self._put(BUCKET, numbers)
        return len(numbers)

    def _put(self, kind: str, numbers: Sequence[int]) -> None:
        self._vault.destroying = True
        self._db.executemany(
            "INSERT OR IGNORE INTO key_destroyed VALUES (?, ?)",
            [(kind, number) for number in numbers],
        )


def mark_of(connection: apsw.Connection) -> Mark | None:
    """What the store says of its keys; None before its first ones."""
    row = connection.execute("SELECT id, subjects, buckets FROM vault").fetchone()
    return None if row is None else Mark(*row)


def put_mark(connection: apsw.Connection, mark: Mark) -> None:
    connection.execute("INSERT OR REPLACE INTO vault VALUES (1, ?, ?, ?)", mark)


def destructions(connection: apsw.Connection) -> tuple[list[int], list[int]]:
    """Numbers of the subjects and of the buckets that are destroyed."""
    rows = list(connection.execute("SELECT kind, number FROM key_destroyed"))
    return (
        [number for kind, number in rows if kind == SUBJECT],
        [number for kind, number in rows if kind == BUCKET],
    )
