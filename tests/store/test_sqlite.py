"""The shared suite over SQLite, and what only SQLite has: migrations, settings, leftovers."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest
from tests.store.declared_suite import DeclaredSuite
from tests.store.raids_suite import RaidSuite
from tests.store.replies_suite import ReplySuite
from tests.store.suite import StoreSuite, entries
from tests.store.versions_suite import VersionSuite

from rempart.errors import StoreError
from rempart.store.interface import Store
from rempart.store.interface.deadlines import DeadlineRow
from rempart.store.sqlite.connection import open_writer
from rempart.store.sqlite.migrate import migrate, migrations, version_of
from rempart.store.sqlite.store import SqliteStore

ENDS = ("", "-wal", "-shm")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "rempart.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = SqliteStore.open(path)
    yield store
    store.close()


@pytest.fixture
def reopen(path: Path) -> Iterator[Callable[[], Store]]:
    opened: list[Store] = []

    def again() -> Store:
        opened.append(SqliteStore.open(path))
        return opened[-1]

    yield again
    for store in opened:
        store.close()


class TestSqliteRaids(RaidSuite):
    """The suite of raids and measures over SQLite."""


class TestSqliteVersions(VersionSuite):
    """The suite of versions over SQLite."""


class TestSqliteDeclared(DeclaredSuite):
    pass


class TestSqliteReplies(ReplySuite):
    """The tables of paid lines."""


class TestSqlite(StoreSuite):
    pass


def test_a_newer_file_is_refused_untouched(path: Path) -> None:
    SqliteStore.open(path).close()
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", 999)
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer Rempart"):
        SqliteStore.open(path)
    assert path.read_bytes() == before


def test_an_older_file_is_migrated_by_the_writer_only(path: Path) -> None:
    path.parent.mkdir()
    connection = apsw.Connection(str(path))
    for _, _, sql in migrations()[:1]:
        connection.execute(sql)
    connection.pragma("user_version", 1)
    connection.close()
    with pytest.raises(StoreError, match="version 1"):
        SqliteStore.open_for_reading(path)
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.stream.count({"x": 1})
        assert version_of(tables.connection) == len(migrations())
    store.close()


def schema_of(connection: apsw.Connection) -> tuple[int, str, list[object]]:
    told = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2")
    return version_of(connection), connection.pragma("journal_mode"), list(told)


BROKEN = (
    (1, "0001_a.sql", "CREATE TABLE a (x)"),
    (2, "0002_b.sql", "CREATE TABLE b (x)"),
    (3, "0003_c.sql", "CREATE TABLE c (x); no"),
)


def test_a_migration_that_fails_leaves_the_version_before(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    connection = open_writer(path)
    monkeypatch.setattr("rempart.store.sqlite.migrate.migrations", lambda: BROKEN[:1])
    migrate(connection, "here")
    monkeypatch.setattr("rempart.store.sqlite.migrate.migrations", lambda: BROKEN)
    with pytest.raises(StoreError, match=r"here: migration 0003_c\.sql failed"):
        migrate(connection, "here")
    assert version_of(connection) == 2
    assert connection.execute("SELECT count(*) FROM sqlite_schema").get == 2
    connection.close()


def test_a_migration_that_fails_leaves_a_new_store_as_empty_as_before(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    connection = open_writer(path)
    monkeypatch.setattr("rempart.store.sqlite.migrate.migrations", lambda: BROKEN)
    with pytest.raises(StoreError, match=r"here: migration 0003_c\.sql failed"):
        migrate(connection, "here")
    assert version_of(connection) == 0
    assert connection.execute("SELECT count(*) FROM sqlite_schema").get == 0
    connection.close()


def test_a_new_store_is_what_one_becomes_that_was_migrated_step_by_step(path: Path) -> None:
    path.parent.mkdir()
    new, older = open_writer(path), open_writer(path.with_name("older.db"))
    migrate(new, "here")
    older.execute(migrations()[0][2])
    older.pragma("user_version", 1)
    migrate(older, "here")
    assert schema_of(new) == schema_of(older)
    for connection in (new, older):
        connection.close()


def test_the_settings_that_the_promise_needs(store: SqliteStore) -> None:
    with store.begin() as tables:
        settings = {
            name: tables.connection.pragma(name)
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
    }


def test_texts_are_in_none_of_the_files(path: Path, store: SqliteStore) -> None:
    with store.begin() as tables:
        tables.log.append(entries(50))
        assert b"m42" in tables.log.bodies(42)[0]
    for end in (False, True):
        store.tidy(force=end)
        left = b"".join(f.read_bytes() for f in path.parent.rglob("*") if f.is_file())
        assert b"m42" not in left
        assert b'"item"' not in left


def test_erased_bodies_leave_no_bytes_in_the_files(path: Path, store: SqliteStore) -> None:
    with store.begin() as tables:
        tables.log.append([*entries(50), *entries(1, 424242), *entries(50, 100)])
        sealed = [
            tables.connection.execute("SELECT sealed FROM body WHERE place = ?", (16 * seq,)).get
            for seq in (50, 51)
        ]
    store.tidy(force=True)
    assert sealed[0] in path.read_bytes()
    with store.begin() as tables:
        tables.log.erase([50])
    assert store.tidy(force=True)
    left = b"".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())
    assert sealed[0] not in left
    assert sealed[1] in left


def test_a_file_that_is_no_store_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is not a database, it is a text " * 200)
    with pytest.raises(StoreError):
        SqliteStore.open(path)
    with pytest.raises(StoreError, match="no store here"):
        SqliteStore.open_for_reading(path.with_name("nothing.db"))


def test_the_files_are_their_owners_alone_even_in_a_folder_that_others_read(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.log.append(entries(1))
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.rglob("*")}
    store.close()
    databases = {f"{name}{end}" for name in ("rempart.db", "subjects.db") for end in ENDS}
    assert modes == dict.fromkeys((*databases, "master.key"), 384) | {"keys": 0o700}


def test_a_deadline_that_a_step_moves_twice_is_kept_as_it_stood_before_the_step(
    tmp_path: Path,
) -> None:
    """A case was touched and its deadline ran out in one step: nothing that was due was done."""
    row = DeadlineRow("c-1", "decide", "hate", 0, 1, 10, 1_000, 0, 0, None, 0, None, None, 1)
    store = SqliteStore.open(tmp_path / "rempart.db")
    with store.begin() as tables:
        tables.deadlines.put([row])
        tables.log.append(entries(1))
    with store.begin() as tables:
        for due_ms in (2_000, 3_000):
            tables.deadlines.put([row._replace(due_ms=due_ms)])
        kept = list(tables.connection.execute("SELECT until_seq, due_ms FROM deadline_was"))
        assert kept == [(1, 1_000)]
        assert tables.deadlines.of(["c-1"])["c-1"][0].due_ms == 3_000
    store.close()
