"""Delivering measures to connectors: again and again, patiently, and never unseen.

Rules kept here:

1. What is to be delivered stands in the store, written in the transaction that took the measure; a
   crash between attempts loses nothing, and a repeat has no second effect (see `Connector`).
2. Waits grow from one second to an hour with a jitter that depends on the delivery and the attempt
   only, so that a test and a replay see the same times.
3. Each connector has a lane of its own: one that does not answer holds up nobody else's measures.
4. A measure that ends while it is on its way is taken back behind it, whatever came of it.
5. After `MAX_ATTEMPTS`, or when the connector says it is for ever, the delivery is `failed`: the
   measure is shown as *not applied* and a person is called.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from hashlib import blake2b
from typing import Protocol, TypeVar

from rempart.log.commit import SealedEntry, seal
from rempart.model import Measure
from rempart.protect.connector import Connector, Delivery, Told
from rempart.store.interface import Tables
from rempart.store.interface.measures import DeliveryRow

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")

FIRST_WAIT = 1.0
GROWTH = 3.0
LONGEST_WAIT = 3600.0
MAX_ATTEMPTS = 14
"""About seven hours in all."""
JITTER = 0.2
AT_ONCE = 8
LOOK_EVERY = 1.0
_NOBODY = None
"""The lane of deliveries to connectors that are not configured any more."""


def wait_after(delivery: str, attempts: int) -> float | None:
    """Seconds to wait after that many failed attempts; None: give up."""
    if attempts >= MAX_ATTEMPTS:
        return None
    seed = blake2b(f"{delivery} {attempts}".encode(), digest_size=4).digest()
    spread = int.from_bytes(seed, "big") / 2**32 * 2 - 1
    wait = min(LONGEST_WAIT, FIRST_WAIT * GROWTH ** (attempts - 1))
    return wait * (1 + JITTER * spread)


def next_attempt(row: DeliveryRow, result: Delivery) -> float | None:
    """Seconds until the next attempt after this failed one; None: give up."""
    if result.retry_after is None:
        return None
    wait = wait_after(f"{row.measure} {row.connector} {row.operation}", row.attempts + 1)
    return None if wait is None else max(wait, result.retry_after)


def _given_up(row: DeliveryRow, at_ms: int) -> SealedEntry:
    """The entry of a delivery that failed for good: that it did, never what the platform said."""
    told = {
        "v": 1,
        "measure": row.measure,
        "connector": row.connector,
        "operation": row.operation,
        "at_ms": at_ms,
    }
    return seal("delivery-failed", told)


class Writer(Protocol):
    """What the outbox needs of the engine."""

    def read(self) -> AbstractContextManager[Tables]: ...

    def write(self, change: Callable[[Tables], _T]) -> Future[_T]: ...


class Outbox:
    """Takes due deliveries from the store and calls the connectors. One per service.

    `told` reads the statement of reasons that a delivery is about, None when it is about the
    measure itself. `given_up(measure, detail)` is called when a delivery failed for good;
    `takes(connector, measure)` says whether a connector is meant for it (asked for unsaved measures
    only: the others were queued by name).
    """

    def __init__(
        self,
        engine: Writer,
        connectors: Mapping[str, Connector],
        *,
        clock: Callable[[], float] = time.time,
        given_up: Callable[[Measure, str], None] = lambda *_: None,
        takes: Callable[[str, Measure], bool] = lambda *_: True,
        told: Callable[[Tables, DeliveryRow], Told | None] = lambda *_: None,
    ) -> None:
        self._engine = engine
        self._takes = takes
        self._told = told
        self._connectors = connectors
        self._clock = clock
        self._given_up = given_up
        self._lanes = {lane: asyncio.Event() for lane in (*connectors, _NOBODY)}

    async def run(self) -> None:
        """Until cancelled. An error of the store is logged and tried again: it never ends this."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(self._run_lane(lane))

    async def _run_lane(self, lane: str | None) -> None:
        while True:
            self._lanes[lane].clear()
            try:
                delivered = await self.deliver_due(lane)
            except Exception:
                _LOG.exception("deliveries could not be looked at")
                delivered = 0
            if delivered < AT_ONCE:
                await self._rest(lane)

    def wake(self) -> None:
        """There may be something new. To be called on the event loop."""
        for event in self._lanes.values():
            event.set()

    async def deliver_unsaved(self, measure: Measure) -> None:
        """Protection goes on while the disk is full: one attempt at each connector, straight from
        memory. When space returns the delivery is queued and repeated under the same id."""
        for name, connector in self._connectors.items():
            if not self._takes(name, measure):
                continue
            try:
                result = await connector.apply(measure)
            except Exception:
                _LOG.exception("connector %s failed on an unsaved measure", name)
                continue
            if not result.ok:
                _LOG.warning("unsaved measure %s: %s: %s", measure.id, name, result.detail)

    async def deliver_due(self, lane: str | None) -> int:
        """One round of one lane (None: to connectors that are not configured any more); returns how
        many deliveries were attempted."""
        now_ms = int(self._clock() * 1000)
        work = await asyncio.to_thread(self._due, lane, now_ms)
        await asyncio.gather(*(self._attempt(row, measure, told) for row, measure, told in work))
        return len(work)

    def _due(self, lane: str | None, now_ms: int) -> list[tuple[DeliveryRow, Measure, Told | None]]:
        without = () if lane is not None else tuple(self._connectors)
        with self._engine.read() as tables:
            rows = tables.stream.due_deliveries(now_ms, AT_ONCE, connector=lane, without=without)
            found = tables.stream.measures(ids=[row.measure for row in rows]) if rows else []
            measures = {row.measure.id: row.measure for row in found}
            return [
                (row, measures[row.measure], self._told(tables, row))
                for row in rows
                if row.measure in measures
            ]

    async def _attempt(self, row: DeliveryRow, measure: Measure, told: Told | None) -> None:
        result = await self._call(row, measure, told)
        now_ms = int(self._clock() * 1000)
        if result.ok:
            state, next_at_ms = "done", None
        else:
            wait = next_attempt(row, result)
            state = "failed" if wait is None else "pending"
            next_at_ms = None if wait is None else now_ms + int(wait * 1000)

        def settle(tables: Tables) -> None:
            if state == "failed":
                tables.log.append([_given_up(row, now_ms)])
            if tables.stream.settle_delivery(
                row.id, state=state, detail=result.detail[:300], at_ms=now_ms, next_at_ms=next_at_ms
            ):
                return
            if row.operation == "apply" and tables.stream.measure(row.measure) is not None:
                tables.stream.queue_deliveries([row.measure], row.connector, "undo", now_ms)

        settled = self._engine.write(settle)
        await asyncio.wrap_future(settled)
        if state == "failed":
            _LOG.error(
                "%s of %s not delivered by %s: %s",
                row.operation,
                row.measure,
                row.connector,
                result.detail,
            )
            if told is None:
                self._given_up(measure, result.detail)

    async def _call(self, row: DeliveryRow, measure: Measure, told: Told | None) -> Delivery:
        connector = self._connectors.get(row.connector)
        if connector is None:
            return Delivery(ok=False, detail=f"no connector `{row.connector}` is configured")
        try:
            if told is not None:
                return await connector.tell(told)
            if row.operation == "undo":
                return await connector.undo(measure)
            return await connector.apply(measure)
        except Exception as error:
            _LOG.exception("connector %s failed", row.connector)
            return Delivery(ok=False, detail=f"{type(error).__name__}: {error}", retry_after=0.0)

    async def _rest(self, lane: str | None) -> None:
        try:
            async with asyncio.timeout(LOOK_EVERY):
                await self._lanes[lane].wait()
        except TimeoutError:
            return
