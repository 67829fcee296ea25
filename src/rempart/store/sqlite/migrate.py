"""Numbered SQL migrations: `0001_log.sql` brings a new file to version 1, and so on.

The version of a file is its `PRAGMA user_version`. For a new file all of them are applied in
memory, and what they make is written in one transaction: after a crash, or a migration that fails,
it is as empty as before. In a file that holds tables each migration is a transaction of its own: it
is at one version or the next, never between. A file from a newer Rempart is refused as it is,
before anything is written to it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

import apsw

from rempart.errors import OlderStoreError, StoreError
from rempart.store.sqlite.connection import open_in_memory

Migrations = tuple[tuple[int, str, str], ...]


@cache
def migrations() -> Migrations:
    """(version, name, SQL) in order; the numbers must be 1, 2, 3 … without a gap."""
    folder = files("rempart.store.sqlite") / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    found = tuple((int(name[:4]), name, (folder / name).read_text("utf-8")) for name in names)
    if [version for version, _, _ in found] != list(range(1, len(found) + 1)):
        raise StoreError("the migrations are not numbered without a gap", where=str(names))
    return found


def version_of(connection: apsw.Connection) -> int:
    return int(connection.pragma("user_version"))


def check_version(connection: apsw.Connection, where: str) -> None:
    """For readers, which never migrate: StoreError unless the file is at exactly our version."""
    version, ours = version_of(connection), migrations()[-1][0]
    if version < ours:
        raise OlderStoreError(
            f"the store is at version {version}, this Rempart reads version {ours}",
            where=where,
            next_step="start the service once (rempart serve): it migrates the store",
        )
    _refuse_newer(version, ours, where)


def migrate(connection: apsw.Connection, where: str) -> None:
    """Applies what is missing."""
    found = migrations()
    version, ours = version_of(connection), found[-1][0]
    _refuse_newer(version, ours, where)
    if connection.execute("SELECT count(*) FROM sqlite_schema").get:
        _apply(connection, found[version:], where)
    else:
        _fill(connection, found, where)


def _apply(connection: apsw.Connection, chosen: Migrations, where: str) -> None:
    for number, name, sql in chosen:
        try:
            with connection:
                connection.execute(sql)
                connection.pragma("user_version", number)
        except apsw.SQLError as error:
            raise StoreError(f"migration {name} failed: {error}", where=where) from error


def _fill(connection: apsw.Connection, found: Migrations, where: str) -> None:
    try:
        new = _new_store(found)
    except StoreError as error:
        error.where = where
        raise
    made = open_in_memory()
    try:
        made.deserialize("main", new)
        with connection.backup("main", made, "main") as copy:
            copy.step()
    finally:
        made.close()


@lru_cache(maxsize=1)
def _new_store(found: Migrations) -> bytes:
    """The bytes of a store at our version in which nothing was written yet. Kept: a process that
    opens many of them (a backtest, the tests) makes it once."""
    connection = open_in_memory()
    try:
        _apply(connection, found, "")
        return connection.serialize("main")
    finally:
        connection.close()


def _refuse_newer(version: int, ours: int, where: str) -> None:
    if version > ours:
        raise StoreError(
            f"the store was written by a newer Rempart (version {version}, here {ours})",
            where=where,
            next_step="install the newer Rempart, or restore a backup made before the upgrade",
        )
