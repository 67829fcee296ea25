"""FAULTS 29 and 30: an insider, or a rotten disk, changes the store in seeded ways of every kind.

Whoever sits at the machine has the keys of the bodies too: what she writes opens. What she cannot
do is make the signed root hold. A flipped bit either touches nothing that is read, or is found.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import apsw
import pytest
from tests.faults.amount import rounds
from tests.faults.traffic import SOURCE, hate_raid

from rempart.engine.embedded import STORE_FILE, EmbeddedEngine
from rempart.errors import RempartError
from rempart.log.commit import SealedEntry, leaf_of
from rempart.log.keys import KEYS_FOLDER, read_signer
from rempart.log.note import PublicKey
from rempart.log.scrub import scrub
from rempart.store.sqlite.log import SqliteLogTables
from rempart.store.sqlite.store import SqliteStore

pytestmark = pytest.mark.faults
MESSAGES = 600


class Place(NamedTuple):
    data: Path
    key: PublicKey
    size: int


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """What a service leaves that watched an attack and signed all of it."""
    data = tmp_path_factory.mktemp("sound")
    engine = EmbeddedEngine.open(data)
    engine.start()
    for begin in range(0, MESSAGES, 100):
        engine.submit(hate_raid()[begin : begin + 100], SOURCE).result()
    engine.checkpoint().result()
    engine.stop()
    store = SqliteStore.open(data / STORE_FILE)
    with store.read() as tables:
        size = tables.log.size()
    store.close()
    return Place(data, read_signer(data).public, size)


@pytest.fixture
def copy(sound: Place, tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """A fresh copy each time."""
    place = tmp_path / "copy"

    def fresh() -> Path:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(sound.data, place)
        return place

    yield fresh


def wrong(data: Path, key: PublicKey) -> list[str]:
    """What the scrub says, under the key that was published; nothing: it holds."""
    try:
        store = SqliteStore.open_for_reading(data / STORE_FILE)
    except (RempartError, apsw.Error) as error:
        return [f"does not open: {error}"]
    try:
        with store.read() as tables:
            return scrub(tables.log, key).failed
    except (RempartError, apsw.Error) as error:
        return [f"cannot be read: {error}"]
    finally:
        store.close()


def by_hand(data: Path, *statements: tuple[str, tuple[object, ...]]) -> None:
    connection = apsw.Connection(str(data / STORE_FILE))
    try:
        with connection:
            for sql, values in statements:
                connection.execute(sql, values)
    finally:
        connection.close()


Change = Callable[[Path, random.Random, int], str]


def rewrite_words(data: Path, rng: random.Random, size: int) -> str:
    """With every key of the house: other words in an entry, sealed as they should be."""
    seq = _rewritten(data, rng, size, leaf=False)
    return f"entry {seq} says something else"


def rewrite_whole(data: Path, rng: random.Random, size: int) -> str:
    """The same by a thorough one: the leaf fits the new words."""
    seq = _rewritten(data, rng, size, leaf=True)
    return f"entry {seq} says something else, and its leaf too"


def _rewritten(data: Path, rng: random.Random, size: int, *, leaf: bool) -> int:
    seq = rng.randrange(size)
    store = SqliteStore.open(data / STORE_FILE)
    try:
        with store.begin() as tables:
            assert isinstance(tables.log, SqliteLogTables)
            first, *rest = tables.log.bodies(seq)
            bodies = (first.replace(b'"v":1', b'"v":1,"w":1', 1), *rest)
            db, sealer = tables.log._db, tables.log._sealer
            entry = SealedEntry(leaf_of(bodies), bodies)
            for row in sealer.seal(seq, [entry], tables.log.day):
                db.execute("INSERT OR REPLACE INTO body VALUES (?, ?, ?, ?)", row)
            if leaf:
                db.execute("UPDATE entry SET leaf = ? WHERE seq = ?", (entry.leaf, seq))
    finally:
        store.close()
    return seq


def delete_entry(data: Path, rng: random.Random, size: int) -> str:
    seq = rng.randrange(size)
    by_hand(data, ("DELETE FROM entry WHERE seq = ?", (seq,)))
    return f"entry {seq} deleted"


def close_the_gap(data: Path, rng: random.Random, size: int) -> str:
    """An entry goes, and all that follow move up: nothing is missing to the eye."""
    seq = rng.randrange(size - 1)
    by_hand(
        data,
        ("DELETE FROM body WHERE place >= ? AND place < ?", (seq * 16, seq * 16 + 16)),
        ("DELETE FROM entry WHERE seq = ?", (seq,)),
        ("UPDATE entry SET seq = -seq WHERE seq > ?", (seq,)),
        ("UPDATE entry SET seq = -seq - 1 WHERE seq < 0", ()),
    )
    return f"entry {seq} taken out, the rest moved up"


def truncate(data: Path, rng: random.Random, size: int) -> str:
    keep = rng.randrange(1, size)
    by_hand(
        data,
        ("DELETE FROM entry WHERE seq >= ?", (keep,)),
        ("DELETE FROM body WHERE place >= ?", (keep * 16,)),
    )
    return f"cut to {keep}"


def reorder(data: Path, rng: random.Random, size: int) -> str:
    one, other = rng.sample(range(size), 2)
    by_hand(
        data,
        ("UPDATE entry SET seq = -1 WHERE seq = ?", (one,)),
        ("UPDATE entry SET seq = ? WHERE seq = ?", (one, other)),
        ("UPDATE entry SET seq = ? WHERE seq = -1", (other,)),
    )
    return f"{one} and {other} changed places"


def replace_leaf(data: Path, rng: random.Random, size: int) -> str:
    """Thorough: another leaf, its body gone as if erased."""
    seq = rng.randrange(size)
    leaf = leaf_of([b'["%b","note",{"v":1}]' % (b"A" * 22)])
    by_hand(
        data,
        ("UPDATE entry SET leaf = ? WHERE seq = ?", (leaf, seq)),
        ("DELETE FROM body WHERE place >= ? AND place < ?", (seq * 16, seq * 16 + 16)),
    )
    return f"leaf {seq} replaced"


def change_body(data: Path, rng: random.Random, size: int) -> str:
    connection = apsw.Connection(str(data / STORE_FILE))
    places = [row[0] for row in connection.execute("SELECT place FROM body")]
    place = rng.choice(places)
    sealed = bytearray(
        connection.execute("SELECT sealed FROM body WHERE place = ?", (place,)).fetchone()[0]
    )
    at = rng.randrange(len(sealed))
    sealed[at] ^= 1 << rng.randrange(8)
    connection.execute("UPDATE body SET sealed = ? WHERE place = ?", (bytes(sealed), place))
    connection.close()
    return f"body {place}, byte {at}"


def swap_bodies(data: Path, rng: random.Random, size: int) -> str:
    connection = apsw.Connection(str(data / STORE_FILE))
    places = [row[0] for row in connection.execute("SELECT place FROM body")]
    connection.close()
    one, other = rng.sample(places, 2)
    by_hand(
        data,
        (
            "UPDATE body SET sealed = (SELECT sealed FROM body WHERE place = ?) WHERE place = ?",
            (one, other),
        ),
    )
    return f"body {other} replaced by {one}"


def change_tile(data: Path, rng: random.Random, size: int) -> str:
    connection = apsw.Connection(str(data / STORE_FILE))
    tiles = list(connection.execute("SELECT level, place, hashes FROM tile"))
    level, place, hashes = rng.choice(tiles)
    changed = bytearray(hashes)
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    connection.execute(
        "UPDATE tile SET hashes = ? WHERE level = ? AND place = ?", (bytes(changed), level, place)
    )
    connection.close()
    return f"tile {level}/{place}"


def change_note(data: Path, rng: random.Random, size: int) -> str:
    connection = apsw.Connection(str(data / STORE_FILE))
    at, note = connection.execute(
        "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1"
    ).fetchone()
    place = rng.randrange(note.rindex("\n\n"))
    other = "A" if note[place] != "A" else "B"
    connection.execute(
        "UPDATE checkpoint SET note = ? WHERE size = ?",
        (note[:place] + other + note[place + 1 :], at),
    )
    connection.close()
    return f"checkpoint, character {place}"


def replace_key(data: Path, rng: random.Random, size: int) -> str:
    """Another key signs everything anew: it is not the one that was published."""
    other = data.parent / "other"
    shutil.rmtree(other, ignore_errors=True)
    engine = EmbeddedEngine.open(other)
    engine.stop()
    for name in ("log.key", "log.vkey"):
        shutil.copy(other / KEYS_FOLDER / name, data / KEYS_FOLDER / name)
    for kept in (data / KEYS_FOLDER).glob("*checkpoint*"):
        kept.unlink()
    by_hand(data, ("DELETE FROM checkpoint", ()))
    return "key replaced"


KINDS: list[Change] = [
    rewrite_words,
    rewrite_whole,
    delete_entry,
    close_the_gap,
    truncate,
    reorder,
    replace_leaf,
    change_body,
    swap_bodies,
    change_tile,
    change_note,
    replace_key,
]


def test_the_untouched_store_holds(sound: Place) -> None:
    assert wrong(sound.data, sound.key) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_seeded_change_is_found(kind: Change, sound: Place, copy: Callable[[], Path]) -> None:
    rng = random.Random(kind.__name__)
    missed = []
    for _ in range(rounds(8)):
        data = copy()
        what = kind(data, rng, sound.size)
        if not wrong(data, sound.key):
            missed.append(what)
    assert missed == []


def evidence(data: Path) -> str | None:
    """A digest of everything the log reads back; None when it cannot."""
    try:
        store = SqliteStore.open_for_reading(data / STORE_FILE)
    except (RempartError, apsw.Error):
        return None
    told = sha256()
    try:
        with store.read() as tables:
            log = tables.log
            size = log.size()
            for leaf in log.leaves(0, size + 1):
                told.update(leaf)
            for seq, bodies in log.bodies_between(0, size):
                told.update(b"%d" % seq + b"".join(bodies))
            for level in range(2):
                for place in range(size // 256 + 1):
                    told.update(log.tile(level, place) or b"-")
            told.update(repr(log.last_checkpoint()).encode())
    except (RempartError, apsw.Error):
        return None
    finally:
        store.close()
    return told.hexdigest()


def test_a_flipped_bit_anywhere_is_found_or_touches_no_evidence(
    sound: Place, copy: Callable[[], Path]
) -> None:
    before = evidence(sound.data)
    rng = random.Random(29)
    data = copy()
    path = data / STORE_FILE
    whole = path.read_bytes()
    written = [at for at, byte in enumerate(whole) if byte]
    found = 0
    for number in range(rounds(120)):
        # Half of them anywhere; much of a small store is room that nothing was written to yet.
        at = rng.choice(written) if number % 2 else rng.randrange(len(whole))
        bit = rng.randrange(8)
        changed = bytearray(whole)
        changed[at] ^= 1 << bit
        path.write_bytes(bytes(changed))
        for beside in data.glob(f"{STORE_FILE}-*"):
            beside.unlink()
        if wrong(data, sound.key):
            found += 1
        else:
            assert evidence(data) == before, f"bit {bit} of byte {at} changed evidence unseen"
    assert found > rounds(120) // 10, "too few flips were noticed for this to mean anything"
