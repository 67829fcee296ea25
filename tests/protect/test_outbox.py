"""The outbox: a platform that is down for a while gets its measures later, one that is down for
good leaves a measure visibly not applied, and nobody waits for another's slowness."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.log.commit import seal
from rempart.model import Measure, MeasureKind, MeasureState, Scope, ScopeKind
from rempart.protect.connector import Connector, Delivery
from rempart.protect.outbox import MAX_ATTEMPTS, Outbox, wait_after
from rempart.store.interface import Tables
from rempart.store.sqlite.store import SqliteStore

T = TypeVar("T")
MEASURE = Measure(
    "m-1",
    MeasureKind.SHIELD,
    Scope(ScopeKind.TARGET, "twitch", "lea", "lea"),
    datetime(2026, 3, 1, tzinfo=UTC),
    None,
    "shield-on-raid",
)


class Direct:
    """Writes at once, in the same thread: what the outbox needs of an engine, over a real store."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store

    def read(self) -> AbstractContextManager[Tables]:
        return self.store.read()

    def write(self, change: Callable[[Tables], T]) -> Future[T]:
        future: Future[T] = Future()
        with self.store.begin() as tables:
            future.set_result(change(tables))
        return future


class Platform(Connector):
    """A platform that answers what it is told to, and remembers what it was asked."""

    name: ClassVar[str] = "platform"

    def __init__(self, *answers: Delivery | Exception) -> None:
        self.asked: list[tuple[str, str]] = []
        self._answers = list(answers)

    async def apply(self, measure: Measure) -> Delivery:
        return self._answer("apply", measure)

    async def undo(self, measure: Measure) -> Delivery:
        return self._answer("undo", measure)

    def _answer(self, operation: str, measure: Measure) -> Delivery:
        self.asked.append((operation, measure.id))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


OK = Delivery(ok=True, detail="HTTP 204")
DOWN = Delivery(ok=False, detail="HTTP 503", retry_after=0.0)
GONE = Delivery(ok=False, detail="HTTP 410")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Direct]:
    store = SqliteStore.open(tmp_path / "rempart.db")
    with store.begin() as tables:
        first = tables.log.append([seal("measure", {"v": 1, "id": "m-1"})])
        tables.stream.add_measures([MEASURE], [first])
        tables.stream.queue_deliveries(["m-1"], "bot", "apply", 0)
    yield Direct(store)
    store.close()


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def delivery(engine: Direct) -> tuple[str, int, str]:
    with engine.read() as tables:
        (row,) = tables.stream.deliveries(["m-1"])
    return row.state, row.attempts, row.detail


def test_a_platform_that_comes_back_gets_the_measure(engine: Direct) -> None:
    clock, platform = Clock(), Platform(DOWN, RuntimeError("broken"), OK)
    outbox = Outbox(engine, {"bot": platform}, clock=clock)

    async def story() -> None:
        assert await outbox.deliver_due("bot") == 1
        assert delivery(engine) == ("pending", 1, "HTTP 503")
        assert await outbox.deliver_due("bot") == 0, "not before its time"
        clock.now += 1.3
        assert await outbox.deliver_due("bot") == 1
        assert delivery(engine)[2] == "RuntimeError: broken"
        clock.now += 3.7
        assert await outbox.deliver_due("bot") == 1
        assert delivery(engine) == ("done", 3, "HTTP 204")
        clock.now += 1e6
        assert await outbox.deliver_due("bot") == 0

    asyncio.run(story())
    assert platform.asked == [("apply", "m-1")] * 3


def test_for_ever_is_given_up_at_once_and_somebody_is_told(engine: Direct) -> None:
    told: list[tuple[Measure, str]] = []
    outbox = Outbox(engine, {"bot": Platform(GONE)}, given_up=lambda *what: told.append(what))
    asyncio.run(outbox.deliver_due("bot"))
    assert delivery(engine) == ("failed", 1, "HTTP 410")
    assert told == [(MEASURE, "HTTP 410")]


def test_a_connector_that_is_no_longer_configured_is_shown(engine: Direct) -> None:
    asyncio.run(Outbox(engine, {}).deliver_due(None))
    assert delivery(engine) == ("failed", 1, "no connector `bot` is configured")


def test_a_platform_that_stays_down_is_given_up_in_the_end(engine: Direct) -> None:
    clock, platform, told = Clock(), Platform(DOWN), []
    outbox = Outbox(
        engine, {"bot": platform}, clock=clock, given_up=lambda *what: told.append(what)
    )

    async def story() -> None:
        for _ in range(MAX_ATTEMPTS + 5):
            await outbox.deliver_due("bot")
            clock.now += 3600 * 1.2

    asyncio.run(story())
    assert len(platform.asked) == MAX_ATTEMPTS
    assert delivery(engine)[0] == "failed"
    assert told == [(MEASURE, "HTTP 503")]


class Silent(Connector):
    """A platform that takes a request and never answers."""

    name: ClassVar[str] = "silent"

    async def apply(self, measure: Measure) -> Delivery:
        await asyncio.Event().wait()
        raise AssertionError

    async def undo(self, measure: Measure) -> Delivery:
        return await self.apply(measure)


def test_a_platform_that_says_nothing_holds_up_nobody_else(engine: Direct) -> None:
    """Its deliveries fill every place of its own lane; the bot gets its measure all the same."""
    many = [msgspec.structs.replace(MEASURE, id=f"s-{number}") for number in range(20)]
    with engine.store.begin() as tables:
        first = tables.log.append([seal("measure", {"v": 1, "id": one.id}) for one in many])
        tables.stream.add_measures(many, range(first, first + len(many)))
        tables.stream.queue_deliveries([one.id for one in many], "silent", "apply", -1)
    platform = Platform(OK)

    async def story() -> None:
        outbox = asyncio.create_task(Outbox(engine, {"silent": Silent(), "bot": platform}).run())
        while not platform.asked:
            await asyncio.sleep(0.01)
        outbox.cancel()
        await asyncio.gather(outbox, return_exceptions=True)

    asyncio.run(asyncio.wait_for(story(), timeout=20))
    assert platform.asked == [("apply", "m-1")]


def test_the_undo_of_an_applied_measure_goes_out_too(engine: Direct) -> None:
    clock, platform = Clock(), Platform(OK)
    outbox = Outbox(engine, {"bot": platform}, clock=clock)
    asyncio.run(outbox.deliver_due("bot"))
    end(engine)
    clock.now += 10
    asyncio.run(outbox.deliver_due("bot"))
    assert platform.asked == [("apply", "m-1"), ("undo", "m-1")]


class Hurried(Platform):
    """A person undoes the measure while the platform is still being asked for it."""

    def __init__(self, engine: Direct, *answers: Delivery | Exception) -> None:
        super().__init__(*answers)
        self._engine = engine

    async def apply(self, measure: Measure) -> Delivery:
        end(self._engine)
        return await super().apply(measure)


def end(engine: Direct) -> None:
    with engine.store.begin() as tables:
        seq = tables.log.append([seal("measure-undone", {"v": 1, "ids": ["m-1"]})])
        tables.stream.end_measures(["m-1"], MeasureState.UNDONE, seq=seq, at_ms=2_000, by="p-1")


@pytest.mark.parametrize("answer", [OK, DOWN, GONE, RuntimeError("no answer came")])
def test_what_is_undone_while_it_goes_out_is_taken_back_there(
    engine: Direct, answer: Delivery | Exception
) -> None:
    """It was on its way, so that the platform may have done it, whatever it said."""
    clock, platform = Clock(), Hurried(engine, answer, OK)
    outbox = Outbox(engine, {"bot": platform}, clock=clock)

    async def story() -> None:
        for _ in range(3):
            await outbox.deliver_due("bot")
            clock.now += 60

    asyncio.run(story())
    assert platform.asked == [("apply", "m-1"), ("undo", "m-1")]


def test_what_was_undone_before_it_went_out_is_not_asked_for(engine: Direct) -> None:
    end(engine)
    platform = Platform(OK)
    asyncio.run(Outbox(engine, {"bot": platform}, clock=Clock()).deliver_due("bot"))
    assert platform.asked == []


@given(st.text(max_size=20), st.integers(1, MAX_ATTEMPTS - 1))
def test_waits_grow_and_depend_on_nothing_but_delivery_and_attempt(id: str, attempts: int) -> None:
    wait = wait_after(id, attempts)
    assert wait == wait_after(id, attempts)
    assert wait is not None
    base = min(3600.0, 3.0 ** (attempts - 1))
    assert base * 0.8 <= wait <= base * 1.2
    assert wait_after(id, MAX_ATTEMPTS) is None
