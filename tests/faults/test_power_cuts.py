"""FAULTS 25: the power goes while messages come in.

A community writes, each delivery is acknowledged; the machine loses power at a thousand different
moments. With the settings that Rempart uses nothing acknowledged is ever missing. With the settings
that are usually recommended the same check finds losses: it can fail.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.faults.amount import rounds
from tests.faults.checks import check_acknowledged, check_log
from tests.faults.disk import FaultyDisk, Operation, PowerCuts, write_files
from tests.faults.traffic import SOURCE, messages

from rempart.engine.embedded import STORE_FILE, EmbeddedEngine, ItemResult
from rempart.engine.embedded.notary import KEPT_FILE, Notary
from rempart.log.keys import KEYS_FOLDER, read_signer
from rempart.store.sqlite.store import SqliteStore
from rempart.store.sqlite.subject_keys import KEYS_FILE

pytestmark = pytest.mark.faults
DELIVERIES = 120


class Acknowledged(NamedTuple):
    """Message numbers and their entries."""

    numbers: dict[int, int]


class Kept(NamedTuple):
    """The checkpoint that was put beside the key."""

    note: str


class Recording(NamedTuple):
    operations: list[Operation]
    data: Path


def record(data: Path, name: str, synchronous: str | None = None) -> Recording:
    """A community of three channels on a disk that remembers every write."""
    disk = FaultyDisk(name)
    disk.recording = True
    rng = random.Random(7)
    try:
        engine = EmbeddedEngine.open(data, vfs=name)
        engine._store.checkpoint_pages = 60
        if synchronous is not None:
            assert engine._store._writer is not None
            engine._store._writer.pragma("synchronous", synchronous)
        engine.start()
        first = 0
        for delivery in range(DELIVERIES):
            count = rng.choice((1, 1, 2, 5, 30))
            numbers = range(first, first + count)

            def acknowledge(future: Future[list[ItemResult]], numbers: range = numbers) -> None:
                results = future.result()
                places = {n: r.sequence for n, r in zip(numbers, results, strict=True)}
                disk.mark(Acknowledged(places))

            future = engine.submit(messages(first, count), SOURCE)
            future.add_done_callback(acknowledge)
            future.result()
            first += count
            if delivery % 40 == 20:
                engine.checkpoint().result()
                engine.write(lambda tables: None).result()
                disk.mark(Kept((data / KEYS_FOLDER / KEPT_FILE).read_text()))
        engine.stop()
    finally:
        disk.close()
    return Recording(disk.operations, data)


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    yield record(tmp_path_factory.mktemp("durable"), "recorded-full")


def cut_somewhere(recording: Recording, folder: Path, cuts: int, *, whole: int = 0) -> list[str]:
    """Cuts the power at `cuts` moments; returns what was wrong afterwards. Every `whole`-th time
    the engine itself is started on what is left, and takes messages."""
    rng = random.Random(cuts)
    moments = sorted(rng.randrange(1, len(recording.operations)) for _ in range(cuts))
    power = PowerCuts(recording.operations, rng)
    wrong: list[str] = []
    for turn, moment in enumerate(moments):
        power.advance(moment)
        place = folder / "cut"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(
            recording.data / KEYS_FOLDER,
            place / KEYS_FOLDER,
            ignore=shutil.ignore_patterns(f"{KEYS_FILE}*"),
        )
        left = power.survivors()
        keys = {name: content for name, content in left.items() if name.startswith(KEYS_FILE)}
        write_files(place / KEYS_FOLDER, keys)
        write_files(place, {name: left[name] for name in left.keys() - keys.keys()})
        kept = [mark.note for mark in power.marks if isinstance(mark, Kept)]
        note = place / KEYS_FOLDER / KEPT_FILE
        note.unlink(missing_ok=True)
        if kept:
            note.write_text(kept[-1])
        acknowledged: dict[int, int] = {}
        for mark in power.marks:
            if isinstance(mark, Acknowledged):
                acknowledged |= mark.numbers
        try:
            look_at(place, acknowledged, start=bool(whole) and turn % whole == 0)
        except Exception as error:  # damage shows itself in any way
            wrong.append(f"operation {moment}: {error}")
    return wrong


def look_at(place: Path, acknowledged: dict[int, int], *, start: bool) -> None:
    if start:
        engine = EmbeddedEngine.open(place)
        engine.start()
        results = engine.submit(messages(1_000_000, 3), SOURCE).result()
        assert [result.status for result in results] == ["new"] * 3
        engine.stop()
    store = SqliteStore.open(place / STORE_FILE)
    try:
        with store.read() as tables:
            Notary(place, read_signer(place)).check(tables)
            check_acknowledged(tables, acknowledged)
            check_log(tables, bodies=start)
    finally:
        store.close()


def test_nothing_acknowledged_is_lost_when_the_power_goes(
    durable: Recording, tmp_path: Path
) -> None:
    assert cut_somewhere(durable, tmp_path, rounds(1_000), whole=50) == []


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_the_same_check_finds_the_losses_of_weaker_settings(
    tmp_path: Path, synchronous: str
) -> None:
    recording = record(tmp_path / "weak", f"recorded-{synchronous}", synchronous)
    wrong = cut_somewhere(recording, tmp_path, 60)
    assert len(wrong) >= 10, f"only {len(wrong)} of 60 cuts were noticed"
