"""Sixty channels get one message each: one raid over all of them, however the stream is cut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import msgspec
import pytest
from tests.faults.traffic import SOURCE

from rempart.engine.embedded import STORE_FILE, EmbeddedEngine
from rempart.engine.pipeline import Pipeline
from rempart.ingest import Parsed
from rempart.model import Account, Message, Raid, RaidKind
from rempart.store.sqlite.store import SqliteStore

BEGIN = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
BOTS, CHANNELS = 20, 60
TEXTS = (
    "you are a loser, leave this place, everybody here laughs about you",
    "nobody wants you here, idiot, go home and stay there",
    "what a pathetic stupid idiot you are, quit the stream now",
)


@cache
def stream() -> tuple[Message, ...]:
    """Each channel is visited three times within ten minutes, by different bots."""
    rng = Random(1)
    visits = sorted(
        (rng.uniform(0, 600), f"c{channel}", f"bot{(channel + 7 * turn) % BOTS}", rng.choice(TEXTS))
        for channel in range(CHANNELS)
        for turn in range(3)
    )
    return tuple(
        Message(
            f"m{number}",
            "twitch",
            channel,
            BEGIN + timedelta(seconds=at),
            Account(bot, f"name of {bot}", BEGIN - timedelta(days=1)),
            text + "!" * (number % 3),
        )
        for number, (at, channel, bot, text) in enumerate(visits)
    )


def raids_of(step: int) -> list[tuple[int, bytes]]:
    pipeline = Pipeline()
    state, told = pipeline.new_state(), []
    for start in range(0, len(stream()), step):
        state, result = pipeline.step(state, stream()[start : start + step])
        told += [
            (start + change.position, msgspec.json.encode(change.raid)) for change in result.raids
        ]
    return told


def on_in_the_end(raids: dict[str, Raid]) -> list[Raid]:
    end = stream()[-1].sent_at
    return [
        raid
        for raid in raids.values()
        if raid.kind is RaidKind.SPREAD and raid.until is not None and raid.until > end
    ]


def test_it_is_one_raid_with_every_member() -> None:
    told = [msgspec.json.decode(picture, type=Raid) for _, picture in raids_of(50)]
    (raid,) = on_in_the_end({raid.id: raid for raid in told})
    assert {member.account for member in raid.members} == {f"bot{n}" for n in range(BOTS)}
    assert any("channels within 20 minutes" in reason for reason in raid.reasons)


def test_how_the_stream_is_cut_changes_nothing() -> None:
    assert raids_of(7) == raids_of(len(stream()))


@pytest.mark.parametrize("crash_at", [60, 120])
def test_a_restart_in_between_changes_nothing(tmp_path: Path, crash_at: int) -> None:
    engine = EmbeddedEngine.open(tmp_path)
    engine.start()
    for start in range(0, len(stream()), 20):
        if start == crash_at:
            engine.stop()
            engine = EmbeddedEngine.open(tmp_path)
            engine.start()
        items = [Parsed(one, msgspec.json.encode(one)) for one in stream()[start : start + 20]]
        engine.submit(items, SOURCE).result()
    engine.stop()
    store = SqliteStore.open_for_reading(tmp_path / STORE_FILE)
    with store.read() as tables:
        found = {row.raid.id: row.raid for row in tables.stream.raids()}
    store.close()
    told = [msgspec.json.decode(picture, type=Raid) for _, picture in raids_of(20)]
    assert found == {raid.id: raid for raid in told}
