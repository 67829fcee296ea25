"""The live hub: never waits for a reader, loses nothing unsaid."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from rempart.engine.live import LiveEvent, LiveHub, Subscription

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def hub() -> AsyncIterator[LiveHub]:
    hub = LiveHub(kept=10)
    yield hub
    hub.stop()


async def read(reader: Subscription) -> list[LiveEvent]:
    found = []
    while (event := await reader.next(0.05)) is not None:
        found.append(event)
    return found


async def test_a_reader_gets_what_another_thread_publishes_in_order(hub: LiveHub) -> None:
    reader = hub.subscribe()

    def publish() -> None:
        for number in range(200):
            hub.publish("raid", {"n": number}, platform="twitch", channel="lea")

    thread = threading.Thread(target=publish)
    thread.start()
    events = [await reader.next(5) for _ in range(200)]
    thread.join()
    assert [event.data["n"] for event in events if event] == list(range(200))
    assert {(event.platform, event.channel) for event in events if event} == {("twitch", "lea")}
    ids = [event.id for event in events if event]
    assert ids == sorted(set(ids))


async def test_a_slow_reader_is_told_that_it_lost_and_nobody_waits(hub: LiveHub) -> None:
    slow, quick = hub.subscribe(size=5), hub.subscribe()
    for number in range(6):
        hub.publish("raid", {"n": number})
    assert [event.kind for event in await read(slow)] == ["lost"]
    assert slow.closed
    assert hub.readers == 1
    assert len(await read(quick)) == 6


async def test_who_comes_back_gets_what_was_missed(hub: LiveHub) -> None:
    reader = hub.subscribe()
    for number in range(3):
        hub.publish("raid", {"n": number})
    seen = await read(reader)
    reader.close()
    hub.publish("raid", {"n": 3})
    again = hub.subscribe(seen[0].id)
    assert [event.data["n"] for event in await read(again)] == [1, 2, 3]
    assert await read(hub.subscribe(seen[-1].id + 1)) == []


@pytest.mark.parametrize("distance", [-1_000_000, 5_000_000])
async def test_who_was_away_too_long_is_told(hub: LiveHub, distance: int) -> None:
    for number in range(30):
        hub.publish("raid", {"n": number})
    last = (await read(hub.subscribe(0)))[-1].id
    assert [event.kind for event in await read(hub.subscribe(last + distance))] == ["lost"]


async def test_stopping_ends_every_reader(hub: LiveHub) -> None:
    reader = hub.subscribe()
    waiting = asyncio.create_task(reader.next())
    await asyncio.sleep(0)
    hub.publish("raid", {"n": 1})
    event = await waiting
    assert event is not None
    threading.Thread(target=hub.stop).start()
    assert [event async for event in reader] == []
    assert reader.closed
