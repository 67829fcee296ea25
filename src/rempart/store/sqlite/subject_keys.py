"""`keys/subjects.db`: the keys of subjects and of buckets, in a database of their own.

Rules kept here:

1. Same durability as the store (`connection`), and a key is committed *before* the transaction that
   uses it: a key without a body is harmless, a body without a key is lost.
2. Here are numbers and keys, no names: whose a number is, the store knows (`sealing`). Numbers are
   never used again. A destroyed key leaves its number, so that what it opened is known to be erased
   and not lost.
3. Destroying ends with a truncating checkpoint: deleted bytes are then in none of the files.
4. The database belongs to one store (`id`); keys that are gone, of another store, older than it, or
   open to others are refused, and never replaced.
"""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Callable, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from rempart.errors import StoreError
from rempart.log.keys import sync_folder
from rempart.log.master_key import KEY_BYTES, MasterKey, load_master, read_master
from rempart.store.interface.keys import KeyCounts
from rempart.store.sqlite.connection import open_reader, open_writer

KEYS_FILE = "subjects.db"
ID_BYTES = 16
AHEAD = 256
"""So many keys are made at once."""
VERSION = 1
EPOCH = date(1970, 1, 1).toordinal()
_BACK = "put the folder keys/ back from its newest backup, whole, and start again"
_SCHEMA = """
CREATE TABLE vault (id BLOB NOT NULL, destroyed INTEGER NOT NULL) STRICT;
CREATE TABLE subject (number INTEGER PRIMARY KEY, key BLOB) STRICT;
CREATE TABLE bucket (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    day INTEGER NOT NULL,
    key BLOB
) STRICT;
CREATE UNIQUE INDEX bucket_alive ON bucket (kind, day) WHERE key IS NOT NULL;
"""


_Opening = Callable[[bytes, Sequence[int], Sequence[bytes]], list[bytes]]
"""Of keys at this place and these numbers: what they open as; empty where one does not."""


class Mark(NamedTuple):
    """What a store knows of its keys: whose they are, and the highest numbers in use."""

    id: bytes
    subjects: int
    buckets: int


class SubjectKeys:
    """One connection to the keys."""

    def __init__(self, connection: apsw.Connection, master: MasterKey, path: Path) -> None:
        self.path = path
        self._ahead: dict[int, bytes] = {}
        self._db = connection
        self._master = master
        self.id: bytes = connection.execute("SELECT id FROM vault").get
        self._prefix = {t: b"%b %b " % (self.id, t.encode()) for t in ("subject", "bucket")}
        self._subjects = self._highest("subject")
        self._buckets = self._highest("bucket")

    @classmethod
    def open(cls, folder: Path, mark: Mark | None, *, vfs: str | None = None) -> SubjectKeys:
        """For writing. `mark`: what the store says of its keys; None: it has none yet, and keys are
        made unless they are there already. See rule 4 for what is refused."""
        path = folder / KEYS_FILE
        if mark is not None:
            _require(path)
        fresh = not path.exists()
        master = load_master(folder, has_keys=not fresh)
        if fresh:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        check_private(path)
        try:
            connection = open_writer(path, vfs=vfs)
            try:
                if connection.pragma("user_version") == 0:
                    with connection:
                        connection.execute(_SCHEMA)
                        connection.execute(
                            "INSERT INTO vault VALUES (?, 0)", (os.urandom(ID_BYTES),)
                        )
                        connection.pragma("user_version", VERSION)
                    sync_folder(folder)
                keys = cls(connection, master, path)
                keys.check(mark)
            except BaseException:
                connection.close()
                raise
        except apsw.Error as error:
            raise _unreadable(error, path) from error
        return keys

    @classmethod
    def open_for_reading(cls, folder: Path, mark: Mark, *, vfs: str | None = None) -> SubjectKeys:
        path = folder / KEYS_FILE
        _require(path)
        check_private(path)
        master = read_master(folder)
        try:
            connection = open_reader(path, vfs=vfs)
            try:
                keys = cls(connection, master, path)
                keys.check(mark)
            except BaseException:
                connection.close()
                raise
        except apsw.Error as error:
            raise _unreadable(error, path) from error
        return keys

    def check(self, mark: Mark | None) -> None:
        """StoreError unless these are all the keys of the store, and open under the master key."""
        version = self._db.pragma("user_version")
        if version != VERSION:
            raise StoreError(
                f"the keys are at version {version}, this Rempart reads version {VERSION}",
                where=str(self.path),
                next_step="install the Rempart that wrote them",
            )
        if mark is not None and mark.id != self.id:
            raise StoreError(
                "these are the keys of another store", where=str(self.path), next_step=_BACK
            )
        if mark is not None and (self._subjects < mark.subjects or self._buckets < mark.buckets):
            raise StoreError(
                "the keys are older than the store: what was written since could not be read",
                where=str(self.path),
                next_step=_BACK,
            )
        for table in ("subject", "bucket"):
            row = self._db.execute(
                f"SELECT number, key FROM {table} WHERE key IS NOT NULL"
                " ORDER BY number DESC LIMIT 1"
            ).fetchone()
            if row is not None:
                self._unwrap(table, *row)

    @property
    def mark(self) -> Mark:
        return Mark(self.id, self._subjects, self._buckets)

    # -- looking up --------------------------------------------------------------------------

    def subject_keys(self, numbers: Sequence[int]) -> dict[int, bytes | None]:
        """By number; None: it was destroyed. One that is not there, or is damaged, is left out."""
        return self._keys("subject", numbers, self._master.unwrap_all)

    def body_keys(self, numbers: Sequence[int], bucket_key: bytes) -> dict[int, bytes | None]:
        """The same, of what bodies of these subjects in one bucket are sealed with."""

        def opening(prefix: bytes, numbers: Sequence[int], wrapped: Sequence[bytes]) -> list[bytes]:
            return self._master.body_keys(prefix, numbers, wrapped, bucket_key)

        return self._keys("subject", numbers, opening)

    def bucket_keys(self, numbers: Sequence[int]) -> dict[int, bytes | None]:
        return self._keys("bucket", numbers, self._master.unwrap_all)

    def days(self, kind: str) -> list[tuple[int, int]]:
        """(day since 1970, number) of the buckets of this kind that have a key."""
        return list(
            self._db.execute(
                "SELECT day, number FROM bucket WHERE kind = ? AND key IS NOT NULL ORDER BY day",
                (kind,),
            )
        )

    def alive_buckets(self) -> set[int]:
        found = self._db.execute("SELECT number FROM bucket WHERE key IS NOT NULL")
        return {number for (number,) in found}

    def destroyed(self) -> int:
        """How many of the store's destructions were carried out here."""
        return int(self._db.execute("SELECT destroyed FROM vault").get)

    def changed(self) -> int:
        """Another number when another connection has written to the keys."""
        return int(self._db.pragma("data_version"))

    def counts(self) -> KeyCounts:
        row = self._db.execute(
            "SELECT (SELECT count(key) FROM subject), (SELECT count(key) FROM bucket),"
            " (SELECT count(*) - count(key) FROM subject)"
            " + (SELECT count(*) - count(key) FROM bucket)"
        ).fetchone()
        return KeyCounts(*(row or (0, 0, 0)))

    def last_destroyed(self) -> int:
        """The highest number of a subject whose key was destroyed."""
        return int(
            self._db.execute("SELECT coalesce(max(number), 0) FROM subject WHERE key IS NULL").get
        )

    # -- new keys ----------------------------------------------------------------------------

    def new_subjects(self, numbers: range) -> list[bytes]:
        """The keys of these numbers. They are made ahead, many in one durable commit, so that a new
        subject does not cost one."""
        if numbers.stop > self._subjects + 1:
            self._make(max(numbers.stop, self._subjects + 1 + AHEAD))
        found: dict[int, bytes | None] = {n: self._ahead.pop(n, None) for n in numbers}
        if None in found.values():  # made before a restart
            found = self.subject_keys(numbers)
        keys = [found.get(number) for number in numbers]
        whole = [key for key in keys if key is not None]
        if len(whole) != len(keys):
            raise StoreError(
                "keys that were made ahead are damaged", where=str(self.path), next_step=_BACK
            )
        return whole

    def _make(self, stop: int) -> None:
        numbers = range(self._subjects + 1, stop)
        drawn = os.urandom(KEY_BYTES * len(numbers))
        keys = [drawn[at : at + KEY_BYTES] for at in range(0, len(drawn), KEY_BYTES)]
        wrapped = self._master.wrap_all(self._prefix["subject"], numbers, drawn)
        with self._db:
            self._db.executemany(
                "INSERT INTO subject VALUES (?, ?)", zip(numbers, wrapped, strict=True)
            )
        self._subjects = stop - 1
        self._ahead.update(zip(numbers, keys, strict=True))

    def bucket(self, kind: str, day: int) -> tuple[int, bytes]:
        """Number and key of the bucket of this kind and day, made durably if there is none.
        LogError: its key is damaged."""
        row = self._db.execute(
            "SELECT number, key FROM bucket WHERE kind = ? AND day = ? AND key IS NOT NULL",
            (kind, day),
        ).fetchone()
        if row is not None:
            return row[0], self._unwrap("bucket", *row)
        number, key = self._buckets + 1, os.urandom(KEY_BYTES)
        wrapped = self._master.wrap(key, self._place("bucket", number))
        with self._db:
            self._db.execute("INSERT INTO bucket VALUES (?, ?, ?, ?)", (number, kind, day, wrapped))
        self._buckets = number
        return number, key

    # -- destroying --------------------------------------------------------------------------

    def destroy(self, subjects: Sequence[int], buckets: Sequence[int], total: int) -> None:
        """Overwrites these keys; `total` is how many destructions the
        store knows. Idempotent; follow it with `truncate`."""
        with self._db:
            self._db.executemany(
                "UPDATE subject SET key = NULL WHERE number = ?",
                [(number,) for number in subjects],
            )
            self._db.executemany(
                "UPDATE bucket SET key = NULL WHERE number = ?", [(number,) for number in buckets]
            )
            self._db.execute("UPDATE vault SET destroyed = ?", (total,))

    def tidy(self, mode: int) -> None:
        """Brings the write-ahead log into the file."""
        self._db.wal_checkpoint(mode=mode)

    def truncate(self) -> bool:
        """Brings everything into the file and empties the write-ahead log, so that destroyed keys
        are in neither. False: somebody was reading; try again."""
        try:
            self.tidy(apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except (apsw.BusyError, apsw.LockedError, apsw.FullError):
            return False
        return True

    def close(self, *, keep: bool = False) -> None:
        """`keep`: the write-ahead log stays as it is, for the check at the next start."""
        if keep:
            self._db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        self._db.close()

    # -- within ------------------------------------------------------------------------------

    def _highest(self, table: str) -> int:
        return int(self._db.execute(f"SELECT coalesce(max(number), 0) FROM {table}").get)

    def _keys(
        self, table: str, numbers: Sequence[int], opening: _Opening
    ) -> dict[int, bytes | None]:
        if not numbers:
            return {}
        # In rising order, one beside the other: SQLite need not seek each from the root.
        rows = self._db.execute(
            f"SELECT t.number, t.key FROM carray(?) c CROSS JOIN {table} t ON t.number = c.value",
            (apsw.carray(array("q", sorted(set(numbers)))),),
        )
        cells: list[Any] = list(chain.from_iterable(rows))
        there: list[int] = cells[::2]
        wrapped: list[bytes | None] = cells[1::2]
        alive = there
        if None in wrapped:
            alive = [number for number, key in zip(there, wrapped, strict=True) if key is not None]
        keys = opening(self._prefix[table], alive, [key for key in wrapped if key is not None])
        found: dict[int, bytes | None] = {} if alive is there else dict.fromkeys(there)
        found.update(zip(alive, keys, strict=True))
        if all(keys):
            return found
        return {number: key for number, key in found.items() if key != b""}

    def _unwrap(self, table: str, number: int, wrapped: bytes) -> bytes:
        return self._master.unwrap(wrapped, self._place(table, number))

    def _place(self, table: str, number: int) -> bytes:
        return self._prefix[table] + b"%d" % number


def check_private(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise StoreError(
            "others can read the keys of the texts", where=str(path), next_step=f"chmod 600 {path}"
        )


def _require(path: Path) -> None:
    if not path.exists():
        raise StoreError(
            "the keys of the texts in this store are gone", where=str(path), next_step=_BACK
        )


def _unreadable(error: apsw.Error, path: Path) -> StoreError:
    return StoreError(f"the keys cannot be read: {error}", where=str(path), next_step=_BACK)
