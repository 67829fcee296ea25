"""What takes a while is drawn beside the service: one at a time, with its progress, kept till the
next.

It reads from one consistent moment in a thread of its own, so nobody who writes waits for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from threading import Lock, Thread
from typing import Generic, NamedTuple, TypeVar

from rempart.errors import ConflictError, RempartError

_LOG = logging.getLogger(__name__)
Wanted = TypeVar("Wanted")
Result = TypeVar("Result")
Told = Callable[[str], object]
"""Called with each phase as it begins."""


class Standing(NamedTuple, Generic[Wanted, Result]):
    """Of the last one asked for. `phase`: counted from 0; None: done (`result`) or failed
    (`error`)."""

    wanted: Wanted
    phase: int | None
    seconds: float
    result: Result | None = None
    error: str = ""


class Drawing(Generic[Wanted, Result]):
    """Thread-safe. `name`: what is drawn, as in "the yearly report"."""

    def __init__(self, name: str, phases: Sequence[str]) -> None:
        self._name = name
        self._phases = phases
        self._lock = Lock()
        self._now: Standing[Wanted, Result] | None = None
        self._begun = 0.0

    def standing(self) -> Standing[Wanted, Result] | None:
        with self._lock:
            now = self._now
            if now is None or now.phase is None:
                return now
            return now._replace(seconds=time.monotonic() - self._begun)

    def begin(self, wanted: Wanted, work: Callable[[Told], Result]) -> None:
        """ConflictError while another is drawn."""
        with self._lock:
            if self._now is not None and self._now.phase is not None:
                raise ConflictError(
                    f"{self._name} is being drawn", next_step="wait until it is there"
                )
            self._begun = time.monotonic()
            self._now = Standing(wanted, 0, 0.0)
        Thread(target=self._run, args=(wanted, work), name=self._name, daemon=True).start()

    def _run(self, wanted: Wanted, work: Callable[[Told], Result]) -> None:
        done: Standing[Wanted, Result]
        try:
            done = Standing(wanted, None, 0.0, work(lambda phase: self._told(wanted, phase)))
        except RempartError as error:
            done = Standing(wanted, None, 0.0, error=error.diagnostics())
        except Exception:
            _LOG.exception("%s could not be drawn", self._name)
            done = Standing(wanted, None, 0.0, error=f"{self._name} could not be drawn")
        with self._lock:
            self._now = done._replace(seconds=time.monotonic() - self._begun)

    def _told(self, wanted: Wanted, phase: str) -> None:
        with self._lock:
            self._now = Standing(wanted, self._phases.index(phase), 0.0)
