"""States of quiet targets lie in the store: results are those of an engine that keeps them all."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import apsw
import pytest
from tests.engine.crashing import unsaved
from tests.faults.traffic import SOURCE, hate_raid, line, parsed

from rempart.detect.raid.operator import RaidOperator
from rempart.engine.embedded import STORE_FILE, EmbeddedEngine
from rempart.engine.embedded.stored_states import StoredStates
from rempart.engine.settings import EngineLimits, EngineSettings
from rempart.ingest import Parsed
from rempart.store.sqlite.store import SqliteStore

CHANNELS = 40
OFTEN = EngineSettings(engine=EngineLimits(snapshot_messages=60))


def stream() -> list[Parsed]:
    """A raid on one target, and in between forty others that each write now and then."""
    wave = hate_raid()
    begin = wave[0].item.sent_at  # type: ignore[union-attr]
    others = [
        line(
            number,
            channel=f"quiet-{number * 7 % CHANNELS}",
            sent_at=(begin + timedelta(milliseconds=150 * number)).isoformat(),
        )
        for number in range(len(wave))
    ]
    return [item for pair in zip(wave, parsed(*others), strict=True) for item in pair]


def opened(folder: Path, hot: int | None, settings: EngineSettings) -> EmbeddedEngine:
    engine = EmbeddedEngine.open(folder, settings)
    if hot is not None:
        for _, states in engine.writer.memory._kept():
            states._hot_limit = hot
    engine.start()
    return engine


def told(
    folder: Path, *, hot: int | None, settings: EngineSettings, crash_at: int = -1
) -> tuple[list[bytes], list[tuple[str, bytes]]]:
    """The outcomes of the stream, and the states in the end."""
    items, outcomes = stream(), []
    engine = opened(folder, hot, settings)
    for at in range(0, len(items), 40):
        if at == crash_at:
            unsaved(engine)
            engine = opened(folder, hot, settings)
        rows = engine.submit(items[at : at + 40], SOURCE).result()
        outcomes += [row.outcome for row in rows]
    engine.stop()
    store = SqliteStore.open_for_reading(folder / STORE_FILE)
    with store.read() as tables:
        _, states = tables.stream.states()
    store.close()
    return outcomes, [(key, blob) for key, blob in states if key.startswith(("target", "spread"))]


@pytest.fixture(scope="module")
def in_memory(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[list[bytes], list[tuple[str, bytes]]]:
    folder = tmp_path_factory.mktemp("memory")
    found = told(folder, hot=None, settings=EngineSettings())
    assert any(b'"raid"' in outcome for outcome in found[0])
    assert len(found[1]) > CHANNELS
    return found


@pytest.mark.parametrize("crash_at", [-1, 800])
def test_whether_a_state_is_an_object_or_lies_in_the_store_changes_nothing(
    tmp_path: Path, in_memory: tuple[list[bytes], list[tuple[str, bytes]]], crash_at: int
) -> None:
    assert told(tmp_path, hot=3, settings=OFTEN, crash_at=crash_at) == in_memory


def test_quiet_targets_leave_the_memory_and_are_read_again(tmp_path: Path) -> None:
    engine = opened(tmp_path, 3, OFTEN)
    targets = engine.writer.memory.state.targets
    assert isinstance(targets, StoredStates)
    for number in range(200):
        engine.submit(parsed(line(number, channel=f"quiet-{number % CHANNELS}")), SOURCE).result()
    assert len(targets) < CHANNELS
    engine.stop()
    assert len(targets) == 3
    again = opened(tmp_path, 3, OFTEN)
    targets = again.writer.memory.state.targets
    assert len(targets) == 0
    blob = again.write(lambda _: targets.dump("twitch/quiet-7")).result()
    assert RaidOperator().load(blob).data.baseline.now_messages > 0
    again.stop()


def test_much_that_waits_for_a_snapshot_makes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rempart.engine.embedded.memory.WAITING_BYTES", 4_000)
    engine = opened(tmp_path, 3, EngineSettings())
    for number in range(80):
        engine.submit(parsed(line(number, channel=f"quiet-{number % CHANNELS}")), SOURCE).result()
    with engine.read() as tables:
        assert tables.stream.snapshot_seq() > 40
    assert not engine.writer.memory.crowded
    engine.stop()


def test_a_dropped_state_does_not_come_back_from_the_store() -> None:
    operator = RaidOperator()
    stored = {"twitch/lea": operator.dump(operator.fresh("twitch/lea"))}
    states: StoredStates[object] = StoredStates(operator, stored.get)
    states.drop("twitch/lea")
    assert list(states.unsaved()) == [("twitch/lea", None)]
    assert states.dump("twitch/lea") is None
    states.put("twitch/lea", states.take("twitch/lea"))
    assert states.dump("twitch/lea") is not None


def test_a_damaged_state_costs_its_target_its_past_and_nothing_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = opened(tmp_path, 3, OFTEN)
    engine.submit(parsed(*(line(number) for number in range(90))), SOURCE).result()
    engine.stop()
    connection = apsw.Connection(str(tmp_path / STORE_FILE))
    connection.execute("UPDATE state SET blob = x'93c1' WHERE key = 'target/twitch/channel-1'")
    assert connection.changes() == 1
    connection.close()
    engine = opened(tmp_path, 3, OFTEN)
    rows = engine.submit(parsed(*(line(number) for number in range(90, 99))), SOURCE).result()
    assert [json.loads(row.outcome)["verdict"] for row in rows] == ["allow"] * 9
    assert caplog.text.count("twitch/channel-1 is damaged") == 1
    engine.stop()


def test_states_of_another_version_are_learnt_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Their bytes cannot be read; the service starts all the same, and says so once."""
    engine = opened(tmp_path, None, OFTEN)
    engine.submit(parsed(*(line(number) for number in range(50))), SOURCE).result()
    engine.stop()
    with monkeypatch.context() as later:
        later.setattr(RaidOperator, "version", "next")
        later.setattr(RaidOperator, "load", lambda *_: 1 / 0)
        engine = opened(tmp_path, None, OFTEN)
        rows = engine.submit(parsed(*(line(number) for number in range(50, 60))), SOURCE).result()
        assert [json.loads(row.outcome)["verdict"] for row in rows] == ["allow"] * 10
        engine.stop()
        assert caplog.text.count("raid learns anew") == 1
        later.undo()
        monkeypatch.setattr(RaidOperator, "version", "next")
    engine = opened(tmp_path, None, OFTEN)
    blob = engine.write(
        lambda _: engine.writer.memory.state.targets.dump("twitch/channel-0")
    ).result()
    assert 0 < RaidOperator().load(blob).data.baseline.now_messages < 10
    engine.stop()
    assert caplog.text.count("raid learns anew") == 1
