"""A connector in, run in the background against a simulator, and what it hands over."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.connect.platform_server import wait_until

from rempart.connect.source import InConnector, Taken
from rempart.ingest import Parsed, parse_one
from rempart.model import ItemRefusal, ReportRequest


class Basket:
    """An intake that keeps what it is given; like the engine it takes an id once."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.repeats = 0
        self.reports: list[tuple[ReportRequest, str]] = []
        self._ids: set[tuple[bool, str]] = set()

    async def take(self, items: Sequence[bytes]) -> Taken:
        for raw in items:
            parsed = parse_one(raw)
            assert isinstance(parsed, Parsed), parsed
            item = json.loads(raw)
            key = ("event" in item, item["id"])
            self.repeats += key in self._ids
            self._ids.add(key)
            self.items.append(item)
        no: tuple[ItemRefusal, ...] = ()
        return Taken((), 0, no)

    async def report(self, request: ReportRequest, reporter: str) -> str:
        self.reports.append((request, reporter))
        return "c-1"

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [item for item in self.items if "event" not in item]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [item for item in self.items if "event" in item]

    def wait_for(self, count: int) -> None:
        wait_until(lambda: len(self.items) >= count)


@contextmanager
def reading(make: Callable[[], InConnector]) -> Iterator[tuple[InConnector, Basket]]:
    """Runs the connector on a loop of its own until the end of the block."""
    basket = Basket()
    made: list[InConnector] = []
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def run() -> None:
        made.append(make())
        task = asyncio.create_task(made[0].run(basket))
        await over.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    wait_until(lambda: made)
    try:
        yield made[0], basket
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()
