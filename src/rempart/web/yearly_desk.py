"""Draws up yearly reports beside the service (`web.drawing`).

Only publishing writes, at its end, one row and one entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rempart.disclose.history import Period
from rempart.disclose.history.cut import Moment
from rempart.disclose.yearly import Provider
from rempart.disclose.yearly.publish import PHASES, Drawn, draft, final, publish
from rempart.engine.embedded import EmbeddedEngine
from rempart.store.interface import Tables
from rempart.store.interface.history import YearlyRow
from rempart.web.drawing import Drawing, Told
from rempart.web.drawing import Standing as AnyStanding


class Asked(NamedTuple):
    """`as_of`: the size of the log it is read at."""

    period: Period
    provider: Provider
    as_of: int


Ask = Callable[[Tables], Asked]


class Wanted(NamedTuple):
    """Which report. `half` None: the whole year. `as_of`: see `history.cut`."""

    year: int
    half: int | None
    language: str
    as_of: Moment = Moment.CLOSING


class Report(NamedTuple):
    """`published` None: a draft."""

    drawn: Drawn
    published: YearlyRow | None = None


Standing = AnyStanding[Wanted, Report]


class YearlyDesk:
    """Thread-safe."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        self._drawing: Drawing[Wanted, Report] = Drawing("the yearly report", PHASES)

    def standing(self) -> Standing | None:
        return self._drawing.standing()

    def draw(self, wanted: Wanted, ask: Ask) -> None:
        """Begins a draft. ConflictError while another is drawn."""

        def work(told: Told) -> Report:
            with self._engine.read() as tables:
                period, provider, size = ask(tables)
                return Report(draft(tables, period, provider, as_of=size, told=told))

        self._drawing.begin(wanted, work)

    def publish(self, wanted: Wanted, ask: Ask, reason: str, by: str, at_ms: int) -> None:
        """Begins a version that is published at the end."""

        def work(told: Told) -> Report:
            with self._engine.read() as tables:
                period, provider, size = ask(tables)
                drawn = final(tables, period, provider, reason, at_ms, told, as_of=size)
            row = self._engine.write(lambda tables: publish(tables, drawn, by, at_ms)).result()
            return Report(drawn, row)

        self._drawing.begin(wanted, work)
