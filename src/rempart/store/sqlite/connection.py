"""Opening a SQLite file so that its promise holds: WAL, `synchronous=FULL`, secure delete.

Why these settings: with WAL and `synchronous=NORMAL` acknowledged messages are lost in about half
of simulated power cuts; with FULL in none. `secure_delete` and a truncating checkpoint are both
needed before deleted bytes are gone from the files. Checkpoints are made by `SqliteStore.tidy`:
SQLite's automatic ones would hide their errors. apsw bundles a SQLite newer than 3.51.2, the
last one with the WAL-reset corruption bug (https://sqlite.org/wal.html#walresetbug).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw

from rempart.errors import StoreError

MINIMUM_SQLITE = (3, 51, 3)
FULL = 2
CACHE_KIB = 64 << 10
BUSY_MS = 5_000


def check_sqlite_version() -> None:
    """Refuses a SQLite that can corrupt a WAL database (see module)."""
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split(".")[:3])
    if version < MINIMUM_SQLITE:
        raise StoreError(
            f"SQLite {apsw.sqlite_lib_version()} can corrupt a write-ahead log",
            next_step="install apsw 3.51.3 or newer",
        )


def open_writer(path: Path, *, vfs: str | None = None) -> apsw.Connection:
    check_sqlite_version()
    connection = apsw.Connection(str(path), vfs=vfs)
    connection.set_busy_timeout(BUSY_MS)
    mode = connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "FULL")
    connection.pragma("secure_delete", "ON")
    connection.pragma("foreign_keys", "ON")
    connection.pragma("trusted_schema", "OFF")
    connection.pragma("wal_autocheckpoint", 0)
    connection.pragma("journal_size_limit", 64 << 20)
    connection.pragma("cache_size", -CACHE_KIB)
    connection.pragma("temp_store", "MEMORY")
    know_size_before(connection, lambda: _size_now(connection))
    if mode != "wal" or connection.pragma("synchronous") != FULL:
        connection.close()
        raise StoreError(
            "the durability settings were not accepted (journal_mode=wal, synchronous=FULL)",
            where=str(path),
            next_step="put the data folder on a local file system",
        )
    return connection


def open_in_memory() -> apsw.Connection:
    """An empty store in memory: there SQL means what it means in a file."""
    connection = apsw.Connection(":memory:")
    connection.pragma("foreign_keys", "ON")
    connection.pragma("trusted_schema", "OFF")
    know_size_before(connection, lambda: _size_now(connection))
    return connection


def know_size_before(connection: apsw.Connection, size: Callable[[], int]) -> None:
    """Gives SQL the function `log_size_before()`: the size of the log before this transaction, by
    which rows that are written over stay readable as they stood (migration `stood`)."""

    def told(*_: apsw.SQLiteValue) -> int:
        return size()

    connection.create_scalar_function("log_size_before", told, 0, flags=apsw.SQLITE_INNOCUOUS)


def _size_now(connection: apsw.Connection) -> int:
    """Outside of a transaction of the store: migrations, repairs."""
    last = connection.execute("SELECT max(seq) FROM entry").get
    return 0 if last is None else int(last) + 1


def open_reader(path: Path, *, vfs: str | None = None) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs)
    connection.set_busy_timeout(BUSY_MS)
    connection.pragma("query_only", "ON")
    connection.pragma("trusted_schema", "OFF")
    return connection
