"""FAULTS 27 and 28: the disk is full, and the disk refuses to sync.

Full: what was acknowledged stays, what comes is refused with a reason and decided all the same,
and everything goes on by itself when space returns. Refused sync: whether the last delivery is
there is unknown, nothing more is written, and after a restart the same ids can be sent again.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.checks import check_acknowledged, check_log
from tests.faults.disk import FaultyDisk
from tests.faults.traffic import SOURCE, hate_raid, line, messages, parsed
from tests.silence import held_without_case

from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.live import LiveEvent
from rempart.errors import StoreFullError, StoreReadOnlyError

pytestmark = pytest.mark.faults
ABUSE = "you idiot, get lost, loser"


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[FaultyDisk]:
    disk = FaultyDisk(f"disk-of-{request.node.nodeid}")
    yield disk
    disk.full = disk.refuse_sync = False
    disk.close()


def started(data: Path, disk: FaultyDisk | None = None) -> EmbeddedEngine:
    engine = EmbeddedEngine.open(data, vfs=disk.name if disk else None)
    engine.start()
    return engine


def live_events(engine: EmbeddedEngine, since: int) -> list[LiveEvent]:
    async def read() -> list[LiveEvent]:
        reader = engine.hub.subscribe(since)
        events = []
        while (event := await reader.next(0.05)) is not None:
            events.append(event)
        reader.close()
        return events

    return asyncio.run(read())


def fill(engine: EmbeddedEngine, disk: FaultyDisk, first: int) -> None:
    """Delivers until the refusal: the write-ahead log may have room left from before."""
    disk.full = True
    for number in range(first, first + 2_000, 20):
        try:
            engine.submit(messages(number, 20), SOURCE).result()
        except StoreFullError:
            return
    raise AssertionError("the disk never filled up")


def test_a_full_disk_refuses_and_recovers(tmp_path: Path, disk: FaultyDisk) -> None:
    engine = started(tmp_path, disk)
    before = engine.submit(messages(0, 30), SOURCE).result()
    acknowledged = {number: row.sequence for number, row in enumerate(before)}
    fill(engine, disk, 100_000)
    assert not engine.writable
    with pytest.raises(StoreFullError, match="no space"):
        engine.submit(messages(200, 5), SOURCE).result()
    with pytest.raises(StoreFullError):
        engine.write(lambda tables: tables.stream.count({"by hand": 1})).result()
    with engine.read() as tables:
        check_acknowledged(tables, acknowledged)
        check_log(tables)

    disk.full = False
    again = engine.submit(messages(200, 5), SOURCE).result()
    assert [row.status for row in again] == ["new"] * 5
    assert engine.writable
    acknowledged |= {200 + place: row.sequence for place, row in enumerate(again)}
    with engine.read() as tables:
        check_acknowledged(tables, acknowledged)
        check_log(tables)
    engine.stop()


def test_it_recovers_without_new_messages(tmp_path: Path, disk: FaultyDisk) -> None:
    engine = started(tmp_path, disk)
    fill(engine, disk, 0)
    disk.full = False
    deadline = time.monotonic() + 30
    while not engine.writable:
        assert time.monotonic() < deadline, "it did not try again"
        time.sleep(0.05)
    engine.stop()


def test_what_was_refused_is_decided_once(tmp_path: Path, disk: FaultyDisk) -> None:
    """The held message is refused for want of space, its measure goes out all the same; sent again
    it has the same outcome and the same measure, and the raid memory has seen it once."""
    engine = started(tmp_path, disk)
    fill(engine, disk, 0)
    since = live_events(engine, 0)[-1].id
    hostile = parsed(line(5_000, text=ABUSE))
    with pytest.raises(StoreFullError):
        engine.submit(hostile, SOURCE).result()
    unsaved = [event for event in live_events(engine, since) if event.kind == "measure"]
    assert [event.data["saved"] for event in unsaved] == [False]
    told = unsaved[0].data["measure"].id
    with pytest.raises(StoreFullError):
        engine.submit(hostile, SOURCE).result()

    disk.full = False
    (result,) = engine.submit(hostile, SOURCE).result()
    assert result.status == "new"
    outcome = json.loads(result.outcome)
    assert outcome["verdict"] == "hold"
    assert outcome["measures"] == [told]
    with engine.read() as tables:
        assert [row.measure.id for row in tables.stream.measures()] == [told]
        assert held_without_case(tables) == 0
    engine.stop()


@pytest.mark.parametrize("restart", [False, True])
def test_a_full_disk_in_the_middle_of_a_raid_changes_no_detection(
    tmp_path: Path, disk: FaultyDisk, restart: bool
) -> None:
    """Every third delivery is refused twice before there is space: outcomes and raids are those of
    a disk that was never full, also when the service is restarted while something is owed."""
    wave = hate_raid()
    chunks = [wave[at : at + 25] for at in range(0, len(wave), 25)]

    def run(data: Path, *, faults: bool) -> tuple[list[bytes], list[tuple[str, str, int]]]:
        engine = started(data, disk)
        outcomes: list[bytes] = []
        for turn, chunk in enumerate(chunks):
            if faults and turn % 3 == 1:
                disk.full = True
                for _ in range(2):
                    with pytest.raises(StoreFullError):
                        engine.submit(chunk, SOURCE).result()
                disk.full = False
                if restart and turn % 6 == 1:
                    engine.stop()
                    engine = started(data, disk)
            outcomes += [row.outcome for row in engine.submit(chunk, SOURCE).result()]
        engine.stop()
        engine = started(data, disk)
        with engine.read() as tables:
            raids = [
                (r.raid.id, r.raid.stage.value, r.raid.messages) for r in tables.stream.raids()
            ]
            check_log(tables)
        engine.stop()
        return outcomes, sorted(raids)

    assert run(tmp_path / "faulty", faults=True) == run(tmp_path / "sound", faults=False)


def test_a_refused_sync_ends_writing_until_a_restart(tmp_path: Path, disk: FaultyDisk) -> None:
    engine = started(tmp_path, disk)
    before = engine.submit(messages(0, 30), SOURCE).result()
    acknowledged = {number: row.sequence for number, row in enumerate(before)}
    disk.refuse_sync = True
    with pytest.raises(StoreReadOnlyError, match="unknown"):
        engine.submit(messages(30, 5), SOURCE).result()
    disk.refuse_sync = False
    assert not engine.writable
    with pytest.raises(StoreReadOnlyError):
        engine.submit(messages(40, 5), SOURCE).result()
    with engine.read() as tables:
        check_acknowledged(tables, acknowledged)
    engine.stop()

    engine = started(tmp_path, disk)
    again = engine.submit(messages(30, 5), SOURCE).result()
    assert {row.status for row in again} <= {"new", "duplicate"}
    acknowledged |= {30 + place: row.sequence for place, row in enumerate(again)}
    with engine.read() as tables:
        check_acknowledged(tables, acknowledged)
        check_log(tables)
    engine.stop()
