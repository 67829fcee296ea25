"""The desk of all plug-ins: from the engine's messages to their seats, and opinions back into the
engine's queue.

Rules kept here:

1. The engine is never kept waiting: it hands over what was committed, and goes on.
2. An opinion that the engine cannot take now (queue full, disk full) is offered again for a while,
   then counted as lost; the message keeps the outcome it has.
3. After a restart the messages of the last minutes that have no opinion yet are asked about.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

import msgspec

from rempart.cases.child_safety import sealed_messages
from rempart.connect.opinion.interface import OpinionSource
from rempart.connect.opinion.limits import BreakerState
from rempart.connect.opinion.settings import OpinionSettings
from rempart.connect.opinion.sources import source_of
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.items import logged_message
from rempart.engine.embedded.logged_opinions import LoggedOpinion, logged_opinion
from rempart.engine.embedded.opinions import opine
from rempart.engine.embedded.step import Arrived, Step
from rempart.errors import StoreError
from rempart.model import Opinion, Outcome, Verdict
from rempart.store.interface import Tables
from rempart.web.opinions.seat import Seat

_LOG = logging.getLogger(__name__)
MOST_MISSED = 2_000
OFFERS = 5
OFFER_AGAIN_SECONDS = 2.0
_outcome = msgspec.json.Decoder(Outcome).decode


class OpinionDesk:
    """Made before the app, run beside it on the same event loop."""

    def __init__(
        self,
        engine: EmbeddedEngine,
        settings: Mapping[str, OpinionSettings],
        data: Path,
        *,
        sources: Mapping[str, OpinionSource] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """InputError when a plug-in cannot be used as it is configured."""
        scorer = engine.pipeline.text_scorer
        private_for = frozenset(engine.settings.detection.private_for)
        made = sources or {name: source_of(one, data) for name, one in settings.items()}
        self.seats = [
            Seat(
                name,
                one,
                made[name],
                private_for=private_for,
                scorer=scorer,
                clock=clock,
                sealed=self._sealed,
            )
            for name, one in settings.items()
        ]
        self._engine = engine
        self._loop: asyncio.AbstractEventLoop | None = None
        self._events = {seat.name: asyncio.Event() for seat in self.seats}

    async def run(self) -> None:
        """Until cancelled."""
        if not self.seats:
            return
        self._loop = asyncio.get_running_loop()
        # First listen, then look back: what is seen twice is answered from memory.
        self._engine.on_step = self._take
        try:
            missed = await asyncio.to_thread(self._missed)
            for seat in self.seats:
                self._put(seat, missed.get(seat.name, []))
            async with asyncio.TaskGroup() as group:
                for seat in self.seats:
                    group.create_task(self._serve(seat))
        finally:
            self._engine.on_step = None

    # -- from the engine ---------------------------------------------------------------------

    def _take(self, step: Step) -> None:
        """On the engine's thread, after the commit; must never raise."""
        try:
            arrived = list(step.arrived())
            for seat in self.seats:
                wanted = [one for one in arrived if seat.wants(one)]
                if wanted and self._loop is not None:
                    self._loop.call_soon_threadsafe(self._put, seat, wanted)
        except Exception:
            _LOG.exception("messages were not handed to the plug-ins")

    def _put(self, seat: Seat, wanted: Sequence[Arrived]) -> None:
        seat.put(wanted)
        self._events[seat.name].set()

    def _missed(self) -> dict[str, list[Arrived]]:
        """For each seat what came lately and has no opinion of it, oldest first."""
        now_ms = self._engine.now_ms()
        found: dict[str, list[Arrived]] = {seat.name: [] for seat in self.seats}
        with self._engine.read() as tables:
            rows = tables.stream.latest(limit=MOST_MISSED)[::-1]
            known = _known(tables, rows[0].seq) if rows else set()
            sealed = sealed_messages(tables, [row.seq for row in rows])
            for row in rows:
                wanting = [
                    seat
                    for seat in self.seats
                    if (row.seq, seat.name) not in known
                    and row.seq not in sealed
                    and now_ms - row.received_at_ms <= seat.settings.max_age * 1000
                ]
                message = logged_message(tables.log.bodies(row.seq)) if wanting else None
                if message is None:
                    continue
                outcome = _outcome(row.outcome) if row.outcome else None
                one = Arrived(row.seq, message, outcome)
                for seat in wanting:
                    if seat.wants(one):
                        found[seat.name].append(one)
        return found

    def _sealed(self, sequences: Sequence[int]) -> frozenset[int]:
        with self._engine.read() as tables:
            return sealed_messages(tables, sequences)

    # -- beside it ---------------------------------------------------------------------------

    async def _serve(self, seat: Seat) -> None:
        event = self._events[seat.name]
        while True:
            await event.wait()
            event.clear()
            while len(seat):
                was = seat.breaker.state
                try:
                    opinions = await seat.work()
                    self._tell(seat, was)
                    if opinions:
                        await self._offer(seat, opinions)
                except Exception:
                    _LOG.exception("the plug-in %s was not asked", seat.name)
                    seat.counts["errors"] += 1

    def _tell(self, seat: Seat, was: BreakerState) -> None:
        now = seat.breaker.state
        if now is BreakerState.OPEN and was is BreakerState.CLOSED:
            what = "opinion-unavailable"
        elif now is BreakerState.CLOSED and was is not BreakerState.CLOSED:
            what = "opinion-available"
        else:
            return
        self._engine.hub.publish("alarm", {"what": what, "source": seat.name})

    async def _offer(self, seat: Seat, opinions: Sequence[Opinion]) -> None:
        for attempt in range(OFFERS):
            if attempt:
                await asyncio.sleep(OFFER_AGAIN_SECONDS)
            with suppress(StoreError):
                future: Future[list[LoggedOpinion]] = opine(self._engine, opinions)
                for told in await asyncio.wrap_future(future):
                    seat.counts[_became(told)] += 1
                return
        seat.counts["lost"] += len(opinions)
        _LOG.error("%d opinions of %s could not be written", len(opinions), seat.name)


def _became(told: LoggedOpinion) -> str:
    if told.measures or Verdict(told.now).rank > Verdict(told.was).rank:
        what = "raised"
    elif told.released:
        what = "released"
    else:
        return "agreed"
    return f"would_have_{what}" if told.shadow else what


def _known(tables: Tables, first: int) -> set[tuple[int, str]]:
    """Messages from this entry on that have an opinion, and whose."""
    found: set[tuple[int, str]] = set()
    for _, bodies in tables.log.bodies_between(first, tables.log.size()):
        told = logged_opinion(bodies)
        if told is not None:
            found.add((told.of, told.source))
    return found
