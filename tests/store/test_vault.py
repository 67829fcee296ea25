"""Bodies are kept encrypted: what destroyed keys, lost keys and crashes do to them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import apsw
import pytest

from rempart.errors import InputError, LogError, OlderStoreError, StoreError
from rempart.log.commit import SealedEntry, lone_leaves, new_salts, seal, seal_messages
from rempart.log.subjects import KEPT, RECORDS, TRAFFIC, account_subject
from rempart.store.sqlite.migrate import migrations
from rempart.store.sqlite.store import SqliteStore

DAY = 86_400.0
TODAY = date(2026, 3, 10)
NOW = (TODAY.toordinal() - date(1970, 1, 1).toordinal()) * DAY
HARASSER = account_subject("twitch", "harasser")
VIEWER = account_subject("twitch", "viewer")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "rempart.db"


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[SqliteStore]:
    store = SqliteStore.open(path, clock=clock)
    yield store
    store.close()


@pytest.fixture(autouse=True)
def one_key_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that each key in the files belongs to somebody."""
    monkeypatch.setattr("rempart.store.sqlite.subject_keys.AHEAD", 1)


def said(*authors: str) -> list[SealedEntry]:
    raws = [b'{"text":"words %d"}' % number for number in range(len(authors))]
    salts = new_salts(len(raws))
    return seal_messages(b'{"v":1,"item":', raws, [None] * len(raws), salts, authors)


def readable(store: SqliteStore) -> list[int]:
    with store.read() as tables:
        return [seq for seq, _ in tables.log.bodies_between(0, tables.log.size())]


def wrapped_keys(path: Path, table: str = "subject") -> dict[int, bytes]:
    db = apsw.Connection(str(path.parent / "keys" / "subjects.db"))
    found = dict(db.execute(f"SELECT number, key FROM {table} WHERE key IS NOT NULL"))
    db.close()
    return found


def files_of_keys(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in (path.parent / "keys").glob("subjects.db*"))


def test_an_erased_person_cannot_be_read_and_the_log_stays(store: SqliteStore) -> None:
    with store.begin() as tables:
        tables.log.append(said(VIEWER, HARASSER, HARASSER))
        root = tables.log.root()
        assert tables.keys.sequences(HARASSER) == [1, 2]
    with store.begin() as tables:
        assert tables.keys.destroy_subjects([HARASSER, "account:twitch/unknown"]) == 1
        assert len(tables.log.bodies(1)) == 1, "it is done when the transaction has committed"
    assert readable(store) == [0]
    with store.read() as tables:
        opened = tables.log.opened(0, 3)
        assert (opened.erased, opened.damaged) == ([(1, 0), (2, 0)], [])
        assert tables.log.root() == root
        assert not tables.keys.has(HARASSER)
        assert tables.keys.sequences(HARASSER) == []
        assert tables.keys.subjects("account:") == [VIEWER]


def test_whoever_comes_back_after_an_erasure_begins_anew(store: SqliteStore) -> None:
    with store.begin() as tables:
        tables.log.append(said(HARASSER))
    with store.begin() as tables:
        tables.keys.destroy_subjects([HARASSER])
        tables.log.append(said(HARASSER))
    with store.begin() as tables:
        tables.log.append(said(HARASSER))
    assert readable(store) == [1, 2]


def test_an_erasure_that_was_taken_back_erases_nothing(store: SqliteStore) -> None:
    with store.begin() as tables:
        tables.log.append(said(HARASSER))
    with pytest.raises(KeyError), store.begin() as tables:
        tables.keys.destroy_subjects([HARASSER])
        raise KeyError
    with store.begin() as tables:
        tables.log.append(said(HARASSER))
    assert readable(store) == [0, 1]


def test_destroyed_keys_are_in_none_of_the_files(path: Path, store: SqliteStore) -> None:
    with store.begin() as tables:
        tables.log.append(said(VIEWER, *(account_subject("x", str(n)) for n in range(300))))
        tables.log.append(said(HARASSER))
    before = wrapped_keys(path)
    with store.read() as tables:
        victims = [HARASSER, *tables.keys.subjects("account:x/", limit=100)]
    assert all(key in files_of_keys(path) for key in before.values())
    with store.begin() as tables:
        assert tables.keys.destroy_subjects(victims) == 101
    after = wrapped_keys(path)
    left = files_of_keys(path)
    gone = [key for number, key in before.items() if number not in after]
    assert len(gone) == 101
    assert not any(key in left for key in gone)
    assert b"harasser" not in left
    assert all(key in left for key in after.values())


def test_a_day_ends_for_its_bucket_only(path: Path, store: SqliteStore, clock: Clock) -> None:
    with store.begin() as tables:
        tables.log.append(said(VIEWER, HARASSER))
        tables.log.append([seal("decision", {"v": 1})])
        tables.log.append([seal("version", {"v": 1}, bucket=KEPT)])
    clock.now += DAY
    with store.begin() as tables:
        tables.log.append(said(VIEWER, HARASSER))
        assert tables.keys.days(TRAFFIC) == [TODAY, date(2026, 3, 11)]
        assert tables.keys.days(RECORDS) == [TODAY]
    before = wrapped_keys(path, "bucket")
    with store.begin() as tables:
        assert tables.keys.destroy_days(TRAFFIC, date(2026, 3, 11)) == 1
    assert readable(store) == [2, 3, 4, 5]
    gone = before.keys() - wrapped_keys(path, "bucket").keys()
    assert len(gone) == 1
    assert not any(before[number] in files_of_keys(path) for number in gone)
    with store.read() as tables:
        assert tables.keys.days(TRAFFIC) == [date(2026, 3, 11)]
        assert tables.keys.sequences(HARASSER) == [5]
    clock.now -= DAY
    with store.begin() as tables:
        tables.log.append(said(VIEWER))
    assert readable(store) == [2, 3, 4, 5, 6], "a clock set back makes the day anew"


def test_what_a_case_keeps_outlives_its_day_and_its_author(store: SqliteStore) -> None:
    case = "case:c-1"
    with store.begin() as tables:
        tables.log.append(said(HARASSER, HARASSER, VIEWER))
        body = tables.log.bodies(1)
        assert tables.log.reseal([1], case) == 1
        assert tables.log.bodies(1) == body
    with store.begin() as tables:
        tables.keys.destroy_subjects([HARASSER])
        tables.keys.destroy_days(TRAFFIC, date(2027, 1, 1))
    assert readable(store) == [1]
    with store.begin() as tables:
        assert tables.log.reseal([0, 1], case) == 1, "what is gone stays gone"
        tables.keys.destroy_subjects([case])
    assert readable(store) == []


def test_the_community_itself_is_never_destroyed(store: SqliteStore) -> None:
    with store.begin() as tables, pytest.raises(LogError, match="community"):
        tables.keys.destroy_subjects([""])


# -- transactions ----------------------------------------------------------------------------------


def test_a_refused_transaction_leaves_at_most_keys(path: Path, store: SqliteStore) -> None:
    with pytest.raises(KeyError), store.begin() as tables:
        tables.log.append(said(HARASSER))
        raise KeyError
    assert len(wrapped_keys(path)) == 1
    with store.read() as tables:
        assert tables.keys.subjects() == []
    with store.begin() as tables:
        with pytest.raises(StoreError), tables.part():
            tables.log.append(said(HARASSER))
            tables.connection.execute("INSERT INTO entry VALUES (0, x'00')")
        tables.log.append(said(VIEWER, HARASSER))
        assert tables.keys.subjects() == [HARASSER, VIEWER]
    assert readable(store) == [0, 1]


CRASH = """
import os, sys
from pathlib import Path
from tests.store.test_vault import HARASSER, VIEWER, said
from rempart.store.sqlite.store import SqliteStore
from rempart.store.sqlite import subject_keys
from rempart.store.sqlite.subject_keys import SubjectKeys
subject_keys.AHEAD = 1
store = SqliteStore.open(Path(sys.argv[1]))
with store.begin() as tables:
    tables.log.append(said(VIEWER))
if sys.argv[2] == "keys first":
    make = SubjectKeys._make
    def crash(*arguments):
        make(*arguments)
        os._exit(9)
    SubjectKeys._make = crash
    subject_keys.AHEAD = 1
else:
    SubjectKeys.destroy = lambda *_: os._exit(9)
with store.begin() as tables:
    tables.log.append(said(HARASSER))
    if sys.argv[2] == "destroying":
        tables.keys.destroy_subjects([VIEWER])
"""


def crash(path: Path, when: str) -> None:
    done = subprocess.run([sys.executable, "-c", CRASH, str(path), when], check=False)
    assert done.returncode == 9


def test_a_crash_between_the_keys_and_what_needs_them(path: Path) -> None:
    crash(path, "keys first")
    store = SqliteStore.open(path)
    assert readable(store) == [0]
    with store.begin() as tables:
        tables.log.append(said(HARASSER))
    assert readable(store) == [0, 1]
    store.close()


def test_a_crash_before_the_keys_are_destroyed(path: Path) -> None:
    crash(path, "destroying")
    assert len(wrapped_keys(path)) == 2
    store = SqliteStore.open(path)
    assert readable(store) == [1]
    assert len(wrapped_keys(path)) == 1
    store.close()


def test_an_older_copy_of_the_keys_does_not_bring_back_what_was_destroyed(path: Path) -> None:
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.log.append(said(VIEWER, HARASSER))
    store.close()
    shutil.copytree(path.parent / "keys", path.parent / "backup")
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.keys.destroy_subjects([HARASSER])
    store.close()
    shutil.rmtree(path.parent / "keys")
    shutil.copytree(path.parent / "backup", path.parent / "keys")
    store = SqliteStore.open(path)
    assert readable(store) == [0]
    store.close()
    assert len(wrapped_keys(path)) == 1


def test_an_older_copy_of_the_store_goes_on_with_the_newest_keys(path: Path) -> None:
    """What came after the copy and was erased stays erased, and stops nobody who is new."""
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.log.append(said(VIEWER))
    store.close()
    older = path.read_bytes()
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.log.append(said(HARASSER))
    with store.begin() as tables:
        tables.keys.destroy_subjects([HARASSER])
    store.close()
    for file in path.parent.glob("rempart.db*"):
        file.unlink()
    path.write_bytes(older)
    path.chmod(0o600)
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.log.append(said(account_subject("twitch", "somebody-new")))
    assert readable(store) == [0, 1]
    store.close()


def test_a_reader_in_another_process_sees_new_keys_and_loses_destroyed_ones(
    path: Path, store: SqliteStore
) -> None:
    with store.begin() as tables:
        tables.log.append(said(VIEWER, HARASSER))
    other = SqliteStore.open_for_reading(path)
    assert readable(other) == [0, 1]
    with store.begin() as tables:
        tables.log.append(said(account_subject("twitch", "new")))
    assert readable(other) == [0, 1, 2]
    with store.begin() as tables:
        tables.keys.destroy_subjects([HARASSER])
    assert readable(other) == [0, 2]
    other.close()


READER = """
import sys
from pathlib import Path
from tests.store.test_vault import readable
from rempart.store.sqlite.store import SqliteStore
store = SqliteStore.open_for_reading(Path(sys.argv[1]))
for line in sys.stdin:
    print(*readable(store), flush=True)
"""


def test_two_processes_read_while_a_third_writes_and_destroys(
    path: Path, store: SqliteStore
) -> None:
    with store.begin() as tables:
        tables.log.append(said(VIEWER, HARASSER))
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    def seen() -> list[str]:
        for reader in readers:
            assert reader.stdin is not None
            print("look", file=reader.stdin, flush=True)
        return [reader.stdout.readline().strip() for reader in readers if reader.stdout]

    try:
        assert seen() == ["0 1"] * 2
        with store.begin() as tables:
            tables.log.append(said(account_subject("twitch", "new")))
        assert seen() == ["0 1 2"] * 2
        before = wrapped_keys(path)
        with store.begin() as tables:
            tables.keys.destroy_subjects([HARASSER])
        (gone,) = before.keys() - wrapped_keys(path).keys()
        assert before[gone] not in files_of_keys(path), "readers do not keep the key in the files"
        assert seen() == ["0 2"] * 2
    finally:
        for reader in readers:
            reader.communicate()


# -- keys that are not what they should be ---------------------------------------------------------


def lose(path: Path) -> None:
    shutil.rmtree(path.parent / "keys")


def lose_database(path: Path) -> None:
    (path.parent / "keys" / "subjects.db").unlink()


def lose_master(path: Path) -> None:
    (path.parent / "keys" / "master.key").unlink()


def corrupt(path: Path) -> None:
    (path.parent / "keys" / "subjects.db").write_bytes(b"these bytes are no database" * 200)


def corrupt_master(path: Path) -> None:
    (path.parent / "keys" / "master.key").write_text("rempart-master-1 AAAA\n")


def other_master(path: Path) -> None:
    file = path.parent / "keys" / "master.key"
    file.write_text("rempart-master-1 " + "A" * 43 + "=\n")


def open_to_others(path: Path) -> None:
    (path.parent / "keys" / "subjects.db").chmod(0o644)


def open_master(path: Path) -> None:
    (path.parent / "keys" / "master.key").chmod(0o640)


def of_another(path: Path) -> None:
    other = path.parent.parent / "other" / "rempart.db"
    SqliteStore.open(other).close()
    lose(path)
    shutil.copytree(other.parent / "keys", path.parent / "keys")


@pytest.mark.parametrize(
    ("harm", "says", "step"),
    [
        (lose, "are gone", "backup"),
        (lose_database, "are gone", "backup"),
        (lose_master, "master key is gone", "backup"),
        (corrupt, "cannot be read", "backup"),
        (corrupt_master, "no master key", "backup"),
        (other_master, "does not open under the master key", "backup"),
        (open_to_others, "others can read", "chmod 600"),
        (open_master, "others can read", "chmod 600"),
        (of_another, "another store", "backup"),
    ],
)
def test_keys_that_cannot_be_used_are_refused_and_never_replaced(
    path: Path, harm: Callable[[Path], None], says: str, step: str
) -> None:
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.log.append(said(VIEWER))
    store.close()
    harm(path)
    before = sorted(file.name for file in path.parent.rglob("*") if "rempart.db" not in file.name)
    for start in (SqliteStore.open, SqliteStore.open_for_reading):
        with pytest.raises((StoreError, InputError, LogError), match=says) as refused:
            start(path)
        assert step in refused.value.next_step
    after = sorted(file.name for file in path.parent.rglob("*") if "rempart.db" not in file.name)
    assert [name for name in after if not name.startswith("subjects.db-")] == [
        name for name in before if not name.startswith("subjects.db-")
    ]


def test_one_damaged_key_stops_nobody_and_is_told(path: Path) -> None:
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.log.append(said(HARASSER, VIEWER))
    store.close()
    db = apsw.Connection(str(path.parent / "keys" / "subjects.db"))
    change = "UPDATE subject SET key = CAST(substr(key, 1, 20) || x'00' || substr(key, 22) AS BLOB)"
    db.execute(change + " WHERE number = 1")
    db.close()
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.log.append(said(HARASSER, VIEWER))
    with store.read() as tables:
        opened = tables.log.opened(0, 4)
    store.close()
    assert [seq for seq, _ in opened.bodies] == [1, 2, 3]
    assert (opened.erased, opened.damaged) == ([], [(0, 0)])


@pytest.mark.parametrize("compiled", [True, False])
def test_who_checks_learns_the_same_as_who_reads(
    path: Path, monkeypatch: pytest.MonkeyPatch, compiled: bool
) -> None:
    """Erased, lost, changed and moved bodies, and those of many people, by digest."""
    if not compiled:
        monkeypatch.setattr("rempart.store.sqlite.vault.KERNEL", None)
    store = SqliteStore.open(path)
    people = [account_subject("twitch", f"u{number % 7}") for number in range(40)]
    with store.begin() as tables:
        tables.log.append(said(*people, HARASSER, HARASSER))
        tables.log.append([seal("note", {"v": 1, "text": "two"}, ("contact", {"v": 1}))])
    before = _digested(store)
    with store.begin() as tables:
        tables.keys.destroy_subjects([HARASSER])
    db = apsw.Connection(str(path))
    db.execute("UPDATE body SET subject = 999 WHERE place = 16 * 3")
    db.execute("UPDATE body SET sealed = CAST(sealed || x'00' AS BLOB) WHERE place = 16 * 5")
    db.execute("UPDATE body SET sealed = x'00' WHERE place = 16 * 6")
    db.execute("UPDATE body SET place = 16 * 60 WHERE place = 16 * 7")
    db.close()
    with store.read() as tables:
        opened = tables.log.opened(0, 64)
        digested = tables.log.digested(0, 64)
        last = tables.log.digested(41, 43)
    store.close()
    assert digested.sequences == opened.sequences
    assert digested.leaves == lone_leaves(opened.texts)
    assert digested.damaged == [seq for seq, _ in opened.damaged] == [3, 5, 6, 60]
    gone = {3, 5, 6, 7, 40, 41}
    assert dict(zip(digested.sequences, digested.leaves, strict=True)) == {
        seq: one for seq, one in before.items() if seq not in gone
    }
    assert last.sequences == [42, 42]


def _digested(store: SqliteStore) -> dict[int, bytes]:
    with store.read() as tables:
        found = tables.log.digested(0, tables.log.size())
    assert found.damaged == []
    return dict(zip(found.sequences, found.leaves, strict=True))


def test_keys_older_than_the_store_are_refused(path: Path) -> None:
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.log.append(said(VIEWER))
    store.close()
    shutil.copytree(path.parent / "keys", path.parent / "backup")
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.log.append(said(HARASSER))
    store.close()
    shutil.rmtree(path.parent / "keys")
    shutil.copytree(path.parent / "backup", path.parent / "keys")
    with pytest.raises(StoreError, match="older than the store") as refused:
        SqliteStore.open(path)
    assert "newest backup" in refused.value.next_step


# -- stores of earlier versions --------------------------------------------------------------------

MESSAGE = (
    b'["AAAAAAAAAAAAAAAAAAAAAA","message",{"v":1,"at":"2026-03-08T20:14:03.000Z","source":{"via":'
    b'"api"},"item":{"id":"m%d","platform":"twitch","author":{"id":"%b"},"text":"plainly %d"}}]'
)
REPORT = b'["AAAAAAAAAAAAAAAAAAAAAA","report",{"v":1,"id":"r-1","at":"2026-03-09T00:00:00.000Z"}]'


def plain_store(path: Path, messages: int = 30) -> list[bytes]:
    """As the version before wrote it, bodies in plain text."""
    path.parent.mkdir(parents=True)
    db = apsw.Connection(str(path))
    db.pragma("journal_mode", "wal")
    found = migrations()
    version = next(number for number, name, _ in found if name.endswith("_vault.sql")) - 1
    for _, _, sql in found[:version]:
        db.execute(sql)
    db.pragma("user_version", version)
    bodies = [
        MESSAGE % (number, b"viewer" if number % 3 else b"harasser", number)
        for number in range(messages)
    ] + [REPORT]
    db.executemany(
        "INSERT INTO body VALUES (?, ?)", [(16 * seq, body) for seq, body in enumerate(bodies)]
    )
    db.close()
    return bodies


def test_texts_of_an_earlier_version_are_encrypted_at_the_first_start(
    path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rempart.store.sqlite.plain.PORTION", 7)
    bodies = plain_store(path)
    assert b"plainly 7" in path.read_bytes()
    with pytest.raises(OlderStoreError):
        SqliteStore.open_for_reading(path)
    store = SqliteStore.open(path, clock=clock)
    with store.read() as tables:
        kept = tables.log.bodies_between(0, 99)
        assert kept == [(seq, (body,)) for seq, body in enumerate(bodies)]
        assert tables.keys.subjects() == ["account:twitch/harasser", VIEWER, "report:r-1"]
        assert tables.keys.days(TRAFFIC) == [date(2026, 3, 8)]
        assert tables.keys.sequences(HARASSER) == list(range(0, 30, 3))
    left = b"".join(file.read_bytes() for file in path.parent.rglob("*") if file.is_file())
    assert b"plainly" not in left
    store.close()


def test_encrypting_goes_on_where_a_crash_left_it(
    path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = plain_store(path)
    monkeypatch.setattr("rempart.store.sqlite.plain.PORTION", 7)
    monkeypatch.setattr("rempart.store.sqlite.plain.TOLD_EVERY", 2)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rempart.store.sqlite.subject_keys.SubjectKeys.truncate", stop)
    with pytest.raises(KeyboardInterrupt):
        SqliteStore.open(path, clock=clock)
    monkeypatch.undo()
    with pytest.raises(OlderStoreError, match="not encrypted yet"):
        SqliteStore.open_for_reading(path)
    store = SqliteStore.open(path, clock=clock)
    with store.read() as tables:
        kept = tables.log.bodies_between(0, 99)
    assert kept == [(seq, (body,)) for seq, body in enumerate(bodies)]
    store.close()
