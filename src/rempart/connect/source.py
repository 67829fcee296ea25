"""The interface of connectors *in*: how messages and reports of a platform reach the service.

A connector that reads (a socket, a stream, a list that is polled) is an `InConnector`: the service
runs it until it ends. One that is called (a webhook of the platform) has a route of its own and
uses the same `Intake`.

Rules kept here:

1. Items are handed over as JSON of our own form (docs/messages.md) and go through the engine like
   any other delivery: checked one by one, idempotent by id, durable when `take` returns.
2. Nothing is dropped. While the engine is full or the disk is, `take` waits and tries again; behind
   it the reader's queue fills, then the reader waits too, and says so (`waits`).
3. A connector mends itself: it reconnects with growing waits and a jitter, for ever.
"""

from __future__ import annotations

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import msgspec

from rempart.errors import OutboundError
from rempart.model import ItemRefusal, ReportRequest

_LOG = logging.getLogger(__name__)
QUEUE = 2_000
AT_ONCE = 500
FIRST_WAIT = 1.0
LONGEST_WAIT = 120.0
_encode = msgspec.json.Encoder().encode


class Taken(NamedTuple):
    """What became of a batch: one JSON outcome per accepted item, in their order."""

    outcomes: tuple[bytes, ...]
    duplicates: int
    refused: tuple[ItemRefusal, ...]


class Intake(Protocol):
    """What the service gives to a connector in."""

    async def take(self, items: Sequence[bytes]) -> Taken:
        """One JSON object per item (a message or an event). Durable when it returns."""

    async def report(self, request: ReportRequest, reporter: str) -> str:
        """A report of the platform's own; the id of the case it joined. `reporter` tells reporters
        apart (kept as a keyed hash only). InputError when it cannot be taken."""


class ConnectorNumbers:
    """What `/metrics` tells of one connector, in and out. `connected` None: it holds no connection.
    `lag`: seconds from being written to being taken, of the last message."""

    def __init__(self) -> None:
        self.connected: bool | None = None
        self.lag = 0.0
        self.taken = 0
        self.duplicates = 0
        self.refused = 0
        self.waits = 0
        self.retries = 0
        self.applied = 0
        self.not_applied = 0
        self.trouble = ""
        """What last went wrong, for a person; empty when nothing is."""
        self.broken_since: datetime | None = None

    def goes_well(self) -> None:
        self.connected, self.trouble, self.broken_since = True, "", None

    def goes_badly(self, what: str) -> None:
        """It does not read its platform now; it goes on trying."""
        self.connected, self.trouble = False, what[:300]
        self.retries += 1
        if self.broken_since is None:
            self.broken_since = datetime.now(UTC)


class InConnector(ABC):
    """Reads a platform. `name` is that of its settings, as in `twitch.lea`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.numbers = ConnectorNumbers()

    @abstractmethod
    async def run(self, intake: Intake) -> None:
        """Until cancelled. Troubles of the other side are met inside; an error that comes out is a
        mistake of ours: it is logged and `run` is called again."""


Prepare = Callable[[list[dict[str, Any]]], Awaitable[None]]


class Feed:
    """A bounded queue before the intake: what waits is handed over together, in order. Items are
    messages and events in our own form; `prepare` may complete a batch in place before it goes."""

    def __init__(
        self,
        intake: Intake,
        numbers: ConnectorNumbers,
        size: int = QUEUE,
        prepare: Prepare | None = None,
    ) -> None:
        self._intake = intake
        self._numbers = numbers
        self._prepare = prepare
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(size)

    async def put(self, item: dict[str, Any]) -> None:
        """Waits while the queue is full: the platform's connection then waits too."""
        if self._queue.full():
            self._numbers.waits += 1
        await self._queue.put(item)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            if self._prepare is not None:
                await self._prepare(batch)
            await self._intake.take([_encode(item) for item in batch])


class Seen:
    """The ids seen last: what a platform sends twice is not handed over twice."""

    def __init__(self, most: int = 5_000) -> None:
        self._most = most
        self._ids: dict[str, None] = {}

    def is_new(self, id: str) -> bool:
        if id in self._ids:
            return False
        self._ids[id] = None
        if len(self._ids) > self._most:
            del self._ids[next(iter(self._ids))]
        return True


class Backoff:
    """Growing waits with a jitter; `reset` once things go well again."""

    def __init__(self, first: float = FIRST_WAIT, longest: float = LONGEST_WAIT) -> None:
        self._first, self._longest = first, longest
        self._next = first

    def reset(self) -> None:
        self._next = self._first

    def next(self) -> float:
        """Seconds to wait now; half to the whole of a wait that doubles each time."""
        wait = self._next * random.uniform(0.5, 1.0)
        self._next = min(self._longest, self._next * 2)
        return wait


class Reader(InConnector):
    """A connector that holds one connection after the other. A subclass reads one of them."""

    prepare: Prepare | None = None
    breaks: tuple[type[Exception], ...] = (OSError, EOFError, TimeoutError)
    """What ends a connection without being a mistake of ours, beside OutboundError."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.numbers.connected = False
        self._patience = Backoff()

    @abstractmethod
    async def read(self, feed: Feed) -> None:
        """One connection, from opening it to its end, with `goes_well` once it brings what it
        should. Raises what ended it, or returns to connect again."""

    def goes_well(self) -> None:
        self.numbers.goes_well()
        self._patience.reset()

    async def run(self, intake: Intake) -> None:
        feed = Feed(intake, self.numbers, prepare=self.prepare)
        pump = asyncio.create_task(feed.run())
        reading = asyncio.create_task(self._read_for_ever(feed))
        try:
            await asyncio.wait((pump, reading), return_when=asyncio.FIRST_COMPLETED)
            for task in (pump, reading):
                if task.done():
                    task.result()
        finally:
            self.numbers.connected = False
            for task in (pump, reading):
                task.cancel()
            await asyncio.gather(pump, reading, return_exceptions=True)

    async def _read_for_ever(self, feed: Feed) -> None:
        while True:
            wait = 0.0
            try:
                await self.read(feed)
                told = "the other side asked to come again"
            except OutboundError as error:
                told = error.diagnostics()
                wait = getattr(error, "retry_after", None) or 0.0
            except self.breaks as error:
                told = f"the connection ended: {error}"
            self.numbers.goes_badly(told)
            _LOG.warning("%s: %s", self.name, told)
            await asyncio.sleep(max(wait, self._patience.next()))
