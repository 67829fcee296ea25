"""FAULTS rows 29 to 31: what an insider or a rotten disk changes, the scrub names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from rempart.log import commit
from rempart.log.checkpoint import sign_checkpoint
from rempart.log.keys import load_signer
from rempart.log.scrub import ScrubReport, scrub
from rempart.log.tiles import edge_of, root
from rempart.store.sqlite.store import SqliteStore

ENTRIES, SIGNED = 700, 600
Tamper = Callable[[apsw.Connection], object]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """700 entries, 600 of them under a signed checkpoint."""
    signer = load_signer(tmp_path)
    store = SqliteStore.open(tmp_path / "rempart.db")
    prefix = commit.message_prefix("2026-03-01T20:14:03Z", {"connector": "api"})
    raws = [b'{"text":"message %d"}' % i for i in range(ENTRIES)]
    with store.begin() as tables:
        salts = commit.new_salts(ENTRIES)
        sealed = commit.seal_messages(prefix, raws, [None] * ENTRIES, salts)
        tables.log.append(sealed[:SIGNED])
        tables.log.put_checkpoint(SIGNED, sign_checkpoint(signer, SIGNED, tables.log.root()), 0)
        tables.log.append(sealed[SIGNED:])
    store.close()
    return tmp_path


def check(data: Path, **options: str) -> ScrubReport:
    store = SqliteStore.open_for_reading(data / "rempart.db")
    try:
        with store.read() as tables:
            return scrub(tables.log, load_signer(data).public, **options)
    finally:
        store.close()


def tamper(data: Path, change: Tamper) -> None:
    connection = apsw.Connection(str(data / "rempart.db"))
    change(connection)
    connection.close()


def test_a_sound_log_holds(data: Path) -> None:
    report = check(data)
    assert report.failed == []
    assert (report.entries, report.signed, report.erased) == (ENTRIES, SIGNED, 0)
    store = SqliteStore.open_for_reading(data / "rempart.db")
    with store.read() as tables:
        assert report.root == tables.log.root() == root(edge_of(ENTRIES, tables.log.tile))
    store.close()


def test_erasing_text_breaks_nothing(data: Path) -> None:
    tamper(data, lambda db: db.execute("DELETE FROM body WHERE place / 16 IN (5, 650)"))
    report = check(data)
    assert (report.failed, report.erased) == ([], 2)


BODY = "UPDATE body SET sealed = CAST(substr(sealed, 1, 40) || x'00' || substr(sealed, 42) AS BLOB)"
MOVED = "UPDATE body SET sealed = (SELECT sealed FROM body WHERE place = 16 * 9)"
LEAF = "UPDATE entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '_sd_alg', '_SD_alg') AS BLOB)"
FLIP = "UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE seq = 9) WHERE seq = "


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (BODY + " WHERE place / 16 = 300", "entry 300: its text does not open"),
        (BODY + " WHERE place / 16 = 650", "entry 650: its text does not open"),
        (MOVED + " WHERE place / 16 = 300", "entry 300: its text does not open"),
        ("UPDATE body SET sealed = x'00' WHERE place / 16 = 300", "entry 300"),
        ("UPDATE body SET subject = 999 WHERE place / 16 = 300", "entry 300"),
        (LEAF + " WHERE seq = 300", "entry 300"),
        (FLIP + "300", "entry 300"),
        (FLIP + "300; DELETE FROM body WHERE place / 16 = 300", "root that was signed"),
        ("DELETE FROM entry WHERE seq = 300", "missing"),
        ("DELETE FROM entry WHERE seq >= 550", "it was cut"),
        ("DELETE FROM checkpoint", "no checkpoint"),
        ("UPDATE checkpoint SET note = replace(note, '600', '599')", "checkpoint"),
        ("UPDATE checkpoint SET size = 599", "kept as of 599"),
        ("UPDATE tile SET hashes = zeroblob(8192) WHERE level = 0 AND place = 1", "tile/0/001"),
        ("DELETE FROM tile WHERE level = 1", "tile/1/000"),
        ("UPDATE tile SET hashes = zeroblob(64) WHERE level = 1", "tile/1/000.p/2"),
    ],
)
def test_what_was_changed_is_named(data: Path, change: str, told: str) -> None:
    tamper(data, lambda db: db.execute(change))
    failed = check(data).failed
    assert any(told in problem for problem in failed), failed


def test_a_leaf_of_which_a_rotten_bit_made_nothing(data: Path) -> None:
    """A flip in the head of a row changes the kind of a value, which no change by hand can."""

    def rot(db: apsw.Connection) -> None:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET sql = replace(sql, 'leaf BLOB NOT NULL', 'leaf BLOB')")
        db.execute("PRAGMA writable_schema = RESET")
        db.execute("UPDATE entry SET leaf = NULL WHERE seq = 300")

    tamper(data, rot)
    failed = check(data).failed
    assert any("entry 300" in problem for problem in failed), failed


def test_two_entries_that_changed_places(data: Path) -> None:
    def swap(db: apsw.Connection) -> None:
        for table, column, one, other in (
            ("entry", "seq", 100, 101),
            ("body", "place", 1600, 1616),
        ):
            for old, new in ((one, -1), (other, one), (-1, other)):
                db.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (new, old))

    tamper(data, swap)
    assert any("root that was signed" in problem for problem in check(data).failed)


def test_an_old_copy_is_told_by_the_checkpoint_beside_the_key(data: Path) -> None:
    kept = sign_checkpoint(load_signer(data), 900, bytes(32))
    assert any("900 were signed" in problem for problem in check(data, kept=kept).failed)


def test_the_key_of_another_log(data: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    stranger = load_signer(tmp_path_factory.mktemp("other")).public
    store = SqliteStore.open_for_reading(data / "rempart.db")
    with store.read() as tables:
        assert scrub(tables.log, stranger).failed
    store.close()
