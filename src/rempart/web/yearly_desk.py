"""Draws up yearly reports beside the service: one at a time, with its progress, kept till the next.

Reading a year of a large community takes a while; nobody who writes waits for it, because it reads
from one consistent moment. Only publishing writes, at its end, one row and one entry.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock, Thread
from typing import NamedTuple

from rempart.disclose.history import Period
from rempart.disclose.yearly import Provider
from rempart.disclose.yearly.publish import PHASES, Drawn, draft, final, publish
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import ConflictError, RempartError
from rempart.store.interface import Tables
from rempart.store.interface.history import YearlyRow

_LOG = logging.getLogger(__name__)
Asked = Callable[[Tables], tuple[Period, Provider]]


class Wanted(NamedTuple):
    """Which report. `half` None: the whole year."""

    year: int
    half: int | None
    language: str


class Standing(NamedTuple):
    """Of the last one asked for. `phase`: of `PHASES`, counted from 0; None: done or failed."""

    wanted: Wanted
    phase: int | None
    seconds: float
    drawn: Drawn | None = None
    published: YearlyRow | None = None
    error: str = ""


class YearlyDesk:
    """Thread-safe."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._now: Standing | None = None
        self._begun = 0.0

    def standing(self) -> Standing | None:
        with self._lock:
            now = self._now
            if now is None or now.phase is None:
                return now
            return now._replace(seconds=time.monotonic() - self._begun)

    def draw(self, wanted: Wanted, asked: Asked) -> None:
        """Begins a draft. ConflictError while another is drawn up."""

        def work(told: Callable[[str], object]) -> Standing:
            with self._engine.read() as tables:
                period, provider = asked(tables)
                drawn = draft(tables, period, provider, told=told)
            return Standing(wanted, None, 0.0, drawn)

        self._begin(wanted, work)

    def publish(self, wanted: Wanted, asked: Asked, reason: str, by: str, at_ms: int) -> None:
        """Begins a version that is published at the end."""

        def work(told: Callable[[str], object]) -> Standing:
            with self._engine.read() as tables:
                period, provider = asked(tables)
                drawn = final(tables, period, provider, reason, at_ms, told)
            row = self._engine.write(lambda tables: publish(tables, drawn, by, at_ms)).result()
            return Standing(wanted, None, 0.0, drawn, row)

        self._begin(wanted, work)

    def _begin(self, wanted: Wanted, work: Callable[[Callable[[str], object]], Standing]) -> None:
        with self._lock:
            if self._now is not None and self._now.phase is not None:
                raise ConflictError(
                    "a report is being drawn up", next_step="wait until it is there"
                )
            self._begun = time.monotonic()
            self._now = Standing(wanted, 0, 0.0)
        Thread(target=self._run, args=(wanted, work), name="yearly report", daemon=True).start()

    def _run(self, wanted: Wanted, work: Callable[[Callable[[str], object]], Standing]) -> None:
        try:
            done = work(lambda phase: self._told(wanted, phase))
        except RempartError as error:
            done = Standing(wanted, None, 0.0, error=error.diagnostics())
        except Exception:
            _LOG.exception("the yearly report could not be drawn up")
            done = Standing(wanted, None, 0.0, error="the yearly report could not be drawn up")
        with self._lock:
            self._now = done._replace(seconds=time.monotonic() - self._begun)

    def _told(self, wanted: Wanted, phase: str) -> None:
        with self._lock:
            self._now = Standing(wanted, PHASES.index(phase), 0.0)
