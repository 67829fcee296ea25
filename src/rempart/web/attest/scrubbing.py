"""The full check of the log, on a schedule and at once when somebody else wrote into the store.

Rules kept here (FAULTS rows 29 and 30):

1. It is due when it was never done, every `[log] scrub_days`, at a start after a day, and at once
   when another process wrote into the store (see `Chores`), or when an entry that was needed did
   not hold what the log commits to.
2. It works in small portions, each a read of its own, and rests nine times as long as it worked:
   ingest and the write-ahead log are not held up.
3. What does not hold is an entry and an alarm. That everything held is kept in the store, not in
   the log.
"""

from __future__ import annotations

import asyncio
import logging
import time
from threading import Event

from rempart.cases.entries import entry, record, rfc3339
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.notary import KEPT_FILE
from rempart.errors import RempartError
from rempart.log.keys import KEYS_FOLDER
from rempart.log.scrub import Digested, Opened, ScrubReport, scrub
from rempart.log.subjects import KEPT
from rempart.store.interface import Tables
from rempart.store.interface.attested import ScrubRow

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
PORTION = 256
RESTS = 9
DAY_MS = 86_400_000
MOST_TOLD = 20


class Scrubbing:
    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        self._end = Event()
        self._foreign = engine.foreign_writes
        self._began = False

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                try:
                    why = await asyncio.to_thread(self._due)
                    if why:
                        await asyncio.to_thread(self.check, why)
                except _EndedError:
                    return
                except Exception:
                    _LOG.exception("the log could not be checked")
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self._end.set()

    def _due(self) -> str:
        """Why now; empty: not yet."""
        foreign = self._engine.foreign_writes
        if foreign != self._foreign:
            self._foreign = foreign
            return "foreign-write"
        with self._engine.read() as tables:
            if tables.log.last_checkpoint() is None:
                return ""
            last = tables.attested.last_scrub()
            changes = tables.attested.changes()
        if any(last is None or noticed >= last.entries for _, noticed in changes):
            return "log-changed"
        first, self._began = not self._began, True
        age = None if last is None else abs(self._engine.now_ms() - last.at_ms)
        if first and (age is None or age >= DAY_MS):
            return "start"
        days = self._engine.settings.log.scrub_days
        return "schedule" if age is None or age >= days * DAY_MS else ""

    def check(self, why: str) -> ScrubReport:
        """The whole check now, in portions; its result is kept and told."""
        begin = time.monotonic()
        kept = self._engine.data_dir / KEYS_FOLDER / KEPT_FILE
        note = kept.read_text("utf-8") if kept.exists() else None
        found = scrub(
            _InPortions(self._engine),
            self._engine.signer.public,
            kept=note,
            chunk=PORTION,
            progress=_Pace(self._end),
        )
        self._tell(found, why, int((time.monotonic() - begin) * 1000))
        return found

    def _tell(self, found: ScrubReport, why: str, took_ms: int) -> None:
        now_ms = self._engine.now_ms()
        failed = tuple(found.failed[:MOST_TOLD])
        row = ScrubRow(now_ms, took_ms, found.entries, found.erased, why, failed)
        for problem in failed:
            _LOG.critical("the log does not hold what it promised: %s", problem)

        def keep(tables: Tables) -> None:
            tables.attested.scrubbed(row)
            if failed:
                told = {
                    "why": why,
                    "entries": found.entries,
                    "signed": found.signed,
                    "failed": list(failed),
                    "failures": len(found.failed),
                    "at": rfc3339(now_ms),
                }
                record(tables, [(None, entry("scrub", told, bucket=KEPT))])

        if failed:
            alarm = {"what": "log-damaged", "failures": len(found.failed), "first": failed[0]}
            self._engine.hub.publish("alarm", alarm)
        try:
            self._engine.write(keep).result()
        except RempartError as error:
            _LOG.error("what the check found could not be written: %s", error.diagnostics())


class _EndedError(Exception):
    """The service ends."""


class _Pace:
    """Rests after each portion, many times as long as the portion took."""

    def __init__(self, end: Event) -> None:
        self._end = end
        self._last = time.perf_counter()

    def __call__(self, _: int) -> None:
        worked = time.perf_counter() - self._last
        if self._end.wait(RESTS * worked):
            raise _EndedError
        self._last = time.perf_counter()


class _InPortions:
    """The log as it was at the beginning, each question a read of its own: the log only grows."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        with engine.read() as tables:
            self._signed = tables.log.last_checkpoint()

    def size(self) -> int:
        with self._engine.read() as tables:
            return tables.log.size()

    def last_checkpoint(self) -> tuple[int, str, int] | None:
        return self._signed

    def leaves(self, start: int, end: int) -> list[bytes]:
        with self._engine.read() as tables:
            return tables.log.leaves(start, end)

    def opened(self, start: int, end: int) -> Opened:
        with self._engine.read() as tables:
            return tables.log.opened(start, end)

    def digested(self, start: int, end: int) -> Digested:
        with self._engine.read() as tables:
            return tables.log.digested(start, end)

    def tile(self, level: int, index: int) -> bytes | None:
        with self._engine.read() as tables:
            return tables.log.tile(level, index)
